/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/archive_list.h"

#include <string.h>

#define BLOCK             512
#define EXTENSION_MAX     ((guint64)1024 * 1024) /* bytes of one pax record set or long name */
#define PADDING_MAX_BYTES ((guint64)1024 * 1024) /* zero bytes that may stand behind the end */

/* One header as it stands on the medium (POSIX.1-1988 ustar; GNU shares the fields used). */
typedef struct {
    char name[100];
    char mode[8], uid[8], gid[8];
    char size[12], mtime[12];
    char checksum[8];
    char kind;
    char link[100];
    char magic[6], version[2];
    char user[32], group[32];
    char major[8], minor[8];
    char prefix[155];
    char unused[12];
} Header;

G_STATIC_ASSERT(sizeof(Header) == BLOCK);

/* What an extension header says of the member after it. */
typedef struct {
    char *path; /* NULL: as in the header */
    gboolean has_size;
    guint64 size;
} Extension;

static void extension_clear(Extension *extension)
{
    g_free(extension->path);
    *extension = (Extension){0};
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Extension, extension_clear)

static gboolean is_zero(const void *bytes, gsize size)
{
    const guint8 *p = bytes;

    return p[0] == 0 && memcmp(p, p + 1, size - 1) == 0;
}

/* Octal with blanks around it, or base-256 as GNU writes large numbers. */
static gboolean number_parse(const char *field, gsize length, guint64 *value)
{
    const guint8 *p = (const guint8 *)field;
    gsize i = 0;

    *value = 0;
    if (p[0] == 0x80) {
        for (i = 1; i < length; i++) {
            if (*value >> 56 != 0)
                return FALSE;
            *value = *value << 8 | p[i];
        }
        return TRUE;
    }
    while (i < length && p[i] == ' ')
        i++;
    for (; i < length && p[i] >= '0' && p[i] <= '7'; i++)
        *value = *value << 3 | (guint64)(p[i] - '0');
    for (; i < length; i++)
        if (p[i] != ' ' && p[i] != '\0')
            return FALSE;
    return TRUE;
}

/* The sum of all bytes with the checksum field as blanks; historic writers took them as signed. */
static gboolean checksum_fits(const Header *header)
{
    const guint8 *p = (const guint8 *)header;
    gsize at = G_STRUCT_OFFSET(Header, checksum);
    gint64 as_unsigned = 0, as_signed = 0;
    guint64 stated;

    for (gsize i = 0; i < BLOCK; i++) {
        guint8 byte = i >= at && i < at + sizeof header->checksum ? ' ' : p[i];

        as_unsigned += byte;
        as_signed += (gint8)byte;
    }
    return number_parse(header->checksum, sizeof header->checksum, &stated) &&
           ((gint64)stated == as_unsigned || (gint64)stated == as_signed);
}

gboolean archive_is_tar(const Archive *archive)
{
    Header header;

    return archive->size >= BLOCK && archive_pread(archive, &header, BLOCK, 0, NULL) &&
           !is_zero(&header, BLOCK) && checksum_fits(&header);
}

static char *header_path(const Header *header)
{
    g_autofree char *name = g_strndup(header->name, sizeof header->name);
    g_autofree char *prefix = g_strndup(header->prefix, sizeof header->prefix);

    /* GNU ("ustar  ") uses the place of the prefix for something else. */
    if (memcmp(header->magic, "ustar", 6) != 0 || *prefix == '\0')
        return g_steal_pointer(&name);
    return g_strconcat(prefix, "/", name, NULL);
}

/* One pax record "<length> <key>=<value>\n"; returns the byte behind it, NULL if malformed. */
static const char *pax_record(const char *at, const char *end, const char **key, char **value)
{
    char *space;
    guint64 length = g_ascii_strtoull(at, &space, 10);
    const char *equals;

    if (space == at || *space != ' ' || length > (guint64)(end - at) ||
        length < (guint64)(space - at) + 4 || at[length - 1] != '\n')
        return NULL;
    *key = space + 1;
    equals = memchr(*key, '=', (gsize)(at + length - *key));
    if (equals == NULL || memchr(*key, '\0', length - (guint64)(*key - at)) != NULL)
        return NULL;
    *value = g_strndup(equals + 1, (gsize)(at + length - 1 - (equals + 1)));
    return at + length;
}

static gboolean pax_take(const char *key, const char *value, Extension *extension)
{
    if (g_str_has_prefix(key, "path=")) {
        g_free(extension->path);
        extension->path = g_strdup(value);
    } else if (g_str_has_prefix(key, "size=")) {
        extension->has_size =
            g_ascii_string_to_unsigned(value, 10, 0, G_MAXINT64, &extension->size, NULL);
        return extension->has_size;
    }
    return !g_str_has_prefix(key, "GNU.sparse.");
}

static gboolean pax_parse(const char *text, gsize size, Extension *extension)
{
    const char *end = text + size;

    while (text < end) {
        const char *key;
        g_autofree char *value = NULL;

        text = pax_record(text, end, &key, &value);
        if (text == NULL || !pax_take(key, value, extension))
            return FALSE;
    }
    return TRUE;
}

