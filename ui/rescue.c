/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/rescue.h"

#include "ui/http/server.h"
#include "ui/public/page.h"
#include "ui/serve.h"
#include "ui/service/notify.h"

#include <poll.h>
#include <stdio.h>

#define RETRY_MS 5000

gboolean rescue_helps(const GError *why)
{
    switch (error_code(why)) {
    case ERROR_IO:
    case ERROR_DISK_FULL:
    case ERROR_NEWER_SCHEMA:
    case ERROR_JOURNAL_DAMAGED:
    case ERROR_CATALOGUE:
    case ERROR_WRITER_STOPPED:
        return TRUE;
    default:
        return FALSE;
    }
}

static Response *show(Request *request, void *context, GError **error G_GNUC_UNUSED)
{
    return public_rescue(request, context);
}

static gboolean not_ready(void *context, GError **error)
{
    g_propagate_error(error, g_error_copy(context));
    return FALSE;
}

/* Every address that somebody may have open. */
static const HttpRoute routes[] = {
    {HTTP_GET, "/", 0, 0, show, NULL, 0},
    {HTTP_GET, "/login", 0, 0, show, NULL, 0},
    {HTTP_GET, "/first-run", 0, 0, show, NULL, 0},
    {HTTP_GET, "/p/", 0, 0, show, NULL, 0},
};

/* TRUE once the store opens, FALSE when a signal came before. */
static gboolean wait_for_store(const RescueOptions *options, Fd signals)
{
    struct pollfd end = {signals, POLLIN, 0};

    while (poll(&end, 1, RETRY_MS) <= 0) {
        if (options->try_again(options->context))
            return TRUE;
        notify_alive();
    }
    return FALSE;
}

gboolean rescue_run(const RescueOptions *options, gboolean *mended, GError **error)
{
    g_auto(Fd) signals = -1;
    g_autoptr(Assets) assets = serve_assets();
    g_autoptr(HttpServer) server = NULL;
    HttpOptions http = {.assets = assets, .ready = not_ready};

    *mended = FALSE;
    if (!listen_address_parse(options->listen, &http.listen, error))
        return FALSE;
    /* Before any thread is made: they all inherit what is blocked. */
    signals = serve_signals(error);
    server = signals >= 0
                 ? http_server_new(&http, routes, G_N_ELEMENTS(routes), (void *)options->why, error)
                 : NULL;
    if (server == NULL)
        return FALSE;
    printf("%s\n", http_server_url(server));
    fflush(stdout);
    error_print(stderr, options->why, options->lang);
    notify_ready(http_server_url(server));
    *mended = wait_for_store(options, signals);
    return TRUE;
}
