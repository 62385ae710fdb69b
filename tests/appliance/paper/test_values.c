/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/paper/values.h"

#include "tests/testing.h"

#include <string.h>

static json_t *json(const char *text)
{
    g_autoptr(GError) error = NULL;
    json_t *value = json_parse(text, strlen(text), "test", ERROR_INVALID, &error);

    assert_no_error(error);
    return value;
}

static void each_type_is_printed_its_way(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *type, *value, *printed;
    } rows[] = {
        {"\"text\"", "\"a{b}c\"", "a{b}c"},
        {"\"date\"", "\"2026-02-09\"", "2026年2月9日"},
        {"\"day\"", "\"2026-02-09\"", "20260209"},
        {"\"minute\"", "\"2026-11-21T09:05\"", "2026年11月21日 09时05分"},
        {"\"integer\"", "-12", "-12"},
        {"\"flag\"", "true", "☑"},
        {"\"flag\"", "false", "□"},
        {"{\"x\": \"原件\"}", "\"x\"", "原件"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *types_text = g_strdup_printf("{\"v\": %s}", rows[i].type);
        g_autofree char *values_text = g_strdup_printf("{\"v\": %s}", rows[i].value);
        g_autoptr(json_t) types = json(types_text);
        g_autoptr(json_t) values = json(values_text);
        g_autoptr(GError) error = NULL;
        ValueScope scope = {.types = types, .values = values};
        g_autofree char *printed = NULL;
        g_autofree char *wanted = g_strdup_printf("<%s>", rows[i].printed);

        assert_true(values_check(types, values, &error));
        printed = value_expand(&scope, "<{v}>");
        assert_string_equal(printed, wanted);
    }
}

static void a_place_may_look_into_a_row(void **state G_GNUC_UNUSED)
{
    g_autoptr(json_t) types =
        json("{\"a\": \"text\", \"l\": [{\"b\": \"text\", \"c?\": \"text\"}]}");
    g_autoptr(json_t) values = json("{\"a\": \"甲\", \"l\": [{\"b\": \"乙\"}]}");
    ValueScope scope = {.types = types, .values = values, .row_number = 7};
    g_autofree char *text = NULL;

    scope.row_type = json_array_get(json_object_get(types, "l"), 0);
    scope.row = json_array_get(json_object_get(values, "l"), 0);
    text = value_expand(&scope, "{#}{a}{.b}{.c}.");
    assert_string_equal(text, "7甲乙.");
}

static void a_list_of_texts_has_a_dot(void **state G_GNUC_UNUSED)
{
    g_autoptr(json_t) type = json_string("text");
    g_autoptr(json_t) row = json_string("甲");
    g_autoptr(json_t) none = json_object();
    ValueScope scope = {
        .types = none, .values = none, .row_type = type, .row = row, .row_number = 2};
    g_autofree char *text = value_expand(&scope, "{#}. {.}");

    assert_string_equal(text, "2. 甲");
}

static void an_open_brace_alone_is_text(void **state G_GNUC_UNUSED)
{
    g_autoptr(json_t) none = json_object();
    ValueScope scope = {.types = none, .values = none};
    g_autofree char *text = value_expand(&scope, "a { b");

    assert_string_equal(text, "a { b");
}

static void days_that_do_not_exist_are_no_dates(void **state G_GNUC_UNUSED)
{
    static const char *const texts[] = {"2026-02-29", "2026-00-10", "2026-04-31", "2026-4-01",
                                        "20260401",   "",           "2026/04/01"};
    g_autofree char *leap = value_date("2028-02-29");

    assert_string_equal(leap, "2028年2月29日");
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        assert_null(value_date(texts[i]));
}

static void set_is_more_than_there(void **state G_GNUC_UNUSED)
{
    g_autoptr(json_t) types = json_object();
    g_autoptr(json_t) values = json(
        "{\"a\": \"\", \"b\": [], \"c\": false, \"d\": \"x\", \"e\": [1], \"f\": true, \"g\": 0}");
    ValueScope scope = {.types = types, .values = values};

    assert_false(value_is_set(&scope, "a"));
    assert_false(value_is_set(&scope, "b"));
    assert_false(value_is_set(&scope, "c"));
    assert_true(value_is_set(&scope, "d"));
    assert_true(value_is_set(&scope, "e"));
    assert_true(value_is_set(&scope, "f"));
    assert_true(value_is_set(&scope, "g"));
    assert_false(value_is_set(&scope, "h"));
}

static void cells_are_lists_of_texts(void **state G_GNUC_UNUSED)
{
    g_autoptr(json_t) types = json("{\"rows\": [\"cells\"]}");
    g_autoptr(json_t) good = json("{\"rows\": [[\"a\", \"b\"], []]}");
    g_autoptr(json_t) bad = json("{\"rows\": [[\"a\"], [1]]}");
    g_autoptr(GError) error = NULL;

    assert_true(value_types_check(types, &error));
    assert_true(values_check(types, good, &error));
    assert_false(values_check(types, bad, &error));
    assert_error_code(error, ERROR_INVALID);
    assert_string_equal(error->message, "rows[1]: not a cells");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_type_is_printed_its_way),
    cmocka_unit_test(a_place_may_look_into_a_row),
    cmocka_unit_test(a_list_of_texts_has_a_dot),
    cmocka_unit_test(an_open_brace_alone_is_text),
    cmocka_unit_test(days_that_do_not_exist_are_no_dates),
    cmocka_unit_test(set_is_more_than_there),
    cmocka_unit_test(cells_are_lists_of_texts),
};
TEST_MAIN(tests)
