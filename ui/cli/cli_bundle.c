/* SPDX-License-Identifier: Apache-2.0
 *
 * Verbs of the archive: file, export, verify.
 */
#include "ui/cli/cli.h"

#include "appliance/base/text.h"
#include "appliance/bundle/page_check.h"
#include "appliance/counter/archive.h"
#include "appliance/counter/case.h"
#include "appliance/counter/export.h"
#include "storage/verify.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ── file ────────────────────────────────────────────────────────────────────────────────── */

static const CliOption file_options[] = {
    {"fonds", 0, "CODE", FALSE, "全宗号 (the department's)", "全宗号 (默认部门的)"},
    {"category", 0, "CODE", FALSE, "class (the item's)", "类别号 (默认事项的)"},
    {"retention", 0, "Y|D30|D10", FALSE, "保管期限 (the item's)", "保管期限 (默认事项的)"},
    {"unit", 0, "TEXT", FALSE, "机构或问题 (the department's)", "机构或问题 (默认部门的)"},
    {0},
};

static int run_file(Cli *cli, GError **error)
{
    Store *store = cli_store(cli, error);
    g_autoptr(House) house = store != NULL ? house_new(store) : NULL;
    g_autofree char *number = house != NULL ? case_read_number(cli_operand(cli, 0), error) : NULL;
    ArchiveRequest request = {.number = number,
                              .fonds = cli_value(cli, "fonds"),
                              .category = cli_value(cli, "category"),
                              .retention = cli_value(cli, "retention"),
                              .unit = cli_value(cli, "unit")};
    g_autofree char *archive_number = NULL;

    if (number == NULL || !archive_file(house, cli_actor(cli), &request, &archive_number, error))
        return 1;
    cli_row(cli, archive_number, NULL);
    cli_object(cli, json_pack("{s:s}", "archive_number", archive_number));
    return 0;
}

/* ── export ──────────────────────────────────────────────────────────────────────────────── */

static const CliOption export_options[] = {
    {"case", 0, "NUMBER", FALSE, "this case (may be given again)", "该办件 (可多次)"},
    {"from", 0, "DATE", FALSE, "cases received from this day", "起始收件日"},
    {"to", 0, "DATE", FALSE, "… to this day", "截止收件日"},
    {"archive-number", 0, "PATTERN", FALSE, "filed under numbers like this", "档号模式"},
    {"old-checkpoint", 0, "FILE", FALSE, "the checkpoint this auditor has", "核查人员已有的检查点"},
    {"output", 'o', "OUT", TRUE, "the bundle", "输出"},
    {"format", 0, EXPORT_FORMATS, FALSE, "form of the bundle (bag-tar)", "格式 (bag-tar)"},
    {"split", 0, "SIZE", FALSE, "volumes of at most SIZE (700M, 4G)", "分卷大小 (如 700M, 4G)"},
    {0},
};

static gboolean format_option(const Cli *cli, ExportFormat *format, GError **error)
{
    const char *given = cli_value(cli, "format");

    *format = EXPORT_BAG_TAR;
    return given == NULL || export_format_parse(given, format) ||
           error_set(error, ERROR_USAGE, "--format '%s': " EXPORT_FORMATS, given);
}

/* "700M": decimal multiples, as media are sold. */
static gboolean split_option(const Cli *cli, guint64 *bytes, GError **error)
{
    static const char units[] = "KMGT";
    const char *given = cli_value(cli, "split"), *unit;
    char *end = NULL;

    *bytes = 0;
    if (given == NULL)
        return TRUE;
    errno = 0;
    *bytes = g_ascii_isdigit(*given) ? g_ascii_strtoull(given, &end, 10) : 0;
    unit = end != NULL && *end != '\0' ? strchr(units, g_ascii_toupper(*end)) : NULL;
    for (const char *at = units; unit != NULL && at <= unit; at++)
        *bytes = *bytes > G_MAXUINT64 / 1000 ? 0 : *bytes * 1000;
    if (errno != 0 || *bytes == 0 || (*end != '\0' && (unit == NULL || end[1] != '\0')))
        return error_set(error, ERROR_USAGE, "--split '%s': bytes, or such as 700M or 4G", given);
    return TRUE;
}

