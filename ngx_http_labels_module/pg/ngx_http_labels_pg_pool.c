/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * Which operation waits where, which connection is opened when, and what
 * happens while the database is away.
 */


#include "ngx_http_labels_pg_pool.h"
#include "ngx_http_labels_pg_statement.h"


#define NGX_HTTP_LABELS_PG_FIRST_BACKOFF  50
#define NGX_HTTP_LABELS_PG_PAUSE          20

/* milliseconds after which a batch in flight is taken to be held up */
#define NGX_HTTP_LABELS_PG_PATIENCE       5

/* a full batch divided by this is worth a connection of its own */
#define NGX_HTTP_LABELS_PG_GATHER         2


static void ngx_http_labels_pg_deadline_handler(ngx_event_t *ev);
static ngx_flag_t ngx_http_labels_pg_gathers(ngx_http_labels_pg_pool_t *pool,
    ngx_http_labels_pg_lane_e n);
static ngx_http_labels_pg_connection_t *ngx_http_labels_pg_find(
    ngx_http_labels_pg_pool_t *pool, ngx_http_labels_pg_lane_e lane,
    ngx_http_labels_pg_state_e state);
static ngx_flag_t ngx_http_labels_pg_alive(ngx_http_labels_pg_pool_t *pool);
static void ngx_http_labels_pg_fail_queued(ngx_http_labels_pg_pool_t *pool);


ngx_int_t
ngx_http_labels_pg_submit(ngx_http_labels_database_t *db,
    ngx_http_labels_operation_t *op)
{
    ssize_t                     size;
    ngx_http_labels_pg_pool_t  *pool;

    pool = db->upstream;

    if (pool == NULL) {
        op->outcome = NGX_HTTP_LABELS_UNAVAILABLE;
        return NGX_DECLINED;
    }

    op->upstream = pool;
    op->lane = ngx_http_labels_pg_lane(op->kind);

    if (pool->down || pool->shutdown) {
        ngx_http_labels_count(ngx_http_labels_pg_metrics(op)
                              ->unavailable[NGX_HTTP_LABELS_REASON_DOWN]);
        op->outcome = NGX_HTTP_LABELS_UNAVAILABLE;
        return NGX_DECLINED;
    }

    if (ngx_http_labels_pg_admit(pool, op) != NGX_OK) {
        op->outcome = NGX_HTTP_LABELS_BUSY;
        return NGX_DECLINED;
    }

    size = ngx_http_labels_pg_measure(op);

    if (size == NGX_ERROR) {
        ngx_log_error(NGX_LOG_ERR, pool->log, 0,
                      "labels %V: a parameter is not UTF-8 text",
                      ngx_http_labels_kind_name(op->kind));
        op->outcome = NGX_HTTP_LABELS_FAILED;
        return NGX_DECLINED;
    }

    op->size = size;

    /*
     * Not cancelable: an old worker stays until its last operation is done,
     * and no operation stays longer than this.
     */

    op->timer.handler = ngx_http_labels_pg_deadline_handler;
    op->timer.data = op;
    op->timer.log = pool->log;
    ngx_add_timer(&op->timer, op->timeout ? op->timeout
                                          : pool->db->request_timeout);

    ngx_http_labels_pg_enqueue(op, 0);

    /* at the end of the event loop's turn, so that all its requests share */

    ngx_post_event(&pool->flush, &ngx_posted_events);

    return NGX_OK;
}


void
ngx_http_labels_pg_requeue(ngx_http_labels_operation_t *op,
    ngx_http_labels_pg_lane_e lane)
{
    ngx_http_labels_pg_pool_t  *pool;

    pool = op->upstream;

    op->lane = lane;
    ngx_http_labels_pg_enqueue(op, 1);

    ngx_post_event(&pool->flush, &ngx_posted_events);
}


/*
 * Another request has the idempotency key or the target: ask again soon.  The
 * outcome is that of an operation whose time is over before.
 */

