/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/testing.h"

#include "appliance/base/clock.h"
#include "appliance/base/file.h"

#include <string.h>
#include <time.h>

static Trust told(const char *path, const char *text)
{
    Clock clock = clock_system();
    g_autoptr(GError) error = NULL;

    assert_true(file_replace(path, 0600, text, strlen(text), &error));
    return clock_trust(&clock);
}

static char *fresh(gint64 age_s)
{
    struct timespec now;

    assert_int_equal(clock_gettime(CLOCK_BOOTTIME, &now), 0);
    return g_strdup_printf("synced %" G_GINT64_FORMAT "\n", (gint64)now.tv_sec - age_s);
}

static void trust_is_what_was_told_while_it_is_fresh(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autofree char *path = g_build_filename(folder, "trust", NULL);
    g_autofree char *now = fresh(0), *stale = fresh(CLOCK_TOLD_S + 5);
    Clock clock = clock_system();

    clock_told_in(path);
    assert_int_equal(clock_trust(&clock), TRUST_UNKNOWN); /* nobody has told */
    assert_int_equal(told(path, "synced"), TRUST_UNKNOWN);
    assert_int_equal(told(path, "synced x\n"), TRUST_UNKNOWN);
    assert_int_equal(told(path, "unknown 5\n"), TRUST_UNKNOWN);
    assert_int_equal(told(path, stale), TRUST_UNKNOWN);
    assert_int_equal(told(path, now), TRUST_SYNCED);
    assert_int_equal(told(path, stale), TRUST_HOLDOVER);
    clock_told_in(NULL);
}

static void what_is_told_can_be_read(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autofree char *path = g_build_filename(folder, "trust", NULL), *text = NULL;
    g_autoptr(GError) error = NULL;

    assert_true(clock_tell(path, &error));
    assert_no_error(error);
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    assert_true(g_str_has_prefix(text, "synced ") || g_str_has_prefix(text, "unknown "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trust_is_what_was_told_while_it_is_fresh),
        cmocka_unit_test(what_is_told_can_be_read),
    };

    testing_begin();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
