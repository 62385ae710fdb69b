/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/jpeg_check.h"

#include <string.h>

enum {
    MARKER_SOF0 = 0xc0,
    MARKER_DHT = 0xc4,
    MARKER_JPG = 0xc8,
    MARKER_DAC = 0xcc,
    MARKER_RST0 = 0xd0,
    MARKER_RST7 = 0xd7,
    MARKER_SOI = 0xd8,
    MARKER_EOI = 0xd9,
    MARKER_SOS = 0xda,
    MARKER_APP0 = 0xe0,
};

typedef struct {
    const guint8 *at;
    const guint8 *end;
} Cursor;

static gsize left(const Cursor *cursor)
{
    return (gsize)(cursor->end - cursor->at);
}

static guint be16(const guint8 *bytes)
{
    return (guint)bytes[0] << 8 | bytes[1];
}

/* The next marker, fill bytes skipped; 0 = none. */
static guint next_marker(Cursor *cursor)
{
    if (left(cursor) < 2 || cursor->at[0] != 0xff)
        return 0;
    while (left(cursor) > 1 && cursor->at[1] == 0xff)
        cursor->at++;
    if (left(cursor) < 2)
        return 0;
    cursor->at += 2;
    return cursor->at[-1];
}

static gboolean is_frame(guint marker)
{
    return marker >= MARKER_SOF0 && marker <= 0xcf && marker != MARKER_DHT &&
           marker != MARKER_JPG && marker != MARKER_DAC;
}

static void read_frame(const guint8 *body, gsize size, JpegFacts *facts)
{
    if (size < 6)
        return;
    facts->height_px = be16(body + 1);
    facts->width_px = be16(body + 3);
    facts->components = body[5];
}

/* Dots an inch (1) or a centimetre (2). */
static void read_jfif(const guint8 *body, gsize size, JpegFacts *facts)
{
    if (size < 12 || memcmp(body, "JFIF", 5) != 0)
        return;
    if (body[7] == 1)
        facts->dpi = be16(body + 8);
    else if (body[7] == 2)
        facts->dpi = (be16(body + 8) * 254 + 50) / 100;
}

static gboolean skip_segment(Cursor *cursor, guint marker, JpegFacts *facts)
{
    guint size;

    if (left(cursor) < 2)
        return FALSE;
    size = be16(cursor->at);
    if (size < 2 || size > left(cursor))
        return FALSE;
    if (is_frame(marker))
        read_frame(cursor->at + 2, size - 2, facts);
    else if (marker == MARKER_APP0)
        read_jfif(cursor->at + 2, size - 2, facts);
    cursor->at += size;
    return TRUE;
}

/* To the marker behind the entropy-coded data: stuffed zeros and restarts belong to it. */
static void skip_scan(Cursor *cursor)
{
    while (left(cursor) >= 2) {
        const guint8 *found = memchr(cursor->at, 0xff, left(cursor) - 1);

        if (found == NULL) {
            cursor->at = cursor->end;
            return;
        }
        cursor->at = found;
        if (found[1] != 0 && !(found[1] >= MARKER_RST0 && found[1] <= MARKER_RST7))
            return;
        cursor->at += 2;
    }
}

static gboolean is_padding(const Cursor *cursor)
{
    for (const guint8 *byte = cursor->at; byte < cursor->end; byte++)
        if (*byte != 0 && *byte != 0xff && *byte != '\r' && *byte != '\n')
            return FALSE;
    return TRUE;
}

gboolean jpeg_is_whole(const guint8 *bytes, gsize size, JpegFacts *facts)
{
    Cursor cursor = {.at = bytes, .end = bytes + size};
    gboolean has_scan = FALSE;

    *facts = (JpegFacts){0};
    if (next_marker(&cursor) != MARKER_SOI)
        return FALSE;
    for (;;) {
        guint marker = next_marker(&cursor);

        if (marker == MARKER_EOI)
            return has_scan && facts->width_px > 0 && facts->height_px > 0 && is_padding(&cursor);
        if (marker == 0 || marker == MARKER_SOI || !skip_segment(&cursor, marker, facts))
            return FALSE;
        if (marker == MARKER_SOS) {
            has_scan = facts->width_px > 0;
            skip_scan(&cursor);
        }
    }
}
