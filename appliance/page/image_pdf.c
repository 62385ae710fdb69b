/* SPDX-License-Identifier: Apache-2.0
 *
 * The image of a PDF page that is nothing but an image: a scan in a PDF coat. It is taken out as
 * it stands (DCT, CCITT, samples); any other page is named as what it is and not read.
 */
#include "appliance/page/image.h"
#include "appliance/page/pdf_content.h"
#include "appliance/page/pdf_stream.h"
#include "appliance/page/tiff_writer.h"

#include <math.h>
#include <qpdf/qpdf-c.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#define PARENTS_MAX     32
#define POINTS_PER_INCH 72.0
/* A JPEG hardly deflates: what grows more than twice is none. */
#define INFLATED_BYTES_MAX ((gsize)64 << 20)
#define PALETTE_BYTES      768
#define PALETTE_BYTES_MAX  ((gsize)64 << 10) /* of its stream, whatever it is padded with */
/* The largest page and the predictor's byte in front of every row. */
#define SAMPLES_BYTES_MAX ((gsize)PAGE_BYTES_MAX + PAGE_SIDE_PX_MAX)
/* Operators of a scan, its invisible text included. */
#define CONTENT_BYTES_MAX ((gsize)8 << 20)

typedef struct {
    Image base;
    Image *inner; /* DCT and CCITT: the decoder of what was taken out; NULL for samples */
    guint8 *data; /* from qpdf, freed with free(3) */
    gsize size;
    void *mapped; /* CCITT: the TIFF around the fax data */
    gsize mapped_size;
    /* samples */
    guint bits, samples;
    gboolean invert;
    gboolean indexed;
    guint8 palette[PALETTE_BYTES];
    gsize row_bytes; /* in `data` */
    guint32 next_row;
} PdfImage;

typedef struct {
    qpdf_data pdf;
    qpdf_oh page, image, dict;
    PdfPlacement placement;
    int rotate;
} PdfPage;

static gboolean qpdf_failed(qpdf_data pdf, GError **error)
{
    qpdf_error why = qpdf_has_error(pdf) ? qpdf_get_error(pdf) : NULL;

    return error_set(error, ERROR_FORMAT, "PDF: %s",
                     why != NULL ? qpdf_get_error_message_detail(pdf, why) : "damaged");
}

static qpdf_data open_file(Bytes file, GError **error)
{
    qpdf_data pdf = qpdf_init();

    qpdf_silence_errors(pdf);
    qpdf_set_suppress_warnings(pdf, QPDF_TRUE);
    if (qpdf_read_memory(pdf, "pdf", (const char *)file.bytes, file.size, "") & QPDF_ERRORS) {
        (void)qpdf_failed(pdf, error);
        qpdf_cleanup(&pdf);
        return NULL;
    }
    return pdf;
}

gboolean image_count_pdf(Bytes file, guint32 *pages, GError **error)
{
    qpdf_data pdf = open_file(file, error);
    int n;

    if (pdf == NULL)
        return FALSE;
    n = qpdf_get_num_pages(pdf);
    if (n > 0 && (guint)n <= PAGE_COUNT_MAX)
        *pages = (guint32)n;
    else if (n > 0)
        error_set(error, ERROR_TOO_LARGE, "a PDF of %d pages", n);
    else if (n == 0)
        error_set(error, ERROR_FORMAT, "a PDF without pages");
    else
        (void)qpdf_failed(pdf, error);
    qpdf_cleanup(&pdf);
    return *pages > 0;
}

/* Resources, MediaBox and Rotate may stand at a parent of the page (ISO 32000-1, 7.7.3.4). */
static qpdf_oh inherited(qpdf_data pdf, qpdf_oh page, const char *key)
{
    qpdf_oh node = page;

    for (guint i = 0; i < PARENTS_MAX && qpdf_oh_is_dictionary(pdf, node); i++) {
        if (qpdf_oh_has_key(pdf, node, key))
            return qpdf_oh_get_key(pdf, node, key);
        node = qpdf_oh_get_key(pdf, node, "/Parent");
    }
    return qpdf_oh_new_null(pdf);
}

static gboolean refuse(const char *why, GError **error)
{
    return error_set(error, ERROR_FORMAT, "PDF: %s", why);
}

