/* SPDX-License-Identifier: Apache-2.0
 *
 * Foreign files that the tests make themselves: what is kept, what is refused, and why.
 */
#include "tests/appliance/page/page_testing.h"

#include "appliance/page/import.h"
#include "appliance/page/pdf_content.h"
#include "appliance/page/raster.h"
#include "appliance/page/tiff_writer.h"
#include "appliance/page/view.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static Raster *picture(guint32 w, guint32 h, guint channels)
{
    Raster *raster = raster_new(w, h, channels);

    for (gsize i = 0; i < (gsize)w * h * channels; i++)
        raster->samples[i] = (guint8)(255 - (i * 7 + i / w) % 200);
    return raster;
}

static GBytes *jpeg_file(guint32 w, guint32 h, guint channels)
{
    g_autoptr(Raster) raster = picture(w, h, channels);
    GError *error = NULL;
    g_autoptr(Sink) sink = sink_new("jpeg", &error);
    g_auto(Fd) fd = -1;

    assert_true(raster_jpeg(raster, 90, sink, &error));
    fd = sink_finish(sink, &error);
    return bytes_of(fd);
}

static Bytes bytes_in(GBytes *bytes)
{
    return (Bytes){g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes)};
}

static gboolean import_first(Bytes file, PageResult *result, gboolean *keep, GError **error)
{
    ImportOptions options = {0};

    return import_page(file, &options, result, keep, error);
}

static void a_jpeg_is_wrapped_and_not_touched(void **state G_GNUC_UNUSED)
{
    for (guint channels = 1; channels <= 3; channels += 2) {
        g_autoptr(GBytes) jpeg = jpeg_file(300, 200, channels);
        g_auto(PageResult) result = PAGE_RESULT_NONE;
        g_autoptr(GBytes) tiff = NULL;
        GError *error = NULL;
        gboolean keep;

        assert_true(import_first(bytes_in(jpeg), &result, &keep, &error));
        assert_int_equal(result.state, PAGE_STORED);
        assert_false(keep);
        assert_int_equal(result.facts.mode, channels == 3 ? PAGE_COLOUR : PAGE_GRAY);
        tiff = bytes_of(result.fd);
        assert_non_null(memmem(g_bytes_get_data(tiff, NULL), g_bytes_get_size(tiff),
                               g_bytes_get_data(jpeg, NULL), g_bytes_get_size(jpeg)));
    }
}

/* A telephone held upright writes its sensor's rows and a tag. */
static void the_tag_of_a_camera_is_kept(void **state G_GNUC_UNUSED)
{
    static const guint8 exif[] = {0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0,    0,    'M', 'M',
                                  0,    42,   0, 0,  0,   8,   0,   1,   0x01, 0x12, 0,   3,
                                  0,    0,    0, 1,  0,   6,   0,   0,   0,    0,    0,   0};
    g_autoptr(GBytes) jpeg = jpeg_file(300, 200, 3);
    g_autoptr(GByteArray) file = g_byte_array_new();
    const guint8 *bytes = g_bytes_get_data(jpeg, NULL);
    g_auto(PageResult) result = PAGE_RESULT_NONE;
    GError *error = NULL;
    gboolean keep;

    g_byte_array_append(file, bytes, 2);
    g_byte_array_append(file, exif, sizeof exif);
    g_byte_array_append(file, bytes + 2, (guint)g_bytes_get_size(jpeg) - 2);
    assert_true(import_first((Bytes){file->data, file->len}, &result, &keep, &error));
    assert_string_equal(result.reason, "");
    assert_int_equal(result.facts.orientation, 90);
    assert_int_equal(result.facts.orientation_evidence, PAGE_ORIENTATION_TAG);
}

