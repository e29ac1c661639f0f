/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */


#include "ngx_http_labels_chatwoot.h"
#include "ngx_http_labels_dialect_body.h"


static ngx_str_t *ngx_http_labels_chatwoot_text(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_problem_t *problem);
static void ngx_http_labels_chatwoot_messages(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_json_writer_t *w);
static void ngx_http_labels_chatwoot_attributes(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_json_writer_t *w);
static void ngx_http_labels_chatwoot_errors(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_json_writer_t *w);


/*
 * Contract, section 4: status, text, field, code, and a title where it is not
 * the text.  Status 422 has the envelope of validations.
 */

static struct {
    ngx_uint_t   status;
    ngx_str_t    text;
    ngx_str_t    field;
    ngx_str_t    code;
    ngx_str_t    title;
} ngx_http_labels_chatwoot_problems[] = {
    { 500, ngx_string("Internal Server Error"), ngx_string("server"),
      ngx_string("internal_error"), ngx_null_string },
    { 404, ngx_string("The path or the method is not served"),
      ngx_string("path"), ngx_string("route_not_found"),
      ngx_string("Not Found") },
    { 404, ngx_string("The path or the method is not served"),
      ngx_string("path"), ngx_string("route_not_found"),
      ngx_string("Not Found") },
    { 413, ngx_string("Request body is too large"), ngx_string("body"),
      ngx_string("body_too_large"), ngx_string("Payload Too Large") },
    { 408, ngx_string("Request body was not received in time"),
      ngx_string("body"), ngx_string("request_timeout"),
      ngx_string("Request Timeout") },
    { 429, ngx_string("Retry later"), ngx_string("request"),
      ngx_string("rate_limited"), ngx_null_string },
    { 0, ngx_null_string, ngx_string("request"), ngx_string("bad_request"),
      ngx_null_string },
    { 503, ngx_string("Too many requests are waiting, try again"),
      ngx_string("server"), ngx_string("overloaded"),
      ngx_string("Service Unavailable") },
    { 503, ngx_string("The database is not reachable, try again"),
      ngx_string("server"), ngx_string("unavailable"),
      ngx_string("Service Unavailable") },
    { 503, ngx_string("The outcome of the change is unknown, send it again"),
      ngx_string("server"), ngx_string("commit_unknown"),
      ngx_string("Service Unavailable") },
    { 500, ngx_string("Internal Server Error"), ngx_string("server"),
      ngx_string("internal_error"), ngx_null_string },

    { 401, ngx_string("You need to sign in or sign up before continuing."),
      ngx_string("api_access_token"), ngx_string("unauthorized"),
      ngx_null_string },
    { 401, ngx_string("Invalid Access Token"), ngx_string("api_access_token"),
      ngx_string("invalid_token"), ngx_null_string },
    { 401, ngx_string("Access to this endpoint is not authorized for bots"),
      ngx_string("api_access_token"), ngx_string("bot_not_authorized"),
      ngx_null_string },
    { 401, ngx_string("You are not authorized to do this action"),
      ngx_string("api_access_token"), ngx_string("action_not_authorized"),
      ngx_null_string },
    { 404, ngx_string("Resource could not be found"),
      ngx_string("account_id"), ngx_string("not_found"), ngx_null_string },
    { 401, ngx_string("Account is suspended"), ngx_string("account_id"),
      ngx_string("account_suspended"), ngx_null_string },
    { 401, ngx_string("You are not authorized to access this account"),
      ngx_string("account_id"), ngx_string("account_not_authorized"),
      ngx_null_string },
    { 401, ngx_string("Bot is not authorized to access this account"),
      ngx_string("account_id"), ngx_string("account_not_authorized"),
      ngx_null_string },
    { 415, ngx_string("Content-Type must be application/json"),
      ngx_string("content-type"), ngx_string("unsupported_media_type"),
      ngx_string("Unsupported Media Type") },
    { 400, ngx_string("Request body is not valid JSON"), ngx_string("body"),
      ngx_string("invalid_json"), ngx_string("Bad Request") },
    { 400, ngx_string("Request body is nested too deeply (maximum is 32)"),
      ngx_string("body"), ngx_string("too_deep"), ngx_string("Bad Request") },
    { 404, ngx_string("Resource could not be found"), ngx_string("id"),
      ngx_string("not_found"), ngx_null_string },
    { 404, ngx_string("Resource could not be found"),
      ngx_string("conversation_id"), ngx_string("not_found"),
      ngx_null_string },
    { 422, ngx_string("Labels must be present"), ngx_string("labels"),
      ngx_string("required"), ngx_null_string },
    { 422, ngx_string("Labels must be an array of strings"),
      ngx_string("labels"), ngx_string("invalid"), ngx_null_string },
    { 422, ngx_string("Labels must be valid UTF-8 text"),
      ngx_string("labels"), ngx_string("invalid_text"), ngx_null_string },
    { 422, ngx_string("Label is too long (maximum is 255 characters)"),
      ngx_string("labels"), ngx_string("too_long"), ngx_null_string },
    { 422, ngx_string("Labels has too many items (maximum is 1000)"),
      ngx_string("labels"), ngx_string("too_many"), ngx_null_string },
    { 422, ngx_string("Labels must contain at least one label that is not "
                      "blank"),
      ngx_string("labels"), ngx_string("blank"), ngx_null_string },

    { 422, ngx_string("param is missing or the value is empty: label"),
      ngx_string("label"), ngx_string("missing"), ngx_null_string },
    { 422, ngx_string("Title is too long (maximum is 255 characters)"),
      ngx_string("title"), ngx_string("too_long"), ngx_null_string },
    { 422, ngx_string("Description is too long (maximum is 20000 characters)"),
      ngx_string("description"), ngx_string("too_long"), ngx_null_string },
    { 422, ngx_string("Color is too long (maximum is 255 characters)"),
      ngx_string("color"), ngx_string("too_long"), ngx_null_string },
    { 422, ngx_string("Title must not be blank"), ngx_string("title"),
      ngx_string("blank"), ngx_null_string },
    { 422, ngx_string("Title is invalid"), ngx_string("title"),
      ngx_string("invalid"), ngx_null_string },
    { 422, ngx_string("Title must be valid UTF-8 text"), ngx_string("title"),
      ngx_string("invalid_text"), ngx_null_string },
    { 422, ngx_string("Description must be valid UTF-8 text"),
      ngx_string("description"), ngx_string("invalid_text"),
      ngx_null_string },
    { 422, ngx_string("Description is invalid"), ngx_string("description"),
      ngx_string("invalid"), ngx_null_string },
    { 422, ngx_string("Color must be valid UTF-8 text"), ngx_string("color"),
      ngx_string("invalid_text"), ngx_null_string },
    { 422, ngx_string("Color is invalid"), ngx_string("color"),
      ngx_string("invalid"), ngx_null_string },
    { 422, ngx_string("Show on sidebar is invalid"),
      ngx_string("show_on_sidebar"), ngx_string("invalid"), ngx_null_string },
    { 422, ngx_string("Title has already been taken"), ngx_string("title"),
      ngx_string("taken"), ngx_null_string },

    { 422, ngx_string("Type must be Contact or Conversation"),
      ngx_string("type"), ngx_string("invalid"), ngx_null_string },
    { 422, ngx_string("Fields is not supported"), ngx_string("fields"),
      ngx_string("unsupported"), ngx_null_string },
    { 422, ngx_string("Snoozed until is not supported"),
      ngx_string("snoozed_until"), ngx_string("unsupported"),
      ngx_null_string },
    { 422, ngx_string("Action name is not supported"),
      ngx_string("action_name"), ngx_string("unsupported"), ngx_null_string },
    { 422, ngx_string("Ids must be an array of integers"), ngx_string("ids"),
      ngx_string("invalid"), ngx_null_string },
    { 422, ngx_string("Ids has too many items (maximum is 1000)"),
      ngx_string("ids"), ngx_string("too_many"), ngx_null_string },
    { 422, ngx_string("Labels must hold add or remove"), ngx_string("labels"),
      ngx_string("required"), ngx_null_string },
    { 422, ngx_string("Ids and labels ask for too many changes (maximum is "
                      "100000)"),
      ngx_string("labels"), ngx_string("too_many"), ngx_null_string }
};

