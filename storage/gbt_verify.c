/* SPDX-License-Identifier: Apache-2.0
 *
 * 办件 packages of GB/T 42727-2023 as appliance/bundle/gbt42727.h draws them: one case at the top,
 * or several, each in a folder of its number.
 */
#include "storage/package_verify.h"

#include "appliance/base/text.h"
#include "storage/seal.h"

#include <string.h>

/* A case in 归档移交清单. There may be as many as members: it is kept small. */
typedef struct {
    const char *number;
    guint64 files, bytes;
    guint8 digest[SHA256_DIGEST_SIZE]; /* of the case, as seal.h computes it */
    gboolean found;                    /* in the package */
} Row;

typedef struct {
    Package package;
    gboolean is_single;    /* the only case stands at the top */
    GStringChunk *numbers; /* of rows */
    GArray *rows;          /* of Row, as listed */
    GHashTable *by_number; /* → index in rows, from 1 */
    guint64 n_rows;        /* as listed, good or bad */
    gboolean rows_are_all; /* the list could be read */
    /* the row that is being read */
    char *number, *files, *bytes, *digest, *basic, *process;
    gboolean in_row;
    char *report; /* digest of 四性检测报告; NULL: not told */
} Gbt;

static void row_reset(Gbt *gbt)
{
    g_clear_pointer(&gbt->number, g_free);
    g_clear_pointer(&gbt->files, g_free);
    g_clear_pointer(&gbt->bytes, g_free);
    g_clear_pointer(&gbt->digest, g_free);
    g_clear_pointer(&gbt->basic, g_free);
    g_clear_pointer(&gbt->process, g_free);
}

static void gbt_clear(Gbt *gbt)
{
    row_reset(gbt);
    g_free(gbt->report);
    g_hash_table_unref(gbt->by_number);
    g_array_unref(gbt->rows);
    g_string_chunk_free(gbt->numbers);
    package_clear(&gbt->package);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Gbt, gbt_clear)

static void replace(char **at, const char *text)
{
    g_free(*at);
    *at = g_strdup(text);
}

/* ── 归档移交清单 ────────────────────────────────────────────────────────────────────────── */

/* "sha256:<hex>" */
static gboolean digest_of(const char *text, guint8 digest[SHA256_DIGEST_SIZE])
{
    return text != NULL && g_str_has_prefix(text, "sha256:") &&
           hex_decode(text + strlen("sha256:"), digest, SHA256_DIGEST_SIZE);
}

/* 归档移交清单 tells this digest of a file that the form itself has; NULL: it does not. */
static void expect_digest(Gbt *gbt, const char *path, const char *told)
{
    Package *package = &gbt->package;
    const ArchiveMember *member = archive_find(package->archive, path);
    guint8 digest[SHA256_DIGEST_SIZE];

    if (told == NULL || member == NULL)
        return;
    if (digest_of(told, digest))
        expected_set(&package->listed, HASH_SHA256, archive_index(package->archive, member),
                     digest);
    else
        judge_find(package->judge, FOUND_LIST_ENTRY, PACKAGE_GBT_TRANSFER, "%s: %.80s", path, told);
}

static Row *find_row(const Gbt *gbt, const char *number)
{
    guint at = GPOINTER_TO_UINT(g_hash_table_lookup(gbt->by_number, number));

    return at > 0 ? &g_array_index(gbt->rows, Row, at - 1) : NULL;
}

static void keep_row(Gbt *gbt, Row *row, const char *number)
{
    const char *prefix = gbt->is_single ? "" : number, *slash = gbt->is_single ? "" : "/";
    g_autofree char *basic = g_strconcat(prefix, slash, PACKAGE_GBT_BASIC, NULL);
    g_autofree char *process = g_strconcat(prefix, slash, PACKAGE_GBT_PROCESS, NULL);

    row->number = g_string_chunk_insert(gbt->numbers, number);
    g_array_append_vals(gbt->rows, row, 1);
    g_hash_table_insert(gbt->by_number, (char *)row->number, GUINT_TO_POINTER(gbt->rows->len));
    expect_digest(gbt, basic, gbt->basic);
    expect_digest(gbt, process, gbt->process);
}

static void take_row(Gbt *gbt)
{
    Judge *judge = gbt->package.judge;
    Row row = {0};
    const char *number = gbt->number != NULL ? gbt->number : "";

    if (package_is_beyond(&gbt->package, PACKAGE_GBT_TRANSFER, ++gbt->n_rows))
        return;
    if (*number == '\0' || judge_path_fault(number) != NULL ||
        !package_number(gbt->files, &row.files) || !package_number(gbt->bytes, &row.bytes) ||
        !digest_of(gbt->digest, row.digest))
        judge_find(judge, FOUND_LIST_ENTRY, PACKAGE_GBT_TRANSFER,
                   "directories %" G_GUINT64_FORMAT ": %.80s", gbt->n_rows, number);
    else if (find_row(gbt, number) != NULL)
        judge_find(judge, FOUND_TWICE, PACKAGE_GBT_TRANSFER, "%.80s", number);
    else
        keep_row(gbt, &row, number);
}

