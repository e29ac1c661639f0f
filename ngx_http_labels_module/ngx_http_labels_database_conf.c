/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * The labels_database block: its directives, defaults and checks.
 */


#include "ngx_http_labels_module.h"


static char *ngx_http_labels_database_directive(ngx_conf_t *cf,
    ngx_command_t *dummy, void *conf);
static ngx_http_labels_database_t *ngx_http_labels_database_create(
    ngx_conf_t *cf, ngx_str_t *name);
static char *ngx_http_labels_database_init(ngx_conf_t *cf,
    ngx_http_labels_database_t *db);


static ngx_conf_num_bounds_t  ngx_http_labels_connections_bounds = {
    ngx_conf_check_num_bounds, 1, 64
};

static ngx_conf_num_bounds_t  ngx_http_labels_queue_bounds = {
    ngx_conf_check_num_bounds, 1, 1000000
};

static ngx_conf_num_bounds_t  ngx_http_labels_batch_bounds = {
    ngx_conf_check_num_bounds, 1, 1024
};


static ngx_command_t  ngx_http_labels_database_commands[] = {

    { ngx_string("conninfo"),
      NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      0,
      offsetof(ngx_http_labels_database_t, conninfo),
      NULL },

    { ngx_string("connections"),
      NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      0,
      offsetof(ngx_http_labels_database_t, connections),
      &ngx_http_labels_connections_bounds },

    { ngx_string("isolation_connections"),
      NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      0,
      offsetof(ngx_http_labels_database_t, isolation_connections),
      &ngx_http_labels_connections_bounds },

    { ngx_string("bulk_connections"),
      NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      0,
      offsetof(ngx_http_labels_database_t, bulk_connections),
      &ngx_http_labels_connections_bounds },

    { ngx_string("queue"),
      NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      0,
      offsetof(ngx_http_labels_database_t, queue),
      &ngx_http_labels_queue_bounds },

    { ngx_string("batch"),
      NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      0,
      offsetof(ngx_http_labels_database_t, batch),
      &ngx_http_labels_batch_bounds },

    { ngx_string("batch_bytes"),
      NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      0,
      offsetof(ngx_http_labels_database_t, batch_bytes),
      NULL },

    { ngx_string("connect_timeout"),
      NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_http_labels_database_t, connect_timeout),
      NULL },

    { ngx_string("request_timeout"),
      NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_http_labels_database_t, request_timeout),
      NULL },

    { ngx_string("lock_timeout"),
      NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_http_labels_database_t, lock_timeout),
      NULL },

    { ngx_string("isolation_lock_timeout"),
      NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_http_labels_database_t, isolation_lock_timeout),
      NULL },

    { ngx_string("max_lifetime"),
      NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_http_labels_database_t, max_lifetime),
      NULL },

    { ngx_string("backoff"),
      NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_http_labels_database_t, backoff),
      NULL },

    { ngx_string("retry_after"),
      NGX_CONF_TAKE1,
      ngx_conf_set_sec_slot,
      0,
      offsetof(ngx_http_labels_database_t, retry_after),
      NULL },

    { ngx_string("prepare"),
      NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      0,
      offsetof(ngx_http_labels_database_t, prepare),
      NULL },

      ngx_null_command
};


char *
ngx_http_labels_database_block(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_labels_main_conf_t *lmcf = conf;

    char                         *rv;
    ngx_str_t                    *value;
    ngx_conf_t                    save;
    ngx_uint_t                    i;
    ngx_http_labels_database_t   *db, **dbs;

    value = cf->args->elts;
    dbs = lmcf->databases.elts;

    for (i = 0; i < lmcf->databases.nelts; i++) {
        if (dbs[i]->name.len == value[1].len
            && ngx_strncmp(dbs[i]->name.data, value[1].data, value[1].len)
               == 0)
        {
            return "is duplicate";
        }
    }

    db = ngx_http_labels_database_create(cf, &value[1]);
    if (db == NULL) {
        return NGX_CONF_ERROR;
    }

    save = *cf;
    cf->handler = ngx_http_labels_database_directive;
    cf->handler_conf = (void *) db;

    rv = ngx_conf_parse(cf, NULL);

    *cf = save;

    if (rv != NGX_CONF_OK) {
        return rv;
    }

    dbs = ngx_array_push(&lmcf->databases);
    if (dbs == NULL) {
        return NGX_CONF_ERROR;
    }

    *dbs = db;

    return ngx_http_labels_database_init(cf, db);
}


