/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/base/file.h"
#include "drivers/script_file.h"
#include "tests/pages/codes_read.h"
#include "tests/pages/session.h"
#include "tests/testing.h"

#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

#define SEPARATOR_CODE "980000011001000001010656"

static Picture draw(const PageSpec *spec, json_t **truth)
{
    g_autoptr(GError) error = NULL;
    Picture picture = {0};

    if (!page_draw(spec, &picture, truth, &error))
        fail_msg("page_draw: %s", error->message);
    return picture;
}

static gsize size_of(const Picture *picture)
{
    return picture_stride(picture) * picture->height;
}

/* Mean darkness of all bytes, 0 … 255. */
static double darkness(const Picture *picture)
{
    guint64 sum = 0;

    for (gsize i = 0; i < size_of(picture); i++)
        sum += 255 - picture->pixels[i];
    return (double)sum / (double)size_of(picture);
}

static void the_same_seed_gives_the_same_pixels(void **state G_GNUC_UNUSED)
{
    for (int kind = 0; kind < PAGE_KINDS; kind++) {
        PageSpec spec = {.kind = (PageKind)kind, .dpi = 72, .seed = 5, .code = SEPARATOR_CODE};
        g_auto(Picture) one = {0};
        g_auto(Picture) two = {0};

        page_degrade(&spec, 0.7);
        one = draw(&spec, NULL);
        two = draw(&spec, NULL);
        assert_int_equal(one.width, 595);
        assert_int_equal(one.height, 842);
        assert_memory_equal(one.pixels, two.pixels, size_of(&one));
    }
}

static void another_seed_gives_another_page(void **state G_GNUC_UNUSED)
{
    PageSpec spec = {.kind = PAGE_FORM, .dpi = 72, .seed = 1};
    g_auto(Picture) one = draw(&spec, NULL);
    g_auto(Picture) two = {0};

    spec.seed = 2;
    two = draw(&spec, NULL);
    assert_memory_not_equal(one.pixels, two.pixels, size_of(&one));
}

static void a_separator_is_read_in_every_mode(void **state G_GNUC_UNUSED)
{
    static const PageMode modes[] = {PAGE_COLOUR, PAGE_GRAY, PAGE_LINEART};

    for (gsize i = 0; i < G_N_ELEMENTS(modes); i++) {
        PageSpec spec = {.kind = PAGE_SEPARATOR,
                         .mode = modes[i],
                         .dpi = 200,
                         .code = SEPARATOR_CODE,
                         .mark = "A01",
                         .skew_deg = 1.5,
                         .upside_down = i == 1};
        g_auto(Picture) picture = draw(&spec, NULL);
        g_autoptr(GPtrArray) codes = codes_read(&picture);

        assert_true(codes_hold(codes, "CODE-128", SEPARATOR_CODE));
        assert_true(codes_hold(codes, "QR-Code", SEPARATOR_CODE));
    }
}

/* The pixels outside the boxes made white, nothing is lost to a reader. */
static void the_truth_says_where_the_codes_are(void **state G_GNUC_UNUSED)
{
    PageSpec spec = {.kind = PAGE_RECEIPT,
                     .mode = PAGE_GRAY,
                     .dpi = 200,
                     .code = SEPARATOR_CODE,
                     .skew_deg = -2};
    g_autoptr(json_t) truth = NULL;
    g_auto(Picture) picture = draw(&spec, &truth);
    g_auto(Picture) masked = picture;
    g_autoptr(GPtrArray) codes = NULL;
    const json_t *code;
    size_t i;

    masked.pixels = g_malloc(size_of(&masked));
    memset(masked.pixels, 255, size_of(&masked));
    assert_int_equal(json_array_size(json_object_get(truth, "codes")), 2);
    json_array_foreach(json_object_get(truth, "codes"), i, code)
    {
        int x0, y0, x1, y1;

        assert_int_equal(json_unpack((json_t *)code, "{s:[iiii]}", "box", &x0, &y0, &x1, &y1), 0);
        assert_string_equal(json_text(code, "text"), SEPARATOR_CODE);
        for (int y = MAX(y0, 0); y < MIN(y1, (int)picture.height); y++)
            memcpy(masked.pixels + (gsize)y * picture.width + x0,
                   picture.pixels + (gsize)y * picture.width + x0, (gsize)(x1 - x0));
    }
    codes = codes_read(&masked);
    assert_true(codes_hold(codes, "CODE-128", SEPARATOR_CODE));
    assert_true(codes_hold(codes, "QR-Code", SEPARATOR_CODE));
}

