/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * JSON Web Tokens (RFC 7519) in compact form, signed (RFC 7515) by HS256,
 * RS256 or EdDSA with Ed25519 (RFC 8037).  The signatures are OpenSSL's work.
 */


#ifndef _NGX_HTTP_LABELS_JWT_H_INCLUDED_
#define _NGX_HTTP_LABELS_JWT_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include <openssl/evp.h>

#include "ngx_http_labels_json_reader.h"


typedef enum {
    NGX_HTTP_LABELS_JWT_HS256 = 0,
    NGX_HTTP_LABELS_JWT_RS256,
    NGX_HTTP_LABELS_JWT_EDDSA,
    NGX_HTTP_LABELS_JWT_ALGORITHMS
} ngx_http_labels_jwt_algorithm_e;


typedef struct {
    ngx_http_labels_jwt_algorithm_e   algorithm;
    ngx_str_t                         kid;       /* data NULL: none */
    ngx_str_t                         secret;    /* of HS256 */
    EVP_PKEY                         *pkey;      /* public, of the others */
} ngx_http_labels_jwt_key_t;


/* The algorithm of a name as JWS spells it; ..._ALGORITHMS: no such. */
ngx_http_labels_jwt_algorithm_e ngx_http_labels_jwt_algorithm(ngx_str_t *name);

/*
 * Reads key->secret or key->pkey from the text of a file: the secret's bytes
 * without a line end behind them, or a public key in PEM.  Returns NULL or what
 * is wrong; the key is freed with the pool.
 */
char *ngx_http_labels_jwt_key(ngx_pool_t *pool, ngx_http_labels_jwt_key_t *key,
    ngx_str_t *text);

/* Whether a token has the form of a JWT: exactly two dots. */
ngx_flag_t ngx_http_labels_jwt_form(ngx_str_t *token);

/*
 * NGX_OK: *claims is the payload's object, of a token that one of the keys
 * (ngx_http_labels_jwt_key_t; NULL: none) has signed and whose `exp` and `nbf`
 * (NumericDate, 60 s of leeway) admit it now.  NGX_DECLINED: it is not.
 */
ngx_int_t ngx_http_labels_jwt_verify(ngx_pool_t *pool, ngx_array_t *keys,
    ngx_str_t *token, ngx_http_labels_json_t **claims);


#endif /* _NGX_HTTP_LABELS_JWT_H_INCLUDED_ */