typedef char ngx_http_labels_chatwoot_problems_complete[
    sizeof(ngx_http_labels_chatwoot_problems)
    / sizeof(ngx_http_labels_chatwoot_problems[0])
    == NGX_HTTP_LABELS_CHATWOOT_PROBLEMS ? 1 : -1];


ngx_int_t
ngx_http_labels_chatwoot_problem(ngx_http_labels_exchange_t *ex)
{
    ngx_str_t                      *title;
    ngx_uint_t                      code;
    ngx_http_labels_problem_t      *problem;
    ngx_http_labels_json_writer_t   w;

    problem = ex->problems.elts;
    code = problem->code;

    ex->status = ngx_http_labels_chatwoot_problems[code].status;

    if (ex->status == 0) {
        ex->status = problem->number;
    }

    ngx_http_labels_json_writer_init(&w, ex->pool);

    ngx_http_labels_json_literal(&w, "{");

    /* two rows of status 422 are no validations */

    if (ex->status == 422 && code != NGX_HTTP_LABELS_CHATWOOT_NO_LABEL
        && code != NGX_HTTP_LABELS_CHATWOOT_TYPE)
    {
        ngx_http_labels_json_literal(&w, "\"message\":\"");
        ngx_http_labels_chatwoot_messages(ex, &w);
        ngx_http_labels_json_literal(&w, "\",\"attributes\":[");
        ngx_http_labels_chatwoot_attributes(ex, &w);
        ngx_http_labels_json_literal(&w, "],");
        ngx_http_labels_chatwoot_errors(ex, &w);

        ngx_http_labels_json_literal(&w, "}");

        return ngx_http_labels_json_finish(&w, &ex->content);
    }

    if (code == NGX_HTTP_LABELS_CHATWOOT_TYPE) {
        ngx_http_labels_json_literal(&w, "\"success\":false,");
    }

    ngx_http_labels_chatwoot_errors(ex, &w);

    title = &ngx_http_labels_chatwoot_problems[code].title;

    if (title->len == 0) {
        title = ngx_http_labels_chatwoot_text(ex, problem);
    }

    ngx_http_labels_json_literal(&w, ",\"error\":");
    ngx_http_labels_json_string(&w, title);
    ngx_http_labels_json_literal(&w, "}");

    return ngx_http_labels_json_finish(&w, &ex->content);
}


