/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */


#include "ngx_http_labels_palette.h"


static ngx_int_t ngx_http_labels_palette_parse(ngx_str_t *color,
    ngx_int_t *rgb);


static ngx_str_t  ngx_http_labels_palette[NGX_HTTP_LABELS_PALETTE_SIZE] = {
    ngx_string("#ff9485"),
    ngx_string("#64c4ff"),
    ngx_string("#ffd429"),
    ngx_string("#dfaef0"),
    ngx_string("#99b6c1"),
    ngx_string("#55ccb3"),
    ngx_string("#ff9dff"),
    ngx_string("#d3a91d"),
    ngx_string("#6d7cce"),
    ngx_string("#d7e752"),
    ngx_string("#00d0e2"),
    ngx_string("#ffc5c7"),
    ngx_string("#93ceac"),
    ngx_string("#f74848"),
    ngx_string("#00a0f2"),
    ngx_string("#83e422"),
    ngx_string("#ffaf04"),
    ngx_string("#b5ebff"),
    ngx_string("#9ba6ff"),
    ngx_string("#9368cf")
};


ngx_str_t *
ngx_http_labels_palette_hex(ngx_uint_t index)
{
    return &ngx_http_labels_palette[index];
}


ngx_uint_t
ngx_http_labels_palette_index(ngx_str_t *color)
{
    ngx_int_t   wanted[3], entry[3], d, distance, nearest;
    ngx_uint_t  i, j, index;

    if (ngx_http_labels_palette_parse(color, wanted) != NGX_OK) {
        return NGX_HTTP_LABELS_PALETTE_GRAY;
    }

    index = 0;
    nearest = NGX_MAX_INT_T_VALUE;

    for (i = 0; i < NGX_HTTP_LABELS_PALETTE_SIZE; i++) {
        (void) ngx_http_labels_palette_parse(&ngx_http_labels_palette[i],
                                             entry);
        distance = 0;

        for (j = 0; j < 3; j++) {
            d = wanted[j] - entry[j];
            distance += d * d;
        }

        if (distance < nearest) {
            nearest = distance;
            index = i;
        }
    }

    return index;
}


static ngx_int_t
ngx_http_labels_palette_parse(ngx_str_t *color, ngx_int_t *rgb)
{
    u_char      text[6];
    ngx_uint_t  i;

    if (color->len == 0 || color->data[0] != '#') {
        return NGX_ERROR;
    }

    if (color->len == 7) {
        ngx_memcpy(text, color->data + 1, 6);

    } else if (color->len == 4) {
        for (i = 0; i < 6; i++) {
            text[i] = color->data[1 + i / 2];
        }

    } else {
        return NGX_ERROR;
    }

    for (i = 0; i < 3; i++) {
        rgb[i] = ngx_hextoi(text + 2 * i, 2);

        if (rgb[i] == NGX_ERROR) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}
