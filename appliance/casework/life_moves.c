/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/life_moves.h"

#include "appliance/base/text.h"
#include "appliance/code/code.h"

#include <string.h>

gboolean life_given(const char *text)
{
    return text != NULL && *text != '\0';
}

gboolean life_same_person(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

void life_issue(LifeState *state, PaperKind kind)
{
    if (kind != PAPER_NONE && state->n_issues < LIFE_PAPERS_MAX)
        state->issues[state->n_issues++] = kind;
}

KindRole life_role(const LifeState *state)
{
    const ProfileKind *kind = life_kind(state);

    return kind == NULL ? KIND_PLAIN : kind->role;
}

/* ---- keys ---- */

LifeKey *life_find_key(LifeState *state, const char *key)
{
    for (guint i = 0; i < state->n_keys; i++)
        if (strcmp(state->keys[i].key, key) == 0)
            return &state->keys[i];
    return NULL;
}

guint life_count_keys(const LifeState *state, guint with, guint without)
{
    guint n = 0;

    for (guint i = 0; i < state->n_keys; i++)
        n += (state->keys[i].flags & with) == with && !(state->keys[i].flags & without);
    return n;
}

guint life_open_keys(const LifeState *state)
{
    return life_count_keys(state, KEY_OPEN, 0);
}

guint life_untold_keys(const LifeState *state)
{
    return life_count_keys(state, KEY_OPEN, KEY_TOLD);
}

gboolean life_add_key(LifeState *state, const char *key, guint flags, GError **error)
{
    if (state->n_keys == LIFE_KEYS_MAX)
        return error_set(error, ERROR_RULE, "more than %d defects", LIFE_KEYS_MAX);
    state->keys[state->n_keys].key = text_intern(key);
    state->keys[state->n_keys].flags = flags;
    state->n_keys++;
    return TRUE;
}

/* Settle the keys of the event; each must be open. */
gboolean life_settle_keys(LifeState *state, const LifeEvent *event, GError **error)
{
    for (gsize i = 0; i < event->n_keys; i++) {
        LifeKey *key = life_find_key(state, event->keys[i]);

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
gboolean life_tolerable_slots(const LifeState *state, guint *n_slots, GError **error)
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

void life_back_to_received(LifeState *state)
{
    state->stage = LIFE_RECEIVED;
    state->first_checker = state->second_checker = NULL;
}

void life_end_with(LifeState *state, LifeStage stage, LifeEnding ending, Day day)
{
    state->stage = stage;
    state->ending = ending;
    state->ended = day;
}

gboolean life_add_stop(LifeState *state, ClockPause reason, const LifeEvent *event,
                       const char *notice, GError **error)
{
    ClockStop *stop = &state->stops[state->n_stops];

    if (state->n_stops == LIFE_STOPS_MAX)
        return error_set(error, ERROR_RULE, "stopped %d times already", LIFE_STOPS_MAX);
    stop->from = event->day;
    stop->to = DAY_NONE;
    stop->reason = reason;
    stop->notice = text_intern(notice);
    state->n_stops++;
    return TRUE;
}

/* End open stops: those of a supplement, or the others. */
void life_close_stops(LifeState *state, gboolean supplement, Day day)
{
    for (guint i = 0; i < state->n_stops; i++)
        if (state->stops[i].to == DAY_NONE &&
            (state->stops[i].reason == PAUSE_SUPPLEMENT) == supplement)
            state->stops[i].to = day;
}
