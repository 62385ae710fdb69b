/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/base/json_lines.h"
#include "tests/testing.h"

#include <string.h>

static void every_value_has_its_line(void **state G_GNUC_UNUSED)
{
    const char *text = "{\n \"a\": [1,\n  {\"b/~\": \"x\\\"\\n}\"}],\n \"c\":\n null\n}\n";
    g_autoptr(GHashTable) lines = json_lines(text, strlen(text));

    assert_int_equal(json_lines_at(lines, ""), 1);
    assert_int_equal(json_lines_at(lines, "/a"), 2);
    assert_int_equal(json_lines_at(lines, "/a/0"), 2);
    assert_int_equal(json_lines_at(lines, "/a/1/b~1~0"), 3);
    assert_int_equal(json_lines_at(lines, "/c"), 5);
    assert_int_equal(g_hash_table_size(lines), 6);
}

static void a_path_that_names_nothing_has_the_line_above_it(void **state G_GNUC_UNUSED)
{
    const char *text = "{\n \"a\": [1],\n \"c\": {\n  \"d\": 1}}";
    g_autoptr(GHashTable) lines = json_lines(text, strlen(text));

    assert_int_equal(json_lines_at(lines, "/a/9"), 2);
    assert_int_equal(json_lines_at(lines, "/c/missing/deeper"), 3);
    assert_int_equal(json_lines_at(lines, "/nothing"), 1);
}

static void a_text_that_is_not_sound_is_never_read_beyond_its_end(void **state G_GNUC_UNUSED)
{
    static const char *const texts[] = {"{\"a\": [1, {\"b\": \"c\\\"\"}, 2]}", "[}]", "{]}",
                                        "[[[}"};

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        for (gsize size = 0; size <= strlen(texts[i]); size++) {
            g_autofree char *exact = g_memdup2(texts[i], MAX(size, 1));
            g_autoptr(GHashTable) lines = json_lines(exact, size);

            assert_int_equal(json_lines_at(lines, "/a/1/b"), 1);
        }
    }
}

static void a_nul_in_the_text_stops_nothing(void **state G_GNUC_UNUSED)
{
    static const char text[] = "{\"a\": [3\0, \0 4, 5],\n\"b\": 1}";
    g_autoptr(GHashTable) lines = json_lines(text, sizeof text - 1);

    assert_int_equal(json_lines_at(lines, "/b"), 2);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_value_has_its_line),
    cmocka_unit_test(a_path_that_names_nothing_has_the_line_above_it),
    cmocka_unit_test(a_text_that_is_not_sound_is_never_read_beyond_its_end),
    cmocka_unit_test(a_nul_in_the_text_stops_nothing),
};

TEST_MAIN(tests)
