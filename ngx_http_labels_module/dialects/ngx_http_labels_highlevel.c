/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * HighLevel: its routes, versions and credentials.
 */


#include "ngx_http_labels_dialect_body.h"
#include "ngx_http_labels_highlevel.h"
#include "ngx_http_labels_jwt.h"


/* what a verified token says */

typedef struct {
    ngx_str_t                    location;
    ngx_http_labels_json_t      *scopes;     /* NULL: none */
} ngx_http_labels_highlevel_token_t;


static ngx_int_t ngx_http_labels_highlevel_version(
    ngx_http_labels_exchange_t *ex);
static ngx_int_t ngx_http_labels_highlevel_credential(
    ngx_http_labels_exchange_t *ex);
static ngx_int_t ngx_http_labels_highlevel_jwt(ngx_http_labels_exchange_t *ex);
static ngx_flag_t ngx_http_labels_highlevel_is(ngx_http_labels_json_t *node,
    ngx_str_t *text);
static ngx_flag_t ngx_http_labels_highlevel_has_scope(
    ngx_http_labels_json_t *scopes, ngx_str_t *scope);
static ngx_int_t ngx_http_labels_highlevel_headers(
    ngx_http_labels_exchange_t *ex);


#define ngx_http_labels_highlevel_route(method, path, name, kind, scope,      \
    action, parse, render, body)                                              \
    { method, ngx_string(path), ngx_string(name), kind,                       \
      ngx_string("Location"), ngx_string(scope), action,                      \
      ngx_http_labels_highlevel_parse_##parse,                                \
      ngx_http_labels_highlevel_render_##render, body }


static ngx_http_labels_route_t  ngx_http_labels_highlevel_routes[] = {

    ngx_http_labels_highlevel_route(NGX_HTTP_POST, "/contacts/{}/tags",
        "contact.add", NGX_HTTP_LABELS_CHANGE, "contacts.write",
        ngx_string("add"), change, change, 1),

    ngx_http_labels_highlevel_route(NGX_HTTP_DELETE, "/contacts/{}/tags",
        "contact.remove", NGX_HTTP_LABELS_CHANGE, "contacts.write",
        ngx_string("remove"), change, change, 1),

    ngx_http_labels_highlevel_route(NGX_HTTP_GET, "/contacts/{}",
        "contact.read", NGX_HTTP_LABELS_READ, "contacts.readonly",
        ngx_null_string, contact, contact, 0),

    ngx_http_labels_highlevel_route(NGX_HTTP_POST,
        "/contacts/bulk/tags/update/{}", "bulk.change", NGX_HTTP_LABELS_BULK,
        "contacts.write", ngx_null_string, bulk, bulk, 1),

    ngx_http_labels_highlevel_route(NGX_HTTP_GET, "/locations/{}/tags",
        "label.list", NGX_HTTP_LABELS_LABEL_LIST, "locations/tags.readonly",
        ngx_null_string, list, list, 0),

    ngx_http_labels_highlevel_route(NGX_HTTP_POST, "/locations/{}/tags",
        "label.create", NGX_HTTP_LABELS_LABEL_CREATE, "locations/tags.write",
        ngx_null_string, create, tag, 1),

    ngx_http_labels_highlevel_route(NGX_HTTP_GET, "/locations/{}/tags/{}",
        "label.get", NGX_HTTP_LABELS_LABEL_GET, "locations/tags.readonly",
        ngx_null_string, tag, tag, 0),

    ngx_http_labels_highlevel_route(NGX_HTTP_PUT, "/locations/{}/tags/{}",
        "label.update", NGX_HTTP_LABELS_LABEL_UPDATE, "locations/tags.write",
        ngx_null_string, update, tag, 1),

    ngx_http_labels_highlevel_route(NGX_HTTP_DELETE, "/locations/{}/tags/{}",
        "label.delete", NGX_HTTP_LABELS_LABEL_DELETE, "locations/tags.write",
        ngx_null_string, tag, deleted, 0),

    { 0, ngx_null_string, ngx_null_string, 0, ngx_null_string,
      ngx_null_string, ngx_null_string, NULL, NULL, 0 }
};


static ngx_http_labels_refusal_t  ngx_http_labels_highlevel_refusals[] = {
    { NGX_HTTP_LABELS_REFUSED_UNKNOWN | NGX_HTTP_LABELS_REFUSED_REVOKED
      | NGX_HTTP_LABELS_REFUSED_EXPIRED, NGX_HTTP_LABELS_HIGHLEVEL_TOKEN },
    { NGX_HTTP_LABELS_REFUSED_KIND, NGX_HTTP_LABELS_HIGHLEVEL_AUTH_CLASS },
    { NGX_HTTP_LABELS_REFUSED_SCOPE, NGX_HTTP_LABELS_HIGHLEVEL_SCOPE },
    { NGX_HTTP_LABELS_REFUSED_SUSPENDED | NGX_HTTP_LABELS_REFUSED_NO_ACCOUNT
      | NGX_HTTP_LABELS_REFUSED_FOREIGN, NGX_HTTP_LABELS_HIGHLEVEL_LOCATION },
    { 0, 0 }
};


static ngx_str_t  ngx_http_labels_highlevel_versions[] = {
    ngx_string("2021-04-15"),
    ngx_string("2021-07-28"),
    ngx_string("2023-02-21"),
    ngx_string("v3"),
    ngx_null_string
};


static ngx_str_t  ngx_http_labels_highlevel_prefixes[] = {
    ngx_string("/contacts/"),
    ngx_string("/locations/"),
    ngx_null_string
};


ngx_http_labels_dialect_t  ngx_http_labels_highlevel = {
    ngx_string("highlevel"),
    ngx_http_labels_highlevel_prefixes,
    NULL,
    ngx_string("application/json; charset=utf-8"),
    ngx_http_labels_highlevel_routes,
    ngx_http_labels_highlevel_refusals,
    ngx_http_labels_request_uuid,
    ngx_http_labels_highlevel_version,
    ngx_http_labels_highlevel_credential,
    ngx_http_labels_highlevel_problem,
    ngx_http_labels_highlevel_headers,
    1, 1, 0, 0, 0
};


static ngx_int_t
ngx_http_labels_highlevel_version(ngx_http_labels_exchange_t *ex)
{
    ngx_str_t   *version, *known;
    ngx_uint_t   n;

    static ngx_str_t  name = ngx_string("version");

    version = ngx_http_labels_header_in(ex->request, &name, &n, NULL);

    if (version == NULL || (version->len == 0 && n == 1)) {
        return ngx_http_labels_problem(ex,
                                       NGX_HTTP_LABELS_HIGHLEVEL_NO_VERSION);
    }

    for (known = ngx_http_labels_highlevel_versions; known->len; known++) {
        if (n == 1 && known->len == version->len
            && ngx_strncmp(known->data, version->data, known->len) == 0)
        {
            return NGX_OK;
        }
    }

    return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_HIGHLEVEL_VERSION);
}


