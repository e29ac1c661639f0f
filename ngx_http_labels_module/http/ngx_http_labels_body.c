/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */


#include "ngx_http_labels_module.h"


static u_char *ngx_http_labels_body_append(ngx_http_request_t *r,
    ngx_buf_t *b, u_char *last);


/*
 * Chunked and HTTP/2 bodies come in several buffers, large ones in a file;
 * "in a single buffer" is a wish that nginx need not grant.
 */

ngx_int_t
ngx_http_labels_body(ngx_http_request_t *r, ngx_str_t *body)
{
    off_t         size;
    u_char       *last;
    ngx_chain_t  *cl;

    ngx_str_null(body);

    if (r->request_body == NULL || r->request_body->bufs == NULL) {
        return NGX_OK;
    }

    cl = r->request_body->bufs;

    if (cl->next == NULL && ngx_buf_in_memory(cl->buf)) {
        body->data = cl->buf->pos;
        body->len = cl->buf->last - cl->buf->pos;
        return NGX_OK;
    }

    size = 0;

    for ( /* void */ ; cl; cl = cl->next) {
        size += ngx_buf_size(cl->buf);
    }

    body->data = ngx_pnalloc(r->pool, (size_t) size + 1);
    if (body->data == NULL) {
        return NGX_ERROR;
    }

    last = body->data;

    for (cl = r->request_body->bufs; cl; cl = cl->next) {
        last = ngx_http_labels_body_append(r, cl->buf, last);

        if (last == NULL) {
            return NGX_ERROR;
        }
    }

    body->len = last - body->data;

    return NGX_OK;
}


static u_char *
ngx_http_labels_body_append(ngx_http_request_t *r, ngx_buf_t *b, u_char *last)
{
    size_t   size;
    ssize_t  n;

    if (ngx_buf_in_memory(b)) {
        return ngx_cpymem(last, b->pos, b->last - b->pos);
    }

    /* the last buffer of an empty body is neither in memory nor in a file */

    if (!b->in_file) {
        return last;
    }

    size = (size_t) (b->file_last - b->file_pos);

    n = ngx_read_file(b->file, last, size, b->file_pos);

    if (n != (ssize_t) size) {
        ngx_log_error(NGX_LOG_ALERT, r->connection->log, 0,
                      "only %z of %uz bytes of a request body were read "
                      "from \"%V\"", n, size, &b->file->name);
        return NULL;
    }

    return last + size;
}
