/* SPDX-License-Identifier: Apache-2.0
 *
 * The line on which each value of a JSON text begins, by its JSON pointer (RFC 6901), so that a
 * message about its meaning can name the place: jansson tells lines of syntax errors alone.
 *
 * The text is one that jansson has taken. Of any other the lines are some lines of it; nothing is
 * ever read beyond its end.
 */
#pragma once

#include <glib.h>

/* path ("" = the whole, "/checklist/3/code") → line from 1, as GUINT_TO_POINTER. */
GHashTable *json_lines(const char *text, gsize size) G_GNUC_WARN_UNUSED_RESULT;

/* The line of a path; of the nearest value above it where the path names nothing. */
guint json_lines_at(GHashTable *lines, const char *path);
