/* SPDX-License-Identifier: Apache-2.0
 *
 * What can be asked of the catalogue about how things are kept: legal holds. Rows as in
 * catalog_query.h.
 */
#pragma once

#include "storage/catalog.h"

/* Holds of a case (NULL: of all), the lifted ones too unless `open`, in the order they were set:
 * seq, case, set_at, set_by, reference, reason, lifted_at, lifted_by, lifted_why. */
json_t *catalog_holds(Catalog *catalog, const char *number, gboolean open,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
