/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * Between the files of the KirimChat dialect: requests, answers and problems.
 */


#ifndef _NGX_HTTP_LABELS_KIRIMCHAT_H_INCLUDED_
#define _NGX_HTTP_LABELS_KIRIMCHAT_H_INCLUDED_


#include "ngx_http_labels_dialect.h"


typedef enum {
    NGX_HTTP_LABELS_KIRIMCHAT_NO_KEY = NGX_HTTP_LABELS_PROBLEM_OWN,
    NGX_HTTP_LABELS_KIRIMCHAT_BAD_KEY,
    NGX_HTTP_LABELS_KIRIMCHAT_REVOKED,
    NGX_HTTP_LABELS_KIRIMCHAT_EXPIRED,
    NGX_HTTP_LABELS_KIRIMCHAT_SUSPENDED,
    NGX_HTTP_LABELS_KIRIMCHAT_INVALID,
    NGX_HTTP_LABELS_KIRIMCHAT_MISSING,
    NGX_HTTP_LABELS_KIRIMCHAT_JSON,
    NGX_HTTP_LABELS_KIRIMCHAT_LIMIT_RANGE,
    NGX_HTTP_LABELS_KIRIMCHAT_CURSOR,
    NGX_HTTP_LABELS_KIRIMCHAT_NO_CONTACT,
    NGX_HTTP_LABELS_KIRIMCHAT_NO_LABEL,
    NGX_HTTP_LABELS_KIRIMCHAT_NO_PHONE,
    NGX_HTTP_LABELS_KIRIMCHAT_OTHER_TEAM,
    NGX_HTTP_LABELS_KIRIMCHAT_KEY_REUSED,
    NGX_HTTP_LABELS_KIRIMCHAT_KEY_IN_PROGRESS,
    NGX_HTTP_LABELS_KIRIMCHAT_PROBLEMS
} ngx_http_labels_kirimchat_problem_e;


/* ids as they were sent, for the answer */

typedef struct {
    ngx_str_t                    contact;
    ngx_str_t                    label;
} ngx_http_labels_kirimchat_ids_t;


/* A problem with a member, parameter or header; NGX_DECLINED. */
ngx_int_t ngx_http_labels_kirimchat_field(ngx_http_labels_exchange_t *ex,
    ngx_uint_t code, char *field);

/* ex->request_id from ex->uuid. */
ngx_int_t ngx_http_labels_kirimchat_spell_request_id(
    ngx_http_labels_exchange_t *ex);

/* The answers of attach and detach, and of a contact's labels. */
ngx_int_t ngx_http_labels_kirimchat_render_link(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
ngx_int_t ngx_http_labels_kirimchat_render_list(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);

ngx_int_t ngx_http_labels_kirimchat_problem(ngx_http_labels_exchange_t *ex);


#endif /* _NGX_HTTP_LABELS_KIRIMCHAT_H_INCLUDED_ */
