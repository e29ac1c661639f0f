/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * Errors that nginx raises itself (413, 408, 429, 400 and others) in the
 * dialect's envelope.  A filter replaces the page of every labels location,
 * and of requests that failed before a location was found; labels_error does
 * the same for operators who prefer error_page.
 */


#include "ngx_http_labels_module.h"


static ngx_int_t ngx_http_labels_error_header_filter(ngx_http_request_t *r);
static ngx_int_t ngx_http_labels_error_body_filter(ngx_http_request_t *r,
    ngx_chain_t *in);
static ngx_http_labels_dialect_t *ngx_http_labels_error_dialect(
    ngx_http_request_t *r);
static ngx_int_t ngx_http_labels_error_problem(ngx_http_labels_ctx_t *ctx,
    ngx_uint_t status);


static ngx_http_output_header_filter_pt  ngx_http_labels_next_header_filter;
static ngx_http_output_body_filter_pt    ngx_http_labels_next_body_filter;


static struct {
    ngx_uint_t                 status;
    ngx_http_labels_problem_e  problem;
} ngx_http_labels_errors[] = {
    { NGX_HTTP_REQUEST_TIME_OUT, NGX_HTTP_LABELS_PROBLEM_BODY_TIMEOUT },
    { NGX_HTTP_REQUEST_ENTITY_TOO_LARGE, NGX_HTTP_LABELS_PROBLEM_TOO_LARGE },
    { NGX_HTTP_TOO_MANY_REQUESTS, NGX_HTTP_LABELS_PROBLEM_RATE_LIMITED },
    { NGX_HTTP_INTERNAL_SERVER_ERROR, NGX_HTTP_LABELS_PROBLEM_INTERNAL },
    { NGX_HTTP_BAD_GATEWAY, NGX_HTTP_LABELS_PROBLEM_UNAVAILABLE },
    { NGX_HTTP_SERVICE_UNAVAILABLE, NGX_HTTP_LABELS_PROBLEM_BUSY },
    { NGX_HTTP_GATEWAY_TIME_OUT, NGX_HTTP_LABELS_PROBLEM_UNAVAILABLE },
    { 0, NGX_HTTP_LABELS_PROBLEM_HTTP }
};


ngx_int_t
ngx_http_labels_error_filter_init(ngx_conf_t *cf)
{
    ngx_http_labels_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_http_labels_error_header_filter;

    ngx_http_labels_next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = ngx_http_labels_error_body_filter;

    return NGX_OK;
}


static ngx_int_t
ngx_http_labels_error_header_filter(ngx_http_request_t *r)
{
    ngx_http_labels_ctx_t      *ctx;
    ngx_http_labels_dialect_t  *dialect;

    if (r->headers_out.status < NGX_HTTP_BAD_REQUEST || r != r->main) {
        return ngx_http_labels_next_header_filter(r);
    }

    ctx = ngx_http_get_module_ctx(r, ngx_http_labels_module);

    if (ctx && ctx->answered) {
        return ngx_http_labels_next_header_filter(r);
    }

    dialect = ngx_http_labels_error_dialect(r);

    if (dialect == NULL) {
        return ngx_http_labels_next_header_filter(r);
    }

    ctx = ngx_http_labels_ctx(r, dialect);
    if (ctx == NULL) {
        return NGX_ERROR;
    }

    ctx->answered = 1;

    if (ngx_http_labels_error_problem(ctx, r->headers_out.status) != NGX_OK
        || ngx_http_labels_reply_headers(ctx) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_clear_accept_ranges(r);
    ngx_http_clear_last_modified(r);
    ngx_http_clear_etag(r);

    ctx->replacement = ctx->exchange->content;

    return ngx_http_labels_next_header_filter(r);
}


static ngx_int_t
ngx_http_labels_error_body_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    ngx_buf_t              *b;
    ngx_chain_t            *cl, out;
    ngx_http_labels_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_labels_module);

    if (in == NULL || ctx == NULL || ctx->replacement.data == NULL) {
        return ngx_http_labels_next_body_filter(r, in);
    }

    /* nginx's page counts as sent */

    for (cl = in; cl; cl = cl->next) {
        cl->buf->pos = cl->buf->last;
        cl->buf->file_pos = cl->buf->file_last;
    }

    if (ctx->replaced) {
        return NGX_OK;
    }

    ctx->replaced = 1;

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->pos = ctx->replacement.data;
    b->last = ctx->replacement.data + ctx->replacement.len;
    b->memory = 1;
    b->last_buf = 1;
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    return ngx_http_labels_next_body_filter(r, &out);
}


