/* SPDX-License-Identifier: Apache-2.0
 *
 * Codes drawn by zint and patches drawn here, read on the path of the intake.
 */
#include "tests/appliance/page/page_testing.h"

#include "appliance/base/random.h"
#include "appliance/page/codes.h"
#include "appliance/page/patch.h"
#include "appliance/page/symbols.h"

#include <math.h>
#include <string.h>
#include <zint.h>

#define LINEAR_HEIGHT_PX 100

/* Draw a symbol with modules of `module` px, turned by `mdeg` about its corner. */
static void draw_symbol(Drawing *drawing, int symbology, const char *text, int x, int y, int module,
                        gint32 mdeg)
{
    struct zint_symbol *symbol = ZBarcode_Create();
    double angle = mdeg / 1000.0 * G_PI / 180;

    symbol->symbology = symbology;
    symbol->show_hrt = 0;
    symbol->input_mode = UNICODE_MODE;
    assert_true(ZBarcode_Encode(symbol, (const unsigned char *)text, 0) < ZINT_ERROR);
    for (int row = 0; row < symbol->rows; row++) {
        int h = symbology == BARCODE_QRCODE ? module : LINEAR_HEIGHT_PX;

        for (int column = 0; column < symbol->width; column++) {
            if (!((symbol->encoded_data[row][column / 8] >> column % 8) & 1))
                continue;
            for (int j = 0; j < h; j++) {
                for (int i = 0; i < module; i++) {
                    double dx = column * module + i;
                    double dy = row * h + j;

                    drawing_box(drawing, x + (int)lround(dx * cos(angle) - dy * sin(angle)),
                                y + (int)lround(dx * sin(angle) + dy * cos(angle)), 1, 1, 30);
                }
            }
        }
    }
    ZBarcode_Delete(symbol);
}

static GPtrArray *codes_of(const Drawing *drawing)
{
    g_auto(PageResult) result = PAGE_RESULT_NONE;

    drawing_pass(drawing, &result);
    return g_steal_pointer(&result.codes);
}

static const PageCode *find(const GPtrArray *codes, const char *symbology, const char *text)
{
    for (guint i = 0; i < codes->len; i++) {
        const PageCode *code = g_ptr_array_index(codes, i);

        if (strcmp(code->symbology, symbology) == 0 && strcmp(code->text, text) == 0)
            return code;
    }
    return NULL;
}

static void add_grain(Drawing *drawing, guint64 seed, int strength)
{
    SeededRandom seeded;
    Random random = random_seeded(&seeded, seed);
    gsize size = (gsize)drawing->geometry.stride_bytes * drawing->geometry.height_px;
    g_autofree guint8 *grain = g_malloc(size);

    random_fill(&random, grain, size);
    for (gsize i = 0; i < size; i++)
        drawing->rows[i] =
            (guint8)CLAMP(drawing->rows[i] + (grain[i] - 128) * strength / 128, 0, 255);
}

static void every_symbology_is_read_beside_text(void **state G_GNUC_UNUSED)
{
    static const struct {
        int zint;
        const char *text, *symbology, *read;
    } cases[] = {
        {BARCODE_CODE128, "320583001261121003001742", "CODE-128", "320583001261121003001742"},
        {BARCODE_CODE39, "TB-529458", "CODE-39", "TB-529458"},
        {BARCODE_EANX, "6901234567892", "EAN-13", "6901234567892"},
        {BARCODE_C25INTER, "12345678901234", "ITF", "12345678901234"},
        {BARCODE_QRCODE, "981234561001000007010297", "QR-Code", "981234561001000007010297"},
        {BARCODE_QRCODE, "案卷 2026 第一号", "QR-Code", "案卷 2026 第一号"},
    };

    for (PageMode mode = PAGE_COLOUR; mode <= PAGE_LINEART; mode++) {
        for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
            g_autoptr(Drawing) drawing = drawing_new(1654, 1200, 200, mode);
            g_autoptr(GPtrArray) codes = NULL;

            drawing_text(drawing, 6, 0, i);
            draw_symbol(drawing, cases[i].zint, cases[i].text, 400, 600, 4, 0);
            codes = codes_of(drawing);
            if (find(codes, cases[i].symbology, cases[i].read) == NULL)
                fail_msg("%s not read in %s (%u codes)", cases[i].read, page_mode_token(mode),
                         codes->len);
            assert_int_equal(codes->len, 1);
        }
    }
}

