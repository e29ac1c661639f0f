/*
 * Copyright (c) the ngx_http_labels_module authors
 * SPDX-License-Identifier: BSD-2-Clause
 */

/*
 * What a vendor's API is to the rest of the house: a table of routes, the
 * place of its credential, and functions that turn a request into an operation
 * and a result, or any problem, into the vendor's own bytes.
 */


#ifndef _NGX_HTTP_LABELS_DIALECT_H_INCLUDED_
#define _NGX_HTTP_LABELS_DIALECT_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_labels_identifier.h"
#include "ngx_http_labels_json_reader.h"
#include "ngx_http_labels_json_writer.h"
#include "ngx_http_labels_operation.h"
#include "ngx_http_labels_text.h"


#define NGX_HTTP_LABELS_MAX_SEGMENTS  12
#define NGX_HTTP_LABELS_MAX_PARAMS    4


typedef struct ngx_http_labels_dialect_s   ngx_http_labels_dialect_t;
typedef struct ngx_http_labels_route_s     ngx_http_labels_route_t;
typedef struct ngx_http_labels_exchange_s  ngx_http_labels_exchange_t;


/*
 * Problems that every dialect has to word; a dialect numbers its own from
 * NGX_HTTP_LABELS_PROBLEM_OWN on.
 */

typedef enum {
    NGX_HTTP_LABELS_PROBLEM_NONE = 0,
    NGX_HTTP_LABELS_PROBLEM_NO_ROUTE,
    NGX_HTTP_LABELS_PROBLEM_METHOD,          /* ex->allow: the path's methods */
    NGX_HTTP_LABELS_PROBLEM_TOO_LARGE,
    NGX_HTTP_LABELS_PROBLEM_BODY_TIMEOUT,
    NGX_HTTP_LABELS_PROBLEM_RATE_LIMITED,
    NGX_HTTP_LABELS_PROBLEM_HTTP,            /* other errors of nginx itself:
                                                number is the status */
    NGX_HTTP_LABELS_PROBLEM_BUSY,
    NGX_HTTP_LABELS_PROBLEM_UNAVAILABLE,
    NGX_HTTP_LABELS_PROBLEM_COMMIT_UNKNOWN,
    NGX_HTTP_LABELS_PROBLEM_INTERNAL,
    NGX_HTTP_LABELS_PROBLEM_OWN
} ngx_http_labels_problem_e;


typedef struct {
    ngx_uint_t                   code;
    ngx_uint_t                   number;     /* an index or a status */
    ngx_str_t                    subject;    /* a member, an id, a message */
} ngx_http_labels_problem_t;


/* the operator's declared limit: `limit` requests in `interval` ms */

typedef struct {
    ngx_uint_t                   limit;
    ngx_msec_t                   interval;
} ngx_http_labels_rate_t;


/* one request and its answer, as a dialect sees them */

struct ngx_http_labels_exchange_s {
    ngx_http_request_t          *request;
    ngx_pool_t                  *pool;
    ngx_http_labels_dialect_t   *dialect;
    ngx_http_labels_route_t     *route;      /* NULL: none matched */

    ngx_str_t                    path;       /* as sent, without the query */
    ngx_uint_t                   nparams;
    ngx_str_t                    params[NGX_HTTP_LABELS_MAX_PARAMS];
    ngx_str_t                    raw_params[NGX_HTTP_LABELS_MAX_PARAMS];
    ngx_str_t                    allow;      /* "GET, HEAD, POST" */

    ngx_str_t                    request_id; /* as the dialect spells it */
    u_char                       uuid[16];   /* the same, or random bits */
    ngx_str_t                    token;      /* data NULL: none (yet) */
    u_char                       digest[32];

    ngx_str_t                    body;       /* contiguous; len 0: none */
    ngx_http_labels_json_t      *json;       /* the body's object, or NULL */

    ngx_array_t                  problems;   /* ngx_http_labels_problem_t */
    ngx_http_labels_operation_t *operation;
    void                        *data;       /* the dialect's, from parse to
                                                render */

