/* SPDX-License-Identifier: Apache-2.0
 *
 * What a PDF is told of a stored side: where the coded bytes stand and how they are decoded, and
 * the reason where none can be told.
 */
#include "appliance/bundle/page_image.h"

#include "appliance/base/message.h"
#include "tests/testing.h"

#include <string.h>
#include <unistd.h>

#define NAME "a side"

static PageImage *image_of(const GByteArray *file, GError **error)
{
    g_auto(Fd) fd = memfd_new("side", 0, error);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, file->data, file->len), file->len);
    return page_image_read(fd, NAME, error);
}

static PageImage *taken(const GByteArray *file)
{
    GError *error = NULL;
    PageImage *image = image_of(file, &error);

    assert_no_error(error);
    return image;
}

/* Not taken, and the reason says so. */
static void refused(const GByteArray *file, const char *why)
{
    g_autoptr(GError) error = NULL;

    assert_null(image_of(file, &error));
    assert_error_code(error, ERROR_FORMAT);
    if (strstr(error->message, why) == NULL)
        fail_msg("'%s' is not in '%s'", why, error->message);
    assert_non_null(strstr(error->message, NAME));
}

/* However many bytes are missing at its end, the file is refused or shorter data is told of. */
static void assert_every_cut_is_borne(const GByteArray *file)
{
    for (guint size = 0; size < file->len; size++) {
        g_autoptr(GByteArray) cut = g_byte_array_sized_new(size);
        g_autoptr(GError) error = NULL;
        g_autoptr(PageImage) image = NULL;

        g_byte_array_append(cut, file->data, size);
        image = image_of(cut, &error);
        if (image == NULL)
            assert_error_code(error, ERROR_FORMAT);
    }
}

static const PageStrip *strip_of(const PageImage *image, guint at)
{
    assert_true(at < image->strips->len);
    return g_ptr_array_index(image->strips, at);
}

/* The bytes of a strip as a PDF gets them. */
static char *bytes_of(const GByteArray *file, const PageStrip *strip)
{
    GString *text = g_string_new(NULL);

    if (strip->before != NULL)
        g_string_append_len(text, g_bytes_get_data(strip->before, NULL),
                            (gssize)g_bytes_get_size(strip->before));
    for (guint i = 0; i < strip->ranges->len; i++) {
        const PageRange *range = &g_array_index(strip->ranges, PageRange, i);

        assert_true(range->offset + range->size <= file->len);
        g_string_append_len(text, (const char *)file->data + range->offset, (gssize)range->size);
    }
    assert_int_equal(text->len, page_strip_bytes(strip));
    return g_string_free(text, FALSE);
}

static void put(GByteArray *file, guint64 value, guint bytes, gboolean big)
{
    for (guint i = 0; i < bytes; i++) {
        guint8 byte = (guint8)(value >> 8 * (big ? bytes - 1 - i : i));

        g_byte_array_append(file, &byte, 1);
    }
}

static void put_text(GByteArray *file, const char *text)
{
    g_byte_array_append(file, (const guint8 *)text, (guint)strlen(text));
}

/* ── PNG (ISO/IEC 15948) ─────────────────────────────────────────────────────────────────── */

typedef struct {
    guint8 bits, kind, interlace;
    guint palette_bytes;
    gboolean clear, headless, empty;
} PngPlan;

static void put_chunk(GByteArray *file, const char *kind, const void *body, guint size)
{
    put(file, size, 4, TRUE);
    put_text(file, kind);
    g_byte_array_append(file, body, size);
    put(file, 0, 4, TRUE); /* nobody here asks for the check value */
}

