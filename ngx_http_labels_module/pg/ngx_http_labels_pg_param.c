/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */


#include "ngx_http_labels_pg_param.h"
#include "ngx_http_labels_text.h"


#define NGX_HTTP_LABELS_PG_BOOL        16
#define NGX_HTTP_LABELS_PG_BYTEA       17
#define NGX_HTTP_LABELS_PG_INT8        20
#define NGX_HTTP_LABELS_PG_INT4        23
#define NGX_HTTP_LABELS_PG_TEXT        25
#define NGX_HTTP_LABELS_PG_UUID        2950

/* number of dimensions, null flag, element type, length, lower bound */
#define NGX_HTTP_LABELS_PG_ARRAY_HEAD  20


static ngx_uint_t ngx_http_labels_pg_encode_scalar(
    ngx_http_labels_pg_buffer_t *b, ngx_http_labels_pg_param_t *param,
    ngx_http_labels_operation_t *op);
static ngx_uint_t ngx_http_labels_pg_encode_list(
    ngx_http_labels_pg_buffer_t *b, ngx_http_labels_pg_param_t *param,
    ngx_http_labels_operation_t *op, ngx_uint_t owner);
static ngx_str_t *ngx_http_labels_pg_element(ngx_http_labels_pg_param_t *param,
    ngx_array_t *list, ngx_uint_t i);
static ngx_int_t ngx_http_labels_pg_reserve(ngx_http_labels_pg_buffer_t *b,
    size_t size);
static void ngx_http_labels_pg_append_integer(ngx_http_labels_pg_buffer_t *b,
    int64_t value, ngx_uint_t size);
static ngx_uint_t ngx_http_labels_pg_append_string(
    ngx_http_labels_pg_buffer_t *b, ngx_str_t *s);


/* an array in the binary format of PostgreSQL's array_send() */

ngx_int_t
ngx_http_labels_pg_param_encode(ngx_http_labels_pg_buffer_t *b,
    ngx_http_labels_pg_param_t *param, ngx_http_labels_operation_t **ops,
    ngx_uint_t n, ngx_flag_t nowait)
{
    size_t      size, start;
    ngx_uint_t  i, elements;

    static uint32_t  oids[] = {
        NGX_HTTP_LABELS_PG_TEXT, NGX_HTTP_LABELS_PG_BYTEA,
        NGX_HTTP_LABELS_PG_UUID, NGX_HTTP_LABELS_PG_INT4,
        NGX_HTTP_LABELS_PG_INT8, NGX_HTTP_LABELS_PG_BOOL,
        NGX_HTTP_LABELS_PG_INT4, NGX_HTTP_LABELS_PG_TEXT,
        NGX_HTTP_LABELS_PG_TEXT
    };

    size = NGX_HTTP_LABELS_PG_ARRAY_HEAD;

    for (i = 0; i < n; i++) {
        size += ngx_http_labels_pg_param_size(param, ops[i]);
    }

    if (ngx_http_labels_pg_reserve(b, size) != NGX_OK) {
        return NGX_ERROR;
    }

    if (param->type == NGX_HTTP_LABELS_PARAM_NOWAIT) {
        *b->last++ = nowait ? 1 : 0;
        return NGX_OK;
    }

    start = b->last - b->start;
    b->last += NGX_HTTP_LABELS_PG_ARRAY_HEAD;
    elements = 0;

    for (i = 0; i < n; i++) {
        elements += (param->type < NGX_HTTP_LABELS_PARAM_OWNER)
                    ? ngx_http_labels_pg_encode_scalar(b, param, ops[i])
                    : ngx_http_labels_pg_encode_list(b, param, ops[i], i + 1);
    }

    size = b->last - b->start;
    b->last = b->start + start;

    ngx_http_labels_pg_append_integer(b, elements ? 1 : 0, 4);
    ngx_http_labels_pg_append_integer(b, 1, 4);
    ngx_http_labels_pg_append_integer(b, oids[param->type], 4);

    if (elements == 0) {
        return NGX_OK;
    }

    ngx_http_labels_pg_append_integer(b, elements, 4);
    ngx_http_labels_pg_append_integer(b, 1, 4);

    b->last = b->start + size;

    return NGX_OK;
}


static ngx_uint_t
ngx_http_labels_pg_encode_scalar(ngx_http_labels_pg_buffer_t *b,
    ngx_http_labels_pg_param_t *param, ngx_http_labels_operation_t *op)
{
    u_char     *field;
    int64_t     value;
    ngx_uint_t  size;

    field = (u_char *) &op->p + param->offset;

    switch (param->type) {

    case NGX_HTTP_LABELS_PARAM_INTEGER:
        value = *(ngx_int_t *) field;
        size = 4;
        break;

    case NGX_HTTP_LABELS_PARAM_BIGINT:
        value = *(int64_t *) field;
        size = 8;
        break;

    case NGX_HTTP_LABELS_PARAM_BOOLEAN:
        value = *(ngx_int_t *) field;
        size = 1;
        break;

    default:
        return ngx_http_labels_pg_append_string(b, (ngx_str_t *) field);
    }

    if (value == -1) {
        ngx_http_labels_pg_append_integer(b, -1, 4);
        return 1;
    }

    ngx_http_labels_pg_append_integer(b, size, 4);
    ngx_http_labels_pg_append_integer(b, value, size);

    return 1;
}


