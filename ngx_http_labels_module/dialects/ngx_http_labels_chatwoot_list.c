/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * Chatwoot: lists of labels, put on and taken off contacts and conversations,
 * one or many, and compared ignoring case.
 */


#include "ngx_http_labels_chatwoot.h"
#include "ngx_http_labels_dialect_body.h"


#define NGX_HTTP_LABELS_CHATWOOT_MAX_LABELS   1000
#define NGX_HTTP_LABELS_CHATWOOT_MAX_LABEL    255
#define NGX_HTTP_LABELS_CHATWOOT_MAX_IDS      1000
#define NGX_HTTP_LABELS_CHATWOOT_MAX_CHANGES  100000


/* lists of one request, read together: limits are for all of them */

typedef struct {
    ngx_http_labels_operation_t *operation;
    ngx_uint_t                   n;
    ngx_http_labels_json_t      *nodes[2];
    ngx_array_t                **items[2];

    ngx_uint_t                   pieces;
    unsigned                     too_long:1;
    unsigned                     blank:1;
} ngx_http_labels_chatwoot_lists_t;


static void ngx_http_labels_chatwoot_add_list(
    ngx_http_labels_chatwoot_lists_t *lists, ngx_http_labels_json_t *node,
    ngx_array_t **items);
static ngx_int_t ngx_http_labels_chatwoot_lists(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_chatwoot_lists_t *lists);
static ngx_int_t ngx_http_labels_chatwoot_strings(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_chatwoot_lists_t *lists);
static ngx_int_t ngx_http_labels_chatwoot_split(
    ngx_http_labels_chatwoot_lists_t *lists, ngx_str_t *text,
    ngx_array_t **items);
