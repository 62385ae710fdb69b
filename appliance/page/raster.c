/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/page/raster.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

#define OUT_BYTES   16384
#define BLACK_BELOW 160
#define PNG_LEVEL   2

Raster *raster_new(guint32 width_px, guint32 height_px, guint channels)
{
    Raster *raster = g_new0(Raster, 1);

    *raster =
        (Raster){width_px, height_px, channels, g_malloc((gsize)width_px * height_px * channels)};
    return raster;
}

void raster_free(Raster *raster)
{
    if (raster == NULL)
        return;
    g_free(raster->samples);
    g_free(raster);
}

Raster *raster_upright(const Raster *raster, guint16 orientation)
{
    gboolean swapped = orientation >= 5;
    guint32 width = swapped ? raster->height_px : raster->width_px;
    guint32 height = swapped ? raster->width_px : raster->height_px;
    Raster *out = raster_new(width, height, raster->channels);
    guint c = raster->channels;

    for (guint32 y = 0; y < height; y++) {
        for (guint32 x = 0; x < width; x++) {
            /* where the pixel stands in the stored rows and columns (TIFF 6.0, page 36) */
            guint32 column = swapped ? y : x;
            guint32 row = swapped ? x : y;

            if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8)
                column = raster->width_px - 1 - column;
            if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7)
                row = raster->height_px - 1 - row;
            memcpy(out->samples + ((gsize)y * width + x) * c,
                   raster->samples + ((gsize)row * raster->width_px + column) * c, c);
        }
    }
    return out;
}

typedef struct {
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_destination_mgr destination;
    jmp_buf escape;
    Sink *sink;
    GError *error;
    guint8 out[OUT_BYTES];
} JpegOut;

static void on_jpeg_error(j_common_ptr common)
{
    JpegOut *self = common->client_data;
    char message[JMSG_LENGTH_MAX];

    common->err->format_message(common, message);
    if (self->error == NULL)
        error_set(&self->error, ERROR_INTERNAL, "JPEG: %s", message);
    longjmp(self->escape, 1);
}

static void start_output(j_compress_ptr jpeg)
{
    JpegOut *self = jpeg->client_data;

    self->destination.next_output_byte = self->out;
    self->destination.free_in_buffer = OUT_BYTES;
}

static boolean empty_output(j_compress_ptr jpeg)
{
    JpegOut *self = jpeg->client_data;

    if (!sink_append(self->sink, self->out, OUT_BYTES, &self->error))
        longjmp(self->escape, 1);
    start_output(jpeg);
    return TRUE;
}

static void end_output(j_compress_ptr jpeg)
{
    JpegOut *self = jpeg->client_data;

    if (!sink_append(self->sink, self->out, OUT_BYTES - self->destination.free_in_buffer,
                     &self->error))
        longjmp(self->escape, 1);
}

static void compress(JpegOut *self, const Raster *raster, guint quality)
{
    struct jpeg_compress_struct *jpeg = &self->jpeg;

    jpeg_create_compress(jpeg);
    self->destination.init_destination = start_output;
    self->destination.empty_output_buffer = empty_output;
    self->destination.term_destination = end_output;
    jpeg->dest = &self->destination;
    jpeg->image_width = raster->width_px;
    jpeg->image_height = raster->height_px;
    jpeg->input_components = (int)raster->channels;
    jpeg->in_color_space = raster->channels == 3 ? JCS_RGB : JCS_GRAYSCALE;
    jpeg_set_defaults(jpeg);
    jpeg_set_quality(jpeg, (int)quality, TRUE);
    jpeg_start_compress(jpeg, TRUE);
    while (jpeg->next_scanline < raster->height_px) {
        JSAMPROW row =
            raster->samples + (gsize)jpeg->next_scanline * raster->width_px * raster->channels;

        (void)jpeg_write_scanlines(jpeg, &row, 1);
    }
    jpeg_finish_compress(jpeg);
}

gboolean raster_jpeg(const Raster *raster, guint quality, Sink *sink, GError **error)
{
    JpegOut *self = g_new0(JpegOut, 1);
    gboolean good;

    self->sink = sink;
    self->jpeg.err = jpeg_std_error(&self->errors);
    self->errors.error_exit = on_jpeg_error;
    self->jpeg.client_data = self;
    if (setjmp(self->escape) == 0)
        compress(self, raster, quality);
    jpeg_destroy_compress(&self->jpeg);
    good = self->error == NULL;
    if (!good)
        g_propagate_error(error, self->error);
    g_free(self);
    return good;
}

typedef struct {
    Sink *sink;
    GError *error;
} PngOut;

static void on_png_error(png_structp png, png_const_charp message)
{
    PngOut *self = png_get_error_ptr(png);

    if (self->error == NULL)
        error_set(&self->error, ERROR_INTERNAL, "PNG: %s", message);
    longjmp(png_jmpbuf(png), 1);
}

static void on_png_write(png_structp png, png_bytep bytes, size_t size)
{
    PngOut *self = png_get_io_ptr(png);

    if (!sink_append(self->sink, bytes, size, &self->error))
        png_error(png, "write");
}

static void on_png_flush(png_structp png G_GNUC_UNUSED)
{
}

/* PNG has 1 for white in 1-bit gray. */
static void pack_row(const Raster *raster, const guint8 *in, guint8 *out)
{
    memset(out, 0, (raster->width_px + 7) / 8);
    for (guint32 x = 0; x < raster->width_px; x++) {
        const guint8 *sample = in + (gsize)x * raster->channels;
        guint level =
            raster->channels == 3 ? (sample[0] + 2u * sample[1] + sample[2]) / 4 : sample[0];

        if (level >= BLACK_BELOW)
            out[x / 8] |= (guint8)(0x80 >> x % 8);
    }
}

static void write_png(png_structp png, png_infop info, const Raster *raster, guint8 *packed)
{
    int type = raster->channels == 3 && packed == NULL ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY;

    png_set_IHDR(png, info, raster->width_px, raster->height_px, packed != NULL ? 1 : 8, type,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_compression_level(png, PNG_LEVEL);
    png_write_info(png, info);
    for (guint32 y = 0; y < raster->height_px; y++) {
        const guint8 *row = raster->samples + (gsize)y * raster->width_px * raster->channels;

        if (packed != NULL)
            pack_row(raster, row, packed);
        png_write_row(png, packed != NULL ? packed : row);
    }
    png_write_end(png, info);
}

gboolean raster_png(const Raster *raster, gboolean bitonal, Sink *sink, GError **error)
{
    PngOut self = {.sink = sink};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &self, on_png_error, NULL);
    png_infop info = png_create_info_struct(png);
    guint8 *packed = bitonal ? g_malloc((raster->width_px + 7) / 8) : NULL;

    png_set_write_fn(png, &self, on_png_write, on_png_flush);
    if (setjmp(png_jmpbuf(png)) == 0)
        write_png(png, info, raster, packed);
    png_destroy_write_struct(&png, &info);
    g_free(packed);
    if (self.error == NULL)
        return TRUE;
    g_propagate_error(error, self.error);
    return FALSE;
}
