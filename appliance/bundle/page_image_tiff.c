/* SPDX-License-Identifier: Apache-2.0
 *
 * The first image of a TIFF 6.0 file: its strips as they stand.
 */
#include "appliance/bundle/page_image_intern.h"

#include <string.h>

#define ENTRY_BYTES 12
#define ENTRIES_MAX 512
#define TABLES_MAX  65536
#define CM_PER_INCH 2.54

enum {
    TAG_WIDTH = 256,
    TAG_HEIGHT = 257,
    TAG_BITS = 258,
    TAG_COMPRESSION = 259,
    TAG_PHOTOMETRIC = 262,
    TAG_FILL_ORDER = 266,
    TAG_OFFSETS = 273,
    TAG_ORIENTATION = 274,
    TAG_SAMPLES = 277,
    TAG_ROWS = 278,
    TAG_COUNTS = 279,
    TAG_X_RESOLUTION = 282,
    TAG_Y_RESOLUTION = 283,
    TAG_PLANAR = 284,
    TAG_T4_OPTIONS = 292,
    TAG_UNIT = 296,
    TAG_PREDICTOR = 317,
    TAG_TILE_WIDTH = 322,
    TAG_EXTRA_SAMPLES = 338,
    TAG_JPEG_TABLES = 347,
};

enum {
    CODED_NONE = 1,
    CODED_G3 = 3,
    CODED_G4 = 4,
    CODED_LZW = 5,
    CODED_JPEG = 7,
    CODED_DEFLATE = 8,
    CODED_DEFLATE_OLD = 32946,
};

typedef struct {
    const PageSource *source;
    gboolean big_endian;
    guint8 *entries;
    guint n_entries;
} Tiff;

/* What the strips of the image have in common. */
typedef struct {
    guint32 width, height, rows;
    guint bits, samples, coded, photometric, predictor, options;
    GBytes *tables;
    gboolean mirror;
} Frame;

static guint32 number(const Tiff *tiff, const guint8 *at, gsize bytes)
{
    guint32 value = 0;

    for (gsize i = 0; i < bytes; i++)
        value = value << 8 | at[tiff->big_endian ? i : bytes - 1 - i];
    return value;
}

static const guint8 *find(const Tiff *tiff, guint tag)
{
    for (guint i = 0; i < tiff->n_entries; i++)
        if (number(tiff, tiff->entries + (gsize)i * ENTRY_BYTES, 2) == tag)
            return tiff->entries + (gsize)i * ENTRY_BYTES;
    return NULL;
}

/* Bytes of one value of a TIFF type; 0 for one that is not expected here. */
static gsize type_bytes(guint type)
{
    return type == 1 || type == 7 ? 1 : type == 3 ? 2 : type == 4 ? 4 : type == 5 ? 8 : 0;
}

static guint32 count_of(const Tiff *tiff, guint tag)
{
    const guint8 *entry = find(tiff, tag);

    return entry != NULL ? number(tiff, entry + 4, 4) : 0;
}

/* The bytes of value `index` of a tag, its type's size in *bytes; FALSE where there is none. */
static gboolean value_bytes(const Tiff *tiff, guint tag, guint32 index, guint8 value[8],
                            gsize *bytes)
{
    const guint8 *entry = find(tiff, tag);
    guint32 count = count_of(tiff, tag);

    *bytes = entry != NULL ? type_bytes(number(tiff, entry + 2, 2)) : 0;
    if (*bytes == 0 || index >= count)
        return FALSE;
    if ((guint64)count * *bytes <= 4) {
        memcpy(value, entry + 8 + (gsize)index * *bytes, *bytes);
        return TRUE;
    }
    return page_source_read(tiff->source, number(tiff, entry + 8, 4) + (guint64)index * *bytes,
                            value, *bytes, NULL);
}

static guint32 value_at(const Tiff *tiff, guint tag, guint32 index, guint32 otherwise)
{
    guint8 value[8];
    gsize bytes;

    return value_bytes(tiff, tag, index, value, &bytes) && bytes <= 4 ? number(tiff, value, bytes)
                                                                      : otherwise;
}

static double resolution(const Tiff *tiff, guint tag)
{
    double unit = value_at(tiff, TAG_UNIT, 0, 2) == 3 ? CM_PER_INCH : 1;
    guint8 value[8];
    gsize bytes;

    if (!value_bytes(tiff, tag, 0, value, &bytes) || bytes != 8 || number(tiff, value + 4, 4) == 0)
        return 0;
    return unit * number(tiff, value, 4) / number(tiff, value + 4, 4);
}

