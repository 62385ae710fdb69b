/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/testing.h"

#include "ui/http/detail.h"
#include "ui/http/response.h"

static void a_known_message_is_chinese_with_what_stood_in_it(void **state)
{
    static const struct {
        const char *en, *zh;
    } cases[] = {
        {"another person is needed", "须由另一人确认"},
        {"limit '900': 1 to 200", "每页条数「900」: 应为 1 到 200"},
        {"version \"7\", asked for \"3\"", "现在是第 \"7\" 版, 您看到的是第 \"3\" 版"},
        {"document 003 of 320583001261118001000217", "320583001261118001000217 没有第 003 号文件"},
        {"side 12-3-a has no image", "第 12-3-a 面没有影像"},
        {"side 12-3-a", "没有第 12-3-a 面"},
        {"补正告知书 (B02) does not know: reason; say it with the step (--set NAME=TEXT)",
         "「补正告知书」还缺内容: reason"},
    };

    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *zh = detail_words(cases[i].en, LANG_ZH);
        g_autofree char *en = detail_words(cases[i].en, LANG_EN);

        assert_string_equal(zh, cases[i].zh);
        assert_string_equal(en, cases[i].en);
    }
}

static void what_the_list_does_not_know_stays_as_it_is(void **state)
{
    static const char *const others[] = {"", "320583001261118001000217",
                                         "page 3 of a.tif: No space left on device",
                                         "limit '': 1 to 200", "limit '900': 1 to "};

    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
        g_autofree char *zh = detail_words(others[i], LANG_ZH);

        assert_string_equal(zh, others[i]);
    }
}

static void a_problem_is_in_the_language_of_the_request(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) zh = NULL, en = NULL;

    (void)state;
    error_set(&error, ERROR_SECOND_PERSON, "another person is needed");
    zh = problem_json(error, LANG_ZH);
    en = problem_json(error, LANG_EN);
    assert_string_equal(json_text(zh, "detail"), "须由另一人确认");
    assert_string_equal(json_text(en, "detail"), "another person is needed");
    assert_string_equal(json_text(zh, "title"), error_text(ERROR_SECOND_PERSON, LANG_ZH));
    assert_string_equal(json_text(en, "code"), json_text(zh, "code"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_known_message_is_chinese_with_what_stood_in_it),
        cmocka_unit_test(what_the_list_does_not_know_stays_as_it_is),
        cmocka_unit_test(a_problem_is_in_the_language_of_the_request),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