static void a_leaning_noisy_code_climbs_the_ladder(void **state G_GNUC_UNUSED)
{
    static const gint32 angles[] = {-4000, -1500, 2500, 5000};

    for (guint i = 0; i < G_N_ELEMENTS(angles); i++) {
        g_autoptr(Drawing) drawing = drawing_new(1654, 1200, 200, PAGE_GRAY);
        g_autoptr(GPtrArray) codes = NULL;
        const PageCode *code;

        draw_symbol(drawing, BARCODE_CODE128, "320583001261121003001742", 300, 500, 4, angles[i]);
        add_grain(drawing, i, 60);
        codes = codes_of(drawing);
        code = find(codes, "CODE-128", "320583001261121003001742");
        if (code == NULL)
            fail_msg("not read at %d mdeg", angles[i]);
        assert_true(code->lines >= 2);
        assert_true(code->x < 300 + 40 && code->x + code->w > 300 + 600);
    }
}

static void coarse_and_fine_modules_are_found(void **state G_GNUC_UNUSED)
{
    for (int module = 2; module <= 14; module += module < 8 ? 1 : 2) {
        g_autoptr(Drawing) drawing = drawing_new(2900, 1200, module <= 8 ? 300 : 600, PAGE_LINEART);
        g_autoptr(GPtrArray) codes = NULL;
        const PageCode *code;

        drawing_text(drawing, 3, 0, 1);
        draw_symbol(drawing, BARCODE_CODE128, "320583001261121003001742", 300, 700, module, 0);
        codes = codes_of(drawing);
        code = find(codes, "CODE-128", "320583001261121003001742");
        if (code == NULL)
            fail_msg("modules of %d px not found", module);
        assert_string_equal(code->rung, "bits");
    }
}

static void a_code_that_stands_on_end_is_read(void **state G_GNUC_UNUSED)
{
    g_autoptr(Drawing) drawing = drawing_new(1200, 1654, 200, PAGE_LINEART);
    g_autoptr(GPtrArray) codes = NULL;

    draw_symbol(drawing, BARCODE_CODE128, "320583001261121003001742", 800, 300, 4, 90000);
    codes = codes_of(drawing);
    assert_non_null(find(codes, "CODE-128", "320583001261121003001742"));
}

static void a_code_tells_which_way_is_up(void **state G_GNUC_UNUSED)
{
    for (gint32 turn = 0; turn < 360; turn += 90) {
        g_autoptr(Drawing) drawing = drawing_new(1654, 1654, 200, PAGE_GRAY);
        g_autoptr(GPtrArray) codes = NULL;
        const PageCode *code;

        draw_symbol(drawing, BARCODE_CODE128, "320583001261121003001742", 827, 827, 4, turn * 1000);
        codes = codes_of(drawing);
        code = find(codes, "CODE-128", "320583001261121003001742");
        assert_non_null(code);
        assert_int_equal(code->turn, (360 - turn) % 360);
    }
}

static void two_symbols_of_one_text_are_two_codes(void **state G_GNUC_UNUSED)
{
    g_autoptr(Drawing) drawing = drawing_new(1654, 1654, 200, PAGE_LINEART);
    g_autoptr(GPtrArray) codes = NULL;

    draw_symbol(drawing, BARCODE_CODE128, "98123456", 300, 300, 4, 0);
    draw_symbol(drawing, BARCODE_CODE128, "98123456", 300, 1100, 4, 0);
    codes = codes_of(drawing);
    assert_int_equal(codes->len, 2);
}

static void text_alone_reads_as_nothing(void **state G_GNUC_UNUSED)
{
    for (guint64 seed = 0; seed < 6; seed++) {
        g_autoptr(Drawing) drawing = drawing_new(1654, 2339, 200, PAGE_LINEART);
        g_autoptr(GPtrArray) codes = NULL;

        drawing_text(drawing, 40, (gint32)seed * 500, seed);
        codes = codes_of(drawing);
        assert_int_equal(codes->len, 0);
    }
}

/* Four bars from the top (or the left) edge inwards; `w` wide, `n` narrow. */
static void draw_patch(Drawing *drawing, const char *bars, gboolean lying, gint32 mdeg)
{
    double unit = drawing->geometry.dpi * 0.08;
    double at = drawing->geometry.dpi * 0.5;
    double fall = tan(mdeg / 1000.0 * G_PI / 180);
    int from = (int)drawing->geometry.dpi * 2;
    int length = (int)(drawing->geometry.dpi * 2.5);

    for (const char *bar = bars; *bar != '\0'; bar++) {
        double thick = *bar == 'w' ? 2.5 * unit : unit;

        for (int i = 0; i < length; i++) {
            int slid = (int)lround(at + i * fall);

            if (lying)
                drawing_box(drawing, from + i, slid, 1, (int)lround(thick), 20);
            else
                drawing_box(drawing, slid, from + i, (int)lround(thick), 1, 20);
        }
        at += thick + unit;
    }
}

