/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/http/server_parts.h"

#include <errno.h>
#include <string.h>
#include <time.h>

/* Room for head and read buffer of one connection; heads over limits.header_bytes are refused. */
#define CONNECTION_BYTES 65536
#define TLS_PRIORITIES   "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

static void limits_default(HttpLimits *limits)
{
    static const HttpLimits defaults = {
        .threads = 2,
        .workers = 2,
        .worker_queue = 256,
        .connections = 1024,
        .connections_per_address = 512,
        .header_bytes = 16 * 1024,
        .body_bytes = 1024 * 1024,
        .idle_s = 60,
        .request_ms = 15000,
        .heartbeat_ms = 15000,
    };

    limits->threads = limits->threads != 0 ? limits->threads : defaults.threads;
    limits->workers = limits->workers != 0 ? limits->workers : defaults.workers;
    limits->worker_queue = limits->worker_queue != 0 ? limits->worker_queue : defaults.worker_queue;
    limits->connections = limits->connections != 0 ? limits->connections : defaults.connections;
    limits->connections_per_address = limits->connections_per_address != 0
                                          ? limits->connections_per_address
                                          : defaults.connections_per_address;
    limits->header_bytes = limits->header_bytes != 0 ? limits->header_bytes : defaults.header_bytes;
    limits->body_bytes = limits->body_bytes != 0 ? limits->body_bytes : defaults.body_bytes;
    limits->idle_s = limits->idle_s != 0 ? limits->idle_s : defaults.idle_s;
    limits->request_ms = limits->request_ms != 0 ? limits->request_ms : defaults.request_ms;
    limits->heartbeat_ms = limits->heartbeat_ms != 0 ? limits->heartbeat_ms : defaults.heartbeat_ms;
}

static void connection_opened(HttpServer *server, struct MHD_Connection *mhd, void **slot)
{
    Connection *connection = g_new0(Connection, 1);

    connection->fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    connection->since_us = g_get_monotonic_time();
    connection->arriving = TRUE;
    pthread_mutex_lock(&server->lock);
    g_hash_table_add(server->connections, connection);
    pthread_mutex_unlock(&server->lock);
    *slot = connection;
}

/* Called before the descriptor is closed, so the watch never touches a foreign one. */
static void connection_changed(void *cls, struct MHD_Connection *mhd, void **slot,
                               enum MHD_ConnectionNotificationCode code)
{
    HttpServer *server = cls;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        connection_opened(server, mhd, slot);
        return;
    }
    pthread_mutex_lock(&server->lock);
    g_hash_table_remove(server->connections, *slot);
    pthread_mutex_unlock(&server->lock);
}

static void log_library(void *cls G_GNUC_UNUSED, const char *format, va_list args)
    G_GNUC_PRINTF(2, 0);
static void log_library(void *cls G_GNUC_UNUSED, const char *format, va_list args)
{
    g_logv(G_LOG_DOMAIN, G_LOG_LEVEL_DEBUG, format, args);
}

/* Cut off what has not arrived in its time. */
static void cut_slow(HttpServer *server, gint64 now_us)
{
    GHashTableIter iter;
    gpointer key;

    g_hash_table_iter_init(&iter, server->connections);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        Connection *connection = key;
        gint64 allowed_us = (gint64)server->options.limits.request_ms * 1000 +
                            (gint64)(connection->received * G_USEC_PER_SEC / HTTP_BODY_RATE_MIN);

        if (connection->arriving && now_us - connection->since_us > allowed_us)
            (void)shutdown(connection->fd, SHUT_RDWR);
    }
}

static struct timespec after_ms(guint ms)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += ms / 1000;
    at.tv_nsec += (long)(ms % 1000) * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    return at;
}

static void *watch_loop(void *data)
{
    HttpServer *server = data;
    const HttpLimits *limits = &server->options.limits;
    guint tick_ms = CLAMP(MIN(limits->request_ms, limits->heartbeat_ms) / 4, 10, 1000);
    gint64 beat_us = g_get_monotonic_time();

    pthread_mutex_lock(&server->lock);
    while (!server->stopping) {
        struct timespec at = after_ms(tick_ms);
        gint64 now_us;

        (void)pthread_cond_timedwait(&server->changed, &server->lock, &at);
        now_us = g_get_monotonic_time();
        cut_slow(server, now_us);
        if (server->options.hub != NULL && now_us - beat_us >= limits->heartbeat_ms * 1000LL) {
            beat_us = now_us;
            pthread_mutex_unlock(&server->lock);
            event_hub_beat(server->options.hub);
            pthread_mutex_lock(&server->lock);
        }
    }
    pthread_mutex_unlock(&server->lock);
    return NULL;
}

