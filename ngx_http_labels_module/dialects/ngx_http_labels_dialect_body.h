/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * What several dialects do the same way with bodies and answers.
 */


#ifndef _NGX_HTTP_LABELS_DIALECT_BODY_H_INCLUDED_
#define _NGX_HTTP_LABELS_DIALECT_BODY_H_INCLUDED_


#include "ngx_http_labels_dialect.h"


/*
 * Adds a title to a list of the operation, unless an earlier one is equal: in
 * its folded form, or (exact) to the letter.  The title is copied; lower: the
 * folded form is the title.
 */
ngx_int_t ngx_http_labels_add_title(ngx_http_labels_operation_t *op,
    ngx_array_t **list, ngx_str_t *title, ngx_flag_t exact, ngx_flag_t lower);

/* The same for an id; text as SQL casts it, data NULL: nothing has this id. */
ngx_int_t ngx_http_labels_add_id(ngx_http_labels_operation_t *op,
    ngx_array_t **list, ngx_str_t *id);

/*
 * Adds a target of a bulk change unless one of the same spelling is there; it
 * is kept as sent in the item's folded member.  reference: as SQL casts it,
 * data NULL: nothing has this id.
 */
ngx_int_t ngx_http_labels_add_reference(ngx_http_labels_operation_t *op,
    ngx_str_t *sent, ngx_str_t *reference);

/* 16 bytes as UUID text in the operation's pool; data NULL: out of memory. */
ngx_str_t ngx_http_labels_uuid_reference(ngx_http_labels_operation_t *op,
    u_char *bits);

/* An id as SQL's integers take it; data NULL: nothing has this id. */
ngx_int_t ngx_http_labels_decimal_reference(ngx_http_labels_operation_t *op,
    ngx_str_t *text, ngx_str_t *reference);

/*
 * Sets ex->uuid and ex->request_id to a new random UUID, as text.
 */
ngx_int_t ngx_http_labels_request_uuid(ngx_http_labels_exchange_t *ex);

/* A bearer token alone: ex->token; NGX_DECLINED: there is none. */
ngx_int_t ngx_http_labels_bearer_token(ngx_http_labels_exchange_t *ex);

/* Bytes outside 0x21-0x7E percent-encoded; data NULL: out of memory. */
ngx_str_t ngx_http_labels_printable(ngx_pool_t *pool, ngx_str_t *s);

/* "Bad Request" and its like, by status; "Error" for unknown ones. */
ngx_str_t *ngx_http_labels_reason(ngx_uint_t status);

/* Seconds after which a refused request may come again; at least 1. */
ngx_uint_t ngx_http_labels_retry_after(ngx_http_labels_exchange_t *ex);

/* Requests per minute of the declared rate. */
ngx_uint_t ngx_http_labels_rate_per_minute(ngx_http_labels_rate_t *rate);

/*
 * X-RateLimit-Limit where a rate is declared, and on a 429 X-RateLimit-
 * Remaining and -Reset (always: also without a declared rate).
 */
ngx_int_t ngx_http_labels_rate_headers(ngx_http_labels_exchange_t *ex);

typedef void (*ngx_http_labels_row_pt)(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_json_writer_t *w, ngx_http_labels_operation_t *op,
    ngx_uint_t row);

/* The n rows behind the header row as a JSON array. */
void ngx_http_labels_write_rows(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_json_writer_t *w, ngx_http_labels_operation_t *op,
    ngx_uint_t n, ngx_http_labels_row_pt write);

/*
 * A list of labels as JSON strings with commas between: of a change "before",
 * "added", "removed" or "after", of a read what there is.  fold: in lower case.
 */
void ngx_http_labels_write_list(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_json_writer_t *w, ngx_http_labels_operation_t *op,
    char *name, ngx_flag_t fold);


#endif /* _NGX_HTTP_LABELS_DIALECT_BODY_H_INCLUDED_ */
