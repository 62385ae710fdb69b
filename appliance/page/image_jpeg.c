/* SPDX-License-Identifier: Apache-2.0
 *
 * JPEG through libjpeg-turbo. A JPEG is whole when every scan decodes without a warning that
 * means lost data; a device that loses its connection delivers a cut file with a good header.
 */
#include "appliance/page/image.h"
#include "appliance/page/tiff_writer.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

/* A sequential file has one scan a component at most, a progressive one some ten. */
#define SCANS_MAX 64
/* Progressive files need the coefficients of the whole page, 2 bytes a sample. */
#define COEFFICIENT_BYTES_MAX ((guint64)192 << 20)

typedef struct {
    Image base;
    struct jpeg_decompress_struct decoder;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf escape;
    char message[JMSG_LENGTH_MAX];
    gboolean damaged;
    Bytes file;
    TiffFrame frame; /* the decoder forgets its components when it has finished */
} JpegImage;

static JpegImage *of_decoder(j_common_ptr common)
{
    return common->client_data;
}

static void on_error(j_common_ptr common)
{
    JpegImage *self = of_decoder(common);

    common->err->format_message(common, self->message);
    longjmp(self->escape, 1);
}

/* Levels below 0 are warnings: the library goes on with invented data. What is only untidy
 * (stray bytes between markers, an odd Adobe marker) loses nothing. */
static void on_message(j_common_ptr common, int level)
{
    JpegImage *self = of_decoder(common);
    int code = common->err->msg_code;

    if (level >= 0 || code == JWRN_EXTRANEOUS_DATA || code == JWRN_ADOBE_XFORM ||
        code == JWRN_JFIF_MAJOR)
        return;
    if (!self->damaged)
        common->err->format_message(common, self->message);
    self->damaged = TRUE;
}

static void on_progress(j_common_ptr common)
{
    JpegImage *self = of_decoder(common);

    if (self->decoder.input_scan_number > SCANS_MAX) {
        g_strlcpy(self->message, "too many scans", sizeof self->message);
        longjmp(self->escape, 1);
    }
}

static gboolean broken(JpegImage *self, GError **error)
{
    return error_set(error, ERROR_FORMAT, "JPEG: %s", self->message);
}

static guint32 density_dpi(const struct jpeg_decompress_struct *decoder)
{
    if (!decoder->saw_JFIF_marker)
        return 0;
    if (decoder->density_unit == 1)
        return decoder->X_density;
    if (decoder->density_unit == 2)
        return (guint32)(decoder->X_density * 2.54 + 0.5);
    return 0;
}

static guint32 exif_number(Bytes exif, gsize at, guint n)
{
    gboolean little = exif.bytes[0] == 'I';
    guint32 number = 0;

    if (at > exif.size || n > exif.size - at)
        return 0;
    for (guint i = 0; i < n; i++)
        number |= (guint32)exif.bytes[at + i] << 8 * (little ? i : n - 1 - i);
    return number;
}

/* Orientation (tag 0x0112) of the first directory; cameras and telephones set it. */
static guint16 exif_orientation(Bytes exif)
{
    gsize directory, n;

    if (exif.size < 8 || (exif.bytes[0] != 'I' && exif.bytes[0] != 'M'))
        return 1;
    directory = exif_number(exif, 4, 4);
    n = exif_number(exif, directory, 2);
    for (gsize i = 0; i < n; i++) {
        gsize entry = directory + 2 + 12 * i;
        guint32 value = exif_number(exif, entry + 8, 2);

        if (exif_number(exif, entry, 2) == 0x0112)
            return value >= 1 && value <= 8 ? (guint16)value : 1;
    }
    return 1;
}

static guint16 read_orientation(const struct jpeg_decompress_struct *decoder)
{
    for (jpeg_saved_marker_ptr marker = decoder->marker_list; marker != NULL;
         marker = marker->next) {
        if (marker->marker == JPEG_APP0 + 1 && marker->data_length > 6 &&
            memcmp(marker->data, "Exif\0\0", 6) == 0)
            return exif_orientation((Bytes){marker->data + 6, marker->data_length - 6});
    }
    return 1;
}