static GByteArray *png_made(const PngPlan *plan)
{
    GByteArray *file = g_byte_array_new();
    const guint8 head[] = {0, 0, 0, 40, 0, 0, 0, 60, plan->bits, plan->kind, 0, 0, plan->interlace};
    const guint8 density[] = {0, 0, 0x1e, 0xc3, 0, 0, 0x17, 0x12, 1}; /* 7875, 5906 to a metre */
    guint8 palette[1024] = {0xff, 0x00, 0x7f, 1, 2, 3};

    g_byte_array_append(file, (const guint8 *)"\211PNG\r\n\032\n", 8);
    if (!plan->headless)
        put_chunk(file, "IHDR", head, sizeof head);
    put_chunk(file, "pHYs", density, sizeof density);
    if (plan->palette_bytes > 0)
        put_chunk(file, "PLTE", palette, plan->palette_bytes);
    if (plan->clear)
        put_chunk(file, "tRNS", "\0\0", 2);
    if (!plan->empty) {
        put_chunk(file, "IDAT", "first,", 6);
        put_chunk(file, "tEXt", "a note", 6);
        put_chunk(file, "IDAT", "second", 6);
    }
    put_chunk(file, "IEND", "", 0);
    return file;
}

static void a_png_is_its_image_data_with_the_rows_predictor(void **state G_GNUC_UNUSED)
{
    static const struct {
        PngPlan plan;
        const char *space;
        guint colours;
    } plans[] = {
        {{.bits = 16}, "/DeviceGray", 1},
        {{.bits = 16, .kind = 2}, "/DeviceRGB", 3},
        {{.bits = 1, .kind = 3, .palette_bytes = 6}, "[/Indexed /DeviceRGB 1 <ff007f010203>]", 1},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(plans); i++) {
        g_autoptr(GByteArray) file = png_made(&plans[i].plan);
        g_autoptr(PageImage) image = taken(file);
        g_autofree char *bytes = bytes_of(file, strip_of(image, 0));
        guint bits = plans[i].plan.bits;
        g_autofree char *expected =
            g_strdup_printf("/ColorSpace %s /BitsPerComponent %u /Filter /FlateDecode /DecodeParms "
                            "<< /Predictor 15 "
                            "/Colors %u /BitsPerComponent %u /Columns 40 >>",
                            plans[i].space, bits, plans[i].colours, bits);

        assert_int_equal(image->width_px, 40);
        assert_int_equal(image->height_px, 60);
        assert_string_equal(strip_of(image, 0)->dictionary, expected);
        assert_string_equal(bytes, "first,second");
        assert_true(image->dpi_x > 199.9 && image->dpi_x < 200.1);
        assert_true(image->dpi_y > 149.9 && image->dpi_y < 150.1);
    }
}

