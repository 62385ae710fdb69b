/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/page/encode.h"

#include "appliance/page/g4.h"

#include <setjmp.h>
#include <stdio.h>

#include <jerror.h>
#include <jpeglib.h>
#include <zlib.h>

#define OUT_BYTES     65536
#define DEFLATE_LEVEL 1
#define G4_TAKE_ROWS  256

struct Encoder {
    EncodeOptions options;
    TiffWriter *writer;
    guint32 rows;

    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_destination_mgr destination;
    gboolean jpeg_ready;
    jmp_buf escape;
    GByteArray *tables; /* while not NULL, libjpeg writes here */
    GBytes *jpeg_tables;

    G4 *g4;
    z_stream deflate;
    gboolean deflate_ready;
    guint8 *difference; /* one row */

    GError *error; /* what happened inside a callback */
    guint8 out[OUT_BYTES];
};

static Encoder *of_jpeg(j_common_ptr common)
{
    return common->client_data;
}

static void on_error(j_common_ptr common)
{
    Encoder *encoder = of_jpeg(common);
    char message[JMSG_LENGTH_MAX];

    common->err->format_message(common, message);
    if (encoder->error == NULL)
        error_set(&encoder->error, ERROR_INTERNAL, "JPEG: %s", message);
    longjmp(encoder->escape, 1);
}

static void start_output(j_compress_ptr jpeg)
{
    Encoder *encoder = jpeg->client_data;

    encoder->destination.next_output_byte = encoder->out;
    encoder->destination.free_in_buffer = OUT_BYTES;
}

static void put_output(Encoder *encoder, gsize size)
{
    if (encoder->tables != NULL)
        g_byte_array_append(encoder->tables, encoder->out, (guint)size);
    else if (!tiff_writer_append(encoder->writer, encoder->out, size, &encoder->error))
        longjmp(encoder->escape, 1);
}

static boolean empty_output(j_compress_ptr jpeg)
{
    put_output(jpeg->client_data, OUT_BYTES);
    start_output(jpeg);
    return TRUE;
}

static void end_output(j_compress_ptr jpeg)
{
    Encoder *encoder = jpeg->client_data;

    put_output(encoder, OUT_BYTES - encoder->destination.free_in_buffer);
}

static gboolean failed(Encoder *encoder, GError **error)
{
    g_propagate_error(error, g_steal_pointer(&encoder->error));
    return FALSE;
}

/* The tables go once into the directory; every strip is an abbreviated stream after them. */
static gboolean begin_jpeg(Encoder *encoder, GError **error)
{
    struct jpeg_compress_struct *jpeg = &encoder->jpeg;
    gboolean colour = encoder->options.geometry.mode == PAGE_COLOUR;

    jpeg->err = jpeg_std_error(&encoder->errors);
    encoder->errors.error_exit = on_error;
    jpeg->client_data = encoder;
    if (setjmp(encoder->escape) != 0)
        return failed(encoder, error);
    jpeg_create_compress(jpeg);
    encoder->jpeg_ready = TRUE;
    encoder->destination.init_destination = start_output;
    encoder->destination.empty_output_buffer = empty_output;
    encoder->destination.term_destination = end_output;
    jpeg->dest = &encoder->destination;
    jpeg->image_width = encoder->options.geometry.width_px;
    jpeg->image_height = ENCODE_STRIP_ROWS;
    jpeg->input_components = colour ? 3 : 1;
    jpeg->in_color_space = colour ? JCS_RGB : JCS_GRAYSCALE;
    jpeg_set_defaults(jpeg);
    jpeg_set_quality(jpeg,
                     encoder->options.quality != 0 ? (int)encoder->options.quality
                                                   : ENCODE_QUALITY_DEFAULT,
                     TRUE);
    jpeg->write_JFIF_header = FALSE;
    jpeg->write_Adobe_marker = FALSE;
    encoder->tables = g_byte_array_new();
    jpeg_write_tables(jpeg);
    encoder->jpeg_tables = g_byte_array_free_to_bytes(g_steal_pointer(&encoder->tables));
    return TRUE;
}

static void compress_lines(struct jpeg_compress_struct *jpeg, JSAMPARRAY lines, guint32 n)
{
    jpeg->image_height = n;
    jpeg_suppress_tables(jpeg, TRUE);
    jpeg_start_compress(jpeg, FALSE);
    while (jpeg->next_scanline < n)
        (void)jpeg_write_scanlines(jpeg, lines + jpeg->next_scanline, n - jpeg->next_scanline);
    jpeg_finish_compress(jpeg);
}

static gboolean jpeg_strip(Encoder *encoder, const guint8 *rows, guint32 n, gsize stride,
                           GError **error)
{
    JSAMPROW lines[ENCODE_STRIP_ROWS];

    for (guint32 i = 0; i < n; i++)
        lines[i] = (JSAMPROW)(rows + i * stride);
    if (setjmp(encoder->escape) != 0)
        return failed(encoder, error);
    compress_lines(&encoder->jpeg, lines, n);
    return TRUE;
}

static gboolean deflate_some(Encoder *encoder, const guint8 *bytes, gsize size, int flush,
                             GError **error)
{
    z_stream *stream = &encoder->deflate;

    stream->next_in = (Bytef *)bytes;
    stream->avail_in = (uInt)size;
    do {
        stream->next_out = encoder->out;
        stream->avail_out = OUT_BYTES;
        if (deflate(stream, flush) == Z_STREAM_ERROR)
            return error_set(error, ERROR_INTERNAL, "deflate");
        if (!tiff_writer_append(encoder->writer, encoder->out, OUT_BYTES - stream->avail_out,
                                error))
            return FALSE;
    } while (stream->avail_out == 0);
    return TRUE;
}

