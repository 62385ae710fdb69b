/* SPDX-License-Identifier: Apache-2.0
 *
 * A check as the document describes it: every slot, what is wrong with it and what a person ticks.
 */
#include "ui/api/show.h"

#include <string.h>

static const char *either(const Call *call, const char *zh, const char *en)
{
    const char *text = call_words(call, zh, en);

    return text != NULL ? text : "";
}

static json_t *show_defects(Call *call, const SlotResult *slot)
{
    json_t *list = json_array();

    for (guint i = 0; i < slot->defects->len; i++) {
        const Defect *defect = g_ptr_array_index(slot->defects, i);
        const char *bring = either(call, defect->bring, defect->bring_en);
        g_autofree char *text =
            g_strdup_printf("%s%s%s", either(call, defect->text, defect->text_en),
                            *bring != '\0' ? call_words(call, "；", "; ") : "", bring);

        json_array_append_new(
            list, json_pack("{s:s, s:s, s:s}", "token", defect_code_token(defect->code), "code",
                            defect_code_word(defect->code, call->lang), "text", text));
    }
    return list;
}

static const char *tick_label(const Call *call, SlotTick tick)
{
    static const char *const english[] = {"original seen", "sealed", "signed", "category right",
                                          "scope covers it"};

    for (guint i = 0; i < SLOT_TICKS; i++)
        if (tick == 1u << i)
            return call_words(call, slot_tick_name(tick), english[i]);
    return "";
}

static json_t *show_ticks(Call *call, const SlotResult *slot)
{
    json_t *list = json_array();

    for (guint i = 0; i < SLOT_TICKS; i++) {
        SlotTick tick = (SlotTick)(1u << i);

        if ((slot->slot->ticks & tick) != 0)
            json_array_append_new(list,
                                  json_pack("{s:s, s:s, s:b}", "tick", slot_tick_token(tick),
                                            "label", tick_label(call, tick), "done",
                                            slot->documents > 0 && (slot->open_ticks & tick) == 0));
    }
    return list;
}

static const char *need_token(const ItemSlot *slot)
{
    static const char *const needs[] = {"required", "optional", "conditional"};

    return needs[slot->need];
}

/* The date that the slot's papers must carry and nobody has entered; NULL: none. */
static const char *date_wanted(const SlotResult *slot, json_t *notes)
{
    const char *what = slot->slot->valid == VALID_MAX_AGE ? "issued" : "expires";

    if (slot->slot->valid == VALID_ALWAYS || slot->documents == 0 ||
        *call_said(notes, slot->slot->code, what) != '\0')
        return NULL;
    return what;
}

static json_t *show_line(Call *call, const SlotResult *slot, json_t *notes)
{
    return json_pack("{s:s, s:s, s:s, s:b, s:s, s:b, s:i, s:i, s:s, s:o, s:o, s:s?, s:i, s:i}",
                     "code", slot->slot->code, "name", slot->slot->name, "state",
                     slot_state_token(slot->state), "main", slot->slot->role == ROLE_MAIN, "need",
                     need_token(slot->slot), "promisable", slot->slot->promisable, "pages",
                     (int)slot->pages, "documents", (int)slot->documents, "detail",
                     either(call, slot->why, slot->why_en), "defects", show_defects(call, slot),
                     "ticks", show_ticks(call, slot), "date", date_wanted(slot, notes), "originals",
                     (int)slot->slot->originals, "copies", (int)slot->slot->copies);
}

guint show_missing(const Check *check)
{
    return check->states[SLOT_MISSING] + check->states[SLOT_WRONG];
}

json_t *show_check_of(Call *call, const char *number, const Check *check, json_t *notes)
{
    json_t *slots = json_array();

    for (guint i = 0; i < check->slots->len; i++)
        json_array_append_new(slots, show_line(call, g_ptr_array_index(check->slots, i), notes));
    return json_pack("{s:s, s:b, s:i, s:i, s:o}", "number", number, "complete", check->complete,
                     "missing", (int)show_missing(check), "persons",
                     (int)check->states[SLOT_PERSON], "slots", slots);
}

json_t *show_check(Call *call, const char *number, GError **error)
{
    g_autoptr(Check) check = completeness_check(call->api->house, call->reader, number, error);
    g_autoptr(json_t) notes = check != NULL ? catalog_slots(call->reader, number, error) : NULL;

    return notes != NULL ? show_check_of(call, number, check, notes) : NULL;
}
