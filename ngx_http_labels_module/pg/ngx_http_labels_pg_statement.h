/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * The statements, one per kind of operation, and their binary parameters:
 * arrays with an element per operation.
 */


#ifndef _NGX_HTTP_LABELS_PG_STATEMENT_H_INCLUDED_
#define _NGX_HTTP_LABELS_PG_STATEMENT_H_INCLUDED_


#include "ngx_http_labels_pg_pool.h"


/* Takes locks: a batch holds one kind of these at most. */
ngx_flag_t ngx_http_labels_pg_locks(ngx_http_labels_kind_e kind);

/* Changes something: its outcome may be unknown. */
#define ngx_http_labels_pg_mutates(kind)  ngx_http_labels_pg_locks(kind)

/*
 * May be run again after a commit that is unknown: the second run leaves the
 * same state and gives an answer that is true of the first.
 */
ngx_flag_t ngx_http_labels_pg_repeatable(ngx_http_labels_operation_t *op);

/* Where operations of the kind wait at first. */
ngx_http_labels_pg_lane_e ngx_http_labels_pg_lane(ngx_http_labels_kind_e kind);

/* The size of the parameters in bytes; NGX_ERROR: text that PostgreSQL cannot
   store. */
ssize_t ngx_http_labels_pg_measure(ngx_http_labels_operation_t *op);

/*
 * Queues the session's settings and the Parse messages of all statements in
 * libpq; returns how many answers are due, or NGX_ERROR.
 */
ngx_int_t ngx_http_labels_pg_prepare(ngx_http_labels_pg_connection_t *conn);

/* Queues one command with the operations' parameters in libpq. */
ngx_int_t ngx_http_labels_pg_execute(ngx_http_labels_pg_connection_t *conn,
    ngx_http_labels_kind_e kind, ngx_http_labels_operation_t **ops,
    ngx_uint_t n, ngx_flag_t nowait);

/* Queues the lock timeout of this transaction, for sessions that keep no
   settings ("prepare off"). */
ngx_int_t ngx_http_labels_pg_settings(ngx_http_labels_pg_connection_t *conn);


#endif /* _NGX_HTTP_LABELS_PG_STATEMENT_H_INCLUDED_ */
