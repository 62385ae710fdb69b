/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/archive_list.h"

#include <string.h>
#include <sys/stat.h>

#define END_BYTES           22
#define END_COMMENT_MAX     65535
#define END64_BYTES         56
#define END64_LOCATOR_BYTES 20
#define CENTRAL_BYTES       46
#define LOCAL_BYTES         30
#define DESCRIPTOR_MAX      24
#define DEFLATE_RATIO_MAX   1100 /* deflate reaches 1032 */

#define SIGNATURE_LOCAL   0x04034b50
#define SIGNATURE_CENTRAL 0x02014b50
#define SIGNATURE_END     0x06054b50
#define SIGNATURE_END64   0x06064b50
#define SIGNATURE_LOCATOR 0x07064b50

enum { FLAG_ENCRYPTED = 1 << 0, FLAG_DESCRIPTOR = 1 << 3, FLAG_MASKED = 1 << 13 };
enum { METHOD_STORED = 0, METHOD_DEFLATED = 8 };
enum { MADE_BY_UNIX = 3, EXTRA_ZIP64 = 1 };

/* The central directory: where it lies and how many members it lists. */
typedef struct {
    guint64 offset, size, count;
} Directory;

/* One of its entries while it is looked at. */
typedef struct {
    ArchiveMember member;
    guint16 flags, method;
    guint64 header; /* offset of the local header */
    char *name;     /* owned */
    gsize name_length;
} Entry;

/* Bytes from the local header to behind the content: members must follow one on another. */
typedef struct {
    guint64 begin, end;
    gboolean descriptor;
} Extent;

static guint16 get16(const guint8 *p)
{
    return (guint16)(p[0] | p[1] << 8);
}

static guint32 get32(const guint8 *p)
{
    return (guint32)get16(p) | (guint32)get16(p + 2) << 16;
}

static guint64 get64(const guint8 *p)
{
    return (guint64)get32(p) | (guint64)get32(p + 4) << 32;
}

/* Offset of the end record whose comment reaches exactly to the end of the file; -1 if none. */
static gint64 find_end(const Archive *archive, guint8 end[END_BYTES])
{
    gsize room = MIN(archive->size, END_BYTES + END_COMMENT_MAX);
    g_autofree guint8 *tail = g_malloc(MAX(room, 1));
    guint64 begin = archive->size - room;

    if (room < END_BYTES || !archive_pread(archive, tail, room, begin, NULL))
        return -1;
    for (gsize i = room - END_BYTES + 1; i-- > 0;) {
        if (get32(tail + i) == SIGNATURE_END && get16(tail + i + 20) == room - END_BYTES - i) {
            memcpy(end, tail + i, END_BYTES);
            return (gint64)(begin + i);
        }
    }
    return -1;
}

gboolean archive_is_zip(const Archive *archive)
{
    guint8 end[END_BYTES], begin[4];

    /* A cut zip begins like one: it is a damaged zip, not an unknown file. */
    return find_end(archive, end) >= 0 ||
           (archive->size >= 4 && archive_pread(archive, begin, 4, 0, NULL) &&
            get32(begin) == SIGNATURE_LOCAL);
}

/* The Zip64 end record, when its locator stands before the end record at `at`. */
static gboolean read_end64(const Archive *archive, guint64 *at, Directory *directory,
                           GError **error)
{
    guint8 locator[END64_LOCATOR_BYTES], record[END64_BYTES];
    guint64 place;

    if (*at < END64_LOCATOR_BYTES)
        return TRUE;
    if (!archive_pread(archive, locator, sizeof locator, *at - sizeof locator, error))
        return FALSE;
    if (get32(locator) != SIGNATURE_LOCATOR)
        return TRUE;
    place = get64(locator + 8);
    if (place > *at || *at - place < END64_BYTES + END64_LOCATOR_BYTES)
        return archive_damaged(archive, *at, "the Zip64 record lies elsewhere", error);
    if (!archive_pread(archive, record, sizeof record, place, error))
        return FALSE;
    if (get32(record) != SIGNATURE_END64 || get32(record + 16) != 0 || get32(record + 20) != 0)
        return archive_damaged(archive, place, "no Zip64 record", error);
    *directory = (Directory){get64(record + 48), get64(record + 40), get64(record + 32)};
    *at = place;
    return TRUE;
}

