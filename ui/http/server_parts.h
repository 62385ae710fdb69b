/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of the server and of a request: shared by server.c, exchange.c and request.c alone.
 */
#pragma once

#include "ui/http/metrics.h"
#include "ui/http/response_parts.h"
#include "ui/http/server.h"

#include <microhttpd.h>
#include <pthread.h>

/* One TCP connection, for the time a request may take to arrive. */
typedef struct Connection {
    int fd;
    gint64 since_us;   /* monotonic: accepted, or last answer done */
    guint64 received;  /* body bytes since then */
    gboolean arriving; /* a request is awaited or half here */
} Connection;

/*     ARRIVING ──whole──► RUNNING ──returned──────────────► ANSWERED
 *        │                   └──kept / worker──► WAITING ──────┘
 *        └──refused (body is read and thrown away)─────────────┘   */
typedef enum {
    PHASE_NEW,
    PHASE_ARRIVING,
    PHASE_RUNNING,
    PHASE_WAITING,
    PHASE_ANSWERED,
} Phase;

struct Request {
    HttpServer *server;
    struct MHD_Connection *mhd; /* NULL: it came over no socket, and `given` says what it says */
    GHashTable *given;          /* headers and cookies by name; NULL where there is a socket */
    Connection *connection;
    Phase phase; /* under the server's lock from RUNNING on */
    HttpMethod method;
    char *path;
    char *raw_query; /* or NULL */
    GHashTable *query;
    RouteMatch match;
    GByteArray *body_bytes;
    GBytes *body;
    guint64 received;
    guint64 body_max;
    gboolean too_large;
    BodySink sink;
    Response *answer; /* under the server's lock */
    gpointer session;
    GDestroyNotify session_destroy;
    char *address;
    gint64 begun_us;
    guint status;
};

struct HttpServer {
    HttpOptions options;
    RouteTable *table;
    void *context;
    HttpMetrics *counts;
    char *url;
    struct MHD_Daemon *daemon;

    pthread_mutex_t lock;
    pthread_cond_t changed;  /* stopping, or nothing active while stopping; monotonic clock */
    pthread_cond_t work;     /* a job, or the end of jobs */
    GHashTable *connections; /* of Connection */
    guint active;            /* requests between their handler's start and their answer */
    gboolean stopping;
    GQueue jobs; /* of Request, for workers */
    gboolean jobs_end;
    pthread_t *workers;
    guint n_workers;
    pthread_t watch;
    gboolean watching;
};

/* exchange.c */
void *exchange_begin(void *cls, const char *uri, struct MHD_Connection *mhd);
enum MHD_Result exchange_step(void *cls, struct MHD_Connection *mhd, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **state);
void exchange_done(void *cls, struct MHD_Connection *mhd, void **state,
                   enum MHD_RequestTerminationCode code);
/* Run the handler of a request; the answer is given or the request kept. */
void exchange_run(Request *request);
void exchange_after(Request *request, const Response *response);

/* send.c: queue `response` (taken) as the answer of `request`. */
enum MHD_Result send_response(Request *request, Response *response);

/* server.c */
gboolean server_enter(HttpServer *server); /* a handler starts; FALSE when stopping */
void server_leave(HttpServer *server);     /* its answer is there */
gboolean server_enqueue(HttpServer *server, Request *request); /* to the workers */
Response *server_builtin(HttpServer *server, const Request *request);

/* request.c */
Request *request_new(HttpServer *server, const char *uri);
void request_free(Request *request);
