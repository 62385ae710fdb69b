/* SPDX-License-Identifier: Apache-2.0
 *
 * Pages that the tests draw themselves, and short ways to look at what came of them.
 */
#pragma once

#include "appliance/page/page.h"
#include "tests/testing.h"

/* A page in memory, stride exact. */
typedef struct {
    PageGeometry geometry;
    guint8 *rows;
} Drawing;

Drawing *drawing_new(guint32 width_px, guint32 height_px, guint32 dpi, PageMode mode);
void drawing_free(Drawing *drawing);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Drawing, drawing_free)

/* Fill a rectangle (clipped) with a gray level; lineart takes < 128 for black. */
void drawing_box(Drawing *drawing, int x, int y, int w, int h, guint8 level);

/* Lines of boxes that look like text to every measure here, turned by `mdeg`. */
void drawing_text(Drawing *drawing, guint32 lines, gint32 mdeg, guint64 seed);

/* The drawing's rows in a memfd. */
Fd drawing_memory(const Drawing *drawing);

/* What the strip pass finds on the drawing, pixels kept: what a page worker would. */
void drawing_pass(const Drawing *drawing, PageResult *result);

/* All bytes behind a descriptor. */
GBytes *bytes_of(int fd);

/* A file of ../shared/samples, or NULL where the folder is not there. */
char *sample_folder(const char *name);
Fd open_sample(const char *path);
