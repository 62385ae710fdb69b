/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/bag.h"

#include "appliance/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PART_MAX_BYTES  64
#define PATH_MAX_BYTES  180
#define LINE_CHARACTERS 79 /* of bag-info.txt, RFC 8493, 2.2.2 */

#define BAGIT_TEXT "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

/* How to check a bag without us: stands in every bag. */
#define README_TEXT                                                                                                 \
    "This folder is a bag (BagIt 1.0, RFC 8493): data/ holds the content, the manifests hold a\n"                   \
    "digest of every file. Any BagIt tool checks it; so do two commands, run in this folder:\n"                     \
    "\n"                                                                                                            \
    "    sha512sum -c --quiet manifest-sha512.txt\n"                                                                \
    "    sha512sum -c --quiet tagmanifest-sha512.txt\n"                                                             \
    "\n"                                                                                                            \
    "They print nothing when every file is whole.\n"                                                                \
    "\n"                                                                                                            \
    "本文件夹是一个 BagIt 1.0 数据包 (RFC 8493): data/ 为内容, manifest 为每个文件的摘要。\n" \
    "任何 BagIt 工具都能检验; 在本文件夹内运行上面两条命令也可以, 没有输出即为完好。\n"

typedef enum {
    SOURCE_PATH,
    SOURCE_FD,
    SOURCE_BYTES,
    SOURCE_MANIFEST, /* made from the list of files each time it is read */
} SourceKind;

typedef enum {
    MANIFEST_SHA256,
    MANIFEST_SHA512,
} Algorithm;

typedef struct {
    const char *path;
    SourceKind kind;
    union {
        const char *path;
        int fd;
        GBytes *bytes;
        struct {
            GArray *files; /* of BagItem */
            Algorithm algorithm;
        } manifest;
    } source;
    guint64 size;
    gboolean sha256_known, sha512_known;
    Digests digests;
} BagItem;

struct BagWriter {
    BagOptions options;
    char *path, *name;
    GString *info; /* bag-info.txt so far */
    GStringChunk *texts;
    GHashTable *folded; /* lower-case paths, for twins */
    GArray *payload;    /* of BagItem */
    GArray *tags;       /* of BagItem, without tag manifests */
    GArray *tag_manifests;
    gboolean closed;
    guint64 done, total; /* bytes, for progress */
    guint8 block[ARCHIVE_BLOCK_BYTES];
};

/* Receives what a source gives, block by block. */
typedef gboolean (*Sink)(void *data, const void *bytes, gsize size, GError **error);

static gboolean is_reserved_on_windows(const char *part, gsize length)
{
    static const char *const names[] = {"con", "prn", "aux", "nul"};
    gsize stem = strcspn(part, "./");

    stem = MIN(stem, length);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        if (stem == 3 && g_ascii_strncasecmp(part, names[i], 3) == 0)
            return TRUE;
    return stem == 4 &&
           (g_ascii_strncasecmp(part, "com", 3) == 0 || g_ascii_strncasecmp(part, "lpt", 3) == 0) &&
           g_ascii_isdigit(part[3]);
}

static const char *part_fault(const char *part, gsize length)
{
    if (length == 0 || length > PART_MAX_BYTES)
        return length == 0 ? "an empty part" : "a part over 64 bytes";
    if (part[0] == '.' || part[0] == '-')
        return "a leading dot or dash";
    if (part[length - 1] == '.')
        return "a trailing dot";
    for (gsize i = 0; i < length; i++)
        if (!g_ascii_isalnum(part[i]) && strchr("._-", part[i]) == NULL)
            return "a character outside A-Z a-z 0-9 . _ -";
    return is_reserved_on_windows(part, length) ? "a name that Windows reserves" : NULL;
}

const char *bag_path_fault(const char *path)
{
    const char *fault;

    if (strlen(path) > PATH_MAX_BYTES)
        return "over 180 bytes";
    for (const char *part = path;; part++) {
        gsize length = strcspn(part, "/");

        fault = part_fault(part, length);
        part += length;
        if (fault != NULL || *part == '\0')
            return fault;
    }
}

