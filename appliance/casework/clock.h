/* SPDX-License-Identifier: Apache-2.0
 *
 * Time limits: from a clock profile, the calendar and what has happened to the deadline, the lamp
 * and what follows when nothing was done. Pure: today is handed in.
 *
 * Day 1 is the first working day after the start day (the start day itself where the profile says
 * it counts). Where the last day is no working day, the limit ends on the next one (民法典 203).
 * Of a stop the day it begins still counts as run, the day it ends does not: (from, to] is left
 * out. Hours and minutes run while the hall is open, on working days.
 */
#pragma once

#include "appliance/casework/calendar.h"
#include "appliance/casework/clock_profile.h"

/*            start                stop told               resume
 *   NOT_STARTED ──→ GREEN ──→ YELLOW ──→ RED      PAUSED ──→ as before
 *                   (early warning)  (deadline past)
 */
typedef enum { LAMP_NOT_STARTED, LAMP_GREEN, LAMP_YELLOW, LAMP_RED, LAMP_PAUSED, LAMPS } Lamp;

/* A time that is not counted. Without the number of its written notice it is none. */
typedef struct {
    Day from, to; /* `to` DAY_NONE: still stopped */
    ClockPause reason;
    const char *notice; /* number of the paper that told it; NULL or "": not told, not counted */
} ClockStop;

typedef struct {
    const ClockProfile *profile;
    const char *level; /* of decision; NULL: the profile's own limit */
    Day start;         /* DAY_NONE: what starts it has not happened */
    guint start_minute;
    const ClockStop *stops;
    gsize n_stops;
    gboolean extended;
    Day until; /* an end fixed from outside (expiry of a licence to be renewed); else DAY_NONE */
    Day ended; /* the day what it waits for was done; DAY_NONE: running */
    guint ended_minute;
    guint opens_minute, closes_minute; /* of the hall; 0, 0: 08:30 to 17:30 */
} ClockFacts;

typedef struct {
    Lamp lamp;
    gboolean limited;  /* FALSE: the law and the item name no number */
    Day promised, law; /* last days; DAY_NONE where there is none or it is stopped */
    guint promised_minute, law_minute; /* of hours and minutes; else the close of the hall */
    gint left;          /* units until the promise ends, below 0 overdue; 0 = it ends today */
    guint warning;      /* 0, 1 (T-3), 2 (T-1) */
    gboolean overdue;   /* past the promise (running) or done after it (ended) */
    gboolean unlawful;  /* the same of the law's limit */
    gboolean estimated; /* 估算, 未含当年调休 */
    gboolean expired;   /* the law's limit is past with nothing done: `action` is due */
    ClockExpiry action;
    Day effective; /* EXPIRY_ACCEPTED: accepted as of this day */
} ClockReading;

/* Where a clock stands at this minute of this day. */
void clock_read(const ClockFacts *facts, const Calendar *calendar, Day today, guint minute,
                ClockReading *reading);

const char *lamp_token(Lamp lamp);  /* not-started green yellow red paused */
const char *lamp_symbol(Lamp lamp); /* ○ ● ▲ ■ ◇ */

/* The date casework goes by: never before the last good one; the last good one itself, and
 * flagged, while the machine's clock is not trusted. */
Day clock_casework_day(Day machine, gboolean trusted, Day last_good, gboolean *flagged);
