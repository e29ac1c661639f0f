/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * Parameters travel in the path, the query, the body and headers; every place
 * occurs in the vendor's own material.
 */


#include "ngx_http_labels_wawp.h"


#define NGX_HTTP_LABELS_WAWP_SOURCES     5
#define NGX_HTTP_LABELS_WAWP_MAX_LABELS  1000


/* the values of a parameter, the one that wins first */

typedef struct {
    ngx_uint_t                   n;
    ngx_str_t                    values[NGX_HTTP_LABELS_WAWP_SOURCES];
} ngx_http_labels_wawp_values_t;


/* a chat id's forms: suffix, digits, what may follow them, and the suffix that
   is kept */

typedef struct {
    ngx_str_t                    suffix;
    ngx_uint_t                   min;
    ngx_uint_t                   max;
    u_char                       separator;
    ngx_uint_t                   more_min;
    ngx_uint_t                   more_max;
    ngx_flag_t                   keep;
    ngx_str_t                    becomes;
} ngx_http_labels_wawp_chat_t;


typedef ngx_int_t (*ngx_http_labels_wawp_normal_pt)(ngx_pool_t *pool,
    ngx_str_t *value, ngx_str_t *normal);


static void ngx_http_labels_wawp_sources(ngx_http_labels_exchange_t *ex,
    ngx_str_t *label, ngx_http_labels_wawp_values_t *ids, ngx_str_t *chat,
    ngx_http_labels_wawp_values_t *chats);
static ngx_int_t ngx_http_labels_wawp_check(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op, ngx_http_labels_wawp_values_t *ids,
    ngx_http_labels_wawp_values_t *chats, ngx_http_labels_json_t *labels);
static ngx_int_t ngx_http_labels_wawp_body(ngx_http_labels_exchange_t *ex);
static ngx_int_t ngx_http_labels_wawp_account(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);
static void ngx_http_labels_wawp_add(ngx_http_labels_wawp_values_t *values,
    ngx_str_t *value);
static void ngx_http_labels_wawp_add_json(
    ngx_http_labels_wawp_values_t *values, ngx_http_labels_json_t *node);
static ngx_flag_t ngx_http_labels_wawp_scalar(ngx_http_labels_json_t *node);
static ngx_int_t ngx_http_labels_wawp_required(ngx_http_labels_exchange_t *ex,
    ngx_uint_t missing);
static ngx_int_t ngx_http_labels_wawp_agree(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_wawp_values_t *values, ngx_str_t *normal,
    ngx_http_labels_wawp_normal_pt normalize, char *name);
static ngx_int_t ngx_http_labels_wawp_labels(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op, ngx_http_labels_json_t *labels);
static ngx_int_t ngx_http_labels_wawp_problem_with(
    ngx_http_labels_exchange_t *ex, ngx_uint_t code, char *name);
static ngx_int_t ngx_http_labels_wawp_normal_id(ngx_pool_t *pool,
    ngx_str_t *value, ngx_str_t *normal);
static ngx_int_t ngx_http_labels_wawp_normal_chat(ngx_pool_t *pool,
    ngx_str_t *value, ngx_str_t *normal);
static ngx_int_t ngx_http_labels_wawp_normal_number(ngx_pool_t *pool,
    ngx_str_t *value, ngx_str_t *normal);
static size_t ngx_http_labels_wawp_digits(u_char *p, u_char *end);


