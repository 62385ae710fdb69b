/* SPDX-License-Identifier: Apache-2.0
 *
 * The arrangement of a case as it stands: order, positions and page numbers by the filing rule
 * (casework/filing.h), and every reason against filing it yet. Filing, the bundle and the screen
 * where a person arranges all read this one.
 */
#pragma once

#include "appliance/casework/filing.h"
#include "appliance/counter/house.h"

/* The check and the facts live in it. */
typedef struct ArchiveView ArchiveView;

/* Arrange a case, to be kept for `retention` (Y | D30 | D10; NULL: as its item says). */
ArchiveView *archive_view(House *house, Catalog *catalog, const char *number, const char *retention,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
void archive_view_free(ArchiveView *view);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ArchiveView, archive_view_free)

/* What the filing rule makes of it. */
const Filing *archive_view_filing(const ArchiveView *view);
const char *archive_view_number(const ArchiveView *view); /* of the case */

/* The row of a side that the arrangement names (FilingPage.id). */
const json_t *archive_view_side(const ArchiveView *view, gint64 id);

/* How long it is kept: `asked`, or what its item says of a case that ended so; NULL: the item says
 * nothing. */
const char *archive_view_retention(const ArchiveView *view, const char *asked);
