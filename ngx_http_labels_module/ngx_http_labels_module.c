/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */


#include "ngx_http_labels_module.h"


static ngx_int_t ngx_http_labels_postconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_http_labels_init_process(ngx_cycle_t *cycle);
static void ngx_http_labels_exit_process(ngx_cycle_t *cycle);
static void ngx_http_labels_check_connections(ngx_cycle_t *cycle,
    ngx_array_t *databases);


static ngx_http_module_t  ngx_http_labels_module_ctx = {
    ngx_http_labels_add_variables,         /* preconfiguration */
    ngx_http_labels_postconfiguration,     /* postconfiguration */

    ngx_http_labels_create_main_conf,      /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_http_labels_create_loc_conf,       /* create location configuration */
    ngx_http_labels_merge_loc_conf         /* merge location configuration */
};


ngx_module_t  ngx_http_labels_module = {
    NGX_MODULE_V1,
    &ngx_http_labels_module_ctx,           /* module context */
    ngx_http_labels_commands,              /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    ngx_http_labels_init_process,          /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_http_labels_exit_process,          /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_int_t
ngx_http_labels_postconfiguration(ngx_conf_t *cf)
{
    if (ngx_http_labels_check_conf(cf) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_http_labels_status_init(cf) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_labels_error_filter_init(cf);
}


static ngx_int_t
ngx_http_labels_init_process(ngx_cycle_t *cycle)
{
    ngx_uint_t                    i;
    ngx_http_labels_database_t  **db;
    ngx_http_labels_main_conf_t  *lmcf;

    /* not in the cache manager and loader */

    if (ngx_process != NGX_PROCESS_WORKER
        && ngx_process != NGX_PROCESS_SINGLE)
    {
        return NGX_OK;
    }

    lmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_labels_module);

    if (lmcf == NULL) {
        return NGX_OK;
    }

    ngx_http_labels_check_connections(cycle, &lmcf->databases);

    db = lmcf->databases.elts;

    for (i = 0; i < lmcf->databases.nelts; i++) {
        db[i]->metrics = lmcf->metrics->databases[i];
    }

    return ngx_http_labels_pg_bind(cycle, &lmcf->databases);
}


static void
ngx_http_labels_exit_process(ngx_cycle_t *cycle)
{
    ngx_http_labels_main_conf_t  *lmcf;

    lmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_labels_module);

    if (lmcf) {
        ngx_http_labels_pg_exit(&lmcf->databases);
    }
}


static void
ngx_http_labels_check_connections(ngx_cycle_t *cycle, ngx_array_t *databases)
{
    ngx_uint_t                    i, n;
    ngx_http_labels_database_t  **db;

    db = databases->elts;
    n = 0;

    for (i = 0; i < databases->nelts; i++) {
        n += db[i]->connections + db[i]->isolation_connections
             + db[i]->bulk_connections;
    }

    if (n > cycle->connection_n / 8) {
        ngx_log_error(NGX_LOG_WARN, cycle->log, 0,
                      "labels_database: %ui connections to PostgreSQL of %ui "
                      "worker_connections leave few for clients, "
                      "raise worker_connections", n, cycle->connection_n);
    }
}
