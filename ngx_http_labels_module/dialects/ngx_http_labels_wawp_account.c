/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * Wawp: the token and the instance, which any part of a request may hold, and
 * the body, which may be one of them.
 */


#include "ngx_http_labels_wawp.h"


void
ngx_http_labels_wawp_token(ngx_http_labels_exchange_t *ex)
{
    ngx_str_t  *header;

    static ngx_str_t  query = ngx_string("access_token");
    static ngx_str_t  name = ngx_string("access-token");

    ex->token = ngx_http_labels_query(ex, &query);

    if (ex->token.len == 0) {
        ex->token = ngx_http_labels_bearer(ex->request);
    }

    if (ex->token.len == 0) {
        header = ngx_http_labels_header_in(ex->request, &name, NULL, NULL);

        if (header) {
            ex->token = *header;
        }
    }

    if (ex->token.len == 0) {
        ngx_str_null(&ex->token);
    }
}


ngx_int_t
ngx_http_labels_wawp_body(ngx_http_labels_exchange_t *ex)
{
    ngx_http_labels_json_error_e  error;

    static ngx_http_labels_json_limits_t  limits = {
        32, 0, NGX_HTTP_LABELS_JSON_BAD_UTF8
               | NGX_HTTP_LABELS_JSON_LONE_SURROGATE
    };

    if (ex->body.len == 0 || !ngx_http_labels_is_json(ex->request, 0)) {
        return NGX_OK;
    }

    error = ngx_http_labels_json_read(ex->pool, &ex->body, &limits, &ex->json);

    if (error == NGX_HTTP_LABELS_JSON_MEMORY) {
        return NGX_ERROR;
    }

    if (error != NGX_HTTP_LABELS_JSON_OK
        || ex->json->type != NGX_HTTP_LABELS_JSON_OBJECT)
    {
        ex->json = NULL;
        return NGX_DECLINED;
    }

    return NGX_OK;
}


/* the first place that has one wins */

ngx_int_t
ngx_http_labels_wawp_account(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_str_t               *header, instance, query;
    ngx_http_labels_json_t  *node;

    static ngx_str_t  token_name = ngx_string("access_token");
    static ngx_str_t  instance_name = ngx_string("instance_id");
    static ngx_str_t  header_name = ngx_string("x-instance-id");

    /* before the headers' comes the body's */

    query = ngx_http_labels_query(ex, &token_name);
    node = ngx_http_labels_member(ex, "access_token");

    if (query.len == 0 && node && node->value.len
        && ngx_http_labels_wawp_scalar(node))
    {
        ex->token = node->value;
    }

    if (ex->token.data == NULL) {
        return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_WAWP_NO_TOKEN);
    }

    instance = ngx_http_labels_query(ex, &instance_name);
    node = ngx_http_labels_member(ex, "instance_id");

    if (instance.len == 0 && node && ngx_http_labels_wawp_scalar(node)) {
        instance = node->value;
    }

    header = ngx_http_labels_header_in(ex->request, &header_name, NULL, NULL);

    if (instance.len == 0 && header) {
        instance = *header;
    }

    if (instance.len == 0) {
        return ngx_http_labels_wawp_problem_with(ex,
                                NGX_HTTP_LABELS_WAWP_MISSING, "instance_id");
    }

    if (!ngx_http_labels_text_storable(&instance)) {
        ngx_str_set(&op->p.account, "");
        return NGX_OK;
    }

    op->p.account = ngx_http_labels_operation_copy(op, &instance);

    return op->p.account.data ? NGX_OK : NGX_ERROR;
}


ngx_flag_t
ngx_http_labels_wawp_scalar(ngx_http_labels_json_t *node)
{
    size_t  i;

    if (node->type == NGX_HTTP_LABELS_JSON_STRING) {
        return 1;
    }

    if (node->type != NGX_HTTP_LABELS_JSON_NUMBER) {
        return 0;
    }

    for (i = 0; i < node->value.len; i++) {
        if ((node->value.data[i] < '0' || node->value.data[i] > '9')
            && !(i == 0 && node->value.data[i] == '-'))
        {
            return 0;
        }
    }

    return 1;
}


ngx_int_t
ngx_http_labels_wawp_problem_with(ngx_http_labels_exchange_t *ex,
    ngx_uint_t code, char *name)
{
    ngx_str_t  subject;

    subject.data = (u_char *) name;
    subject.len = ngx_strlen(name);

    return ngx_http_labels_problem_of(ex, code, &subject, 0);
}
