/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/norm.h"
#include "tests/testing.h"

#include <string.h>

static char *names[] = {(char *)"液体机械灌装设备", NULL};

/* Each norm with values it takes and values it refuses, separated by '|'. */
static const struct {
    FieldNorm norm;
    const char *kept, *broken;
} cases[] = {
    {NORM_TEXT, "昆山·𠮷野家|x", ""},
    {NORM_MONEY, "500 万元|500万元|12.5 万元", "500|500 元|万元|五百万元|500.万元|500 万|-5 万元"},
    {NORM_YEARS, "5 年|5年", "5|5 岁|五年|5.5 年"},
    {NORM_PEOPLE, "36 人|36人", "36|36 名"},
    {NORM_EQUIPMENT_COUNT, "2 台|2个|3 把", "2|2 套|两台|台"},
    {NORM_PAGES, "18 页|18页", "18|18 张"},
    {NORM_MONTH, "2009年06月|2026年11月",
     "2009年6月|2009.06|2009年13月|2026年12月|2009年06月05日|09年06月"},
    {NORM_DATE, "2009年06月05日|2009-06-05", "2009年06月|2009年02月30日|2009/06/05|2026-11-22"},
    {NORM_PRODUCTION_ADDRESS, "昆山市玉山镇前进西路18号|昆山市巴城镇石牌村3号",
     "玉山镇前进路18号|昆山市|昆山市前进西路|昆山市前进西路号"},
    {NORM_EQUIPMENT_NAME,
     "液体机械灌装设备|液剂自动包装机(液体机械灌装设备)|液剂自动包装机（液体机械灌装设备）",
     "液剂自动包装机|(液体机械灌装设备)|液剂自动包装机(灌装设备)"},
    {NORM_STANDARD, "咪鲜胺原药GB22623-2008|食品添加剂 GB/T 1886.1-2015",
     "GB22623-2008|咪鲜胺原药|咪鲜胺原药GB22623|咪鲜胺原药G22623-2008"},
    {NORM_USCC, "91320583MA1ABCD2XM", "91320583MA1ABCD2XN|x"},
    {NORM_ID, "11010519491231002X", "110105194912310021"},
    {NORM_ORG, "000013338", "000013339"},
    {NORM_LICENCE, "11100000000013338W032.11220000013544541J.2430599.001.F",
     "11100000000013338W032.11220000013544541J.2430599.001.G"},
    {NORM_PHONE, "0512-57550001|13800000000", "call me|123"},
};

static void every_norm_takes_what_it_should_and_nothing_else(void **state)
{
    const Day today = day_of(2026, 11, 21);

    (void)state;
    assert_int_equal(G_N_ELEMENTS(cases), NORMS);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const ItemField field = {.norm = cases[i].norm, .names = names};
        g_auto(GStrv) kept = g_strsplit(cases[i].kept, "|", -1);
        g_auto(GStrv) broken = g_strsplit(cases[i].broken, "|", -1);

        for (guint k = 0; kept[k] != NULL; k++)
            if (norm_judge(&field, kept[k], today) != NORM_KEPT)
                fail_msg("%s refused %s", field_norm_token(cases[i].norm), kept[k]);
        for (guint k = 0; broken[k] != NULL; k++)
            if (norm_judge(&field, broken[k], today) == NORM_KEPT)
                fail_msg("%s took %s", field_norm_token(cases[i].norm), broken[k]);
        assert_non_null(norm_rule(cases[i].norm));
        assert_non_null(norm_rule_en(cases[i].norm));
        print_message("  form norm %s\n", field_norm_token(cases[i].norm));
    }
}

static void empty_and_undecodable_values_are_broken(void **state)
{
    const ItemField field = {.norm = NORM_TEXT};

    (void)state;
    assert_int_equal(norm_judge(&field, "", 0), NORM_BROKEN);
    assert_int_equal(norm_judge(&field, "\xff\xfe", 0), NORM_BROKEN);
}

static void long_names_with_rare_characters_and_dots_are_names(void **state)
{
    const ItemField field = {.norm = NORM_TEXT};
    g_autoptr(GString) name = g_string_new(NULL);

    (void)state;
    for (int i = 0; i < 25; i++)
        g_string_append(name, "𠮷·");
    assert_int_equal(g_utf8_strlen(name->str, -1), 50);
    assert_int_equal(norm_judge(&field, name->str, 0), NORM_KEPT);
    assert_true(norm_same(name->str, name->str));
}

static void old_numbers_are_told_apart_from_wrong_ones(void **state)
{
    const ItemField id = {.norm = NORM_ID}, uscc = {.norm = NORM_USCC};

    (void)state;
    assert_int_equal(norm_judge(&id, "110105491231002", 20778), NORM_OLD_NUMBER);
    assert_int_equal(norm_judge(&uscc, "320583000012345", 20778), NORM_OLD_NUMBER);
}

static void width_and_spaces_do_not_make_a_difference(void **state)
{
    (void)state;
    assert_true(norm_same("昆山（集团）公司", "昆山(集团) 公司"));
    assert_true(norm_same("ＡＢＣ１", "ABC1"));
    assert_false(norm_same("昆山公司", "昆山公司一分公司"));
    assert_false(norm_same("ABC", "abc"));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_norm_takes_what_it_should_and_nothing_else),
    cmocka_unit_test(empty_and_undecodable_values_are_broken),
    cmocka_unit_test(long_names_with_rare_characters_and_dots_are_names),
    cmocka_unit_test(old_numbers_are_told_apart_from_wrong_ones),
    cmocka_unit_test(width_and_spaces_do_not_make_a_difference),
};

TEST_MAIN(tests)
