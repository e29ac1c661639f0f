/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * Chatwoot: its routes, credential and headers, and how a body is read.
 */


#include "ngx_http_labels_chatwoot.h"
#include "ngx_http_labels_dialect_body.h"


#define NGX_HTTP_LABELS_CHATWOOT_MAX_ID      255
#define NGX_HTTP_LABELS_CHATWOOT_ETAG        32


static ngx_int_t ngx_http_labels_chatwoot_request_id(
    ngx_http_labels_exchange_t *ex);
static ngx_int_t ngx_http_labels_chatwoot_credential(
    ngx_http_labels_exchange_t *ex);
static ngx_int_t ngx_http_labels_chatwoot_headers(
    ngx_http_labels_exchange_t *ex);
static ngx_int_t ngx_http_labels_chatwoot_etag(ngx_http_labels_exchange_t *ex);
static ngx_flag_t ngx_http_labels_chatwoot_matches(
    ngx_http_labels_exchange_t *ex, ngx_str_t *etag);


#define ngx_http_labels_chatwoot_route(method, path, name, kind, action,      \
    parse, body)                                                              \
    { method, ngx_string("/api/v1/accounts/{}/contacts/{}/labels" path),      \
      ngx_string("contact." name), kind,                                      \
      ngx_string("user"), ngx_string("agent"), action,                        \
      parse, ngx_http_labels_chatwoot_render_list, body }

/* agent bots have conversations alone */

#define ngx_http_labels_chatwoot_bot_route(method, name, kind, action, parse, \
    body)                                                                     \
    { method, ngx_string("/api/v1/accounts/{}/conversations/{}/labels"),      \
      ngx_string("conversation." name), kind,                                 \
      ngx_string("user agent_bot"), ngx_string("agent agent_bot"), action,    \
      parse, ngx_http_labels_chatwoot_render_list, body }