/* One "Label: value", folded at blanks so that no line is longer than it should be. */
static void add_field(GString *info, const BagField *field)
{
    g_autofree char *value = g_strdelimit(g_strdup(field->value), "\r\n\t", ' ');
    g_auto(GStrv) words = g_strsplit(value, " ", -1);
    glong column = g_utf8_strlen(field->label, -1) + 1;

    g_string_append_printf(info, "%s:", field->label);
    for (char **word = words; *word != NULL; word++) {
        glong length = g_utf8_strlen(*word, -1);

        if (**word == '\0')
            continue;
        if (word != words && column + 1 + length > LINE_CHARACTERS) {
            g_string_append(info, "\n   ");
            column = 3;
        }
        g_string_append_printf(info, " %s", *word);
        column += 1 + length;
    }
    g_string_append_c(info, '\n');
}

static gboolean field_is_valid(const BagField *field)
{
    return *field->label != '\0' && strpbrk(field->label, ":\r\n") == NULL &&
           !g_ascii_isspace(*field->label) && g_utf8_validate(field->label, -1, NULL) &&
           g_utf8_validate(field->value, -1, NULL) &&
           g_ascii_strcasecmp(field->label, "Payload-Oxum") != 0;
}

static void item_clear(gpointer data)
{
    BagItem *item = data;

    if (item->kind == SOURCE_BYTES)
        g_bytes_unref(item->source.bytes);
}

static GArray *items_new(void)
{
    GArray *items = g_array_new(FALSE, FALSE, sizeof(BagItem));

    g_array_set_clear_func(items, item_clear);
    return items;
}

BagWriter *bag_writer_new(const BagOptions *options, GError **error)
{
    g_autoptr(BagWriter) writer = g_new0(BagWriter, 1);
    const char *fault = part_fault(options->name, strlen(options->name));

    writer->options = *options;
    writer->path = g_strdup(options->path);
    writer->name = g_strdup(options->name);
    writer->info = g_string_new(NULL);
    writer->texts = g_string_chunk_new(ARCHIVE_BLOCK_BYTES);
    writer->folded = g_hash_table_new(g_str_hash, g_str_equal);
    writer->payload = items_new();
    writer->tags = items_new();
    writer->tag_manifests = items_new();
    if (fault != NULL) {
        error_set(error, ERROR_INVALID, "bag name '%s': %s", options->name, fault);
        return NULL;
    }
    for (gsize i = 0; i < options->n_fields; i++) {
        if (!field_is_valid(&options->fields[i])) {
            error_set(error, ERROR_INVALID, "bag-info field '%s'", options->fields[i].label);
            return NULL;
        }
        add_field(writer->info, &options->fields[i]);
    }
    return g_steal_pointer(&writer);
}

void bag_writer_free(BagWriter *writer)
{
    g_array_unref(writer->tag_manifests);
    g_array_unref(writer->tags);
    g_array_unref(writer->payload);
    g_hash_table_unref(writer->folded);
    g_string_chunk_free(writer->texts);
    g_string_free(writer->info, TRUE);
    g_free(writer->name);
    g_free(writer->path);
    g_free(writer);
}

/* Names that the writer gives itself. */
static gboolean is_reserved(const char *path)
{
    return strcmp(path, "bagit.txt") == 0 || strcmp(path, "bag-info.txt") == 0 ||
           strcmp(path, "README.txt") == 0 || strcmp(path, "fetch.txt") == 0 ||
           g_str_has_prefix(path, "manifest-") || g_str_has_prefix(path, "tagmanifest-");
}

/* A name within the rules, in its right place, and new. */
static gboolean check_path(BagWriter *writer, const char *path, GError **error)
{
    const char *fault = bag_path_fault(path);
    gboolean in_payload = g_str_has_prefix(path, "data/");
    g_autofree char *folded = g_ascii_strdown(path, -1);

    if (fault == NULL && in_payload == writer->closed)
        fault = in_payload ? "the payload is closed" : "payload stands in data/";
    if (fault == NULL && is_reserved(path))
        fault = "the writer makes this file itself";
    if (fault == NULL && g_hash_table_contains(writer->folded, folded))
        fault = "stands twice";
    if (fault != NULL)
        return error_set(error, ERROR_INVALID, "%s: %s", path, fault);
    g_hash_table_add(writer->folded, g_string_chunk_insert(writer->texts, folded));
    return TRUE;
}

