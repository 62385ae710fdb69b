/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/calendar.h"
#include "tests/testing.h"

#include <string.h>

static Day date(const char *text)
{
    Day day = DAY_NONE;

    if (!day_parse(text, &day))
        fail_msg("%s: no date", text);
    return day;
}

static void the_vectors_of_the_working_day_count_hold(void **state)
{
    static const struct {
        const char *start;
        guint n;
        const char *end;
    } vectors[] = {
        {"2025-01-24", 20, "2025-02-27"}, {"2025-09-26", 5, "2025-10-10"},
        {"2025-12-31", 1, "2026-01-04"},  {"2026-02-12", 5, "2026-02-26"},
        {"2026-02-13", 20, "2026-03-19"}, {"2026-02-14", 5, "2026-02-28"},
        {"2026-04-30", 45, "2026-07-07"}, {"2026-09-18", 20, "2026-10-22"},
        {"2026-09-30", 3, "2026-10-10"},
    };
    g_autoptr(Calendar) calendar = calendar_shipped();

    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(vectors); i++) {
        Day end = calendar_add_workdays(calendar, date(vectors[i].start), vectors[i].n);
        g_autofree char *text = day_format(end);

        assert_string_equal(text, vectors[i].end);
        assert_int_equal(calendar_workdays(calendar, date(vectors[i].start), end), vectors[i].n);
        print_message("  clock vector %s + %u = %s\n", vectors[i].start, vectors[i].n, text);
    }
}

static void both_years_have_248_working_days(void **state)
{
    static const guint months[2][12] = {{19, 19, 21, 22, 19, 20, 23, 21, 23, 18, 20, 23},
                                        {21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23}};
    g_autoptr(Calendar) calendar = calendar_shipped();

    (void)state;
    for (guint year = 2025; year <= 2026; year++) {
        guint sum = 0;

        for (guint month = 1; month <= 12; month++) {
            guint n = 0;

            for (guint d = 1; d <= 31; d++) {
                Day day = day_of(year, month, d);

                n += day != DAY_NONE && calendar_is_workday(calendar, day);
            }
            assert_int_equal(n, months[year - 2025][month - 1]);
            sum += n;
        }
        assert_int_equal(sum, 248);
    }
}

static void a_year_that_is_not_loaded_is_an_estimate(void **state)
{
    g_autoptr(Calendar) calendar = calendar_shipped();

    (void)state;
    assert_int_equal(calendar_last_year(calendar), 2026);
    assert_true(calendar_is_loaded(calendar, 2025));
    assert_false(calendar_is_loaded(calendar, 2027));
    assert_false(calendar_is_estimate(calendar, date("2026-12-01"), date("2026-12-31")));
    assert_true(calendar_is_estimate(calendar, date("2026-12-25"), date("2027-01-08")));
    assert_true(calendar_is_estimate(calendar, date("2024-12-31"), date("2025-01-02")));
}

static void a_region_lays_its_days_over_the_national_table(void **state)
{
    const char *own = "date,kind,name,source\n2026-07-15,holiday,那达慕,旗政府\n"
                      "2026-10-10,holiday,地方节日,旗政府\n2027-01-01,holiday,元旦,试\n";
    g_autoptr(Calendar) calendar = calendar_shipped();
    GError *error = NULL;

    (void)state;
    assert_true(calendar_is_workday(calendar, date("2026-07-15")));
    assert_true(calendar_is_workday(calendar, date("2026-10-10")));
    assert_true(calendar_import(calendar, own, strlen(own), "own.csv", &error));
    assert_no_error(error);
    assert_false(calendar_is_workday(calendar, date("2026-07-15")));
    assert_false(calendar_is_workday(calendar, date("2026-10-10")));
    assert_string_equal(calendar_name(calendar, date("2026-07-15")), "那达慕");
    assert_null(calendar_name(calendar, date("2026-07-16")));
    /* one day does not make a year */
    assert_false(calendar_is_loaded(calendar, 2027));
}

static void a_wrong_table_is_refused_with_its_line_and_changes_nothing(void **state)
{
    static const struct {
        const char *text, *why;
    } bad[] = {
        {"day,kind\n", "line 1"},
        {"", "line 1"},
        {"date,kind,name,source\n", "no day"},
        {"date,kind,name,source\n2026-07-15,holiday,a,b\n2026-07-15,holiday,a,b\n",
         "own.csv, line 3: 2026-07-15 stands twice"},
        {"date,kind,name,source\n2026-07-15,holiday,a,b\n\n2026-02-30,holiday,a,b\n",
         "line 4: 2026-02-30: no such day"},
        {"date,kind,name,source\n2026-07-15,feast,a,b\n", "line 2: feast"},
        {"date,kind,name,source\n2026-07-15,holiday,a\n", "line 2: 3 columns"},
        {"date,kind,name,source\n2026-07-15,holiday,a,b,c\n", "line 2: 5 columns"},
        {"date,kind,name,source\n2026-07-15,holiday,\xff,b\n", "UTF-8"},
    };
    g_autoptr(Calendar) calendar = calendar_shipped();

    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;

        assert_false(
            calendar_import(calendar, bad[i].text, strlen(bad[i].text), "own.csv", &error));
        assert_error_code(error, ERROR_DEFINITION);
        if (strstr(error->message, bad[i].why) == NULL)
            fail_msg("%s", error->message);
        assert_true(calendar_is_workday(calendar, date("2026-07-15")));
    }
}

static void a_spreadsheet_with_bom_and_crlf_is_read(void **state)
{
    const char *text = "\xEF\xBB\xBF"
                       "date,kind,name,source\r\n2026-07-15,holiday,a,b\r\n";
    g_autoptr(Calendar) calendar = calendar_new();

    (void)state;
    assert_true(calendar_import(calendar, text, strlen(text), "own.csv", NULL));
    assert_false(calendar_is_workday(calendar, date("2026-07-15")));
    assert_int_equal(calendar_last_year(calendar), 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_vectors_of_the_working_day_count_hold),
    cmocka_unit_test(both_years_have_248_working_days),
    cmocka_unit_test(a_year_that_is_not_loaded_is_an_estimate),
    cmocka_unit_test(a_region_lays_its_days_over_the_national_table),
    cmocka_unit_test(a_wrong_table_is_refused_with_its_line_and_changes_nothing),
    cmocka_unit_test(a_spreadsheet_with_bom_and_crlf_is_read),
};

TEST_MAIN(tests)
