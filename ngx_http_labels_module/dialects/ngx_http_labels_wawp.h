/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * Between the files of the Wawp dialect: routes, answers, and the collection
 * and formats of parameters.
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
    NGX_HTTP_LABELS_WAWP_TWO_COLORS,
    NGX_HTTP_LABELS_WAWP_COLOR_HEX,
    NGX_HTTP_LABELS_WAWP_NO_LABEL,
    NGX_HTTP_LABELS_WAWP_LABEL_LIMIT,
    NGX_HTTP_LABELS_WAWP_LABEL_EXISTS,
    NGX_HTTP_LABELS_WAWP_PROBLEMS
} ngx_http_labels_wawp_problem_e;


/* what a route takes, bits */

#define NGX_HTTP_LABELS_WAWP_ID      0x01
#define NGX_HTTP_LABELS_WAWP_CHAT    0x02
#define NGX_HTTP_LABELS_WAWP_NAME    0x04
#define NGX_HTTP_LABELS_WAWP_LABELS  0x08
#define NGX_HTTP_LABELS_WAWP_COLOR   0x10    /* index or hexadecimal value */
#define NGX_HTTP_LABELS_WAWP_PAGE    0x20    /* limit and offset */


/* The token from the query or the headers: ex->token. */
void ngx_http_labels_wawp_token(ngx_http_labels_exchange_t *ex);

/* Reads a JSON body into ex->json; NGX_DECLINED: it should be JSON and is not,
   and contributes nothing. */
ngx_int_t ngx_http_labels_wawp_body(ngx_http_labels_exchange_t *ex);

/* ex->token, if the body has it, and op->p.account: the instance. */
ngx_int_t ngx_http_labels_wawp_account(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);

/* Strings, and numbers that are integers as they are written. */
ngx_flag_t ngx_http_labels_wawp_scalar(ngx_http_labels_json_t *node);

/* A problem with a parameter; NGX_DECLINED. */
ngx_int_t ngx_http_labels_wawp_problem_with(ngx_http_labels_exchange_t *ex,
    ngx_uint_t code, char *name);

/*
 * Fills op->p with the account and the parameters that are required or
 * optional; label, chat: the path's segments, or NULL.  NGX_DECLINED and
 * NGX_DONE: a problem, see the route's parse.
 */
ngx_int_t ngx_http_labels_wawp_collect(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op, ngx_uint_t required, ngx_uint_t optional,
    ngx_str_t *label, ngx_str_t *chat);

/*
 * The form in which values are compared and kept, in the pool or in the value;
 * NGX_DECLINED: a malformed one.
 */
ngx_int_t ngx_http_labels_wawp_normal_id(ngx_pool_t *pool, ngx_str_t *value,
    ngx_str_t *normal);
ngx_int_t ngx_http_labels_wawp_normal_chat(ngx_pool_t *pool, ngx_str_t *value,
    ngx_str_t *normal);
ngx_int_t ngx_http_labels_wawp_normal_name(ngx_pool_t *pool, ngx_str_t *value,
    ngx_str_t *normal);
ngx_int_t ngx_http_labels_wawp_normal_color(ngx_pool_t *pool, ngx_str_t *value,
    ngx_str_t *normal);
ngx_int_t ngx_http_labels_wawp_normal_hex(ngx_pool_t *pool, ngx_str_t *value,
    ngx_str_t *normal);


#endif /* _NGX_HTTP_LABELS_WAWP_H_INCLUDED_ */
