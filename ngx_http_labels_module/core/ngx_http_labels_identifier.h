/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * Spellings of ids: UUID, ULID, decimal, base 62, and the digest of a token.
 */


#ifndef _NGX_HTTP_LABELS_IDENTIFIER_H_INCLUDED_
#define _NGX_HTTP_LABELS_IDENTIFIER_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


#define NGX_HTTP_LABELS_UUID_LEN    36
#define NGX_HTTP_LABELS_ULID_LEN    26
#define NGX_HTTP_LABELS_DIGEST_LEN  32


/* 128 bits to "123e4567-e89b-12d3-a456-426614174000"; returns the end. */
u_char *ngx_http_labels_uuid_text(u_char *dst, u_char *bits);

/* NGX_OK: text is a UUID in either case; NGX_ERROR: it is not. */
ngx_int_t ngx_http_labels_uuid_parse(ngx_str_t *text, u_char *bits);

/* 128 bits to 26 characters of Crockford's base 32; returns the end. */
u_char *ngx_http_labels_ulid_text(u_char *dst, u_char *bits);

/*
 * NGX_OK; NGX_ERROR: not 26 characters of the upper-case alphabet;
 * NGX_DECLINED: well formed, but more than 128 bits: nothing has this id.
 */
ngx_int_t ngx_http_labels_ulid_parse(ngx_str_t *text, u_char *bits);

/* A random UUID (version 4, RFC 4122); NGX_ERROR: no random bytes. */
ngx_int_t ngx_http_labels_uuid_random(u_char *bits);

/* A ULID: milliseconds since 1970 in 48 bits, then random bits. */
ngx_int_t ngx_http_labels_ulid_random(u_char *bits);

/*
 * ^[0-9]+$ to an integer without leading zeros.  NGX_ERROR: another shape;
 * NGX_DECLINED: it does not fit into 63 bits: nothing has this id.
 */
ngx_int_t ngx_http_labels_decimal_parse(ngx_str_t *text, int64_t *value);

/* Whether it is exactly len characters of [A-Za-z0-9]. */
ngx_flag_t ngx_http_labels_base62(ngx_str_t *text, size_t len);

/* SHA-256 of the bytes; digest has 32 bytes. */
void ngx_http_labels_digest(ngx_str_t *text, u_char *digest);


#endif /* _NGX_HTTP_LABELS_IDENTIFIER_H_INCLUDED_ */
