/* SPDX-License-Identifier: Apache-2.0
 *
 * What the sources of the catalogue share among themselves; nobody else includes it.
 */
#pragma once

#include "storage/catalog.h"

struct Catalog {
    Db *db;
    char *data_folder;
    GHashTable *pending_secrets; /* borrowed, see catalog_pending_secrets */
};

/* The opened secret behind a commitment, from the running group or from its file. */
json_t *catalog_secret(Catalog *catalog, const char *path, const char *commitment,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
