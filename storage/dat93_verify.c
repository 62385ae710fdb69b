/* SPDX-License-Identifier: Apache-2.0
 *
 * Transfer packages of DA/T 93-2022 annex B as appliance/bundle/dat93.h draws them. What a receiver
 * checks is checked here, and the digests below 其他/, which are ours.
 */
#include "storage/package_verify.h"

#include "appliance/base/text.h"

#include <string.h>

#define NOTE_BYTES_MAX 65536
#define FOLDERS_MAX    10000 /* a hundred times what receivers take */

/* The folder of a case. */
typedef struct {
    char *path;
    const ArchiveMember *metadata; /* 电子档案…元数据.XML; NULL: none yet */
    guint contents;                /* other files */
    gboolean listed;               /* in 目录文件 */
} Folder;

typedef struct {
    Package package;
    GHashTable *by_path;    /* → Folder */
    GPtrArray *folders;     /* of Folder, in the order of the archive */
    gboolean is_beyond;     /* there are, or are listed, more than FOLDERS_MAX */
    GHashTable *by_number;  /* 档号 → Folder: the name of its folder */
    GHashTable *numbers;    /* 档号 of 目录文件 */
    guint64 n_rows;         /* 文件 elements there */
    gboolean has_catalogue; /* it could be read */
    /* the row that is being read */
    guint fields; /* a bit for each of those that came */
    gboolean in_row, row_is_odd;
    char *number;
} Dat;

static void folder_free(void *data)
{
    Folder *folder = data;

    g_free(folder->path);
    g_free(folder);
}

