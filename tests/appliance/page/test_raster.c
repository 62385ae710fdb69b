/* SPDX-License-Identifier: Apache-2.0
 *
 * Encoding a picture: what does not fit is an error, and nothing is taken for a file.
 */
#include "appliance/page/raster.h"

#include "appliance/base/random.h"
#include "tests/testing.h"

#include <fcntl.h>
#include <string.h>

#define SIDE_PX    700
#define WIDEST_PX  65500 /* of a JPEG */
#define JPEG_LEVEL 90

static Raster *noise(guint32 width_px, guint32 height_px, guint channels)
{
    Raster *raster = raster_new(width_px, height_px, channels);
    SeededRandom seeded;
    Random random = random_seeded(&seeded, 7);

    random_fill(&random, raster->samples, (gsize)width_px * height_px * channels);
    return raster;
}

static gboolean encode(const Raster *raster, gboolean jpeg, Sink *sink, GError **error)
{
    return jpeg ? raster_jpeg(raster, JPEG_LEVEL, sink, error)
                : raster_png(raster, FALSE, sink, error);
}

static void what_finds_no_room_is_an_error(void **state G_GNUC_UNUSED)
{
    g_autoptr(Raster) raster = noise(SIDE_PX, SIDE_PX, 3);

    for (int jpeg = FALSE; jpeg <= TRUE; jpeg++) {
        g_autoptr(GError) error = NULL;
        Sink *sink = sink_new("full", &error);

        fd_close(sink->fd);
        sink->fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
        assert_true(sink->fd >= 0);
        assert_false(encode(raster, jpeg, sink, &error));
        assert_error_code(error, ERROR_DISK_FULL);
        sink_free(sink);
    }
}

static void what_the_format_cannot_hold_is_an_error(void **state G_GNUC_UNUSED)
{
    g_autoptr(Raster) wide = noise(WIDEST_PX + 1, 1, 1), none = raster_new(0, 0, 1);
    const Raster *rasters[] = {none, wide};

    for (int jpeg = FALSE; jpeg <= TRUE; jpeg++) {
        g_autoptr(GError) error = NULL;
        Sink *sink = sink_new("odd", &error);

        assert_false(encode(rasters[jpeg], jpeg, sink, &error));
        assert_error_code(error, ERROR_INTERNAL);
        sink_free(sink);
    }
}

static void what_fits_is_a_file_of_its_kind(void **state G_GNUC_UNUSED)
{
    g_autoptr(Raster) raster = noise(SIDE_PX, SIDE_PX, 1);
    static const char *const begins[] = {"\211PNG", "\xff\xd8\xff"};

    for (int jpeg = FALSE; jpeg <= TRUE; jpeg++) {
        g_autoptr(GError) error = NULL;
        Sink *sink = sink_new("good", &error);
        g_auto(Fd) fd = -1;
        char head[4];

        assert_true(encode(raster, jpeg, sink, &error));
        assert_true(sink->size > (guint64)SIDE_PX * SIDE_PX / 2);
        fd = sink_finish(sink, &error);
        assert_int_equal(pread(fd, head, sizeof head, 0), sizeof head);
        assert_memory_equal(head, begins[jpeg], 3);
        sink_free(sink);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_finds_no_room_is_an_error),
    cmocka_unit_test(what_the_format_cannot_hold_is_an_error),
    cmocka_unit_test(what_fits_is_a_file_of_its_kind),
};

TEST_MAIN(tests)
