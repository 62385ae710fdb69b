/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/archive_list.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define UNPACKED_FLOOR_BYTES (G_GUINT64_CONSTANT(64) * 1024 * 1024)

struct ArchiveReader {
    const Archive *archive;
    const ArchiveMember *member;
    Fd fd;           /* of the file itself, in a folder; -1 in an archive */
    guint64 offset;  /* next byte to read */
    guint64 left;    /* packed bytes not read yet */
    guint64 given;   /* content bytes handed out */
    guint32 crc;     /* of those */
    z_stream *flate; /* NULL unless deflated */
    guint8 *packed;  /* its input block */
};

gboolean archive_refuse(const Archive *archive, const char *path, const char *why, GError **error)
{
    g_autofree char *shown = g_utf8_make_valid(path, (gssize)strnlen(path, 200));

    return error_set(error, ERROR_ARCHIVE_HOSTILE, "%s: %s: %s", archive->name, shown, why);
}

gboolean archive_damaged(const Archive *archive, guint64 offset, const char *why, GError **error)
{
    return error_set(error, ERROR_BUNDLE_INVALID, "%s: %s at byte %" G_GUINT64_FORMAT,
                     archive->name, why, offset);
}

gboolean archive_pread(const Archive *archive, void *bytes, gsize size, guint64 offset,
                       GError **error)
{
    guint8 *next = bytes;

    while (size > 0) {
        ssize_t n = file_pread(archive->fd, next, size, (gint64)offset);

        if (n < 0)
            return error_set_errno(error, ERROR_IO, errno, "%s", archive->name);
        if (n == 0)
            return archive_damaged(archive, offset, "cut", error);
        next += n;
        offset += (guint64)n;
        size -= (gsize)n;
    }
    return TRUE;
}

/* Why a path must not stand in an archive; NULL if it may. A trailing '/' is cut already. */
static const char *path_fault(const char *path)
{
    gsize length = strlen(path);

    if (length == 0 || length > ARCHIVE_PATH_MAX)
        return length == 0 ? "empty name" : "name too long";
    if (!g_utf8_validate(path, (gssize)length, NULL))
        return "name is not UTF-8";
    return path[0] == '/' ? "absolute path" : NULL;
}

/* What a file system allows but an archive must not carry to another. BagIt allows line ends. */
static const char *portable_fault(const char *path)
{
    if (path[0] == '~')
        return "absolute path";
    if (g_ascii_isalpha(path[0]) && path[1] == ':')
        return "drive in the name";
    for (const char *p = path; *p != '\0'; p++) {
        if (((guchar)*p < 0x20 && *p != '\n' && *p != '\r') || *p == 0x7f)
            return "control byte in the name";
        if (*p == '\\')
            return "backslash in the name";
    }
    return NULL;
}

static const char *parts_fault(const char *path)
{
    for (const char *part = path;;) {
        gsize length = strcspn(part, "/");

        if (length == 0)
            return "empty part in the name";
        if (length > 255)
            return "name too long";
        if ((length == 1 && part[0] == '.') || (length == 2 && part[0] == '.' && part[1] == '.'))
            return "climbing path";
        if (part[length] == '\0')
            return NULL;
        part += length + 1;
    }
}

/* Cut the base folder: the first member decides it, every other must stand in the same one.
 * *path is "" for the base folder itself. */
static gboolean cut_base(Archive *archive, const char **path, const ArchiveMember *member,
                         GError **error)
{
    gsize length = strcspn(*path, "/");
    gboolean at_top = (*path)[length] == '\0' && member->kind == ARCHIVE_FILE;

    if (archive->form == ARCHIVE_FOLDER || archive->limits.flat)
        return TRUE;
    if (archive->members->len == 0 && archive->base == NULL && !at_top)
        archive->base = g_strndup(*path, length);
    if (archive->base == NULL)
        return TRUE; /* the first stood at the top: no base folder, for the caller to judge */
    if (strlen(archive->base) != length || strncmp(archive->base, *path, length) != 0 || at_top)
        return archive_refuse(archive, *path, "outside the base folder", error);
    *path += (*path)[length] == '\0' ? length : length + 1;
    return TRUE;
}

/* A folder above the path that is known as a file is a contradiction. */
static gboolean parents_are_folders(const Archive *archive, const char *path, GError **error)
{
    g_autofree char *parent = g_strdup(path);
    char *slash;

    while ((slash = strrchr(parent, '/')) != NULL) {
        const ArchiveMember *above;

        *slash = '\0';
        above = archive_find(archive, parent);
        if (above != NULL && above->kind == ARCHIVE_FILE)
            return archive_refuse(archive, path, "stands below a file", error);
        if (above != NULL)
            return TRUE; /* its own parents were looked at when it came */
    }
    return TRUE;
}