void
ngx_http_labels_pg_delay(ngx_http_labels_operation_t *op,
    ngx_http_labels_outcome_e outcome)
{
    ngx_http_labels_pg_pool_t  *pool;

    pool = op->upstream;

    op->outcome = outcome;
    op->delayed = 1;
    ngx_queue_insert_tail(&pool->delayed, &op->queue);

    if (!pool->tick.timer_set) {
        ngx_add_timer(&pool->tick, NGX_HTTP_LABELS_PG_PAUSE);
    }
}


void
ngx_http_labels_pg_complete(ngx_http_labels_operation_t *op,
    ngx_http_labels_outcome_e outcome)
{
    if (op->timer.timer_set) {
        ngx_del_timer(&op->timer);
    }

    /* whatever kept the second run from an answer, the first may be there */

    if (op->ambiguous && (outcome == NGX_HTTP_LABELS_UNAVAILABLE
                          || outcome == NGX_HTTP_LABELS_BUSY
                          || outcome == NGX_HTTP_LABELS_FAILED))
    {
        outcome = NGX_HTTP_LABELS_COMMIT_UNKNOWN;
    }

    if (outcome == NGX_HTTP_LABELS_COMMIT_UNKNOWN) {
        ngx_http_labels_count(ngx_http_labels_pg_metrics(op)->commit_unknown);
    }

    op->outcome = outcome;

    if (op->handler) {
        op->handler(op);
    }

    ngx_http_labels_operation_destroy(op);
}


static void
ngx_http_labels_pg_deadline_handler(ngx_event_t *ev)
{
    ngx_http_labels_outcome_e     outcome;
    ngx_http_labels_operation_t  *op;

    op = ev->data;
    outcome = NGX_HTTP_LABELS_UNAVAILABLE;

    ngx_http_labels_count(ngx_http_labels_pg_metrics(op)
                          ->unavailable[NGX_HTTP_LABELS_REASON_DEADLINE]);

    if (op->flight) {
        ngx_http_labels_pg_batch_forget(op);

        if (ngx_http_labels_pg_mutates(op->kind)) {
            outcome = NGX_HTTP_LABELS_COMMIT_UNKNOWN;
        }

    } else if (op->delayed) {
        ngx_queue_remove(&op->queue);
        outcome = op->outcome;

    } else {
        ngx_http_labels_pg_dequeue(op);
    }

    ngx_http_labels_pg_complete(op, outcome);
}


void
ngx_http_labels_pg_flush_handler(ngx_event_t *ev)
{
    ngx_http_labels_pg_dispatch(ev->data);
}


void
ngx_http_labels_pg_tick_handler(ngx_event_t *ev)
{
    ngx_queue_t                  *q;
    ngx_http_labels_pg_pool_t    *pool;
    ngx_http_labels_operation_t  *op;

    pool = ev->data;

    while (!ngx_queue_empty(&pool->delayed)) {
        q = ngx_queue_last(&pool->delayed);
        ngx_queue_remove(q);

        op = ngx_queue_data(q, ngx_http_labels_operation_t, queue);
        op->delayed = 0;

        ngx_http_labels_pg_requeue(op, op->lane);
    }
}


/* gives every idle connection work, and opens connections for what is left */

void
ngx_http_labels_pg_dispatch(ngx_http_labels_pg_pool_t *pool)
{
    ngx_uint_t                        i;
    ngx_http_labels_pg_connection_t  *conn;

    for (i = 0; i < NGX_HTTP_LABELS_PG_LANES; i++) {

        while (pool->lanes[i].queued
               && !ngx_http_labels_pg_gathers(pool, i))
        {
            conn = ngx_http_labels_pg_find(pool, i, NGX_HTTP_LABELS_PG_READY);

            if (conn) {
                if (ngx_http_labels_pg_batch_send(conn) != NGX_OK) {
                    break;
                }

                continue;
            }

            /* while attempts fail, the probe is the only one to make them */

            if (pool->probe.timer_set) {
                break;
            }

            conn = ngx_http_labels_pg_find(pool, i, NGX_HTTP_LABELS_PG_CLOSED);

            if (conn && ngx_http_labels_pg_find(pool, i,
                                              NGX_HTTP_LABELS_PG_CONNECTING)
                        == NULL)
            {
                ngx_http_labels_pg_open(conn);
            }

            break;
        }
    }
}


