/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * Stochastic fairness queueing: the operations of a lane wait in as many
 * queues as a byte has values, chosen by a byte of their credential's digest,
 * and are taken one from each in turn.  However many operations a credential
 * has waiting, those of another wait for one of them a turn.
 */


#include "ngx_http_labels_pg_pool.h"
#include "ngx_http_labels_pg_statement.h"


/* milliseconds for which others are expected after one of them has come */
#define NGX_HTTP_LABELS_PG_MIXED  1000


static ngx_flag_t ngx_http_labels_pg_fits(ngx_http_labels_pg_batch_t *batch,
    ngx_http_labels_pg_share_t *share, ngx_http_labels_operation_t *op);
static void ngx_http_labels_pg_fill(ngx_http_labels_pg_pool_t *pool,
    ngx_http_labels_pg_batch_t *batch);
static ngx_flag_t ngx_http_labels_pg_last_idle(
    ngx_http_labels_pg_connection_t *conn);
static void ngx_http_labels_pg_board(ngx_http_labels_pg_batch_t *batch,
    ngx_http_labels_operation_t *op);
static ngx_http_labels_pg_share_t *ngx_http_labels_pg_share(
    ngx_http_labels_pg_pool_t *pool, ngx_http_labels_operation_t *op);


ngx_str_t  ngx_http_labels_pg_lane_names[NGX_HTTP_LABELS_PG_LANES + 1] = {
    ngx_string("fast"),
    ngx_string("isolation"),
    ngx_string("bulk"),
    ngx_null_string
};


void
ngx_http_labels_pg_lane_init(ngx_http_labels_pg_pool_t *pool,
    ngx_http_labels_pg_lane_e n, ngx_uint_t max, ngx_msec_t lock_timeout)
{
    ngx_uint_t                  i;
    ngx_http_labels_pg_lane_t  *lane;

    lane = &pool->lanes[n];

    ngx_queue_init(&lane->turns);

    for (i = 0; i < NGX_HTTP_LABELS_PG_SHARES; i++) {
        ngx_queue_init(&lane->shares[i].queue);
    }

    lane->metrics = &pool->db->metrics->lanes[n];
    lane->gauges = &pool->gauges->lanes[n];
    lane->max = max;
    lane->lock_timeout = lock_timeout;
}


/*
 * A credential may have as many operations waiting as there are places left:
 * half of them when it is alone, a third each when there are two, and always
 * some for the next.
 */

ngx_int_t
ngx_http_labels_pg_admit(ngx_http_labels_pg_pool_t *pool,
    ngx_http_labels_operation_t *op)
{
    ngx_uint_t                       max;
    ngx_http_labels_lane_metrics_t  *metrics;

    max = pool->db->queue;
    metrics = pool->lanes[op->lane].metrics;

    if (pool->queued >= max) {
        ngx_http_labels_count(
            metrics->unavailable[NGX_HTTP_LABELS_REASON_QUEUE]);
        return NGX_DECLINED;
    }

    if (ngx_http_labels_pg_share(pool, op)->queued >= max - pool->queued) {
        ngx_http_labels_count(
            metrics->unavailable[NGX_HTTP_LABELS_REASON_SHARE]);
        return NGX_DECLINED;
    }

    return NGX_OK;
}


void
ngx_http_labels_pg_enqueue(ngx_http_labels_operation_t *op, ngx_flag_t first)
{
    ngx_http_labels_pg_lane_t   *lane;
    ngx_http_labels_pg_pool_t   *pool;
    ngx_http_labels_pg_share_t  *share;

    pool = op->upstream;
    lane = &pool->lanes[op->lane];
    share = ngx_http_labels_pg_share(pool, op);

    if (lane->last != share) {
        lane->last = share;
        lane->mixed = ngx_current_msec;
    }

    if (first) {
        ngx_queue_insert_head(&share->queue, &op->queue);

    } else {
        ngx_queue_insert_tail(&share->queue, &op->queue);
    }

    if (share->queued++ == 0) {
        ngx_queue_insert_tail(&lane->turns, &share->turn);
    }

    lane->gauges->queued = ++lane->queued;
    pool->queued++;

    if (ngx_http_labels_pg_crowds(lane, share)) {
        lane->crowd = share;
    }
}


