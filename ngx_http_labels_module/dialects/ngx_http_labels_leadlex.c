/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * LeadLex: tags of contacts, merged without duplicates, compared exactly.
 */


#include "ngx_http_labels_dialect_body.h"


#define NGX_HTTP_LABELS_LEADLEX_MAX_TAGS  1000
#define NGX_HTTP_LABELS_LEADLEX_MAX_TAG   255


typedef enum {
    NGX_HTTP_LABELS_LEADLEX_INVALID_KEY = NGX_HTTP_LABELS_PROBLEM_OWN,
    NGX_HTTP_LABELS_LEADLEX_SUSPENDED,
    NGX_HTTP_LABELS_LEADLEX_NO_WRITE,
    NGX_HTTP_LABELS_LEADLEX_NO_READ,
    NGX_HTTP_LABELS_LEADLEX_BODY,
    NGX_HTTP_LABELS_LEADLEX_TEXT,
    NGX_HTTP_LABELS_LEADLEX_TAGS,
    NGX_HTTP_LABELS_LEADLEX_TOO_MANY,
    NGX_HTTP_LABELS_LEADLEX_TAG,
    NGX_HTTP_LABELS_LEADLEX_NO_CONTACT,
    NGX_HTTP_LABELS_LEADLEX_PROBLEMS
} ngx_http_labels_leadlex_problem_e;


static ngx_int_t ngx_http_labels_leadlex_credential(
    ngx_http_labels_exchange_t *ex);
