/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * KirimChat: pages and their cursors.  A cursor is a keyset position, so that
 * it outlives the row at which it points: of a contact's labels "a" and the
 * position of an attachment, of the catalogue "l", the microseconds at which a
 * label was made, and its ULID.
 */


#include "ngx_http_labels_kirimchat.h"


#define NGX_HTTP_LABELS_KIRIMCHAT_LIMIT      25
#define NGX_HTTP_LABELS_KIRIMCHAT_MAX_LIMIT  100


static ngx_int_t ngx_http_labels_kirimchat_cursor(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op,
    ngx_str_t *cursor);
static ngx_int_t ngx_http_labels_kirimchat_label_cursor(
    ngx_http_labels_operation_t *op, ngx_str_t *text);


ngx_int_t
ngx_http_labels_kirimchat_page(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    int64_t    limit;
    ngx_str_t  text;

    static ngx_str_t  limit_name = ngx_string("limit");
    static ngx_str_t  cursor_name = ngx_string("cursor");

    op->p.limit = NGX_HTTP_LABELS_KIRIMCHAT_LIMIT;

    text = ngx_http_labels_query(ex, &limit_name);

    if (text.data) {
        if (ngx_http_labels_decimal_parse(&text, &limit) != NGX_OK
            || limit < 1 || limit > NGX_HTTP_LABELS_KIRIMCHAT_MAX_LIMIT)
        {
            return ngx_http_labels_kirimchat_field(ex,
                                 NGX_HTTP_LABELS_KIRIMCHAT_LIMIT_RANGE,
                                 "limit");
        }

        op->p.limit = (ngx_int_t) limit;
    }

    text = ngx_http_labels_query(ex, &cursor_name);

    if (text.data
        && ngx_http_labels_kirimchat_cursor(ex, op, &text) != NGX_OK)
    {
        return ngx_http_labels_kirimchat_field(ex,
                                 NGX_HTTP_LABELS_KIRIMCHAT_CURSOR, "cursor");
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_labels_kirimchat_cursor(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op, ngx_str_t *cursor)
{
    u_char     letter;
    ngx_str_t  text;

    text.data = ngx_pnalloc(ex->pool, ngx_base64_decoded_length(cursor->len));

    if (text.data == NULL
        || ngx_decode_base64url(&text, cursor) != NGX_OK
        || text.len < 2)
    {
        return NGX_ERROR;
    }

    letter = *text.data++;
    text.len--;

    if (op->kind == NGX_HTTP_LABELS_LABEL_LIST) {
        return (letter == 'l')
               ? ngx_http_labels_kirimchat_label_cursor(op, &text)
               : NGX_ERROR;
    }

    return (letter == 'a') ? ngx_http_labels_decimal_parse(&text, &op->p.after)
                           : NGX_ERROR;
}


static ngx_int_t
ngx_http_labels_kirimchat_label_cursor(ngx_http_labels_operation_t *op,
    ngx_str_t *text)
{
    u_char     bits[16];
    ngx_str_t  ulid, time, uuid;

    if (text->len <= NGX_HTTP_LABELS_ULID_LEN) {
        return NGX_ERROR;
    }

    time.data = text->data;
    time.len = text->len - NGX_HTTP_LABELS_ULID_LEN;
    ulid.data = text->data + time.len;
    ulid.len = NGX_HTTP_LABELS_ULID_LEN;

    if (ngx_http_labels_decimal_parse(&time, &op->p.after) != NGX_OK
        || ngx_http_labels_ulid_parse(&ulid, bits) != NGX_OK)
    {
        return NGX_ERROR;
    }

    uuid.data = bits;
    uuid.len = sizeof(bits);
    op->p.after_uuid = ngx_http_labels_operation_copy(op, &uuid);

    return op->p.after_uuid.data ? NGX_OK : NGX_ERROR;
}


ngx_str_t
ngx_http_labels_kirimchat_next_cursor(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op, ngx_uint_t row)
{
    u_char      plain[1 + NGX_INT64_LEN + NGX_HTTP_LABELS_ULID_LEN], *p;
    ngx_str_t   text, cursor;

    if (op->kind == NGX_HTTP_LABELS_LABEL_LIST) {
        p = ngx_sprintf(plain, "l%L",
                        ngx_http_labels_cell_time(op, row,
                                              NGX_HTTP_LABELS_LABEL_CREATED));
        p = ngx_http_labels_ulid_text(p, ngx_http_labels_cell(op, row,
                                          NGX_HTTP_LABELS_LABEL_UUID)->data);

    } else {
        p = ngx_sprintf(plain, "a%L",
                        ngx_http_labels_cell_integer(op, row,
                                             NGX_HTTP_LABELS_READ_POSITION));
    }

    text.data = plain;
    text.len = p - plain;

    cursor.len = 0;
    cursor.data = ngx_pnalloc(ex->pool, ngx_base64_encoded_length(text.len));

    if (cursor.data) {
        ngx_encode_base64url(&cursor, &text);
    }

    return cursor;
}
