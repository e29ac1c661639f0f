/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */


#include "ngx_http_labels_module.h"


static char *ngx_http_labels_location(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_labels_error_location(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_labels_status_location(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static char *ngx_http_labels_ready_location(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_labels_rate(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static ngx_int_t ngx_http_labels_parse_rate(ngx_str_t *value,
    ngx_http_labels_rate_t *rate);
static ngx_http_labels_dialect_t *ngx_http_labels_conf_dialect(ngx_conf_t *cf,
    ngx_str_t *name);
static ngx_int_t ngx_http_labels_check_database(ngx_conf_t *cf,
    ngx_http_labels_main_conf_t *lmcf, ngx_http_labels_loc_conf_t *llcf);
static void ngx_http_labels_token_header(ngx_conf_t *cf,
    ngx_http_core_srv_conf_t *cscf);
static void ngx_http_labels_underscores(ngx_conf_t *cf,
    ngx_http_core_srv_conf_t *cscf);


static ngx_conf_num_bounds_t  ngx_http_labels_cap_bounds = {
    ngx_conf_check_num_bounds, 0, 1000000
};


ngx_command_t  ngx_http_labels_commands[] = {

    { ngx_string("labels"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_labels_location,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("labels_error"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS|NGX_CONF_TAKE1,
      ngx_http_labels_error_location,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("labels_status"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_http_labels_status_location,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("labels_ready"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_http_labels_ready_location,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("labels_database"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_BLOCK|NGX_CONF_TAKE1,
      ngx_http_labels_database_block,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("labels_use"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_labels_loc_conf_t, use),
      NULL },

    { ngx_string("labels_max_body"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_labels_loc_conf_t, max_body),
      NULL },

    { ngx_string("labels_cap"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_labels_loc_conf_t, cap),
      &ngx_http_labels_cap_bounds },

    { ngx_string("labels_jwt_key"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE23,
      ngx_http_labels_jwt_key_file,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("labels_rate"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE12,
      ngx_http_labels_rate,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


void *
ngx_http_labels_create_main_conf(ngx_conf_t *cf)
{
    ngx_http_labels_main_conf_t  *lmcf;

    lmcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_labels_main_conf_t));
    if (lmcf == NULL) {
        return NULL;
    }

    if (ngx_array_init(&lmcf->databases, cf->pool, 1,
                       sizeof(ngx_http_labels_database_t *))
        != NGX_OK
        || ngx_array_init(&lmcf->locations, cf->pool, 8,
                          sizeof(ngx_http_labels_loc_conf_t *))
           != NGX_OK)
    {
        return NULL;
    }

    return lmcf;
}


void *
ngx_http_labels_create_loc_conf(ngx_conf_t *cf)
{
    ngx_http_labels_loc_conf_t  *llcf;

    llcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_labels_loc_conf_t));
    if (llcf == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     llcf->dialect = NULL;
     *     llcf->error = NULL;
     *     llcf->ready = 0;
     *     llcf->use = { 0, NULL };
     *     llcf->database = NULL;
     *     llcf->server = NULL;
     */

    llcf->max_body = NGX_CONF_UNSET_SIZE;
    llcf->cap = NGX_CONF_UNSET;
    llcf->jwt_keys = NGX_CONF_UNSET_PTR;
    llcf->read_rate.limit = NGX_CONF_UNSET_UINT;
    llcf->write_rate.limit = NGX_CONF_UNSET_UINT;

    return llcf;
}


char *
ngx_http_labels_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_http_labels_loc_conf_t *prev = parent;
    ngx_http_labels_loc_conf_t *conf = child;

    ngx_http_core_loc_conf_t     *clcf;
    ngx_http_labels_loc_conf_t  **llcf;
    ngx_http_labels_main_conf_t  *lmcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    /* "if" blocks are of the location around them */

    if (clcf->noname && conf->dialect == NULL && prev->dialect) {
        conf->dialect = prev->dialect;

        if (clcf->handler == NULL) {
            clcf->handler = ngx_http_labels_handler;
        }
    }

    ngx_conf_merge_str_value(conf->use, prev->use, "");
    ngx_conf_merge_size_value(conf->max_body, prev->max_body, 1024 * 1024);
    ngx_conf_merge_value(conf->cap, prev->cap, 20);
    ngx_conf_merge_ptr_value(conf->jwt_keys, prev->jwt_keys, NULL);

    if (conf->read_rate.limit == NGX_CONF_UNSET_UINT) {
        conf->read_rate = prev->read_rate;
    }

    if (conf->write_rate.limit == NGX_CONF_UNSET_UINT) {
        conf->write_rate = prev->write_rate;
    }

    ngx_conf_init_uint_value(conf->read_rate.limit, 0);
    ngx_conf_init_uint_value(conf->write_rate.limit, 0);

    if (conf->dialect == NULL && !conf->ready) {
        return NGX_CONF_OK;
    }

    lmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_labels_module);

    llcf = ngx_array_push(&lmcf->locations);
    if (llcf == NULL) {
        return NGX_CONF_ERROR;
    }

    *llcf = conf;
    conf->server = ngx_http_conf_get_module_srv_conf(cf, ngx_http_core_module);

    return NGX_CONF_OK;
}


static char *
ngx_http_labels_location(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_labels_loc_conf_t *llcf = conf;

    ngx_str_t                 *value;
    ngx_http_core_loc_conf_t  *clcf;

    if (llcf->dialect) {
        return "is duplicate";
    }

    value = cf->args->elts;

    llcf->dialect = ngx_http_labels_conf_dialect(cf, &value[1]);

    if (llcf->dialect == NULL) {
        return NGX_CONF_ERROR;
    }

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_http_labels_handler;

    return NGX_CONF_OK;
}


static char *
ngx_http_labels_error_location(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_labels_loc_conf_t *llcf = conf;

    ngx_str_t                 *value;
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (clcf->handler == ngx_http_labels_error_handler) {
        return "is duplicate";
    }

    if (cf->args->nelts > 1) {
        value = cf->args->elts;

        llcf->error = ngx_http_labels_conf_dialect(cf, &value[1]);

        if (llcf->error == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    clcf->handler = ngx_http_labels_error_handler;

    return NGX_CONF_OK;
}


static char *
ngx_http_labels_status_location(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_http_labels_status_handler;

    return NGX_CONF_OK;
}


static char *
ngx_http_labels_ready_location(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_labels_loc_conf_t *llcf = conf;

    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_http_labels_ready_handler;

    llcf->ready = 1;

    return NGX_CONF_OK;
}


static ngx_http_labels_dialect_t *
ngx_http_labels_conf_dialect(ngx_conf_t *cf, ngx_str_t *name)
{
    u_char                     *p, known[256];
    ngx_uint_t                  i;
    ngx_http_labels_dialect_t  *dialect;

    dialect = ngx_http_labels_dialect(name);

    if (dialect) {
        return dialect;
    }

    p = known;

    for (i = 0; ngx_http_labels_dialects[i]; i++) {
        p = ngx_slprintf(p, known + sizeof(known), " %V",
                         &ngx_http_labels_dialects[i]->name);
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "unknown dialect \"%V\", use one of:%*s", name,
                       (size_t) (p - known), known);

    return NULL;
}


/* labels_rate [read=|write=]LIMITr/[N]s|m|h; */

static char *
ngx_http_labels_rate(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_labels_loc_conf_t *llcf = conf;

    ngx_str_t               *value, text;
    ngx_uint_t               i, classes;
    ngx_http_labels_rate_t   rate;

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        text = value[i];
        classes = 3;

        if (ngx_strncmp(text.data, "read=", 5) == 0) {
            text.data += 5;
            text.len -= 5;
            classes = 1;

        } else if (ngx_strncmp(text.data, "write=", 6) == 0) {
            text.data += 6;
            text.len -= 6;
            classes = 2;
        }

        if (ngx_http_labels_parse_rate(&text, &rate) != NGX_OK) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid rate \"%V\", write it as 60r/m, "
                               "read=600r/m or 100r/10s", &value[i]);
            return NGX_CONF_ERROR;
        }

        if (((classes & 1) && llcf->read_rate.limit != NGX_CONF_UNSET_UINT)
            || ((classes & 2)
                && llcf->write_rate.limit != NGX_CONF_UNSET_UINT))
        {
            return "is duplicate";
        }

        if (classes & 1) {
            llcf->read_rate = rate;
        }

        if (classes & 2) {
            llcf->write_rate = rate;
        }
    }

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_http_labels_parse_rate(ngx_str_t *value, ngx_http_labels_rate_t *rate)
{
    u_char     *slash, *end;
    ngx_int_t   limit;
    ngx_str_t   interval;
    u_char      text[16];

    end = value->data + value->len;
    slash = ngx_strlchr(value->data, end, '/');

    if (slash == NULL || slash - value->data < 2 || slash[-1] != 'r') {
        return NGX_ERROR;
    }

    limit = ngx_atoi(value->data, slash - value->data - 1);

    if (limit == NGX_ERROR || limit == 0) {
        return NGX_ERROR;
    }

    interval.data = slash + 1;
    interval.len = end - interval.data;

    if (interval.len == 0 || interval.len >= sizeof(text) - 1) {
        return NGX_ERROR;
    }

    /* "m" is one minute */

    if (interval.data[0] < '0' || interval.data[0] > '9') {
        text[0] = '1';
        ngx_memcpy(text + 1, interval.data, interval.len);
        interval.data = text;
        interval.len++;
    }

    rate->limit = limit;
    rate->interval = ngx_parse_time(&interval, 0);

    return (rate->interval == (ngx_msec_t) NGX_ERROR || rate->interval == 0)
           ? NGX_ERROR : NGX_OK;
}


ngx_int_t
ngx_http_labels_check_conf(ngx_conf_t *cf)
{
    char                         *error;
    ngx_uint_t                    i;
    ngx_http_labels_loc_conf_t  **llcf;
    ngx_http_labels_main_conf_t  *lmcf;

    lmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_labels_module);

    error = ngx_http_labels_pg_unfit();

    if (error && lmcf->locations.nelts) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "labels: %s", error);
        return NGX_ERROR;
    }

    llcf = lmcf->locations.elts;

    for (i = 0; i < lmcf->locations.nelts; i++) {

        if (ngx_http_labels_check_database(cf, lmcf, llcf[i]) != NGX_OK) {
            return NGX_ERROR;
        }

        if (llcf[i]->dialect && llcf[i]->dialect->underscores) {
            ngx_http_labels_token_header(cf, llcf[i]->server);
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_labels_check_database(ngx_conf_t *cf,
    ngx_http_labels_main_conf_t *lmcf, ngx_http_labels_loc_conf_t *llcf)
{
    ngx_uint_t                    i;
    ngx_http_labels_database_t  **db;

    static ngx_str_t  ready = ngx_string("ready");

    db = lmcf->databases.elts;

    if (llcf->use.len == 0) {

        if (lmcf->databases.nelts == 1) {
            llcf->database = db[0];
            return NGX_OK;
        }

        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      lmcf->databases.nelts
                      ? "\"labels%s%V\" has a choice of databases, "
                        "name one by \"labels_use\""
                      : "\"labels%s%V\" has no database, add a "
                        "\"labels_database\" block to http",
                      llcf->dialect ? " " : "_",
                      llcf->dialect ? &llcf->dialect->name : &ready);
        return NGX_ERROR;
    }

    for (i = 0; i < lmcf->databases.nelts; i++) {
        if (db[i]->name.len == llcf->use.len
            && ngx_strncmp(db[i]->name.data, llcf->use.data, llcf->use.len)
               == 0)
        {
            llcf->database = db[i];
            return NGX_OK;
        }
    }

    ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                  "\"labels_use %V\" names no \"labels_database\" block",
                  &llcf->use);

    return NGX_ERROR;
}


/*
 * A header name with underscores: nginx drops it by default, and asks the
 * default server of the listening address until it has seen the Host header.
 */

static void
ngx_http_labels_token_header(ngx_conf_t *cf, ngx_http_core_srv_conf_t *cscf)
{
    ngx_uint_t                  i, j, k;
    ngx_http_conf_port_t       *port;
    ngx_http_conf_addr_t       *addr;
    ngx_http_core_srv_conf_t  **server;
    ngx_http_core_main_conf_t  *cmcf;

    ngx_http_labels_underscores(cf, cscf);

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    if (cmcf->ports == NULL) {
        return;
    }

    port = cmcf->ports->elts;

    for (i = 0; i < cmcf->ports->nelts; i++) {
        addr = port[i].addrs.elts;

        for (j = 0; j < port[i].addrs.nelts; j++) {
            server = addr[j].servers.elts;

            for (k = 0; k < addr[j].servers.nelts; k++) {
                if (server[k] == cscf) {
                    ngx_http_labels_underscores(cf, addr[j].default_server);
                    break;
                }
            }
        }
    }
}


static void
ngx_http_labels_underscores(ngx_conf_t *cf, ngx_http_core_srv_conf_t *cscf)
{
    ngx_str_t  name;

    if (cscf->underscores_in_headers) {
        return;
    }

    cscf->underscores_in_headers = 1;

    name = cscf->server_name;

    ngx_log_error(NGX_LOG_NOTICE, cf->log, 0,
                  "labels: underscores_in_headers is on for server \"%V\", "
                  "its requests may carry tokens in such a header", &name);
}