/* Cut anywhere, a JPEG is never taken for a page. */
static void a_cut_jpeg_is_unread_or_refused(void **state G_GNUC_UNUSED)
{
    g_autoptr(GBytes) jpeg = jpeg_file(300, 200, 3);
    gsize size = g_bytes_get_size(jpeg);

    for (gsize cut = 0; cut < size - 2; cut += 97) {
        g_auto(PageResult) result = PAGE_RESULT_NONE;
        g_autoptr(GError) error = NULL;
        gboolean keep = FALSE;

        if (import_first((Bytes){g_bytes_get_data(jpeg, NULL), cut}, &result, &keep, &error)) {
            assert_int_equal(result.state, PAGE_UNREAD);
            assert_true(keep && result.reason[0] != '\0');
        } else {
            assert_error_code(error, ERROR_FORMAT);
        }
    }
}

/* The file in the coat of a TIFF that an import puts around it. */
static GByteArray *in_tiff(GByteArray *jpeg)
{
    g_auto(PageResult) result = PAGE_RESULT_NONE;
    GError *error = NULL;
    gboolean keep;

    assert_true(import_first((Bytes){jpeg->data, jpeg->len}, &result, &keep, &error));
    assert_int_equal(result.state, PAGE_STORED);
    return g_bytes_unref_to_array(bytes_of(result.fd));
}

static void assert_imported(const GByteArray *file, PageState state, const char *reason)
{
    g_auto(PageResult) result = PAGE_RESULT_NONE;
    GError *error = NULL;
    gboolean keep;

    assert_true(import_first((Bytes){file->data, file->len}, &result, &keep, &error));
    assert_int_equal(result.state, state);
    assert_non_null(strstr(result.reason, reason));
}

/* The decoder of a TIFF only warns of what is lost in its JPEG. */
static void a_damaged_jpeg_in_a_tiff_is_unread(void **state G_GNUC_UNUSED)
{
    static const guint8 end[] = {0xff, 0xd9};
    g_autoptr(GByteArray) jpeg = g_bytes_unref_to_array(jpeg_file(300, 200, 3));
    g_autoptr(GByteArray) tiff = in_tiff(jpeg);

    assert_imported(tiff, PAGE_STORED, "");
    memcpy(tiff->data + tiff->len / 2, end, sizeof end);
    assert_imported(tiff, PAGE_UNREAD, "JPEGLib");
}

static void stray_bytes_between_markers_lose_nothing(void **state G_GNUC_UNUSED)
{
    static const guint8 stray[] = {0, 0};
    g_autoptr(GByteArray) plain = g_bytes_unref_to_array(jpeg_file(300, 200, 3));
    const guint8 *tables = memmem(plain->data, plain->len, "\xff\xc4", 2);
    g_autoptr(GByteArray) jpeg = g_byte_array_new();
    g_autoptr(GByteArray) tiff = NULL;

    assert_non_null(tables);
    g_byte_array_append(jpeg, plain->data, (guint)(tables - plain->data));
    g_byte_array_append(jpeg, stray, sizeof stray);
    g_byte_array_append(jpeg, tables, (guint)(plain->data + plain->len - tables));
    tiff = in_tiff(jpeg);
    assert_imported(tiff, PAGE_STORED, "");
}

static void sizes_are_held_against_the_limits_first(void **state G_GNUC_UNUSED)
{
    g_autoptr(GBytes) jpeg = jpeg_file(64, 64, 1);
    gsize size = g_bytes_get_size(jpeg);
    g_autofree guint8 *bytes = g_memdup2(g_bytes_get_data(jpeg, NULL), size);
    guint8 *sof = memmem(bytes, size, "\xff\xc0", 2);
    g_auto(PageResult) result = PAGE_RESULT_NONE;
    g_autoptr(GError) error = NULL;
    gboolean keep;

    assert_non_null(sof);
    memset(sof + 5, 0xfe, 4); /* 65278 × 65278 */
    assert_false(import_first((Bytes){bytes, size}, &result, &keep, &error));
    assert_error_code(error, ERROR_TOO_LARGE);
}

