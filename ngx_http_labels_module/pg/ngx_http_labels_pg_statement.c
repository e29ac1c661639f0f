/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */


#include "ngx_http_labels_pg_param.h"
#include "ngx_http_labels_pg_statement.h"


#define NGX_HTTP_LABELS_PG_MAX_PARAMS  32


typedef struct {
    char                        *name;
    char                        *call;
    ngx_http_labels_pg_lane_e    lane;
    ngx_flag_t                   locks;
    ngx_flag_t                   repeatable;
    ngx_uint_t                   nparams;
    ngx_http_labels_pg_param_t  *params;
} ngx_http_labels_pg_statement_t;


#define ngx_http_labels_pg_param(type, member)                                \
    { NGX_HTTP_LABELS_PARAM_##type,                                           \
      offsetof(ngx_http_labels_parameters_t, member) }

#define ngx_http_labels_pg_params_authorization                               \
    ngx_http_labels_pg_param(TEXT, dialect),                                  \
    ngx_http_labels_pg_param(BYTES, digest),                                  \
    ngx_http_labels_pg_param(TEXT, account),                                  \
    ngx_http_labels_pg_param(TEXT, kinds),                                    \
    ngx_http_labels_pg_param(TEXT, scopes)

#define ngx_http_labels_pg_params_idempotency                                 \
    ngx_http_labels_pg_param(TEXT, key),                                      \
    ngx_http_labels_pg_param(BYTES, fingerprint),                             \
    ngx_http_labels_pg_param(UUID, request_id)

#define ngx_http_labels_pg_params_label                                       \
    ngx_http_labels_pg_param(TEXT, match),                                    \
    ngx_http_labels_pg_param(TEXT, label)

#define ngx_http_labels_pg_params_items(list)                                 \
    ngx_http_labels_pg_param(OWNER, list),                                    \
    ngx_http_labels_pg_param(TITLE, list),                                    \
    ngx_http_labels_pg_param(FOLDED, list)

static ngx_http_labels_pg_param_t  ngx_http_labels_pg_authorize[] = {
    ngx_http_labels_pg_params_authorization
};


static ngx_http_labels_pg_param_t  ngx_http_labels_pg_read[] = {
    ngx_http_labels_pg_params_authorization,
    ngx_http_labels_pg_param(TEXT, target),
    ngx_http_labels_pg_param(TEXT, reference),
    ngx_http_labels_pg_param(TEXT, via),
    ngx_http_labels_pg_param(BOOLEAN, full),
    ngx_http_labels_pg_param(INTEGER, limit),
    ngx_http_labels_pg_param(BIGINT, after)
};


static ngx_http_labels_pg_param_t  ngx_http_labels_pg_change[] = {
    ngx_http_labels_pg_params_authorization,
    ngx_http_labels_pg_param(TEXT, target),
    ngx_http_labels_pg_param(TEXT, reference),
    ngx_http_labels_pg_param(TEXT, via),
    ngx_http_labels_pg_param(TEXT, action),
    ngx_http_labels_pg_param(TEXT, match),
    ngx_http_labels_pg_param(BOOLEAN, same_team),
    ngx_http_labels_pg_param(INTEGER, want),
    ngx_http_labels_pg_params_idempotency,
    ngx_http_labels_pg_params_items(items),
    ngx_http_labels_pg_param(NOWAIT, target)
};


static ngx_http_labels_pg_param_t  ngx_http_labels_pg_bulk[] = {
    ngx_http_labels_pg_params_authorization,
    ngx_http_labels_pg_param(TEXT, target),
    ngx_http_labels_pg_param(TEXT, via),
    ngx_http_labels_pg_param(TEXT, match),
    ngx_http_labels_pg_param(BOOLEAN, same_team),
    ngx_http_labels_pg_param(BOOLEAN, all),
    ngx_http_labels_pg_param(INTEGER, want),
    ngx_http_labels_pg_params_idempotency,
    ngx_http_labels_pg_param(OWNER, references),
    ngx_http_labels_pg_param(TITLE, references),
    ngx_http_labels_pg_params_items(items),
    ngx_http_labels_pg_params_items(removals),
    ngx_http_labels_pg_param(NOWAIT, target)
};


static ngx_http_labels_pg_param_t  ngx_http_labels_pg_label_list[] = {
    ngx_http_labels_pg_params_authorization,
    ngx_http_labels_pg_param(BOOLEAN, listed),
    ngx_http_labels_pg_param(BOOLEAN, by_name),
    ngx_http_labels_pg_param(TEXT, team),
    ngx_http_labels_pg_param(TEXT, order),
    ngx_http_labels_pg_param(INTEGER, limit),
    ngx_http_labels_pg_param(INTEGER, offset),
    ngx_http_labels_pg_param(BIGINT, after),
    ngx_http_labels_pg_param(UUID, after_uuid)
};


