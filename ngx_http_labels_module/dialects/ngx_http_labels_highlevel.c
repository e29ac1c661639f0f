/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * HighLevel: tags of contacts, in lower case, merged without duplicates.
 */


#include "ngx_http_labels_dialect_body.h"


#define NGX_HTTP_LABELS_HIGHLEVEL_MAX_TAGS  1000
#define NGX_HTTP_LABELS_HIGHLEVEL_MAX_TAG   255
#define NGX_HTTP_LABELS_HIGHLEVEL_ID_LEN    20


typedef enum {
    NGX_HTTP_LABELS_HIGHLEVEL_NO_VERSION = NGX_HTTP_LABELS_PROBLEM_OWN,
    NGX_HTTP_LABELS_HIGHLEVEL_VERSION,
    NGX_HTTP_LABELS_HIGHLEVEL_TOKEN,
    NGX_HTTP_LABELS_HIGHLEVEL_AUTH_CLASS,
    NGX_HTTP_LABELS_HIGHLEVEL_SCOPE,
    NGX_HTTP_LABELS_HIGHLEVEL_LOCATION,
    NGX_HTTP_LABELS_HIGHLEVEL_BODY,
    NGX_HTTP_LABELS_HIGHLEVEL_TEXT,
    NGX_HTTP_LABELS_HIGHLEVEL_UNKNOWN_MEMBER,
    NGX_HTTP_LABELS_HIGHLEVEL_NOT_STRINGS,
    NGX_HTTP_LABELS_HIGHLEVEL_NOT_ARRAY,
    NGX_HTTP_LABELS_HIGHLEVEL_TOO_LONG,
    NGX_HTTP_LABELS_HIGHLEVEL_TOO_MANY,
    NGX_HTTP_LABELS_HIGHLEVEL_NO_CONTACT,
    NGX_HTTP_LABELS_HIGHLEVEL_PROBLEMS
} ngx_http_labels_highlevel_problem_e;


static ngx_int_t ngx_http_labels_highlevel_version(
    ngx_http_labels_exchange_t *ex);
static ngx_int_t ngx_http_labels_highlevel_credential(
    ngx_http_labels_exchange_t *ex);