/*
 * A batch costs much before its first operation: beside another in flight a
 * small one had better grow, unless that other one is held up by something.
 */

static ngx_flag_t
ngx_http_labels_pg_gathers(ngx_http_labels_pg_pool_t *pool,
    ngx_http_labels_pg_lane_e n)
{
    ngx_queue_t                      *q;
    ngx_http_labels_pg_lane_t        *lane;
    ngx_http_labels_pg_connection_t  *conn;

    lane = &pool->lanes[n];

    if (lane->queued >= lane->max / NGX_HTTP_LABELS_PG_GATHER) {
        return 0;
    }

    /* nobody waits for a crowd's batch that he has no part in */

    if (lane->crowd
        && lane->queued > lane->crowd->queued
        && ngx_http_labels_pg_crowds(lane, lane->crowd))
    {
        return 0;
    }

    for (q = ngx_queue_head(&pool->states[NGX_HTTP_LABELS_PG_BUSY]);
         q != ngx_queue_sentinel(&pool->states[NGX_HTTP_LABELS_PG_BUSY]);
         q = ngx_queue_next(q))
    {
        conn = ngx_queue_data(q, ngx_http_labels_pg_connection_t, queue);

        if (conn->lane == n
            && ngx_current_msec - conn->batch->sent
               < NGX_HTTP_LABELS_PG_PATIENCE)
        {
            if (!pool->gather.timer_set) {
                ngx_add_timer(&pool->gather, NGX_HTTP_LABELS_PG_PATIENCE);
            }

            return 1;
        }
    }

    return 0;
}


static ngx_http_labels_pg_connection_t *
ngx_http_labels_pg_find(ngx_http_labels_pg_pool_t *pool,
    ngx_http_labels_pg_lane_e lane, ngx_http_labels_pg_state_e state)
{
    ngx_queue_t                      *q;
    ngx_http_labels_pg_connection_t  *conn;

    for (q = ngx_queue_head(&pool->states[state]);
         q != ngx_queue_sentinel(&pool->states[state]);
         q = ngx_queue_next(q))
    {
        conn = ngx_queue_data(q, ngx_http_labels_pg_connection_t, queue);

        if (conn->lane == lane) {
            return conn;
        }
    }

    return NULL;
}


static ngx_flag_t
ngx_http_labels_pg_alive(ngx_http_labels_pg_pool_t *pool)
{
    return !ngx_queue_empty(&pool->states[NGX_HTTP_LABELS_PG_READY])
           || !ngx_queue_empty(&pool->states[NGX_HTTP_LABELS_PG_BUSY]);
}


void
ngx_http_labels_pg_up(ngx_http_labels_pg_pool_t *pool)
{
    if (pool->down) {
        ngx_log_error(NGX_LOG_NOTICE, pool->log, 0,
                      "labels_database \"%V\" is back", &pool->db->name);
    }

    pool->down = 0;
    pool->backoff = 0;
    pool->gauges->backoff = 0;
    pool->db->metrics->up = 1;

    if (pool->probe.timer_set) {
        ngx_del_timer(&pool->probe);
    }

    ngx_post_event(&pool->flush, &ngx_posted_events);
}


/*
 * An attempt to connect has failed.  The next one is made after a pause that
 * doubles, with jitter, so that many workers do not knock together.  Without
 * any live connection requests are refused at once.
 */

