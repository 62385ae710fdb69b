/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/bag_verify.h"

#include "appliance/base/digest.h"
#include "storage/tag_file.h"

#include <stdio.h>
#include <string.h>

#define BAGIT_MAX_BYTES 4096

static void bag_clear(Bag *bag)
{
    expected_clear(&bag->payload);
    expected_clear(&bag->tags);
    g_free(bag->encoding);
    g_free(bag->folds);
    if (bag->folded != NULL)
        g_hash_table_unref(bag->folded);
    if (bag->fetch != NULL)
        g_hash_table_unref(bag->fetch);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Bag, bag_clear)

/* The value of "Label: value"; since 1.0 exactly one blank and nothing behind. NULL if another. */
static char *declared(const char *line, const char *label, gboolean strict)
{
    gsize length = strlen(label);
    const char *rest = line + length;

    if (strncmp(line, label, length) != 0)
        return NULL;
    if (strict) {
        if (rest[0] != ':' || rest[1] != ' ' || rest[2] == '\0' || g_ascii_isspace(rest[2]) ||
            g_ascii_isspace(rest[strlen(rest) - 1]))
            return NULL;
        return g_strdup(rest + 2);
    }
    rest += strspn(rest, " \t");
    return *rest == ':' ? g_strstrip(g_strdup(rest + 1)) : NULL;
}

/* "M.N" of decimal digits; 0 when it is none. 0.97 is 97, 1.0 is 100. */
static guint version_number(const char *text)
{
    const char *dot = strchr(text, '.');
    g_autofree char *major = dot != NULL ? g_strndup(text, (gsize)(dot - text)) : NULL;
    guint64 left, right;

    if (dot == NULL || !g_ascii_string_to_unsigned(major, 10, 0, 99, &left, NULL) ||
        !g_ascii_string_to_unsigned(dot + 1, 10, 0, 99, &right, NULL))
        return 0;
    return (guint)(left * 100 + right);
}

static gboolean version_is_known(guint version)
{
    return (version >= 93 && version <= 97) || version == BAG_VERSION_1_0;
}

static gboolean judge_encoding(Bag *bag, const char *encoding)
{
    if (!tag_encoding_is_known(encoding)) {
        judge_find(bag->judge, FOUND_BAG_ENCODING, "bagit.txt", "%s", encoding);
        return FALSE;
    }
    if (g_ascii_strcasecmp(encoding, "UTF-8") != 0 && bag->version >= BAG_VERSION_1_0)
        judge_find(bag->judge, FOUND_BAG_NOT_UTF8, "bagit.txt", "%s", encoding);
    bag->encoding = g_strdup(encoding);
    return TRUE;
}

static gboolean malformed(Bag *bag, const char *why)
{
    judge_find(bag->judge, FOUND_BAGIT, "bagit.txt", "%s", why);
    return FALSE;
}

/* The two lines; without them nothing else can be read. */
static gboolean judge_declaration(Bag *bag, char **lines)
{
    g_autofree char *version = lines[0] != NULL ? declared(lines[0], "BagIt-Version", FALSE) : NULL;
    g_autofree char *encoding = NULL;

    if (version == NULL) /* also for a file of line ends alone */
        return malformed(bag, "line 1: no BagIt-Version");
    g_strlcpy(bag->judge->summary->version, version, sizeof bag->judge->summary->version);
    bag->version = version_number(version);
    if (bag->version == 0)
        return malformed(bag, "line 1: the version is not M.N");
    if (!version_is_known(bag->version)) {
        judge_find(bag->judge, FOUND_BAG_VERSION, "bagit.txt", "%s", version);
        return FALSE;
    }
    if (bag->version >= BAG_VERSION_1_0) {
        g_autofree char *strict = declared(lines[0], "BagIt-Version", TRUE);

        if (strict == NULL)
            malformed(bag, "line 1: white space");
    }
    if (lines[1] == NULL)
        return malformed(bag, "no second line");
    encoding = declared(lines[1], "Tag-File-Character-Encoding", bag->version >= BAG_VERSION_1_0);
    if (encoding == NULL || *encoding == '\0')
        return malformed(bag, "line 2: no Tag-File-Character-Encoding");
    if (lines[2] != NULL)
        malformed(bag, "more than two lines");
    return judge_encoding(bag, encoding);
}

/* The lines of a text with any line end; none for the end behind the last. */
static char **split_lines(const char *text, gsize size)
{
    g_autofree char *copy = g_strndup(text, size);
    g_auto(GStrv) crlf = g_strsplit(copy, "\r\n", -1);
    g_autofree char *lf = g_strjoinv("\n", crlf);
    gsize length;

    g_strdelimit(lf, "\r", '\n');
    length = strlen(lf);
    if (length > 0 && lf[length - 1] == '\n')
        lf[length - 1] = '\0';
    return g_strsplit(lf, "\n", -1);
}

