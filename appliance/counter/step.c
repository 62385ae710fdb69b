/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/step.h"

#include "appliance/counter/event_json.h"
#include "storage/secrets.h"

#include <string.h>

/* ── the state: all steps again ──────────────────────────────────────────────────────────── */

static gboolean take_again(const json_t *row, CaseLife *life, GError **error)
{
    const char *secret_text = json_text(row, "secret");
    g_autoptr(json_t) fields = json_loads(json_text(row, "detail"), 0, NULL);
    g_autoptr(json_t) secret = secret_text != NULL ? json_loads(secret_text, 0, NULL) : NULL;
    g_auto(EventRead) read = {0};

    if (!event_from_json(fields, secret, &read, error) ||
        !life_step(&life->state, &read.event, &life->state, error)) {
        g_prefix_error(error, "record %" G_GINT64_FORMAT ": ", json_int(row, "seq", -1));
        return FALSE;
    }
    return TRUE;
}

static gboolean load_rules(House *house, Catalog *catalog, const char *number, CaseLife *life,
                           GError **error)
{
    g_autoptr(json_t) row = case_row(catalog, number, error);

    if (row == NULL)
        return FALSE;
    life->rules.item = case_item(house, row, error);
    life->rules.profile = life->rules.item != NULL ? house_profile(house, catalog, error) : NULL;
    life->rules.calendar =
        life->rules.profile != NULL ? house_calendar(house, catalog, error) : NULL;
    return life->rules.calendar != NULL;
}

gboolean case_life(House *house, Catalog *catalog, const char *number, CaseLife *life,
                   GError **error)
{
    g_autoptr(json_t) rows = NULL;
    gsize i;
    json_t *row;

    *life = (CaseLife){0};
    if (!load_rules(house, catalog, number, life, error))
        return FALSE;
    rows = catalog_steps(catalog, number, error);
    if (rows == NULL)
        return FALSE;
    life_begin(&life->state, &life->rules);
    json_array_foreach(rows, i, row)
    {
        if (!take_again(row, life, error))
            return FALSE;
    }
    return TRUE;
}

/* ── taking a step ───────────────────────────────────────────────────────────────────────── */

static void set_day(json_t *set, const char *column, Day day)
{
    g_autofree char *text = NULL;

    if (day == DAY_NONE || day == 0)
        return;
    text = day_format(day);
    json_object_set_new(set, column, json_string(text));
}

/* What lookups list of a state. */
static json_t *columns_of(const LifeState *state)
{
    json_t *set = json_object();

    json_object_set_new(set, "kind", json_string(state->kind));
    set_day(set, "accepted_at", state->effective);
    set_day(set, "decided_at", state->decided);
    set_day(set, "ended_at", state->ended);
    if (state->ending != ENDING_NONE)
        json_object_set_new(set, "decision", json_string(life_ending_token(state->ending)));
    return set;
}

static json_t *step_body(StoreTxn *txn, const char *number, const LifeEvent *event,
                         const LifeState *after)
{
    g_autoptr(json_t) secret = json_object();
    json_t *body = event_to_json(event, secret);

    json_object_set_new(body, "state", json_string(life_stage_token(after->stage)));
    json_object_set_new(body, "set", columns_of(after));
    if (json_object_size(secret) > 0) {
        g_autofree char *path = secrets_case_path(number);
        g_autofree char *commitment = txn_secret(txn, path, secret);

        json_object_set_new(body, "secret", json_string(commitment));
    }
    return body;
}

/* A step being taken inside a command, or (`txn` NULL) only tried: judged, and nothing recorded. */
typedef struct {
    StoreTxn *txn;
    Catalog *catalog;
    gint64 now_us;
    House *house;
    const StoreActor *actor;
    const char *number;
    CaseLife *life;
} Step;

static gboolean note_slot(const Step *step, const char *slot, const char *what, const char *value,
                          GError **error)
{
    return txn_append(step->txn, "slot", step->number,
                      json_pack("{s:s, s:s, s:s}", "slot", slot, "what", what, "value", value),
                      error);
}