static void files_that_are_no_images_are_refused(void **state G_GNUC_UNUSED)
{
    static const char *const files[] = {
        "", "x", "<html>", "%PDF-1.4\n", "II*", "\xff\xd8\xff", "\x89PNG\r\n\x1a\n"};

    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        Bytes file = {(const guint8 *)files[i], strlen(files[i])};
        g_autoptr(GError) error = NULL;
        guint32 pages;

        assert_false(image_count(file, &pages, &error));
        assert_error_code(error, ERROR_FORMAT);
    }
}

static void a_png_loses_nothing(void **state G_GNUC_UNUSED)
{
    static const PageMode modes[] = {PAGE_LINEART, PAGE_GRAY, PAGE_COLOUR};

    for (guint kind = 0; kind < 3; kind++) {
        g_autoptr(Raster) raster = picture(150, 90, kind == 2 ? 3 : 1);
        GError *error = NULL;
        g_autoptr(Sink) sink = sink_new("png", &error);
        g_auto(Fd) png = -1;
        g_autoptr(GBytes) file = NULL;
        g_autoptr(GBytes) master = NULL;
        g_auto(PageResult) result = PAGE_RESULT_NONE;
        g_autoptr(Image) before = NULL;
        g_autoptr(Image) after = NULL;
        ImageOptions options = {0};
        gboolean keep, exists;
        guint8 a[450], b[450];

        assert_true(raster_png(raster, kind == 0, sink, &error));
        png = sink_finish(sink, &error);
        file = bytes_of(png);
        assert_true(import_first(bytes_in(file), &result, &keep, &error));
        assert_int_equal(result.state, PAGE_STORED);
        master = bytes_of(result.fd);
        before = image_open(bytes_in(file), &options, &exists, &error);
        after = image_open(bytes_in(master), &options, &exists, &error);
        assert_no_error(error);
        assert_int_equal(after->geometry.mode, modes[kind]);
        for (guint y = 0; y < 90; y++) {
            assert_true(image_rows(before, a, 1, &error) && image_rows(after, b, 1, &error));
            assert_memory_equal(a, b, before->geometry.stride_bytes);
        }
    }
}

