/* SPDX-License-Identifier: Apache-2.0
 *
 * Verbs of the store: log, rebuild.
 */
#include "ui/cli/cli.h"

#include "appliance/counter/case.h"
#include "storage/catalog_query.h"

#include <stdio.h>
#include <string.h>

static const CliOption log_options[] = {
    {"case", 0, "NUMBER", FALSE, "records of one case", "只看一个办件"},
    {"verify", 0, NULL, FALSE, "check chain and hashes against the catalogue", "核对链和摘要"},
    {0},
};

static int verify_log(Cli *cli, Store *store, GError **error)
{
    gint64 records = 0;
    g_autofree char *count = NULL;

    if (!store_verify_journal(store, &records, error))
        return 1;
    count = g_strdup_printf("%" G_GINT64_FORMAT, records);
    cli_row(cli, "valid", count, NULL);
    cli_object(cli, json_pack("{s:b, s:I}", "valid", 1, "records", (json_int_t)records));
    return 0;
}

static int list_log(Cli *cli, Store *store, GError **error)
{
    g_autoptr(Catalog) reader = store_reader(store, error);
    g_autofree char *number = NULL;
    g_autoptr(json_t) rows = NULL;

    if (reader == NULL)
        return 4;
    if (cli_value(cli, "case") != NULL &&
        (number = case_read_number(cli_value(cli, "case"), error)) == NULL)
        return 2;
    rows = number != NULL ? catalog_events(reader, number, error)
                          : catalog_events_after(reader, -1, G_MAXINT64, error);
    if (rows == NULL)
        return 4;
    cli_table(cli, "records", rows, "seq,t,actor,station,act,detail");
    return 0;
}

static int run_log(Cli *cli, GError **error)
{
    Store *store = cli_store(cli, error);

    if (store == NULL)
        return 4;
    return cli_flag(cli, "verify") ? verify_log(cli, store, error) : list_log(cli, store, error);
}

static int run_rebuild(Cli *cli, GError **error)
{
    Store *store = cli_store(cli, error);
    gint64 records = 0;
    g_autofree char *count = NULL;

    if (store == NULL || !store_rebuild(store, &records, error))
        return 4;
    count = g_strdup_printf("%" G_GINT64_FORMAT, records);
    cli_row(cli, count, NULL);
    cli_object(cli, json_pack("{s:I}", "records", (json_int_t)records));
    return 0;
}

const CliVerb cli_store_verbs[] = {
    {"log", "", 0, 0, "the journal, or whether it holds", "查看或核对日志", log_options, run_log},
    {"rebuild", "", 0, 0, "make the catalogue again from the journal", "由日志重建目录", NULL,
     run_rebuild},
    {0},
};
