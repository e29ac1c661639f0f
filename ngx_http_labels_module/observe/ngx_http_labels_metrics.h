/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * Counters, gauges and histograms in shared memory, which outlives a reload.
 * Counters and histograms are added to atomically; gauges are in a row per
 * process, which nobody else writes.
 */


#ifndef _NGX_HTTP_LABELS_METRICS_H_INCLUDED_
#define _NGX_HTTP_LABELS_METRICS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_http_labels_operation.h"


#define NGX_HTTP_LABELS_METRICS_DIALECTS  8
#define NGX_HTTP_LABELS_METRICS_LANES     4
#define NGX_HTTP_LABELS_METRICS_STATES    5
#define NGX_HTTP_LABELS_METRICS_BUCKETS   14  /* the last is without bound */

/* behind the last kind and the last outcome: requests that have none */

#define NGX_HTTP_LABELS_NO_KIND           NGX_HTTP_LABELS_KINDS
#define NGX_HTTP_LABELS_NO_OUTCOME        NGX_HTTP_LABELS_OUTCOMES


/* why a batch was rolled back */

typedef enum {
    NGX_HTTP_LABELS_FAILURE_CONTENTION = 0,
    NGX_HTTP_LABELS_FAILURE_STATEMENT,
    NGX_HTTP_LABELS_FAILURE_COMMIT,
    NGX_HTTP_LABELS_FAILURE_CONNECTION,
    NGX_HTTP_LABELS_FAILURES
} ngx_http_labels_failure_e;


/* why an operation is run again */

typedef enum {
    NGX_HTTP_LABELS_RERUN_CONTENTION = 0,
    NGX_HTTP_LABELS_RERUN_ERROR,
    NGX_HTTP_LABELS_RERUN_NEIGHBOUR,
    NGX_HTTP_LABELS_RERUN_CONNECTION,
    NGX_HTTP_LABELS_RERUN_AMBIGUOUS,
    NGX_HTTP_LABELS_RERUNS
} ngx_http_labels_rerun_e;


/* why an operation was answered 503 */

typedef enum {
    NGX_HTTP_LABELS_REASON_QUEUE = 0,
    NGX_HTTP_LABELS_REASON_SHARE,
    NGX_HTTP_LABELS_REASON_DOWN,
    NGX_HTTP_LABELS_REASON_DEADLINE,
    NGX_HTTP_LABELS_REASON_ATTEMPTS,
    NGX_HTTP_LABELS_REASONS
} ngx_http_labels_reason_e;


typedef struct {
    ngx_atomic_t                      sum;
    ngx_atomic_t                      buckets[NGX_HTTP_LABELS_METRICS_BUCKETS];
} ngx_http_labels_histogram_t;


typedef struct {
    ngx_http_labels_histogram_t       batch_operations;
    ngx_http_labels_histogram_t       batch_time;            /* ms */
    ngx_atomic_t                      batch_failures[NGX_HTTP_LABELS_FAILURES];
    ngx_atomic_t                      reruns[NGX_HTTP_LABELS_RERUNS];
    ngx_atomic_t                      isolated;
    ngx_atomic_t                      unavailable[NGX_HTTP_LABELS_REASONS];
    ngx_atomic_t                      commit_unknown;
    ngx_atomic_t                      connects;
    ngx_atomic_t                      connect_failures;
    ngx_atomic_t                      connections_lost;
} ngx_http_labels_lane_metrics_t;


typedef struct {
    uint32_t                          queued;
    uint32_t                          in_flight;
    uint32_t                          connections[
                                           NGX_HTTP_LABELS_METRICS_STATES];
} ngx_http_labels_lane_gauges_t;


/* of one process; pid 0: of none */

typedef struct {
    ngx_pid_t                         pid;
    uint32_t                          backoff;    /* pauses between attempts */
    ngx_http_labels_lane_gauges_t     lanes[NGX_HTTP_LABELS_METRICS_LANES];
} ngx_http_labels_gauges_t;


typedef struct {
    u_char                            name[32];   /* a digest; 0: unused */
    ngx_atomic_t                      up;         /* the last attempt's end */
    ngx_http_labels_lane_metrics_t    lanes[NGX_HTTP_LABELS_METRICS_LANES];
    ngx_http_labels_gauges_t          gauges[NGX_MAX_PROCESSES];
} ngx_http_labels_database_metrics_t;


typedef struct {
    ngx_atomic_t                      requests[NGX_HTTP_LABELS_KINDS + 1][5];
    ngx_atomic_t                      outcomes[NGX_HTTP_LABELS_OUTCOMES + 1];
    ngx_http_labels_histogram_t       duration;   /* ms */
} ngx_http_labels_dialect_metrics_t;


typedef struct {
    ngx_http_labels_dialect_metrics_t   dialects[
                                            NGX_HTTP_LABELS_METRICS_DIALECTS];
    ngx_http_labels_database_metrics_t  databases[1];
} ngx_http_labels_shared_metrics_t;


/* the names are the configuration's; the metrics are where the zone is */

typedef struct {
    ngx_http_labels_shared_metrics_t    *shared;
    ngx_uint_t                           places;  /* for databases */
    ngx_uint_t                           ndatabases;
    ngx_str_t                           *names;
    ngx_http_labels_database_metrics_t **databases;
} ngx_http_labels_metrics_t;


/* words for the exposition; lists end with an empty string */

typedef struct {
    ngx_str_t                           *dialects;
    ngx_str_t                           *lanes;
    ngx_str_t                           *states;
} ngx_http_labels_metrics_words_t;


#define ngx_http_labels_count(counter)                                        \
    (void) ngx_atomic_fetch_add(&(counter), 1)


/* Adds the zone to the configuration; NULL: error, which is logged. */
ngx_http_labels_metrics_t *ngx_http_labels_metrics_create(ngx_conf_t *cf,
    ngx_uint_t ndatabases, void *tag);

/* The row of this process, all zeroes. */
ngx_http_labels_gauges_t *ngx_http_labels_metrics_gauges(
    ngx_http_labels_database_metrics_t *database);

/* The sum of the rows of living processes. */
void ngx_http_labels_metrics_sum(ngx_http_labels_database_metrics_t *database,
    ngx_http_labels_gauges_t *sum);

void ngx_http_labels_observe_time(ngx_http_labels_histogram_t *histogram,
    ngx_msec_t ms);
void ngx_http_labels_observe_operations(ngx_http_labels_histogram_t *histogram,
    ngx_uint_t n);

/* Upper bounds of the buckets but the last. */
extern ngx_uint_t  ngx_http_labels_time_bounds[];
extern ngx_uint_t  ngx_http_labels_operations_bounds[];

/* All metrics as Prometheus text, format 0.0.4; NULL: out of memory. */
ngx_chain_t *ngx_http_labels_metrics_text(ngx_pool_t *pool,
    ngx_http_labels_metrics_t *metrics, ngx_http_labels_metrics_words_t *words);


#endif /* _NGX_HTTP_LABELS_METRICS_H_INCLUDED_ */
