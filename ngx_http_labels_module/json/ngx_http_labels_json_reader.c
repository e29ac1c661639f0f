/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */


#include "ngx_http_labels_json_reader.h"
#include "ngx_http_labels_text.h"

#include <yajl/yajl_parse.h>


/*
 * yajl decodes an unpaired surrogate escape into "?" or worse.  Before it sees
 * the text, such escapes become a byte that UTF-8 does not have; the same byte
 * in the text becomes its neighbour, which is as wrong.
 */

#define NGX_HTTP_LABELS_JSON_SURROGATE  0xff
#define NGX_HTTP_LABELS_JSON_INVALID    0xfe

#define NGX_HTTP_LABELS_JSON_LEVELS     64


typedef struct {
    ngx_http_labels_json_t         *node;
    ngx_http_labels_json_t        **tail;
    ngx_rbtree_t                   *keys;
} ngx_http_labels_json_level_t;


typedef struct {
    ngx_pool_t                     *pool;
    ngx_http_labels_json_limits_t  *limits;
    ngx_http_labels_json_error_e    error;
    ngx_uint_t                      depth;
    ngx_http_labels_json_t         *root;
    ngx_str_t                       key;
    uint8_t                         key_flaws;
    ngx_http_labels_json_level_t    levels[NGX_HTTP_LABELS_JSON_LEVELS + 1];
} ngx_http_labels_json_reader_t;


typedef struct {
    size_t                          size;
} ngx_http_labels_json_block_t;


static ngx_int_t ngx_http_labels_json_screen(ngx_pool_t *pool,
    ngx_str_t *text);
static u_char *ngx_http_labels_json_escape(u_char *dst, u_char *p,
    u_char *end, size_t *taken);
static ngx_int_t ngx_http_labels_json_code(u_char *p, u_char *end);
static ngx_http_labels_json_t *ngx_http_labels_json_add(
    ngx_http_labels_json_reader_t *reader, ngx_http_labels_json_type_e type);
static int ngx_http_labels_json_open(ngx_http_labels_json_reader_t *reader,
    ngx_http_labels_json_type_e type);
static int ngx_http_labels_json_fail(ngx_http_labels_json_reader_t *reader,
    ngx_http_labels_json_error_e error);
static ngx_int_t ngx_http_labels_json_copy(ngx_pool_t *pool, ngx_str_t *dst,
    const void *s, size_t len);
static uint8_t ngx_http_labels_json_flaws(ngx_str_t *text);
static ngx_int_t ngx_http_labels_json_unique(
    ngx_http_labels_json_reader_t *reader, ngx_str_t *key);

static int ngx_http_labels_json_null(void *ctx);
static int ngx_http_labels_json_boolean(void *ctx, int value);
static int ngx_http_labels_json_number(void *ctx, const char *s, size_t len);
static int ngx_http_labels_json_string(void *ctx, const unsigned char *s,
    size_t len);
static int ngx_http_labels_json_start_map(void *ctx);
static int ngx_http_labels_json_map_key(void *ctx, const unsigned char *s,
    size_t len);
static int ngx_http_labels_json_start_array(void *ctx);
static int ngx_http_labels_json_end(void *ctx);

static void *ngx_http_labels_json_malloc(void *ctx, size_t size);
static void *ngx_http_labels_json_realloc(void *ctx, void *ptr, size_t size);
static void ngx_http_labels_json_free(void *ctx, void *ptr);


/* numbers as text: yajl's own would overflow or depend on the locale */

static yajl_callbacks  ngx_http_labels_json_callbacks = {
    ngx_http_labels_json_null,
    ngx_http_labels_json_boolean,
    NULL,
    NULL,
    ngx_http_labels_json_number,
    ngx_http_labels_json_string,
    ngx_http_labels_json_start_map,
    ngx_http_labels_json_map_key,
    ngx_http_labels_json_end,
    ngx_http_labels_json_start_array,
    ngx_http_labels_json_end
};


