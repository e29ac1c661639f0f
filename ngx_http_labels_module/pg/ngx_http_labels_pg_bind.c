/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * The life of pools: made for a configuration, taken over by the next one, or
 * wound up.
 */


#include "ngx_http_labels_pg_pool.h"


static ngx_http_labels_pg_pool_t *ngx_http_labels_pg_create(
    ngx_http_labels_database_t *db);
static ngx_int_t ngx_http_labels_pg_copy(ngx_pool_t *pool,
    ngx_http_labels_database_t *dst, ngx_http_labels_database_t *src);
static const char **ngx_http_labels_pg_copy_list(ngx_pool_t *pool,
    const char **list);
static void ngx_http_labels_pg_lanes(ngx_http_labels_pg_pool_t *pool);
static ngx_flag_t ngx_http_labels_pg_same(ngx_http_labels_database_t *a,
    ngx_http_labels_database_t *b);
static void ngx_http_labels_pg_destroy(ngx_http_labels_pg_pool_t *pool);


/*
 * The pools of this process.  They are not part of a cycle: without a master
 * process a reload changes the configuration under a running event loop.
 */

static ngx_queue_t  ngx_http_labels_pg_pools = {
    &ngx_http_labels_pg_pools, &ngx_http_labels_pg_pools
};


ngx_int_t
ngx_http_labels_pg_bind(ngx_cycle_t *cycle, ngx_array_t *databases)
{
    ngx_uint_t                   i;
    ngx_queue_t                 *q, *next;
    ngx_http_labels_pg_pool_t   *pool;
    ngx_http_labels_database_t **db;

    for (q = ngx_queue_head(&ngx_http_labels_pg_pools);
         q != ngx_queue_sentinel(&ngx_http_labels_pg_pools);
         q = ngx_queue_next(q))
    {
        pool = ngx_queue_data(q, ngx_http_labels_pg_pool_t, queue);
        pool->unbound = 1;
    }

    db = databases->elts;

    for (i = 0; i < databases->nelts; i++) {

        db[i]->upstream = NULL;

        for (q = ngx_queue_head(&ngx_http_labels_pg_pools);
             q != ngx_queue_sentinel(&ngx_http_labels_pg_pools);
             q = ngx_queue_next(q))
        {
            pool = ngx_queue_data(q, ngx_http_labels_pg_pool_t, queue);

            if (ngx_http_labels_pg_same(&pool->db, db[i])) {
                pool->unbound = 0;
                db[i]->upstream = pool;
                break;
            }
        }

        if (db[i]->upstream == NULL) {
            db[i]->upstream = ngx_http_labels_pg_create(db[i]);
        }

        if (db[i]->upstream == NULL) {
            return NGX_ERROR;
        }
    }

    for (q = ngx_queue_head(&ngx_http_labels_pg_pools);
         q != ngx_queue_sentinel(&ngx_http_labels_pg_pools);
         q = next)
    {
        next = ngx_queue_next(q);
        pool = ngx_queue_data(q, ngx_http_labels_pg_pool_t, queue);
        pool->log = cycle->log;

        if (pool->unbound) {
            ngx_http_labels_pg_wind_up(pool);
        }
    }

    return NGX_OK;
}


static ngx_http_labels_pg_pool_t *
ngx_http_labels_pg_create(ngx_http_labels_database_t *db)
{
    ngx_uint_t                        i;
    ngx_pool_t                       *p;
    ngx_http_labels_pg_pool_t        *pool;
    ngx_http_labels_pg_connection_t  *conn;

    p = ngx_create_pool(NGX_CYCLE_POOL_SIZE, ngx_cycle->log);
    if (p == NULL) {
        return NULL;
    }

    pool = ngx_pcalloc(p, sizeof(ngx_http_labels_pg_pool_t));
    if (pool == NULL) {
        goto failed;
    }

    pool->pool = p;
    pool->log = ngx_cycle->log;

    if (ngx_http_labels_pg_copy(p, &pool->db, db) != NGX_OK) {
        goto failed;
    }

    pool->nconnections = db->connections + db->isolation_connections;

    pool->connections = ngx_pcalloc(p, pool->nconnections
                                  * sizeof(ngx_http_labels_pg_connection_t));
    if (pool->connections == NULL) {
        goto failed;
    }

    ngx_http_labels_pg_lanes(pool);
    ngx_queue_init(&pool->delayed);

    for (i = 0; i < NGX_HTTP_LABELS_PG_STATES; i++) {
        ngx_queue_init(&pool->states[i]);
    }

    for (i = 0; i < pool->nconnections; i++) {
        conn = &pool->connections[i];
        conn->pool = pool;
        conn->lane = (i < (ngx_uint_t) db->connections)
                     ? NGX_HTTP_LABELS_PG_FAST : NGX_HTTP_LABELS_PG_ISOLATION;
        ngx_queue_insert_tail(&pool->states[NGX_HTTP_LABELS_PG_CLOSED],
                              &conn->queue);
    }

    pool->flush.handler = ngx_http_labels_pg_flush_handler;
    pool->flush.data = pool;
    pool->flush.log = ngx_cycle->log;

    /* timers of the background never keep a worker from leaving */

    pool->probe.handler = ngx_http_labels_pg_probe_handler;
    pool->probe.data = pool;
    pool->probe.log = ngx_cycle->log;
    pool->probe.cancelable = 1;

    pool->tick.handler = ngx_http_labels_pg_tick_handler;
    pool->tick.data = pool;
    pool->tick.log = ngx_cycle->log;
    pool->tick.cancelable = 1;

    ngx_queue_insert_tail(&ngx_http_labels_pg_pools, &pool->queue);

    return pool;

failed:

    ngx_destroy_pool(p);

    return NULL;
}


