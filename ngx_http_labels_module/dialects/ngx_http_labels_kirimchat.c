/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * KirimChat: labels of a team, attached to its contacts by id.
 */


#include "ngx_http_labels_dialect_body.h"
#include "ngx_http_labels_json_canonical.h"
#include "ngx_http_labels_kirimchat.h"


#define NGX_HTTP_LABELS_KIRIMCHAT_LIMIT      25
#define NGX_HTTP_LABELS_KIRIMCHAT_MAX_LIMIT  100


static ngx_int_t ngx_http_labels_kirimchat_request_id(
    ngx_http_labels_exchange_t *ex);
static ngx_int_t ngx_http_labels_kirimchat_credential(
    ngx_http_labels_exchange_t *ex);
static ngx_int_t ngx_http_labels_kirimchat_attach(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_kirimchat_detach(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_kirimchat_list(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_kirimchat_key(ngx_http_labels_exchange_t *ex,
    ngx_str_t **key);
static ngx_int_t ngx_http_labels_kirimchat_path(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_kirimchat_id(ngx_http_labels_operation_t *op,
    ngx_str_t *text, char *prefix, ngx_str_t *uuid);
static ngx_int_t ngx_http_labels_kirimchat_body(
    ngx_http_labels_exchange_t *ex);
static ngx_int_t ngx_http_labels_kirimchat_label(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op,
    ngx_str_t *id);
static ngx_int_t ngx_http_labels_kirimchat_fingerprint(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op,
    ngx_str_t *key);
static ngx_int_t ngx_http_labels_kirimchat_page(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_kirimchat_cursor(
    ngx_http_labels_exchange_t *ex, ngx_str_t *cursor, int64_t *position);
static ngx_int_t ngx_http_labels_kirimchat_headers(
    ngx_http_labels_exchange_t *ex);


#define ngx_http_labels_kirimchat_route(method, path, name, kind, parse,      \
    render, body)                                                             \
    { method, ngx_string(path), ngx_string(name), kind, ngx_string("key"),    \
      ngx_null_string, ngx_http_labels_kirimchat_##parse,                     \
      ngx_http_labels_kirimchat_##render, body }


static ngx_http_labels_route_t  ngx_http_labels_kirimchat_routes[] = {

    ngx_http_labels_kirimchat_route(NGX_HTTP_POST,
        "/v1/contacts/{}/labels", "contact.add", NGX_HTTP_LABELS_CHANGE,
        attach, render_link, 1),

    ngx_http_labels_kirimchat_route(NGX_HTTP_GET,
        "/v1/contacts/{}/labels", "contact.read", NGX_HTTP_LABELS_READ,
        list, render_list, 0),

    ngx_http_labels_kirimchat_route(NGX_HTTP_DELETE,
        "/v1/contacts/{}/labels/{}", "contact.remove", NGX_HTTP_LABELS_CHANGE,
        detach, render_link, 0),

    ngx_http_labels_kirimchat_route(NGX_HTTP_POST,
        "/v1/{}/contacts/{}/labels", "contact.add", NGX_HTTP_LABELS_CHANGE,
        attach, render_link, 1),

    ngx_http_labels_kirimchat_route(NGX_HTTP_GET,
        "/v1/{}/contacts/{}/labels", "contact.read", NGX_HTTP_LABELS_READ,
        list, render_list, 0),

    ngx_http_labels_kirimchat_route(NGX_HTTP_DELETE,
        "/v1/{}/contacts/{}/labels/{}", "contact.remove",
        NGX_HTTP_LABELS_CHANGE, detach, render_link, 0),

    { 0, ngx_null_string, ngx_null_string, 0, ngx_null_string,
      ngx_null_string, NULL, NULL, 0 }
};


static ngx_http_labels_refusal_t  ngx_http_labels_kirimchat_refusals[] = {
    { NGX_HTTP_LABELS_REFUSED_UNKNOWN | NGX_HTTP_LABELS_REFUSED_KIND,
      NGX_HTTP_LABELS_KIRIMCHAT_BAD_KEY },
    { NGX_HTTP_LABELS_REFUSED_REVOKED, NGX_HTTP_LABELS_KIRIMCHAT_REVOKED },
    { NGX_HTTP_LABELS_REFUSED_EXPIRED, NGX_HTTP_LABELS_KIRIMCHAT_EXPIRED },
    { NGX_HTTP_LABELS_REFUSED_SUSPENDED,
      NGX_HTTP_LABELS_KIRIMCHAT_SUSPENDED },
    { 0, 0 }
};


static ngx_str_t  ngx_http_labels_kirimchat_prefixes[] = {
    ngx_string("/v1/"),
    ngx_null_string
};


ngx_http_labels_dialect_t  ngx_http_labels_kirimchat = {
    ngx_string("kirimchat"),
    ngx_http_labels_kirimchat_prefixes,
    NULL,
    ngx_string("application/json"),
    ngx_http_labels_kirimchat_routes,
    ngx_http_labels_kirimchat_refusals,
    ngx_http_labels_kirimchat_request_id,
    NULL,
    ngx_http_labels_kirimchat_credential,
    ngx_http_labels_kirimchat_problem,
    ngx_http_labels_kirimchat_headers,
    0, 0, 0, 0, 0
};


static ngx_int_t
ngx_http_labels_kirimchat_request_id(ngx_http_labels_exchange_t *ex)
{
    if (ngx_http_labels_ulid_random(ex->uuid) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_labels_kirimchat_spell_request_id(ex);
}


ngx_int_t
ngx_http_labels_kirimchat_spell_request_id(ngx_http_labels_exchange_t *ex)
{
    u_char  *p;

    p = ngx_pnalloc(ex->pool, sizeof("req_") - 1 + NGX_HTTP_LABELS_ULID_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ex->request_id.data = p;

    p = ngx_cpymem(p, "req_", sizeof("req_") - 1);
    p = ngx_http_labels_ulid_text(p, ex->uuid);

    ex->request_id.len = p - ex->request_id.data;

    return NGX_OK;
}


/* ^kdv_live_[A-Za-z0-9_-]{24}$ */

static ngx_int_t
ngx_http_labels_kirimchat_credential(ngx_http_labels_exchange_t *ex)
{
    u_char  c;
    size_t  i, prefix;

    if (ngx_http_labels_bearer_token(ex) != NGX_OK) {
        return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_KIRIMCHAT_NO_KEY);
    }

    prefix = sizeof("kdv_live_") - 1;

    if (ex->token.len != prefix + 24
        || ngx_strncmp(ex->token.data, "kdv_live_", prefix) != 0)
    {
        return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_KIRIMCHAT_BAD_KEY);
    }

    for (i = prefix; i < ex->token.len; i++) {
        c = ex->token.data[i];

        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')
              || (c >= 'a' && c <= 'z') || c == '_' || c == '-'))
        {
            return ngx_http_labels_problem(ex,
                                           NGX_HTTP_LABELS_KIRIMCHAT_BAD_KEY);
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_labels_kirimchat_attach(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t                rc;
    ngx_str_t               *key;
    ngx_http_labels_json_t  *label;

    rc = ngx_http_labels_kirimchat_key(ex, &key);

    if (rc == NGX_OK) {
        rc = ngx_http_labels_kirimchat_path(ex, op);
    }

    if (rc == NGX_OK) {
        rc = ngx_http_labels_kirimchat_body(ex);
    }

    if (rc != NGX_OK) {
        return rc;
    }

    label = ngx_http_labels_member(ex, "label_id");

    if (label == NULL) {
        return ngx_http_labels_kirimchat_field(ex,
                            NGX_HTTP_LABELS_KIRIMCHAT_MISSING, "label_id");
    }

    if (label->type != NGX_HTTP_LABELS_JSON_STRING) {
        return ngx_http_labels_kirimchat_field(ex,
                            NGX_HTTP_LABELS_KIRIMCHAT_INVALID, "label_id");
    }

    rc = ngx_http_labels_kirimchat_label(ex, op, &label->value);

    if (rc != NGX_OK) {
        return rc;
    }

    ngx_str_set(&op->p.action, "add");

    return key ? ngx_http_labels_kirimchat_fingerprint(ex, op, key) : NGX_OK;
}


static ngx_int_t
ngx_http_labels_kirimchat_detach(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t  rc;

    rc = ngx_http_labels_kirimchat_path(ex, op);

    if (rc != NGX_OK) {
        return rc;
    }

    ngx_str_set(&op->p.action, "remove");

    return ngx_http_labels_kirimchat_label(ex, op,
                                           &ex->params[ex->nparams - 1]);
}


static ngx_int_t
ngx_http_labels_kirimchat_list(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t  rc;

    rc = ngx_http_labels_kirimchat_path(ex, op);

    if (rc != NGX_OK) {
        return rc;
    }

    op->p.full = 1;

    return ngx_http_labels_kirimchat_page(ex, op);
}


/* Idempotency-Key: 1 to 255 printable ASCII characters; *key NULL: none */

static ngx_int_t
ngx_http_labels_kirimchat_key(ngx_http_labels_exchange_t *ex, ngx_str_t **key)
{
    size_t  i;

    static ngx_str_t  name = ngx_string("idempotency-key");

    *key = ngx_http_labels_header_in(ex->request, &name, NULL, NULL);

    if (*key == NULL) {
        return NGX_OK;
    }

    for (i = 0; i < (*key)->len; i++) {
        if ((*key)->data[i] < 0x20 || (*key)->data[i] > 0x7e) {
            break;
        }
    }

    if (i == 0 || i > 255 || i < (*key)->len) {
        return ngx_http_labels_kirimchat_field(ex,
                       NGX_HTTP_LABELS_KIRIMCHAT_INVALID, "Idempotency-Key");
    }

    return NGX_OK;
}


/* the ids of the path, from left to right; the label's is the caller's */

static ngx_int_t
ngx_http_labels_kirimchat_path(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    size_t                            i;
    ngx_int_t                         rc;
    ngx_str_t                        *contact, *phone;
    ngx_http_labels_kirimchat_ids_t  *ids;

    ids = ngx_pcalloc(ex->pool, sizeof(ngx_http_labels_kirimchat_ids_t));
    if (ids == NULL) {
        return NGX_ERROR;
    }

    ex->data = ids;
    contact = &ex->params[0];

    /* "/v1/{phone_number_id}/contacts/...": the long form of a path */

    if (ngx_strncmp(ex->route->path.data, "/v1/{}", 6) == 0) {
        phone = &ex->params[0];
        contact = &ex->params[1];

        for (i = 0; i < phone->len; i++) {
            if (phone->data[i] < '0' || phone->data[i] > '9') {
                break;
            }
        }

        if (i < 6 || i > 20 || i < phone->len) {
            return ngx_http_labels_kirimchat_field(ex,
                       NGX_HTTP_LABELS_KIRIMCHAT_INVALID, "phone_number_id");
        }

        op->p.via = ngx_http_labels_operation_copy(op, phone);

        if (op->p.via.data == NULL) {
            return NGX_ERROR;
        }
    }

    ngx_str_set(&op->p.target, "uuid");

    rc = ngx_http_labels_kirimchat_id(op, contact, "ctc_", &op->p.reference);

    if (rc == NGX_DECLINED) {
        return ngx_http_labels_kirimchat_field(ex,
                                   NGX_HTTP_LABELS_KIRIMCHAT_INVALID, "id");
    }

    ids->contact = *contact;

    return rc;
}


/* uuid.data NULL: well formed, and nothing has this id */

static ngx_int_t
ngx_http_labels_kirimchat_id(ngx_http_labels_operation_t *op, ngx_str_t *text,
    char *prefix, ngx_str_t *uuid)
{
    u_char     bits[16];
    ngx_int_t  rc;
    ngx_str_t  ulid;

    ngx_str_null(uuid);

    if (text->len < 4 || ngx_strncmp(text->data, prefix, 4) != 0) {
        return NGX_DECLINED;
    }

    ulid.data = text->data + 4;
    ulid.len = text->len - 4;

    rc = ngx_http_labels_ulid_parse(&ulid, bits);

    if (rc == NGX_ERROR) {
        return NGX_DECLINED;
    }

    if (rc == NGX_DECLINED) {
        return NGX_OK;
    }

    *uuid = ngx_http_labels_uuid_reference(op, bits);

    return uuid->data ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_http_labels_kirimchat_body(ngx_http_labels_exchange_t *ex)
{
    ngx_http_labels_json_error_e  error;

    static ngx_http_labels_json_limits_t  limits = {
        32, 0, NGX_HTTP_LABELS_JSON_BAD_UTF8
               | NGX_HTTP_LABELS_JSON_LONE_SURROGATE
    };

    if (!ngx_http_labels_is_json(ex->request, 0)) {
        return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_KIRIMCHAT_JSON);
    }

    error = ngx_http_labels_json_read(ex->pool, &ex->body, &limits, &ex->json);

    if (error == NGX_HTTP_LABELS_JSON_MEMORY) {
        return NGX_ERROR;
    }

    if (error != NGX_HTTP_LABELS_JSON_OK
        || ex->json->type != NGX_HTTP_LABELS_JSON_OBJECT)
    {
        return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_KIRIMCHAT_JSON);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_labels_kirimchat_label(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op, ngx_str_t *id)
{
    ngx_int_t                        rc;
    ngx_str_t                        uuid;
    ngx_http_labels_kirimchat_ids_t *ids;

    rc = ngx_http_labels_kirimchat_id(op, id, "lbl_", &uuid);

    if (rc == NGX_DECLINED) {
        return ngx_http_labels_kirimchat_field(ex,
                            NGX_HTTP_LABELS_KIRIMCHAT_INVALID, "label_id");
    }

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_str_set(&op->p.match, "uuid");
    op->p.same_team = 1;

    ids = ex->data;
    ids->label = *id;

    return ngx_http_labels_add_id(op, &uuid);
}


/* SHA-256 over the method, the decoded path and the canonical body */

static ngx_int_t
ngx_http_labels_kirimchat_fingerprint(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op, ngx_str_t *key)
{
    u_char                         digest[NGX_HTTP_LABELS_DIGEST_LEN];
    ngx_str_t                      text, path;
    ngx_http_labels_json_writer_t  w;

    path = ngx_http_labels_unescape(ex->pool, &ex->path, 0);

    if (path.data == NULL) {
        return NGX_ERROR;
    }

    ngx_http_labels_json_writer_init(&w, ex->pool);

    ngx_http_labels_json_raw(&w, ex->request->method_name.data,
                             ex->request->method_name.len);
    ngx_http_labels_json_literal(&w, "\n");
    ngx_http_labels_json_raw(&w, path.data, path.len);
    ngx_http_labels_json_literal(&w, "\n");
    ngx_http_labels_json_canonical(&w, ex->json);

    if (ngx_http_labels_json_finish(&w, &text) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_http_labels_digest(&text, digest);

    text.data = digest;
    text.len = sizeof(digest);
    op->p.fingerprint = ngx_http_labels_operation_copy(op, &text);

    text.data = ex->uuid;
    text.len = sizeof(ex->uuid);
    op->p.request_id = ngx_http_labels_operation_copy(op, &text);

    op->p.key = ngx_http_labels_operation_copy(op, key);

    if (op->p.fingerprint.data == NULL || op->p.request_id.data == NULL
        || op->p.key.data == NULL)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_labels_kirimchat_page(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    int64_t    limit;
    ngx_str_t  text;

    static ngx_str_t  limit_name = ngx_string("limit");
    static ngx_str_t  cursor_name = ngx_string("cursor");

    op->p.limit = NGX_HTTP_LABELS_KIRIMCHAT_LIMIT;

    text = ngx_http_labels_query(ex, &limit_name);

    if (text.data) {
        if (ngx_http_labels_decimal_parse(&text, &limit) != NGX_OK
            || limit < 1 || limit > NGX_HTTP_LABELS_KIRIMCHAT_MAX_LIMIT)
        {
            return ngx_http_labels_kirimchat_field(ex,
                                 NGX_HTTP_LABELS_KIRIMCHAT_LIMIT_RANGE,
                                 "limit");
        }

        op->p.limit = (ngx_int_t) limit;
    }

    text = ngx_http_labels_query(ex, &cursor_name);

    if (text.data
        && ngx_http_labels_kirimchat_cursor(ex, &text, &op->p.after) != NGX_OK)
    {
        return ngx_http_labels_kirimchat_field(ex,
                                 NGX_HTTP_LABELS_KIRIMCHAT_CURSOR, "cursor");
    }

    return NGX_OK;
}


/* base64url of a letter and a position: "a42" */

static ngx_int_t
ngx_http_labels_kirimchat_cursor(ngx_http_labels_exchange_t *ex,
    ngx_str_t *cursor, int64_t *position)
{
    ngx_str_t  text;

    text.data = ngx_pnalloc(ex->pool, ngx_base64_decoded_length(cursor->len));

    if (text.data == NULL
        || ngx_decode_base64url(&text, cursor) != NGX_OK
        || text.len < 2 || text.data[0] != 'a')
    {
        return NGX_ERROR;
    }

    text.data++;
    text.len--;

    return ngx_http_labels_decimal_parse(&text, position);
}


static ngx_int_t
ngx_http_labels_kirimchat_headers(ngx_http_labels_exchange_t *ex)
{
    static ngx_str_t  request_id = ngx_string("X-Request-Id");

    if (ngx_http_labels_header_out(ex, &request_id, &ex->request_id)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_labels_rate_headers(ex);
}
