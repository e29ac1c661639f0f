/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * HighLevel: bodies.  All that is wrong with the members of one is said at
 * once.
 */


#include "ngx_http_labels_dialect_body.h"
#include "ngx_http_labels_highlevel.h"


#define NGX_HTTP_LABELS_HIGHLEVEL_MAX_TEXT      255
#define NGX_HTTP_LABELS_HIGHLEVEL_MAX_CONTACTS  500


static ngx_http_labels_json_t *ngx_http_labels_highlevel_strings(
    ngx_http_labels_exchange_t *ex, ngx_str_t *name);
static void ngx_http_labels_highlevel_wrong(ngx_http_labels_exchange_t *ex,
    ngx_uint_t code, ngx_str_t *member, ngx_uint_t number);
static ngx_http_labels_json_t *ngx_http_labels_highlevel_string(
    ngx_http_labels_exchange_t *ex, ngx_str_t *name);


static ngx_str_t  ngx_http_labels_highlevel_tags_name = ngx_string("tags");
static ngx_str_t  ngx_http_labels_highlevel_contacts_name =
                                                      ngx_string("contacts");
static ngx_str_t  ngx_http_labels_highlevel_name_name = ngx_string("name");
static ngx_str_t  ngx_http_labels_highlevel_location_name =
                                                    ngx_string("locationId");
static ngx_str_t  ngx_http_labels_highlevel_all_name =
                                                 ngx_string("removeAllTags");


/* zero bytes count as {} */