/* What the paper of the step stands in for, slot by slot, as the check reads it. */
static gboolean note_stand_ins(const Step *step, const LifeEvent *event, GError **error)
{
    g_autofree char *paper = g_strdup_printf("%u", event->paper);
    g_autofree char *until = event->until != DAY_NONE ? day_format(event->until) : NULL;
    g_autofree char *today = day_format(event->day);
    gboolean ok = TRUE;

    for (gsize i = 0; ok && i < event->n_keys; i++) {
        const char *slot = event->keys[i];

        if (event->type == EVENT_VERIFY)
            ok = note_slot(step, slot, "exempt", event->reference, error) &&
                 note_slot(step, slot, "exempt-sheet", paper, error) &&
                 note_slot(step, slot, "exempt-day", today, error);
        else if (!event->tolerate)
            ok = note_slot(step, slot, "promised", paper, error);
        else if (until != NULL)
            ok = note_slot(step, slot, "later", until, error);
    }
    return ok;
}

static gboolean record_step(const Step *step, const LifeEvent *event, GError **error)
{
    LifeState after;

    if (!life_step(&step->life->state, event, &after, error))
        return FALSE;
    step->life->state = after;
    if (step->txn == NULL)
        return TRUE;
    return txn_append(step->txn, "case.step", step->number,
                      step_body(step->txn, step->number, event, &after), error) &&
           ((event->type != EVENT_PLEDGE && event->type != EVENT_VERIFY) ||
            note_stand_ins(step, event, error));
}

/* The window in a case number: behind region 6, hall 3 and date 6. */
#define CASE_WINDOW_AT 15

/* At which window: the station's, or the one that received the case. */
static guint window_of(const StoreActor *actor, const char *number)
{
    g_autofree char *digits = NULL;

    if (g_str_has_prefix(actor->station, "window:"))
        return (guint)g_ascii_strtoull(actor->station + strlen("window:"), NULL, 10);
    digits = g_strndup(number + CASE_WINDOW_AT, 3);
    return (guint)g_ascii_strtoull(digits, NULL, 10);
}

/* Who, where and when: from the actor and the record's own instant. */
static LifeEvent stamped(const Step *step, const LifeEvent *event)
{
    const StoreActor *actor = step->actor;
    Day last = step->life->state.last;
    LifeEvent stamped_event = *event;

    if (stamped_event.person == NULL)
        stamped_event.person = actor->actor;
    if (stamped_event.window == 0)
        stamped_event.window = window_of(actor, step->number);
    /* How far the machine's clock is believed stands in every record of the journal; here it only
     * may not go back. An appliance without a network is never synced, and its days still pass. */
    stamped_event.day = clock_casework_day(day_of_instant(step->now_us, HOUSE_OFFSET_S), TRUE, last,
                                           &stamped_event.untrusted_clock);
    stamped_event.minute = day_minute_of_instant(step->now_us, HOUSE_OFFSET_S);
    if (stamped_event.until == 0)
        stamped_event.until = DAY_NONE;
    if (stamped_event.received == 0) {
        stamped_event.received = stamped_event.day;
        stamped_event.received_minute = stamped_event.minute;
    }
    return stamped_event;
}

static gboolean has_key(const CheckKeys *keys, const char *key)
{
    return g_ptr_array_find_with_equal_func(keys->keys, key, g_str_equal, NULL);
}

/* 补齐 names what was told and is found no more. */
static GPtrArray *settled_keys(const LifeState *state, const CheckKeys *found)
{
    GPtrArray *settled = g_ptr_array_new();

    for (guint i = 0; i < state->n_keys; i++)
        if ((state->keys[i].flags & KEY_OPEN) != 0 && !has_key(found, state->keys[i].key))
            g_ptr_array_add(settled, (char *)state->keys[i].key);
    return settled;
}

static gboolean is_bringing(LifeEventType type)
{
    return type == EVENT_BRING || type == EVENT_TOLERATED;
}

