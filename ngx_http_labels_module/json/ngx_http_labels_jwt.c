/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */


#include "ngx_http_labels_jwt.h"

#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>


#define NGX_HTTP_LABELS_JWT_MAX_TOKEN   8192
#define NGX_HTTP_LABELS_JWT_LEEWAY      60
#define NGX_HTTP_LABELS_JWT_MIN_SECRET  32
#define NGX_HTTP_LABELS_JWT_MIN_RSA     2048


/* the parts of a token, and what its header says */

typedef struct {
    ngx_str_t                         signed_part; /* header.payload */
    ngx_str_t                         signature;
    ngx_http_labels_jwt_algorithm_e   algorithm;
    ngx_str_t                        *kid;         /* NULL: none */
} ngx_http_labels_jwt_t;


static void ngx_http_labels_jwt_free_key(void *data);
static ngx_int_t ngx_http_labels_jwt_split(ngx_str_t *token,
    ngx_str_t *parts);
static ngx_int_t ngx_http_labels_jwt_decode(ngx_pool_t *pool, ngx_str_t *part,
    ngx_str_t *bytes);
static ngx_http_labels_json_t *ngx_http_labels_jwt_object(ngx_pool_t *pool,
    ngx_str_t *part);
static ngx_int_t ngx_http_labels_jwt_header(ngx_http_labels_json_t *header,
    ngx_http_labels_jwt_t *jwt);
static ngx_flag_t ngx_http_labels_jwt_signed(ngx_array_t *keys,
    ngx_http_labels_jwt_t *jwt);
static ngx_flag_t ngx_http_labels_jwt_signed_by(ngx_http_labels_jwt_key_t *key,
    ngx_http_labels_jwt_t *jwt);
static ngx_flag_t ngx_http_labels_jwt_hmac(ngx_http_labels_jwt_key_t *key,
    ngx_http_labels_jwt_t *jwt);
static ngx_flag_t ngx_http_labels_jwt_timely(ngx_http_labels_json_t *claims);
static ngx_int_t ngx_http_labels_jwt_date(ngx_http_labels_json_t *node,
    double *date);


static ngx_str_t  ngx_http_labels_jwt_algorithms[] = {
    ngx_string("HS256"),
    ngx_string("RS256"),
    ngx_string("EdDSA")
};


ngx_http_labels_jwt_algorithm_e
ngx_http_labels_jwt_algorithm(ngx_str_t *name)
{
    ngx_uint_t   i;
    ngx_str_t   *known;

    for (i = 0; i < NGX_HTTP_LABELS_JWT_ALGORITHMS; i++) {
        known = &ngx_http_labels_jwt_algorithms[i];

        if (known->len == name->len
            && ngx_strncmp(known->data, name->data, name->len) == 0)
        {
            break;
        }
    }

    return i;
}


char *
ngx_http_labels_jwt_key(ngx_pool_t *pool, ngx_http_labels_jwt_key_t *key,
    ngx_str_t *text)
{
    int                  type;
    BIO                 *bio;
    ngx_pool_cleanup_t  *cln;

    if (key->algorithm == NGX_HTTP_LABELS_JWT_HS256) {
        key->secret = *text;

        while (key->secret.len
               && (key->secret.data[key->secret.len - 1] == LF
                   || key->secret.data[key->secret.len - 1] == CR))
        {
            key->secret.len--;
        }

        return (key->secret.len < NGX_HTTP_LABELS_JWT_MIN_SECRET)
               ? "a secret of HS256 has at least 32 bytes" : NULL;
    }

    cln = ngx_pool_cleanup_add(pool, 0);
    bio = BIO_new_mem_buf(text->data, (int) text->len);

    if (cln == NULL || bio == NULL) {
        BIO_free(bio);
        return "out of memory";
    }

    key->pkey = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
    BIO_free(bio);

    if (key->pkey == NULL) {
        ERR_clear_error();
        return "no public key in PEM";
    }

    cln->handler = ngx_http_labels_jwt_free_key;
    cln->data = key->pkey;

    type = EVP_PKEY_base_id(key->pkey);

    if (key->algorithm == NGX_HTTP_LABELS_JWT_EDDSA) {
        return (type == EVP_PKEY_ED25519) ? NULL : "no Ed25519 key";
    }

    if (type != EVP_PKEY_RSA) {
        return "no RSA key";
    }

    return (EVP_PKEY_bits(key->pkey) < NGX_HTTP_LABELS_JWT_MIN_RSA)
           ? "a key of RS256 has at least 2048 bits" : NULL;
}


