/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */


#ifndef _NGX_HTTP_LABELS_JSON_CANONICAL_H_INCLUDED_
#define _NGX_HTTP_LABELS_JSON_CANONICAL_H_INCLUDED_


#include "ngx_http_labels_json_reader.h"
#include "ngx_http_labels_json_writer.h"


/*
 * Writes a value so that documents which mean the same are the same bytes:
 * members sorted by name on every level, of repeated ones the last, no white
 * space, strings by value; numbers stay as they were written.
 */
void ngx_http_labels_json_canonical(ngx_http_labels_json_writer_t *w,
    ngx_http_labels_json_t *node);


#endif /* _NGX_HTTP_LABELS_JSON_CANONICAL_H_INCLUDED_ */
