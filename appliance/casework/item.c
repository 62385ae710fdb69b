/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/item.h"

#include "appliance/casework/definition.h"
#include "appliance/casework/number.h"

#include <stdlib.h>
#include <string.h>

static const char *const norms[] = {"text",     "money", "years", "people",  "equipment-count",
                                    "pages",    "month", "date",  "address", "equipment",
                                    "standard", "uscc",  "id",    "org",     "licence",
                                    "phone"};
static const char *const ticks[SLOT_TICKS][2] = {{"original", "已核原件"},
                                                 {"seal", "已盖章"},
                                                 {"signature", "已签字"},
                                                 {"category", "办证类别"},
                                                 {"scope", "经营范围涵盖"}};

static void slot_free(gpointer data)
{
    ItemSlot *slot = data;

    g_free(slot->code);
    g_free(slot->name);
    g_free(slot->when);
    g_free(slot->issuer_name);
    g_free(slot->free_type);
    g_strfreev(slot->points);
    g_free(slot->bring);
    g_free(slot->sample);
    g_free(slot->form);
    g_free(slot->law);
    g_free(slot);
}

static void question_free(gpointer data)
{
    ItemQuestion *question = data;

    g_free(question->code);
    g_free(question->text);
    g_free(question->text_en);
    g_free(question);
}

static void field_free(gpointer data)
{
    ItemField *field = data;

    g_free(field->code);
    g_free(field->name);
    g_strfreev(field->names);
    g_free(field);
}

static void pair_free(gpointer data)
{
    ItemPair *pair = data;

    g_free(pair->left);
    g_free(pair->right);
    g_free(pair->switches);
    g_free(pair);
}

static void step_free(gpointer data)
{
    ItemStep *step = data;

    g_free(step->code);
    g_free(step->name);
    g_free(step->department);
    g_free(step);
}

Item *item_new(void)
{
    Item *item = g_new0(Item, 1);

    item->slots = g_ptr_array_new_with_free_func(slot_free);
    item->questions = g_ptr_array_new_with_free_func(question_free);
    item->fields = g_ptr_array_new_with_free_func(field_free);
    item->pairs = g_ptr_array_new_with_free_func(pair_free);
    item->steps = g_ptr_array_new_with_free_func(step_free);
    return item;
}

void item_free(Item *item)
{
    char **texts[] = {&item->code,
                      &item->name,
                      &item->short_name,
                      &item->department,
                      &item->national_code,
                      &item->nature,
                      &item->kind,
                      &item->fee,
                      &item->order,
                      &item->retention_granted,
                      &item->retention_other,
                      &item->archive_class};

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(*texts[i]);
    g_strfreev(item->joint);
    g_strfreev(item->channels);
    g_strfreev(item->law);
    g_ptr_array_unref(item->slots);
    g_ptr_array_unref(item->questions);
    g_ptr_array_unref(item->fields);
    g_ptr_array_unref(item->pairs);
    g_ptr_array_unref(item->steps);
    for (int i = 0; i < CLOCK_PURPOSES; i++)
        g_clear_pointer(&item->clocks[i], clock_profile_free);
    for (int i = 0; i < PAPER_COUNT; i++)
        g_free(item->titles[i]);
    g_free(item);
}

const ItemSlot *item_slot(const Item *item, guint32 slot)
{
    for (guint i = 0; i < item->slots->len; i++) {
        const ItemSlot *one = g_ptr_array_index(item->slots, i);

        if (one->slot == slot)
            return one;
    }
    return NULL;
}

const ItemField *item_field(const Item *item, const char *code)
{
    for (guint i = 0; i < item->fields->len; i++) {
        const ItemField *field = g_ptr_array_index(item->fields, i);

        if (strcmp(field->code, code) == 0)
            return field;
    }
    return NULL;
}

gboolean item_asks(const Item *item, const char *question)
{
    for (guint i = 0; i < item->questions->len; i++)
        if (strcmp(((const ItemQuestion *)g_ptr_array_index(item->questions, i))->code, question) ==
            0)
            return TRUE;
    return FALSE;
}

static gboolean in_force(const Item *item, Day day)
{
    return item->from <= day && (item->to == DAY_NONE || day <= item->to);
}

const Item *items_on(const GPtrArray *items, const char *code, Day day)
{
    for (guint i = 0; i < items->len; i++) {
        const Item *item = g_ptr_array_index(items, i);

        if (strcmp(item->code, code) == 0 && in_force(item, day))
            return item;
    }
    return NULL;
}

gboolean items_check(const GPtrArray *items, GError **error)
{
    for (guint i = 0; i < items->len; i++)
        for (guint k = 0; k < i; k++) {
            const Item *a = g_ptr_array_index(items, i), *b = g_ptr_array_index(items, k);
            g_autofree char *day = NULL;

            if (strcmp(a->code, b->code) != 0 || !(in_force(a, b->from) || in_force(b, a->from)))
                continue;
            day = day_format(MAX(a->from, b->from));
            return error_set(error, ERROR_DEFINITION, "item %s: two versions in force on %s",
                             a->code, day);
        }
    return TRUE;
}

const char *field_norm_token(FieldNorm norm)
{
    return norms[norm];
}

FieldNorm field_norm_parse(const char *token)
{
    for (guint norm = 0; token != NULL && norm < NORMS; norm++)
        if (strcmp(norms[norm], token) == 0)
            return (FieldNorm)norm;
    return NORM_TEXT;
}

static guint tick_bit(SlotTick tick)
{
    guint bit = 0;

    while (bit + 1 < SLOT_TICKS && !((guint)tick & 1u << bit))
        bit++;
    return bit;
}

const char *slot_tick_token(SlotTick tick)
{
    return ticks[tick_bit(tick)][0];
}

const char *slot_tick_name(SlotTick tick)
{
    return ticks[tick_bit(tick)][1];
}

guint slot_tick_parse(const char *token)
{
    for (guint bit = 0; bit < SLOT_TICKS; bit++)
        if (strcmp(ticks[bit][0], token) == 0)
            return 1u << bit;
    return 0;
}
