/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/serve.h"

#include "appliance/counter/archive.h"
#include "appliance/counter/destroy.h"
#include "appliance/counter/sweep.h"
#include "appliance/intake/intake.h"
#include "storage/expiry.h"
#include "ui/api/api.h"
#include "ui/http/certificate.h"
#include "ui/http/repeat.h"
#include "ui/scrubber.h"
#include "ui/service/log.h"
#include "ui/service/notify.h"
#include "ui/signer.h"
#ifdef ANJUAN_WEB
#include "ui/web/web.h"
#endif

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define WORKERS 6

#define CLOCK_LOOK_MS  60000
#define SWEEP_EVERY_MS (10 * 60 * 1000)

/* All of a running daemon; daemon_clear lets go of what it owns. */
typedef struct {
    Store *store;            /* borrowed, as the clock */
    Local *local;            /* what is not of the store: people, sessions, repeats */
    Fd signals;              /* readable when it is time to end */
    Certificate certificate; /* empty: plain HTTP */
    Sessions *sessions;
    Repeats *repeats;
    Assets *assets; /* NULL: built without screens */
    Api *api;
    const Clock *clock;
    Lang lang;
    Trust trust; /* as it was told last */
    ScrubberOptions scrub;
    SignerOptions sign;
    guint backup_days;
} Daemon;

/* ── the daemon ──────────────────────────────────────────────────────────────────────────── */

Fd serve_signals(GError **error)
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

/* What a crash or a full disk interrupted is finished: batches, filings, destructions. */
static gboolean recover(Store *store, GError **error)
{
    StoreActor actor = {"system", "serve"};
    gint64 adopted;

    return intake_recover(store, &actor, &adopted, error) && archive_recover(store, error) &&
           destroy_settle(store, error);
}

/* Before the doors open. A full disk does not keep them shut: what is parked stays so until there
 * is room, and what is there can be looked at. */
static gboolean recover_first(Store *store, Lang lang, GError **error)
{
    g_autoptr(GError) why = NULL;

    if (recover(store, &why))
        return TRUE;
    if (!g_error_matches(why, ANJUAN_ERROR, ERROR_DISK_FULL)) {
        g_propagate_error(error, g_steal_pointer(&why));
        return FALSE;
    }
    error_print(stderr, why, lang);
    return TRUE;
}

/* What fell due or was parked is taken at once and then every ten minutes, on a thread of its own:
 * a hall with many open cases must not keep the watchdog waiting. */