static void choose_output(JpegImage *self, const ImageOptions *options)
{
    struct jpeg_decompress_struct *decoder = &self->decoder;
    gboolean luma = options->luma && decoder->jpeg_color_space == JCS_YCbCr;

    self->base.page.mode = decoder->num_components == 1 ? PAGE_GRAY : PAGE_COLOUR;
    if (decoder->num_components == 4)
        decoder->out_color_space = JCS_CMYK;
    else
        decoder->out_color_space = decoder->num_components == 1 || luma ? JCS_GRAYSCALE : JCS_RGB;
    decoder->scale_num = 1;
    decoder->scale_denom = 1;
    while (options->shrink_to > 0 && decoder->scale_denom < 8 &&
           decoder->image_width / (decoder->scale_denom * 2) >= options->shrink_to)
        decoder->scale_denom *= 2;
    jpeg_calc_output_dimensions(decoder);
}

static gboolean check_limits(JpegImage *self, GError **error)
{
    const struct jpeg_decompress_struct *decoder = &self->decoder;
    guint64 samples =
        (guint64)decoder->image_width * decoder->image_height * (guint)decoder->num_components;

    if (!page_geometry_check(&self->base.page, error))
        return FALSE;
    if (jpeg_has_multiple_scans(&self->decoder) && samples * 2 > COEFFICIENT_BYTES_MAX)
        return error_set(error, ERROR_TOO_LARGE, "a progressive JPEG of %u × %u pixels",
                         decoder->image_width, decoder->image_height);
    if (decoder->data_precision != 8 ||
        (decoder->num_components != 1 && decoder->num_components != 3 &&
         decoder->num_components != 4))
        return error_set(error, ERROR_FORMAT, "JPEG: %d components of %d bits",
                         decoder->num_components, decoder->data_precision);
    return TRUE;
}

/* Adobe's CMYK is stored inverted; good enough for looking at the page, the file is kept. */
static void cmyk_to_rgb(guint8 *out, const guint8 *in, guint32 width)
{
    for (guint32 x = 0; x < width; x++) {
        guint32 k = in[4 * x + 3];

        for (guint c = 0; c < 3; c++)
            out[3 * x + c] = (guint8)(in[4 * x + c] * k / 255);
    }
}

static gboolean read_row(JpegImage *self, guint8 *out)
{
    struct jpeg_decompress_struct *decoder = &self->decoder;
    JSAMPROW row = out;
    g_autofree guint8 *inks = NULL;

    if (decoder->out_color_space == JCS_CMYK) {
        inks = g_malloc((gsize)decoder->output_width * 4);
        row = inks;
    }
    if (jpeg_read_scanlines(decoder, &row, 1) != 1)
        return FALSE;
    if (inks != NULL)
        cmyk_to_rgb(out, inks, decoder->output_width);
    return TRUE;
}

static gboolean rows(Image *image, guint8 *out, guint32 n, GError **error)
{
    JpegImage *self = (JpegImage *)image;

    if (setjmp(self->escape) != 0)
        return broken(self, error);
    if (self->decoder.output_scanline == 0 && self->decoder.global_state < 204)
        (void)jpeg_start_decompress(&self->decoder);
    for (guint32 i = 0; i < n; i++) {
        if (!read_row(self, out + (gsize)i * image->geometry.stride_bytes))
            return error_set(error, ERROR_FORMAT, "JPEG: no more rows");
    }
    if (self->decoder.output_scanline == self->decoder.output_height)
        (void)jpeg_finish_decompress(&self->decoder);
    return self->damaged ? broken(self, error) : TRUE;
}

static void frame_colours(const struct jpeg_decompress_struct *decoder, TiffFrame *frame)
{
    switch (decoder->jpeg_color_space) {
    case JCS_GRAYSCALE:
        frame->photometric = TIFF_MIN_IS_BLACK;
        break;
    case JCS_YCbCr:
        frame->photometric = TIFF_YCBCR;
        frame->subsampling[0] = (guint16)(decoder->comp_info[0].h_samp_factor /
                                          MAX(1, decoder->comp_info[1].h_samp_factor));
        frame->subsampling[1] = (guint16)(decoder->comp_info[0].v_samp_factor /
                                          MAX(1, decoder->comp_info[1].v_samp_factor));
        break;
    default:
        frame->photometric = TIFF_RGB;
        break;
    }
}

