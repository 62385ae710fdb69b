/* SPDX-License-Identifier: Apache-2.0
 *
 * Where in a JSON text a value stands, so that a message about its meaning can name the line.
 *
 * jansson tells lines of syntax errors alone. This walks a text that jansson has already taken; a
 * path is written "sheets[2].front.path", "" is the document.
 */
#pragma once

#include <glib.h>

/* The line (from 1) on which the value at `path` begins; of the deepest part that exists where the
 * rest of the path does not. */
guint json_line_of(const char *text, gsize size, const char *path);
