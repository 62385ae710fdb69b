/* SPDX-License-Identifier: Apache-2.0
 *
 * One request from its first line to its answer, on a server thread. */
#include "ui/http/server_parts.h"

#include <netinet/in.h>
#include <string.h>

/* What is still read of a refused body so that the client sees the answer and not a reset. */
#define SWALLOW_BYTES_MAX (256 * 1024)

static Response *problem(const Request *request, GError *error)
{
    Response *response;

    if (request->match.route != NULL && (request->match.route->flags & ROUTE_PAGE) != 0 &&
        error_code(error) == ERROR_NO_SESSION && request->server->options.sign_on_path != NULL)
        return response_redirect(request->server->options.sign_on_path);
    response = response_problem(error, request_lang(request));
    if (request->match.allow != NULL)
        response_header(response, "Allow", request->match.allow);
    return response;
}

static void refuse(Request *request, GError *error)
{
    response_free(request->answer);
    request->answer = problem(request, error);
    g_error_free(error);
}

static void set_address(Request *request)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

    request->address = info != NULL ? socket_host(info->client_addr) : g_strdup("");
}

static gboolean check_head(Request *request, GError **error)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

    if (info != NULL && info->header_size > request->server->options.limits.header_bytes)
        return error_set(error, ERROR_HEADERS, "%" G_GSIZE_FORMAT " bytes",
                         (gsize)info->header_size);
    if (request->raw_query == NULL)
        return TRUE;
    request->query = g_uri_parse_params(request->raw_query, -1, "&", G_URI_PARAMS_WWW_FORM, NULL);
    return request->query != NULL || error_set(error, ERROR_BAD_REQUEST, "query cannot be read");
}

static gboolean admit(Request *request, GError **error)
{
    const HttpOptions *options = &request->server->options;

    if (options->guard != NULL)
        return options->guard(options->guard_context, request, error);
    return request->match.route->roles == 0 ||
           error_set(error, ERROR_NO_SESSION, "%s", request->path);
}

/* Content-Length where the client names one, else 0. */
static guint64 declared_bytes(const Request *request)
{
    const char *text = request_header(request, "Content-Length");

    return text != NULL ? g_ascii_strtoull(text, NULL, 10) : 0;
}

static gboolean check_body(Request *request, GError **error)
{
    const HttpRoute *route = request->match.route;

    request->body_max =
        route->body_bytes != 0 ? route->body_bytes : request->server->options.limits.body_bytes;
    if (declared_bytes(request) > request->body_max)
        return error_set(error, ERROR_TOO_LARGE, "body over %" G_GUINT64_FORMAT " bytes",
                         request->body_max);
    if ((route->flags & ROUTE_STREAM) != 0 &&
        !route->open(request, request->server->context, error))
        return FALSE;
    return TRUE;
}

/* Find what answers; where nothing may, the answer is set already. */
static void dispatch(Request *request, const char *method)
{
    HttpServer *server = request->server;
    GError *error = NULL;

    if (!http_method_parse(method, &request->method))
        error_set(&error, ERROR_METHOD, "%s", method);
    else if (check_head(request, &error) &&
             (request->answer = server_builtin(server, request)) == NULL &&
             route_table_match(server->table, request->method, request->path, &request->match,
                               &error) &&
             admit(request, &error))
        (void)check_body(request, &error);
    if (error != NULL && error_code(error) == ERROR_NO_ROUTE && server->options.assets != NULL &&
        request->method == HTTP_GET)
        request->answer = assets_response(server->options.assets, request->path,
                                          request_header(request, "Accept-Encoding"));
    if (error == NULL)
        return;
    if (request->answer != NULL)
        g_error_free(error);
    else
        refuse(request, error);
}

static enum MHD_Result first_step(Request *request, const char *method)
{
    set_address(request);
    request->phase = PHASE_ARRIVING;
    dispatch(request, method);
    /* A large body that will be refused is not waited for. */
    if (request->answer != NULL && declared_bytes(request) > SWALLOW_BYTES_MAX) {
        request->phase = PHASE_ANSWERED;
        response_header(request->answer, "Connection", "close");
        return send_response(request, g_steal_pointer(&request->answer));
    }
    return MHD_YES;
}

static enum MHD_Result take_body(Request *request, const char *bytes, gsize size)
{
    HttpServer *server = request->server;
    GError *error = NULL;

    pthread_mutex_lock(&server->lock);
    request->connection->received += size;
    pthread_mutex_unlock(&server->lock);
    request->received += size;
    if (request->answer != NULL)
        return request->received <= request->body_max + SWALLOW_BYTES_MAX ? MHD_YES : MHD_NO;
    if (request->received > request->body_max)
        error_set(&error, ERROR_TOO_LARGE, "body over %" G_GUINT64_FORMAT " bytes",
                  request->body_max);
    else if (request->sink.write != NULL)
        (void)request->sink.write(request->sink.self, bytes, size, &error);
    else
        g_byte_array_append(request->body_bytes, (const guint8 *)bytes, (guint)size);
    if (error != NULL)
        refuse(request, error);
    return MHD_YES;
}

static void arrived(Request *request)
{
    pthread_mutex_lock(&request->server->lock);
    request->connection->arriving = FALSE;
    request->phase = PHASE_RUNNING;
    pthread_mutex_unlock(&request->server->lock);
}

