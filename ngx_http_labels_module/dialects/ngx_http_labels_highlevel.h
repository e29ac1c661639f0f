/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * Between the files of the HighLevel dialect: routes and credentials, bodies,
 * contacts, the tags of a location, and problems.
 */


#ifndef _NGX_HTTP_LABELS_HIGHLEVEL_H_INCLUDED_
#define _NGX_HTTP_LABELS_HIGHLEVEL_H_INCLUDED_


#include "ngx_http_labels_dialect.h"


#define NGX_HTTP_LABELS_HIGHLEVEL_ID_LEN    20


typedef enum {
    NGX_HTTP_LABELS_HIGHLEVEL_NO_VERSION = NGX_HTTP_LABELS_PROBLEM_OWN,
    NGX_HTTP_LABELS_HIGHLEVEL_VERSION,
    NGX_HTTP_LABELS_HIGHLEVEL_TOKEN,
    NGX_HTTP_LABELS_HIGHLEVEL_AUTH_CLASS,
    NGX_HTTP_LABELS_HIGHLEVEL_SCOPE,
    NGX_HTTP_LABELS_HIGHLEVEL_LOCATION,
    NGX_HTTP_LABELS_HIGHLEVEL_TYPE,
    NGX_HTTP_LABELS_HIGHLEVEL_BODY,
    NGX_HTTP_LABELS_HIGHLEVEL_TEXT,
    NGX_HTTP_LABELS_HIGHLEVEL_UNKNOWN_MEMBER,
    NGX_HTTP_LABELS_HIGHLEVEL_NOT_STRINGS,
    NGX_HTTP_LABELS_HIGHLEVEL_NOT_ARRAY,
    NGX_HTTP_LABELS_HIGHLEVEL_ITEM_TOO_LONG,
    NGX_HTTP_LABELS_HIGHLEVEL_TOO_MANY,
    NGX_HTTP_LABELS_HIGHLEVEL_EMPTY,
    NGX_HTTP_LABELS_HIGHLEVEL_NOT_STRING,
    NGX_HTTP_LABELS_HIGHLEVEL_TOO_LONG,
    NGX_HTTP_LABELS_HIGHLEVEL_NOT_BOOLEAN,
    NGX_HTTP_LABELS_HIGHLEVEL_NOT_WITH_ADD,
    NGX_HTTP_LABELS_HIGHLEVEL_NO_CONTACT,
    NGX_HTTP_LABELS_HIGHLEVEL_NO_TAG,
    NGX_HTTP_LABELS_HIGHLEVEL_NAME_TAKEN,
    NGX_HTTP_LABELS_HIGHLEVEL_PROBLEMS
} ngx_http_labels_highlevel_problem_e;


/*
 * Whose account the operation is for; location: the one that the request
 * names, or NULL.  NGX_DECLINED: a verified token does not reach it, or lacks
 * the scope of the route; other tokens are the database's to judge.
 */
ngx_int_t ngx_http_labels_highlevel_account(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op, ngx_str_t *location);


/* Reads the body; members: what the route takes, ends with an empty one. */
ngx_int_t ngx_http_labels_highlevel_body(ngx_http_labels_exchange_t *ex,
    ngx_str_t *members);

/*
 * The members of a body.  What is wrong is added to ex->problems; NGX_ERROR:
 * out of memory.
 */
ngx_int_t ngx_http_labels_highlevel_tags(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op, ngx_array_t **list, ngx_uint_t max);
ngx_int_t ngx_http_labels_highlevel_contacts(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);
ngx_int_t ngx_http_labels_highlevel_name(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);
ngx_str_t *ngx_http_labels_highlevel_location_id(
    ngx_http_labels_exchange_t *ex);
ngx_flag_t ngx_http_labels_highlevel_remove_all(
    ngx_http_labels_exchange_t *ex, ngx_flag_t add);

/* Whether it has the shape of an id of contacts and tags. */
#define ngx_http_labels_highlevel_is_id(text)                                 \
    ngx_http_labels_base62(text, NGX_HTTP_LABELS_HIGHLEVEL_ID_LEN)

/* Ends an answer with the trace id: ex->content. */
ngx_int_t ngx_http_labels_highlevel_finish(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_json_writer_t *w);


/* Parse and render functions of the routes. */
ngx_int_t ngx_http_labels_highlevel_parse_contact(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
ngx_int_t ngx_http_labels_highlevel_render_contact(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
ngx_int_t ngx_http_labels_highlevel_parse_change(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
ngx_int_t ngx_http_labels_highlevel_render_change(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
ngx_int_t ngx_http_labels_highlevel_parse_bulk(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
ngx_int_t ngx_http_labels_highlevel_render_bulk(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);

ngx_int_t ngx_http_labels_highlevel_parse_list(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
ngx_int_t ngx_http_labels_highlevel_render_list(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
ngx_int_t ngx_http_labels_highlevel_parse_create(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
ngx_int_t ngx_http_labels_highlevel_parse_tag(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);
ngx_int_t ngx_http_labels_highlevel_parse_update(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
ngx_int_t ngx_http_labels_highlevel_render_tag(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);
ngx_int_t ngx_http_labels_highlevel_render_deleted(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);

ngx_int_t ngx_http_labels_highlevel_problem(ngx_http_labels_exchange_t *ex);


#endif /* _NGX_HTTP_LABELS_HIGHLEVEL_H_INCLUDED_ */
