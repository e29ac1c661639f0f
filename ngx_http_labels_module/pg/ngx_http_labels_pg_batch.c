/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * Batches: what waits in a lane becomes one pipeline with one Sync, that is
 * one transaction and one WAL flush.  One request's failure is its own: the
 * culprits are told apart and everybody else is run again.
 */


#include "ngx_http_labels_pg_pool.h"
#include "ngx_http_labels_pg_statement.h"


#define NGX_HTTP_LABELS_PG_MAX_ATTEMPTS  4
#define NGX_HTTP_LABELS_PG_MAX_BUSY      5

/* a command that sets up the transaction and belongs to no operation */
#define NGX_HTTP_LABELS_PG_SETTINGS      NGX_HTTP_LABELS_KINDS

/* the columns in front of those of the kind */

#define NGX_HTTP_LABELS_PG_REQUEST       0
#define NGX_HTTP_LABELS_PG_REFUSAL       1
#define NGX_HTTP_LABELS_PG_OUTCOME       2
#define NGX_HTTP_LABELS_PG_HEAD          3


/* what an SQLSTATE says about the operations of the batch */

typedef enum {
    NGX_HTTP_LABELS_PG_ERROR_CONNECTION = 0, /* another one may serve them */
    NGX_HTTP_LABELS_PG_ERROR_CONTENTION,     /* they met somebody's lock */
    NGX_HTTP_LABELS_PG_ERROR_OTHER
} ngx_http_labels_pg_error_e;


static void ngx_http_labels_pg_batch_group(ngx_http_labels_pg_batch_t *batch);
static ngx_int_t ngx_http_labels_pg_batch_write(
    ngx_http_labels_pg_connection_t *conn, ngx_http_labels_pg_batch_t *batch);
static void ngx_http_labels_pg_batch_free(ngx_http_labels_pg_batch_t *batch);
static void ngx_http_labels_pg_batch_failed(ngx_http_labels_pg_batch_t *batch,
    ngx_http_labels_pg_connection_t *conn, ngx_http_labels_pg_error_e error);
static ngx_http_labels_failure_e ngx_http_labels_pg_failure(
    ngx_http_labels_pg_batch_t *batch, ngx_http_labels_pg_error_e error);
static void ngx_http_labels_pg_batch_again(ngx_http_labels_operation_t *op,
    ngx_http_labels_pg_lane_e lane, ngx_http_labels_rerun_e reason);
static void ngx_http_labels_pg_batch_deliver(
    ngx_http_labels_pg_batch_t *batch);
static void ngx_http_labels_pg_command_deliver(
    ngx_http_labels_pg_command_t *cmd, ngx_http_labels_operation_t **ops);
static ngx_http_labels_outcome_e ngx_http_labels_pg_take_rows(
    ngx_http_labels_operation_t *op, PGresult *result, ngx_uint_t first,
    ngx_uint_t last);
static ngx_uint_t ngx_http_labels_pg_integer(PGresult *result, ngx_uint_t row,
    ngx_uint_t column);
static ngx_http_labels_pg_error_e ngx_http_labels_pg_error(char *sqlstate);


ngx_int_t
ngx_http_labels_pg_batch_send(ngx_http_labels_pg_connection_t *conn)
{
    ngx_http_labels_pg_batch_t  *batch;

    batch = ngx_http_labels_pg_collect(conn);

    if (batch == NULL) {
        return NGX_DECLINED;
    }

    ngx_http_labels_pg_batch_group(batch);

    batch->sent = ngx_current_msec;

    conn->batch = batch;
    conn->unsent = 1;

    ngx_http_labels_pg_set_state(conn, NGX_HTTP_LABELS_PG_BUSY);

    /*
     * Every operation gives up before; a server that is still silent then
     * would have its late answers taken for somebody else's.
     */

    ngx_add_timer(&conn->timer, conn->pool->db->request_timeout);

    if (ngx_http_labels_pg_batch_write(conn, batch) != NGX_OK) {
        conn->unsent = 1;
        ngx_http_labels_pg_lost(conn, NULL);
        return NGX_OK;
    }

    /* writing may have read answers, which no event will announce */

    if (!PQisBusy(conn->pg)) {
        ngx_post_event(conn->connection->read, &ngx_posted_events);
    }

    return NGX_OK;
}


/* one command per kind, the operations of a kind in order of arrival */

