/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */


#include "ngx_http_labels_dialect.h"


static ngx_int_t ngx_http_labels_problem_push(ngx_http_labels_exchange_t *ex,
    ngx_uint_t code, ngx_str_t *subject, ngx_uint_t number);
static ngx_flag_t ngx_http_labels_header_is(ngx_str_t *key, ngx_str_t *name);


ngx_http_labels_dialect_t  *ngx_http_labels_dialects[] = {
    &ngx_http_labels_chatwoot,
    &ngx_http_labels_leadlex,
    &ngx_http_labels_highlevel,
    &ngx_http_labels_kirimchat,
    &ngx_http_labels_wawp,
    NULL
};


ngx_http_labels_dialect_t *
ngx_http_labels_dialect(ngx_str_t *name)
{
    ngx_uint_t                  i;
    ngx_http_labels_dialect_t  *dialect;

    for (i = 0; ngx_http_labels_dialects[i]; i++) {
        dialect = ngx_http_labels_dialects[i];

        if (dialect->name.len == name->len
            && ngx_strncmp(dialect->name.data, name->data, name->len) == 0)
        {
            return dialect;
        }
    }

    return NULL;
}


ngx_http_labels_dialect_t *
ngx_http_labels_dialect_of_path(ngx_str_t *path)
{
    ngx_str_t   *prefix;
    ngx_uint_t   i;

    for (i = 0; ngx_http_labels_dialects[i]; i++) {

        for (prefix = ngx_http_labels_dialects[i]->prefixes;
             prefix->len;
             prefix++)
        {
            if (path->len >= prefix->len
                && ngx_strncmp(path->data, prefix->data, prefix->len) == 0)
            {
                return ngx_http_labels_dialects[i];
            }
        }
    }

    return NULL;
}


ngx_http_labels_exchange_t *
ngx_http_labels_exchange_create(ngx_http_request_t *r,
    ngx_http_labels_dialect_t *dialect)
{
    u_char                      *p;
    ngx_http_labels_exchange_t  *ex;

    ex = ngx_pcalloc(r->pool, sizeof(ngx_http_labels_exchange_t));
    if (ex == NULL) {
        return NULL;
    }

    ex->request = r;
    ex->pool = r->pool;
    ex->dialect = dialect;
    ex->retry_after = 1;

    if (ngx_array_init(&ex->problems, r->pool, 1,
                       sizeof(ngx_http_labels_problem_t))
        != NGX_OK)
    {
        return NULL;
    }

    /* as sent: nginx's own form is decoded, and its slashes are merged */

    ex->path = r->unparsed_uri;

    p = ngx_strlchr(ex->path.data, ex->path.data + ex->path.len, '?');

    if (p) {
        ex->path.len = p - ex->path.data;
    }

    if (dialect->request_id(ex) != NGX_OK) {
        return NULL;
    }

    return ex;
}


ngx_int_t
ngx_http_labels_problem(ngx_http_labels_exchange_t *ex, ngx_uint_t code)
{
    return ngx_http_labels_problem_of(ex, code, NULL, 0);
}


ngx_int_t
ngx_http_labels_problem_of(ngx_http_labels_exchange_t *ex, ngx_uint_t code,
    ngx_str_t *subject, ngx_uint_t number)
{
    ex->problems.nelts = 0;

    return ngx_http_labels_problem_push(ex, code, subject, number);
}


ngx_int_t
ngx_http_labels_problem_add(ngx_http_labels_exchange_t *ex, ngx_uint_t code,
    ngx_str_t *subject)
{
    return ngx_http_labels_problem_push(ex, code, subject, 0);
}


static ngx_int_t
ngx_http_labels_problem_push(ngx_http_labels_exchange_t *ex, ngx_uint_t code,
    ngx_str_t *subject, ngx_uint_t number)
{
    ngx_http_labels_problem_t  *problem;

    problem = ngx_array_push(&ex->problems);
    if (problem == NULL) {
        return NGX_ERROR;
    }

    problem->code = code;
    problem->number = number;
    ngx_str_null(&problem->subject);

    if (subject) {
        problem->subject = *subject;
    }

    return NGX_DECLINED;
}


ngx_int_t
ngx_http_labels_refused(ngx_http_labels_exchange_t *ex, ngx_uint_t refusal)
{
    ngx_http_labels_refusal_t  *rule;

    for (rule = ex->dialect->refusals; rule->refusal; rule++) {
        if (refusal & rule->refusal) {
            return ngx_http_labels_problem(ex, rule->problem);
        }
    }

    /* a bit that the dialect does not expect must not let anybody in */

    return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_PROBLEM_INTERNAL);
}


ngx_str_t *
ngx_http_labels_header_in(ngx_http_request_t *r, ngx_str_t *name,
    ngx_uint_t *n, ngx_flag_t *differ)
{
    ngx_str_t        *value;
    ngx_flag_t        unequal;
    ngx_uint_t        i, count;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *header;

    part = &r->headers_in.headers.part;
    header = part->elts;
    value = NULL;
    unequal = 0;
    count = 0;

    for (i = 0; /* void */; i++) {

        if (i >= part->nelts) {
            if (part->next == NULL) {
                break;
            }

            part = part->next;
            header = part->elts;
            i = 0;
        }

        if (!ngx_http_labels_header_is(&header[i].key, name)) {
            continue;
        }

        if (count++ == 0) {
            value = &header[i].value;
            continue;
        }

        if (header[i].value.len != value->len
            || ngx_memcmp(header[i].value.data, value->data, value->len) != 0)
        {
            unequal = 1;
        }
    }

    if (n) {
        *n = count;
    }

    if (differ) {
        *differ = unequal;
    }

    return value;
}


