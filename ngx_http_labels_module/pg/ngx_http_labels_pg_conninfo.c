/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * The conninfo of a database, parsed by libpq and completed by us when the
 * configuration is read: libpq would resolve names while a worker waits.
 */


#include "ngx_http_labels_pg_pool.h"


#define NGX_HTTP_LABELS_PG_MIN_LIBPQ  140006


typedef struct {
    ngx_pool_t   *pool;
    ngx_array_t   keywords;
    ngx_array_t   values;
} ngx_http_labels_pg_conninfo_t;


static ngx_int_t ngx_http_labels_pg_conninfo_add(
    ngx_http_labels_pg_conninfo_t *ci, const char *keyword, ngx_str_t *value);
static char *ngx_http_labels_pg_conninfo_copy(
    ngx_http_labels_pg_conninfo_t *ci, PQconninfoOption *options,
    ngx_log_t *log);
static char *ngx_http_labels_pg_resolve(ngx_http_labels_pg_conninfo_t *ci,
    ngx_str_t *hosts, ngx_log_t *log);
static char *ngx_http_labels_pg_resolve_host(ngx_pool_t *pool,
    ngx_str_t *host, ngx_str_t *address);


char *
ngx_http_labels_pg_unfit(void)
{
    /* the pipeline's state machine was put right in 14.5 and 14.6 */

    if (PQlibVersion() < NGX_HTTP_LABELS_PG_MIN_LIBPQ) {
        return "libpq is older than 14.6, install a newer libpq5";
    }

    return NULL;
}


char *
ngx_http_labels_pg_conninfo(ngx_pool_t *pool, ngx_http_labels_database_t *db,
    ngx_log_t *log)
{
    char                           *error, *message;
    ngx_str_t                       text;
    PQconninfoOption               *options;
    ngx_http_labels_pg_conninfo_t   ci;

    ci.pool = pool;

    if (ngx_array_init(&ci.keywords, pool, 16, sizeof(char *)) != NGX_OK
        || ngx_array_init(&ci.values, pool, 16, sizeof(char *)) != NGX_OK)
    {
        return "out of memory";
    }

    message = NULL;
    options = PQconninfoParse((char *) db->conninfo.data, &message);

    if (options == NULL) {
        text.len = message ? ngx_strlen(message) : 0;
        error = "out of memory";

        if (text.len) {
            text.len--; /* the newline */
            text.data = (u_char *) message;
            message[text.len] = '\0';
            error = (char *) ngx_pnalloc(pool, text.len + 1);

            if (error) {
                ngx_memcpy(error, text.data, text.len + 1);
            }
        }

        PQfreemem(message);
        return error ? error : "out of memory";
    }

    error = ngx_http_labels_pg_conninfo_copy(&ci, options, log);
    PQconninfoFree(options);

    if (error) {
        return error;
    }

    db->keywords = ci.keywords.elts;
    db->values = ci.values.elts;

    return NULL;
}


static char *
ngx_http_labels_pg_conninfo_copy(ngx_http_labels_pg_conninfo_t *ci,
    PQconninfoOption *options, ngx_log_t *log)
{
    char              *error;
    ngx_str_t          hosts, value;
    ngx_flag_t         named, resolved;
    PQconninfoOption  *option;

    ngx_str_null(&hosts);
    named = 0;
    resolved = 0;

    for (option = options; option->keyword; option++) {

        if (option->val == NULL) {
            continue;
        }

        value.data = (u_char *) option->val;
        value.len = ngx_strlen(option->val);

        if (ngx_strcmp(option->keyword, "host") == 0) {
            hosts = value;
        }

        if (ngx_strcmp(option->keyword, "hostaddr") == 0) {
            resolved = 1;
        }

        if (ngx_strcmp(option->keyword, "application_name") == 0) {
            named = 1;
        }

        if (ngx_http_labels_pg_conninfo_add(ci, option->keyword, &value)
            != NGX_OK)
        {
            return "out of memory";
        }
    }

    if (hosts.len && !resolved) {
        error = ngx_http_labels_pg_resolve(ci, &hosts, log);

        if (error) {
            return error;
        }
    }

    if (!named) {
        ngx_str_set(&value, "ngx_http_labels_module");

        if (ngx_http_labels_pg_conninfo_add(ci, "application_name", &value)
            != NGX_OK)
        {
            return "out of memory";
        }
    }

    ngx_str_set(&value, "UTF8");

    if (ngx_http_labels_pg_conninfo_add(ci, "client_encoding", &value)
        != NGX_OK
        || ngx_http_labels_pg_conninfo_add(ci, NULL, NULL) != NGX_OK)
    {
        return "out of memory";
    }

    return NULL;
}


