/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * Wawp: labels linked to chats by number, and their catalogue.
 */


#include "ngx_http_labels_palette.h"
#include "ngx_http_labels_wawp.h"


typedef struct {
    int64_t                      id;
    ngx_uint_t                   row;
} ngx_http_labels_wawp_row_t;


static ngx_int_t ngx_http_labels_wawp_credential(
    ngx_http_labels_exchange_t *ex);
static ngx_int_t ngx_http_labels_wawp_link(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_wawp_replace(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_wawp_read(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_wawp_list(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_wawp_label(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_wawp_chats(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_wawp_create(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_wawp_update(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_wawp_outcome(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_wawp_render_done(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_wawp_render_label(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_wawp_render_labels(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_wawp_render_chats(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_wawp_render_chat_labels(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_wawp_total(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op, ngx_uint_t column);
static int ngx_libc_cdecl ngx_http_labels_wawp_compare(const void *one,
    const void *two);
static void ngx_http_labels_wawp_write_chat(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_json_writer_t *w, ngx_http_labels_operation_t *op,
    ngx_uint_t row);
static void ngx_http_labels_wawp_write_row(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_json_writer_t *w, ngx_http_labels_operation_t *op,
    ngx_uint_t row);
static void ngx_http_labels_wawp_write_label(ngx_http_labels_json_writer_t *w,
    int64_t id, ngx_str_t *title, ngx_str_t *color);
static ngx_int_t ngx_http_labels_wawp_problem(ngx_http_labels_exchange_t *ex);
static void ngx_http_labels_wawp_message(ngx_http_labels_json_writer_t *w,
    ngx_http_labels_problem_t *problem);
static ngx_int_t ngx_http_labels_wawp_headers(ngx_http_labels_exchange_t *ex);


#define ngx_http_labels_wawp_route(method, path, name, kind, action, parse,   \
    render)                                                                   \
    { method, ngx_string(path), ngx_string(name), kind, ngx_string("token"),  \
      ngx_null_string, action, ngx_http_labels_wawp_##parse,                  \
      ngx_http_labels_wawp_##render, 1 }

/* every path exists below both prefixes, with words that come before {id} */

#define ngx_http_labels_wawp_routes_of(prefix)                                \
    ngx_http_labels_wawp_route(NGX_HTTP_GET, prefix "/labels",                \
        "label.list", NGX_HTTP_LABELS_LABEL_LIST, ngx_null_string, list,      \
        render_labels),                                                       \
                                                                              \
    ngx_http_labels_wawp_route(NGX_HTTP_POST, prefix "/labels",               \
        "label.create", NGX_HTTP_LABELS_LABEL_CREATE, ngx_null_string,        \
        create, render_label),                                                \
                                                                              \
    ngx_http_labels_wawp_route(NGX_HTTP_GET, prefix "/labels/all",            \
        "label.list", NGX_HTTP_LABELS_LABEL_LIST, ngx_null_string, list,      \
        render_labels),                                                       \
                                                                              \
    ngx_http_labels_wawp_route(NGX_HTTP_POST, prefix "/labels/create",        \
        "label.create", NGX_HTTP_LABELS_LABEL_CREATE, ngx_null_string,        \
        create, render_label),                                                \
                                                                              \
    ngx_http_labels_wawp_route(NGX_HTTP_GET, prefix "/labels/{id}",           \
        "label.get", NGX_HTTP_LABELS_LABEL_GET, ngx_null_string, label,       \
        render_label),                                                        \
                                                                              \
    ngx_http_labels_wawp_route(NGX_HTTP_PUT, prefix "/labels/{id}",           \
        "label.update", NGX_HTTP_LABELS_LABEL_UPDATE, ngx_null_string,        \
        update, render_label),                                                \
                                                                              \
    ngx_http_labels_wawp_route(NGX_HTTP_DELETE, prefix "/labels/{id}",        \
        "label.delete", NGX_HTTP_LABELS_LABEL_DELETE, ngx_null_string, label, \
        render_done),                                                         \
                                                                              \
    ngx_http_labels_wawp_route(NGX_HTTP_GET, prefix "/labels/chats/{}",       \
        "chat.read", NGX_HTTP_LABELS_READ, ngx_null_string, read,             \
        render_chat_labels),                                                  \
                                                                              \
    ngx_http_labels_wawp_route(NGX_HTTP_PUT, prefix "/labels/chats/{}",       \
        "chat.replace", NGX_HTTP_LABELS_CHANGE, ngx_string("replace"),        \
        replace, render_done),                                                \
                                                                              \
    ngx_http_labels_wawp_route(NGX_HTTP_PUT, prefix "/labels/{id}/update",    \
        "label.update", NGX_HTTP_LABELS_LABEL_UPDATE, ngx_null_string,        \
        update, render_label),                                                \
                                                                              \
    ngx_http_labels_wawp_route(NGX_HTTP_DELETE, prefix "/labels/{id}/delete", \
        "label.delete", NGX_HTTP_LABELS_LABEL_DELETE, ngx_null_string, label, \
        render_done),                                                         \
                                                                              \
    ngx_http_labels_wawp_route(NGX_HTTP_GET, prefix "/labels/{id}/chats",     \
        "label.chats", NGX_HTTP_LABELS_LABEL_TARGETS, ngx_null_string, chats, \
        render_chats),                                                        \
                                                                              \
    ngx_http_labels_wawp_route(NGX_HTTP_PUT|NGX_HTTP_POST,                    \
        prefix "/labels/{id}/chats/{}", "chat.add",                           \
        NGX_HTTP_LABELS_CHANGE, ngx_string("add"), link, render_done),        \
                                                                              \
    ngx_http_labels_wawp_route(NGX_HTTP_DELETE,                               \
        prefix "/labels/{id}/chats/{}", "chat.remove",                        \
        NGX_HTTP_LABELS_CHANGE, ngx_string("remove"), link, render_done)


static ngx_http_labels_route_t  ngx_http_labels_wawp_routes[] = {

    ngx_http_labels_wawp_routes_of("/v2"),
    ngx_http_labels_wawp_routes_of("/wp-json/awp/v1"),

    { 0, ngx_null_string, ngx_null_string, 0, ngx_null_string,
      ngx_null_string, ngx_null_string, NULL, NULL, 0 }
};


static ngx_http_labels_refusal_t  ngx_http_labels_wawp_refusals[] = {
    { NGX_HTTP_LABELS_REFUSED_UNKNOWN | NGX_HTTP_LABELS_REFUSED_REVOKED
      | NGX_HTTP_LABELS_REFUSED_EXPIRED | NGX_HTTP_LABELS_REFUSED_KIND,
      NGX_HTTP_LABELS_WAWP_BAD_TOKEN },
    { NGX_HTTP_LABELS_REFUSED_OWN, NGX_HTTP_LABELS_WAWP_SUSPENDED },
    { NGX_HTTP_LABELS_REFUSED_NO_ACCOUNT | NGX_HTTP_LABELS_REFUSED_FOREIGN,
      NGX_HTTP_LABELS_WAWP_NO_INSTANCE },
    { NGX_HTTP_LABELS_REFUSED_SUSPENDED, NGX_HTTP_LABELS_WAWP_SUSPENDED },
    { 0, 0 }
};


/* contract, section 4; a subject follows the message where there is one */

static struct {
    ngx_uint_t   status;
    ngx_str_t    code;
    ngx_str_t    message;
} ngx_http_labels_wawp_problems[] = {
    { 500, ngx_string("internal_error"), ngx_string("Unexpected Failure") },
    { 404, ngx_string("not_found"), ngx_string("Not Found") },
    { 405, ngx_string("method_not_allowed"),
      ngx_string("Method Not Allowed") },
    { 413, ngx_string("payload_too_large"),
      ngx_string("Request body is too large") },
    { 408, ngx_string("request_timeout"), ngx_string("Request Timeout") },
    { 429, ngx_string("rate_limited"), ngx_string("Too Many Requests") },
    { 0, ngx_string("bad_request"), ngx_string("Bad Request") },
    { 503, ngx_string("wawp_upstream_error"),
      ngx_string("Service temporarily unavailable") },
    { 503, ngx_string("wawp_upstream_error"),
      ngx_string("Service temporarily unavailable") },
    { 503, ngx_string("wawp_upstream_error"),
      ngx_string("Service temporarily unavailable") },
    { 500, ngx_string("internal_error"), ngx_string("Unexpected Failure") },

    { 401, ngx_string("missing_token"), ngx_string("Missing access_token") },
    { 401, ngx_string("invalid_token"),
      ngx_string("Invalid or Missing Access Token") },
    { 403, ngx_string("forbidden"), ngx_string("Account suspended") },
    { 404, ngx_string("invalid_session"), ngx_string("Instance not found") },
    { 400, ngx_string("missing_params"),
      ngx_string("Missing Required Parameter(s): ") },
    { 400, ngx_string("invalid_param"),
      ngx_string("Invalid Parameter Format: ") },
    { 400, ngx_string("conflicting_params"),
      ngx_string("Conflicting values for parameter: ") },
    { 422, ngx_string("invalid_color"),
      ngx_string("Use either 'color' or 'colorHex'") },
    { 422, ngx_string("invalid_color"),
      ngx_string("Invalid 'colorHex'. Possible values: ") },
    { 404, ngx_string("label_not_found"), ngx_string("Label not found") },
    { 422, ngx_string("label_limit"), ngx_string("Maximum ") },
    { 422, ngx_string("label_exists"), ngx_string("Label with '") }
};

typedef char ngx_http_labels_wawp_problems_complete[
    sizeof(ngx_http_labels_wawp_problems)
    / sizeof(ngx_http_labels_wawp_problems[0])
    == NGX_HTTP_LABELS_WAWP_PROBLEMS ? 1 : -1];


static ngx_str_t  ngx_http_labels_wawp_prefixes[] = {
    ngx_string("/v2/"),
    ngx_string("/wp-json/awp/v1/"),
    ngx_null_string
};


/* words of other paths, which are no label ids */

static ngx_str_t  ngx_http_labels_wawp_reserved[] = {
    ngx_string("all"),
    ngx_string("create"),
    ngx_string("chats"),
    ngx_null_string
};


ngx_http_labels_dialect_t  ngx_http_labels_wawp = {
    ngx_string("wawp"),
    ngx_http_labels_wawp_prefixes,
    ngx_http_labels_wawp_reserved,
    ngx_string("application/json; charset=utf-8"),
    ngx_http_labels_wawp_routes,
    ngx_http_labels_wawp_refusals,
    ngx_http_labels_request_uuid,
    NULL,
    ngx_http_labels_wawp_credential,
    ngx_http_labels_wawp_problem,
    ngx_http_labels_wawp_headers,
    0, 1, 0, 0, 1
};


static ngx_int_t
ngx_http_labels_wawp_credential(ngx_http_labels_exchange_t *ex)
{
    ngx_http_labels_wawp_token(ex);

    return NGX_AGAIN;
}


static ngx_int_t
ngx_http_labels_wawp_link(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    return ngx_http_labels_wawp_collect(ex, op, NGX_HTTP_LABELS_WAWP_ID
                                                | NGX_HTTP_LABELS_WAWP_CHAT,
                                        0, &ex->params[0], &ex->params[1]);
}


static ngx_int_t
ngx_http_labels_wawp_replace(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    return ngx_http_labels_wawp_collect(ex, op, NGX_HTTP_LABELS_WAWP_CHAT
                                                | NGX_HTTP_LABELS_WAWP_LABELS,
                                        0, NULL, &ex->params[0]);
}


static ngx_int_t
ngx_http_labels_wawp_read(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    op->p.full = 1;

    return ngx_http_labels_wawp_collect(ex, op, NGX_HTTP_LABELS_WAWP_CHAT, 0,
                                        NULL, &ex->params[0]);
}


static ngx_int_t
ngx_http_labels_wawp_list(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_str_set(&op->p.order, "label_id");

    return ngx_http_labels_wawp_collect(ex, op, 0, NGX_HTTP_LABELS_WAWP_PAGE,
                                        NULL, NULL);
}


static ngx_int_t
ngx_http_labels_wawp_label(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    return ngx_http_labels_wawp_collect(ex, op, NGX_HTTP_LABELS_WAWP_ID, 0,
                                        &ex->params[0], NULL);
}


static ngx_int_t
ngx_http_labels_wawp_chats(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    return ngx_http_labels_wawp_collect(ex, op, NGX_HTTP_LABELS_WAWP_ID,
                                        NGX_HTTP_LABELS_WAWP_PAGE,
                                        &ex->params[0], NULL);
}


static ngx_int_t
ngx_http_labels_wawp_create(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_str_set(&op->p.unique, "account");
    op->p.color = *ngx_http_labels_palette_hex(0);
    op->p.listed = 1;
    op->p.cap = ex->cap;

    return ngx_http_labels_wawp_collect(ex, op, NGX_HTTP_LABELS_WAWP_NAME,
                                        NGX_HTTP_LABELS_WAWP_COLOR, NULL,
                                        NULL);
}


static ngx_int_t
ngx_http_labels_wawp_update(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_str_set(&op->p.unique, "account");

    return ngx_http_labels_wawp_collect(ex, op, NGX_HTTP_LABELS_WAWP_ID,
                                        NGX_HTTP_LABELS_WAWP_NAME
                                        | NGX_HTTP_LABELS_WAWP_COLOR,
                                        &ex->params[0], NULL);
}


static ngx_int_t
ngx_http_labels_wawp_outcome(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    u_char     *p;
    ngx_str_t   subject;

    switch (op->outcome) {

    case NGX_HTTP_LABELS_OK:
    case NGX_HTTP_LABELS_UNCHANGED:
        return NGX_OK;

    case NGX_HTTP_LABELS_LABEL_LIMIT:
        return ngx_http_labels_problem_of(ex, NGX_HTTP_LABELS_WAWP_LABEL_LIMIT,
                                          NULL, op->p.cap);

    case NGX_HTTP_LABELS_TITLE_TAKEN:
        p = ngx_pnalloc(ex->pool, op->p.title.len + NGX_INT64_LEN
                                  + sizeof("' already exists, id: "));
        if (p == NULL) {
            return NGX_ERROR;
        }

        subject.data = p;
        subject.len = ngx_sprintf(p, "%V' already exists, id: %L",
                                  &op->p.title,
                                  ngx_http_labels_cell_integer(op, 0,
                                                   NGX_HTTP_LABELS_LABEL_ID))
                      - p;

        return ngx_http_labels_problem_of(ex,
                                          NGX_HTTP_LABELS_WAWP_LABEL_EXISTS,
                                          &subject, 0);

    default:
        return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_WAWP_NO_LABEL);
    }
}


static ngx_int_t
ngx_http_labels_wawp_render_done(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t  rc;

    static ngx_str_t  done = ngx_string("{\"success\":true,\"message\":"
                                   "\"Operation completed successfully\"}");

    rc = ngx_http_labels_wawp_outcome(ex, op);

    if (rc != NGX_OK) {
        return rc;
    }

    ex->status = NGX_HTTP_OK;
    ex->content = done;

    return NGX_OK;
}


static ngx_int_t
ngx_http_labels_wawp_render_label(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t                      rc;
    ngx_http_labels_json_writer_t  w;

    rc = ngx_http_labels_wawp_outcome(ex, op);

    if (rc != NGX_OK) {
        return rc;
    }

    ngx_http_labels_json_writer_init(&w, ex->pool);

    ngx_http_labels_wawp_write_row(ex, &w, op, 0);

    ex->status = (op->kind == NGX_HTTP_LABELS_LABEL_CREATE) ? NGX_HTTP_CREATED
                                                            : NGX_HTTP_OK;

    return ngx_http_labels_json_finish(&w, &ex->content);
}


static ngx_int_t
ngx_http_labels_wawp_render_labels(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_http_labels_json_writer_t  w;

    if (ngx_http_labels_wawp_total(ex, op, NGX_HTTP_LABELS_LABEL_TOTAL)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_labels_json_writer_init(&w, ex->pool);

    ngx_http_labels_write_rows(ex, &w, op, op->rows - 1,
                               ngx_http_labels_wawp_write_row);

    ex->status = NGX_HTTP_OK;

    return ngx_http_labels_json_finish(&w, &ex->content);
}


static ngx_int_t
ngx_http_labels_wawp_render_chats(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t                      rc;
    ngx_http_labels_json_writer_t  w;

    rc = ngx_http_labels_wawp_outcome(ex, op);

    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_http_labels_wawp_total(ex, op, NGX_HTTP_LABELS_TARGETS_TOTAL)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_labels_json_writer_init(&w, ex->pool);

    ngx_http_labels_write_rows(ex, &w, op, op->rows - 1,
                               ngx_http_labels_wawp_write_chat);

    ex->status = NGX_HTTP_OK;

    return ngx_http_labels_json_finish(&w, &ex->content);
}


/* how many there are beyond the page */

static ngx_int_t
ngx_http_labels_wawp_total(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op, ngx_uint_t column)
{
    static ngx_str_t  name = ngx_string("X-Total-Count");

    return ngx_http_labels_header_out_number(ex, &name,
                               ngx_http_labels_cell_integer(op, 0, column));
}


/* by number, where the other dialects show the order of attachment */

static ngx_int_t
ngx_http_labels_wawp_render_chat_labels(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_uint_t                      i, n;
    ngx_http_labels_wawp_row_t     *rows;
    ngx_http_labels_json_writer_t   w;

    n = op->rows - 1;

    rows = ngx_palloc(ex->pool, (n + 1) * sizeof(ngx_http_labels_wawp_row_t));
    if (rows == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < n; i++) {
        rows[i].row = i + 1;
        rows[i].id = ngx_http_labels_cell_integer(op, i + 1,
                                                NGX_HTTP_LABELS_READ_LABEL_ID);
    }

    ngx_qsort(rows, n, sizeof(ngx_http_labels_wawp_row_t),
              ngx_http_labels_wawp_compare);

    ngx_http_labels_json_writer_init(&w, ex->pool);
    ngx_http_labels_json_literal(&w, "[");

    for (i = 0; i < n; i++) {
        if (i) {
            ngx_http_labels_json_literal(&w, ",");
        }

        ngx_http_labels_wawp_write_label(&w, rows[i].id,
            ngx_http_labels_cell(op, rows[i].row, NGX_HTTP_LABELS_READ_TITLE),
            ngx_http_labels_cell(op, rows[i].row, NGX_HTTP_LABELS_READ_COLOR));
    }

    ngx_http_labels_json_literal(&w, "]");

    ex->status = NGX_HTTP_OK;

    return ngx_http_labels_json_finish(&w, &ex->content);
}


static int ngx_libc_cdecl
ngx_http_labels_wawp_compare(const void *one, const void *two)
{
    const ngx_http_labels_wawp_row_t  *a, *b;

    a = one;
    b = two;

    return (a->id > b->id) - (a->id < b->id);
}


static void
ngx_http_labels_wawp_write_chat(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_json_writer_t *w, ngx_http_labels_operation_t *op,
    ngx_uint_t row)
{
    ngx_http_labels_json_literal(w, "{\"id\":");
    ngx_http_labels_json_string(w, ngx_http_labels_cell(op, row,
                                            NGX_HTTP_LABELS_TARGETS_CHAT_ID));
    ngx_http_labels_json_literal(w, ",\"name\":");
    ngx_http_labels_json_string(w, ngx_http_labels_cell(op, row,
                                               NGX_HTTP_LABELS_TARGETS_NAME));
    ngx_http_labels_json_literal(w, "}");
}


static void
ngx_http_labels_wawp_write_row(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_json_writer_t *w, ngx_http_labels_operation_t *op,
    ngx_uint_t row)
{
    ngx_http_labels_wawp_write_label(w,
        ngx_http_labels_cell_integer(op, row, NGX_HTTP_LABELS_LABEL_ID),
        ngx_http_labels_cell(op, row, NGX_HTTP_LABELS_LABEL_TITLE),
        ngx_http_labels_cell(op, row, NGX_HTTP_LABELS_LABEL_COLOR));
}


static void
ngx_http_labels_wawp_write_label(ngx_http_labels_json_writer_t *w, int64_t id,
    ngx_str_t *title, ngx_str_t *color)
{
    ngx_uint_t  index;

    index = ngx_http_labels_palette_index(color);

    ngx_http_labels_json_literal(w, "{\"id\":\"");
    ngx_http_labels_json_integer(w, id);
    ngx_http_labels_json_literal(w, "\",\"name\":");
    ngx_http_labels_json_string(w, title);
    ngx_http_labels_json_literal(w, ",\"color\":");
    ngx_http_labels_json_integer(w, index);
    ngx_http_labels_json_literal(w, ",\"colorHex\":");
    ngx_http_labels_json_string(w, ngx_http_labels_palette_hex(index));
    ngx_http_labels_json_literal(w, "}");
}


static ngx_int_t
ngx_http_labels_wawp_problem(ngx_http_labels_exchange_t *ex)
{
    ngx_uint_t                      code;
    ngx_http_labels_problem_t      *problem;
    ngx_http_labels_json_writer_t   w;

    problem = ex->problems.elts;
    code = problem->code;
    ex->status = ngx_http_labels_wawp_problems[code].status;

    if (ex->status == 0) {
        ex->status = problem->number;

        if (ex->status >= NGX_HTTP_INTERNAL_SERVER_ERROR) {
            code = NGX_HTTP_LABELS_PROBLEM_INTERNAL;
        }
    }

    ngx_http_labels_json_writer_init(&w, ex->pool);

    ngx_http_labels_json_literal(&w, "{\"success\":false,\"code\":");
    ngx_http_labels_json_string(&w,
                                &ngx_http_labels_wawp_problems[code].code);
    ngx_http_labels_json_literal(&w, ",\"message\":\"");
    ngx_http_labels_json_characters(&w,
                                 &ngx_http_labels_wawp_problems[code].message);
    ngx_http_labels_wawp_message(&w, problem);
    ngx_http_labels_json_literal(&w, "\"}");

    return ngx_http_labels_json_finish(&w, &ex->content);
}


/* what follows the text of the table */

static void
ngx_http_labels_wawp_message(ngx_http_labels_json_writer_t *w,
    ngx_http_labels_problem_t *problem)
{
    ngx_uint_t  i;

    switch (problem->code) {

    case NGX_HTTP_LABELS_WAWP_COLOR_HEX:

        for (i = 0; i < NGX_HTTP_LABELS_PALETTE_SIZE; i++) {
            if (i) {
                ngx_http_labels_json_literal(w, ", ");
            }

            ngx_http_labels_json_characters(w,
                                            ngx_http_labels_palette_hex(i));
        }

        break;

    case NGX_HTTP_LABELS_WAWP_LABEL_LIMIT:
        ngx_http_labels_json_integer(w, problem->number);
        ngx_http_labels_json_literal(w, " labels allowed");
        break;

    default:
        ngx_http_labels_json_characters(w, &problem->subject);
        break;
    }
}


static ngx_int_t
ngx_http_labels_wawp_headers(ngx_http_labels_exchange_t *ex)
{
    static ngx_str_t  cache = ngx_string("Cache-Control");
    static ngx_str_t  no_store = ngx_string("no-store");
    static ngx_str_t  allow = ngx_string("Allow");

    if (ngx_http_labels_header_out(ex, &cache, &no_store) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ex->allow.len) {
        return ngx_http_labels_header_out(ex, &allow, &ex->allow);
    }

    return NGX_OK;
}