/* 初审 carries what the check finds at this moment, 补齐 what it finds no more. */
static gboolean step_with_check(const Step *step, LifeEventType type, GError **error)
{
    g_autoptr(CheckKeys) keys = completeness_keys(step->house, step->catalog, step->number,
                                                  step->life->state.notice, error);
    g_autoptr(GPtrArray) settled = keys != NULL ? settled_keys(&step->life->state, keys) : NULL;
    LifeEvent event = {.type = type, .actor = ACTOR_CLERK};
    const GPtrArray *told = is_bringing(type) ? settled : keys != NULL ? keys->keys : NULL;

    if (keys == NULL)
        return FALSE;
    if (is_bringing(type) && told->len == 0)
        return error_set(error, ERROR_NOT_COMPLETE, "nothing of what was asked for has come in");
    event.keys = (const char *const *)told->pdata;
    event.fresh = is_bringing(type) ? NULL : (const gboolean *)(void *)keys->fresh->data;
    event.n_keys = told->len;
    event.persons_open = keys->persons_open;
    event.main_missing = keys->main_missing;
    event = stamped(step, &event);
    return record_step(step, &event, error);
}

static gboolean needs_check_first(LifeEventType type)
{
    return type == EVENT_ACCEPT || type == EVENT_SUPPLEMENT || type == EVENT_REFUSE ||
           type == EVENT_NOT_NEEDED || type == EVENT_RETURN;
}

/* The way to the step that needs no decision of its own. */
static gboolean lead_there(const Step *step, LifeEventType type, GError **error)
{
    if (!needs_check_first(type))
        return TRUE;
    if (step->life->state.stage == LIFE_SUPPLEMENT && type == EVENT_ACCEPT) {
        if (!step_with_check(step, EVENT_BRING, error))
            return FALSE;
        if (step->life->state.stage == LIFE_SUPPLEMENT)
            return error_set(error, ERROR_NOT_COMPLETE, "%u of what was asked for is still open",
                             life_open_keys(&step->life->state));
    }
    return step->life->state.stage != LIFE_RECEIVED ||
           step_with_check(step, EVENT_FIRST_CHECK, error);
}

static gboolean open_part(const Step *step, const char *department, GError **error)
{
    LifeEvent event = {.type = EVENT_SUB_OPEN, .actor = ACTOR_CLERK, .department = department};

    event = stamped(step, &event);
    return house_department(step->house, step->catalog, department, error) != NULL &&
           record_step(step, &event, error);
}

/* The responsible window calls in the departments of a 联办件 as soon as it is accepted. */
static gboolean lead_on(const Step *step, const LifeEvent *event, GError **error)
{
    const ProfileKind *kind = life_kind(&step->life->state);
    const char *const *own = (const char *const *)step->life->rules.item->joint;
    gsize n = event->n_keys > 0 ? event->n_keys : g_strv_length((char **)own);

    if (step->txn == NULL || event->type != EVENT_ACCEPT || kind->role != KIND_JOINT)
        return TRUE;
    for (gsize i = 0; i < n; i++)
        if (!open_part(step, event->n_keys > 0 ? event->keys[i] : own[i], error))
            return FALSE;
    return TRUE;
}

static gboolean take_step(const Step *step, const LifeEvent *event, GError **error)
{
    LifeEvent taken;

    if (!case_life(step->house, step->catalog, step->number, step->life, error))
        return FALSE;
    taken = stamped(step, event);
    if (event->type == EVENT_BRING && step->life->state.tolerated > 0)
        return step_with_check(step, EVENT_TOLERATED, error);
    if (is_bringing(event->type) || event->type == EVENT_FIRST_CHECK)
        return step_with_check(step, event->type, error);
    return lead_there(step, event->type, error) && record_step(step, &taken, error) &&
           lead_on(step, &taken, error);
}

gboolean case_step_in(StoreTxn *txn, House *house, const StoreActor *actor, const char *number,
                      const LifeEvent *event, CaseLife *after, GError **error)
{
    Step step = {txn, txn_catalog(txn), txn_now_us(txn), house, actor, number, after};

    return take_step(&step, event, error);
}

gboolean case_step_try(House *house, Catalog *catalog, const StoreActor *actor, const char *number,
                       const LifeEvent *event, CaseLife *after, GError **error)
{
    gint64 now_us = clock_now_us(store_clock(house_store(house)));
    Step step = {NULL, catalog, now_us, house, actor, number, after};

    return take_step(&step, event, error);
}

typedef struct {
    House *house;
    const StoreActor *actor;
    const char *number;
    const LifeEvent *event;
    CaseLife *after;
} StepCommand;

