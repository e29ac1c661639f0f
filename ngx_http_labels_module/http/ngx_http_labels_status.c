/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * What operators ask: the metrics, and whether requests would be served.
 */


#include "ngx_http_labels_module.h"


/* shorter than what load balancers wait for */
#define NGX_HTTP_LABELS_READY_TIMEOUT  1000


/* a question on its way; it outlives neither the request nor the operation */

typedef struct {
    ngx_http_request_t           *request;
    ngx_http_labels_operation_t  *operation;
} ngx_http_labels_ready_t;


static ngx_int_t ngx_http_labels_status_log(ngx_http_request_t *r);
static ngx_uint_t ngx_http_labels_status_outcome(ngx_http_labels_ctx_t *ctx);
static ngx_int_t ngx_http_labels_status_method(ngx_http_request_t *r);
static ngx_int_t ngx_http_labels_status_send(ngx_http_request_t *r,
    ngx_uint_t status, char *type, size_t len, ngx_chain_t *out);
static void ngx_http_labels_ready_done(ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_ready_answer(ngx_http_request_t *r,
    ngx_http_labels_outcome_e outcome);
static void ngx_http_labels_ready_cleanup(void *data);


ngx_int_t
ngx_http_labels_status_init(ngx_conf_t *cf)
{
    ngx_uint_t                     i;
    ngx_http_handler_pt           *handler;
    ngx_http_labels_database_t   **db;
    ngx_http_core_main_conf_t     *cmcf;
    ngx_http_labels_main_conf_t   *lmcf;

    lmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_labels_module);

    if (lmcf->databases.nelts == 0) {
        return NGX_OK;
    }

    lmcf->metrics = ngx_http_labels_metrics_create(cf, lmcf->databases.nelts,
                                                   &ngx_http_labels_module);
    if (lmcf->metrics == NULL) {
        return NGX_ERROR;
    }

    db = lmcf->databases.elts;

    for (i = 0; i < lmcf->databases.nelts; i++) {
        lmcf->metrics->names[i] = db[i]->name;
    }

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    handler = ngx_array_push(&cmcf->phases[NGX_HTTP_LOG_PHASE].handlers);
    if (handler == NULL) {
        return NGX_ERROR;
    }

    *handler = ngx_http_labels_status_log;

    return NGX_OK;
}


static ngx_int_t
ngx_http_labels_status_log(ngx_http_request_t *r)
{
    ngx_int_t                           ms;
    ngx_uint_t                          i, kind, status;
    ngx_time_t                         *tp;
    ngx_http_labels_ctx_t              *ctx;
    ngx_http_labels_exchange_t         *ex;
    ngx_http_labels_main_conf_t        *lmcf;
    ngx_http_labels_dialect_metrics_t  *metrics;

    ctx = (r == r->main) ? ngx_http_labels_find_ctx(r) : NULL;

    if (ctx == NULL) {
        return NGX_OK;
    }

    ex = ctx->exchange;

    for (i = 0; i < NGX_HTTP_LABELS_METRICS_DIALECTS - 1; i++) {
        if (ngx_http_labels_dialects[i] == ex->dialect) {
            break;
        }
    }

    lmcf = ngx_http_get_module_main_conf(r, ngx_http_labels_module);
    metrics = &lmcf->metrics->shared->dialects[i];

    kind = ex->route ? ex->route->kind : NGX_HTTP_LABELS_NO_KIND;
    status = r->err_status ? r->err_status : r->headers_out.status;
    status = ngx_max(ngx_min(status / 100, 5), 1);

    tp = ngx_timeofday();
    ms = (ngx_int_t) ((tp->sec - r->start_sec) * 1000
                      + (tp->msec - r->start_msec));

    ngx_http_labels_count(metrics->requests[kind][status - 1]);
    ngx_http_labels_count(
        metrics->outcomes[ngx_http_labels_status_outcome(ctx)]);
    ngx_http_labels_observe_time(&metrics->duration, ngx_max(ms, 0));

    return NGX_OK;
}


static ngx_uint_t
ngx_http_labels_status_outcome(ngx_http_labels_ctx_t *ctx)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_HTTP_LABELS_OUTCOMES; i++) {
        if (ctx->outcome == ngx_http_labels_outcome_name(i)) {
            return i;
        }
    }

    return NGX_HTTP_LABELS_NO_OUTCOME;
}


