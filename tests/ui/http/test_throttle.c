/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/testing.h"

#include "ui/http/throttle.h"

#define FREE 3
#define S    G_USEC_PER_SEC

static void wrong_times(Throttle *throttle, const char *key, guint n)
{
    for (guint i = 0; i < n; i++)
        throttle_tried(throttle, key, FALSE);
}

static void assert_waits(Throttle *throttle, const char *key, const char *seconds)
{
    g_autoptr(GError) error = NULL;

    assert_false(throttle_passes(throttle, key, &error));
    assert_error_code(error, ERROR_THROTTLED);
    assert_string_equal(error->message, seconds);
}

static void some_are_free_then_each_waits_longer(void **state)
{
    gint64 now_us = S;
    Clock clock = clock_manual(&now_us);
    Throttle *throttle = throttle_new(&clock, FREE);

    (void)state;
    wrong_times(throttle, "a", FREE);
    assert_true(throttle_passes(throttle, "a", NULL));
    wrong_times(throttle, "a", 1);
    assert_waits(throttle, "a", "5 s");
    assert_true(throttle_passes(throttle, "b", NULL));
    now_us += 4 * S;
    assert_waits(throttle, "a", "1 s");
    now_us += S;
    assert_true(throttle_passes(throttle, "a", NULL));
    wrong_times(throttle, "a", 1);
    assert_waits(throttle, "a", "10 s");
    wrong_times(throttle, "a", 40);
    assert_waits(throttle, "a", "900 s");
    throttle_free(throttle);
}

static void a_right_one_forgets_the_wrong(void **state)
{
    gint64 now_us = S;
    Clock clock = clock_manual(&now_us);
    Throttle *throttle = throttle_new(&clock, FREE);

    (void)state;
    wrong_times(throttle, "a", FREE);
    throttle_tried(throttle, "a", TRUE);
    throttle_tried(throttle, "never wrong", TRUE);
    wrong_times(throttle, "a", FREE);
    assert_true(throttle_passes(throttle, "a", NULL));
    throttle_free(throttle);
}

static void a_flood_of_names_frees_the_oldest_alone(void **state)
{
    gint64 now_us = S;
    Clock clock = clock_manual(&now_us);
    Throttle *throttle = throttle_new(&clock, FREE);

    (void)state;
    wrong_times(throttle, "first", FREE + 1);
    wrong_times(throttle, "second", FREE + 1);
    for (guint i = 0; i < 4095; i++) {
        g_autofree char *key = g_strdup_printf("flood %u", i);

        throttle_tried(throttle, key, FALSE);
    }
    assert_true(throttle_passes(throttle, "first", NULL));
    assert_waits(throttle, "second", "5 s");
    throttle_free(throttle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(some_are_free_then_each_waits_longer),
        cmocka_unit_test(a_right_one_forgets_the_wrong),
        cmocka_unit_test(a_flood_of_names_frees_the_oldest_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