ngx_flag_t
ngx_http_labels_pg_crowds(ngx_http_labels_pg_lane_t *lane,
    ngx_http_labels_pg_share_t *share)
{
    return ngx_current_msec - lane->mixed < NGX_HTTP_LABELS_PG_MIXED
           && 4 * (share->queued + share->flying)
              > 3 * (lane->queued + lane->flying);
}


void
ngx_http_labels_pg_dequeue(ngx_http_labels_operation_t *op)
{
    ngx_http_labels_pg_lane_t   *lane;
    ngx_http_labels_pg_pool_t   *pool;
    ngx_http_labels_pg_share_t  *share;

    pool = op->upstream;
    lane = &pool->lanes[op->lane];
    share = ngx_http_labels_pg_share(pool, op);

    ngx_queue_remove(&op->queue);
    ngx_queue_remove(&share->turn);

    if (--share->queued) {
        ngx_queue_insert_tail(&lane->turns, &share->turn);
    }

    lane->gauges->queued = --lane->queued;
    pool->queued--;
}


ngx_http_labels_operation_t *
ngx_http_labels_pg_next(ngx_http_labels_pg_lane_t *lane,
    ngx_http_labels_pg_batch_t *batch)
{
    ngx_queue_t                  *q, *turn;
    ngx_http_labels_pg_share_t   *share;
    ngx_http_labels_operation_t  *op;

    for (turn = ngx_queue_head(&lane->turns);
         turn != ngx_queue_sentinel(&lane->turns);
         turn = ngx_queue_next(turn))
    {
        share = ngx_queue_data(turn, ngx_http_labels_pg_share_t, turn);

        q = ngx_queue_head(&share->queue);
        op = ngx_queue_data(q, ngx_http_labels_operation_t, queue);

        if (batch == NULL || ngx_http_labels_pg_fits(batch, share, op)) {
            return op;
        }
    }

    return NULL;
}


static ngx_flag_t
ngx_http_labels_pg_fits(ngx_http_labels_pg_batch_t *batch,
    ngx_http_labels_pg_share_t *share, ngx_http_labels_operation_t *op)
{
    ngx_http_labels_pg_lane_t  *lane;

    lane = batch->lane;

    if (batch->reserved && ngx_http_labels_pg_crowds(lane, share)) {
        return 0;
    }

    if (batch->nops && op->nowait != batch->nowait) {
        return 0;
    }

    /* locks of two statements would not be in one order */

    return batch->locking == -1
           || batch->locking == (ngx_int_t) op->kind
           || !ngx_http_labels_pg_locks(op->kind);
}


/*
 * A batch takes long when there is much to do, and longer when it meets a
 * lock.  A credential with more than three quarters of the operations may not
 * have the last idle connection, too, and every other batch is without it, if
 * there is anything else to do: the others need not wait with its crowd.  Who
 * has been alone for a while has all connections.
 */

ngx_http_labels_pg_batch_t *
ngx_http_labels_pg_collect(ngx_http_labels_pg_connection_t *conn)
{
    ngx_flag_t                    last;
    ngx_uint_t                    i;
    ngx_http_labels_pg_lane_t    *lane;
    ngx_http_labels_pg_pool_t    *pool;
    ngx_http_labels_pg_batch_t   *batch;

    pool = conn->pool;
    lane = &pool->lanes[conn->lane];

    batch = ngx_calloc(sizeof(ngx_http_labels_pg_batch_t)
                       + 3 * lane->max * sizeof(void *), pool->log);
    if (batch == NULL) {
        return NULL;
    }

    batch->lane = lane;
    batch->ops = (ngx_http_labels_operation_t **) (batch + 1);
    batch->taken = batch->ops + lane->max;
    batch->shares = (ngx_http_labels_pg_share_t **) (batch->taken + lane->max);
    batch->locking = -1;
    batch->failed = -1;

    last = ngx_http_labels_pg_last_idle(conn);

    batch->reserved = last || !lane->reserved;
    ngx_http_labels_pg_fill(pool, batch);

    if (batch->nops == 0 && !last) {
        batch->reserved = 0;
        ngx_http_labels_pg_fill(pool, batch);
    }

    if (batch->nops == 0) {
        ngx_free(batch);
        return NULL;
    }

    for (i = 0; i < batch->nops; i++) {
        batch->shares[i]->flying++;
    }

    if (!last) {
        lane->reserved = batch->reserved;
    }

    lane->flying += batch->nops;
    lane->gauges->in_flight = lane->flying;

    ngx_http_labels_observe_operations(&lane->metrics->batch_operations,
                                       batch->nops);

    return batch;
}


