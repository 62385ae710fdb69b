/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/pack_form.h"

#include <stdio.h>
#include <string.h>

#define BLOCK          512
#define NAME_BYTES     100
#define PREFIX_BYTES   155
#define USTAR_SIZE_MAX G_GUINT64_CONSTANT(077777777777)

/* Fields of a ustar header: offset and length. */
enum {
    AT_NAME = 0,
    AT_MODE = 100,
    AT_UID = 108,
    AT_GID = 116,
    AT_SIZE = 124,
    AT_MTIME = 136,
    AT_CHECKSUM = 148,
    AT_KIND = 156,
    AT_MAGIC = 257,
    AT_MAJOR = 329,
    AT_MINOR = 337,
    AT_PREFIX = 345,
};

/* Where to cut a path into prefix and name; 0: it fits the name alone; -1: it does not fit. */
static gssize split_at(const char *path)
{
    gsize length = strlen(path);

    if (length <= NAME_BYTES)
        return 0;
    for (gsize i = length - 1; i > 0; i--)
        if (path[i] == '/' && i <= PREFIX_BYTES && length - i - 1 <= NAME_BYTES)
            return (gssize)i;
    return -1;
}

static void put_octal(char *field, int digits, guint64 value)
{
    char text[32];

    g_snprintf(text, sizeof text, "%0*" G_GINT64_MODIFIER "o", digits, value);
    memcpy(field, text, (gsize)digits + 1);
}

static void put_checksum(char header[BLOCK])
{
    guint sum = 0;

    memset(header + AT_CHECKSUM, ' ', 8);
    for (gsize i = 0; i < BLOCK; i++)
        sum += (guchar)header[i];
    g_snprintf(header + AT_CHECKSUM, 8, "%06o", sum);
}

static gboolean put_header(Pack *pack, const char *path, guint64 size, char kind, GError **error)
{
    char header[BLOCK] = {0};
    gssize cut = split_at(path);

    if (cut > 0)
        memcpy(header + AT_PREFIX, path, (gsize)cut);
    /* A path that a pax record carries stands here cut short, for old readers. */
    strncpy(header + AT_NAME, path + (cut > 0 ? cut + 1 : 0), NAME_BYTES);
    put_octal(header + AT_MODE, 7, 0644);
    put_octal(header + AT_UID, 7, 0);
    put_octal(header + AT_GID, 7, 0);
    put_octal(header + AT_SIZE, 11, size > USTAR_SIZE_MAX ? 0 : size);
    put_octal(header + AT_MTIME, 11, (guint64)(pack->options.time_us / G_USEC_PER_SEC));
    header[AT_KIND] = kind;
    memcpy(header + AT_MAGIC, "ustar\00000", 8);
    put_octal(header + AT_MAJOR, 7, 0);
    put_octal(header + AT_MINOR, 7, 0);
    put_checksum(header);
    return pack_emit(pack, header, sizeof header, error);
}

/* "<length> key=value\n"; the length counts its own digits. */
static void add_record(GString *records, const char *key, const char *value)
{
    gsize rest = strlen(key) + strlen(value) + 3;
    char digits[24] = "";

    for (gsize length = 0; length != rest + strlen(digits);) {
        length = rest + strlen(digits);
        g_snprintf(digits, sizeof digits, "%" G_GSIZE_FORMAT, length);
    }
    g_string_append_printf(records, "%s %s=%s\n", digits, key, value);
}

static gboolean pad(Pack *pack, guint64 size, GError **error)
{
    static const char zeroes[BLOCK];
    gsize rest = size % BLOCK;

    return rest == 0 || pack_emit(pack, zeroes, BLOCK - rest, error);
}

static gboolean put_extension(Pack *pack, guint64 size, GError **error)
{
    g_autoptr(GString) records = g_string_new(NULL);
    g_autofree char *text = g_strdup_printf("%" G_GUINT64_FORMAT, size);

    if (split_at(pack->member) < 0)
        add_record(records, "path", pack->member);
    if (size > USTAR_SIZE_MAX)
        add_record(records, "size", text);
    if (records->len == 0)
        return TRUE;
    return put_header(pack, "././@PaxHeader", records->len, 'x', error) &&
           pack_emit(pack, records->str, records->len, error) && pad(pack, records->len, error);
}

gboolean pack_tar_begin(Pack *pack, guint64 size, GError **error)
{
    return put_extension(pack, size, error) && put_header(pack, pack->member, size, '0', error);
}

gboolean pack_tar_pad(Pack *pack, GError **error)
{
    return pad(pack, pack->size, error);
}

gboolean pack_tar_finish(Pack *pack, GError **error)
{
    static const char zeroes[2 * BLOCK];

    return pack_emit(pack, zeroes, sizeof zeroes, error);
}