static void a_png_whose_chunk_is_longer_than_the_file_is_cut_off(void **state G_GNUC_UNUSED)
{
    static const guint8 file[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\1\3\0\0\0%\xdbV\xca"
                                 "\x3f\xff\xff\xffzTXtkey{\0\0\0\0IEND\xae"
                                 "B`\x82";
    g_auto(PageResult) result = PAGE_RESULT_NONE;
    g_autoptr(GError) error = NULL;
    gboolean keep;

    assert_false(import_first((Bytes){file, sizeof file - 1}, &result, &keep, &error));
    assert_error_code(error, ERROR_FORMAT);
    assert_non_null(strstr(error->message, "cut off"));
}

static void tags_are_written_and_the_case_is_not(void **state G_GNUC_UNUSED)
{
    g_autoptr(GBytes) jpeg = jpeg_file(64, 64, 1);
    PageTags tags = {.batch = "20261121-003",
                     .sheet = 17,
                     .side = "back",
                     .device = "fi-8170",
                     .serial = "A7",
                     .time_us = G_GINT64_CONSTANT(1795257751000000)};
    ImportOptions options = {.tags = &tags};
    g_auto(PageResult) result = PAGE_RESULT_NONE;
    g_autoptr(GBytes) tiff = NULL;
    GError *error = NULL;
    gboolean keep;
    const char *expected[] = {
        "{\"batch\":\"20261121-003\",\"sheet\":17,\"side\":\"back\",\"serial\":\"A7\"}", "fi-8170",
        ("anjuan " ANJUAN_VERSION), "2026:11:21 "};

    assert_true(import_page(bytes_in(jpeg), &options, &result, &keep, &error));
    tiff = bytes_of(result.fd);
    for (guint i = 0; i < G_N_ELEMENTS(expected); i++)
        assert_non_null(memmem(g_bytes_get_data(tiff, NULL), g_bytes_get_size(tiff), expected[i],
                               strlen(expected[i])));
}

typedef struct {
    const void *contents;
    gsize size;
    const char *content_keys, *page_keys;
    const char *filter; /* of the image */
} PdfParts;

static void append_text(GByteArray *pdf, const char *text)
{
    g_byte_array_append(pdf, (const guint8 *)text, (guint)strlen(text));
}

/* A one-page PDF with the JPEG as /I and these page contents; the cross-reference is left to
 * qpdf's repair. */
static GBytes *pdf_of(GBytes *jpeg, const PdfParts *parts)
{
    GByteArray *pdf = g_byte_array_new();
    g_autofree char *head =
        g_strdup_printf("%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
                        "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
                        "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 144 96]%s/Contents 4 0 R"
                        "/Resources<</XObject<</I 5 0 R>>>>>>endobj\n"
                        "4 0 obj<<%s/Length %zu>>stream\n",
                        parts->page_keys, parts->content_keys, parts->size);
    g_autofree char *image = g_strdup_printf(
        "\nendstream endobj\n"
        "5 0 obj<</Type/XObject/Subtype/Image/Width 300/Height 200/BitsPerComponent 8"
        "/ColorSpace/DeviceRGB/Filter%s/Length %zu>>stream\n",
        parts->filter, g_bytes_get_size(jpeg));

    append_text(pdf, head);
    g_byte_array_append(pdf, parts->contents, (guint)parts->size);
    append_text(pdf, image);
    g_byte_array_append(pdf, g_bytes_get_data(jpeg, NULL), (guint)g_bytes_get_size(jpeg));
    append_text(pdf, "\nendstream endobj\ntrailer<</Root 1 0 R/Size 6>>\n%%EOF\n");
    return g_byte_array_free_to_bytes(pdf);
}

static GBytes *pdf_file(GBytes *jpeg, const char *contents, const char *page_keys,
                        const char *filter)
{
    PdfParts parts = {contents, strlen(contents), "", page_keys, filter};

    return pdf_of(jpeg, &parts);
}

static void a_scan_in_a_pdf_coat_comes_out_as_it_is(void **state G_GNUC_UNUSED)
{
    g_autoptr(GBytes) jpeg = jpeg_file(300, 200, 3);
    g_autoptr(GBytes) pdf = pdf_file(jpeg, "q 144 0 0 96 0 0 cm /I Do Q BT 3 Tr (hidden) Tj ET",
                                     "/Rotate 90", "/DCTDecode");
    g_auto(PageResult) result = PAGE_RESULT_NONE;
    g_autoptr(GBytes) tiff = NULL;
    GError *error = NULL;
    gboolean keep;

    assert_true(import_first(bytes_in(pdf), &result, &keep, &error));
    assert_string_equal(result.reason, "");
    assert_int_equal(result.state, PAGE_STORED);
    assert_int_equal(result.facts.dpi, 150);
    assert_int_equal(result.facts.orientation, 90);
    tiff = bytes_of(result.fd);
    assert_non_null(memmem(g_bytes_get_data(tiff, NULL), g_bytes_get_size(tiff),
                           g_bytes_get_data(jpeg, NULL), g_bytes_get_size(jpeg)));
}

static void a_drawn_pdf_page_is_kept_unread(void **state G_GNUC_UNUSED)
{
    static const char *const contents[] = {
        "q 144 0 0 96 0 0 cm /I Do Q BT /F 12 Tf (words) Tj ET",
        "q 144 0 0 96 0 0 cm /I Do Q q 72 0 0 48 0 0 cm /I Do Q",
        "0 0 10 10 re f q 144 0 0 96 0 0 cm /I Do Q",
        "q 144 30 -20 96 0 0 cm /I Do Q",
        "",
    };
    g_autoptr(GBytes) jpeg = jpeg_file(300, 200, 3);

    for (guint i = 0; i < G_N_ELEMENTS(contents); i++) {
        g_autoptr(GBytes) pdf = pdf_file(jpeg, contents[i], "", "/DCTDecode");
        g_auto(PageResult) result = PAGE_RESULT_NONE;
        GError *error = NULL;
        gboolean keep;

        assert_true(import_first(bytes_in(pdf), &result, &keep, &error));
        assert_int_equal(result.state, PAGE_UNREAD);
        assert_true(keep);
        assert_string_equal(result.media_type, "application/pdf");
    }
}

/* So many blanks and the operators of a scan, deflated so many times over. */
static GBytes *deflated_contents(gsize blanks, guint times)
{
    g_autofree char *text = g_strdup_printf("%*s q 144 0 0 96 0 0 cm /I Do Q", (int)blanks, "");
    guint8 *bytes = (guint8 *)g_steal_pointer(&text);
    gsize size = strlen((const char *)bytes);

    for (; times > 0; times--) {
        uLongf room = compressBound(size);
        guint8 *smaller = g_malloc(room);

        assert_int_equal(compress2(smaller, &room, bytes, size, 9), Z_OK);
        g_free(bytes);
        bytes = smaller;
        size = room;
    }
    return g_bytes_new_take(bytes, size);
}

static void a_pdf_that_grows_beyond_measure_is_kept_unread(void **state G_GNUC_UNUSED)
{
    static const struct {
        gsize blanks;
        guint times;
        const char *keys;
        PageState state;
    } cases[] = {
        {2 << 20, 1, "/Filter/FlateDecode", PAGE_STORED},
        {2 << 20, 1, "/Filter[/FlateDecode]", PAGE_STORED},
        {100, 2, "/Filter[/FlateDecode/FlateDecode]", PAGE_STORED},
        {64 << 20, 1, "/Filter/FlateDecode", PAGE_UNREAD},
        {64 << 20, 1, "/Filter[/Fl]", PAGE_UNREAD},
        {64 << 20, 2, "/Filter[/FlateDecode/FlateDecode]", PAGE_UNREAD},
    };
    g_autoptr(GBytes) jpeg = jpeg_file(300, 200, 3);

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GBytes) contents = deflated_contents(cases[i].blanks, cases[i].times);
        PdfParts parts = {g_bytes_get_data(contents, NULL), g_bytes_get_size(contents),
                          cases[i].keys, "", "/DCTDecode"};
        g_autoptr(GBytes) pdf = pdf_of(jpeg, &parts);
        g_auto(PageResult) result = PAGE_RESULT_NONE;
        GError *error = NULL;
        gboolean keep;

        assert_true(import_first(bytes_in(pdf), &result, &keep, &error));
        if (result.state != cases[i].state)
            fail_msg("case %u: %s", i, result.reason);
        if (result.state == PAGE_UNREAD)
            assert_non_null(strstr(result.reason, "grows beyond"));
    }
}

