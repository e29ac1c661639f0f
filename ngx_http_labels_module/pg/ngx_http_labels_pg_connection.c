/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * One libpq connection in nginx's event loop: connecting, preparing, reading
 * and flushing.  What the answers mean is the batch's business.
 */


#include "ngx_http_labels_pg_pool.h"
#include "ngx_http_labels_pg_statement.h"

#if (NGX_OPENSSL)
#include <openssl/err.h>
#include <openssl/ssl.h>
#endif


static ngx_int_t ngx_http_labels_pg_register(
    ngx_http_labels_pg_connection_t *conn, ngx_flag_t write);
static void ngx_http_labels_pg_unregister(
    ngx_http_labels_pg_connection_t *conn);
static void ngx_http_labels_pg_event_handler(ngx_event_t *ev);
static void ngx_http_labels_pg_timer_handler(ngx_event_t *ev);
static void ngx_http_labels_pg_connect(ngx_http_labels_pg_connection_t *conn);
static void ngx_http_labels_pg_connected(
    ngx_http_labels_pg_connection_t *conn);
static void ngx_http_labels_pg_prepared(
    ngx_http_labels_pg_connection_t *conn);
static ngx_int_t ngx_http_labels_pg_read_input(
    ngx_http_labels_pg_connection_t *conn);
static void ngx_http_labels_pg_process(ngx_http_labels_pg_connection_t *conn);
static void ngx_http_labels_pg_setup_result(
    ngx_http_labels_pg_connection_t *conn, PGresult *result);
static void ngx_http_labels_pg_notice(void *data, const PGresult *result);
static char *ngx_http_labels_pg_line(ngx_http_labels_pg_connection_t *conn);
static u_char *ngx_http_labels_pg_log_error(ngx_log_t *log, u_char *buf,
    size_t len);


ngx_str_t  ngx_http_labels_pg_state_names[NGX_HTTP_LABELS_PG_STATES + 1] = {
    ngx_string("closed"),
    ngx_string("connecting"),
    ngx_string("preparing"),
    ngx_string("ready"),
    ngx_string("busy"),
    ngx_null_string
};


/*
 * The only place that moves a connection between the lists.  The most recently
 * used connection comes first: its server process has the warmest caches.
 */

void
ngx_http_labels_pg_set_state(ngx_http_labels_pg_connection_t *conn,
    ngx_http_labels_pg_state_e state)
{
    ngx_http_labels_lane_gauges_t  *gauges;

    ngx_log_debug3(NGX_LOG_DEBUG_EVENT, &conn->log, 0,
                   "labels pg connection %p: %V -> %V", conn,
                   &ngx_http_labels_pg_state_names[conn->state],
                   &ngx_http_labels_pg_state_names[state]);

    gauges = conn->pool->lanes[conn->lane].gauges;
    gauges->connections[conn->state]--;
    gauges->connections[state]++;

    ngx_queue_remove(&conn->queue);
    ngx_queue_insert_head(&conn->pool->states[state], &conn->queue);

    conn->state = state;
}


void
ngx_http_labels_pg_open(ngx_http_labels_pg_connection_t *conn)
{
    ngx_http_labels_pg_pool_t  *pool;

    pool = conn->pool;

    conn->log = *pool->log;
    conn->log.handler = ngx_http_labels_pg_log_error;
    conn->log.data = conn;
    conn->log.action = "connecting to PostgreSQL";

    conn->batch = NULL;
    conn->setup = 0;
    conn->nulls = 0;
    conn->unsent = 0;

    ngx_http_labels_pg_set_state(conn, NGX_HTTP_LABELS_PG_CONNECTING);

    conn->timer.handler = ngx_http_labels_pg_timer_handler;
    conn->timer.data = conn;
    conn->timer.log = &conn->log;
    conn->timer.cancelable = 1;
    ngx_add_timer(&conn->timer, pool->db->connect_timeout);

    conn->pg = PQconnectStartParams(pool->db->keywords, pool->db->values, 0);

    if (conn->pg == NULL || PQstatus(conn->pg) == CONNECTION_BAD) {
        ngx_http_labels_pg_lost(conn, NULL);
        return;
    }

    PQsetNoticeReceiver(conn->pg, ngx_http_labels_pg_notice, conn);

    /* libpq wants the first wait to be for writing */

    if (ngx_http_labels_pg_register(conn, 1) != NGX_OK) {
        ngx_http_labels_pg_lost(conn, "could not watch its socket");
    }
}


