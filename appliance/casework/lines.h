/* SPDX-License-Identifier: Apache-2.0
 *
 * The line on which each value of a JSON text begins, by its JSON pointer (RFC 6901).
 *
 * jansson tells no places once a text is parsed; a definition's message must. The text has been
 * parsed by jansson before, so this walks a text that is known to be sound.
 */
#pragma once

#include <glib.h>

/* path ("" = the whole, "/checklist/3/code") → line from 1, as GUINT_TO_POINTER. */
GHashTable *lines_of(const char *json, gsize size) G_GNUC_WARN_UNUSED_RESULT;
