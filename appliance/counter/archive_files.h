/* SPDX-License-Identifier: Apache-2.0
 *
 * A case as files, for the vault or a bundle: its sides and papers in the order of their
 * arrangement, what is known of it (metadata/case.json), its records (audit/records.jsonl), and
 * the lists that frame it.
 */
#pragma once

#include "appliance/bundle/casefile.h"
#include "appliance/counter/archive_view.h"

/* The files of a case for a bundle or the vault, in the arrangement of `view`. */
Casefile *archive_casefile(House *house, Catalog *catalog, const ArchiveView *view,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Contents list and remarks sheet of a case that is not filed, dated `at_us`. */
gboolean archive_add_lists(Casefile *casefile, House *house, const ArchiveView *view, gint64 at_us,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What is known of a case beside its files: the `about` of casefile.h. */
json_t *archive_about(House *house, Catalog *catalog, const char *number,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
