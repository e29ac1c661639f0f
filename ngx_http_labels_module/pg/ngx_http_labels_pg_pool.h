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


#define NGX_HTTP_LABELS_PG_SHARES  256


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


/* the operations of credentials that have a byte in common */

typedef struct {
    ngx_queue_t                   queue;      /* operations that wait */
    ngx_queue_t                   turn;       /* in the lane's, if any do */
    ngx_uint_t                    queued;
    ngx_uint_t                    flying;     /* in flight, in batches */
} ngx_http_labels_pg_share_t;


typedef struct {
    ngx_http_labels_pg_share_t    shares[NGX_HTTP_LABELS_PG_SHARES];
    ngx_queue_t                   turns;      /* whose operation is next */
    ngx_uint_t                    queued;
    ngx_uint_t                    flying;
    ngx_http_labels_pg_share_t   *last;       /* who has come last */
    ngx_msec_t                    mixed;      /* when another has */
    ngx_http_labels_pg_share_t   *crowd;      /* the last one to be one */
    ngx_http_labels_lane_metrics_t
                                 *metrics;
    ngx_http_labels_lane_gauges_t
                                 *gauges;     /* of this process */
    ngx_uint_t                    max;        /* operations in a batch */
    ngx_msec_t                    lock_timeout;
    unsigned                      reserved:1; /* the last batch was */
} ngx_http_labels_pg_lane_t;


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
    ngx_http_labels_pg_lane_t    *lane;
    ngx_http_labels_operation_t **ops;        /* NULL: gave up waiting */
    ngx_http_labels_operation_t **taken;      /* in order of arrival */
    ngx_http_labels_pg_share_t  **shares;     /* of those */
    ngx_msec_t                    sent;
    ngx_int_t                     locking;    /* kind, or -1: none locks */
    ngx_int_t                     failed;     /* command, or -1: none yet */
    char                          sqlstate[6];
    unsigned                      nowait:1;
    unsigned                      reserved:1; /* without a crowd's operations */
} ngx_http_labels_pg_batch_t;


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
    ngx_http_labels_gauges_t         *gauges;

    ngx_http_labels_pg_lane_t         lanes[NGX_HTTP_LABELS_PG_LANES];
    ngx_queue_t                       states[NGX_HTTP_LABELS_PG_STATES];
    ngx_http_labels_pg_connection_t  *connections;
    ngx_uint_t                        nconnections;

    ngx_uint_t                        queued;
    ngx_uint_t                        byte;    /* of digests, for shares */
    ngx_queue_t                       delayed; /* wait for a key's owner */
    ngx_event_t                       flush;
    ngx_event_t                       gather;
    ngx_event_t                       probe;
    ngx_event_t                       tick;
    ngx_msec_t                        backoff;
    ngx_http_labels_pg_buffer_t       buffer;

    unsigned                          down:1;
    unsigned                          shutdown:1;
};


/* The counters of the operation's lane. */
#define ngx_http_labels_pg_metrics(op)                                        \
    ((ngx_http_labels_pg_pool_t *) (op)->upstream)->lanes[(op)->lane].metrics


/* queue */

void ngx_http_labels_pg_lane_init(ngx_http_labels_pg_pool_t *pool,
    ngx_http_labels_pg_lane_e lane, ngx_uint_t max, ngx_msec_t lock_timeout);

/* NGX_DECLINED: there is no place for one more operation of the credential. */
ngx_int_t ngx_http_labels_pg_admit(ngx_http_labels_pg_pool_t *pool,
    ngx_http_labels_operation_t *op);

/* Into op->lane; first: before all others of its credential. */
void ngx_http_labels_pg_enqueue(ngx_http_labels_operation_t *op,
    ngx_flag_t first);

/*
 * Whether a credential has more than three quarters of the lane's operations,
 * in flight or not, and others have come within a second.
 */
ngx_flag_t ngx_http_labels_pg_crowds(ngx_http_labels_pg_lane_t *lane,
    ngx_http_labels_pg_share_t *share);

/* Out of its lane; the next turn is another credential's. */
void ngx_http_labels_pg_dequeue(ngx_http_labels_operation_t *op);

/*
 * The operation whose turn it is, still in the lane, of those that fit into
 * the batch, which may be NULL; NULL: there is none.
 */
ngx_http_labels_operation_t *ngx_http_labels_pg_next(
    ngx_http_labels_pg_lane_t *lane, ngx_http_labels_pg_batch_t *batch);

/*
 * The next batch of the connection's lane; NULL: nothing may be sent now.  Its
 * operations are in flight until it lands, when their fate is known.
 */
ngx_http_labels_pg_batch_t *ngx_http_labels_pg_collect(
    ngx_http_labels_pg_connection_t *conn);
void ngx_http_labels_pg_land(ngx_http_labels_pg_batch_t *batch);


/* pool */

void ngx_http_labels_pg_flush_handler(ngx_event_t *ev);
void ngx_http_labels_pg_probe_handler(ngx_event_t *ev);
void ngx_http_labels_pg_tick_handler(ngx_event_t *ev);

void ngx_http_labels_pg_dispatch(ngx_http_labels_pg_pool_t *pool);
void ngx_http_labels_pg_requeue(ngx_http_labels_operation_t *op,
    ngx_http_labels_pg_lane_e lane);
void ngx_http_labels_pg_complete(ngx_http_labels_operation_t *op,
    ngx_http_labels_outcome_e outcome);
void ngx_http_labels_pg_delay(ngx_http_labels_operation_t *op,
    ngx_http_labels_outcome_e outcome);
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

/* Sends the next batch of the lane.  NGX_DECLINED: nothing may be sent now. */
ngx_int_t ngx_http_labels_pg_batch_send(
    ngx_http_labels_pg_connection_t *conn);

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
