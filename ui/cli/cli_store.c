/* SPDX-License-Identifier: Apache-2.0
 *
 * Verbs of the store: log, proof, rebuild.
 */
#include "ui/cli/cli.h"

#include "appliance/counter/case.h"
#include "storage/catalog_query.h"
#include "storage/proof.h"
#include "storage/signing.h"
#include "ui/http/role.h"

#include <stdio.h>
#include <string.h>

static const CliOption log_options[] = {
    {"case", 0, "NUMBER", FALSE, "records of one case", "只看一个办件"},
    {"checkpoint", 0, NULL, FALSE, "sign and print a checkpoint", "签名并输出检查点"},
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

/* The signed note itself, as it is handed to an auditor. */
static int print_checkpoint(Cli *cli, Store *store, GError **error)
{
    g_autofree char *note = signing_checkpoint(store, error);
    g_autofree char *vkey = note != NULL ? signing_vkey(store, error) : NULL;

    if (vkey == NULL)
        return 4;
    if (!cli_json(cli))
        fputs(note, stdout);
    cli_object(cli, json_pack("{s:s, s:s}", "checkpoint", note, "vkey", vkey));
    return 0;
}

static int run_log(Cli *cli, GError **error)
{
    Store *store = cli_store(cli, error);

    if (store == NULL)
        return 4;
    if (cli_flag(cli, "checkpoint"))
        return print_checkpoint(cli, store, error);
    return cli_flag(cli, "verify") ? verify_log(cli, store, error) : list_log(cli, store, error);
}

static const CliOption epoch_options[] = {
    {"reason", 0, "TEXT", TRUE, "why signing begins anew", "启用新纪元的理由"},
    CLI_SECOND,
    {0},
};

/* Two persons: what was signed before no longer binds what is signed from here on. */
static int run_new_epoch(Cli *cli, GError **error)
{
    Store *store = cli_store(cli, error);
    g_autofree char *second =
        store != NULL ? cli_second(cli, ROLE_SUPERVISOR | ROLE_ADMIN, error) : NULL;
    SigningEpoch epoch = {second, cli_value(cli, "reason")};
    g_autofree char *vkey =
        second != NULL ? signing_new_epoch(store, cli_actor(cli), &epoch, error) : NULL;

    if (vkey == NULL)
        return 4;
    cli_row(cli, vkey, NULL);
    cli_object(cli, json_pack("{s:s, s:s}", "vkey", vkey, "second", second));
    return 0;
}

static int run_rebuild(Cli *cli, GError **error)
{
    Store *store = cli_store_rebuilt(cli, error);
    gint64 records = 0;
    g_autofree char *count = NULL;

    if (store == NULL || !store_rebuild(store, &records, error))
        return 4;
    count = g_strdup_printf("%" G_GINT64_FORMAT, records);
    cli_row(cli, count, NULL);
    cli_object(cli, json_pack("{s:I}", "records", (json_int_t)records));
    return 0;
}

/* ── proof files ─────────────────────────────────────────────────────────────────────────── */

/* 0 accepted, 1 refused, 3 no such file: what the errors say. */
static int judged(Cli *cli, gboolean accepted)
{
    if (accepted) {
        cli_row(cli, "accepted", NULL);
        cli_object(cli, json_pack("{s:b}", "accepted", 1));
    }
    return accepted ? 0 : 1;
}

static int run_proof_note(Cli *cli, GError **error)
{
    return judged(cli, proof_note_file(cli_operand(cli, 0), cli_operand(cli, 1), error));
}

static int run_proof_inclusion(Cli *cli, GError **error)
{
    return judged(cli, proof_inclusion_file(cli_operand(cli, 0), cli_operand(cli, 1),
                                            cli_operand(cli, 2), error));
}

static int run_proof_consistency(Cli *cli, GError **error)
{
    return judged(cli, proof_consistency_file(cli_operand(cli, 0), cli_operand(cli, 1),
                                              cli_operand(cli, 2), error));
}

static int run_proof_log(Cli *cli, GError **error)
{
    return judged(cli, proof_log_folder(cli_operand(cli, 0), cli_operand(cli, 1), error));
}

const CliVerb cli_store_verbs[] = {
    {"proof note", "VKEY FILE", 2, 2, "check a signed note", "核验签名", NULL, run_proof_note},
    {"proof inclusion", "VKEY LEAFHASH FILE", 3, 3, "check an inclusion proof", "核验包含证明",
     NULL, run_proof_inclusion},
    {"proof consistency", "VKEY OLDROOT FILE", 3, 3, "check a consistency proof", "核验一致性证明",
     NULL, run_proof_consistency},
    {"proof log", "VKEY DIR", 2, 2, "check a log as tiles", "核验整个日志", NULL, run_proof_log},
    {"log", "", 0, 0, "the journal, or whether it holds", "查看或核对日志", log_options, run_log},
    {"log new-epoch", "", 0, 0, "a new signing key, by two persons", "启用新的签名纪元 (须两人)",
     epoch_options, run_new_epoch},
    {"rebuild", "", 0, 0, "make the catalogue again from the journal", "由日志重建目录", NULL,
     run_rebuild},
    {0},
};