static TiffFrame frame_of(const JpegImage *self)
{
    TiffFrame frame = {.width_px = self->base.page.width_px,
                       .height_px = self->base.page.height_px,
                       .bits = 8,
                       .samples = (guint16)self->decoder.num_components,
                       .compression = TIFF_JPEG,
                       .rows_per_strip = self->base.page.height_px};

    frame_colours(&self->decoder, &frame);
    return frame;
}

/* TIFF Technical Note 2 allows a complete JPEG as the only strip. */
static Fd wrap(Image *image, const PageTags *tags, GError **error)
{
    JpegImage *self = (JpegImage *)image;
    g_autoptr(TiffWriter) writer = tiff_writer_new(error);
    TiffFrame frame = self->frame;

    if (writer == NULL)
        return -1;
    frame.dpi = image->page.dpi;
    frame.orientation = image->orientation;
    frame.tags = tags;
    tiff_writer_strip(writer);
    if (!tiff_writer_append(writer, self->file.bytes, self->file.size, error))
        return -1;
    return tiff_writer_finish(writer, &frame, error);
}

static void jpeg_image_free(Image *image)
{
    JpegImage *self = (JpegImage *)image;

    jpeg_destroy_decompress(&self->decoder);
    g_free(self);
}

/* Baseline TIFF readers take JPEG with subsampling of 1, 2 or 4 alone; other files stay files. */
static gboolean wrappable(const struct jpeg_decompress_struct *decoder)
{
    if (decoder->num_components == 4 || decoder->progressive_mode)
        return FALSE;
    if (decoder->num_components == 3 &&
        (decoder->comp_info[1].h_samp_factor != 1 || decoder->comp_info[1].v_samp_factor != 1 ||
         decoder->comp_info[2].h_samp_factor != 1 || decoder->comp_info[2].v_samp_factor != 1))
        return FALSE;
    return TRUE;
}

static gboolean open_decoder(JpegImage *self, const ImageOptions *options, GError **error)
{
    struct jpeg_decompress_struct *decoder = &self->decoder;
    PageGeometry *page = &self->base.page;

    if (setjmp(self->escape) != 0)
        return broken(self, error);
    jpeg_create_decompress(decoder);
    decoder->client_data = self;
    self->progress.progress_monitor = on_progress;
    decoder->progress = &self->progress;
    jpeg_mem_src(decoder, self->file.bytes, (unsigned long)self->file.size);
    jpeg_save_markers(decoder, JPEG_APP0 + 1, 0xffff);
    (void)jpeg_read_header(decoder, TRUE);
    self->base.orientation = read_orientation(decoder);
    *page = (PageGeometry){.width_px = decoder->image_width,
                           .height_px = decoder->image_height,
                           .dpi = density_dpi(decoder),
                           .mode = decoder->num_components == 1 ? PAGE_GRAY : PAGE_COLOUR};
    page->stride_bytes = (guint32)page_row_bytes(page->mode, page->width_px);
    if (!check_limits(self, error))
        return FALSE;
    choose_output(self, options);
    self->base.keep_file = !wrappable(decoder);
    self->frame = frame_of(self);
    return TRUE;
}

Image *image_open_jpeg(Bytes file, const ImageOptions *options, GError **error)
{
    JpegImage *self = g_new0(JpegImage, 1);
    Image *base = &self->base;

    *base = (Image){.orientation = 1, .rows = rows, .wrap = wrap, .free = jpeg_image_free};
    self->file = file;
    self->decoder.err = jpeg_std_error(&self->errors);
    self->decoder.client_data = self;
    self->errors.error_exit = on_error;
    self->errors.emit_message = on_message;
    if (!open_decoder(self, options, error)) {
        image_free(base);
        return NULL;
    }
    base->geometry = base->page;
    base->geometry.width_px = self->decoder.output_width;
    base->geometry.height_px = self->decoder.output_height;
    base->geometry.mode = self->decoder.out_color_space == JCS_GRAYSCALE ? PAGE_GRAY : PAGE_COLOUR;
    base->geometry.stride_bytes =
        (guint32)page_row_bytes(base->geometry.mode, base->geometry.width_px);
    return base;
}