static void an_upside_down_page_is_the_page_turned(void **state G_GNUC_UNUSED)
{
    PageSpec spec = {.kind = PAGE_FORM, .mode = PAGE_GRAY, .dpi = 100, .seed = 3};
    g_auto(Picture) upright = draw(&spec, NULL);
    g_auto(Picture) turned = {0};
    gsize n = size_of(&upright), far = 0;

    spec.upside_down = TRUE;
    turned = draw(&spec, NULL);
    for (gsize i = 0; i < n; i++)
        far += abs(upright.pixels[i] - turned.pixels[n - 1 - i]) > 128;
    assert_true(far * 100 < n);
}

static void show_through_is_faint_and_a_blank_is_white(void **state G_GNUC_UNUSED)
{
    PageSpec spec = {.kind = PAGE_BLANK, .mode = PAGE_GRAY, .dpi = 72, .front = PAGE_FORM};
    g_autoptr(json_t) truth = NULL;
    g_auto(Picture) white = draw(&spec, &truth);
    g_auto(Picture) shown = {0};
    g_auto(Picture) front = {0};

    spec.show_through = 0.2;
    shown = draw(&spec, NULL);
    spec.kind = PAGE_FORM;
    front = draw(&spec, NULL);
    assert_true(json_flag(truth, "blank"));
    assert_true(darkness(&white) == 0);
    assert_true(darkness(&shown) > 0);
    assert_true(darkness(&shown) < darkness(&front) * 0.3);
}

static void dirt_makes_a_page_darker_and_ground_too(void **state G_GNUC_UNUSED)
{
    PageSpec spec = {.kind = PAGE_CONTRACT, .mode = PAGE_GRAY, .dpi = 72};
    g_auto(Picture) clean = draw(&spec, NULL);
    g_auto(Picture) dirty = {0};
    g_auto(Picture) gray = {0};

    spec.speckle = 2;
    dirty = draw(&spec, NULL);
    spec.speckle = 0;
    spec.ground = 40;
    gray = draw(&spec, NULL);
    assert_true(darkness(&dirty) > darkness(&clean));
    assert_true(darkness(&gray) > darkness(&clean) + 30);
}

/* The last bar of the patch ends 30 mm down; with 25 mm cut off it ends in the first 5 mm. */
static void a_cut_margin_is_gone(void **state G_GNUC_UNUSED)
{
    PageSpec spec = {.kind = PAGE_SEPARATOR,
                     .mode = PAGE_GRAY,
                     .dpi = 254,
                     .code = SEPARATOR_CODE,
                     .cut_mm = 25,
                     .cut_edge = PAGE_EDGE_TOP};
    g_auto(Picture) picture = draw(&spec, NULL);
    gsize column = picture.width / 2;

    assert_int_equal(picture.pixels[column + 30 * (gsize)picture.width], 0);
    assert_int_equal(picture.pixels[column + 58 * (gsize)picture.width], 255);
}

static void lineart_is_black_and_white(void **state G_GNUC_UNUSED)
{
    PageSpec spec = {.kind = PAGE_LICENCE, .mode = PAGE_LINEART, .dpi = 100, .grain = 20};
    g_auto(Picture) picture = draw(&spec, NULL);
    gsize black = 0;

    for (gsize i = 0; i < size_of(&picture); i++) {
        assert_true(picture.pixels[i] == 0 || picture.pixels[i] == 255);
        black += picture.pixels[i] == 0;
    }
    assert_true(black > 1000 && black * 4 < size_of(&picture));
}

