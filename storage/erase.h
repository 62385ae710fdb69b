/* SPDX-License-Identifier: Apache-2.0
 *
 * The end of retention, carried out: nothing of what a destroyed case held stays in any file of
 * the data folder.
 *
 *   pages and papers in the spool, the object in the vault and its stage, the case's secrets and
 *   those of its sides (their salts with them), bundles with the case in exports/; then the
 *   catalogue is written anew (FTS merged, VACUUM, the WAL cut), so that no free page remembers it
 *
 * Journal and tree stay as they are: every proof still holds. All of it may be done again, after a
 * crash or over a backup that still held the case; what is gone already is passed over. The names
 * of the files come from the records, not from rows that were wiped with them.
 */
#pragma once

#include "storage/store.h"

/* The files of one case that the catalogue calls destroyed. */
gboolean erase_case(Store *store, Catalog *catalog, const char *number,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Write the catalogue anew. ERROR_BUSY while a reader of another process holds the old one. */
gboolean erase_free_pages(Store *store, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Every destroyed case once more, as a restore needs it; `*n` is their number. */
gboolean erase_again(Store *store, gint64 *n, GError **error) G_GNUC_WARN_UNUSED_RESULT;