static ngx_uint_t
ngx_http_labels_pg_encode_list(ngx_http_labels_pg_buffer_t *b,
    ngx_http_labels_pg_param_t *param, ngx_http_labels_operation_t *op,
    ngx_uint_t owner)
{
    ngx_uint_t    i;
    ngx_array_t  *list;

    list = *(ngx_array_t **) ((u_char *) &op->p + param->offset);

    if (list == NULL) {
        return 0;
    }

    for (i = 0; i < list->nelts; i++) {

        if (param->type == NGX_HTTP_LABELS_PARAM_OWNER) {
            ngx_http_labels_pg_append_integer(b, 4, 4);
            ngx_http_labels_pg_append_integer(b, owner, 4);
            continue;
        }

        ngx_http_labels_pg_append_string(b,
                                 ngx_http_labels_pg_element(param, list, i));
    }

    return list->nelts;
}


static ngx_str_t *
ngx_http_labels_pg_element(ngx_http_labels_pg_param_t *param,
    ngx_array_t *list, ngx_uint_t i)
{
    ngx_http_labels_item_t  *item;

    item = list->elts;

    return (param->type == NGX_HTTP_LABELS_PARAM_TITLE) ? &item[i].title
                                                        : &item[i].folded;
}


static ngx_int_t
ngx_http_labels_pg_reserve(ngx_http_labels_pg_buffer_t *b, size_t size)
{
    u_char  *start;
    size_t   used, capacity;

    if ((size_t) (b->end - b->last) >= size) {
        return NGX_OK;
    }

    used = b->last - b->start;
    capacity = ngx_max((size_t) (b->end - b->start) * 2, used + size);

    start = ngx_alloc(capacity, ngx_cycle->log);
    if (start == NULL) {
        return NGX_ERROR;
    }

    if (b->start) {
        ngx_memcpy(start, b->start, used);
        ngx_free(b->start);
    }

    b->start = start;
    b->last = start + used;
    b->end = start + capacity;

    return NGX_OK;
}


static void
ngx_http_labels_pg_append_integer(ngx_http_labels_pg_buffer_t *b,
    int64_t value, ngx_uint_t size)
{
    while (size--) {
        *b->last++ = (u_char) ((uint64_t) value >> (size * 8));
    }
}


static ngx_uint_t
ngx_http_labels_pg_append_string(ngx_http_labels_pg_buffer_t *b, ngx_str_t *s)
{
    if (s->data == NULL) {
        ngx_http_labels_pg_append_integer(b, -1, 4);
        return 1;
    }

    ngx_http_labels_pg_append_integer(b, s->len, 4);
    b->last = ngx_cpymem(b->last, s->data, s->len);

    return 1;
}


/* an upper bound of what an operation adds to the array */

size_t
ngx_http_labels_pg_param_size(ngx_http_labels_pg_param_t *param,
    ngx_http_labels_operation_t *op)
{
    size_t        size;
    u_char       *field;
    ngx_uint_t    i;
    ngx_array_t  *list;

    field = (u_char *) &op->p + param->offset;

    switch (param->type) {

    case NGX_HTTP_LABELS_PARAM_TEXT:
    case NGX_HTTP_LABELS_PARAM_BYTES:
    case NGX_HTTP_LABELS_PARAM_UUID:
        return 4 + ((ngx_str_t *) field)->len;

    case NGX_HTTP_LABELS_PARAM_OWNER:
    case NGX_HTTP_LABELS_PARAM_TITLE:
    case NGX_HTTP_LABELS_PARAM_FOLDED:
        break;

    default:
        return 4 + 8;
    }

    list = *(ngx_array_t **) field;

    if (list == NULL) {
        return 0;
    }

    size = list->nelts * (4 + 4);

    if (param->type == NGX_HTTP_LABELS_PARAM_OWNER) {
        return size;
    }

    for (i = 0; i < list->nelts; i++) {
        size += ngx_http_labels_pg_element(param, list, i)->len;
    }

    return size;
}


/*
 * The dialects refuse text that cannot be stored.  Should one let some through,
 * the server would raise an error for the whole batch: this is the second lock.
 */

ngx_int_t
ngx_http_labels_pg_param_check(ngx_http_labels_pg_param_t *param,
    ngx_http_labels_operation_t *op)
{
    u_char       *field;
    ngx_uint_t    i;
    ngx_array_t  *list;

    field = (u_char *) &op->p + param->offset;

    if (param->type == NGX_HTTP_LABELS_PARAM_TEXT) {
        return ngx_http_labels_text_storable((ngx_str_t *) field)
               ? NGX_OK : NGX_ERROR;
    }

    if (param->type != NGX_HTTP_LABELS_PARAM_TITLE
        && param->type != NGX_HTTP_LABELS_PARAM_FOLDED)
    {
        return NGX_OK;
    }

    list = *(ngx_array_t **) field;

    if (list == NULL) {
        return NGX_OK;
    }

    for (i = 0; i < list->nelts; i++) {
        if (!ngx_http_labels_text_storable(
                                   ngx_http_labels_pg_element(param, list, i)))
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}
