/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/appliance/page/page_testing.h"

#include "appliance/base/message.h"
#include "appliance/base/random.h"
#include "appliance/page/pass.h"

#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

Drawing *drawing_new(guint32 width_px, guint32 height_px, guint32 dpi, PageMode mode)
{
    Drawing *drawing = g_new0(Drawing, 1);
    gsize stride = page_row_bytes(mode, width_px);

    drawing->geometry = (PageGeometry){width_px, height_px, dpi, mode, (guint32)stride};
    drawing->rows = g_malloc(stride * height_px);
    memset(drawing->rows, mode == PAGE_LINEART ? 0 : 245, stride * height_px);
    return drawing;
}

void drawing_free(Drawing *drawing)
{
    g_free(drawing->rows);
    g_free(drawing);
}

static void put(Drawing *drawing, int x, int y, guint8 level)
{
    const PageGeometry *geometry = &drawing->geometry;
    guint8 *row = drawing->rows + (gsize)y * geometry->stride_bytes;

    if (geometry->mode == PAGE_COLOUR)
        memset(row + 3 * (gsize)x, level, 3);
    else if (geometry->mode == PAGE_GRAY)
        row[x] = level;
    else if (level < 128)
        row[x / 8] |= (guint8)(0x80 >> x % 8);
    else
        row[x / 8] &= (guint8) ~(0x80 >> x % 8);
}

void drawing_box(Drawing *drawing, int x, int y, int w, int h, guint8 level)
{
    int right = MIN(x + w, (int)drawing->geometry.width_px);
    int bottom = MIN(y + h, (int)drawing->geometry.height_px);

    for (int j = MAX(y, 0); j < bottom; j++) {
        for (int i = MAX(x, 0); i < right; i++)
            put(drawing, i, j, level);
    }
}

/* A stroke whose corner is turned about the middle of the page. */
static void stroke(Drawing *drawing, double x, double y, int w, int h, double angle)
{
    double cx = drawing->geometry.width_px / 2.0;
    double cy = drawing->geometry.height_px / 2.0;

    for (int i = 0; i < w; i++) {
        double dx = x + i - cx;
        double dy = y - cy;

        drawing_box(drawing, (int)lround(cx + dx * cos(angle) - dy * sin(angle)),
                    (int)lround(cy + dx * sin(angle) + dy * cos(angle)), 1, h, 30);
    }
}

void drawing_text(Drawing *drawing, guint32 lines, gint32 mdeg, guint64 seed)
{
    SeededRandom state;
    Random random = random_seeded(&state, seed);
    double em = drawing->geometry.dpi / 8.0;
    double angle = mdeg / 1000.0 * G_PI / 180;
    double margin = drawing->geometry.width_px / 10.0;

    for (guint32 line = 0; line < lines; line++) {
        double y = drawing->geometry.height_px / 8.0 + line * em * 1.8;
        double x = margin;

        while (x < drawing->geometry.width_px - margin - em) {
            guint8 dice[4];

            random_fill(&random, dice, sizeof dice);
            /* four strokes make a character */
            stroke(drawing, x, y, (int)(em * 0.8), (int)(em * 0.08) + 1, angle);
            stroke(drawing, x, y + em * 0.7, (int)(em * 0.8), (int)(em * 0.08) + 1, angle);
            stroke(drawing, x + em * (dice[0] % 8) / 10, y, (int)(em * 0.08) + 1, (int)(em * 0.7),
                   angle);
            stroke(drawing, x, y + em * (dice[1] % 7) / 10, (int)(em * 0.6), (int)(em * 0.08) + 1,
                   angle);
            x += em * (1.05 + (dice[2] % 16 == 0));
        }
    }
}

Fd drawing_memory(const Drawing *drawing)
{
    gsize size = (gsize)drawing->geometry.stride_bytes * drawing->geometry.height_px;
    GError *error = NULL;
    Fd fd = memfd_new("drawing", size, &error);

    assert_no_error(error);
    assert_true(file_write_all(fd, "drawing", drawing->rows, size, &error));
    return fd;
}

void drawing_pass(const Drawing *drawing, PageResult *result)
{
    PassOptions options = {.geometry = drawing->geometry,
                           .page_mode = drawing->geometry.mode,
                           .keep = TRUE,
                           .memory = drawing->rows};
    GError *error = NULL;
    g_autoptr(StripPass) pass = pass_new(&options, &error);

    assert_no_error(error);
    assert_true(pass_rows(pass, drawing->rows, drawing->geometry.height_px,
                          drawing->geometry.stride_bytes, &error));
    assert_true(pass_finish(pass, result, &error));
}

GBytes *bytes_of(int fd)
{
    off_t size = lseek(fd, 0, SEEK_END);
    guint8 *bytes = g_malloc((gsize)size + 1);

    assert_true(pread(fd, bytes, (gsize)size, 0) == size);
    return g_bytes_new_take(bytes, (gsize)size);
}

char *sample_folder(const char *name)
{
    g_autofree char *folder =
        g_build_filename(ANJUAN_SOURCE, "..", "shared", "samples", name, NULL);

    return g_file_test(folder, G_FILE_TEST_IS_DIR) ? g_steal_pointer(&folder) : NULL;
}

Fd open_sample(const char *path)
{
    Fd fd = open(path, O_RDONLY | O_CLOEXEC);

    assert_true(fd >= 0);
    return fd;
}