/* ── plain samples and palettes in a PDF ─────────────────────────────────────────────────── */

#define W 26
#define H 8

/* A one-page PDF whose image /I has these keys and samples; object 6 is a stream of its own. */
static GBytes *sampled_pdf(const char *keys, const guint8 *samples, gsize size)
{
    GByteArray *pdf = g_byte_array_new();
    g_autofree char *image =
        g_strdup_printf("5 0 obj<</Type/XObject%s/Length %zu>>stream\n", keys, size);

    append_text(pdf, "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
                     "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
                     "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 52 16]/Contents 4 0 R"
                     "/Resources<</XObject<</I 5 0 R>>>>>>endobj\n"
                     "4 0 obj<</Length 26>>stream\nq 52 0 0 16 0 0 cm /I Do Q\nendstream endobj\n"
                     "6 0 obj<</Length 6>>stream\n\x20\x20\x20\xc0\xc0\xc0\nendstream endobj\n");
    append_text(pdf, image);
    g_byte_array_append(pdf, samples, (guint)size);
    append_text(pdf, "\nendstream endobj\ntrailer<</Root 1 0 R/Size 7>>\n%%EOF\n");
    return g_byte_array_free_to_bytes(pdf);
}

/* Index 0 and 1 in turn, so many bits each. */
static gsize checkers(guint bits, guint8 *samples)
{
    gsize row_bytes = bits == 8 ? W : (W + 7) / 8;

    for (guint y = 0; y < H; y++)
        for (gsize i = 0; i < row_bytes; i++)
            samples[y * row_bytes + i] = bits == 8 ? (guint8)(i % 2) : 0x55;
    return row_bytes * H;
}