ngx_http_labels_json_error_e
ngx_http_labels_json_read(ngx_pool_t *pool, ngx_str_t *text,
    ngx_http_labels_json_limits_t *limits, ngx_http_labels_json_t **root)
{
    ngx_str_t                       screened;
    yajl_handle                     handle;
    yajl_status                     status;
    yajl_alloc_funcs                alloc;
    ngx_http_labels_json_reader_t   reader;

    if (text->len == 0) {
        return NGX_HTTP_LABELS_JSON_SYNTAX;
    }

    screened = *text;

    switch (ngx_http_labels_json_screen(pool, &screened)) {

    case NGX_OK:
        break;

    case NGX_DECLINED:
        return NGX_HTTP_LABELS_JSON_SYNTAX;

    default:
        return NGX_HTTP_LABELS_JSON_MEMORY;
    }

    /* of the levels only the first is used uninitialised */

    ngx_memzero(&reader, offsetof(ngx_http_labels_json_reader_t, levels)
                         + sizeof(ngx_http_labels_json_level_t));
    reader.pool = pool;
    reader.limits = limits;
    reader.levels[0].tail = &reader.root;

    /* everything in the pool: leaving early leaks nothing */

    alloc.malloc = ngx_http_labels_json_malloc;
    alloc.realloc = ngx_http_labels_json_realloc;
    alloc.free = ngx_http_labels_json_free;
    alloc.ctx = pool;

    handle = yajl_alloc(&ngx_http_labels_json_callbacks, &alloc, &reader);

    if (handle == NULL) {
        return NGX_HTTP_LABELS_JSON_MEMORY;
    }

    /* strings are checked one by one, to tell where they are wrong */

    yajl_config(handle, yajl_dont_validate_strings, 1);

    status = yajl_parse(handle, screened.data, screened.len);

    if (status == yajl_status_ok) {
        status = yajl_complete_parse(handle);
    }

    if (reader.error) {
        return reader.error;
    }

    if (status != yajl_status_ok || reader.root == NULL) {
        return NGX_HTTP_LABELS_JSON_SYNTAX;
    }

    *root = reader.root;

    return NGX_HTTP_LABELS_JSON_OK;
}


/*
 * NGX_DECLINED: bytes that yajl would let pass, white space that is not JSON's.
 * The text is copied when escapes have to be rewritten.
 */

static ngx_int_t
ngx_http_labels_json_screen(ngx_pool_t *pool, ngx_str_t *text)
{
    size_t   taken;
    u_char  *p, *end, *dst;

    p = text->data;
    end = p + text->len;

    if (memchr(p, '\v', text->len) || memchr(p, '\f', text->len)) {
        return NGX_DECLINED;
    }

    if (memchr(p, '\\', text->len) == NULL
        && memchr(p, NGX_HTTP_LABELS_JSON_SURROGATE, text->len) == NULL)
    {
        return NGX_OK;
    }

    dst = ngx_pnalloc(pool, text->len);
    if (dst == NULL) {
        return NGX_ERROR;
    }

    text->data = dst;

    while (p < end) {

        if (*p == '\\') {
            dst = ngx_http_labels_json_escape(dst, p, end, &taken);
            p += taken;
            continue;
        }

        *dst++ = (*p == NGX_HTTP_LABELS_JSON_SURROGATE)
                 ? NGX_HTTP_LABELS_JSON_INVALID : *p;
        p++;
    }

    text->len = dst - text->data;

    return NGX_OK;
}


/* copies an escape, or a pair of them; *taken: the bytes of p it stands for */

static u_char *
ngx_http_labels_json_escape(u_char *dst, u_char *p, u_char *end, size_t *taken)
{
    ngx_int_t  first, second;

    first = ngx_http_labels_json_code(p, end);

    if (first < 0xd800 || first > 0xdfff) {
        *taken = (end - p < 2) ? 1 : 2;
        return ngx_cpymem(dst, p, *taken);
    }

    if (first < 0xdc00) {
        second = ngx_http_labels_json_code(p + 6, end);

        if (second >= 0xdc00 && second <= 0xdfff) {
            *taken = 12;
            return ngx_cpymem(dst, p, 12);
        }
    }

    *taken = 6;
    *dst++ = NGX_HTTP_LABELS_JSON_SURROGATE;

    return dst;
}


/* the number of \uXXXX at p, or NGX_ERROR */

static ngx_int_t
ngx_http_labels_json_code(u_char *p, u_char *end)
{
    if (end - p < 6 || p[0] != '\\' || p[1] != 'u') {
        return NGX_ERROR;
    }

    return ngx_hextoi(p + 2, 4);
}


ngx_http_labels_json_t *
ngx_http_labels_json_member(ngx_http_labels_json_t *node, u_char *name,
    size_t len)
{
    ngx_http_labels_json_t  *member, *found;

    found = NULL;

    if (node == NULL || node->type != NGX_HTTP_LABELS_JSON_OBJECT) {
        return NULL;
    }

    for (member = node->child; member; member = member->next) {
        if (member->key.len == len
            && ngx_memcmp(member->key.data, name, len) == 0)
        {
            found = member;
        }
    }

    return found;
}