/* an opaque token is the database's to know; a JWT tells all by itself */

static ngx_int_t
ngx_http_labels_highlevel_credential(ngx_http_labels_exchange_t *ex)
{
    if (ngx_http_labels_bearer_token(ex) != NGX_OK) {
        return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_HIGHLEVEL_TOKEN);
    }

    if (ex->verified || !ngx_http_labels_jwt_form(&ex->token)) {
        return NGX_OK;
    }

    return ngx_http_labels_highlevel_jwt(ex);
}


static ngx_int_t
ngx_http_labels_highlevel_jwt(ngx_http_labels_exchange_t *ex)
{
    ngx_http_labels_json_t             *claims, *class, *id, *meta, *scopes;
    ngx_http_labels_highlevel_token_t  *token;

    static ngx_str_t  location = ngx_string("Location");
    static ngx_str_t  company = ngx_string("Company");
    static ngx_str_t  agency = ngx_string("Agency");

    if (ngx_http_labels_jwt_verify(ex->pool, ex->jwt_keys, &ex->token, &claims)
        != NGX_OK)
    {
        return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_HIGHLEVEL_TOKEN);
    }

    class = ngx_http_labels_json_member(claims, (u_char *) "authClass", 9);
    id = ngx_http_labels_json_member(claims, (u_char *) "authClassId", 11);

    if (ngx_http_labels_highlevel_is(class, &company)
        || ngx_http_labels_highlevel_is(class, &agency))
    {
        return ngx_http_labels_problem(ex,
                                       NGX_HTTP_LABELS_HIGHLEVEL_AUTH_CLASS);
    }

    if (!ngx_http_labels_highlevel_is(class, &location)
        || id == NULL || id->type != NGX_HTTP_LABELS_JSON_STRING)
    {
        return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_HIGHLEVEL_TOKEN);
    }

    meta = ngx_http_labels_json_member(claims, (u_char *) "oauthMeta", 9);
    scopes = ngx_http_labels_json_member(meta, (u_char *) "scopes", 6);

    token = ngx_palloc(ex->pool, sizeof(ngx_http_labels_highlevel_token_t));
    if (token == NULL) {
        return NGX_ERROR;
    }

    token->location = id->value;
    token->scopes = scopes;

    ex->data = token;
    ex->verified = 1;

    return NGX_OK;
}