static gboolean find_placement(PdfPage *page, GError **error)
{
    unsigned char *content = NULL;
    size_t size = 0;
    const char *why = NULL;
    gboolean found;

    if (!pdf_content_fits(page->pdf, qpdf_oh_get_key(page->pdf, page->page, "/Contents"),
                          CONTENT_BYTES_MAX, error))
        return FALSE;
    if (qpdf_oh_get_page_content_data(page->pdf, page->page, &content, &size) & QPDF_ERRORS) {
        free(content);
        return qpdf_failed(page->pdf, error);
    }
    found = pdf_content_placement(content != NULL ? (const char *)content : "", size,
                                  &page->placement, &why);
    free(content);
    return found || refuse(why, error);
}

static gboolean find_image(PdfPage *page, GError **error)
{
    g_autofree char *key = g_strconcat("/", page->placement.image, NULL);
    qpdf_oh resources = inherited(page->pdf, page->page, "/Resources");
    qpdf_oh objects = qpdf_oh_get_key_if_dict(page->pdf, resources, "/XObject");
    qpdf_oh rotate = inherited(page->pdf, page->page, "/Rotate");

    page->image = qpdf_oh_get_key_if_dict(page->pdf, objects, key);
    if (!qpdf_oh_is_stream(page->pdf, page->image))
        return refuse("the image is missing", error);
    page->dict = qpdf_oh_get_dict(page->pdf, page->image);
    page->rotate =
        qpdf_oh_is_integer(page->pdf, rotate) ? qpdf_oh_get_int_value_as_int(page->pdf, rotate) : 0;
    page->rotate = ((page->rotate % 360) + 360) % 360;
    if (!qpdf_oh_is_name_and_equals(page->pdf, qpdf_oh_get_key(page->pdf, page->dict, "/Subtype"),
                                    "/Image"))
        return refuse("a drawing, not an image", error);
    if (qpdf_oh_has_key(page->pdf, page->dict, "/SMask") ||
        qpdf_oh_has_key(page->pdf, page->dict, "/Mask") ||
        qpdf_oh_get_bool_value(page->pdf, qpdf_oh_get_key(page->pdf, page->dict, "/ImageMask")))
        return refuse("an image with a mask", error);
    return TRUE;
}

static int dict_int(PdfPage *page, qpdf_oh dict, const char *key, int otherwise)
{
    qpdf_oh value = qpdf_oh_get_key_if_dict(page->pdf, dict, key);

    return qpdf_oh_is_integer(page->pdf, value) ? qpdf_oh_get_int_value_as_int(page->pdf, value)
                                                : otherwise;
}

static gboolean dict_flag(PdfPage *page, qpdf_oh dict, const char *key)
{
    qpdf_oh value = qpdf_oh_get_key_if_dict(page->pdf, dict, key);

    return qpdf_oh_is_bool(page->pdf, value) && qpdf_oh_get_bool_value(page->pdf, value);
}

/* The image's own size, turn and resolution on the page. */
static gboolean read_geometry(PdfPage *page, Image *base, GError **error)
{
    const double *m = page->placement.matrix;
    double side_pt = hypot(m[0], m[1]);
    gboolean upright = fabs(m[1]) + fabs(m[2]) < 0.01 * (fabs(m[0]) + fabs(m[3]));
    gboolean sideways = fabs(m[0]) + fabs(m[3]) < 0.01 * (fabs(m[1]) + fabs(m[2]));
    int width = dict_int(page, page->dict, "/Width", 0);
    int height = dict_int(page, page->dict, "/Height", 0);
    int turn = page->rotate;

    if ((!upright && !sideways) || m[0] * m[3] - m[1] * m[2] <= 0 || page->rotate % 90 != 0)
        return refuse("the image stands askew or mirrored", error);
    if (upright && m[0] < 0)
        turn += 180;
    else if (sideways)
        turn += m[1] < 0 ? 90 : 270;
    base->orientation = (guint16[]){1, 6, 3, 8}[turn / 90 % 4];
    if (width <= 0 || height <= 0)
        return refuse("an image without a size", error);
    base->page.width_px = (guint32)width;
    base->page.height_px = (guint32)height;
    if (side_pt > 1)
        base->page.dpi = (guint32)(width * POINTS_PER_INCH / side_pt + 0.5);
    return TRUE;
}

