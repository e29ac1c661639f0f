/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * KirimChat: its routes, credential and ids, and labels of a team, attached to
 * its contacts by id.
 */


#include "ngx_http_labels_dialect_body.h"
#include "ngx_http_labels_json_canonical.h"
#include "ngx_http_labels_kirimchat.h"


static ngx_int_t ngx_http_labels_kirimchat_request_id(
    ngx_http_labels_exchange_t *ex);
static ngx_int_t ngx_http_labels_kirimchat_credential(
    ngx_http_labels_exchange_t *ex);
static ngx_int_t ngx_http_labels_kirimchat_attach(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_kirimchat_detach(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_kirimchat_contact_labels(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_kirimchat_contact(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_kirimchat_headers(
    ngx_http_labels_exchange_t *ex);


/* bodies are read by every method, the size of all of them is limited */

#define ngx_http_labels_kirimchat_route(method, path, name, kind, action,     \
    parse, render)                                                            \
    { method, ngx_string(path), ngx_string(name), kind, ngx_string("key"),    \
      ngx_null_string, action, ngx_http_labels_kirimchat_##parse,             \
      ngx_http_labels_kirimchat_##render, 1 }

/* what exists in a long form as well, with the phone number in front */

#define ngx_http_labels_kirimchat_contact_routes(prefix)                      \
    ngx_http_labels_kirimchat_route(NGX_HTTP_POST,                            \
        prefix "/contacts/bulk_label", "bulk.change", NGX_HTTP_LABELS_BULK,   \
        ngx_null_string, bulk, render_bulk),                                  \
                                                                              \
    ngx_http_labels_kirimchat_route(NGX_HTTP_POST,                            \
        prefix "/contacts/{}/labels", "contact.add", NGX_HTTP_LABELS_CHANGE,  \
        ngx_string("add"), attach, render_link),                              \
                                                                              \
    ngx_http_labels_kirimchat_route(NGX_HTTP_GET,                             \
        prefix "/contacts/{}/labels", "contact.read", NGX_HTTP_LABELS_READ,   \
        ngx_null_string, contact_labels, render_list),                        \
                                                                              \
    ngx_http_labels_kirimchat_route(NGX_HTTP_DELETE,                          \
        prefix "/contacts/{}/labels/{}", "contact.remove",                    \
        NGX_HTTP_LABELS_CHANGE, ngx_string("remove"), detach, render_link)


static ngx_http_labels_route_t  ngx_http_labels_kirimchat_routes[] = {

    ngx_http_labels_kirimchat_contact_routes("/v1"),
    ngx_http_labels_kirimchat_contact_routes("/v1/{}"),

    ngx_http_labels_kirimchat_route(NGX_HTTP_GET, "/v1/labels", "label.list",
        NGX_HTTP_LABELS_LABEL_LIST, ngx_null_string, labels, render_list),

    ngx_http_labels_kirimchat_route(NGX_HTTP_POST, "/v1/labels",
        "label.create", NGX_HTTP_LABELS_LABEL_CREATE, ngx_null_string, create,
        render_label),

    ngx_http_labels_kirimchat_route(NGX_HTTP_GET, "/v1/labels/{}",
        "label.get", NGX_HTTP_LABELS_LABEL_GET, ngx_null_string, label,
        render_label),

    ngx_http_labels_kirimchat_route(NGX_HTTP_PATCH, "/v1/labels/{}",
        "label.update", NGX_HTTP_LABELS_LABEL_UPDATE, ngx_null_string, update,
        render_label),

    ngx_http_labels_kirimchat_route(NGX_HTTP_DELETE, "/v1/labels/{}",
        "label.delete", NGX_HTTP_LABELS_LABEL_DELETE, ngx_null_string, label,
        render_deleted),

    { 0, ngx_null_string, ngx_null_string, 0, ngx_null_string,
      ngx_null_string, ngx_null_string, NULL, NULL, 0 }
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
    ngx_str_t               *key, uuid;
    ngx_http_labels_json_t  *label;

    rc = ngx_http_labels_kirimchat_key(ex, &key);

    if (rc == NGX_OK) {
        rc = ngx_http_labels_kirimchat_contact(ex, op);
    }

    if (rc == NGX_OK) {
        rc = ngx_http_labels_kirimchat_body(ex);
    }

    if (rc != NGX_OK) {
        return rc;
    }

    label = ngx_http_labels_member(ex, "label_id");

    rc = ngx_http_labels_kirimchat_label_member(ex, op, label, &uuid);

    if (rc != NGX_OK) {
        return rc;
    }

    ngx_str_set(&op->p.match, "uuid");
    op->p.same_team = 1;

    if (ngx_http_labels_add_id(op, &op->p.items, &uuid) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_labels_kirimchat_fingerprint(ex, op, key);
}


static ngx_int_t
ngx_http_labels_kirimchat_detach(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t  rc;
    ngx_str_t  uuid;

    rc = ngx_http_labels_kirimchat_contact(ex, op);

    if (rc == NGX_OK) {
        rc = ngx_http_labels_kirimchat_label_id(ex, op,
                                                &ex->params[ex->nparams - 1],
                                                "label_id", &uuid);
    }

    if (rc != NGX_OK) {
        return rc;
    }

    ngx_str_set(&op->p.match, "uuid");
    op->p.same_team = 1;

    return ngx_http_labels_add_id(op, &op->p.items, &uuid);
}


static ngx_int_t
ngx_http_labels_kirimchat_contact_labels(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t  rc;

    rc = ngx_http_labels_kirimchat_contact(ex, op);

    if (rc != NGX_OK) {
        return rc;
    }

    op->p.full = 1;

    return ngx_http_labels_kirimchat_page(ex, op);
}


/* 1 to 255 printable ASCII characters; *key NULL: none */

ngx_int_t
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


ngx_int_t
ngx_http_labels_kirimchat_phone(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    size_t      i;
    ngx_str_t  *phone;

    ngx_str_set(&op->p.target, "uuid");

    if (ngx_strncmp(ex->route->path.data, "/v1/{}", 6) != 0) {
        return NGX_OK;
    }

    phone = &ex->params[0];

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

    return op->p.via.data ? NGX_OK : NGX_ERROR;
}


/* the ids of the path, from left to right; the label's is the caller's */

static ngx_int_t
ngx_http_labels_kirimchat_contact(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t                         rc;
    ngx_str_t                        *contact;
    ngx_http_labels_kirimchat_ids_t  *ids;

    rc = ngx_http_labels_kirimchat_phone(ex, op);

    if (rc != NGX_OK) {
        return rc;
    }

    ids = ngx_http_labels_kirimchat_ids(ex);

    if (ids == NULL) {
        return NGX_ERROR;
    }

    contact = &ex->params[op->p.via.data ? 1 : 0];
    ids->contact = *contact;

    rc = ngx_http_labels_kirimchat_id(op, contact, "ctc_", &op->p.reference);

    return (rc == NGX_DECLINED)
           ? ngx_http_labels_kirimchat_field(ex,
                                     NGX_HTTP_LABELS_KIRIMCHAT_INVALID, "id")
           : rc;
}


ngx_http_labels_kirimchat_ids_t *
ngx_http_labels_kirimchat_ids(ngx_http_labels_exchange_t *ex)
{
    if (ex->data == NULL) {
        ex->data = ngx_pcalloc(ex->pool,
                               sizeof(ngx_http_labels_kirimchat_ids_t));
    }

    return ex->data;
}


ngx_int_t
ngx_http_labels_kirimchat_label_member(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op, ngx_http_labels_json_t *label,
    ngx_str_t *uuid)
{
    if (label == NULL) {
        return ngx_http_labels_kirimchat_field(ex,
                            NGX_HTTP_LABELS_KIRIMCHAT_MISSING, "label_id");
    }

    if (label->type != NGX_HTTP_LABELS_JSON_STRING) {
        return ngx_http_labels_kirimchat_field(ex,
                            NGX_HTTP_LABELS_KIRIMCHAT_INVALID, "label_id");
    }

    return ngx_http_labels_kirimchat_label_id(ex, op, &label->value,
                                              "label_id", uuid);
}


ngx_int_t
ngx_http_labels_kirimchat_label_id(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op, ngx_str_t *id, char *field,
    ngx_str_t *uuid)
{
    ngx_int_t                         rc;
    ngx_http_labels_kirimchat_ids_t  *ids;

    ids = ngx_http_labels_kirimchat_ids(ex);

    if (ids == NULL) {
        return NGX_ERROR;
    }

    ids->label = *id;

    rc = ngx_http_labels_kirimchat_id(op, id, "lbl_", uuid);

    return (rc == NGX_DECLINED)
           ? ngx_http_labels_kirimchat_field(ex,
                                   NGX_HTTP_LABELS_KIRIMCHAT_INVALID, field)
           : rc;
}


ngx_int_t
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


ngx_int_t
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


/* SHA-256 over the method, the decoded path and the canonical body */

ngx_int_t
ngx_http_labels_kirimchat_fingerprint(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op, ngx_str_t *key)
{
    u_char                         digest[NGX_HTTP_LABELS_DIGEST_LEN];
    ngx_str_t                      text, path;
    ngx_http_labels_json_writer_t  w;

    if (key == NULL) {
        return NGX_OK;
    }

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
