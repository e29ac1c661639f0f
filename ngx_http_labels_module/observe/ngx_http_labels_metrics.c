/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */


#include "ngx_http_labels_metrics.h"
#include "ngx_http_labels_identifier.h"


/* a reload may add databases up to this number and keep what was counted */

#define NGX_HTTP_LABELS_METRICS_PLACES  4


static size_t ngx_http_labels_metrics_size(ngx_uint_t places);
static ngx_int_t ngx_http_labels_metrics_init_zone(ngx_shm_zone_t *zone,
    void *data);
static ngx_int_t ngx_http_labels_metrics_place(
    ngx_http_labels_metrics_t *metrics, ngx_uint_t n, ngx_flag_t old);
static void ngx_http_labels_observe(ngx_http_labels_histogram_t *histogram,
    ngx_uint_t *bounds, ngx_uint_t value);


ngx_uint_t  ngx_http_labels_time_bounds[] = {
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000
};


ngx_uint_t  ngx_http_labels_operations_bounds[] = {
    1, 2, 4, 8, 12, 16, 24, 32, 64, 128, 256, 512, 1024
};


ngx_http_labels_metrics_t *
ngx_http_labels_metrics_create(ngx_conf_t *cf, ngx_uint_t ndatabases, void *tag)
{
    ngx_shm_zone_t             *zone;
    ngx_http_labels_metrics_t  *metrics;

    static ngx_str_t  name = ngx_string("labels_metrics");

    metrics = ngx_pcalloc(cf->pool, sizeof(ngx_http_labels_metrics_t));
    if (metrics == NULL) {
        return NULL;
    }

    metrics->ndatabases = ndatabases;
    metrics->places = ngx_max(ndatabases, NGX_HTTP_LABELS_METRICS_PLACES);

    metrics->names = ngx_pcalloc(cf->pool, ndatabases * sizeof(ngx_str_t));
    metrics->databases = ngx_pcalloc(cf->pool, ndatabases * sizeof(void *));

    if (metrics->names == NULL || metrics->databases == NULL) {
        return NULL;
    }

    /* beside the metrics: nginx's table of pages, and what alignment takes */

    zone = ngx_shared_memory_add(cf, &name,
                       ngx_align(ngx_http_labels_metrics_size(metrics->places)
                                 * 65 / 64 + 8 * ngx_pagesize, ngx_pagesize),
                       tag);
    if (zone == NULL) {
        return NULL;
    }

    zone->init = ngx_http_labels_metrics_init_zone;
    zone->data = metrics;

    return metrics;
}


static size_t
ngx_http_labels_metrics_size(ngx_uint_t places)
{
    return sizeof(ngx_http_labels_shared_metrics_t)
           + (places - 1) * sizeof(ngx_http_labels_database_metrics_t);
}


/* data: of the configuration before, if the zone is the same */

static ngx_int_t
ngx_http_labels_metrics_init_zone(ngx_shm_zone_t *zone, void *data)
{
    ngx_http_labels_metrics_t *old = data;

    ngx_uint_t                  i;
    ngx_slab_pool_t            *slab;
    ngx_http_labels_metrics_t  *metrics;

    metrics = zone->data;
    slab = (ngx_slab_pool_t *) zone->shm.addr;

    if (old) {
        metrics->shared = old->shared;

    } else if (zone->shm.exists) {
        metrics->shared = slab->data;

    } else {
        metrics->shared = ngx_slab_calloc(slab,
                               ngx_http_labels_metrics_size(metrics->places));
        if (metrics->shared == NULL) {
            return NGX_ERROR;
        }

        slab->data = metrics->shared;
    }

    /* those that have a place keep it; the others take what is left */

    for (i = 0; i < metrics->ndatabases; i++) {
        metrics->databases[i] = NULL;
        (void) ngx_http_labels_metrics_place(metrics, i, 1);
    }

    for (i = 0; i < metrics->ndatabases; i++) {
        if (metrics->databases[i] == NULL
            && ngx_http_labels_metrics_place(metrics, i, 0) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* old: the place that the database has; else one that no database has */

static ngx_int_t
ngx_http_labels_metrics_place(ngx_http_labels_metrics_t *metrics, ngx_uint_t n,
    ngx_flag_t old)
{
    u_char                               digest[32];
    ngx_uint_t                           i, k;
    ngx_http_labels_database_metrics_t  *place;

    ngx_http_labels_digest(&metrics->names[n], digest);

    for (i = 0; i < metrics->places; i++) {
        place = &metrics->shared->databases[i];

        if (old) {
            if (ngx_memcmp(place->name, digest, sizeof(digest)) == 0) {
                metrics->databases[n] = place;
                return NGX_OK;
            }

            continue;
        }

        for (k = 0; k < metrics->ndatabases; k++) {
            if (metrics->databases[k] == place) {
                break;
            }
        }

        if (k == metrics->ndatabases) {
            ngx_memzero(place, sizeof(ngx_http_labels_database_metrics_t));
            ngx_memcpy(place->name, digest, sizeof(digest));

            metrics->databases[n] = place;
            return NGX_OK;
        }
    }

    return NGX_ERROR;
}


ngx_http_labels_gauges_t *
ngx_http_labels_metrics_gauges(ngx_http_labels_database_metrics_t *database)
{
    ngx_http_labels_gauges_t  *gauges;

    /* no two living processes of a master have the same slot */

    gauges = &database->gauges[ngx_process_slot];

    ngx_memzero(gauges, sizeof(ngx_http_labels_gauges_t));
    gauges->pid = ngx_pid;

    return gauges;
}


void
ngx_http_labels_metrics_sum(ngx_http_labels_database_metrics_t *database,
    ngx_http_labels_gauges_t *sum)
{
    ngx_uint_t                      i, lane, state;
    ngx_http_labels_gauges_t       *gauges;
    ngx_http_labels_lane_gauges_t  *from, *to;

    ngx_memzero(sum, sizeof(ngx_http_labels_gauges_t));

    for (i = 0; i < NGX_MAX_PROCESSES; i++) {
        gauges = &database->gauges[i];

        /* a process that was killed could not clear its row */

        if (gauges->pid == 0
            || (kill(gauges->pid, 0) == -1 && ngx_errno == NGX_ESRCH))
        {
            continue;
        }

        sum->backoff += gauges->backoff;

        for (lane = 0; lane < NGX_HTTP_LABELS_METRICS_LANES; lane++) {
            from = &gauges->lanes[lane];
            to = &sum->lanes[lane];

            to->queued += from->queued;
            to->in_flight += from->in_flight;

            for (state = 0; state < NGX_HTTP_LABELS_METRICS_STATES; state++) {
                to->connections[state] += from->connections[state];
            }
        }
    }
}


void
ngx_http_labels_observe_time(ngx_http_labels_histogram_t *histogram,
    ngx_msec_t ms)
{
    ngx_http_labels_observe(histogram, ngx_http_labels_time_bounds, ms);
}


void
ngx_http_labels_observe_operations(ngx_http_labels_histogram_t *histogram,
    ngx_uint_t n)
{
    ngx_http_labels_observe(histogram, ngx_http_labels_operations_bounds, n);
}


static void
ngx_http_labels_observe(ngx_http_labels_histogram_t *histogram,
    ngx_uint_t *bounds, ngx_uint_t value)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_HTTP_LABELS_METRICS_BUCKETS - 1; i++) {
        if (value <= bounds[i]) {
            break;
        }
    }

    (void) ngx_atomic_fetch_add(&histogram->sum, value);
    ngx_http_labels_count(histogram->buckets[i]);
}