static void
ngx_http_labels_pg_batch_group(ngx_http_labels_pg_batch_t *batch)
{
    ngx_uint_t                     i, n, kind;
    ngx_http_labels_operation_t  **ops;
    ngx_http_labels_pg_command_t  *cmd;

    ops = batch->taken;
    n = 0;

    for (kind = 0; kind < NGX_HTTP_LABELS_KINDS && n < batch->nops; kind++) {
        cmd = &batch->commands[batch->ncommands];
        cmd->kind = kind;
        cmd->first = n;

        for (i = 0; i < batch->nops; i++) {
            if (ops[i]->kind == kind) {
                ops[i]->flight = batch;
                batch->ops[n++] = ops[i];
            }
        }

        cmd->n = n - cmd->first;

        if (cmd->n) {
            batch->ncommands++;
        }
    }
}


static ngx_int_t
ngx_http_labels_pg_batch_write(ngx_http_labels_pg_connection_t *conn,
    ngx_http_labels_pg_batch_t *batch)
{
    ngx_uint_t                     i;
    ngx_http_labels_pg_command_t  *cmd;

    if (!conn->pool->db->prepare) {
        ngx_memmove(&batch->commands[1], &batch->commands[0],
                    batch->ncommands * sizeof(ngx_http_labels_pg_command_t));

        ngx_memzero(&batch->commands[0],
                    sizeof(ngx_http_labels_pg_command_t));
        batch->commands[0].kind = NGX_HTTP_LABELS_PG_SETTINGS;
        batch->ncommands++;
    }

    for (i = 0; i < batch->ncommands; i++) {
        cmd = &batch->commands[i];

        if (cmd->kind == NGX_HTTP_LABELS_PG_SETTINGS) {
            if (ngx_http_labels_pg_settings(conn) != NGX_OK) {
                return NGX_ERROR;
            }

            continue;
        }

        if (ngx_http_labels_pg_execute(conn, cmd->kind, batch->ops + cmd->first,
                                       cmd->n, batch->nowait)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (PQpipelineSync(conn->pg) == 0) {
        return NGX_ERROR;
    }

    ngx_log_debug3(NGX_LOG_DEBUG_EVENT, &conn->log, 0,
                   "labels pg batch %p: %ui operations, %ui commands",
                   batch, batch->nops, batch->ncommands);

    return ngx_http_labels_pg_flush(conn);
}


static void
ngx_http_labels_pg_batch_free(ngx_http_labels_pg_batch_t *batch)
{
    ngx_uint_t  i;

    for (i = 0; i < batch->ncommands; i++) {
        PQclear(batch->commands[i].result);
    }

    ngx_free(batch);
}


void
ngx_http_labels_pg_batch_forget(ngx_http_labels_operation_t *op)
{
    ngx_uint_t                   i;
    ngx_http_labels_pg_batch_t  *batch;

    batch = op->flight;

    for (i = 0; i < batch->nops; i++) {
        if (batch->ops[i] == op) {
            batch->ops[i] = NULL;
            break;
        }
    }

    op->flight = NULL;
}


void
ngx_http_labels_pg_batch_result(ngx_http_labels_pg_connection_t *conn,
    PGresult *result)
{
    char                        *sqlstate, *message;
    ngx_http_labels_pg_batch_t  *batch;

    batch = conn->batch;

    if (result == NULL) {
        batch->current++;
        return;
    }

    switch (PQresultStatus(result)) {

    case PGRES_TUPLES_OK:

        if (batch->current < batch->ncommands
            && batch->commands[batch->current].result == NULL)
        {
            batch->commands[batch->current].result = result;
            return;
        }

        break;

    case PGRES_FATAL_ERROR:

        /* libpq's own error results have no SQLSTATE: nothing is known then */

        sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);

        if (sqlstate == NULL || batch->failed != -1) {
            break;
        }

        message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

        ngx_log_error(NGX_LOG_ERR, &conn->log, 0,
                      "a batch of %ui operations failed: %s (SQLSTATE %s)",
                      batch->nops, message ? message : "", sqlstate);

        batch->failed = batch->current;
        ngx_cpystrn((u_char *) batch->sqlstate, (u_char *) sqlstate,
                    sizeof(batch->sqlstate));
        break;

    default: /* PGRES_PIPELINE_ABORTED */
        break;
    }

    PQclear(result);
}


void
ngx_http_labels_pg_batch_synced(ngx_http_labels_pg_connection_t *conn)
{
    ngx_http_labels_pg_pool_t   *pool;
    ngx_http_labels_pg_batch_t  *batch;
    ngx_http_labels_pg_error_e   error;

    pool = conn->pool;
    batch = conn->batch;
    conn->batch = NULL;

    ngx_del_timer(&conn->timer);
    ngx_http_labels_pg_land(batch);

    error = NGX_HTTP_LABELS_PG_ERROR_OTHER;

    if (batch->failed != -1) {
        error = ngx_http_labels_pg_error(batch->sqlstate);
        ngx_http_labels_pg_batch_failed(batch, conn, error);
    }

    if (error == NGX_HTTP_LABELS_PG_ERROR_CONNECTION
        || (ngx_exiting && pool->queued == 0)
        || (pool->db->max_lifetime
            && (ngx_msec_int_t) (ngx_current_msec - conn->expires) >= 0))
    {
        ngx_http_labels_pg_close(conn);

    } else {
        ngx_http_labels_pg_set_state(conn, NGX_HTTP_LABELS_PG_READY);
    }

    /* PostgreSQL works on the next batch while nginx writes the answers */

    ngx_http_labels_pg_dispatch(pool);

    if (batch->failed == -1) {
        ngx_http_labels_pg_batch_deliver(batch);
    }

    ngx_http_labels_pg_batch_free(batch);
}


/* Rolled back as a whole, for certain: who may try again, and where? */

static void
ngx_http_labels_pg_batch_failed(ngx_http_labels_pg_batch_t *batch,
    ngx_http_labels_pg_connection_t *conn, ngx_http_labels_pg_error_e error)
{
    ngx_flag_t                     culprit;
    ngx_uint_t                     i, n;
    ngx_http_labels_rerun_e        reason;
    ngx_http_labels_pg_lane_e      lane;
    ngx_http_labels_operation_t   *op;
    ngx_http_labels_pg_command_t  *cmd;

    ngx_http_labels_count(batch->lane->metrics->batch_failures[
                              ngx_http_labels_pg_failure(batch, error)]);

    /* backwards, because each goes to the head of its queue */

    for (n = batch->ncommands; n > 0; n--) {
        cmd = &batch->commands[n - 1];

        /* an error at the Sync is anybody's */

        culprit = (batch->failed == (ngx_int_t) (n - 1)
                   || batch->failed >= (ngx_int_t) batch->ncommands)
                  && error != NGX_HTTP_LABELS_PG_ERROR_CONNECTION;

        if (error == NGX_HTTP_LABELS_PG_ERROR_CONNECTION) {
            reason = NGX_HTTP_LABELS_RERUN_CONNECTION;

        } else if (!culprit) {
            reason = NGX_HTTP_LABELS_RERUN_NEIGHBOUR;

        } else {
            reason = (error == NGX_HTTP_LABELS_PG_ERROR_CONTENTION)
                     ? NGX_HTTP_LABELS_RERUN_CONTENTION
                     : NGX_HTTP_LABELS_RERUN_ERROR;
        }

        for (i = cmd->n; i > 0; i--) {
            op = batch->ops[cmd->first + i - 1];

            if (op == NULL) {
                continue;
            }

            op->flight = NULL;
            lane = conn->lane;

            if (culprit && lane != NGX_HTTP_LABELS_PG_FAST) {
                ngx_http_labels_pg_complete(op,
                            (error == NGX_HTTP_LABELS_PG_ERROR_CONTENTION)
                            ? NGX_HTTP_LABELS_BUSY : NGX_HTTP_LABELS_FAILED);
                continue;
            }

            if (culprit) {

                /* once more, passing over what is locked; then each alone */

                if (error == NGX_HTTP_LABELS_PG_ERROR_CONTENTION
                    && op->kind == NGX_HTTP_LABELS_CHANGE && !op->nowait)
                {
                    op->nowait = 1;

                } else {
                    op->nowait = 0;
                    lane = NGX_HTTP_LABELS_PG_ISOLATION;
                }
            }

            ngx_http_labels_pg_batch_again(op, lane, reason);
        }
    }
}


static ngx_http_labels_failure_e
ngx_http_labels_pg_failure(ngx_http_labels_pg_batch_t *batch,
    ngx_http_labels_pg_error_e error)
{
    if (error == NGX_HTTP_LABELS_PG_ERROR_CONNECTION) {
        return NGX_HTTP_LABELS_FAILURE_CONNECTION;
    }

    if (batch->failed >= (ngx_int_t) batch->ncommands) {
        return NGX_HTTP_LABELS_FAILURE_COMMIT;
    }

    return (error == NGX_HTTP_LABELS_PG_ERROR_CONTENTION)
           ? NGX_HTTP_LABELS_FAILURE_CONTENTION
           : NGX_HTTP_LABELS_FAILURE_STATEMENT;
}


static void
ngx_http_labels_pg_batch_again(ngx_http_labels_operation_t *op,
    ngx_http_labels_pg_lane_e lane, ngx_http_labels_rerun_e reason)
{
    ngx_http_labels_lane_metrics_t  *metrics;

    metrics = ngx_http_labels_pg_metrics(op);

    if (++op->attempts >= NGX_HTTP_LABELS_PG_MAX_ATTEMPTS) {
        ngx_http_labels_count(
            metrics->unavailable[NGX_HTTP_LABELS_REASON_ATTEMPTS]);
        ngx_http_labels_pg_complete(op, NGX_HTTP_LABELS_UNAVAILABLE);
        return;
    }

    ngx_http_labels_count(metrics->reruns[reason]);

    if (lane != op->lane) {
        ngx_http_labels_count(metrics->isolated);
    }

    ngx_http_labels_pg_requeue(op, lane);
}


/*
 * A batch whose Sync was not sent, or one that had failed before the end, is
 * rolled back.  Else its commit is unknown, and it is run again, once: changes
 * are set-like, so that a second run leaves the same state as the first.
 */

void
ngx_http_labels_pg_batch_lost(ngx_http_labels_pg_batch_t *batch,
    ngx_flag_t unsent)
{
    ngx_flag_t                    certain;
    ngx_uint_t                    i;
    ngx_http_labels_operation_t  *op;

    ngx_http_labels_pg_land(batch);
    ngx_http_labels_count(batch->lane->metrics->batch_failures[
                              NGX_HTTP_LABELS_FAILURE_CONNECTION]);

    certain = unsent
              || (batch->failed != -1
                  && batch->failed < (ngx_int_t) batch->ncommands);

    for (i = batch->nops; i > 0; i--) {
        op = batch->ops[i - 1];

        if (op == NULL) {
            continue;
        }

        op->flight = NULL;

        if (!certain && ngx_http_labels_pg_mutates(op->kind)) {

            if (op->ambiguous || !ngx_http_labels_pg_repeatable(op)) {
                ngx_http_labels_pg_complete(op,
                                            NGX_HTTP_LABELS_COMMIT_UNKNOWN);
                continue;
            }

            op->ambiguous = 1;
        }

        ngx_http_labels_pg_batch_again(op, op->lane,
                                       op->ambiguous
                                       ? NGX_HTTP_LABELS_RERUN_AMBIGUOUS
                                       : NGX_HTTP_LABELS_RERUN_CONNECTION);
    }

    ngx_http_labels_pg_batch_free(batch);
}


static void
ngx_http_labels_pg_batch_deliver(ngx_http_labels_pg_batch_t *batch)
{
    ngx_uint_t                    i;
    ngx_http_labels_operation_t  *op;

    for (i = 0; i < batch->nops; i++) {
        op = batch->ops[i];

        if (op) {
            op->batch = batch->nops;
            op->database_time = ngx_current_msec - batch->sent;
        }
    }

    for (i = 0; i < batch->ncommands; i++) {
        ngx_http_labels_pg_command_deliver(&batch->commands[i],
                                     batch->ops + batch->commands[i].first);
    }
}


static void
ngx_http_labels_pg_command_deliver(ngx_http_labels_pg_command_t *cmd,
    ngx_http_labels_operation_t **ops)
{
    ngx_uint_t                    i, row, first, rows;
    ngx_http_labels_outcome_e     outcome;
    ngx_http_labels_operation_t  *op;

    rows = cmd->result ? PQntuples(cmd->result) : 0;
    row = 0;

    for (i = 0; i < cmd->n; i++) {
        first = row;

        while (row < rows
               && ngx_http_labels_pg_integer(cmd->result, row,
                                             NGX_HTTP_LABELS_PG_REQUEST)
                  == i + 1)
        {
            row++;
        }

        op = ops[i];

        if (op == NULL) {
            continue;
        }

        /* an operation that gives up now must not look for its batch */

        ops[i] = NULL;
        op->flight = NULL;

        outcome = ngx_http_labels_pg_take_rows(op, cmd->result, first, row);

        switch (outcome) {

        case NGX_HTTP_LABELS_KEY_IN_PROGRESS:
            ngx_http_labels_pg_delay(op, outcome);
            break;

        case NGX_HTTP_LABELS_TARGET_BUSY:

            /*
             * Most likely for a moment, by another worker's batch: only who
             * would stay long may stand in the way of the isolation lane.
             */

            if (++op->busy < NGX_HTTP_LABELS_PG_MAX_BUSY) {
                ngx_http_labels_pg_delay(op, NGX_HTTP_LABELS_UNAVAILABLE);
                break;
            }

            op->nowait = 0;
            ngx_http_labels_pg_batch_again(op, NGX_HTTP_LABELS_PG_ISOLATION,
                                           NGX_HTTP_LABELS_RERUN_CONTENTION);
            break;

        default:
            ngx_http_labels_pg_complete(op, outcome);
            break;
        }
    }
}


static ngx_http_labels_outcome_e
ngx_http_labels_pg_take_rows(ngx_http_labels_operation_t *op, PGresult *result,
    ngx_uint_t first, ngx_uint_t last)
{
    ngx_str_t   *cell, name;
    ngx_uint_t   row, column, columns;

    if (first == last) {
        return NGX_HTTP_LABELS_FAILED;
    }

    op->refusal = ngx_http_labels_pg_integer(result, first,
                                             NGX_HTTP_LABELS_PG_REFUSAL);
    if (op->refusal) {
        return NGX_HTTP_LABELS_REFUSED;
    }

    columns = PQnfields(result);

    if (columns <= NGX_HTTP_LABELS_PG_OUTCOME) {
        return NGX_HTTP_LABELS_OK;
    }

    name.data = (u_char *) PQgetvalue(result, first,
                                      NGX_HTTP_LABELS_PG_OUTCOME);
    name.len = PQgetlength(result, first, NGX_HTTP_LABELS_PG_OUTCOME);

    op->columns = columns - NGX_HTTP_LABELS_PG_HEAD;
    op->rows = last - first;
    op->cells = ngx_palloc(op->pool,
                           op->rows * op->columns * sizeof(ngx_str_t));
    if (op->cells == NULL) {
        return NGX_HTTP_LABELS_FAILED;
    }

    cell = op->cells;

    for (row = first; row < last; row++) {
        for (column = NGX_HTTP_LABELS_PG_HEAD; column < columns; column++) {
            cell->len = PQgetlength(result, row, column);
            cell->data = PQgetisnull(result, row, column)
                         ? NULL
                         : (u_char *) PQgetvalue(result, row, column);
            cell++;
        }
    }

    return ngx_http_labels_outcome(&name);
}


static ngx_uint_t
ngx_http_labels_pg_integer(PGresult *result, ngx_uint_t row, ngx_uint_t column)
{
    u_char  *p;

    p = (u_char *) PQgetvalue(result, row, column);

    return (ngx_uint_t) p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}


static ngx_http_labels_pg_error_e
ngx_http_labels_pg_error(char *sqlstate)
{
    ngx_uint_t  i;

    static struct {
        char                        *prefix;
        ngx_http_labels_pg_error_e   error;
    } errors[] = {
        { "08", NGX_HTTP_LABELS_PG_ERROR_CONNECTION },
        { "57P", NGX_HTTP_LABELS_PG_ERROR_CONNECTION },   /* shutdown, crash */
        { "25006", NGX_HTTP_LABELS_PG_ERROR_CONNECTION }, /* a standby now */
        { "26000", NGX_HTTP_LABELS_PG_ERROR_CONNECTION }, /* not prepared */
        { "0A000", NGX_HTTP_LABELS_PG_ERROR_CONNECTION }, /* a stale plan */
        { "40P01", NGX_HTTP_LABELS_PG_ERROR_CONTENTION }, /* deadlock */
        { "40001", NGX_HTTP_LABELS_PG_ERROR_CONTENTION },
        { "55P03", NGX_HTTP_LABELS_PG_ERROR_CONTENTION }, /* lock_timeout */
        { "57014", NGX_HTTP_LABELS_PG_ERROR_CONTENTION }, /* statement_... */
        { NULL, NGX_HTTP_LABELS_PG_ERROR_OTHER }
    };

    for (i = 0; errors[i].prefix; i++) {
        if (ngx_strncmp(sqlstate, errors[i].prefix,
                        ngx_strlen(errors[i].prefix))
            == 0)
        {
            break;
        }
    }

    return errors[i].error;
}
