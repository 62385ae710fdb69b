/* SPDX-License-Identifier: Apache-2.0
 *
 * Maps of page memory: the same memory is the same map, and what is kept has a bound.
 */
#include "appliance/page/kept_map.h"

#include "appliance/base/message.h"
#include "tests/testing.h"

#include <string.h>
#include <unistd.h>

#define SMALL 4096

static Fd memory(gsize size, const char *text)
{
    GError *error = NULL;
    Fd fd = memfd_new("page", 0, &error);

    assert_no_error(error);
    assert_int_equal(ftruncate(fd, (off_t)size), 0);
    assert_int_equal(pwrite(fd, text, strlen(text), 0), strlen(text));
    return fd;
}

static KeptMap got(KeptMaps *maps, int fd, gsize least)
{
    GError *error = NULL;
    KeptMap map;

    assert_true(kept_maps_get(maps, fd, least, &map, &error));
    assert_no_error(error);
    return map;
}

static void memory_that_comes_again_is_not_mapped_again(void **state G_GNUC_UNUSED)
{
    g_autoptr(KeptMaps) maps = kept_maps_new();
    g_auto(Fd) fd = memory(SMALL, "first");
    g_auto(Fd) again = dup(fd);
    const guint8 *bytes = got(maps, fd, SMALL).bytes;
    gsize total;

    assert_string_equal(bytes, "first");
    assert_int_equal(pwrite(fd, "later", 5, 0), 5);
    assert_ptr_equal(got(maps, again, SMALL).bytes, bytes);
    assert_string_equal(bytes, "later");
    assert_int_equal(kept_maps_count(maps, &total), 1);
    assert_int_equal(total, SMALL);
}

static void memory_that_has_grown_is_mapped_to_its_new_end(void **state G_GNUC_UNUSED)
{
    g_autoptr(KeptMaps) maps = kept_maps_new();
    g_auto(Fd) fd = memory(SMALL, "first");
    gsize total;

    (void)got(maps, fd, SMALL);
    assert_int_equal(ftruncate(fd, 3 * SMALL), 0);
    assert_int_equal(pwrite(fd, "end", 3, 3 * SMALL - 4), 3);
    assert_string_equal(got(maps, fd, 3 * SMALL).bytes + 3 * SMALL - 4, "end");
    assert_int_equal(kept_maps_count(maps, &total), 1);
    assert_int_equal(total, 3 * SMALL);
}

static void of_more_memories_than_are_kept_the_latest_stay(void **state G_GNUC_UNUSED)
{
    g_autoptr(KeptMaps) maps = kept_maps_new();
    Fd fds[KEPT_MAPS + 1];
    gsize total;

    for (guint i = 0; i < G_N_ELEMENTS(fds); i++) {
        const char text[] = {(char)('a' + i), '\0'};

        fds[i] = memory(SMALL, text);
        assert_string_equal(got(maps, fds[i], SMALL).bytes, text);
    }
    assert_int_equal(kept_maps_count(maps, &total), KEPT_MAPS);
    for (guint i = 0; i < G_N_ELEMENTS(fds); i++) {
        assert_int_equal(got(maps, fds[i], SMALL).bytes[0], 'a' + i);
        fd_close(fds[i]);
    }
    assert_int_equal(kept_maps_count(maps, &total), KEPT_MAPS);
}

static void large_memories_push_out_what_was_used_before(void **state G_GNUC_UNUSED)
{
    g_autoptr(KeptMaps) maps = kept_maps_new();
    g_auto(Fd) small = memory(SMALL, "small");
    g_auto(Fd) half = memory(KEPT_MAP_BYTES_MAX / 2 + 1, "half");
    g_auto(Fd) other = memory(KEPT_MAP_BYTES_MAX / 2 + 1, "other");
    g_auto(Fd) huge = memory(KEPT_MAP_BYTES_MAX + SMALL, "huge");
    gsize total;

    (void)got(maps, small, SMALL);
    (void)got(maps, half, SMALL);
    assert_int_equal(kept_maps_count(maps, &total), 2);
    (void)got(maps, other, SMALL);
    assert_int_equal(kept_maps_count(maps, &total), 1);
    assert_string_equal(got(maps, huge, KEPT_MAP_BYTES_MAX + SMALL).bytes, "huge");
    assert_int_equal(kept_maps_count(maps, &total), 1);
    assert_int_equal(total, KEPT_MAP_BYTES_MAX + SMALL);
}

static void memory_that_is_too_small_or_none_is_refused(void **state G_GNUC_UNUSED)
{
    g_autoptr(KeptMaps) maps = kept_maps_new();
    g_auto(Fd) fd = memory(SMALL, "x");
    int pipe_fds[2];
    KeptMap map;
    const struct {
        int fd;
        gsize least;
        ErrorCode code;
    } wrong[] = {{fd, SMALL + 1, ERROR_FORMAT}, {fd, 0, ERROR_FORMAT}, {-1, SMALL, ERROR_IO}};

    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;

        assert_false(kept_maps_get(maps, wrong[i].fd, wrong[i].least, &map, &error));
        assert_error_code(error, wrong[i].code);
    }
    assert_int_equal(pipe(pipe_fds), 0);
    for (guint i = 0; i < 2; i++) {
        g_autoptr(GError) error = NULL;

        assert_false(kept_maps_get(maps, pipe_fds[i], 1, &map, &error));
        assert_error_code(error, ERROR_FORMAT);
        fd_close(pipe_fds[i]);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(memory_that_comes_again_is_not_mapped_again),
    cmocka_unit_test(memory_that_has_grown_is_mapped_to_its_new_end),
    cmocka_unit_test(of_more_memories_than_are_kept_the_latest_stay),
    cmocka_unit_test(large_memories_push_out_what_was_used_before),
    cmocka_unit_test(memory_that_is_too_small_or_none_is_refused),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
