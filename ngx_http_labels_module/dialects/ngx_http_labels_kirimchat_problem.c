/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */


#include "ngx_http_labels_dialect_body.h"
#include "ngx_http_labels_kirimchat.h"


typedef enum {
    NGX_HTTP_LABELS_KIRIMCHAT_PLAIN = 0, /* the message is all */
    NGX_HTTP_LABELS_KIRIMCHAT_SUBJECT,   /* message, the subject, and a dot */
    NGX_HTTP_LABELS_KIRIMCHAT_ID,        /* message and an id */
    NGX_HTTP_LABELS_KIRIMCHAT_URL,       /* message, method and path */
    NGX_HTTP_LABELS_KIRIMCHAT_SECONDS    /* message and when to come again */
} ngx_http_labels_kirimchat_form_e;


static void ngx_http_labels_kirimchat_message(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_json_writer_t *w, ngx_http_labels_problem_t *problem);


/* contract, section 4: status, type, code, message, its form, param or not */

static struct {
    ngx_uint_t                         status;
    ngx_str_t                          type;
    ngx_str_t                          code;
    ngx_str_t                          message;
    ngx_http_labels_kirimchat_form_e   form;
    ngx_uint_t                         param;
} ngx_http_labels_kirimchat_problems[] = {
    { 500, ngx_string("api_error"), ngx_string("internal_error"),
      ngx_string("An unexpected error occurred."), 0, 0 },
    { 404, ngx_string("not_found"), ngx_string("resource_not_found"),
      ngx_string("Unrecognized request URL ("),
      NGX_HTTP_LABELS_KIRIMCHAT_URL, 0 },
    { 404, ngx_string("not_found"), ngx_string("resource_not_found"),
      ngx_string("Unrecognized request URL ("),
      NGX_HTTP_LABELS_KIRIMCHAT_URL, 0 },
    { 413, ngx_string("invalid_request_error"),
      ngx_string("request_too_large"),
      ngx_string("Request body is too large."), 0, 0 },
    { 408, ngx_string("invalid_request_error"), ngx_string("request_timeout"),
      ngx_string("The request was not received in time."), 0, 0 },
    { 429, ngx_string("rate_limit_error"), ngx_string("rate_limit_exceeded"),
      ngx_string("Rate limit exceeded. Retry after "),
      NGX_HTTP_LABELS_KIRIMCHAT_SECONDS, 0 },
    { 0, ngx_string("invalid_request_error"), ngx_string("invalid_request"),
      ngx_string("Malformed request."), 0, 0 },
    { 503, ngx_string("api_error"), ngx_string("service_unavailable"),
      ngx_string("The service is temporarily unavailable. Retry later."),
      0, 0 },
    { 503, ngx_string("api_error"), ngx_string("service_unavailable"),
      ngx_string("The service is temporarily unavailable. Retry later."),
      0, 0 },
    { 503, ngx_string("api_error"), ngx_string("commit_unknown"),
      ngx_string("The outcome of this request is unknown. Repeat it."), 0, 0 },
    { 500, ngx_string("api_error"), ngx_string("internal_error"),
      ngx_string("An unexpected error occurred."), 0, 0 },

    { 401, ngx_string("authentication_error"), ngx_string("missing_api_key"),
      ngx_string("Missing API key. Pass it as: Authorization: Bearer <key>."),
      0, 0 },
    { 401, ngx_string("authentication_error"), ngx_string("invalid_api_key"),
      ngx_string("The API key provided is invalid."), 0, 0 },
    { 401, ngx_string("authentication_error"), ngx_string("revoked_api_key"),
      ngx_string("This API key has been revoked."), 0, 0 },
    { 401, ngx_string("authentication_error"), ngx_string("expired_api_key"),
      ngx_string("This API key has expired."), 0, 0 },
    { 403, ngx_string("permission_error"),
      ngx_string("organization_suspended"),
      ngx_string("This organization is suspended."), 0, 0 },
    { 400, ngx_string("invalid_request_error"),
      ngx_string("invalid_field_value"), ngx_string("Invalid value for "),
      NGX_HTTP_LABELS_KIRIMCHAT_SUBJECT, 1 },
    { 400, ngx_string("invalid_request_error"),
      ngx_string("missing_required_field"),
      ngx_string("Missing required field: "),
      NGX_HTTP_LABELS_KIRIMCHAT_SUBJECT, 1 },
    { 400, ngx_string("invalid_request_error"), ngx_string("invalid_request"),
      ngx_string("Request body must be valid JSON."), 0, 0 },
    { 400, ngx_string("invalid_request_error"), ngx_string("invalid_limit"),
      ngx_string("limit must be between 1 and 100."), 0, 1 },
    { 400, ngx_string("invalid_request_error"), ngx_string("invalid_cursor"),
      ngx_string("Invalid cursor."), 0, 1 },
    { 404, ngx_string("not_found"), ngx_string("resource_not_found"),
      ngx_string("No such contact: "), NGX_HTTP_LABELS_KIRIMCHAT_ID, 0 },
    { 404, ngx_string("not_found"), ngx_string("resource_not_found"),
      ngx_string("No such label: "), NGX_HTTP_LABELS_KIRIMCHAT_ID, 0 },
    { 404, ngx_string("not_found"), ngx_string("resource_not_found"),
      ngx_string("No such phone number: "), NGX_HTTP_LABELS_KIRIMCHAT_ID, 0 },
    { 400, ngx_string("invalid_request_error"),
      ngx_string("missing_required_field"),
      ngx_string("team_id is required for organizations with more than one "
                 "team."), 0, 1 },
    { 400, ngx_string("invalid_request_error"),
      ngx_string("invalid_field_value"),
      ngx_string("The label and the contact must belong to the same team."),
      0, 1 },
    { 400, ngx_string("invalid_request_error"),
      ngx_string("invalid_field_value"),
      ngx_string("A label with this name already exists in this team."),
      0, 1 },
    { 422, ngx_string("invalid_request_error"),
      ngx_string("idempotency_key_reuse"),
      ngx_string("This Idempotency-Key was already used with a different "
                 "request."), 0, 0 },
    { 409, ngx_string("conflict"), ngx_string("idempotency_in_progress"),
      ngx_string("A request with this Idempotency-Key is still in progress."),
      0, 0 }
};

