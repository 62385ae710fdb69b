/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/intake/crew.h"
#include "tests/appliance/intake/leaf.h"
#include "tests/testing.h"

#include <fcntl.h>
#include <unistd.h>

static const PageTags tags = {.batch = "1", .device = "test"};

static Crew *crew_of(guint lanes)
{
    GError *error = NULL;
    Crew *crew = crew_new(lanes, &error);

    assert_no_error(error);
    return crew;
}

static void hand_in(Crew *crew, const char *path, guint32 index, gint64 sheet)
{
    g_auto(Fd) fd = open(path, O_RDONLY | O_CLOEXEC);
    CrewPiece piece = {.sheet = sheet, .side = 'a', .source = "file", .tags = &tags};
    GError *error = NULL;
    gboolean ok = crew_import(crew, &piece, fd, index, &error);

    assert_no_error(error);
    assert_true(ok);
}

static void results_come_in_the_order_of_the_work(void **state G_GNUC_UNUSED)
{
    for (guint lanes = 1; lanes <= 3; lanes++) {
        g_autofree char *folder = testing_folder(), *path = leaf_file(folder, "a.tif", 8, 0);
        g_autoptr(Crew) crew = crew_of(lanes);

        for (guint32 i = 0; i < 8; i++)
            hand_in(crew, path, i, i + 1);
        assert_int_equal(crew_under_way(crew), 8);
        for (gint64 i = 1; i <= 8; i++) {
            g_autoptr(CrewResult) result = crew_take(crew, TRUE);

            assert_non_null(result);
            assert_null(result->error);
            assert_int_equal(result->sheet, i);
            assert_int_equal(result->side, 'a');
            assert_string_equal(result->source, "file");
            assert_true(result->result.fd >= 0);
        }
        assert_int_equal(crew_under_way(crew), 0);
    }
}

static void nothing_under_way_gives_nothing(void **state G_GNUC_UNUSED)
{
    g_autoptr(Crew) crew = crew_of(1);

    assert_null(crew_take(crew, FALSE));
    assert_null(crew_take(crew, TRUE));
    assert_int_equal(crew_under_way(crew), 0);
    assert_false(crew_is_full(crew));
}

static void a_page_that_is_none_comes_back_as_its_error_in_its_place(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder(), *good = leaf_file(folder, "a.tif", 1, 0);
    g_autofree char *bad = g_build_filename(folder, "bad", NULL);
    g_autoptr(Crew) crew = crew_of(2);

    assert_true(g_file_set_contents(bad, "nothing", -1, NULL));
    hand_in(crew, good, 0, 1);
    hand_in(crew, bad, 0, 2);
    hand_in(crew, good, 7, 3);
    hand_in(crew, good, 0, 4);
    for (gint64 i = 1; i <= 4; i++) {
        g_autoptr(CrewResult) result = crew_take(crew, TRUE);

        assert_int_equal(result->sheet, i);
        if (i == 1 || i == 4)
            assert_null(result->error);
        else
            assert_non_null(result->error);
    }
}

static void the_pages_of_a_file_are_counted(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder(), *path = leaf_file(folder, "a.tif", 5, 0);
    g_auto(Fd) fd = open(path, O_RDONLY | O_CLOEXEC);
    g_auto(Fd) null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    g_autoptr(Crew) crew = crew_of(1);
    guint32 pages = 0;
    GError *error = NULL;

    assert_true(crew_count(crew, fd, &pages, &error));
    assert_no_error(error);
    assert_int_equal(pages, 5);
    assert_false(crew_count(crew, null, &pages, &error));
    assert_int_equal(error_exit_status(error_code(error)), 3);
    g_clear_error(&error);
}

static void the_same_bytes_give_the_same_page_whatever_the_lane(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder(), *path = leaf_file(folder, "a.tif", 1, 0);
    g_autoptr(Crew) crew = crew_of(3);
    g_autoptr(GBytes) first = NULL;

    for (gint64 i = 1; i <= 6; i++)
        hand_in(crew, path, 0, 1);
    for (gint64 i = 1; i <= 6; i++) {
        g_autoptr(CrewResult) result = crew_take(crew, TRUE);
        g_autofree char *name = g_strdup_printf("/proc/self/fd/%d", result->result.fd);
        GError *error = NULL;
        g_autoptr(GBytes) bytes = file_read(name, 1 << 24, &error);

        assert_no_error(error);
        if (first == NULL)
            first = g_bytes_ref(bytes);
        assert_true(g_bytes_equal(bytes, first));
    }
}

