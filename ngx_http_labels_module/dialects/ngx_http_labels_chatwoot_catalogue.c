/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * Chatwoot: the catalogue of an account's labels.
 */


#include "ngx_http_labels_chatwoot.h"
#include "ngx_http_labels_dialect_body.h"


#define NGX_HTTP_LABELS_CHATWOOT_MAX_TITLE        255
#define NGX_HTTP_LABELS_CHATWOOT_MAX_DESCRIPTION  20000
#define NGX_HTTP_LABELS_CHATWOOT_MAX_COLOR        255


typedef enum {
    NGX_HTTP_LABELS_CHATWOOT_TITLE = 0,
    NGX_HTTP_LABELS_CHATWOOT_DESCRIPTION,
    NGX_HTTP_LABELS_CHATWOOT_COLOR,
    NGX_HTTP_LABELS_CHATWOOT_SHOW,
    NGX_HTTP_LABELS_CHATWOOT_MEMBERS
} ngx_http_labels_chatwoot_member_e;


static ngx_int_t ngx_http_labels_chatwoot_label_body(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_json_t **members);
static ngx_int_t ngx_http_labels_chatwoot_violations(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_json_t **members);
static void ngx_http_labels_chatwoot_title_violations(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_json_t *title);
static ngx_flag_t ngx_http_labels_chatwoot_longer(ngx_http_labels_json_t *node,
    size_t max);
static ngx_flag_t ngx_http_labels_chatwoot_title_fits(ngx_str_t *title);
static ngx_flag_t ngx_http_labels_chatwoot_title_character(uint32_t c);
static ngx_int_t ngx_http_labels_chatwoot_take(ngx_http_labels_operation_t *op,
    ngx_http_labels_json_t **members);
static void ngx_http_labels_chatwoot_write_label(
    ngx_http_labels_exchange_t *ex, ngx_http_labels_json_writer_t *w,
    ngx_http_labels_operation_t *op, ngx_uint_t row);


ngx_int_t
ngx_http_labels_chatwoot_parse_labels(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    op->p.listed = 1;
    ngx_str_set(&op->p.order, "title");

    return ngx_http_labels_chatwoot_account(ex, op);
}


ngx_int_t
ngx_http_labels_chatwoot_parse_label(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    op->p.listed = 1;
    ngx_str_set(&op->p.match, "label_id");

    if (ngx_http_labels_chatwoot_account(ex, op) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_labels_decimal_reference(op, &ex->params[1],
                                             &op->p.label);
}


ngx_int_t
ngx_http_labels_chatwoot_parse_create(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t                rc;
    ngx_http_labels_json_t  *members[NGX_HTTP_LABELS_CHATWOOT_MEMBERS];

    op->p.listed = 1;
    ngx_str_set(&op->p.unique, "listed");
    ngx_str_set(&op->p.color, "#1f93ff");

    if (ngx_http_labels_chatwoot_account(ex, op) != NGX_OK) {
        return NGX_ERROR;
    }

    rc = ngx_http_labels_chatwoot_label_body(ex, members);

    if (rc != NGX_OK) {
        return rc;
    }

    return ngx_http_labels_chatwoot_take(op, members);
}


ngx_int_t
ngx_http_labels_chatwoot_parse_update(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_int_t                rc;
    ngx_http_labels_json_t  *members[NGX_HTTP_LABELS_CHATWOOT_MEMBERS];

    ngx_str_set(&op->p.unique, "listed");

    if (ngx_http_labels_chatwoot_parse_label(ex, op) != NGX_OK) {
        return NGX_ERROR;
    }

    rc = ngx_http_labels_chatwoot_label_body(ex, members);

    if (rc != NGX_OK) {
        return rc;
    }

    return ngx_http_labels_chatwoot_take(op, members);
}


/* the members, bare or in the member `label`, which counts alone if present */

static ngx_int_t
ngx_http_labels_chatwoot_label_body(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_json_t **members)
{
    ngx_int_t                rc;
    ngx_flag_t               named;
    ngx_uint_t               i;
    ngx_http_labels_json_t  *label;

    static ngx_str_t  names[] = {
        ngx_string("title"), ngx_string("description"), ngx_string("color"),
        ngx_string("show_on_sidebar")
    };

    rc = ngx_http_labels_chatwoot_body(ex);

    if (rc != NGX_OK) {
        return rc;
    }

    label = ngx_http_labels_member(ex, "label");
    named = label && label->type == NGX_HTTP_LABELS_JSON_OBJECT
            && label->count;

    for (i = 0; i < NGX_HTTP_LABELS_CHATWOOT_MEMBERS; i++) {
        members[i] = ngx_http_labels_json_member(label ? label : ex->json,
                                                 names[i].data, names[i].len);

        if (label == NULL && members[i]) {
            named = 1;
        }
    }

    rc = ngx_http_labels_chatwoot_elsewhere(ex, members,
                                            NGX_HTTP_LABELS_CHATWOOT_MEMBERS);

    if (rc != NGX_OK) {
        return rc;
    }

    if (!named) {
        return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_CHATWOOT_NO_LABEL);
    }

    return ngx_http_labels_chatwoot_violations(ex, members);
}


