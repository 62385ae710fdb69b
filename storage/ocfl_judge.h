/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the parts of the OCFL verifier alone: ocfl_inventory.c (an inventory by itself),
 * ocfl_verify.c (an object; with ocfl_object_judge.c and ocfl_versions.c) and ocfl_root_verify.c (a
 * storage root).
 */
#pragma once

#include "storage/judge.h"

#include <jansson.h>

/* One inventory, as far as it could be understood. */
typedef struct {
    Judge *judge;
    const char *where;     /* path of the file, for findings */
    json_t *json;          /* NULL when it is no JSON object */
    guint spec;            /* minor number of the specification: 0 or 1 */
    const char *id, *head; /* borrowed from json; NULL when absent */
    const char *content;   /* name of the content folder */
    gboolean has_algorithm;
    HashKind algorithm;
    guint versions;    /* listed */
    guint width;       /* of zero-padded numbers, 0 without padding */
    GHashTable *paths; /* content path -> digest as the manifest has it; borrowed */
} Inventory;

/* Judge the bytes of an inventory by themselves. Everything that can be told of a broken one is
 * told. */
void inventory_init(Inventory *inventory, Judge *judge, const char *where, const char *bytes,
                    gsize size);
void inventory_clear(Inventory *inventory);

/* "v3" or "v0003": its number, 0 when it is none; the width with padding in *width. */
guint ocfl_version_number(const char *name, guint *width);

/* The name of version `number` as this inventory writes it. */
char *inventory_version_name(const Inventory *inventory, guint number);

/* "https://ocfl.io/1.1/spec/#inventory" -> 1; -1 when it is none. */
gint ocfl_type_spec(const char *type);

/* The state block of a version, or NULL. */
json_t *inventory_state(const Inventory *inventory, const char *version);

/* Whether the public registry of extensions has one of that name. */
gboolean ocfl_extension_is_registered(const char *name);

/* An object below `prefix` ("" or "aa/bb/id/") of the archive; *spec is what it declares. */
void ocfl_judge_object(Judge *judge, const char *prefix, const GArray *order, gint *spec,
                       char **id);

/* The number in "0=ocfl_object_1.1" ("ocfl_object_" is the stem): -1 when it is none. */
gint ocfl_declared_spec(const char *name, const char *stem);

/* The archive of the judge as one object. */
void judge_ocfl_object(Judge *judge);
/* `path` is the root as a folder, NULL when it is the archive of the judge. */
void judge_ocfl_root(Judge *judge, const char *path);
gboolean ocfl_is_root_folder(const char *path);
gboolean ocfl_is_object(const Archive *archive);
gboolean ocfl_is_root(const Archive *archive);
