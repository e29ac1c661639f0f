/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * Between the two files of the Wawp dialect: routes and answers, and the
 * collection of parameters.
 */


#ifndef _NGX_HTTP_LABELS_WAWP_H_INCLUDED_
#define _NGX_HTTP_LABELS_WAWP_H_INCLUDED_


#include "ngx_http_labels_dialect_body.h"


typedef enum {
    NGX_HTTP_LABELS_WAWP_NO_TOKEN = NGX_HTTP_LABELS_PROBLEM_OWN,
    NGX_HTTP_LABELS_WAWP_BAD_TOKEN,
    NGX_HTTP_LABELS_WAWP_SUSPENDED,
    NGX_HTTP_LABELS_WAWP_NO_INSTANCE,
    NGX_HTTP_LABELS_WAWP_MISSING,
    NGX_HTTP_LABELS_WAWP_FORMAT,
    NGX_HTTP_LABELS_WAWP_CONFLICT,
    NGX_HTTP_LABELS_WAWP_NO_LABEL,
    NGX_HTTP_LABELS_WAWP_PROBLEMS
} ngx_http_labels_wawp_problem_e;


/* what a route needs, bits */

#define NGX_HTTP_LABELS_WAWP_ID      0x01
#define NGX_HTTP_LABELS_WAWP_CHAT    0x02
#define NGX_HTTP_LABELS_WAWP_LABELS  0x04


/* The token from the query or the headers: ex->token. */
void ngx_http_labels_wawp_token(ngx_http_labels_exchange_t *ex);

/*
 * Fills op->p with the account, the chat and the labels, as far as the route
 * needs them; label, chat: the path's segments, or NULL.  NGX_DECLINED and
 * NGX_DONE: a problem, see the route's parse.
 */
ngx_int_t ngx_http_labels_wawp_collect(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op, ngx_uint_t needs, ngx_str_t *label,
    ngx_str_t *chat);


#endif /* _NGX_HTTP_LABELS_WAWP_H_INCLUDED_ */
