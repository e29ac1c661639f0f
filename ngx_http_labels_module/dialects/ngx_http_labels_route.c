/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * Finding the route of a request in its dialect's table.  A path is cut at the
 * slashes that were sent and its segments are percent-decoded afterwards.
 */


#include "ngx_http_labels_dialect.h"


typedef struct {
    ngx_uint_t                   n;
    ngx_str_t                    raw[NGX_HTTP_LABELS_MAX_SEGMENTS];
    ngx_str_t                    decoded[NGX_HTTP_LABELS_MAX_SEGMENTS];
} ngx_http_labels_path_t;


static ngx_int_t ngx_http_labels_route_split(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_path_t *path);
static void ngx_http_labels_route_suffix(ngx_http_labels_exchange_t *ex,
    ngx_str_t *text);
static ngx_flag_t ngx_http_labels_route_match(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_route_t *route, ngx_http_labels_path_t *path);
static ngx_flag_t ngx_http_labels_route_reserved(
    ngx_http_labels_dialect_t *dialect, ngx_str_t *segment);
static ngx_int_t ngx_http_labels_route_method(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_route_t *first);
static ngx_int_t ngx_http_labels_route_allow(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_route_t *first);


static struct {
    ngx_uint_t   method;
    char        *text;
} ngx_http_labels_methods[] = {
    { NGX_HTTP_GET, "GET, HEAD, " },
    { NGX_HTTP_PUT, "PUT, " },
    { NGX_HTTP_POST, "POST, " },
    { NGX_HTTP_PATCH, "PATCH, " },
    { NGX_HTTP_DELETE, "DELETE, " },
    { 0, NULL }
};


ngx_int_t
ngx_http_labels_exchange_route(ngx_http_labels_exchange_t *ex)
{
    ngx_http_labels_path_t    path;
    ngx_http_labels_route_t  *route;

    if (ngx_http_labels_route_split(ex, &path) != NGX_OK) {
        return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_PROBLEM_NO_ROUTE);
    }

    /* the first path that fits decides, its methods follow in the table */

    for (route = ex->dialect->routes; route->path.len; route++) {

        if (ngx_http_labels_route_match(ex, route, &path)) {
            return ngx_http_labels_route_method(ex, route);
        }
    }

    return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_PROBLEM_NO_ROUTE);
}


static ngx_int_t
ngx_http_labels_route_split(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_path_t *path)
{
    u_char     *p, *end, *slash;
    ngx_str_t   text;

    text = ex->path;
    ngx_http_labels_route_suffix(ex, &text);

    if (text.len == 0 || text.data[0] != '/') {
        return NGX_DECLINED;
    }

    end = text.data + text.len;
    path->n = 0;

    for (p = text.data + 1; p <= end; p = slash + 1) {
        slash = ngx_strlchr(p, end, '/');

        if (slash == NULL) {
            slash = end;
        }

        if (slash == p || path->n == NGX_HTTP_LABELS_MAX_SEGMENTS) {
            return NGX_DECLINED;
        }

        path->raw[path->n].data = p;
        path->raw[path->n].len = slash - p;
        path->decoded[path->n] = ngx_http_labels_unescape(ex->pool,
                                                    &path->raw[path->n], 0);

        if (path->decoded[path->n].data == NULL) {
            return NGX_DECLINED;
        }

        path->n++;
    }

    return NGX_OK;
}


static void
ngx_http_labels_route_suffix(ngx_http_labels_exchange_t *ex, ngx_str_t *text)
{
    if (ex->dialect->trailing_slash
        && text->len > 1
        && text->data[text->len - 1] == '/')
    {
        text->len--;
        return;
    }

    if (ex->dialect->json_suffix
        && text->len > 5
        && ngx_strncmp(text->data + text->len - 5, ".json", 5) == 0)
    {
        text->len -= 5;
    }
}


static ngx_flag_t
ngx_http_labels_route_match(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_route_t *route, ngx_http_labels_path_t *path)
{
    u_char      *p, *end, *slash;
    size_t       len;
    ngx_uint_t   i;

    end = route->path.data + route->path.len;
    ex->nparams = 0;
    i = 0;

    for (p = route->path.data + 1; p <= end; p = slash + 1) {
        slash = ngx_strlchr(p, end, '/');

        if (slash == NULL) {
            slash = end;
        }

        if (i == path->n) {
            return 0;
        }

        len = slash - p;

        if (p[0] != '{') {
            if (path->decoded[i].len != len
                || ngx_strncmp(path->decoded[i].data, p, len) != 0)
            {
                return 0;
            }

            i++;
            continue;
        }

        if (p[1] != '}'
            && ngx_http_labels_route_reserved(ex->dialect, &path->decoded[i]))
        {
            return 0;
        }

        ex->raw_params[ex->nparams] = path->raw[i];
        ex->params[ex->nparams++] = path->decoded[i++];
    }

    return i == path->n;
}


static ngx_flag_t
ngx_http_labels_route_reserved(ngx_http_labels_dialect_t *dialect,
    ngx_str_t *segment)
{
    ngx_str_t  *word;

    if (dialect->reserved == NULL) {
        return 0;
    }

    for (word = dialect->reserved; word->len; word++) {
        if (word->len == segment->len
            && ngx_strncmp(word->data, segment->data, word->len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


static ngx_int_t
ngx_http_labels_route_method(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_route_t *first)
{
    ngx_uint_t                method;
    ngx_http_labels_route_t  *route;

    method = ex->request->method;

    if (method == NGX_HTTP_HEAD) {
        method = NGX_HTTP_GET;
    }

    for (route = first;
         route->path.len == first->path.len
         && ngx_strncmp(route->path.data, first->path.data, first->path.len)
            == 0;
         route++)
    {
        if (route->method & method) {
            ex->route = route;
            return NGX_OK;
        }
    }

    if (ngx_http_labels_route_allow(ex, first) != NGX_OK) {
        return NGX_ERROR;
    }

    if (method == NGX_HTTP_OPTIONS && ex->dialect->options) {
        ex->status = NGX_HTTP_NO_CONTENT;
        ex->no_content_type = 1;
        return NGX_DONE;
    }

    return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_PROBLEM_METHOD);
}


/* the methods of the path in the order of the table */

static ngx_int_t
ngx_http_labels_route_allow(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_route_t *first)
{
    u_char                   *p;
    ngx_uint_t                i;
    ngx_http_labels_route_t  *route;

    p = ngx_pnalloc(ex->pool, 64);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ex->allow.data = p;

    for (route = first;
         route->path.len == first->path.len
         && ngx_strncmp(route->path.data, first->path.data, first->path.len)
            == 0;
         route++)
    {
        for (i = 0; ngx_http_labels_methods[i].text; i++) {
            if (route->method & ngx_http_labels_methods[i].method) {
                p = ngx_cpymem(p, ngx_http_labels_methods[i].text,
                               ngx_strlen(ngx_http_labels_methods[i].text));
            }
        }
    }

    if (ex->dialect->options) {
        p = ngx_cpymem(p, "OPTIONS, ", sizeof("OPTIONS, ") - 1);
    }

    /* without the last comma */

    ex->allow.len = p - ex->allow.data - 2;

    return NGX_OK;
}