static void *worker_loop(void *data)
{
    HttpServer *server = data;

    pthread_mutex_lock(&server->lock);
    for (;;) {
        Request *request;

        while (g_queue_is_empty(&server->jobs) && !server->jobs_end)
            pthread_cond_wait(&server->work, &server->lock);
        request = g_queue_pop_head(&server->jobs);
        if (request == NULL)
            break;
        pthread_mutex_unlock(&server->lock);
        exchange_run(request);
        pthread_mutex_lock(&server->lock);
    }
    pthread_mutex_unlock(&server->lock);
    return NULL;
}

gboolean server_enter(HttpServer *server)
{
    gboolean enters;

    pthread_mutex_lock(&server->lock);
    enters = !server->stopping;
    if (enters)
        server->active++;
    pthread_mutex_unlock(&server->lock);
    return enters;
}

void server_leave(HttpServer *server)
{
    pthread_mutex_lock(&server->lock);
    /* Nobody is woken for nothing: this is on the path of every request. */
    if (--server->active == 0 && server->stopping)
        pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
}

gboolean server_enqueue(HttpServer *server, Request *request)
{
    gboolean taken;

    pthread_mutex_lock(&server->lock);
    taken = server->jobs.length < server->options.limits.worker_queue;
    if (taken) {
        g_queue_push_tail(&server->jobs, request);
        pthread_cond_signal(&server->work);
    }
    pthread_mutex_unlock(&server->lock);
    return taken;
}

static Response *answer_ready(HttpServer *server)
{
    g_autoptr(GError) error = NULL;

    if (server->options.ready == NULL || server->options.ready(server->context, &error))
        return response_text(200, "text/plain", "ready\n");
    return response_text(503, "text/plain", "not ready\n");
}

static Response *answer_metrics(HttpServer *server)
{
    GString *text = g_string_new("# TYPE anjuan_build_info gauge\n"
                                 "anjuan_build_info{version=\"" ANJUAN_VERSION "\"} 1\n");
    g_autoptr(GBytes) bytes = NULL;
    guint connections;

    pthread_mutex_lock(&server->lock);
    connections = g_hash_table_size(server->connections);
    pthread_mutex_unlock(&server->lock);
    g_string_append_printf(
        text, "# TYPE anjuan_http_connections gauge\nanjuan_http_connections %u\n", connections);
    if (server->options.hub != NULL)
        g_string_append_printf(text,
                               "# TYPE anjuan_http_event_streams gauge\n"
                               "anjuan_http_event_streams %u\n",
                               event_hub_streams(server->options.hub));
    http_metrics_write(server->counts, text);
    if (server->options.metrics != NULL)
        server->options.metrics(server->context, text);
    bytes = g_string_free_to_bytes(text);
    return response_bytes(200, "text/plain; version=0.0.4", bytes);
}

Response *server_builtin(HttpServer *server, const Request *request)
{
    if (request->method != HTTP_GET)
        return NULL;
    if (strcmp(request->path, "/healthz") == 0)
        return response_text(200, "text/plain", "ok\n");
    if (strcmp(request->path, "/readyz") == 0)
        return answer_ready(server);
    if (strcmp(request->path, "/metrics") == 0)
        return answer_metrics(server);
    return NULL;
}

/* Nobody new comes in once the server stops. MHD_quiesce_daemon would say so too, but it takes the
 * socket out of epoll while the daemon's threads do the same, and whoever comes second ends the
 * program. */
static enum MHD_Result let_in(void *data, const struct sockaddr *address G_GNUC_UNUSED,
                              socklen_t size G_GNUC_UNUSED)
{
    HttpServer *server = data;
    gboolean open;

    pthread_mutex_lock(&server->lock);
    open = !server->stopping;
    pthread_mutex_unlock(&server->lock);
    return open ? MHD_YES : MHD_NO;
}

