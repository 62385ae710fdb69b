/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/testing.h"

#include "ui/service/log.h"

#include <string.h>

static char *field(const GLogField *fields, gsize n, const char *key)
{
    for (gsize i = 0; i < n; i++)
        if (strcmp(fields[i].key, key) == 0)
            return g_strdup(fields[i].value);
    return NULL;
}

static char *last[4]; /* MESSAGE, ANJUAN_EVENT, ANJUAN_CASE, MESSAGE_ID */

static void keep(const GLogField *fields, gsize n, void *data G_GNUC_UNUSED)
{
    static const char *const keys[] = {"MESSAGE", "ANJUAN_EVENT", "ANJUAN_CASE", "MESSAGE_ID"};

    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_free(last[i]);
        last[i] = field(fields, n, keys[i]);
    }
}

static int forget(void **state G_GNUC_UNUSED)
{
    log_sink_set(NULL, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(last); i++)
        g_clear_pointer(&last[i], g_free);
    return 0;
}

static void a_record_is_told_by_act_case_and_number(void **state G_GNUC_UNUSED)
{
    log_sink_set(keep, NULL);
    log_record(&(LogRecord){.event = "case.open", .case_number = "320583001", .seq = 7}, LANG_EN);
    assert_string_equal(last[0], "record: case.open");
    assert_string_equal(last[1], "case.open");
    assert_string_equal(last[2], "320583001");
    assert_int_equal(strlen(last[3]), 32);
}

static void a_record_without_a_case_has_no_such_field(void **state G_GNUC_UNUSED)
{
    log_sink_set(keep, NULL);
    log_record(&(LogRecord){.event = "init"}, LANG_ZH);
    assert_string_equal(last[0], "记录: init");
    assert_null(last[2]);
}

static void the_catalogue_explains_every_message_in_both_languages(void **state G_GNUC_UNUSED)
{
    g_autofree char *en = log_catalog(LANG_EN), *zh = log_catalog(LANG_ZH);

    log_sink_set(keep, NULL);
    for (int i = 0; i < LOG_N; i++) {
        g_autofree char *head = NULL, *head_zh = NULL;

        log_tell((LogMessage)i, LANG_EN, "x");
        head = g_strdup_printf("-- %s\n", last[3]);
        head_zh = g_strdup_printf("-- %s\n", last[3]);
        assert_non_null(strstr(en, head));
        assert_non_null(strstr(zh, head_zh));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_record_is_told_by_act_case_and_number, forget),
        cmocka_unit_test_teardown(a_record_without_a_case_has_no_such_field, forget),
        cmocka_unit_test_teardown(the_catalogue_explains_every_message_in_both_languages, forget),
    };

    testing_begin();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