static void transfer_begin(const char *name, const char *const *attributes, void *data)
{
    Gbt *gbt = data;

    if (strcmp(name, "directories") != 0)
        return;
    row_reset(gbt);
    gbt->in_row = TRUE;
    gbt->number = g_strdup(xml_attribute(attributes, "id"));
}

static void take_row_leaf(Gbt *gbt, const char *name, const char *text)
{
    const struct {
        const char *name;
        char **at;
    } leaves[] = {
        {"documentNumber", &gbt->files},
        {"documentBytes", &gbt->bytes},
        {"digitalSummary", &gbt->digest},
        {PACKAGE_GBT_BASIC_DIGEST, &gbt->basic},
        {PACKAGE_GBT_PROCESS_DIGEST, &gbt->process},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(leaves); i++)
        if (strcmp(name, leaves[i].name) == 0)
            replace(leaves[i].at, text);
}

static void transfer_end(const char *name, const char *text, void *data)
{
    Gbt *gbt = data;
    VerifySummary *summary = gbt->package.judge->summary;

    if (strcmp(name, "directories") == 0) {
        take_row(gbt);
        gbt->in_row = FALSE;
    } else if (gbt->in_row) {
        take_row_leaf(gbt, name, text);
    } else if (strcmp(name, "batchName") == 0) {
        g_strlcpy(summary->group, text, sizeof summary->group);
    } else if (strcmp(name, PACKAGE_GBT_REPORT_DIGEST) == 0) {
        replace(&gbt->report, text);
    } else if (strcmp(name, PACKAGE_GBT_VOLUME) == 0) {
        package_take_volume(&gbt->package, PACKAGE_GBT_TRANSFER, text);
    }
}

static void read_transfer(Gbt *gbt)
{
    static const XmlEvents events = {transfer_begin, transfer_end};
    const ArchiveMember *member = package_require(&gbt->package, PACKAGE_GBT_TRANSFER);

    if (member == NULL)
        return;
    package_account(&gbt->package, member);
    gbt->rows_are_all = package_read_xml(&gbt->package, member, &events, gbt);
}

/* ── a case ──────────────────────────────────────────────────────────────────────────────── */

typedef struct {
    Gbt *gbt;
    const char *prefix;   /* of its folder: "" or "<number>/" */
    const char *list;     /* path of its 基本信息元数据 */
    const char *process;  /* path of its 管理过程元数据 */
    char *number, *total; /* as that says */
    char *folder;         /* 申报文件, 过程文件, 结果文件 */
    /* the file that is being read */
    char *id, *code, *name, *size, *digest;
    gboolean in_file;
    guint64 entries;
    GArray *members; /* of guint: files listed that are there */
    guint64 bytes;   /* of those */
    gboolean is_whole;
    Row *row; /* of 归档移交清单; NULL: none */
} Case;

static void entry_reset(Case *one)
{
    g_clear_pointer(&one->id, g_free);
    g_clear_pointer(&one->code, g_free);
    g_clear_pointer(&one->name, g_free);
    g_clear_pointer(&one->size, g_free);
    g_clear_pointer(&one->digest, g_free);
}

static void case_clear(Case *one)
{
    entry_reset(one);
    g_free(one->number);
    g_free(one->total);
    g_free(one->folder);
    g_array_unref(one->members);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Case, case_clear)

static gboolean take_listed(Case *one, const char *path)
{
    Package *package = &one->gbt->package;
    const ArchiveMember *member = package_list(package, one->list, path, one->digest);
    guint64 size;
    guint index;

    if (member == NULL)
        return FALSE;
    if (!package_number(one->size, &size) || size != member->size)
        judge_find(package->judge, FOUND_FILE_SIZE, path,
                   "%s: expected %.40s, found %" G_GUINT64_FORMAT, one->list, one->size,
                   member->size);
    package_add_payload(package, member);
    index = archive_index(package->archive, member);
    g_array_append_val(one->members, index);
    one->bytes += member->size;
    return TRUE;
}

