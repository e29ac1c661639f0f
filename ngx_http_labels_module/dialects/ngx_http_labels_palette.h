/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * The palette of chat labels: a label keeps a colour as text, and is shown in
 * the nearest of twenty.
 */


#ifndef _NGX_HTTP_LABELS_PALETTE_H_INCLUDED_
#define _NGX_HTTP_LABELS_PALETTE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


#define NGX_HTTP_LABELS_PALETTE_SIZE  20
#define NGX_HTTP_LABELS_PALETTE_GRAY  4


/* The hexadecimal value of an entry, "#64c4ff"; index: 0 to 19. */
ngx_str_t *ngx_http_labels_palette_hex(ngx_uint_t index);

/*
 * The nearest entry to #rgb or #rrggbb, by squared distance, the lowest index
 * among equals; that of gray for any other text.
 */
ngx_uint_t ngx_http_labels_palette_index(ngx_str_t *color);


#endif /* _NGX_HTTP_LABELS_PALETTE_H_INCLUDED_ */
