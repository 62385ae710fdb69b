/* SPDX-License-Identifier: Apache-2.0
 *
 * Verbs that bring paper in and move it: scan, tray, side.
 */
#include "ui/cli/cli_intern.h"

#include "appliance/counter/case.h"
#include "appliance/counter/case_place.h"
#include "appliance/intake/intake.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ── scan ────────────────────────────────────────────────────────────────────────────────── */

static const CliOption scan_options[] = {
    {"case", 0, "NUMBER", FALSE, "the case the paper belongs to", "材料所属办件"},
    {"slot", 0, "CODE", FALSE, "the slot pages without a separator go to",
     "没有分隔页时放入的材料项"},
    {"from", 0, "FILE|DIR", FALSE, "import files (may be given again)", "导入文件 (可多次)"},
    {"device", 0, "NAME", FALSE, "scan from this device", "使用该扫描仪"},
    {"duplex", 0, NULL, FALSE, "both sides", "双面"},
    {"mode", 0, "color|gray|lineart", FALSE, "mode (color)", "色彩 (color)"},
    {"dpi", 0, "N", FALSE, "resolution (300)", "分辨率 (300)"},
    {"continue", 0, "N", FALSE, "go on by itself after so many faults", "故障后自动继续的次数"},
    {"sheets", 0, "N", FALSE, "how many sheets were put in", "放入的张数"},
    {0},
};

typedef struct {
    Cli *cli;
    json_t *sides;
    json_t *refused;
} Scan;

static void told(const IntakeSide *side, void *data)
{
    Scan *scan = data;
    g_autofree char *name = g_strdup_printf("%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "-%c",
                                            side->batch, side->sheet, side->side);
    g_autofree char *sheet = g_strdup_printf("%" G_GINT64_FORMAT, side->sheet);
    g_autofree char *document = g_strdup_printf("%03" G_GINT64_FORMAT, side->document);
    const char *letter = side->side == 'a' ? "a" : "b";
    const char *state = side->blank && strcmp(side->state, "stored") == 0 ? "blank" : side->state;
    const char *where = side->document > 0                ? document
                        : strcmp(side->role, "page") != 0 ? side->role
                        : side->case_number != NULL       ? "-"
                                                          : "tray";

    cli_row(scan->cli, sheet, letter, side->sha256, state, where,
            side->reason != NULL ? side->reason : name, NULL);
    json_array_append_new(scan->sides,
                          json_pack("{s:s, s:I, s:s, s:s, s:s, s:s, s:s*, s:s*}", "name", name,
                                    "sheet", (json_int_t)side->sheet, "side", letter, "digest",
                                    side->sha256, "state", state, "document", where, "case",
                                    side->case_number, "reason", side->reason));
}

static void refused(const char *source, const GError *why, void *data)
{
    Scan *scan = data;
    g_autofree char *sentence = error_sentence(why, cli_lang(scan->cli));

    fprintf(stderr, "anjuan: %s: %s\n", source != NULL ? source : "page", sentence);
    json_array_append_new(scan->refused,
                          json_pack("{s:s*, s:s}", "source", source, "reason", sentence));
}

static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Plain files of a folder in order of their names; hidden ones are left out. */
static gboolean add_folder(GPtrArray *paths, const char *folder, GError **error)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    guint first = paths->len;
    const char *name;

    if (dir == NULL)
        return error_set_errno(error, ERROR_NO_FILE, errno, "%s", folder);
    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);

        if (*name != '.' && g_file_test(path, G_FILE_TEST_IS_REGULAR))
            g_ptr_array_add(paths, g_steal_pointer(&path));
    }
    if (paths->len > first)
        qsort(paths->pdata + first, paths->len - first, sizeof *paths->pdata, by_name);
    return TRUE;
}

GPtrArray *cli_source_paths(const Cli *cli, GError **error)
{
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    const GPtrArray *from = cli_values(cli, "from");

    for (guint i = 0; i < from->len; i++) {
        const char *path = g_ptr_array_index(from, i);

        if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
            error_set_errno(error, ERROR_NO_FILE, ENOENT, "%s", path);
            return NULL;
        }
        if (!g_file_test(path, G_FILE_TEST_IS_DIR))
            g_ptr_array_add(paths, g_strdup(path));
        else if (!add_folder(paths, path, error))
            return NULL;
    }
    return g_steal_pointer(&paths);
}

