/* SPDX-License-Identifier: Apache-2.0
 *
 * serve: runs the appliance until it is told to end. What the line does not say, the settings do.
 */
#include "ui/cli/cli.h"

#include "storage/local/local.h"
#include "ui/rescue.h"
#include "ui/serve.h"

#include <malloc.h>

#define MEGABYTE (G_GINT64_CONSTANT(1000) * 1000)

/* What is larger comes from the system and goes back to it. glibc's own limits grow with what a day
 * has freed: three times the memory stayed with a daemon that exports and shows pages. */
#define LARGE_BYTES (256 * 1024)

static const CliOption serve_options[] = {
    {"listen", 0, "ADDR:PORT", FALSE, "where to listen (127.0.0.1:8080)",
     "监听地址 (127.0.0.1:8080)"},
    {"device", 0, "NAME", FALSE, "a scanner of this appliance (may be given again)",
     "本机扫描仪 (可多次)"},
    {"reader", 0, "WINDOW=NAME", FALSE,
     "a code reader and its window, as 003=serial:/dev/ttyS0 (may be given again)",
     "读码器及其窗口, 如 003=serial:/dev/ttyS0 (可多次)"},
    {"tls", 0, NULL, FALSE, "serve over TLS with the hall's own authority (DATA/tls/authority.pem)",
     "用本大厅自有根证书提供 TLS (DATA/tls/authority.pem)"},
    {"tls-certificate", 0, "FILE", FALSE, "a certificate chain given by somebody else (PEM)",
     "外部签发的证书链 (PEM)"},
    {"tls-key", 0, "FILE", FALSE, "its key (PEM)", "其私钥 (PEM)"},
    {"access-log", 0, NULL, FALSE, "a line an answer on standard error; nobody is named",
     "访问日志写到标准错误，不含个人信息"},
    {"rescue", 0, NULL, FALSE, "where the store does not open, serve a page that says what to do",
     "数据打不开时, 用一页说明怎么办"},
    {"no-browser", 0, NULL, FALSE, "do not open a browser", "不打开浏览器"},
    {"config", 0, "FILE", FALSE, "changes of the settings (/etc/anjuan/anjuan.conf)",
     "设置文件 (/etc/anjuan/anjuan.conf)"},
    {0},
};

/* Those named on the line replace those of the settings. */
static GPtrArray *named_or_set(const Cli *cli, const char *option, GPtrArray *all)
{
    const GPtrArray *named = cli_values(cli, option);

    if (named->len > 0)
        g_ptr_array_set_size(all, 0);
    for (guint i = 0; i < named->len; i++)
        g_ptr_array_add(all, g_strdup(g_ptr_array_index(named, i)));
    return all;
}

/* --lang, or what the settings say, or the environment's. */
static Lang language(const Cli *cli, const Settings *settings)
{
    const char *text = settings_text(settings, "serve", "language");
    Lang lang = cli_lang(cli);

    if (text != NULL && !cli_flag(cli, "lang"))
        lang_parse(text, &lang);
    return lang;
}

typedef struct {
    Cli *cli;
    Store *store; /* once it opens; the cli's */
} Waiting;

/* The store, once its people can be read too: without them nobody signs on. */
static Store *opened(Cli *cli, GError **error)
{
    Store *store = cli_store_rebuilt(cli, error);
    g_autofree char *path = store != NULL ? store_path(store, "local.db") : NULL;
    g_autoptr(Local) local = path != NULL ? local_open(path, error) : NULL;

    return local != NULL ? store : NULL;
}

static gboolean opens_now(void *context)
{
    Waiting *waiting = context;

    waiting->store = opened(waiting->cli, NULL);
    return waiting->store != NULL;
}

/* The store, or NULL: with an error, or without one where somebody ended the wait for it. */
static Store *open_or_wait(Cli *cli, const ServeOptions *options, GError **error)
{
    g_autoptr(GError) why = NULL;
    Store *store = opened(cli, &why);
    Waiting waiting = {cli, NULL};
    gboolean mended;

    if (store != NULL)
        return store;
    if (!cli_flag(cli, "rescue") || !rescue_helps(why)) {
        g_propagate_error(error, g_steal_pointer(&why));
        return NULL;
    }
    if (!rescue_run(&(RescueOptions){options->listen, why, options->lang, opens_now, &waiting},
                    &mended, error))
        return NULL;
    return waiting.store;
}

static int run_serve(Cli *cli, GError **error)
{
    const Settings *settings = cli_settings(cli, error);
    g_autoptr(GPtrArray) devices =
        settings != NULL
            ? named_or_set(cli, "device", settings_list(settings, "devices", "scanner"))
            : NULL;
    g_autoptr(GPtrArray) readers =
        settings != NULL ? named_or_set(cli, "reader", settings_list(settings, "devices", "reader"))
                         : NULL;
    ServeOptions options = {.listen = cli_value(cli, "listen"),
                            .devices = devices,
                            .readers = readers,
                            .browser = !cli_flag(cli, "no-browser"),
                            .tls = cli_flag(cli, "tls"),
                            .tls_chain = cli_value(cli, "tls-certificate"),
                            .tls_key = cli_value(cli, "tls-key"),
                            .access_log = cli_flag(cli, "access-log")};
    GError *why = NULL;
    Store *store;

    if (settings == NULL)
        return 4;
    mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
    mallopt(M_TRIM_THRESHOLD, LARGE_BYTES);
    options.tls = options.tls || g_strcmp0(settings_text(settings, "serve", "tls"), "yes") == 0;
    options.lang = language(cli, settings);
    if (options.listen == NULL)
        options.listen = settings_text(settings, "serve", "listen");
    if (options.tls_chain == NULL && options.tls_key == NULL) {
        options.tls_chain = settings_text(settings, "serve", "certificate");
        options.tls_key = settings_text(settings, "serve", "key");
    }
    options.scrub_bytes_per_s =
        g_ascii_strtoll(settings_text(settings, "serve", "scrub"), NULL, 10) * MEGABYTE;
    options.backup_days =
        (guint)g_ascii_strtoull(settings_text(settings, "serve", "backup-days"), NULL, 10);
    store = open_or_wait(cli, &options, &why);
    if (why != NULL)
        g_propagate_error(error, why);
    if (store == NULL)
        return why != NULL ? 4 : 0;
    return serve(store, &options, error) ? 0 : 4;
}

const CliVerb cli_serve_verbs[] = {
    {"serve", "", 0, 0, "run the appliance", "运行", serve_options, run_serve},
    {0},
};
