/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * Wawp: parameters travel in the path, the query, the body and headers; every
 * place occurs in the vendor's own material.
 */


#include "ngx_http_labels_palette.h"
#include "ngx_http_labels_wawp.h"


#define NGX_HTTP_LABELS_WAWP_SOURCES     5
#define NGX_HTTP_LABELS_WAWP_MAX_LABELS  1000
#define NGX_HTTP_LABELS_WAWP_MAX_LIMIT   1000
#define NGX_HTTP_LABELS_WAWP_MAX_OFFSET  999999999


typedef ngx_int_t (*ngx_http_labels_wawp_normal_pt)(ngx_pool_t *pool,
    ngx_str_t *value, ngx_str_t *normal);


typedef struct {
    ngx_uint_t                       bit;
    ngx_str_t                        name;
    ngx_str_t                        alias;
    ngx_flag_t                       integer; /* JSON's integers will do */
    ngx_flag_t                       filled;  /* "" is none */
    ngx_http_labels_wawp_normal_pt   normal;
} ngx_http_labels_wawp_parameter_t;


/* the values of a parameter, the one that wins first */

typedef struct {
    ngx_uint_t                   n;
    ngx_str_t                    values[NGX_HTTP_LABELS_WAWP_SOURCES];
    ngx_str_t                    normal;
} ngx_http_labels_wawp_values_t;


static void ngx_http_labels_wawp_sources(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_wawp_parameter_t *param, ngx_str_t *segment,
    ngx_http_labels_wawp_values_t *values);
static void ngx_http_labels_wawp_drop_blank(
    ngx_http_labels_wawp_values_t *values);
static void ngx_http_labels_wawp_add(ngx_http_labels_wawp_values_t *values,
    ngx_str_t *value);
static void ngx_http_labels_wawp_add_json(
    ngx_http_labels_wawp_parameter_t *param,
    ngx_http_labels_wawp_values_t *values, ngx_http_labels_json_t *node);
static ngx_flag_t ngx_http_labels_wawp_placeholder(
    ngx_http_labels_wawp_parameter_t *param, ngx_str_t *segment);
static ngx_int_t ngx_http_labels_wawp_required(ngx_http_labels_exchange_t *ex,
    ngx_uint_t missing);
static ngx_int_t ngx_http_labels_wawp_formats(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op, ngx_http_labels_wawp_values_t *values);
static ngx_int_t ngx_http_labels_wawp_normal(
    ngx_http_labels_wawp_parameter_t *param, ngx_pool_t *pool,
    ngx_str_t *value, ngx_str_t *normal);
