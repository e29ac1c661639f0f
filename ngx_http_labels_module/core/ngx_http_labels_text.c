/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */


#include "ngx_http_labels_text.h"


typedef struct {
    uint32_t                     first;
    uint32_t                     last;
    uint32_t                     step;
    int32_t                      delta;
} ngx_http_labels_fold_range_t;


typedef struct {
    uint32_t                     first;
    uint32_t                     last;
} ngx_http_labels_range_t;


#include "ngx_http_labels_fold_table.h"


static ngx_flag_t ngx_http_labels_text_ascii(ngx_str_t *s);
static uint32_t ngx_http_labels_text_next(u_char **p, u_char *end);
static ngx_flag_t ngx_http_labels_text_space(uint32_t c,
    ngx_http_labels_space_e space);
static uint32_t ngx_http_labels_text_lower(uint32_t c);
static u_char *ngx_http_labels_text_encode(u_char *p, uint32_t c);


#define ngx_http_labels_space_kin                                             \
    { 0x00a0, 0x00a0 }, { 0x1680, 0x1680 }, { 0x2000, 0x200a },               \
    { 0x2028, 0x2029 }, { 0x202f, 0x202f }, { 0x205f, 0x205f },               \
    { 0x3000, 0x3000 }


static ngx_http_labels_range_t  ngx_http_labels_space_ascii[] = {
    { 0x0009, 0x000d }, { 0x0020, 0x0020 }, { 0, 0 }
};


static ngx_http_labels_range_t  ngx_http_labels_space_unicode[] = {
    { 0x0009, 0x000d }, { 0x0020, 0x0020 }, ngx_http_labels_space_kin,
    { 0xfeff, 0xfeff }, { 0, 0 }
};


static ngx_http_labels_range_t  ngx_http_labels_space_blank[] = {
    { 0x0009, 0x000d }, { 0x0020, 0x0020 }, { 0x0085, 0x0085 },
    ngx_http_labels_space_kin, { 0, 0 }
};


static ngx_http_labels_range_t  *ngx_http_labels_spaces[] = {
    ngx_http_labels_space_ascii,
    ngx_http_labels_space_unicode,
    ngx_http_labels_space_blank
};


ngx_flag_t
ngx_http_labels_text_valid(ngx_str_t *s)
{
    u_char  *p, *end, c;
    size_t   n;

    p = s->data;
    end = p + s->len;

    while (p < end) {
        c = *p++;

        if (c < 0x80) {
            continue;
        }

        if (c < 0xc2 || c > 0xf4) {
            return 0;
        }

        n = (c < 0xe0) ? 1 : (c < 0xf0) ? 2 : 3;

        if ((size_t) (end - p) < n) {
            return 0;
        }

        /* overlong forms, surrogates, and beyond U+10FFFF */

        if ((c == 0xe0 && p[0] < 0xa0)
            || (c == 0xed && p[0] > 0x9f)
            || (c == 0xf0 && p[0] < 0x90)
            || (c == 0xf4 && p[0] > 0x8f))
        {
            return 0;
        }

        while (n--) {
            if ((*p++ & 0xc0) != 0x80) {
                return 0;
            }
        }
    }

    return 1;
}


ngx_flag_t
ngx_http_labels_text_storable(ngx_str_t *s)
{
    if (s->data == NULL) {
        return 1;
    }

    return ngx_http_labels_text_valid(s)
           && memchr(s->data, '\0', s->len) == NULL;
}


static ngx_flag_t
ngx_http_labels_text_ascii(ngx_str_t *s)
{
    size_t  i;

    for (i = 0; i < s->len; i++) {
        if (s->data[i] & 0x80) {
            return 0;
        }
    }

    return 1;
}


size_t
ngx_http_labels_text_length(ngx_str_t *s)
{
    size_t  i, n;

    n = 0;

    for (i = 0; i < s->len; i++) {
        n += ((s->data[i] & 0xc0) != 0x80);
    }

    return n;
}


/* the next character of valid text; *p moves behind it */

static uint32_t
ngx_http_labels_text_next(u_char **p, u_char *end)
{
    u_char    c;
    uint32_t  n, code;

    c = *(*p)++;

    if (c < 0xc0) {
        return c;
    }

    n = (c < 0xe0) ? 1 : (c < 0xf0) ? 2 : 3;
    code = c & (0x3f >> n);

    while (n-- && *p < end) {
        code = code << 6 | (*(*p)++ & 0x3f);
    }

    return code;
}


