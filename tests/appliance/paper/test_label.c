/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/paper/label.h"
#include "tests/appliance/paper/raster.h"
#include "tests/pages/codes_read.h"
#include "tests/testing.h"

#include <string.h>

#define CREATED_US G_GINT64_CONSTANT(1795228951000000)
#define READ_DPI   200

static GBytes *render(const Label *labels, gsize n_labels, guint skip)
{
    LabelOptions options = {.created_us = CREATED_US, .skip = skip};
    g_autoptr(GError) error = NULL;
    GBytes *pdf = NULL;

    if (!label_render(labels, n_labels, &options, &pdf, &error))
        fail_msg("%s", error->message);
    return pdf;
}

static const Label separator = {.kind = LABEL_SEPARATOR,
                                .digits = "980000011001000001010656",
                                .mark = "A01",
                                .title = "取水许可申请书",
                                .detail = "取水许可审批",
                                .n = 1,
                                .m = 6};

static void assert_both_codes(const Picture *page, const char *digits)
{
    g_autoptr(GPtrArray) codes = codes_read(page);

    assert_true(codes_hold(codes, "CODE-128", digits));
    assert_true(codes_hold(codes, "QR-Code", digits));
}

static void a_separator_carries_its_codes_on_both_sides(void **state G_GNUC_UNUSED)
{
    g_autoptr(GBytes) pdf = render(&separator, 1, 0);
    g_autoptr(GPtrArray) pages = raster_pages(pdf, READ_DPI);

    assert_int_equal(pages->len, 2);
    assert_both_codes(g_ptr_array_index(pages, 0), separator.digits);
    assert_both_codes(g_ptr_array_index(pages, 1), separator.digits);
}

static void a_separator_says_which_of_how_many_it_is(void **state G_GNUC_UNUSED)
{
    g_autoptr(GBytes) pdf = render(&separator, 1, 0);
    g_autofree char *text = raster_text(pdf, 2);

    assert_non_null(strstr(text, "第1张，共6张"));
    assert_non_null(strstr(text, "A01"));
    assert_non_null(strstr(text, "取水许可申请书"));
}

/* Heights of the first four black runs of the middle column, from the top or from the bottom. */
static void patch_runs(const Picture *page, gboolean from_bottom, guint runs[4])
{
    guint n = 0, run = 0;

    for (guint i = 0; i < page->height && n < 4; i++) {
        guint y = from_bottom ? page->height - 1 - i : i;
        gboolean black = page->pixels[(gsize)y * page->width + page->width / 2] < 128;

        if (black)
            run++;
        else if (run > 0) {
            runs[n++] = run;
            run = 0;
        }
    }
    assert_int_equal(n, 4);
}

/* Narrow, wide, narrow, wide (0.08 in and 0.20 in) from whichever edge comes first. */
static void the_patch_is_a_t_whichever_end_is_fed_first(void **state G_GNUC_UNUSED)
{
    g_autoptr(GBytes) pdf = render(&separator, 1, 0);
    g_autoptr(GPtrArray) pages = raster_pages(pdf, READ_DPI);

    for (int from_bottom = 0; from_bottom < 2; from_bottom++) {
        guint runs[4];

        patch_runs(g_ptr_array_index(pages, 0), from_bottom, runs);
        assert_in_range(runs[0], 15, 17);
        assert_in_range(runs[1], 39, 41);
        assert_in_range(runs[2], 15, 17);
        assert_in_range(runs[3], 39, 41);
    }
}

static void a_set_has_two_sides_for_every_sheet(void **state G_GNUC_UNUSED)
{
    Label set[3] = {separator, separator, separator};
    g_autoptr(GBytes) pdf = NULL;
    g_autoptr(GPtrArray) pages = NULL;

    for (guint i = 0; i < 3; i++)
        set[i].n = i + 1;
    pdf = render(set, 3, 0);
    pages = raster_pages(pdf, 72);
    assert_int_equal(pages->len, 6);
}