static void dat_init(Dat *dat, Judge *judge)
{
    *dat = (Dat){.folders = g_ptr_array_new_with_free_func(folder_free)};
    package_init(&dat->package, judge);
    dat->by_path = g_hash_table_new(g_str_hash, g_str_equal);
    dat->by_number = g_hash_table_new(g_str_hash, g_str_equal);
    dat->numbers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static void dat_clear(Dat *dat)
{
    g_hash_table_unref(dat->numbers);
    g_hash_table_unref(dat->by_number);
    g_hash_table_unref(dat->by_path);
    g_ptr_array_unref(dat->folders);
    g_free(dat->number);
    package_clear(&dat->package);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Dat, dat_clear)

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

/* ── folders ─────────────────────────────────────────────────────────────────────────────── */

static gboolean is_metadata(const char *name)
{
    return g_str_has_prefix(name, PACKAGE_DAT_METADATA_BEGINS) &&
           g_str_has_suffix(name, PACKAGE_DAT_METADATA_ENDS);
}

/* Reported once; always TRUE. */
static gboolean find_beyond(Dat *dat)
{
    if (!dat->is_beyond)
        judge_find(dat->package.judge, FOUND_CASES, NULL, "%d", FOLDERS_MAX);
    dat->is_beyond = TRUE;
    return TRUE;
}

/* NULL beyond the limit. */
static Folder *folder_of(Dat *dat, const char *path)
{
    g_autofree char *parent = g_path_get_dirname(path);
    Folder *folder = g_hash_table_lookup(dat->by_path, parent);

    if (folder != NULL || (dat->folders->len == FOLDERS_MAX && find_beyond(dat)))
        return folder;
    folder = g_new0(Folder, 1);
    folder->path = g_steal_pointer(&parent);
    g_ptr_array_add(dat->folders, folder);
    g_hash_table_insert(dat->by_path, folder->path, folder);
    return folder;
}

static void take_member(Dat *dat, const ArchiveMember *member)
{
    Folder *folder;

    if (member->kind != ARCHIVE_FILE || strchr(member->path, '/') == NULL ||
        g_str_has_prefix(member->path, PACKAGE_DAT_OTHER))
        return;
    folder = folder_of(dat, member->path);
    if (folder == NULL)
        return;
    if (is_metadata(name_of(member->path)) && folder->metadata == NULL) {
        folder->metadata = member;
    } else {
        folder->contents++;
        package_add_payload(&dat->package, member);
    }
}

static void judge_folder(Dat *dat, Folder *folder)
{
    Judge *judge = dat->package.judge;
    const char *name = name_of(folder->path);

    if (folder->metadata == NULL) {
        g_autofree char *path = g_strdup_printf("%s/%s", folder->path, PACKAGE_DAT_METADATA);

        judge_find(judge, FOUND_PACKAGE_FILE, path, "%s", "");
    }
    if (folder->contents == 0)
        judge_find(judge, FOUND_CASE_EMPTY, folder->path, "%s", "");
    if (g_hash_table_contains(dat->by_number, name))
        judge_find(judge, FOUND_TWICE, folder->path, "%s", name);
    else
        g_hash_table_insert(dat->by_number, (char *)name, folder);
}

static void find_folders(Dat *dat)
{
    const Archive *archive = dat->package.archive;

    for (guint i = 0; i < archive_count(archive); i++)
        take_member(dat, archive_member(archive, i));
    for (guint i = 0; i < dat->folders->len; i++)
        judge_folder(dat, g_ptr_array_index(dat->folders, i));
}

/* ── 目录文件 ────────────────────────────────────────────────────────────────────────────── */

static const char *const fields[] = {"顺序号",   "档号", "责任者", "题名", "日期",
                                     "保管期限", "密级", "备注",   "页数"};
#define FIELDS_WANTED 0xffU /* 页数 may be absent */

static void catalogue_begin(const char *name, const char *const *attributes G_GNUC_UNUSED,
                            void *data)
{
    Dat *dat = data;

    if (strcmp(name, "文件") != 0)
        return;
    dat->in_row = TRUE;
    dat->row_is_odd = FALSE;
    dat->fields = 0;
    g_clear_pointer(&dat->number, g_free);
}

static void take_row(Dat *dat)
{
    Judge *judge = dat->package.judge;
    const char *number = dat->number != NULL ? dat->number : "";
    Folder *folder = g_hash_table_lookup(dat->by_number, number);

    if (++dat->n_rows > FOLDERS_MAX && find_beyond(dat))
        return;
    if (dat->row_is_odd || (dat->fields & FIELDS_WANTED) != FIELDS_WANTED || *number == '\0')
        judge_find(judge, FOUND_LIST_ENTRY, PACKAGE_DAT_CATALOGUE,
                   "文件 %" G_GUINT64_FORMAT ": %.120s", dat->n_rows, number);
    if (*number == '\0')
        return;
    if (!g_hash_table_add(dat->numbers, g_strdup(number)))
        judge_find(judge, FOUND_TWICE, PACKAGE_DAT_CATALOGUE, "%.120s", number);
    else if (folder == NULL)
        judge_find(judge, FOUND_CASE_MISSING, number, "%s", PACKAGE_DAT_CATALOGUE);
    else
        folder->listed = TRUE;
}

static gboolean field_is_good(const char *name, const char *text)
{
    guint64 number;

    if (strcmp(name, "顺序号") == 0 || strcmp(name, "页数") == 0)
        return package_number(text, &number);
    return strcmp(name, "日期") != 0 || (strlen(text) == 8 && text_is_digits(text));
}

static void catalogue_end(const char *name, const char *text, void *data)
{
    Dat *dat = data;
    gsize at = 0;

    if (strcmp(name, "文件") == 0 && dat->in_row) {
        take_row(dat);
        dat->in_row = FALSE;
    }
    if (!dat->in_row)
        return;
    while (at < G_N_ELEMENTS(fields) && strcmp(fields[at], name) != 0)
        at++;
    if (at == G_N_ELEMENTS(fields) || (dat->fields & 1U << at) != 0 || !field_is_good(name, text)) {
        dat->row_is_odd = TRUE;
        return;
    }
    dat->fields |= 1U << at;
    if (strcmp(name, "档号") == 0)
        dat->number = g_strdup(text);
}

static void judge_catalogue(Dat *dat)
{
    static const XmlEvents events = {catalogue_begin, catalogue_end};
    const ArchiveMember *member = package_require(&dat->package, PACKAGE_DAT_CATALOGUE);

    dat->has_catalogue = member != NULL && package_read_xml(&dat->package, member, &events, dat);
    for (guint i = 0; dat->has_catalogue && i < dat->folders->len; i++) {
        const Folder *folder = g_ptr_array_index(dat->folders, i);

        if (!folder->listed)
            judge_find(dat->package.judge, FOUND_CASE_NOT_LISTED, folder->path, "%s",
                       PACKAGE_DAT_CATALOGUE);
    }
}

/* ── 说明文件 ────────────────────────────────────────────────────────────────────────────── */

/* As UTF-8, from that or the GB family; NULL after a finding. */
static char *read_note(Dat *dat, const ArchiveMember *member)
{
    Judge *judge = dat->package.judge;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes =
        archive_read_all(dat->package.archive, member, NOTE_BYTES_MAX, &error);
    const char *text;
    char *converted;
    gsize size;

    if (bytes == NULL) {
        judge_find(judge, FOUND_READ, member->path, "%s", error->message);
        return NULL;
    }
    text = g_bytes_get_data(bytes, &size);
    if (size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        text += 3;
        size -= 3;
    }
    if (size == 0 || g_utf8_validate(text, (gssize)size, NULL))
        return g_strndup(text != NULL ? text : "", size);
    converted = memchr(text, 0, size) != NULL || (guchar)*text >= 0xfe
                    ? NULL
                    : g_convert(text, (gssize)size, "UTF-8", "GB18030", NULL, NULL, NULL);
    if (converted == NULL)
        judge_find(judge, FOUND_LIST_ENCODING, member->path, "%s", "");
    return converted;
}

/* The value of "name：value" among the lines; NULL: no such line. */
static const char *value_of(char **lines, const char *name)
{
    g_autofree char *head = g_strconcat(name, "：", NULL);

    for (; *lines != NULL; lines++)
        if (g_str_has_prefix(*lines, head))
            return *lines + strlen(head);
    return NULL;
}

/* "A至B": the first and the last, both of the catalogue. */
static void judge_range(Dat *dat, const char *range)
{
    g_auto(GStrv) ends = g_strsplit(range, "至", -1);

    if (g_strv_length(ends) == 2 && !(g_hash_table_contains(dat->numbers, ends[0]) &&
                                      g_hash_table_contains(dat->numbers, ends[1])))
        judge_find(dat->package.judge, FOUND_COUNTS, PACKAGE_DAT_NOTE, "起止档号 %.240s", range);
}

static void judge_lines(Dat *dat, char **lines)
{
    static const char *const wanted[] = {"移交单位", "内容描述", "起止档号", "档案数量",
                                         "软硬件环境"};
    Judge *judge = dat->package.judge;
    const char *count = value_of(lines, "档案数量"), *range = value_of(lines, "起止档号");
    const char *volume = value_of(lines, PACKAGE_DAT_VOLUME);
    guint64 n;

    for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++) {
        const char *value = value_of(lines, wanted[i]);

        if (value == NULL || *value == '\0')
            judge_find(judge, FOUND_LIST_ENTRY, PACKAGE_DAT_NOTE, "%s", wanted[i]);
    }
    if (dat->has_catalogue && count != NULL && (!package_number(count, &n) || n != dat->n_rows))
        judge_find(judge, FOUND_COUNTS, PACKAGE_DAT_NOTE,
                   "档案数量 %.40s, %s lists %" G_GUINT64_FORMAT, count, PACKAGE_DAT_CATALOGUE,
                   dat->n_rows);
    if (dat->has_catalogue && range != NULL)
        judge_range(dat, range);
    if (volume != NULL)
        package_take_volume(&dat->package, PACKAGE_DAT_NOTE, volume);
}