ngx_int_t
ngx_http_labels_status_handler(ngx_http_request_t *r)
{
    size_t                            len;
    ngx_int_t                         rc;
    ngx_str_t                        *dialects;
    ngx_uint_t                        i;
    ngx_chain_t                      *out, *cl;
    ngx_http_labels_main_conf_t      *lmcf;
    ngx_http_labels_metrics_words_t   words;

    rc = ngx_http_labels_status_method(r);

    if (rc != NGX_OK) {
        return rc;
    }

    lmcf = ngx_http_get_module_main_conf(r, ngx_http_labels_module);

    if (lmcf->metrics == NULL) {
        return NGX_HTTP_NOT_FOUND;
    }

    dialects = ngx_pcalloc(r->pool, (NGX_HTTP_LABELS_METRICS_DIALECTS + 1)
                                    * sizeof(ngx_str_t));
    if (dialects == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    for (i = 0; ngx_http_labels_dialects[i]; i++) {
        dialects[i] = ngx_http_labels_dialects[i]->name;
    }

    words.dialects = dialects;
    words.lanes = ngx_http_labels_pg_lane_names;
    words.states = ngx_http_labels_pg_state_names;

    out = ngx_http_labels_metrics_text(r->pool, lmcf->metrics, &words);
    if (out == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    len = 0;

    for (cl = out; cl; cl = cl->next) {
        len += ngx_buf_size(cl->buf);
    }

    return ngx_http_labels_status_send(r, NGX_HTTP_OK,
                                       "text/plain; version=0.0.4", len, out);
}


static ngx_int_t
ngx_http_labels_status_method(ngx_http_request_t *r)
{
    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return NGX_HTTP_NOT_ALLOWED;
    }

    return ngx_http_discard_request_body(r);
}


static ngx_int_t
ngx_http_labels_status_send(ngx_http_request_t *r, ngx_uint_t status,
    char *type, size_t len, ngx_chain_t *out)
{
    ngx_int_t  rc;

    r->headers_out.status = status;
    r->headers_out.content_length_n = len;
    r->headers_out.content_type.data = (u_char *) type;
    r->headers_out.content_type.len = ngx_strlen(type);
    r->headers_out.content_type_len = r->headers_out.content_type.len;

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    return ngx_http_output_filter(r, out);
}


/*
 * Asks the database about a token that nobody has.  An answer, whatever it
 * says, proves the connection, the schema and the login; where requests are
 * refused because the database is away, so is this one.
 */

ngx_int_t
ngx_http_labels_ready_handler(ngx_http_request_t *r)
{
    ngx_int_t                     rc;
    ngx_str_t                     digest;
    ngx_http_cleanup_t           *cln;
    ngx_http_labels_ready_t      *ready;
    ngx_http_labels_loc_conf_t   *llcf;
    ngx_http_labels_operation_t  *op;

    static u_char  nobody[32];

    rc = ngx_http_labels_status_method(r);

    if (rc != NGX_OK) {
        return rc;
    }

    cln = ngx_http_cleanup_add(r, sizeof(ngx_http_labels_ready_t));
    if (cln == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    op = ngx_http_labels_operation_create(NGX_HTTP_LABELS_AUTHORIZE,
                                          r->connection->log);
    if (op == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    digest.len = sizeof(nobody);
    digest.data = nobody;

    op->p.dialect = ngx_http_labels_dialects[0]->name;
    op->p.digest = digest;
    op->data = cln->data;
    op->handler = ngx_http_labels_ready_done;
    op->timeout = NGX_HTTP_LABELS_READY_TIMEOUT;

    llcf = ngx_http_get_module_loc_conf(r, ngx_http_labels_module);

    if (ngx_http_labels_pg_submit(llcf->database, op) != NGX_OK) {
        rc = ngx_http_labels_ready_answer(r, op->outcome);
        ngx_http_labels_operation_destroy(op);
        return rc;
    }

    ready = cln->data;
    ready->request = r;
    ready->operation = op;

    cln->handler = ngx_http_labels_ready_cleanup;

    r->read_event_handler = ngx_http_test_reading;
    r->write_event_handler = ngx_http_request_empty_handler;
    r->main->count++;

    return NGX_DONE;
}


static void
ngx_http_labels_ready_done(ngx_http_labels_operation_t *op)
{
    ngx_connection_t         *c;
    ngx_http_request_t       *r;
    ngx_http_labels_ready_t  *ready;

    ready = op->data;
    ready->operation = NULL;

    r = ready->request;
    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    ngx_http_finalize_request(r, ngx_http_labels_ready_answer(r, op->outcome));
    ngx_http_run_posted_requests(c);
}


/* a full queue is load, which is no reason to send it to the others */

static ngx_int_t
ngx_http_labels_ready_answer(ngx_http_request_t *r,
    ngx_http_labels_outcome_e outcome)
{
    ngx_buf_t    *b;
    ngx_uint_t    status;
    ngx_chain_t   out;

    status = (outcome == NGX_HTTP_LABELS_UNAVAILABLE
              || outcome == NGX_HTTP_LABELS_FAILED)
             ? NGX_HTTP_SERVICE_UNAVAILABLE : NGX_HTTP_OK;

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (status == NGX_HTTP_OK) {
        b->pos = (u_char *) "ready\n";

    } else {
        b->pos = (u_char *) "unavailable\n";
    }

    b->last = b->pos + ngx_strlen(b->pos);
    b->memory = 1;
    b->last_buf = 1;
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    return ngx_http_labels_status_send(r, status, "text/plain",
                                       b->last - b->pos, &out);
}


static void
ngx_http_labels_ready_cleanup(void *data)
{
    ngx_http_labels_ready_t *ready = data;

    if (ready->operation) {
        ready->operation->handler = NULL;
    }
}