static void a_spec_out_of_range_is_refused(void **state G_GNUC_UNUSED)
{
    static const PageSpec specs[] = {
        {.kind = PAGE_FORM, .dpi = 71},
        {.kind = PAGE_FORM, .dpi = 601},
        {.kind = PAGE_KINDS, .dpi = 100},
        {.kind = PAGE_SEPARATOR, .dpi = 100},
        {.kind = PAGE_SEPARATOR, .dpi = 100, .code = "98-1"},
        {.kind = PAGE_FORM, .dpi = 100, .skew_deg = 40},
        {.kind = PAGE_LICENCE, .dpi = 100, .valid_until = "2031"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(specs); i++) {
        g_autoptr(GError) error = NULL;
        Picture picture = {0};

        assert_false(page_draw(&specs[i], &picture, NULL, &error));
        assert_error_code(error, ERROR_INVALID);
        assert_null(picture.pixels);
    }
}

static void every_format_is_written_and_the_same_twice(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *name;
        PageMode mode;
        const char *magic;
    } files[] = {
        {"a.pbm", PAGE_LINEART, "P4\n595 842\n"}, {"a.pgm", PAGE_GRAY, "P5\n595 842\n255\n"},
        {"a.ppm", PAGE_COLOUR, "P6\n"},           {"a.png", PAGE_LINEART, "\x89PNG"},
        {"b.png", PAGE_COLOUR, "\x89PNG"},        {"a.jpg", PAGE_GRAY, "\xff\xd8"},
        {"a.tif", PAGE_LINEART, "II*"},           {"b.tif", PAGE_COLOUR, "II*"},
        {"a.pdf", PAGE_LINEART, "%PDF"},          {"b.pdf", PAGE_GRAY, "%PDF"},
    };
    g_autofree char *folder = testing_folder();

    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        PageSpec spec = {.kind = PAGE_FORM, .mode = files[i].mode, .dpi = 72};
        g_auto(Picture) picture = draw(&spec, NULL);
        g_autofree char *path = g_build_filename(folder, files[i].name, NULL);
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) one = NULL;
        g_autoptr(GBytes) two = NULL;

        assert_true(picture_write(&picture, 1, path, &error));
        one = file_read(path, 1 << 24, &error);
        assert_true(picture_write(&picture, 1, path, &error));
        two = file_read(path, 1 << 24, &error);
        assert_memory_equal(g_bytes_get_data(one, NULL), files[i].magic, strlen(files[i].magic));
        assert_true(g_bytes_equal(one, two));
    }
}

static void a_tiff_holds_many_pages_and_a_png_one(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autofree char *tiff_path = g_build_filename(folder, "all.tif", NULL);
    g_autofree char *png_path = g_build_filename(folder, "all.png", NULL);
    g_autoptr(GError) error = NULL;
    PageSpec spec = {.kind = PAGE_FORM, .mode = PAGE_LINEART, .dpi = 72};
    Picture pictures[3];
    TIFF *tiff;

    for (int i = 0; i < 3; i++)
        pictures[i] = draw(&spec, NULL);
    assert_true(picture_write(pictures, 3, tiff_path, &error));
    assert_false(picture_write(pictures, 3, png_path, &error));
    assert_error_code(error, ERROR_USAGE);
    tiff = TIFFOpen(tiff_path, "r");
    assert_non_null(tiff);
    assert_int_equal(TIFFNumberOfDirectories(tiff), 3);
    TIFFClose(tiff);
    for (int i = 0; i < 3; i++)
        picture_clear(&pictures[i]);
}

static void separator_codes_have_their_check_digits(void **state G_GNUC_UNUSED)
{
    g_autofree char *code = session_separator_code("000001", "1001", "000001", 1, 6);
    guint rest = 0;

    assert_int_equal(strlen(code), 24);
    for (const char *c = code; *c != '\0'; c++)
        rest = (rest * 10 + (guint)(*c - '0')) % 97;
    assert_int_equal(rest, 1);
}

