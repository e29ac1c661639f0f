/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * Between the files of the Chatwoot dialect: routes, lists of labels, the
 * catalogue, and problems.
 */


#ifndef _NGX_HTTP_LABELS_CHATWOOT_H_INCLUDED_
#define _NGX_HTTP_LABELS_CHATWOOT_H_INCLUDED_


#include "ngx_http_labels_dialect.h"


typedef enum {
    NGX_HTTP_LABELS_CHATWOOT_NO_TOKEN = NGX_HTTP_LABELS_PROBLEM_OWN,
    NGX_HTTP_LABELS_CHATWOOT_BAD_TOKEN,
    NGX_HTTP_LABELS_CHATWOOT_NO_BOTS,
    NGX_HTTP_LABELS_CHATWOOT_ROLE,
    NGX_HTTP_LABELS_CHATWOOT_NO_ACCOUNT,
    NGX_HTTP_LABELS_CHATWOOT_SUSPENDED,
    NGX_HTTP_LABELS_CHATWOOT_NO_MEMBER,
    NGX_HTTP_LABELS_CHATWOOT_FOREIGN_BOT,
    NGX_HTTP_LABELS_CHATWOOT_MEDIA_TYPE,
    NGX_HTTP_LABELS_CHATWOOT_JSON,
    NGX_HTTP_LABELS_CHATWOOT_DEPTH,
    NGX_HTTP_LABELS_CHATWOOT_NOT_FOUND,
    NGX_HTTP_LABELS_CHATWOOT_NO_CONVERSATION,
    NGX_HTTP_LABELS_CHATWOOT_LABELS_REQUIRED,
    NGX_HTTP_LABELS_CHATWOOT_LABELS_INVALID,
    NGX_HTTP_LABELS_CHATWOOT_LABELS_TEXT,
    NGX_HTTP_LABELS_CHATWOOT_LABEL_TOO_LONG,
    NGX_HTTP_LABELS_CHATWOOT_LABELS_TOO_MANY,
    NGX_HTTP_LABELS_CHATWOOT_LABELS_BLANK,
    NGX_HTTP_LABELS_CHATWOOT_NO_LABEL,
    NGX_HTTP_LABELS_CHATWOOT_TITLE_TOO_LONG,
    NGX_HTTP_LABELS_CHATWOOT_DESCRIPTION_TOO_LONG,
    NGX_HTTP_LABELS_CHATWOOT_COLOR_TOO_LONG,
    NGX_HTTP_LABELS_CHATWOOT_TITLE_BLANK,
    NGX_HTTP_LABELS_CHATWOOT_TITLE_INVALID,
    NGX_HTTP_LABELS_CHATWOOT_TITLE_TEXT,
    NGX_HTTP_LABELS_CHATWOOT_DESCRIPTION_TEXT,
    NGX_HTTP_LABELS_CHATWOOT_DESCRIPTION_INVALID,
    NGX_HTTP_LABELS_CHATWOOT_COLOR_TEXT,
    NGX_HTTP_LABELS_CHATWOOT_COLOR_INVALID,
    NGX_HTTP_LABELS_CHATWOOT_SHOW_INVALID,
    NGX_HTTP_LABELS_CHATWOOT_TITLE_TAKEN,
    NGX_HTTP_LABELS_CHATWOOT_TYPE,
    NGX_HTTP_LABELS_CHATWOOT_NO_FIELDS,
    NGX_HTTP_LABELS_CHATWOOT_NO_SNOOZE,
    NGX_HTTP_LABELS_CHATWOOT_NO_ACTION,
    NGX_HTTP_LABELS_CHATWOOT_IDS_INVALID,
    NGX_HTTP_LABELS_CHATWOOT_IDS_TOO_MANY,
    NGX_HTTP_LABELS_CHATWOOT_NO_CHANGE,
    NGX_HTTP_LABELS_CHATWOOT_TOO_MUCH,
    NGX_HTTP_LABELS_CHATWOOT_PROBLEMS
} ngx_http_labels_chatwoot_problem_e;


/* op->p.account from the path. */
ngx_int_t ngx_http_labels_chatwoot_account(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);

/* Reads the body into ex->json, which stays NULL for an empty one. */
ngx_int_t ngx_http_labels_chatwoot_body(ngx_http_labels_exchange_t *ex);

/*
 * What is wrong in the text of the n members that a route reads is said of
 * them; anywhere else it makes the body no JSON.
 */
ngx_int_t ngx_http_labels_chatwoot_elsewhere(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_json_t **members, ngx_uint_t n);

/* Parse and render functions of the routes. */
ngx_int_t ngx_http_labels_chatwoot_target(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);
ngx_int_t ngx_http_labels_chatwoot_parse_change(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);
ngx_int_t ngx_http_labels_chatwoot_render_list(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);
ngx_int_t ngx_http_labels_chatwoot_parse_bulk(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);
ngx_int_t ngx_http_labels_chatwoot_render_done(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);

ngx_int_t ngx_http_labels_chatwoot_parse_labels(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);
ngx_int_t ngx_http_labels_chatwoot_render_labels(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
ngx_int_t ngx_http_labels_chatwoot_parse_create(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);
ngx_int_t ngx_http_labels_chatwoot_parse_label(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);
ngx_int_t ngx_http_labels_chatwoot_parse_update(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);
ngx_int_t ngx_http_labels_chatwoot_render_label(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);

ngx_int_t ngx_http_labels_chatwoot_problem(ngx_http_labels_exchange_t *ex);


#endif /* _NGX_HTTP_LABELS_CHATWOOT_H_INCLUDED_ */