/* A page that is scanned into a memfd, strip by strip. */
static void a_streamed_page_comes_in_its_turn(void **state G_GNUC_UNUSED)
{
    PageRaw raw = {
        .geometry = {
            .width_px = 200, .height_px = 300, .dpi = 75, .mode = PAGE_GRAY, .stride_bytes = 200}};
    g_autofree char *folder = testing_folder(), *path = leaf_file(folder, "a.tif", 1, 0);
    g_autofree char *row = g_strnfill(200, (char)240);
    g_autoptr(Crew) crew = crew_of(2);
    CrewPiece piece = {.id = 9, .sheet = 2, .side = 'b', .tags = &tags};
    GError *error = NULL;
    g_auto(Fd) memfd = memfd_new("page", 200 * 300, &error);

    assert_no_error(error);
    hand_in(crew, path, 0, 1);
    assert_true(crew_begin(crew, &piece, memfd, &raw, &error));
    for (int y = 0; y < 300; y++)
        assert_int_equal(pwrite(memfd, row, 200, (off_t)y * 200), 200);
    assert_true(crew_rows(crew, 100, &error));
    assert_true(crew_rows(crew, 300, &error));
    crew_end(crew);
    hand_in(crew, path, 0, 3);
    for (gint64 i = 1; i <= 3; i++) {
        g_autoptr(CrewResult) result = crew_take(crew, TRUE);

        assert_null(result->error);
        assert_int_equal(result->sheet, i);
        assert_int_equal(result->id, i == 2 ? 9 : 0);
        assert_int_equal(result->side, i == 2 ? 'b' : 'a');
    }
}

static void a_cancelled_page_gives_no_result_and_its_lane_works_on(void **state G_GNUC_UNUSED)
{
    PageRaw raw = {
        .geometry = {
            .width_px = 200, .height_px = 300, .dpi = 75, .mode = PAGE_GRAY, .stride_bytes = 200}};
    g_autofree char *folder = testing_folder(), *path = leaf_file(folder, "a.tif", 1, 0);
    g_autoptr(Crew) crew = crew_of(1);
    CrewPiece piece = {.id = 9, .sheet = 1, .side = 'a', .tags = &tags};
    GError *error = NULL;
    g_auto(Fd) memfd = memfd_new("page", 200 * 300, &error);
    g_autoptr(CrewResult) result = NULL;

    for (int i = 0; i < 3; i++) {
        assert_true(crew_begin(crew, &piece, memfd, &raw, &error));
        assert_true(crew_rows(crew, 50, &error));
        crew_cancel(crew);
        assert_int_equal(crew_under_way(crew), 0);
    }
    hand_in(crew, path, 0, 5);
    result = crew_take(crew, TRUE);
    assert_null(result->error);
    assert_int_equal(result->sheet, 5);
}

static void a_crew_is_let_go_with_work_under_way(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder(), *path = leaf_file(folder, "a.tif", 8, 0);

    for (guint taken = 0; taken < 3; taken++) {
        g_autoptr(Crew) crew = crew_of(2);

        for (guint32 i = 0; i < 8; i++)
            hand_in(crew, path, i, i + 1);
        assert_true(crew_is_full(crew));
        for (guint i = 0; i < taken; i++)
            crew_result_free(crew_take(crew, TRUE));
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(results_come_in_the_order_of_the_work),
    cmocka_unit_test(nothing_under_way_gives_nothing),
    cmocka_unit_test(a_page_that_is_none_comes_back_as_its_error_in_its_place),
    cmocka_unit_test(the_pages_of_a_file_are_counted),
    cmocka_unit_test(the_same_bytes_give_the_same_page_whatever_the_lane),
    cmocka_unit_test(a_streamed_page_comes_in_its_turn),
    cmocka_unit_test(a_cancelled_page_gives_no_result_and_its_lane_works_on),
    cmocka_unit_test(a_crew_is_let_go_with_work_under_way),
};
TEST_MAIN(tests)
