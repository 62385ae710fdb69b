/* SPDX-License-Identifier: Apache-2.0
 *
 * The one HTTP server: libmicrohttpd behind a seam, so that routes are plain functions.
 *
 * Server threads (epoll) read requests, ask the guard, run handlers and send answers; handlers of
 * ROUTE_WORKER run on worker threads; a handler that waits for a commit keeps its request
 * (request.h). Every answer carries the strict headers: a Content-Security-Policy without inline
 * script or style, nosniff, no referrer, no framing, no-store unless said otherwise.
 *
 *     request ─► route ─► guard ─► body ─► handler ─► answer
 *                  404/405   401/403   413/400
 *
 * Limits: connections in all and from one address, header bytes, body bytes, idle seconds, and a
 * time for the request to arrive in full, which a body extends at HTTP_BODY_RATE_MIN; a client
 * slower than that is cut off and holds nobody up.
 *
 * The server itself answers GET /healthz (the process lives), /readyz (it may take work) and
 * /metrics (Prometheus), each without a session and saying nothing about anybody.
 */
#pragma once

#include "ui/http/address.h"
#include "ui/http/assets.h"
#include "ui/http/events.h"
#include "ui/http/route.h"

#define HTTP_BODY_RATE_MIN 32768 /* bytes a second a body must keep up on average */

typedef struct {
    guint threads;                 /* server threads; 0 = 2 */
    guint workers;                 /* worker threads; 0 = 2 */
    guint worker_queue;            /* requests that may wait for one; 0 = 256; 503 above */
    guint connections;             /* 0 = 1024 */
    guint connections_per_address; /* 0 = 512 */
    gsize header_bytes;            /* 0 = 16 KiB; 431 above */
    guint64 body_bytes;            /* of a route without its own limit; 0 = 1 MiB; 413 above */
    guint idle_s;                  /* 0 = 60 */
    guint request_ms;              /* 0 = 15000 */
    guint heartbeat_ms;            /* of event streams; 0 = 15000 */
} HttpLimits;

/* Before the body is read: find the session (request_session_set) and whether it may use the
 * request's route. ERROR_NO_SESSION, ERROR_FORBIDDEN, ERROR_THROTTLED. Without a guard only
 * routes with no roles are answered. */
typedef gboolean (*HttpGuard)(void *context, Request *request, GError **error);

/* After every answer, for the access log: no address, no query, no person. `pattern` is "" where
 * no route was found. */
typedef struct {
    const char *method;
    const char *pattern;
    guint status;
    gint64 took_us;
} HttpLogLine;
typedef void (*HttpLog)(void *context, const HttpLogLine *line);

typedef struct {
    ListenAddress listen;
    const char *tls_certificate; /* PEM chain and key, both or neither */
    const char *tls_key;
    HttpLimits limits;
    HttpGuard guard;
    void *guard_context;
    /* Around every handler: `before` may answer in its place, `after` sees every answer of a route
     * (its own too) before it is sent. Called on the thread of the handler or of the owner. */
    Response *(*before)(void *context, Request *request, GError **error);
    void (*after)(void *context, Request *request, const Response *response);
    void *around_context;
    /* Asked on the server thread before a request of ROUTE_WORKER goes to a worker; it may not hold
     * the thread up. NULL without an error: the worker answers. May be NULL. */
    HttpHandler quick;
    const char *sign_on_path; /* where ROUTE_PAGE sends those without a session */
    const Assets *assets;     /* may be NULL; asked after the routes */
    EventHub *hub;            /* may be NULL; its heartbeat is the server's */
    gboolean (*ready)(void *context, GError **error); /* /readyz; NULL = always */
    void (*metrics)(void *context, GString *out);     /* appended to /metrics; may be NULL */
    HttpLog log;                                      /* may be NULL */
} HttpOptions;

typedef struct HttpServer HttpServer;

/* Listens and serves at once. `routes`, the strings and what the options point to outlive the
 * server; `context` is handed to handlers and to ready, metrics and log. */
HttpServer *http_server_new(const HttpOptions *options, const HttpRoute *routes, gsize n_routes,
                            void *context, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "http://127.0.0.1:8080", no slash at the end. */
const char *http_server_url(const HttpServer *server);

/* Stops taking connections, ends the event streams, waits for running handlers and for the owners
 * of kept requests, and frees it: owners answer what they hold before they are stopped. */
void http_server_free(HttpServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpServer, http_server_free)
