/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */


#include "ngx_http_labels_json_writer.h"


#define NGX_HTTP_LABELS_JSON_FIRST  512


static u_char *ngx_http_labels_json_reserve(ngx_http_labels_json_writer_t *w,
    size_t len);
static u_char *ngx_http_labels_json_escaped(u_char *dst, u_char c);


void
ngx_http_labels_json_writer_init(ngx_http_labels_json_writer_t *w,
    ngx_pool_t *pool)
{
    ngx_memzero(w, sizeof(ngx_http_labels_json_writer_t));
    w->pool = pool;
}


static u_char *
ngx_http_labels_json_reserve(ngx_http_labels_json_writer_t *w, size_t len)
{
    size_t   capacity;
    u_char  *data;

    if (w->failed) {
        return NULL;
    }

    if (w->capacity - w->text.len >= len) {
        return w->text.data + w->text.len;
    }

    capacity = ngx_max(w->capacity * 2, NGX_HTTP_LABELS_JSON_FIRST);
    capacity = ngx_max(capacity, w->text.len + len);

    data = ngx_pnalloc(w->pool, capacity);
    if (data == NULL) {
        w->failed = 1;
        return NULL;
    }

    if (w->text.len) {
        ngx_memcpy(data, w->text.data, w->text.len);
    }

    w->text.data = data;
    w->capacity = capacity;

    return data + w->text.len;
}


void
ngx_http_labels_json_raw(ngx_http_labels_json_writer_t *w, void *data,
    size_t len)
{
    u_char  *p;

    p = ngx_http_labels_json_reserve(w, len);

    if (p && len) {
        ngx_memcpy(p, data, len);
        w->text.len += len;
    }
}


void
ngx_http_labels_json_string(ngx_http_labels_json_writer_t *w, ngx_str_t *s)
{
    if (s->data == NULL) {
        ngx_http_labels_json_literal(w, "null");
        return;
    }

    ngx_http_labels_json_literal(w, "\"");
    ngx_http_labels_json_characters(w, s);
    ngx_http_labels_json_literal(w, "\"");
}


void
ngx_http_labels_json_characters(ngx_http_labels_json_writer_t *w, ngx_str_t *s)
{
    u_char  *p, c;
    size_t   i;

    /* at worst every byte becomes \u00xx */

    p = ngx_http_labels_json_reserve(w, s->len * 6);

    if (p == NULL) {
        return;
    }

    for (i = 0; i < s->len; i++) {
        c = s->data[i];

        if (c < 0x20 || c == '"' || c == '\\') {
            p = ngx_http_labels_json_escaped(p, c);

        } else {
            *p++ = c;
        }
    }

    w->text.len = p - w->text.data;
}


static u_char *
ngx_http_labels_json_escaped(u_char *dst, u_char c)
{
    static u_char  hex[] = "0123456789abcdef";

    *dst++ = '\\';

    switch (c) {

    case '"':
    case '\\':
        *dst++ = c;
        break;

    case '\b':
        *dst++ = 'b';
        break;

    case '\f':
        *dst++ = 'f';
        break;

    case '\n':
        *dst++ = 'n';
        break;

    case '\r':
        *dst++ = 'r';
        break;

    case '\t':
        *dst++ = 't';
        break;

    default:
        dst = ngx_cpymem(dst, "u00", 3);
        *dst++ = hex[c >> 4];
        *dst++ = hex[c & 0xf];
        break;
    }

    return dst;
}


void
ngx_http_labels_json_integer(ngx_http_labels_json_writer_t *w, int64_t value)
{
    u_char  *p;

    p = ngx_http_labels_json_reserve(w, NGX_INT64_LEN);

    if (p) {
        w->text.len = ngx_sprintf(p, "%L", value) - w->text.data;
    }
}


ngx_int_t
ngx_http_labels_json_finish(ngx_http_labels_json_writer_t *w, ngx_str_t *text)
{
    *text = w->text;

    return w->failed ? NGX_ERROR : NGX_OK;
}