static gboolean read_directory(Tiff *tiff, GError **error)
{
    guint8 head[8], count[2];
    guint64 at;

    if (!page_source_read(tiff->source, 0, head, sizeof head, error))
        return FALSE;
    tiff->big_endian = head[0] == 'M';
    at = number(tiff, head + 4, 4);
    if (!page_source_read(tiff->source, at, count, sizeof count, error))
        return FALSE;
    tiff->n_entries = number(tiff, count, 2);
    if (tiff->n_entries > ENTRIES_MAX)
        return page_source_refuse(tiff->source, "a TIFF of too many fields", error);
    tiff->entries = g_malloc((gsize)tiff->n_entries * ENTRY_BYTES + 1);
    return page_source_read(tiff->source, at + 2, tiff->entries,
                            (gsize)tiff->n_entries * ENTRY_BYTES, error);
}

/* Tables that strips of JPEG share, without their end marker: they go in front of each. */
static gboolean read_tables(const Tiff *tiff, Frame *frame, GError **error)
{
    guint32 count = count_of(tiff, TAG_JPEG_TABLES);
    const guint8 *entry = find(tiff, TAG_JPEG_TABLES);
    g_autofree guint8 *tables = NULL;

    if (frame->coded != CODED_JPEG || entry == NULL)
        return TRUE;
    if (count <= 4 || count > TABLES_MAX)
        return page_source_refuse(tiff->source, "a TIFF with impossible JPEG tables", error);
    tables = g_malloc(count);
    if (!page_source_read(tiff->source, number(tiff, entry + 8, 4), tables, count, error))
        return FALSE;
    frame->tables = g_bytes_new(tables, count - 2);
    return TRUE;
}

static gboolean fits(const Tiff *tiff, const Frame *frame, GError **error)
{
    gboolean bilevel = frame->coded == CODED_G3 || frame->coded == CODED_G4;

    if (find(tiff, TAG_TILE_WIDTH) != NULL || value_at(tiff, TAG_PLANAR, 0, 1) != 1)
        return page_source_refuse(tiff->source, "a TIFF in tiles or planes", error);
    if (find(tiff, TAG_EXTRA_SAMPLES) != NULL)
        return page_source_refuse(tiff->source, "a TIFF with alpha", error);
    if (frame->bits != 8 && !(frame->samples == 1 && (frame->bits == 1 || frame->bits == 4)))
        return page_source_refuse(tiff->source, "a TIFF of odd depth", error);
    if ((bilevel && frame->bits != 1) || (frame->coded == CODED_JPEG && frame->bits != 8))
        return page_source_refuse(tiff->source, "a TIFF of odd depth", error);
    if ((frame->samples == 1 && frame->photometric > 1) ||
        (frame->samples == 3 && frame->photometric != 2 &&
         !(frame->photometric == 6 && frame->coded == CODED_JPEG)) ||
        (frame->samples == 4 && frame->photometric != 5) ||
        (frame->samples != 1 && frame->samples != 3 && frame->samples != 4))
        return page_source_refuse(tiff->source, "a TIFF of odd colours", error);
    return TRUE;
}

static gboolean read_frame(const Tiff *tiff, Frame *frame, GError **error)
{
    *frame = (Frame){.width = value_at(tiff, TAG_WIDTH, 0, 0),
                     .height = value_at(tiff, TAG_HEIGHT, 0, 0),
                     .bits = value_at(tiff, TAG_BITS, 0, 1),
                     .samples = value_at(tiff, TAG_SAMPLES, 0, 1),
                     .coded = value_at(tiff, TAG_COMPRESSION, 0, CODED_NONE),
                     .photometric = value_at(tiff, TAG_PHOTOMETRIC, 0, 0),
                     .predictor = value_at(tiff, TAG_PREDICTOR, 0, 1),
                     .options = value_at(tiff, TAG_T4_OPTIONS, 0, 0),
                     .mirror = value_at(tiff, TAG_FILL_ORDER, 0, 1) == 2};
    frame->rows = value_at(tiff, TAG_ROWS, 0, frame->height);
    if (frame->coded == CODED_DEFLATE_OLD)
        frame->coded = CODED_DEFLATE;
    if (frame->width == 0 || frame->height == 0 || frame->rows == 0 ||
        frame->height > PAGE_PX_MAX || frame->width > PAGE_PX_MAX)
        return page_source_refuse(tiff->source, "a TIFF of impossible size", error);
    frame->rows = MIN(frame->rows, frame->height);
    return fits(tiff, frame, error) && read_tables(tiff, frame, error);
}

static const char *space_of(const Frame *frame)
{
    return frame->samples == 1 ? "/DeviceGray" : frame->samples == 3 ? "/DeviceRGB" : "/DeviceCMYK";
}

