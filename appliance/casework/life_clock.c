/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/life.h"

const ProfileKind *life_kind(const LifeState *state)
{
    return state->kind == NULL ? NULL : profile_kind(state->rules->profile, state->kind);
}

/* The item's clock as the kind bends it: 即办 is done on the day, 补办 counts from completion. */
static ClockProfile clock_profile_of(const LifeState *state, const ClockProfile *of_item)
{
    ClockProfile profile = *of_item;
    const ProfileKind *kind = life_kind(state);

    if (profile.purpose != CLOCK_DECIDE || kind == NULL)
        return profile;
    if (kind->role == KIND_SUPPLEMENT)
        profile.start = START_COMPLETED;
    if (kind->limit == LIMIT_SAME_DAY &&
        (profile.unit == UNIT_WORKDAY || profile.unit == UNIT_DAY)) {
        profile.start = START_RECEIVED;
        profile.promised = 0;
    }
    return profile;
}

static Day start_of(const LifeState *state, const ClockProfile *profile)
{
    switch (profile->start) {
    case START_RECEIVED:
        return profile->purpose == CLOCK_TELL ? state->round : state->received;
    case START_ACCEPTED:
        return state->effective;
    case START_COMPLETED:
        return state->accepted == DAY_NONE ? DAY_NONE : state->completed;
    case START_HANDED_UP:
        return state->handed_up;
    case START_TOLD:
        return state->told;
    default:
        return state->decided;
    }
}

static Day first_of(Day a, Day b)
{
    return a == DAY_NONE ? b : b == DAY_NONE ? a : MIN(a, b);
}

/* When what the clock waits for was done. */
static Day end_of(const LifeState *state, ClockPurpose purpose)
{
    const ProfileKind *kind = life_kind(state);

    switch (purpose) {
    case CLOCK_TELL:
        return first_of(state->told, first_of(state->accepted, state->ended));
    case CLOCK_SUPPLEMENT:
        return state->ended;
    case CLOCK_DECIDE:
        return kind != NULL && kind->stops_on_hand_up && state->handed_up != DAY_NONE
                   ? state->handed_up
                   : first_of(state->decided, state->ended);
    case CLOCK_DELIVER:
        return state->delivered;
    default:
        return state->ended;
    }
}

gboolean life_clock(const LifeState *state, ClockPurpose purpose, Day today, guint minute,
                    ClockReading *reading)
{
    const ClockProfile *of_item = state->rules->item->clocks[purpose];
    ClockProfile profile;
    ClockFacts facts;

    if (of_item == NULL)
        return FALSE;
    profile = clock_profile_of(state, of_item);
    facts = (ClockFacts){.profile = &profile,
                         .level = state->rules->level,
                         .start = start_of(state, &profile),
                         .start_minute = profile.start == START_ACCEPTED ? state->accepted_minute
                                                                         : state->received_minute,
                         .stops = state->stops,
                         .n_stops = state->n_stops,
                         .extended = state->extended && purpose == CLOCK_DECIDE,
                         .until = DAY_NONE,
                         .ended = end_of(state, purpose),
                         .ended_minute = state->decided_minute};
    if (purpose == CLOCK_TOLERATE) {
        facts.until = state->tolerated_until;
        facts.start = state->tolerated > 0 ? facts.start : DAY_NONE;
    }
    clock_read(&facts, state->rules->calendar, today, minute, reading);
    return TRUE;
}

int life_waiting_clock(const LifeState *state)
{
    switch (state->stage) {
    case LIFE_RECEIVED:
    case LIFE_CHECKED:
        return CLOCK_TELL;
    case LIFE_SUPPLEMENT:
        return state->told == DAY_NONE ? CLOCK_TELL : CLOCK_SUPPLEMENT;
    case LIFE_ACCEPTED:
    case LIFE_PAUSED:
    case LIFE_HANDED_UP:
        return CLOCK_DECIDE;
    case LIFE_DECIDED:
        return CLOCK_DELIVER;
    default:
        return -1;
    }
}

guint life_overdue_days(const LifeState *state, Day today, guint minute)
{
    Day until = first_of(state->decided, state->ended);
    ClockReading reading;

    if (!life_clock(state, CLOCK_DECIDE, today, minute, &reading) || !reading.overdue)
        return 0;
    return (guint)MAX(0, calendar_workdays(state->rules->calendar, reading.promised,
                                           until == DAY_NONE ? today : until));
}