static gboolean add_item(BagWriter *writer, const char *path, BagItem *item, const BagKnown *known,
                         GError **error)
{
    if (!check_path(writer, path, error))
        return FALSE;
    /* No reader of ours takes more members; the manifests and other own files are some ten. */
    if (writer->payload->len + writer->tags->len + 16 > ARCHIVE_MEMBERS_MAX)
        return error_set(error, ERROR_TOO_LARGE, "%s: more than %d files: use volumes", path,
                         ARCHIVE_MEMBERS_MAX);
    item->path = g_string_chunk_insert(writer->texts, path);
    item->sha256_known = known != NULL && known->sha256 != NULL;
    item->sha512_known = known != NULL && known->sha512 != NULL;
    if (item->sha256_known)
        memcpy(item->digests.sha256, known->sha256, sizeof item->digests.sha256);
    if (item->sha512_known)
        memcpy(item->digests.sha512, known->sha512, sizeof item->digests.sha512);
    g_array_append_val(writer->closed ? writer->tags : writer->payload, *item);
    return TRUE;
}

gboolean bag_add_path(BagWriter *writer, const char *path, const char *source,
                      const BagKnown *known, GError **error)
{
    struct stat info;
    BagItem item = {.kind = SOURCE_PATH};

    if (stat(source, &info) != 0 || !S_ISREG(info.st_mode))
        return error_set_errno(error, ERROR_NO_FILE, errno, "%s", source);
    item.size = (guint64)info.st_size;
    item.source.path = g_string_chunk_insert(writer->texts, source);
    return add_item(writer, path, &item, known, error);
}

gboolean bag_add_fd(BagWriter *writer, const char *path, int fd, const BagKnown *known,
                    GError **error)
{
    struct stat info;
    BagItem item = {.kind = SOURCE_FD};

    if (fstat(fd, &info) != 0)
        return error_set_errno(error, ERROR_NO_FILE, errno, "%s", path);
    item.size = (guint64)info.st_size;
    item.source.fd = fd;
    return add_item(writer, path, &item, known, error);
}

gboolean bag_add_bytes(BagWriter *writer, const char *path, GBytes *bytes, GError **error)
{
    BagItem item = {.kind = SOURCE_BYTES, .size = g_bytes_get_size(bytes)};

    item.source.bytes = g_bytes_ref(bytes);
    if (add_item(writer, path, &item, NULL, error))
        return TRUE;
    g_bytes_unref(bytes);
    return FALSE;
}

static gboolean report(BagWriter *writer, gsize size, GError **error)
{
    writer->done += size;
    if (writer->options.progress != NULL &&
        !writer->options.progress(writer->done, writer->total, writer->options.progress_data))
        return error_set(error, ERROR_CANCELLED, "%s", writer->path);
    return TRUE;
}