void
ngx_http_labels_pg_close(ngx_http_labels_pg_connection_t *conn)
{
    if (conn->timer.timer_set) {
        ngx_del_timer(&conn->timer);
    }

    ngx_http_labels_pg_unregister(conn);

    if (conn->pg) {
        PQfinish(conn->pg);
        conn->pg = NULL;
    }

    ngx_http_labels_pg_set_state(conn, NGX_HTTP_LABELS_PG_CLOSED);
}


/* reason NULL: libpq knows it */

void
ngx_http_labels_pg_lost(ngx_http_labels_pg_connection_t *conn, char *reason)
{
    ngx_uint_t                   unsent;
    ngx_http_labels_pg_state_e   state;
    ngx_http_labels_pg_pool_t   *pool;
    ngx_http_labels_pg_batch_t  *batch;
    ngx_http_labels_lane_metrics_t
                                *metrics;

    pool = conn->pool;
    metrics = pool->lanes[conn->lane].metrics;
    state = conn->state;
    batch = conn->batch;
    unsent = conn->unsent;

    ngx_log_error(NGX_LOG_ERR, &conn->log, 0, "connection lost (%V): %s",
                  &ngx_http_labels_pg_state_names[state],
                  reason ? reason : ngx_http_labels_pg_line(conn));

    conn->batch = NULL;

    ngx_http_labels_pg_close(conn);

    if (batch) {
        ngx_http_labels_pg_batch_lost(batch, unsent);
    }

    if (state == NGX_HTTP_LABELS_PG_CONNECTING
        || state == NGX_HTTP_LABELS_PG_PREPARING)
    {
        ngx_http_labels_count(metrics->connect_failures);
        ngx_http_labels_pg_down(pool);
        return;
    }

    ngx_http_labels_count(metrics->connections_lost);
    ngx_post_event(&pool->flush, &ngx_posted_events);
}


/*
 * nginx watches a duplicate of libpq's socket: libpq closes its own whenever
 * it likes, and the next one often gets the same number.  The duplicate shares
 * the open file, so that an event left registered would outlive it: it is
 * deleted explicitly.  Level-triggered, because PQconsumeInput() does not
 * always read all there is.
 */

