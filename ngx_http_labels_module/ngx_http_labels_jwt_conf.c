/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * labels_jwt_key algorithm file [kid];
 */


#include "ngx_http_labels_jwt.h"
#include "ngx_http_labels_module.h"


#define NGX_HTTP_LABELS_JWT_MAX_KEY  65536


static ngx_int_t ngx_http_labels_jwt_read_file(ngx_conf_t *cf,
    ngx_str_t *name, ngx_str_t *text);


char *
ngx_http_labels_jwt_key_file(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_labels_loc_conf_t *llcf = conf;

    char                             *error;
    ngx_str_t                        *value, text;
    ngx_http_labels_jwt_key_t        *key;
    ngx_http_labels_jwt_algorithm_e   algorithm;

    value = cf->args->elts;
    algorithm = ngx_http_labels_jwt_algorithm(&value[1]);

    if (algorithm == NGX_HTTP_LABELS_JWT_ALGORITHMS) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "unknown algorithm \"%V\" in \"labels_jwt_key\", "
                           "use HS256, RS256 or EdDSA", &value[1]);
        return NGX_CONF_ERROR;
    }

    if (ngx_conf_full_name(cf->cycle, &value[2], 1) != NGX_OK
        || ngx_http_labels_jwt_read_file(cf, &value[2], &text) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    if (llcf->jwt_keys == NGX_CONF_UNSET_PTR) {
        llcf->jwt_keys = ngx_array_create(cf->pool, 2,
                                          sizeof(ngx_http_labels_jwt_key_t));
        if (llcf->jwt_keys == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    key = ngx_array_push(llcf->jwt_keys);
    if (key == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(key, sizeof(ngx_http_labels_jwt_key_t));
    key->algorithm = algorithm;

    if (cf->args->nelts == 4) {
        key->kid = value[3];
    }

    error = ngx_http_labels_jwt_key(cf->pool, key, &text);

    if (error) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"labels_jwt_key\" cannot use \"%V\": %s",
                           &value[2], error);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_http_labels_jwt_read_file(ngx_conf_t *cf, ngx_str_t *name,
    ngx_str_t *text)
{
    ssize_t     n;
    ngx_file_t  file;

    ngx_memzero(&file, sizeof(ngx_file_t));
    file.name = *name;
    file.log = cf->log;

    file.fd = ngx_open_file(name->data, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);

    if (file.fd == NGX_INVALID_FILE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           "\"labels_jwt_key\" cannot open \"%V\"", name);
        return NGX_ERROR;
    }

    text->data = ngx_pnalloc(cf->pool, NGX_HTTP_LABELS_JWT_MAX_KEY + 1);

    n = text->data ? ngx_read_file(&file, text->data,
                                   NGX_HTTP_LABELS_JWT_MAX_KEY + 1, 0)
                   : NGX_ERROR;

    (void) ngx_close_file(file.fd);

    if (n == NGX_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"labels_jwt_key\" cannot read \"%V\"", name);
        return NGX_ERROR;
    }

    if (n > NGX_HTTP_LABELS_JWT_MAX_KEY) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"labels_jwt_key\" file \"%V\" is larger than "
                           "64 KiB", name);
        return NGX_ERROR;
    }

    text->len = n;

    return NGX_OK;
}
