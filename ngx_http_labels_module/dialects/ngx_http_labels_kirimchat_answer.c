/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */


#include "ngx_http_labels_dialect_body.h"
#include "ngx_http_labels_kirimchat.h"
#include "ngx_http_labels_palette.h"


static ngx_int_t ngx_http_labels_kirimchat_first(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_kirimchat_outcome(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
static void ngx_http_labels_kirimchat_write_label(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_json_writer_t *w,
    ngx_http_labels_operation_t *op, ngx_uint_t row);
static void ngx_http_labels_kirimchat_write_time(
    ngx_http_labels_json_writer_t *w, int64_t time);
static ngx_int_t ngx_http_labels_kirimchat_finish(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_json_writer_t *w);


/* how a colour of the palette reads, by index */

static ngx_str_t
    ngx_http_labels_kirimchat_colors[NGX_HTTP_LABELS_PALETTE_SIZE] =
{
    ngx_string("orange"), ngx_string("sky"), ngx_string("amber"),
    ngx_string("violet"), ngx_string("gray"), ngx_string("emerald"),
    ngx_string("pink"), ngx_string("amber"), ngx_string("blue"),
    ngx_string("yellow"), ngx_string("teal"), ngx_string("pink"),
    ngx_string("green"), ngx_string("red"), ngx_string("blue"),
    ngx_string("lime"), ngx_string("orange"), ngx_string("sky"),
    ngx_string("violet"), ngx_string("violet")
};


/* the entry that a name stands for, where several read as it */

static struct {
    ngx_str_t    name;
    ngx_int_t    index;
} ngx_http_labels_kirimchat_names[] = {
    { ngx_string("gray"), NGX_HTTP_LABELS_PALETTE_GRAY },
    { ngx_string("red"), 13 },
    { ngx_string("orange"), 16 },
    { ngx_string("amber"), 2 },
    { ngx_string("yellow"), 9 },
    { ngx_string("lime"), 15 },
    { ngx_string("green"), 12 },
    { ngx_string("emerald"), 5 },
    { ngx_string("teal"), 10 },
    { ngx_string("sky"), 1 },
    { ngx_string("blue"), 14 },
    { ngx_string("violet"), 19 },
    { ngx_string("pink"), 6 },
    { ngx_null_string, -1 }
};


/* the columns of a label in the results that hold some */

typedef struct {
    ngx_uint_t   uuid;
    ngx_uint_t   title;
    ngx_uint_t   color;
    ngx_uint_t   team;
    ngx_uint_t   created;
    ngx_uint_t   updated;
} ngx_http_labels_kirimchat_columns_t;

static ngx_http_labels_kirimchat_columns_t
    ngx_http_labels_kirimchat_attached =
{
    NGX_HTTP_LABELS_READ_UUID, NGX_HTTP_LABELS_READ_TITLE,
    NGX_HTTP_LABELS_READ_COLOR, NGX_HTTP_LABELS_READ_TEAM,
    NGX_HTTP_LABELS_READ_CREATED, NGX_HTTP_LABELS_READ_UPDATED
};

static ngx_http_labels_kirimchat_columns_t
    ngx_http_labels_kirimchat_catalogue =
{
    NGX_HTTP_LABELS_LABEL_UUID, NGX_HTTP_LABELS_LABEL_TITLE,
    NGX_HTTP_LABELS_LABEL_COLOR, NGX_HTTP_LABELS_LABEL_TEAM,
    NGX_HTTP_LABELS_LABEL_CREATED, NGX_HTTP_LABELS_LABEL_UPDATED
};


ngx_str_t *
ngx_http_labels_kirimchat_color_name(ngx_uint_t index)
{
    return &ngx_http_labels_kirimchat_colors[index];
}


ngx_int_t
ngx_http_labels_kirimchat_color_index(ngx_str_t *name)
{
    ngx_uint_t   i;
    ngx_str_t   *known;

    for (i = 0; ngx_http_labels_kirimchat_names[i].name.len; i++) {
        known = &ngx_http_labels_kirimchat_names[i].name;

        if (known->len == name->len
            && ngx_strncmp(known->data, name->data, name->len) == 0)
        {
            break;
        }
    }

    return ngx_http_labels_kirimchat_names[i].index;
}


ngx_int_t
ngx_http_labels_kirimchat_render_link(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t                         rc;
    ngx_http_labels_json_writer_t     w;
    ngx_http_labels_kirimchat_ids_t  *ids;

    rc = ngx_http_labels_kirimchat_first(ex, op);

    if (rc == NGX_OK) {
        rc = ngx_http_labels_kirimchat_outcome(ex, op);
    }

    if (rc != NGX_OK) {
        return rc;
    }

    ids = ex->data;

    ngx_http_labels_json_writer_init(&w, ex->pool);

    ngx_http_labels_json_literal(&w, "{\"data\":{\"contact_id\":");
    ngx_http_labels_json_string(&w, &ids->contact);
    ngx_http_labels_json_literal(&w, ",\"label_id\":");
    ngx_http_labels_json_string(&w, &ids->label);
    ngx_http_labels_json_literal(&w, ",\"attached\":");

    if (ex->route->method & NGX_HTTP_POST) {
        ngx_http_labels_json_literal(&w, "true}");

    } else {
        ngx_http_labels_json_literal(&w, "false}");
    }

    return ngx_http_labels_kirimchat_finish(ex, &w);
}


/* one row more than the page has says that there is another page */

ngx_int_t
ngx_http_labels_kirimchat_render_list(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t                      rc;
    ngx_str_t                      cursor;
    ngx_uint_t                     last;
    ngx_http_labels_json_writer_t  w;

    rc = ngx_http_labels_kirimchat_outcome(ex, op);

    if (rc != NGX_OK) {
        return rc;
    }

    last = ngx_min(op->rows - 1, (ngx_uint_t) op->p.limit);

    ngx_http_labels_json_writer_init(&w, ex->pool);

    ngx_http_labels_json_literal(&w, "{\"data\":");
    ngx_http_labels_write_rows(ex, &w, op, last,
                               ngx_http_labels_kirimchat_write_label);

    if (op->rows - 1 > last) {
        ngx_http_labels_json_literal(&w,
                                     ",\"has_more\":true,\"next_cursor\":");
        cursor = ngx_http_labels_kirimchat_next_cursor(ex, op, last);

        if (cursor.len == 0) {
            return NGX_ERROR;
        }

        ngx_http_labels_json_string(&w, &cursor);

    } else {
        ngx_http_labels_json_literal(&w,
                               ",\"has_more\":false,\"next_cursor\":null");
    }

    return ngx_http_labels_kirimchat_finish(ex, &w);
}


ngx_int_t
ngx_http_labels_kirimchat_render_label(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t                      rc;
    ngx_http_labels_json_writer_t  w;

    rc = ngx_http_labels_kirimchat_first(ex, op);

    if (rc == NGX_OK) {
        rc = ngx_http_labels_kirimchat_outcome(ex, op);
    }

    if (rc != NGX_OK) {
        return rc;
    }

    ngx_http_labels_json_writer_init(&w, ex->pool);

    ngx_http_labels_json_literal(&w, "{\"data\":");
    ngx_http_labels_kirimchat_write_label(ex, &w, op, 0);

    rc = ngx_http_labels_kirimchat_finish(ex, &w);

    if (op->kind == NGX_HTTP_LABELS_LABEL_CREATE) {
        ex->status = NGX_HTTP_CREATED;
    }

    return rc;
}


ngx_int_t
ngx_http_labels_kirimchat_render_deleted(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t                         rc;
    ngx_http_labels_json_writer_t     w;
    ngx_http_labels_kirimchat_ids_t  *ids;

    rc = ngx_http_labels_kirimchat_outcome(ex, op);

    if (rc != NGX_OK) {
        return rc;
    }

    ids = ex->data;

    ngx_http_labels_json_writer_init(&w, ex->pool);

    ngx_http_labels_json_literal(&w, "{\"data\":{\"id\":");
    ngx_http_labels_json_string(&w, &ids->label);
    ngx_http_labels_json_literal(&w, ",\"object\":\"label\",\"deleted\":"
                                     "true}");

    return ngx_http_labels_kirimchat_finish(ex, &w);
}


/* contacts in the wanted state, of nobody, and of another team */

ngx_int_t
ngx_http_labels_kirimchat_render_bulk(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t                      rc;
    ngx_str_t                     *name;
    ngx_uint_t                     row, applied, unknown, mismatch;
    ngx_http_labels_json_writer_t  w;

    rc = ngx_http_labels_kirimchat_first(ex, op);

    if (rc == NGX_OK) {
        rc = ngx_http_labels_kirimchat_outcome(ex, op);
    }

    if (rc != NGX_OK) {
        return rc;
    }

    applied = 0;
    unknown = 0;
    mismatch = 0;

    for (row = 1; row < op->rows; row++) {
        name = ngx_http_labels_cell(op, row, NGX_HTTP_LABELS_BULK_OUTCOME);

        switch (ngx_http_labels_outcome(name)) {

        case NGX_HTTP_LABELS_TARGET_NOT_FOUND:
            unknown++;
            break;

        case NGX_HTTP_LABELS_OTHER_TEAM:
            mismatch++;
            break;

        default:
            applied++;
            break;
        }
    }

    ngx_http_labels_json_writer_init(&w, ex->pool);

    ngx_http_labels_json_literal(&w, "{\"data\":{\"applied\":");
    ngx_http_labels_json_integer(&w, applied);
    ngx_http_labels_json_literal(&w, ",\"skipped_cross_org\":");
    ngx_http_labels_json_integer(&w, unknown);
    ngx_http_labels_json_literal(&w, ",\"skipped_team_mismatch\":");
    ngx_http_labels_json_integer(&w, mismatch);
    ngx_http_labels_json_literal(&w, "}");

    return ngx_http_labels_kirimchat_finish(ex, &w);
}


/*
 * Under an idempotency key the answer is that of the first request, whose id
 * is part of it.
 */

static ngx_int_t
ngx_http_labels_kirimchat_first(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_str_t   *first, *value;
    ngx_uint_t   column;

    static ngx_str_t  name = ngx_string("Idempotent-Replayed");
    static ngx_str_t  yes = ngx_string("true");
    static ngx_str_t  no = ngx_string("false");

    if (op->p.key.data == NULL
        || op->outcome == NGX_HTTP_LABELS_KEY_REUSED
        || op->outcome == NGX_HTTP_LABELS_KEY_IN_PROGRESS)
    {
        return NGX_OK;
    }

    switch (op->kind) {

    case NGX_HTTP_LABELS_BULK:
        column = NGX_HTTP_LABELS_BULK_REQUEST_ID;
        break;

    case NGX_HTTP_LABELS_LABEL_CREATE:
        column = NGX_HTTP_LABELS_LABEL_REQUEST_ID;
        break;

    default: /* NGX_HTTP_LABELS_CHANGE */
        column = NGX_HTTP_LABELS_CHANGE_REQUEST_ID;
        break;
    }

    first = ngx_http_labels_cell(op, 0, column);
    value = &no;

    if (first->len == sizeof(ex->uuid)
        && ngx_memcmp(first->data, ex->uuid, sizeof(ex->uuid)) != 0)
    {
        value = &yes;
        ngx_memcpy(ex->uuid, first->data, sizeof(ex->uuid));

        if (ngx_http_labels_kirimchat_spell_request_id(ex) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return ngx_http_labels_header_out(ex, &name, value);
}


static ngx_int_t
ngx_http_labels_kirimchat_outcome(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_http_labels_kirimchat_ids_t  *ids;

    ids = ex->data;

    switch (op->outcome) {

    case NGX_HTTP_LABELS_OK:
    case NGX_HTTP_LABELS_UNCHANGED:
        return NGX_OK;

    case NGX_HTTP_LABELS_VIA_NOT_FOUND:
        return ngx_http_labels_problem_of(ex,
                                          NGX_HTTP_LABELS_KIRIMCHAT_NO_PHONE,
                                          &ex->params[0], 0);

    case NGX_HTTP_LABELS_LABEL_NOT_FOUND:
        return ngx_http_labels_problem_of(ex,
                                          NGX_HTTP_LABELS_KIRIMCHAT_NO_LABEL,
                                          &ids->label, 0);

    case NGX_HTTP_LABELS_OTHER_TEAM:
        return ngx_http_labels_kirimchat_field(ex,
                         NGX_HTTP_LABELS_KIRIMCHAT_OTHER_TEAM, "label_id");

    case NGX_HTTP_LABELS_TEAM_MISSING:
        return ngx_http_labels_kirimchat_field(ex,
                             NGX_HTTP_LABELS_KIRIMCHAT_NO_TEAM, "team_id");

    case NGX_HTTP_LABELS_TEAM_NOT_FOUND:
        return ngx_http_labels_kirimchat_field(ex,
                             NGX_HTTP_LABELS_KIRIMCHAT_INVALID, "team_id");

    case NGX_HTTP_LABELS_TITLE_TAKEN:
        return ngx_http_labels_kirimchat_field(ex,
                             NGX_HTTP_LABELS_KIRIMCHAT_NAME_TAKEN, "name");

    case NGX_HTTP_LABELS_KEY_REUSED:
        return ngx_http_labels_problem(ex,
                                       NGX_HTTP_LABELS_KIRIMCHAT_KEY_REUSED);

    case NGX_HTTP_LABELS_KEY_IN_PROGRESS:
        return ngx_http_labels_problem(ex,
                                   NGX_HTTP_LABELS_KIRIMCHAT_KEY_IN_PROGRESS);

    default:
        return ngx_http_labels_problem_of(ex,
                                          NGX_HTTP_LABELS_KIRIMCHAT_NO_CONTACT,
                                          &ids->contact, 0);
    }
}


static void
ngx_http_labels_kirimchat_write_label(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_json_writer_t *w, ngx_http_labels_operation_t *op,
    ngx_uint_t row)
{
    u_char                                ulid[NGX_HTTP_LABELS_ULID_LEN];
    ngx_str_t                            *cell;
    ngx_http_labels_kirimchat_columns_t  *columns;

    columns = (op->kind == NGX_HTTP_LABELS_READ)
              ? &ngx_http_labels_kirimchat_attached
              : &ngx_http_labels_kirimchat_catalogue;

    cell = ngx_http_labels_cell(op, row, columns->uuid);
    (void) ngx_http_labels_ulid_text(ulid, cell->data);

    ngx_http_labels_json_literal(w, "{\"id\":\"lbl_");
    ngx_http_labels_json_raw(w, ulid, sizeof(ulid));
    ngx_http_labels_json_literal(w, "\",\"object\":\"label\",\"name\":");
    ngx_http_labels_json_string(w, ngx_http_labels_cell(op, row,
                                                        columns->title));

    cell = ngx_http_labels_cell(op, row, columns->color);

    ngx_http_labels_json_literal(w, ",\"color\":");
    ngx_http_labels_json_string(w,
        ngx_http_labels_kirimchat_color_name(
            ngx_http_labels_palette_index(cell)));
    ngx_http_labels_json_literal(w, ",\"team_id\":");
    ngx_http_labels_json_string(w, ngx_http_labels_cell(op, row,
                                                        columns->team));
    ngx_http_labels_json_literal(w, ",\"created_at\":");
    ngx_http_labels_kirimchat_write_time(w,
        ngx_http_labels_cell_time(op, row, columns->created));
    ngx_http_labels_json_literal(w, ",\"updated_at\":");
    ngx_http_labels_kirimchat_write_time(w,
        ngx_http_labels_cell_time(op, row, columns->updated));
    ngx_http_labels_json_literal(w, "}");
}


/* microseconds since 1970 to "2026-05-23T10:00:00.000Z" */

static void
ngx_http_labels_kirimchat_write_time(ngx_http_labels_json_writer_t *w,
    int64_t time)
{
    u_char    *p, text[sizeof("\"2026-05-23T10:00:00.000Z\"")];
    ngx_tm_t   tm;

    ngx_gmtime((time_t) (time / 1000000), &tm);

    p = ngx_sprintf(text, "\"%4d-%02d-%02dT%02d:%02d:%02d.%03dZ\"",
                    tm.ngx_tm_year, tm.ngx_tm_mon, tm.ngx_tm_mday,
                    tm.ngx_tm_hour, tm.ngx_tm_min, tm.ngx_tm_sec,
                    (int) (time / 1000 % 1000));

    ngx_http_labels_json_raw(w, text, p - text);
}


static ngx_int_t
ngx_http_labels_kirimchat_finish(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_json_writer_t *w)
{
    ngx_http_labels_json_literal(w, ",\"request_id\":");
    ngx_http_labels_json_string(w, &ex->request_id);
    ngx_http_labels_json_literal(w, "}");

    ex->status = NGX_HTTP_OK;

    return ngx_http_labels_json_finish(w, &ex->content);
}