/* Components of a colour space whose samples are gray or RGB as they are; 0 for others. */
static guint components(PdfPage *page, qpdf_oh space)
{
    qpdf_data pdf = page->pdf;
    qpdf_oh family = space;
    const char *name;

    if (qpdf_oh_is_array(pdf, space) && qpdf_oh_get_array_n_items(pdf, space) > 0)
        family = qpdf_oh_get_array_item(pdf, space, 0);
    if (!qpdf_oh_is_name(pdf, family))
        return 0;
    name = qpdf_oh_get_name(pdf, family);
    if (strcmp(name, "/DeviceGray") == 0 || strcmp(name, "/CalGray") == 0)
        return 1;
    if (strcmp(name, "/DeviceRGB") == 0 || strcmp(name, "/CalRGB") == 0)
        return 3;
    if (strcmp(name, "/ICCBased") == 0 && qpdf_oh_get_array_n_items(pdf, space) == 2) {
        qpdf_oh profile = qpdf_oh_get_array_item(pdf, space, 1);
        int n = qpdf_oh_is_stream(pdf, profile)
                    ? dict_int(page, qpdf_oh_get_dict(pdf, profile), "/N", 0)
                    : 0;

        return n == 1 || n == 3 ? (guint)n : 0;
    }
    return 0;
}

/* Bytes of a palette: a string or a stream. */
static gboolean read_lookup(PdfPage *page, qpdf_oh table, GByteArray *bytes)
{
    if (qpdf_oh_is_string(page->pdf, table)) {
        size_t size;
        const char *text = qpdf_oh_get_binary_string_value(page->pdf, table, &size);

        g_byte_array_append(bytes, (const guint8 *)text, (guint)MIN(size, PALETTE_BYTES));
        return TRUE;
    }
    if (qpdf_oh_is_stream(page->pdf, table)) {
        unsigned char *data = NULL;
        size_t size = 0;
        QPDF_BOOL filtered = QPDF_FALSE;

        if (pdf_stream_fits(page->pdf, table, PALETTE_BYTES_MAX, NULL) &&
            !(qpdf_oh_get_stream_data(page->pdf, table, qpdf_dl_generalized, &filtered, &data,
                                      &size) &
              QPDF_ERRORS) &&
            filtered)
            g_byte_array_append(bytes, data, (guint)MIN(size, PALETTE_BYTES));
        free(data);
        return bytes->len > 0;
    }
    return FALSE;
}

static gboolean read_palette(PdfPage *page, PdfImage *self, qpdf_oh space)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    guint n = components(page, qpdf_oh_get_array_item(page->pdf, space, 1));

    if (n == 0 || !read_lookup(page, qpdf_oh_get_array_item(page->pdf, space, 3), bytes))
        return FALSE;
    for (guint i = 0; i < PALETTE_BYTES / 3; i++) {
        for (guint c = 0; c < 3; c++) {
            guint at = n == 3 ? 3 * i + c : i;

            self->palette[3 * i + c] = at < bytes->len ? bytes->data[at] : 0;
        }
    }
    return TRUE;
}

static gboolean is_indexed(PdfPage *page, qpdf_oh space)
{
    return qpdf_oh_is_array(page->pdf, space) && qpdf_oh_get_array_n_items(page->pdf, space) == 4 &&
           qpdf_oh_is_name_and_equals(page->pdf, qpdf_oh_get_array_item(page->pdf, space, 0),
                                      "/Indexed");
}

/* 0 absent or the default, 1 inverted, -1 something else. */
static int decode_kind(PdfPage *page)
{
    qpdf_oh decode = qpdf_oh_get_key(page->pdf, page->dict, "/Decode");
    int n = qpdf_oh_is_array(page->pdf, decode) ? qpdf_oh_get_array_n_items(page->pdf, decode) : 0;
    guint straight = 0;
    guint inverted = 0;

    for (int i = 0; i < n; i++) {
        double value =
            qpdf_oh_get_numeric_value(page->pdf, qpdf_oh_get_array_item(page->pdf, decode, i));

        straight += value == (i & 1);
        inverted += value == !(i & 1);
    }
    if (straight == (guint)n)
        return 0;
    return inverted == (guint)n ? 1 : -1;
}

