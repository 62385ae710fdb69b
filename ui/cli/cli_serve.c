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
    {"tls", 0, NULL, FALSE, "serve over TLS with the hall's own authority (DATA/tls/authority.pem)",
     "用本大厅自有根证书提供 TLS (DATA/tls/authority.pem)"},
    {"tls-certificate", 0, "FILE", FALSE, "a certificate chain given by somebody else (PEM)",
     "外部签发的证书链 (PEM)"},
    {"tls-key", 0, "FILE", FALSE, "its key (PEM)", "其私钥 (PEM)"},
    {"access-log", 0, NULL, FALSE, "a line an answer on standard error; nobody is named",
     "访问日志写到标准错误，不含个人信息"},
    {"no-browser", 0, NULL, FALSE, "do not open a browser", "不打开浏览器"},
    {0},
};

static int run_serve(Cli *cli, GError **error)
{
    ServeOptions options = {.listen = cli_value(cli, "listen"),
                            .devices = cli_values(cli, "device"),
                            .browser = !cli_flag(cli, "no-browser"),
                            .tls = cli_flag(cli, "tls"),
                            .tls_chain = cli_value(cli, "tls-certificate"),
                            .tls_key = cli_value(cli, "tls-key"),
                            .access_log = cli_flag(cli, "access-log"),
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