static gboolean feed_file(BagWriter *writer, const BagItem *item, Sink sink, void *data,
                          GError **error)
{
    g_auto(Fd) own = -1;
    int fd = item->source.fd;
    off_t offset = 0;

    if (item->kind == SOURCE_PATH)
        fd = own = open(item->source.path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return error_set_errno(error, ERROR_NO_FILE, errno, "%s", item->source.path);
    for (;;) {
        ssize_t n = file_pread(fd, writer->block, sizeof writer->block, offset);

        if (n < 0)
            return error_set_errno(error, ERROR_IO, errno, "%s", item->path);
        if (n == 0)
            return TRUE;
        if (!sink(data, writer->block, (gsize)n, error) || !report(writer, (gsize)n, error))
            return FALSE;
        offset += n;
    }
}

/* One line for each file of the list. */
static gboolean feed_manifest(const BagItem *item, Sink sink, void *data, GError **error)
{
    const GArray *files = item->source.manifest.files;
    gboolean sha256 = item->source.manifest.algorithm == MANIFEST_SHA256, ok = TRUE;

    for (guint i = 0; ok && i < files->len; i++) {
        const BagItem *file = &g_array_index(files, BagItem, i);
        g_autofree char *hex = sha256 ? hex_encode(file->digests.sha256, SHA256_DIGEST_SIZE)
                                      : hex_encode(file->digests.sha512, SHA512_DIGEST_SIZE);
        g_autofree char *line = g_strdup_printf("%s  %s\n", hex, file->path);

        ok = sink(data, line, strlen(line), error);
    }
    return ok;
}

static gboolean feed(BagWriter *writer, const BagItem *item, Sink sink, void *data, GError **error)
{
    gsize size;
    const void *bytes;

    switch (item->kind) {
    case SOURCE_MANIFEST:
        return feed_manifest(item, sink, data, error);
    case SOURCE_BYTES:
        bytes = g_bytes_get_data(item->source.bytes, &size);
        return size == 0 || sink(data, bytes, size, error);
    default:
        return feed_file(writer, item, sink, data, error);
    }
}

typedef struct {
    DigestPass pass;
    guint64 size;
} Measure;

static gboolean sink_measure(void *data, const void *bytes, gsize size,
                             GError **error G_GNUC_UNUSED)
{
    Measure *measure = data;

    digest_update(&measure->pass, bytes, size);
    measure->size += size;
    return TRUE;
}

/* The digests of an item that does not bring both along. */
static gboolean measure_item(BagWriter *writer, BagItem *item, GError **error)
{
    Measure measure = {.size = 0};
    Digests digests;

    if (item->sha256_known && item->sha512_known)
        return TRUE;
    digest_init(&measure.pass);
    if (!feed(writer, item, sink_measure, &measure, error))
        return FALSE;
    digest_finish(&measure.pass, &digests);
    if ((item->sha256_known && memcmp(digests.sha256, item->digests.sha256, 32) != 0) ||
        (item->sha512_known && memcmp(digests.sha512, item->digests.sha512, 64) != 0))
        return error_set(error, ERROR_DIGEST, "%s", item->path);
    item->digests = digests;
    item->size = measure.size;
    item->sha256_known = item->sha512_known = TRUE;
    return TRUE;
}

static gint compare_items(gconstpointer a, gconstpointer b)
{
    return strcmp(((const BagItem *)a)->path, ((const BagItem *)b)->path);
}

static gboolean measure_all(BagWriter *writer, GArray *items, GError **error)
{
    for (guint i = 0; i < items->len; i++)
        if (!measure_item(writer, &g_array_index(items, BagItem, i), error))
            return FALSE;
    return TRUE;
}

/* A manifest over `files` as one more item of `items`. */
static gboolean add_manifest(BagWriter *writer, GArray *items, GArray *files, Algorithm algorithm,
                             GError **error)
{
    BagItem item = {.kind = SOURCE_MANIFEST};
    g_autofree char *path =
        g_strdup_printf("%smanifest-%s.txt", items == writer->tag_manifests ? "tag" : "",
                        algorithm == MANIFEST_SHA256 ? "sha256" : "sha512");

    item.path = g_string_chunk_insert(writer->texts, path);
    item.source.manifest.files = files;
    item.source.manifest.algorithm = algorithm;
    if (!measure_item(writer, &item, error))
        return FALSE; /* uncovered: its lines are made in memory */
    g_array_append_val(items, item);
    return TRUE;
}

static void add_own_bytes(BagWriter *writer, const char *path, const char *text)
{
    BagItem item = {.kind = SOURCE_BYTES, .path = path, .size = strlen(text)};

    item.source.bytes = g_bytes_new(text, strlen(text));
    g_array_append_val(writer->tags, item);
}

/* What is read: every file once for each pass it needs. */
static guint64 bytes_to_read(const BagWriter *writer, const GArray *items)
{
    guint copies = writer->options.form == ARCHIVE_ZIP ? 2 : 1;
    guint64 bytes = 0;

    for (guint i = 0; i < items->len; i++) {
        const BagItem *item = &g_array_index(items, BagItem, i);

        if (item->kind == SOURCE_PATH || item->kind == SOURCE_FD)
            bytes += item->size * (copies + !(item->sha256_known && item->sha512_known));
    }
    return bytes;
}

gboolean bag_close_payload(BagWriter *writer, BagPayload *payload, GError **error)
{
    const BagItem *manifest;

    g_return_val_if_fail(!writer->closed, FALSE);
    if (writer->payload->len == 0)
        return error_set(error, ERROR_INVALID, "%s: a bag without payload", writer->path);
    writer->closed = TRUE;
    writer->total = bytes_to_read(writer, writer->payload);
    g_array_sort(writer->payload, compare_items);
    if (!measure_all(writer, writer->payload, error) ||
        !add_manifest(writer, writer->tags, writer->payload, MANIFEST_SHA256, error) ||
        !add_manifest(writer, writer->tags, writer->payload, MANIFEST_SHA512, error))
        return FALSE;
    *payload = (BagPayload){.files = writer->payload->len};
    for (guint i = 0; i < writer->payload->len; i++)
        payload->octets += g_array_index(writer->payload, BagItem, i).size;
    manifest = &g_array_index(writer->tags, BagItem, writer->tags->len - 1);
    memcpy(payload->manifest_sha512, manifest->digests.sha512, sizeof payload->manifest_sha512);
    memcpy(payload->manifest_sha256, manifest[-1].digests.sha256, sizeof payload->manifest_sha256);
    g_string_append_printf(writer->info,
                           "Payload-Oxum: %" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT "\n",
                           payload->octets, payload->files);
    return TRUE;
}

typedef struct {
    Pack *pack;
    struct sha256_ctx sha256;
} Copy;

static gboolean sink_copy(void *data, const void *bytes, gsize size, GError **error)
{
    Copy *copy = data;

    sha256_update(&copy->sha256, size, bytes);
    return pack_write(copy->pack, bytes, size, error);
}

static gboolean sink_crc(void *data, const void *bytes, gsize size, GError **error G_GNUC_UNUSED)
{
    guint32 *crc = data;

    *crc = pack_crc(*crc, bytes, size);
    return TRUE;
}

static gboolean copy_item(BagWriter *writer, Pack *pack, const BagItem *item, GError **error)
{
    Copy copy = {.pack = pack};
    PackMember member = {.path = item->path, .size = item->size};
    guint8 digest[SHA256_DIGEST_SIZE];

    /* A zip tells it before the bytes, and reading twice costs less than writing twice. */
    if (writer->options.form == ARCHIVE_ZIP && !feed(writer, item, sink_crc, &member.crc, error))
        return FALSE;
    sha256_init(&copy.sha256);
    if (!pack_begin(pack, &member, error) || !feed(writer, item, sink_copy, &copy, error) ||
        !pack_end(pack, error))
        return FALSE;
    sha256_digest(&copy.sha256, sizeof digest, digest);
    if (memcmp(digest, item->digests.sha256, sizeof digest) != 0)
        return error_set(error, ERROR_DIGEST, "%s", item->path);
    return TRUE;
}

static gboolean copy_all(BagWriter *writer, Pack *pack, const GArray *items, GError **error)
{
    for (guint i = 0; i < items->len; i++)
        if (!copy_item(writer, pack, &g_array_index(items, BagItem, i), error))
            return FALSE;
    return TRUE;
}

/* The tag files with bagit.txt first: a reader of a stream learns at once what it has. */
static gint compare_tags(gconstpointer a, gconstpointer b)
{
    const BagItem *left = a, *right = b;
    gboolean left_first = strcmp(left->path, "bagit.txt") == 0;
    gboolean right_first = strcmp(right->path, "bagit.txt") == 0;

    return left_first != right_first ? right_first - left_first : compare_items(a, b);
}

static gboolean finish_tags(BagWriter *writer, GError **error)
{
    add_own_bytes(writer, "bagit.txt", BAGIT_TEXT);
    add_own_bytes(writer, "bag-info.txt", writer->info->str);
    add_own_bytes(writer, "README.txt", README_TEXT);
    writer->total += bytes_to_read(writer, writer->tags);
    g_array_sort(writer->tags, compare_items);
    return measure_all(writer, writer->tags, error) &&
           add_manifest(writer, writer->tag_manifests, writer->tags, MANIFEST_SHA256, error) &&
           add_manifest(writer, writer->tag_manifests, writer->tags, MANIFEST_SHA512, error);
}

static gboolean write_members(BagWriter *writer, Pack *pack, GError **error)
{
    g_autoptr(GArray) tags = g_array_new(FALSE, FALSE, sizeof(BagItem));

    /* A list of its own: the tag manifests are made again from writer->tags while it is written. */
    g_array_append_vals(tags, writer->tags->data, writer->tags->len);
    g_array_append_vals(tags, writer->tag_manifests->data, writer->tag_manifests->len);
    g_array_sort(tags, compare_tags);
    return copy_all(writer, pack, tags, error) && copy_all(writer, pack, writer->payload, error);
}

gboolean bag_write(BagWriter *writer, PackDone *done, GError **error)
{
    PackOptions options = {.form = writer->options.form,
                           .path = writer->path,
                           .base = writer->name,
                           .time_us = writer->options.time_us,
                           .sidecar = writer->options.sidecar,
                           .digest = done != NULL};
    g_autoptr(Pack) pack = NULL;

    g_return_val_if_fail(writer->closed, FALSE);
    if (!finish_tags(writer, error))
        return FALSE;
    pack = pack_new(&options, error);
    return pack != NULL && write_members(writer, pack, error) && pack_commit(pack, done, error);
}

char *bag_volume_line(guint number, const char *name, const BagPayload *payload)
{
    g_autofree char *hex = hex_encode(payload->manifest_sha512, SHA512_DIGEST_SIZE);

    return g_strdup_printf("%u %s %s %" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT "\n", number, name,
                           hex, payload->octets, payload->files);
}
