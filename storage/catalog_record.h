/* SPDX-License-Identifier: Apache-2.0
 *
 * The records behind the rows of the catalogue. A row keeps what questions choose by; everything
 * else is read from its record, in the journal or, while a group is being written, from memory.
 * A record that is not the one of its leaf hash is ERROR_JOURNAL_DAMAGED: nothing is shown that was
 * not acknowledged.
 */
#pragma once

#include "storage/catalog.h"

/* One record as JSON: head and fields; the caller owns it. ERROR_NOT_FOUND where there is none. */
json_t *catalog_record(Catalog *catalog, gint64 seq, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Gives each row (by its `seq`) what its record says of an event: t, actor, station, act, case
 * (null where it has none) and detail, the fields of the act as a JSON text. Bulky fields of a side
 * (facts, codes, sha512) are left out of its detail. */
gboolean catalog_add_events(Catalog *catalog, json_t *rows,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Gives each side (a row, or an array of rows with the `seq` of the record that stored it) facts,
 * an object, and sha512 (128 hex digits). */
gboolean catalog_add_facts(Catalog *catalog, json_t *sides,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
