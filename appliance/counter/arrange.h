/* SPDX-License-Identifier: Apache-2.0
 *
 * 理卷核对: the arranging sheet (排卷单) of a case shows every side at its position with the page
 * number to stamp; the arranged file is fed once more, and each sheet is matched to its images.
 * What is fed for that is looked at and not kept.
 */
#pragma once

#include "appliance/counter/archive_view.h"
#include "appliance/page/worker.h"

/* A sheet of the file, in filed order. */
typedef struct {
    guint position;              /* of its document */
    const char *title;           /* borrowed from the arrangement */
    guint first_page, last_page; /* numbers to stamp; 0: none */
    gint sides[2];               /* rows of the arrangement: front, back; -1: none */
} ArrangeSheet;

typedef struct {
    ArchiveView *view;
    GArray *sheets; /* of ArrangeSheet */
} Arrangement;
Arrangement *arrangement_of(House *house, Catalog *catalog, const char *number,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
void arrangement_free(Arrangement *arrangement);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Arrangement, arrangement_free)

/* The arranging sheet as PDF. */
GBytes *arrangement_print(House *house, const Arrangement *arrangement, PageWorker *worker,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Match the images at `paths` (of char *, in the order they were fed; duplex: front, back, front …)
 * with the sheets. Ids of the result: 1 … n is a sheet of the arrangement, below 0 the n-th sheet
 * that was fed; `extra` has the latter, `missing` and `moved` the former. */
FilingMatch *arrangement_match(House *house, const Arrangement *arrangement, PageWorker *worker,
                               const GPtrArray *paths, gboolean duplex,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