static void
ngx_http_labels_pg_fill(ngx_http_labels_pg_pool_t *pool,
    ngx_http_labels_pg_batch_t *batch)
{
    size_t                        size;
    ngx_http_labels_pg_lane_t    *lane;
    ngx_http_labels_operation_t  *op;

    lane = batch->lane;
    size = 0;

    while (batch->nops < lane->max
           && (op = ngx_http_labels_pg_next(lane, batch)) != NULL)
    {
        if (op->handler == NULL && !ngx_http_labels_pg_mutates(op->kind)) {
            ngx_http_labels_pg_dequeue(op);
            ngx_http_labels_pg_complete(op, NGX_HTTP_LABELS_UNAVAILABLE);
            continue;
        }

        if (batch->nops && size + op->size > pool->db->batch_bytes) {
            break;
        }

        if (ngx_http_labels_pg_locks(op->kind)) {
            batch->locking = op->kind;
        }

        ngx_http_labels_pg_board(batch, op);

        batch->nowait = op->nowait;
        size += op->size;
    }
}


static ngx_flag_t
ngx_http_labels_pg_last_idle(ngx_http_labels_pg_connection_t *conn)
{
    ngx_uint_t                        i, n, idle;
    ngx_http_labels_pg_connection_t  *other;

    n = 0;
    idle = 0;

    for (i = 0; i < conn->pool->nconnections; i++) {
        other = &conn->pool->connections[i];

        if (other->lane == conn->lane) {
            n++;
            idle += (other->state != NGX_HTTP_LABELS_PG_BUSY);
        }
    }

    return n > 1 && idle == 1;
}


static void
ngx_http_labels_pg_board(ngx_http_labels_pg_batch_t *batch,
    ngx_http_labels_operation_t *op)
{
    ngx_http_labels_pg_dequeue(op);

    batch->taken[batch->nops] = op;
    batch->shares[batch->nops++] = ngx_http_labels_pg_share(op->upstream, op);
}


void
ngx_http_labels_pg_land(ngx_http_labels_pg_batch_t *batch)
{
    ngx_uint_t                  i;
    ngx_http_labels_pg_lane_t  *lane;

    lane = batch->lane;

    for (i = 0; i < batch->nops; i++) {
        batch->shares[i]->flying--;
    }

    lane->flying -= batch->nops;
    lane->gauges->in_flight = lane->flying;

    ngx_http_labels_observe_time(&lane->metrics->batch_time,
                                 ngx_current_msec - batch->sent);
}


/*
 * Two credentials may have a byte in common.  Each process looks at another
 * one, so that they do not meet everywhere.  Bearers that the module has
 * verified by itself are told apart by their accounts.
 */

static ngx_http_labels_pg_share_t *
ngx_http_labels_pg_share(ngx_http_labels_pg_pool_t *pool,
    ngx_http_labels_operation_t *op)
{
    ngx_str_t   *digest;
    ngx_uint_t   n;

    digest = &op->p.digest;

    n = digest->len ? digest->data[pool->byte % digest->len]
                    : ngx_murmur_hash2(op->p.account.data, op->p.account.len);

    return &pool->lanes[op->lane].shares[n % NGX_HTTP_LABELS_PG_SHARES];
}
