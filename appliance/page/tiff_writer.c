/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/page/tiff_writer.h"

#include "appliance/base/clock.h"

#include <string.h>
#include <unistd.h>

enum { BYTE_ASCII = 2, SHORT = 3, LONG = 4, RATIONAL = 5, UNDEFINED = 7 };

enum {
    TAG_WIDTH = 256,
    TAG_LENGTH = 257,
    TAG_BITS = 258,
    TAG_COMPRESSION = 259,
    TAG_PHOTOMETRIC = 262,
    TAG_FILL_ORDER = 266,
    TAG_DESCRIPTION = 270,
    TAG_MODEL = 272,
    TAG_STRIP_OFFSETS = 273,
    TAG_ORIENTATION = 274,
    TAG_SAMPLES = 277,
    TAG_ROWS_PER_STRIP = 278,
    TAG_STRIP_COUNTS = 279,
    TAG_X_RESOLUTION = 282,
    TAG_Y_RESOLUTION = 283,
    TAG_PLANAR = 284,
    TAG_T4_OPTIONS = 292,
    TAG_T6_OPTIONS = 293,
    TAG_RESOLUTION_UNIT = 296,
    TAG_SOFTWARE = 305,
    TAG_DATE_TIME = 306,
    TAG_PREDICTOR = 317,
    TAG_JPEG_TABLES = 347,
    TAG_SUBSAMPLING = 530,
    TAG_REFERENCE = 532,
};

struct TiffWriter {
    Sink *sink;
    GArray *offsets; /* of guint32 */
    GArray *counts;
};

typedef struct {
    GByteArray *entries; /* 12 bytes each */
    GByteArray *values;  /* what does not fit into an entry */
    guint64 values_at;   /* where `values` will stand in the file */
    guint n;
} Directory;

static void put16(GByteArray *bytes, guint16 value)
{
    guint16 le = GUINT16_TO_LE(value);

    g_byte_array_append(bytes, (const guint8 *)&le, sizeof le);
}

static void put32(GByteArray *bytes, guint32 value)
{
    guint32 le = GUINT32_TO_LE(value);

    g_byte_array_append(bytes, (const guint8 *)&le, sizeof le);
}

/* One entry; `bytes` are the values, little endian. Entries come in ascending order of tag. */
static void entry(Directory *directory, guint16 tag, guint16 type, guint32 count,
                  const GByteArray *bytes)
{
    put16(directory->entries, tag);
    put16(directory->entries, type);
    put32(directory->entries, count);
    if (bytes->len <= 4) {
        static const guint8 zero[4];

        g_byte_array_append(directory->entries, bytes->data, bytes->len);
        g_byte_array_append(directory->entries, zero, 4 - bytes->len);
    } else {
        if (directory->values->len & 1)
            g_byte_array_append(directory->values, (const guint8 *)"", 1);
        put32(directory->entries, (guint32)(directory->values_at + directory->values->len));
        g_byte_array_append(directory->values, bytes->data, bytes->len);
    }
    directory->n++;
}

static void entry16(Directory *directory, guint16 tag, guint n, const guint16 *values)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();

    for (guint i = 0; i < n; i++)
        put16(bytes, values[i]);
    entry(directory, tag, SHORT, n, bytes);
}

static void entry_one(Directory *directory, guint16 tag, guint16 value)
{
    entry16(directory, tag, 1, &value);
}

static void entry32(Directory *directory, guint16 tag, guint16 type, guint n, const guint32 *values)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();

    for (guint i = 0; i < n; i++)
        put32(bytes, values[i]);
    entry(directory, tag, type, type == RATIONAL ? n / 2 : n, bytes);
}

static void entry_text(Directory *directory, guint16 tag, const char *text)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();

    if (text == NULL || text[0] == '\0')
        return;
    g_byte_array_append(bytes, (const guint8 *)text, (guint)strlen(text) + 1);
    entry(directory, tag, BYTE_ASCII, bytes->len, bytes);
}

/* Batch, sheet, side and serial have no tag of their own: they go as JSON into the description. */
static char *description(const PageTags *tags)
{
    g_autoptr(json_t) object = json_object();

    if (tags->batch != NULL)
        json_object_set_new(object, "batch", json_string(tags->batch));
    if (tags->sheet != 0)
        json_object_set_new(object, "sheet", json_integer(tags->sheet));
    if (tags->side != NULL)
        json_object_set_new(object, "side", json_string(tags->side));
    if (tags->serial != NULL)
        json_object_set_new(object, "serial", json_string(tags->serial));
    return json_object_size(object) > 0 ? json_line(object) : NULL;
}