static gboolean scan_file(Scan *scan, Intake *intake, const char *path, GError **error)
{
    g_auto(Fd) fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *safe = g_utf8_make_valid(name, -1);

    if (fd < 0) {
        g_autoptr(GError) why = NULL;

        error_set_errno(&why, ERROR_NO_FILE, errno, "%s", path);
        refused(safe, why, scan);
        return TRUE;
    }
    return intake_file(intake, fd, safe, error);
}

static gboolean scan_files(Scan *scan, Intake *intake, const GPtrArray *paths, GError **error)
{
    for (guint i = 0; i < paths->len; i++)
        if (!scan_file(scan, intake, g_ptr_array_index(paths, i), error))
            return FALSE;
    return TRUE;
}

static gboolean mode_option(const Cli *cli, ScannerMode *mode, GError **error)
{
    const char *given = cli_value(cli, "mode");

    if (given == NULL || strcmp(given, "color") == 0)
        *mode = SCANNER_COLOUR;
    else if (strcmp(given, "gray") == 0)
        *mode = SCANNER_GRAY;
    else if (strcmp(given, "lineart") == 0)
        *mode = SCANNER_LINEART;
    else
        return error_set(error, ERROR_USAGE, "--mode '%s': color, gray or lineart", given);
    return TRUE;
}

/* What happened and what the hands do. */
static void say_fault(const Cli *cli, const IntakeEnd *end)
{
    ErrorCode code = scanner_reason_code(end->reason);

    fprintf(stderr, "anjuan: %s: %s\n%s%s\n", error_text(code, cli_lang(cli)), end->detail,
            cli_lang(cli) == LANG_ZH ? "提示: " : "hint: ", error_hint(code, cli_lang(cli)));
}

static gboolean is_fault(const IntakeEnd *end)
{
    return end->reason != SCANNER_OK && end->reason != SCANNER_EMPTY;
}

/* Whether to feed on after a fault: --continue says how often, at a terminal the person does. */
static gboolean goes_on(const Cli *cli, gint64 *left)
{
    int answer;

    if (*left > 0) {
        --*left;
        return TRUE;
    }
    if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
        return FALSE;
    cli_say(cli, "press Enter to go on, q to end the batch", "按回车继续, q 结束本批");
    answer = getchar();
    while (answer != '\n' && answer != EOF && getchar() != '\n')
        continue;
    return answer == '\n';
}

/* Judged also where files are imported (`device` NULL), so that a slip never passes. */
static gboolean run_options(const Cli *cli, Device *device, DeviceBatch *run, gint64 *left,
                            GError **error)
{
    gint64 dpi = 300;

    *run =
        (DeviceBatch){.scan = {.source = SCANNER_SOURCE_FEEDER, .duplex = cli_flag(cli, "duplex")}};
    if (!mode_option(cli, &run->scan.mode, error) ||
        !cli_number(cli, "dpi", 50, 1200, &dpi, error) ||
        !cli_number(cli, "continue", 0, 1000, left, error))
        return FALSE;
    run->scan.dpi = (guint)dpi;
    if (device != NULL && (device_capabilities(device)->features & SCANNER_HAS_FEEDER) == 0)
        run->scan.source = SCANNER_SOURCE_STILL;
    return TRUE;
}

/* Runs of the feeder until it is empty: after a fault the batch goes on at the same sheet. */
static gboolean scan_device(const Cli *cli, Intake *intake, Device *device, const char **reason,
                            GError **error)
{
    DeviceBatch run;
    gint64 left = 0;
    IntakeEnd end;

    if (!run_options(cli, device, &run, &left, error) ||
        !intake_device(intake, device, &run, &end, error))
        return FALSE;
    while (is_fault(&end)) {
        say_fault(cli, &end);
        if (!goes_on(cli, &left)) {
            *reason = scanner_reason_token(end.reason);
            return TRUE;
        }
        if ((end.reason == SCANNER_LOST || end.reason == SCANNER_SILENT) &&
            !device_return(device, error))
            return FALSE;
        if (!intake_device(intake, device, &run, &end, error))
            return FALSE;
    }
    return TRUE;
}

/* 4 after a fault of the device, 3 when inputs were refused, 1 when paper waits in the tray. */
static int scan_status(const IntakeSummary *summary, const Scan *scan, const char *reason)
{
    if (strcmp(reason, "done") != 0)
        return 4;
    if (json_array_size(scan->refused) > 0)
        return 3;
    return summary->question != NULL || summary->tray > 0 ? 1 : 0;
}

