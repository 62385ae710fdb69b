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

/* One act's rows. The list of all is in catalog_apply.c; those of a subject may stand in a file of
 * their own. */
typedef gboolean (*Apply)(Catalog *catalog, const CatalogRecord *record, GError **error);

/* catalog_keeping.c */
gboolean catalog_apply_hold(Catalog *catalog, const CatalogRecord *record, GError **error);
gboolean catalog_apply_hold_lift(Catalog *catalog, const CatalogRecord *record, GError **error);
