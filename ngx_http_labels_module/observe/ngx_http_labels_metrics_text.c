/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * The exposition: tables of the families, and the lines that they become.
 */


#include "ngx_http_labels_metrics.h"


#define NGX_HTTP_LABELS_METRICS_BUFFER  8192

/* a line's name, numbers and words, without the name of a database */
#define NGX_HTTP_LABELS_METRICS_LINE    512


typedef enum {
    NGX_HTTP_LABELS_METRIC_COUNTER = 0,  /* ngx_atomic_t */
    NGX_HTTP_LABELS_METRIC_GAUGE,        /* uint32_t */
    NGX_HTTP_LABELS_METRIC_TIMES,        /* histograms */
    NGX_HTTP_LABELS_METRIC_NUMBERS
} ngx_http_labels_metric_e;


typedef struct {
    char                             *name;
    char                             *help;
    ngx_http_labels_metric_e          type;
    size_t                            offset;
    char                             *label;  /* NULL: a single value */
    ngx_str_t                        *values; /* NULL: the states */
} ngx_http_labels_metric_t;


typedef struct {
    ngx_pool_t                       *pool;
    ngx_chain_t                      *first;
    ngx_chain_t                      *last;
    ngx_http_labels_metrics_t        *metrics;
    ngx_http_labels_metrics_words_t  *words;
    ngx_http_labels_gauges_t         *gauges; /* sums, per database */
    ngx_str_t                        *names;  /* of databases, escaped */
    ngx_flag_t                        failed;
} ngx_http_labels_text_t;


static void ngx_http_labels_text_requests(ngx_http_labels_text_t *t);
static void ngx_http_labels_text_outcomes(ngx_http_labels_text_t *t);
static void ngx_http_labels_text_durations(ngx_http_labels_text_t *t);
static void ngx_http_labels_text_databases(ngx_http_labels_text_t *t);
static void ngx_http_labels_text_lanes(ngx_http_labels_text_t *t,
    ngx_http_labels_metric_t *metric);
static void ngx_http_labels_text_metric(ngx_http_labels_text_t *t,
    ngx_http_labels_metric_t *metric, u_char *set, ngx_str_t *labels);
static void ngx_http_labels_text_histogram(ngx_http_labels_text_t *t,
    ngx_http_labels_metric_t *metric, ngx_http_labels_histogram_t *histogram,
    ngx_str_t *labels);
static void ngx_http_labels_text_head(ngx_http_labels_text_t *t, char *name,
    char *type, char *help);
static ngx_buf_t *ngx_http_labels_text_reserve(ngx_http_labels_text_t *t,
    size_t size);
static ngx_int_t ngx_http_labels_text_prepare(ngx_http_labels_text_t *t);


static ngx_str_t  ngx_http_labels_failure_names[] = {
    ngx_string("contention"),
    ngx_string("statement"),
    ngx_string("commit"),
    ngx_string("connection"),
    ngx_null_string
};


static ngx_str_t  ngx_http_labels_rerun_names[] = {
    ngx_string("contention"),
    ngx_string("error"),
    ngx_string("neighbour"),
    ngx_string("connection"),
    ngx_string("ambiguous"),
    ngx_null_string
};


static ngx_str_t  ngx_http_labels_reason_names[] = {
    ngx_string("queue"),
    ngx_string("credential"),
    ngx_string("down"),
    ngx_string("deadline"),
    ngx_string("attempts"),
    ngx_null_string
};


#define ngx_http_labels_of_lane(member)                                       \
    offsetof(ngx_http_labels_lane_metrics_t, member)

