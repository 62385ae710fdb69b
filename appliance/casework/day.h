/* SPDX-License-Identifier: Apache-2.0
 *
 * A local date of the hall, as the number of days since 1970-01-01: a plain integer that sorts and
 * subtracts. Casework reckons in such days; instants (`_us`) are turned into days and minutes by
 * the hall's offset from UTC, which the caller hands in.
 */
#pragma once

#include <glib.h>

typedef gint32 Day;

#define DAY_NONE   G_MININT32
#define DAY_US     (G_GINT64_CONSTANT(86400) * 1000000)
#define DAY_MINUTE (G_GINT64_CONSTANT(60) * 1000000)

/* DAY_NONE where there is no such date (2026-02-30). Years 1900…2199. */
Day day_of(guint year, guint month, guint day);

/* The parts of a date in the proleptic Gregorian calendar. */
void day_split(Day day, guint *year, guint *month, guint *day_of_month);

/* "2026-11-21"; FALSE on anything else and on a date that does not exist. */
gboolean day_parse(const char *text, Day *day) G_GNUC_WARN_UNUSED_RESULT;

/* "20261121", as GB/T 39046 and the archive standards write it. */
gboolean day_parse_compact(const char *text, Day *day) G_GNUC_WARN_UNUSED_RESULT;

char *day_format(Day day) G_GNUC_WARN_UNUSED_RESULT;         /* "2026-11-21" */
char *day_format_compact(Day day) G_GNUC_WARN_UNUSED_RESULT; /* "20261121" */
char *day_format_zh(Day day) G_GNUC_WARN_UNUSED_RESULT;      /* "2026年11月21日" */
guint32 day_yymmdd(Day day);                                 /* 261121, the date part of codes */

/* One part of a date. */
guint day_year(Day day);
guint day_weekday(Day day); /* 1 Monday … 7 Sunday */

/* The local date of an instant, and the minute of that day, at `offset_s` seconds east of UTC. */
Day day_of_instant(gint64 us, gint32 offset_s);
guint day_minute_of_instant(gint64 us, gint32 offset_s);

/* The instant of a minute of a day. */
gint64 day_instant(Day day, guint minute, gint32 offset_s);
