/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * Rules of text that the dialects share.  All strings are UTF-8 unless said
 * otherwise; characters are Unicode code points.
 */


#ifndef _NGX_HTTP_LABELS_TEXT_H_INCLUDED_
#define _NGX_HTTP_LABELS_TEXT_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/* sets of white space */

typedef enum {
    NGX_HTTP_LABELS_SPACE_ASCII = 0,     /* U+0009-U+000D, U+0020 */
    NGX_HTTP_LABELS_SPACE_UNICODE,       /* those, U+00A0 and its kin, U+FEFF */
    NGX_HTTP_LABELS_SPACE_BLANK          /* White_Space of Unicode: U+0085 as
                                            well, U+FEFF not */
} ngx_http_labels_space_e;


/* Whether the bytes are UTF-8 (RFC 3629): no overlong forms, no surrogates. */
ngx_flag_t ngx_http_labels_text_valid(ngx_str_t *s);

/* Whether PostgreSQL can store it: UTF-8 without U+0000, or no data at all. */
ngx_flag_t ngx_http_labels_text_storable(ngx_str_t *s);

/* The number of characters of valid text. */
size_t ngx_http_labels_text_length(ngx_str_t *s);

/* Without white space at both ends; the data are not copied. */
ngx_str_t ngx_http_labels_text_trim(ngx_str_t *s,
    ngx_http_labels_space_e space);

/* Whether nothing but white space is there. */
ngx_flag_t ngx_http_labels_text_blank(ngx_str_t *s,
    ngx_http_labels_space_e space);

/*
 * The text under Unicode's simple lower-case mapping, in the pool, or s itself
 * where nothing changes; data NULL: out of memory.
 */
ngx_str_t ngx_http_labels_text_fold(ngx_pool_t *pool, ngx_str_t *s);


#endif /* _NGX_HTTP_LABELS_TEXT_H_INCLUDED_ */