static ngx_http_labels_wawp_chat_t  ngx_http_labels_wawp_chats[] = {
    { ngx_string("@c.us"), 5, 20, 0, 0, 0, 0, ngx_string("@c.us") },
    { ngx_string("@s.whatsapp.net"), 5, 20, ':', 1, 3, 0,
      ngx_string("@c.us") },
    { ngx_string("@g.us"), 5, 24, '-', 5, 12, 1, ngx_string("@g.us") },
    { ngx_string("@lid"), 1, 20, ':', 1, 3, 0, ngx_string("@lid") },
    { ngx_null_string, 0, 0, 0, 0, 0, 0, ngx_null_string }
};


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
ngx_http_labels_wawp_collect(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op, ngx_uint_t needs, ngx_str_t *label,
    ngx_str_t *chat)
{
    ngx_int_t                       rc;
    ngx_uint_t                      missing;
    ngx_http_labels_json_t         *labels;
    ngx_http_labels_wawp_values_t   ids, chats;

    rc = ngx_http_labels_wawp_body(ex);

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (ngx_http_labels_wawp_account(ex, op) != NGX_OK) {
        return ex->token.data ? NGX_DECLINED : NGX_DONE;
    }

    if (rc == NGX_DECLINED) {
        return ngx_http_labels_wawp_problem_with(ex,
                                       NGX_HTTP_LABELS_WAWP_FORMAT, "body");
    }

    ngx_http_labels_wawp_sources(ex, label, &ids, chat, &chats);
    labels = ngx_http_labels_member(ex, "labels");

    if (labels && labels->type == NGX_HTTP_LABELS_JSON_NULL) {
        labels = NULL;
    }

    missing = (ids.n ? 0 : NGX_HTTP_LABELS_WAWP_ID)
              | (chats.n ? 0 : NGX_HTTP_LABELS_WAWP_CHAT)
              | (labels ? 0 : NGX_HTTP_LABELS_WAWP_LABELS);

    if (missing & needs) {
        return ngx_http_labels_wawp_required(ex, missing & needs);
    }

    if (!(needs & NGX_HTTP_LABELS_WAWP_ID)) {
        ids.n = 0;
    }

    if (!(needs & NGX_HTTP_LABELS_WAWP_LABELS)) {
        labels = NULL;
    }

    return ngx_http_labels_wawp_check(ex, op, &ids, &chats, labels);
}


/* in the order of precedence */

static void
ngx_http_labels_wawp_sources(ngx_http_labels_exchange_t *ex, ngx_str_t *label,
    ngx_http_labels_wawp_values_t *ids, ngx_str_t *chat,
    ngx_http_labels_wawp_values_t *chats)
{
    ngx_str_t  query;

    static ngx_str_t  names[] = {
        ngx_string("id"), ngx_string("labelId"), ngx_string("chatId")
    };

    ids->n = 0;
    chats->n = 0;

    ngx_http_labels_wawp_add(ids, label);
    query = ngx_http_labels_query(ex, &names[0]);
    ngx_http_labels_wawp_add(ids, &query);
    query = ngx_http_labels_query(ex, &names[1]);
    ngx_http_labels_wawp_add(ids, &query);
    ngx_http_labels_wawp_add_json(ids, ngx_http_labels_member(ex, "id"));
    ngx_http_labels_wawp_add_json(ids, ngx_http_labels_member(ex, "labelId"));

    ngx_http_labels_wawp_add(chats, chat);
    query = ngx_http_labels_query(ex, &names[2]);
    ngx_http_labels_wawp_add(chats, &query);
    ngx_http_labels_wawp_add_json(chats, ngx_http_labels_member(ex, "chatId"));
}


/* formats of the values that win, then whether the others agree with them */