static gboolean read_end(const Archive *archive, Directory *directory, GError **error)
{
    guint8 end[END_BYTES];
    gint64 found = find_end(archive, end);
    guint64 at = (guint64)found;

    if (found < 0)
        return archive_damaged(archive, archive->size, "cut: no end record", error);
    if (get16(end + 4) != 0 || get16(end + 6) != 0)
        return archive_damaged(archive, at, "part of a split archive", error);
    *directory = (Directory){get32(end + 16), get32(end + 12), get16(end + 10)};
    if (!read_end64(archive, &at, directory, error))
        return FALSE;
    if (directory->offset > at || at - directory->offset != directory->size)
        return archive_damaged(archive, at, "the directory does not end here", error);
    return TRUE;
}

/* Zip64 sizes stand in the extra field, in this order, for each field that is all ones. */
static gboolean widen(const guint8 *extra, gsize length, guint64 *fields[3])
{
    while (length >= 4) {
        gsize size = get16(extra + 2);
        const guint8 *value = extra + 4;

        if (size > length - 4)
            return FALSE;
        for (guint i = 0; get16(extra) == EXTRA_ZIP64 && i < 3; i++) {
            if (*fields[i] != G_MAXUINT32)
                continue;
            if (value + 8 > extra + 4 + size)
                return FALSE;
            *fields[i] = get64(value);
            value += 8;
        }
        extra += 4 + size;
        length -= 4 + size;
    }
    return TRUE;
}

static const char *entry_fault(const Entry *entry, const guint8 *fixed)
{
    mode_t mode = (mode_t)(get32(fixed + 38) >> 16);
    const ArchiveMember *member = &entry->member;

    if (strlen(entry->name) != entry->name_length)
        return "control byte in the name";
    if (entry->flags & (FLAG_ENCRYPTED | FLAG_MASKED))
        return "is encrypted";
    if (entry->method != METHOD_STORED && entry->method != METHOD_DEFLATED)
        return "is packed by an unknown method";
    if (get16(fixed + 34) != 0)
        return "lies on another disk";
    if (fixed[5] == MADE_BY_UNIX && (mode & S_IFMT) == S_IFLNK)
        return "is a link";
    if (fixed[5] == MADE_BY_UNIX && (mode & S_IFMT) != 0 && !S_ISREG(mode) && !S_ISDIR(mode))
        return "is a device or pipe";
    if (member->kind == ARCHIVE_SUBFOLDER && member->size != 0)
        return "is a folder with bytes";
    if (entry->method == METHOD_STORED && member->size != member->packed)
        return "has two sizes";
    if (member->size / DEFLATE_RATIO_MAX > member->packed)
        return "unpacks to more than the limit";
    return NULL;
}

/* One entry of the central directory from `fixed` and the variable part behind it. */
static gboolean entry_parse(const Archive *archive, const guint8 *fixed, const guint8 *variable,
                            Entry *entry, GError **error)
{
    guint64 size = get32(fixed + 24), packed = get32(fixed + 20), header = get32(fixed + 42);
    const char *fault;

    entry->name_length = get16(fixed + 28);
    entry->name = g_strndup((const char *)variable, entry->name_length);
    if (!widen(variable + entry->name_length, get16(fixed + 30),
               (guint64 *[3]){&size, &packed, &header}))
        return archive_refuse(archive, entry->name, "malformed extra field", error);
    entry->flags = get16(fixed + 8);
    entry->method = get16(fixed + 10);
    entry->header = header;
    entry->member = (ArchiveMember){.kind = g_str_has_suffix(entry->name, "/") ? ARCHIVE_SUBFOLDER
                                                                               : ARCHIVE_FILE,
                                    .deflated = entry->method == METHOD_DEFLATED,
                                    .size = size,
                                    .packed = packed,
                                    .crc = get32(fixed + 16)};
    fault = entry_fault(entry, fixed);
    return fault == NULL || archive_refuse(archive, entry->name, fault, error);
}

/* Sizes and CRC-32 of the local header, where it has them, against those of the directory. */
static gboolean local_agrees(const guint8 *local, const guint8 *extra, const Entry *entry)
{
    guint64 size = get32(local + 22), packed = get32(local + 18), none = 0;

    if (get16(local + 6) != entry->flags || get16(local + 8) != entry->method)
        return FALSE;
    if (entry->flags & FLAG_DESCRIPTOR)
        return TRUE;
    return widen(extra, get16(local + 28), (guint64 *[3]){&size, &packed, &none}) &&
           size == entry->member.size && packed == entry->member.packed &&
           get32(local + 14) == entry->member.crc;
}