static ngx_http_labels_pg_param_t  ngx_http_labels_pg_label_get[] = {
    ngx_http_labels_pg_params_authorization,
    ngx_http_labels_pg_params_label,
    ngx_http_labels_pg_param(BOOLEAN, listed),
    ngx_http_labels_pg_param(BOOLEAN, by_name)
};


static ngx_http_labels_pg_param_t  ngx_http_labels_pg_label_create[] = {
    ngx_http_labels_pg_params_authorization,
    ngx_http_labels_pg_param(TEXT, unique),
    ngx_http_labels_pg_param(TEXT, team),
    ngx_http_labels_pg_param(TEXT, title),
    ngx_http_labels_pg_param(TEXT, folded),
    ngx_http_labels_pg_param(TEXT, color),
    ngx_http_labels_pg_param(TEXT, description),
    ngx_http_labels_pg_param(BOOLEAN, show),
    ngx_http_labels_pg_param(BOOLEAN, listed),
    ngx_http_labels_pg_param(INTEGER, cap),
    ngx_http_labels_pg_params_idempotency
};


static ngx_http_labels_pg_param_t  ngx_http_labels_pg_label_update[] = {
    ngx_http_labels_pg_params_authorization,
    ngx_http_labels_pg_params_label,
    ngx_http_labels_pg_param(BOOLEAN, listed),
    ngx_http_labels_pg_param(BOOLEAN, by_name),
    ngx_http_labels_pg_param(TEXT, unique),
    ngx_http_labels_pg_param(TEXT, title),
    ngx_http_labels_pg_param(TEXT, folded),
    ngx_http_labels_pg_param(TEXT, color),
    ngx_http_labels_pg_param(TEXT, color_unless),
    ngx_http_labels_pg_param(TEXT, description),
    ngx_http_labels_pg_param(BOOLEAN, show)
};


static ngx_http_labels_pg_param_t  ngx_http_labels_pg_label_delete[] = {
    ngx_http_labels_pg_params_authorization,
    ngx_http_labels_pg_params_label,
    ngx_http_labels_pg_param(BOOLEAN, listed),
    ngx_http_labels_pg_param(BOOLEAN, by_name)
};


static ngx_http_labels_pg_param_t  ngx_http_labels_pg_label_targets[] = {
    ngx_http_labels_pg_params_authorization,
    ngx_http_labels_pg_params_label,
    ngx_http_labels_pg_param(INTEGER, limit),
    ngx_http_labels_pg_param(INTEGER, offset)
};


