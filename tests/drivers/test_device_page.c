/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/device_page.h"

#include "tests/testing.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define SMALL_BYTES 5000
#define LARGE_BYTES 3000000

static void a_page_grows_and_keeps_what_stood_in_it(void **state G_GNUC_UNUSED)
{
    DevicePage page = DEVICE_PAGE_NONE;
    g_autoptr(GError) error = NULL;
    Fd first;

    assert_true(device_page_make(&page, SMALL_BYTES, &error));
    memset(page.bytes, 7, SMALL_BYTES);
    first = page.fd;
    assert_true(device_page_make(&page, SMALL_BYTES / 2, &error));
    assert_int_equal(page.size, SMALL_BYTES);
    assert_true(device_page_make(&page, LARGE_BYTES, &error));
    assert_int_equal(page.fd, first);
    assert_int_equal(page.size, LARGE_BYTES);
    assert_int_equal(page.bytes[0], 7);
    assert_int_equal(page.bytes[SMALL_BYTES - 1], 7);
    page.bytes[LARGE_BYTES - 1] = 9;
    /* The client's map of an earlier side never loses its ground. */
    assert_int_not_equal(ftruncate(page.fd, SMALL_BYTES), 0);
    device_page_clear(&page);
    assert_null(page.bytes);
    assert_int_equal(page.fd, -1);
}

static void a_page_that_finds_no_room_is_an_error_and_stays_what_it_was(void **state G_GNUC_UNUSED)
{
    /* more than a file may hold, and more than can be mapped */
    static const gsize sizes[] = {G_MAXSIZE - 4096, (gsize)1 << 62};

    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        DevicePage page = DEVICE_PAGE_NONE;
        g_autoptr(GError) error = NULL;

        assert_true(device_page_make(&page, SMALL_BYTES, &error));
        memset(page.bytes, 5, SMALL_BYTES);
        assert_false(device_page_make(&page, sizes[i], &error));
        assert_error_code(error, ERROR_IO);
        assert_int_equal(page.size, SMALL_BYTES);
        assert_int_equal(page.bytes[SMALL_BYTES - 1], 5);
        device_page_clear(&page);
    }
}

static void a_page_without_a_descriptor_left_is_an_error(void **state G_GNUC_UNUSED)
{
    DevicePage page = DEVICE_PAGE_NONE;
    g_autoptr(GError) error = NULL;
    struct rlimit before, none;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = (struct rlimit){0, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    assert_false(device_page_make(&page, SMALL_BYTES, &error));
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_non_null(error);
    assert_int_equal(page.size, 0);
    device_page_clear(&page);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_page_grows_and_keeps_what_stood_in_it),
    cmocka_unit_test(a_page_that_finds_no_room_is_an_error_and_stays_what_it_was),
    cmocka_unit_test(a_page_without_a_descriptor_left_is_an_error),
};

TEST_MAIN(tests)