static void *sweep_now_and_then(void *data)
{
    const Daemon *daemon = data;
    g_autoptr(House) house = house_new(daemon->store);
    struct pollfd end = {daemon->signals, POLLIN, 0};

    do {
        g_autoptr(GError) error = NULL;

        guint removed;

        if (!recover(daemon->store, &error) || !sweep_due(house, NULL, NULL, &error) ||
            !expiry_run(daemon->store, daemon->backup_days, &removed, &error))
            error_print(stderr, error, daemon->lang);
    } while (poll(&end, 1, SWEEP_EVERY_MS) <= 0);
    return NULL;
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

static void announce(const HttpServer *server, const Daemon *daemon, Lang lang)
{
    g_autofree char *code = sessions_first_run_code(daemon->sessions);

    printf("%s\n", http_server_url(server));
    if (code != NULL)
        printf(lang == LANG_ZH ? "启动码: %s\n" : "start code: %s\n", code);
    if (daemon->certificate.fingerprint != NULL)
        printf(lang == LANG_ZH ? "证书指纹 SHA-256: %s\n" : "certificate SHA-256: %s\n",
               daemon->certificate.fingerprint);
    fflush(stdout);
}

static char *named_or_credential(const char *path, const char *credential)
{
    return path != NULL ? g_strdup(path) : notify_credential(credential);
}

/* What the server shows; nothing where it speaks plain HTTP. */
static gboolean find_certificate(Store *store, const ServeOptions *options,
                                 Certificate *certificate, GError **error)
{
    gint64 now_us = clock_now_us(store_clock(store));
    g_autofree char *folder = store_path(store, "tls");
    g_autofree char *chain = named_or_credential(options->tls_chain, "tls.certificate");
    g_autofree char *key = named_or_credential(options->tls_key, "tls.key");
    g_auto(GStrv) names = NULL;

    if ((chain != NULL) != (key != NULL))
        return error_set(error, ERROR_SETTINGS, "%s",
                         key == NULL ? "a certificate without its key"
                                     : "a key without its certificate");
    if (chain != NULL)
        return certificate_own(chain, key, now_us, certificate, error);
    if (!options->tls)
        return TRUE;
    names = certificate_names();
    return certificate_hall(folder, (const char *const *)names, now_us, certificate, error);
}

static void log_access(void *context G_GNUC_UNUSED, const HttpLogLine *line)
{
    fprintf(stderr, "%s %s %u %.1f ms\n", line->method,
            *line->pattern != '\0' ? line->pattern : "-", line->status,
            (double)line->took_us / 1000);
}

static void on_denied(void *context, const Denied *denied)
{
    api_denied(((Daemon *)context)->api, denied);
}

Assets *serve_assets(void)
{
#ifdef ANJUAN_WEB
    return assets_new(embedded_web);
#else
    return NULL;
#endif
}

/* The doors are open until somebody says otherwise. */
static gboolean run(Daemon *daemon, HttpOptions *http, GError **error)
{
    gsize n_routes;
    const HttpRoute *routes = api_routes(daemon->api, &n_routes);
    HttpServer *server;
    GThread *sweeper, *signer, *scrubber;

    http->hub = api_hub(daemon->api);
    server = http_server_new(http, routes, n_routes, daemon->api, error);
    if (server != NULL) {
        announce(server, daemon, daemon->lang);
        log_tell(LOG_READY, daemon->lang, http_server_url(server));
        notify_ready(http_server_url(server));
        sweeper = g_thread_new("sweep", sweep_now_and_then, daemon);
        signer = g_thread_new("sign", signer_run, &daemon->sign);
        scrubber = daemon->scrub.bytes_per_s > 0
                       ? g_thread_new("scrub", scrubber_run, &daemon->scrub)
                       : NULL;
        wait_for_end(daemon);
        g_thread_join(sweeper);
        g_thread_join(signer);
        if (scrubber != NULL)
            g_thread_join(scrubber);
        notify_ending();
        log_tell(LOG_ENDING, daemon->lang, "");
    }
    http_server_free(server);
    return server != NULL;
}

/* What the doors need before they open. */
static gboolean open_parts(Daemon *daemon, const ServeOptions *options, GError **error)
{
    g_autofree char *local_path = store_path(daemon->store, "local.db");

    daemon->local = local_open(local_path, error);
    return daemon->local != NULL && recover_first(daemon->store, options->lang, error) &&
           find_certificate(daemon->store, options, &daemon->certificate, error);
}

static gboolean open_sessions(Daemon *daemon, GError **error)
{
    SessionsOptions options = {.local = daemon->local,
                               .clock = *daemon->clock,
                               .random = *store_random(daemon->store),
                               .secure = daemon->certificate.chain != NULL,
                               .denied = on_denied,
                               .context = daemon};

    daemon->sessions = sessions_new(&options, error);
    return daemon->sessions != NULL;
}

static gboolean open_api(Daemon *daemon, const ServeOptions *options, GError **error)
{
    ApiOptions api = {.store = daemon->store,
                      .local = daemon->local,
                      .sessions = daemon->sessions,
                      .devices = options->devices,
                      .readers = options->readers,
                      .lang = options->lang,
                      .secure = daemon->certificate.chain != NULL};

    /* Before any thread is made: they all inherit what is blocked. */
    daemon->signals = serve_signals(error);
    if (daemon->signals < 0)
        return FALSE;
    daemon->sign = (SignerOptions){daemon->store, daemon->signals, options->lang};
    daemon->scrub = (ScrubberOptions){daemon->store, daemon->local, daemon->signals, options->lang,
                                      options->scrub_bytes_per_s};
    daemon->repeats = repeats_new(daemon->local, daemon->clock);
    daemon->assets = serve_assets();
    daemon->api = api_new(&api, error);
    return daemon->api != NULL;
}

/* What the server asks of the daemon's parts. */
static HttpOptions http_options(const Daemon *daemon, const ServeOptions *options)
{
    return (HttpOptions){.guard = sessions_guard,
                         .guard_context = daemon->sessions,
                         .before = repeats_before,
                         .after = repeats_after,
                         .around_context = daemon->repeats,
                         .sign_on_path = "/login",
                         .limits = {.workers = WORKERS},
                         .ready = api_is_ready,
                         .metrics = api_metrics,
                         .quick = api_quick,
                         .assets = daemon->assets,
                         .tls_certificate = daemon->certificate.chain,
                         .tls_key = daemon->certificate.key,
                         .log = options->access_log ? log_access : NULL};
}

/* In the reverse order of their making. */
static void daemon_clear(Daemon *daemon)
{
    g_clear_pointer(&daemon->api, api_free);
    g_clear_pointer(&daemon->assets, assets_free);
    g_clear_pointer(&daemon->repeats, repeats_free);
    g_clear_pointer(&daemon->sessions, sessions_free);
    certificate_clear(&daemon->certificate);
    fd_close(fd_steal(&daemon->signals));
    g_clear_pointer(&daemon->local, local_close);
}

gboolean serve(Store *store, const ServeOptions *options, GError **error)
{
    Daemon daemon = {.store = store,
                     .signals = -1,
                     .clock = store_clock(store),
                     .lang = options->lang,
                     .trust = TRUST_SYNCED,
                     .backup_days = options->backup_days};
    ListenAddress listen;
    gboolean ok;

    ok = open_parts(&daemon, options, error) &&
         listen_address_parse(options->listen, &listen, error) && open_sessions(&daemon, error) &&
         open_api(&daemon, options, error);
    if (ok) {
        HttpOptions http = http_options(&daemon, options);

        http.listen = listen;
        ok = run(&daemon, &http, error);
    }
    daemon_clear(&daemon);
    return ok;
}