static void say_counts(const Cli *cli, const IntakeSummary *summary)
{
    fprintf(stderr,
            cli_lang(cli) == LANG_ZH
                ? "进 %" G_GINT64_FORMAT " 张, 图像 %" G_GINT64_FORMAT ", 已存 %" G_GINT64_FORMAT
                  " 面, 待归件 %" G_GINT64_FORMAT "\n"
                : "%" G_GINT64_FORMAT " sheets, %" G_GINT64_FORMAT " images, %" G_GINT64_FORMAT
                  " sides stored, %" G_GINT64_FORMAT " in the tray\n",
            summary->sheets, summary->received, summary->stored, summary->tray);
    if (summary->question != NULL)
        fprintf(stderr, cli_lang(cli) == LANG_ZH ? "停下: %s\n" : "stopped: %s\n",
                summary->question);
}

typedef struct {
    House *house;
    Catalog *reader;
    Device *device;
    GPtrArray *paths;
} ScanSources;

static int scan_with(Cli *cli, const IntakeOptions *options, const ScanSources *sources,
                     GError **error)
{
    g_autoptr(json_t) sides = json_array(), not_taken = json_array();
    Scan scan = {cli, sides, not_taken};
    const char *reason = "done";
    IntakeSummary summary = {0};
    g_autoptr(Intake) intake = intake_open(cli_store(cli, error), cli_actor(cli), options, error);
    int status;

    if (intake == NULL)
        return 4;
    intake_listen(intake, told, refused, &scan);
    if (sources->device != NULL ? !scan_device(cli, intake, sources->device, &reason, error)
                                : !scan_files(&scan, intake, sources->paths, error))
        return 4;
    if (!intake_close(g_steal_pointer(&intake), reason, &summary, error))
        return 4;
    say_counts(cli, &summary);
    cli_object(cli, json_pack("{s:I, s:I, s:I, s:I, s:I, s:s*, s:O, s:O}", "batch",
                              (json_int_t)summary.batch, "sheets", (json_int_t)summary.sheets,
                              "received", (json_int_t)summary.received, "stored",
                              (json_int_t)summary.stored, "tray", (json_int_t)summary.tray,
                              "question", summary.question, "sides", sides, "refused", not_taken));
    status = scan_status(&summary, &scan, reason);
    intake_summary_clear(&summary);
    return status;
}

/* What a crash interrupted is finished before new paper comes in. */
static gboolean recover(Cli *cli, Store *store, GError **error)
{
    gint64 adopted;

    if (!intake_recover(store, cli_actor(cli), &adopted, error))
        return FALSE;
    if (adopted > 0)
        cli_say(cli, "pages of an interrupted batch wait in the tray",
                "中断批次的页面已放入待归件");
    return TRUE;
}

static gboolean scan_options_of(const Cli *cli, IntakeOptions *options, char **number,
                                GError **error)
{
    const char *slot = cli_value(cli, "slot");
    DeviceBatch run;
    gint64 left = 0;

    if (!run_options(cli, NULL, &run, &left, error))
        return FALSE;
    if (cli_value(cli, "case") != NULL) {
        *number = case_read_number(cli_value(cli, "case"), error);
        if (*number == NULL)
            return FALSE;
    }
    options->case_number = *number;
    options->duplex = cli_flag(cli, "duplex");
    options->declared = -1;
    if (slot != NULL && (options->slot = code_slot_number(slot)) == 0)
        return error_set(error, ERROR_USAGE, "--slot '%s': a code such as A01", slot);
    return cli_number(cli, "sheets", 0, 100000, &options->declared, error);
}

static int run_scan(Cli *cli, GError **error)
{
    const char *name = cli_value(cli, "device");
    Store *store = cli_store(cli, error);
    g_autoptr(Catalog) reader = store != NULL ? store_reader(store, error) : NULL;
    g_autoptr(House) house = reader != NULL ? house_new(store) : NULL;
    CaseLookup context = {house, reader};
    PlacingLookup lookup = case_lookup(&context);
    IntakeOptions options = {.device = name != NULL ? name : "import", .lookup = &lookup};
    g_autofree char *number = NULL;
    g_autoptr(GPtrArray) paths = NULL;
    g_autoptr(Device) device = NULL;

    if (house == NULL || !scan_options_of(cli, &options, &number, error))
        return 4;
    if ((name != NULL) == cli_flag(cli, "from")) {
        error_set(error, ERROR_USAGE, "'anjuan scan' needs --from or --device, not both");
        return 2;
    }
    paths = cli_source_paths(cli, error);
    if (paths == NULL || !recover(cli, store, error))
        return 4;
    if (name != NULL && (device = device_open(name, error)) == NULL)
        return 4;
    options.serial = device != NULL ? device_info(device)->serial : NULL;
    return scan_with(cli, &options, &(ScanSources){house, reader, device, paths}, error);
}

