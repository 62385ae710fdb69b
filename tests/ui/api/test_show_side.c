/* SPDX-License-Identifier: Apache-2.0
 *
 * What is odd about a side, by its facts.
 */
#include "ui/api/show.h"

#include "tests/testing.h"

#include <string.h>

#define A4_PX                                                                                      \
    "\"size\": {\"width_px\": 2480, \"height_px\": 3508, \"dpi\": 300, \"mode\": \"gray\"}"

static json_t *reviews_of_facts(const char *facts)
{
    g_autoptr(json_t) side = json_pack("{s:i, s:i, s:s, s:s, s:i}", "batch", 1, "sheet", 1, "side",
                                       "a", "state", "stored", "blank", 0);
    g_autoptr(json_t) shown = NULL;
    g_autofree char *text = g_strconcat("{", facts, "}", NULL);
    json_t *parsed = json_loads(text, 0, NULL);

    assert_non_null(parsed);
    json_object_set_new(side, "facts", parsed);
    shown = show_side(side, NULL, LANG_ZH);
    return json_incref(json_object_get(shown, "reviews"));
}

static void facts_out_of_the_common_become_reviews(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *facts, *review; /* NULL: none */
    } cases[] = {
        {A4_PX, NULL},
        /* ID card, till receipt, A3 on its side */
        {"\"size\": {\"width_px\": 1011, \"height_px\": 638, \"dpi\": 300}", NULL},
        {"\"size\": {\"width_px\": 945, \"height_px\": 3543, \"dpi\": 300}", NULL},
        {"\"size\": {\"width_px\": 4961, \"height_px\": 3508, \"dpi\": 300}", NULL},
        /* a strip, two sheets end to end, a sheet that slipped */
        {"\"size\": {\"width_px\": 400, \"height_px\": 1500, \"dpi\": 300}", "unusual-size"},
        {"\"size\": {\"width_px\": 2480, \"height_px\": 7016, \"dpi\": 300}", "unusual-size"},
        {"\"size\": {\"width_px\": 600, \"height_px\": 2600, \"dpi\": 300}", "unusual-size"},
        {"\"size\": {\"width_px\": 2480, \"height_px\": 7016, \"dpi\": 0}", NULL},
        {A4_PX ", \"overlap\": {\"value\": true}", "overlap"},
        {A4_PX ", \"skew\": {\"mdeg\": -3100}", "skewed"},
        {A4_PX ", \"cut_edges\": {\"value\": [\"top\"]}", "cut-off"},
        {A4_PX ", \"orientation\": {\"value\": 180}", "upside-down"},
        {A4_PX ", \"darkness\": {\"value\": 500, \"confidence\": 900}", "dark"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(json_t) reviews = reviews_of_facts(cases[i].facts);
        const char *first = json_string_value(json_object_get(json_array_get(reviews, 0), "fact"));

        if (g_strcmp0(first, cases[i].review) != 0)
            fail_msg("%s: %s, not %s", cases[i].facts, first, cases[i].review);
    }
}

static void an_unusual_size_is_told_in_millimetres(void **state G_GNUC_UNUSED)
{
    g_autoptr(json_t) reviews =
        reviews_of_facts("\"size\": {\"width_px\": 2480, \"height_px\": 7016, \"dpi\": 300}");
    const char *text = json_string_value(json_object_get(json_array_get(reviews, 0), "text"));

    assert_non_null(strstr(text, "210×594 毫米"));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(facts_out_of_the_common_become_reviews),
    cmocka_unit_test(an_unusual_size_is_told_in_millimetres),
};
TEST_MAIN(tests)
