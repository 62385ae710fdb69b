/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/figures.h"
#include "tests/appliance/casework/lives.h"

static void rates_divide_what_they_say(void **state)
{
    Lives *lives = lives_new("city");
    LifeState life[6];
    const LifePlan plans[6] = {{"100001", "promise", LIFE_DELIVERED, 4, 0, FALSE, FALSE},
                               {"100001", "promise", LIFE_DELIVERED, 14, 0, FALSE, FALSE},
                               {"100001", "promise", LIFE_DELIVERED, 30, 0, FALSE, FALSE},
                               {"100007", "instant", LIFE_DELIVERED, 0, 0, FALSE, FALSE},
                               {"100001", "promise", LIFE_SUPPLEMENT, 0, 0, FALSE, FALSE},
                               {"100001", "promise", LIFE_REFUSED, 0, 0, FALSE, FALSE}};
    FiguresCase cases[6];
    g_autoptr(GPtrArray) all = NULL, kinds = NULL, windows = NULL, items = NULL;
    const Figures *sum;

    (void)state;
    for (guint i = 0; i < 6; i++) {
        lives_live(lives, &plans[i], &life[i]);
        cases[i] = (FiguresCase){&life[i], i % 2 + 3, i == 0};
    }
    life[4].flags |= FLAG_NOT_ONCE;
    all = figures_count(cases, 6, FIGURES_ALL, LIVES_MONDAY + 30);
    assert_int_equal(all->len, 1);
    sum = g_ptr_array_index(all, 0);
    assert_int_equal(sum->received, 6);
    assert_int_equal(sum->decided, 4);
    assert_int_equal(sum->granted, 4);
    assert_int_equal(sum->refused, 1);
    assert_int_equal(sum->on_time, 3);
    assert_int_equal(sum->same_day, 1);
    assert_int_equal(sum->early, 1);
    assert_int_equal(sum->overdue, 1);
    assert_int_equal(sum->overdue_days, 12);
    assert_int_equal(figures_on_time_permille(sum), 750);
    assert_int_equal(figures_same_day_permille(sum), 250);
    assert_int_equal(figures_early_permille(sum), 250);
    assert_int_equal(figures_told_once_permille(sum), 0);
    assert_int_equal(figures_visits_permille(sum), 1000);
    assert_int_equal(figures_points(sum, lives->profile), 24);
    assert_int_equal(sum->asked_free, 1);
    kinds = figures_count(cases, 6, FIGURES_BY_KIND, LIVES_MONDAY + 30);
    assert_int_equal(kinds->len, 2);
    assert_string_equal(((Figures *)g_ptr_array_index(kinds, 0))->key, "instant");
    windows = figures_count(cases, 6, FIGURES_BY_WINDOW, LIVES_MONDAY + 30);
    assert_string_equal(((Figures *)g_ptr_array_index(windows, 1))->key, "004");
    items = figures_count(cases, 6, FIGURES_BY_ITEM, LIVES_MONDAY + 30);
    assert_string_equal(((Figures *)g_ptr_array_index(items, 1))->key, "100007");
    lives_free(lives);
}

static void a_rate_of_nothing_is_none(void **state)
{
    const Figures none = {0};
    g_autofree char *dash = figures_percent(figures_on_time_permille(&none));
    g_autofree char *rate = figures_percent(985);
    g_autoptr(GPtrArray) rows = figures_count(NULL, 0, FIGURES_ALL, 0);

    (void)state;
    assert_int_equal(figures_told_once_permille(&none), FIGURE_NONE);
    assert_string_equal(dash, "—");
    assert_string_equal(rate, "98.5%");
    assert_int_equal(rows->len, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(rates_divide_what_they_say),
    cmocka_unit_test(a_rate_of_nothing_is_none),
};

TEST_MAIN(tests)