    ngx_array_t                 *jwt_keys;   /* NULL: none */
    ngx_http_labels_rate_t      *rate;       /* NULL: none declared */
    ngx_int_t                    cap;        /* labels made through the
                                                dialect; 0: any number */
    ngx_uint_t                   retry_after;

    /* the answer */
    ngx_uint_t                   status;
    ngx_str_t                    content;    /* the body; len 0: empty */
    ngx_str_t                   *content_type; /* NULL: the dialect's */
    unsigned                     verified:1; /* the token is genuine: its
                                                account is asked for, not its
                                                digest */
    unsigned                     no_content_type:1;
};


/* return codes of the hooks: NGX_OK, NGX_DECLINED: ex->problems says why,
   NGX_ERROR: out of memory */

typedef ngx_int_t (*ngx_http_labels_hook_pt)(ngx_http_labels_exchange_t *ex);


struct ngx_http_labels_route_s {
    ngx_uint_t                   method;     /* NGX_HTTP_GET serves HEAD too */
    ngx_str_t                    path;       /* "/v1/contacts/{}/labels"; {}
                                                is one segment, {id} one that
                                                is no reserved word */
    ngx_str_t                    name;       /* for logs: "contact.add" */
    ngx_http_labels_kind_e       kind;
    ngx_str_t                    kinds;      /* credential kinds, see SQL */
    ngx_str_t                    scopes;     /* any of; data NULL: none */
    ngx_str_t                    action;     /* of a change; or null */

    /*
     * Fills ex->operation->p; the common code has set dialect, digest, kinds,
     * scopes and action.  NGX_DECLINED: the problem is answered if the
     * credential proves good (the operation becomes an authorize).  NGX_DONE:
     * it is answered at once.
     */
    ngx_int_t                  (*parse)(ngx_http_labels_exchange_t *ex,
                                   ngx_http_labels_operation_t *op);

    /*
     * Writes ex->status and ex->content for an outcome up to KEY_IN_PROGRESS;
     * NGX_DECLINED: ex->problems holds what to answer instead.
     */
    ngx_int_t                  (*render)(ngx_http_labels_exchange_t *ex,
                                   ngx_http_labels_operation_t *op);

    unsigned                     body:1;     /* the request body is read */
};


/* the dialect's order of refusals: the first bit that is set answers */

typedef struct {
    ngx_uint_t                   refusal;    /* one or more bits */
    ngx_uint_t                   problem;
} ngx_http_labels_refusal_t;


struct ngx_http_labels_dialect_s {
    ngx_str_t                    name;
    ngx_str_t                   *prefixes;   /* ends with an empty one */
    ngx_str_t                   *reserved;   /* never an {id}; or NULL */
    ngx_str_t                    content_type;
    ngx_http_labels_route_t     *routes;     /* ends with an empty path;
                                                literal segments come first */
    ngx_http_labels_refusal_t   *refusals;   /* ends with a zero */

    /* sets ex->request_id and ex->uuid */
    ngx_http_labels_hook_pt      request_id;

    /* checks that come before the credential; may be NULL */
    ngx_http_labels_hook_pt      precondition;

    /*
     * Finds ex->token, from the request line and headers alone.  NGX_AGAIN:
     * the body may hold it, parse will say.
     */
    ngx_http_labels_hook_pt      credential;

    /* words ex->problems: sets ex->status and ex->content, adds headers */
    ngx_http_labels_hook_pt      problem;

    /* headers of every answer; may change status and content (ETag) */
    ngx_http_labels_hook_pt      headers;

    unsigned                     options:1;        /* OPTIONS: 204, Allow */
    unsigned                     trailing_slash:1; /* one is ignored */
    unsigned                     json_suffix:1;    /* ".json" is ignored */
    unsigned                     underscores:1;    /* in its header names */
    unsigned                     secret_query:1;   /* tokens may be in it */
};


