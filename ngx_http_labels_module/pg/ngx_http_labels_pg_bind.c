/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * The pools of a process: made when it starts, closed when it ends.  nginx
 * starts new processes for a new configuration.
 */


#include "ngx_http_labels_pg_pool.h"


static ngx_http_labels_pg_pool_t *ngx_http_labels_pg_create(
    ngx_cycle_t *cycle, ngx_http_labels_database_t *db);
static ngx_http_labels_pg_lane_e ngx_http_labels_pg_lane_of(
    ngx_http_labels_database_t *db, ngx_uint_t connection);
static void ngx_http_labels_pg_lanes(ngx_http_labels_pg_pool_t *pool);
static void ngx_http_labels_pg_events(ngx_http_labels_pg_pool_t *pool);


ngx_int_t
ngx_http_labels_pg_bind(ngx_cycle_t *cycle, ngx_array_t *databases)
{
    ngx_uint_t                    i;
    ngx_http_labels_database_t  **db;

    db = databases->elts;

    for (i = 0; i < databases->nelts; i++) {
        db[i]->upstream = ngx_http_labels_pg_create(cycle, db[i]);

        if (db[i]->upstream == NULL) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_http_labels_pg_pool_t *
ngx_http_labels_pg_create(ngx_cycle_t *cycle, ngx_http_labels_database_t *db)
{
    ngx_uint_t                        i;
    ngx_http_labels_pg_pool_t        *pool;
    ngx_http_labels_pg_connection_t  *conn;

    pool = ngx_pcalloc(cycle->pool, sizeof(ngx_http_labels_pg_pool_t));
    if (pool == NULL) {
        return NULL;
    }

    pool->db = db;
    pool->log = cycle->log;
    pool->nconnections = db->connections + db->isolation_connections
                         + db->bulk_connections;

    pool->connections = ngx_pcalloc(cycle->pool, pool->nconnections
                                  * sizeof(ngx_http_labels_pg_connection_t));
    if (pool->connections == NULL) {
        return NULL;
    }

    pool->gauges = ngx_http_labels_metrics_gauges(db->metrics);

    ngx_http_labels_pg_lanes(pool);
    ngx_http_labels_pg_events(pool);
    ngx_queue_init(&pool->delayed);

    for (i = 0; i < NGX_HTTP_LABELS_PG_STATES; i++) {
        ngx_queue_init(&pool->states[i]);
    }

    for (i = 0; i < pool->nconnections; i++) {
        conn = &pool->connections[i];
        conn->pool = pool;
        conn->lane = ngx_http_labels_pg_lane_of(db, i);

        ngx_queue_insert_tail(&pool->states[NGX_HTTP_LABELS_PG_CLOSED],
                              &conn->queue);
        pool->lanes[conn->lane].gauges
            ->connections[NGX_HTTP_LABELS_PG_CLOSED]++;
    }

    return pool;
}


static ngx_http_labels_pg_lane_e
ngx_http_labels_pg_lane_of(ngx_http_labels_database_t *db,
    ngx_uint_t connection)
{
    if (connection < (ngx_uint_t) db->connections) {
        return NGX_HTTP_LABELS_PG_FAST;
    }

    connection -= db->connections;

    return (connection < (ngx_uint_t) db->isolation_connections)
           ? NGX_HTTP_LABELS_PG_ISOLATION : NGX_HTTP_LABELS_PG_BULK;
}


static void
ngx_http_labels_pg_lanes(ngx_http_labels_pg_pool_t *pool)
{
    ngx_http_labels_pg_lane_init(pool, NGX_HTTP_LABELS_PG_FAST,
                                 pool->db->batch, pool->db->lock_timeout);

    ngx_http_labels_pg_lane_init(pool, NGX_HTTP_LABELS_PG_ISOLATION, 1,
                                 pool->db->isolation_lock_timeout);

    ngx_http_labels_pg_lane_init(pool, NGX_HTTP_LABELS_PG_BULK, 1,
                                 pool->db->isolation_lock_timeout);

    pool->byte = ngx_random();
}


/* timers of the background never keep a worker from leaving */

static void
ngx_http_labels_pg_events(ngx_http_labels_pg_pool_t *pool)
{
    pool->flush.handler = ngx_http_labels_pg_flush_handler;
    pool->flush.data = pool;
    pool->flush.log = pool->log;

    pool->gather.handler = ngx_http_labels_pg_flush_handler;
    pool->gather.data = pool;
    pool->gather.log = pool->log;
    pool->gather.cancelable = 1;

    pool->probe.handler = ngx_http_labels_pg_probe_handler;
    pool->probe.data = pool;
    pool->probe.log = pool->log;
    pool->probe.cancelable = 1;

    pool->tick.handler = ngx_http_labels_pg_tick_handler;
    pool->tick.data = pool;
    pool->tick.log = pool->log;
    pool->tick.cancelable = 1;
}


void
ngx_http_labels_pg_exit(ngx_array_t *databases)
{
    ngx_uint_t                         i, n;
    ngx_http_labels_database_t       **db;
    ngx_http_labels_pg_pool_t         *pool;
    ngx_http_labels_pg_connection_t   *conn;

    db = databases->elts;

    /* nginx would report descriptors that are still open */

    for (i = 0; i < databases->nelts; i++) {
        pool = db[i]->upstream;

        if (pool == NULL) {
            continue;
        }

        for (n = 0; n < pool->nconnections; n++) {
            conn = &pool->connections[n];

            if (conn->state != NGX_HTTP_LABELS_PG_CLOSED) {
                ngx_http_labels_pg_close(conn);
            }
        }

        pool->gauges->pid = 0;

        if (pool->buffer.start) {
            ngx_free(pool->buffer.start);
        }
    }
}
