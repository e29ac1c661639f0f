/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * The vendor-neutral middle: what a dialect asks of the database and what it
 * gets back.  An operation lives in a pool of its own, because it outlives a
 * client that goes away.
 */


#ifndef _NGX_HTTP_LABELS_OPERATION_H_INCLUDED_
#define _NGX_HTTP_LABELS_OPERATION_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>


/* one SQL function each; the order is that of the statement table */

typedef enum {
    NGX_HTTP_LABELS_AUTHORIZE = 0,
    NGX_HTTP_LABELS_READ,
    NGX_HTTP_LABELS_CHANGE,
    NGX_HTTP_LABELS_BULK,
    NGX_HTTP_LABELS_LABEL_LIST,
    NGX_HTTP_LABELS_LABEL_GET,
    NGX_HTTP_LABELS_LABEL_CREATE,
    NGX_HTTP_LABELS_LABEL_UPDATE,
    NGX_HTTP_LABELS_LABEL_DELETE,
    NGX_HTTP_LABELS_LABEL_TARGETS,
    NGX_HTTP_LABELS_KINDS
} ngx_http_labels_kind_e;


/* the closed set of results; the first part mirrors the type labels.outcome */

typedef enum {
    NGX_HTTP_LABELS_OK = 0,
    NGX_HTTP_LABELS_UNCHANGED,
    NGX_HTTP_LABELS_VIA_NOT_FOUND,
    NGX_HTTP_LABELS_TARGET_NOT_FOUND,
    NGX_HTTP_LABELS_TARGET_FOREIGN,
    NGX_HTTP_LABELS_LABEL_NOT_FOUND,
    NGX_HTTP_LABELS_OTHER_TEAM,
    NGX_HTTP_LABELS_TEAM_MISSING,
    NGX_HTTP_LABELS_TEAM_NOT_FOUND,
    NGX_HTTP_LABELS_TITLE_TAKEN,
    NGX_HTTP_LABELS_LABEL_LIMIT,
    NGX_HTTP_LABELS_KEY_REUSED,
    NGX_HTTP_LABELS_KEY_IN_PROGRESS,
    NGX_HTTP_LABELS_TARGET_BUSY,         /* the engine's: run it in isolation */

    NGX_HTTP_LABELS_REFUSED,             /* see the refusal bits */
    NGX_HTTP_LABELS_BUSY,                /* the queue is full */
    NGX_HTTP_LABELS_UNAVAILABLE,         /* no database, or none in time */
    NGX_HTTP_LABELS_COMMIT_UNKNOWN,      /* lost between commit and answer */
    NGX_HTTP_LABELS_FAILED,              /* an error nobody expected */
    NGX_HTTP_LABELS_OUTCOMES
} ngx_http_labels_outcome_e;


/* why a credential was refused: bits of `refusal`, see labels.authorize() */

#define NGX_HTTP_LABELS_REFUSED_UNKNOWN     0x01
#define NGX_HTTP_LABELS_REFUSED_REVOKED     0x02
#define NGX_HTTP_LABELS_REFUSED_EXPIRED     0x04
#define NGX_HTTP_LABELS_REFUSED_KIND        0x08
#define NGX_HTTP_LABELS_REFUSED_NO_ACCOUNT  0x10
#define NGX_HTTP_LABELS_REFUSED_SUSPENDED   0x20
#define NGX_HTTP_LABELS_REFUSED_FOREIGN     0x40
#define NGX_HTTP_LABELS_REFUSED_SCOPE       0x80
#define NGX_HTTP_LABELS_REFUSED_OTHER_KIND  0x100   /* beside FOREIGN */
#define NGX_HTTP_LABELS_REFUSED_OWN         0x200   /* its own account is
                                                       suspended, another one
                                                       was asked for */


/* bits of `want` of a change or a bulk change: the lists to answer */

#define NGX_HTTP_LABELS_WANT_AFTER       0x01
#define NGX_HTTP_LABELS_WANT_DIFFERENCE  0x02    /* added and removed */
#define NGX_HTTP_LABELS_WANT_BEFORE      0x04


/*
 * The result columns of each kind, behind the request's ordinal, its refusal
 * and its outcome, which the engine reads itself.  Row 0 is the header row of
 * the request; list rows follow.
 */