/* Hand the request to the workers; refused where too many wait. */
static void run_on_worker(Request *request)
{
    HttpServer *server = request->server;
    GError *error = NULL;

    request_keep(request);
    if (server_enqueue(server, request))
        return;
    error_set(&error, ERROR_BUSY, "%s", request->path);
    request_answer_error(request, error);
}

/* An answer that is there already needs no worker. */
static gboolean answered_quickly(Request *request)
{
    HttpServer *server = request->server;
    GError *error = NULL;

    if (server->options.quick == NULL)
        return FALSE;
    request->answer = server->options.quick(request, server->context, &error);
    if (error != NULL)
        refuse(request, error);
    if (request->answer == NULL)
        return FALSE;
    exchange_after(request, request->answer);
    server_leave(server);
    return TRUE;
}

static enum MHD_Result whole(Request *request)
{
    HttpServer *server = request->server;
    gboolean waits;

    arrived(request);
    if (request->answer == NULL) {
        if (!server_enter(server)) {
            GError *error = NULL;

            error_set(&error, ERROR_BUSY, "the server is stopping");
            refuse(request, error);
        } else if ((request->match.route->flags & ROUTE_WORKER) != 0) {
            if (!answered_quickly(request)) {
                run_on_worker(request);
                return MHD_YES;
            }
        } else {
            exchange_run(request);
        }
    }
    pthread_mutex_lock(&server->lock);
    waits = request->phase == PHASE_WAITING;
    pthread_mutex_unlock(&server->lock);
    if (waits)
        return MHD_YES;
    request->phase = PHASE_ANSWERED;
    return send_response(request, g_steal_pointer(&request->answer));
}

static enum MHD_Result resumed(Request *request)
{
    Response *answer;

    pthread_mutex_lock(&request->server->lock);
    answer = g_steal_pointer(&request->answer);
    request->phase = PHASE_ANSWERED;
    pthread_mutex_unlock(&request->server->lock);
    return answer != NULL ? send_response(request, answer) : MHD_NO;
}

void exchange_after(Request *request, const Response *response)
{
    const HttpOptions *options = &request->server->options;

    if (options->after != NULL)
        options->after(options->around_context, request, response);
}

void exchange_run(Request *request)
{
    HttpServer *server = request->server;
    const HttpRoute *route = request->match.route;
    GError *error = NULL;
    Response *response = NULL;

    if (server->options.before != NULL)
        response = server->options.before(server->options.around_context, request, &error);
    if (response == NULL && error == NULL)
        response = route->handler(request, server->context, &error);

    if (response == NULL && error == NULL)
        return; /* kept: from here on it is another's */
    if (response == NULL) {
        response = problem(request, error);
        g_error_free(error);
    }
    if ((route->flags & ROUTE_WORKER) != 0) {
        request_answer(request, response);
        return;
    }
    exchange_after(request, response);
    request->answer = response;
    server_leave(server);
}

void *exchange_begin(void *cls, const char *uri, struct MHD_Connection *mhd)
{
    HttpServer *server = cls;
    Request *request = request_new(server, uri);

    request->mhd = mhd;
    request->connection =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
    pthread_mutex_lock(&server->lock);
    request->connection->since_us = request->begun_us;
    pthread_mutex_unlock(&server->lock);
    return request;
}

enum MHD_Result exchange_step(void *cls G_GNUC_UNUSED, struct MHD_Connection *mhd G_GNUC_UNUSED,
                              const char *url G_GNUC_UNUSED, const char *method,
                              const char *version G_GNUC_UNUSED, const char *upload,
                              size_t *upload_size, void **state)
{
    Request *request = *state;
    gsize size = *upload_size;

    switch (request->phase) {
    case PHASE_NEW:
        return first_step(request, method);
    case PHASE_ARRIVING:
        *upload_size = 0;
        return size > 0 ? take_body(request, upload, size) : whole(request);
    case PHASE_WAITING:
        return resumed(request);
    case PHASE_RUNNING:
    case PHASE_ANSWERED:
        break;
    }
    return MHD_NO;
}

void exchange_done(void *cls, struct MHD_Connection *mhd G_GNUC_UNUSED, void **state,
                   enum MHD_RequestTerminationCode code G_GNUC_UNUSED)
{
    HttpServer *server = cls;
    Request *request = *state;
    const HttpRoute *route;
    gint64 took_us;

    if (request == NULL)
        return;
    route = request->match.route;
    took_us = g_get_monotonic_time() - request->begun_us;
    if (request->status != 0) {
        http_metrics_count(server->counts, route != NULL ? (gssize)request->match.index : -1,
                           request->status, took_us);
        if (server->options.log != NULL)
            server->options.log(server->context, &(HttpLogLine){http_method_name(request->method),
                                                                route != NULL ? route->pattern : "",
                                                                request->status, took_us});
    }
    pthread_mutex_lock(&server->lock);
    request->connection->since_us =
        g_get_monotonic_time() + (gint64)server->options.limits.idle_s * G_USEC_PER_SEC;
    request->connection->received = 0;
    request->connection->arriving = TRUE;
    pthread_mutex_unlock(&server->lock);
    request_free(request);
    *state = NULL;
}