static void
ngx_http_labels_jwt_free_key(void *data)
{
    EVP_PKEY_free(data);
}


ngx_flag_t
ngx_http_labels_jwt_form(ngx_str_t *token)
{
    ngx_str_t  parts[3];

    return ngx_http_labels_jwt_split(token, parts) == NGX_OK;
}


ngx_int_t
ngx_http_labels_jwt_verify(ngx_pool_t *pool, ngx_array_t *keys,
    ngx_str_t *token, ngx_http_labels_json_t **claims)
{
    ngx_str_t                parts[3];
    ngx_http_labels_jwt_t    jwt;
    ngx_http_labels_json_t  *header;

    if (keys == NULL
        || token->len > NGX_HTTP_LABELS_JWT_MAX_TOKEN
        || ngx_http_labels_jwt_split(token, parts) != NGX_OK)
    {
        return NGX_DECLINED;
    }

    header = ngx_http_labels_jwt_object(pool, &parts[0]);

    if (header == NULL
        || ngx_http_labels_jwt_header(header, &jwt) != NGX_OK
        || ngx_http_labels_jwt_decode(pool, &parts[2], &jwt.signature)
           != NGX_OK)
    {
        return NGX_DECLINED;
    }

    jwt.signed_part.data = token->data;
    jwt.signed_part.len = parts[0].len + 1 + parts[1].len;

    /* nothing of the payload is read before it is known to be genuine */

    if (!ngx_http_labels_jwt_signed(keys, &jwt)) {
        return NGX_DECLINED;
    }

    *claims = ngx_http_labels_jwt_object(pool, &parts[1]);

    return (*claims && ngx_http_labels_jwt_timely(*claims)) ? NGX_OK
                                                            : NGX_DECLINED;
}


static ngx_int_t
ngx_http_labels_jwt_split(ngx_str_t *token, ngx_str_t *parts)
{
    u_char      *p, *end, *dot;
    ngx_uint_t   i;

    p = token->data;
    end = p + token->len;

    for (i = 0; i < 3; i++) {
        dot = ngx_strlchr(p, end, '.');

        if ((dot == NULL) != (i == 2)) {
            return NGX_DECLINED;
        }

        parts[i].data = p;
        parts[i].len = (dot ? dot : end) - p;

        p += parts[i].len + 1;
    }

    return NGX_OK;
}


/* base64url without padding (RFC 7515, section 2) */

static ngx_int_t
ngx_http_labels_jwt_decode(ngx_pool_t *pool, ngx_str_t *part, ngx_str_t *bytes)
{
    if (ngx_strlchr(part->data, part->data + part->len, '=')) {
        return NGX_DECLINED;
    }

    bytes->data = ngx_pnalloc(pool, ngx_base64_decoded_length(part->len) + 1);

    if (bytes->data == NULL) {
        return NGX_DECLINED;
    }

    return (ngx_decode_base64url(bytes, part) == NGX_OK) ? NGX_OK
                                                         : NGX_DECLINED;
}


static ngx_http_labels_json_t *
ngx_http_labels_jwt_object(ngx_pool_t *pool, ngx_str_t *part)
{
    ngx_str_t                text;
    ngx_http_labels_json_t  *object;

    static ngx_http_labels_json_limits_t  limits = {
        32, 1, NGX_HTTP_LABELS_JSON_BAD_UTF8 | NGX_HTTP_LABELS_JSON_NUL
               | NGX_HTTP_LABELS_JSON_LONE_SURROGATE
    };

    if (ngx_http_labels_jwt_decode(pool, part, &text) != NGX_OK
        || ngx_http_labels_json_read(pool, &text, &limits, &object)
           != NGX_HTTP_LABELS_JSON_OK
        || object->type != NGX_HTTP_LABELS_JSON_OBJECT)
    {
        return NULL;
    }

    return object;
}


static ngx_int_t
ngx_http_labels_jwt_header(ngx_http_labels_json_t *header,
    ngx_http_labels_jwt_t *jwt)
{
    ngx_http_labels_json_t  *alg, *kid, *crit;

    alg = ngx_http_labels_json_member(header, (u_char *) "alg", 3);
    kid = ngx_http_labels_json_member(header, (u_char *) "kid", 3);
    crit = ngx_http_labels_json_member(header, (u_char *) "crit", 4);

    /* extensions that must be understood are not (RFC 7515, section 4.1.11) */

    if (crit || alg == NULL || alg->type != NGX_HTTP_LABELS_JSON_STRING
        || (kid && kid->type != NGX_HTTP_LABELS_JSON_STRING))
    {
        return NGX_DECLINED;
    }

    jwt->algorithm = ngx_http_labels_jwt_algorithm(&alg->value);
    jwt->kid = kid ? &kid->value : NULL;

    return (jwt->algorithm == NGX_HTTP_LABELS_JWT_ALGORITHMS) ? NGX_DECLINED
                                                              : NGX_OK;
}