static void turn_over(Drawing *drawing)
{
    gsize size = (gsize)drawing->geometry.stride_bytes * drawing->geometry.height_px;

    for (gsize i = 0; i < size / 2; i++) {
        guint8 other = drawing->rows[size - 1 - i];

        drawing->rows[size - 1 - i] = drawing->rows[i];
        drawing->rows[i] = other;
    }
}

static void all_patches_are_read_both_ways_up(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *bars, *name;
    } patches[] = {{"wwnn", "1"}, {"wnnw", "2"}, {"wnwn", "3"},
                   {"nwnw", "T"}, {"nwwn", "4"}, {"nnww", "6"}};

    for (guint i = 0; i < G_N_ELEMENTS(patches) * 4; i++) {
        g_autoptr(Drawing) drawing = drawing_new(1240, 1754, 150, PAGE_GRAY);
        g_autoptr(GPtrArray) codes = NULL;
        const char *name = patches[i / 4].name;

        drawing_text(drawing, 6, 0, i);
        drawing_box(drawing, 0, 0, 1240, 450, 245);
        drawing_box(drawing, 0, 0, 300, 1754, 245);
        draw_patch(drawing, patches[i / 4].bars, i % 2 == 0, i < 12 ? 1500 : -3000);
        if (i % 4 >= 2)
            turn_over(drawing);
        codes = codes_of(drawing);
        if (find(codes, "PATCH", name) == NULL)
            fail_msg("patch %s not read, case %u", name, i % 4);
        assert_int_equal(codes->len, 1);
    }
}

static void bars_that_are_no_patch_are_not_read(void **state G_GNUC_UNUSED)
{
    static const char *const bars[] = {"nnnn", "wwww", "wwwn", "nwn", "nwnwn"};

    for (guint i = 0; i < G_N_ELEMENTS(bars); i++) {
        g_autoptr(Drawing) drawing = drawing_new(1240, 1754, 150, PAGE_LINEART);
        g_autoptr(GPtrArray) codes = NULL;

        draw_patch(drawing, bars[i], TRUE, 0);
        codes = codes_of(drawing);
        assert_null(find(codes, "PATCH", "T"));
        if (i < 4)
            assert_int_equal(codes->len, 0);
    }
}

static void texts_are_decoded_by_their_bytes(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *bytes;
        gsize size;
        const char *text;
    } cases[] = {
        {"abc", 3, "abc"},
        {"\xe6\xa1\x88\xe5\x8d\xb7", 6, "案卷"},
        {"\xb0\xb8\xbe\xed", 4, "案卷"},
        {"\xe9t\xe9", 3, "ét\u00e9"},
        {"a\0b", 3,
         "a\uFFFD"
         "b"},
        {"\x83\x52\x81\x5b\x83\x68", 6, "コード"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = symbols_text(cases[i].bytes, cases[i].size);

        assert_string_equal(text, cases[i].text);
    }
}

/* ── what black and white loses ──────────────────────────────────────────────────────────── */

static Bits *bits_of(const Drawing *drawing)
{
    const PageGeometry *page = &drawing->geometry;
    Bits *bits = bits_new(page->width_px, page->height_px);

    for (guint32 y = 0; y < page->height_px; y++)
        for (guint32 x = 0; x < page->width_px; x++)
            if (drawing->rows[(gsize)y * page->stride_bytes + x] < 128)
                ((guint8 *)bits_row(bits, y))[x / 8] |= (guint8)(0x80 >> x % 8);
    return bits;
}

/* The codes of a page whose 1-bit page is `black`, and its pixels `gray` or gone (NULL). */
static GPtrArray *read_both(const Drawing *black, const Drawing *gray, gboolean thorough)
{
    g_autoptr(Bits) bits = bits_of(black);
    CodesPage page = {.bits = bits, .dpi = black->geometry.dpi, .thorough = thorough};
    GPtrArray *codes = page_codes_new();

    if (gray != NULL)
        page.pixels = (Pixels){gray->rows, gray->geometry.stride_bytes, PAGE_GRAY};
    codes_read(&page, codes);
    return codes;
}

static const char qr_text[] = "981234561001000007010297", bar_text[] = "320583001261121003001742";

