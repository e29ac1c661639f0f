/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * The life of a request: route, credential, body, operation, answer.
 */


#include "ngx_http_labels_module.h"


static ngx_int_t ngx_http_labels_refuse(ngx_http_labels_ctx_t *ctx,
    ngx_int_t rc);
static ngx_int_t ngx_http_labels_read_body(ngx_http_labels_ctx_t *ctx);
static void ngx_http_labels_read_body_handler(ngx_http_request_t *r);
static void ngx_http_labels_body_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_labels_start(ngx_http_labels_ctx_t *ctx);
static ngx_int_t ngx_http_labels_parse(ngx_http_labels_ctx_t *ctx,
    ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_submit(ngx_http_labels_ctx_t *ctx,
    ngx_http_labels_operation_t *op);
static void ngx_http_labels_done(ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_answer(ngx_http_labels_ctx_t *ctx,
    ngx_http_labels_operation_t *op);
static void ngx_http_labels_hide_query(ngx_http_request_t *r);
static void ngx_http_labels_cleanup(void *data);


ngx_int_t
ngx_http_labels_handler(ngx_http_request_t *r)
{
    ngx_int_t                    rc;
    ngx_http_labels_ctx_t       *ctx;
    ngx_http_labels_exchange_t  *ex;
    ngx_http_labels_loc_conf_t  *llcf;

    if (r != r->main) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "labels locations serve no subrequests");
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    llcf = ngx_http_get_module_loc_conf(r, ngx_http_labels_module);

    ctx = ngx_http_labels_ctx(r, llcf->dialect);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ex = ctx->exchange;

    if (r->headers_in.content_length_n > (off_t) llcf->max_body) {
        return ngx_http_labels_refuse(ctx, ngx_http_labels_problem(ex,
                                          NGX_HTTP_LABELS_PROBLEM_TOO_LARGE));
    }

    rc = ngx_http_labels_exchange_route(ex);

    if (rc != NGX_OK) {
        return ngx_http_labels_refuse(ctx, rc);
    }

    ctx->operation_name = &ex->route->name;

    if (ex->dialect->precondition) {
        rc = ex->dialect->precondition(ex);

        if (rc != NGX_OK) {
            return ngx_http_labels_refuse(ctx, rc);
        }
    }

    rc = ex->dialect->credential(ex);

    if (rc != NGX_OK && rc != NGX_AGAIN) {
        return ngx_http_labels_refuse(ctx, rc);
    }

    if (ex->route->body) {
        return ngx_http_labels_read_body(ctx);
    }

    rc = ngx_http_discard_request_body(r);

    if (rc != NGX_OK) {
        return rc;
    }

    return ngx_http_labels_start(ctx);
}


/* rc is that of a hook: a problem, an answer made already, or no memory */

static ngx_int_t
ngx_http_labels_refuse(ngx_http_labels_ctx_t *ctx, ngx_int_t rc)
{
    ngx_int_t            status;
    ngx_http_request_t  *r;

    r = ctx->request;

    if (rc == NGX_ERROR) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    /* no "100 Continue" for a body that nobody wants */

    r->expect_tested = 1;

    status = ngx_http_discard_request_body(r);

    if (status != NGX_OK) {
        return status;
    }

    return (rc == NGX_DONE) ? ngx_http_labels_reply(ctx)
                            : ngx_http_labels_reply_problem(ctx);
}


static ngx_int_t
ngx_http_labels_read_body(ngx_http_labels_ctx_t *ctx)
{
    ngx_int_t            rc;
    ngx_http_request_t  *r;

    r = ctx->request;
    r->request_body_in_single_buf = 1;

    rc = ngx_http_read_client_request_body(r, ngx_http_labels_body_handler);

    if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
        return rc;
    }

    if (rc == NGX_AGAIN) {
        ctx->read_body = r->read_event_handler;
        r->read_event_handler = ngx_http_labels_read_body_handler;
    }

    return NGX_DONE;
}


/* nginx would close the connection of a body that is late without an answer */

static void
ngx_http_labels_read_body_handler(ngx_http_request_t *r)
{
    ngx_http_labels_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_labels_module);

    if (!r->connection->read->timedout) {
        ctx->read_body(r);
        return;
    }

    r->connection->read->timedout = 0;
    r->keepalive = 0;

    (void) ngx_http_labels_problem(ctx->exchange,
                                   NGX_HTTP_LABELS_PROBLEM_BODY_TIMEOUT);

    ngx_http_finalize_request(r, ngx_http_labels_reply_problem(ctx));
}


