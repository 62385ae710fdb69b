/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/day.h"
#include "tests/testing.h"

static void days_count_from_1970(void **state)
{
    (void)state;
    assert_int_equal(day_of(1970, 1, 1), 0);
    assert_int_equal(day_of(2026, 11, 21), 20778);
    assert_int_equal(day_of(1949, 12, 31), -7306);
    assert_int_equal(day_of(2026, 2, 29), DAY_NONE);
    assert_int_equal(day_of(2026, 13, 1), DAY_NONE);
}

static void every_day_of_three_centuries_comes_back(void **state)
{
    (void)state;
    for (Day day = day_of(1900, 1, 1); day <= day_of(2199, 12, 31); day++) {
        guint y, m, d;

        day_split(day, &y, &m, &d);
        assert_int_equal(day_of(y, m, d), day);
    }
}

static void texts_are_strict(void **state)
{
    Day day = 0;
    g_autofree char *dashed = day_format(20778), *compact = day_format_compact(20778);
    g_autofree char *zh = day_format_zh(day_of(2026, 1, 4));

    (void)state;
    assert_string_equal(dashed, "2026-11-21");
    assert_string_equal(compact, "20261121");
    assert_string_equal(zh, "2026年1月4日");
    assert_true(day_parse("2026-11-21", &day));
    assert_int_equal(day, 20778);
    assert_true(day_parse_compact("20261121", &day));
    assert_false(day_parse("2026-11-31", &day));
    assert_false(day_parse("2026-1-21", &day));
    assert_false(day_parse("2026/11/21", &day));
    assert_false(day_parse("2026-11-21 ", &day));
    assert_false(day_parse("+026-11-21", &day));
    assert_false(day_parse_compact("2026112", &day));
    assert_int_equal(day_yymmdd(20778), 261121);
    assert_int_equal(day_weekday(20778), 6);
    assert_int_equal(day_year(20778), 2026);
}

static void an_instant_has_the_local_date_of_the_hall(void **state)
{
    const gint32 beijing = 8 * 3600;
    gint64 late = day_instant(20778, 30, beijing); /* 00:30 local is still the 20th in UTC */

    (void)state;
    assert_int_equal(day_of_instant(late, beijing), 20778);
    assert_int_equal(day_of_instant(late, 0), 20777);
    assert_int_equal(day_minute_of_instant(late, beijing), 30);
    assert_int_equal(day_of_instant(-1, 0), -1);
    assert_int_equal(day_minute_of_instant(-1, 0), 1439);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(days_count_from_1970),
    cmocka_unit_test(every_day_of_three_centuries_comes_back),
    cmocka_unit_test(texts_are_strict),
    cmocka_unit_test(an_instant_has_the_local_date_of_the_hall),
};

TEST_MAIN(tests)