/* A symbol, and the same one spoiled inside, where nothing tells what it is. */
static void draw_pair(Drawing *pair[2], int symbology, int module)
{
    gboolean is_qr = symbology == BARCODE_QRCODE;

    for (int i = 0; i < 2; i++) {
        pair[i] = drawing_new(1654, 1200, 200, PAGE_GRAY);
        draw_symbol(pair[i], symbology, is_qr ? qr_text : bar_text, 400, 600, module, 0);
    }
    for (int at = 0; is_qr && at < 144; at++)
        drawing_box(pair[1], 400 + (9 + at % 12) * module, 600 + (9 + at / 12) * module, module,
                    module, (at % 12 + at / 12) % 2 == 0 ? 30 : 255);
    if (!is_qr)
        drawing_box(pair[1], 400 + 30 * module, 600, 2 * module, LINEAR_HEIGHT_PX, 30);
}

static void pair_free(Drawing *pair[2])
{
    drawing_free(pair[0]);
    drawing_free(pair[1]);
}

static void gray_reads_what_black_and_white_does_not(void **state G_GNUC_UNUSED)
{
    static const struct {
        int symbology, module;
        gboolean thorough;
        const char *name, *text, *rung;
    } cases[] = {
        {BARCODE_QRCODE, 5, FALSE, "QR-Code", qr_text, "mean"},
        {BARCODE_QRCODE, 2, TRUE, "QR-Code", qr_text, "gray"},
        {BARCODE_CODE128, 4, FALSE, "CODE-128", bar_text, "mean"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        Drawing *pair[2];
        g_autoptr(GPtrArray) codes = NULL, without = NULL;
        const PageCode *code;

        draw_pair(pair, cases[i].symbology, cases[i].module);
        codes = read_both(pair[1], pair[0], cases[i].thorough);
        code = find(codes, cases[i].name, cases[i].text);
        if (code == NULL)
            fail_msg("case %u not read", i);
        assert_string_equal(code->rung, cases[i].rung);
        without = read_both(pair[1], NULL, cases[i].thorough);
        assert_int_equal(without->len, 0);
        pair_free(pair);
    }
}

static void what_is_spoiled_in_gray_too_is_not_read(void **state G_GNUC_UNUSED)
{
    for (int thorough = FALSE; thorough <= TRUE; thorough++) {
        Drawing *pair[2];
        g_autoptr(GPtrArray) codes = NULL;

        draw_pair(pair, BARCODE_QRCODE, 5);
        codes = read_both(pair[1], pair[1], thorough);
        assert_int_equal(codes->len, 0);
        pair_free(pair);
    }
}

/* As many changes as the locator asks for, and fewer than any code has. */
static void nine_bars_are_no_code(void **state G_GNUC_UNUSED)
{
    g_autoptr(Drawing) drawing = drawing_new(1654, 1200, 200, PAGE_GRAY);
    g_autoptr(GPtrArray) codes = NULL;

    for (int bar = 0; bar < 9; bar++)
        drawing_box(drawing, 402 + 12 * bar, 600, 6, LINEAR_HEIGHT_PX, 30);
    codes = read_both(drawing, drawing, FALSE);
    assert_int_equal(codes->len, 0);
}

static void a_patch_alone_is_told_without_gray(void **state G_GNUC_UNUSED)
{
    g_autoptr(Drawing) drawing = drawing_new(1240, 1754, 150, PAGE_GRAY);
    g_autoptr(GPtrArray) codes = NULL;

    draw_patch(drawing, "nwnw", TRUE, 0);
    codes = read_both(drawing, NULL, FALSE);
    assert_non_null(find(codes, "PATCH", "T"));
    assert_int_equal(codes->len, 1);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_symbology_is_read_beside_text),
    cmocka_unit_test(a_leaning_noisy_code_climbs_the_ladder),
    cmocka_unit_test(coarse_and_fine_modules_are_found),
    cmocka_unit_test(a_code_that_stands_on_end_is_read),
    cmocka_unit_test(a_code_tells_which_way_is_up),
    cmocka_unit_test(two_symbols_of_one_text_are_two_codes),
    cmocka_unit_test(text_alone_reads_as_nothing),
    cmocka_unit_test(all_patches_are_read_both_ways_up),
    cmocka_unit_test(bars_that_are_no_patch_are_not_read),
    cmocka_unit_test(texts_are_decoded_by_their_bytes),
    cmocka_unit_test(gray_reads_what_black_and_white_does_not),
    cmocka_unit_test(what_is_spoiled_in_gray_too_is_not_read),
    cmocka_unit_test(nine_bars_are_no_code),
    cmocka_unit_test(a_patch_alone_is_told_without_gray),
};

TEST_MAIN(tests)