static ngx_int_t ngx_http_labels_wawp_conflicts(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_wawp_values_t *values);
static ngx_int_t ngx_http_labels_wawp_labels(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op, ngx_http_labels_json_t *labels);
static ngx_int_t ngx_http_labels_wawp_page(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_wawp_number(ngx_http_labels_exchange_t *ex,
    char *name, int64_t min, int64_t max, size_t digits, ngx_int_t *number);
static ngx_int_t ngx_http_labels_wawp_take(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op, ngx_http_labels_wawp_values_t *values);
static ngx_int_t ngx_http_labels_wawp_take_color(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op,
    ngx_http_labels_wawp_values_t *color, ngx_http_labels_wawp_values_t *hex);


/* in the order in which they are checked */

typedef enum {
    NGX_HTTP_LABELS_WAWP_PARAM_ID = 0,
    NGX_HTTP_LABELS_WAWP_PARAM_CHAT,
    NGX_HTTP_LABELS_WAWP_PARAM_NAME,
    NGX_HTTP_LABELS_WAWP_PARAM_COLOR,
    NGX_HTTP_LABELS_WAWP_PARAM_HEX,
    NGX_HTTP_LABELS_WAWP_PARAMS
} ngx_http_labels_wawp_param_e;

static ngx_http_labels_wawp_parameter_t
    ngx_http_labels_wawp_parameters[NGX_HTTP_LABELS_WAWP_PARAMS] =
{
    { NGX_HTTP_LABELS_WAWP_ID, ngx_string("id"), ngx_string("labelId"), 1, 1,
      ngx_http_labels_wawp_normal_id },

    { NGX_HTTP_LABELS_WAWP_CHAT, ngx_string("chatId"), ngx_null_string, 1, 1,
      ngx_http_labels_wawp_normal_chat },

    { NGX_HTTP_LABELS_WAWP_NAME, ngx_string("name"), ngx_null_string, 0, 0,
      ngx_http_labels_wawp_normal_name },

    { NGX_HTTP_LABELS_WAWP_COLOR, ngx_string("color"), ngx_null_string, 1, 0,
      ngx_http_labels_wawp_normal_color },

    { NGX_HTTP_LABELS_WAWP_COLOR, ngx_string("colorHex"), ngx_null_string,
      0, 0, ngx_http_labels_wawp_normal_hex }
};


ngx_int_t
ngx_http_labels_wawp_collect(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op, ngx_uint_t required, ngx_uint_t optional,
    ngx_str_t *label, ngx_str_t *chat)
{
    ngx_int_t                       rc;
    ngx_str_t                      *segments[NGX_HTTP_LABELS_WAWP_PARAMS];
    ngx_uint_t                      i, present;
    ngx_http_labels_json_t         *labels;
    ngx_http_labels_wawp_values_t   values[NGX_HTTP_LABELS_WAWP_PARAMS];

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

    ngx_memzero(segments, sizeof(segments));
    segments[NGX_HTTP_LABELS_WAWP_PARAM_ID] = label;
    segments[NGX_HTTP_LABELS_WAWP_PARAM_CHAT] = chat;

    present = 0;

    for (i = 0; i < NGX_HTTP_LABELS_WAWP_PARAMS; i++) {
        values[i].n = 0;

        if (ngx_http_labels_wawp_parameters[i].bit & (required|optional)) {
            ngx_http_labels_wawp_sources(ex,
                                         &ngx_http_labels_wawp_parameters[i],
                                         segments[i], &values[i]);
        }

        if (values[i].n) {
            present |= ngx_http_labels_wawp_parameters[i].bit;
        }
    }

    labels = ngx_http_labels_member(ex, "labels");

    if (labels && labels->type != NGX_HTTP_LABELS_JSON_NULL) {
        present |= NGX_HTTP_LABELS_WAWP_LABELS;
    }

    if (required & ~present) {
        return ngx_http_labels_wawp_required(ex, required & ~present);
    }

    rc = ngx_http_labels_wawp_formats(ex, op, values);

    if (rc == NGX_OK && (required & NGX_HTTP_LABELS_WAWP_LABELS)) {
        rc = ngx_http_labels_wawp_labels(ex, op, labels);
    }

    if (rc == NGX_OK && (optional & NGX_HTTP_LABELS_WAWP_PAGE)) {
        rc = ngx_http_labels_wawp_page(ex, op);
    }

    if (rc == NGX_OK) {
        rc = ngx_http_labels_wawp_conflicts(ex, values);
    }

    return (rc == NGX_OK) ? ngx_http_labels_wawp_take(ex, op, values) : rc;
}


/* in the order of precedence */

static void
ngx_http_labels_wawp_sources(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_wawp_parameter_t *param, ngx_str_t *segment,
    ngx_http_labels_wawp_values_t *values)
{
    ngx_str_t  query;

    if (segment && !ngx_http_labels_wawp_placeholder(param, segment)) {
        ngx_http_labels_wawp_add(values, segment);
    }

    query = ngx_http_labels_query(ex, &param->name);
    ngx_http_labels_wawp_add(values, &query);

    if (param->alias.len) {
        query = ngx_http_labels_query(ex, &param->alias);
        ngx_http_labels_wawp_add(values, &query);
    }

    ngx_http_labels_wawp_add_json(param, values,
                                  ngx_http_labels_json_member(ex->json,
                                      param->name.data, param->name.len));

    if (param->alias.len) {
        ngx_http_labels_wawp_add_json(param, values,
                                  ngx_http_labels_json_member(ex->json,
                                      param->alias.data, param->alias.len));
    }

    if (param->bit == NGX_HTTP_LABELS_WAWP_NAME
        && ex->route->kind == NGX_HTTP_LABELS_LABEL_CREATE)
    {
        ngx_http_labels_wawp_drop_blank(values);
    }
}


/* a new label's blank name is none, wherever it is */

static void
ngx_http_labels_wawp_drop_blank(ngx_http_labels_wawp_values_t *values)
{
    ngx_str_t   *value;
    ngx_uint_t   i, n;

    n = 0;

    for (i = 0; i < values->n; i++) {
        value = &values->values[i];

        if (value->data == NULL
            || !ngx_http_labels_text_blank(value, NGX_HTTP_LABELS_SPACE_ASCII))
        {
            values->values[n++] = *value;
        }
    }

    values->n = n;
}


static void
ngx_http_labels_wawp_add(ngx_http_labels_wawp_values_t *values,
    ngx_str_t *value)
{
    if (value->len) {
        values->values[values->n++] = *value;
    }
}


/* a value of another type is there, and fits no format: data NULL */

static void
ngx_http_labels_wawp_add_json(ngx_http_labels_wawp_parameter_t *param,
    ngx_http_labels_wawp_values_t *values, ngx_http_labels_json_t *node)
{
    ngx_str_t  *value;

    if (node == NULL || node->type == NGX_HTTP_LABELS_JSON_NULL
        || (param->filled && node->type == NGX_HTTP_LABELS_JSON_STRING
            && node->value.len == 0))
    {
        return;
    }

    value = &values->values[values->n++];
    ngx_str_null(value);

    if (node->type == NGX_HTTP_LABELS_JSON_STRING
        || (param->integer && ngx_http_labels_wawp_scalar(node)))
    {
        *value = node->value;
    }
}


/* the published request lines have its name in the place of a value */

static ngx_flag_t
ngx_http_labels_wawp_placeholder(ngx_http_labels_wawp_parameter_t *param,
    ngx_str_t *segment)
{
    ngx_str_t  name;

    if (segment->len < 3 || segment->data[0] != '{'
        || segment->data[segment->len - 1] != '}')
    {
        return 0;
    }

    name.data = segment->data + 1;
    name.len = segment->len - 2;

    return (name.len == param->name.len
            && ngx_strncmp(name.data, param->name.data, name.len) == 0)
           || (name.len == param->alias.len
               && ngx_strncmp(name.data, param->alias.data, name.len) == 0);
}


static ngx_int_t
ngx_http_labels_wawp_required(ngx_http_labels_exchange_t *ex,
    ngx_uint_t missing)
{
    u_char      *p;
    ngx_str_t    list;
    ngx_uint_t   i;

    static struct {
        ngx_uint_t   bit;
        char        *text;
    } names[] = {
        { NGX_HTTP_LABELS_WAWP_ID, "id, " },
        { NGX_HTTP_LABELS_WAWP_CHAT, "chatId, " },
        { NGX_HTTP_LABELS_WAWP_NAME, "name, " },
        { NGX_HTTP_LABELS_WAWP_LABELS, "labels, " },
        { 0, NULL }
    };

    p = ngx_pnalloc(ex->pool, sizeof("id, chatId, name, labels, "));
    if (p == NULL) {
        return NGX_ERROR;
    }

    list.data = p;

    for (i = 0; names[i].bit; i++) {
        if (missing & names[i].bit) {
            p = ngx_cpymem(p, names[i].text, ngx_strlen(names[i].text));
        }
    }

    list.len = p - list.data - 2;

    return ngx_http_labels_problem_of(ex, NGX_HTTP_LABELS_WAWP_MISSING, &list,
                                      0);
}


/* of the values that win */

static ngx_int_t
ngx_http_labels_wawp_formats(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op, ngx_http_labels_wawp_values_t *values)
{
    ngx_int_t                          rc;
    ngx_uint_t                         i;
    ngx_http_labels_wawp_parameter_t  *param;

    for (i = 0; i < NGX_HTTP_LABELS_WAWP_PARAMS; i++) {

        if (values[i].n == 0) {
            continue;
        }

        param = &ngx_http_labels_wawp_parameters[i];

        rc = ngx_http_labels_wawp_normal(param, op->pool, &values[i].values[0],
                                         &values[i].normal);

        if (rc == NGX_ERROR) {
            return NGX_ERROR;
        }

        if (rc != NGX_OK) {
            return ngx_http_labels_problem_of(ex, NGX_HTTP_LABELS_WAWP_FORMAT,
                                              &param->name, 0);
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_labels_wawp_normal(ngx_http_labels_wawp_parameter_t *param,
    ngx_pool_t *pool, ngx_str_t *value, ngx_str_t *normal)
{
    return value->data ? param->normal(pool, value, normal) : NGX_DECLINED;
}


/* whether the values in the other places agree with the one that wins */

static ngx_int_t
ngx_http_labels_wawp_conflicts(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_wawp_values_t *values)
{
    ngx_str_t                          other;
    ngx_uint_t                         i, n;
    ngx_http_labels_wawp_parameter_t  *param;

    for (i = 0; i < NGX_HTTP_LABELS_WAWP_PARAMS; i++) {
        param = &ngx_http_labels_wawp_parameters[i];

        for (n = 1; n < values[i].n; n++) {

            if (ngx_http_labels_wawp_normal(param, ex->pool,
                                            &values[i].values[n], &other)
                != NGX_OK
                || other.len != values[i].normal.len
                || ngx_strncmp(other.data, values[i].normal.data, other.len)
                   != 0)
            {
                return ngx_http_labels_problem_of(ex,
                                              NGX_HTTP_LABELS_WAWP_CONFLICT,
                                              &param->name, 0);
            }
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

        if (ngx_http_labels_add_id(op, &op->p.items, &id) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_labels_wawp_page(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t  rc;

    op->p.limit = NGX_HTTP_LABELS_WAWP_MAX_LIMIT;

    rc = ngx_http_labels_wawp_number(ex, "limit", 1,
                                     NGX_HTTP_LABELS_WAWP_MAX_LIMIT,
                                     NGX_MAX_SIZE_T_VALUE, &op->p.limit);
    if (rc != NGX_OK) {
        return rc;
    }

    return ngx_http_labels_wawp_number(ex, "offset", 0,
                                       NGX_HTTP_LABELS_WAWP_MAX_OFFSET, 9,
                                       &op->p.offset);
}


/* a number of the query; an absent one leaves *number as it is */

static ngx_int_t
ngx_http_labels_wawp_number(ngx_http_labels_exchange_t *ex, char *name,
    int64_t min, int64_t max, size_t digits, ngx_int_t *number)
{
    int64_t    value;
    ngx_str_t  key, text;

    key.data = (u_char *) name;
    key.len = ngx_strlen(name);

    text = ngx_http_labels_query(ex, &key);

    if (text.len == 0) {
        return NGX_OK;
    }

    if (text.len > digits
        || ngx_http_labels_decimal_parse(&text, &value) != NGX_OK
        || value < min || value > max)
    {
        return ngx_http_labels_problem_of(ex, NGX_HTTP_LABELS_WAWP_FORMAT,
                                          &key, 0);
    }

    *number = (ngx_int_t) value;

    return NGX_OK;
}


static ngx_int_t
ngx_http_labels_wawp_take(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op, ngx_http_labels_wawp_values_t *values)
{
    ngx_http_labels_wawp_values_t  *id, *chat, *name;

    id = &values[NGX_HTTP_LABELS_WAWP_PARAM_ID];
    chat = &values[NGX_HTTP_LABELS_WAWP_PARAM_CHAT];
    name = &values[NGX_HTTP_LABELS_WAWP_PARAM_NAME];

    ngx_str_set(&op->p.match, "label_id");

    if (id->n) {
        op->p.label = id->normal;

        if (op->kind == NGX_HTTP_LABELS_CHANGE
            && ngx_http_labels_add_id(op, &op->p.items, &id->normal) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (chat->n) {
        ngx_str_set(&op->p.target, "chat_id");
        op->p.reference = chat->normal;
    }

    if (name->n) {
        op->p.title = ngx_http_labels_operation_copy(op, &name->normal);

        if (op->p.title.data == NULL) {
            return NGX_ERROR;
        }

        op->p.folded = ngx_http_labels_text_fold(op->pool, &op->p.title);

        if (op->p.folded.data == NULL) {
            return NGX_ERROR;
        }
    }

    return ngx_http_labels_wawp_take_color(ex, op,
                                    &values[NGX_HTTP_LABELS_WAWP_PARAM_COLOR],
                                    &values[NGX_HTTP_LABELS_WAWP_PARAM_HEX]);
}


static ngx_int_t
ngx_http_labels_wawp_take_color(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op, ngx_http_labels_wawp_values_t *color,
    ngx_http_labels_wawp_values_t *hex)
{
    ngx_uint_t  i;

    if (color->n && hex->n) {
        return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_WAWP_TWO_COLORS);
    }

    if (color->n) {
        op->p.color = *ngx_http_labels_palette_hex(
                           ngx_atoi(color->normal.data, color->normal.len));
        return NGX_OK;
    }

    if (hex->n == 0) {
        return NGX_OK;
    }

    for (i = 0; i < NGX_HTTP_LABELS_PALETTE_SIZE; i++) {
        op->p.color = *ngx_http_labels_palette_hex(i);

        if (op->p.color.len == hex->normal.len
            && ngx_strncmp(op->p.color.data, hex->normal.data,
                           hex->normal.len)
               == 0)
        {
            return NGX_OK;
        }
    }

    return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_WAWP_COLOR_HEX);
}