static void add_numbers(GPtrArray *numbers, json_t *rows)
{
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        g_ptr_array_add(numbers, g_strdup(json_text(row, "number")));
    }
}

static gboolean add_named(const Cli *cli, GPtrArray *numbers, GError **error)
{
    const GPtrArray *named = cli_values(cli, "case");

    for (guint i = 0; i < named->len; i++) {
        char *number = case_read_number(g_ptr_array_index(named, i), error);

        if (number == NULL)
            return FALSE;
        g_ptr_array_add(numbers, number);
    }
    return TRUE;
}

/* Both days are the hall's and belong to the period. */
static gboolean add_period(const Cli *cli, Catalog *reader, GPtrArray *numbers, GError **error)
{
    const char *from = cli_value(cli, "from"), *to = cli_value(cli, "to");
    Day first, last;
    g_autofree char *begin = NULL, *end = NULL;
    g_autoptr(json_t) rows = NULL;

    if (from == NULL && to == NULL)
        return TRUE;
    if (from == NULL || to == NULL || !day_parse(from, &first) || !day_parse(to, &last))
        return error_set(error, ERROR_USAGE, "--from and --to: two dates such as 2026-11-21");
    begin = clock_format(day_instant(first, 0, HOUSE_OFFSET_S));
    end = clock_format(day_instant(last + 1, 0, HOUSE_OFFSET_S));
    rows = catalog_cases_between(reader, begin, end, error);
    if (rows != NULL)
        add_numbers(numbers, rows);
    return rows != NULL;
}

static gboolean add_pattern(const Cli *cli, Catalog *reader, GPtrArray *numbers, GError **error)
{
    const char *pattern = cli_value(cli, "archive-number");
    g_autoptr(json_t) rows =
        pattern != NULL ? catalog_by_archive_number(reader, pattern, error) : NULL;

    if (rows != NULL)
        add_numbers(numbers, rows);
    return pattern == NULL || rows != NULL;
}

static gboolean choose_cases(Cli *cli, Store *store, GPtrArray *numbers, GError **error)
{
    g_autoptr(Catalog) reader = store_reader(store, error);

    if (reader == NULL || !add_named(cli, numbers, error) ||
        !add_period(cli, reader, numbers, error) || !add_pattern(cli, reader, numbers, error))
        return FALSE;
    if (numbers->len == 0)
        return error_set(error, ERROR_NOT_FOUND, "no case to export");
    g_ptr_array_add(numbers, NULL);
    return TRUE;
}

static gboolean show_progress(guint64 done_bytes, guint64 total_bytes, void *data)
{
    int *last = data;
    int percent = total_bytes > 0 ? (int)(done_bytes * 100 / total_bytes) : 100;

    if (percent >= *last + 10 && isatty(STDERR_FILENO)) {
        *last = percent;
        fprintf(stderr, "%d %%\r", percent);
    }
    return TRUE;
}

/* A small text file; NULL where `path` is NULL, or with `error` set. */
static char *read_note(const char *path, GError **error)
{
    g_autoptr(GBytes) bytes = path != NULL ? file_read(path, NOTE_BYTES_MAX, error) : NULL;

    return bytes != NULL ? g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes)) : NULL;
}

static void show_done(Cli *cli, const ExportDone *done)
{
    json_t *files = json_array();

    for (guint i = 0; i < done->files->len; i++) {
        const ExportFile *file = export_file(done, i);
        g_autofree char *digest = hex_encode(file->sha256, sizeof file->sha256);
        g_autofree char *bytes = g_strdup_printf("%" G_GINT64_FORMAT, file->bytes);

        cli_row(cli, file->name, bytes, digest, NULL);
        json_array_append_new(files, json_pack("{s:s, s:I, s:s}", "name", file->name, "bytes",
                                               (json_int_t)file->bytes, "sha256", digest));
    }
    cli_object(cli, json_pack("{s:o}", "files", files));
}

