/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/archive.h"
#include "tests/testing.h"

#include <string.h>

static void numbers_of_the_standard_come_apart_and_together(void **state)
{
    static const char *const good[] = {
        "Z109-WS·2011·Y·办公室-0001",     "A439-WS·2015·D30·003-0005",     "Z008-WS·2019·Y-0037",
        "J019-ZY·JC·CC·2019·D30-001-001", "Z109-ZY·XK·2026·D30·0583-0001", "Z109-ZY-0001"};
    g_autoptr(ArchiveTables) tables = archive_tables_shipped();

    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
        g_auto(ArchiveNumber) number = {0};
        g_autofree char *again = NULL;
        GError *error = NULL;

        assert_true(archive_number_parse(good[i], tables, &number, &error));
        assert_no_error(error);
        again = archive_number_compose(&number, tables, NULL);
        assert_string_equal(again, good[i]);
    }
}

static void the_parts_are_told_apart(void **state)
{
    g_autoptr(ArchiveTables) tables = archive_tables_shipped();
    g_auto(ArchiveNumber) number = {0};

    (void)state;
    assert_true(archive_number_parse("J019-ZY·JC·CC·2019·D30-002-003", tables, &number, NULL));
    assert_int_equal(number.form, ARCHIVE_VOLUME);
    assert_string_equal(number.fonds, "J019");
    assert_string_equal(number.category, "ZY·JC·CC");
    assert_int_equal(number.year, 2019);
    assert_string_equal(number.retention, "D30");
    assert_null(number.unit);
    assert_int_equal(number.volume, 2);
    assert_int_equal(number.item, 3);
}

static void every_wrong_part_is_named(void **state)
{
    static const struct {
        const char *text, *part;
    } bad[] = {
        {"z109-WS·2011·Y-0001", "全宗号"},       {"Z1090-WS·2011·Y-0001", "全宗号"},
        {"Z109-XX·2011·Y-0001", "门类"},         {"Z109-ZY·QQ·2011·Y-0001", "class table"},
        {"Z109-WS·2011·D20-0001", "机构或问题"}, {"Z109-WS·2011·Y·办公-0", "件号"},
        {"Z109-WS·2011·Y-0000", "件号"},         {"Z109-WS·2011·Y-00001", "件号"},
        {"Z109-WS·2011·Y-000-001", "案卷号"},    {"Z109-WS·2011·Y·a b-0001", "机构或问题"},
        {"Z109-WS·2011·Y·A·B-0001", "behind"},   {"Z109-0001", "three or four"},
        {"Z109-WS-1-2-3", "three or four"},      {"Z109-WS·A·B·C·D·2011-0001", "four levels"},
    };
    g_autoptr(ArchiveTables) tables = archive_tables_shipped();

    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_auto(ArchiveNumber) number = {0};

        if (archive_number_parse(bad[i].text, tables, &number, &error))
            fail_msg("%s was accepted", bad[i].text);
        assert_error_code(error, ERROR_INVALID);
        if (strstr(error->message, bad[i].part) == NULL)
            fail_msg("%s: %s", bad[i].text, error->message);
    }
}

static void composing_refuses_what_parsing_would(void **state)
{
    g_autoptr(ArchiveTables) tables = archive_tables_shipped();
    g_autoptr(GError) error = NULL;
    const ArchiveNumber volume_without_number = {
        .form = ARCHIVE_VOLUME, .fonds = (char *)"Z109", .category = (char *)"ZY·XK", .item = 1};

    (void)state;
    assert_null(archive_number_compose(&volume_without_number, tables, &error));
    assert_error_code(error, ERROR_INVALID);
}

static void item_numbers_run_under_their_series(void **state)
{
    g_autofree char *series = archive_number_series("Z109-ZY·XK·2026·D30·0583-0001");
    g_autofree char *alias = archive_number_alias("Z109-WS·2011·Y·办公室-0001");

    (void)state;
    assert_string_equal(series, "Z109-ZY·XK·2026·D30·0583");
    assert_string_equal(alias, "Z109-WS.2011.Y.u529Eu516Cu5BA4-0001");
}

static void tables_of_the_hall_are_judged(void **state)
{
    const char *twice = "{\"format\":\"anjuan-archive/1\",\n\"classes\":[\"WS\",\n\"WS\"],\n"
                        "\"licensing\":[],\"retentions\":[\"Y\"]}";
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_null(archive_tables_load(twice, strlen(twice), "own.json", &error));
    assert_error_code(error, ERROR_DEFINITION);
    assert_string_equal(error->message, "own.json, line 3, /classes/1: stands here twice");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(numbers_of_the_standard_come_apart_and_together),
    cmocka_unit_test(the_parts_are_told_apart),
    cmocka_unit_test(every_wrong_part_is_named),
    cmocka_unit_test(composing_refuses_what_parsing_would),
    cmocka_unit_test(item_numbers_run_under_their_series),
    cmocka_unit_test(tables_of_the_hall_are_judged),
};

TEST_MAIN(tests)
