/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/appliance/intake/leaf.h"

#include "tests/pages/pages.h"
#include "tests/testing.h"

/* A small ruled page; different `seed`, different bytes. */
static Picture drawn(guint seed)
{
    Picture picture = {.width = 240, .height = 320, .dpi = 75, .mode = PAGE_GRAY};
    gsize size = (gsize)picture.width * picture.height;

    picture.pixels = g_malloc(size);
    for (gsize i = 0; i < size; i++)
        picture.pixels[i] = (i / picture.width) % 24 < 3 ? (guint8)(20 + seed) : 235;
    return picture;
}

char *leaf_file(const char *folder, const char *name, guint pages, guint seed)
{
    char *path = g_build_filename(folder, name, NULL);
    Picture pictures[8] = {{0}};
    GError *error = NULL;
    gboolean ok;

    for (guint i = 0; i < pages; i++)
        pictures[i] = drawn(seed + i);
    ok = picture_write(pictures, pages, path, &error);
    assert_no_error(error);
    assert_true(ok);
    for (guint i = 0; i < pages; i++)
        picture_clear(&pictures[i]);
    return path;
}

char *leaf_separator(const char *folder, const char *code, guint64 seed, double hardness)
{
    static const PageMode modes[] = {PAGE_LINEART, PAGE_GRAY, PAGE_COLOUR};
    PageSpec spec = {.kind = PAGE_SEPARATOR,
                     .mode = modes[seed % G_N_ELEMENTS(modes)],
                     .dpi = seed / 3 % 4 == 0 ? 200 : 300,
                     .seed = seed,
                     .code = code,
                     .mark = "A01",
                     .title = "身份证明",
                     .detail = "设立登记",
                     .n = 1,
                     .m = 2};
    const char *name = spec.mode == PAGE_LINEART ? "separator.tif" : "separator.png";
    char *path = g_build_filename(folder, name, NULL);
    g_auto(Picture) picture = {0};
    GError *error = NULL;
    gboolean ok;

    page_degrade(&spec, hardness);
    ok = page_draw(&spec, &picture, NULL, &error) && picture_write(&picture, 1, path, &error);
    assert_no_error(error);
    assert_true(ok);
    return path;
}
