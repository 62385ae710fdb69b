/* SPDX-License-Identifier: Apache-2.0
 *
 * Pages of a PDF on a roll of paper: what is left out, what is not, and where it is torn off.
 */
#include "appliance/printing/receipt_raster.h"

#include "tests/testing.h"

#include <string.h>

#define DOTS    576
#define TAIL_PX 24 /* white below the last black row */

/* A PDF of one page of this size, with one black box: x, y from below, w, h in points. */
static GBytes *page_of(double width_pt, double height_pt, const char *box)
{
    g_autofree char *content = g_strdup_printf("%s re f", box);
    char *text = g_strdup_printf(
        "%%PDF-1.4\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n"
        "2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj\n"
        "3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 %g %g] /Contents 4 0 R >> endobj\n"
        "4 0 obj << /Length %zu >> stream\n%s\nendstream endobj\n"
        "trailer << /Root 1 0 R >>\n%%%%EOF\n",
        width_pt, height_pt, strlen(content), content);

    return g_bytes_new_take(text, strlen(text));
}

/* Its one picture: the size from the head, and whether the dot at x, y is black. */
typedef struct {
    GBytes *pnm;
    guint width, height;
    const guint8 *rows;
} Strip;

static Strip strip_of(GBytes *pdf)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) pages = receipt_raster(pdf, DOTS, &error);
    Strip strip = {0};
    const char *bytes;
    gsize size;
    int head = 0;

    assert_no_error(error);
    assert_int_equal(pages->len, 1);
    strip.pnm = g_bytes_ref(g_ptr_array_index(pages, 0));
    bytes = g_bytes_get_data(strip.pnm, &size);
    assert_int_equal(sscanf(bytes, "P4 %u %u%n", &strip.width, &strip.height, &head), 2);
    strip.rows = (const guint8 *)bytes + head + 1;
    assert_int_equal(size, (gsize)head + 1 + (gsize)strip.height * ((strip.width + 7) / 8));
    return strip;
}

static gboolean is_black(const Strip *strip, guint x, guint y)
{
    return (strip->rows[y * ((strip->width + 7) / 8) + x / 8] >> (7 - x % 8) & 1) != 0;
}

static void the_margins_are_left_out_and_the_rest_fills_the_head(void **state G_GNUC_UNUSED)
{
    g_autoptr(GBytes) pdf = page_of(595, 842, "65 742 480 100");
    Strip strip = strip_of(pdf);

    assert_int_equal(strip.width, DOTS);
    assert_true(is_black(&strip, 2, 10));
    assert_true(is_black(&strip, DOTS - 3, 10));
    assert_in_range(strip.height, 100 * DOTS / 480 + TAIL_PX - 2, 100 * DOTS / 480 + TAIL_PX + 2);
    assert_false(is_black(&strip, DOTS / 2, strip.height - TAIL_PX / 2));
    g_bytes_unref(strip.pnm);
}

static void what_stands_in_a_margin_alone_is_a_blank_page(void **state G_GNUC_UNUSED)
{
    g_autoptr(GBytes) pdf = page_of(595, 842, "0 100 60 700");
    Strip strip = strip_of(pdf);

    assert_int_equal(strip.height, TAIL_PX);
    g_bytes_unref(strip.pnm);
}

static void a_page_as_narrow_as_the_roll_has_no_margins(void **state G_GNUC_UNUSED)
{
    g_autoptr(GBytes) pdf = page_of(200, 300, "0 290 200 10");
    Strip strip = strip_of(pdf);

    assert_true(is_black(&strip, 0, 5));
    assert_true(is_black(&strip, DOTS - 1, 5));
    g_bytes_unref(strip.pnm);
}

static void what_cannot_be_drawn_is_refused(void **state G_GNUC_UNUSED)
{
    g_autoptr(GBytes) endless = page_of(200, 14000, "0 0 10 10");
    g_autoptr(GBytes) none = g_bytes_new_static("no PDF at all", 13);
    GBytes *pdfs[] = {endless, none};

    for (gsize i = 0; i < G_N_ELEMENTS(pdfs); i++) {
        g_autoptr(GError) error = NULL;

        assert_null(receipt_raster(pdfs[i], DOTS, &error));
        assert_error_code(error, ERROR_FORMAT);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_margins_are_left_out_and_the_rest_fills_the_head),
    cmocka_unit_test(what_stands_in_a_margin_alone_is_a_blank_page),
    cmocka_unit_test(a_page_as_narrow_as_the_roll_has_no_margins),
    cmocka_unit_test(what_cannot_be_drawn_is_refused),
};

TEST_MAIN(tests)
