/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/life_moves.h"

#include "appliance/code/code.h"

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

gboolean life_step_pledge(LifeState *state, const LifeEvent *event, GError **error)
{
    if (!check_slots(state, event, event->tolerate ? is_tolerable : is_promisable, error))
        return FALSE;
    state->pledges++;
    life_issue(state, event->tolerate ? PAPER_TOLERANCE_PROMISE : PAPER_PLEDGE);
    return TRUE;
}

gboolean life_step_verify(LifeState *state, const LifeEvent *event, GError **error)
{
    if (!check_slots(state, event, is_free, error))
        return FALSE;
    state->verifications++;
    life_issue(state, PAPER_VERIFICATION);
    return TRUE;
}

gboolean life_step_entrust(LifeState *state, const LifeEvent *event, GError **error)
{
    (void)event;
    if (!state->rules->profile->entrusted)
        return error_set(error, ERROR_RULE, "this hall receives for itself");
    if (state->entrusted)
        return error_set(error, ERROR_RULE, "handed to the handling hall already");
    state->entrusted = TRUE;
    life_issue(state, PAPER_HAND_OVER);
    return TRUE;
}
