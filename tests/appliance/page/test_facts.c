/* SPDX-License-Identifier: Apache-2.0
 *
 * What the strip pass says about pages: blank, skew, edges, tone. Pages are drawn here.
 */
#include "tests/appliance/page/page_testing.h"

#include "appliance/base/random.h"

#include <stdlib.h>
#include <string.h>

static PageFacts facts_of(const Drawing *drawing)
{
    g_auto(PageResult) result = PAGE_RESULT_NONE;

    drawing_pass(drawing, &result);
    return result.facts;
}

static int by_value(const void *a, const void *b)
{
    return abs(*(const int *)a) - abs(*(const int *)b);
}

static void skew_is_measured_to_a_tenth_of_a_degree(void **state G_GNUC_UNUSED)
{
    static const gint32 angles[] = {0,    170,   -333, 500,   -710, 1000, -1290, 1500, -1840,
                                    2100, -2400, 2750, -3000, 3300, 40,   -90,   615,  -2222};
    int errors[G_N_ELEMENTS(angles)];
    guint n = G_N_ELEMENTS(angles);

    for (guint i = 0; i < n; i++) {
        g_autoptr(Drawing) drawing = drawing_new(1654, 2339, 200, PAGE_LINEART);
        PageFacts facts;

        drawing_text(drawing, 12 + i, angles[i], i);
        facts = facts_of(drawing);
        assert_true(facts.skew_confidence > 500);
        errors[i] = facts.skew_mdeg + angles[i];
    }
    qsort(errors, n, sizeof errors[0], by_value);
    print_message("skew error: median %d, worst %d mdeg\n", abs(errors[n / 2]), abs(errors[n - 1]));
    assert_true(abs(errors[n / 2]) <= 30);
    assert_true(abs(errors[n - 1]) <= 100);
}

static void a_page_without_lines_has_no_skew(void **state G_GNUC_UNUSED)
{
    g_autoptr(Drawing) drawing = drawing_new(1654, 2339, 200, PAGE_GRAY);
    PageFacts facts = facts_of(drawing);

    assert_int_equal(facts.skew_confidence, 0);
    assert_int_equal(facts.skew_mdeg, 0);
}

#define BLANK_PAGES 150 /* of each kind */

/* The print of the other side, pale and mirrored: its lines at a fifth of the contrast. */
static void shine_through(Drawing *drawing, guint32 lines, guint64 seed)
{
    g_autoptr(Drawing) other = drawing_new(drawing->geometry.width_px, drawing->geometry.height_px,
                                           drawing->geometry.dpi, PAGE_GRAY);
    guint32 w = drawing->geometry.width_px;

    drawing_text(other, lines, 300, seed);
    for (guint32 y = 0; y < drawing->geometry.height_px; y++) {
        for (guint32 x = 0; x < w; x++) {
            int ink = 245 - other->rows[(gsize)y * w + w - 1 - x];

            drawing->rows[(gsize)y * w + x] =
                (guint8)MAX(0, drawing->rows[(gsize)y * w + x] - ink / 6);
        }
    }
}

static void add_dust(Drawing *drawing, const Random *random, guint n)
{
    for (guint i = 0; i < n; i++) {
        guint16 dice[4];

        random_fill(random, dice, sizeof dice);
        drawing_box(drawing, dice[0] % drawing->geometry.width_px,
                    dice[1] % drawing->geometry.height_px, 1 + dice[2] % 2, 1 + dice[3] % 2, 60);
    }
}

/* An empty back: paper of some shade, the front shining through, dust, a streak of the glass. */
static Drawing *draw_back(guint64 seed, const Random *random)
{
    Drawing *drawing = drawing_new(992, 1403, 120, PAGE_GRAY);
    guint16 dice[2];

    random_fill(random, dice, sizeof dice);
    shine_through(drawing, 4 + seed % 24, seed);
    add_dust(drawing, random, dice[0] % 200);
    if (dice[1] % 3 == 0)
        drawing_box(drawing, 100 + dice[1] % 800, 0, 1, 1403, 90);
    return drawing;
}

static void blank_backs_are_seen_as_blank(void **state G_GNUC_UNUSED)
{
    SeededRandom seeded;
    Random random = random_seeded(&seeded, 1);
    guint missed = 0;

    for (guint i = 0; i < BLANK_PAGES; i++) {
        g_autoptr(Drawing) drawing = draw_back(i, &random);

        missed += !facts_of(drawing).blank;
    }
    print_message("%u of %u blank backs missed\n", missed, BLANK_PAGES);
    assert_true(missed * 100 <= BLANK_PAGES);
}