/* TIFF 6.0 DateTime is "YYYY:MM:DD HH:MM:SS" without a zone; ours is UTC. */
static char *date_time(gint64 time_us)
{
    g_autoptr(GDateTime) time = NULL;

    if (time_us == 0)
        return NULL;
    time = g_date_time_new_from_unix_utc(time_us / G_USEC_PER_SEC);
    return time != NULL ? g_date_time_format(time, "%Y:%m:%d %H:%M:%S") : NULL;
}

static void shape_entries(Directory *directory, const TiffFrame *frame)
{
    guint16 bits[4] = {frame->bits, frame->bits, frame->bits, frame->bits};

    entry32(directory, TAG_WIDTH, LONG, 1, &frame->width_px);
    entry32(directory, TAG_LENGTH, LONG, 1, &frame->height_px);
    entry16(directory, TAG_BITS, frame->samples, bits);
    entry_one(directory, TAG_COMPRESSION, frame->compression);
    entry_one(directory, TAG_PHOTOMETRIC, frame->photometric);
    if (frame->fill_order != 0)
        entry_one(directory, TAG_FILL_ORDER, frame->fill_order);
}

static void strip_entries(Directory *directory, const TiffWriter *writer, const TiffFrame *frame)
{
    guint n = writer->offsets->len;

    entry32(directory, TAG_STRIP_OFFSETS, LONG, n, (const guint32 *)writer->offsets->data);
    entry_one(directory, TAG_ORIENTATION, frame->orientation != 0 ? frame->orientation : 1);
    entry_one(directory, TAG_SAMPLES, frame->samples);
    entry32(directory, TAG_ROWS_PER_STRIP, LONG, 1, &frame->rows_per_strip);
    entry32(directory, TAG_STRIP_COUNTS, LONG, n, (const guint32 *)writer->counts->data);
}

static void resolution_entries(Directory *directory, guint32 dpi)
{
    guint32 ratio[2] = {dpi, 1};

    if (dpi == 0)
        return;
    entry32(directory, TAG_X_RESOLUTION, RATIONAL, 2, ratio);
    entry32(directory, TAG_Y_RESOLUTION, RATIONAL, 2, ratio);
}

static void coding_entries(Directory *directory, const TiffFrame *frame)
{
    entry_one(directory, TAG_PLANAR, 1);
    if (frame->compression == TIFF_G3)
        entry32(directory, TAG_T4_OPTIONS, LONG, 1, &frame->options);
    if (frame->compression == TIFF_G4)
        entry32(directory, TAG_T6_OPTIONS, LONG, 1, &frame->options);
    entry_one(directory, TAG_RESOLUTION_UNIT, frame->dpi != 0 ? 2 : 1);
}

static void jpeg_entries(Directory *directory, const TiffFrame *frame)
{
    /* BT.601 full range, as JFIF has it: without the tag readers assume video range. */
    static const guint32 reference[] = {0, 1, 255, 1, 128, 1, 255, 1, 128, 1, 255, 1};

    if (frame->jpeg_tables != NULL) {
        g_autoptr(GByteArray) tables = g_byte_array_new();
        gsize size;
        const guint8 *data = g_bytes_get_data(frame->jpeg_tables, &size);

        g_byte_array_append(tables, data, (guint)size);
        entry(directory, TAG_JPEG_TABLES, UNDEFINED, tables->len, tables);
    }
    if (frame->photometric == TIFF_YCBCR) {
        entry16(directory, TAG_SUBSAMPLING, 2, frame->subsampling);
        entry32(directory, TAG_REFERENCE, RATIONAL, 12, reference);
    }
}

static void fill_directory(Directory *directory, const TiffWriter *writer, const TiffFrame *frame)
{
    static const PageTags no_tags;
    const PageTags *tags = frame->tags != NULL ? frame->tags : &no_tags;
    g_autofree char *text = description(tags);
    g_autofree char *date = date_time(tags->time_us);

    shape_entries(directory, frame);
    entry_text(directory, TAG_DESCRIPTION, text);
    entry_text(directory, TAG_MODEL, tags->device);
    strip_entries(directory, writer, frame);
    resolution_entries(directory, frame->dpi);
    coding_entries(directory, frame);
    entry_text(directory, TAG_SOFTWARE, "anjuan " ANJUAN_VERSION);
    entry_text(directory, TAG_DATE_TIME, date);
    if (frame->predictor > 1)
        entry_one(directory, TAG_PREDICTOR, frame->predictor);
    jpeg_entries(directory, frame);
}

