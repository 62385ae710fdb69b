/* SPDX-License-Identifier: Apache-2.0
 *
 * Verbs of the office over a period: audit.
 */
#include "ui/cli/cli.h"

#include "appliance/counter/audit.h"
#include "storage/catalog_query.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ── periods and files ───────────────────────────────────────────────────────────────────── */

#define PERIOD_OPTIONS                                                                             \
    {"from", 0, "DATE", FALSE, "first day", "起始日期"},                                           \
    {                                                                                              \
        "to", 0, "DATE", FALSE, "last day (today)", "截止日期 (今天)"                        \
    }

/* --from and --to; where they are not given, `from` and today stand. */
static gboolean period_options(const Cli *cli, const House *house, Day *from, Day *to,
                               GError **error)
{
    const char *first = cli_value(cli, "from"), *last = cli_value(cli, "to");

    *to = house_today(house);
    if (first != NULL && !day_parse(first, from))
        return error_set(error, ERROR_USAGE, "--from '%s': a date (2026-11-21)", first);
    if (last != NULL && !day_parse(last, to))
        return error_set(error, ERROR_USAGE, "--to '%s': a date (2026-11-21)", last);
    return *from <= *to || error_set(error, ERROR_USAGE, "--from lies behind --to");
}

/* To the file of -o, or to standard output. */
static gboolean put_bytes(const Cli *cli, const void *bytes, gsize size, GError **error)
{
    const char *path = cli_value(cli, "output");

    if (path != NULL)
        return file_replace(path, 0644, bytes, size, error);
    return (fwrite(bytes, 1, size, stdout) == size && fflush(stdout) == 0) ||
           error_set(error, ERROR_IO, "standard output");
}

static gboolean put_text(const Cli *cli, char *text, GError **error)
{
    gboolean ok = put_bytes(cli, text, strlen(text), error);

    g_free(text);
    return ok;
}

/* A PDF is for a file or another program, never for the terminal's screen. */
static gboolean check_terminal(const Cli *cli, GError **error)
{
    return cli_value(cli, "output") != NULL || !isatty(STDOUT_FILENO) ||
           error_set(error, ERROR_USAGE, "a PDF is written with -o FILE.pdf");
}

/* "os:wang" is wang on paper. */
static const char *signer(const Cli *cli)
{
    const char *actor = cli_actor(cli)->actor;

    return g_str_has_prefix(actor, "os:") ? actor + 3 : actor;
}

/* ── audit ───────────────────────────────────────────────────────────────────────────────── */

static const CliOption audit_options[] = {
    PERIOD_OPTIONS,
    {"format", 0, "text|csv|html|pdf", FALSE, "form of the statement (text)", "报告格式 (text)"},
    {"level", 0, "quick|full", FALSE, "full reads the bytes of every side (quick)",
     "full 核对每面内容 (quick)"},
    {"output", 'o', "FILE", FALSE, "write it here", "写到此文件"},
    {0},
};

/* The day of the journal's first record. */
static gboolean first_day(Catalog *reader, Day *day, GError **error)
{
    g_autoptr(json_t) rows = catalog_events_after(reader, -1, 1, error);

    *day = rows != NULL ? house_day(json_text(json_array_get(rows, 0), "t")) : DAY_NONE;
    return rows != NULL;
}

static gboolean tell_progress(void *data, guint done)
{
    gint64 *last_us = data;

    if (g_get_monotonic_time() - *last_us > G_USEC_PER_SEC) {
        *last_us = g_get_monotonic_time();
        fprintf(stderr, "%u%%\n", done);
    }
    return TRUE;
}

static gboolean put_audit(Cli *cli, House *house, Catalog *reader, const json_t *audit,
                          GError **error)
{
    const char *format = cli_value(cli, "format");
    const Profile *profile;
    g_autoptr(GBytes) pdf = NULL;

    if (format == NULL || strcmp(format, "text") == 0)
        return cli_json(cli) || put_text(cli, audit_text(audit, cli_lang(cli)), error);
    if (strcmp(format, "csv") == 0)
        return put_text(cli, audit_csv(audit), error);
    profile = house_profile(house, reader, error);
    if (profile == NULL)
        return FALSE;
    if (strcmp(format, "html") == 0)
        return put_text(cli, audit_html(audit, profile->heading), error);
    pdf = audit_pdf(house, audit, &(AuditSigner){signer(cli), profile->heading}, error);
    return pdf != NULL && put_bytes(cli, g_bytes_get_data(pdf, NULL), g_bytes_get_size(pdf), error);
}

static gboolean audit_request(const Cli *cli, const House *house, Catalog *reader,
                              AuditRequest *request, GError **error)
{
    static const char *const formats[] = {"text", "csv", "html", "pdf", NULL};
    const char *format = cli_value(cli, "format"), *level = cli_value(cli, "level");

    if (format != NULL && !g_strv_contains(formats, format))
        return error_set(error, ERROR_USAGE, "--format '%s': text, csv, html or pdf", format);
    if (level != NULL && strcmp(level, "quick") != 0 && strcmp(level, "full") != 0)
        return error_set(error, ERROR_USAGE, "--level '%s': quick or full", level);
    request->full = g_strcmp0(level, "full") == 0;
    return (g_strcmp0(format, "pdf") != 0 || check_terminal(cli, error)) &&
           first_day(reader, &request->from, error) &&
           period_options(cli, house, &request->from, &request->to, error);
}

static int run_audit(Cli *cli, GError **error)
{
    Store *store = cli_store(cli, error);
    g_autoptr(House) house = store != NULL ? house_new(store) : NULL;
    g_autoptr(Catalog) reader = house != NULL ? store_reader(store, error) : NULL;
    gint64 last_us = g_get_monotonic_time();
    AuditRequest request = {.progress = tell_progress, .progress_data = &last_us};
    g_autoptr(json_t) audit = NULL;
    int status;

    if (reader == NULL)
        return 4;
    if (!audit_request(cli, house, reader, &request, error))
        return 2;
    audit = audit_run(house, reader, &request, error);
    if (audit == NULL || !put_audit(cli, house, reader, audit, error))
        return 4;
    status = json_flag(audit, "complete") ? 0 : 1;
    cli_object(cli, json_incref(audit));
    return status;
}

const CliVerb cli_office_verbs[] = {
    {"audit", "", 0, 0, "completeness statement of a period", "核查期间完整性", audit_options,
     run_audit},
    {0},
};