/*
 * Before a location is found, for a bad header line say, the path tells whose
 * request it is, on servers that have locations of that dialect.
 */

static ngx_http_labels_dialect_t *
ngx_http_labels_error_dialect(ngx_http_request_t *r)
{
    ngx_uint_t                     i;
    ngx_http_core_srv_conf_t      *cscf;
    ngx_http_labels_dialect_t     *dialect;
    ngx_http_labels_loc_conf_t    *llcf, **locations;
    ngx_http_labels_main_conf_t   *lmcf;

    llcf = ngx_http_get_module_loc_conf(r, ngx_http_labels_module);

    if (llcf->dialect) {
        return llcf->dialect;
    }

    cscf = ngx_http_get_module_srv_conf(r, ngx_http_core_module);

    if (r->loc_conf != cscf->ctx->loc_conf || r->internal) {
        return NULL;
    }

    /* a path that nginx cannot decode is not kept, but still in the buffer */

    if (r->unparsed_uri.len == 0 && r->uri_start && r->uri_end) {
        r->unparsed_uri.data = r->uri_start;
        r->unparsed_uri.len = r->uri_end - r->uri_start;
    }

    dialect = ngx_http_labels_dialect_of_path(&r->unparsed_uri);

    if (dialect == NULL) {
        return NULL;
    }

    lmcf = ngx_http_get_module_main_conf(r, ngx_http_labels_module);
    locations = lmcf->locations.elts;

    for (i = 0; i < lmcf->locations.nelts; i++) {
        if (locations[i]->server == cscf && locations[i]->dialect == dialect) {
            return dialect;
        }
    }

    return NULL;
}


static ngx_int_t
ngx_http_labels_error_problem(ngx_http_labels_ctx_t *ctx, ngx_uint_t status)
{
    ngx_uint_t                   i;
    ngx_http_labels_exchange_t  *ex;

    static ngx_str_t  outcome = ngx_string("rejected");

    ex = ctx->exchange;
    ctx->outcome = &outcome;

    if (status == NGX_HTTP_NOT_ALLOWED
        && ngx_http_labels_exchange_route(ex) == NGX_DECLINED)
    {
        /* methods that nginx refuses by itself: the dialect has its answer */

        return ex->dialect->problem(ex);
    }

    for (i = 0; ngx_http_labels_errors[i].status; i++) {
        if (ngx_http_labels_errors[i].status == status) {
            break;
        }
    }

    (void) ngx_http_labels_problem_of(ex, ngx_http_labels_errors[i].problem,
                                      NULL, status);

    return ex->dialect->problem(ex);
}


/* the content handler of labels_error: where error_page leads to */

ngx_int_t
ngx_http_labels_error_handler(ngx_http_request_t *r)
{
    ngx_int_t                    rc;
    ngx_uint_t                   status;
    ngx_http_labels_ctx_t       *ctx;
    ngx_http_labels_dialect_t   *dialect;
    ngx_http_labels_loc_conf_t  *llcf;

    rc = ngx_http_discard_request_body(r);

    if (rc != NGX_OK) {
        return rc;
    }

    dialect = ngx_http_labels_dialect_of_path(&r->unparsed_uri);

    if (dialect == NULL) {
        llcf = ngx_http_get_module_loc_conf(r, ngx_http_labels_module);
        dialect = llcf->error;
    }

    if (dialect == NULL) {
        return NGX_HTTP_NOT_FOUND;
    }

    ctx = ngx_http_labels_ctx(r, dialect);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    status = r->err_status ? r->err_status : NGX_HTTP_NOT_FOUND;

    if (ngx_http_labels_error_problem(ctx, status) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    /* nginx would put the status of the error in the place of the dialect's */

    r->err_status = ctx->exchange->status;

    return ngx_http_labels_reply(ctx);
}