static void judge_note(Dat *dat)
{
    const ArchiveMember *member = package_require(&dat->package, PACKAGE_DAT_NOTE);
    g_autofree char *text = member != NULL ? read_note(dat, member) : NULL;
    g_auto(GStrv) lines = NULL;

    if (text == NULL)
        return;
    lines = g_strsplit(g_strdelimit(text, "\r", '\n'), "\n", -1);
    judge_lines(dat, lines);
}

/* ── 电子档案元数据 ──────────────────────────────────────────────────────────────────────── */

typedef struct {
    Dat *dat;
    const Folder *folder;
} Metadata;

static void metadata_end(const char *name, const char *text, void *data)
{
    const Metadata *one = data;
    Judge *judge = one->dat->package.judge;
    const char *path = one->folder->metadata->path;

    if (*text == '\0')
        return;
    if (strcmp(name, "档号") == 0 && strcmp(text, name_of(one->folder->path)) != 0)
        judge_find(judge, FOUND_CASE_OTHER, path, "%.120s", text);
    if (strcmp(name, "计算机文件名") == 0) {
        g_autofree char *file = g_strdup_printf("%s/%s", one->folder->path, text);

        if (archive_find(one->dat->package.archive, file) == NULL)
            judge_find(judge, FOUND_MISSING, file, "%s", path);
    }
}