static void differences(const guint8 *row, gsize size, guint step, guint8 *out)
{
    for (gsize i = 0; i < step && i < size; i++)
        out[i] = row[i];
    for (gsize i = step; i < size; i++)
        out[i] = (guint8)(row[i] - row[i - step]);
}

static gboolean deflate_strip(Encoder *encoder, const guint8 *rows, guint32 n, gsize stride,
                              GError **error)
{
    const PageGeometry *geometry = &encoder->options.geometry;
    gsize size = page_row_bytes(geometry->mode, geometry->width_px);
    guint step = geometry->mode == PAGE_COLOUR ? 3 : 1;

    if (deflateReset(&encoder->deflate) != Z_OK)
        return error_set(error, ERROR_INTERNAL, "deflate");
    for (guint32 i = 0; i < n; i++) {
        differences(rows + i * stride, size, step, encoder->difference);
        if (!deflate_some(encoder, encoder->difference, size, i + 1 == n ? Z_FINISH : Z_NO_FLUSH,
                          error))
            return FALSE;
    }
    return TRUE;
}

static gboolean begin_coding(Encoder *encoder, GError **error)
{
    const PageGeometry *geometry = &encoder->options.geometry;

    if (geometry->mode == PAGE_LINEART) {
        encoder->g4 = g4_new(geometry->width_px);
        tiff_writer_strip(encoder->writer);
        return TRUE;
    }
    if (!encoder->options.lossless)
        return begin_jpeg(encoder, error);
    encoder->difference = g_malloc(page_row_bytes(geometry->mode, geometry->width_px));
    encoder->deflate_ready = deflateInit(&encoder->deflate, DEFLATE_LEVEL) == Z_OK;
    return encoder->deflate_ready || error_set(error, ERROR_INTERNAL, "deflate");
}

Encoder *encoder_new(const EncodeOptions *options, GError **error)
{
    g_autoptr(Encoder) encoder = g_malloc0(sizeof *encoder);

    encoder->options = *options;
    encoder->writer = tiff_writer_new(error);
    if (encoder->writer == NULL || !begin_coding(encoder, error))
        return NULL;
    return g_steal_pointer(&encoder);
}

gboolean encoder_strip(Encoder *encoder, const guint8 *rows, guint32 n, gsize stride,
                       GError **error)
{
    encoder->rows += n;
    tiff_writer_strip(encoder->writer);
    if (encoder->options.lossless)
        return deflate_strip(encoder, rows, n, stride, error);
    return jpeg_strip(encoder, rows, n, stride, error);
}

static gboolean take_g4(Encoder *encoder, GError **error)
{
    gsize size;
    const guint8 *bytes = g4_take(encoder->g4, &size);

    return tiff_writer_append(encoder->writer, bytes, size, error);
}

gboolean encoder_bits_row(Encoder *encoder, const guint64 *row, GError **error)
{
    g4_row(encoder->g4, row);
    return ++encoder->rows % G4_TAKE_ROWS != 0 || take_g4(encoder, error);
}

static TiffFrame frame_of(const Encoder *encoder)
{
    const PageGeometry *geometry = &encoder->options.geometry;
    TiffFrame frame = {.width_px = geometry->width_px,
                       .height_px = encoder->rows,
                       .dpi = geometry->dpi,
                       .bits = 8,
                       .samples = geometry->mode == PAGE_COLOUR ? 3 : 1,
                       .compression = encoder->options.lossless ? TIFF_DEFLATE : TIFF_JPEG,
                       .photometric = TIFF_MIN_IS_BLACK,
                       .predictor = encoder->options.lossless ? 2 : 1,
                       .orientation = encoder->options.orientation,
                       .rows_per_strip = ENCODE_STRIP_ROWS,
                       .jpeg_tables = encoder->jpeg_tables,
                       .tags = encoder->options.tags};

    if (geometry->mode == PAGE_COLOUR) {
        frame.photometric = encoder->options.lossless ? TIFF_RGB : TIFF_YCBCR;
        frame.subsampling[0] = frame.subsampling[1] = 2;
    }
    if (geometry->mode == PAGE_LINEART) {
        frame.bits = 1;
        frame.compression = TIFF_G4;
        frame.photometric = TIFF_MIN_IS_WHITE;
        frame.predictor = 1;
        frame.rows_per_strip = encoder->rows;
    }
    return frame;
}

Fd encoder_finish(Encoder *encoder, GError **error)
{
    TiffFrame frame = frame_of(encoder);

    if (encoder->g4 != NULL) {
        g4_finish(encoder->g4);
        if (!take_g4(encoder, error))
            return -1;
    }
    return tiff_writer_finish(encoder->writer, &frame, error);
}

void encoder_free(Encoder *encoder)
{
    if (encoder == NULL)
        return;
    if (encoder->jpeg_ready)
        jpeg_destroy_compress(&encoder->jpeg);
    if (encoder->deflate_ready)
        (void)deflateEnd(&encoder->deflate);
    g_clear_pointer(&encoder->tables, g_byte_array_unref);
    g_clear_pointer(&encoder->jpeg_tables, g_bytes_unref);
    g_clear_error(&encoder->error);
    g4_free(encoder->g4);
    tiff_writer_free(encoder->writer);
    g_free(encoder->difference);
    g_free(encoder);
}