ngx_flag_t
ngx_http_labels_json_flawed(ngx_http_labels_json_t *node, ngx_uint_t flaws,
    ngx_http_labels_json_t **except, ngx_uint_t n)
{
    ngx_uint_t               i;
    ngx_http_labels_json_t  *child;

    for (i = 0; i < n; i++) {
        if (node == except[i]) {
            return 0;
        }
    }

    if ((node->flaws | node->key_flaws) & flaws) {
        return 1;
    }

    /* the reader has bounded the depth */

    for (child = node->child; child; child = child->next) {
        if (ngx_http_labels_json_flawed(child, flaws, except, n)) {
            return 1;
        }
    }

    return 0;
}


static int
ngx_http_labels_json_fail(ngx_http_labels_json_reader_t *reader,
    ngx_http_labels_json_error_e error)
{
    reader->error = error;
    return 0;
}


static ngx_http_labels_json_t *
ngx_http_labels_json_add(ngx_http_labels_json_reader_t *reader,
    ngx_http_labels_json_type_e type)
{
    ngx_http_labels_json_t        *node;
    ngx_http_labels_json_level_t  *level;

    node = ngx_pcalloc(reader->pool, sizeof(ngx_http_labels_json_t));
    if (node == NULL) {
        (void) ngx_http_labels_json_fail(reader, NGX_HTTP_LABELS_JSON_MEMORY);
        return NULL;
    }

    node->type = type;
    node->key = reader->key;
    node->key_flaws = reader->key_flaws;

    ngx_str_null(&reader->key);
    reader->key_flaws = 0;

    level = &reader->levels[reader->depth];
    *level->tail = node;
    level->tail = &node->next;

    if (level->node) {
        level->node->count++;
    }

    return node;
}


static int
ngx_http_labels_json_open(ngx_http_labels_json_reader_t *reader,
    ngx_http_labels_json_type_e type)
{
    ngx_http_labels_json_t        *node;
    ngx_http_labels_json_level_t  *level;

    if (reader->depth == ngx_min(reader->limits->max_depth,
                                 NGX_HTTP_LABELS_JSON_LEVELS))
    {
        return ngx_http_labels_json_fail(reader, NGX_HTTP_LABELS_JSON_DEPTH);
    }

    node = ngx_http_labels_json_add(reader, type);
    if (node == NULL) {
        return 0;
    }

    level = &reader->levels[++reader->depth];
    level->node = node;
    level->tail = &node->child;
    level->keys = NULL;

    return 1;
}


static int
ngx_http_labels_json_end(void *ctx)
{
    ngx_http_labels_json_reader_t  *reader = ctx;

    reader->depth--;

    return 1;
}


static int
ngx_http_labels_json_null(void *ctx)
{
    return ngx_http_labels_json_add(ctx, NGX_HTTP_LABELS_JSON_NULL) != NULL;
}


static int
ngx_http_labels_json_boolean(void *ctx, int value)
{
    return ngx_http_labels_json_add(ctx, value ? NGX_HTTP_LABELS_JSON_TRUE
                                               : NGX_HTTP_LABELS_JSON_FALSE)
           != NULL;
}


/* yajl hands out its own buffers where it had to decode: values are copied */