static gboolean take_stream(PdfPage *page, PdfImage *self, gboolean decode, GError **error)
{
    QPDF_BOOL filtered = QPDF_FALSE;

    if (decode && !pdf_stream_fits(page->pdf, page->image, SAMPLES_BYTES_MAX, error))
        return FALSE;
    if (qpdf_oh_get_stream_data(page->pdf, page->image, decode ? qpdf_dl_generalized : qpdf_dl_none,
                                &filtered, &self->data, &self->size) &
        QPDF_ERRORS)
        return qpdf_failed(page->pdf, error);
    if (decode && !filtered)
        return refuse("an image coded in a way that is not taken out", error);
    return TRUE;
}

static const char *filter_at(PdfPage *page, int i)
{
    qpdf_oh filter = qpdf_oh_get_key(page->pdf, page->dict, "/Filter");

    if (qpdf_oh_is_array(page->pdf, filter))
        filter = i < qpdf_oh_get_array_n_items(page->pdf, filter)
                     ? qpdf_oh_get_array_item(page->pdf, filter, i)
                     : qpdf_oh_new_null(page->pdf);
    else if (i > 0)
        return "";
    return qpdf_oh_is_name(page->pdf, filter) ? qpdf_oh_get_name(page->pdf, filter) : "";
}

/* Some writers deflate a JPEG once more; that coat comes off, the JPEG stays. */
static gboolean inflate_stream(PdfImage *self, GError **error)
{
    z_stream stream = {.next_in = self->data, .avail_in = (uInt)MIN(self->size, G_MAXUINT32)};
    gsize room = MIN(self->size * 2 + 65536, INFLATED_BYTES_MAX);
    guint8 *out = malloc(room);
    int result = out != NULL ? inflateInit(&stream) : Z_MEM_ERROR;

    if (result == Z_OK) {
        stream.next_out = out;
        stream.avail_out = (uInt)room;
        result = inflate(&stream, Z_FINISH);
        (void)inflateEnd(&stream);
    }
    if (result != Z_STREAM_END) {
        free(out);
        return refuse("deflated image data is damaged", error);
    }
    free(self->data);
    self->data = out;
    self->size = stream.total_out;
    return TRUE;
}

static qpdf_oh only_parameters(PdfPage *page)
{
    qpdf_oh parms = qpdf_oh_get_key(page->pdf, page->dict, "/DecodeParms");

    if (qpdf_oh_is_array(page->pdf, parms) && qpdf_oh_get_array_n_items(page->pdf, parms) > 0)
        parms = qpdf_oh_get_array_item(page->pdf, parms, 0);
    return parms;
}

static gboolean adopt(PdfImage *self, Image *inner, GError **error)
{
    guint32 dpi = self->base.page.dpi;

    if (inner == NULL)
        return FALSE;
    self->inner = inner;
    if (inner->page.width_px != self->base.page.width_px ||
        inner->page.height_px != self->base.page.height_px)
        return refuse("the image has another size than it says", error);
    if (inner->keep_file)
        return refuse("an image of a kind that is not taken out", error);
    inner->page.dpi = dpi;
    inner->orientation = self->base.orientation;
    self->base.page = inner->page;
    self->base.geometry = inner->geometry;
    self->base.geometry.dpi = dpi;
    return TRUE;
}

static gboolean open_dct(PdfPage *page, PdfImage *self, const ImageOptions *options, GError **error)
{
    guint n = components(page, qpdf_oh_get_key(page->pdf, page->dict, "/ColorSpace"));
    gboolean deflated = strcmp(filter_at(page, 0), "/FlateDecode") == 0;

    if (n == 0 || decode_kind(page) != 0)
        return refuse("a JPEG in a colour space that is not taken out", error);
    return take_stream(page, self, FALSE, error) && (!deflated || inflate_stream(self, error)) &&
           adopt(self, image_open_jpeg((Bytes){self->data, self->size}, options, error), error);
}

static gboolean map_file(PdfImage *self, int fd, GError **error)
{
    self->mapped_size = (gsize)lseek(fd, 0, SEEK_END);
    self->mapped = mmap(NULL, self->mapped_size, PROT_READ, MAP_PRIVATE, fd, 0);
    return self->mapped != MAP_FAILED || refuse("out of memory", error);
}