static ngx_flag_t
ngx_http_labels_header_is(ngx_str_t *key, ngx_str_t *name)
{
    u_char  c;
    size_t  i;

    if (key->len != name->len) {
        return 0;
    }

    for (i = 0; i < name->len; i++) {
        c = ngx_tolower(key->data[i]);

        if (c == '_') {
            c = '-';
        }

        if (c != name->data[i]) {
            return 0;
        }
    }

    return 1;
}


ngx_str_t
ngx_http_labels_bearer(ngx_http_request_t *r)
{
    u_char     *p, *end;
    ngx_str_t   key;

    ngx_str_null(&key);

    if (r->headers_in.authorization == NULL) {
        return key;
    }

    p = r->headers_in.authorization->value.data;
    end = p + r->headers_in.authorization->value.len;

    if (end - p < 6 || ngx_strncasecmp(p, (u_char *) "Bearer", 6) != 0) {
        return key;
    }

    p += 6;

    if (p < end && *p != ' ') {
        return key;
    }

    while (p < end && *p == ' ') {
        p++;
    }

    key.data = p;
    key.len = end - p;

    return key;
}


ngx_int_t
ngx_http_labels_header_out(ngx_http_labels_exchange_t *ex, ngx_str_t *name,
    ngx_str_t *value)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&ex->request->headers_out.headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    h->hash = 1;
    h->key = *name;
    h->value = *value;
    h->lowcase_key = NULL;

#if (nginx_version >= 1023000)
    h->next = NULL;
#endif

    return NGX_OK;
}


ngx_int_t
ngx_http_labels_header_out_number(ngx_http_labels_exchange_t *ex,
    ngx_str_t *name, ngx_uint_t value)
{
    ngx_str_t  text;

    text.data = ngx_pnalloc(ex->pool, NGX_INT_T_LEN);
    if (text.data == NULL) {
        return NGX_ERROR;
    }

    text.len = ngx_sprintf(text.data, "%ui", value) - text.data;

    return ngx_http_labels_header_out(ex, name, &text);
}


ngx_str_t
ngx_http_labels_query(ngx_http_labels_exchange_t *ex, ngx_str_t *name)
{
    u_char     *p, *end, *amp, *eq;
    ngx_str_t   key, value;

    ngx_str_null(&value);

    p = ex->request->args.data;
    end = p + ex->request->args.len;

    for ( /* void */ ; p < end; p = amp + 1) {
        amp = ngx_strlchr(p, end, '&');

        if (amp == NULL) {
            amp = end;
        }

        eq = ngx_strlchr(p, amp, '=');

        if (eq == NULL) {
            eq = amp;
        }

        key.data = p;
        key.len = eq - p;

        key = ngx_http_labels_unescape(ex->pool, &key, 1);

        if (key.data == NULL) {
            return value;
        }

        if (key.len != name->len
            || ngx_strncmp(key.data, name->data, name->len) != 0)
        {
            continue;
        }

        key.data = (eq < amp) ? eq + 1 : amp;
        key.len = amp - key.data;

        return ngx_http_labels_unescape(ex->pool, &key, 1);
    }

    return value;
}


ngx_str_t
ngx_http_labels_unescape(ngx_pool_t *pool, ngx_str_t *src, ngx_flag_t form)
{
    u_char     *p, *end, *last;
    ngx_int_t   byte;
    ngx_str_t   dst;

    p = src->data;
    end = p + src->len;

    for ( /* void */ ; p < end; p++) {
        if (*p == '%' || (form && *p == '+')) {
            break;
        }
    }

    if (p == end && src->data) {
        return *src;
    }

    dst.len = 0;
    dst.data = ngx_pnalloc(pool, src->len + 1);

    if (dst.data == NULL) {
        return dst;
    }

    last = dst.data;

    for (p = src->data; p < end; p++) {

        if (*p == '%' && end - p > 2) {
            byte = ngx_hextoi(p + 1, 2);

            if (byte != NGX_ERROR) {
                *last++ = (u_char) byte;
                p += 2;
                continue;
            }
        }

        *last++ = (form && *p == '+') ? ' ' : *p;
    }

    dst.len = last - dst.data;

    return dst;
}


ngx_flag_t
ngx_http_labels_is_json(ngx_http_request_t *r, ngx_flag_t json_suffix)
{
    u_char     *p, *end;
    ngx_str_t   type;

    static ngx_str_t  json = ngx_string("application/json");
    static ngx_str_t  text = ngx_string("text/x-json");

    if (r->headers_in.content_type == NULL) {
        return 1;
    }

    type = r->headers_in.content_type->value;

    if (type.len == 0) {
        return 1;
    }

    p = type.data;
    end = ngx_strlchr(p, p + type.len, ';');

    if (end == NULL) {
        end = p + type.len;
    }

    while (end > p && (end[-1] == ' ' || end[-1] == '\t')) {
        end--;
    }

    type.len = end - p;

    if (type.len == json.len
        && ngx_strncasecmp(p, json.data, json.len) == 0)
    {
        return 1;
    }

    if (!json_suffix) {
        return 0;
    }

    if (type.len == text.len && ngx_strncasecmp(p, text.data, text.len) == 0) {
        return 1;
    }

    return type.len > sizeof("application/+json") - 1
           && ngx_strncasecmp(p, (u_char *) "application/", 12) == 0
           && ngx_strncasecmp(end - 5, (u_char *) "+json", 5) == 0;
}