static guint64 unpacked_limit(const Archive *archive)
{
    if (archive->limits.unpacked_max != 0)
        return archive->limits.unpacked_max;
    return archive->size * ARCHIVE_RATIO_MAX + UNPACKED_FLOOR_BYTES;
}

static gboolean within_limits(Archive *archive, const char *path, const ArchiveMember *member,
                              GError **error)
{
    guint64 members_max =
        archive->limits.members_max != 0 ? archive->limits.members_max : ARCHIVE_MEMBERS_MAX;

    if (archive->members->len >= members_max)
        return archive_refuse(archive, path, "more members than the limit", error);
    if (archive->form != ARCHIVE_FOLDER &&
        (!g_uint64_checked_add(&archive->unpacked, archive->unpacked, member->size) ||
         archive->unpacked > unpacked_limit(archive)))
        return archive_refuse(archive, path, "unpacks to more than the limit", error);
    return TRUE;
}

/* The path as it is kept: leading "./" and trailing '/' cut. */
static char *tidy_path(const char *path)
{
    char *tidy;
    gsize length;

    while (path[0] == '.' && path[1] == '/')
        path += 2;
    tidy = g_strdup(strcmp(path, ".") == 0 ? "" : path);
    length = strlen(tidy);
    if (length > 1 && tidy[length - 1] == '/')
        tidy[length - 1] = '\0';
    return tidy;
}

static void keep_member(Archive *archive, const char *path, ArchiveMember *member)
{
    member->path = g_string_chunk_insert(archive->paths, path);
    g_array_append_vals(archive->members, member, 1);
    g_hash_table_insert(archive->by_path, (char *)member->path,
                        GUINT_TO_POINTER(archive->members->len));
}

gboolean archive_add(Archive *archive, const char *path, const ArchiveMember *member,
                     GError **error)
{
    g_autofree char *tidy = tidy_path(path);
    const char *below = tidy, *fault;
    ArchiveMember kept = *member;

    if (*tidy == '\0' && member->kind == ARCHIVE_SUBFOLDER)
        return TRUE; /* "./": the place where the archive was made */
    fault = path_fault(tidy);
    if (fault == NULL)
        fault = parts_fault(tidy);
    if (fault == NULL && archive->form != ARCHIVE_FOLDER)
        fault = portable_fault(tidy);
    if (fault != NULL)
        return archive_refuse(archive, path, fault, error);
    if (!cut_base(archive, &below, member, error) || !within_limits(archive, path, member, error))
        return FALSE;
    if (*below == '\0')
        return TRUE;
    if (archive->form != ARCHIVE_FOLDER && !parents_are_folders(archive, below, error))
        return FALSE;
    if (archive_find(archive, below) != NULL)
        return archive_refuse(archive, path, "stands twice", error);
    keep_member(archive, below, &kept);
    return TRUE;
}

/* A file that was listed after something below it ("a/b", then "a"). */
static gboolean files_hold_nothing(const Archive *archive, GError **error)
{
    for (guint i = 0; archive->form != ARCHIVE_FOLDER && i < archive->members->len; i++)
        if (!parents_are_folders(archive, archive_member(archive, i)->path, error))
            return FALSE;
    return TRUE;
}

static gboolean list_members(Archive *archive, GError **error)
{
    if (archive->form == ARCHIVE_FOLDER)
        return archive_list_folder(archive, error);
    if (archive_is_tar(archive)) {
        archive->form = ARCHIVE_TAR;
        return archive_list_tar(archive, error);
    }
    if (archive_is_zip(archive)) {
        archive->form = ARCHIVE_ZIP;
        return archive_list_zip(archive, error);
    }
    return error_set(error, ERROR_FORMAT, "%s: no folder, tar or zip", archive->name);
}