ngx_str_t
ngx_http_labels_text_trim(ngx_str_t *s, ngx_http_labels_space_e space)
{
    u_char     *p, *end, *last;
    ngx_str_t   trimmed;

    p = s->data;
    end = p + s->len;
    trimmed.data = p;

    while (p < end) {
        if (!ngx_http_labels_text_space(ngx_http_labels_text_next(&p, end),
                                        space))
        {
            break;
        }

        trimmed.data = p;
    }

    while (end > trimmed.data) {
        last = end - 1;

        while (last > trimmed.data && (*last & 0xc0) == 0x80) {
            last--;
        }

        p = last;

        if (!ngx_http_labels_text_space(ngx_http_labels_text_next(&p, end),
                                        space))
        {
            break;
        }

        end = last;
    }

    trimmed.len = end - trimmed.data;

    return trimmed;
}


ngx_flag_t
ngx_http_labels_text_blank(ngx_str_t *s, ngx_http_labels_space_e space)
{
    u_char  *p, *end;

    p = s->data;
    end = p + s->len;

    while (p < end) {
        if (!ngx_http_labels_text_space(ngx_http_labels_text_next(&p, end),
                                        space))
        {
            return 0;
        }
    }

    return 1;
}


static ngx_flag_t
ngx_http_labels_text_space(uint32_t c, ngx_http_labels_space_e space)
{
    ngx_http_labels_range_t  *range;

    for (range = ngx_http_labels_spaces[space]; range->last; range++) {
        if (c >= range->first && c <= range->last) {
            return 1;
        }
    }

    return 0;
}


ngx_str_t
ngx_http_labels_text_fold(ngx_pool_t *pool, ngx_str_t *s)
{
    u_char     *p, *end, *last;
    ngx_str_t   folded;

    /* a mapping may be longer by a byte: U+023A becomes U+2C65 */

    folded.len = s->len;
    folded.data = ngx_pnalloc(pool, s->len + s->len / 2 + 1);

    if (folded.data == NULL) {
        return folded;
    }

    if (ngx_http_labels_text_ascii(s)) {
        ngx_strlow(folded.data, s->data, s->len);
        return folded;
    }

    p = s->data;
    end = p + s->len;
    last = folded.data;

    while (p < end) {
        last = ngx_http_labels_text_encode(last,
                  ngx_http_labels_text_lower(ngx_http_labels_text_next(&p,
                                                                       end)));
    }

    folded.len = last - folded.data;

    return folded;
}


static uint32_t
ngx_http_labels_text_lower(uint32_t c)
{
    ngx_uint_t                     low, high, middle;
    ngx_http_labels_fold_range_t  *range;

    low = 0;
    high = sizeof(ngx_http_labels_fold_ranges)
           / sizeof(ngx_http_labels_fold_range_t);

    while (low < high) {
        middle = (low + high) / 2;
        range = &ngx_http_labels_fold_ranges[middle];

        if (c < range->first) {
            high = middle;

        } else if (c > range->last) {
            low = middle + 1;

        } else {
            return ((c - range->first) % range->step) ? c : c + range->delta;
        }
    }

    return c;
}


static u_char *
ngx_http_labels_text_encode(u_char *p, uint32_t c)
{
    if (c < 0x80) {
        *p++ = (u_char) c;
        return p;
    }

    if (c < 0x800) {
        *p++ = (u_char) (0xc0 | c >> 6);
        *p++ = (u_char) (0x80 | (c & 0x3f));
        return p;
    }

    if (c < 0x10000) {
        *p++ = (u_char) (0xe0 | c >> 12);
        *p++ = (u_char) (0x80 | (c >> 6 & 0x3f));
        *p++ = (u_char) (0x80 | (c & 0x3f));
        return p;
    }

    *p++ = (u_char) (0xf0 | c >> 18);
    *p++ = (u_char) (0x80 | (c >> 12 & 0x3f));
    *p++ = (u_char) (0x80 | (c >> 6 & 0x3f));
    *p++ = (u_char) (0x80 | (c & 0x3f));

    return p;
}
