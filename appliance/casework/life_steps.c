/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/life_table.h"

#include "appliance/code/code.h"

#include <string.h>

#define RETURN_WORKDAYS 3 /* 最迟不超过三个工作日, where a profile names no other */

static gboolean is_given(const char *text)
{
    return text != NULL && *text != '\0';
}

static gboolean same_person(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static void issue(LifeState *state, PaperKind kind)
{
    if (kind != PAPER_NONE && state->n_issues < LIFE_PAPERS_MAX)
        state->issues[state->n_issues++] = kind;
}

static KindRole role_of(const LifeState *state)
{
    const ProfileKind *kind = life_kind(state);

    return kind == NULL ? KIND_PLAIN : kind->role;
}

/* ---- keys ---- */

static LifeKey *find_key(LifeState *state, const char *key)
{
    for (guint i = 0; i < state->n_keys; i++)
        if (strcmp(state->keys[i].key, key) == 0)
            return &state->keys[i];
    return NULL;
}

static guint count_keys(const LifeState *state, guint with, guint without)
{
    guint n = 0;

    for (guint i = 0; i < state->n_keys; i++)
        n += (state->keys[i].flags & with) == with && !(state->keys[i].flags & without);
    return n;
}

guint life_open_keys(const LifeState *state)
{
    return count_keys(state, KEY_OPEN, 0);
}

guint life_untold_keys(const LifeState *state)
{
    return count_keys(state, KEY_OPEN, KEY_TOLD);
}

static gboolean add_key(LifeState *state, const char *key, guint flags, GError **error)
{
    if (state->n_keys == LIFE_KEYS_MAX)
        return error_set(error, ERROR_RULE, "more than %d defects", LIFE_KEYS_MAX);
    state->keys[state->n_keys].key = g_intern_string(key);
    state->keys[state->n_keys].flags = flags;
    state->n_keys++;
    return TRUE;
}

/* Settle the keys of the event; each must be open. */
static gboolean settle_keys(LifeState *state, const LifeEvent *event, GError **error)
{
    for (gsize i = 0; i < event->n_keys; i++) {
        LifeKey *key = find_key(state, event->keys[i]);

        if (key == NULL || !(key->flags & KEY_OPEN))
            return error_set(error, ERROR_INVALID, "%s: not open", event->keys[i]);
        key->flags &= ~(guint)KEY_OPEN;
    }
    return TRUE;
}

/* The slot a key speaks of ("A05/form/…"). */
static guint32 slot_of_key(const char *key)
{
    const char *slash = strchr(key, '/');
    g_autofree char *name = slash == NULL ? g_strdup(key) : g_strndup(key, (gsize)(slash - key));

    return code_slot_number(name);
}

/* How many slots have an open key; a slot that may not be 容缺 is an error. */
static gboolean tolerable_slots(const LifeState *state, guint *n_slots, GError **error)
{
    guint32 seen[LIFE_KEYS_MAX];
    guint n = 0;

    for (guint i = 0; i < state->n_keys; i++) {
        guint32 number = slot_of_key(state->keys[i].key);
        const ItemSlot *slot = item_slot(state->rules->item, number);
        gboolean known = FALSE;

        if (!(state->keys[i].flags & KEY_OPEN))
            continue;
        if (slot == NULL || !slot->tolerable)
            return error_set(error, ERROR_NOT_COMPLETE, "%s: cannot be 容缺", state->keys[i].key);
        for (guint k = 0; k < n; k++)
            known = known || seen[k] == number;
        if (!known)
            seen[n++] = number;
    }
    *n_slots = n;
    return TRUE;
}

/* ---- small moves ---- */

static void back_to_received(LifeState *state)
{
    state->stage = LIFE_RECEIVED;
    state->first_checker = state->second_checker = NULL;
}

static void end_with(LifeState *state, LifeStage stage, LifeEnding ending, Day day)
{
    state->stage = stage;
    state->ending = ending;
    state->ended = day;
}

static gboolean add_stop(LifeState *state, ClockPause reason, const LifeEvent *event,
                         const char *notice, GError **error)
{
    ClockStop *stop = &state->stops[state->n_stops];

    if (state->n_stops == LIFE_STOPS_MAX)
        return error_set(error, ERROR_RULE, "stopped %d times already", LIFE_STOPS_MAX);
    stop->from = event->day;
    stop->to = DAY_NONE;
    stop->reason = reason;
    stop->notice = g_intern_string(notice);
    state->n_stops++;
    return TRUE;
}

/* End open stops: those of a supplement, or the others. */
static void close_stops(LifeState *state, gboolean supplement, Day day)
{
    for (guint i = 0; i < state->n_stops; i++)
        if (state->stops[i].to == DAY_NONE &&
            (state->stops[i].reason == PAUSE_SUPPLEMENT) == supplement)
            state->stops[i].to = day;
}

/* ---- receiving ---- */

static gboolean check_late_entry(const LifeEvent *event, GError **error)
{
    if (!is_given(event->reason))
        return error_set(error, ERROR_INVALID, "a later entry (补登) needs a reason");
    if (!is_given(event->second_person) || same_person(event->person, event->second_person))
        return error_set(error, ERROR_SECOND_PERSON, "later entry (补登) by %s", event->person);
    return TRUE;
}

static gboolean check_kind(const LifeState *state, const LifeEvent *event, const ProfileKind **kind,
                           GError **error)
{
    *kind = profile_kind(state->rules->profile, event->kind);
    if (*kind == NULL)
        return error_set(error, ERROR_INVALID, "kind %s: this hall has none", event->kind);
    if ((*kind)->role == KIND_RETURN)
        return error_set(error, ERROR_RULE, "退回 is a step, not a kind one enters");
    if ((*kind)->decides == DECIDES_CENTRE && event->actor != ACTOR_CENTRE)
        return error_set(error, ERROR_RULE, "%s is for the centre to decide", (*kind)->name);
    return TRUE;
}

static gboolean check_receipt_day(const LifeState *state, const LifeEvent *event, GError **error)
{
    const Item *item = state->rules->item;

    if (event->received == DAY_NONE || event->received > event->day)
        return error_set(error, ERROR_INVALID, "received after it is recorded");
    if (event->received < item->from || (item->to != DAY_NONE && event->received > item->to))
        return error_set(error, ERROR_RULE, "item %s: this version was not in force on that day",
                         item->code);
    if (event->received < event->day && !check_late_entry(event, error))
        return FALSE;
    if (event->evidence == EVIDENCE_TAKEN_FOR &&
        (!is_given(event->taken_for) || same_person(event->taken_for, event->person)))
        return error_set(error, ERROR_INVALID, "代收: for whom is not said");
    return TRUE;
}

/* 行政许可法 29: by which ways one may apply is published with the item. */
static gboolean check_channel(const LifeState *state, const LifeEvent *event, GError **error)
{
    const char *channel = event->channel == NULL ? "window" : event->channel;

    return g_strv_contains((const char *const *)state->rules->item->channels, channel) ||
           error_set(error, ERROR_RULE, "item %s is not applied for by %s",
                     state->rules->item->code, channel);
}

static gboolean step_receive(LifeState *state, const LifeEvent *event, GError **error)
{
    const ProfileKind *kind;

    if (!check_kind(state, event, &kind, error) || !check_receipt_day(state, event, error) ||
        !check_channel(state, event, error))
        return FALSE;
    state->stage = LIFE_RECEIVED;
    state->kind = g_intern_string(kind->token);
    state->secret = event->secret;
    state->received = state->round = event->received;
    state->received_minute = event->received_minute;
    state->recorded = event->day;
    state->evidence = event->evidence;
    state->clerk = g_intern_string(event->person);
    state->visits = 1;
    if (event->received < event->day)
        state->flags |= FLAG_LATE_ENTRY;
    return TRUE;
}

static gboolean step_receipt(LifeState *state, const LifeEvent *event, GError **error)
{
    (void)event, (void)error;
    state->numbers_fixed = TRUE;
    issue(state, PAPER_RECEIPT);
    return TRUE;
}

static gboolean step_correct(LifeState *state, const LifeEvent *event, GError **error)
{
    if (event->paper_before == 0)
        return error_set(error, ERROR_INVALID, "a correction keeps the image before");
    back_to_received(state);
    return TRUE;
}

/* ---- checking ---- */

static gboolean step_first_check(LifeState *state, const LifeEvent *event, GError **error)
{
    if (event->persons_open > 0)
        return error_set(error, ERROR_NOT_COMPLETE, "%u slots wait for a person",
                         event->persons_open);
    for (guint i = 0; i < state->n_keys; i++)
        state->keys[i].flags &= ~(guint)KEY_OPEN;
    for (gsize i = 0; i < event->n_keys; i++) {
        LifeKey *key = find_key(state, event->keys[i]);
        gboolean fresh = event->fresh != NULL && event->fresh[i];

        if (key != NULL && (key->flags & KEY_OPEN))
            return error_set(error, ERROR_INVALID, "%s stands twice", event->keys[i]);
        if (key != NULL)
            key->flags |= KEY_OPEN;
        else if (!add_key(state, event->keys[i],
                          KEY_OPEN | (state->notices > 0 && !fresh ? (guint)KEY_LATE : 0), error))
            return FALSE;
    }
    state->stage = LIFE_CHECKED;
    state->first_checker = g_intern_string(event->person);
    state->second_checker = NULL;
    state->persons_open = 0;
    state->main_missing = event->main_missing;
    return TRUE;
}

static gboolean step_second_check(LifeState *state, const LifeEvent *event, GError **error)
{
    if (same_person(state->first_checker, event->person))
        return error_set(error, ERROR_SECOND_PERSON, "%s did the first check", event->person);
    if (event->good) {
        state->second_checker = g_intern_string(event->person);
        return TRUE;
    }
    if (!is_given(event->reason))
        return error_set(error, ERROR_INVALID, "sending back needs a reason");
    back_to_received(state);
    return TRUE;
}

/* ---- telling once ---- */

static gboolean step_supplement(LifeState *state, const LifeEvent *event, GError **error)
{
    if (life_untold_keys(state) == 0)
        return error_set(error, ERROR_RULE, "nothing to tell that has not been told: remind");
    for (guint i = 0; i < state->n_keys; i++)
        if ((state->keys[i].flags & (KEY_OPEN | KEY_LATE | KEY_TOLD | KEY_RELEASED)) ==
            (KEY_OPEN | KEY_LATE))
            return error_set(error, ERROR_RULE,
                             "%s was there at the first notice: the supervisor releases it",
                             state->keys[i].key);
    for (guint i = 0; i < state->n_keys; i++)
        if (state->keys[i].flags & KEY_OPEN)
            state->keys[i].flags |= KEY_TOLD;
    state->stage = LIFE_SUPPLEMENT;
    state->notices++;
    state->notice = event->paper;
    state->told = DAY_NONE;
    issue(state, PAPER_SUPPLEMENT);
    if (role_of(state) == KIND_SUPPLEMENT)
        issue(state, PAPER_KIND_SUPPLEMENT);
    return TRUE;
}

static gboolean step_tell(LifeState *state, const LifeEvent *event, GError **error)
{
    const ClockProfile *decide = state->rules->item->clocks[CLOCK_DECIDE];
    ClockReading reading;

    if (event->paper != state->notice)
        return error_set(error, ERROR_INVALID, "document %03u is not the open notice",
                         event->paper);
    if (state->told != DAY_NONE)
        return error_set(error, ERROR_RULE, "the notice has been told already");
    if (life_clock(state, CLOCK_TELL, event->day, event->minute, &reading) && reading.unlawful)
        state->flags |= FLAG_TOLD_LATE;
    state->told = event->day;
    if (decide != NULL && (decide->pauses & PAUSE_SUPPLEMENT))
        return add_stop(state, PAUSE_SUPPLEMENT, event, "补正告知书", error);
    return TRUE;
}

static gboolean step_remind(LifeState *state, const LifeEvent *event, GError **error)
{
    if (count_keys(state, KEY_OPEN | KEY_TOLD, 0) == 0)
        return error_set(error, ERROR_RULE, "no line of the notice is open");
    if (life_untold_keys(state) > 0)
        return error_set(error, ERROR_RULE, "a reminder may not tell anything new");
    if (state->stage == LIFE_SUPPLEMENT && state->told == DAY_NONE)
        return error_set(error, ERROR_RULE, "the notice itself has not been told yet");
    if (state->stage == LIFE_CHECKED) {
        state->stage = LIFE_SUPPLEMENT;
        state->notice = event->paper;
        state->told = DAY_NONE;
    }
    state->reminders++;
    issue(state, PAPER_REMINDER);
    return TRUE;
}

static gboolean step_release(LifeState *state, const LifeEvent *event, GError **error)
{
    const guint late = KEY_OPEN | KEY_LATE;

    for (gsize i = 0; i < event->n_keys; i++) {
        LifeKey *key = find_key(state, event->keys[i]);

        if (key == NULL || (key->flags & (late | KEY_TOLD | KEY_RELEASED)) != late)
            return error_set(error, ERROR_INVALID, "%s: nothing to release", event->keys[i]);
        key->flags |= KEY_RELEASED;
    }
    state->flags |= FLAG_NOT_ONCE;
    return TRUE;
}

static gboolean step_bring(LifeState *state, const LifeEvent *event, GError **error)
{
    if (state->stage == LIFE_ACCEPTED && state->tolerated > 0)
        return error_set(error, ERROR_RULE, "a 容缺 is open: record what was brought for it");
    if (!settle_keys(state, event, error))
        return FALSE;
    state->visits++;
    if (state->stage == LIFE_ACCEPTED)
        return TRUE;
    if (state->stage == LIFE_SUPPLEMENT) {
        if (life_open_keys(state) > 0)
            return TRUE;
        state->completed = state->round = event->day;
        state->told = DAY_NONE;
        close_stops(state, TRUE, event->day);
    }
    back_to_received(state);
    return TRUE;
}

static gboolean step_lapse(LifeState *state, const LifeEvent *event, GError **error)
{
    gboolean terminated = state->rules->item->terminated;
    ClockReading reading;

    if (!life_clock(state, CLOCK_SUPPLEMENT, event->day, event->minute, &reading) ||
        !reading.expired || reading.action != EXPIRY_LAPSED)
        return error_set(error, ERROR_RULE, "the applicant's time is not over");
    end_with(state, LIFE_LAPSED, terminated ? ENDING_TERMINATED : ENDING_ABANDONED, event->day);
    issue(state, PAPER_LAPSE);
    return TRUE;
}

/* ---- ending before acceptance ---- */

static gboolean step_refuse(LifeState *state, const LifeEvent *event, GError **error)
{
    (void)error;
    end_with(state, LIFE_REFUSED, ENDING_REFUSED, event->day);
    issue(state, PAPER_REFUSAL);
    return TRUE;
}

static gboolean step_not_needed(LifeState *state, const LifeEvent *event, GError **error)
{
    (void)error;
    end_with(state, LIFE_NOT_NEEDED, ENDING_NOT_NEEDED, event->day);
    issue(state, PAPER_NOT_NEEDED);
    return TRUE;
}

static gboolean step_return(LifeState *state, const LifeEvent *event, GError **error)
{
    const ProfileKind *kind = profile_kind_by_role(state->rules->profile, KIND_RETURN);
    gint limit;

    if (kind == NULL)
        return error_set(error, ERROR_RULE, "this hall has no 退回件");
    if (state->main_missing)
        return error_set(error, ERROR_RULE,
                         "a missing main material is supplemented (补正), not returned");
    limit = kind->tell_workdays > 0 ? (gint)kind->tell_workdays : RETURN_WORKDAYS;
    if (calendar_workdays(state->rules->calendar, state->round, event->day) > limit)
        return error_set(error, ERROR_RULE, "returned within %d working days or not at all", limit);
    end_with(state, LIFE_RETURNED, ENDING_RETURNED, event->day);
    state->returner = g_intern_string(event->person);
    issue(state, PAPER_RETURN);
    return TRUE;
}

static gboolean step_review(LifeState *state, const LifeEvent *event, GError **error)
{
    if (same_person(state->returner, event->person))
        return error_set(error, ERROR_SECOND_PERSON, "%s returned it", event->person);
    if (state->reviewed)
        return error_set(error, ERROR_RULE, "reviewed (复核) once already");
    state->reviewed = TRUE;
    issue(state, PAPER_REVIEW);
    if (!event->good)
        return TRUE;
    back_to_received(state);
    state->ending = ENDING_NONE;
    state->ended = DAY_NONE;
    state->round = event->day;
    state->flags |= FLAG_OVERTURNED;
    return TRUE;
}

static gboolean step_withdraw(LifeState *state, const LifeEvent *event, GError **error)
{
    (void)error;
    end_with(state, LIFE_WITHDRAWN, ENDING_WITHDRAWN, event->day);
    issue(state, PAPER_WITHDRAWAL);
    return TRUE;
}

/* ---- accepting ---- */

static gboolean take_tolerance(LifeState *state, const LifeEvent *event, GError **error)
{
    const Item *item = state->rules->item;
    ClockReading reading;

    if (!event->tolerate)
        return error_set(error, ERROR_NOT_COMPLETE, "%u defects are open", life_open_keys(state));
    if (!tolerable_slots(state, &state->tolerated, error))
        return FALSE;
    if (state->tolerated > item->tolerate_max)
        return error_set(error, ERROR_RULE, "%u slots 容缺, the item allows %u", state->tolerated,
                         item->tolerate_max);
    if (event->bad_credit)
        return error_set(error, ERROR_RULE, "no 容缺 for an applicant of bad credit");
    if (event->paper_before == 0)
        return error_set(error, ERROR_INVALID, "the signed promise (承诺书) is not in the case");
    if (event->until == DAY_NONE || event->until < event->day)
        return error_set(error, ERROR_INVALID, "until when it may follow is not said");
    if (life_clock(state, CLOCK_TOLERATE, event->day, event->minute, &reading) &&
        reading.law != DAY_NONE && event->until > reading.law)
        return error_set(error, ERROR_RULE, "promised for later than the item allows");
    state->tolerated_until = event->until;
    issue(state, PAPER_TOLERANCE);
    return TRUE;
}

static gboolean step_accept(LifeState *state, const LifeEvent *event, GError **error)
{
    const ProfileKind *kind = life_kind(state);

    if (state->rules->item->second_check && state->second_checker == NULL)
        return error_set(error, ERROR_SECOND_PERSON, "this item is checked twice (复审)");
    state->stage = LIFE_ACCEPTED;
    state->accepted = state->effective = event->day;
    state->accepted_minute = event->minute;
    if (state->completed == DAY_NONE)
        state->completed = state->received;
    if (life_open_keys(state) > 0) {
        if (!take_tolerance(state, event, error))
            return FALSE;
    } else
        issue(state, kind->notice == PAPER_PROMISE ? PAPER_PROMISE : PAPER_ACCEPTANCE);
    if (kind->role == KIND_JOINT)
        issue(state, PAPER_JOINT);
    return TRUE;
}

static gboolean step_silence(LifeState *state, const LifeEvent *event, GError **error)
{
    ClockReading reading;

    if (!life_clock(state, CLOCK_TELL, event->day, event->minute, &reading) || !reading.expired ||
        reading.action != EXPIRY_ACCEPTED)
        return error_set(error, ERROR_RULE, "silence accepts nothing here today");
    if (life_open_keys(state) > 0)
        state->flags |= FLAG_ACCEPTED_LACKING;
    state->stage = LIFE_ACCEPTED;
    state->accepted = event->day;
    state->effective = reading.effective;
    if (state->completed == DAY_NONE)
        state->completed = state->received;
    state->flags |= FLAG_SILENCE;
    issue(state, PAPER_ACCEPTANCE);
    return TRUE;
}

static gboolean step_tolerated(LifeState *state, const LifeEvent *event, GError **error)
{
    if (state->tolerated == 0)
        return error_set(error, ERROR_RULE, "no 容缺 is open");
    if (state->tolerance_over || event->day > state->tolerated_until)
        return error_set(error, ERROR_RULE, "the promised day is past (容缺超期)");
    if (!settle_keys(state, event, error) || !tolerable_slots(state, &state->tolerated, error))
        return FALSE;
    state->visits++;
    return TRUE;
}

static gboolean step_tolerance_over(LifeState *state, const LifeEvent *event, GError **error)
{
    if (state->tolerated == 0 || state->tolerance_over || event->day <= state->tolerated_until)
        return error_set(error, ERROR_RULE, "no 容缺 is overdue");
    state->tolerance_over = TRUE;
    state->flags |= FLAG_TOLERANCE_OVER;
    return TRUE;
}

/* ---- on the way ---- */

static gboolean step_pause(LifeState *state, const LifeEvent *event, GError **error)
{
    const ClockProfile *decide = state->rules->item->clocks[CLOCK_DECIDE];

    if (decide == NULL || !(decide->pauses & (guint)event->pause) ||
        event->pause == PAUSE_SUPPLEMENT)
        return error_set(error, ERROR_RULE, "the item's clock does not stop for that");
    if (!add_stop(state, event->pause, event, event->reference, error))
        return FALSE;
    state->stage = LIFE_PAUSED;
    issue(state, PAPER_SPECIAL);
    return TRUE;
}

static gboolean step_resume(LifeState *state, const LifeEvent *event, GError **error)
{
    (void)error;
    close_stops(state, FALSE, event->day);
    state->stage = LIFE_ACCEPTED;
    return TRUE;
}

static gboolean step_extend(LifeState *state, const LifeEvent *event, GError **error)
{
    const ClockProfile *decide = state->rules->item->clocks[CLOCK_DECIDE];
    ClockReading reading;

    if (decide == NULL || decide->extension == 0)
        return error_set(error, ERROR_RULE, "this item cannot be extended");
    if (state->extended)
        return error_set(error, ERROR_RULE, "extended once already");
    if (life_clock(state, CLOCK_DECIDE, event->day, event->minute, &reading) && reading.unlawful)
        return error_set(error, ERROR_RULE, "the limit is past");
    state->extended = TRUE;
    issue(state, PAPER_EXTENSION);
    return TRUE;
}

static gboolean is_upper(const LifeState *state)
{
    return state->rules->item->upper || role_of(state) == KIND_UPPER;
}

static gboolean step_hand_up(LifeState *state, const LifeEvent *event, GError **error)
{
    if (!is_upper(state))
        return error_set(error, ERROR_RULE, "this item is decided here");
    if (state->handed_up != DAY_NONE)
        return error_set(error, ERROR_RULE, "handed up already");
    if (life_open_keys(state) > 0)
        return error_set(error, ERROR_NOT_COMPLETE, "all materials go up, %u defects are open",
                         life_open_keys(state));
    state->stage = LIFE_HANDED_UP;
    state->handed_up = event->day;
    issue(state, PAPER_HAND_UP);
    return TRUE;
}

static gboolean step_upper_receipt(LifeState *state, const LifeEvent *event, GError **error)
{
    (void)event;
    if (state->upper_receipt)
        return error_set(error, ERROR_RULE, "the upper organ has signed for it already");
    state->upper_receipt = TRUE;
    return TRUE;
}

static gboolean step_upper_reply(LifeState *state, const LifeEvent *event, GError **error)
{
    (void)event;
    if (!state->upper_receipt)
        return error_set(error, ERROR_RULE, "the upper organ has not signed for it");
    state->upper_reply = TRUE;
    state->stage = LIFE_ACCEPTED;
    return TRUE;
}

static guint find_sub(const LifeState *state, const char *department)
{
    for (guint i = 0; i < state->n_subs; i++)
        if (strcmp(state->subs[i].department, department) == 0)
            return i;
    return LIFE_DEPARTMENTS_MAX;
}

static gboolean step_sub_open(LifeState *state, const LifeEvent *event, GError **error)
{
    if (role_of(state) != KIND_JOINT)
        return error_set(error, ERROR_RULE, "not a 联办件");
    if (find_sub(state, event->department) < state->n_subs)
        return error_set(error, ERROR_RULE, "%s has its part already", event->department);
    if (state->n_subs == LIFE_DEPARTMENTS_MAX)
        return error_set(error, ERROR_RULE, "more than %d departments", LIFE_DEPARTMENTS_MAX);
    state->subs[state->n_subs].department = g_intern_string(event->department);
    state->subs[state->n_subs].state = SUB_RUNNING;
    state->n_subs++;
    return TRUE;
}

static gboolean step_sub_close(LifeState *state, const LifeEvent *event, GError **error)
{
    guint i = find_sub(state, event->department);

    if (i >= state->n_subs || state->subs[i].state != SUB_RUNNING)
        return error_set(error, ERROR_RULE, "%s has no open part", event->department);
    state->subs[i].state = event->good ? SUB_AGREED : SUB_DECLINED;
    return TRUE;
}

/* ---- kinds ---- */

static gboolean step_kind(LifeState *state, const LifeEvent *event, GError **error)
{
    const ProfileKind *kind;
    ClockReading reading;

    if (!check_kind(state, event, &kind, error))
        return FALSE;
    if (strcmp(kind->token, state->kind) == 0)
        return error_set(error, ERROR_RULE, "it is a %s already", kind->name);
    if (state->stage == LIFE_ACCEPTED && state->kind_changes_after_acceptance > 0)
        return error_set(error, ERROR_RULE, "the kind changes once after acceptance");
    if (state->n_subs > 0)
        return error_set(error, ERROR_RULE, "departments have their parts in it");
    if (state->stage == LIFE_ACCEPTED) {
        if (life_clock(state, CLOCK_DECIDE, event->day, event->minute, &reading) &&
            (reading.warning > 0 || reading.overdue))
            state->flags |= FLAG_KIND_NEAR_END;
        state->kind_changes_after_acceptance++;
        issue(state, kind->notice);
    }
    state->kind = g_intern_string(kind->token);
    return TRUE;
}

static gboolean step_urgent(LifeState *state, const LifeEvent *event, GError **error)
{
    (void)event;
    if (profile_kind_by_role(state->rules->profile, KIND_URGENT) == NULL)
        return error_set(error, ERROR_RULE, "this hall has no 急办件");
    if (state->urgent)
        return error_set(error, ERROR_RULE, "urgent already");
    state->urgent = TRUE;
    issue(state, PAPER_URGENT);
    return TRUE;
}

static gboolean step_green_start(LifeState *state, const LifeEvent *event, GError **error)
{
    char **scope = state->rules->profile->green_scope;

    if (g_strv_length(scope) == 0)
        return error_set(error, ERROR_RULE, "this hall has no 绿色通道");
    if (state->green != GREEN_NONE)
        return error_set(error, ERROR_RULE, "in the 绿色通道 already");
    if (event->actor != ACTOR_CENTRE && !g_strv_contains((const char *const *)scope, event->reason))
        return error_set(error, ERROR_RULE, "%s: not within the scope of the 绿色通道",
                         event->reason);
    state->green = GREEN_RUNNING;
    issue(state, PAPER_GREEN);
    return TRUE;
}

static gboolean step_green_in(LifeState *state, const LifeEvent *event, GError **error)
{
    if (state->green != GREEN_RUNNING || state->green_window != 0)
        return error_set(error, ERROR_RULE, "the form is not on its way");
    state->green_window = event->window;
    return TRUE;
}

static gboolean step_green_out(LifeState *state, const LifeEvent *event, GError **error)
{
    if (state->green != GREEN_RUNNING || state->green_window != event->window)
        return error_set(error, ERROR_RULE, "the form is not at window %03u", event->window);
    state->green_window = 0;
    return TRUE;
}

static gboolean step_green_collect(LifeState *state, const LifeEvent *event, GError **error)
{
    (void)event;
    if (state->green != GREEN_RUNNING || state->green_window != 0)
        return error_set(error, ERROR_RULE, "the form is at a window or nowhere");
    state->green = GREEN_COLLECTED;
    return TRUE;
}

/* ---- papers in place of materials ---- */

/* Every slot named is one of the item for which `allowed` holds. */
static gboolean check_slots(const LifeState *state, const LifeEvent *event,
                            gboolean (*allowed)(const ItemSlot *slot), GError **error)
{
    for (gsize i = 0; i < event->n_keys; i++) {
        const ItemSlot *slot = item_slot(state->rules->item, code_slot_number(event->keys[i]));

        if (slot == NULL)
            return error_set(error, ERROR_INVALID, "%s: no slot of the item", event->keys[i]);
        if (!allowed(slot))
            return error_set(error, ERROR_RULE, "%s %s: not on the list for that", slot->code,
                             slot->name);
    }
    return TRUE;
}

static gboolean is_promisable(const ItemSlot *slot)
{
    return slot->promisable;
}

static gboolean is_tolerable(const ItemSlot *slot)
{
    return slot->tolerable;
}

static gboolean is_free(const ItemSlot *slot)
{
    return slot->free_by != FREE_NO;
}

static gboolean step_pledge(LifeState *state, const LifeEvent *event, GError **error)
{
    if (!check_slots(state, event, event->tolerate ? is_tolerable : is_promisable, error))
        return FALSE;
    state->pledges++;
    issue(state, event->tolerate ? PAPER_TOLERANCE_PROMISE : PAPER_PLEDGE);
    return TRUE;
}

static gboolean step_verify(LifeState *state, const LifeEvent *event, GError **error)
{
    if (!check_slots(state, event, is_free, error))
        return FALSE;
    state->verifications++;
    issue(state, PAPER_VERIFICATION);
    return TRUE;
}

static gboolean step_entrust(LifeState *state, const LifeEvent *event, GError **error)
{
    (void)event;
    if (!state->rules->profile->entrusted)
        return error_set(error, ERROR_RULE, "this hall receives for itself");
    if (state->entrusted)
        return error_set(error, ERROR_RULE, "handed to the handling hall already");
    state->entrusted = TRUE;
    issue(state, PAPER_HAND_OVER);
    return TRUE;
}

/* ---- deciding and after ---- */

/* Every department of a 联办件 has spoken; to grant, all agreed. */
static gboolean check_subs(const LifeState *state, gboolean grant, GError **error)
{
    const ProfileKind *kind = life_kind(state);
    guint needed = MAX(1, MAX(kind->min_departments, kind->min_windows));

    if (kind->role != KIND_JOINT)
        return TRUE;
    if (state->n_subs < needed)
        return error_set(error, ERROR_RULE, "a 联办件 has at least %u parts", needed);
    for (guint i = 0; i < state->n_subs; i++)
        if (state->subs[i].state == SUB_RUNNING || (grant && state->subs[i].state != SUB_AGREED))
            return error_set(error, ERROR_RULE, "%s has not %s", state->subs[i].department,
                             grant ? "agreed" : "spoken");
    return TRUE;
}

static gboolean check_grant(const LifeState *state, GError **error)
{
    if (state->tolerance_over)
        return error_set(error, ERROR_RULE, "a 容缺 is overdue: 不予 or withdrawn");
    if (life_open_keys(state) > 0)
        return error_set(error, ERROR_NOT_COMPLETE, "%u defects are open", life_open_keys(state));
    if (is_upper(state) && !state->upper_reply)
        return error_set(error, ERROR_RULE, "the upper organ has not replied (批复)");
    return TRUE;
}

static void flag_lateness(LifeState *state, const LifeEvent *event)
{
    ClockReading reading;

    if (!life_clock(state, CLOCK_DECIDE, event->day, event->minute, &reading))
        return;
    state->flags |= reading.overdue ? (guint)FLAG_OVERDUE : 0;
    state->flags |= reading.unlawful ? (guint)FLAG_UNLAWFUL : 0;
}

static gboolean step_decide(LifeState *state, const LifeEvent *event, GError **error)
{
    if (event->actor != ACTOR_DEPARTMENT && event->actor != ACTOR_LEADER &&
        role_of(state) != KIND_INSTANT)
        return error_set(error, ERROR_FORBIDDEN, "only a 即办件 is decided at the window");
    if (!event->good &&
        (!is_given(event->reason) || !is_given(event->law) || !is_given(event->remedy)))
        return error_set(error, ERROR_INVALID, "不予 needs reason, legal basis and remedy");
    if (!check_subs(state, event->good, error) || (event->good && !check_grant(state, error)))
        return FALSE;
    state->stage = LIFE_DECIDED;
    state->ending = event->good ? ENDING_GRANTED : ENDING_DENIED;
    state->decided = event->day;
    state->decided_minute = event->minute;
    flag_lateness(state, event);
    issue(state, event->good ? PAPER_GRANT : PAPER_DENIAL);
    if (event->good && state->rules->item->titles[PAPER_LICENCE] != NULL)
        issue(state, PAPER_LICENCE);
    return TRUE;
}

static gboolean step_deliver(LifeState *state, const LifeEvent *event, GError **error)
{
    (void)error;
    state->stage = LIFE_DELIVERED;
    state->delivered = event->day;
    issue(state, PAPER_DELIVERY);
    return TRUE;
}

static gboolean step_file(LifeState *state, const LifeEvent *event, GError **error)
{
    if (!event->may_file)
        return error_set(error, ERROR_FILING_REFUSED, "the filing rule stands against it");
    if (state->green == GREEN_RUNNING)
        return error_set(error, ERROR_RULE, "the form of the 绿色通道 is not collected");
    state->stage = LIFE_FILED;
    state->filed = event->day;
    state->versions = 1;
    return TRUE;
}

static gboolean step_append(LifeState *state, const LifeEvent *event, GError **error)
{
    (void)event, (void)error;
    state->versions++;
    return TRUE;
}

const LifeStep life_steps[LIFE_EVENTS] = {
    [EVENT_RECEIVE] = step_receive,
    [EVENT_RECEIPT] = step_receipt,
    [EVENT_CORRECT] = step_correct,
    [EVENT_FIRST_CHECK] = step_first_check,
    [EVENT_SECOND_CHECK] = step_second_check,
    [EVENT_SUPPLEMENT] = step_supplement,
    [EVENT_TELL] = step_tell,
    [EVENT_REMIND] = step_remind,
    [EVENT_RELEASE] = step_release,
    [EVENT_BRING] = step_bring,
    [EVENT_LAPSE] = step_lapse,
    [EVENT_REFUSE] = step_refuse,
    [EVENT_NOT_NEEDED] = step_not_needed,
    [EVENT_RETURN] = step_return,
    [EVENT_REVIEW] = step_review,
    [EVENT_ACCEPT] = step_accept,
    [EVENT_SILENCE] = step_silence,
    [EVENT_TOLERATED] = step_tolerated,
    [EVENT_TOLERANCE_OVER] = step_tolerance_over,
    [EVENT_PAUSE] = step_pause,
    [EVENT_RESUME] = step_resume,
    [EVENT_EXTEND] = step_extend,
    [EVENT_HAND_UP] = step_hand_up,
    [EVENT_UPPER_RECEIPT] = step_upper_receipt,
    [EVENT_UPPER_REPLY] = step_upper_reply,
    [EVENT_SUB_OPEN] = step_sub_open,
    [EVENT_SUB_CLOSE] = step_sub_close,
    [EVENT_KIND] = step_kind,
    [EVENT_URGENT] = step_urgent,
    [EVENT_GREEN_START] = step_green_start,
    [EVENT_GREEN_IN] = step_green_in,
    [EVENT_GREEN_OUT] = step_green_out,
    [EVENT_GREEN_COLLECT] = step_green_collect,
    [EVENT_PLEDGE] = step_pledge,
    [EVENT_VERIFY] = step_verify,
    [EVENT_ENTRUST] = step_entrust,
    [EVENT_DECIDE] = step_decide,
    [EVENT_DELIVER] = step_deliver,
    [EVENT_WITHDRAW] = step_withdraw,
    [EVENT_FILE] = step_file,
    [EVENT_APPEND] = step_append,
};