static ngx_int_t
ngx_http_labels_json_copy(ngx_pool_t *pool, ngx_str_t *dst, const void *s,
    size_t len)
{
    dst->len = len;
    dst->data = ngx_pnalloc(pool, len + 1);

    if (dst->data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(dst->data, s, len);

    return NGX_OK;
}


static int
ngx_http_labels_json_number(void *ctx, const char *s, size_t len)
{
    ngx_http_labels_json_reader_t  *reader = ctx;

    ngx_http_labels_json_t  *node;

    node = ngx_http_labels_json_add(reader, NGX_HTTP_LABELS_JSON_NUMBER);
    if (node == NULL) {
        return 0;
    }

    if (ngx_http_labels_json_copy(reader->pool, &node->value, s, len)
        != NGX_OK)
    {
        return ngx_http_labels_json_fail(reader, NGX_HTTP_LABELS_JSON_MEMORY);
    }

    return 1;
}


static int
ngx_http_labels_json_string(void *ctx, const unsigned char *s, size_t len)
{
    ngx_http_labels_json_reader_t  *reader = ctx;

    ngx_http_labels_json_t  *node;

    node = ngx_http_labels_json_add(reader, NGX_HTTP_LABELS_JSON_STRING);
    if (node == NULL) {
        return 0;
    }

    if (ngx_http_labels_json_copy(reader->pool, &node->value, s, len)
        != NGX_OK)
    {
        return ngx_http_labels_json_fail(reader, NGX_HTTP_LABELS_JSON_MEMORY);
    }

    node->flaws = ngx_http_labels_json_flaws(&node->value);

    if (node->flaws & reader->limits->reject_flaws) {
        return ngx_http_labels_json_fail(reader, NGX_HTTP_LABELS_JSON_TEXT);
    }

    return 1;
}


static int
ngx_http_labels_json_start_map(void *ctx)
{
    return ngx_http_labels_json_open(ctx, NGX_HTTP_LABELS_JSON_OBJECT);
}


static int
ngx_http_labels_json_start_array(void *ctx)
{
    return ngx_http_labels_json_open(ctx, NGX_HTTP_LABELS_JSON_ARRAY);
}


static int
ngx_http_labels_json_map_key(void *ctx, const unsigned char *s, size_t len)
{
    ngx_http_labels_json_reader_t  *reader = ctx;

    if (ngx_http_labels_json_copy(reader->pool, &reader->key, s, len)
        != NGX_OK)
    {
        return ngx_http_labels_json_fail(reader, NGX_HTTP_LABELS_JSON_MEMORY);
    }

    reader->key_flaws = ngx_http_labels_json_flaws(&reader->key);

    if (reader->key_flaws & reader->limits->reject_flaws) {
        return ngx_http_labels_json_fail(reader, NGX_HTTP_LABELS_JSON_TEXT);
    }

    if (!reader->limits->reject_duplicates) {
        return 1;
    }

    switch (ngx_http_labels_json_unique(reader, &reader->key)) {

    case NGX_OK:
        return 1;

    case NGX_DECLINED:
        return ngx_http_labels_json_fail(reader,
                                         NGX_HTTP_LABELS_JSON_DUPLICATE);

    default:
        return ngx_http_labels_json_fail(reader, NGX_HTTP_LABELS_JSON_MEMORY);
    }
}


static uint8_t
ngx_http_labels_json_flaws(ngx_str_t *text)
{
    u_char     *p, *end, *surrogate;
    uint8_t     flaws;
    ngx_str_t   part;

    flaws = memchr(text->data, '\0', text->len) ? NGX_HTTP_LABELS_JSON_NUL : 0;

    if (ngx_http_labels_text_valid(text)) {
        return flaws;
    }

    /* what is between the surrogates may be fine */

    end = text->data + text->len;

    for (p = text->data; p < end; p = surrogate + 1) {
        surrogate = memchr(p, NGX_HTTP_LABELS_JSON_SURROGATE, end - p);

        if (surrogate) {
            flaws |= NGX_HTTP_LABELS_JSON_LONE_SURROGATE;

        } else {
            surrogate = end;
        }

        part.data = p;
        part.len = surrogate - p;

        if (!ngx_http_labels_text_valid(&part)) {
            flaws |= NGX_HTTP_LABELS_JSON_BAD_UTF8;
        }
    }

    return flaws;
}


/* NGX_DECLINED: the object has such a member; a large one stays fast */

static ngx_int_t
ngx_http_labels_json_unique(ngx_http_labels_json_reader_t *reader,
    ngx_str_t *key)
{
    uint32_t                       hash;
    ngx_str_node_t                *member;
    ngx_rbtree_node_t             *sentinel;
    ngx_http_labels_json_level_t  *level;

    level = &reader->levels[reader->depth];

    if (level->keys == NULL) {
        level->keys = ngx_palloc(reader->pool, sizeof(ngx_rbtree_t)
                                               + sizeof(ngx_rbtree_node_t));
        if (level->keys == NULL) {
            return NGX_ERROR;
        }

        sentinel = (ngx_rbtree_node_t *) (level->keys + 1);
        ngx_rbtree_init(level->keys, sentinel, ngx_str_rbtree_insert_value);
    }

    hash = ngx_crc32_short(key->data, key->len);

    if (ngx_str_rbtree_lookup(level->keys, key, hash)) {
        return NGX_DECLINED;
    }

    member = ngx_palloc(reader->pool, sizeof(ngx_str_node_t));
    if (member == NULL) {
        return NGX_ERROR;
    }

    member->node.key = hash;
    member->str = *key;
    ngx_rbtree_insert(level->keys, &member->node);

    return NGX_OK;
}


static void *
ngx_http_labels_json_malloc(void *ctx, size_t size)
{
    ngx_http_labels_json_block_t  *block;

    block = ngx_palloc(ctx, sizeof(ngx_http_labels_json_block_t) + size);
    if (block == NULL) {
        return NULL;
    }

    block->size = size;

    return block + 1;
}


static void *
ngx_http_labels_json_realloc(void *ctx, void *ptr, size_t size)
{
    void                          *p;
    ngx_http_labels_json_block_t  *block;

    p = ngx_http_labels_json_malloc(ctx, size);

    if (p && ptr) {
        block = (ngx_http_labels_json_block_t *) ptr - 1;
        ngx_memcpy(p, ptr, ngx_min(block->size, size));
    }

    return p;
}


static void
ngx_http_labels_json_free(void *ctx, void *ptr)
{
    /* the pool's end is theirs */
}