#define ngx_http_labels_chatwoot_catalogue_route(method, path, name, kind,    \
    role, parse, render, body)                                                \
    { method, ngx_string("/api/v1/accounts/{}/labels" path),                  \
      ngx_string("label." name), kind,                                        \
      ngx_string("user"), ngx_string(role), ngx_null_string,                  \
      ngx_http_labels_chatwoot_parse_##parse,                                 \
      ngx_http_labels_chatwoot_render_##render, body }


static ngx_http_labels_route_t  ngx_http_labels_chatwoot_routes[] = {

    ngx_http_labels_chatwoot_route(NGX_HTTP_POST, "", "overwrite",
        NGX_HTTP_LABELS_CHANGE, ngx_string("overwrite"),
        ngx_http_labels_chatwoot_parse_change, 1),

    ngx_http_labels_chatwoot_route(NGX_HTTP_GET, "", "read",
        NGX_HTTP_LABELS_READ, ngx_null_string,
        ngx_http_labels_chatwoot_target, 0),

    ngx_http_labels_chatwoot_route(NGX_HTTP_POST, "/add", "add",
        NGX_HTTP_LABELS_CHANGE, ngx_string("add"),
        ngx_http_labels_chatwoot_parse_change, 1),

    ngx_http_labels_chatwoot_route(NGX_HTTP_POST, "/remove", "remove",
        NGX_HTTP_LABELS_CHANGE, ngx_string("remove"),
        ngx_http_labels_chatwoot_parse_change, 1),

    ngx_http_labels_chatwoot_bot_route(NGX_HTTP_POST, "overwrite",
        NGX_HTTP_LABELS_CHANGE, ngx_string("overwrite"),
        ngx_http_labels_chatwoot_parse_change, 1),

    ngx_http_labels_chatwoot_bot_route(NGX_HTTP_GET, "read",
        NGX_HTTP_LABELS_READ, ngx_null_string,
        ngx_http_labels_chatwoot_target, 0),

    ngx_http_labels_chatwoot_catalogue_route(NGX_HTTP_GET, "", "list",
        NGX_HTTP_LABELS_LABEL_LIST, "agent", labels, labels, 0),

    ngx_http_labels_chatwoot_catalogue_route(NGX_HTTP_POST, "", "create",
        NGX_HTTP_LABELS_LABEL_CREATE, "administrator", create, label, 1),

    ngx_http_labels_chatwoot_catalogue_route(NGX_HTTP_GET, "/{}", "get",
        NGX_HTTP_LABELS_LABEL_GET, "administrator", label, label, 0),

    ngx_http_labels_chatwoot_catalogue_route(NGX_HTTP_PATCH|NGX_HTTP_PUT,
        "/{}", "update", NGX_HTTP_LABELS_LABEL_UPDATE, "administrator",
        update, label, 1),

    ngx_http_labels_chatwoot_catalogue_route(NGX_HTTP_DELETE, "/{}", "delete",
        NGX_HTTP_LABELS_LABEL_DELETE, "administrator", label, done, 0),

    { NGX_HTTP_POST, ngx_string("/api/v1/accounts/{}/bulk_actions"),
      ngx_string("bulk.change"), NGX_HTTP_LABELS_BULK,
      ngx_string("user"), ngx_string("agent"), ngx_null_string,
      ngx_http_labels_chatwoot_parse_bulk,
      ngx_http_labels_chatwoot_render_done, 1 },

    { 0, ngx_null_string, ngx_null_string, 0, ngx_null_string,
      ngx_null_string, ngx_null_string, NULL, NULL, 0 }
};


static ngx_http_labels_refusal_t  ngx_http_labels_chatwoot_refusals[] = {
    { NGX_HTTP_LABELS_REFUSED_UNKNOWN | NGX_HTTP_LABELS_REFUSED_REVOKED
      | NGX_HTTP_LABELS_REFUSED_EXPIRED, NGX_HTTP_LABELS_CHATWOOT_BAD_TOKEN },
    { NGX_HTTP_LABELS_REFUSED_KIND, NGX_HTTP_LABELS_CHATWOOT_NO_BOTS },
    { NGX_HTTP_LABELS_REFUSED_NO_ACCOUNT,
      NGX_HTTP_LABELS_CHATWOOT_NO_ACCOUNT },
    { NGX_HTTP_LABELS_REFUSED_SUSPENDED, NGX_HTTP_LABELS_CHATWOOT_SUSPENDED },
    { NGX_HTTP_LABELS_REFUSED_OTHER_KIND,
      NGX_HTTP_LABELS_CHATWOOT_FOREIGN_BOT },
    { NGX_HTTP_LABELS_REFUSED_FOREIGN, NGX_HTTP_LABELS_CHATWOOT_NO_MEMBER },
    { NGX_HTTP_LABELS_REFUSED_SCOPE, NGX_HTTP_LABELS_CHATWOOT_ROLE },
    { 0, 0 }
};


static ngx_str_t  ngx_http_labels_chatwoot_prefixes[] = {
    ngx_string("/api/v1/accounts/"),
    ngx_null_string
};


ngx_http_labels_dialect_t  ngx_http_labels_chatwoot = {
    ngx_string("chatwoot"),
    ngx_http_labels_chatwoot_prefixes,
    NULL,
    ngx_string("application/json; charset=utf-8"),
    ngx_http_labels_chatwoot_routes,
    ngx_http_labels_chatwoot_refusals,
    ngx_http_labels_chatwoot_request_id,
    NULL,
    ngx_http_labels_chatwoot_credential,
    ngx_http_labels_chatwoot_problem,
    ngx_http_labels_chatwoot_headers,
    0, 1, 1, 1, 0
};


/* the client's own, without what does not belong there */

static ngx_int_t
ngx_http_labels_chatwoot_request_id(ngx_http_labels_exchange_t *ex)
{
    u_char      c, *p;
    size_t      i;
    ngx_str_t  *sent;

    static ngx_str_t  name = ngx_string("x-request-id");

    sent = ngx_http_labels_header_in(ex->request, &name, NULL, NULL);

    if (sent == NULL) {
        return ngx_http_labels_request_uuid(ex);
    }

    p = ngx_pnalloc(ex->pool, ngx_min(sent->len,
                                      NGX_HTTP_LABELS_CHATWOOT_MAX_ID) + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ex->request_id.data = p;

    for (i = 0; i < sent->len; i++) {
        c = sent->data[i];

        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')
            || (c >= 'a' && c <= 'z') || c == '_' || c == '-')
        {
            *p++ = c;

            if (p - ex->request_id.data == NGX_HTTP_LABELS_CHATWOOT_MAX_ID) {
                break;
            }
        }
    }

    ex->request_id.len = p - ex->request_id.data;

    return ex->request_id.len ? NGX_OK : ngx_http_labels_request_uuid(ex);
}


static ngx_int_t
ngx_http_labels_chatwoot_credential(ngx_http_labels_exchange_t *ex)
{
    ngx_str_t   *token;
    ngx_flag_t   differ;

    static ngx_str_t  name = ngx_string("api-access-token");

    token = ngx_http_labels_header_in(ex->request, &name, NULL, &differ);

    if (token == NULL || (token->len == 0 && !differ)) {
        return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_CHATWOOT_NO_TOKEN);
    }

    if (differ) {
        return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_CHATWOOT_BAD_TOKEN);
    }

    ex->token = *token;

    return NGX_OK;
}


/* NULL would stand for the credential's own account */

