/* SPDX-License-Identifier: Apache-2.0
 *
 * set-up and rescue: the pages of an appliance that has no settings yet, or cannot work.
 */
#include "ui/cli/cli.h"

#include "ui/set_up.h"

#define DEFAULT_LISTEN "127.0.0.1:8080"

static const CliOption set_up_options[] = {
    {"listen", 0, "ADDR:PORT", FALSE, "where to listen (127.0.0.1:8080)",
     "监听地址 (127.0.0.1:8080)"},
    {"output", 'o', "FILE", TRUE, "the settings; FILE.secret and FILE.time beside it",
     "设置写入的文件, 旁边另有 FILE.secret 和 FILE.time"},
    {0},
};

static const CliOption rescue_options[] = {
    {"listen", 0, "ADDR:PORT", FALSE, "where to listen (serve.listen of the settings)",
     "监听地址 (设置中的 serve.listen)"},
    {0},
};

static SetUpOptions options_of(const Cli *cli)
{
    const char *listen = cli_value(cli, "listen");

    return (SetUpOptions){.listen = listen != NULL ? listen : DEFAULT_LISTEN,
                          .lang = cli_lang(cli)};
}

static int run_set_up(Cli *cli, GError **error)
{
    SetUpOptions options = options_of(cli);

    options.out = cli_value(cli, "output");
    return set_up(&options, error) ? 0 : 4;
}

/* What is wrong stands in the operands: `anjuan selftest` found it. */
static int run_rescue(Cli *cli, GError **error)
{
    SetUpOptions options = options_of(cli);
    g_autoptr(GPtrArray) findings = g_ptr_array_new();
    const Settings *settings = cli_settings(cli, NULL);

    /* Settings that cannot be read may be what is wrong. */
    if (cli_value(cli, "listen") == NULL && settings != NULL)
        options.listen = settings_text(settings, "serve", "listen");

    for (guint i = 0; i < cli_operands(cli); i++)
        g_ptr_array_add(findings, (char *)cli_operand(cli, i));
    g_ptr_array_add(findings, NULL);
    return rescue(&options, (const char *const *)findings->pdata, error) ? 0 : 4;
}

const CliVerb cli_set_up_verbs[] = {
    {"set-up", "", 0, 0, "the page of a first boot: asks for the settings of this hall",
     "首次启动的设置页", set_up_options, run_set_up},
    {"rescue", "TEXT...", 1, -1, "a page that says what is wrong here", "显示故障的救援页",
     rescue_options, run_rescue},
    {0},
};
