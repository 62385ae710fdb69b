/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/serve.h"

#include "appliance/counter/archive.h"
#include "appliance/counter/sweep.h"
#include "appliance/intake/intake.h"
#include "ui/api/api.h"
#include "ui/http/repeat.h"
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

#define SWEEP_EVERY_MS (10 * 60 * 1000)

typedef struct {
    Store *store;
    Lang lang;
    int signals; /* readable when it is time to end */
    Api *api;
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

/* What fell due is taken at once and then every ten minutes, until somebody ends the daemon. */
static void wait_for_end(const Daemon *daemon)
{
    g_autoptr(House) house = house_new(daemon->store);
    struct pollfd end = {.fd = daemon->signals, .events = POLLIN};

    do {
        g_autoptr(GError) error = NULL;

        if (!sweep_due(house, NULL, NULL, &error))
            error_print(stderr, error, daemon->lang);
    } while (poll(&end, 1, SWEEP_EVERY_MS) <= 0);
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

    return intake_recover(store, &actor, &adopted, error) && archive_recover(store, error);
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

/* The doors are open until somebody says otherwise. */
static gboolean run(const Daemon *daemon, HttpOptions *http, Lang lang, GError **error)
{
    gsize n_routes;
    const HttpRoute *routes = api_routes(daemon->api, &n_routes);
    HttpServer *server;

    http->hub = api_hub(daemon->api);
    server = http_server_new(http, routes, n_routes, daemon->api, error);
    if (server != NULL) {
        announce(server, http->guard_context, lang);
        wait_for_end(daemon);
    }
    http_server_free(server);
    return server != NULL;
}

gboolean serve(Store *store, const ServeOptions *options, GError **error)
{
    g_autofree char *local_path = store_path(store, "local.db");
    g_autoptr(Local) local = local_open(local_path, error);
    g_auto(Fd) signals = -1;
    Daemon daemon = {.store = store, .lang = options->lang};
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
    gboolean ok;

    if (local == NULL || !recover(store, error) ||
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
    ok = daemon.api != NULL && run(&daemon, &http, options->lang, error);
    api_free(g_steal_pointer(&daemon.api));
    return ok;
}