#define ngx_http_labels_pg_statement(name, args, lane, locks, repeatable)     \
    { "labels_" #name, "SELECT * FROM labels." #name args,                    \
      NGX_HTTP_LABELS_PG_##lane, locks, repeatable,                           \
      sizeof(ngx_http_labels_pg_##name) / sizeof(ngx_http_labels_pg_param_t), \
      ngx_http_labels_pg_##name }

/*
 * Repeatable: changes are set-like, so that a second run leaves the same state
 * and answers 200 as well.  A label created or deleted by the unknown commit
 * would answer "taken" or "not found" to the second run.
 */

static ngx_http_labels_pg_statement_t
    ngx_http_labels_pg_statements[NGX_HTTP_LABELS_KINDS] =
{
    ngx_http_labels_pg_statement(authorize, "($1,$2,$3,$4,$5)", FAST, 0, 1),

    ngx_http_labels_pg_statement(read,
        "($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)", FAST, 0, 1),

    ngx_http_labels_pg_statement(change,
        "($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19)",
        FAST, 1, 1),

    ngx_http_labels_pg_statement(bulk,
        "($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,"
        "$20,$21,$22,$23)", BULK, 1, 1),

    ngx_http_labels_pg_statement(label_list,
        "($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13)", BULK, 0, 1),

    ngx_http_labels_pg_statement(label_get,
        "($1,$2,$3,$4,$5,$6,$7,$8,$9)", FAST, 0, 1),

    ngx_http_labels_pg_statement(label_create,
        "($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17)",
        BULK, 1, 0),

    ngx_http_labels_pg_statement(label_update,
        "($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16)",
        BULK, 1, 1),

    ngx_http_labels_pg_statement(label_delete,
        "($1,$2,$3,$4,$5,$6,$7,$8,$9)", BULK, 1, 0),

    ngx_http_labels_pg_statement(label_targets,
        "($1,$2,$3,$4,$5,$6,$7,$8,$9)", BULK, 0, 1)
};


ngx_flag_t
ngx_http_labels_pg_locks(ngx_http_labels_kind_e kind)
{
    return ngx_http_labels_pg_statements[kind].locks;
}


ngx_flag_t
ngx_http_labels_pg_repeatable(ngx_http_labels_operation_t *op)
{
    /* a stored answer makes any repetition safe */

    return ngx_http_labels_pg_statements[op->kind].repeatable
           || op->p.key.data != NULL;
}


ngx_http_labels_pg_lane_e
ngx_http_labels_pg_lane(ngx_http_labels_kind_e kind)
{
    return ngx_http_labels_pg_statements[kind].lane;
}


ssize_t
ngx_http_labels_pg_measure(ngx_http_labels_operation_t *op)
{
    size_t                           size;
    ngx_uint_t                       i;
    ngx_http_labels_pg_statement_t  *st;

    st = &ngx_http_labels_pg_statements[op->kind];
    size = 0;

    for (i = 0; i < st->nparams; i++) {

        if (ngx_http_labels_pg_param_check(&st->params[i], op) != NGX_OK) {
            return NGX_ERROR;
        }

        size += ngx_http_labels_pg_param_size(&st->params[i], op);
    }

    return size;
}


ngx_int_t
ngx_http_labels_pg_prepare(ngx_http_labels_pg_connection_t *conn)
{
    u_char                           sql[512];
    ngx_uint_t                       i, n;
    ngx_http_labels_pg_pool_t       *pool;
    ngx_http_labels_pg_statement_t  *st;

    pool = conn->pool;
    n = 1;

    /*
     * Session settings by a statement of their own: connection poolers refuse
     * most of them in the start-up packet.
     */

    ngx_snprintf(sql, sizeof(sql),
                 "SELECT set_config('lock_timeout','%M',false),"
                 "set_config('statement_timeout','%M',false),"
                 "set_config('plan_cache_mode','force_generic_plan',false),"
                 "set_config('jit','off',false)%Z",
                 pool->lanes[conn->lane].lock_timeout,
                 pool->db->request_timeout);

    if (PQsendQueryParams(conn->pg, (char *) sql, 0, NULL, NULL, NULL, NULL, 1)
        == 0)
    {
        return NGX_ERROR;
    }

    if (!pool->db->prepare) {
        return n;
    }

    for (i = 0; i < NGX_HTTP_LABELS_KINDS; i++) {
        st = &ngx_http_labels_pg_statements[i];

        if (PQsendPrepare(conn->pg, st->name, st->call, 0, NULL) == 0) {
            return NGX_ERROR;
        }

        n++;
    }

    return n;
}


ngx_int_t
ngx_http_labels_pg_settings(ngx_http_labels_pg_connection_t *conn)
{
    u_char  sql[128];

    ngx_snprintf(sql, sizeof(sql),
                 "SELECT set_config('lock_timeout','%M',true)%Z",
                 conn->pool->lanes[conn->lane].lock_timeout);

    if (PQsendQueryParams(conn->pg, (char *) sql, 0, NULL, NULL, NULL, NULL, 1)
        == 0)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_labels_pg_execute(ngx_http_labels_pg_connection_t *conn,
    ngx_http_labels_kind_e kind, ngx_http_labels_operation_t **ops,
    ngx_uint_t n, ngx_flag_t nowait)
{
    int                              rc, lengths[NGX_HTTP_LABELS_PG_MAX_PARAMS],
                                     formats[NGX_HTTP_LABELS_PG_MAX_PARAMS];
    size_t                           starts[NGX_HTTP_LABELS_PG_MAX_PARAMS];
    ngx_uint_t                       i;
    const char                      *values[NGX_HTTP_LABELS_PG_MAX_PARAMS];
    ngx_http_labels_pg_buffer_t     *b;
    ngx_http_labels_pg_statement_t  *st;

    st = &ngx_http_labels_pg_statements[kind];
    b = &conn->pool->buffer;
    b->last = b->start;

    for (i = 0; i < st->nparams; i++) {
        starts[i] = b->last - b->start;

        if (ngx_http_labels_pg_param_encode(b, &st->params[i], ops, n, nowait)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        lengths[i] = (int) (b->last - b->start - starts[i]);
        formats[i] = 1;
    }

    /* only now the buffer stays where it is */

    for (i = 0; i < st->nparams; i++) {
        values[i] = (char *) b->start + starts[i];
    }

    if (conn->pool->db->prepare) {
        rc = PQsendQueryPrepared(conn->pg, st->name, (int) st->nparams, values,
                                 lengths, formats, 1);
    } else {
        rc = PQsendQueryParams(conn->pg, st->call, (int) st->nparams, NULL,
                               values, lengths, formats, 1);
    }

    return rc ? NGX_OK : NGX_ERROR;
}
