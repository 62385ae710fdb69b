/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/clock.h"

#include <string.h>

#define OPENS_MINUTE  (8 * 60 + 30)
#define CLOSES_MINUTE (17 * 60 + 30)

/* A point in time and whether there is one. */
typedef struct {
    Day day;
    guint minute;
} Moment;

static guint opens(const ClockFacts *facts)
{
    return facts->closes_minute == 0 ? OPENS_MINUTE : facts->opens_minute;
}

static guint closes(const ClockFacts *facts)
{
    return facts->closes_minute == 0 ? CLOSES_MINUTE : facts->closes_minute;
}

static gboolean is_told(const ClockStop *stop)
{
    return stop->notice != NULL && *stop->notice != '\0';
}

/* A stop counts when the profile knows its reason and the applicant was told in writing. */
static gboolean counts(const ClockFacts *facts, const ClockStop *stop)
{
    return is_told(stop) && (facts->profile->pauses & (guint)stop->reason) != 0;
}

/* An open stop has no length yet; where the work was done in it, it ended that day. */
static gboolean is_stopped_on(const ClockFacts *facts, Day day)
{
    for (gsize i = 0; i < facts->n_stops; i++) {
        const ClockStop *stop = &facts->stops[i];
        Day to = stop->to == DAY_NONE ? facts->ended : stop->to;

        if (counts(facts, stop) && day > stop->from && to != DAY_NONE && day <= to)
            return TRUE;
    }
    return FALSE;
}

/* The day an open stop began; DAY_NONE: it runs. */
static Day open_stop(const ClockFacts *facts)
{
    for (gsize i = 0; i < facts->n_stops; i++)
        if (counts(facts, &facts->stops[i]) && facts->stops[i].to == DAY_NONE)
            return facts->stops[i].from;
    return DAY_NONE;
}

static gboolean counts_as_unit(const ClockFacts *facts, const Calendar *calendar, Day day)
{
    return !is_stopped_on(facts, day) &&
           (facts->profile->unit == UNIT_DAY || calendar_is_workday(calendar, day));
}

/* The last day of `n` units of days. */
static Moment end_of_days(const ClockFacts *facts, const Calendar *calendar, guint n)
{
    Day day = facts->start - (facts->profile->start_day_counts && n > 0 ? 1 : 0);

    while (n > 0)
        if (counts_as_unit(facts, calendar, ++day))
            n--;
    return (Moment){calendar_workday_from(calendar, day), closes(facts)};
}

static Moment end_of_minutes(const ClockFacts *facts, const Calendar *calendar, guint minutes)
{
    Moment at = {facts->start, MAX(facts->start_minute, opens(facts))};

    for (;;) {
        if (calendar_is_workday(calendar, at.day) && !is_stopped_on(facts, at.day) &&
            at.minute < closes(facts)) {
            if (minutes <= closes(facts) - at.minute)
                return (Moment){at.day, at.minute + minutes};
            minutes -= closes(facts) - at.minute;
        }
        at = (Moment){at.day + 1, opens(facts)};
    }
}

static Moment end_of(const ClockFacts *facts, const Calendar *calendar, guint limit)
{
    guint n = limit + (facts->extended ? facts->profile->extension : 0);

    if (facts->until != DAY_NONE)
        return (Moment){facts->until, closes(facts)};
    switch (facts->profile->unit) {
    case UNIT_HOUR:
        return end_of_minutes(facts, calendar, n * 60);
    case UNIT_MINUTE:
        return end_of_minutes(facts, calendar, n);
    default:
        return end_of_days(facts, calendar, n);
    }
}

static void limits_of(const ClockFacts *facts, guint *promised, guint *law)
{
    *promised = facts->profile->promised;
    *law = facts->profile->law;
    for (guint i = 0; facts->level != NULL && i < facts->profile->levels->len; i++) {
        const ClockLevel *level = g_ptr_array_index(facts->profile->levels, i);

        if (strcmp(level->level, facts->level) == 0) {
            *promised = level->promised;
            *law = level->law;
        }
    }
}

static gboolean is_timed(const ClockFacts *facts)
{
    return facts->profile->unit == UNIT_HOUR || facts->profile->unit == UNIT_MINUTE;
}