/*
 * The key's algorithm decides, never the token's alone: else a public key could
 * be taken for an HMAC secret.
 */

static ngx_flag_t
ngx_http_labels_jwt_signed(ngx_array_t *keys, ngx_http_labels_jwt_t *jwt)
{
    ngx_uint_t                  i;
    ngx_http_labels_jwt_key_t  *key;

    key = keys->elts;

    for (i = 0; i < keys->nelts; i++) {

        if (key[i].algorithm != jwt->algorithm) {
            continue;
        }

        /* an empty kid is not the absence of one */

        if (jwt->kid
            && (key[i].kid.data == NULL
                || key[i].kid.len != jwt->kid->len
                || ngx_strncmp(key[i].kid.data, jwt->kid->data,
                               jwt->kid->len)
                   != 0))
        {
            continue;
        }

        if (ngx_http_labels_jwt_signed_by(&key[i], jwt)) {
            return 1;
        }
    }

    return 0;
}


static ngx_flag_t
ngx_http_labels_jwt_signed_by(ngx_http_labels_jwt_key_t *key,
    ngx_http_labels_jwt_t *jwt)
{
    int            rc;
    EVP_MD_CTX    *ctx;
    const EVP_MD  *md;

    if (key->algorithm == NGX_HTTP_LABELS_JWT_HS256) {
        return ngx_http_labels_jwt_hmac(key, jwt);
    }

    ctx = EVP_MD_CTX_new();
    if (ctx == NULL) {
        return 0;
    }

    /* Ed25519 hashes by itself */

    md = (key->algorithm == NGX_HTTP_LABELS_JWT_RS256) ? EVP_sha256() : NULL;

    rc = EVP_DigestVerifyInit(ctx, NULL, md, NULL, key->pkey);

    if (rc == 1) {
        rc = EVP_DigestVerify(ctx, jwt->signature.data, jwt->signature.len,
                              jwt->signed_part.data, jwt->signed_part.len);
    }

    EVP_MD_CTX_free(ctx);

    /* nginx would report what is left there as its own connections' errors */

    ERR_clear_error();

    return rc == 1;
}


static ngx_flag_t
ngx_http_labels_jwt_hmac(ngx_http_labels_jwt_key_t *key,
    ngx_http_labels_jwt_t *jwt)
{
    u_char        mac[EVP_MAX_MD_SIZE];
    unsigned int  len;

    if (HMAC(EVP_sha256(), key->secret.data, (int) key->secret.len,
             jwt->signed_part.data, jwt->signed_part.len, mac, &len)
        == NULL)
    {
        ERR_clear_error();
        return 0;
    }

    return len == jwt->signature.len
           && CRYPTO_memcmp(mac, jwt->signature.data, len) == 0;
}


static ngx_flag_t
ngx_http_labels_jwt_timely(ngx_http_labels_json_t *claims)
{
    double                   date;
    ngx_http_labels_json_t  *node;

    node = ngx_http_labels_json_member(claims, (u_char *) "exp", 3);

    if (node == NULL
        || ngx_http_labels_jwt_date(node, &date) != NGX_OK
        || (double) ngx_time() >= date + NGX_HTTP_LABELS_JWT_LEEWAY)
    {
        return 0;
    }

    node = ngx_http_labels_json_member(claims, (u_char *) "nbf", 3);

    if (node == NULL) {
        return 1;
    }

    return ngx_http_labels_jwt_date(node, &date) == NGX_OK
           && (double) ngx_time() >= date - NGX_HTTP_LABELS_JWT_LEEWAY;
}


/* NumericDate: seconds since 1970, with or without fractions */

static ngx_int_t
ngx_http_labels_jwt_date(ngx_http_labels_json_t *node, double *date)
{
    char  text[64];

    if (node->type != NGX_HTTP_LABELS_JSON_NUMBER
        || node->value.len >= sizeof(text))
    {
        return NGX_ERROR;
    }

    (void) ngx_cpystrn((u_char *) text, node->value.data, node->value.len + 1);

    *date = strtod(text, NULL);

    return NGX_OK;
}