static ngx_http_labels_metric_t  ngx_http_labels_lane_families[] = {

    { "labels_operations_queued", "Operations that wait for a connection.",
      NGX_HTTP_LABELS_METRIC_GAUGE,
      offsetof(ngx_http_labels_lane_gauges_t, queued), NULL, NULL },

    { "labels_operations_in_flight", "Operations sent and not answered.",
      NGX_HTTP_LABELS_METRIC_GAUGE,
      offsetof(ngx_http_labels_lane_gauges_t, in_flight), NULL, NULL },

    { "labels_connections", "Connections to PostgreSQL by state.",
      NGX_HTTP_LABELS_METRIC_GAUGE,
      offsetof(ngx_http_labels_lane_gauges_t, connections), "state", NULL },

    { "labels_connects_total", "Connections made and prepared.",
      NGX_HTTP_LABELS_METRIC_COUNTER,
      ngx_http_labels_of_lane(connects), NULL, NULL },

    { "labels_connect_failures_total", "Attempts to connect that failed.",
      NGX_HTTP_LABELS_METRIC_COUNTER,
      ngx_http_labels_of_lane(connect_failures), NULL, NULL },

    { "labels_connections_lost_total", "Connections lost after preparing.",
      NGX_HTTP_LABELS_METRIC_COUNTER,
      ngx_http_labels_of_lane(connections_lost), NULL, NULL },

    { "labels_batch_operations", "Operations in a batch that was sent.",
      NGX_HTTP_LABELS_METRIC_NUMBERS,
      ngx_http_labels_of_lane(batch_operations), NULL, NULL },

    { "labels_batch_duration_seconds",
      "Time in the database, from sending a batch to its commit or rollback.",
      NGX_HTTP_LABELS_METRIC_TIMES,
      ngx_http_labels_of_lane(batch_time), NULL, NULL },

    { "labels_batch_failures_total", "Batches that were not committed.",
      NGX_HTTP_LABELS_METRIC_COUNTER,
      ngx_http_labels_of_lane(batch_failures), "error",
      ngx_http_labels_failure_names },

    { "labels_reruns_total", "Operations run again.",
      NGX_HTTP_LABELS_METRIC_COUNTER,
      ngx_http_labels_of_lane(reruns), "reason", ngx_http_labels_rerun_names },

    { "labels_isolated_total", "Operations moved to the isolation lane.",
      NGX_HTTP_LABELS_METRIC_COUNTER,
      ngx_http_labels_of_lane(isolated), NULL, NULL },

    { "labels_unavailable_total", "Operations that were given up.",
      NGX_HTTP_LABELS_METRIC_COUNTER,
      ngx_http_labels_of_lane(unavailable), "reason",
      ngx_http_labels_reason_names },

    { "labels_commit_unknown_total",
      "Operations answered without knowing whether they were committed.",
      NGX_HTTP_LABELS_METRIC_COUNTER,
      ngx_http_labels_of_lane(commit_unknown), NULL, NULL },

    { NULL, NULL, 0, 0, NULL, NULL }
};


static ngx_http_labels_metric_t  ngx_http_labels_duration_family = {
    "labels_request_duration_seconds",
    "Time from the first byte of a request to the last of its answer.",
    NGX_HTTP_LABELS_METRIC_TIMES, 0, NULL, NULL
};


ngx_chain_t *
ngx_http_labels_metrics_text(ngx_pool_t *pool,
    ngx_http_labels_metrics_t *metrics, ngx_http_labels_metrics_words_t *words)
{
    ngx_http_labels_text_t     t;
    ngx_http_labels_metric_t  *metric;

    ngx_memzero(&t, sizeof(ngx_http_labels_text_t));

    t.pool = pool;
    t.metrics = metrics;
    t.words = words;

    if (ngx_http_labels_text_prepare(&t) != NGX_OK) {
        return NULL;
    }

    ngx_http_labels_text_requests(&t);
    ngx_http_labels_text_outcomes(&t);
    ngx_http_labels_text_durations(&t);
    ngx_http_labels_text_databases(&t);

    for (metric = ngx_http_labels_lane_families; metric->name; metric++) {
        ngx_http_labels_text_lanes(&t, metric);
    }

    if (t.failed) {
        return NULL;
    }

    t.last->buf->last_buf = 1;
    t.last->buf->last_in_chain = 1;

    return t.first;
}


