/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/testing.h"

#include "storage/journal_line.h"

#include <string.h>

/* What jansson makes of the line, without `facts`. */
static json_t *by_parser(const char *line)
{
    json_t *record = json_loads(line, JSON_REJECT_DUPLICATES, NULL);

    json_object_del(record, "facts");
    return record;
}

static void assert_same(const char *line)
{
    GError *error = NULL;
    g_autoptr(json_t) wanted = by_parser(line);
    g_autoptr(json_t) found = journal_line(line, strlen(line), "here", &error);

    if (wanted == NULL) {
        assert_null(found);
        assert_int_equal(error_code(error), ERROR_JOURNAL_DAMAGED);
        g_clear_error(&error);
        return;
    }
    assert_no_error(error);
    json_object_del(found, "facts");
    if (!json_equal(wanted, found))
        fail_msg("read otherwise: %s", line);
}

static void a_line_reads_as_the_parser_reads_it(void **state G_GNUC_UNUSED)
{
    static const char *const lines[] = {
        "{\"v\":1,\"seq\":7,\"act\":\"side\",\"facts\":{\"a\":{\"b\":[1,2,{}]}},\"codes\":[]}",
        "{\"facts\":{\"text\":\"} ]\"},\"blank\":false,\"x\":null,\"y\":true}",
        "{\"n\":-1,\"m\":0,\"big\":123456789012345678,\"bigger\":1234567890123456789}",
        "{\"real\":1.5,\"e\":1e3}",
        "{\"text\":\"a\\\"b\\u4e2d\",\"name\":\"中文\"}",
        "{\"facts\":{\"text\":\"a\\\"}b\"},\"after\":1}",
        "{\"sides\":[[1,2,\"a\",3],[1,3,\"b\",null]],\"set\":{\"k\":\"v\"}}",
        "{\"spaced\" : 1 , \"b\":[ 1, 2 ]}",
        "{}",
        "{\"facts\":\"a text\",\"b\":1}",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++)
        assert_same(lines[i]);
}

static void a_line_that_is_no_object_is_damage(void **state G_GNUC_UNUSED)
{
    static const char *const lines[] = {
        "",
        "{",
        "[1]x",
        "{\"a\":1",
        "{\"a\":1}}",
        "{\"a\":1,}",
        "{\"a\":01}",
        "{\"a\":-}",
        "{\"a\":truth}",
        "{\"a\":\"open}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":[1,}",
        "{\"a\":[1}]}",
        "{\"facts\":{\"b\":1,\"c\":2}",
        "{\"a\":\"\xff\"}",
        "{\"a\":1 \"b\":2}",
        "{a:1}",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++)
        assert_same(lines[i]);
}

static void facts_are_passed_over(void **state G_GNUC_UNUSED)
{
    static const char line[] = "{\"act\":\"side\",\"facts\":{\"blank\":{\"value\":true}},\"n\":2}";
    g_autoptr(json_t) record = journal_line(line, strlen(line), "here", NULL);

    assert_null(json_object_get(record, "facts"));
    assert_int_equal(json_int(record, "n", 0), 2);
}

/* No change of a byte makes it read what the parser does not, but inside of facts. */
static void every_changed_byte_is_judged_as_the_parser_judges_it(void **state G_GNUC_UNUSED)
{
    static const char line[] = "{\"v\":1,\"a\":\"text\",\"n\":-12,\"b\":true,\"c\":[1,{\"d\":2}]}";
    static const char other[] = "{}[]\",:\\0-.eatn";
    guint n = 0;

    for (gsize at = 0; at + 1 < sizeof line; at++)
        for (gsize with = 0; with + 1 < sizeof other; with++, n++) {
            g_autofree char *changed = g_strdup(line);

            changed[at] = other[with];
            assert_same(changed);
        }
    print_message("%u lines\n", n);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_line_reads_as_the_parser_reads_it),
    cmocka_unit_test(a_line_that_is_no_object_is_damage),
    cmocka_unit_test(facts_are_passed_over),
    cmocka_unit_test(every_changed_byte_is_judged_as_the_parser_judges_it),
};

TEST_MAIN(tests)
