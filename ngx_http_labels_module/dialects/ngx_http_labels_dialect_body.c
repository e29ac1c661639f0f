/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */


#include "ngx_http_labels_dialect_body.h"


static ngx_flag_t ngx_http_labels_has_item(ngx_array_t *items,
    ngx_str_t *text, ngx_flag_t exact);
static ngx_flag_t ngx_http_labels_of_list(ngx_http_labels_operation_t *op,
    ngx_uint_t row, char *name);


static struct {
    ngx_uint_t   status;
    ngx_str_t    phrase;
} ngx_http_labels_reasons[] = {
    { 400, ngx_string("Bad Request") },
    { 401, ngx_string("Unauthorized") },
    { 403, ngx_string("Forbidden") },
    { 404, ngx_string("Not Found") },
    { 405, ngx_string("Method Not Allowed") },
    { 408, ngx_string("Request Timeout") },
    { 409, ngx_string("Conflict") },
    { 411, ngx_string("Length Required") },
    { 412, ngx_string("Precondition Failed") },
    { 413, ngx_string("Payload Too Large") },
    { 414, ngx_string("URI Too Long") },
    { 415, ngx_string("Unsupported Media Type") },
    { 416, ngx_string("Range Not Satisfiable") },
    { 421, ngx_string("Misdirected Request") },
    { 422, ngx_string("Unprocessable Entity") },
    { 429, ngx_string("Too Many Requests") },
    { 431, ngx_string("Request Header Fields Too Large") },
    { 500, ngx_string("Internal Server Error") },
    { 501, ngx_string("Not Implemented") },
    { 502, ngx_string("Bad Gateway") },
    { 503, ngx_string("Service Unavailable") },
    { 504, ngx_string("Gateway Timeout") },
    { 505, ngx_string("HTTP Version Not Supported") },
    { 507, ngx_string("Insufficient Storage") },
    { 0, ngx_string("Error") }
};


ngx_int_t
ngx_http_labels_add_title(ngx_http_labels_operation_t *op, ngx_array_t **list,
    ngx_str_t *title, ngx_flag_t exact, ngx_flag_t lower)
{
    ngx_str_t  copy, folded;

    folded = ngx_http_labels_text_fold(op->pool, title);
    copy = lower ? folded : ngx_http_labels_operation_copy(op, title);

    if (copy.data == NULL || folded.data == NULL) {
        return NGX_ERROR;
    }

    if (*list
        && ngx_http_labels_has_item(*list, exact ? &copy : &folded, exact))
    {
        return NGX_OK;
    }

    return ngx_http_labels_operation_item(op, list, &copy, &folded);
}


ngx_int_t
ngx_http_labels_add_id(ngx_http_labels_operation_t *op, ngx_array_t **list,
    ngx_str_t *id)
{
    if (*list && id->data && ngx_http_labels_has_item(*list, id, 1)) {
        return NGX_OK;
    }

    return ngx_http_labels_operation_item(op, list, id, NULL);
}


ngx_int_t
ngx_http_labels_add_reference(ngx_http_labels_operation_t *op,
    ngx_str_t *sent, ngx_str_t *reference)
{
    ngx_str_t  copy;

    if (op->p.references
        && ngx_http_labels_has_item(op->p.references, sent, 0))
    {
        return NGX_OK;
    }

    copy = ngx_http_labels_operation_copy(op, sent);

    if (copy.data == NULL) {
        return NGX_ERROR;
    }

    return ngx_http_labels_operation_item(op, &op->p.references, reference,
                                          &copy);
}


