/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/http/server_parts.h"

#include <string.h>

static void sink_clear(BodySink *sink)
{
    if (sink->destroy != NULL)
        sink->destroy(sink->self);
    *sink = (BodySink){0};
}

static gboolean has_type(const Request *request, const char *wanted)
{
    const char *type = request_header(request, "Content-Type");
    gsize n = strlen(wanted);

    return type != NULL && g_ascii_strncasecmp(type, wanted, n) == 0 &&
           (type[n] == '\0' || type[n] == ';' || type[n] == ' ');
}

Request *request_new(HttpServer *server, const char *uri)
{
    Request *request = g_new0(Request, 1);
    const char *mark = strchr(uri, '?');

    request->server = server;
    request->path = mark != NULL ? g_strndup(uri, (gsize)(mark - uri)) : g_strdup(uri);
    request->raw_query = mark != NULL ? g_strdup(mark + 1) : NULL;
    request->body_bytes = g_byte_array_new();
    request->begun_us = g_get_monotonic_time();
    return request;
}

void request_free(Request *request)
{
    sink_clear(&request->sink);
    if (request->session_destroy != NULL)
        request->session_destroy(request->session);
    route_match_clear(&request->match);
    g_clear_pointer(&request->query, g_hash_table_unref);
    g_clear_pointer(&request->given, g_hash_table_unref);
    g_clear_pointer(&request->body, g_bytes_unref);
    g_byte_array_unref(request->body_bytes);
    response_free(request->answer);
    g_free(request->address);
    g_free(request->path);
    g_free(request->raw_query);
    g_free(request);
}

HttpMethod request_method(const Request *request)
{
    return request->method;
}

const struct HttpRoute *request_route(const Request *request)
{
    return request->match.route;
}

const char *request_path(const Request *request)
{
    return request->path;
}

const char *request_param(const Request *request, const char *name)
{
    const GArray *params = request->match.params;

    for (guint i = 0; params != NULL && i < params->len; i++) {
        const RouteParam *param = &g_array_index(params, RouteParam, i);

        if (strcmp(param->name, name) == 0)
            return param->value;
    }
    return NULL;
}

const char *request_query(const Request *request, const char *name)
{
    return request->query != NULL ? g_hash_table_lookup(request->query, name) : NULL;
}

const char *request_header(const Request *request, const char *name)
{
    return request->given != NULL
               ? g_hash_table_lookup(request->given, name)
               : MHD_lookup_connection_value(request->mhd, MHD_HEADER_KIND, name);
}

const char *request_cookie(const Request *request, const char *name)
{
    return request->given != NULL
               ? g_hash_table_lookup(request->given, name)
               : MHD_lookup_connection_value(request->mhd, MHD_COOKIE_KIND, name);
}

const char *request_address(const Request *request)
{
    return request->address;
}

Lang request_lang(const Request *request)
{
    const char *cookie = request_cookie(request, "lang");
    const char *accept = request_header(request, "Accept-Language");
    Lang lang = LANG_ZH;

    if (cookie != NULL && lang_parse(cookie, &lang))
        return lang;
    return accept != NULL && g_ascii_strncasecmp(accept, "en", 2) == 0 ? LANG_EN : LANG_ZH;
}

GBytes *request_body(Request *request)
{
    if (request->body == NULL) {
        request->body = g_byte_array_free_to_bytes(request->body_bytes);
        request->body_bytes = g_byte_array_new();
    }
    return request->body;
}

json_t *request_json(Request *request, GError **error)
{
    gsize size;
    const char *bytes = g_bytes_get_data(request_body(request), &size);
    g_autoptr(json_t) root = NULL;

    if (!has_type(request, "application/json")) {
        error_set(error, ERROR_FORMAT, "body is not application/json");
        return NULL;
    }
    root = json_parse(bytes != NULL ? bytes : "", size, "body", ERROR_BAD_REQUEST, error);
    if (root != NULL && !json_is_object(root)) {
        error_set(error, ERROR_BAD_REQUEST, "body is no JSON object");
        return NULL;
    }
    return g_steal_pointer(&root);
}

GHashTable *request_form(Request *request, GError **error)
{
    gsize size;
    const char *bytes = g_bytes_get_data(request_body(request), &size);
    GHashTable *form;

    if (!has_type(request, "application/x-www-form-urlencoded")) {
        error_set(error, ERROR_FORMAT, "body is no form");
        return NULL;
    }
    form = g_uri_parse_params(bytes != NULL ? bytes : "", (gssize)size, "&", G_URI_PARAMS_WWW_FORM,
                              NULL);
    if (form == NULL)
        error_set(error, ERROR_BAD_REQUEST, "form cannot be read");
    return form;
}

void request_session_set(Request *request, gpointer session, GDestroyNotify destroy)
{
    if (request->session_destroy != NULL)
        request->session_destroy(request->session);
    request->session = session;
    request->session_destroy = destroy;
}

gpointer request_session(const Request *request)
{
    return request->session;
}

void request_sink_set(Request *request, BodySink sink)
{
    sink_clear(&request->sink);
    request->sink = sink;
}

void *request_sink(const Request *request)
{
    return request->sink.self;
}

void request_keep(Request *request)
{
    HttpServer *server = request->server;

    pthread_mutex_lock(&server->lock);
    /* A worker's request is suspended already. */
    if (request->phase == PHASE_RUNNING) {
        request->phase = PHASE_WAITING;
        MHD_suspend_connection(request->mhd);
    }
    pthread_mutex_unlock(&server->lock);
}

void request_answer(Request *request, Response *response)
{
    HttpServer *server = request->server;

    exchange_after(request, response);
    pthread_mutex_lock(&server->lock);
    request->answer = response;
    MHD_resume_connection(request->mhd);
    pthread_mutex_unlock(&server->lock);
    server_leave(server);
}

void request_answer_error(Request *request, GError *error)
{
    Response *response = response_problem(error, request_lang(request));

    g_error_free(error);
    request_answer(request, response);
}