enum {
    NGX_HTTP_LABELS_READ_POSITION = 0,   /* bigint; null in the header row */
    NGX_HTTP_LABELS_READ_TITLE,          /* header row: the contact's name */
    NGX_HTTP_LABELS_READ_LABEL_ID,
    NGX_HTTP_LABELS_READ_UUID,
    NGX_HTTP_LABELS_READ_COLOR,
    NGX_HTTP_LABELS_READ_TEAM,           /* header row: account reference */
    NGX_HTTP_LABELS_READ_CREATED,
    NGX_HTTP_LABELS_READ_UPDATED
};

enum {
    NGX_HTTP_LABELS_CHANGE_LIST = 0,     /* after, added, removed, before */
    NGX_HTTP_LABELS_CHANGE_TITLE,
    NGX_HTTP_LABELS_CHANGE_REQUEST_ID    /* header row: of the first answer */
};

enum {
    NGX_HTTP_LABELS_BULK_TARGET = 0,     /* ordinal of the reference, from 1 */
    NGX_HTTP_LABELS_BULK_OUTCOME,        /* of that target, as text */
    NGX_HTTP_LABELS_BULK_LIST,           /* null: the target's own row */
    NGX_HTTP_LABELS_BULK_TITLE,
    NGX_HTTP_LABELS_BULK_REQUEST_ID      /* header row: of the first answer */
};

enum {                                   /* of the kinds label_... */
    NGX_HTTP_LABELS_LABEL_ID = 0,
    NGX_HTTP_LABELS_LABEL_UUID,
    NGX_HTTP_LABELS_LABEL_SHORT_ID,
    NGX_HTTP_LABELS_LABEL_TITLE,
    NGX_HTTP_LABELS_LABEL_COLOR,
    NGX_HTTP_LABELS_LABEL_DESCRIPTION,
    NGX_HTTP_LABELS_LABEL_SHOW,          /* boolean: show_on_sidebar */
    NGX_HTTP_LABELS_LABEL_TEAM,
    NGX_HTTP_LABELS_LABEL_CREATED,
    NGX_HTTP_LABELS_LABEL_UPDATED,
    NGX_HTTP_LABELS_LABEL_TOTAL,         /* bigint, header row of a list */
    NGX_HTTP_LABELS_LABEL_REQUEST_ID,    /* header row: of the first answer */
    NGX_HTTP_LABELS_LABEL_REPLAYED       /* boolean, header row */
};

enum {                                   /* of label_targets */
    NGX_HTTP_LABELS_TARGETS_TOTAL = 0,   /* bigint, header row */
    NGX_HTTP_LABELS_TARGETS_CHAT_ID,
    NGX_HTTP_LABELS_TARGETS_NAME
};

typedef struct ngx_http_labels_operation_s  ngx_http_labels_operation_t;

typedef void (*ngx_http_labels_operation_handler_pt)(
    ngx_http_labels_operation_t *op);


/* a label as a request names it: a title and its folded form, or an id */

typedef struct {
    ngx_str_t                    title;
    ngx_str_t                    folded;
} ngx_http_labels_item_t;


/*
 * Parameters of the SQL functions, under the functions' own names.  A string
 * whose data is NULL is SQL's NULL.  All strings must live in op->pool or in
 * static memory.
 */

typedef struct {
    /* authorization, of every kind */
    ngx_str_t                    dialect;
    ngx_str_t                    digest;      /* 32 bytes */
    ngx_str_t                    account;
    ngx_str_t                    kinds;
    ngx_str_t                    scopes;

    /* the contact or conversation */
    ngx_str_t                    target;
    ngx_str_t                    reference;
    ngx_str_t                    via;

    /* change and bulk */
    ngx_str_t                    action;
    ngx_str_t                    match;
    ngx_str_t                    key;
    ngx_str_t                    fingerprint; /* 32 bytes */
    ngx_str_t                    request_id;  /* 16 bytes */
    ngx_array_t                 *items;       /* ngx_http_labels_item_t */
    ngx_array_t                 *removals;    /* bulk: taken off first */
    ngx_array_t                 *references;  /* bulk: items, title alone */
    ngx_int_t                    want;
    ngx_int_t                    same_team;   /* booleans are 0 or 1 */
    ngx_int_t                    all;         /* bulk: take every label off */

    /* read and lists */
    ngx_int_t                    full;
    ngx_int_t                    limit;       /* -1: NULL */
    ngx_int_t                    offset;      /* -1: NULL */
    int64_t                      after;       /* -1: NULL */
    ngx_str_t                    after_uuid;  /* 16 bytes */
    ngx_str_t                    order;

    /* the catalogue */
    ngx_str_t                    label;       /* an id, as `match` says */
    ngx_str_t                    unique;
    ngx_str_t                    team;
    ngx_str_t                    title;
    ngx_str_t                    folded;
    ngx_str_t                    color;
    ngx_str_t                    color_unless;
    ngx_str_t                    description;
    ngx_int_t                    show;        /* -1: NULL */
    ngx_int_t                    listed;
    ngx_int_t                    by_name;
    ngx_int_t                    cap;         /* 0: none */
} ngx_http_labels_parameters_t;


