/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/testing.h"

#include <string.h>

static void every_error_has_a_token_of_its_own(void **state G_GNUC_UNUSED)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (int code = 1; code < ERROR_COUNT; code++)
        assert_true(g_hash_table_add(seen, (void *)error_token((ErrorCode)code)));
}

static void every_error_speaks_both_languages(void **state G_GNUC_UNUSED)
{
    for (int code = 1; code < ERROR_COUNT; code++) {
        const char *en = error_text((ErrorCode)code, LANG_EN);
        const char *zh = error_text((ErrorCode)code, LANG_ZH);

        assert_true(*en != '\0' && g_str_is_ascii(en) && !g_ascii_isupper(*en));
        assert_true(*zh != '\0' && !g_str_is_ascii(zh));
        assert_int_equal(*error_hint((ErrorCode)code, LANG_EN) == '\0',
                         *error_hint((ErrorCode)code, LANG_ZH) == '\0');
    }
}

static void every_exit_status_is_one_of_the_contract(void **state G_GNUC_UNUSED)
{
    for (int code = 1; code < ERROR_COUNT; code++) {
        int status = error_exit_status((ErrorCode)code);

        assert_true(status >= 1 && status <= 5);
        assert_in_range(error_http_status((ErrorCode)code), 400, 599);
    }
}

static void a_foreign_error_is_internal(void **state G_GNUC_UNUSED)
{
    g_autoptr(GError) error = g_error_new_literal(g_quark_from_static_string("x"), 3, "x");

    assert_int_equal(error_code(error), ERROR_INTERNAL);
}

static void a_sentence_names_what_happened_and_the_object(void **state G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *en = NULL, *zh = NULL;

    assert_false(error_set(&error, ERROR_NO_CASE, "%s", "3205"));
    en = error_sentence(error, LANG_EN);
    zh = error_sentence(error, LANG_ZH);
    assert_string_equal(en, "no such case: 3205");
    assert_string_equal(zh, "没有这个办件: 3205");
}

static void an_error_that_nobody_wants_is_no_crash(void **state G_GNUC_UNUSED)
{
    assert_false(error_set(NULL, ERROR_IO, "x"));
    assert_false(error_set_errno(NULL, ERROR_IO, 5, "x"));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_error_has_a_token_of_its_own),
    cmocka_unit_test(every_error_speaks_both_languages),
    cmocka_unit_test(every_exit_status_is_one_of_the_contract),
    cmocka_unit_test(a_foreign_error_is_internal),
    cmocka_unit_test(a_sentence_names_what_happened_and_the_object),
    cmocka_unit_test(an_error_that_nobody_wants_is_no_crash),
};

TEST_MAIN(tests)