static void a_png_that_a_pdf_cannot_carry_is_refused(void **state G_GNUC_UNUSED)
{
    static const struct {
        PngPlan plan;
        const char *why;
    } plans[] = {
        {{.bits = 8, .interlace = 1}, "interlaced"},
        {{.bits = 8, .kind = 6}, "alpha"},
        {{.bits = 8, .clear = TRUE}, "alpha"},
        {{.bits = 3}, "odd depth"},
        {{.bits = 0}, "odd depth"},
        {{.bits = 32}, "odd depth"},
        {{.bits = 8, .kind = 3}, "without an image"},
        {{.bits = 8, .kind = 3, .palette_bytes = 4}, "palette"},
        {{.bits = 8, .kind = 3, .palette_bytes = 771}, "palette"},
        {{.bits = 8, .headless = TRUE}, "without an image"},
        {{.bits = 8, .empty = TRUE}, "without an image"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(plans); i++) {
        g_autoptr(GByteArray) file = png_made(&plans[i].plan);

        refused(file, plans[i].why);
    }
}

static void a_png_that_is_cut_off_or_says_too_much_is_refused(void **state G_GNUC_UNUSED)
{
    g_autoptr(GByteArray) file = png_made(&(PngPlan){.bits = 8, .kind = 3, .palette_bytes = 6});
    g_autoptr(PageImage) whole = taken(file);

    assert_non_null(whole);
    assert_every_cut_is_borne(file);
    file->data[8] = 0xff; /* length of the first chunk */
    refused(file, "too early");
}

/* ── JPEG (ITU-T T.81) ───────────────────────────────────────────────────────────────────── */

typedef struct {
    guint8 components, bits, unit;
    gboolean adobe, frameless;
} JpegPlan;

static GByteArray *jpeg_made(const JpegPlan *plan)
{
    GByteArray *file = g_byte_array_new();
    const guint8 frame[] = {0xff, 0xc0, 0, 8, plan->bits, 0, 60, 0, 40, plan->components};
    const guint8 jfif[] = {0xff, 0xe0, 0,          16, 'J', 'F', 'I', 'F', 0,
                           1,    2,    plan->unit, 0,  200, 0,   100, 0,   0};

    g_byte_array_append(file, (const guint8 *)"\xff\xd8", 2);
    g_byte_array_append(file, jfif, sizeof jfif);
    if (plan->adobe)
        g_byte_array_append(file,
                            (const guint8 *)"\xff\xee\0\x0e"
                                            "Adobe\0d\0\0\0\0\0",
                            16);
    if (!plan->frameless)
        g_byte_array_append(file, frame, sizeof frame);
    g_byte_array_append(file, (const guint8 *)"\xff\xda\0\2coded\xff\xd9", 11);
    return file;
}

static void a_jpeg_is_carried_whole(void **state G_GNUC_UNUSED)
{
    static const struct {
        JpegPlan plan;
        const char *dictionary;
        double dpi;
    } plans[] = {
        {{1, 8, 1, FALSE, FALSE},
         "/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode",
         200},
        {{3, 8, 2, FALSE, FALSE},
         "/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode",
         508},
        {{4, 8, 0, FALSE, FALSE},
         "/ColorSpace /DeviceCMYK /BitsPerComponent 8 /Filter /DCTDecode",
         300},
        {{4, 8, 1, TRUE, FALSE},
         "/ColorSpace /DeviceCMYK /BitsPerComponent 8 /Filter /DCTDecode /Decode [1 0 1 0 1 0 1 0]",
         200},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(plans); i++) {
        g_autoptr(GByteArray) file = jpeg_made(&plans[i].plan);
        g_autoptr(PageImage) image = taken(file);

        assert_int_equal(image->width_px, 40);
        assert_int_equal(image->height_px, 60);
        assert_string_equal(strip_of(image, 0)->dictionary, plans[i].dictionary);
        assert_int_equal(page_strip_bytes(strip_of(image, 0)), file->len);
        assert_true(image->dpi_x > plans[i].dpi - 0.1 && image->dpi_x < plans[i].dpi + 0.1);
    }
}

static void a_jpeg_that_a_pdf_cannot_carry_is_refused(void **state G_GNUC_UNUSED)
{
    static const struct {
        JpegPlan plan;
        const char *why;
    } plans[] = {
        {{3, 12, 1, FALSE, FALSE}, "8 bits"},
        {{2, 8, 1, FALSE, FALSE}, "components"},
        {{1, 8, 1, FALSE, TRUE}, "without a frame"},
    };
    g_autoptr(GByteArray) whole = jpeg_made(&(JpegPlan){4, 8, 1, TRUE, FALSE});

    for (gsize i = 0; i < G_N_ELEMENTS(plans); i++) {
        g_autoptr(GByteArray) file = jpeg_made(&plans[i].plan);

        refused(file, plans[i].why);
    }
    assert_every_cut_is_borne(whole);
}

/* ── TIFF 6.0 ────────────────────────────────────────────────────────────────────────────── */

#define FIELDS_MAX 24

typedef struct {
    guint16 tag, type;
    guint32 count, value;
} Field;

/* Two strips, "first,second" in one piece: the fields of the plan stand in place of the usual. */
typedef struct {
    gboolean big;
    Field fields[8]; /* ends with tag 0; one of type 0 is left out of the usual ones */
} TiffPlan;

#define STRIP_AT   8
#define STRIP_SIZE 6
#define LISTS_AT   (STRIP_AT + 2 * STRIP_SIZE) /* offsets, counts: two of 4 bytes each */
#define RATIO_AT   (LISTS_AT + 16)
#define TABLES_AT  (RATIO_AT + 16)
#define TABLES     "\xff\xd8tables\xff\xd9"
#define IFD_AT     (TABLES_AT + 10)

static const Field usual[] = {
    {256, 4, 1, 40},
    {257, 4, 1, 60},
    {258, 3, 1, 8},
    {259, 3, 1, 1},
    {262, 3, 1, 1},
    {273, 4, 2, LISTS_AT},
    {277, 3, 1, 1},
    {278, 4, 1, 30},
    {279, 4, 2, LISTS_AT + 8},
    {282, 5, 1, RATIO_AT},
    {283, 5, 1, RATIO_AT + 8},
};

static const Field *planned(const TiffPlan *plan, guint16 tag)
{
    for (gsize i = 0; plan->fields[i].tag != 0; i++)
        if (plan->fields[i].tag == tag)
            return &plan->fields[i];
    return NULL;
}

static void put_field(GByteArray *file, const Field *field, gboolean big)
{
    put(file, field->tag, 2, big);
    put(file, field->type, 2, big);
    put(file, field->count, 4, big);
    put(file, field->value, field->type == 3 ? 2 : 4, big);
    if (field->type == 3)
        put(file, 0, 2, big);
}

static void put_fields(GByteArray *file, const TiffPlan *plan)
{
    const Field *fields[FIELDS_MAX];
    guint n = 0;

    for (gsize i = 0; i < G_N_ELEMENTS(usual); i++)
        if (planned(plan, usual[i].tag) == NULL)
            fields[n++] = &usual[i];
    for (gsize i = 0; plan->fields[i].tag != 0; i++)
        if (plan->fields[i].type != 0)
            fields[n++] = &plan->fields[i];
    put(file, n, 2, plan->big);
    for (guint i = 0; i < n; i++)
        put_field(file, fields[i], plan->big);
    put(file, 0, 4, plan->big);
}

static GByteArray *tiff_made(const TiffPlan *plan)
{
    static const guint32 lists[] = {
        STRIP_AT, STRIP_AT + STRIP_SIZE, STRIP_SIZE, STRIP_SIZE, 200, 1, 300, 2};
    GByteArray *file = g_byte_array_new();

    g_byte_array_append(file, (const guint8 *)(plan->big ? "MM\0*" : "II*\0"), 4);
    put(file, IFD_AT, 4, plan->big);
    put_text(file, "first,second");
    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++)
        put(file, lists[i], 4, plan->big);
    put_text(file, TABLES);
    assert_int_equal(file->len, IFD_AT);
    put_fields(file, plan);
    return file;
}