static ngx_int_t ngx_http_labels_leadlex_contact(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_leadlex_change(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_leadlex_body(ngx_http_labels_exchange_t *ex);
static ngx_int_t ngx_http_labels_leadlex_tag(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op, ngx_http_labels_json_t *element,
    ngx_uint_t i);
static ngx_int_t ngx_http_labels_leadlex_render(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_leadlex_problem(
    ngx_http_labels_exchange_t *ex);
static ngx_int_t ngx_http_labels_leadlex_headers(
    ngx_http_labels_exchange_t *ex);


/* the vendor's pages spell permissions in three ways */

#define NGX_HTTP_LABELS_LEADLEX_WRITE  "contacts:write write:contacts write"
#define NGX_HTTP_LABELS_LEADLEX_READ                                          \
    NGX_HTTP_LABELS_LEADLEX_WRITE " contacts:read read:contacts read"

#define NGX_HTTP_LABELS_LEADLEX_PATH                                          \
    ngx_string("/functions/v1/api-gateway/v1/contacts/{}/tags")


static ngx_http_labels_route_t  ngx_http_labels_leadlex_routes[] = {

    { NGX_HTTP_GET, NGX_HTTP_LABELS_LEADLEX_PATH,
      ngx_string("contact.read"), NGX_HTTP_LABELS_READ,
      ngx_string("key"), ngx_string(NGX_HTTP_LABELS_LEADLEX_READ),
      ngx_null_string, ngx_http_labels_leadlex_contact,
      ngx_http_labels_leadlex_render, 0 },

    { NGX_HTTP_POST, NGX_HTTP_LABELS_LEADLEX_PATH,
      ngx_string("contact.add"), NGX_HTTP_LABELS_CHANGE,
      ngx_string("key"), ngx_string(NGX_HTTP_LABELS_LEADLEX_WRITE),
      ngx_string("add"), ngx_http_labels_leadlex_change,
      ngx_http_labels_leadlex_render, 1 },

    { NGX_HTTP_DELETE, NGX_HTTP_LABELS_LEADLEX_PATH,
      ngx_string("contact.remove"), NGX_HTTP_LABELS_CHANGE,
      ngx_string("key"), ngx_string(NGX_HTTP_LABELS_LEADLEX_WRITE),
      ngx_string("remove"), ngx_http_labels_leadlex_change,
      ngx_http_labels_leadlex_render, 1 },

    { 0, ngx_null_string, ngx_null_string, 0, ngx_null_string,
      ngx_null_string, ngx_null_string, NULL, NULL, 0 }
};


static ngx_http_labels_refusal_t  ngx_http_labels_leadlex_refusals[] = {
    { NGX_HTTP_LABELS_REFUSED_UNKNOWN | NGX_HTTP_LABELS_REFUSED_REVOKED
      | NGX_HTTP_LABELS_REFUSED_EXPIRED | NGX_HTTP_LABELS_REFUSED_KIND,
      NGX_HTTP_LABELS_LEADLEX_INVALID_KEY },
    { NGX_HTTP_LABELS_REFUSED_SUSPENDED, NGX_HTTP_LABELS_LEADLEX_SUSPENDED },
    { NGX_HTTP_LABELS_REFUSED_SCOPE, NGX_HTTP_LABELS_LEADLEX_NO_WRITE },
    { 0, 0 }
};


/* contract, section 4; a message without a status is made where it is used */

static struct {
    ngx_uint_t   status;
    ngx_str_t    code;
    ngx_str_t    message;
} ngx_http_labels_leadlex_problems[] = {
    { 500, ngx_string("internal_error"), ngx_string("Internal server error") },
    { 404, ngx_string("not_found"), ngx_string("Route not found") },
    { 405, ngx_string("method_not_allowed"),
      ngx_string("Method not allowed") },
    { 413, ngx_string("payload_too_large"),
      ngx_string("Request body too large") },
    { 408, ngx_string("bad_request"), ngx_string("Request Timeout") },
    { 429, ngx_string("rate_limited"), ngx_string("Rate limit exceeded") },
    { 0, ngx_string("bad_request"), ngx_null_string },
    { 503, ngx_string("service_unavailable"),
      ngx_string("Service temporarily unavailable") },
    { 503, ngx_string("service_unavailable"),
      ngx_string("Service temporarily unavailable") },
    { 503, ngx_string("outcome_unknown"),
      ngx_string("Outcome unknown, repeating the request is safe") },
    { 500, ngx_string("internal_error"), ngx_string("Internal server error") },

    { 401, ngx_string("invalid_key"),
      ngx_string("Invalid or expired API key") },
    { 403, ngx_string("workspace_suspended"),
      ngx_string("Workspace is suspended") },
    { 403, ngx_string("insufficient_permissions"),
      ngx_string("Missing contacts:write permission") },
    { 403, ngx_string("insufficient_permissions"),
      ngx_string("Missing contacts:read permission") },
    { 400, ngx_string("validation_error"),
      ngx_string("Request body must be a valid JSON object") },
    { 400, ngx_string("validation_error"),
      ngx_string("Request body must be valid UTF-8 text without null "
                 "characters") },
    { 400, ngx_string("validation_error"),
      ngx_string("Missing or invalid tags array") },
    { 400, ngx_string("validation_error"),
      ngx_string("tags must contain at most 1000 items") },
    { 400, ngx_string("validation_error"),
      ngx_string("] must be a non-empty string of at most 255 characters") },
    { 404, ngx_string("not_found"), ngx_string("Contact not found") }
};

typedef char ngx_http_labels_leadlex_problems_complete[
    sizeof(ngx_http_labels_leadlex_problems)
    / sizeof(ngx_http_labels_leadlex_problems[0])
    == NGX_HTTP_LABELS_LEADLEX_PROBLEMS ? 1 : -1];


static ngx_str_t  ngx_http_labels_leadlex_prefixes[] = {
    ngx_string("/functions/v1/api-gateway"),
    ngx_null_string
};


ngx_http_labels_dialect_t  ngx_http_labels_leadlex = {
    ngx_string("leadlex"),
    ngx_http_labels_leadlex_prefixes,
    NULL,
    ngx_string("application/json"),
    ngx_http_labels_leadlex_routes,
    ngx_http_labels_leadlex_refusals,
    ngx_http_labels_request_uuid,
    NULL,
    ngx_http_labels_leadlex_credential,
    ngx_http_labels_leadlex_problem,
    ngx_http_labels_leadlex_headers,
    1, 0, 0, 0, 0
};


static ngx_int_t
ngx_http_labels_leadlex_credential(ngx_http_labels_exchange_t *ex)
{
    if (ngx_http_labels_bearer_token(ex) == NGX_OK) {
        return NGX_OK;
    }

    return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_LEADLEX_INVALID_KEY);
}


/* an id that is no UUID is a contact that does not exist */

static ngx_int_t
ngx_http_labels_leadlex_contact(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    u_char  bits[16];

    ngx_str_set(&op->p.target, "uuid");

    if (ngx_http_labels_uuid_parse(&ex->params[0], bits) != NGX_OK) {
        return NGX_OK;
    }

    op->p.reference = ngx_http_labels_uuid_reference(op, bits);

    return op->p.reference.data ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_http_labels_leadlex_change(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t                rc;
    ngx_uint_t               i;
    ngx_http_labels_json_t  *tags, *element;

    rc = ngx_http_labels_leadlex_body(ex);

    if (rc != NGX_OK) {
        return rc;
    }

    tags = ngx_http_labels_member(ex, "tags");

    if (tags == NULL || tags->type != NGX_HTTP_LABELS_JSON_ARRAY) {
        return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_LEADLEX_TAGS);
    }

    if (tags->count > NGX_HTTP_LABELS_LEADLEX_MAX_TAGS) {
        return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_LEADLEX_TOO_MANY);
    }

    for (element = tags->child, i = 0; element; element = element->next, i++) {
        rc = ngx_http_labels_leadlex_tag(ex, op, element, i);

        if (rc != NGX_OK) {
            return rc;
        }
    }

    ngx_str_set(&op->p.match, "exact");
    op->p.want = NGX_HTTP_LABELS_WANT_AFTER;

    return ngx_http_labels_leadlex_contact(ex, op);
}


static ngx_int_t
ngx_http_labels_leadlex_body(ngx_http_labels_exchange_t *ex)
{
    ngx_http_labels_json_error_e  error;

    static ngx_http_labels_json_limits_t  limits = {
        32, 1, NGX_HTTP_LABELS_JSON_BAD_UTF8 | NGX_HTTP_LABELS_JSON_NUL
               | NGX_HTTP_LABELS_JSON_LONE_SURROGATE
    };

    error = ngx_http_labels_json_read(ex->pool, &ex->body, &limits, &ex->json);

    switch (error) {

    case NGX_HTTP_LABELS_JSON_MEMORY:
        return NGX_ERROR;

    case NGX_HTTP_LABELS_JSON_TEXT:
        return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_LEADLEX_TEXT);

    case NGX_HTTP_LABELS_JSON_OK:

        if (ex->json->type == NGX_HTTP_LABELS_JSON_OBJECT) {
            return NGX_OK;
        }

        /* fall through */

    default:
        return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_LEADLEX_BODY);
    }
}


