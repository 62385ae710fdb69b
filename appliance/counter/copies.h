/* SPDX-License-Identifier: Apache-2.0
 *
 * Who has which copy (联) of the papers of a case.
 */
#pragma once

#include "appliance/base/json.h"
#include "storage/catalog_query.h"

/* In order of document and copy: [{"document": 4, "copy": 1, "receiver": "存窗口", "signed":
 * FALSE}], "signed" where a scan of the paper lies in the case. Void papers are left out. */
json_t *copies_of_case(Catalog *catalog, const char *number,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
