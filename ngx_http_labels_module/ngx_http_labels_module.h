/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */


#ifndef _NGX_HTTP_LABELS_MODULE_H_INCLUDED_
#define _NGX_HTTP_LABELS_MODULE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_labels_dialect.h"
#include "ngx_http_labels_pg.h"


typedef struct {
    ngx_array_t                  databases;  /* ngx_http_labels_database_t * */
    ngx_array_t                  locations;  /* ngx_http_labels_loc_conf_t * */
    ngx_http_labels_metrics_t   *metrics;    /* NULL: no database */
} ngx_http_labels_main_conf_t;


typedef struct {
    ngx_http_labels_dialect_t   *dialect;    /* NULL: no labels location */
    ngx_http_labels_dialect_t   *error;      /* of labels_error */
    ngx_flag_t                   ready;      /* of labels_ready */

    ngx_str_t                    use;
    ngx_http_labels_database_t  *database;
    ngx_http_core_srv_conf_t    *server;

    size_t                       max_body;
    ngx_int_t                    cap;        /* 0: none */
    ngx_array_t                 *jwt_keys;   /* NULL: none */
    ngx_http_labels_rate_t       read_rate;
    ngx_http_labels_rate_t       write_rate;
} ngx_http_labels_loc_conf_t;


/* a request's state; it is found again after an internal redirect */

typedef struct {
    ngx_http_request_t          *request;
    ngx_http_labels_exchange_t  *exchange;
    ngx_http_labels_operation_t *operation;  /* in the engine; else NULL */

    ngx_http_event_handler_pt    read_body;  /* nginx's own, wrapped */

    ngx_str_t                   *operation_name;
    ngx_str_t                   *outcome;
    ngx_str_t                    account;
    u_char                      *digested;   /* the token of the digest */
    ngx_uint_t                   batch;
    ngx_msec_t                   database_time;

    ngx_str_t                    replacement; /* of a body of nginx's own */
    unsigned                     deferred:1; /* a problem waits for the
                                                credential's verdict */
    unsigned                     answered:1; /* the answer is ours */
    unsigned                     replaced:1;
} ngx_http_labels_ctx_t;


extern ngx_module_t  ngx_http_labels_module;


/* conf */

extern ngx_command_t  ngx_http_labels_commands[];

void *ngx_http_labels_create_main_conf(ngx_conf_t *cf);
void *ngx_http_labels_create_loc_conf(ngx_conf_t *cf);
char *ngx_http_labels_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);

/* Databases of locations, token headers: what only the whole tells. */
ngx_int_t ngx_http_labels_check_conf(ngx_conf_t *cf);

char *ngx_http_labels_jwt_key_file(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_labels_database_block(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


/* handler */

ngx_int_t ngx_http_labels_handler(ngx_http_request_t *r);

/* The request's state, made when there is none; NULL: out of memory, or the
   location has no dialect. */
ngx_http_labels_ctx_t *ngx_http_labels_ctx(ngx_http_request_t *r,
    ngx_http_labels_dialect_t *dialect);

/* The same, or NULL when there is none. */
ngx_http_labels_ctx_t *ngx_http_labels_find_ctx(ngx_http_request_t *r);


/* body */

/* The request's body as one string, from memory or a temporary file. */
ngx_int_t ngx_http_labels_body(ngx_http_request_t *r, ngx_str_t *body);


/* reply */

/* Sends ex->status and ex->content. */
ngx_int_t ngx_http_labels_reply(ngx_http_labels_ctx_t *ctx);

/* Words ex->problems and sends them. */
ngx_int_t ngx_http_labels_reply_problem(ngx_http_labels_ctx_t *ctx);

/* The header part of an answer, without sending it. */
ngx_int_t ngx_http_labels_reply_headers(ngx_http_labels_ctx_t *ctx);


/* error */

ngx_int_t ngx_http_labels_error_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_labels_error_filter_init(ngx_conf_t *cf);


/* status */

ngx_int_t ngx_http_labels_status_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_labels_ready_handler(ngx_http_request_t *r);

/* Counts every request that a dialect answers. */
ngx_int_t ngx_http_labels_status_init(ngx_conf_t *cf);


/* variables */

ngx_int_t ngx_http_labels_add_variables(ngx_conf_t *cf);

/* Computes ex->digest of ex->token once. */
void ngx_http_labels_digest_token(ngx_http_labels_ctx_t *ctx);


#endif /* _NGX_HTTP_LABELS_MODULE_H_INCLUDED_ */