static int run_export(Cli *cli, GError **error)
{
    g_autofree char *old = read_note(cli_value(cli, "old-checkpoint"), error);
    Store *store = cli_store(cli, error);
    g_autoptr(House) house = store != NULL ? house_new(store) : NULL;
    g_autoptr(GPtrArray) numbers = g_ptr_array_new_with_free_func(g_free);
    int percent = 0;
    ExportRequest request = {
        .path = cli_value(cli, "output"), .progress = show_progress, .progress_data = &percent};
    g_auto(ExportDone) done = {0};

    request.old_checkpoint = old;
    if (house == NULL || (old == NULL && cli_flag(cli, "old-checkpoint")) ||
        !format_option(cli, &request.format, error) ||
        !split_option(cli, &request.split_bytes, error) ||
        !choose_cases(cli, store, numbers, error))
        return 2;
    request.numbers = (const char *const *)numbers->pdata;
    if (!export_cases(house, cli_actor(cli), &request, &done, error))
        return 4;
    show_done(cli, &done);
    return 0;
}

/* ── verify ──────────────────────────────────────────────────────────────────────────────── */

static const CliOption verify_options[] = {
    {"level", 0, "quick|full", FALSE, "how much is read (full)", "核查程度 (full)"},
    {"no-pages", 0, NULL, FALSE, "full, but decode no page: digests alone",
     "完整核查, 但不打开页面: 只核对摘要"},
    {"vkey", 0, "KEY|FILE", FALSE, "the log's published key, from outside the bundle",
     "日志公钥 (来自数据包之外)"},
    {"old-checkpoint", 0, "FILE", FALSE, "the checkpoint of the last visit", "上次拿到的检查点"},
    {0},
};

/* A set of more is told by its first ones: how many there are is what a stranger wrote. */
#define VOLUMES_SAID_MAX 1000

/* That an object of --json holds: all are counted in its bundles. Lines go out one by one. */
#define FINDINGS_KEPT_MAX 20000

typedef struct {
    Cli *cli;
    json_t *findings, *bundles;
    GHashTable *sets; /* "group of T" → GHashTable of the numbers of the volumes given */
    const PageCheck *pages;
} Verify;

static void put_finding(const Verify *verify, const char *severity, const char *code,
                        const char *path, const char *text)
{
    cli_row(verify->cli, severity, code, path, text, NULL);
    if (cli_json(verify->cli) && json_array_size(verify->findings) < FINDINGS_KEPT_MAX)
        json_array_append_new(verify->findings,
                              json_pack("{s:s, s:s, s:s, s:s}", "severity", severity, "code", code,
                                        "path", path, "text", text));
}

static void report(const VerifyFinding *finding, void *data)
{
    const Verify *verify = data;
    const char *severity = finding->severity == VERIFY_ERROR ? "error" : "warning";
    const char *path = finding->path != NULL ? finding->path : "";
    const char *words = finding->text[cli_lang(verify->cli)];
    g_autofree char *text = *finding->detail != '\0'
                                ? g_strdup_printf("%s: %s", words, finding->detail)
                                : g_strdup(words);

    put_finding(verify, severity, finding->code, path, text);
}