static ngx_int_t
ngx_http_labels_wawp_check(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op, ngx_http_labels_wawp_values_t *ids,
    ngx_http_labels_wawp_values_t *chats, ngx_http_labels_json_t *labels)
{
    ngx_int_t  rc;
    ngx_str_t  id, chat;

    if (ids->n
        && ngx_http_labels_wawp_normal_id(op->pool, &ids->values[0], &id)
           != NGX_OK)
    {
        return ngx_http_labels_wawp_problem_with(ex,
                                         NGX_HTTP_LABELS_WAWP_FORMAT, "id");
    }

    if (ngx_http_labels_wawp_normal_chat(op->pool, &chats->values[0], &chat)
        != NGX_OK)
    {
        return ngx_http_labels_wawp_problem_with(ex,
                                     NGX_HTTP_LABELS_WAWP_FORMAT, "chatId");
    }

    if (labels) {
        rc = ngx_http_labels_wawp_labels(ex, op, labels);

        if (rc != NGX_OK) {
            return rc;
        }
    }

    if (ids->n) {
        rc = ngx_http_labels_wawp_agree(ex, ids, &id,
                                        ngx_http_labels_wawp_normal_id, "id");

        if (rc != NGX_OK) {
            return rc;
        }

        if (ngx_http_labels_add_id(op, &id) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    ngx_str_set(&op->p.target, "chat_id");
    ngx_str_set(&op->p.match, "label_id");
    op->p.reference = chat;

    return ngx_http_labels_wawp_agree(ex, chats, &chat,
                                      ngx_http_labels_wawp_normal_chat,
                                      "chatId");
}


/* NGX_DECLINED: it should be JSON and is not; it contributes nothing then */

static ngx_int_t
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


/* the token and the instance; the first place that has one wins */

static ngx_int_t
ngx_http_labels_wawp_account(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_str_t                      *header, instance, query;
    ngx_http_labels_json_t         *node;
    ngx_http_labels_wawp_values_t   instances;

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

    instances.n = 0;

    instance = ngx_http_labels_query(ex, &instance_name);
    ngx_http_labels_wawp_add(&instances, &instance);

    node = ngx_http_labels_member(ex, "instance_id");

    if (node && ngx_http_labels_wawp_scalar(node)) {
        ngx_http_labels_wawp_add(&instances, &node->value);
    }

    header = ngx_http_labels_header_in(ex->request, &header_name, NULL, NULL);
    ngx_http_labels_wawp_add(&instances, header);

    if (instances.n == 0) {
        return ngx_http_labels_wawp_problem_with(ex,
                                NGX_HTTP_LABELS_WAWP_MISSING, "instance_id");
    }

    if (!ngx_http_labels_text_storable(&instances.values[0])) {
        ngx_str_set(&op->p.account, "");
        return NGX_OK;
    }

    op->p.account = ngx_http_labels_operation_copy(op, &instances.values[0]);

    return op->p.account.data ? NGX_OK : NGX_ERROR;
}


/* an empty value is none; so is a placeholder of the published paths */

static void
ngx_http_labels_wawp_add(ngx_http_labels_wawp_values_t *values,
    ngx_str_t *value)
{
    ngx_str_t  *name;

    static ngx_str_t  placeholders[] = {
        ngx_string("{id}"), ngx_string("{labelId}"), ngx_string("{chatId}"),
        ngx_null_string
    };

    if (value == NULL || value->len == 0) {
        return;
    }

    for (name = placeholders; name->len; name++) {
        if (name->len == value->len
            && ngx_strncmp(name->data, value->data, name->len) == 0)
        {
            return;
        }
    }

    values->values[values->n++] = *value;
}


static void
ngx_http_labels_wawp_add_json(ngx_http_labels_wawp_values_t *values,
    ngx_http_labels_json_t *node)
{
    static ngx_str_t  wrong = ngx_string("?");

    if (node == NULL || node->type == NGX_HTTP_LABELS_JSON_NULL
        || (node->type == NGX_HTTP_LABELS_JSON_STRING && node->value.len == 0))
    {
        return;
    }

    /* a value of another type is there, and fits no format */

    values->values[values->n++] = ngx_http_labels_wawp_scalar(node)
                                  ? node->value : wrong;
}


/* strings, and numbers that are integers as they are written */

static ngx_flag_t
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


static ngx_int_t
ngx_http_labels_wawp_required(ngx_http_labels_exchange_t *ex,
    ngx_uint_t missing)
{
    u_char     *p;
    ngx_str_t   list;

    p = ngx_pnalloc(ex->pool, sizeof("id, chatId, labels, "));
    if (p == NULL) {
        return NGX_ERROR;
    }

    list.data = p;

    if (missing & NGX_HTTP_LABELS_WAWP_ID) {
        p = ngx_cpymem(p, "id, ", sizeof("id, ") - 1);
    }

    if (missing & NGX_HTTP_LABELS_WAWP_CHAT) {
        p = ngx_cpymem(p, "chatId, ", sizeof("chatId, ") - 1);
    }

    if (missing & NGX_HTTP_LABELS_WAWP_LABELS) {
        p = ngx_cpymem(p, "labels, ", sizeof("labels, ") - 1);
    }

    list.len = p - list.data - 2;

    return ngx_http_labels_problem_of(ex, NGX_HTTP_LABELS_WAWP_MISSING, &list,
                                      0);
}


static ngx_int_t
ngx_http_labels_wawp_agree(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_wawp_values_t *values, ngx_str_t *normal,
    ngx_http_labels_wawp_normal_pt normalize, char *name)
{
    ngx_str_t   other;
    ngx_uint_t  i;

    for (i = 1; i < values->n; i++) {
        if (normalize(ex->pool, &values->values[i], &other) != NGX_OK
            || other.len != normal->len
            || ngx_strncmp(other.data, normal->data, normal->len) != 0)
        {
            return ngx_http_labels_wawp_problem_with(ex,
                                       NGX_HTTP_LABELS_WAWP_CONFLICT, name);
        }
    }

    return NGX_OK;
}


/* objects with an id, or bare ids */

static ngx_int_t
ngx_http_labels_wawp_labels(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op, ngx_http_labels_json_t *labels)
{
    ngx_str_t                id;
    ngx_http_labels_json_t  *item, *node;

    if (labels->type != NGX_HTTP_LABELS_JSON_ARRAY
        || labels->count > NGX_HTTP_LABELS_WAWP_MAX_LABELS)
    {
        return ngx_http_labels_wawp_problem_with(ex,
                                     NGX_HTTP_LABELS_WAWP_FORMAT, "labels");
    }

    for (item = labels->child; item; item = item->next) {
        node = item;

        if (item->type == NGX_HTTP_LABELS_JSON_OBJECT) {
            node = ngx_http_labels_json_member(item, (u_char *) "id", 2);
        }

        if (node == NULL
            || !ngx_http_labels_wawp_scalar(node)
            || ngx_http_labels_wawp_normal_id(op->pool, &node->value, &id)
               != NGX_OK)
        {
            return ngx_http_labels_wawp_problem_with(ex,
                                     NGX_HTTP_LABELS_WAWP_FORMAT, "labels");
        }

        if (ngx_http_labels_add_id(op, &id) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_labels_wawp_problem_with(ngx_http_labels_exchange_t *ex,
    ngx_uint_t code, char *name)
{
    ngx_str_t  subject;

    subject.data = (u_char *) name;
    subject.len = ngx_strlen(name);

    return ngx_http_labels_problem_of(ex, code, &subject, 0);
}


/* ^[1-9][0-9]{0,8}$ */

static ngx_int_t
ngx_http_labels_wawp_normal_id(ngx_pool_t *pool, ngx_str_t *value,
    ngx_str_t *normal)
{
    if (value->len == 0 || value->len > 9 || value->data[0] == '0'
        || ngx_http_labels_wawp_digits(value->data, value->data + value->len)
           != value->len)
    {
        return NGX_DECLINED;
    }

    normal->len = value->len;
    normal->data = ngx_pstrdup(pool, value);

    return normal->data ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_http_labels_wawp_normal_chat(ngx_pool_t *pool, ngx_str_t *value,
    ngx_str_t *normal)
{
    u_char                       *p, *end;
    size_t                        digits, more;
    ngx_http_labels_wawp_chat_t  *form;

    if (memchr(value->data, '@', value->len) == NULL) {
        return ngx_http_labels_wawp_normal_number(pool, value, normal);
    }

    for (form = ngx_http_labels_wawp_chats; form->suffix.len; form++) {

        if (value->len <= form->suffix.len
            || ngx_strncasecmp(value->data + value->len - form->suffix.len,
                               form->suffix.data, form->suffix.len)
               != 0)
        {
            continue;
        }

        p = value->data;
        end = p + value->len - form->suffix.len;

        digits = ngx_http_labels_wawp_digits(p, end);
        p += digits;
        more = 0;

        if (form->separator && p < end && *p == form->separator) {
            more = ngx_http_labels_wawp_digits(++p, end);

            if (more < form->more_min || more > form->more_max) {
                return NGX_DECLINED;
            }

            p += more;
        }

        if (p != end || digits < form->min || digits > form->max) {
            return NGX_DECLINED;
        }

        if (form->keep) {
            digits = end - value->data;
        }

        normal->data = ngx_pnalloc(pool, digits + form->becomes.len);
        if (normal->data == NULL) {
            return NGX_ERROR;
        }

        p = ngx_cpymem(normal->data, value->data, digits);
        p = ngx_cpymem(p, form->becomes.data, form->becomes.len);
        normal->len = p - normal->data;

        return NGX_OK;
    }

    return NGX_DECLINED;
}


/* a bare telephone number, as people write it */

static ngx_int_t
ngx_http_labels_wawp_normal_number(ngx_pool_t *pool, ngx_str_t *value,
    ngx_str_t *normal)
{
    u_char  *p, c;
    size_t   i, digits;

    normal->data = ngx_pnalloc(pool, value->len + sizeof("@c.us"));
    if (normal->data == NULL) {
        return NGX_ERROR;
    }

    p = normal->data;

    for (i = 0; i < value->len; i++) {
        c = value->data[i];

        if (c >= '0' && c <= '9') {
            *p++ = c;

        } else if (ngx_strchr(" +-()", c) == NULL || c == '\0') {
            return NGX_DECLINED;
        }
    }

    digits = p - normal->data;

    if (digits < 5 || digits > 20) {
        return NGX_DECLINED;
    }

    p = ngx_cpymem(p, "@c.us", sizeof("@c.us") - 1);
    normal->len = p - normal->data;

    return NGX_OK;
}


static size_t
ngx_http_labels_wawp_digits(u_char *p, u_char *end)
{
    u_char  *start;

    start = p;

    while (p < end && *p >= '0' && *p <= '9') {
        p++;
    }

    return p - start;
}