/* The gray of the first two pixels of what was made of it. */
static void first_grays(const PageResult *result, guint8 grays[2])
{
    g_autoptr(GBytes) tiff = bytes_of(result->fd);
    PageView view = {.format = VIEW_GRAY, .gray = 1};
    g_autoptr(GError) error = NULL;
    g_auto(Fd) fd = view_make(bytes_in(tiff), &view, &error);
    g_autoptr(GBytes) rows = NULL;

    assert_no_error(error);
    rows = bytes_of(fd);
    assert_int_equal(g_bytes_get_size(rows), W * H);
    memcpy(grays, g_bytes_get_data(rows, NULL), 2);
}

#define IMAGE                 "/Subtype/Image/Width 26/Height 8"
#define PALETTE(base, lookup) "/ColorSpace[/Indexed/" base " 1 " lookup "]"

static void samples_of_a_pdf_keep_their_levels(void **state G_GNUC_UNUSED)
{
    static const struct {
        guint bits;
        const char *keys;
        PageMode mode;
        guint8 grays[2];
    } cases[] = {
        {8, PALETTE("DeviceRGB", "<ff00000000ff>"), PAGE_COLOUR, {76, 29}},
        {8, PALETTE("DeviceRGB", "<202020c0c0c0>"), PAGE_GRAY, {0x20, 0xc0}},
        {8, PALETTE("DeviceGray", "<20c0>"), PAGE_GRAY, {0x20, 0xc0}},
        {8, PALETTE("DeviceRGB", "6 0 R"), PAGE_GRAY, {0x20, 0xc0}},
        {1, PALETTE("DeviceRGB", "<ff00000000ff>"), PAGE_COLOUR, {76, 29}},
        {1, PALETTE("DeviceRGB", "<202020c0c0c0>"), PAGE_GRAY, {0x20, 0xc0}},
        {1, PALETTE("DeviceRGB", "<000000ffffff>"), PAGE_LINEART, {0, 255}},
        {1, PALETTE("DeviceRGB", "<ffffff000000>"), PAGE_LINEART, {255, 0}},
        {1, "/ColorSpace/DeviceGray", PAGE_LINEART, {0, 255}},
        {1, "/ColorSpace/DeviceGray/Decode[1 0]", PAGE_LINEART, {255, 0}},
        {8, "/ColorSpace/DeviceGray/Decode[1 0]", PAGE_GRAY, {255, 254}},
        {8, "/ColorSpace/CalGray/Decode[0 1]", PAGE_GRAY, {0, 1}},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        guint8 samples[W * H], grays[2];
        gsize size = checkers(cases[i].bits, samples);
        g_autofree char *keys =
            g_strdup_printf(IMAGE "/BitsPerComponent %u%s", cases[i].bits, cases[i].keys);
        g_autoptr(GBytes) pdf = sampled_pdf(keys, samples, size);
        g_auto(PageResult) result = PAGE_RESULT_NONE;
        GError *error = NULL;
        gboolean keep;

        assert_true(import_first(bytes_in(pdf), &result, &keep, &error));
        if (result.state != PAGE_STORED)
            fail_msg("case %u: %s", i, result.reason);
        assert_int_equal(result.facts.mode, cases[i].mode);
        first_grays(&result, grays);
        if (abs(grays[0] - cases[i].grays[0]) > 2 || abs(grays[1] - cases[i].grays[1]) > 2)
            fail_msg("case %u: %u %u", i, grays[0], grays[1]);
    }
}