static ngx_int_t
ngx_http_labels_pg_register(ngx_http_labels_pg_connection_t *conn,
    ngx_flag_t write)
{
    ngx_socket_t       fd;
    ngx_connection_t  *c;

    ngx_http_labels_pg_unregister(conn);

    fd = fcntl(PQsocket(conn->pg), F_DUPFD_CLOEXEC, 0);
    if (fd == (ngx_socket_t) -1) {
        ngx_log_error(NGX_LOG_ALERT, &conn->log, ngx_socket_errno,
                      "fcntl(F_DUPFD_CLOEXEC) failed");
        return NGX_ERROR;
    }

    c = ngx_get_connection(fd, &conn->log);
    if (c == NULL) {
        if (ngx_close_socket(fd) == -1) {
            ngx_log_error(NGX_LOG_ALERT, &conn->log, ngx_socket_errno,
                          ngx_close_socket_n " failed");
        }

        return NGX_ERROR;
    }

    c->data = conn;
    c->log = &conn->log;
    c->idle = 1;
    c->read->handler = ngx_http_labels_pg_event_handler;
    c->read->log = &conn->log;
    c->write->handler = ngx_http_labels_pg_event_handler;
    c->write->log = &conn->log;

    conn->connection = c;

    if (ngx_add_event(c->read, NGX_READ_EVENT, NGX_LEVEL_EVENT) != NGX_OK) {
        return NGX_ERROR;
    }

    if (write
        && ngx_add_event(c->write, NGX_WRITE_EVENT, NGX_LEVEL_EVENT) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static void
ngx_http_labels_pg_unregister(ngx_http_labels_pg_connection_t *conn)
{
    ngx_connection_t  *c;

    c = conn->connection;

    if (c == NULL) {
        return;
    }

    conn->connection = NULL;

    if (c->read->active) {
        (void) ngx_del_event(c->read, NGX_READ_EVENT, 0);
    }

    if (c->write->active) {
        (void) ngx_del_event(c->write, NGX_WRITE_EVENT, 0);
    }

    ngx_close_connection(c);
}


static void
ngx_http_labels_pg_event_handler(ngx_event_t *ev)
{
    ngx_connection_t                 *c;
    ngx_http_labels_pg_connection_t  *conn;

    c = ev->data;
    conn = c->data;

    if (c->close) {

        /*
         * The worker is told to go.  Operations may still need the connection:
         * it is closed when it has nothing to do, unless time is up (c->error).
         */

        if (c->error) {
            ngx_http_labels_pg_shutdown(conn->pool);
            return;
        }

        c->close = 0;

        if (conn->state == NGX_HTTP_LABELS_PG_READY) {
            ngx_http_labels_pg_close(conn);
        }

        return;
    }

    if (conn->state == NGX_HTTP_LABELS_PG_CONNECTING) {
        ngx_http_labels_pg_connect(conn);
        return;
    }

    if (ev->write && ngx_http_labels_pg_flush(conn) != NGX_OK) {
        ngx_http_labels_pg_lost(conn, NULL);
        return;
    }

    /* a flush that could not write everything has read: look in any case */

    if (ngx_http_labels_pg_read_input(conn) != NGX_OK) {
        ngx_http_labels_pg_lost(conn, NULL);
        return;
    }

    ngx_http_labels_pg_process(conn);
}


static void
ngx_http_labels_pg_timer_handler(ngx_event_t *ev)
{
    ngx_http_labels_pg_connection_t  *conn;

    conn = ev->data;

    ngx_http_labels_pg_lost(conn, "no answer in time");
}


static void
ngx_http_labels_pg_connect(ngx_http_labels_pg_connection_t *conn)
{
    PostgresPollingStatusType  status;

    /*
     * The poll may replace the socket; the old registration must not be there
     * while the number is given again.
     */

    ngx_http_labels_pg_unregister(conn);

    status = PQconnectPoll(conn->pg);

#if (NGX_OPENSSL)
    ERR_clear_error();
#endif

    switch (status) {

    case PGRES_POLLING_READING:
    case PGRES_POLLING_WRITING:

        if (ngx_http_labels_pg_register(conn, status == PGRES_POLLING_WRITING)
            != NGX_OK)
        {
            ngx_http_labels_pg_lost(conn, "could not watch its socket");
        }

        return;

    case PGRES_POLLING_OK:
        ngx_http_labels_pg_connected(conn);
        return;

    default:
        ngx_http_labels_pg_lost(conn, NULL);
        return;
    }
}


static void
ngx_http_labels_pg_connected(ngx_http_labels_pg_connection_t *conn)
{
    ngx_int_t  n;

    conn->log.action = "preparing statements";
    ngx_http_labels_pg_set_state(conn, NGX_HTTP_LABELS_PG_PREPARING);

    if (ngx_http_labels_pg_register(conn, 0) != NGX_OK) {
        ngx_http_labels_pg_lost(conn, "could not watch its socket");
        return;
    }

    if (PQsetnonblocking(conn->pg, 1) != 0
        || PQenterPipelineMode(conn->pg) == 0)
    {
        ngx_http_labels_pg_lost(conn, NULL);
        return;
    }

    n = ngx_http_labels_pg_prepare(conn);

    if (n == NGX_ERROR
        || PQpipelineSync(conn->pg) == 0
        || ngx_http_labels_pg_flush(conn) != NGX_OK)
    {
        ngx_http_labels_pg_lost(conn, NULL);
        return;
    }

    conn->setup = n + 1;
}


/* the barrier: no operation before every statement is known to the server */

static void
ngx_http_labels_pg_prepared(ngx_http_labels_pg_connection_t *conn)
{
    ngx_msec_t  lifetime;

    ngx_del_timer(&conn->timer);

    /* recycled, because libpq's input buffer never shrinks; not all at once */

    lifetime = conn->pool->db->max_lifetime;
    conn->expires = ngx_current_msec + lifetime
                    - (lifetime ? ngx_random() % (lifetime / 4 + 1) : 0);

    ngx_http_labels_count(conn->pool->lanes[conn->lane].metrics->connects);

    conn->log.action = "serving operations";
    ngx_http_labels_pg_set_state(conn, NGX_HTTP_LABELS_PG_READY);
    ngx_http_labels_pg_up(conn->pool);
}


/*
 * Writes what libpq has queued; write events are wanted only while something
 * is left, since level-triggered ones would come for ever.
 */

ngx_int_t
ngx_http_labels_pg_flush(ngx_http_labels_pg_connection_t *conn)
{
    int           rc;
    ngx_event_t  *wev;

    rc = PQflush(conn->pg);

    if (rc == -1) {
        return NGX_ERROR;
    }

    wev = conn->connection->write;
    conn->unsent = rc;

    if (rc == 0) {
        return wev->active ? ngx_del_event(wev, NGX_WRITE_EVENT, 0) : NGX_OK;
    }

    return wev->active ? NGX_OK
                       : ngx_add_event(wev, NGX_WRITE_EVENT, NGX_LEVEL_EVENT);
}


static ngx_int_t
ngx_http_labels_pg_read_input(ngx_http_labels_pg_connection_t *conn)
{
    if (PQconsumeInput(conn->pg) == 0) {
        return NGX_ERROR;
    }

#if (NGX_OPENSSL)

    if (PQsslInUse(conn->pg)) {
        SSL  *ssl;

        /* the socket is silent while decrypted bytes wait in OpenSSL */

        ssl = PQsslStruct(conn->pg, "OpenSSL");

        while (ssl && SSL_pending(ssl) > 0) {
            if (PQconsumeInput(conn->pg) == 0) {
                return NGX_ERROR;
            }
        }

        /* nginx reports errors that others leave in OpenSSL's queue */

        ERR_clear_error();
    }

#endif

    return NGX_OK;
}


/*
 * The grammar of a pipeline's answers: results and a NULL per command, then
 * PGRES_PIPELINE_SYNC without a NULL.  A dead connection answers NULL for
 * ever: two in a row mean that nothing more will come.
 */

static void
ngx_http_labels_pg_process(ngx_http_labels_pg_connection_t *conn)
{
    PGresult  *result;

    while (!PQisBusy(conn->pg)) {

        if (conn->batch == NULL && conn->setup == 0) {
            break;
        }

        result = PQgetResult(conn->pg);

        if (PQstatus(conn->pg) == CONNECTION_BAD) {
            if (result && conn->batch) {
                ngx_http_labels_pg_batch_result(conn, result);

            } else {
                PQclear(result);
            }

            ngx_http_labels_pg_lost(conn, NULL);
            return;
        }

        if (result == NULL && ++conn->nulls > 1) {
            ngx_http_labels_pg_lost(conn, "answers out of step");
            return;
        }

        if (result) {
            conn->nulls = 0;
        }

        if (conn->state == NGX_HTTP_LABELS_PG_PREPARING) {
            ngx_http_labels_pg_setup_result(conn, result);

            if (conn->state == NGX_HTTP_LABELS_PG_CLOSED) {
                return;
            }

            continue;
        }

        if (PQresultStatus(result) == PGRES_PIPELINE_SYNC) {
            PQclear(result);

            /* the next batch may be sent, or the connection closed, here */

            ngx_http_labels_pg_batch_synced(conn);
            return;
        }

        ngx_http_labels_pg_batch_result(conn, result);
    }

    if (PQstatus(conn->pg) == CONNECTION_BAD) {
        ngx_http_labels_pg_lost(conn, NULL);
    }
}


static void
ngx_http_labels_pg_setup_result(ngx_http_labels_pg_connection_t *conn,
    PGresult *result)
{
    ExecStatusType  status;

    if (result == NULL) {
        conn->setup--;
        return;
    }

    status = PQresultStatus(result);
    PQclear(result);

    switch (status) {

    case PGRES_PIPELINE_SYNC:
        conn->setup = 0;
        conn->nulls = 0;
        ngx_http_labels_pg_prepared(conn);
        return;

    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
        return;

    default:
        ngx_http_labels_pg_lost(conn, NULL);
        return;
    }
}


/* the last error of the connection on one line */

static char *
ngx_http_labels_pg_line(ngx_http_labels_pg_connection_t *conn)
{
    char         *p;
    static char   line[512];

    if (conn->pg == NULL) {
        return "out of memory";
    }

    ngx_cpystrn((u_char *) line, (u_char *) PQerrorMessage(conn->pg),
                sizeof(line));

    for (p = line; *p; p++) {
        if (*p == '\n') {
            *p = p[1] ? ' ' : '\0';
        }
    }

    return line;
}


static void
ngx_http_labels_pg_notice(void *data, const PGresult *result)
{
    ngx_http_labels_pg_connection_t *conn = data;

    char  *message;

    message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

    ngx_log_error(NGX_LOG_INFO, &conn->log, 0, "notice: %s",
                  message ? message : "");
}


static u_char *
ngx_http_labels_pg_log_error(ngx_log_t *log, u_char *buf, size_t len)
{
    u_char                           *p;
    ngx_http_labels_pg_connection_t  *conn;

    conn = log->data;

    p = buf;

    if (log->action) {
        p = ngx_snprintf(buf, len, " while %s", log->action);
        len -= p - buf;
        buf = p;
    }

    return ngx_snprintf(buf, len, ", labels_database \"%V\", backend %d",
                        &conn->pool->db->name,
                        conn->pg ? PQbackendPID(conn->pg) : 0);
}
