/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * Parameters of operations as the arrays that the SQL functions take.
 */


#ifndef _NGX_HTTP_LABELS_PG_PARAM_H_INCLUDED_
#define _NGX_HTTP_LABELS_PG_PARAM_H_INCLUDED_


#include "ngx_http_labels_pg_pool.h"


/* how a member of the operation's parameters becomes an array element */

typedef enum {
    NGX_HTTP_LABELS_PARAM_TEXT = 0,      /* ngx_str_t */
    NGX_HTTP_LABELS_PARAM_BYTES,         /* ngx_str_t */
    NGX_HTTP_LABELS_PARAM_UUID,          /* ngx_str_t of 16 bytes */
    NGX_HTTP_LABELS_PARAM_INTEGER,       /* ngx_int_t, -1 is null */
    NGX_HTTP_LABELS_PARAM_BIGINT,        /* int64_t, -1 is null */
    NGX_HTTP_LABELS_PARAM_BOOLEAN,       /* ngx_int_t, -1 is null */

    /* lists are flattened; an array beside them names the owners */
    NGX_HTTP_LABELS_PARAM_OWNER,         /* ordinal of the operation, from 1 */
    NGX_HTTP_LABELS_PARAM_TITLE,         /* of the list's items */
    NGX_HTTP_LABELS_PARAM_FOLDED,

    NGX_HTTP_LABELS_PARAM_NOWAIT         /* the batch's, no array */
} ngx_http_labels_pg_param_e;


typedef struct {
    ngx_http_labels_pg_param_e   type;
    size_t                       offset;
} ngx_http_labels_pg_param_t;


/* Appends the array of n operations' values, in binary. */
ngx_int_t ngx_http_labels_pg_param_encode(ngx_http_labels_pg_buffer_t *b,
    ngx_http_labels_pg_param_t *param, ngx_http_labels_operation_t **ops,
    ngx_uint_t n, ngx_flag_t nowait);

/* An upper bound of what an operation adds to the array. */
size_t ngx_http_labels_pg_param_size(ngx_http_labels_pg_param_t *param,
    ngx_http_labels_operation_t *op);

/* NGX_ERROR: text that PostgreSQL cannot store. */
ngx_int_t ngx_http_labels_pg_param_check(ngx_http_labels_pg_param_t *param,
    ngx_http_labels_operation_t *op);


#endif /* _NGX_HTTP_LABELS_PG_PARAM_H_INCLUDED_ */
