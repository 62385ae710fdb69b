/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/appliance/paper/raster.h"

#include "tests/testing.h"

#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

static void picture_free(gpointer picture)
{
    picture_clear(picture);
    g_free(picture);
}

/* Run `argv` with the PDF in a file named at argv[at]; its output. */
static GBytes *run(GBytes *pdf, const char **argv, gsize at)
{
    g_autofree char *folder = testing_folder();
    g_autofree char *path = g_build_filename(folder, "a.pdf", NULL);
    g_autoptr(GError) error = NULL;
    gsize size;
    const void *bytes = g_bytes_get_data(pdf, &size);
    g_autoptr(GSubprocess) process = NULL;
    GBytes *output = NULL;

    assert_true(g_file_set_contents(path, bytes, (gssize)size, &error));
    argv[at] = path;
    process = g_subprocess_newv(argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
    assert_no_error(error);
    assert_true(g_subprocess_communicate(process, NULL, NULL, &output, NULL, &error));
    assert_true(g_subprocess_get_successful(process));
    return output;
}

/* The PGMs that pdftoppm writes one after the other. */
static GPtrArray *split(GBytes *bytes, guint dpi)
{
    GPtrArray *pages = g_ptr_array_new_with_free_func(picture_free);
    gsize size;
    const char *data = g_bytes_get_data(bytes, &size);

    for (gsize at = 0; at < size;) {
        Picture *page = g_new0(Picture, 1);
        int head = 0;

        assert_int_equal(sscanf(data + at, "P5 %u %u 255%n", &page->width, &page->height, &head),
                         2);
        page->dpi = dpi;
        page->mode = PAGE_GRAY;
        at += (gsize)head + 1;
        assert_true(at + (gsize)page->width * page->height <= size);
        page->pixels = g_memdup2(data + at, (gsize)page->width * page->height);
        at += (gsize)page->width * page->height;
        g_ptr_array_add(pages, page);
    }
    return pages;
}

GPtrArray *raster_pages(GBytes *pdf, guint dpi)
{
    g_autofree char *resolution = g_strdup_printf("%u", dpi);
    const char *argv[] = {"pdftoppm", "-gray", "-r", resolution, NULL, NULL};
    g_autoptr(GBytes) output = run(pdf, argv, 4);

    return split(output, dpi);
}

GPtrArray *raster_tops(GBytes *pdf, guint dpi, guint height_mm)
{
    g_autofree char *resolution = g_strdup_printf("%u", dpi);
    g_autofree char *width = g_strdup_printf("%u", 297 * dpi * 10 / 254);
    g_autofree char *height = g_strdup_printf("%u", height_mm * dpi * 10 / 254);
    const char *argv[] = {"pdftoppm", "-gray", "-r",  resolution, "-x",   "0",  "-y",
                          "0",        "-W",    width, "-H",       height, NULL, NULL};
    g_autoptr(GBytes) output = run(pdf, argv, 12);

    return split(output, dpi);
}

char *raster_text(GBytes *pdf, guint page)
{
    g_autofree char *first = g_strdup_printf("%u", MAX(page, 1));
    g_autofree char *last = g_strdup_printf("%u", page == 0 ? 10000 : page);
    const char *argv[] = {"pdftotext", "-raw", "-f", first, "-l", last, NULL, "-", NULL};
    g_autoptr(GBytes) output = run(pdf, argv, 6);
    gsize size;
    const char *bytes = g_bytes_get_data(output, &size);
    GString *text = g_string_new(NULL);

    for (gsize i = 0; i < size; i++)
        if (strchr(" \n\f\r", bytes[i]) == NULL)
            g_string_append_c(text, bytes[i]);
    return g_string_free(text, FALSE);
}
