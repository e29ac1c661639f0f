/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * The engine's public face: databases as configured, and operations handed to
 * them.  It knows parameters and rows, and no HTTP.
 */


#ifndef _NGX_HTTP_LABELS_PG_H_INCLUDED_
#define _NGX_HTTP_LABELS_PG_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_http_labels_metrics.h"
#include "ngx_http_labels_operation.h"


/* a labels_database block; read-only once the configuration is read */

typedef struct {
    ngx_str_t                    name;
    ngx_str_t                    conninfo;

    ngx_int_t                    connections;
    ngx_int_t                    isolation_connections;
    ngx_int_t                    bulk_connections;
    ngx_int_t                    queue;
    ngx_int_t                    batch;
    size_t                       batch_bytes;

    ngx_msec_t                   connect_timeout;
    ngx_msec_t                   request_timeout;
    ngx_msec_t                   lock_timeout;
    ngx_msec_t                   isolation_lock_timeout;
    ngx_msec_t                   max_lifetime;
    ngx_msec_t                   backoff;        /* the longest pause */
    time_t                       retry_after;
    ngx_flag_t                   prepare;

    /* conninfo as libpq takes it, names resolved; both end with a NULL */
    const char                 **keywords;
    const char                 **values;

    void                        *upstream;       /* this process's pool */
    ngx_http_labels_database_metrics_t
                                *metrics;
} ngx_http_labels_database_t;


/*
 * Parses and checks db->conninfo, resolves host names.  Returns NULL or what
 * is wrong, for "[emerg]".
 */
char *ngx_http_labels_pg_conninfo(ngx_pool_t *pool,
    ngx_http_labels_database_t *db, ngx_log_t *log);

/* NULL, or why this libpq is not fit for the engine. */
char *ngx_http_labels_pg_unfit(void);

/* Gives each database its pool in this process; nothing is connected yet. */
ngx_int_t ngx_http_labels_pg_bind(ngx_cycle_t *cycle, ngx_array_t *databases);

/* The lanes' and the connections' states' names; both end with an empty one. */
extern ngx_str_t  ngx_http_labels_pg_lane_names[];
extern ngx_str_t  ngx_http_labels_pg_state_names[];

/* Closes every connection, when the process ends. */
void ngx_http_labels_pg_exit(ngx_array_t *databases);

/*
 * Takes an operation over.  NGX_OK: op->handler will be called once, with the
 * result in op, which is destroyed afterwards.  NGX_DECLINED: it stays the
 * caller's; op->outcome says why (BUSY, UNAVAILABLE, FAILED).
 */
ngx_int_t ngx_http_labels_pg_submit(ngx_http_labels_database_t *db,
    ngx_http_labels_operation_t *op);


#endif /* _NGX_HTTP_LABELS_PG_H_INCLUDED_ */
