/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */


#include "ngx_http_labels_json_canonical.h"


static void ngx_http_labels_json_canonical_members(
    ngx_http_labels_json_writer_t *w, ngx_http_labels_json_t *node);
static int ngx_libc_cdecl ngx_http_labels_json_compare(const void *one,
    const void *two);
static ngx_int_t ngx_http_labels_json_compare_keys(ngx_str_t *a,
    ngx_str_t *b);


/* a member and its place, since qsort() does not keep the order of equals */

typedef struct {
    ngx_http_labels_json_t      *node;
    ngx_uint_t                   place;
} ngx_http_labels_json_sorted_t;


void
ngx_http_labels_json_canonical(ngx_http_labels_json_writer_t *w,
    ngx_http_labels_json_t *node)
{
    ngx_http_labels_json_t  *child;

    switch (node->type) {

    case NGX_HTTP_LABELS_JSON_NULL:
        ngx_http_labels_json_literal(w, "null");
        break;

    case NGX_HTTP_LABELS_JSON_FALSE:
        ngx_http_labels_json_literal(w, "false");
        break;

    case NGX_HTTP_LABELS_JSON_TRUE:
        ngx_http_labels_json_literal(w, "true");
        break;

    case NGX_HTTP_LABELS_JSON_NUMBER:
        ngx_http_labels_json_raw(w, node->value.data, node->value.len);
        break;

    case NGX_HTTP_LABELS_JSON_STRING:
        ngx_http_labels_json_string(w, &node->value);
        break;

    case NGX_HTTP_LABELS_JSON_ARRAY:
        ngx_http_labels_json_literal(w, "[");

        for (child = node->child; child; child = child->next) {
            ngx_http_labels_json_canonical(w, child);

            if (child->next) {
                ngx_http_labels_json_literal(w, ",");
            }
        }

        ngx_http_labels_json_literal(w, "]");
        break;

    default:
        ngx_http_labels_json_canonical_members(w, node);
        break;
    }
}


static void
ngx_http_labels_json_canonical_members(ngx_http_labels_json_writer_t *w,
    ngx_http_labels_json_t *node)
{
    ngx_uint_t                      i, n;
    ngx_http_labels_json_t         *child;
    ngx_http_labels_json_sorted_t  *members;

    n = node->count;

    members = ngx_palloc(w->pool,
                         (n + 1) * sizeof(ngx_http_labels_json_sorted_t));
    if (members == NULL) {
        w->failed = 1;
        return;
    }

    for (i = 0, child = node->child; child; child = child->next, i++) {
        members[i].node = child;
        members[i].place = i;
    }

    ngx_qsort(members, n, sizeof(ngx_http_labels_json_sorted_t),
              ngx_http_labels_json_compare);

    ngx_http_labels_json_literal(w, "{");

    for (i = 0; i < n; i++) {

        /* the last one of a name counts */

        if (i + 1 < n
            && ngx_http_labels_json_compare_keys(&members[i].node->key,
                                                 &members[i + 1].node->key)
               == 0)
        {
            continue;
        }

        ngx_http_labels_json_string(w, &members[i].node->key);
        ngx_http_labels_json_literal(w, ":");
        ngx_http_labels_json_canonical(w, members[i].node);

        if (i + 1 < n) {
            ngx_http_labels_json_literal(w, ",");
        }
    }

    ngx_http_labels_json_literal(w, "}");
}


static int ngx_libc_cdecl
ngx_http_labels_json_compare(const void *one, const void *two)
{
    ngx_int_t                             rc;
    const ngx_http_labels_json_sorted_t  *a, *b;

    a = one;
    b = two;

    rc = ngx_http_labels_json_compare_keys(&a->node->key, &b->node->key);

    if (rc != 0) {
        return (int) rc;
    }

    return (a->place < b->place) ? -1 : 1;
}


static ngx_int_t
ngx_http_labels_json_compare_keys(ngx_str_t *a, ngx_str_t *b)
{
    return ngx_memn2cmp(a->data, b->data, a->len, b->len);
}
