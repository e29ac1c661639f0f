/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * The engine's inside: a pool of connections per database and process, its
 * lanes, and the batch that a connection has in flight.
 */


#ifndef _NGX_HTTP_LABELS_PG_POOL_H_INCLUDED_
#define _NGX_HTTP_LABELS_PG_POOL_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include <libpq-fe.h>

#include "ngx_http_labels_pg.h"


/*
 * fast: shared batches; isolation: one operation a transaction, longer locks;
 * bulk: the same for what is long by nature, and for the catalogue
 */

typedef enum {
    NGX_HTTP_LABELS_PG_FAST = 0,
    NGX_HTTP_LABELS_PG_ISOLATION,
    NGX_HTTP_LABELS_PG_BULK,
    NGX_HTTP_LABELS_PG_LANES
} ngx_http_labels_pg_lane_e;


typedef enum {
    NGX_HTTP_LABELS_PG_CLOSED = 0,
    NGX_HTTP_LABELS_PG_CONNECTING,
    NGX_HTTP_LABELS_PG_PREPARING,
    NGX_HTTP_LABELS_PG_READY,
    NGX_HTTP_LABELS_PG_BUSY,
    NGX_HTTP_LABELS_PG_STATES
} ngx_http_labels_pg_state_e;


typedef struct ngx_http_labels_pg_pool_s        ngx_http_labels_pg_pool_t;
typedef struct ngx_http_labels_pg_connection_s  ngx_http_labels_pg_connection_t;


/* the operations of one kind in a batch: one statement, one result */

typedef struct {
    ngx_http_labels_kind_e        kind;
    ngx_uint_t                    first;      /* in the batch's operations */
    ngx_uint_t                    n;
    PGresult                     *result;
} ngx_http_labels_pg_command_t;


/*
 * What one Sync ends.  Results arrive in the order of the commands; they count
 * only when the Sync's own answer has come.
 */

typedef struct {
    ngx_http_labels_pg_command_t  commands[NGX_HTTP_LABELS_KINDS + 1];
    ngx_uint_t                    ncommands;
    ngx_uint_t                    current;    /* whose result comes next */
    ngx_uint_t                    nops;
    ngx_http_labels_operation_t **ops;        /* NULL: gave up waiting */
    ngx_msec_t                    sent;
    ngx_int_t                     failed;     /* command, or -1: none yet */
    char                          sqlstate[6];
    unsigned                      nowait:1;
} ngx_http_labels_pg_batch_t;


typedef struct {
    ngx_queue_t                   queue;      /* operations that wait */
    ngx_uint_t                    max;        /* operations in a batch */
    ngx_msec_t                    lock_timeout;
} ngx_http_labels_pg_lane_t;


struct ngx_http_labels_pg_connection_s {
    ngx_queue_t                   queue;      /* in the list of its state */
    ngx_http_labels_pg_pool_t    *pool;
    ngx_http_labels_pg_lane_e     lane;
    ngx_http_labels_pg_state_e    state;

    PGconn                       *pg;
    ngx_connection_t             *connection; /* a descriptor of our own */
    ngx_event_t                   timer;
    ngx_msec_t                    expires;
    ngx_log_t                     log;

    ngx_http_labels_pg_batch_t   *batch;      /* in flight */
    ngx_uint_t                    setup;      /* answers due, Sync included */
    ngx_uint_t                    nulls;      /* in a row, nothing between */
    unsigned                      unsent:1;   /* bytes left in libpq */
};


/* parameters of a statement under construction; grows, never shrinks */

typedef struct {
    u_char                       *start;
    u_char                       *last;
    u_char                       *end;
} ngx_http_labels_pg_buffer_t;


struct ngx_http_labels_pg_pool_s {
    ngx_log_t                        *log;
    ngx_http_labels_database_t       *db;

    ngx_http_labels_pg_lane_t         lanes[NGX_HTTP_LABELS_PG_LANES];
    ngx_queue_t                       states[NGX_HTTP_LABELS_PG_STATES];
    ngx_http_labels_pg_connection_t  *connections;
    ngx_uint_t                        nconnections;

    ngx_uint_t                        queued;
    ngx_queue_t                       delayed; /* wait for a key's owner */
    ngx_event_t                       flush;
    ngx_event_t                       probe;
    ngx_event_t                       tick;
    ngx_msec_t                        backoff;
    ngx_http_labels_pg_buffer_t       buffer;

    unsigned                          down:1;
    unsigned                          shutdown:1;
};


/* pool */

void ngx_http_labels_pg_flush_handler(ngx_event_t *ev);
void ngx_http_labels_pg_probe_handler(ngx_event_t *ev);
void ngx_http_labels_pg_tick_handler(ngx_event_t *ev);

void ngx_http_labels_pg_dispatch(ngx_http_labels_pg_pool_t *pool);
void ngx_http_labels_pg_requeue(ngx_http_labels_operation_t *op,
    ngx_http_labels_pg_lane_e lane);
void ngx_http_labels_pg_complete(ngx_http_labels_operation_t *op,
    ngx_http_labels_outcome_e outcome);
void ngx_http_labels_pg_delay(ngx_http_labels_operation_t *op);
void ngx_http_labels_pg_up(ngx_http_labels_pg_pool_t *pool);
void ngx_http_labels_pg_down(ngx_http_labels_pg_pool_t *pool);

/* The worker's time is up: everybody is answered now, nothing is retried. */
void ngx_http_labels_pg_shutdown(ngx_http_labels_pg_pool_t *pool);


/* connection */

void ngx_http_labels_pg_open(ngx_http_labels_pg_connection_t *conn);
void ngx_http_labels_pg_close(ngx_http_labels_pg_connection_t *conn);
void ngx_http_labels_pg_lost(ngx_http_labels_pg_connection_t *conn,
    char *reason);
ngx_int_t ngx_http_labels_pg_flush(ngx_http_labels_pg_connection_t *conn);
void ngx_http_labels_pg_set_state(ngx_http_labels_pg_connection_t *conn,
    ngx_http_labels_pg_state_e state);


/* batch */

/* Sends the next batch of the lane; the lane has operations. */
void ngx_http_labels_pg_batch_send(ngx_http_labels_pg_connection_t *conn);

/* Takes the next result, or the NULL behind the results of a command. */
void ngx_http_labels_pg_batch_result(ngx_http_labels_pg_connection_t *conn,
    PGresult *result);

/* The Sync's answer is here: the batch is committed or rolled back. */
void ngx_http_labels_pg_batch_synced(ngx_http_labels_pg_connection_t *conn);

/* The connection is gone under the batch; unsent: before its Sync left. */
void ngx_http_labels_pg_batch_lost(ngx_http_labels_pg_batch_t *batch,
    ngx_flag_t unsent);

/* An operation gives up waiting for its batch. */
void ngx_http_labels_pg_batch_forget(ngx_http_labels_operation_t *op);


#endif /* _NGX_HTTP_LABELS_PG_POOL_H_INCLUDED_ */
