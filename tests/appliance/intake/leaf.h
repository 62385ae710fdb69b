/* SPDX-License-Identifier: Apache-2.0
 *
 * Files with small ruled pages; apart, because the pictures of tests/pages and those of the product
 * name the same things.
 */
#pragma once

#include <glib.h>

/* Write `pages` pages by the ending of `name` (.tif and .pdf take several, at most eight); another
 * `seed`, other bytes. The path. */
char *leaf_file(const char *folder, const char *name, guint pages,
                guint seed) G_GNUC_WARN_UNUSED_RESULT;

/* Write the separator of this slot code as a scanner sees it: kind of picture, resolution and
 * damage (`hardness` 0 clean … 1 the worst paper in town) are drawn by lot from `seed`. The path.
 */
char *leaf_separator(const char *folder, const char *code, guint64 seed,
                     double hardness) G_GNUC_WARN_UNUSED_RESULT;
