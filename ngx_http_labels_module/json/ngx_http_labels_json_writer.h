/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * Writes compact JSON into a growing buffer.  Punctuation is the caller's:
 *
 *     ngx_http_labels_json_literal(&w, "{\"name\":");
 *     ngx_http_labels_json_string(&w, &name);
 *     ngx_http_labels_json_literal(&w, "}");
 *
 * yajl_gen would escape control characters in upper-case hexadecimal, where
 * the contracts fix the lower case.
 */


#ifndef _NGX_HTTP_LABELS_JSON_WRITER_H_INCLUDED_
#define _NGX_HTTP_LABELS_JSON_WRITER_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


typedef struct {
    ngx_pool_t                  *pool;
    ngx_str_t                    text;       /* what has been written */
    size_t                       capacity;
    unsigned                     failed:1;   /* out of memory, for good */
} ngx_http_labels_json_writer_t;


void ngx_http_labels_json_writer_init(ngx_http_labels_json_writer_t *w,
    ngx_pool_t *pool);

void ngx_http_labels_json_raw(ngx_http_labels_json_writer_t *w, void *data,
    size_t len);

#define ngx_http_labels_json_literal(w, s)                                    \
    ngx_http_labels_json_raw(w, (void *) s, sizeof(s) - 1)

/* A string in quotes; data NULL: null.  Only `"`, `\` and U+0000-U+001F are
   escaped. */
void ngx_http_labels_json_string(ngx_http_labels_json_writer_t *w,
    ngx_str_t *s);

/* The same without the quotes around it. */
void ngx_http_labels_json_characters(ngx_http_labels_json_writer_t *w,
    ngx_str_t *s);

void ngx_http_labels_json_integer(ngx_http_labels_json_writer_t *w,
    int64_t value);

/* NGX_OK: *text is the document; NGX_ERROR: out of memory. */
ngx_int_t ngx_http_labels_json_finish(ngx_http_labels_json_writer_t *w,
    ngx_str_t *text);


#endif /* _NGX_HTTP_LABELS_JSON_WRITER_H_INCLUDED_ */