static ngx_int_t ngx_http_labels_chatwoot_bulk_type(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_chatwoot_bulk_ids(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op,
    ngx_http_labels_json_t *ids);
static ngx_flag_t ngx_http_labels_chatwoot_is_integer(
    ngx_http_labels_json_t *node);
static ngx_int_t ngx_http_labels_chatwoot_bulk_id(
    ngx_http_labels_operation_t *op, ngx_str_t *text);


/* ids of another shape are ids that do not exist */

ngx_int_t
ngx_http_labels_chatwoot_target(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    if (ngx_strncmp(ex->route->name.data, "contact", 7) == 0) {
        ngx_str_set(&op->p.target, "contact");

    } else {
        ngx_str_set(&op->p.target, "conversation");
    }

    if (ngx_http_labels_chatwoot_account(ex, op) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_labels_decimal_reference(op, &ex->params[1],
                                             &op->p.reference);
}


ngx_int_t
ngx_http_labels_chatwoot_parse_change(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t                          rc;
    ngx_http_labels_json_t            *labels;
    ngx_http_labels_chatwoot_lists_t   lists;

    /* the account belongs to the credential's verdict, also with a bad body */

    rc = ngx_http_labels_chatwoot_target(ex, op);

    if (rc == NGX_OK) {
        rc = ngx_http_labels_chatwoot_body(ex);
    }

    if (rc != NGX_OK) {
        return rc;
    }

    labels = ngx_http_labels_member(ex, "labels");

    rc = ngx_http_labels_chatwoot_elsewhere(ex, &labels, 1);

    if (rc != NGX_OK) {
        return rc;
    }

    if (labels == NULL || labels->type == NGX_HTTP_LABELS_JSON_NULL) {
        return ngx_http_labels_problem(ex,
                                     NGX_HTTP_LABELS_CHATWOOT_LABELS_REQUIRED);
    }

    ngx_str_set(&op->p.match, "listed");
    op->p.want = NGX_HTTP_LABELS_WANT_AFTER;

    ngx_memzero(&lists, sizeof(ngx_http_labels_chatwoot_lists_t));

    lists.operation = op;
    ngx_http_labels_chatwoot_add_list(&lists, labels, &op->p.items);

    return ngx_http_labels_chatwoot_lists(ex, &lists);
}


static void
ngx_http_labels_chatwoot_add_list(ngx_http_labels_chatwoot_lists_t *lists,
    ngx_http_labels_json_t *node, ngx_array_t **items)
{
    lists->nodes[lists->n] = node;
    lists->items[lists->n] = items;
    lists->n++;
}


static ngx_int_t
ngx_http_labels_chatwoot_lists(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_chatwoot_lists_t *lists)
{
    ngx_int_t                rc;
    ngx_uint_t               i, before;
    ngx_http_labels_json_t  *label;

    rc = ngx_http_labels_chatwoot_strings(ex, lists);

    if (rc != NGX_OK) {
        return rc;
    }

    for (i = 0; i < lists->n; i++) {
        before = lists->pieces;

        for (label = lists->nodes[i]->child; label; label = label->next) {
            if (ngx_http_labels_chatwoot_split(lists, &label->value,
                                               lists->items[i])
                != NGX_OK)
            {
                return NGX_ERROR;
            }
        }

        if (lists->nodes[i]->count && lists->pieces == before) {
            lists->blank = 1;
        }
    }

    if (lists->too_long) {
        return ngx_http_labels_problem(ex,
                                      NGX_HTTP_LABELS_CHATWOOT_LABEL_TOO_LONG);
    }

    if (lists->pieces > NGX_HTTP_LABELS_CHATWOOT_MAX_LABELS) {
        return ngx_http_labels_problem(ex,
                                     NGX_HTTP_LABELS_CHATWOOT_LABELS_TOO_MANY);
    }

    if (lists->blank) {
        return ngx_http_labels_problem(ex,
                                       NGX_HTTP_LABELS_CHATWOOT_LABELS_BLANK);
    }

    return NGX_OK;
}


/* arrays of strings, then: strings of text */

static ngx_int_t
ngx_http_labels_chatwoot_strings(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_chatwoot_lists_t *lists)
{
    ngx_uint_t               i, flaws;
    ngx_http_labels_json_t  *label;

    flaws = 0;

    for (i = 0; i < lists->n; i++) {

        if (lists->nodes[i]->type != NGX_HTTP_LABELS_JSON_ARRAY) {
            return ngx_http_labels_problem(ex,
                                      NGX_HTTP_LABELS_CHATWOOT_LABELS_INVALID);
        }

        for (label = lists->nodes[i]->child; label; label = label->next) {
            if (label->type != NGX_HTTP_LABELS_JSON_STRING) {
                return ngx_http_labels_problem(ex,
                                      NGX_HTTP_LABELS_CHATWOOT_LABELS_INVALID);
            }

            flaws |= label->flaws;
        }
    }

    return flaws ? ngx_http_labels_problem(ex,
                                         NGX_HTTP_LABELS_CHATWOOT_LABELS_TEXT)
                 : NGX_OK;
}


/* a string is as many labels as it has pieces between commas */

static ngx_int_t
ngx_http_labels_chatwoot_split(ngx_http_labels_chatwoot_lists_t *lists,
    ngx_str_t *text, ngx_array_t **items)
{
    u_char     *p, *end, *comma;
    ngx_str_t   piece;

    end = text->data + text->len;

    for (p = text->data; p <= end; p = comma + 1) {
        comma = ngx_strlchr(p, end, ',');

        if (comma == NULL) {
            comma = end;
        }

        piece.data = p;
        piece.len = comma - p;

        piece = ngx_http_labels_text_trim(&piece, NGX_HTTP_LABELS_SPACE_ASCII);

        if (ngx_http_labels_text_blank(&piece, NGX_HTTP_LABELS_SPACE_BLANK)) {
            continue;
        }

        if (ngx_http_labels_text_length(&piece)
            > NGX_HTTP_LABELS_CHATWOOT_MAX_LABEL)
        {
            lists->too_long = 1;
        }

        if (++lists->pieces > NGX_HTTP_LABELS_CHATWOOT_MAX_LABELS) {
            continue;
        }

        if (ngx_http_labels_add_title(lists->operation, items, &piece, 0, 0)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_labels_chatwoot_render_list(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_http_labels_json_writer_t  w;

    if (op->outcome != NGX_HTTP_LABELS_OK
        && op->outcome != NGX_HTTP_LABELS_UNCHANGED)
    {
        return ngx_http_labels_problem(ex,
                             (ngx_strcmp(op->p.target.data, "contact") == 0)
                             ? NGX_HTTP_LABELS_CHATWOOT_NOT_FOUND
                             : NGX_HTTP_LABELS_CHATWOOT_NO_CONVERSATION);
    }

    ngx_http_labels_json_writer_init(&w, ex->pool);

    ngx_http_labels_json_literal(&w, "{\"payload\":[");
    ngx_http_labels_write_list(ex, &w, op, "after", 0);
    ngx_http_labels_json_literal(&w, "]}");

    ex->status = NGX_HTTP_OK;

    return ngx_http_labels_json_finish(&w, &ex->content);
}


ngx_int_t
ngx_http_labels_chatwoot_parse_bulk(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t                          rc;
    ngx_http_labels_json_t            *ids, *labels, *add, *remove, *read[3];
    ngx_http_labels_chatwoot_lists_t   lists;

    if (ngx_http_labels_chatwoot_account(ex, op) != NGX_OK) {
        return NGX_ERROR;
    }

    rc = ngx_http_labels_chatwoot_body(ex);

    if (rc != NGX_OK) {
        return rc;
    }

    ids = ngx_http_labels_member(ex, "ids");
    labels = ngx_http_labels_member(ex, "labels");
    add = ngx_http_labels_json_member(labels, (u_char *) "add", 3);
    remove = ngx_http_labels_json_member(labels, (u_char *) "remove", 6);

    read[0] = ngx_http_labels_member(ex, "type");
    read[1] = add;
    read[2] = remove;

    rc = ngx_http_labels_chatwoot_elsewhere(ex, read, 3);

    if (rc == NGX_OK) {
        rc = ngx_http_labels_chatwoot_bulk_type(ex, op);
    }

    if (rc == NGX_OK) {
        rc = ngx_http_labels_chatwoot_bulk_ids(ex, op, ids);
    }

    if (rc != NGX_OK) {
        return rc;
    }

    ngx_memzero(&lists, sizeof(ngx_http_labels_chatwoot_lists_t));

    lists.operation = op;

    if (add && add->type != NGX_HTTP_LABELS_JSON_NULL) {
        ngx_http_labels_chatwoot_add_list(&lists, add, &op->p.items);
    }

    if (remove && remove->type != NGX_HTTP_LABELS_JSON_NULL) {
        ngx_http_labels_chatwoot_add_list(&lists, remove, &op->p.removals);
    }

    if (lists.n == 0) {
        return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_CHATWOOT_NO_CHANGE);
    }

    rc = ngx_http_labels_chatwoot_lists(ex, &lists);

    if (rc != NGX_OK) {
        return rc;
    }

    if (ids->count * lists.pieces > NGX_HTTP_LABELS_CHATWOOT_MAX_CHANGES) {
        return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_CHATWOOT_TOO_MUCH);
    }

    ngx_str_set(&op->p.match, "listed");

    return NGX_OK;
}


/* what is changed, and that nothing is asked for that is not served */

static ngx_int_t
ngx_http_labels_chatwoot_bulk_type(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_str_t               *name;
    ngx_uint_t               i;
    ngx_http_labels_json_t  *node;

    static struct {
        ngx_str_t            name;
        ngx_uint_t           problem;
    } others[] = {
        { ngx_string("fields"), NGX_HTTP_LABELS_CHATWOOT_NO_FIELDS },
        { ngx_string("snoozed_until"), NGX_HTTP_LABELS_CHATWOOT_NO_SNOOZE },
        { ngx_string("action_name"), NGX_HTTP_LABELS_CHATWOOT_NO_ACTION },
        { ngx_null_string, 0 }
    };

    static ngx_str_t  types[] = {
        ngx_string("Contact"), ngx_string("contact"),
        ngx_string("Conversation"), ngx_string("conversation"),
        ngx_null_string
    };

    node = ngx_http_labels_member(ex, "type");

    for (name = types; name->len; name++) {
        if (node && node->type == NGX_HTTP_LABELS_JSON_STRING
            && node->value.len == name->len
            && ngx_strncmp(node->value.data, name->data, name->len) == 0)
        {
            break;
        }
    }

    if (name->len == 0) {
        return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_CHATWOOT_TYPE);
    }

    op->p.target = (name < &types[2]) ? types[1] : types[3];

    for (i = 0; others[i].name.len; i++) {
        node = ngx_http_labels_json_member(ex->json, others[i].name.data,
                                           others[i].name.len);

        if (node && node->type != NGX_HTTP_LABELS_JSON_NULL) {
            return ngx_http_labels_problem(ex, others[i].problem);
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_labels_chatwoot_bulk_ids(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op, ngx_http_labels_json_t *ids)
{
    ngx_http_labels_json_t  *id;

    if (ids == NULL || ids->type != NGX_HTTP_LABELS_JSON_ARRAY) {
        return ngx_http_labels_problem(ex,
                                       NGX_HTTP_LABELS_CHATWOOT_IDS_INVALID);
    }

    for (id = ids->child; id; id = id->next) {
        if (!ngx_http_labels_chatwoot_is_integer(id)) {
            return ngx_http_labels_problem(ex,
                                        NGX_HTTP_LABELS_CHATWOOT_IDS_INVALID);
        }
    }

    if (ids->count > NGX_HTTP_LABELS_CHATWOOT_MAX_IDS) {
        return ngx_http_labels_problem(ex,
                                       NGX_HTTP_LABELS_CHATWOOT_IDS_TOO_MANY);
    }

    for (id = ids->child; id; id = id->next) {
        if (ngx_http_labels_chatwoot_bulk_id(op, &id->value) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_flag_t
ngx_http_labels_chatwoot_is_integer(ngx_http_labels_json_t *node)
{
    u_char  *p, *end;

    if (node->type != NGX_HTTP_LABELS_JSON_NUMBER) {
        return 0;
    }

    p = node->value.data;
    end = p + node->value.len;

    if (*p == '-') {
        p++;
    }

    while (p < end && *p >= '0' && *p <= '9') {
        p++;
    }

    return p == end;
}


/* what cannot be an id is passed over, as what does not exist is */

static ngx_int_t
ngx_http_labels_chatwoot_bulk_id(ngx_http_labels_operation_t *op,
    ngx_str_t *text)
{
    ngx_str_t  reference;

    if (ngx_http_labels_decimal_reference(op, text, &reference) != NGX_OK) {
        return NGX_ERROR;
    }

    if (reference.data == NULL) {
        return NGX_OK;
    }

    return ngx_http_labels_operation_item(op, &op->p.references, &reference,
                                          NULL);
}
