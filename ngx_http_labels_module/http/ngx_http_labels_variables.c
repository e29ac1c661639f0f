/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */


#include "ngx_http_labels_module.h"


typedef enum {
    NGX_HTTP_LABELS_VARIABLE_DIALECT = 0,
    NGX_HTTP_LABELS_VARIABLE_OPERATION,
    NGX_HTTP_LABELS_VARIABLE_OUTCOME,
    NGX_HTTP_LABELS_VARIABLE_ACCOUNT,
    NGX_HTTP_LABELS_VARIABLE_REQUEST_ID,
    NGX_HTTP_LABELS_VARIABLE_DATABASE_TIME,
    NGX_HTTP_LABELS_VARIABLE_BATCH
} ngx_http_labels_variable_e;


static ngx_int_t ngx_http_labels_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_labels_variable_credential(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_labels_variable_number(ngx_http_request_t *r,
    ngx_str_t *text, ngx_http_labels_ctx_t *ctx, uintptr_t data);


static ngx_http_variable_t  ngx_http_labels_variables[] = {

    { ngx_string("labels_dialect"), NULL, ngx_http_labels_variable,
      NGX_HTTP_LABELS_VARIABLE_DIALECT, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("labels_operation"), NULL, ngx_http_labels_variable,
      NGX_HTTP_LABELS_VARIABLE_OPERATION, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("labels_outcome"), NULL, ngx_http_labels_variable,
      NGX_HTTP_LABELS_VARIABLE_OUTCOME, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("labels_account"), NULL, ngx_http_labels_variable,
      NGX_HTTP_LABELS_VARIABLE_ACCOUNT, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("labels_request_id"), NULL, ngx_http_labels_variable,
      NGX_HTTP_LABELS_VARIABLE_REQUEST_ID, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("labels_database_time"), NULL, ngx_http_labels_variable,
      NGX_HTTP_LABELS_VARIABLE_DATABASE_TIME, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("labels_batch"), NULL, ngx_http_labels_variable,
      NGX_HTTP_LABELS_VARIABLE_BATCH, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("labels_credential"), NULL,
      ngx_http_labels_variable_credential, 0, NGX_HTTP_VAR_NOCACHEABLE, 0 },

      ngx_http_null_variable
};


ngx_int_t
ngx_http_labels_add_variables(ngx_conf_t *cf)
{
    ngx_http_variable_t  *var, *v;

    for (v = ngx_http_labels_variables; v->name.len; v++) {
        var = ngx_http_add_variable(cf, &v->name, v->flags);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = v->get_handler;
        var->data = v->data;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_labels_variable(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    ngx_str_t               text;
    ngx_http_labels_ctx_t  *ctx;

    ctx = ngx_http_labels_find_ctx(r);
    ngx_str_null(&text);

    if (ctx) {
        switch (data) {

        case NGX_HTTP_LABELS_VARIABLE_DIALECT:
            text = ctx->exchange->dialect->name;
            break;

        case NGX_HTTP_LABELS_VARIABLE_OPERATION:
            if (ctx->operation_name) {
                text = *ctx->operation_name;
            }

            break;

        case NGX_HTTP_LABELS_VARIABLE_OUTCOME:
            if (ctx->outcome) {
                text = *ctx->outcome;
            }

            break;

        case NGX_HTTP_LABELS_VARIABLE_ACCOUNT:
            text = ctx->account;
            break;

        case NGX_HTTP_LABELS_VARIABLE_REQUEST_ID:
            text = ctx->exchange->request_id;
            break;

        default:
            if (ngx_http_labels_variable_number(r, &text, ctx, data)
                != NGX_OK)
            {
                return NGX_ERROR;
            }

            break;
        }
    }

    if (text.data == NULL) {
        v->not_found = 1;
        return NGX_OK;
    }

    v->len = text.len;
    v->data = text.data;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}


/* known once the database has answered */

static ngx_int_t
ngx_http_labels_variable_number(ngx_http_request_t *r, ngx_str_t *text,
    ngx_http_labels_ctx_t *ctx, uintptr_t data)
{
    u_char  *p;

    if (ctx->batch == 0) {
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, NGX_INT_T_LEN + 4);
    if (p == NULL) {
        return NGX_ERROR;
    }

    text->data = p;

    if (data == NGX_HTTP_LABELS_VARIABLE_BATCH) {
        p = ngx_sprintf(p, "%ui", ctx->batch);

    } else {
        p = ngx_sprintf(p, "%M.%03M", ctx->database_time / 1000,
                        ctx->database_time % 1000);
    }

    text->len = p - text->data;

    return NGX_OK;
}


/*
 * The digest of the token, without asking whether the token is any good: a key
 * for limit_req_zone, which works before the content phase, and a name for a
 * credential in logs, which must not hold tokens.
 */

static ngx_int_t
ngx_http_labels_variable_credential(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_int_t                    rc;
    ngx_http_labels_ctx_t       *ctx;
    ngx_http_labels_loc_conf_t  *llcf;

    v->not_found = 1;

    ctx = ngx_http_labels_find_ctx(r);

    if (ctx == NULL) {
        llcf = ngx_http_get_module_loc_conf(r, ngx_http_labels_module);
        ctx = ngx_http_labels_ctx(r, llcf->dialect);
    }

    if (ctx == NULL) {
        return NGX_OK;
    }

    if (ctx->exchange->token.data == NULL) {
        rc = ctx->exchange->dialect->credential(ctx->exchange);

        ctx->exchange->problems.nelts = 0;

        if (rc == NGX_ERROR) {
            return NGX_ERROR;
        }
    }

    if (ctx->exchange->token.data == NULL) {
        return NGX_OK;
    }

    ngx_http_labels_digest_token(ctx);

    v->data = ngx_pnalloc(r->pool, 2 * sizeof(ctx->exchange->digest));
    if (v->data == NULL) {
        return NGX_ERROR;
    }

    v->len = ngx_hex_dump(v->data, ctx->exchange->digest,
                          sizeof(ctx->exchange->digest))
             - v->data;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}


void
ngx_http_labels_digest_token(ngx_http_labels_ctx_t *ctx)
{
    ngx_str_t  *token;

    token = &ctx->exchange->token;

    /* a token of the body may have taken the place of a header's */

    if (ctx->digested != token->data) {
        ngx_http_labels_digest(token, ctx->exchange->digest);
        ctx->digested = token->data;
    }
}
