/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */


#include "ngx_http_labels_operation.h"


#define NGX_HTTP_LABELS_OPERATION_POOL  2048

/* seconds from PostgreSQL's epoch, 2000-01-01, back to 1970-01-01 */
#define NGX_HTTP_LABELS_PG_EPOCH        946684800


static ngx_str_t  ngx_http_labels_kind_names[NGX_HTTP_LABELS_KINDS] = {
    ngx_string("authorize"),
    ngx_string("read"),
    ngx_string("change"),
    ngx_string("bulk"),
    ngx_string("label_list"),
    ngx_string("label_get"),
    ngx_string("label_create"),
    ngx_string("label_update"),
    ngx_string("label_delete"),
    ngx_string("label_targets")
};


static ngx_str_t  ngx_http_labels_outcome_names[NGX_HTTP_LABELS_OUTCOMES] = {
    ngx_string("ok"),
    ngx_string("unchanged"),
    ngx_string("via_not_found"),
    ngx_string("target_not_found"),
    ngx_string("target_foreign"),
    ngx_string("label_not_found"),
    ngx_string("other_team"),
    ngx_string("team_missing"),
    ngx_string("team_not_found"),
    ngx_string("title_taken"),
    ngx_string("label_limit"),
    ngx_string("key_reused"),
    ngx_string("key_in_progress"),
    ngx_string("target_busy"),
    ngx_string("refused"),
    ngx_string("busy"),
    ngx_string("unavailable"),
    ngx_string("commit_unknown"),
    ngx_string("failed")
};


ngx_http_labels_operation_t *
ngx_http_labels_operation_create(ngx_http_labels_kind_e kind, ngx_log_t *log)
{
    ngx_pool_t                   *pool;
    ngx_http_labels_operation_t  *op;

    pool = ngx_create_pool(NGX_HTTP_LABELS_OPERATION_POOL, log);
    if (pool == NULL) {
        return NULL;
    }

    op = ngx_pcalloc(pool, sizeof(ngx_http_labels_operation_t));
    if (op == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    /* the request's log would die with its client */

    pool->log = ngx_cycle->log;

    op->kind = kind;
    op->pool = pool;
    op->p.limit = -1;
    op->p.offset = -1;
    op->p.after = -1;
    op->p.show = -1;

    return op;
}


void
ngx_http_labels_operation_destroy(ngx_http_labels_operation_t *op)
{
    ngx_destroy_pool(op->pool);
}


ngx_int_t
ngx_http_labels_operation_item(ngx_http_labels_operation_t *op,
    ngx_array_t **list, ngx_str_t *title, ngx_str_t *folded)
{
    ngx_http_labels_item_t  *item;

    if (*list == NULL) {
        *list = ngx_array_create(op->pool, 4, sizeof(ngx_http_labels_item_t));
        if (*list == NULL) {
            return NGX_ERROR;
        }
    }

    item = ngx_array_push(*list);
    if (item == NULL) {
        return NGX_ERROR;
    }

    item->title = *title;
    ngx_str_null(&item->folded);

    if (folded) {
        item->folded = *folded;
    }

    return NGX_OK;
}


ngx_str_t
ngx_http_labels_operation_copy(ngx_http_labels_operation_t *op, ngx_str_t *s)
{
    ngx_str_t  copy;

    copy.len = s->len;
    copy.data = ngx_pnalloc(op->pool, s->len + 1);

    if (copy.data) {
        ngx_memcpy(copy.data, s->data, s->len);
    }

    return copy;
}


ngx_http_labels_operation_t
ngx_http_labels_operation_part(ngx_http_labels_operation_t *op,
    ngx_uint_t first, ngx_uint_t rows)
{
    ngx_http_labels_operation_t  part;

    part = *op;
    part.cells = op->cells + first * op->columns;
    part.rows = rows;

    return part;
}


ngx_str_t *
ngx_http_labels_cell(ngx_http_labels_operation_t *op, ngx_uint_t row,
    ngx_uint_t column)
{
    return &op->cells[row * op->columns + column];
}


int64_t
ngx_http_labels_cell_integer(ngx_http_labels_operation_t *op, ngx_uint_t row,
    ngx_uint_t column)
{
    size_t      i;
    uint64_t    value;
    ngx_str_t  *cell;

    cell = ngx_http_labels_cell(op, row, column);

    if (cell->data == NULL) {
        return 0;
    }

    /* network byte order, two's complement */

    value = (cell->data[0] & 0x80 && cell->len > 1) ? (uint64_t) -1 : 0;

    for (i = 0; i < cell->len; i++) {
        value = value << 8 | cell->data[i];
    }

    return (int64_t) value;
}


int64_t
ngx_http_labels_cell_time(ngx_http_labels_operation_t *op, ngx_uint_t row,
    ngx_uint_t column)
{
    return ngx_http_labels_cell_integer(op, row, column)
           + (int64_t) NGX_HTTP_LABELS_PG_EPOCH * 1000000;
}


ngx_str_t *
ngx_http_labels_kind_name(ngx_http_labels_kind_e kind)
{
    return &ngx_http_labels_kind_names[kind];
}


ngx_str_t *
ngx_http_labels_outcome_name(ngx_http_labels_outcome_e outcome)
{
    return &ngx_http_labels_outcome_names[outcome];
}


ngx_http_labels_outcome_e
ngx_http_labels_outcome(ngx_str_t *name)
{
    ngx_uint_t   i;
    ngx_str_t   *known;

    known = ngx_http_labels_outcome_names;

    for (i = 0; i < NGX_HTTP_LABELS_REFUSED; i++) {
        if (known[i].len == name->len
            && ngx_memcmp(known[i].data, name->data, name->len) == 0)
        {
            return i;
        }
    }

    return NGX_HTTP_LABELS_FAILED;
}