static void a_tiff_is_its_strips_from_the_top(void **state G_GNUC_UNUSED)
{
    for (int big = FALSE; big <= TRUE; big++) {
        g_autoptr(GByteArray) file = tiff_made(&(TiffPlan){.big = big});
        g_autoptr(PageImage) image = taken(file);
        g_autofree char *first = bytes_of(file, strip_of(image, 0));
        g_autofree char *second = bytes_of(file, strip_of(image, 1));

        assert_int_equal(image->strips->len, 2);
        assert_string_equal(first, "first,");
        assert_string_equal(second, "second");
        assert_int_equal(strip_of(image, 1)->height_px, 30);
        assert_int_equal(image->turn, 0);
        assert_true(image->dpi_x > 199.9 && image->dpi_x < 200.1);
        assert_true(image->dpi_y > 149.9 && image->dpi_y < 150.1);
    }
}

#define FAX_K(k, black)                                                                            \
    " /Filter /CCITTFaxDecode /DecodeParms << /K " k " /Columns 40 /Rows 30 /BlackIs1 " black      \
    " /EndOfBlock false >>"
#define GRAY(bits) "/ColorSpace /DeviceGray /BitsPerComponent " bits

static void every_compression_has_its_filter(void **state G_GNUC_UNUSED)
{
    static const struct {
        TiffPlan plan;
        const char *dictionary;
    } plans[] = {
        {{.fields = {{0}}}, GRAY("8")},
        {{.fields = {{262, 3, 1, 0}}}, GRAY("8") " /Decode [1 0]"},
        {{.fields = {{258, 3, 1, 1}, {259, 3, 1, 4}, {262, 3, 1, 0}}},
         GRAY("1") FAX_K("-1", "false")},
        {{.fields = {{258, 3, 1, 1}, {259, 3, 1, 4}}}, GRAY("1") FAX_K("-1", "true")},
        {{.fields = {{258, 3, 1, 1}, {259, 3, 1, 3}}}, GRAY("1") FAX_K("0", "true")},
        {{.fields = {{258, 3, 1, 1}, {259, 3, 1, 3}, {292, 4, 1, 1}}},
         GRAY("1") FAX_K("4", "true")},
        {{.fields = {{259, 3, 1, 5}, {317, 3, 1, 2}}},
         GRAY("8") " /Filter /LZWDecode /DecodeParms << /Predictor 2 /Colors 1 /BitsPerComponent 8"
                   " /Columns 40 >>"},
        {{.fields = {{259, 3, 1, 8}}}, GRAY("8") " /Filter /FlateDecode"},
        {{.fields = {{259, 3, 1, 32946}}}, GRAY("8") " /Filter /FlateDecode"},
        {{.fields = {{259, 3, 1, 7}, {262, 3, 1, 2}, {277, 3, 1, 3}}},
         "/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode /DecodeParms"
         " << /ColorTransform 0 >>"},
        {{.fields = {{262, 3, 1, 5}, {277, 3, 1, 4}}},
         "/ColorSpace /DeviceCMYK /BitsPerComponent 8"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(plans); i++) {
        g_autoptr(GByteArray) file = tiff_made(&plans[i].plan);
        g_autoptr(PageImage) image = taken(file);

        assert_string_equal(strip_of(image, 0)->dictionary, plans[i].dictionary);
    }
}

static void shared_jpeg_tables_go_in_front_of_every_strip(void **state G_GNUC_UNUSED)
{
    g_autoptr(GByteArray) file = tiff_made(&(TiffPlan){
        .fields = {{259, 3, 1, 7}, {262, 3, 1, 6}, {277, 3, 1, 3}, {347, 7, 10, TABLES_AT}}});
    g_autoptr(PageImage) image = taken(file);
    g_autofree char *first = bytes_of(file, strip_of(image, 0));

    /* without their end, and without the strip's own beginning */
    assert_string_equal(first, "\xff\xd8tablesrst,");
}

static void how_the_paper_lies_and_its_bits_run_is_told(void **state G_GNUC_UNUSED)
{
    static const guint turns[] = {0, 0, 0, 180, 180, 90, 90, 270, 270, 0};

    for (guint32 lies = 1; lies < G_N_ELEMENTS(turns); lies++) {
        g_autoptr(GByteArray) file =
            tiff_made(&(TiffPlan){.fields = {{274, 3, 1, lies}, {266, 3, 1, 2}}});
        g_autoptr(PageImage) image = taken(file);

        assert_int_equal(image->turn, turns[lies]);
        assert_true(strip_of(image, 1)->mirror);
    }
}

static void a_tiff_without_a_density_stands_at_the_usual_one(void **state G_GNUC_UNUSED)
{
    g_autoptr(GByteArray) without =
        tiff_made(&(TiffPlan){.fields = {{282, 0, 0, 0}, {283, 0, 0, 0}}});
    g_autoptr(GByteArray) metric = tiff_made(&(TiffPlan){.fields = {{296, 3, 1, 3}}});
    g_autoptr(PageImage) image = taken(without), other = taken(metric);

    assert_true(image->dpi_x > 299 && image->dpi_x < 301 && image->dpi_y > 299);
    assert_true(other->dpi_x > 507.9 && other->dpi_x < 508.1);
}

static void a_tiff_that_a_pdf_cannot_carry_is_refused(void **state G_GNUC_UNUSED)
{
    static const struct {
        TiffPlan plan;
        const char *why;
    } plans[] = {
        {{.fields = {{322, 4, 1, 64}}}, "tiles"},
        {{.fields = {{284, 3, 1, 2}}}, "planes"},
        {{.fields = {{338, 3, 1, 1}}}, "alpha"},
        {{.fields = {{258, 3, 1, 16}}}, "depth"},
        {{.fields = {{259, 3, 1, 4}}}, "depth"},
        {{.fields = {{258, 3, 1, 1}, {259, 3, 1, 7}}}, "depth"},
        {{.fields = {{262, 3, 1, 3}}}, "colours"},
        {{.fields = {{277, 3, 1, 3}}}, "colours"},
        {{.fields = {{277, 3, 1, 4}}}, "colours"},
        {{.fields = {{277, 3, 1, 2}}}, "colours"},
        {{.fields = {{259, 3, 1, 34712}}}, "compression"},
        {{.fields = {{256, 4, 1, 0}}}, "size"},
        {{.fields = {{257, 0, 0, 0}}}, "size"},
        {{.fields = {{256, 4, 1, 65501}}}, "size"},
        {{.fields = {{278, 4, 1, 20}}}, "missing strips"},
        {{.fields = {{273, 4, 2, STRIP_AT}}}, "outside"},
        {{.fields = {{259, 3, 1, 7}, {347, 7, 4, 0}}}, "tables"},
        {{.fields = {{259, 3, 1, 7}, {347, 7, 70000, 0}}}, "tables"},
        {{.fields = {{259, 3, 1, 7}, {347, 7, 10, 70000}}}, "too early"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(plans); i++) {
        g_autoptr(GByteArray) file = tiff_made(&plans[i].plan);

        refused(file, plans[i].why);
    }
}

static void a_tiff_that_is_cut_off_or_says_too_much_is_refused(void **state G_GNUC_UNUSED)
{
    g_autoptr(GByteArray) file = tiff_made(&(TiffPlan){.big = TRUE});

    assert_every_cut_is_borne(file);
    file->data[IFD_AT] = 0xff;
    refused(file, "too many fields");
    file->data[4] = 0xff;
    refused(file, "too early");
}

/* ── any ─────────────────────────────────────────────────────────────────────────────────── */

static void whatever_is_no_image_is_refused(void **state G_GNUC_UNUSED)
{
    g_autoptr(GByteArray) file = g_byte_array_new();
    g_autoptr(GError) error = NULL;

    put_text(file, "%PDF-1.7 and so on");
    refused(file, "no TIFF, JPEG or PNG");
    assert_null(page_image_read(-1, NAME, &error));
    assert_error_code(error, ERROR_IO);
}

static void an_image_of_no_width_is_refused(void **state G_GNUC_UNUSED)
{
    g_autoptr(GByteArray) file = png_made(&(PngPlan){.bits = 8});

    file->data[19] = 0; /* the last byte of its width */
    refused(file, "impossible size");
    file->data[17] = 0xff;
    refused(file, "impossible size");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_png_is_its_image_data_with_the_rows_predictor),
    cmocka_unit_test(a_png_that_a_pdf_cannot_carry_is_refused),
    cmocka_unit_test(a_png_that_is_cut_off_or_says_too_much_is_refused),
    cmocka_unit_test(a_jpeg_is_carried_whole),
    cmocka_unit_test(a_jpeg_that_a_pdf_cannot_carry_is_refused),
    cmocka_unit_test(a_tiff_is_its_strips_from_the_top),
    cmocka_unit_test(every_compression_has_its_filter),
    cmocka_unit_test(shared_jpeg_tables_go_in_front_of_every_strip),
    cmocka_unit_test(how_the_paper_lies_and_its_bits_run_is_told),
    cmocka_unit_test(a_tiff_without_a_density_stands_at_the_usual_one),
    cmocka_unit_test(a_tiff_that_a_pdf_cannot_carry_is_refused),
    cmocka_unit_test(a_tiff_that_is_cut_off_or_says_too_much_is_refused),
    cmocka_unit_test(whatever_is_no_image_is_refused),
    cmocka_unit_test(an_image_of_no_width_is_refused),
};

TEST_MAIN(tests)
