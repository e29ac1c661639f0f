/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */


#include "ngx_http_labels_dialect_body.h"
#include "ngx_http_labels_highlevel.h"


static void ngx_http_labels_highlevel_message(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_json_writer_t *w, ngx_http_labels_problem_t *problem);
static void ngx_http_labels_highlevel_subject(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_json_writer_t *w, ngx_http_labels_problem_t *problem);


/*
 * Contract, section 4: the status, which tells the reason phrase, and the
 * message before and behind its subject: a member, an id, a path.
 */

static struct {
    ngx_uint_t   status;
    ngx_str_t    before;
    ngx_str_t    behind;
} ngx_http_labels_highlevel_problems[] = {
    { 500, ngx_string("Internal server error"), ngx_null_string },
    { 404, ngx_string("Cannot "), ngx_null_string },
    { 404, ngx_string("Cannot "), ngx_null_string },
    { 413, ngx_string("request entity too large"), ngx_null_string },
    { 408, ngx_string("Request Timeout"), ngx_null_string },
    { 429, ngx_string("Too many requests, please try again later."),
      ngx_null_string },
    { 0, ngx_null_string, ngx_null_string },
    { 503, ngx_string("Service temporarily unavailable"), ngx_null_string },
    { 503, ngx_string("Service temporarily unavailable"), ngx_null_string },
    { 503, ngx_string("Service temporarily unavailable: outcome unknown, "
                      "repeating the request is safe"), ngx_null_string },
    { 500, ngx_string("Internal server error"), ngx_null_string },

    { 401, ngx_string("version header was not found."), ngx_null_string },
    { 401, ngx_string("version header is invalid"), ngx_null_string },
    { 401, ngx_string("Invalid token: access token is invalid"),
      ngx_null_string },
    { 401, ngx_string("This authClass type is not allowed to access this "
                      "scope. Please reach out to the Platform team to get "
                      "it added."), ngx_null_string },
    { 401, ngx_string("The token is not authorized for this scope."),
      ngx_null_string },
    { 403, ngx_string("The token does not have access to this location."),
      ngx_null_string },
    { 422, ngx_string("type must be a valid enum value"), ngx_null_string },
    { 400, ngx_string("Request body must be a valid JSON object"),
      ngx_null_string },
    { 422, ngx_string("request body must be valid UTF-8 text without null "
                      "characters"), ngx_null_string },
    { 422, ngx_string("property "), ngx_string(" should not exist") },
    { 422, ngx_string("each value in "), ngx_string(" must be a string") },
    { 422, ngx_null_string, ngx_string(" must be an array") },
    { 422, ngx_string("each value in "),
      ngx_string(" must be shorter than or equal to 255 characters") },
    { 422, ngx_null_string, ngx_string(" must contain no more than ") },
    { 422, ngx_null_string, ngx_string(" should not be empty") },
    { 422, ngx_null_string, ngx_string(" must be a string") },
    { 422, ngx_null_string,
      ngx_string(" must be shorter than or equal to 255 characters") },
    { 422, ngx_null_string, ngx_string(" must be a boolean value") },
    { 422, ngx_null_string,
      ngx_string(" is only allowed when type is remove") },
    { 400, ngx_string("Contact not found for id:"), ngx_null_string },
    { 400, ngx_string("Tag not found for id:"), ngx_null_string },
    { 400, ngx_string("Tag with this name already exists"), ngx_null_string }
};

typedef char ngx_http_labels_highlevel_problems_complete[
    sizeof(ngx_http_labels_highlevel_problems)
    / sizeof(ngx_http_labels_highlevel_problems[0])
    == NGX_HTTP_LABELS_HIGHLEVEL_PROBLEMS ? 1 : -1];


ngx_int_t
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
    ngx_http_labels_json_characters(w,
                   &ngx_http_labels_highlevel_problems[problem->code].before);

    ngx_http_labels_highlevel_subject(ex, w, problem);

    ngx_http_labels_json_characters(w,
                   &ngx_http_labels_highlevel_problems[problem->code].behind);

    if (problem->code == NGX_HTTP_LABELS_HIGHLEVEL_TOO_MANY) {
        ngx_http_labels_json_integer(w, problem->number);
        ngx_http_labels_json_literal(w, " elements");
    }
}


static void
ngx_http_labels_highlevel_subject(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_json_writer_t *w, ngx_http_labels_problem_t *problem)
{
    ngx_str_t  text;

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

    case NGX_HTTP_LABELS_HIGHLEVEL_NO_CONTACT:
    case NGX_HTTP_LABELS_HIGHLEVEL_NO_TAG:
        text = ngx_http_labels_printable(ex->pool, &problem->subject);
        ngx_http_labels_json_characters(w, &text);
        break;

    default:
        ngx_http_labels_json_characters(w, &problem->subject);
        break;
    }
}


ngx_int_t
ngx_http_labels_highlevel_finish(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_json_writer_t *w)
{
    ngx_http_labels_json_literal(w, ",\"traceId\":");
    ngx_http_labels_json_string(w, &ex->request_id);
    ngx_http_labels_json_literal(w, "}");

    return ngx_http_labels_json_finish(w, &ex->content);
}
