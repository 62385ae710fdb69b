/* SPDX-License-Identifier: Apache-2.0
 *
 * Strict JSON through jansson: duplicate keys and trailing bytes are refused, errors name the line.
 */
#pragma once

#include "appliance/base/error.h"

#include <jansson.h>

/* An owned reference that lets go by itself: `g_autoptr(json_t) root = …`. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(json_t, json_decref)

/* Parse `size` bytes; on failure `code` with "<name>, line n, column m: why". */
json_t *json_parse(const char *bytes, gsize size, const char *name, ErrorCode code, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* One line without spaces, keys in the order they were set, UTF-8 as it is. */
char *json_line(const json_t *value) G_GNUC_WARN_UNUSED_RESULT;

/* A string member, or NULL where it is absent or no string. Borrowed. */
const char *json_text(const json_t *object, const char *key);

/* An integer member, or `otherwise`. */
gint64 json_int(const json_t *object, const char *key, gint64 otherwise);

/* A boolean member; absent is FALSE. */
gboolean json_flag(const json_t *object, const char *key);