/* The dialect of a name, or NULL; the list of all, NULL-terminated. */
ngx_http_labels_dialect_t *ngx_http_labels_dialect(ngx_str_t *name);
extern ngx_http_labels_dialect_t  *ngx_http_labels_dialects[];

/* The dialect that owns the path, by prefix; NULL: none. */
ngx_http_labels_dialect_t *ngx_http_labels_dialect_of_path(ngx_str_t *path);


/* Starts an exchange: path and request id.  NULL: out of memory. */
ngx_http_labels_exchange_t *ngx_http_labels_exchange_create(
    ngx_http_request_t *r, ngx_http_labels_dialect_t *dialect);

/*
 * Finds ex->route and the path's parameters.  NGX_DECLINED: a problem
 * NO_ROUTE or METHOD.  NGX_DONE: OPTIONS, answered in ex->status.
 */
ngx_int_t ngx_http_labels_exchange_route(ngx_http_labels_exchange_t *ex);

/* Replaces or adds a problem; returns NGX_DECLINED, for `return`. */
ngx_int_t ngx_http_labels_problem(ngx_http_labels_exchange_t *ex,
    ngx_uint_t code);
ngx_int_t ngx_http_labels_problem_of(ngx_http_labels_exchange_t *ex,
    ngx_uint_t code, ngx_str_t *subject, ngx_uint_t number);
ngx_int_t ngx_http_labels_problem_add(ngx_http_labels_exchange_t *ex,
    ngx_uint_t code, ngx_str_t *subject);

/* The problem of a refusal by the dialect's table; NGX_DECLINED. */
ngx_int_t ngx_http_labels_refused(ngx_http_labels_exchange_t *ex,
    ngx_uint_t refusal);


/*
 * A request header by its lower-case name, underscores equal to dashes; NULL:
 * absent.  Of several the first is returned; *n: how many there are, *differ:
 * whether their values do (both may be NULL).
 */
ngx_str_t *ngx_http_labels_header_in(ngx_http_request_t *r, ngx_str_t *name,
    ngx_uint_t *n, ngx_flag_t *differ);

/* The key of "Authorization: Bearer KEY", any case of the scheme, one or more
   blanks; len 0: no key; data NULL: no such header or another scheme. */
ngx_str_t ngx_http_labels_bearer(ngx_http_request_t *r);

/* Adds a response header; strings are not copied. */
ngx_int_t ngx_http_labels_header_out(ngx_http_labels_exchange_t *ex,
    ngx_str_t *name, ngx_str_t *value);

/* The same with a decimal value. */
ngx_int_t ngx_http_labels_header_out_number(ngx_http_labels_exchange_t *ex,
    ngx_str_t *name, ngx_uint_t value);

/*
 * The first query parameter of a name, form-decoded into ex->pool; data NULL:
 * absent or out of memory.
 */
ngx_str_t ngx_http_labels_query(ngx_http_labels_exchange_t *ex,
    ngx_str_t *name);

/* Percent-decodes src into ex->pool; malformed escapes stay as they are. */
ngx_str_t ngx_http_labels_unescape(ngx_pool_t *pool, ngx_str_t *src,
    ngx_flag_t form);

/* Whether the request's media type is `application/json` (any case, any
   parameters) or absent; json_suffix: +json and text/x-json count too. */
ngx_flag_t ngx_http_labels_is_json(ngx_http_request_t *r,
    ngx_flag_t json_suffix);

/* Members of the body's object. */
#define ngx_http_labels_member(ex, name)                                      \
    ngx_http_labels_json_member((ex)->json, (u_char *) name, sizeof(name) - 1)


extern ngx_http_labels_dialect_t  ngx_http_labels_chatwoot;
extern ngx_http_labels_dialect_t  ngx_http_labels_leadlex;
extern ngx_http_labels_dialect_t  ngx_http_labels_highlevel;
extern ngx_http_labels_dialect_t  ngx_http_labels_kirimchat;
extern ngx_http_labels_dialect_t  ngx_http_labels_wawp;


#endif /* _NGX_HTTP_LABELS_DIALECT_H_INCLUDED_ */
