/* SPDX-License-Identifier: Apache-2.0
 *
 * What the strip pass says about pages: blank, skew, edges, tone. Pages are drawn here.
 */
#include "tests/appliance/page/page_testing.h"

#include "appliance/base/random.h"
#include "appliance/page/pass.h"

#include <stdlib.h>
#include <string.h>

static PageFacts facts_of(const Drawing *drawing)
{
    PassOptions options = {.geometry = drawing->geometry,
                           .page_mode = drawing->geometry.mode,
                           .keep = TRUE,
                           .memory = drawing->rows};
    GError *error = NULL;
    g_autoptr(StripPass) pass = pass_new(&options, &error);
    g_auto(PageResult) result = PAGE_RESULT_NONE;

    assert_no_error(error);
    assert_true(pass_rows(pass, drawing->rows, drawing->geometry.height_px,
                          drawing->geometry.stride_bytes, &error));
    assert_true(pass_finish(pass, &result, &error));
    return result.facts;
}

static int by_value(const void *a, const void *b)
{
    return abs(*(const int *)a) - abs(*(const int *)b);
}

static void skew_is_measured_to_a_tenth_of_a_degree(void **state G_GNUC_UNUSED)
{
    static const gint32 angles[] = {0,    170,  -333, 500,  -710, 1000, -1290, 1500, -1840,
                                    2100, -2400, 2750, -3000, 3300, 40,   -90,  615,  -2222};
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
    print_message("skew error: median %d, worst %d mdeg\n", abs(errors[n / 2]),
                  abs(errors[n - 1]));
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

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(skew_is_measured_to_a_tenth_of_a_degree),
    cmocka_unit_test(a_page_without_lines_has_no_skew),
};

TEST_MAIN(tests)
