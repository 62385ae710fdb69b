/* SPDX-License-Identifier: Apache-2.0
 *
 * The rolling scrub: every page, paper and object is read again within four weeks, a part a day
 * (fsck.h says which part a thing is in), and what is found stays known until it reads well again.
 *
 * Where it stands is kept in local.db, so that a daemon that was ended goes on where it was: with
 * the part that it did not finish. A part in which something was found is read again every day
 * before the next one, so that a repair puts the lamp out.
 */
#pragma once

#include "storage/fsck.h"
#include "storage/local/local.h"

#define SCRUB_PARTS    28
#define SCRUB_EVERY_US (G_GINT64_CONSTANT(24) * 3600 * G_USEC_PER_SEC)

typedef struct {
    gint64 last_us; /* when the last part was read; 0: none was yet */
    guint next;     /* part that is read next, 1…SCRUB_PARTS */
    gint64 errors;  /* of the newest reading of every part */
} ScrubState;

gboolean scrub_state(Local *local, ScrubState *state, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether a day has passed since the last part. */
gboolean scrub_is_due(const ScrubState *state, gint64 now_us);

/* Read the next part, and before it those in which something was found. `watch` gives `report`,
 * `read`, `pace` and `data`; everything else of it is set here. ERROR_CANCELLED where `pace` said
 * so: the same part is read again the next time. */
gboolean scrub_run(Store *store, Local *local, const FsckOptions *watch, FsckSummary *summary,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