static ngx_int_t
ngx_http_labels_text_prepare(ngx_http_labels_text_t *t)
{
    u_char      *p, *last;
    ngx_uint_t   i, n;

    n = t->metrics->ndatabases;

    t->gauges = ngx_palloc(t->pool, n * sizeof(ngx_http_labels_gauges_t));
    t->names = ngx_palloc(t->pool, n * sizeof(ngx_str_t));

    if (t->gauges == NULL || t->names == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < n; i++) {
        ngx_http_labels_metrics_sum(t->metrics->databases[i], &t->gauges[i]);

        t->names[i].data = ngx_pnalloc(t->pool, 2 * t->metrics->names[i].len);
        if (t->names[i].data == NULL) {
            return NGX_ERROR;
        }

        last = t->names[i].data;

        for (p = t->metrics->names[i].data;
             p < t->metrics->names[i].data + t->metrics->names[i].len;
             p++)
        {
            if (*p == '"' || *p == '\\' || *p == '\n') {
                *last++ = '\\';
            }

            *last++ = (*p == '\n') ? 'n' : *p;
        }

        t->names[i].len = last - t->names[i].data;
    }

    return NGX_OK;
}


/* what has not happened is left out: there are many combinations */

static void
ngx_http_labels_text_requests(ngx_http_labels_text_t *t)
{
    ngx_buf_t                          *b;
    ngx_str_t                          *kind;
    ngx_uint_t                          i, k, status;
    ngx_atomic_uint_t                   n;
    ngx_http_labels_dialect_metrics_t  *dialect;

    static ngx_str_t  none = ngx_string("none");

    ngx_http_labels_text_head(t, "labels_requests_total", "counter",
                              "Requests by kind of operation and status.");

    for (i = 0; t->words->dialects[i].len; i++) {
        dialect = &t->metrics->shared->dialects[i];

        for (k = 0; k <= NGX_HTTP_LABELS_NO_KIND; k++) {
            kind = (k == NGX_HTTP_LABELS_NO_KIND)
                   ? &none : ngx_http_labels_kind_name(k);

            for (status = 0; status < 5; status++) {
                n = dialect->requests[k][status];
                b = n ? ngx_http_labels_text_reserve(t, 0) : NULL;

                if (b) {
                    b->last = ngx_sprintf(b->last,
                                  "labels_requests_total{dialect=\"%V\","
                                  "kind=\"%V\",status=\"%uixx\"} %uA\n",
                                  &t->words->dialects[i], kind, status + 1, n);
                }
            }
        }
    }
}


static void
ngx_http_labels_text_outcomes(ngx_http_labels_text_t *t)
{
    ngx_buf_t          *b;
    ngx_str_t          *outcome;
    ngx_uint_t          i, k;
    ngx_atomic_uint_t   n;

    static ngx_str_t  none = ngx_string("rejected");

    ngx_http_labels_text_head(t, "labels_outcomes_total", "counter",
                              "Requests by outcome, as $labels_outcome.");

    for (i = 0; t->words->dialects[i].len; i++) {
        for (k = 0; k <= NGX_HTTP_LABELS_NO_OUTCOME; k++) {
            n = t->metrics->shared->dialects[i].outcomes[k];
            b = n ? ngx_http_labels_text_reserve(t, 0) : NULL;

            if (b) {
                outcome = (k == NGX_HTTP_LABELS_NO_OUTCOME)
                          ? &none : ngx_http_labels_outcome_name(k);

                b->last = ngx_sprintf(b->last,
                              "labels_outcomes_total{dialect=\"%V\","
                              "outcome=\"%V\"} %uA\n",
                              &t->words->dialects[i], outcome, n);
            }
        }
    }
}


