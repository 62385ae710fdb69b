/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/day_close.h"
#include "tests/appliance/casework/lives.h"

#include <string.h>

static const LeftFact facts[] = {{LEFT_COPIES, "…-004", "报业务科(当天随统计报表)", 1},
                                 {LEFT_UNPLACED, "批次 12", NULL, 3},
                                 {LEFT_ORIGINALS, "…-002", "营业执照", 1}};

static void what_is_left_is_listed_by_sort(void **state)
{
    g_autoptr(GPtrArray) list = day_close_list(facts, 3);

    (void)state;
    assert_int_equal(list->len, 3);
    assert_string_equal(((Left *)g_ptr_array_index(list, 0))->text, "待归件 批次 12 ×3");
    assert_string_equal(((Left *)g_ptr_array_index(list, 1))->text, "原件未退 …-002 营业执照");
    assert_string_equal(((Left *)g_ptr_array_index(list, 2))->text_en,
                        "copies not handed on …-004 报业务科(当天随统计报表)");
}

/* What a case of this plan leaves at the end of Monday, as tokens. */
static void expect_left(Lives *lives, const LifePlan *plan, Day today, const char *expected)
{
    LifeState life;
    LeftFact left[3];
    g_autoptr(GString) found = g_string_new(NULL);
    gsize n;

    lives_live(lives, plan, &life);
    n = day_close_of_case(&life, "case", today, left);
    for (gsize i = 0; i < n; i++)
        g_string_append_printf(found, "%s%s", i == 0 ? "" : " ", left_token(left[i].code));
    assert_string_equal(found->str, expected);
}

static void a_case_leaves_what_its_state_says(void **state)
{
    Lives *lives = lives_new("city");

    (void)state;
    expect_left(lives, &(LifePlan){"100001", "promise", LIFE_RECEIVED, 0, 0, TRUE, FALSE},
                LIVES_MONDAY, "no-receipt");
    expect_left(lives, &(LifePlan){"100001", "promise", LIFE_RECEIVED, 0, 0, FALSE, FALSE},
                LIVES_MONDAY + 1, "due");
    expect_left(lives, &(LifePlan){"100001", "promise", LIFE_SUPPLEMENT, 0, 0, FALSE, FALSE},
                LIVES_MONDAY, "to-tell");
    expect_left(lives, &(LifePlan){"100007", "instant", LIFE_ACCEPTED, 0, 0, FALSE, FALSE},
                LIVES_MONDAY, "due");
    expect_left(lives, &(LifePlan){"100007", "instant", LIFE_SUPPLEMENT, 0, 0, FALSE, FALSE},
                LIVES_MONDAY, "to-tell");
    expect_left(lives, &(LifePlan){"100001", "promise", LIFE_FILED, 3, 0, FALSE, FALSE},
                LIVES_MONDAY + 90, "");
    lives_free(lives);
}

static DayCloseFacts close_of(Day day)
{
    return (DayCloseFacts){.day = day,
                           .last_closed = LIVES_MONDAY - 3,
                           .last_record = LIVES_MONDAY,
                           .today = LIVES_MONDAY,
                           .person = "王"};
}

static void expect_refused(const DayCloseFacts *close, const GPtrArray *list, ErrorCode code)
{
    g_autoptr(GError) error = NULL;

    assert_false(day_close_allowed(close, list, &error));
    assert_error_code(error, code);
}

static void a_day_closes_once_in_order_and_signed(void **state)
{
    g_autoptr(GPtrArray) list = day_close_list(facts, 3), empty = day_close_list(NULL, 0);
    DayCloseFacts close = close_of(LIVES_MONDAY);

    (void)state;
    assert_true(day_close_allowed(&close, empty, NULL));
    expect_refused(&close, list, ERROR_SECOND_PERSON);
    close.supervisor = "王";
    expect_refused(&close, list, ERROR_SECOND_PERSON);
    close.supervisor = "督查";
    assert_true(day_close_allowed(&close, list, NULL));
    close = close_of(LIVES_MONDAY + 1);
    expect_refused(&close, empty, ERROR_RULE); /* not over */
    close = close_of(LIVES_MONDAY - 3);
    expect_refused(&close, empty, ERROR_RULE); /* closed already */
    close = close_of(LIVES_MONDAY - 1);
    expect_refused(&close, empty, ERROR_RULE); /* there are later records */
}

static void second_copies_go_along_with_the_figures(void **state)
{
    g_autoptr(Profile) city = profile_shipped("city", NULL);
    g_autoptr(Profile) township = profile_shipped("township", NULL);
    const DayCopy copies[] = {
        {"004", PAPER_KIND_SUPPLEMENT, 1, FALSE}, {"004", PAPER_KIND_SUPPLEMENT, 2, FALSE},
        {"005", PAPER_KIND_SUPPLEMENT, 2, TRUE},  {"006", PAPER_RETURN, 2, FALSE},
        {"007", PAPER_KIND_SUPPLEMENT, 9, FALSE}, {"008", PAPER_COVER, 1, FALSE}};
    g_autoptr(GArray) enclosed = day_close_enclosed(city, copies, 6);
    g_autoptr(GArray) none = day_close_enclosed(township, copies, 6);

    (void)state;
    assert_int_equal(enclosed->len, 1);
    assert_int_equal(g_array_index(enclosed, gsize, 0), 1);
    assert_int_equal(none->len, 0);
}

static void every_sort_has_its_words(void **state)
{
    (void)state;
    for (int code = 0; code < LEFTS; code++)
        assert_true(*left_token((LeftCode)code) != '\0' && *left_word((LeftCode)code) != '\0');
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_left_is_listed_by_sort),
    cmocka_unit_test(a_case_leaves_what_its_state_says),
    cmocka_unit_test(a_day_closes_once_in_order_and_signed),
    cmocka_unit_test(second_copies_go_along_with_the_figures),
    cmocka_unit_test(every_sort_has_its_words),
};

TEST_MAIN(tests)
