/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/pack_form.h"

#include <string.h>

#define FLAG_UTF8      (1 << 11)
#define MADE_BY_UNIX   (3 << 8)
#define MODE_FILE_0644 (G_GUINT64_CONSTANT(0100644) << 16)
#define VERSION_PLAIN  20
#define VERSION_ZIP64  45
#define WIDE           G_GUINT64_CONSTANT(0xffffffff)
#define MANY           0xffff

static void put(GByteArray *out, guint bytes, guint64 value)
{
    for (guint i = 0; i < bytes; i++) {
        guint8 byte = (guint8)(value >> (8 * i));

        g_byte_array_append(out, &byte, 1);
    }
}

/* Date and time as MS-DOS counts them, UTC; 1980-01-01 for what lies before. */
static guint32 dos_time(gint64 time_us)
{
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(time_us / G_USEC_PER_SEC);

    if (at == NULL || g_date_time_get_year(at) < 1980)
        return 1 << 21 | 1 << 16;
    return (guint32)(g_date_time_get_year(at) - 1980) << 25 |
           (guint32)g_date_time_get_month(at) << 21 |
           (guint32)g_date_time_get_day_of_month(at) << 16 |
           (guint32)g_date_time_get_hour(at) << 11 | (guint32)g_date_time_get_minute(at) << 5 |
           (guint32)g_date_time_get_second(at) / 2;
}

/* What a local header and a directory entry have in common: from "version needed" on. */
static void put_common(const Pack *pack, GByteArray *out, gboolean wide, gsize extra)
{
    put(out, 2, wide ? VERSION_ZIP64 : VERSION_PLAIN);
    put(out, 2, FLAG_UTF8);
    put(out, 2, 0); /* stored */
    put(out, 4, dos_time(pack->options.time_us));
    put(out, 4, pack->told);
    put(out, 4, MIN(pack->size, WIDE));
    put(out, 4, MIN(pack->size, WIDE));
    put(out, 2, strlen(pack->member));
    put(out, 2, extra);
}

static void add_to_directory(Pack *pack, guint64 header)
{
    GByteArray *out = pack->directory;
    gboolean wide_size = pack->size >= WIDE, wide_offset = header >= WIDE;
    gsize extra = (wide_size ? 16U : 0U) + (wide_offset ? 8U : 0U);

    put(out, 4, 0x02014b50);
    put(out, 2, MADE_BY_UNIX | (extra != 0 ? VERSION_ZIP64 : VERSION_PLAIN));
    put_common(pack, out, extra != 0, extra != 0 ? extra + 4 : 0);
    put(out, 2 + 2 + 2, 0); /* no comment, first disk, no internal attributes */
    put(out, 4, MODE_FILE_0644);
    put(out, 4, MIN(header, WIDE));
    g_byte_array_append(out, (const guint8 *)pack->member, (guint)strlen(pack->member));
    if (extra == 0)
        return;
    put(out, 2, 1);
    put(out, 2, extra);
    if (wide_size) {
        put(out, 8, pack->size);
        put(out, 8, pack->size);
    }
    if (wide_offset)
        put(out, 8, header);
}

gboolean pack_zip_begin(Pack *pack, GError **error)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    gboolean wide = pack->size >= WIDE;

    add_to_directory(pack, pack_offset(pack));
    pack->members++;
    put(out, 4, 0x04034b50);
    put_common(pack, out, wide, wide ? 20 : 0);
    g_byte_array_append(out, (const guint8 *)pack->member, (guint)strlen(pack->member));
    if (wide) {
        put(out, 2, 1);
        put(out, 2, 16);
        put(out, 8, pack->size);
        put(out, 8, pack->size);
    }
    return pack_emit(pack, out->data, out->len, error);
}

static void put_end64(const Pack *pack, GByteArray *out, guint64 offset)
{
    guint64 here = offset + pack->directory->len;

    put(out, 4, 0x06064b50);
    put(out, 8, 44); /* bytes of this record behind this field */
    put(out, 2, MADE_BY_UNIX | VERSION_ZIP64);
    put(out, 2, VERSION_ZIP64);
    put(out, 8, 0); /* this disk, disk of the directory */
    put(out, 8, pack->members);
    put(out, 8, pack->members);
    put(out, 8, pack->directory->len);
    put(out, 8, offset);
    put(out, 4, 0x07064b50);
    put(out, 4, 0);
    put(out, 8, here);
    put(out, 4, 1);
}

gboolean pack_zip_finish(Pack *pack, GError **error)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    guint64 offset = pack_offset(pack), size = pack->directory->len;

    if (offset >= WIDE || size >= WIDE || pack->members >= MANY)
        put_end64(pack, out, offset);
    put(out, 4, 0x06054b50);
    put(out, 4, 0);
    put(out, 2, MIN(pack->members, MANY));
    put(out, 2, MIN(pack->members, MANY));
    put(out, 4, MIN(size, WIDE));
    put(out, 4, MIN(offset, WIDE));
    put(out, 2, 0);
    return pack_emit(pack, pack->directory->data, pack->directory->len, error) &&
           pack_emit(pack, out->data, out->len, error);
}
