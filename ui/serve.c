/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/serve.h"

#include "appliance/intake/intake.h"
#include "ui/http/server.h"
#include "ui/http/session.h"
#include "ui/public/page.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define DEFAULT_LISTEN "127.0.0.1:8080"

typedef struct {
    Store *store;
    Sessions *sessions;
} Daemon;

/* ── pages without script ────────────────────────────────────────────────────────────────── */

static Response *get_login(Request *request, void *context, GError **error G_GNUC_UNUSED)
{
    return public_sign_on_form(((Daemon *)context)->sessions, request);
}

static Response *post_login(Request *request, void *context, GError **error)
{
    return public_sign_on(((Daemon *)context)->sessions, request, error);
}

static Response *get_first_run(Request *request, void *context, GError **error G_GNUC_UNUSED)
{
    return public_first_run_form(((Daemon *)context)->sessions, request);
}

static Response *post_first_run(Request *request, void *context, GError **error)
{
    return public_first_run(((Daemon *)context)->sessions, request, error);
}

static const HttpRoute routes[] = {
    {.method = HTTP_GET, .pattern = "/login", .handler = get_login},
    {.method = HTTP_POST,
     .pattern = "/login",
     .flags = ROUTE_WORKER | ROUTE_NO_CSRF,
     .handler = post_login,
     .body_bytes = PUBLIC_BODY_BYTES},
    {.method = HTTP_GET, .pattern = "/first-run", .handler = get_first_run},
    {.method = HTTP_POST,
     .pattern = "/first-run",
     .flags = ROUTE_WORKER | ROUTE_NO_CSRF,
     .handler = post_first_run,
     .body_bytes = PUBLIC_BODY_BYTES},
};

/* ── the daemon ──────────────────────────────────────────────────────────────────────────── */

static gboolean is_ready(void *context, GError **error)
{
    Daemon *daemon = context;

    return store_catch_up(daemon->store, error);
}

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

static void wait_for_end(int fd)
{
    struct signalfd_siginfo info;

    while (read(fd, &info, sizeof info) < 0 && errno == EINTR)
        continue;
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

    return intake_recover(store, &actor, &adopted, error);
}

gboolean serve(Store *store, const ServeOptions *options, GError **error)
{
    g_autofree char *local_path = store_path(store, "local.db");
    g_autoptr(Local) local = local_open(local_path, error);
    SessionsOptions sessions_options = {
        .local = local, .clock = *store_clock(store), .random = *store_random(store)};
    Daemon daemon = {.store = store};
    HttpOptions http = {.guard = sessions_guard, .sign_on_path = "/login", .ready = is_ready};
    g_auto(Fd) signals = -1;
    HttpServer *server;

    if (local == NULL || !recover(store, error) || (signals = signals_open(error)) < 0 ||
        !listen_address_parse(options->listen != NULL ? options->listen : DEFAULT_LISTEN,
                              &http.listen, error))
        return FALSE;
    daemon.sessions = sessions_new(&sessions_options, error);
    if (daemon.sessions == NULL)
        return FALSE;
    http.guard_context = daemon.sessions;
    server = http_server_new(&http, routes, G_N_ELEMENTS(routes), &daemon, error);
    if (server != NULL) {
        announce(server, daemon.sessions, options->lang);
        wait_for_end(signals);
    }
    http_server_free(server);
    sessions_free(daemon.sessions);
    return server != NULL;
}
