/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */


#include "ngx_http_labels_identifier.h"

#include <openssl/rand.h>
#include <openssl/sha.h>


#define NGX_HTTP_LABELS_ENTROPY  4096


static ngx_int_t ngx_http_labels_random_bytes(u_char *dst, size_t n);


static u_char  ngx_http_labels_base32[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";


u_char *
ngx_http_labels_uuid_text(u_char *dst, u_char *bits)
{
    dst = ngx_hex_dump(dst, bits, 4);
    *dst++ = '-';
    dst = ngx_hex_dump(dst, bits + 4, 2);
    *dst++ = '-';
    dst = ngx_hex_dump(dst, bits + 6, 2);
    *dst++ = '-';
    dst = ngx_hex_dump(dst, bits + 8, 2);
    *dst++ = '-';

    return ngx_hex_dump(dst, bits + 10, 6);
}


ngx_int_t
ngx_http_labels_uuid_parse(ngx_str_t *text, u_char *bits)
{
    size_t     i;
    u_char    *p;
    ngx_int_t  byte;

    if (text->len != NGX_HTTP_LABELS_UUID_LEN) {
        return NGX_ERROR;
    }

    p = text->data;

    for (i = 0; i < 16; i++) {

        if (i == 4 || i == 6 || i == 8 || i == 10) {
            if (*p++ != '-') {
                return NGX_ERROR;
            }
        }

        byte = ngx_hextoi(p, 2);

        if (byte == NGX_ERROR) {
            return NGX_ERROR;
        }

        bits[i] = (u_char) byte;
        p += 2;
    }

    return NGX_OK;
}


u_char *
ngx_http_labels_ulid_text(u_char *dst, u_char *bits)
{
    ngx_uint_t  i, n, value;

    /* 130 bits in groups of five, the first two of them zero */

    value = 0;
    n = 2;

    for (i = 0; i < 16; i++) {
        value = (value << 8 | bits[i]) & 0xffff;
        n += 8;

        while (n >= 5) {
            n -= 5;
            *dst++ = ngx_http_labels_base32[value >> n & 0x1f];
        }
    }

    return dst;
}


ngx_int_t
ngx_http_labels_ulid_parse(ngx_str_t *text, u_char *bits)
{
    size_t      i;
    u_char     *p, *digit;
    ngx_uint_t  n, value;

    if (text->len != NGX_HTTP_LABELS_ULID_LEN) {
        return NGX_ERROR;
    }

    p = bits;
    value = 0;
    n = 0;

    for (i = 0; i < NGX_HTTP_LABELS_ULID_LEN; i++) {
        digit = (u_char *) memchr(ngx_http_labels_base32, text->data[i], 32);

        if (digit == NULL) {
            return NGX_ERROR;
        }

        value = (value << 5 | (digit - ngx_http_labels_base32)) & 0xffff;

        /* the first character holds three bits */

        n += (i == 0) ? 3 : 5;

        if (n >= 8) {
            n -= 8;
            *p++ = (u_char) (value >> n);
        }
    }

    return (text->data[0] > '7') ? NGX_DECLINED : NGX_OK;
}


ngx_int_t
ngx_http_labels_uuid_random(u_char *bits)
{
    if (ngx_http_labels_random_bytes(bits, 16) != NGX_OK) {
        return NGX_ERROR;
    }

    bits[6] = (bits[6] & 0x0f) | 0x40;
    bits[8] = (bits[8] & 0x3f) | 0x80;

    return NGX_OK;
}


ngx_int_t
ngx_http_labels_ulid_random(u_char *bits)
{
    uint64_t     ms;
    ngx_uint_t   i;
    ngx_time_t  *tp;

    tp = ngx_timeofday();
    ms = (uint64_t) tp->sec * 1000 + tp->msec;

    for (i = 0; i < 6; i++) {
        bits[i] = (u_char) (ms >> (40 - 8 * i));
    }

    return ngx_http_labels_random_bytes(bits + 6, 10);
}


/*
 * From a store, because a call into OpenSSL costs more than a request should.
 * A process fills its own: no request is served before the fork.
 */

static ngx_int_t
ngx_http_labels_random_bytes(u_char *dst, size_t n)
{
    static u_char  store[NGX_HTTP_LABELS_ENTROPY];
    static size_t  left;

    if (left < n) {
        if (RAND_bytes(store, sizeof(store)) != 1) {
            return NGX_ERROR;
        }

        left = sizeof(store);
    }

    left -= n;
    ngx_memcpy(dst, store + left, n);

    return NGX_OK;
}


ngx_int_t
ngx_http_labels_decimal_parse(ngx_str_t *text, int64_t *value)
{
    size_t    i;
    uint64_t  n, digit;

    if (text->len == 0) {
        return NGX_ERROR;
    }

    n = 0;

    for (i = 0; i < text->len; i++) {
        if (text->data[i] < '0' || text->data[i] > '9') {
            return NGX_ERROR;
        }
    }

    for (i = 0; i < text->len; i++) {
        digit = text->data[i] - '0';

        if (n > ((uint64_t) INT64_MAX - digit) / 10) {
            return NGX_DECLINED;
        }

        n = n * 10 + digit;
    }

    *value = (int64_t) n;

    return NGX_OK;
}


ngx_flag_t
ngx_http_labels_base62(ngx_str_t *text, size_t len)
{
    size_t  i;
    u_char  c;

    if (text->len != len) {
        return 0;
    }

    for (i = 0; i < len; i++) {
        c = text->data[i];

        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')
              || (c >= 'a' && c <= 'z')))
        {
            return 0;
        }
    }

    return 1;
}


void
ngx_http_labels_digest(ngx_str_t *text, u_char *digest)
{
    SHA256(text->data, text->len, digest);
}