/* Frame the fax data as TIFF and read it as such. ISO 32000-1, 7.4.6: K < 0 is Group 4. */
static gboolean open_ccitt(PdfPage *page, PdfImage *self, const ImageOptions *options,
                           GError **error)
{
    qpdf_oh parms = only_parameters(page);
    gboolean black_is_1 = dict_flag(page, parms, "/BlackIs1");
    int inverted = decode_kind(page);
    ImageOptions first = *options;
    g_autoptr(TiffWriter) writer = NULL;
    g_auto(Fd) fd = -1;
    TiffFrame frame = {.width_px = self->base.page.width_px,
                       .height_px = self->base.page.height_px,
                       .bits = 1,
                       .samples = 1,
                       .compression = TIFF_G4,
                       .rows_per_strip = self->base.page.height_px};

    if (dict_int(page, parms, "/K", 0) >= 0 || dict_flag(page, parms, "/EncodedByteAlign") ||
        dict_int(page, parms, "/Columns", 1728) != (int)frame.width_px || inverted < 0 ||
        components(page, qpdf_oh_get_key(page->pdf, page->dict, "/ColorSpace")) != 1)
        return refuse("fax data of a kind that is not taken out", error);
    frame.photometric = black_is_1 == (inverted == 1) ? TIFF_MIN_IS_WHITE : TIFF_MIN_IS_BLACK;
    writer = tiff_writer_new(error);
    if (writer == NULL || !take_stream(page, self, FALSE, error))
        return FALSE;
    tiff_writer_strip(writer);
    if (!tiff_writer_append(writer, self->data, self->size, error))
        return FALSE;
    fd = tiff_writer_finish(writer, &frame, error);
    if (fd < 0)
        return FALSE;
    if (!map_file(self, fd, error))
        return FALSE;
    first.page = 0;
    return adopt(self, image_open_tiff((Bytes){self->mapped, self->mapped_size}, &first, error),
                 error);
}

static PageMode indexed_mode(const PdfImage *self)
{
    static const guint8 black_white[] = {0, 0, 0, 255, 255, 255};
    static const guint8 white_black[] = {255, 255, 255, 0, 0, 0};

    if (self->bits == 1 &&
        (memcmp(self->palette, black_white, 6) == 0 || memcmp(self->palette, white_black, 6) == 0))
        return PAGE_LINEART;
    for (guint i = 0; i < 1u << self->bits; i++) {
        const guint8 *colour = self->palette + 3 * (gsize)i;

        if (colour[0] != colour[1] || colour[1] != colour[2])
            return PAGE_COLOUR;
    }
    return PAGE_GRAY;
}

static gboolean choose_sample_mode(PdfPage *page, PdfImage *self, GError **error)
{
    qpdf_oh space = qpdf_oh_get_key(page->pdf, page->dict, "/ColorSpace");
    int inverted = decode_kind(page);

    self->bits = (guint)dict_int(page, page->dict, "/BitsPerComponent", 0);
    self->indexed = is_indexed(page, space);
    if (self->indexed && !read_palette(page, self, space))
        return refuse("a palette that is not taken out", error);
    self->samples = self->indexed ? 1 : components(page, space);
    if ((self->bits != 1 && self->bits != 8) || self->samples == 0 || inverted < 0 ||
        (inverted > 0 && self->indexed) || (self->bits == 1 && self->samples == 3))
        return refuse("samples of a kind that is not taken out", error);
    if (self->indexed) {
        self->base.page.mode = indexed_mode(self);
        self->invert = self->palette[0] == 0;
    } else {
        self->base.page.mode = self->bits == 1      ? PAGE_LINEART
                               : self->samples == 3 ? PAGE_COLOUR
                                                    : PAGE_GRAY;
        /* In a PDF 0 is black; lineart of ours has 1 for black. */
        self->invert = (inverted > 0) != (self->bits == 1);
    }
    return TRUE;
}

static gboolean open_samples(PdfPage *page, PdfImage *self, GError **error)
{
    PageGeometry *geometry = &self->base.page;

    if (!choose_sample_mode(page, self, error))
        return FALSE;
    geometry->stride_bytes = (guint32)page_row_bytes(geometry->mode, geometry->width_px);
    self->base.geometry = *geometry;
    if (!page_geometry_check(geometry, error) || !take_stream(page, self, TRUE, error))
        return FALSE;
    self->row_bytes = ((gsize)geometry->width_px * self->bits * self->samples + 7) / 8;
    if (self->size < self->row_bytes * geometry->height_px)
        return refuse("the image is cut off", error);
    return TRUE;
}

