/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */


#include "ngx_http_labels_module.h"
#include "ngx_http_labels_dialect_body.h"


ngx_int_t
ngx_http_labels_reply_problem(ngx_http_labels_ctx_t *ctx)
{
    static ngx_str_t  rejected = ngx_string("rejected");

    if (ctx->outcome == NULL || ctx->deferred) {
        ctx->outcome = &rejected;
    }

    if (ctx->exchange->dialect->problem(ctx->exchange) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_labels_reply(ctx);
}


/*
 * Errors too are sent as answers of our own: a status returned to nginx would
 * bring its own page, or another location's.
 */

ngx_int_t
ngx_http_labels_reply(ngx_http_labels_ctx_t *ctx)
{
    ngx_int_t            rc;
    ngx_buf_t           *b;
    ngx_chain_t          out;
    ngx_str_t           *content;
    ngx_http_request_t  *r;

    r = ctx->request;
    ctx->answered = 1;

    if (ngx_http_labels_reply_headers(ctx) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    content = &ctx->exchange->content;

    if (content->len == 0) {
        r->header_only = 1;
        return ngx_http_send_header(r);
    }

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->pos = content->data;
    b->last = content->data + content->len;
    b->memory = 1;
    b->last_buf = 1;
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    return ngx_http_output_filter(r, &out);
}


ngx_int_t
ngx_http_labels_reply_headers(ngx_http_labels_ctx_t *ctx)
{
    u_char                      *p;
    ngx_str_t                   *type;
    ngx_http_request_t          *r;
    ngx_http_labels_exchange_t  *ex;

    static ngx_str_t  retry_after = ngx_string("Retry-After");

    r = ctx->request;
    ex = ctx->exchange;

    if (ex->dialect->headers(ex) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ex->status == NGX_HTTP_TOO_MANY_REQUESTS
        || ex->status == NGX_HTTP_SERVICE_UNAVAILABLE)
    {
        if (ngx_http_labels_header_out_number(ex, &retry_after,
                                           ngx_http_labels_retry_after(ex))
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    r->headers_out.status = ex->status;
    r->headers_out.status_line.len = 0;
    r->headers_out.content_length_n = ex->content.len;

    /* conditions are the dialect's business; nginx would answer 412 */

    r->disable_not_modified = 1;

    if (ex->no_content_type || ex->status == NGX_HTTP_NOT_MODIFIED) {
        ngx_str_null(&r->headers_out.content_type);
        r->headers_out.content_type_len = 0;

        if (ex->content.len == 0) {
            r->headers_out.content_length_n = -1;
        }

        return NGX_OK;
    }

    type = ex->content_type ? ex->content_type : &ex->dialect->content_type;

    r->headers_out.content_type = *type;
    r->headers_out.content_type_lowcase = NULL;

    p = ngx_strlchr(type->data, type->data + type->len, ';');

    r->headers_out.content_type_len = p ? (size_t) (p - type->data)
                                        : type->len;

    return NGX_OK;
}