static ngx_int_t ngx_http_labels_highlevel_contact(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_highlevel_read(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_highlevel_change(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_highlevel_body(
    ngx_http_labels_exchange_t *ex);
static ngx_int_t ngx_http_labels_highlevel_members(
    ngx_http_labels_exchange_t *ex);
static ngx_int_t ngx_http_labels_highlevel_tags(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_highlevel_render_contact(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_highlevel_render_change(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_highlevel_outcome(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_highlevel_finish(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_json_writer_t *w);
static ngx_int_t ngx_http_labels_highlevel_problem(
    ngx_http_labels_exchange_t *ex);
static void ngx_http_labels_highlevel_message(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_json_writer_t *w, ngx_http_labels_problem_t *problem);
static ngx_int_t ngx_http_labels_highlevel_headers(
    ngx_http_labels_exchange_t *ex);


static ngx_http_labels_route_t  ngx_http_labels_highlevel_routes[] = {

    { NGX_HTTP_POST, ngx_string("/contacts/{}/tags"),
      ngx_string("contact.add"), NGX_HTTP_LABELS_CHANGE,
      ngx_string("Location"), ngx_string("contacts.write"),
      ngx_string("add"), ngx_http_labels_highlevel_change,
      ngx_http_labels_highlevel_render_change, 1 },

    { NGX_HTTP_DELETE, ngx_string("/contacts/{}/tags"),
      ngx_string("contact.remove"), NGX_HTTP_LABELS_CHANGE,
      ngx_string("Location"), ngx_string("contacts.write"),
      ngx_string("remove"), ngx_http_labels_highlevel_change,
      ngx_http_labels_highlevel_render_change, 1 },

    { NGX_HTTP_GET, ngx_string("/contacts/{}"),
      ngx_string("contact.read"), NGX_HTTP_LABELS_READ,
      ngx_string("Location"), ngx_string("contacts.readonly"),
      ngx_null_string, ngx_http_labels_highlevel_read,
      ngx_http_labels_highlevel_render_contact, 0 },

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


/* contract, section 4: the status tells the reason phrase */

static struct {
    ngx_uint_t   status;
    ngx_str_t    message;
} ngx_http_labels_highlevel_problems[] = {
    { 500, ngx_string("Internal server error") },
    { 404, ngx_string("Cannot ") },
    { 404, ngx_string("Cannot ") },
    { 413, ngx_string("request entity too large") },
    { 408, ngx_string("Request Timeout") },
    { 429, ngx_string("Too many requests, please try again later.") },
    { 0, ngx_null_string },
    { 503, ngx_string("Service temporarily unavailable") },
    { 503, ngx_string("Service temporarily unavailable") },
    { 503, ngx_string("Service temporarily unavailable: outcome unknown, "
                      "repeating the request is safe") },
    { 500, ngx_string("Internal server error") },

    { 401, ngx_string("version header was not found.") },
    { 401, ngx_string("version header is invalid") },
    { 401, ngx_string("Invalid token: access token is invalid") },
    { 401, ngx_string("This authClass type is not allowed to access this "
                      "scope. Please reach out to the Platform team to get "
                      "it added.") },
    { 401, ngx_string("The token is not authorized for this scope.") },
    { 403, ngx_string("The token does not have access to this location.") },
    { 400, ngx_string("Request body must be a valid JSON object") },
    { 422, ngx_string("request body must be valid UTF-8 text without null "
                      "characters") },
    { 422, ngx_string("property ") },
    { 422, ngx_string("each value in tags must be a string") },
    { 422, ngx_string("tags must be an array") },
    { 422, ngx_string("each value in tags must be shorter than or equal to "
                      "255 characters") },
    { 422, ngx_string("tags must contain no more than 1000 elements") },
    { 400, ngx_string("Contact not found for id:") }
};

typedef char ngx_http_labels_highlevel_problems_complete[
    sizeof(ngx_http_labels_highlevel_problems)
    / sizeof(ngx_http_labels_highlevel_problems[0])
    == NGX_HTTP_LABELS_HIGHLEVEL_PROBLEMS ? 1 : -1];


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


static ngx_int_t
ngx_http_labels_highlevel_credential(ngx_http_labels_exchange_t *ex)
{
    if (ngx_http_labels_bearer_token(ex) == NGX_OK) {
        return NGX_OK;
    }

    return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_HIGHLEVEL_TOKEN);
}


/* an id of another shape is one that does not exist */

static ngx_int_t
ngx_http_labels_highlevel_contact(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_str_set(&op->p.target, "short_id");

    if (!ngx_http_labels_base62(&ex->params[0],
                                NGX_HTTP_LABELS_HIGHLEVEL_ID_LEN))
    {
        return NGX_OK;
    }

    op->p.reference = ngx_http_labels_operation_copy(op, &ex->params[0]);

    return op->p.reference.data ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_http_labels_highlevel_read(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    op->p.full = 1;

    return ngx_http_labels_highlevel_contact(ex, op);
}


static ngx_int_t
ngx_http_labels_highlevel_change(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t  rc;

    rc = ngx_http_labels_highlevel_body(ex);

    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_http_labels_highlevel_members(ex) == NGX_ERROR
        || ngx_http_labels_highlevel_tags(ex, op) == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    /* all that is wrong is said at once */

    if (ex->problems.nelts) {
        return NGX_DECLINED;
    }

    ngx_str_set(&op->p.match, "folded");
    op->p.want = NGX_HTTP_LABELS_WANT_AFTER | NGX_HTTP_LABELS_WANT_DIFFERENCE;

    return ngx_http_labels_highlevel_contact(ex, op);
}


/* zero bytes count as {} */

static ngx_int_t
ngx_http_labels_highlevel_body(ngx_http_labels_exchange_t *ex)
{
    ngx_http_labels_json_error_e  error;

    static ngx_http_labels_json_limits_t  limits = {
        32, 1, NGX_HTTP_LABELS_JSON_BAD_UTF8 | NGX_HTTP_LABELS_JSON_NUL
               | NGX_HTTP_LABELS_JSON_LONE_SURROGATE
    };

    if (ex->body.len == 0) {
        return NGX_OK;
    }

    error = ngx_http_labels_json_read(ex->pool, &ex->body, &limits, &ex->json);

    switch (error) {

    case NGX_HTTP_LABELS_JSON_MEMORY:
        return NGX_ERROR;

    case NGX_HTTP_LABELS_JSON_TEXT:
        return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_HIGHLEVEL_TEXT);

    case NGX_HTTP_LABELS_JSON_OK:

        if (ex->json->type == NGX_HTTP_LABELS_JSON_OBJECT) {
            return NGX_OK;
        }

        /* fall through */

    default:
        return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_HIGHLEVEL_BODY);
    }
}


static ngx_int_t
ngx_http_labels_highlevel_members(ngx_http_labels_exchange_t *ex)
{
    ngx_http_labels_json_t  *member;

    if (ex->json == NULL) {
        return NGX_OK;
    }

    for (member = ex->json->child; member; member = member->next) {

        if (member->key.len == 4
            && ngx_strncmp(member->key.data, "tags", 4) == 0)
        {
            continue;
        }

        if (ngx_http_labels_problem_add(ex,
                                      NGX_HTTP_LABELS_HIGHLEVEL_UNKNOWN_MEMBER,
                                      &member->key)
            == NGX_ERROR)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_labels_highlevel_tags(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_str_t                tag;
    ngx_uint_t               others, longs;
    ngx_http_labels_json_t  *tags, *element;

    tags = ngx_http_labels_member(ex, "tags");

    if (tags == NULL || tags->type != NGX_HTTP_LABELS_JSON_ARRAY) {
        (void) ngx_http_labels_problem_add(ex,
                                 NGX_HTTP_LABELS_HIGHLEVEL_NOT_STRINGS, NULL);
        return ngx_http_labels_problem_add(ex,
                                   NGX_HTTP_LABELS_HIGHLEVEL_NOT_ARRAY, NULL);
    }

    others = 0;
    longs = 0;

    for (element = tags->child; element; element = element->next) {

        if (element->type != NGX_HTTP_LABELS_JSON_STRING) {
            others = 1;
            continue;
        }

        tag = ngx_http_labels_text_trim(&element->value,
                                        NGX_HTTP_LABELS_SPACE_UNICODE);

        if (tag.len == 0) {
            continue;
        }

        if (ngx_http_labels_text_length(&tag)
            > NGX_HTTP_LABELS_HIGHLEVEL_MAX_TAG)
        {
            longs = 1;
        }

        if (tags->count <= NGX_HTTP_LABELS_HIGHLEVEL_MAX_TAGS
            && ngx_http_labels_add_title(op, &op->p.items, &tag, 0, 1) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (others) {
        (void) ngx_http_labels_problem_add(ex,
                                 NGX_HTTP_LABELS_HIGHLEVEL_NOT_STRINGS, NULL);
    }

    if (longs) {
        (void) ngx_http_labels_problem_add(ex,
                                    NGX_HTTP_LABELS_HIGHLEVEL_TOO_LONG, NULL);
    }

    if (tags->count > NGX_HTTP_LABELS_HIGHLEVEL_MAX_TAGS) {
        (void) ngx_http_labels_problem_add(ex,
                                    NGX_HTTP_LABELS_HIGHLEVEL_TOO_MANY, NULL);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_labels_highlevel_render_contact(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t                      rc;
    ngx_http_labels_json_writer_t  w;

    rc = ngx_http_labels_highlevel_outcome(ex, op);

    if (rc != NGX_OK) {
        return rc;
    }

    ngx_http_labels_json_writer_init(&w, ex->pool);

    ngx_http_labels_json_literal(&w, "{\"contact\":{\"id\":");
    ngx_http_labels_json_string(&w, &op->p.reference);
    ngx_http_labels_json_literal(&w, ",\"locationId\":");
    ngx_http_labels_json_string(&w, ngx_http_labels_cell(op, 0,
                                               NGX_HTTP_LABELS_READ_TEAM));
    ngx_http_labels_json_literal(&w, ",\"contactName\":");
    ngx_http_labels_json_string(&w, ngx_http_labels_cell(op, 0,
                                               NGX_HTTP_LABELS_READ_TITLE));
    ngx_http_labels_json_literal(&w, ",\"tags\":[");
    ngx_http_labels_write_list(ex, &w, op, 0, NGX_HTTP_LABELS_READ_TITLE, "",
                               1);
    ngx_http_labels_json_literal(&w, "]}");

    ex->status = NGX_HTTP_OK;

    return ngx_http_labels_highlevel_finish(ex, &w);
}


static ngx_int_t
ngx_http_labels_highlevel_render_change(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    char                           *difference;
    ngx_int_t                       rc;
    ngx_http_labels_json_writer_t   w;

    rc = ngx_http_labels_highlevel_outcome(ex, op);

    if (rc != NGX_OK) {
        return rc;
    }

    ngx_http_labels_json_writer_init(&w, ex->pool);

    ngx_http_labels_json_literal(&w, "{\"tags\":[");
    ngx_http_labels_write_list(ex, &w, op, NGX_HTTP_LABELS_CHANGE_LIST,
                               NGX_HTTP_LABELS_CHANGE_TITLE, "after", 1);

    if (ex->route->method & NGX_HTTP_POST) {
        ngx_http_labels_json_literal(&w, "],\"tagsAdded\":[");
        difference = "added";
        ex->status = NGX_HTTP_CREATED;

    } else {
        ngx_http_labels_json_literal(&w, "],\"tagsRemoved\":[");
        difference = "removed";
        ex->status = NGX_HTTP_OK;
    }

    ngx_http_labels_write_list(ex, &w, op, NGX_HTTP_LABELS_CHANGE_LIST,
                               NGX_HTTP_LABELS_CHANGE_TITLE, difference, 1);
    ngx_http_labels_json_literal(&w, "]");

    return ngx_http_labels_highlevel_finish(ex, &w);
}


static ngx_int_t
ngx_http_labels_highlevel_outcome(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    switch (op->outcome) {

    case NGX_HTTP_LABELS_OK:
    case NGX_HTTP_LABELS_UNCHANGED:
        return NGX_OK;

    case NGX_HTTP_LABELS_TARGET_FOREIGN:
        return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_HIGHLEVEL_LOCATION);

    default:
        return ngx_http_labels_problem_of(ex,
                                          NGX_HTTP_LABELS_HIGHLEVEL_NO_CONTACT,
                                          &ex->raw_params[0], 0);
    }
}


static ngx_int_t
ngx_http_labels_highlevel_finish(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_json_writer_t *w)
{
    ngx_http_labels_json_literal(w, ",\"traceId\":");
    ngx_http_labels_json_string(w, &ex->request_id);
    ngx_http_labels_json_literal(w, "}");

    return ngx_http_labels_json_finish(w, &ex->content);
}


static ngx_int_t
ngx_http_labels_highlevel_problem(ngx_http_labels_exchange_t *ex)
{
    ngx_uint_t                      i;
    ngx_http_labels_problem_t      *problem;
    ngx_http_labels_json_writer_t   w;

    problem = ex->problems.elts;
    ex->status = ngx_http_labels_highlevel_problems[problem->code].status;

    if (ex->status == 0) {
        ex->status = problem->number;
    }

    ngx_http_labels_json_writer_init(&w, ex->pool);

    ngx_http_labels_json_literal(&w, "{\"statusCode\":");
    ngx_http_labels_json_integer(&w, ex->status);
    ngx_http_labels_json_literal(&w, ",\"message\":");

    if (ex->status == 422) {
        ngx_http_labels_json_literal(&w, "[");
    }

    for (i = 0; i < ex->problems.nelts; i++) {
        if (i) {
            ngx_http_labels_json_literal(&w, ",");
        }

        ngx_http_labels_json_literal(&w, "\"");
        ngx_http_labels_highlevel_message(ex, &w, &problem[i]);
        ngx_http_labels_json_literal(&w, "\"");
    }

    if (ex->status == 422) {
        ngx_http_labels_json_literal(&w, "]");
    }

    ngx_http_labels_json_literal(&w, ",\"error\":");
    ngx_http_labels_json_string(&w, ngx_http_labels_reason(ex->status));
    ngx_http_labels_json_literal(&w, "}");

    return ngx_http_labels_json_finish(&w, &ex->content);
}


static void
ngx_http_labels_highlevel_message(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_json_writer_t *w, ngx_http_labels_problem_t *problem)
{
    ngx_str_t  text;

    ngx_http_labels_json_characters(w,
                  &ngx_http_labels_highlevel_problems[problem->code].message);

    switch (problem->code) {

    case NGX_HTTP_LABELS_PROBLEM_HTTP:
        ngx_http_labels_json_characters(w,
                                        ngx_http_labels_reason(ex->status));
        break;

    case NGX_HTTP_LABELS_PROBLEM_NO_ROUTE:
    case NGX_HTTP_LABELS_PROBLEM_METHOD:
        text = ngx_http_labels_printable(ex->pool, &ex->path);
        ngx_http_labels_json_characters(w, &ex->request->method_name);
        ngx_http_labels_json_literal(w, " ");
        ngx_http_labels_json_characters(w, &text);
        break;

    case NGX_HTTP_LABELS_HIGHLEVEL_UNKNOWN_MEMBER:
        ngx_http_labels_json_characters(w, &problem->subject);
        ngx_http_labels_json_literal(w, " should not exist");
        break;

    case NGX_HTTP_LABELS_HIGHLEVEL_NO_CONTACT:
        text = ngx_http_labels_printable(ex->pool, &problem->subject);
        ngx_http_labels_json_characters(w, &text);
        break;

    default:
        break;
    }
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