static void every_kind_of_label_is_read_back(void **state G_GNUC_UNUSED)
{
    static const Label labels[] = {
        {.kind = LABEL_ITEM, .digits = "980000010000000001010280", .title = "取水许可审批"},
        {.kind = LABEL_COMMAND, .digits = "99050061", .title = "收件完成", .mark = "05"},
        {.kind = LABEL_PERSON, .digits = "9700301755", .title = "沈雅琴", .mark = "003017"},
        {.kind = LABEL_CASE, .digits = "320583001261121003001742", .title = "昆山市清源水务公司"},
        {.kind = LABEL_BOX, .digits = "960000012342", .title = "行政许可档案", .mark = "2026-01"},
        {.kind = LABEL_SHELF, .digits = "960000432142", .title = "二楼 1 柜 3 层"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(labels); i++) {
        g_autoptr(GBytes) pdf = render(&labels[i], 1, 0);
        g_autoptr(GPtrArray) pages = raster_pages(pdf, READ_DPI);

        assert_both_codes(g_ptr_array_index(pages, 0), labels[i].digits);
    }
}

static void ten_command_cards_share_a_sheet(void **state G_GNUC_UNUSED)
{
    Label cards[12];
    char digits[12][9];
    g_autoptr(GBytes) pdf = NULL;
    g_autoptr(GPtrArray) pages = NULL;
    g_autoptr(GPtrArray) codes = NULL;

    for (guint i = 0; i < 12; i++) {
        g_snprintf(digits[i], sizeof digits[i], "99%02u00%02u", i + 1, 10 + i);
        cards[i] = (Label){.kind = LABEL_COMMAND, .digits = digits[i], .title = "下一份"};
    }
    pdf = render(cards, 12, 0);
    pages = raster_pages(pdf, READ_DPI);
    assert_int_equal(pages->len, 2);
    codes = codes_read(g_ptr_array_index(pages, 0));
    for (guint i = 0; i < 10; i++)
        assert_true(codes_hold(codes, "CODE-128", digits[i]));
    assert_false(codes_hold(codes, "CODE-128", digits[10]));
}

static void stickers_begin_where_the_last_sheet_was_used_up(void **state G_GNUC_UNUSED)
{
    Label sticker = {.kind = LABEL_CASE, .digits = "320583001261121003001742"};
    Label stickers[2] = {sticker, sticker};
    g_autoptr(GBytes) last_place = render(stickers, 1, 23);
    g_autoptr(GBytes) over = render(stickers, 2, 23);
    g_autoptr(GPtrArray) one = raster_pages(last_place, 72);
    g_autoptr(GPtrArray) two = raster_pages(over, 72);

    assert_int_equal(one->len, 1);
    assert_int_equal(two->len, 2);
}

static void a_long_title_stays_on_its_card(void **state G_GNUC_UNUSED)
{
    g_autoptr(GString) title = g_string_new(NULL);
    Label card = {.kind = LABEL_PERSON, .digits = "9700301755"};
    g_autoptr(GBytes) pdf = NULL;
    g_autoptr(GPtrArray) pages = NULL;
    const Picture *page;

    while (g_utf8_strlen(title->str, -1) < 50)
        g_string_append(title, "龘");
    card.title = title->str;
    pdf = render(&card, 1, 0);
    pages = raster_pages(pdf, READ_DPI);
    page = g_ptr_array_index(pages, 0);
    /* right of the card's cut line, 105 mm, the sheet is white */
    for (guint y = 0; y < page->height; y++)
        for (guint x = (guint)(106 / 25.4 * READ_DPI); x < page->width; x++)
            assert_true(page->pixels[(gsize)y * page->width + x] > 250);
}

static void the_same_labels_give_the_same_bytes(void **state G_GNUC_UNUSED)
{
    g_autoptr(GBytes) one = render(&separator, 1, 0);
    g_autoptr(GBytes) two = render(&separator, 1, 0);

    assert_true(g_bytes_equal(one, two));
}

static void what_cannot_be_drawn_is_an_error(void **state G_GNUC_UNUSED)
{
    LabelOptions options = {.created_us = CREATED_US};
    Label bad = separator;
    g_autoptr(GError) none = NULL;
    g_autoptr(GError) wrong = NULL;
    GBytes *pdf = NULL;

    bad.digits = "九八";
    assert_false(label_render(&bad, 0, &options, &pdf, &none));
    assert_error_code(none, ERROR_PAPER);
    assert_false(label_render(&bad, 1, &options, &pdf, &wrong));
    assert_error_code(wrong, ERROR_PAPER);
    assert_non_null(strstr(wrong->message, "九八"));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_separator_carries_its_codes_on_both_sides),
    cmocka_unit_test(a_separator_says_which_of_how_many_it_is),
    cmocka_unit_test(the_patch_is_a_t_whichever_end_is_fed_first),
    cmocka_unit_test(a_set_has_two_sides_for_every_sheet),
    cmocka_unit_test(every_kind_of_label_is_read_back),
    cmocka_unit_test(ten_command_cards_share_a_sheet),
    cmocka_unit_test(stickers_begin_where_the_last_sheet_was_used_up),
    cmocka_unit_test(a_long_title_stays_on_its_card),
    cmocka_unit_test(the_same_labels_give_the_same_bytes),
    cmocka_unit_test(what_cannot_be_drawn_is_an_error),
};
TEST_MAIN(tests)
