/* SPDX-License-Identifier: Apache-2.0
 *
 * Values of a paper: their declared types, and texts with "{name}" in them.
 *
 * Types are the JSON of "values" in a template (paper.h). Everything is checked before anything is
 * drawn: the places in texts when the template is read, the values when a paper is asked for; so
 * expanding a text cannot fail.
 */
#pragma once

#include "appliance/base/json.h"

/* Where names are looked up. `row` is NULL outside of lists. */
typedef struct {
    const json_t *types;
    const json_t *values;
    const json_t *row_type; /* of one element: an object of types, or a type */
    const json_t *row;
    guint row_number; /* from 1 */
} ValueScope;

/* Are these declarations sound? ERROR_DEFINITION with "values.documents[].pages: …". */
gboolean value_types_check(const json_t *types, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Do the values fit the declarations? ERROR_INVALID with the place: missing, unknown, of another
 * type, a token without a word, an impossible date, a control character. */
gboolean values_check(const json_t *types, const json_t *values,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The type called `name`, with or without "?"; NULL where there is none. */
const json_t *value_type(const json_t *types, const char *name);

/* Does every place of `text` name a declared value? `scope` needs types and row_type alone. */
gboolean value_text_check(const ValueScope *scope, const char *text,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The text with all places filled; an optional value that is missing leaves nothing. */
char *value_expand(const ValueScope *scope, const char *text) G_GNUC_WARN_UNUSED_RESULT;

/* Present, and not FALSE, not "" and no empty list. */
gboolean value_is_set(const ValueScope *scope, const char *name);

/* Three forms of a date in Chinese: "2026年11月21日"; NULL unless `iso` is a possible date. */
char *value_date(const char *iso) G_GNUC_WARN_UNUSED_RESULT;