static void take_file(Case *one)
{
    Package *package = &one->gbt->package;
    g_autofree char *expected = g_strdup_printf("%04" G_GUINT64_FORMAT, ++one->entries);
    g_autofree char *path = NULL;

    if (package_is_beyond(package, one->list, one->entries)) {
        one->is_whole = FALSE;
        return;
    }
    if (one->folder == NULL || one->code == NULL || one->name == NULL || one->size == NULL ||
        one->digest == NULL || g_strcmp0(one->id, expected) != 0)
        judge_find(package->judge, FOUND_LIST_ENTRY, one->list, "file %s", expected);
    if (one->folder == NULL || one->code == NULL || one->name == NULL || one->digest == NULL) {
        one->is_whole = FALSE;
        return;
    }
    path = g_strdup_printf("%s%s/%s/%s", one->prefix, one->folder, one->code, one->name);
    one->is_whole = take_listed(one, path) && one->is_whole;
}

static void basic_begin(const char *name, const char *const *attributes, void *data)
{
    Case *one = data;

    if (strcmp(name, "folder") == 0)
        replace(&one->folder, xml_attribute(attributes, "title"));
    if (strcmp(name, "file") != 0)
        return;
    entry_reset(one);
    one->in_file = TRUE;
    one->id = g_strdup(xml_attribute(attributes, "id"));
}

static void basic_end(const char *name, const char *text, void *data)
{
    Case *one = data;
    const struct {
        const char *name;
        gboolean of_file;
        char **at;
    } leaves[] = {
        {"electronic_record_code", FALSE, &one->number},
        {"total_number", FALSE, &one->total},
        {"file_code", TRUE, &one->code},
        {"computer_file_name", TRUE, &one->name},
        {"computer_file_size", TRUE, &one->size},
        {"digital_summary", TRUE, &one->digest},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(leaves); i++)
        if (leaves[i].of_file == one->in_file && strcmp(name, leaves[i].name) == 0)
            replace(leaves[i].at, text);
    if (strcmp(name, "file") != 0 || !one->in_file)
        return;
    take_file(one);
    one->in_file = FALSE;
}

static gint by_path(gconstpointer a, gconstpointer b, gpointer data)
{
    return strcmp(archive_member(data, *(const guint *)a)->path,
                  archive_member(data, *(const guint *)b)->path);
}

/* What seal.h computes over the files as they are listed. */
static char *package_digest(Case *one)
{
    const Package *package = &one->gbt->package;
    SealDigest seal;

    seal_digest_init(&seal);
    g_array_sort_with_data(one->members, by_path, (gpointer)package->archive);
    for (guint i = 0; i < one->members->len; i++) {
        guint index = g_array_index(one->members, guint, i);

        seal_digest_add(&seal, archive_member(package->archive, index)->path + strlen(one->prefix),
                        expected_digest(&package->listed, HASH_SHA256, index));
    }
    return seal_digest_finish(&seal);
}

/* The case as 归档移交清单 has it against the case as it is. */
static void compare_row(Case *one, const Row *row)
{
    Judge *judge = one->gbt->package.judge;
    g_autofree char *digest = NULL, *hex = NULL, *expected = NULL;

    if (row->files != one->entries)
        judge_find(judge, FOUND_COUNTS, PACKAGE_GBT_TRANSFER,
                   "%s: %" G_GUINT64_FORMAT " files, %s lists %" G_GUINT64_FORMAT, one->number,
                   row->files, one->list, one->entries);
    if (!one->is_whole)
        return; /* the files missing are told; nothing more can be computed */
    if (row->bytes != one->bytes)
        judge_find(judge, FOUND_COUNTS, PACKAGE_GBT_TRANSFER,
                   "%s: %" G_GUINT64_FORMAT " bytes, found %" G_GUINT64_FORMAT, one->number,
                   row->bytes, one->bytes);
    digest = package_digest(one);
    hex = hex_encode(row->digest, sizeof row->digest);
    expected = g_strconcat("sha256:", hex, NULL);
    if (strcmp(digest, expected) != 0)
        judge_find(judge, FOUND_PACKAGE_DIGEST, one->list, "expected %s, found %s", expected,
                   digest);
}

/* The case by its number, which its folder has for a name where there are several. */
static void judge_number(Case *one)
{
    Gbt *gbt = one->gbt;
    Judge *judge = gbt->package.judge;

    if (*one->prefix != '\0' && (!g_str_has_prefix(one->prefix, one->number) ||
                                 strlen(one->prefix) != strlen(one->number) + 1))
        judge_find(judge, FOUND_CASE_OTHER, one->list, "%.80s", one->number);
    if (one->row != NULL) {
        one->row->found = TRUE;
        compare_row(one, one->row);
    } else if (gbt->rows_are_all) {
        judge_find(judge, FOUND_CASE_NOT_LISTED, one->list, "%.80s", one->number);
    }
}

