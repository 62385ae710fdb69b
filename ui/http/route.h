/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of routes: method, pattern, who may, how, and the function.
 *
 * A pattern is a path whose segments may be {names}: "/api/v1/cases/{number}". The first row that
 * fits wins, so a row with a fixed word stands before one with a name in its place.
 */
#pragma once

#include "ui/http/request.h"

enum {
    ROUTE_WORKER = 1 << 0,  /* handler runs on a worker thread: it may wait for disk or SQL */
    ROUTE_STREAM = 1 << 1,  /* body goes to the sink that `open` sets; no limit but body_bytes */
    ROUTE_PAGE = 1 << 2,    /* for people: without a session they are sent to the sign-on page */
    ROUTE_NO_CSRF = 1 << 3, /* has no session yet (sign-on, first run, public status) */
};

/* Returns the answer; NULL with an error (answered as a problem), or NULL without one after
 * request_keep. */
typedef Response *(*HttpHandler)(Request *request, void *context, GError **error);

/* Before the body of a streaming route: sets the sink or refuses. */
typedef gboolean (*HttpOpen)(Request *request, void *context, GError **error);

typedef struct HttpRoute {
    HttpMethod method;
    const char *pattern;
    guint32 roles; /* bits of the guard's roles; 0 = open to everybody */
    guint32 flags;
    HttpHandler handler;
    HttpOpen open;      /* ROUTE_STREAM only */
    guint64 body_bytes; /* 0 = the server's limit */
} HttpRoute;

/* "GET" …, and back; FALSE for a method that no route has. */
const char *http_method_name(HttpMethod method);
gboolean http_method_parse(const char *text, HttpMethod *method);

typedef struct RouteTable RouteTable;

/* `routes` must outlive the table. A pattern that does not start with '/' is a fault of the
 * program and aborts. */
RouteTable *route_table_new(const HttpRoute *routes, gsize n_routes);
void route_table_free(RouteTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RouteTable, route_table_free)

typedef struct {
    char *name;
    char *value; /* unescaped */
} RouteParam;

typedef struct {
    const HttpRoute *route; /* NULL unless found */
    gsize index;            /* its row */
    GArray *params;         /* of RouteParam */
    char *allow;            /* where only the method is wrong: what fits, "GET, POST" */
} RouteMatch;

void route_match_clear(RouteMatch *match);

/* Find the row for a path as sent (escaped). ERROR_BAD_REQUEST where an escape is broken,
 * ERROR_NO_ROUTE for an unknown path, ERROR_METHOD with `allow` where only the method is wrong.
 * `match` is zeroed first and is the caller's to clear in every case. */
gboolean route_table_match(const RouteTable *table, HttpMethod method, const char *path,
                           RouteMatch *match, GError **error) G_GNUC_WARN_UNUSED_RESULT;