/* ── tray and sides ──────────────────────────────────────────────────────────────────────── */

static int run_tray_list(Cli *cli, GError **error)
{
    Store *store = cli_store(cli, error);
    g_autoptr(Catalog) reader = store != NULL ? store_reader(store, error) : NULL;
    g_autoptr(json_t) rows = reader != NULL ? catalog_tray(reader, error) : NULL;

    if (rows == NULL)
        return 4;
    cli_table(cli, "tray", rows, "batch,sheet,side,state,reason");
    return 0;
}

static const CliOption place_options[] = {
    {"case", 0, "NUMBER", TRUE, "the case", "办件"},
    {"slot", 0, "CODE", FALSE, "begin a new document of this slot", "作为该材料项的新文件"},
    {"document", 0, "N", FALSE, "put behind the last page of this document", "接在该文件之后"},
    {0},
};

static gboolean side_names(const Cli *cli, GArray *names, GError **error)
{
    for (guint i = 0; i < cli_operands(cli); i++) {
        SideName name;

        if (!side_name_parse(cli_operand(cli, i), &name, error))
            return FALSE;
        g_array_append_val(names, name);
    }
    return TRUE;
}

static int run_place(Cli *cli, GError **error)
{
    Store *store = cli_store(cli, error);
    g_autoptr(House) house = store != NULL ? house_new(store) : NULL;
    g_autofree char *number =
        house != NULL ? case_read_number(cli_value(cli, "case"), error) : NULL;
    g_autoptr(GArray) names = g_array_new(FALSE, FALSE, sizeof(SideName));
    CasePlacing placing = {.number = number, .slot = cli_value(cli, "slot")};
    g_autofree char *printed = NULL;
    gint64 document;

    if (number == NULL || !side_names(cli, names, error) ||
        !cli_number(cli, "document", 1, 999, &placing.document, error))
        return 2;
    if ((placing.slot != NULL) == (placing.document > 0)) {
        error_set(error, ERROR_USAGE, "--slot or --document: one of them");
        return 2;
    }
    placing.sides = (const SideName *)(void *)names->data;
    placing.n_sides = names->len;
    if (!case_place(house, cli_actor(cli), &placing, &document, error))
        return 1;
    printed = g_strdup_printf("%03" G_GINT64_FORMAT, document);
    cli_row(cli, printed, NULL);
    cli_object(cli, json_pack("{s:s}", "document", printed));
    return 0;
}

static const CliOption void_options[] = {
    {"reason", 0, "TEXT", TRUE, "why", "理由"},
    {0},
};

static int run_side_void(Cli *cli, GError **error)
{
    Store *store = cli_store(cli, error);
    g_autoptr(House) house = store != NULL ? house_new(store) : NULL;
    SideName name;

    if (house == NULL || !side_name_parse(cli_operand(cli, 0), &name, error) ||
        !case_void_side(house, cli_actor(cli), &name, cli_value(cli, "reason"), error))
        return 1;
    cli_row(cli, cli_operand(cli, 0), "void", NULL);
    cli_object(cli, json_pack("{s:s, s:s}", "side", cli_operand(cli, 0), "state", "void"));
    return 0;
}

const CliVerb cli_scan_verbs[] = {
    {"scan", "", 0, 0, "capture pages from a device or from files", "从扫描仪或文件采集页面",
     scan_options, run_scan},
    {"tray list", "", 0, 0, "pages that wait for their case", "列出待归件", NULL, run_tray_list},
    {"tray place", "SIDE…", 1, -1, "give waiting pages to a case", "将待归件归入办件",
     place_options, run_place},
    {"side move", "SIDE…", 1, -1, "move sides to another document", "将页面移到其他文件",
     place_options, run_place},
    {"side void", "SIDE", 1, 1, "take a side out of use", "作废一面", void_options, run_side_void},
    {0},
};
