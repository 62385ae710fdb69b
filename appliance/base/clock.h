/* SPDX-License-Identifier: Apache-2.0
 *
 * Time as a parameter: everything that asks for the time is handed a Clock, so that tests own it.
 *
 * Instants are microseconds since 1970-01-01 UTC (`_us`). On paper and in records they are
 * RFC 3339 with a Z; dates of casework are local dates of the hall and live in casework/calendar.
 */
#pragma once

#include <glib.h>

/* How far the instant can be believed; stands in every record of the journal. */
typedef enum {
    TRUST_SYNCED,   /* disciplined by NTP within its error bound */
    TRUST_HOLDOVER, /* was synced since boot, is running free */
    TRUST_UNKNOWN,
} Trust;

typedef struct Clock {
    gint64 (*now_us)(void *self);
    Trust (*trust)(void *self);
    void *self;
} Clock;

/* The machine's clock; trust is what adjtimex(2) says, or what was told where that is set. */
Clock clock_system(void);

/* A sandbox that keeps a daemon from setting the clock also keeps it from asking adjtimex. Then a
 * process outside (clock_tell, again and again) tells the trust in a file, and the daemon believes
 * it for CLOCK_TOLD_S: "synced <boot time in seconds>". Set once, before any thread; NULL: ask. */
#define CLOCK_TOLD_S 90
void clock_told_in(const char *path);
gboolean clock_tell(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A clock that stands at *now_us until its owner moves it; TRUST_SYNCED. */
Clock clock_manual(gint64 *now_us);

/* Microseconds since 1970 by this clock, the real one or the tests'. */
gint64 clock_now_us(const Clock *clock);

/* How far its time may be believed at this moment. */
Trust clock_trust(const Clock *clock);
const char *trust_token(Trust trust); /* "synced" | "holdover" | "unknown" */

/* "2026-11-21T10:42:31Z" (whole seconds). */
char *clock_format(gint64 us) G_GNUC_WARN_UNUSED_RESULT;

/* The inverse of clock_format; FALSE on anything else. */
gboolean clock_parse(const char *text, gint64 *us) G_GNUC_WARN_UNUSED_RESULT;