static ngx_int_t
ngx_http_labels_pg_copy(ngx_pool_t *pool, ngx_http_labels_database_t *dst,
    ngx_http_labels_database_t *src)
{
    *dst = *src;

    dst->name.data = ngx_pstrdup(pool, &src->name);
    dst->conninfo.data = ngx_pstrdup(pool, &src->conninfo);
    dst->keywords = ngx_http_labels_pg_copy_list(pool, src->keywords);
    dst->values = ngx_http_labels_pg_copy_list(pool, src->values);

    if (dst->name.data == NULL || dst->conninfo.data == NULL
        || dst->keywords == NULL || dst->values == NULL)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static const char **
ngx_http_labels_pg_copy_list(ngx_pool_t *pool, const char **list)
{
    size_t        len;
    u_char       *s;
    ngx_uint_t    i, n;
    const char  **copy;

    for (n = 0; list[n]; n++) { /* void */ }

    copy = ngx_pcalloc(pool, (n + 1) * sizeof(char *));
    if (copy == NULL) {
        return NULL;
    }

    for (i = 0; i < n; i++) {
        len = ngx_strlen(list[i]) + 1;

        s = ngx_pnalloc(pool, len);
        if (s == NULL) {
            return NULL;
        }

        ngx_memcpy(s, list[i], len);
        copy[i] = (char *) s;
    }

    return copy;
}


static void
ngx_http_labels_pg_lanes(ngx_http_labels_pg_pool_t *pool)
{
    ngx_uint_t                  i;
    ngx_http_labels_pg_lane_t  *lane;

    for (i = 0; i < NGX_HTTP_LABELS_PG_LANES; i++) {
        lane = &pool->lanes[i];
        ngx_queue_init(&lane->queue);

        if (i == NGX_HTTP_LABELS_PG_FAST) {
            lane->max = pool->db.batch;
            lane->lock_timeout = pool->db.lock_timeout;

        } else {
            lane->max = 1;
            lane->lock_timeout = pool->db.isolation_lock_timeout;
        }
    }
}


static ngx_flag_t
ngx_http_labels_pg_same(ngx_http_labels_database_t *a,
    ngx_http_labels_database_t *b)
{
    return a->name.len == b->name.len
           && ngx_strncmp(a->name.data, b->name.data, a->name.len) == 0
           && a->conninfo.len == b->conninfo.len
           && ngx_strncmp(a->conninfo.data, b->conninfo.data,
                          a->conninfo.len) == 0
           && a->connections == b->connections
           && a->isolation_connections == b->isolation_connections
           && a->queue == b->queue
           && a->batch == b->batch
           && a->batch_bytes == b->batch_bytes
           && a->connect_timeout == b->connect_timeout
           && a->request_timeout == b->request_timeout
           && a->lock_timeout == b->lock_timeout
           && a->isolation_lock_timeout == b->isolation_lock_timeout
           && a->max_lifetime == b->max_lifetime
           && a->backoff == b->backoff
           && a->prepare == b->prepare;
}


void
ngx_http_labels_pg_wind_up(ngx_http_labels_pg_pool_t *pool)
{
    ngx_uint_t                        i;
    ngx_flag_t                        busy;
    ngx_http_labels_pg_connection_t  *conn;

    busy = pool->queued || !ngx_queue_empty(&pool->delayed);

    for (i = 0; i < pool->nconnections; i++) {
        conn = &pool->connections[i];

        if (conn->state == NGX_HTTP_LABELS_PG_READY && !busy) {
            ngx_http_labels_pg_close(conn);
        }

        if (conn->state != NGX_HTTP_LABELS_PG_CLOSED) {
            busy = 1;
        }
    }

    if (!busy) {
        ngx_http_labels_pg_destroy(pool);
    }
}


static void
ngx_http_labels_pg_destroy(ngx_http_labels_pg_pool_t *pool)
{
    if (pool->probe.timer_set) {
        ngx_del_timer(&pool->probe);
    }

    if (pool->tick.timer_set) {
        ngx_del_timer(&pool->tick);
    }

    if (pool->flush.posted) {
        ngx_delete_posted_event(&pool->flush);
    }

    if (pool->buffer.start) {
        ngx_free(pool->buffer.start);
    }

    ngx_queue_remove(&pool->queue);
    ngx_destroy_pool(pool->pool);
}


void
ngx_http_labels_pg_exit(void)
{
    ngx_uint_t                        i;
    ngx_queue_t                      *q;
    ngx_http_labels_pg_pool_t        *pool;
    ngx_http_labels_pg_connection_t  *conn;

    for (q = ngx_queue_head(&ngx_http_labels_pg_pools);
         q != ngx_queue_sentinel(&ngx_http_labels_pg_pools);
         q = ngx_queue_next(q))
    {
        pool = ngx_queue_data(q, ngx_http_labels_pg_pool_t, queue);

        /* nginx would report descriptors that are still open */

        for (i = 0; i < pool->nconnections; i++) {
            conn = &pool->connections[i];

            if (conn->state != NGX_HTTP_LABELS_PG_CLOSED) {
                ngx_http_labels_pg_close(conn);
            }
        }
    }
}