static void a_page_with_one_short_line_is_never_blank(void **state G_GNUC_UNUSED)
{
    SeededRandom seeded;
    Random random = random_seeded(&seeded, 2);

    for (guint i = 0; i < BLANK_PAGES; i++) {
        g_autoptr(Drawing) drawing = draw_back(i, &random);
        guint16 dice[3];
        guint8 level;

        /* four strokes of a printed character or two, 4 mm high, anywhere on the paper */
        random_fill(&random, dice, sizeof dice);
        level = (guint8)(20 + dice[2] % 80);
        for (guint k = 0; k < 2 + i % 3; k++) {
            int x = 60 + dice[0] % 700 + (int)k * 22;
            int y = 60 + dice[1] % 1250;

            drawing_box(drawing, x, y, 17, 2, level);
            drawing_box(drawing, x, y + 8, 17, 2, level);
            drawing_box(drawing, x + 4, y, 2, 19, level);
            drawing_box(drawing, x + 12, y, 2, 19, level);
        }
        assert_false(facts_of(drawing).blank);
    }
}

static void bed_and_staple_are_no_writing(void **state G_GNUC_UNUSED)
{
    g_autoptr(Drawing) drawing = drawing_new(1654, 2339, 200, PAGE_GRAY);
    PageFacts facts;

    for (int y = 0; y < 2339; y++)
        drawing_box(drawing, 0, y, 100 - y / 25, 1, 20); /* a wedge of black bed at the left */
    for (int i = 0; i < 80; i++)
        drawing_box(drawing, 160 + i, 150 - i / 3, 1, 4, 60); /* a staple */
    facts = facts_of(drawing);
    assert_true(facts.blank);
    assert_int_equal(facts.cut_edges, 0);
}

static void a_dark_photograph_is_not_blank(void **state G_GNUC_UNUSED)
{
    g_autoptr(Drawing) drawing = drawing_new(1654, 2339, 200, PAGE_GRAY);

    drawing_box(drawing, 0, 0, 1654, 1500, 40);
    assert_false(facts_of(drawing).blank);
}

static void lines_that_run_over_the_edge_are_told(void **state G_GNUC_UNUSED)
{
    g_autoptr(Drawing) drawing = drawing_new(1654, 2339, 200, PAGE_LINEART);
    PageFacts facts;

    for (int i = 0; i < 20; i++)
        drawing_box(drawing, 1400, 200 + i * 60, 254, 5, 0);
    facts = facts_of(drawing);
    assert_int_equal(facts.cut_edges, PAGE_EDGE_RIGHT);
    assert_int_equal(facts.cut_strokes[1], 20);
}

static void darkness_and_sharpness_follow_the_page(void **state G_GNUC_UNUSED)
{
    g_autoptr(Drawing) bright = drawing_new(1240, 1754, 150, PAGE_GRAY);
    g_autoptr(Drawing) dark = drawing_new(1240, 1754, 150, PAGE_GRAY);
    PageFacts facts;

    drawing_text(bright, 20, 0, 5);
    facts = facts_of(bright);
    assert_true(facts.darkness < 100);
    assert_true(facts.sharpness > 800 && facts.sharpness_confidence > 500);
    drawing_box(dark, 0, 0, 1240, 1754, 120);
    drawing_text(dark, 20, 0, 5);
    facts = facts_of(dark);
    assert_true(facts.darkness > 500);
    assert_true(ABS((int)facts.paper_level - 120) < 4);
}

static void facts_survive_their_json(void **state G_GNUC_UNUSED)
{
    g_autoptr(Drawing) drawing = drawing_new(1654, 2339, 200, PAGE_GRAY);
    PageFacts facts, again;
    g_autoptr(json_t) json = NULL;
    GError *error = NULL;

    drawing_text(drawing, 20, 700, 5);
    drawing_box(drawing, 1400, 200, 254, 5, 0);
    facts = facts_of(drawing);
    json = page_facts_to_json(&facts);
    assert_non_null(json);
    assert_true(page_facts_from_json(json, &again, &error));
    memcpy(again.map, facts.map, sizeof facts.map); /* kept by the batch that compares, not told */
    assert_memory_equal(&facts, &again, sizeof facts);
    json_object_del(json, "skew");
    assert_false(page_facts_from_json(json, &again, &error));
    assert_error_code(error, ERROR_FORMAT);
    g_clear_error(&error);
}

/* ── two sheets in one image ─────────────────────────────────────────────────────────────── */

/* The edge of an upper sheet: a thin line from border to border, falling by `fall` px. */
static void draw_edge(Drawing *drawing, int y, int fall)
{
    int width = (int)drawing->geometry.width_px;

    for (int x = 0; x < width; x++)
        drawing_box(drawing, x, y + fall * x / width, 1, 2, 110);
}