static char *
ngx_http_labels_database_directive(ngx_conf_t *cf, ngx_command_t *dummy,
    void *conf)
{
    char           *rv;
    ngx_str_t      *value;
    ngx_command_t  *cmd;

    value = cf->args->elts;

    for (cmd = ngx_http_labels_database_commands; cmd->name.len; cmd++) {

        if (cmd->name.len != value[0].len
            || ngx_strcmp(cmd->name.data, value[0].data) != 0)
        {
            continue;
        }

        if (cf->args->nelts != 2) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid number of arguments in \"%V\" "
                               "directive, it takes one", &value[0]);
            return NGX_CONF_ERROR;
        }

        rv = cmd->set(cf, cmd, conf);

        if (rv == NGX_CONF_OK) {
            return NGX_CONF_OK;
        }

        /* nginx's own setters do not always name the directive */

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" in labels_database: %s", &value[0],
                           (rv == NGX_CONF_ERROR) ? "invalid value" : rv);
        return NGX_CONF_ERROR;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "unknown directive \"%V\" in a labels_database block",
                       &value[0]);

    return NGX_CONF_ERROR;
}


static ngx_http_labels_database_t *
ngx_http_labels_database_create(ngx_conf_t *cf, ngx_str_t *name)
{
    ngx_http_labels_database_t  *db;

    db = ngx_pcalloc(cf->pool, sizeof(ngx_http_labels_database_t));
    if (db == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     db->conninfo = { 0, NULL };
     *     db->keywords = NULL;
     *     db->values = NULL;
     *     db->upstream = NULL;
     */

    db->name = *name;
    db->connections = NGX_CONF_UNSET;
    db->isolation_connections = NGX_CONF_UNSET;
    db->bulk_connections = NGX_CONF_UNSET;
    db->queue = NGX_CONF_UNSET;
    db->batch = NGX_CONF_UNSET;
    db->batch_bytes = NGX_CONF_UNSET_SIZE;
    db->connect_timeout = NGX_CONF_UNSET_MSEC;
    db->request_timeout = NGX_CONF_UNSET_MSEC;
    db->lock_timeout = NGX_CONF_UNSET_MSEC;
    db->isolation_lock_timeout = NGX_CONF_UNSET_MSEC;
    db->max_lifetime = NGX_CONF_UNSET_MSEC;
    db->backoff = NGX_CONF_UNSET_MSEC;
    db->retry_after = NGX_CONF_UNSET;
    db->prepare = NGX_CONF_UNSET;

    return db;
}


static char *
ngx_http_labels_database_init(ngx_conf_t *cf, ngx_http_labels_database_t *db)
{
    char  *error;

    ngx_conf_init_value(db->connections, 2);
    ngx_conf_init_value(db->isolation_connections, 1);
    ngx_conf_init_value(db->bulk_connections, 1);
    ngx_conf_init_value(db->queue, 1024);
    ngx_conf_init_value(db->batch, 64);
    ngx_conf_init_size_value(db->batch_bytes, 256 * 1024);
    ngx_conf_init_msec_value(db->connect_timeout, 5000);
    ngx_conf_init_msec_value(db->request_timeout, 10000);
    ngx_conf_init_msec_value(db->lock_timeout, 50);
    ngx_conf_init_msec_value(db->isolation_lock_timeout, 2000);
    ngx_conf_init_msec_value(db->max_lifetime, 3600000);
    ngx_conf_init_msec_value(db->backoff, 500);
    ngx_conf_init_value(db->retry_after, 1);
    ngx_conf_init_value(db->prepare, 1);

    if (db->conninfo.len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "labels_database \"%V\" has no \"conninfo\"",
                           &db->name);
        return NGX_CONF_ERROR;
    }

    if (db->connect_timeout == 0 || db->request_timeout == 0
        || db->lock_timeout == 0 || db->isolation_lock_timeout == 0
        || db->backoff == 0)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "labels_database \"%V\": a timeout of 0 would wait "
                           "for ever, give at least 1ms", &db->name);
        return NGX_CONF_ERROR;
    }

    if (db->isolation_lock_timeout >= db->request_timeout) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "labels_database \"%V\": \"isolation_lock_timeout\""
                           " must be shorter than \"request_timeout\"",
                           &db->name);
        return NGX_CONF_ERROR;
    }

    if (db->retry_after < 1) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "labels_database \"%V\": \"retry_after\" must be "
                           "at least 1s", &db->name);
        return NGX_CONF_ERROR;
    }

    error = ngx_http_labels_pg_conninfo(cf->pool, db, cf->log);

    if (error) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "labels_database \"%V\": invalid \"conninfo\": %s",
                           &db->name, error);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}