static gboolean step_command(StoreTxn *txn, void *data, GError **error)
{
    const StepCommand *command = data;

    return case_step_in(txn, command->house, command->actor, command->number, command->event,
                        command->after, error);
}

gboolean case_step(House *house, const StoreActor *actor, const char *number,
                   const LifeEvent *event, CaseLife *after, GError **error)
{
    StepCommand command = {house, actor, number, event, after};

    return store_write(house_store(house), actor, step_command, &command, error);
}

/* ── as JSON ─────────────────────────────────────────────────────────────────────────────── */

static void put_day(json_t *object, const char *key, Day day)
{
    g_autofree char *text = day != DAY_NONE && day != 0 ? day_format(day) : NULL;

    json_object_set_new(object, key, text != NULL ? json_string(text) : json_null());
}

static json_t *clock_json(const CaseLife *life, ClockPurpose purpose, Day today, guint minute)
{
    ClockReading reading;
    json_t *clock;

    if (!life_clock(&life->state, purpose, today, minute, &reading))
        return json_null();
    clock = json_pack("{s:s, s:s, s:i, s:b, s:b}", "lamp", lamp_token(reading.lamp), "symbol",
                      lamp_symbol(reading.lamp), "left", reading.left, "overdue", reading.overdue,
                      "estimated", reading.estimated);
    put_day(clock, "promised", reading.promised);
    put_day(clock, "law", reading.law);
    return clock;
}

static json_t *flags_json(const LifeState *state)
{
    json_t *flags = json_array();

    for (guint i = 0; i < LIFE_FLAGS; i++)
        if (state->flags & 1u << i)
            json_array_append_new(flags, json_string(life_flag_token((LifeFlag)(1u << i))));
    return flags;
}

/* The parts of a 联办件 by department. */
static json_t *parts_json(const LifeState *state)
{
    static const char *const words[] = {"none", "running", "agreed", "declined"};
    json_t *parts = json_array();

    for (guint i = 0; i < state->n_subs; i++)
        json_array_append_new(parts,
                              json_pack("{s:s, s:s}", "department", state->subs[i].department,
                                        "state", words[state->subs[i].state]));
    return parts;
}

/* Where the travelling form is; null outside of the 绿色通道. */
static json_t *green_json(const LifeState *state)
{
    if (state->green == GREEN_NONE)
        return json_null();
    return json_pack("{s:b, s:i}", "collected", state->green == GREEN_COLLECTED, "window",
                     (int)state->green_window);
}

json_t *case_life_json(const CaseLife *life, Day today, guint minute)
{
    static const char *const names[CLOCK_PURPOSES] = {"tell", "supplement", "decide", "deliver",
                                                      "tolerate"};
    const LifeState *state = &life->state;
    int waiting = life_waiting_clock(state);
    json_t *clocks = json_object();
    json_t *object = json_pack(
        "{s:s, s:s, s:s, s:s, s:i, s:i, s:i}", "stage", life_stage_token(state->stage), "word",
        life_stage_word(state->stage), "ending", life_ending_token(state->ending), "kind",
        state->kind != NULL ? state->kind : "", "open", (int)life_open_keys(state), "visits",
        (int)state->visits, "notices", (int)state->notices);

    for (int i = 0; i < CLOCK_PURPOSES; i++)
        json_object_set_new(clocks, names[i], clock_json(life, (ClockPurpose)i, today, minute));
    json_object_set_new(object, "clocks", clocks);
    json_object_set_new(object, "waits_for",
                        waiting >= 0 ? json_string(names[waiting]) : json_null());
    json_object_set_new(object, "flags", flags_json(state));
    json_object_set_new(object, "departments", parts_json(state));
    json_object_set_new(object, "green", green_json(state));
    json_object_set_new(object, "urgent", json_boolean(state->urgent));
    json_object_set_new(object, "tolerated", json_integer(state->tolerated));
    put_day(object, "tolerated_until", state->tolerated_until);
    put_day(object, "received", state->received);
    put_day(object, "told", state->told);
    put_day(object, "completed", state->completed);
    put_day(object, "accepted", state->effective);
    put_day(object, "decided", state->decided);
    put_day(object, "delivered", state->delivered);
    return object;
}
