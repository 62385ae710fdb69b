/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/appliance/casework/lives.h"

#include "appliance/casework/item_load.h"

Lives *lives_new(const char *profile)
{
    Lives *lives = g_new0(Lives, 1);

    lives->items = items_shipped(NULL);
    lives->calendar = calendar_shipped();
    lives->profile = profile_shipped(profile, NULL);
    return lives;
}

void lives_free(Lives *lives)
{
    g_ptr_array_unref(lives->items);
    calendar_free(lives->calendar);
    profile_free(lives->profile);
    g_free(lives);
}

static void act(LifeState *state, LifeEventType type, Day day, const char *kind)
{
    static const char *const key = "A01/unsigned";
    guint bit = 0;
    LifeEvent event;
    GError *error = NULL;

    while (!(life_event_actors(type) & 1u << bit))
        bit++;
    event = (LifeEvent){.type = type,
                        .actor = (LifeActor)(1u << bit),
                        .person = type == EVENT_SECOND_CHECK ? "李" : "王",
                        .second_person = "李",
                        .window = 3,
                        .day = day,
                        .minute = 600,
                        .reason = "理由",
                        .received = LIVES_MONDAY,
                        .kind = kind,
                        .keys = &key,
                        .n_keys = type == EVENT_FIRST_CHECK && kind == NULL,
                        .paper = 9,
                        .told = TOLD_SIGNED,
                        .reference = "ref",
                        .law = "法",
                        .remedy = "复议",
                        .organ = "局",
                        .good = TRUE,
                        .may_file = TRUE};
    if (type == EVENT_DECIDE)
        event.actor = ACTOR_LEADER;
    if (!life_step(state, &event, state, &error))
        fail_msg("%s: %s", life_event_token(type), error->message);
}

static void check_and_accept(LifeState *state, const LifePlan *plan, Day day)
{
    if (plan->silent) {
        act(state, EVENT_SILENCE, LIVES_MONDAY + 8, plan->kind);
        return;
    }
    act(state, EVENT_FIRST_CHECK, day, plan->kind);
    if (state->rules->item->second_check)
        act(state, EVENT_SECOND_CHECK, day, plan->kind);
    act(state, EVENT_ACCEPT, day, plan->kind);
}

void lives_live(Lives *lives, const LifePlan *plan, LifeState *state)
{
    LifeRules *rules = &lives->rules[lives->n_rules++ % G_N_ELEMENTS(lives->rules)];
    Day day = LIVES_MONDAY + plan->late;

    *rules = (LifeRules){items_on(lives->items, plan->item, LIVES_MONDAY), lives->profile,
                         lives->calendar, NULL};
    life_begin(state, rules);
    act(state, EVENT_RECEIVE, day, plan->kind);
    if (!plan->no_receipt)
        act(state, EVENT_RECEIPT, day, plan->kind);
    if (plan->stage == LIFE_REFUSED)
        act(state, EVENT_REFUSE, day, plan->kind);
    else if (plan->stage == LIFE_RETURNED)
        act(state, EVENT_RETURN, day, plan->kind);
    else if (plan->stage == LIFE_SUPPLEMENT) {
        act(state, EVENT_FIRST_CHECK, day, NULL);
        act(state, EVENT_SUPPLEMENT, day, plan->kind);
    } else if (plan->stage >= LIFE_ACCEPTED)
        check_and_accept(state, plan, day);
    day = MAX(state->last, LIVES_MONDAY + (Day)plan->days);
    if (plan->stage == LIFE_DELIVERED || plan->stage == LIFE_FILED) {
        act(state, EVENT_DECIDE, day, plan->kind);
        act(state, EVENT_DELIVER, day, plan->kind);
    }
    if (plan->stage == LIFE_FILED)
        act(state, EVENT_FILE, day, plan->kind);
}