static void
ngx_http_labels_text_durations(ngx_http_labels_text_t *t)
{
    u_char      text[64];
    ngx_str_t   labels;
    ngx_uint_t  i;

    ngx_http_labels_text_head(t, ngx_http_labels_duration_family.name,
                              "histogram",
                              ngx_http_labels_duration_family.help);

    labels.data = text;

    for (i = 0; t->words->dialects[i].len; i++) {
        labels.len = ngx_snprintf(text, sizeof(text), "dialect=\"%V\"",
                                  &t->words->dialects[i])
                     - text;

        ngx_http_labels_text_histogram(t, &ngx_http_labels_duration_family,
                              &t->metrics->shared->dialects[i].duration,
                              &labels);
    }
}


static void
ngx_http_labels_text_databases(ngx_http_labels_text_t *t)
{
    ngx_buf_t   *b;
    ngx_uint_t   i;

    ngx_http_labels_text_head(t, "labels_database_up", "gauge",
                              "Whether the last attempt to connect succeeded.");

    for (i = 0; i < t->metrics->ndatabases; i++) {
        b = ngx_http_labels_text_reserve(t, t->names[i].len);

        if (b) {
            b->last = ngx_sprintf(b->last,
                                  "labels_database_up{database=\"%V\"} %uA\n",
                                  &t->names[i], t->metrics->databases[i]->up);
        }
    }

    ngx_http_labels_text_head(t, "labels_database_backoff", "gauge",
                              "Processes that pause between attempts.");

    for (i = 0; i < t->metrics->ndatabases; i++) {
        b = ngx_http_labels_text_reserve(t, t->names[i].len);

        if (b) {
            b->last = ngx_sprintf(b->last,
                                  "labels_database_backoff{database=\"%V\"} "
                                  "%uD\n",
                                  &t->names[i], t->gauges[i].backoff);
        }
    }
}


static void
ngx_http_labels_text_lanes(ngx_http_labels_text_t *t,
    ngx_http_labels_metric_t *metric)
{
    u_char      *set;
    ngx_str_t    labels;
    ngx_uint_t   i, lane;

    static char  *types[] = { "counter", "gauge", "histogram", "histogram" };

    ngx_http_labels_text_head(t, metric->name, types[metric->type],
                              metric->help);

    for (i = 0; i < t->metrics->ndatabases; i++) {

        labels.data = ngx_pnalloc(t->pool, t->names[i].len
                                           + NGX_HTTP_LABELS_METRICS_LINE);
        if (labels.data == NULL) {
            t->failed = 1;
            return;
        }

        for (lane = 0; t->words->lanes[lane].len; lane++) {
            labels.len = ngx_sprintf(labels.data,
                                     "database=\"%V\",lane=\"%V\"",
                                     &t->names[i], &t->words->lanes[lane])
                         - labels.data;

            set = (metric->type == NGX_HTTP_LABELS_METRIC_GAUGE)
                  ? (u_char *) &t->gauges[i].lanes[lane]
                  : (u_char *) &t->metrics->databases[i]->lanes[lane];

            ngx_http_labels_text_metric(t, metric, set, &labels);
        }
    }
}


static void
ngx_http_labels_text_metric(ngx_http_labels_text_t *t,
    ngx_http_labels_metric_t *metric, u_char *set, ngx_str_t *labels)
{
    ngx_buf_t          *b;
    ngx_str_t          *values;
    ngx_uint_t          i;
    ngx_atomic_uint_t   n;

    set += metric->offset;

    if (metric->type >= NGX_HTTP_LABELS_METRIC_TIMES) {
        ngx_http_labels_text_histogram(t, metric,
                                       (ngx_http_labels_histogram_t *) set,
                                       labels);
        return;
    }

    values = metric->values ? metric->values : t->words->states;
    i = 0;

    do {
        b = ngx_http_labels_text_reserve(t, labels->len);
        if (b == NULL) {
            return;
        }

        n = (metric->type == NGX_HTTP_LABELS_METRIC_GAUGE)
            ? ((uint32_t *) set)[i] : ((ngx_atomic_t *) set)[i];

        b->last = ngx_sprintf(b->last, "%s{%V", metric->name, labels);

        if (metric->label) {
            b->last = ngx_sprintf(b->last, ",%s=\"%V\"", metric->label,
                                  &values[i]);
        }

        b->last = ngx_sprintf(b->last, "} %uA\n", n);

    } while (metric->label && values[++i].len);
}