static gboolean read_declaration(Bag *bag)
{
    const ArchiveMember *member = archive_find(bag->archive, "bagit.txt");
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = NULL;
    g_auto(GStrv) lines = NULL;
    const char *text;
    gsize size;

    if (member == NULL || member->kind != ARCHIVE_FILE) {
        judge_find(bag->judge, FOUND_NO_BAGIT, "bagit.txt", "%s", "");
        return FALSE;
    }
    bytes = archive_read_all(bag->archive, member, BAGIT_MAX_BYTES, &error);
    if (bytes == NULL) {
        judge_find(bag->judge, FOUND_READ, "bagit.txt", "%s", error->message);
        return FALSE;
    }
    text = g_bytes_get_data(bytes, &size);
    if (size == 0)
        return malformed(bag, "empty");
    if (size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
        return malformed(bag, "byte order mark");
    if (!g_utf8_validate(text, (gssize)size, NULL))
        return malformed(bag, "not UTF-8");
    lines = split_lines(text, size);
    return judge_declaration(bag, lines);
}

/* One element of bag-info.txt while its continuation lines are gathered. */
typedef struct {
    GString *label, *value;
    gboolean oxum_seen, count_seen;
    guint64 octets, files; /* of the payload as it is */
} Info;

static void judge_oxum(Bag *bag, const char *path, const char *value, Info *info)
{
    const char *dot = strchr(value, '.');
    g_autofree char *octets = dot != NULL ? g_strndup(value, (gsize)(dot - value)) : NULL;
    guint64 stated_octets, stated_files;

    if (info->oxum_seen)
        judge_find(bag->judge, FOUND_INFO_ONCE, path, "Payload-Oxum");
    info->oxum_seen = TRUE;
    if (dot == NULL ||
        !g_ascii_string_to_unsigned(octets, 10, 0, G_MAXUINT64, &stated_octets, NULL) ||
        !g_ascii_string_to_unsigned(dot + 1, 10, 0, G_MAXUINT64, &stated_files, NULL)) {
        judge_find(bag->judge, FOUND_OXUM_FORM, path, "%s", value);
        return;
    }
    /* A hole is reported as one; the Oxum of an incomplete bag counts what is still to come. */
    if (bag->fetch == NULL && (stated_octets != info->octets || stated_files != info->files))
        judge_find(bag->judge, FOUND_OXUM, path,
                   "expected %s, found %" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT, value,
                   info->octets, info->files);
}

static void take_count(Bag *bag, const char *path, const char *value, Info *info)
{
    VerifySummary *summary = bag->judge->summary;
    guint number, total;
    char rest;

    if (info->count_seen)
        judge_find(bag->judge, FOUND_INFO_ONCE, path, "Bag-Count");
    info->count_seen = TRUE;
    if (sscanf(value, "%9u of %9u%c", &number, &total, &rest) == 2) {
        summary->volume = number;
        summary->volumes = total;
    }
}

static gboolean is_date(const char *value)
{
    for (guint i = 0; i < 10; i++)
        if (i == 4 || i == 7 ? value[i] != '-' : !g_ascii_isdigit(value[i]))
            return FALSE;
    return value[10] == '\0';
}

static void end_element(Bag *bag, const char *path, Info *info)
{
    const char *label = g_strchomp(info->label->str), *value = g_strstrip(info->value->str);

    if (g_ascii_strcasecmp(label, "Payload-Oxum") == 0)
        judge_oxum(bag, path, value, info);
    else if (g_ascii_strcasecmp(label, "Bag-Count") == 0)
        take_count(bag, path, value, info);
    else if (g_ascii_strcasecmp(label, "Bag-Group-Identifier") == 0)
        g_strlcpy(bag->judge->summary->group, value, sizeof bag->judge->summary->group);
    else if (g_ascii_strcasecmp(label, "Bagging-Date") == 0 && !is_date(value))
        judge_find(bag->judge, FOUND_INFO_DATE, path, "%s", value);
    g_string_truncate(info->label, 0);
    g_string_truncate(info->value, 0);
}

static void info_line(Bag *bag, const char *path, const char *line, guint64 number, void *data)
{
    Info *info = data;
    const char *colon = strchr(line, ':');
    gboolean strict = bag->version >= BAG_VERSION_1_0;

    if ((*line == ' ' || *line == '\t') && info->label->len > 0) {
        if (info->value->len < TAG_LINE_MAX)
            g_string_append(info->value, line);
        return;
    }
    end_element(bag, path, info);
    if (*line == '\0' && !strict)
        return;
    if (colon == NULL || colon == line || *line == ' ' || *line == '\t' ||
        (strict && !(colon[1] == ' ' || colon[1] == '\t')) || (strict && colon[-1] == ' ')) {
        judge_find(bag->judge, strict ? FOUND_INFO_LINE : FOUND_INFO_LINE_OLD, path,
                   "line %" G_GUINT64_FORMAT, number);
        return;
    }
    g_string_append_len(info->label, line, colon - line);
    g_string_append(info->value, colon + 1);
}

/* bag-info.txt was package-info.txt before 0.96. */
static void judge_info(Bag *bag)
{
    static const char *const names[] = {"bag-info.txt", "package-info.txt"};
    Info info = {.label = g_string_new(NULL), .value = g_string_new(NULL)};

    info.octets = bag->judge->summary->bytes;
    info.files = bag->judge->summary->files;
    for (gsize i = 0; i < (bag->version < 96 ? 2 : 1); i++) {
        const ArchiveMember *member = archive_find(bag->archive, names[i]);

        if (member == NULL || member->kind != ARCHIVE_FILE)
            continue;
        bag_each_line(bag, member, info_line, &info);
        end_element(bag, member->path, &info);
    }
    g_string_free(info.label, TRUE);
    g_string_free(info.value, TRUE);
}

/* Links and devices, the payload folder, and what the payload amounts to. */
static void judge_members(Bag *bag)
{
    VerifySummary *summary = bag->judge->summary;
    gboolean has_data = FALSE;

    for (guint i = 0; i < archive_count(bag->archive); i++) {
        const ArchiveMember *member = archive_member(bag->archive, i);

        if (member->kind == ARCHIVE_LINK)
            judge_find(bag->judge, FOUND_LINK, member->path, "%s", "");
        if (member->kind == ARCHIVE_SPECIAL)
            judge_find(bag->judge, FOUND_SPECIAL, member->path, "%s", "");
        if (bag_is_payload(member->path) ||
            (strcmp(member->path, "data") == 0 && member->kind == ARCHIVE_SUBFOLDER))
            has_data = TRUE;
        if (!bag_is_payload(member->path) || member->kind != ARCHIVE_FILE)
            continue;
        summary->files++;
        summary->bytes += member->size;
    }
    if (!has_data)
        judge_find(bag->judge, FOUND_NO_DATA, "data", "%s", "");
}

gint64 bag_fold(const char *path)
{
    g_autofree char *plain = g_utf8_normalize(path, -1, G_NORMALIZE_NFC);
    g_autofree char *folded = g_utf8_casefold(plain != NULL ? plain : path, -1);
    guint8 digest[SHA256_DIGEST_SIZE];
    gint64 key;

    sha256_of(folded, strlen(folded), digest);
    memcpy(&key, digest, sizeof key);
    return key;
}

/* Names that some file system takes for one, and left-overs of desktops (RFC 8493, 6.1.2.2). */
static void judge_names(Bag *bag)
{
    guint count = archive_count(bag->archive);

    bag->folds = g_new(gint64, count);
    bag->folded = g_hash_table_new(g_int64_hash, g_int64_equal);
    for (guint i = 0; i < count; i++) {
        const char *path = archive_member(bag->archive, i)->path;
        g_autofree char *name = g_path_get_basename(path);

        bag->folds[i] = bag_fold(path);
        if (!g_hash_table_add(bag->folded, &bag->folds[i]))
            judge_find(bag->judge, FOUND_SIMILAR, path, "%s", "");
        if (g_ascii_strcasecmp(name, "Thumbs.db") == 0 || strcmp(name, ".DS_Store") == 0 ||
            g_str_has_prefix(name, "._"))
            judge_find(bag->judge, FOUND_SYSTEM_FILE, path, "%s", "");
    }
}

/* Files that a list names, of the payload or not. */
static GArray *listed_members(const Bag *bag, const Expected *expected, gboolean payload)
{
    GArray *members = g_array_new(FALSE, FALSE, sizeof(guint));

    for (guint i = 0; i < archive_count(bag->archive); i++) {
        const ArchiveMember *member = archive_member(bag->archive, i);

        if (member->kind == ARCHIVE_FILE && bag_is_payload(member->path) == payload &&
            expected_kinds(expected, i) != 0)
            g_array_append_val(members, i);
    }
    return members;
}

static void judge_content(Bag *bag)
{
    g_autoptr(GArray) tags = listed_members(bag, &bag->tags, FALSE);
    g_autoptr(GArray) payload = listed_members(bag, &bag->payload, TRUE);
    Found found[HASH_COUNT];

    for (HashKind kind = 0; kind < HASH_COUNT; kind++)
        found[kind] = FOUND_DIGEST;
    bag->judge->total_bytes = judge_bytes(bag->judge, tags);
    if (bag->judge->options->level == VERIFY_FULL)
        bag->judge->total_bytes += judge_bytes(bag->judge, payload);
    judge_digests(bag->judge, &bag->tags, tags, found);
    if (bag->judge->options->level != VERIFY_FULL)
        return;
    bag->judge->summary->digested =
        judge_payload(bag->judge, &bag->payload, payload, found, FOUND_DECODE);
}

void judge_bag(Judge *judge)
{
    g_auto(Bag) bag = {.judge = judge, .archive = judge->archive};

    judge->summary->kind = VERIFY_BAG;
    judge_members(&bag);
    if (!read_declaration(&bag))
        return;
    expected_init(&bag.payload, archive_count(judge->archive));
    expected_init(&bag.tags, archive_count(judge->archive));
    judge_names(&bag);
    bag_judge_lists(&bag);
    judge_info(&bag);
    bag_judge_volumes(&bag);
    bag_judge_audit(&bag);
    judge_content(&bag);
}
