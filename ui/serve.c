/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/serve.h"

#include "appliance/counter/archive.h"
#include "appliance/counter/destroy.h"
#include "appliance/intake/intake.h"
#include "ui/api/api.h"
#include "ui/http/repeat.h"
#include "ui/service/log.h"
#include "ui/service/notify.h"
#ifdef ANJUAN_WEB
#include "ui/web/web.h"
#endif

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define DEFAULT_LISTEN "127.0.0.1:8080"

#define WORKERS 6

#define PEM_MAX       (1024 * 1024)
#define CLOCK_LOOK_MS 60000

typedef struct {
    int signals; /* readable when it is time to end */
    Api *api;
    const Clock *clock;
    Lang lang;
    Trust trust; /* as it was told last */
} Daemon;

/* ── the daemon ──────────────────────────────────────────────────────────────────────────── */

/* A descriptor that becomes readable on SIGINT or SIGTERM; blocked for every thread made later. */
static Fd signals_open(GError **error)
{
    sigset_t signals;
    Fd fd = -1;

    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    if (pthread_sigmask(SIG_BLOCK, &signals, NULL) != 0 ||
        (fd = signalfd(-1, &signals, SFD_CLOEXEC)) < 0)
        error_set_errno(error, ERROR_IO, errno, "signals");
    return fd;
}

/* The watchdog is fed only while the store answers: a daemon that cannot write is no daemon. */
static void look_at_store(const Daemon *daemon)
{
    g_autoptr(GError) error = NULL;

    if (api_is_ready(daemon->api, &error))
        notify_alive();
    else
        log_tell(LOG_STORE_SILENT, daemon->lang, error->message);
}

static void look_at_clock(Daemon *daemon)
{
    Trust trust = clock_trust(daemon->clock);

    if (trust == daemon->trust)
        return;
    daemon->trust = trust;
    log_tell(trust == TRUST_SYNCED ? LOG_CLOCK_TRUSTED : LOG_CLOCK_UNTRUSTED, daemon->lang, "");
}

static void wait_for_end(Daemon *daemon)
{
    struct pollfd end = {daemon->signals, POLLIN, 0};
    int watchdog_ms = notify_watchdog_ms();
    int pause_ms = watchdog_ms > 0 ? MIN(watchdog_ms, CLOCK_LOOK_MS) : CLOCK_LOOK_MS;
    int n = 0;

    while (n == 0 || (n < 0 && errno == EINTR)) {
        look_at_clock(daemon);
        if (watchdog_ms > 0)
            look_at_store(daemon);
        n = poll(&end, 1, pause_ms);
    }
}

static void announce(const HttpServer *server, Sessions *sessions, Lang lang)
{
    g_autofree char *code = sessions_first_run_code(sessions);

    printf("%s\n", http_server_url(server));
    if (code != NULL)
        printf(lang == LANG_ZH ? "首次运行码: %s\n" : "first-run code: %s\n", code);
    fflush(stdout);
}

/* What a crash interrupted is finished before the doors open. */
static gboolean recover(Store *store, GError **error)
{
    StoreActor actor = {"system", "serve"};
    gint64 adopted;

    return intake_recover(store, &actor, &adopted, error) && archive_recover(store, error) &&
           destroy_settle(store, error);
}

static void on_denied(void *context, const Denied *denied)
{
    api_denied(((Daemon *)context)->api, denied);
}

static Assets *web_assets(void)
{
#ifdef ANJUAN_WEB
    return assets_new(embedded_web);
#else
    return NULL;
#endif
}

/* A PEM file of the settings or a credential; NULL without an error where there is neither. */
static gboolean read_pem(const char *file, const char *credential, char **pem, GError **error)
{
    g_autofree char *path = file != NULL ? g_strdup(file) : notify_credential(credential);
    g_autoptr(GBytes) bytes = path != NULL ? file_read(path, PEM_MAX, error) : NULL;

    if (path != NULL && bytes == NULL)
        return FALSE;
    if (bytes != NULL)
        *pem = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    return TRUE;
}

static gboolean read_tls(const ServeOptions *options, char **certificate, char **key,
                         GError **error)
{
    if (!read_pem(options->certificate, "tls.certificate", certificate, error) ||
        !read_pem(options->key, "tls.key", key, error))
        return FALSE;
    if ((*certificate == NULL) != (*key == NULL))
        return error_set(error, ERROR_SETTINGS, "%s",
                         *key == NULL ? "a certificate without its key"
                                      : "a key without its certificate");
    return TRUE;
}

/* The doors are open until somebody says otherwise. */
static gboolean run(Daemon *daemon, HttpOptions *http, GError **error)
{
    gsize n_routes;
    const HttpRoute *routes = api_routes(daemon->api, &n_routes);
    HttpServer *server;

    http->hub = api_hub(daemon->api);
    server = http_server_new(http, routes, n_routes, daemon->api, error);
    if (server != NULL) {
        announce(server, http->guard_context, daemon->lang);
        log_tell(LOG_READY, daemon->lang, http_server_url(server));
        notify_ready(http_server_url(server));
        wait_for_end(daemon);
        notify_ending();
        log_tell(LOG_ENDING, daemon->lang, "");
    }
    http_server_free(server);
    return server != NULL;
}

gboolean serve(Store *store, const ServeOptions *options, GError **error)
{
    g_autofree char *local_path = store_path(store, "local.db");
    g_autoptr(Local) local = local_open(local_path, error);
    g_auto(Fd) signals = -1;
    Daemon daemon = {.clock = store_clock(store), .lang = options->lang, .trust = TRUST_SYNCED};
    SessionsOptions sessions_options = {.local = local,
                                        .clock = *store_clock(store),
                                        .random = *store_random(store),
                                        .denied = on_denied,
                                        .context = &daemon};
    HttpOptions http = {.guard = sessions_guard,
                        .before = repeats_before,
                        .after = repeats_after,
                        .sign_on_path = "/login",
                        .limits = {.workers = WORKERS},
                        .ready = api_is_ready};
    g_autoptr(Sessions) sessions = NULL;
    g_autoptr(Repeats) repeats = NULL;
    g_autoptr(Assets) assets = web_assets();
    g_autofree char *certificate = NULL, *key = NULL;
    gboolean ok;

    if (local == NULL || !read_tls(options, &certificate, &key, error) || !recover(store, error) ||
        !listen_address_parse(options->listen != NULL ? options->listen : DEFAULT_LISTEN,
                              &http.listen, error))
        return FALSE;
    sessions = sessions_new(&sessions_options, error);
    if (sessions == NULL)
        return FALSE;
    /* Before any thread is made: they all inherit what is blocked. */
    signals = signals_open(error);
    if (signals < 0)
        return FALSE;
    daemon.signals = signals;
    repeats = repeats_new(local, store_clock(store));
    daemon.api = api_new(&(ApiOptions){.store = store,
                                       .local = local,
                                       .sessions = sessions,
                                       .devices = options->devices,
                                       .lang = options->lang},
                         error);
    http.guard_context = sessions;
    http.around_context = repeats;
    http.assets = assets;
    http.tls_certificate = certificate;
    http.tls_key = key;
    ok = daemon.api != NULL && run(&daemon, &http, error);
    api_free(g_steal_pointer(&daemon.api));
    return ok;
}
