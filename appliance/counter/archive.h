/* SPDX-License-Identifier: Apache-2.0
 *
 * Filing (归档): an ended case becomes a sealed case file in the vault.
 *
 * Order, positions and page numbers follow casework/filing.h. Sealing goes in this order: the
 * object is staged with hard links from the spool and made durable → the seal record (it draws the
 * 件号 and names the inventory's digest) → the stage is moved into the vault. A crash before the
 * record leaves a stage that archive_recover discards, one after it a stage that it commits.
 */
#pragma once

#include "appliance/bundle/casefile.h"
#include "appliance/casework/filing.h"
#include "appliance/counter/step.h"

typedef struct {
    const char *number;    /* of the case */
    const char *fonds;     /* 全宗号; NULL: the department's */
    const char *category;  /* second-level class such as "XK" or a whole path; NULL: the item's */
    const char *retention; /* Y | D30 | D10; NULL: the item's */
    const char *unit;      /* 机构或问题; NULL: the department's */
} ArchiveRequest;

/* The arrangement of a case as it stands: order, positions, pages, reasons against filing. The
 * check and the facts live in it. */
typedef struct ArchiveView ArchiveView;
ArchiveView *archive_view(House *house, Catalog *catalog, const char *number, const char *retention,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
void archive_view_free(ArchiveView *view);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ArchiveView, archive_view_free)
const Filing *archive_view_filing(const ArchiveView *view);
const char *archive_view_number(const ArchiveView *view); /* of the case */

/* The row of a side that the arrangement names (FilingPage.id). */
const json_t *archive_view_side(const ArchiveView *view, gint64 id);

/* File the case; its archive number comes out. ERROR_FILING_REFUSED lists every reason. */
gboolean archive_file(House *house, const StoreActor *actor, const ArchiveRequest *request,
                      char **archive_number, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Finish what a crash interrupted between stage and vault. */
gboolean archive_recover(Store *store, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The files of a case for a bundle or the vault, in the arrangement of `view`. */
Casefile *archive_casefile(House *house, Catalog *catalog, const ArchiveView *view,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Contents list and remarks sheet of a case that is not filed, dated `at_us`. */
gboolean archive_add_lists(Casefile *casefile, House *house, const ArchiveView *view, gint64 at_us,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What is known of a case beside its files: the `about` of casefile.h. */
json_t *archive_about(House *house, Catalog *catalog, const char *number,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