/* Read the local header, set the offset of the content and note its extent. */
static gboolean entry_locate(const Archive *archive, Entry *entry, Extent *extent, GError **error)
{
    guint8 local[LOCAL_BYTES];
    g_autofree guint8 *variable = NULL;
    gsize length;

    if (archive->size < LOCAL_BYTES || entry->header > archive->size - LOCAL_BYTES)
        return archive_refuse(archive, entry->name, "lies outside the archive", error);
    if (!archive_pread(archive, local, sizeof local, entry->header, error))
        return FALSE;
    length = (gsize)get16(local + 26) + get16(local + 28);
    variable = g_malloc(length + 1);
    if (!archive_pread(archive, variable, length, entry->header + LOCAL_BYTES, error))
        return FALSE;
    if (get32(local) != SIGNATURE_LOCAL || get16(local + 26) != entry->name_length ||
        memcmp(variable, entry->name, entry->name_length) != 0 ||
        !local_agrees(local, variable + entry->name_length, entry))
        return archive_refuse(archive, entry->name, "the list contradicts the member", error);
    entry->member.offset = entry->header + LOCAL_BYTES + length;
    *extent = (Extent){.begin = entry->header,
                       .end = entry->member.offset + entry->member.packed,
                       .descriptor = (entry->flags & FLAG_DESCRIPTOR) != 0};
    if (entry->member.packed > archive->size || extent->end > archive->size)
        return archive_refuse(archive, entry->name, "lies outside the archive", error);
    return TRUE;
}

static gint compare_extents(gconstpointer a, gconstpointer b)
{
    const Extent *left = a, *right = b;

    return (left->begin > right->begin) - (left->begin < right->begin);
}

/* What begins at `begin` must follow what ended at `at`, `spare` bytes between at most. */
static gboolean follows(const Archive *archive, guint64 begin, guint64 at, guint64 spare,
                        GError **error)
{
    if (begin >= at && begin - at <= spare)
        return TRUE;
    return error_set(error, ERROR_ARCHIVE_HOSTILE, "%s: members %s at byte %" G_GUINT64_FORMAT,
                     archive->name, begin < at ? "overlap" : "leave a gap", at);
}

/* No byte belongs to two members (how small files unpack to terabytes), and none to nobody (how a
 * member is hidden from readers of the list). */
static gboolean extents_are_whole(const Archive *archive, GArray *extents,
                                  const Directory *directory, GError **error)
{
    guint64 at = 0, spare = 0;

    g_array_sort(extents, compare_extents);
    for (guint i = 0; i < extents->len; i++) {
        const Extent *extent = &g_array_index(extents, Extent, i);

        if (!follows(archive, extent->begin, at, spare, error))
            return FALSE;
        at = extent->end;
        spare = extent->descriptor ? DESCRIPTOR_MAX : 0;
    }
    return follows(archive, directory->offset, at, spare, error);
}

/* The entry at *offset of the central directory; *offset moves behind it. */
static gboolean take_entry(Archive *archive, guint64 *offset, guint64 end, GArray *extents,
                           GError **error)
{
    guint8 fixed[CENTRAL_BYTES];
    g_autofree guint8 *variable = NULL;
    gsize length;
    Entry entry = {0};
    Extent extent;
    gboolean taken;

    if (end - *offset < CENTRAL_BYTES)
        return archive_damaged(archive, *offset, "the directory is cut", error);
    if (!archive_pread(archive, fixed, sizeof fixed, *offset, error))
        return FALSE;
    length = (gsize)get16(fixed + 28) + get16(fixed + 30) + get16(fixed + 32);
    if (get32(fixed) != SIGNATURE_CENTRAL || end - *offset - CENTRAL_BYTES < length)
        return archive_damaged(archive, *offset, "the directory is damaged", error);
    variable = g_malloc(length + 1);
    if (!archive_pread(archive, variable, length, *offset + CENTRAL_BYTES, error))
        return FALSE;
    taken = entry_parse(archive, fixed, variable, &entry, error) &&
            entry_locate(archive, &entry, &extent, error) &&
            archive_add(archive, entry.name, &entry.member, error);
    g_free(entry.name);
    *offset += CENTRAL_BYTES + length;
    if (taken)
        g_array_append_val(extents, extent);
    return taken;
}

gboolean archive_list_zip(Archive *archive, GError **error)
{
    g_autoptr(GArray) extents = g_array_new(FALSE, FALSE, sizeof(Extent));
    Directory directory = {0};
    guint64 offset, end, count = 0;

    if (!read_end(archive, &directory, error))
        return FALSE;
    end = directory.offset + directory.size;
    for (offset = directory.offset; offset < end; count++)
        if (!take_entry(archive, &offset, end, extents, error))
            return FALSE;
    if (count != directory.count)
        return archive_damaged(archive, end, "the directory lists another number", error);
    return extents_are_whole(archive, extents, &directory, error);
}