static json_t *read_truth(const char *folder)
{
    g_autofree char *path = g_build_filename(folder, "truth.json", NULL);
    json_error_t why;
    json_t *truth = json_load_file(path, 0, &why);

    if (truth == NULL)
        fail_msg("%s: %s", path, why.text);
    return truth;
}

static void a_session_has_a_separator_before_every_document(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autoptr(json_t) plan = session_plan_demo("A03");
    g_autoptr(json_t) truth = NULL;
    g_autoptr(GError) error = NULL;
    Session session = {.plan = plan,
                       .folder = folder,
                       .ending = ".pnm",
                       .mode = PAGE_GRAY,
                       .dpi = 72,
                       .seed = 1,
                       .hardness = 0.2};
    guint separators = 0, documents = 0;
    const json_t *side;
    size_t i;

    assert_true(session_write(&session, &error));
    truth = read_truth(folder);
    json_array_foreach(json_object_get(truth, "sides"), i, side)
    {
        g_autofree char *path = g_build_filename(folder, json_text(side, "file"), NULL);

        assert_true(g_file_test(path, G_FILE_TEST_IS_REGULAR));
        assert_string_not_equal(json_text(side, "slot"), "A03");
        if (g_str_equal(json_text(side, "kind"), "separator"))
            separators++;
        else
            documents++;
    }
    assert_int_equal(separators, 2 * (5 + 1)); /* both sides; five documents and the last sheet */
    assert_int_equal(documents, 2 * (4 + 1 + 10 + 1 + 1));
}

/* The scripted scanner reads the session as it is. */
static void a_session_can_be_played(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autofree char *path = g_build_filename(folder, "script.json", NULL);
    g_autoptr(json_t) plan = session_plan_demo(NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(Script) script = NULL;
    Session session = {
        .plan = plan, .folder = folder, .ending = ".jpg", .mode = PAGE_GRAY, .dpi = 72};

    assert_true(session_write(&session, &error));
    script = script_read(path, &error);
    assert_no_error(error);
    assert_int_equal(script->n_sheets, 7 + 18); /* separators and the sheets of six documents */
    assert_string_equal(script_media_type(script_sheet(script, 1)->front.path), "image/jpeg");
    assert_true(g_file_test(script_sheet(script, 25)->back.path, G_FILE_TEST_IS_REGULAR));
}

static void a_plan_with_an_unknown_page_is_refused(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autoptr(json_t) plan = json_pack("{s:s, s:s, s:[{s:s, s:s}]}", "item", "000001", "set",
                                       "000001", "documents", "slot", "A01", "kind", "poem");
    g_autoptr(GError) error = NULL;
    Session session = {.plan = plan, .folder = folder, .ending = ".pnm", .dpi = 72};

    assert_false(session_write(&session, &error));
    assert_error_code(error, ERROR_DEFINITION);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_same_seed_gives_the_same_pixels),
    cmocka_unit_test(another_seed_gives_another_page),
    cmocka_unit_test(a_separator_is_read_in_every_mode),
    cmocka_unit_test(the_truth_says_where_the_codes_are),
    cmocka_unit_test(an_upside_down_page_is_the_page_turned),
    cmocka_unit_test(show_through_is_faint_and_a_blank_is_white),
    cmocka_unit_test(dirt_makes_a_page_darker_and_ground_too),
    cmocka_unit_test(a_cut_margin_is_gone),
    cmocka_unit_test(lineart_is_black_and_white),
    cmocka_unit_test(a_spec_out_of_range_is_refused),
    cmocka_unit_test(every_format_is_written_and_the_same_twice),
    cmocka_unit_test(a_tiff_holds_many_pages_and_a_png_one),
    cmocka_unit_test(separator_codes_have_their_check_digits),
    cmocka_unit_test(a_session_has_a_separator_before_every_document),
    cmocka_unit_test(a_session_can_be_played),
    cmocka_unit_test(a_plan_with_an_unknown_page_is_refused),
};
TEST_MAIN(tests)
