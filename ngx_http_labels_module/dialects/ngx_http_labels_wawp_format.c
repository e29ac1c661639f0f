/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * Wawp: the formats of parameters, and the form in which each is compared and
 * kept.
 */


#include "ngx_http_labels_palette.h"
#include "ngx_http_labels_wawp.h"


#define NGX_HTTP_LABELS_WAWP_MAX_NAME  100


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


/* ^[1-9][0-9]{0,8}$ */

ngx_int_t
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


ngx_int_t
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


/* 1 to 100 characters, without the white space around them */

ngx_int_t
ngx_http_labels_wawp_normal_name(ngx_pool_t *pool, ngx_str_t *value,
    ngx_str_t *normal)
{
    *normal = ngx_http_labels_text_trim(value, NGX_HTTP_LABELS_SPACE_ASCII);

    if (normal->len == 0
        || !ngx_http_labels_text_storable(normal)
        || ngx_http_labels_text_length(normal) > NGX_HTTP_LABELS_WAWP_MAX_NAME)
    {
        return NGX_DECLINED;
    }

    return NGX_OK;
}


/* an index of the palette, without leading zeros */

ngx_int_t
ngx_http_labels_wawp_normal_color(ngx_pool_t *pool, ngx_str_t *value,
    ngx_str_t *normal)
{
    ngx_int_t  index;

    index = ngx_atoi(value->data, value->len);

    if (index < 0 || index >= NGX_HTTP_LABELS_PALETTE_SIZE
        || (value->len > 1 && value->data[0] == '0'))
    {
        return NGX_DECLINED;
    }

    *normal = *value;

    return NGX_OK;
}


ngx_int_t
ngx_http_labels_wawp_normal_hex(ngx_pool_t *pool, ngx_str_t *value,
    ngx_str_t *normal)
{
    normal->len = value->len;
    normal->data = ngx_pnalloc(pool, value->len + 1);

    if (normal->data == NULL) {
        return NGX_ERROR;
    }

    ngx_strlow(normal->data, value->data, value->len);

    return NGX_OK;
}