void
ngx_http_labels_pg_down(ngx_http_labels_pg_pool_t *pool)
{
    ngx_msec_t  pause;

    pool->backoff = pool->backoff ? ngx_min(pool->backoff * 2,
                                            pool->db->backoff)
                                  : NGX_HTTP_LABELS_PG_FIRST_BACKOFF;

    pause = pool->backoff / 2 + ngx_random() % (pool->backoff / 2 + 1);

    if (!pool->probe.timer_set) {
        ngx_add_timer(&pool->probe, pause);
    }

    pool->gauges->backoff = 1;

    if (!ngx_http_labels_pg_alive(pool)) {
        pool->down = 1;
        pool->db->metrics->up = 0;
        ngx_http_labels_pg_fail_queued(pool);
    }
}


/* operations whose commit is unknown wait for the database to come back */

static void
ngx_http_labels_pg_fail_queued(ngx_http_labels_pg_pool_t *pool)
{
    ngx_uint_t                    i;
    ngx_queue_t                  *q, failed, kept;
    ngx_http_labels_operation_t  *op;

    ngx_queue_init(&failed);
    ngx_queue_init(&kept);

    for (i = 0; i < NGX_HTTP_LABELS_PG_LANES; i++) {

        while ((op = ngx_http_labels_pg_next(&pool->lanes[i], NULL)) != NULL) {
            ngx_http_labels_pg_dequeue(op);
            ngx_queue_insert_tail(op->ambiguous && !pool->shutdown ? &kept
                                                                   : &failed,
                                  &op->queue);
        }
    }

    while (!ngx_queue_empty(&kept)) {
        q = ngx_queue_head(&kept);
        ngx_queue_remove(q);

        op = ngx_queue_data(q, ngx_http_labels_operation_t, queue);
        ngx_http_labels_pg_enqueue(op, 0);
    }

    /* from a list of its own: an answer may bring the next request in */

    while (!ngx_queue_empty(&failed)) {
        q = ngx_queue_head(&failed);
        ngx_queue_remove(q);

        op = ngx_queue_data(q, ngx_http_labels_operation_t, queue);
        ngx_http_labels_count(ngx_http_labels_pg_metrics(op)
                              ->unavailable[NGX_HTTP_LABELS_REASON_DOWN]);
        ngx_http_labels_pg_complete(op, NGX_HTTP_LABELS_UNAVAILABLE);
    }
}


void
ngx_http_labels_pg_shutdown(ngx_http_labels_pg_pool_t *pool)
{
    ngx_uint_t                        i;
    ngx_http_labels_pg_batch_t       *batch;
    ngx_http_labels_pg_connection_t  *conn;

    pool->shutdown = 1;

    for (i = 0; i < pool->nconnections; i++) {
        conn = &pool->connections[i];

        if (conn->state == NGX_HTTP_LABELS_PG_CLOSED) {
            continue;
        }

        batch = conn->batch;
        conn->batch = NULL;

        ngx_http_labels_pg_close(conn);

        if (batch) {
            ngx_http_labels_pg_batch_lost(batch, conn->unsent);
        }
    }

    ngx_http_labels_pg_tick_handler(&pool->tick);
    ngx_http_labels_pg_fail_queued(pool);
}


void
ngx_http_labels_pg_probe_handler(ngx_event_t *ev)
{
    ngx_uint_t                        i;
    ngx_http_labels_pg_pool_t        *pool;
    ngx_http_labels_pg_connection_t  *conn;

    pool = ev->data;

    if (pool->shutdown) {
        return;
    }

    if (ngx_http_labels_pg_alive(pool)
        || !ngx_queue_empty(&pool->states[NGX_HTTP_LABELS_PG_CONNECTING])
        || !ngx_queue_empty(&pool->states[NGX_HTTP_LABELS_PG_PREPARING]))
    {
        ngx_http_labels_pg_dispatch(pool);
        return;
    }

    for (i = 0; i < NGX_HTTP_LABELS_PG_LANES; i++) {
        conn = ngx_http_labels_pg_find(pool, i, NGX_HTTP_LABELS_PG_CLOSED);

        if (conn) {
            ngx_http_labels_pg_open(conn);
            return;
        }
    }
}