static void look_up(const PdfImage *self, const guint8 *in, guint8 *out)
{
    guint step = self->base.geometry.mode == PAGE_COLOUR ? 3 : 1;

    for (guint32 x = 0; x < self->base.geometry.width_px; x++) {
        guint index = self->bits == 8 ? in[x] : (in[x / 8] >> (7 - x % 8)) & 1u;

        memcpy(out + (gsize)x * step, self->palette + 3 * (gsize)index, step);
    }
}

static void sample_row(PdfImage *self, guint8 *out)
{
    const PageGeometry *geometry = &self->base.geometry;
    const guint8 *in = self->data + self->next_row * self->row_bytes;

    if (self->indexed && geometry->mode != PAGE_LINEART) {
        look_up(self, in, out);
        return;
    }
    for (gsize i = 0; i < self->row_bytes; i++)
        out[i] = self->invert ? (guint8)~in[i] : in[i];
    if (geometry->mode == PAGE_LINEART)
        out[self->row_bytes - 1] &= (guint8)(0xff << (8 - geometry->width_px % 8) % 8);
}

static gboolean rows(Image *image, guint8 *out, guint32 n, GError **error)
{
    PdfImage *self = (PdfImage *)image;

    if (self->inner != NULL)
        return image_rows(self->inner, out, n, error);
    if (n > image->geometry.height_px - self->next_row)
        return error_set(error, ERROR_FORMAT, "PDF: no more rows");
    for (guint32 i = 0; i < n; i++) {
        sample_row(self, out + (gsize)i * image->geometry.stride_bytes);
        self->next_row++;
    }
    return TRUE;
}

static Fd wrap(Image *image, const PageTags *tags, GError **error)
{
    PdfImage *self = (PdfImage *)image;

    return self->inner->wrap(self->inner, tags, error);
}

static void pdf_image_free(Image *image)
{
    PdfImage *self = (PdfImage *)image;

    image_free(self->inner);
    if (self->mapped != NULL && self->mapped != MAP_FAILED)
        munmap(self->mapped, self->mapped_size);
    free(self->data);
    g_free(self);
}

static gboolean open_page(PdfPage *page, PdfImage *self, const ImageOptions *options,
                          GError **error)
{
    gboolean alone;

    if (!find_placement(page, error) || !find_image(page, error) ||
        !read_geometry(page, &self->base, error) || !page_geometry_check(&self->base.page, error))
        return FALSE;
    alone = filter_at(page, 1)[0] == '\0';
    if ((alone && strcmp(filter_at(page, 0), "/DCTDecode") == 0) ||
        (strcmp(filter_at(page, 0), "/FlateDecode") == 0 &&
         strcmp(filter_at(page, 1), "/DCTDecode") == 0))
        return open_dct(page, self, options, error);
    if (alone && strcmp(filter_at(page, 0), "/CCITTFaxDecode") == 0)
        return open_ccitt(page, self, options, error);
    return open_samples(page, self, error);
}

Image *image_open_pdf(Bytes file, const ImageOptions *options, gboolean *exists, GError **error)
{
    PdfPage page = {.pdf = open_file(file, error)};
    PdfImage *self;
    gboolean good;
    int n;

    if (page.pdf == NULL)
        return NULL;
    n = qpdf_get_num_pages(page.pdf);
    if (n < 0 || options->page >= (guint)n) {
        (void)refuse("no such page", error);
        qpdf_cleanup(&page.pdf);
        return NULL;
    }
    *exists = TRUE;
    page.page = qpdf_get_page_n(page.pdf, options->page);
    self = g_new0(PdfImage, 1);
    self->base = (Image){.orientation = 1, .rows = rows, .free = pdf_image_free};
    good = open_page(&page, self, options, error);
    qpdf_cleanup(&page.pdf);
    if (!good) {
        image_free(&self->base);
        return NULL;
    }
    if (self->inner != NULL && self->inner->wrap != NULL)
        self->base.wrap = wrap;
    return &self->base;
}