static gboolean open_file(Archive *archive, GError **error)
{
    struct stat info;

    /* O_NONBLOCK: a pipe must not hang us before fstat tells what it is. */
    archive->fd = open(archive->name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (archive->fd < 0 || fstat(archive->fd, &info) != 0)
        return error_set_errno(error, ERROR_NO_FILE, errno, "%s", archive->name);
    if (!S_ISDIR(info.st_mode) && !S_ISREG(info.st_mode))
        return error_set(error, ERROR_FORMAT, "%s: no folder, tar or zip", archive->name);
    archive->form = S_ISDIR(info.st_mode) ? ARCHIVE_FOLDER : ARCHIVE_TAR;
    archive->size = (guint64)info.st_size;
    return TRUE;
}

static Archive *archive_new(const char *path, const ArchiveLimits *limits)
{
    Archive *archive = g_new0(Archive, 1);

    archive->fd = -1;
    archive->name = g_strdup(path);
    archive->members = g_array_new(FALSE, FALSE, sizeof(ArchiveMember));
    archive->by_path = g_hash_table_new(g_str_hash, g_str_equal);
    archive->inodes = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    archive->paths = g_string_chunk_new(ARCHIVE_BLOCK_BYTES);
    if (limits != NULL)
        archive->limits = *limits;
    return archive;
}

Archive *archive_open(const char *path, const ArchiveLimits *limits, GError **error)
{
    g_autoptr(Archive) archive = archive_new(path, limits);

    if (!open_file(archive, error) || !list_members(archive, error) ||
        !files_hold_nothing(archive, error))
        return NULL;
    return g_steal_pointer(&archive);
}

Archive *archive_open_lone(const char *path, GError **error)
{
    g_autoptr(Archive) archive = archive_new(path, NULL);
    g_autofree char *name = g_path_get_basename(path), *shown = g_utf8_make_valid(name, -1);
    ArchiveMember member = {.kind = ARCHIVE_FILE};

    if (!open_file(archive, error))
        return NULL;
    if (archive->form == ARCHIVE_FOLDER) {
        error_set(error, ERROR_FORMAT, "%s: a folder", path);
        return NULL;
    }
    archive->form = ARCHIVE_LONE;
    member.size = member.packed = archive->size;
    keep_member(archive, shown, &member);
    return g_steal_pointer(&archive);
}

void archive_free(Archive *archive)
{
    fd_close(archive->fd);
    g_hash_table_unref(archive->by_path);
    g_hash_table_unref(archive->inodes);
    g_array_unref(archive->members);
    g_string_chunk_free(archive->paths);
    g_free(archive->base);
    g_free(archive->name);
    g_free(archive);
}

ArchiveForm archive_form(const Archive *archive)
{
    return archive->form;
}

const char *archive_base(const Archive *archive)
{
    return archive->base;
}

guint archive_count(const Archive *archive)
{
    return archive->members->len;
}

const ArchiveMember *archive_member(const Archive *archive, guint index)
{
    return &g_array_index(archive->members, ArchiveMember, index);
}

const ArchiveMember *archive_find(const Archive *archive, const char *path)
{
    guint index = GPOINTER_TO_UINT(g_hash_table_lookup(archive->by_path, path));

    return index != 0 ? archive_member(archive, index - 1) : NULL;
}

guint archive_index(const Archive *archive, const ArchiveMember *member)
{
    return (guint)(member - archive_member(archive, 0));
}

static gboolean reader_begin(ArchiveReader *reader, GError **error)
{
    const Archive *archive = reader->archive;
    const ArchiveMember *member = reader->member;

    reader->left = member->packed;
    reader->offset = member->offset;
    if (archive->form != ARCHIVE_FOLDER)
        return TRUE;
    reader->fd = openat(archive->fd, member->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (reader->fd < 0)
        return error_set_errno(error, ERROR_NO_FILE, errno, "%s/%s", archive->name, member->path);
    return TRUE;
}

static gboolean flate_begin(ArchiveReader *reader, GError **error)
{
    reader->flate = g_new0(z_stream, 1);
    reader->packed = g_malloc(ARCHIVE_BLOCK_BYTES);
    if (inflateInit2(reader->flate, -MAX_WBITS) == Z_OK)
        return TRUE;
    /* uncovered: zlib finds no memory */
    g_clear_pointer(&reader->flate, g_free);
    /* uncovered: the same */
    return error_set(error, ERROR_INTERNAL, "inflate does not start");
}

ArchiveReader *archive_reader_new(const Archive *archive, const ArchiveMember *member,
                                  GError **error)
{
    g_autoptr(ArchiveReader) reader = g_new0(ArchiveReader, 1);

    reader->archive = archive;
    reader->member = member;
    reader->fd = -1;
    if (!reader_begin(reader, error) || (member->deflated && !flate_begin(reader, error)))
        return NULL;
    return g_steal_pointer(&reader);
}

int archive_reader_fd(const ArchiveReader *reader)
{
    if (reader->fd >= 0)
        return reader->fd;
    return reader->archive->form == ARCHIVE_LONE ? reader->archive->fd : -1;
}

/* Up to `room` bytes as they stand in the file; 0 at the end of the member. */
static gssize read_packed(ArchiveReader *reader, void *bytes, gsize room, GError **error)
{
    int fd = reader->fd >= 0 ? reader->fd : reader->archive->fd;
    ssize_t n;

    if (reader->left == 0)
        return 0;
    n = file_pread(fd, bytes, MIN(room, reader->left), (gint64)reader->offset);
    if (n < 0) {
        error_set_errno(error, ERROR_IO, errno, "%s: %s", reader->archive->name,
                        reader->member->path);
        return -1;
    }
    if (n == 0) {
        error_set(error, ERROR_BUNDLE_INVALID, "%s: %s: cut", reader->archive->name,
                  reader->member->path);
        return -1;
    }
    reader->offset += (guint64)n;
    reader->left -= (guint64)n;
    return n;
}

static gssize flate_fault(const ArchiveReader *reader, const char *why, GError **error)
{
    error_set(error, ERROR_BUNDLE_INVALID, "%s: %s: %s", reader->archive->name,
              reader->member->path, why);
    return -1;
}

static gssize read_deflated(ArchiveReader *reader, void *bytes, gsize room, GError **error)
{
    z_stream *flate = reader->flate;
    int status = Z_OK;

    flate->next_out = bytes;
    flate->avail_out = (uInt)MIN(room, G_MAXINT);
    while (flate->next_out == bytes && status != Z_STREAM_END) {
        if (flate->avail_in == 0) {
            gssize n = read_packed(reader, reader->packed, ARCHIVE_BLOCK_BYTES, error);

            if (n < 0)
                return -1;
            if (n == 0)
                return reader->given == reader->member->size
                           ? 0
                           : flate_fault(reader, "the compressed data end early", error);
            flate->next_in = reader->packed;
            flate->avail_in = (uInt)n;
        }
        status = inflate(flate, Z_NO_FLUSH);
        if (status != Z_OK && status != Z_STREAM_END)
            return flate_fault(reader, "the compressed data are damaged", error);
    }
    return (gssize)(flate->next_out - (guint8 *)bytes);
}

gssize archive_reader_read(ArchiveReader *reader, void *bytes, gsize room, GError **error)
{
    gssize n = reader->flate != NULL ? read_deflated(reader, bytes, room, error)
                                     : read_packed(reader, bytes, room, error);

    if (n < 0 || reader->archive->form != ARCHIVE_ZIP)
        return n;
    reader->given += (guint64)n;
    reader->crc = (guint32)crc32_z(reader->crc, bytes, (gsize)n);
    if (reader->given > reader->member->size)
        return flate_fault(reader, "unpacks to more than its header says", error);
    if (n == 0 && reader->given != reader->member->size)
        return flate_fault(reader, "unpacks to less than its header says", error);
    if (n == 0 && reader->crc != reader->member->crc) {
        error_set(error, ERROR_DIGEST, "%s: %s: the CRC-32 does not fit", reader->archive->name,
                  reader->member->path);
        return -1;
    }
    return n;
}

void archive_reader_free(ArchiveReader *reader)
{
    fd_close(reader->fd);
    if (reader->flate != NULL)
        inflateEnd(reader->flate);
    g_free(reader->flate);
    g_free(reader->packed);
    g_free(reader);
}

gboolean archive_read_at(const Archive *archive, const ArchiveMember *member, guint64 offset,
                         void *bytes, gsize size, GError **error)
{
    g_autoptr(ArchiveReader) reader = archive_reader_new(archive, member, error);
    guint8 *next = bytes;
    gssize n = 1;

    if (reader == NULL)
        return FALSE;
    if (member->deflated || offset > member->size || size > member->size - offset)
        return error_set(error, ERROR_BUNDLE_INVALID, "%s: %s: cut", archive->name, member->path);
    reader->offset += offset;
    reader->left -= offset;
    for (gsize done = 0; done < size && n > 0; done += (gsize)n)
        n = read_packed(reader, next + done, size - done, error);
    return n > 0 || size == 0;
}

GBytes *archive_read_all(const Archive *archive, const ArchiveMember *member, gsize max,
                         GError **error)
{
    g_autoptr(ArchiveReader) reader = archive_reader_new(archive, member, error);
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    guint8 block[4096];
    gssize n;

    if (reader == NULL)
        return NULL;
    if (member->size > max) {
        error_set(error, ERROR_TOO_LARGE, "%s: over %" G_GSIZE_FORMAT " bytes", member->path, max);
        return NULL;
    }
    while ((n = archive_reader_read(reader, block, sizeof block, error)) > 0)
        g_byte_array_append(bytes, block, (guint)n);
    return n == 0 ? g_byte_array_free_to_bytes(g_steal_pointer(&bytes)) : NULL;
}