ngx_int_t
ngx_http_labels_highlevel_body(ngx_http_labels_exchange_t *ex,
    ngx_str_t *members)
{
    ngx_str_t                     *name;
    ngx_http_labels_json_t        *member;
    ngx_http_labels_json_error_e   error;

    static ngx_http_labels_json_limits_t  limits = {
        32, 1, NGX_HTTP_LABELS_JSON_BAD_UTF8 | NGX_HTTP_LABELS_JSON_NUL
               | NGX_HTTP_LABELS_JSON_LONE_SURROGATE
    };

    if (ex->body.len == 0) {
        return NGX_OK;
    }

    error = ngx_http_labels_json_read(ex->pool, &ex->body, &limits, &ex->json);

    if (error == NGX_HTTP_LABELS_JSON_MEMORY) {
        return NGX_ERROR;
    }

    if (error == NGX_HTTP_LABELS_JSON_TEXT) {
        return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_HIGHLEVEL_TEXT);
    }

    if (error != NGX_HTTP_LABELS_JSON_OK
        || ex->json->type != NGX_HTTP_LABELS_JSON_OBJECT)
    {
        return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_HIGHLEVEL_BODY);
    }

    for (member = ex->json->child; member; member = member->next) {

        for (name = members; name->len; name++) {
            if (name->len == member->key.len
                && ngx_strncmp(name->data, member->key.data, name->len) == 0)
            {
                break;
            }
        }

        if (name->len == 0
            && ngx_http_labels_problem_add(ex,
                                      NGX_HTTP_LABELS_HIGHLEVEL_UNKNOWN_MEMBER,
                                      &member->key)
               == NGX_ERROR)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_labels_highlevel_tags(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op, ngx_array_t **list, ngx_uint_t max)
{
    ngx_str_t                tag, *name;
    ngx_flag_t               too_long;
    ngx_http_labels_json_t  *tags, *element;

    name = &ngx_http_labels_highlevel_tags_name;
    tags = ngx_http_labels_highlevel_strings(ex, name);

    if (tags == NULL) {
        return NGX_OK;
    }

    too_long = 0;

    for (element = tags->child; element; element = element->next) {

        if (element->type != NGX_HTTP_LABELS_JSON_STRING) {
            continue;
        }

        tag = ngx_http_labels_text_trim(&element->value,
                                        NGX_HTTP_LABELS_SPACE_UNICODE);

        if (tag.len == 0) {
            continue;
        }

        if (ngx_http_labels_text_length(&tag)
            > NGX_HTTP_LABELS_HIGHLEVEL_MAX_TEXT)
        {
            too_long = 1;
        }

        if (tags->count <= max
            && ngx_http_labels_add_title(op, list, &tag, 0, 1) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (too_long) {
        ngx_http_labels_highlevel_wrong(ex,
                            NGX_HTTP_LABELS_HIGHLEVEL_ITEM_TOO_LONG, name, 0);
    }

    if (tags->count > max) {
        ngx_http_labels_highlevel_wrong(ex, NGX_HTTP_LABELS_HIGHLEVEL_TOO_MANY,
                                        name, max);
    }

    return NGX_OK;
}


/* an id of another shape is one that does not exist */

ngx_int_t
ngx_http_labels_highlevel_contacts(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_str_t               *name, reference;
    ngx_http_labels_json_t  *contacts, *element;

    name = &ngx_http_labels_highlevel_contacts_name;
    contacts = ngx_http_labels_highlevel_strings(ex, name);

    if (contacts == NULL) {
        return NGX_OK;
    }

    if (contacts->count == 0) {
        ngx_http_labels_highlevel_wrong(ex, NGX_HTTP_LABELS_HIGHLEVEL_EMPTY,
                                        name, 0);
    }

    if (contacts->count > NGX_HTTP_LABELS_HIGHLEVEL_MAX_CONTACTS) {
        ngx_http_labels_highlevel_wrong(ex, NGX_HTTP_LABELS_HIGHLEVEL_TOO_MANY,
                                        name,
                                      NGX_HTTP_LABELS_HIGHLEVEL_MAX_CONTACTS);
        return NGX_OK;
    }

    for (element = contacts->child; element; element = element->next) {
        ngx_str_null(&reference);

        if (ngx_http_labels_highlevel_is_id(&element->value)) {
            reference = ngx_http_labels_operation_copy(op, &element->value);

            if (reference.data == NULL) {
                return NGX_ERROR;
            }
        }

        if (ngx_http_labels_add_reference(op, &element->value, &reference)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* NULL: it is no array */

static ngx_http_labels_json_t *
ngx_http_labels_highlevel_strings(ngx_http_labels_exchange_t *ex,
    ngx_str_t *name)
{
    ngx_http_labels_json_t  *node, *element;

    node = ngx_http_labels_json_member(ex->json, name->data, name->len);

    if (node == NULL || node->type != NGX_HTTP_LABELS_JSON_ARRAY) {
        ngx_http_labels_highlevel_wrong(ex,
                              NGX_HTTP_LABELS_HIGHLEVEL_NOT_STRINGS, name, 0);
        ngx_http_labels_highlevel_wrong(ex,
                                NGX_HTTP_LABELS_HIGHLEVEL_NOT_ARRAY, name, 0);
        return NULL;
    }

    for (element = node->child; element; element = element->next) {
        if (element->type != NGX_HTTP_LABELS_JSON_STRING) {
            ngx_http_labels_highlevel_wrong(ex,
                              NGX_HTTP_LABELS_HIGHLEVEL_NOT_STRINGS, name, 0);
            break;
        }
    }

    return node;
}


static void
ngx_http_labels_highlevel_wrong(ngx_http_labels_exchange_t *ex,
    ngx_uint_t code, ngx_str_t *member, ngx_uint_t number)
{
    ngx_http_labels_problem_t  *problem;

    if (ngx_http_labels_problem_add(ex, code, member) == NGX_ERROR) {
        return;
    }

    problem = ex->problems.elts;
    problem[ex->problems.nelts - 1].number = number;
}


/* stored in lower case */

ngx_int_t
ngx_http_labels_highlevel_name(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_str_t                text, *name;
    ngx_http_labels_json_t  *node;

    name = &ngx_http_labels_highlevel_name_name;
    node = ngx_http_labels_highlevel_string(ex, name);

    if (node == NULL) {
        return NGX_OK;
    }

    text = ngx_http_labels_text_trim(&node->value,
                                     NGX_HTTP_LABELS_SPACE_UNICODE);

    if (text.len == 0) {
        ngx_http_labels_highlevel_wrong(ex, NGX_HTTP_LABELS_HIGHLEVEL_EMPTY,
                                        name, 0);
        return NGX_OK;
    }

    if (ngx_http_labels_text_length(&text)
        > NGX_HTTP_LABELS_HIGHLEVEL_MAX_TEXT)
    {
        ngx_http_labels_highlevel_wrong(ex, NGX_HTTP_LABELS_HIGHLEVEL_TOO_LONG,
                                        name, 0);
        return NGX_OK;
    }

    text = ngx_http_labels_text_fold(op->pool, &text);

    if (text.data == NULL) {
        return NGX_ERROR;
    }

    op->p.title = ngx_http_labels_operation_copy(op, &text);
    op->p.folded = op->p.title;

    return op->p.title.data ? NGX_OK : NGX_ERROR;
}


ngx_str_t *
ngx_http_labels_highlevel_location_id(ngx_http_labels_exchange_t *ex)
{
    ngx_str_t               *name;
    ngx_http_labels_json_t  *node;

    name = &ngx_http_labels_highlevel_location_name;
    node = ngx_http_labels_highlevel_string(ex, name);

    if (node == NULL) {
        return NULL;
    }

    if (node->value.len == 0) {
        ngx_http_labels_highlevel_wrong(ex, NGX_HTTP_LABELS_HIGHLEVEL_EMPTY,
                                        name, 0);
    }

    return &node->value;
}


/* NULL: it is absent, or no string */

static ngx_http_labels_json_t *
ngx_http_labels_highlevel_string(ngx_http_labels_exchange_t *ex,
    ngx_str_t *name)
{
    ngx_http_labels_json_t  *node;

    node = ngx_http_labels_json_member(ex->json, name->data, name->len);

    if (node && node->type == NGX_HTTP_LABELS_JSON_STRING) {
        return node;
    }

    if (node == NULL || node->type == NGX_HTTP_LABELS_JSON_NULL) {
        ngx_http_labels_highlevel_wrong(ex, NGX_HTTP_LABELS_HIGHLEVEL_EMPTY,
                                        name, 0);
    }

    ngx_http_labels_highlevel_wrong(ex, NGX_HTTP_LABELS_HIGHLEVEL_NOT_STRING,
                                    name, 0);

    return NULL;
}


ngx_flag_t
ngx_http_labels_highlevel_remove_all(ngx_http_labels_exchange_t *ex,
    ngx_flag_t add)
{
    ngx_str_t               *name;
    ngx_http_labels_json_t  *node;

    name = &ngx_http_labels_highlevel_all_name;
    node = ngx_http_labels_json_member(ex->json, name->data, name->len);

    if (node == NULL || node->type == NGX_HTTP_LABELS_JSON_FALSE) {
        return 0;
    }

    if (node->type != NGX_HTTP_LABELS_JSON_TRUE) {
        ngx_http_labels_highlevel_wrong(ex,
                              NGX_HTTP_LABELS_HIGHLEVEL_NOT_BOOLEAN, name, 0);
        return 0;
    }

    if (add) {
        ngx_http_labels_highlevel_wrong(ex,
                             NGX_HTTP_LABELS_HIGHLEVEL_NOT_WITH_ADD, name, 0);
    }

    return 1;
}
