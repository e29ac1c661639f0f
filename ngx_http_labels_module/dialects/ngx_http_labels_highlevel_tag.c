/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * HighLevel: the tags of a location.  A tag is all labels of a name, whatever
 * their case and team.
 */


#include "ngx_http_labels_dialect_body.h"
#include "ngx_http_labels_highlevel.h"
#include "ngx_http_labels_palette.h"


static ngx_int_t ngx_http_labels_highlevel_tag_name(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_highlevel_tag_outcome(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
static void ngx_http_labels_highlevel_write_tag(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_json_writer_t *w, ngx_http_labels_operation_t *op,
    ngx_uint_t row);


ngx_int_t
ngx_http_labels_highlevel_parse_list(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    op->p.by_name = 1;
    ngx_str_set(&op->p.order, "title");

    return ngx_http_labels_highlevel_account(ex, op, &ex->params[0]);
}


ngx_int_t
ngx_http_labels_highlevel_parse_create(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t  rc;

    ngx_str_set(&op->p.unique, "folded");
    op->p.color = *ngx_http_labels_palette_hex(NGX_HTTP_LABELS_PALETTE_GRAY);
    op->p.listed = 1;

    rc = ngx_http_labels_highlevel_account(ex, op, &ex->params[0]);

    return (rc == NGX_OK) ? ngx_http_labels_highlevel_tag_name(ex, op) : rc;
}


/* an id of another shape is one that does not exist */

ngx_int_t
ngx_http_labels_highlevel_parse_tag(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t  rc;

    ngx_str_set(&op->p.match, "short_id");
    op->p.by_name = 1;

    rc = ngx_http_labels_highlevel_account(ex, op, &ex->params[0]);

    if (rc != NGX_OK || !ngx_http_labels_highlevel_is_id(&ex->params[1])) {
        return rc;
    }

    op->p.label = ngx_http_labels_operation_copy(op, &ex->params[1]);

    return op->p.label.data ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_http_labels_highlevel_parse_update(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t  rc;

    ngx_str_set(&op->p.unique, "folded");

    rc = ngx_http_labels_highlevel_parse_tag(ex, op);

    return (rc == NGX_OK) ? ngx_http_labels_highlevel_tag_name(ex, op) : rc;
}


static ngx_int_t
ngx_http_labels_highlevel_tag_name(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t  rc;

    static ngx_str_t  members[] = { ngx_string("name"), ngx_null_string };

    rc = ngx_http_labels_highlevel_body(ex, members);

    if (rc == NGX_OK) {
        rc = ngx_http_labels_highlevel_name(ex, op);
    }

    if (rc != NGX_OK) {
        return rc;
    }

    return ex->problems.nelts ? NGX_DECLINED : NGX_OK;
}


ngx_int_t
ngx_http_labels_highlevel_render_list(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_http_labels_json_writer_t  w;

    ngx_http_labels_json_writer_init(&w, ex->pool);

    ngx_http_labels_json_literal(&w, "{\"tags\":");
    ngx_http_labels_write_rows(ex, &w, op, op->rows - 1,
                               ngx_http_labels_highlevel_write_tag);

    ex->status = NGX_HTTP_OK;

    return ngx_http_labels_highlevel_finish(ex, &w);
}


ngx_int_t
ngx_http_labels_highlevel_render_tag(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t                      rc;
    ngx_http_labels_json_writer_t  w;

    rc = ngx_http_labels_highlevel_tag_outcome(ex, op);

    if (rc != NGX_OK) {
        return rc;
    }

    ngx_http_labels_json_writer_init(&w, ex->pool);

    ngx_http_labels_json_literal(&w, "{\"tag\":");
    ngx_http_labels_highlevel_write_tag(ex, &w, op, 0);

    ex->status = (op->kind == NGX_HTTP_LABELS_LABEL_CREATE) ? NGX_HTTP_CREATED
                                                            : NGX_HTTP_OK;

    return ngx_http_labels_highlevel_finish(ex, &w);
}


ngx_int_t
ngx_http_labels_highlevel_render_deleted(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t                      rc;
    ngx_http_labels_json_writer_t  w;

    rc = ngx_http_labels_highlevel_tag_outcome(ex, op);

    if (rc != NGX_OK) {
        return rc;
    }

    ngx_http_labels_json_writer_init(&w, ex->pool);

    ngx_http_labels_json_literal(&w, "{\"succeded\":true,"
                                     "\"succeeded\":true");

    ex->status = NGX_HTTP_OK;

    return ngx_http_labels_highlevel_finish(ex, &w);
}


static ngx_int_t
ngx_http_labels_highlevel_tag_outcome(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    switch (op->outcome) {

    case NGX_HTTP_LABELS_OK:
    case NGX_HTTP_LABELS_UNCHANGED:
        return NGX_OK;

    case NGX_HTTP_LABELS_TITLE_TAKEN:
        return ngx_http_labels_problem(ex,
                                       NGX_HTTP_LABELS_HIGHLEVEL_NAME_TAKEN);

    default:
        return ngx_http_labels_problem_of(ex, NGX_HTTP_LABELS_HIGHLEVEL_NO_TAG,
                                          &ex->raw_params[1], 0);
    }
}


static void
ngx_http_labels_highlevel_write_tag(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_json_writer_t *w, ngx_http_labels_operation_t *op,
    ngx_uint_t row)
{
    ngx_str_t  name;

    name = ngx_http_labels_text_fold(ex->pool,
                                     ngx_http_labels_cell(op, row,
                                               NGX_HTTP_LABELS_LABEL_TITLE));

    ngx_http_labels_json_literal(w, "{\"name\":");
    ngx_http_labels_json_string(w, &name);
    ngx_http_labels_json_literal(w, ",\"locationId\":");
    ngx_http_labels_json_string(w, &op->p.account);
    ngx_http_labels_json_literal(w, ",\"id\":");
    ngx_http_labels_json_string(w, ngx_http_labels_cell(op, row,
                                            NGX_HTTP_LABELS_LABEL_SHORT_ID));
    ngx_http_labels_json_literal(w, "}");
}