static ngx_flag_t
ngx_http_labels_has_item(ngx_array_t *items, ngx_str_t *text, ngx_flag_t exact)
{
    ngx_str_t               *known;
    ngx_uint_t               i;
    ngx_http_labels_item_t  *item;

    item = items->elts;

    for (i = 0; i < items->nelts; i++) {
        known = exact ? &item[i].title : &item[i].folded;

        if (known->data && known->len == text->len
            && ngx_memcmp(known->data, text->data, text->len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


ngx_str_t
ngx_http_labels_uuid_reference(ngx_http_labels_operation_t *op, u_char *bits)
{
    ngx_str_t  text;

    text.len = NGX_HTTP_LABELS_UUID_LEN;
    text.data = ngx_pnalloc(op->pool, text.len);

    if (text.data) {
        (void) ngx_http_labels_uuid_text(text.data, bits);
    }

    return text;
}


ngx_int_t
ngx_http_labels_decimal_reference(ngx_http_labels_operation_t *op,
    ngx_str_t *text, ngx_str_t *reference)
{
    int64_t  value;

    ngx_str_null(reference);

    if (ngx_http_labels_decimal_parse(text, &value) != NGX_OK) {
        return NGX_OK;
    }

    reference->data = ngx_pnalloc(op->pool, NGX_INT64_LEN);
    if (reference->data == NULL) {
        return NGX_ERROR;
    }

    reference->len = ngx_sprintf(reference->data, "%L", value)
                     - reference->data;

    return NGX_OK;
}


ngx_int_t
ngx_http_labels_request_uuid(ngx_http_labels_exchange_t *ex)
{
    if (ngx_http_labels_uuid_random(ex->uuid) != NGX_OK) {
        return NGX_ERROR;
    }

    ex->request_id.len = NGX_HTTP_LABELS_UUID_LEN;
    ex->request_id.data = ngx_pnalloc(ex->pool, NGX_HTTP_LABELS_UUID_LEN);

    if (ex->request_id.data == NULL) {
        return NGX_ERROR;
    }

    (void) ngx_http_labels_uuid_text(ex->request_id.data, ex->uuid);

    return NGX_OK;
}


ngx_int_t
ngx_http_labels_bearer_token(ngx_http_labels_exchange_t *ex)
{
    ex->token = ngx_http_labels_bearer(ex->request);

    if (ex->token.len == 0) {
        ngx_str_null(&ex->token);
        return NGX_DECLINED;
    }

    return NGX_OK;
}


ngx_str_t
ngx_http_labels_printable(ngx_pool_t *pool, ngx_str_t *s)
{
    u_char     *p;
    size_t      i;
    ngx_str_t   text;

    text.len = 0;
    text.data = ngx_pnalloc(pool, s->len * 3 + 1);

    if (text.data == NULL) {
        return text;
    }

    p = text.data;

    for (i = 0; i < s->len; i++) {
        if (s->data[i] > 0x20 && s->data[i] < 0x7f) {
            *p++ = s->data[i];

        } else {
            p = ngx_sprintf(p, "%%%02Xi", (ngx_uint_t) s->data[i]);
        }
    }

    text.len = p - text.data;

    return text;
}


ngx_str_t *
ngx_http_labels_reason(ngx_uint_t status)
{
    ngx_uint_t  i;

    for (i = 0; ngx_http_labels_reasons[i].status; i++) {
        if (ngx_http_labels_reasons[i].status == status) {
            break;
        }
    }

    return &ngx_http_labels_reasons[i].phrase;
}


ngx_uint_t
ngx_http_labels_retry_after(ngx_http_labels_exchange_t *ex)
{
    ngx_msec_t  pause;

    if (ex->rate == NULL || ex->status == NGX_HTTP_SERVICE_UNAVAILABLE) {
        return ex->retry_after;
    }

    /* the time in which one more request is let through */

    pause = (ex->rate->interval / ex->rate->limit + 999) / 1000;

    return ngx_max(pause, 1);
}


ngx_uint_t
ngx_http_labels_rate_per_minute(ngx_http_labels_rate_t *rate)
{
    return rate->limit * 60000 / rate->interval;
}


ngx_int_t
ngx_http_labels_rate_headers(ngx_http_labels_exchange_t *ex)
{
    static ngx_str_t  limit = ngx_string("X-RateLimit-Limit");
    static ngx_str_t  remaining = ngx_string("X-RateLimit-Remaining");
    static ngx_str_t  reset = ngx_string("X-RateLimit-Reset");

    if (ex->rate
        && ngx_http_labels_header_out_number(ex, &limit,
                                   ngx_http_labels_rate_per_minute(ex->rate))
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ex->status != NGX_HTTP_TOO_MANY_REQUESTS) {
        return NGX_OK;
    }

    if (ngx_http_labels_header_out_number(ex, &remaining, 0) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_labels_header_out_number(ex, &reset,
                            ngx_time() + ngx_http_labels_retry_after(ex));
}


void
ngx_http_labels_write_rows(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_json_writer_t *w, ngx_http_labels_operation_t *op,
    ngx_uint_t n, ngx_http_labels_row_pt write)
{
    ngx_uint_t  row;

    ngx_http_labels_json_literal(w, "[");

    for (row = 1; row <= n; row++) {
        if (row > 1) {
            ngx_http_labels_json_literal(w, ",");
        }

        write(ex, w, op, row);
    }

    ngx_http_labels_json_literal(w, "]");
}


void
ngx_http_labels_write_list(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_json_writer_t *w, ngx_http_labels_operation_t *op,
    char *name, ngx_flag_t fold)
{
    ngx_str_t                title;
    ngx_uint_t               row, column;
    ngx_array_t              seen;
    ngx_http_labels_item_t  *item;

    column = (op->kind == NGX_HTTP_LABELS_READ) ? NGX_HTTP_LABELS_READ_TITLE
             : (op->kind == NGX_HTTP_LABELS_BULK) ? NGX_HTTP_LABELS_BULK_TITLE
                                               : NGX_HTTP_LABELS_CHANGE_TITLE;

    if (ngx_array_init(&seen, ex->pool, 8, sizeof(ngx_http_labels_item_t))
        != NGX_OK)
    {
        w->failed = 1;
        return;
    }

    for (row = 1; row < op->rows; row++) {

        if (!ngx_http_labels_of_list(op, row, name)) {
            continue;
        }

        title = *ngx_http_labels_cell(op, row, column);

        if (fold) {
            title = ngx_http_labels_text_fold(ex->pool, &title);
        }

        /* labels of two teams may read the same: they show as one */

        if (title.data == NULL || ngx_http_labels_has_item(&seen, &title, 1)) {
            continue;
        }

        if (seen.nelts) {
            ngx_http_labels_json_literal(w, ",");
        }

        ngx_http_labels_json_string(w, &title);

        item = ngx_array_push(&seen);
        if (item == NULL) {
            w->failed = 1;
            return;
        }

        item->title = title;
    }
}


static ngx_flag_t
ngx_http_labels_of_list(ngx_http_labels_operation_t *op, ngx_uint_t row,
    char *name)
{
    ngx_str_t  *list;

    if (op->kind == NGX_HTTP_LABELS_READ) {
        return 1;
    }

    list = ngx_http_labels_cell(op, row, (op->kind == NGX_HTTP_LABELS_BULK)
                                         ? NGX_HTTP_LABELS_BULK_LIST
                                         : NGX_HTTP_LABELS_CHANGE_LIST);

    return list->len == ngx_strlen(name)
           && ngx_strncmp(list->data, name, list->len) == 0;
}
