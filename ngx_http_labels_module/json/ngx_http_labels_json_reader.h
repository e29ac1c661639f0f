/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * A bounded reader of JSON (RFC 8259) into a tree in a pool.
 */


#ifndef _NGX_HTTP_LABELS_JSON_READER_H_INCLUDED_
#define _NGX_HTTP_LABELS_JSON_READER_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


typedef enum {
    NGX_HTTP_LABELS_JSON_NULL = 0,
    NGX_HTTP_LABELS_JSON_FALSE,
    NGX_HTTP_LABELS_JSON_TRUE,
    NGX_HTTP_LABELS_JSON_NUMBER,
    NGX_HTTP_LABELS_JSON_STRING,
    NGX_HTTP_LABELS_JSON_ARRAY,
    NGX_HTTP_LABELS_JSON_OBJECT
} ngx_http_labels_json_type_e;


typedef enum {
    NGX_HTTP_LABELS_JSON_OK = 0,
    NGX_HTTP_LABELS_JSON_SYNTAX,
    NGX_HTTP_LABELS_JSON_DEPTH,
    NGX_HTTP_LABELS_JSON_DUPLICATE,      /* a member twice in an object */
    NGX_HTTP_LABELS_JSON_TEXT,           /* a string is no text, see below */
    NGX_HTTP_LABELS_JSON_MEMORY
} ngx_http_labels_json_error_e;


/* what is wrong with the text of a string */

#define NGX_HTTP_LABELS_JSON_BAD_UTF8        0x01
#define NGX_HTTP_LABELS_JSON_NUL             0x02    /* holds U+0000 */
#define NGX_HTTP_LABELS_JSON_LONE_SURROGATE  0x04    /* from an escape */


typedef struct ngx_http_labels_json_s  ngx_http_labels_json_t;

struct ngx_http_labels_json_s {
    ngx_http_labels_json_t      *next;       /* element or member */
    ngx_http_labels_json_t      *child;      /* the first one */
    ngx_str_t                    key;        /* of a member */
    ngx_str_t                    value;      /* decoded string; number's text */
    uint32_t                     count;      /* elements or members */
    uint8_t                      type;
    uint8_t                      key_flaws;
    uint8_t                      flaws;      /* of the string */
};


typedef struct {
    ngx_uint_t                   max_depth;  /* the outermost value is 1 */
    unsigned                     reject_duplicates:1;
    ngx_uint_t                   reject_flaws; /* of any string: TEXT */
} ngx_http_labels_json_limits_t;


/*
 * Reads one value that is all of the text.  The first problem in the byte
 * stream is the one reported.  Flaws that are not rejected are flagged in the
 * nodes.
 */
ngx_http_labels_json_error_e ngx_http_labels_json_read(ngx_pool_t *pool,
    ngx_str_t *text, ngx_http_labels_json_limits_t *limits,
    ngx_http_labels_json_t **root);

/* The last member of the name; NULL: there is none, or node is no object. */
ngx_http_labels_json_t *ngx_http_labels_json_member(
    ngx_http_labels_json_t *node, u_char *name, size_t len);

/*
 * Whether a string has one of the flaws, in the key or value of the node or of
 * any below it, but for the n nodes of `except` and what is in them.
 */
ngx_flag_t ngx_http_labels_json_flawed(ngx_http_labels_json_t *node,
    ngx_uint_t flaws, ngx_http_labels_json_t **except, ngx_uint_t n);


#endif /* _NGX_HTTP_LABELS_JSON_READER_H_INCLUDED_ */