ngx_int_t
ngx_http_labels_chatwoot_account(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    if (ngx_http_labels_decimal_reference(op, &ex->params[0], &op->p.account)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (op->p.account.data == NULL) {
        ngx_str_set(&op->p.account, "");
    }

    return NGX_OK;
}


/* an empty body, and JSON that is no object, equal {} */

ngx_int_t
ngx_http_labels_chatwoot_body(ngx_http_labels_exchange_t *ex)
{
    ngx_http_labels_json_error_e  error;

    static ngx_http_labels_json_limits_t  limits = { 32, 0, 0 };

    if (ex->body.len == 0) {
        return NGX_OK;
    }

    if (!ngx_http_labels_is_json(ex->request, 1)) {
        return ngx_http_labels_problem(ex,
                                       NGX_HTTP_LABELS_CHATWOOT_MEDIA_TYPE);
    }

    error = ngx_http_labels_json_read(ex->pool, &ex->body, &limits, &ex->json);

    switch (error) {

    case NGX_HTTP_LABELS_JSON_OK:
        return NGX_OK;

    case NGX_HTTP_LABELS_JSON_MEMORY:
        return NGX_ERROR;

    case NGX_HTTP_LABELS_JSON_DEPTH:
        return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_CHATWOOT_DEPTH);

    default:
        return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_CHATWOOT_JSON);
    }
}


ngx_int_t
ngx_http_labels_chatwoot_elsewhere(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_json_t **members, ngx_uint_t n)
{
    if (ex->json
        && ngx_http_labels_json_flawed(ex->json, NGX_HTTP_LABELS_JSON_BAD_UTF8,
                                       members, n))
    {
        return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_CHATWOOT_JSON);
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_labels_chatwoot_render_done(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    static ngx_str_t  type = ngx_string("application/json");

    if (op->outcome != NGX_HTTP_LABELS_OK) {
        return ngx_http_labels_problem(ex,
                                       NGX_HTTP_LABELS_CHATWOOT_NOT_FOUND);
    }

    ex->status = NGX_HTTP_OK;
    ex->content_type = &type;

    return NGX_OK;
}


static ngx_int_t
ngx_http_labels_chatwoot_headers(ngx_http_labels_exchange_t *ex)
{
    static ngx_str_t  request_id = ngx_string("X-Request-Id");
    static ngx_str_t  cache = ngx_string("Cache-Control");
    static ngx_str_t  no_cache = ngx_string("no-cache");

    if (ngx_http_labels_header_out(ex, &request_id, &ex->request_id)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ex->status == NGX_HTTP_OK && ex->content.len) {
        return ngx_http_labels_chatwoot_etag(ex);
    }

    return ngx_http_labels_header_out(ex, &cache, &no_cache);
}


static ngx_int_t
ngx_http_labels_chatwoot_etag(ngx_http_labels_exchange_t *ex)
{
    u_char     *p, digest[NGX_HTTP_LABELS_DIGEST_LEN];
    ngx_str_t   value;

    static ngx_str_t  etag = ngx_string("ETag");
    static ngx_str_t  cache = ngx_string("Cache-Control");
    static ngx_str_t  private = ngx_string("max-age=0, private, "
                                           "must-revalidate");

    ngx_http_labels_digest(&ex->content, digest);

    p = ngx_pnalloc(ex->pool, sizeof("W/\"\"")
                              + NGX_HTTP_LABELS_CHATWOOT_ETAG);
    if (p == NULL) {
        return NGX_ERROR;
    }

    value.data = p;
    p = ngx_cpymem(p, "W/\"", 3);
    p = ngx_hex_dump(p, digest, NGX_HTTP_LABELS_CHATWOOT_ETAG / 2);
    *p++ = '"';
    *p = '\0';
    value.len = p - value.data;

    if (ngx_http_labels_header_out(ex, &etag, &value) != NGX_OK
        || ngx_http_labels_header_out(ex, &cache, &private) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if ((ex->request->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))
        && ngx_http_labels_chatwoot_matches(ex, &value))
    {
        ex->status = NGX_HTTP_NOT_MODIFIED;
        ngx_str_null(&ex->content);
    }

    return NGX_OK;
}


/* If-None-Match by the weak comparison: the hash in quotes decides */

static ngx_flag_t
ngx_http_labels_chatwoot_matches(ngx_http_labels_exchange_t *ex,
    ngx_str_t *etag)
{
    ngx_str_t  *sent;

    static ngx_str_t  name = ngx_string("if-none-match");

    sent = ngx_http_labels_header_in(ex->request, &name, NULL, NULL);

    if (sent == NULL) {
        return 0;
    }

    if (sent->len == 1 && sent->data[0] == '*') {
        return 1;
    }

    return ngx_strnstr(sent->data, (char *) etag->data + 2, sent->len) != NULL;
}