static ngx_str_t *
ngx_http_labels_chatwoot_text(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_problem_t *problem)
{
    return ngx_http_labels_chatwoot_problems[problem->code].status
           ? &ngx_http_labels_chatwoot_problems[problem->code].text
           : ngx_http_labels_reason(ex->status);
}


static void
ngx_http_labels_chatwoot_messages(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_json_writer_t *w)
{
    ngx_uint_t                  i;
    ngx_http_labels_problem_t  *problem;

    problem = ex->problems.elts;

    for (i = 0; i < ex->problems.nelts; i++) {
        if (i) {
            ngx_http_labels_json_literal(w, ", ");
        }

        ngx_http_labels_json_characters(w,
                              ngx_http_labels_chatwoot_text(ex, &problem[i]));
    }
}


/* each field once */

static void
ngx_http_labels_chatwoot_attributes(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_json_writer_t *w)
{
    ngx_str_t                  *field, *earlier;
    ngx_uint_t                  i, j;
    ngx_http_labels_problem_t  *problem;

    problem = ex->problems.elts;

    for (i = 0; i < ex->problems.nelts; i++) {
        field = &ngx_http_labels_chatwoot_problems[problem[i].code].field;

        for (j = 0; j < i; j++) {
            earlier = &ngx_http_labels_chatwoot_problems[problem[j].code]
                       .field;

            if (earlier->len == field->len
                && ngx_strncmp(earlier->data, field->data, field->len) == 0)
            {
                break;
            }
        }

        if (j < i) {
            continue;
        }

        if (i) {
            ngx_http_labels_json_literal(w, ",");
        }

        ngx_http_labels_json_string(w, field);
    }
}


static void
ngx_http_labels_chatwoot_errors(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_json_writer_t *w)
{
    ngx_uint_t                  i, code;
    ngx_http_labels_problem_t  *problem;

    problem = ex->problems.elts;

    ngx_http_labels_json_literal(w, "\"description\":\"");
    ngx_http_labels_chatwoot_messages(ex, w);
    ngx_http_labels_json_literal(w, "\",\"errors\":[");

    for (i = 0; i < ex->problems.nelts; i++) {
        code = problem[i].code;

        if (i) {
            ngx_http_labels_json_literal(w, ",");
        }

        ngx_http_labels_json_literal(w, "{\"field\":");
        ngx_http_labels_json_string(w,
                              &ngx_http_labels_chatwoot_problems[code].field);
        ngx_http_labels_json_literal(w, ",\"message\":");
        ngx_http_labels_json_string(w,
                              ngx_http_labels_chatwoot_text(ex, &problem[i]));
        ngx_http_labels_json_literal(w, ",\"code\":");
        ngx_http_labels_json_string(w,
                               &ngx_http_labels_chatwoot_problems[code].code);
        ngx_http_labels_json_literal(w, "}");
    }

    ngx_http_labels_json_literal(w, "]");
}
