/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/life_moves.h"

#include <string.h>

static gboolean check_needs(const LifeEvent *event, guint needs, GError **error)
{
    const struct {
        LifeNeed need;
        gboolean given;
        const char *what;
    } all[] = {{NEEDS_REASON, life_given(event->reason), "a reason"},
               {NEEDS_LAW, life_given(event->law), "the legal basis"},
               {NEEDS_REMEDY, life_given(event->remedy), "the remedy (复议, 诉讼)"},
               {NEEDS_ORGAN, life_given(event->organ), "the organ"},
               {NEEDS_PAPER, event->paper != 0, "its paper"},
               {NEEDS_TOLD, event->told != TOLD_NOT, "how the applicant was told"},
               {NEEDS_REFERENCE, life_given(event->reference), "a reference"},
               {NEEDS_DEPARTMENT, life_given(event->department), "the department"},
               {NEEDS_KEYS, event->n_keys > 0, "what it is about"},
               {NEEDS_KIND, life_given(event->kind), "the kind"},
               {NEEDS_WINDOW, event->window > 0 && event->window <= 999, "the window"}};

    for (gsize i = 0; i < G_N_ELEMENTS(all); i++)
        if ((needs & (guint)all[i].need) && !all[i].given)
            return error_set(error, ERROR_INVALID, "%s: %s is not given",
                             life_event_token(event->type), all[i].what);
    return TRUE;
}

static gboolean check_event(const LifeState *state, const LifeEvent *event, GError **error)
{
    const LifeRow *row;

    if ((int)event->type < 0 || event->type >= LIFE_EVENTS)
        return error_set(error, ERROR_INVALID, "no such step");
    row = &life_table[event->type];
    if (!(row->stages & 1u << state->stage))
        return error_set(error, ERROR_WRONG_STATE, "%s: the case is %s (%s)", row->token,
                         life_stage_token(state->stage), life_stage_word(state->stage));
    if (!(row->actors & (guint)event->actor))
        return error_set(error, ERROR_FORBIDDEN, "%s", row->token);
    if (!life_given(event->person))
        return error_set(error, ERROR_INVALID, "%s: who does it is not said", row->token);
    if (event->day == DAY_NONE || (state->last != DAY_NONE && event->day < state->last))
        return error_set(error, ERROR_RULE, "%s: the day lies before the last record", row->token);
    for (gsize i = 0; i < event->n_keys; i++)
        if (!life_given(event->keys[i]))
            return error_set(error, ERROR_INVALID, "%s: an empty key", row->token);
    return check_needs(event, row->needs, error);
}

void life_begin(LifeState *state, const LifeRules *rules)
{
    memset(state, 0, sizeof *state); /* padding too: states are compared as bytes */
    state->rules = rules;
    state->received = state->recorded = state->last = state->round = DAY_NONE;
    state->told = state->completed = state->accepted = state->effective = DAY_NONE;
    state->handed_up = state->decided = state->delivered = state->filed = DAY_NONE;
    state->ended = state->tolerated_until = DAY_NONE;
}

gboolean life_step(const LifeState *state, const LifeEvent *event, LifeState *out, GError **error)
{
    LifeState next;

    if (!check_event(state, event, error))
        return FALSE;
    memcpy(&next, state, sizeof next);
    memset(next.issues, 0, sizeof next.issues);
    next.n_issues = 0;
    next.act = event->type;
    if (!life_steps[event->type](&next, event, error)) {
        g_prefix_error(error, "%s: ", life_event_token(event->type));
        return FALSE;
    }
    next.last = event->day;
    if (event->untrusted_clock)
        next.flags |= FLAG_UNTRUSTED_CLOCK;
    memcpy(out, &next, sizeof next);
    return TRUE;
}