struct ngx_http_labels_operation_s {
    ngx_http_labels_kind_e                kind;
    ngx_http_labels_parameters_t          p;

    ngx_pool_t                           *pool;
    void                                 *data;
    ngx_http_labels_operation_handler_pt  handler;   /* NULL: nobody waits */
    ngx_msec_t                            timeout;

    /* the result: valid while the handler runs, the cells no longer */
    ngx_http_labels_outcome_e             outcome;
    ngx_uint_t                            refusal;
    ngx_uint_t                            rows;
    ngx_uint_t                            columns;
    ngx_str_t                            *cells;     /* data NULL: SQL NULL */

    /* what it took: operations in its batch, time in the database */
    ngx_uint_t                            batch;
    ngx_msec_t                            database_time;

    /* the engine's own */
    ngx_queue_t                           queue;
    ngx_event_t                           timer;
    void                                 *upstream;   /* the pool it is in */
    void                                 *flight;     /* the batch, if sent */
    size_t                                size;       /* of its parameters */
    ngx_uint_t                            lane;
    ngx_uint_t                            attempts;
    ngx_uint_t                            busy;       /* met a lock so often */
    unsigned                              nowait:1;
    unsigned                              delayed:1;
    unsigned                              ambiguous:1; /* a commit unknown */
};


/* A new operation in a pool of its own, all parameters NULL; NULL: memory. */
ngx_http_labels_operation_t *ngx_http_labels_operation_create(
    ngx_http_labels_kind_e kind, ngx_log_t *log);
void ngx_http_labels_operation_destroy(ngx_http_labels_operation_t *op);

/* Appends to a list of op->p, made if need be; strings are not copied. */
ngx_int_t ngx_http_labels_operation_item(ngx_http_labels_operation_t *op,
    ngx_array_t **list, ngx_str_t *title, ngx_str_t *folded);

/* A copy of a string in the operation's pool; data NULL: out of memory. */
ngx_str_t ngx_http_labels_operation_copy(ngx_http_labels_operation_t *op,
    ngx_str_t *s);

/*
 * A part of the result as a result: row `first` is its header row.  The cells
 * are shared.
 */
ngx_http_labels_operation_t ngx_http_labels_operation_part(
    ngx_http_labels_operation_t *op, ngx_uint_t first, ngx_uint_t rows);

/* Cells of the result; integers of 2, 4 or 8 bytes, a null is 0. */
ngx_str_t *ngx_http_labels_cell(ngx_http_labels_operation_t *op,
    ngx_uint_t row, ngx_uint_t column);
int64_t ngx_http_labels_cell_integer(ngx_http_labels_operation_t *op,
    ngx_uint_t row, ngx_uint_t column);

/* Microseconds since 1970 of a timestamptz cell. */
int64_t ngx_http_labels_cell_time(ngx_http_labels_operation_t *op,
    ngx_uint_t row, ngx_uint_t column);

/* Names as in SQL, for logs, variables and metrics. */
ngx_str_t *ngx_http_labels_kind_name(ngx_http_labels_kind_e kind);
ngx_str_t *ngx_http_labels_outcome_name(ngx_http_labels_outcome_e outcome);

/* The outcome of an SQL name; NGX_HTTP_LABELS_FAILED: unknown. */
ngx_http_labels_outcome_e ngx_http_labels_outcome(ngx_str_t *name);


#endif /* _NGX_HTTP_LABELS_OPERATION_H_INCLUDED_ */