/* all of them, in the order of the contract's rows */

static ngx_int_t
ngx_http_labels_chatwoot_violations(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_json_t **members)
{
    ngx_http_labels_json_t  *title, *description, *color, *show;

    title = members[NGX_HTTP_LABELS_CHATWOOT_TITLE];
    description = members[NGX_HTTP_LABELS_CHATWOOT_DESCRIPTION];
    color = members[NGX_HTTP_LABELS_CHATWOOT_COLOR];
    show = members[NGX_HTTP_LABELS_CHATWOOT_SHOW];

    if (ngx_http_labels_chatwoot_longer(title,
                                        NGX_HTTP_LABELS_CHATWOOT_MAX_TITLE))
    {
        (void) ngx_http_labels_problem_add(ex,
                               NGX_HTTP_LABELS_CHATWOOT_TITLE_TOO_LONG, NULL);
    }

    if (ngx_http_labels_chatwoot_longer(description,
                                     NGX_HTTP_LABELS_CHATWOOT_MAX_DESCRIPTION))
    {
        (void) ngx_http_labels_problem_add(ex,
                         NGX_HTTP_LABELS_CHATWOOT_DESCRIPTION_TOO_LONG, NULL);
    }

    if (ngx_http_labels_chatwoot_longer(color,
                                        NGX_HTTP_LABELS_CHATWOOT_MAX_COLOR))
    {
        (void) ngx_http_labels_problem_add(ex,
                               NGX_HTTP_LABELS_CHATWOOT_COLOR_TOO_LONG, NULL);
    }

    ngx_http_labels_chatwoot_title_violations(ex, title);

    if (description && description->flaws) {
        (void) ngx_http_labels_problem_add(ex,
                             NGX_HTTP_LABELS_CHATWOOT_DESCRIPTION_TEXT, NULL);

    } else if (description && description->type != NGX_HTTP_LABELS_JSON_STRING
               && description->type != NGX_HTTP_LABELS_JSON_NULL)
    {
        (void) ngx_http_labels_problem_add(ex,
                          NGX_HTTP_LABELS_CHATWOOT_DESCRIPTION_INVALID, NULL);
    }

    if (color && color->flaws) {
        (void) ngx_http_labels_problem_add(ex,
                                   NGX_HTTP_LABELS_CHATWOOT_COLOR_TEXT, NULL);

    } else if (color && color->type != NGX_HTTP_LABELS_JSON_STRING) {
        (void) ngx_http_labels_problem_add(ex,
                                NGX_HTTP_LABELS_CHATWOOT_COLOR_INVALID, NULL);
    }

    if (show && show->type != NGX_HTTP_LABELS_JSON_NULL
        && show->type != NGX_HTTP_LABELS_JSON_FALSE
        && show->type != NGX_HTTP_LABELS_JSON_TRUE)
    {
        (void) ngx_http_labels_problem_add(ex,
                                 NGX_HTTP_LABELS_CHATWOOT_SHOW_INVALID, NULL);
    }

    return ex->problems.nelts ? NGX_DECLINED : NGX_OK;
}