/* The number of entries must be known before values can be placed: fill twice. */
static gboolean write_directory(TiffWriter *writer, const TiffFrame *frame, GError **error)
{
    Directory directory = {g_byte_array_new(), g_byte_array_new(), 0, 0};
    g_autoptr(GByteArray) entries = directory.entries;
    g_autoptr(GByteArray) values = directory.values;
    g_autoptr(GByteArray) count = g_byte_array_new();
    g_autoptr(GByteArray) at = g_byte_array_new();
    static const guint8 zero[4];

    fill_directory(&directory, writer, frame);
    put32(at, (guint32)writer->sink->size);
    directory.values_at = writer->sink->size + 2 + 12ull * directory.n + 4;
    g_byte_array_set_size(entries, 0);
    g_byte_array_set_size(values, 0);
    directory.n = 0;
    fill_directory(&directory, writer, frame);
    put16(count, (guint16)directory.n);
    return sink_append(writer->sink, count->data, count->len, error) &&
           sink_append(writer->sink, entries->data, entries->len, error) &&
           sink_append(writer->sink, zero, 4, error) &&
           sink_append(writer->sink, values->data, values->len, error) &&
           sink_patch(writer->sink, 4, at->data, 4, error);
}

TiffWriter *tiff_writer_new(GError **error)
{
    static const guint8 header[] = {'I', 'I', 42, 0, 0, 0, 0, 0};
    g_autoptr(Sink) sink = sink_new("page", error);
    TiffWriter *writer;

    if (sink == NULL || !sink_append(sink, header, sizeof header, error))
        return NULL;
    writer = g_new0(TiffWriter, 1);
    writer->sink = g_steal_pointer(&sink);
    writer->offsets = g_array_new(FALSE, FALSE, sizeof(guint32));
    writer->counts = g_array_new(FALSE, FALSE, sizeof(guint32));
    return writer;
}

void tiff_writer_strip(TiffWriter *writer)
{
    guint32 offset = (guint32)writer->sink->size;
    guint32 none = 0;

    g_array_append_val(writer->offsets, offset);
    g_array_append_val(writer->counts, none);
}

gboolean tiff_writer_append(TiffWriter *writer, const void *bytes, gsize size, GError **error)
{
    g_array_index(writer->counts, guint32, writer->counts->len - 1) += (guint32)size;
    return sink_append(writer->sink, bytes, size, error);
}

Fd tiff_writer_finish(TiffWriter *writer, const TiffFrame *frame, GError **error)
{
    /* Directories start on a word boundary. */
    if ((writer->sink->size & 1) && !sink_append(writer->sink, "", 1, error))
        return -1;
    if (!write_directory(writer, frame, error))
        return -1;
    return sink_finish(writer->sink, error);
}

void tiff_writer_free(TiffWriter *writer)
{
    if (writer == NULL)
        return;
    sink_free(writer->sink);
    g_array_unref(writer->offsets);
    g_array_unref(writer->counts);
    g_free(writer);
}

static gboolean copy_rows(TiffWriter *writer, const PageGeometry *geometry, int memory,
                          GError **error)
{
    gsize row_bytes = page_row_bytes(geometry->mode, geometry->width_px);
    g_autofree guint8 *row = g_malloc(row_bytes);

    for (guint32 y = 0; y < geometry->height_px; y++) {
        if (pread(memory, row, row_bytes, (off_t)y * geometry->stride_bytes) != (ssize_t)row_bytes)
            return error_set(error, ERROR_IO, "page memory ends at row %u", y);
        if (!tiff_writer_append(writer, row, row_bytes, error))
            return FALSE;
    }
    return TRUE;
}

Fd tiff_write_raw(const PageGeometry *geometry, int memory, const PageTags *tags, GError **error)
{
    g_autoptr(TiffWriter) writer = tiff_writer_new(error);
    TiffFrame frame = {.width_px = geometry->width_px,
                       .height_px = geometry->height_px,
                       .dpi = geometry->dpi,
                       .bits = geometry->mode == PAGE_LINEART ? 1 : 8,
                       .samples = geometry->mode == PAGE_COLOUR ? 3 : 1,
                       .compression = TIFF_NONE,
                       .photometric = geometry->mode == PAGE_COLOUR    ? TIFF_RGB
                                      : geometry->mode == PAGE_LINEART ? TIFF_MIN_IS_WHITE
                                                                       : TIFF_MIN_IS_BLACK,
                       .rows_per_strip = geometry->height_px,
                       .tags = tags};

    if (writer == NULL)
        return -1;
    tiff_writer_strip(writer);
    if (!copy_rows(writer, geometry, memory, error))
        return -1;
    return tiff_writer_finish(writer, &frame, error);
}
