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
    NGX_HTTP_LABELS_KIRIMCHAT_NO_TEAM,
    NGX_HTTP_LABELS_KIRIMCHAT_OTHER_TEAM,
    NGX_HTTP_LABELS_KIRIMCHAT_NAME_TAKEN,
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

/* The Idempotency-Key of the request, checked; *key NULL: none. */
ngx_int_t ngx_http_labels_kirimchat_key(ngx_http_labels_exchange_t *ex,
    ngx_str_t **key);

/* op->p.key and its fingerprint; key NULL: nothing to do. */
ngx_int_t ngx_http_labels_kirimchat_fingerprint(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op,
    ngx_str_t *key);

/* The phone number of the long form of a path: op->p.via. */
ngx_int_t ngx_http_labels_kirimchat_phone(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);

/* The body as a JSON object: ex->json. */
ngx_int_t ngx_http_labels_kirimchat_body(ngx_http_labels_exchange_t *ex);

/* ex->data; NULL: out of memory. */
ngx_http_labels_kirimchat_ids_t *ngx_http_labels_kirimchat_ids(
    ngx_http_labels_exchange_t *ex);

/*
 * An id of a prefix, "ctc_", as a UUID in op->pool; data NULL: well formed, and
 * nothing has this id.  NGX_DECLINED: malformed, no problem is set.
 */
ngx_int_t ngx_http_labels_kirimchat_id(ngx_http_labels_operation_t *op,
    ngx_str_t *text, char *prefix, ngx_str_t *uuid);

/* A label's id as a UUID; field: its name in a problem. */
ngx_int_t ngx_http_labels_kirimchat_label_id(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op, ngx_str_t *id, char *field,
    ngx_str_t *uuid);

/* The same for the member label_id of a body. */
ngx_int_t ngx_http_labels_kirimchat_label_member(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op,
    ngx_http_labels_json_t *label, ngx_str_t *uuid);

/* limit and cursor of the query, for a page of op->kind. */
ngx_int_t ngx_http_labels_kirimchat_page(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);

/* The cursor of the page behind the row; len 0: out of memory. */
ngx_str_t ngx_http_labels_kirimchat_next_cursor(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op, ngx_uint_t row);

/* Names of colours: of a palette's entry, and the entry of a name or -1. */
ngx_str_t *ngx_http_labels_kirimchat_color_name(ngx_uint_t index);
ngx_int_t ngx_http_labels_kirimchat_color_index(ngx_str_t *name);

/* Parse functions of the catalogue's routes, and of the bulk change. */
ngx_int_t ngx_http_labels_kirimchat_labels(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);
ngx_int_t ngx_http_labels_kirimchat_create(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);
ngx_int_t ngx_http_labels_kirimchat_label(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);
ngx_int_t ngx_http_labels_kirimchat_update(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);
ngx_int_t ngx_http_labels_kirimchat_bulk(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);

/* Render functions. */
ngx_int_t ngx_http_labels_kirimchat_render_link(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
ngx_int_t ngx_http_labels_kirimchat_render_list(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
ngx_int_t ngx_http_labels_kirimchat_render_label(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
ngx_int_t ngx_http_labels_kirimchat_render_deleted(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
ngx_int_t ngx_http_labels_kirimchat_render_bulk(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);

ngx_int_t ngx_http_labels_kirimchat_problem(ngx_http_labels_exchange_t *ex);


#endif /* _NGX_HTTP_LABELS_KIRIMCHAT_H_INCLUDED_ */