static gboolean daemon_start(HttpServer *server, Fd *fd, GError **error)
{
    const HttpOptions *options = &server->options;
    gboolean tls = options->tls_key != NULL;
    struct MHD_OptionItem tls_items[] = {
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)options->tls_key},
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)options->tls_certificate},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)TLS_PRIORITIES},
        {MHD_OPTION_END, 0, NULL},
    };
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;

    server->daemon = MHD_start_daemon(
        flags | (tls ? (unsigned)MHD_USE_TLS : 0), 0, let_in, server, exchange_step, server,
        /* the log goes first, so that it hears about the options behind it */
        MHD_OPTION_EXTERNAL_LOGGER, log_library, NULL, MHD_OPTION_LISTEN_SOCKET, *fd,
        MHD_OPTION_THREAD_POOL_SIZE, options->limits.threads, MHD_OPTION_CONNECTION_LIMIT,
        options->limits.connections, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        options->limits.connections_per_address, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)CONNECTION_BYTES, MHD_OPTION_CONNECTION_TIMEOUT, options->limits.idle_s,
        MHD_OPTION_NOTIFY_CONNECTION, connection_changed, server, MHD_OPTION_NOTIFY_COMPLETED,
        exchange_done, server, MHD_OPTION_URI_LOG_CALLBACK, exchange_begin, server,
        MHD_OPTION_ARRAY, tls ? tls_items : &tls_items[3], MHD_OPTION_END);
    if (server->daemon == NULL)
        return error_set(error, ERROR_NO_ADDRESS, "%s: %s", server->url,
                         tls ? "server or certificate refused" : "server refused");
    (void)fd_steal(fd);
    return TRUE;
}

static void threads_start(HttpServer *server)
{
    server->n_workers = server->options.limits.workers;
    server->workers = g_new0(pthread_t, server->n_workers);
    for (guint i = 0; i < server->n_workers; i++)
        g_assert(pthread_create(&server->workers[i], NULL, worker_loop, server) == 0);
    g_assert(pthread_create(&server->watch, NULL, watch_loop, server) == 0);
    server->watching = TRUE;
}

/* Nothing new comes in; what runs is answered. */
static void drain(HttpServer *server)
{
    pthread_mutex_lock(&server->lock);
    server->stopping = TRUE;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
    if (server->options.hub != NULL)
        event_hub_close(server->options.hub);
    pthread_mutex_lock(&server->lock);
    while (server->active > 0)
        pthread_cond_wait(&server->changed, &server->lock);
    server->jobs_end = TRUE;
    pthread_cond_broadcast(&server->work);
    pthread_mutex_unlock(&server->lock);
}

HttpServer *http_server_new(const HttpOptions *options, const HttpRoute *routes, gsize n_routes,
                            void *context, GError **error)
{
    g_autoptr(HttpServer) server = g_new0(HttpServer, 1);
    g_auto(Fd) fd = -1;
    pthread_condattr_t monotonic;

    server->options = *options;
    limits_default(&server->options.limits);
    server->context = context;
    server->table = route_table_new(routes, n_routes);
    server->counts = http_metrics_new(routes, n_routes);
    server->connections = g_hash_table_new_full(NULL, NULL, g_free, NULL);
    pthread_mutex_init(&server->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&server->changed, &monotonic);
    pthread_cond_init(&server->work, NULL);
    pthread_condattr_destroy(&monotonic);
    fd = listen_open(&options->listen, error);
    if (fd < 0)
        return NULL;
    server->url = listen_url(fd, options->tls_key != NULL ? "https" : "http");
    threads_start(server);
    if (!daemon_start(server, &fd, error))
        return NULL;
    return g_steal_pointer(&server);
}

const char *http_server_url(const HttpServer *server)
{
    return server->url;
}

void http_server_free(HttpServer *server)
{
    if (server == NULL)
        return;
    drain(server);
    for (guint i = 0; i < server->n_workers; i++)
        pthread_join(server->workers[i], NULL);
    if (server->watching)
        pthread_join(server->watch, NULL);
    if (server->daemon != NULL)
        MHD_stop_daemon(server->daemon);
    g_free(server->workers);
    route_table_free(server->table);
    http_metrics_free(server->counts);
    g_hash_table_unref(server->connections);
    pthread_cond_destroy(&server->changed);
    pthread_cond_destroy(&server->work);
    pthread_mutex_destroy(&server->lock);
    g_free(server->url);
    g_free(server);
}