/* The content of an extension header, NUL-terminated. */
static char *extension_text(const Archive *archive, guint64 offset, guint64 size, GError **error)
{
    g_autofree char *text = NULL;

    if (size > EXTENSION_MAX) {
        archive_refuse(archive, "extension header", "name too long", error);
        return NULL;
    }
    text = g_malloc0(size + 1);
    return archive_pread(archive, text, size, offset, error) ? g_steal_pointer(&text) : NULL;
}

/* pax 'x' and 'g', GNU 'L' and 'K'. A global header must not rename or resize: readers differ. */
static gboolean take_extension(const Archive *archive, char kind, guint64 range[2],
                               Extension *extension, GError **error)
{
    g_autofree char *text = extension_text(archive, range[0], range[1], error);
    g_auto(Extension) global = {0};

    if (text == NULL)
        return FALSE;
    if (kind == 'L') {
        g_free(extension->path);
        extension->path = g_steal_pointer(&text);
        return TRUE;
    }
    if (kind == 'x' && !pax_parse(text, range[1], extension))
        return archive_refuse(archive, "extension header", "sparse or malformed", error);
    if (kind == 'g' &&
        (!pax_parse(text, range[1], &global) || global.path != NULL || global.has_size))
        return archive_refuse(archive, "global header", "sets path or size", error);
    return TRUE;
}

/* The padding behind the two zero blocks: zero as well, and not endless. */
static gboolean end_is_clean(const Archive *archive, guint64 offset, GError **error)
{
    guint8 block[4096];

    if (archive->size - offset > PADDING_MAX_BYTES)
        return archive_damaged(archive, offset, "bytes behind the end", error);
    while (offset < archive->size) {
        gsize size = MIN(sizeof block, archive->size - offset);

        if (!archive_pread(archive, block, size, offset, error))
            return FALSE;
        if (!is_zero(block, size))
            return archive_damaged(archive, offset, "bytes behind the end", error);
        offset += size;
    }
    return TRUE;
}

static gboolean add_member(Archive *archive, const Header *header, guint64 range[2],
                           const Extension *extension, GError **error)
{
    g_autofree char *own = header_path(header);
    const char *path = extension->path != NULL ? extension->path : own;
    ArchiveMember member = {.offset = range[0], .size = range[1], .packed = range[1]};

    switch (header->kind) {
    case '0':
    case '\0':
    case '7':
        /* Before ustar a folder was a file whose name ends in '/'. */
        member.kind = g_str_has_suffix(path, "/") ? ARCHIVE_SUBFOLDER : ARCHIVE_FILE;
        break;
    case '5':
        member.kind = ARCHIVE_SUBFOLDER;
        break;
    case '1':
    case '2':
        return archive_refuse(archive, path, "is a link", error);
    case '3':
    case '4':
    case '6':
        return archive_refuse(archive, path, "is a device or pipe", error);
    default:
        return archive_refuse(archive, path, "is of an unknown kind", error);
    }
    if (member.kind == ARCHIVE_SUBFOLDER && member.size != 0)
        return archive_refuse(archive, path, "is a folder with bytes", error);
    return archive_add(archive, path, &member, error);
}

static gboolean cut_member(const Archive *archive, const Header *header, const Extension *extension,
                           GError **error)
{
    g_autofree char *own = header_path(header);
    g_autofree char *raw =
        g_strconcat("cut in ", extension->path != NULL ? extension->path : own, NULL);
    g_autofree char *why = g_utf8_make_valid(raw, -1);

    return archive_damaged(archive, archive->size, why, error);
}

/* One header and what belongs to it; *offset moves behind its content. */
static gboolean take_header(Archive *archive, const Header *header, guint64 *offset,
                            Extension *extension, GError **error)
{
    guint64 range[2] = {*offset + BLOCK, 0};
    gboolean extends = strchr("xgLK", header->kind) != NULL && header->kind != '\0';

    if (!checksum_fits(header))
        return archive_damaged(archive, *offset, "header checksum does not fit", error);
    if (!number_parse(header->size, sizeof header->size, &range[1]))
        return archive_damaged(archive, *offset, "size is no number", error);
    if (!extends && extension->has_size)
        range[1] = extension->size;
    if (range[1] > archive->size - range[0])
        return cut_member(archive, header, extension, error);
    if (extends) {
        if (!take_extension(archive, header->kind, range, extension, error))
            return FALSE;
    } else {
        if (!add_member(archive, header, range, extension, error))
            return FALSE;
        extension_clear(extension);
    }
    *offset = range[0] + (range[1] + BLOCK - 1) / BLOCK * BLOCK;
    return TRUE;
}

gboolean archive_list_tar(Archive *archive, GError **error)
{
    g_auto(Extension) extension = {0};
    guint64 offset = 0;
    Header header;

    for (;;) {
        if (offset > archive->size || archive->size - offset < BLOCK)
            return archive_damaged(archive, archive->size, "cut", error);
        if (!archive_pread(archive, &header, BLOCK, offset, error))
            return FALSE;
        if (is_zero(&header, BLOCK))
            return end_is_clean(archive, offset + BLOCK, error);
        if (!take_header(archive, &header, &offset, &extension, error))
            return FALSE;
    }
}