static void
ngx_http_labels_chatwoot_title_violations(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_json_t *title)
{
    ngx_str_t  folded;

    if (title && title->flaws) {
        (void) ngx_http_labels_problem_add(ex,
                                   NGX_HTTP_LABELS_CHATWOOT_TITLE_TEXT, NULL);
        return;
    }

    if (title == NULL
        ? ex->route->kind == NGX_HTTP_LABELS_LABEL_CREATE
        : title->type == NGX_HTTP_LABELS_JSON_NULL
          || (title->type == NGX_HTTP_LABELS_JSON_STRING
              && ngx_http_labels_text_blank(&title->value,
                                            NGX_HTTP_LABELS_SPACE_BLANK)))
    {
        (void) ngx_http_labels_problem_add(ex,
                                  NGX_HTTP_LABELS_CHATWOOT_TITLE_BLANK, NULL);
        (void) ngx_http_labels_problem_add(ex,
                                NGX_HTTP_LABELS_CHATWOOT_TITLE_INVALID, NULL);
        return;
    }

    if (title == NULL) {
        return;
    }

    if (title->type == NGX_HTTP_LABELS_JSON_STRING) {
        folded = ngx_http_labels_text_fold(ex->pool, &title->value);

        if (folded.data && ngx_http_labels_chatwoot_title_fits(&folded)) {
            return;
        }
    }

    (void) ngx_http_labels_problem_add(ex,
                                NGX_HTTP_LABELS_CHATWOOT_TITLE_INVALID, NULL);
}


static ngx_flag_t
ngx_http_labels_chatwoot_longer(ngx_http_labels_json_t *node, size_t max)
{
    return node && node->type == NGX_HTTP_LABELS_JSON_STRING
           && node->flaws == 0
           && ngx_http_labels_text_length(&node->value) > max;
}


/* ASCII letters, digits, `_` and `-`, and what is visible outside ASCII */

static ngx_flag_t
ngx_http_labels_chatwoot_title_fits(ngx_str_t *title)
{
    u_char    *p, *end;
    uint32_t   c;

    p = title->data;
    end = p + title->len;

    if (p == end || *p == '_' || *p == '-') {
        return 0;
    }

    while (p < end) {

        /* ngx_utf8_decode() knows characters of several bytes alone */

        c = (*p < 0x80) ? *p++ : ngx_utf8_decode(&p, end - p);

        if (!ngx_http_labels_chatwoot_title_character(c)) {
            return 0;
        }
    }

    return 1;
}


static ngx_flag_t
ngx_http_labels_chatwoot_title_character(uint32_t c)
{
    if (c < 0x80) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'
               || c == '-';
    }

    if (c >= 0x2000 && c <= 0x200a) {
        return 0;
    }

    switch (c) {

    case 0x1680:
    case 0x2028:
    case 0x2029:
    case 0x202f:
    case 0x205f:
    case 0x3000:
        return 0;

    default:
        return c >= 0xa1 && c <= 0x10ffff;
    }
}


/* what is absent keeps its value, or its default */