static void
ngx_http_labels_body_handler(ngx_http_request_t *r)
{
    ngx_int_t                    rc;
    ngx_http_labels_ctx_t       *ctx;
    ngx_http_labels_exchange_t  *ex;
    ngx_http_labels_loc_conf_t  *llcf;

    ctx = ngx_http_get_module_ctx(r, ngx_http_labels_module);
    llcf = ngx_http_get_module_loc_conf(r, ngx_http_labels_module);
    ex = ctx->exchange;

    if (ngx_http_labels_body(r, &ex->body) != NGX_OK) {
        rc = NGX_HTTP_INTERNAL_SERVER_ERROR;

    } else if (ex->body.len > llcf->max_body) {
        (void) ngx_http_labels_problem(ex, NGX_HTTP_LABELS_PROBLEM_TOO_LARGE);
        rc = ngx_http_labels_reply_problem(ctx);

    } else {
        rc = ngx_http_labels_start(ctx);
    }

    ngx_http_finalize_request(r, rc);
}


/* returns NGX_DONE while the database works; the request is counted for it */

static ngx_int_t
ngx_http_labels_start(ngx_http_labels_ctx_t *ctx)
{
    ngx_int_t                     rc;
    ngx_http_labels_operation_t  *op;

    op = ngx_http_labels_operation_create(ctx->exchange->route->kind,
                                          ctx->request->connection->log);
    if (op == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_http_labels_parse(ctx, op);

    if (rc == NGX_OK) {
        return ngx_http_labels_submit(ctx, op);
    }

    ngx_http_labels_operation_destroy(op);

    return (rc == NGX_ERROR) ? NGX_HTTP_INTERNAL_SERVER_ERROR
                             : ngx_http_labels_reply_problem(ctx);
}


static ngx_int_t
ngx_http_labels_parse(ngx_http_labels_ctx_t *ctx,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t                    rc;
    ngx_str_t                    digest;
    ngx_http_labels_exchange_t  *ex;

    ex = ctx->exchange;
    ex->operation = op;

    op->p.dialect = ex->dialect->name;
    op->p.kinds = ex->route->kinds;
    op->p.scopes = ex->route->scopes;
    op->p.action = ex->route->action;

    rc = ex->route->parse(ex, op);

    if (rc == NGX_ERROR || rc == NGX_DONE) {
        return rc;
    }

    if (rc == NGX_DECLINED) {

        /* first things first: is the credential good? */

        op->kind = NGX_HTTP_LABELS_AUTHORIZE;
        ctx->deferred = 1;
    }

    ngx_http_labels_digest_token(ctx);

    if (op->p.account.len) {
        ctx->account.len = op->p.account.len;
        ctx->account.data = ngx_pstrdup(ex->pool, &op->p.account);
    }

    if (ex->verified) {
        return NGX_OK;
    }

    digest.len = sizeof(ex->digest);
    digest.data = ex->digest;

    op->p.digest = ngx_http_labels_operation_copy(op, &digest);

    return op->p.digest.data ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_http_labels_submit(ngx_http_labels_ctx_t *ctx,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t                    rc;
    ngx_http_request_t          *r;
    ngx_http_labels_loc_conf_t  *llcf;

    r = ctx->request;
    llcf = ngx_http_get_module_loc_conf(r, ngx_http_labels_module);

    op->data = ctx;
    op->handler = ngx_http_labels_done;
    ctx->operation = op;

    if (ngx_http_labels_pg_submit(llcf->database, op) == NGX_OK) {

        /* a client that leaves is logged as such; the change is not undone */

        r->read_event_handler = ngx_http_test_reading;
        r->write_event_handler = ngx_http_request_empty_handler;

        r->main->count++;

        return NGX_DONE;
    }

    ctx->operation = NULL;

    rc = ngx_http_labels_answer(ctx, op);

    ngx_http_labels_operation_destroy(op);

    return rc;
}


static void
ngx_http_labels_done(ngx_http_labels_operation_t *op)
{
    ngx_int_t               rc;
    ngx_connection_t       *c;
    ngx_http_request_t     *r;
    ngx_http_labels_ctx_t  *ctx;

    ctx = op->data;
    r = ctx->request;
    c = r->connection;

    ctx->operation = NULL;

    ngx_http_set_log_request(c->log, r);

    rc = ngx_http_labels_answer(ctx, op);

    ngx_http_finalize_request(r, rc);

    ngx_http_run_posted_requests(c);
}


static ngx_int_t
ngx_http_labels_answer(ngx_http_labels_ctx_t *ctx,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t                    rc;
    ngx_http_labels_exchange_t  *ex;

    ex = ctx->exchange;
    ex->operation = op;

    ctx->outcome = ngx_http_labels_outcome_name(op->outcome);
    ctx->batch = op->batch;
    ctx->database_time = op->database_time;

    switch (op->outcome) {

    case NGX_HTTP_LABELS_REFUSED:
        rc = ngx_http_labels_refused(ex, op->refusal);
        break;

    case NGX_HTTP_LABELS_BUSY:
        rc = ngx_http_labels_problem(ex, NGX_HTTP_LABELS_PROBLEM_BUSY);
        break;

    case NGX_HTTP_LABELS_UNAVAILABLE:
        rc = ngx_http_labels_problem(ex, NGX_HTTP_LABELS_PROBLEM_UNAVAILABLE);
        break;

    case NGX_HTTP_LABELS_COMMIT_UNKNOWN:
        rc = ngx_http_labels_problem(ex,
                                     NGX_HTTP_LABELS_PROBLEM_COMMIT_UNKNOWN);
        break;

    case NGX_HTTP_LABELS_TARGET_BUSY:
    case NGX_HTTP_LABELS_FAILED:
    case NGX_HTTP_LABELS_OUTCOMES:
        rc = ngx_http_labels_problem(ex, NGX_HTTP_LABELS_PROBLEM_INTERNAL);
        break;

    default:
        rc = ctx->deferred ? NGX_DECLINED : ex->route->render(ex, op);
        break;
    }

    /* the operation's memory goes with it */

    ex->operation = NULL;

    switch (rc) {

    case NGX_OK:
        return ngx_http_labels_reply(ctx);

    case NGX_DECLINED:
        return ngx_http_labels_reply_problem(ctx);

    default:
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
}


ngx_http_labels_ctx_t *
ngx_http_labels_ctx(ngx_http_request_t *r, ngx_http_labels_dialect_t *dialect)
{
    ngx_http_cleanup_t          *cln;
    ngx_http_labels_ctx_t       *ctx;
    ngx_http_labels_loc_conf_t  *llcf;

    ctx = ngx_http_get_module_ctx(r, ngx_http_labels_module);

    if (ctx || dialect == NULL) {
        return ctx;
    }

    cln = ngx_http_cleanup_add(r, 0);
    if (cln == NULL) {
        return NULL;
    }

    ctx = ngx_pcalloc(r->pool, sizeof(ngx_http_labels_ctx_t));
    if (ctx == NULL) {
        return NULL;
    }

    ctx->request = r;
    ctx->exchange = ngx_http_labels_exchange_create(r, dialect);

    if (ctx->exchange == NULL) {
        return NULL;
    }

    llcf = ngx_http_get_module_loc_conf(r, ngx_http_labels_module);

    ctx->exchange->cap = llcf->cap;
    ctx->exchange->jwt_keys = llcf->jwt_keys;
    ctx->exchange->rate = (r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))
                          ? &llcf->read_rate : &llcf->write_rate;

    if (ctx->exchange->rate->limit == 0) {
        ctx->exchange->rate = NULL;
    }

    if (llcf->database) {
        ctx->exchange->retry_after = llcf->database->retry_after;
    }

    if (dialect->secret_query) {
        ngx_http_labels_hide_query(r);
    }

    cln->handler = ngx_http_labels_cleanup;
    cln->data = ctx;

    ngx_http_set_ctx(r, ctx, ngx_http_labels_module);

    return ctx;
}


/* nginx writes the request line to its logs, and $request into many others' */

static void
ngx_http_labels_hide_query(ngx_http_request_t *r)
{
    u_char  *p;

    p = ngx_strlchr(r->request_line.data,
                    r->request_line.data + r->request_line.len, '?');

    if (p) {
        r->request_line.len = p - r->request_line.data;
    }
}


ngx_http_labels_ctx_t *
ngx_http_labels_find_ctx(ngx_http_request_t *r)
{
    ngx_http_cleanup_t     *cln;
    ngx_http_labels_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_labels_module);

    if (ctx) {
        return ctx;
    }

    /* an internal redirect has wiped it */

    for (cln = r->main->cleanup; cln; cln = cln->next) {
        if (cln->handler == ngx_http_labels_cleanup) {
            return cln->data;
        }
    }

    return NULL;
}


/* the request goes; what the engine has of it goes on without */

static void
ngx_http_labels_cleanup(void *data)
{
    ngx_http_labels_ctx_t *ctx = data;

    if (ctx->operation) {
        ctx->operation->handler = NULL;
        ctx->operation = NULL;
    }
}
