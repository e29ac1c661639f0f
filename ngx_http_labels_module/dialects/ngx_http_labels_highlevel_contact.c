/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * HighLevel: tags of contacts, one or many, in lower case.
 */


#include "ngx_http_labels_dialect_body.h"
#include "ngx_http_labels_highlevel.h"


#define NGX_HTTP_LABELS_HIGHLEVEL_MAX_TAGS       1000
#define NGX_HTTP_LABELS_HIGHLEVEL_MAX_BULK_TAGS  100


static ngx_int_t ngx_http_labels_highlevel_contact(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_highlevel_bulk_type(
    ngx_http_labels_exchange_t *ex, ngx_flag_t *add);
static ngx_int_t ngx_http_labels_highlevel_outcome(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
static ngx_flag_t ngx_http_labels_highlevel_write_item(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_json_writer_t *w,
    ngx_http_labels_operation_t *part);


ngx_int_t
ngx_http_labels_highlevel_parse_contact(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t  rc;

    rc = ngx_http_labels_highlevel_account(ex, op, NULL);

    if (rc != NGX_OK) {
        return rc;
    }

    op->p.full = 1;

    return ngx_http_labels_highlevel_contact(ex, op);
}


/* an id of another shape is one that does not exist */

static ngx_int_t
ngx_http_labels_highlevel_contact(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_str_set(&op->p.target, "short_id");

    if (!ngx_http_labels_highlevel_is_id(&ex->params[0])) {
        return NGX_OK;
    }

    op->p.reference = ngx_http_labels_operation_copy(op, &ex->params[0]);

    return op->p.reference.data ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_http_labels_highlevel_parse_change(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t  rc;

    static ngx_str_t  members[] = { ngx_string("tags"), ngx_null_string };

    rc = ngx_http_labels_highlevel_account(ex, op, NULL);

    if (rc == NGX_OK) {
        rc = ngx_http_labels_highlevel_body(ex, members);
    }

    if (rc == NGX_OK) {
        rc = ngx_http_labels_highlevel_tags(ex, op, &op->p.items,
                                          NGX_HTTP_LABELS_HIGHLEVEL_MAX_TAGS);
    }

    if (rc != NGX_OK) {
        return rc;
    }

    if (ex->problems.nelts) {
        return NGX_DECLINED;
    }

    ngx_str_set(&op->p.match, "folded");
    op->p.want = NGX_HTTP_LABELS_WANT_AFTER | NGX_HTTP_LABELS_WANT_DIFFERENCE;

    return ngx_http_labels_highlevel_contact(ex, op);
}


ngx_int_t
ngx_http_labels_highlevel_parse_bulk(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t    rc;
    ngx_str_t   *location;
    ngx_flag_t   add;

    static ngx_str_t  members[] = {
        ngx_string("contacts"), ngx_string("tags"), ngx_string("locationId"),
        ngx_string("removeAllTags"), ngx_null_string
    };

    add = 0;

    rc = ngx_http_labels_highlevel_account(ex, op, NULL);

    if (rc == NGX_OK) {
        rc = ngx_http_labels_highlevel_bulk_type(ex, &add);
    }

    if (rc == NGX_OK) {
        rc = ngx_http_labels_highlevel_body(ex, members);
    }

    if (rc == NGX_OK) {
        rc = ngx_http_labels_highlevel_contacts(ex, op);
    }

    if (rc == NGX_OK) {
        rc = ngx_http_labels_highlevel_tags(ex, op, add ? &op->p.items
                                                        : &op->p.removals,
                                     NGX_HTTP_LABELS_HIGHLEVEL_MAX_BULK_TAGS);
    }

    if (rc != NGX_OK) {
        return rc;
    }

    location = ngx_http_labels_highlevel_location_id(ex);
    op->p.all = ngx_http_labels_highlevel_remove_all(ex, add);

    if (ex->problems.nelts) {
        return NGX_DECLINED;
    }

    ngx_str_set(&op->p.target, "short_id");
    ngx_str_set(&op->p.match, "folded");
    op->p.want = NGX_HTTP_LABELS_WANT_DIFFERENCE
                 | NGX_HTTP_LABELS_WANT_BEFORE;

    return ngx_http_labels_highlevel_account(ex, op, location);
}


static ngx_int_t
ngx_http_labels_highlevel_bulk_type(ngx_http_labels_exchange_t *ex,
    ngx_flag_t *add)
{
    ngx_str_t  *type;

    type = &ex->params[0];

    if (type->len == 3 && ngx_strncmp(type->data, "add", 3) == 0) {
        *add = 1;
        return NGX_OK;
    }

    if (type->len == 6 && ngx_strncmp(type->data, "remove", 6) == 0) {
        *add = 0;
        return NGX_OK;
    }

    return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_HIGHLEVEL_TYPE);
}


ngx_int_t
ngx_http_labels_highlevel_render_contact(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t                      rc;
    ngx_http_labels_json_writer_t  w;

    rc = ngx_http_labels_highlevel_outcome(ex, op);

    if (rc != NGX_OK) {
        return rc;
    }

    ngx_http_labels_json_writer_init(&w, ex->pool);

    ngx_http_labels_json_literal(&w, "{\"contact\":{\"id\":");
    ngx_http_labels_json_string(&w, &op->p.reference);
    ngx_http_labels_json_literal(&w, ",\"locationId\":");
    ngx_http_labels_json_string(&w, ngx_http_labels_cell(op, 0,
                                               NGX_HTTP_LABELS_READ_TEAM));
    ngx_http_labels_json_literal(&w, ",\"contactName\":");
    ngx_http_labels_json_string(&w, ngx_http_labels_cell(op, 0,
                                               NGX_HTTP_LABELS_READ_TITLE));
    ngx_http_labels_json_literal(&w, ",\"tags\":[");
    ngx_http_labels_write_list(ex, &w, op, "after", 1);
    ngx_http_labels_json_literal(&w, "]}");

    ex->status = NGX_HTTP_OK;

    return ngx_http_labels_highlevel_finish(ex, &w);
}


ngx_int_t
ngx_http_labels_highlevel_render_change(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    char                           *difference;
    ngx_int_t                       rc;
    ngx_http_labels_json_writer_t   w;

    rc = ngx_http_labels_highlevel_outcome(ex, op);

    if (rc != NGX_OK) {
        return rc;
    }

    ngx_http_labels_json_writer_init(&w, ex->pool);

    ngx_http_labels_json_literal(&w, "{\"tags\":[");
    ngx_http_labels_write_list(ex, &w, op, "after", 1);

    if (ex->route->method & NGX_HTTP_POST) {
        ngx_http_labels_json_literal(&w, "],\"tagsAdded\":[");
        difference = "added";
        ex->status = NGX_HTTP_CREATED;

    } else {
        ngx_http_labels_json_literal(&w, "],\"tagsRemoved\":[");
        difference = "removed";
        ex->status = NGX_HTTP_OK;
    }

    ngx_http_labels_write_list(ex, &w, op, difference, 1);
    ngx_http_labels_json_literal(&w, "]");

    return ngx_http_labels_highlevel_finish(ex, &w);
}


static ngx_int_t
ngx_http_labels_highlevel_outcome(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    switch (op->outcome) {

    case NGX_HTTP_LABELS_OK:
    case NGX_HTTP_LABELS_UNCHANGED:
        return NGX_OK;

    case NGX_HTTP_LABELS_TARGET_FOREIGN:
        return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_HIGHLEVEL_LOCATION);

    default:
        return ngx_http_labels_problem_of(ex,
                                          NGX_HTTP_LABELS_HIGHLEVEL_NO_CONTACT,
                                          &ex->raw_params[0], 0);
    }
}


/* an item of the answer per contact id, in the order of the request */

ngx_int_t
ngx_http_labels_highlevel_render_bulk(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_uint_t                     row, first, errors;
    ngx_http_labels_operation_t    part;
    ngx_http_labels_json_writer_t  items, w;

    ngx_http_labels_json_writer_init(&items, ex->pool);
    errors = 0;

    for (first = 1; first < op->rows; first = row) {

        for (row = first + 1; row < op->rows; row++) {
            if (ngx_http_labels_cell(op, row, NGX_HTTP_LABELS_BULK_LIST)->data
                == NULL)
            {
                break;
            }
        }

        if (first > 1) {
            ngx_http_labels_json_literal(&items, ",");
        }

        part = ngx_http_labels_operation_part(op, first, row - first);

        if (!ngx_http_labels_highlevel_write_item(ex, &items, &part)) {
            errors++;
        }
    }

    ngx_http_labels_json_writer_init(&w, ex->pool);

    ngx_http_labels_json_literal(&w, "{\"succeded\":true,\"succeeded\":true,"
                                     "\"errorCount\":");
    ngx_http_labels_json_integer(&w, errors);
    ngx_http_labels_json_literal(&w, ",\"responses\":[");
    ngx_http_labels_json_raw(&w, items.text.data, items.text.len);
    ngx_http_labels_json_literal(&w, "]");

    ex->status = NGX_HTTP_CREATED;

    return items.failed ? NGX_ERROR : ngx_http_labels_highlevel_finish(ex, &w);
}


/* returns whether the contact was found */

static ngx_flag_t
ngx_http_labels_highlevel_write_item(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_json_writer_t *w, ngx_http_labels_operation_t *part)
{
    ngx_http_labels_item_t     *contact;
    ngx_http_labels_outcome_e   outcome;

    contact = part->p.references->elts;
    contact += ngx_http_labels_cell_integer(part, 0,
                                            NGX_HTTP_LABELS_BULK_TARGET) - 1;

    outcome = ngx_http_labels_outcome(ngx_http_labels_cell(part, 0,
                                              NGX_HTTP_LABELS_BULK_OUTCOME));

    ngx_http_labels_json_literal(w, "{\"contactId\":");
    ngx_http_labels_json_string(w, &contact->folded);

    if (outcome == NGX_HTTP_LABELS_TARGET_NOT_FOUND) {

        if (contact->title.data) {
            ngx_http_labels_json_literal(w, ",\"message\":\"contact does not "
                                            "belong to location\","
                                            "\"type\":\"error\"}");
        } else {
            ngx_http_labels_json_literal(w, ",\"message\":\"contact id is not "
                                            "a valid firebase id\","
                                            "\"type\":\"error\"}");
        }

        return 0;
    }

    ngx_http_labels_json_literal(w, ",\"message\":\"Tags updated\","
                                    "\"type\":\"success\",\"oldTags\":[");
    ngx_http_labels_write_list(ex, w, part, "before", 1);
    ngx_http_labels_json_literal(w, "],\"tagsAdded\":[");
    ngx_http_labels_write_list(ex, w, part, "added", 1);
    ngx_http_labels_json_literal(w, "],\"tagsRemoved\":[");
    ngx_http_labels_write_list(ex, w, part, "removed", 1);
    ngx_http_labels_json_literal(w, "]}");

    return 1;
}
