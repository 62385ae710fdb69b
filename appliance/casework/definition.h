/* SPDX-License-Identifier: Apache-2.0
 *
 * Data of the house as strict JSON: items, profiles, departments, code tables.
 *
 * A definition is checked against its published schema (NAME.schema.json under data, a subset of
 * JSON Schema 2020-12) before anything is taken out of it, so a typing error in a key is found and
 * not ignored. Every message names file, line and path: "water.json, line 12, /checklist/3/pages:
 * …". What a schema cannot say (names that must exist elsewhere) the loaders check with
 * definition_fail.
 */
#pragma once

#include "appliance/base/embed.h"
#include "appliance/base/json.h"

#define DEFINITION_BYTES_MAX (1024 * 1024)

typedef struct Definition Definition;

/* Parse and check; `schema` is a file of the embedded data ("item.schema.json").
 * ERROR_DEFINITION with the first place that is wrong. */
Definition *definition_load(const char *bytes, gsize size, const char *name, const char *schema,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The root value; borrowed. */
const json_t *definition_root(const Definition *definition);

/* ERROR_DEFINITION at a path ("/checklist/3/code") with file and line in front; FALSE. */
gboolean definition_fail(const Definition *definition, GError **error, const char *path,
                         const char *format, ...) G_GNUC_PRINTF(4, 5);

void definition_free(Definition *definition);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Definition, definition_free)

/* A file shipped inside the program (appliance/casework/data/), by its name; NULL: none. */
const Embedded *definition_shipped(const char *name);

/* The names of the shipped files that begin and end so ("item-", ".json"); of borrowed strings. */
GPtrArray *definition_shipped_names(const char *prefix,
                                    const char *suffix) G_GNUC_WARN_UNUSED_RESULT;

/* Helpers for loaders: owned copies of members. */
char *definition_copy(const json_t *object, const char *key);  /* NULL where absent */
char **definition_strv(const json_t *object, const char *key); /* empty where absent */
