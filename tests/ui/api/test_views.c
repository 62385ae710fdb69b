/* SPDX-License-Identifier: Apache-2.0
 *
 * Views of sides: the newest are kept, the oldest make room, and a lost file is told.
 */
#include "ui/api/views.h"

#include "appliance/base/random.h"
#include "appliance/base/worker.h"
#include "appliance/page/raster.h"
#include "tests/testing.h"

#include <glib/gstdio.h>
#include <unistd.h>

#define SIDE_PX 2048 /* a PNG of noise of so many squared holds 4 MiB */
#define VIEWS   13   /* more than the cache keeps */
#define WIDE_PX 3600 /* and 12 MiB */
#define FEW_PX  64
#define DIGEST  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* A page of noise, which nothing makes smaller. */
static char *stored_page(const char *folder, guint32 width_px, guint32 height_px)
{
    g_autoptr(Raster) raster = raster_new(width_px, height_px, 1);
    g_autoptr(GError) error = NULL;
    Sink *sink = sink_new("page", &error);
    SeededRandom seeded;
    Random random = random_seeded(&seeded, 3);
    char *path = g_build_filename(folder, "page.png", NULL);
    g_autofree char *from = NULL, *bytes = NULL;
    g_auto(Fd) fd = -1;
    gsize size;

    random_fill(&random, raster->samples, (gsize)width_px * height_px);
    assert_true(raster_png(raster, FALSE, sink, &error));
    fd = sink_finish(sink, &error);
    sink_free(sink);
    from = g_strdup_printf("/proc/self/fd/%d", fd);
    assert_true(g_file_get_contents(from, &bytes, &size, NULL));
    assert_true(g_file_set_contents(path, bytes, (gssize)size, NULL));
    return path;
}

/* The page without its first `left` columns. */
static GBytes *view_of(Views *views, const char *path, guint left, GError **error)
{
    ViewWanted wanted = {
        .path = path, .sha256 = DIGEST, .view = {.format = VIEW_PNG, .gray = TRUE}};

    wanted.view.x = left;
    wanted.view.w = SIDE_PX - left;
    wanted.view.h = SIDE_PX;
    return views_get(views, &wanted, error);
}

static void the_oldest_views_make_room(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder(), *path = stored_page(folder, SIDE_PX, SIDE_PX);
    g_autoptr(GError) error = NULL;
    Views *views = views_new();
    g_autoptr(GBytes) kept = NULL;

    for (guint i = 1; i <= VIEWS; i++) {
        g_autoptr(GBytes) made = view_of(views, path, i, &error);

        assert_no_error(error);
        assert_true(g_bytes_get_size(made) < VIEWS_CACHE_BYTES / 4);
        assert_true(g_bytes_get_size(made) * VIEWS > VIEWS_CACHE_BYTES);
    }
    assert_true(g_file_set_contents(path, "no image any more", -1, NULL));
    kept = view_of(views, path, VIEWS, &error);
    assert_no_error(error);
    assert_non_null(kept);
    assert_null(view_of(views, path, 1, &error));
    assert_error_code(error, ERROR_FORMAT);
    g_clear_error(&error);
    /* A page that is lost does not live on in memory. */
    assert_int_equal(g_unlink(path), 0);
    assert_null(view_of(views, path, VIEWS, &error));
    assert_error_code(error, ERROR_NO_FILE);
    views_free(views);
}

static void workers_that_do_not_start_keep_nobody_waiting(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder(), *path = stored_page(folder, FEW_PX, FEW_PX);
    Views *views = views_new();
    ViewWanted wanted = {
        .path = path, .sha256 = DIGEST, .view = {.format = VIEW_PNG, .gray = TRUE}};
    g_autoptr(GBytes) made = NULL;
    GError *error = NULL;

    worker_program_set("/no/such/program");
    for (guint i = 0; i <= 2 * VIEWS_WORKERS; i++) {
        assert_null(views_get(views, &wanted, &error));
        assert_non_null(error);
        g_clear_error(&error);
    }
    worker_program_set(ANJUAN_PROGRAM);
    made = views_get(views, &wanted, &error);
    assert_no_error(error);
    assert_non_null(made);
    views_free(views);
}

static void a_view_as_large_as_a_quarter_of_the_cache_is_not_kept(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder(), *path = stored_page(folder, WIDE_PX, WIDE_PX);
    g_autoptr(GError) error = NULL;
    Views *views = views_new();
    ViewWanted wanted = {
        .path = path, .sha256 = DIGEST, .view = {.format = VIEW_PNG, .gray = TRUE}};
    g_autoptr(GBytes) made = views_get(views, &wanted, &error);

    assert_no_error(error);
    assert_true(g_bytes_get_size(made) > VIEWS_CACHE_BYTES / 4);
    assert_true(g_file_set_contents(path, "no image any more", -1, NULL));
    assert_null(views_get(views, &wanted, &error));
    assert_error_code(error, ERROR_FORMAT);
    views_free(views);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_oldest_views_make_room),
    cmocka_unit_test(workers_that_do_not_start_keep_nobody_waiting),
    cmocka_unit_test(a_view_as_large_as_a_quarter_of_the_cache_is_not_kept),
};

TEST_MAIN(tests)
