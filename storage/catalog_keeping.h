/* SPDX-License-Identifier: Apache-2.0
 *
 * What can be asked of the catalogue about how things are kept: legal holds, where papers are,
 * retention and its end. Rows as in catalog_query.h.
 */
#pragma once

#include "storage/catalog.h"

/* Holds of a case (NULL: of all), the lifted ones too unless `open`, in the order they were set:
 * seq, case, set_at, set_by, reference, reason, lifted_at, lifted_by, lifted_why. */
json_t *catalog_holds(Catalog *catalog, const char *number, gboolean open,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The records that say where papers of a case are (custody, seal), in order: events, secret. */
json_t *catalog_custody(Catalog *catalog, const char *number,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Who took in or issued each document of a case: number, t, actor, station. */
json_t *catalog_openers(Catalog *catalog, const char *number,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Cases of which something was once laid at this place: case. */
json_t *catalog_custody_at(Catalog *catalog, const char *where,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Filed cases that are not destroyed, filed before an instant, in order of archive number: number,
 * archive_number, item, item_digest, filed_at, retention, pages, holds (open ones). */
json_t *catalog_retained(Catalog *catalog, const char *filed_before,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Cases that were destroyed (`pending`: whose files are not all erased yet), oldest first: the
 * columns of `destruction`, archive_number, item, item_digest, filed_at, pages. */
json_t *catalog_destructions(Catalog *catalog, gboolean pending,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* In how many bundles a case has left the house. */
gboolean catalog_bundled(Catalog *catalog, const char *number, gint64 *bundles,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the record that ends a case's retention was applied, its files erased or not. */
gboolean catalog_is_destroyed(Catalog *catalog, const char *number, gboolean *destroyed,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
