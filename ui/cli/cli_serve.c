/* SPDX-License-Identifier: Apache-2.0
 *
 * serve: runs the appliance until it is told to end.
 */
#include "ui/cli/cli.h"

#include "ui/serve.h"

static const CliOption serve_options[] = {
    {"listen", 0, "ADDR:PORT", FALSE, "where to listen (127.0.0.1:8080)",
     "监听地址 (127.0.0.1:8080)"},
    {"device", 0, "NAME", FALSE, "a scanner of this appliance (may be given again)",
     "本机扫描仪 (可多次)"},
    {"no-browser", 0, NULL, FALSE, "do not open a browser", "不打开浏览器"},
    {0},
};

static int run_serve(Cli *cli, GError **error)
{
    ServeOptions options = {.listen = cli_value(cli, "listen"),
                            .devices = cli_values(cli, "device"),
                            .browser = !cli_flag(cli, "no-browser"),
                            .lang = cli_lang(cli)};
    Store *store = cli_store(cli, error);

    if (store == NULL)
        return 4;
    return serve(store, &options, error) ? 0 : 4;
}

const CliVerb cli_serve_verbs[] = {
    {"serve", "", 0, 0, "run the appliance", "运行", serve_options, run_serve},
    {0},
};
