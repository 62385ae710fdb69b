/* SPDX-License-Identifier: Apache-2.0
 *
 * Verbs that make paper: receipt, notice, label.
 */
#include "ui/cli/cli_print.h"

#include "appliance/counter/act.h"

#include <string.h>

/* ── receipt and notice ──────────────────────────────────────────────────────────────────── */

static const CliOption receipt_options[] = {
    {"output", 'o', "FILE.pdf", FALSE, "write the PDF here", "PDF 写到此文件"},
    {"large", 0, NULL, FALSE, "large print", "大字"},
    CLI_PRINT,
    {0},
};

static const CliOption notice_options[] = {
    {"kind", 0, "KIND", TRUE, "kind of paper (supplement …)", "文书种类 (supplement 等)"},
    {"set", 0, "K=V", FALSE, "a text of the paper (may be given again)", "文书中的一项 (可多次)"},
    {"output", 'o', "FILE.pdf", FALSE, "write the PDF here", "PDF 写到此文件"},
    {"large", 0, NULL, FALSE, "large print", "大字"},
    CLI_PRINT,
    {0},
};

static gboolean write_pdf(const Cli *cli, const PaperIssued *issued, GError **error)
{
    const char *path = cli_value(cli, "output");

    return path == NULL || file_replace(path, 0644, g_bytes_get_data(issued->pdf, NULL),
                                        g_bytes_get_size(issued->pdf), error);
}

static int tell_issued(Cli *cli, const char *of_case, PaperKind kind, const PaperIssued *issued,
                       GError **error)
{
    g_autofree char *number = g_strdup_printf("%03" G_GINT64_FORMAT, issued->document);

    if (!write_pdf(cli, issued, error) ||
        !cli_print_paper(cli, of_case, paper_kind_title(kind), issued, error))
        return 4;
    cli_row(cli, number, issued->paper_number, NULL);
    cli_object(cli, json_pack("{s:s, s:s*, s:i, s:i}", "document", number, "paper_number",
                              issued->paper_number, "copies", (int)issued->copies, "reprint",
                              (int)issued->reprint));
    return 0;
}

static int run_receipt(Cli *cli, GError **error)
{
    Store *store = cli_store(cli, error);
    g_autoptr(House) house = store != NULL ? house_new(store) : NULL;
    g_autofree char *number = house != NULL ? case_read_number(cli_operand(cli, 0), error) : NULL;
    g_auto(PaperIssued) issued = {0};

    if (number == NULL ||
        !paper_issue_receipt(house, cli_actor(cli), number, cli_flag(cli, "large"), &issued, error))
        return 1;
    return tell_issued(cli, number, PAPER_RECEIPT, &issued, error);
}

static int run_notice(Cli *cli, GError **error)
{
    Store *store = cli_store(cli, error);
    g_autoptr(House) house = store != NULL ? house_new(store) : NULL;
    g_autofree char *number = house != NULL ? case_read_number(cli_operand(cli, 0), error) : NULL;
    PaperKind kind = paper_kind_parse(cli_value(cli, "kind"));
    g_autoptr(json_t) values = json_object();
    g_auto(CaseActDone) done = {0};
    gboolean ok;

    if (number == NULL)
        return 2;
    if (kind == PAPER_NONE || kind == PAPER_RECEIPT) {
        error_set(error, ERROR_USAGE, "--kind '%s': no such notice", cli_value(cli, "kind"));
        return 2;
    }
    if (!cli_pairs(cli, "set", values, error))
        return 2;
    ok = kind == PAPER_SUPPLEMENT
             ? case_act_supplement(house, cli_actor(cli), number, cli_flag(cli, "large"), &done,
                                   error)
             : paper_issue(house, cli_actor(cli),
                           &(PaperRequest){.number = number,
                                           .kind = kind,
                                           .values = values,
                                           .large_print = cli_flag(cli, "large")},
                           &done.issued, error);
    return ok ? tell_issued(cli, number, kind, &done.issued.papers[0], error) : 1;
}

const CliVerb cli_paper_verbs[] = {
    {"receipt", "NUMBER", 1, 1, "issue the receipt of what was handed in", "出具收件凭证",
     receipt_options, run_receipt},
    {"notice", "NUMBER", 1, 1, "issue a notice", "出具文书", notice_options, run_notice},
    {0},
};