static ngx_int_t
ngx_http_labels_chatwoot_take(ngx_http_labels_operation_t *op,
    ngx_http_labels_json_t **members)
{
    ngx_str_t                folded;
    ngx_http_labels_json_t  *node;

    node = members[NGX_HTTP_LABELS_CHATWOOT_TITLE];

    if (node) {
        folded = ngx_http_labels_text_fold(op->pool, &node->value);
        op->p.title = ngx_http_labels_operation_copy(op, &folded);
        op->p.folded = op->p.title;

        if (op->p.title.data == NULL) {
            return NGX_ERROR;
        }
    }

    node = members[NGX_HTTP_LABELS_CHATWOOT_DESCRIPTION];

    if (node) {
        op->p.description = ngx_http_labels_operation_copy(op, &node->value);

        if (op->p.description.data == NULL) {
            return NGX_ERROR;
        }
    }

    node = members[NGX_HTTP_LABELS_CHATWOOT_COLOR];

    if (node) {
        op->p.color = ngx_http_labels_operation_copy(op, &node->value);

        if (op->p.color.data == NULL) {
            return NGX_ERROR;
        }
    }

    node = members[NGX_HTTP_LABELS_CHATWOOT_SHOW];

    if (node) {
        op->p.show = (node->type == NGX_HTTP_LABELS_JSON_TRUE);
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_labels_chatwoot_render_labels(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_http_labels_json_writer_t  w;

    ngx_http_labels_json_writer_init(&w, ex->pool);

    ngx_http_labels_json_literal(&w, "{\"payload\":");
    ngx_http_labels_write_rows(ex, &w, op, op->rows - 1,
                               ngx_http_labels_chatwoot_write_label);
    ngx_http_labels_json_literal(&w, "}");

    ex->status = NGX_HTTP_OK;

    return ngx_http_labels_json_finish(&w, &ex->content);
}


ngx_int_t
ngx_http_labels_chatwoot_render_label(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_operation_t *op)
{
    ngx_http_labels_json_writer_t  w;

    switch (op->outcome) {

    case NGX_HTTP_LABELS_OK:
    case NGX_HTTP_LABELS_UNCHANGED:
        break;

    case NGX_HTTP_LABELS_TITLE_TAKEN:
        return ngx_http_labels_problem(ex,
                                       NGX_HTTP_LABELS_CHATWOOT_TITLE_TAKEN);

    default:
        return ngx_http_labels_problem(ex, NGX_HTTP_LABELS_CHATWOOT_NOT_FOUND);
    }

    ngx_http_labels_json_writer_init(&w, ex->pool);

    ngx_http_labels_chatwoot_write_label(ex, &w, op, 0);

    ex->status = NGX_HTTP_OK;

    return ngx_http_labels_json_finish(&w, &ex->content);
}


static void
ngx_http_labels_chatwoot_write_label(ngx_http_labels_exchange_t *ex,
    ngx_http_labels_json_writer_t *w, ngx_http_labels_operation_t *op,
    ngx_uint_t row)
{
    ngx_http_labels_json_literal(w, "{\"id\":");
    ngx_http_labels_json_integer(w, ngx_http_labels_cell_integer(op, row,
                                                  NGX_HTTP_LABELS_LABEL_ID));
    ngx_http_labels_json_literal(w, ",\"title\":");
    ngx_http_labels_json_string(w, ngx_http_labels_cell(op, row,
                                               NGX_HTTP_LABELS_LABEL_TITLE));
    ngx_http_labels_json_literal(w, ",\"description\":");
    ngx_http_labels_json_string(w, ngx_http_labels_cell(op, row,
                                         NGX_HTTP_LABELS_LABEL_DESCRIPTION));
    ngx_http_labels_json_literal(w, ",\"color\":");
    ngx_http_labels_json_string(w, ngx_http_labels_cell(op, row,
                                               NGX_HTTP_LABELS_LABEL_COLOR));

    if (ngx_http_labels_cell_integer(op, row, NGX_HTTP_LABELS_LABEL_SHOW)) {
        ngx_http_labels_json_literal(w, ",\"show_on_sidebar\":true}");

    } else {
        ngx_http_labels_json_literal(w, ",\"show_on_sidebar\":false}");
    }
}