static ngx_flag_t
ngx_http_labels_highlevel_is(ngx_http_labels_json_t *node, ngx_str_t *text)
{
    return node && node->type == NGX_HTTP_LABELS_JSON_STRING
           && node->value.len == text->len
           && ngx_strncmp(node->value.data, text->data, text->len) == 0;
}


ngx_int_t
ngx_http_labels_highlevel_account(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op, ngx_str_t *location)
{
    ngx_http_labels_highlevel_token_t  *token;

    if (!ex->verified) {

        if (location == NULL) {
            return NGX_OK;
        }

        if (!ngx_http_labels_text_storable(location)) {
            ngx_str_set(&op->p.account, "");
            return NGX_OK;
        }

        op->p.account = ngx_http_labels_operation_copy(op, location);

        return op->p.account.data ? NGX_OK : NGX_ERROR;
    }

    token = ex->data;

    op->p.account = ngx_http_labels_operation_copy(op, &token->location);

    if (op->p.account.data == NULL) {
        return NGX_ERROR;
    }

    /* scopes that are still asked for are missing */

    if (ngx_http_labels_highlevel_has_scope(token->scopes,
                                            &ex->route->scopes))
    {
        ngx_str_null(&op->p.scopes);
    }

    if (location
        && (location->len != token->location.len
            || ngx_strncmp(location->data, token->location.data,
                           location->len)
               != 0))
    {
        return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_HIGHLEVEL_LOCATION);
    }

    return NGX_OK;
}


static ngx_flag_t
ngx_http_labels_highlevel_has_scope(ngx_http_labels_json_t *scopes,
    ngx_str_t *scope)
{
    ngx_http_labels_json_t  *node;

    if (scopes == NULL || scopes->type != NGX_HTTP_LABELS_JSON_ARRAY) {
        return 0;
    }

    for (node = scopes->child; node; node = node->next) {
        if (ngx_http_labels_highlevel_is(node, scope)) {
            return 1;
        }
    }

    return 0;
}


static ngx_int_t
ngx_http_labels_highlevel_headers(ngx_http_labels_exchange_t *ex)
{
    static ngx_str_t  request_id = ngx_string("X-Request-Id");
    static ngx_str_t  allow = ngx_string("Allow");
    static ngx_str_t  max = ngx_string("x-ratelimit-max");
    static ngx_str_t  interval =
                               ngx_string("x-ratelimit-interval-milliseconds");
    static ngx_str_t  remaining = ngx_string("x-ratelimit-remaining");

    if (ngx_http_labels_header_out(ex, &request_id, &ex->request_id)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ex->status == NGX_HTTP_NO_CONTENT) {
        return ngx_http_labels_header_out(ex, &allow, &ex->allow);
    }

    if (ex->rate == NULL) {
        return NGX_OK;
    }

    if (ngx_http_labels_header_out_number(ex, &max, ex->rate->limit) != NGX_OK
        || ngx_http_labels_header_out_number(ex, &interval,
                                             ex->rate->interval)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ex->status == NGX_HTTP_TOO_MANY_REQUESTS) {
        return ngx_http_labels_header_out_number(ex, &remaining, 0);
    }

    return NGX_OK;
}