/* What each path was judged as. */
static void show_bundle(const Verify *verify, const char *path, const VerifySummary *summary)
{
    g_autofree char *shown = g_utf8_make_valid(path, -1);

    json_array_append_new(
        verify->bundles,
        json_pack("{s:s, s:s, s:b, s:s, s:I, s:I, s:I, s:I, s:I, s:i, s:i}", "path", shown, "kind",
                  verify_kind_token(summary->kind), "valid", summary->errors == 0, "proofs",
                  verify_proofs_token(summary->proofs), "errors", (json_int_t)summary->errors,
                  "warnings", (json_int_t)summary->warnings, "files", (json_int_t)summary->files,
                  "bytes", (json_int_t)summary->bytes, "digested", (json_int_t)summary->digested,
                  "volume", (int)summary->volume, "volumes", (int)summary->volumes));
}

static void say_proofs(const Cli *cli, const VerifySummary *summary)
{
    if (summary->proofs == VERIFY_PROOFS_CONSISTENT)
        cli_say(cli, "internally consistent; give --vkey to verify the proofs",
                "内部一致; 用 --vkey 给出公钥才能核验证明");
    else if (summary->proofs == VERIFY_PROOFS_VERIFIED)
        cli_say(cli, "verified against the key given", "已按所给公钥核验");
}

/* Ours is proven as a whole, so a volume of it alone proves too little. A bag of somebody else that
 * says "1 of 15" is whole by itself (RFC 8493 2.2.2: the set is only told). Packages tell their
 * volumes where we wrote them. */
static void note_volume(Verify *verify, const VerifySummary *summary)
{
    g_autofree char *set = g_strdup_printf("%s of %u", summary->group, summary->volumes);
    GHashTable *given = g_hash_table_lookup(verify->sets, set);

    if (summary->volumes <= 1 ||
        (summary->kind == VERIFY_BAG && summary->proofs == VERIFY_PROOFS_NONE))
        return;
    if (given == NULL) {
        given = g_hash_table_new(NULL, NULL);
        g_hash_table_insert(verify->sets, g_steal_pointer(&set), given);
    }
    g_hash_table_add(given, GUINT_TO_POINTER(summary->volume));
}

/* A volume that was not given, as a finding like any other; its path is its number. */
static void report_missing(const Verify *verify, guint64 volume, const char *set)
{
    g_autofree char *number = g_strdup_printf("%" G_GUINT64_FORMAT, volume);
    g_autofree char *text = g_strdup_printf(
        cli_lang(verify->cli) == LANG_ZH ? "没有给出这一分卷: %s" : "this volume was not given: %s",
        set);

    put_finding(verify, "error", "volume-missing", number, text);
}

/* Whether all volumes of every set were given; a finding for each that is missing. */
static gboolean say_missing_volumes(const Verify *verify)
{
    GHashTableIter iter;
    void *set, *given;
    gboolean whole = TRUE;

    g_hash_table_iter_init(&iter, verify->sets);
    while (g_hash_table_iter_next(&iter, &set, &given)) {
        guint64 volumes = g_ascii_strtoull(strrchr(set, ' ') + 1, NULL, 10);

        for (guint64 i = 1; i <= MIN(volumes, VOLUMES_SAID_MAX); i++) {
            if (g_hash_table_contains(given, GSIZE_TO_POINTER(i)))
                continue;
            report_missing(verify, i, set);
            whole = FALSE;
        }
        whole = whole && volumes <= VOLUMES_SAID_MAX;
    }
    return whole;
}

static int verify_one(Verify *verify, const char *path, const VerifyOptions *options)
{
    g_autoptr(GError) error = NULL;
    VerifySummary summary;

    if (!verify_path(path, options, report, verify, &summary, &error)) {
        error_print(stderr, error, cli_lang(verify->cli));
        return 3;
    }
    say_proofs(verify->cli, &summary);
    show_bundle(verify, path, &summary);
    note_volume(verify, &summary);
    return summary.errors == 0 ? 0 : 1;
}

/* A vkey as text, or a file that holds one. */
static gboolean vkey_option(const Cli *cli, NoteKey **key, GError **error)
{
    const char *given = cli_value(cli, "vkey");
    g_autofree char *text = NULL;

    if (given == NULL)
        return TRUE;
    text = g_file_test(given, G_FILE_TEST_EXISTS) ? read_note(given, error) : g_strdup(given);
    *key = text != NULL ? note_key_parse(text, error) : NULL;
    return *key != NULL;
}