/* The filter and its parameters; NULL: a compression that no PDF knows. */
static char *filter_of(const Frame *frame, guint32 rows)
{
    gboolean predicted = frame->predictor == 2;
    g_autofree char *parms =
        predicted ? g_strdup_printf(" /DecodeParms << /Predictor 2 /Colors %u /BitsPerComponent %u"
                                    " /Columns %u >>",
                                    frame->samples, frame->bits, frame->width)
                  : g_strdup("");

    switch (frame->coded) {
    case CODED_NONE:
        return g_strdup("");
    case CODED_G4:
    case CODED_G3:
        return g_strdup_printf(" /Filter /CCITTFaxDecode /DecodeParms << /K %d /Columns %u /Rows %u"
                               " /BlackIs1 %s /EndOfBlock false >>",
                               frame->coded == CODED_G4    ? -1
                               : (frame->options & 1) != 0 ? 4
                                                           : 0,
                               frame->width, rows, frame->photometric == 1 ? "true" : "false");
    case CODED_LZW:
        return g_strconcat(" /Filter /LZWDecode", parms, NULL);
    case CODED_DEFLATE:
        return g_strconcat(" /Filter /FlateDecode", parms, NULL);
    case CODED_JPEG:
        return g_strconcat(" /Filter /DCTDecode",
                           frame->photometric == 2 ? " /DecodeParms << /ColorTransform 0 >>" : "",
                           NULL);
    default:
        return NULL;
    }
}

/* Fax says itself what is black; elsewhere the photometric does. */
static gboolean is_inverted(const Frame *frame)
{
    return frame->samples == 1 && frame->photometric == 0 && frame->coded != CODED_G3 &&
           frame->coded != CODED_G4;
}

static gboolean add_strip(const Tiff *tiff, const Frame *frame, PageImage *image, guint32 index,
                          GError **error)
{
    guint32 rows = MIN(frame->rows, frame->height - index * frame->rows);
    guint64 offset = value_at(tiff, TAG_OFFSETS, index, 0);
    guint64 size = value_at(tiff, TAG_COUNTS, index, 0);
    g_autofree char *filter = filter_of(frame, rows);
    PageStrip *strip;

    if (filter == NULL)
        return page_source_refuse(tiff->source, "a TIFF of another compression", error);
    if (offset == 0 || size < 2 || offset + size > tiff->source->size)
        return page_source_refuse(tiff->source, "a strip lies outside of the file", error);
    strip = page_image_add(image, rows,
                           g_strdup_printf("/ColorSpace %s /BitsPerComponent %u%s%s",
                                           space_of(frame), frame->bits, filter,
                                           is_inverted(frame) ? " /Decode [1 0]" : ""));
    strip->mirror = frame->mirror;
    if (frame->tables != NULL) {
        /* Tables bring the start marker along. */
        strip->before = g_bytes_ref(frame->tables);
        offset += 2;
        size -= 2;
    }
    page_strip_range(strip, offset, size);
    return TRUE;
}

static gboolean add_strips(const Tiff *tiff, const Frame *frame, PageImage *image, GError **error)
{
    guint32 n = (frame->height + frame->rows - 1) / frame->rows;

    if (n > PAGE_STRIPS_MAX || count_of(tiff, TAG_OFFSETS) != n || count_of(tiff, TAG_COUNTS) != n)
        return page_source_refuse(tiff->source, "a TIFF with missing strips", error);
    for (guint32 i = 0; i < n; i++)
        if (!add_strip(tiff, frame, image, i, error))
            return FALSE;
    return TRUE;
}

gboolean page_image_tiff(PageImage *image, const PageSource *source, GError **error)
{
    static const guint turns[9] = {0, 0, 0, 180, 180, 90, 90, 270, 270};
    Tiff tiff = {.source = source};
    Frame frame = {0};
    gboolean ok = read_directory(&tiff, error) && read_frame(&tiff, &frame, error) &&
                  add_strips(&tiff, &frame, image, error);
    guint32 orientation = ok ? value_at(&tiff, TAG_ORIENTATION, 0, 1) : 1;

    image->width_px = frame.width;
    image->height_px = frame.height;
    if (ok) {
        image->dpi_x = resolution(&tiff, TAG_X_RESOLUTION);
        image->dpi_y = resolution(&tiff, TAG_Y_RESOLUTION);
        image->turn = orientation < G_N_ELEMENTS(turns) ? turns[orientation] : 0;
    }
    g_clear_pointer(&frame.tables, g_bytes_unref);
    g_free(tiff.entries);
    return ok;
}
