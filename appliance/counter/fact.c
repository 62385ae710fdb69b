/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/fact.h"

#include "appliance/base/text.h"
#include "appliance/counter/side.h"

#include <string.h>

#define COUNT_DIGITS_MAX 4

static gboolean is_yes_or_no(const char *value)
{
    return strcmp(value, "yes") == 0 || strcmp(value, "no") == 0;
}

static gboolean is_count(const char *value)
{
    return text_is_digits(value) && strlen(value) <= COUNT_DIGITS_MAX;
}

static gboolean is_date(const char *value)
{
    Day day;

    return day_parse(value, &day);
}

static gboolean is_date_or_for_ever(const char *value)
{
    return is_date(value) || strcmp(value, "长期") == 0;
}

static gboolean is_words(const char *value)
{
    g_autofree char *words = g_strstrip(g_strdup(value));

    return *words != '\0';
}

/* What may be said of a slot, and the values it takes. */
static const struct {
    const char *what;
    gboolean (*takes)(const char *value);
} slot_facts[] = {
    {"copies", is_count},         {"originals", is_count},    {"declared-pages", is_count},
    {"promised", is_count},       {"exempt-sheet", is_count}, {"issued", is_date},
    {"later", is_date},           {"exempt-day", is_date},    {"expires", is_date_or_for_ever},
    {"placeholder", is_words},    {"exempt", is_words},       {"wrong-size", is_yes_or_no},
    {"thumbprint", is_yes_or_no},
};

/* An empty value takes back what was said. */
static gboolean is_taken_back(const char *value)
{
    return *value == '\0';
}

static gboolean takes_slot_fact(const char *what, const char *value)
{
    if (g_str_has_prefix(what, "tick:"))
        return slot_tick_parse(what + strlen("tick:")) != 0 &&
               (is_taken_back(value) || is_yes_or_no(value));
    for (gsize i = 0; i < G_N_ELEMENTS(slot_facts); i++)
        if (strcmp(slot_facts[i].what, what) == 0)
            return is_taken_back(value) || slot_facts[i].takes(value);
    return FALSE;
}

static gboolean has_question(const Item *item, const char *code)
{
    for (guint i = 0; i < item->questions->len; i++)
        if (strcmp(((const ItemQuestion *)g_ptr_array_index(item->questions, i))->code, code) == 0)
            return TRUE;
    return FALSE;
}

/* What may be said of the case as a whole. */
static gboolean takes_case_fact(const Item *item, const char *what, const char *value)
{
    gboolean back = is_taken_back(value);
    SideName side;

    if (strcmp(what, "intake") == 0)
        return back || strcmp(value, "open") == 0 || strcmp(value, "parked") == 0 ||
               strcmp(value, "finished") == 0;
    if (strcmp(what, "open-slot") == 0)
        return back || item_slot(item, code_slot_number(value)) != NULL;
    if (strcmp(what, "sheets-out") == 0)
        return back || is_count(value);
    if (g_str_has_prefix(what, "answer:"))
        return has_question(item, what + strlen("answer:")) && (back || is_yes_or_no(value));
    return g_str_has_prefix(what, "side:") &&
           side_name_parse(what + strlen("side:"), &side, NULL) &&
           (back || strcmp(value, "good") == 0 || strcmp(value, "bad") == 0);
}

gboolean fact_check(const Item *item, const CaseFact *fact, GError **error)
{
    gboolean ok;

    if (!g_utf8_validate(fact->slot, -1, NULL) || !g_utf8_validate(fact->what, -1, NULL) ||
        !g_utf8_validate(fact->value, -1, NULL))
        return error_set(error, ERROR_INVALID, "bytes that are no text");
    if (*fact->slot != '\0' && item_slot(item, code_slot_number(fact->slot)) == NULL)
        return error_set(error, ERROR_INVALID, "item %s has no slot '%s'", item->code, fact->slot);
    ok = *fact->slot != '\0' ? takes_slot_fact(fact->what, fact->value)
                             : takes_case_fact(item, fact->what, fact->value);
    return ok || error_set(error, ERROR_INVALID, "%s%s%s cannot be '%s'", fact->slot,
                           *fact->slot != '\0' ? " " : "", fact->what, fact->value);
}
