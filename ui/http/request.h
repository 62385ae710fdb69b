/* SPDX-License-Identifier: Apache-2.0
 *
 * What a client asks, as a handler sees it.
 *
 * A Request belongs to the server. A handler uses it until it returns; a handler that cannot
 * answer at once calls request_keep and from then on *one* owner holds the request, reads it from
 * any one thread, and ends its ownership with request_answer.
 *
 *     handler ──returns a Response──────────────────────────────► answered
 *        └────request_keep, returns NULL──► kept ──request_answer──► answered
 */
#pragma once

#include "ui/http/response.h"

typedef enum {
    HTTP_GET, /* HEAD comes as GET; its body is left out by the server */
    HTTP_POST,
    HTTP_PUT,
    HTTP_PATCH,
    HTTP_DELETE,
} HttpMethod;

typedef struct Request Request;
struct HttpRoute;

/* How it was asked. */
HttpMethod request_method(const Request *request);
/* The route that answers it; NULL before one was found. */
const struct HttpRoute *request_route(const Request *request);

/* The path as it was sent, without the query. */
const char *request_path(const Request *request);

/* The part of the path that stands for {name} in the route's pattern, unescaped; NULL if none. */
const char *request_param(const Request *request, const char *name);

/* A value of the query, unescaped; NULL where it is absent. */
const char *request_query(const Request *request, const char *name);

/* A header or a cookie; NULL where it is absent. */
const char *request_header(const Request *request, const char *name);
const char *request_cookie(const Request *request, const char *name);

/* The client's numeric address. For throttles; it goes into no log. */
const char *request_address(const Request *request);

/* Cookie `lang`, else Accept-Language, else Chinese. */
Lang request_lang(const Request *request);

/* The whole body (empty, never NULL); only for routes that do not stream. */
GBytes *request_body(Request *request);

/* The body as one JSON object; ERROR_BAD_REQUEST otherwise, ERROR_FORMAT where Content-Type is
 * another. */
json_t *request_json(Request *request, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The body as a form (application/x-www-form-urlencoded): name → value. */
GHashTable *request_form(Request *request, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What the guard found out about the person; opaque here (session.h). */
void request_session_set(Request *request, gpointer session, GDestroyNotify destroy);
gpointer request_session(const Request *request);

/* A streamed body: `write` is called on a server thread for every piece, `destroy` once. */
typedef struct {
    gboolean (*write)(void *self, const void *bytes, gsize size, GError **error);
    GDestroyNotify destroy;
    void *self;
} BodySink;

/* Set by the `open` function of a streaming route; the handler finds it again afterwards. */
void request_sink_set(Request *request, BodySink sink);
void *request_sink(const Request *request);

/* Within a handler: the answer comes later. The handler then returns NULL without an error. */
void request_keep(Request *request);

/* Give the answer of a kept request (takes it), once, from any thread. */
void request_answer(Request *request, Response *response);

/* request_answer with the problem of `error`, which it takes. */
void request_answer_error(Request *request, GError *error);
