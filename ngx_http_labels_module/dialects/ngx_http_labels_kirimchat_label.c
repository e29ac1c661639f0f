/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * KirimChat: the catalogue of labels, and one label on or off many contacts.
 */


#include "ngx_http_labels_dialect_body.h"
#include "ngx_http_labels_kirimchat.h"
#include "ngx_http_labels_palette.h"


#define NGX_HTTP_LABELS_KIRIMCHAT_MAX_NAME      50
#define NGX_HTTP_LABELS_KIRIMCHAT_MAX_TEAM      64
#define NGX_HTTP_LABELS_KIRIMCHAT_MAX_CONTACTS  1000


static ngx_int_t ngx_http_labels_kirimchat_team(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op, ngx_str_t *team);
static ngx_int_t ngx_http_labels_kirimchat_name(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_kirimchat_color(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_kirimchat_color_unless(
    ngx_http_labels_operation_t *op, ngx_str_t *name);
static ngx_int_t ngx_http_labels_kirimchat_contacts(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op);
static ngx_int_t ngx_http_labels_kirimchat_bad_contact(
    ngx_http_labels_exchange_t *ex, ngx_uint_t i);
static ngx_int_t ngx_http_labels_kirimchat_operation(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_operation_t *op,
    ngx_str_t *label);


ngx_int_t
ngx_http_labels_kirimchat_labels(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t  rc;
    ngx_str_t  team;

    static ngx_str_t  name = ngx_string("team_id");

    ngx_str_set(&op->p.order, "newest");

    rc = ngx_http_labels_kirimchat_page(ex, op);

    if (rc != NGX_OK) {
        return rc;
    }

    team = ngx_http_labels_query(ex, &name);

    return team.data ? ngx_http_labels_kirimchat_team(ex, op, &team) : NGX_OK;
}


ngx_int_t
ngx_http_labels_kirimchat_create(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t                rc;
    ngx_str_t               *key;
    ngx_http_labels_json_t  *team;

    rc = ngx_http_labels_kirimchat_key(ex, &key);

    if (rc == NGX_OK) {
        rc = ngx_http_labels_kirimchat_body(ex);
    }

    if (rc != NGX_OK) {
        return rc;
    }

    ngx_str_set(&op->p.unique, "team");
    op->p.listed = 1;

    team = ngx_http_labels_member(ex, "team_id");

    if (team && team->type != NGX_HTTP_LABELS_JSON_STRING) {
        return ngx_http_labels_kirimchat_field(ex,
                               NGX_HTTP_LABELS_KIRIMCHAT_INVALID, "team_id");
    }

    if (team) {
        rc = ngx_http_labels_kirimchat_team(ex, op, &team->value);
    }

    if (rc == NGX_OK) {
        rc = ngx_http_labels_kirimchat_name(ex, op);
    }

    if (rc == NGX_OK && op->p.title.data == NULL) {
        rc = ngx_http_labels_kirimchat_field(ex,
                                  NGX_HTTP_LABELS_KIRIMCHAT_MISSING, "name");
    }

    if (rc == NGX_OK) {
        op->p.color = *ngx_http_labels_palette_hex(
                                               NGX_HTTP_LABELS_PALETTE_GRAY);
        rc = ngx_http_labels_kirimchat_color(ex, op);
    }

    return (rc == NGX_OK) ? ngx_http_labels_kirimchat_fingerprint(ex, op, key)
                          : rc;
}


ngx_int_t
ngx_http_labels_kirimchat_label(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_str_set(&op->p.match, "uuid");

    return ngx_http_labels_kirimchat_label_id(ex, op, &ex->params[0], "id",
                                              &op->p.label);
}


ngx_int_t
ngx_http_labels_kirimchat_update(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t  rc;

    ngx_str_set(&op->p.unique, "team");

    rc = ngx_http_labels_kirimchat_label(ex, op);

    if (rc == NGX_OK) {
        rc = ngx_http_labels_kirimchat_body(ex);
    }

    if (rc == NGX_OK) {
        rc = ngx_http_labels_kirimchat_name(ex, op);
    }

    return (rc == NGX_OK) ? ngx_http_labels_kirimchat_color(ex, op) : rc;
}


static ngx_int_t
ngx_http_labels_kirimchat_team(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op, ngx_str_t *team)
{
    if (team->len == 0
        || !ngx_http_labels_text_storable(team)
        || ngx_http_labels_text_length(team)
           > NGX_HTTP_LABELS_KIRIMCHAT_MAX_TEAM)
    {
        return ngx_http_labels_kirimchat_field(ex,
                               NGX_HTTP_LABELS_KIRIMCHAT_INVALID, "team_id");
    }

    op->p.team = ngx_http_labels_operation_copy(op, team);

    return op->p.team.data ? NGX_OK : NGX_ERROR;
}


/* an absent one leaves op->p.title as it is */

static ngx_int_t
ngx_http_labels_kirimchat_name(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_str_t                name;
    ngx_http_labels_json_t  *node;

    node = ngx_http_labels_member(ex, "name");

    if (node == NULL) {
        return NGX_OK;
    }

    name = ngx_http_labels_text_trim(&node->value,
                                     NGX_HTTP_LABELS_SPACE_ASCII);

    if (node->type != NGX_HTTP_LABELS_JSON_STRING
        || name.len == 0
        || !ngx_http_labels_text_storable(&name)
        || ngx_http_labels_text_length(&name)
           > NGX_HTTP_LABELS_KIRIMCHAT_MAX_NAME)
    {
        return ngx_http_labels_kirimchat_field(ex,
                                  NGX_HTTP_LABELS_KIRIMCHAT_INVALID, "name");
    }

    op->p.title = ngx_http_labels_operation_copy(op, &name);

    if (op->p.title.data == NULL) {
        return NGX_ERROR;
    }

    op->p.folded = ngx_http_labels_text_fold(op->pool, &op->p.title);

    return op->p.folded.data ? NGX_OK : NGX_ERROR;
}


/* a name stands for one entry of the palette */

static ngx_int_t
ngx_http_labels_kirimchat_color(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t                index;
    ngx_http_labels_json_t  *node;

    node = ngx_http_labels_member(ex, "color");

    if (node == NULL) {
        return NGX_OK;
    }

    index = (node->type == NGX_HTTP_LABELS_JSON_STRING)
            ? ngx_http_labels_kirimchat_color_index(&node->value) : -1;

    if (index == -1) {
        return ngx_http_labels_kirimchat_field(ex,
                                 NGX_HTTP_LABELS_KIRIMCHAT_INVALID, "color");
    }

    op->p.color = *ngx_http_labels_palette_hex(index);

    return ngx_http_labels_kirimchat_color_unless(op, &node->value);
}


/* setting the name that is shown changes nothing: all entries that read so */

static ngx_int_t
ngx_http_labels_kirimchat_color_unless(ngx_http_labels_operation_t *op,
    ngx_str_t *name)
{
    u_char      *p;
    ngx_str_t   *shown;
    ngx_uint_t   i;

    p = ngx_pnalloc(op->pool, NGX_HTTP_LABELS_PALETTE_SIZE * sizeof("19"));
    if (p == NULL) {
        return NGX_ERROR;
    }

    op->p.color_unless.data = p;

    for (i = 0; i < NGX_HTTP_LABELS_PALETTE_SIZE; i++) {
        shown = ngx_http_labels_kirimchat_color_name(i);

        if (shown->len != name->len
            || ngx_strncmp(shown->data, name->data, name->len) != 0)
        {
            continue;
        }

        if (p > op->p.color_unless.data) {
            *p++ = ' ';
        }

        p = ngx_sprintf(p, "%ui", i);
    }

    op->p.color_unless.len = p - op->p.color_unless.data;

    return NGX_OK;
}


ngx_int_t
ngx_http_labels_kirimchat_bulk(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t                rc;
    ngx_str_t               *key, label;
    ngx_http_labels_json_t  *node;

    rc = ngx_http_labels_kirimchat_key(ex, &key);

    if (rc == NGX_OK) {
        rc = ngx_http_labels_kirimchat_phone(ex, op);
    }

    if (rc == NGX_OK) {
        rc = ngx_http_labels_kirimchat_body(ex);
    }

    if (rc == NGX_OK) {
        rc = ngx_http_labels_kirimchat_contacts(ex, op);
    }

    if (rc != NGX_OK) {
        return rc;
    }

    node = ngx_http_labels_member(ex, "label_id");

    rc = ngx_http_labels_kirimchat_label_member(ex, op, node, &label);

    if (rc == NGX_OK) {
        rc = ngx_http_labels_kirimchat_operation(ex, op, &label);
    }

    return (rc == NGX_OK) ? ngx_http_labels_kirimchat_fingerprint(ex, op, key)
                          : rc;
}


static ngx_int_t
ngx_http_labels_kirimchat_contacts(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t                rc;
    ngx_str_t                uuid;
    ngx_uint_t               i;
    ngx_http_labels_json_t  *contacts, *contact;

    contacts = ngx_http_labels_member(ex, "contact_ids");

    if (contacts == NULL) {
        return ngx_http_labels_kirimchat_field(ex,
                           NGX_HTTP_LABELS_KIRIMCHAT_MISSING, "contact_ids");
    }

    if (contacts->type != NGX_HTTP_LABELS_JSON_ARRAY
        || contacts->count == 0
        || contacts->count > NGX_HTTP_LABELS_KIRIMCHAT_MAX_CONTACTS)
    {
        return ngx_http_labels_kirimchat_field(ex,
                           NGX_HTTP_LABELS_KIRIMCHAT_INVALID, "contact_ids");
    }

    i = 0;

    for (contact = contacts->child; contact; contact = contact->next) {

        if (contact->type != NGX_HTTP_LABELS_JSON_STRING) {
            return ngx_http_labels_kirimchat_bad_contact(ex, i);
        }

        rc = ngx_http_labels_kirimchat_id(op, &contact->value, "ctc_", &uuid);

        if (rc == NGX_DECLINED) {
            return ngx_http_labels_kirimchat_bad_contact(ex, i);
        }

        if (rc != NGX_OK
            || ngx_http_labels_add_reference(op, &contact->value, &uuid)
               != NGX_OK)
        {
            return NGX_ERROR;
        }

        i++;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_labels_kirimchat_bad_contact(ngx_http_labels_exchange_t *ex,
    ngx_uint_t i)
{
    ngx_str_t  field;

    field.data = ngx_pnalloc(ex->pool, sizeof("contact_ids.")
                                       + NGX_INT_T_LEN);
    if (field.data == NULL) {
        return NGX_ERROR;
    }

    field.len = ngx_sprintf(field.data, "contact_ids.%ui", i) - field.data;

    return ngx_http_labels_problem_of(ex, NGX_HTTP_LABELS_KIRIMCHAT_INVALID,
                                      &field, 0);
}


static ngx_int_t
ngx_http_labels_kirimchat_operation(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op, ngx_str_t *label)
{
    ngx_http_labels_json_t  *node;

    node = ngx_http_labels_member(ex, "operation");

    if (node == NULL) {
        return ngx_http_labels_kirimchat_field(ex,
                             NGX_HTTP_LABELS_KIRIMCHAT_MISSING, "operation");
    }

    ngx_str_set(&op->p.match, "uuid");
    op->p.same_team = 1;

    if (node->type == NGX_HTTP_LABELS_JSON_STRING && node->value.len == 6) {

        if (ngx_strncmp(node->value.data, "attach", 6) == 0) {
            return ngx_http_labels_add_id(op, &op->p.items, label);
        }

        if (ngx_strncmp(node->value.data, "detach", 6) == 0) {
            return ngx_http_labels_add_id(op, &op->p.removals, label);
        }
    }

    return ngx_http_labels_kirimchat_field(ex,
                             NGX_HTTP_LABELS_KIRIMCHAT_INVALID, "operation");
}