/* keyword NULL ends the lists */

static ngx_int_t
ngx_http_labels_pg_conninfo_add(ngx_http_labels_pg_conninfo_t *ci,
    const char *keyword, ngx_str_t *value)
{
    size_t   len;
    char   **k, **v;

    k = ngx_array_push(&ci->keywords);
    v = ngx_array_push(&ci->values);

    if (k == NULL || v == NULL) {
        return NGX_ERROR;
    }

    *k = NULL;
    *v = NULL;

    if (keyword == NULL) {
        return NGX_OK;
    }

    len = ngx_strlen(keyword);

    *k = ngx_pnalloc(ci->pool, len + 1);
    *v = ngx_pnalloc(ci->pool, value->len + 1);

    if (*k == NULL || *v == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(*k, keyword, len + 1);
    ngx_memcpy(*v, value->data, value->len);
    (*v)[value->len] = '\0';

    return NGX_OK;
}


/*
 * Adds a hostaddr list that matches the comma-separated hosts.  The names stay
 * in `host`: certificates are verified against them.
 */

static char *
ngx_http_labels_pg_resolve(ngx_http_labels_pg_conninfo_t *ci,
    ngx_str_t *hosts, ngx_log_t *log)
{
    char       *error;
    u_char     *p, *end, *comma, *last;
    ngx_str_t   host, address, list;
    ngx_flag_t  found;

    /* an address needs no more room than this */

    list.data = ngx_pnalloc(ci->pool, hosts->len
                                      + (hosts->len + 1) * NGX_SOCKADDR_STRLEN);
    if (list.data == NULL) {
        return "out of memory";
    }

    last = list.data;
    end = hosts->data + hosts->len;
    found = 0;

    for (p = hosts->data; p <= end; p = comma + 1) {
        comma = ngx_strlchr(p, end, ',');

        if (comma == NULL) {
            comma = end;
        }

        host.data = p;
        host.len = comma - p;

        ngx_str_null(&address);

        error = ngx_http_labels_pg_resolve_host(ci->pool, &host, &address);

        if (error) {
            return error;
        }

        if (address.len) {
            found = 1;

            if (address.len != host.len
                || ngx_strncmp(address.data, host.data, host.len) != 0)
            {
                ngx_log_error(NGX_LOG_NOTICE, log, 0,
                              "labels_database: \"%V\" is %V until the next "
                              "reload", &host, &address);
            }
        }

        last = ngx_cpymem(last, address.data, address.len);

        if (comma < end) {
            *last++ = ',';
        }
    }

    if (!found) {
        return NULL;
    }

    list.len = last - list.data;

    return ngx_http_labels_pg_conninfo_add(ci, "hostaddr", &list) == NGX_OK
           ? NULL : "out of memory";
}


/* unix sockets have no address: it stays empty */

static char *
ngx_http_labels_pg_resolve_host(ngx_pool_t *pool, ngx_str_t *host,
    ngx_str_t *address)
{
    char             *name, *error;
    u_char            text[NGX_SOCKADDR_STRLEN];
    struct addrinfo   hints, *res;

    if (host->len == 0 || host->data[0] == '/' || host->data[0] == '@') {
        return NULL;
    }

    name = (char *) ngx_pnalloc(pool, host->len + 1);
    if (name == NULL) {
        return "out of memory";
    }

    ngx_cpystrn((u_char *) name, host->data, host->len + 1);

    ngx_memzero(&hints, sizeof(struct addrinfo));
    hints.ai_socktype = SOCK_STREAM;

    if (getaddrinfo(name, NULL, &hints, &res) != 0) {
        error = (char *) ngx_pnalloc(pool, host->len + sizeof("host \"\" was "
                                     "not found, name an address in hostaddr"));
        if (error == NULL) {
            return "out of memory";
        }

        ngx_sprintf((u_char *) error, "host \"%V\" was not found, name an "
                    "address in hostaddr%Z", host);
        return error;
    }

    address->len = ngx_sock_ntop(res->ai_addr, res->ai_addrlen, text,
                                 NGX_SOCKADDR_STRLEN, 0);
    address->data = ngx_pnalloc(pool, address->len);

    freeaddrinfo(res);

    if (address->data == NULL) {
        return "out of memory";
    }

    ngx_memcpy(address->data, text, address->len);

    return NULL;
}