static void read_basic(Case *one)
{
    static const XmlEvents events = {basic_begin, basic_end};
    Package *package = &one->gbt->package;
    const ArchiveMember *member = package_require(package, one->list);
    guint64 total;

    if (member == NULL)
        return;
    package_account(package, member);
    if (!package_read_xml(package, member, &events, one))
        return;
    one->row = one->number != NULL ? find_row(one->gbt, one->number) : NULL;
    if (!package_number(one->total, &total) || total != one->entries)
        judge_find(package->judge, FOUND_COUNTS, one->list,
                   "total_number %.40s, listed %" G_GUINT64_FORMAT,
                   one->total != NULL ? one->total : "", one->entries);
    if (one->number == NULL || *one->number == '\0')
        judge_find(package->judge, FOUND_LIST_ENTRY, one->list, "electronic_record_code");
    else
        judge_number(one);
}

static void process_end(const char *name, const char *text, void *data)
{
    const Case *one = data;

    if (strcmp(name, "electronic_record_code") == 0 && one->number != NULL &&
        strcmp(text, one->number) != 0)
        judge_find(one->gbt->package.judge, FOUND_CASE_OTHER, one->process, "%.80s", text);
}

static void judge_case(Gbt *gbt, const char *prefix)
{
    static const XmlEvents events = {.end = process_end};
    g_autofree char *basic = g_strconcat(prefix, PACKAGE_GBT_BASIC, NULL);
    g_autofree char *process = g_strconcat(prefix, PACKAGE_GBT_PROCESS, NULL);
    g_auto(Case) one = {.gbt = gbt, .prefix = prefix, .list = basic, .process = process};
    const ArchiveMember *member;

    one.is_whole = TRUE;
    one.members = g_array_new(FALSE, FALSE, sizeof(guint));
    read_basic(&one);
    member = package_require(&gbt->package, process);
    if (member == NULL)
        return;
    package_account(&gbt->package, member);
    package_read_xml(&gbt->package, member, &events, &one);
}

/* ── the package ─────────────────────────────────────────────────────────────────────────── */

static gboolean is_single(const Archive *archive)
{
    return archive_find(archive, PACKAGE_GBT_BASIC) != NULL ||
           archive_find(archive, PACKAGE_GBT_PROCESS) != NULL;
}

/* Every folder at the top is a case. */
static void judge_cases(Gbt *gbt)
{
    const Archive *archive = gbt->package.archive;
    g_autoptr(GArray) order = judge_order(archive);
    g_autofree char *prefix = NULL;

    for (guint i = 0; i < order->len; i++) {
        const char *path = archive_member(archive, g_array_index(order, guint, i))->path;
        const char *slash = strchr(path, '/');

        if (slash == NULL || (prefix != NULL && g_str_has_prefix(path, prefix)))
            continue;
        g_free(prefix);
        prefix = g_strndup(path, (gsize)(slash - path) + 1);
        judge_case(gbt, prefix);
    }
}

static void find_missing_cases(const Gbt *gbt)
{
    for (guint i = 0; i < gbt->rows->len; i++) {
        const Row *row = &g_array_index(gbt->rows, Row, i);

        if (!row->found)
            judge_find(gbt->package.judge, FOUND_CASE_MISSING, row->number, "%s",
                       PACKAGE_GBT_TRANSFER);
    }
}

gboolean gbt_is_package(const Archive *archive)
{
    if (is_single(archive) || archive_find(archive, PACKAGE_GBT_TRANSFER) != NULL)
        return TRUE;
    for (guint i = 0; i < archive_count(archive); i++) {
        const char *slash = strchr(archive_member(archive, i)->path, '/');

        if (slash != NULL && (strcmp(slash + 1, PACKAGE_GBT_BASIC) == 0 ||
                              strcmp(slash + 1, PACKAGE_GBT_PROCESS) == 0))
            return TRUE;
    }
    return FALSE;
}

void judge_gbt(Judge *judge)
{
    g_auto(Gbt) gbt = {0};
    const ArchiveMember *report;

    judge->summary->kind = VERIFY_GBT42727;
    package_init(&gbt.package, judge);
    gbt.is_single = is_single(judge->archive);
    gbt.numbers = g_string_chunk_new(ARCHIVE_BLOCK_BYTES);
    gbt.rows = g_array_new(FALSE, FALSE, sizeof(Row));
    gbt.by_number = g_hash_table_new(g_str_hash, g_str_equal);
    read_transfer(&gbt);
    if (gbt.is_single)
        judge_case(&gbt, "");
    else
        judge_cases(&gbt);
    find_missing_cases(&gbt);
    report = package_require(&gbt.package, PACKAGE_GBT_REPORT);
    if (report != NULL)
        package_account(&gbt.package, report);
    expect_digest(&gbt, PACKAGE_GBT_REPORT, gbt.report);
    package_judge_files(&gbt.package);
}
