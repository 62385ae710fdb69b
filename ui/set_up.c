/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/set_up.h"

#include "appliance/base/file.h"
#include "appliance/base/random.h"
#include "ui/public/page.h"
#include "ui/serve.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* What the answer to the form still has to go out before the server ends. */
#define LINGER_MS 1000

typedef struct {
    const SetUpOptions *options;
    const char *const *findings;
    Random random;
    Fd done;
    pthread_mutex_t lock;
    char code[9]; /* under the lock, as `tries` */
    guint tries;
} Desk;

/* Under the lock, or before there are threads. */
static void new_code(Desk *desk)
{
    guint32 value;

    random_fill(&desk->random, &value, sizeof value);
    g_snprintf(desk->code, sizeof desk->code, "%08u", value % 100000000U);
    desk->tries = 0;
    printf(desk->options->lang == LANG_ZH ? "启动码: %s\n" : "start code: %s\n", desk->code);
    fflush(stdout);
}

static gboolean write_beside(const char *out, const char *suffix, const char *text, GError **error)
{
    g_autofree char *path = g_strconcat(out, suffix, NULL);

    return file_replace(path, 0600, text, strlen(text), error);
}

/* The settings come last: whoever waits for them finds the others. */
static gboolean write_all(const char *out, const PublicSetUp *given, GError **error)
{
    g_autofree char *settings = g_strdup_printf(
        "[house]\nregion = %s\nhall = %s\nprofile = %s\n\n[serve]\nlisten = *:8080\n",
        given->region, given->hall, given->profile);

    return write_beside(out, ".secret", given->secret, error) &&
           write_beside(out, ".time", given->time, error) && write_beside(out, "", settings, error);
}

static gboolean take(void *context, const char *code, const PublicSetUp *given, GError **error)
{
    Desk *desk = context;
    guint64 one = 1;
    gboolean taken = FALSE;

    pthread_mutex_lock(&desk->lock);
    if (strcmp(code, desk->code) != 0) {
        error_set(error, ERROR_FORBIDDEN, "start code");
        if (++desk->tries == SET_UP_TRIES)
            new_code(desk);
    } else
        taken = write_all(desk->options->out, given, error);
    pthread_mutex_unlock(&desk->lock);
    if (taken && write(desk->done, &one, sizeof one) != sizeof one)
        g_debug("told already");
    return taken;
}

static Response *form(Request *request, void *context G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
    return public_set_up_form(request);
}

static Response *answer(Request *request, void *context, GError **error)
{
    return public_set_up(request, take, context, error);
}

static Response *findings_page(Request *request, void *context, GError **error G_GNUC_UNUSED)
{
    return public_selftest(request, ((Desk *)context)->findings);
}

static const HttpRoute set_up_routes[] = {
    {HTTP_GET, "/", 0, ROUTE_WORKER, form, NULL, 0},
    {HTTP_POST, "/", 0, ROUTE_WORKER | ROUTE_NO_CSRF, answer, NULL, PUBLIC_BODY_BYTES},
};

static const HttpRoute rescue_routes[] = {
    {HTTP_GET, "/", 0, ROUTE_WORKER, findings_page, NULL, 0},
};

/* Whether the form was answered; FALSE with an error on a signal. */
static gboolean wait_for_end(const Desk *desk, int signals, GError **error)
{
    struct pollfd fds[] = {{desk->done, POLLIN, 0}, {signals, POLLIN, 0}};

    while (poll(fds, G_N_ELEMENTS(fds), -1) < 0)
        if (errno != EINTR)
            return error_set_errno(error, ERROR_IO, errno, "poll");
    if (fds[0].revents == 0)
        return error_set(error, ERROR_CANCELLED, "%s", "told to end");
    (void)poll(&fds[1], 1, LINGER_MS);
    return TRUE;
}

static gboolean serve_pages(Desk *desk, GError **error)
{
    const HttpRoute *routes = desk->findings != NULL ? rescue_routes : set_up_routes;
    gsize n_routes =
        desk->findings != NULL ? G_N_ELEMENTS(rescue_routes) : G_N_ELEMENTS(set_up_routes);
    g_autoptr(Assets) assets = serve_assets();
    HttpOptions http = {.assets = assets};
    g_auto(Fd) signals = serve_signals(error);
    HttpServer *server;
    gboolean ok;

    if (signals < 0 || !listen_address_parse(desk->options->listen, &http.listen, error))
        return FALSE;
    server = http_server_new(&http, routes, n_routes, desk, error);
    if (server == NULL)
        return FALSE;
    printf("%s\n", http_server_url(server));
    fflush(stdout);
    if (desk->findings == NULL) {
        pthread_mutex_lock(&desk->lock);
        new_code(desk);
        pthread_mutex_unlock(&desk->lock);
    }
    ok = wait_for_end(desk, signals, error);
    http_server_free(server);
    return ok;
}

static gboolean run(Desk *desk, GError **error)
{
    gboolean ok;

    desk->random = random_system();
    desk->done = eventfd(0, EFD_CLOEXEC);
    if (desk->done < 0)
        return error_set_errno(error, ERROR_IO, errno, "eventfd");
    pthread_mutex_init(&desk->lock, NULL);
    ok = serve_pages(desk, error);
    pthread_mutex_destroy(&desk->lock);
    fd_close(desk->done);
    return ok;
}

gboolean set_up(const SetUpOptions *options, GError **error)
{
    Desk desk = {.options = options};

    return run(&desk, error);
}

gboolean rescue(const SetUpOptions *options, const char *const *findings, GError **error)
{
    Desk desk = {.options = options, .findings = findings};
    g_autoptr(GError) why = NULL;

    if (!run(&desk, &why) && error_code(why) != ERROR_CANCELLED) {
        g_propagate_error(error, g_steal_pointer(&why));
        return FALSE;
    }
    return TRUE;
}