static ngx_int_t
ngx_http_labels_leadlex_tag(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op, ngx_http_labels_json_t *element,
    ngx_uint_t i)
{
    ngx_str_t  tag;

    if (element->type == NGX_HTTP_LABELS_JSON_STRING) {
        tag = ngx_http_labels_text_trim(&element->value,
                                        NGX_HTTP_LABELS_SPACE_UNICODE);

        if (tag.len
            && ngx_http_labels_text_length(&tag)
               <= NGX_HTTP_LABELS_LEADLEX_MAX_TAG)
        {
            return ngx_http_labels_add_title(op, &op->p.items, &tag, 1, 0);
        }
    }

    return ngx_http_labels_problem_of(ex, NGX_HTTP_LABELS_LEADLEX_TAG, NULL,
                                      i);
}


static ngx_int_t
ngx_http_labels_leadlex_render(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_http_labels_json_writer_t  w;

    if (op->outcome != NGX_HTTP_LABELS_OK
        && op->outcome != NGX_HTTP_LABELS_UNCHANGED)
    {
        return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_LEADLEX_NO_CONTACT);
    }

    ngx_http_labels_json_writer_init(&w, ex->pool);

    ngx_http_labels_json_literal(&w, "{\"data\":{\"contact_id\":");
    ngx_http_labels_json_string(&w, &op->p.reference);
    ngx_http_labels_json_literal(&w, ",\"tags\":[");
    ngx_http_labels_write_list(ex, &w, op, "after", 0);
    ngx_http_labels_json_literal(&w, "]}}");

    ex->status = NGX_HTTP_OK;

    return ngx_http_labels_json_finish(&w, &ex->content);
}


static ngx_int_t
ngx_http_labels_leadlex_problem(ngx_http_labels_exchange_t *ex)
{
    ngx_str_t                      *code, *message;
    ngx_http_labels_problem_t      *problem;
    ngx_http_labels_json_writer_t   w;

    static ngx_str_t  internal = ngx_string("internal_error");

    problem = ex->problems.elts;

    /* readers lack another permission than writers */

    if (problem->code == NGX_HTTP_LABELS_LEADLEX_NO_WRITE
        && ex->route->kind == NGX_HTTP_LABELS_READ)
    {
        problem->code = NGX_HTTP_LABELS_LEADLEX_NO_READ;
    }

    ex->status = ngx_http_labels_leadlex_problems[problem->code].status;
    code = &ngx_http_labels_leadlex_problems[problem->code].code;
    message = &ngx_http_labels_leadlex_problems[problem->code].message;

    if (ex->status == 0) {
        ex->status = problem->number;
        message = ngx_http_labels_reason(ex->status);

        if (ex->status >= NGX_HTTP_INTERNAL_SERVER_ERROR) {
            code = &internal;
        }
    }

    ngx_http_labels_json_writer_init(&w, ex->pool);

    ngx_http_labels_json_literal(&w, "{\"error\":{\"code\":");
    ngx_http_labels_json_string(&w, code);
    ngx_http_labels_json_literal(&w, ",\"message\":\"");

    if (problem->code == NGX_HTTP_LABELS_LEADLEX_TAG) {
        ngx_http_labels_json_literal(&w, "tags[");
        ngx_http_labels_json_integer(&w, problem->number);
    }

    ngx_http_labels_json_characters(&w, message);
    ngx_http_labels_json_literal(&w, "\"}}");

    return ngx_http_labels_json_finish(&w, &ex->content);
}


static ngx_int_t
ngx_http_labels_leadlex_headers(ngx_http_labels_exchange_t *ex)
{
    static ngx_str_t  request_id = ngx_string("X-Request-ID");
    static ngx_str_t  allow = ngx_string("Allow");

    if (ngx_http_labels_header_out(ex, &request_id, &ex->request_id)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ex->allow.len
        && ngx_http_labels_header_out(ex, &allow, &ex->allow) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return (ex->rate) ? ngx_http_labels_rate_headers(ex) : NGX_OK;
}