/* Whether `now` lies behind `end`; a limit in days lasts until the end of its day. */
static gboolean is_past(const ClockFacts *facts, Moment end, Moment now)
{
    if (now.day != end.day)
        return now.day > end.day;
    return is_timed(facts) && now.minute > end.minute;
}

/* Whole units from `now` to `end`: days in (now, end], or minutes of opening time. */
static gint units_left(const ClockFacts *facts, const Calendar *calendar, Moment now, Moment end)
{
    gint sign = now.day > end.day ? -1 : 1, n = 0;

    if (is_timed(facts)) {
        gint minutes =
            (gint)end.minute - (gint)now.minute +
            calendar_workdays(calendar, now.day, end.day) * (gint)(closes(facts) - opens(facts));

        return facts->profile->unit == UNIT_HOUR ? minutes / 60 : minutes;
    }
    for (Day day = MIN(now.day, end.day) + 1; day <= MAX(now.day, end.day); day++)
        n += counts_as_unit(facts, calendar, day);
    return sign * n;
}

static void judge_lamp(const ClockFacts *facts, ClockReading *reading)
{
    if (reading->overdue)
        reading->lamp = LAMP_RED;
    else if (facts->ended != DAY_NONE)
        reading->lamp = LAMP_GREEN;
    else
        reading->lamp = reading->warning > 0 ? LAMP_YELLOW : LAMP_GREEN;
}

static void judge(const ClockFacts *facts, const Calendar *calendar, Moment now,
                  ClockReading *reading)
{
    const ClockProfile *profile = facts->profile;
    Moment promised = {reading->promised, reading->promised_minute};
    Moment law = {reading->law, reading->law_minute};
    gboolean running = facts->ended == DAY_NONE;

    if (!running)
        now = (Moment){facts->ended, facts->ended_minute};
    reading->left = units_left(facts, calendar, now, promised);
    reading->overdue = is_past(facts, promised, now);
    reading->unlawful = reading->law != DAY_NONE && is_past(facts, law, now);
    if (running && !reading->overdue)
        reading->warning = reading->left <= profile->warn_late    ? 2
                           : reading->left <= profile->warn_early ? 1
                                                                  : 0;
    judge_lamp(facts, reading);
    /* nothing of legal effect is built on an estimate */
    reading->expired = running && reading->unlawful && !reading->estimated;
    if (reading->expired) {
        reading->action = profile->expiry;
        reading->effective = profile->expiry == EXPIRY_ACCEPTED ? facts->start : DAY_NONE;
    }
}

void clock_read(const ClockFacts *facts, const Calendar *calendar, Day today, guint minute,
                ClockReading *reading)
{
    guint promised, law;
    Day stopped = open_stop(facts);
    Moment end;

    *reading = (ClockReading){
        .lamp = LAMP_NOT_STARTED, .promised = DAY_NONE, .law = DAY_NONE, .effective = DAY_NONE};
    if (facts->start == DAY_NONE)
        return;
    limits_of(facts, &promised, &law);
    reading->limited = promised != CLOCK_NO_LIMIT || facts->until != DAY_NONE;
    if (stopped != DAY_NONE && facts->ended == DAY_NONE && today >= stopped) {
        reading->lamp = LAMP_PAUSED;
        return;
    }
    if (!reading->limited) {
        reading->lamp = LAMP_GREEN;
        return;
    }
    end = end_of(facts, calendar, promised);
    reading->promised = end.day;
    reading->promised_minute = end.minute;
    if (law != CLOCK_NO_LIMIT || facts->until != DAY_NONE) {
        end = end_of(facts, calendar, law);
        reading->law = end.day;
        reading->law_minute = end.minute;
    }
    reading->estimated =
        calendar_is_estimate(calendar, facts->start, MAX(end.day, reading->promised));
    judge(facts, calendar, (Moment){today, minute}, reading);
}

const char *lamp_token(Lamp lamp)
{
    static const char *const tokens[LAMPS] = {"not-started", "green", "yellow", "red", "paused"};

    return tokens[lamp];
}

const char *lamp_symbol(Lamp lamp)
{
    static const char *const symbols[LAMPS] = {"○", "●", "▲", "■", "◇"};

    return symbols[lamp];
}

Day clock_casework_day(Day machine, gboolean trusted, Day last_good, gboolean *flagged)
{
    *flagged = !trusted || machine < last_good;
    return *flagged && last_good != DAY_NONE ? last_good : machine;
}