typedef char ngx_http_labels_kirimchat_problems_complete[
    sizeof(ngx_http_labels_kirimchat_problems)
    / sizeof(ngx_http_labels_kirimchat_problems[0])
    == NGX_HTTP_LABELS_KIRIMCHAT_PROBLEMS ? 1 : -1];


ngx_int_t
ngx_http_labels_kirimchat_field(ngx_http_labels_exchange_t *ex,
    ngx_uint_t code, char *field)
{
    ngx_str_t  subject;

    subject.data = (u_char *) field;
    subject.len = ngx_strlen(field);

    return ngx_http_labels_problem_of(ex, code, &subject, 0);
}


ngx_int_t
ngx_http_labels_kirimchat_problem(ngx_http_labels_exchange_t *ex)
{
    ngx_uint_t                      code;
    ngx_http_labels_problem_t      *problem;
    ngx_http_labels_json_writer_t   w;

    problem = ex->problems.elts;
    code = problem->code;
    ex->status = ngx_http_labels_kirimchat_problems[code].status;

    if (ex->status == 0) {
        ex->status = problem->number;

        if (ex->status >= NGX_HTTP_INTERNAL_SERVER_ERROR) {
            code = NGX_HTTP_LABELS_PROBLEM_INTERNAL;
        }
    }

    ngx_http_labels_json_writer_init(&w, ex->pool);

    ngx_http_labels_json_literal(&w, "{\"error\":{\"type\":");
    ngx_http_labels_json_string(&w,
                                &ngx_http_labels_kirimchat_problems[code].type);
    ngx_http_labels_json_literal(&w, ",\"code\":");
    ngx_http_labels_json_string(&w,
                                &ngx_http_labels_kirimchat_problems[code].code);
    ngx_http_labels_json_literal(&w, ",\"message\":\"");
    ngx_http_labels_json_characters(&w,
                             &ngx_http_labels_kirimchat_problems[code].message);
    ngx_http_labels_kirimchat_message(ex, &w, problem);
    ngx_http_labels_json_literal(&w, "\"");

    if (ngx_http_labels_kirimchat_problems[code].param) {
        ngx_http_labels_json_literal(&w, ",\"param\":");
        ngx_http_labels_json_string(&w, &problem->subject);
    }

    ngx_http_labels_json_literal(&w, ",\"request_id\":");
    ngx_http_labels_json_string(&w, &ex->request_id);
    ngx_http_labels_json_literal(&w, "}}");

    return ngx_http_labels_json_finish(&w, &ex->content);
}


static void
ngx_http_labels_kirimchat_message(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_json_writer_t *w, ngx_http_labels_problem_t *problem)
{
    ngx_str_t  text;

    switch (ngx_http_labels_kirimchat_problems[problem->code].form) {

    case NGX_HTTP_LABELS_KIRIMCHAT_SUBJECT:
        ngx_http_labels_json_characters(w, &problem->subject);
        ngx_http_labels_json_literal(w, ".");
        break;

    case NGX_HTTP_LABELS_KIRIMCHAT_ID:
        ngx_http_labels_json_characters(w, &problem->subject);
        break;

    case NGX_HTTP_LABELS_KIRIMCHAT_URL:
        text = ngx_http_labels_printable(ex->pool, &ex->path);
        ngx_http_labels_json_characters(w, &ex->request->method_name);
        ngx_http_labels_json_literal(w, " ");
        ngx_http_labels_json_characters(w, &text);
        ngx_http_labels_json_literal(w, ").");
        break;

    case NGX_HTTP_LABELS_KIRIMCHAT_SECONDS:
        ngx_http_labels_json_integer(w, ngx_http_labels_retry_after(ex));
        ngx_http_labels_json_literal(w, " seconds.");
        break;

    default:
        break;
    }
}