static void judge_metadata(Dat *dat)
{
    static const XmlEvents events = {.end = metadata_end};

    for (guint i = 0; i < dat->folders->len; i++) {
        Metadata one = {dat, g_ptr_array_index(dat->folders, i)};

        if (one.folder->metadata != NULL)
            package_read_xml(&dat->package, one.folder->metadata, &events, &one);
    }
}

/* ── 其他/数字摘要.txt ───────────────────────────────────────────────────────────────────── */

/* "<hex>  <path>", as sha256sum writes it. */
static void digest_line(const char *line, guint64 number, void *data)
{
    Dat *dat = data;
    gsize digits = 2 * hash_size(HASH_SHA256);
    g_autofree char *hex = g_strndup(line, digits);

    if (strlen(hex) == digits && g_str_has_prefix(line + digits, "  ") &&
        strspn(hex, "0123456789abcdef") == digits)
        package_list(&dat->package, PACKAGE_DAT_DIGESTS, line + digits + 2, hex);
    else
        judge_find(dat->package.judge, FOUND_MANIFEST_LINE, PACKAGE_DAT_DIGESTS,
                   "line %" G_GUINT64_FORMAT, number);
}

static void read_digests(Dat *dat)
{
    const Archive *archive = dat->package.archive;
    const ArchiveMember *member = package_require(&dat->package, PACKAGE_DAT_DIGESTS);

    if (member != NULL) {
        package_account(&dat->package, member);
        judge_each_line(dat->package.judge, member, "UTF-8", digest_line, dat);
        return;
    }
    for (guint i = 0; i < archive_count(archive); i++) /* that the list is missing says it all */
        package_account(&dat->package, archive_member(archive, i));
}

/* ── the package ─────────────────────────────────────────────────────────────────────────── */

/* The set of volumes: the name of the package without "-v2". */
static void name_group(Dat *dat)
{
    VerifySummary *summary = dat->package.judge->summary;
    const char *base = archive_base(dat->package.archive);
    g_autofree char *tail = g_strdup_printf("-v%u", summary->volume);

    if (base == NULL || summary->volumes == 0)
        return;
    g_strlcpy(summary->group, base, sizeof summary->group);
    if (g_str_has_suffix(summary->group, tail))
        summary->group[strlen(summary->group) - strlen(tail)] = '\0';
}

gboolean dat93_is_package(const Archive *archive)
{
    return archive_find(archive, PACKAGE_DAT_CATALOGUE) != NULL ||
           archive_find(archive, PACKAGE_DAT_NOTE) != NULL ||
           archive_find(archive, PACKAGE_DAT_DIGESTS) != NULL;
}

void judge_dat93(Judge *judge)
{
    g_auto(Dat) dat = {0};

    judge->summary->kind = VERIFY_DAT93;
    dat_init(&dat, judge);
    find_folders(&dat);
    judge_catalogue(&dat);
    judge_note(&dat);
    judge_metadata(&dat);
    name_group(&dat);
    read_digests(&dat);
    package_judge_files(&dat.package);
}