static PageFacts facts_with_edge(guint32 height_px, int y, int fall)
{
    g_autoptr(Drawing) drawing = drawing_new(1654, height_px, 200, PAGE_GRAY);

    drawing_text(drawing, 20, 0, 5);
    draw_edge(drawing, y, fall);
    return facts_of(drawing);
}

static void the_edge_of_a_second_sheet_is_seen(void **state G_GNUC_UNUSED)
{
    for (int fall = -40; fall <= 40; fall += 20) {
        PageFacts facts = facts_with_edge(2339, 1500, fall);

        assert_int_equal(facts.overlap, 1);
        assert_in_range(facts.overlap_at_px, 1470, 1530);
        assert_int_equal(facts.overlap_confidence, 600);
        facts = facts_with_edge(3200, 1500, fall);
        assert_int_equal(facts.overlap, 1);
        assert_int_equal(facts.overlap_confidence, 900);
    }
}

static void lines_of_a_form_are_no_edge(void **state G_GNUC_UNUSED)
{
    g_autoptr(Drawing) drawing = drawing_new(1654, 2339, 200, PAGE_GRAY);
    PageFacts facts;

    drawing_text(drawing, 20, 0, 5);
    for (int y = 300; y < 2200; y += 60)
        drawing_box(drawing, 80, y, 1654 - 160, 3, 0);
    facts = facts_of(drawing);
    assert_int_equal(facts.overlap, 0);
    /* a line that only one border sees, and one that is broken */
    drawing_box(drawing, 0, 1000, 1000, 2, 0);
    for (int x = 0; x < 1654; x += 40)
        drawing_box(drawing, x, 1830, 20, 2, 0);
    facts = facts_of(drawing);
    assert_int_equal(facts.overlap, 0);
}

static void a_page_on_a_dark_bed_says_nothing_of_edges(void **state G_GNUC_UNUSED)
{
    g_autoptr(Drawing) drawing = drawing_new(1654, 2339, 200, PAGE_GRAY);
    PageFacts facts;

    drawing_text(drawing, 20, 0, 5);
    drawing_box(drawing, 0, 0, 40, 2339, 20);
    drawing_box(drawing, 1600, 0, 54, 2339, 20);
    draw_edge(drawing, 1200, 0);
    facts = facts_of(drawing);
    assert_int_equal(facts.overlap, 0);
}

/* ── the same page again ─────────────────────────────────────────────────────────────────── */

static PageFacts facts_of_text(guint64 seed, gint32 mdeg, guint32 lines)
{
    g_autoptr(Drawing) drawing = drawing_new(1654, 2339, 200, PAGE_GRAY);

    drawing_text(drawing, lines, mdeg, seed);
    return facts_of(drawing);
}

static void a_page_is_like_itself_and_unlike_others(void **state G_GNUC_UNUSED)
{
    PageFacts page = facts_of_text(5, 0, 20);
    PageFacts turned = facts_of_text(5, 300, 20);
    PageFacts other = facts_of_text(6, 0, 12);
    PageFacts blank = {.width_px = 1654, .height_px = 2339, .dpi = 200, .blank = 1};

    assert_int_equal(page_likeness(&page, &page), 1000);
    assert_true(page_likeness(&page, &turned) > 900);
    assert_true(page_likeness(&page, &other) < 900);
    assert_int_equal(page_likeness(&page, &blank), 0);
    assert_int_equal(page_likeness(&blank, &blank), 0);
    other = page;
    other.height_px += 300;
    assert_int_equal(page_likeness(&page, &other), 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_edge_of_a_second_sheet_is_seen),
    cmocka_unit_test(lines_of_a_form_are_no_edge),
    cmocka_unit_test(a_page_on_a_dark_bed_says_nothing_of_edges),
    cmocka_unit_test(a_page_is_like_itself_and_unlike_others),
    cmocka_unit_test(blank_backs_are_seen_as_blank),
    cmocka_unit_test(a_page_with_one_short_line_is_never_blank),
    cmocka_unit_test(bed_and_staple_are_no_writing),
    cmocka_unit_test(a_dark_photograph_is_not_blank),
    cmocka_unit_test(lines_that_run_over_the_edge_are_told),
    cmocka_unit_test(darkness_and_sharpness_follow_the_page),
    cmocka_unit_test(facts_survive_their_json),
    cmocka_unit_test(skew_is_measured_to_a_tenth_of_a_degree),
    cmocka_unit_test(a_page_without_lines_has_no_skew),
};

TEST_MAIN(tests)
