/* SPDX-License-Identifier: Apache-2.0
 *
 * The crew of page workers: sides are understood side by side and come back in order.
 *
 * One lane is one page-worker process and one thread that waits for it. Work is handed in from one
 * thread and taken back by the same one: crew_take returns results strictly in the order in which
 * the work was handed in. At most CREW_AHEAD pieces are under way; beyond that crew_take first.
 */
#pragma once

#include "appliance/page/worker.h"

typedef struct Crew Crew;

/* `lanes` 0: one a core. */
Crew *crew_new(guint lanes, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void crew_free(Crew *crew);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Crew, crew_free)

/* What identifies a piece of work to its owner; returned with the result. */
typedef struct {
    guint64 id; /* of the device's side, 0 for an imported page */
    gint64 sheet;
    char side;    /* 'a' or 'b' */
    char *source; /* owned: the imported file's name, or NULL */
    PageResult result;
    GError *error; /* the page was refused: no image at all, over a limit */
} CrewResult;
void crew_result_free(CrewResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CrewResult, crew_result_free)

typedef struct {
    guint64 id;
    gint64 sheet;
    char side;
    const char *source; /* may be NULL */
    const PageTags
        *tags; /* batch, device, serial, time; copied, with sheet and side of the piece */
} CrewPiece;

/* How many pieces are under way, handed in and not taken back. */
guint crew_under_way(Crew *crew);
gboolean crew_is_full(Crew *crew);

/* Page `index` of a file; the descriptor is duplicated. */
gboolean crew_import(Crew *crew, const CrewPiece *piece, int fd, guint32 index,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How many pages a file has; ERROR_FORMAT or ERROR_TOO_LARGE where it is refused. */
gboolean crew_count(Crew *crew, int fd, guint32 *pages, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A page that is still being scanned into `memfd`: begin, rows …, end. One at a time. */
gboolean crew_begin(Crew *crew, const CrewPiece *piece, int memfd, const PageRaw *raw,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean crew_rows(Crew *crew, guint32 rows, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* All rows are there: the lane goes on alone. */
void crew_end(Crew *crew);
/* The page did not become whole: it is given up, and no result comes of it. */
void crew_cancel(Crew *crew);

/* The next result in order; with `wait` until there is one. NULL where nothing is under way or
 * (without `wait`) nothing is ready. */
CrewResult *crew_take(Crew *crew, gboolean wait);