static void
ngx_http_labels_text_histogram(ngx_http_labels_text_t *t,
    ngx_http_labels_metric_t *metric, ngx_http_labels_histogram_t *histogram,
    ngx_str_t *labels)
{
    ngx_buf_t          *b;
    ngx_uint_t          i, bound;
    ngx_atomic_uint_t   n, sum;

    n = 0;

    for (i = 0; i < NGX_HTTP_LABELS_METRICS_BUCKETS; i++) {
        n += histogram->buckets[i];

        b = ngx_http_labels_text_reserve(t, labels->len);
        if (b == NULL) {
            return;
        }

        b->last = ngx_sprintf(b->last, "%s_bucket{%V,le=\"", metric->name,
                              labels);

        if (i == NGX_HTTP_LABELS_METRICS_BUCKETS - 1) {
            b->last = ngx_cpymem(b->last, "+Inf", 4);

        } else if (metric->type == NGX_HTTP_LABELS_METRIC_TIMES) {
            bound = ngx_http_labels_time_bounds[i];
            b->last = ngx_sprintf(b->last, "%ui.%03ui", bound / 1000,
                                  bound % 1000);

        } else {
            b->last = ngx_sprintf(b->last, "%ui",
                                  ngx_http_labels_operations_bounds[i]);
        }

        b->last = ngx_sprintf(b->last, "\"} %uA\n", n);
    }

    sum = histogram->sum;

    b = ngx_http_labels_text_reserve(t, 2 * labels->len);
    if (b == NULL) {
        return;
    }

    if (metric->type == NGX_HTTP_LABELS_METRIC_TIMES) {
        b->last = ngx_sprintf(b->last, "%s_sum{%V} %uA.%03uA\n",
                              metric->name, labels, sum / 1000, sum % 1000);

    } else {
        b->last = ngx_sprintf(b->last, "%s_sum{%V} %uA\n", metric->name,
                              labels, sum);
    }

    b->last = ngx_sprintf(b->last, "%s_count{%V} %uA\n", metric->name, labels,
                          n);
}


static void
ngx_http_labels_text_head(ngx_http_labels_text_t *t, char *name, char *type,
    char *help)
{
    ngx_buf_t  *b;

    b = ngx_http_labels_text_reserve(t, 0);

    if (b) {
        b->last = ngx_sprintf(b->last, "# HELP %s %s\n# TYPE %s %s\n", name,
                              help, name, type);
    }
}


/* a buffer with room for a line and so many bytes more */

static ngx_buf_t *
ngx_http_labels_text_reserve(ngx_http_labels_text_t *t, size_t size)
{
    ngx_buf_t    *b;
    ngx_chain_t  *cl;

    size += NGX_HTTP_LABELS_METRICS_LINE;

    if (t->last && (size_t) (t->last->buf->end - t->last->buf->last) >= size) {
        return t->last->buf;
    }

    b = ngx_create_temp_buf(t->pool,
                            ngx_max(size, NGX_HTTP_LABELS_METRICS_BUFFER));
    cl = ngx_alloc_chain_link(t->pool);

    if (b == NULL || cl == NULL) {
        t->failed = 1;
        return NULL;
    }

    cl->buf = b;
    cl->next = NULL;

    if (t->last) {
        t->last->next = cl;

    } else {
        t->first = cl;
    }

    t->last = cl;

    return b;
}
