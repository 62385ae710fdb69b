/* SPDX-License-Identifier: Apache-2.0
 *
 * Tries that are wrong again and again, by whatever they are counted by (an address, a number):
 * some are free, then each wrong one makes the next wait.
 *
 *     free ──wrong──► … ──wrong──► waits 5 s ──wrong──► 10 s ──► 20 s … 15 min
 *       ▲                              │
 *       └─────────── right ────────────┘
 *
 * Kept in memory and of bounded size; the oldest wrong try makes room. From any thread.
 */
#pragma once

#include "appliance/base/clock.h"
#include "appliance/base/error.h"

typedef struct Throttle Throttle;

/* `clock` outlives it. */
Throttle *throttle_new(const Clock *clock, guint free_tries) G_GNUC_WARN_UNUSED_RESULT;
void throttle_free(Throttle *throttle);

/* Whether one may try now; ERROR_THROTTLED with the seconds left. */
gboolean throttle_passes(Throttle *throttle, const char *key,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What became of a try. */
void throttle_tried(Throttle *throttle, const char *key, gboolean good);

/* How long the try after `failed` wrong ones waits; for those who count on disk. */
gint64 throttle_delay_us(guint failed, guint free_tries);

/* ERROR_THROTTLED with the seconds left, where it is too early; else TRUE. */
gboolean throttle_in_time(gint64 not_before_us, gint64 now_us,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