static gboolean verify_options_of(const Cli *cli, VerifyOptions *options, NoteKey **key, char **old,
                                  GError **error)
{
    const char *level = cli_value(cli, "level");

    if (level != NULL && strcmp(level, "quick") != 0 && strcmp(level, "full") != 0)
        return error_set(error, ERROR_USAGE, "--level '%s': quick or full", level);
    *old = read_note(cli_value(cli, "old-checkpoint"), error);
    if ((*old == NULL && cli_flag(cli, "old-checkpoint")) || !vkey_option(cli, key, error))
        return FALSE;
    *options = (VerifyOptions){.level = g_strcmp0(level, "quick") == 0 ? VERIFY_QUICK : VERIFY_FULL,
                               .threads = g_get_num_processors(),
                               .decode = cli_flag(cli, "no-pages") ? NULL : page_check_file,
                               .key = *key,
                               .old_checkpoint = *old,
                               .old_checkpoint_size = *old != NULL ? strlen(*old) : 0};
    return TRUE;
}

/* What was left out, or how many pages were decoded. */
static void say_depth(const Verify *verify, const VerifyOptions *options)
{
    guint64 pages = page_check_pages(verify->pages);
    g_autofree char *en = g_strdup_printf("%" G_GUINT64_FORMAT " pages were decoded", pages);
    g_autofree char *zh = g_strdup_printf("已解码 %" G_GUINT64_FORMAT " 页", pages);

    if (options->level == VERIFY_QUICK)
        cli_say(verify->cli, "quick: no payload digest was computed and no page was looked at",
                "快速核查: 未计算内容摘要, 未查看页面");
    else if (options->decode == NULL)
        cli_say(verify->cli, "digests alone: no page was looked at", "只核对了摘要: 未查看页面");
    else
        cli_say(verify->cli, en, zh);
}

static int run_verify(Cli *cli, GError **error)
{
    g_autoptr(json_t) findings = json_array(), bundles = json_array();
    g_autoptr(NoteKey) key = NULL;
    g_autofree char *old = NULL;
    g_autoptr(GHashTable) sets =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_hash_table_unref);
    g_autoptr(PageCheck) pages = page_check_new();
    Verify verify = {cli, findings, bundles, sets, pages};
    VerifyOptions options;
    gboolean is_part;
    int status = 0;

    if (!verify_options_of(cli, &options, &key, &old, error))
        return 2;
    options.decode_data = pages;
    for (guint i = 0; i < cli_operands(cli); i++) {
        int one = verify_one(&verify, cli_operand(cli, i), &options);

        status = MAX(status, one);
    }
    is_part = !say_missing_volumes(&verify) && status == 0;
    if (is_part) {
        cli_say(cli, "each volume is sound, but not all were given: verify them together",
                "各分卷本身完好, 但没有给全: 请把全部分卷一起核查");
        status = 1;
    }
    if (status < 3)
        say_depth(&verify, &options);
    if (status < 3)
        cli_row(cli, status == 0 ? "valid" : "invalid", NULL);
    cli_object(cli, json_pack("{s:b, s:b, s:I, s:O, s:O}", "valid", status == 0, "part", is_part,
                              "pages", (json_int_t)page_check_pages(pages), "bundles", bundles,
                              "findings", findings));
    return status;
}

const CliVerb cli_bundle_verbs[] = {
    {"file", "NUMBER", 1, 1, "file an ended case", "归档", file_options, run_file},
    {"export", "", 0, 0, "bundle cases for an auditor", "导出数据包", export_options, run_export},
    {"verify", "PATH…", 1, -1, "verify a bundle of any form, any BagIt bag or OCFL root",
     "核查任何格式的数据包", verify_options, run_verify},
    {0},
};