static void samples_that_a_pdf_cannot_hand_out_are_kept_unread(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *keys, *why;
        gsize less; /* samples that are missing */
    } cases[] = {
        {IMAGE "/BitsPerComponent 8" PALETTE("DeviceRGB", "7"), "a palette", 0},
        {IMAGE "/BitsPerComponent 8" PALETTE("DeviceN", "<00>"), "a palette", 0},
        {IMAGE "/BitsPerComponent 8" PALETTE("DeviceGray", "<20c0>") "/Decode[1 0]", "samples", 0},
        {IMAGE "/BitsPerComponent 4/ColorSpace/DeviceGray", "samples", 0},
        {IMAGE "/BitsPerComponent 8/ColorSpace/DeviceGray/Decode[0.2 0.7]", "samples", 0},
        {IMAGE "/BitsPerComponent 8", "samples", 0},
        {IMAGE "/BitsPerComponent 8/ColorSpace/DeviceGray", "cut off", 1},
        {"/Subtype/Form/Width 26/Height 8/BitsPerComponent 8/ColorSpace/DeviceGray", "a drawing",
         0},
        {"/Subtype/Image/Height 8/BitsPerComponent 8/ColorSpace/DeviceGray", "without a size", 0},
        {IMAGE "/BitsPerComponent 8/ColorSpace/DeviceGray/SMask 6 0 R", "", 0},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        guint8 samples[W * H];
        gsize size = checkers(8, samples);
        g_autoptr(GBytes) pdf = sampled_pdf(cases[i].keys, samples, size - cases[i].less);
        g_auto(PageResult) result = PAGE_RESULT_NONE;
        GError *error = NULL;
        gboolean keep;

        assert_true(import_first(bytes_in(pdf), &result, &keep, &error));
        assert_int_equal(result.state, PAGE_UNREAD);
        assert_true(keep);
        if (strstr(result.reason, cases[i].why) == NULL)
            fail_msg("case %u: %s", i, result.reason);
    }
}

static void page_contents_are_followed_to_the_image(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *contents;
        gboolean one_image;
    } cases[] = {
        {"/I Do", TRUE},
        {"q q 2 0 0 3 0 0 cm /a#20b Do Q Q", TRUE},
        {"% (comment) Tj\n/I Do", TRUE},
        {"(a \\) string) Tj /I Do", FALSE},
        {"BT 3 Tr <41> Tj [(x) -20 (y)] TJ ET /I Do", TRUE},
        {"/I Do /I Do", FALSE},
        {"BI /W 1 ID x EI", FALSE},
        {"Q /I Do", FALSE},
        {"1 0 0 1 cm /I Do", FALSE},
        {"", FALSE},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        PdfPlacement placement;
        const char *why;

        assert_int_equal(
            pdf_content_placement(cases[i].contents, strlen(cases[i].contents), &placement, &why),
            cases[i].one_image);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_jpeg_is_wrapped_and_not_touched),
    cmocka_unit_test(the_tag_of_a_camera_is_kept),
    cmocka_unit_test(a_cut_jpeg_is_unread_or_refused),
    cmocka_unit_test(a_damaged_jpeg_in_a_tiff_is_unread),
    cmocka_unit_test(stray_bytes_between_markers_lose_nothing),
    cmocka_unit_test(sizes_are_held_against_the_limits_first),
    cmocka_unit_test(files_that_are_no_images_are_refused),
    cmocka_unit_test(a_png_loses_nothing),
    cmocka_unit_test(a_png_whose_chunk_is_longer_than_the_file_is_cut_off),
    cmocka_unit_test(tags_are_written_and_the_case_is_not),
    cmocka_unit_test(a_scan_in_a_pdf_coat_comes_out_as_it_is),
    cmocka_unit_test(a_drawn_pdf_page_is_kept_unread),
    cmocka_unit_test(a_pdf_that_grows_beyond_measure_is_kept_unread),
    cmocka_unit_test(samples_of_a_pdf_keep_their_levels),
    cmocka_unit_test(samples_that_a_pdf_cannot_hand_out_are_kept_unread),
    cmocka_unit_test(page_contents_are_followed_to_the_image),
};

TEST_MAIN(tests)
