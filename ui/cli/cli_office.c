/* SPDX-License-Identifier: Apache-2.0
 *
 * Verbs of the office over a day or a period: day, ledger, audit.
 */
#include "ui/cli/cli.h"

#include "appliance/counter/audit.h"
#include "appliance/counter/day.h"
#include "appliance/counter/edit.h"
#include "appliance/counter/ledger_book.h"
#include "storage/catalog_query.h"
#include "ui/http/role.h"

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

static char *signer(const Cli *cli, House *house)
{
    return house_person(house, cli_actor(cli)->actor);
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
    g_autofree char *name = NULL;
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
    name = signer(cli, house);
    pdf = audit_pdf(house, audit, &(AuditSigner){name, profile->heading}, error);
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

/* ── ledger ──────────────────────────────────────────────────────────────────────────────── */

static const CliOption ledger_options[] = {
    PERIOD_OPTIONS,
    {"format", 0, "csv|pdf", FALSE, "form of the register (csv)", "台账格式 (csv)"},
    {"output", 'o', "FILE", FALSE, "write it here", "写到此文件"},
    {"full", 0, "REASON", FALSE, "names and numbers in full, and why (recorded)",
     "显示全名全号, 并记录事由"},
    {0},
};

/* Who sees everybody's names says why, as with a case. */
static gboolean record_full(const Cli *cli, House *house, const LedgerRequest *request,
                            GError **error)
{
    const char *reason = cli_value(cli, "full");
    EditLookLedger look = {request->name, reason, request->from, request->to};

    return reason == NULL || edit_look_ledger(house, cli_actor(cli), &look, error);
}

static gboolean put_ledger(Cli *cli, House *house, const json_t *book, GError **error)
{
    g_autofree char *name = signer(cli, house);
    g_autoptr(GBytes) pdf = NULL;

    if (g_strcmp0(cli_value(cli, "format"), "pdf") != 0)
        return cli_json(cli) || put_text(cli, ledger_book_csv(book), error);
    pdf = ledger_book_pdf(house, book, name, error);
    return pdf != NULL && put_bytes(cli, g_bytes_get_data(pdf, NULL), g_bytes_get_size(pdf), error);
}

static gboolean ledger_request(const Cli *cli, const House *house, LedgerRequest *request,
                               GError **error)
{
    const char *format = cli_value(cli, "format");

    if (format != NULL && strcmp(format, "csv") != 0 && strcmp(format, "pdf") != 0)
        return error_set(error, ERROR_USAGE, "--format '%s': csv or pdf", format);
    request->full = cli_flag(cli, "full");
    request->from = house_today(house);
    return (g_strcmp0(format, "pdf") != 0 || check_terminal(cli, error)) &&
           period_options(cli, house, &request->from, &request->to, error);
}

static int run_ledger(Cli *cli, GError **error)
{
    Store *store = cli_store(cli, error);
    g_autoptr(House) house = store != NULL ? house_new(store) : NULL;
    g_autoptr(Catalog) reader = house != NULL ? store_reader(store, error) : NULL;
    LedgerRequest request = {.name = cli_operand(cli, 0)};
    g_autoptr(json_t) book = NULL;

    if (reader == NULL)
        return 4;
    if (!ledger_request(cli, house, &request, error))
        return 2;
    book = ledger_book(house, reader, &request, error);
    if (book == NULL || !record_full(cli, house, &request, error) ||
        !put_ledger(cli, house, book, error))
        return 4;
    cli_object(cli, json_incref(book));
    return 0;
}

static int run_ledger_list(Cli *cli, GError **error G_GNUC_UNUSED)
{
    g_autoptr(json_t) rows = json_array();

    for (int kind = 0; kind < LEDGERS; kind++)
        json_array_append_new(
            rows, json_pack("{s:s, s:s, s:s}", "name", ledger_token((LedgerKind)kind), "source",
                            ledger_is_of_cases((LedgerKind)kind) ? "cases" : "entries", "title",
                            ledger_title((LedgerKind)kind)));
    json_array_append_new(rows, json_pack("{s:s, s:s, s:s}", "name", "figures", "source", "cases",
                                          "title", "办件统计"));
    json_array_append_new(rows, json_pack("{s:s, s:s, s:s}", "name", "exceptions", "source",
                                          "cases", "title", "异常件清单"));
    cli_table(cli, "ledgers", rows, "name,source,title");
    return 0;
}

static const CliOption ledger_add_options[] = {
    {"set", 0, "COLUMN=TEXT", TRUE, "a column (may be given again)", "一栏内容 (可多次)"},
    {"case", 0, "NUMBER", FALSE, "the case it is about", "所涉办件"},
    {0},
};

static gboolean column_values(const Cli *cli, json_t *values, GError **error)
{
    const GPtrArray *pairs = cli_values(cli, "set");

    for (guint i = 0; i < pairs->len; i++) {
        const char *pair = g_ptr_array_index(pairs, i), *equals = strchr(pair, '=');
        g_autofree char *key = NULL;

        if (equals == NULL || equals == pair)
            return error_set(error, ERROR_USAGE, "--set '%s': column=text", pair);
        key = g_strndup(pair, (gsize)(equals - pair));
        json_object_set_new(values, key, json_string(equals + 1));
    }
    return TRUE;
}

static int run_ledger_add(Cli *cli, GError **error)
{
    Store *store = cli_store(cli, error);
    g_autoptr(House) house = store != NULL ? house_new(store) : NULL;
    const char *of_case = cli_value(cli, "case");
    g_autofree char *number =
        house != NULL && of_case != NULL ? case_read_number(of_case, error) : NULL;
    g_autoptr(json_t) values = json_object();
    LedgerEntry entry = {cli_operand(cli, 0), number, values};

    if (house == NULL || (of_case != NULL && number == NULL) ||
        !column_values(cli, values, error) ||
        !ledger_book_enter(house, cli_actor(cli), &entry, error))
        return 2;
    cli_row(cli, "ok", NULL);
    cli_object(cli, json_pack("{s:b}", "ok", 1));
    return 0;
}

/* ── day ─────────────────────────────────────────────────────────────────────────────────── */

static const CliOption day_options[] = {
    {"window", 0, "NNN", FALSE, "the window (001)", "窗口号 (001)"},
    {"date", 0, "DATE", FALSE, "the day (today)", "日期 (今天)"},
    {"output", 'o', "FILE.pdf", FALSE, "write the day sheet here", "日清单写到此文件"},
    CLI_SECOND,
    {0},
};

static gboolean day_options_of(const Cli *cli, const House *house, WindowDay *of_day,
                               GError **error)
{
    const char *window = cli_value(cli, "window"), *date = cli_value(cli, "date");

    *of_day = (WindowDay){window != NULL ? window : "001", house_today(house)};
    if (strlen(of_day->window) != 3 || strspn(of_day->window, "0123456789") != 3)
        return error_set(error, ERROR_USAGE, "--window '%s': three digits", window);
    return date == NULL || day_parse(date, &of_day->day) ||
           error_set(error, ERROR_USAGE, "--date '%s': a date (2026-11-21)", date);
}

static void put_left(Cli *cli, json_t *left)
{
    gsize i;
    json_t *line;

    json_array_foreach(left, i, line)
        cli_row(cli, json_text(line, "code"), json_text(line, "subject"),
                json_text(line, cli_lang(cli) == LANG_ZH ? "text" : "text_en"), NULL);
}

static gboolean put_sheet(const Cli *cli, House *house, Catalog *reader, const WindowDay *of_day,
                          GError **error)
{
    g_autofree char *name = signer(cli, house);
    g_autoptr(GBytes) pdf = NULL;

    if (cli_value(cli, "output") == NULL)
        return TRUE;
    pdf = day_sheet(house, reader, of_day, name, error);
    return pdf != NULL && put_bytes(cli, g_bytes_get_data(pdf, NULL), g_bytes_get_size(pdf), error);
}

/* Ends with `open`, or with `closed` and the code of the close. */
static int tell_day(Cli *cli, House *house, Catalog *reader, const WindowDay *of_day, json_t *left,
                    GError **error)
{
    g_autoptr(json_t) closed = day_closed(reader, of_day, NULL);
    g_autofree char *code =
        closed != NULL ? day_code(reader, of_day, json_text(closed, "root"), error) : NULL;

    if (!put_sheet(cli, house, reader, of_day, error))
        return 4;
    if (closed == NULL)
        cli_row(cli, "open", NULL);
    else
        cli_row(cli, "closed", code, json_text(closed, "root"), NULL);
    cli_object(cli, json_pack("{s:b, s:s?, s:O*, s:O}", "closed", closed != NULL, "code", code,
                              "record", closed, "left", left));
    return 0;
}

static int run_day(Cli *cli, gboolean close, GError **error)
{
    Store *store = cli_store(cli, error);
    g_autoptr(House) house = store != NULL ? house_new(store) : NULL;
    g_autoptr(Catalog) reader = house != NULL ? store_reader(store, error) : NULL;
    g_autoptr(json_t) left = NULL;
    g_autofree char *second = NULL;
    WindowDay of_day;

    if (reader == NULL)
        return 4;
    if (!day_options_of(cli, house, &of_day, error))
        return 2;
    left = day_left(house, reader, &of_day, error);
    if (left == NULL)
        return 4;
    put_left(cli, left);
    if (close && cli_flag(cli, "second") &&
        (second = cli_second(cli, ROLE_SUPERVISOR, error)) == NULL)
        return 1;
    if (close && !day_close(house, cli_actor(cli), &of_day, second, error))
        return 1;
    return tell_day(cli, house, reader, &of_day, left, error);
}

static int run_day_show(Cli *cli, GError **error)
{
    return run_day(cli, FALSE, error);
}

static int run_day_close(Cli *cli, GError **error)
{
    return run_day(cli, TRUE, error);
}

const CliVerb cli_office_verbs[] = {
    {"day show", "", 0, 0, "what is left open at a window", "列出遗留事项", day_options,
     run_day_show},
    {"day close", "", 0, 0, "close the day; the supervisor signs what is left",
     "日清, 遗留清单由值班负责人签字", day_options, run_day_close},
    {"audit", "", 0, 0, "completeness statement of a period", "核查期间完整性", audit_options,
     run_audit},
    {"ledger", "NAME", 1, 1, "a register of a period (see 'ledger list')", "出具台账",
     ledger_options, run_ledger},
    {"ledger list", "", 0, 0, "which registers there are", "列出台账", NULL, run_ledger_list},
    {"ledger add", "NAME", 1, 1, "enter a line that does not follow from cases",
     "登记 (咨询、用印、查阅等)", ledger_add_options, run_ledger_add},
    {0},
};
