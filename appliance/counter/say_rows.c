/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/say_rows.h"

#include <string.h>

/* ── materials ───────────────────────────────────────────────────────────────────────────── */

static gboolean is_material(const json_t *row)
{
    return strcmp(json_text(row, "family"), "A") == 0 &&
           strcmp(json_text(row, "state"), "open") == 0;
}

/* Sheets as the clerk counted them: ticks of the slot where it has one document, else the row. */
static void count_sheets(const Say *say, const json_t *row, guint *originals, guint *copies)
{
    const SlotResult *slot = check_slot(say->check, code_slot_number(json_text(row, "code")));

    *originals = (guint)json_int(row, "originals", 0);
    *copies = (guint)json_int(row, "copies", 0);
    if (slot != NULL && slot->documents == 1) {
        *originals = slot->originals;
        *copies = slot->copies;
    }
}

json_t *say_material_rows(const Say *say, gboolean tokens)
{
    json_t *rows = json_array();
    guint position = 0;
    gsize i;
    json_t *row;

    json_array_foreach(say->documents, i, row)
    {
        gint64 number = json_int(row, "number", 0);
        g_autofree char *printed = g_strdup_printf("%03d", (int)number);
        guint originals, copies;
        const char *form;

        if (!is_material(row))
            continue;
        count_sheets(say, row, &originals, &copies);
        form = tokens ? (originals > 0 ? "original" : "copy") : (originals > 0 ? "原件" : "复印件");
        json_array_append_new(rows, json_pack("{s:i, s:s, s:s, s:s, s:i, s:i, s:s}", "position",
                                              (int)++position, "number", printed, "name",
                                              json_text(row, "title"), "form", form, "copies",
                                              (int)MAX(originals + copies, 1), "pages",
                                              (int)completeness_pages(say->sides, number), "kept",
                                              json_int(row, "kept", 0) != 0 ? "kept" : "returned"));
    }
    return rows;
}

json_t *say_rows_with(json_t *rows, const char *const *members)
{
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        const char *name;
        void *next;
        json_t *value;

        json_object_foreach_safe(row, next, name, value)
        {
            if (!g_strv_contains(members, name))
                json_object_del(row, name);
        }
    }
    return rows;
}

guint say_count_materials(const Say *say, guint *pages)
{
    guint n = 0;
    gsize i;
    json_t *row;

    *pages = 0;
    json_array_foreach(say->documents, i, row)
    {
        if (is_material(row)) {
            *pages += completeness_pages(say->sides, json_int(row, "number", 0));
            n++;
        }
    }
    return n;
}

/* ── papers issued ───────────────────────────────────────────────────────────────────────── */

const json_t *say_find_paper(const Say *say, PaperKind kind)
{
    g_autofree char *code = code_slot_name(paper_kind_slot(kind));
    const json_t *found = NULL;
    gsize i;
    json_t *row;

    json_array_foreach(say->documents, i, row)
    {
        if (strcmp(json_text(row, "code"), code) == 0 &&
            strcmp(json_text(row, "state"), "void") != 0)
            found = row;
    }
    return found;
}

char *say_paper_number(const json_t *row)
{
    const char *number = json_text(row, "paper_number");

    return number != NULL ? g_strdup(number)
                          : g_strdup_printf("%03d", (int)json_int(row, "number", 0));
}

json_t *say_result_rows(const Say *say)
{
    json_t *rows = json_array();
    gsize i;
    json_t *row;

    json_array_foreach(say->documents, i, row)
    {
        g_autofree char *number = say_paper_number(row);

        if (strcmp(json_text(row, "family"), "C") == 0 &&
            strcmp(json_text(row, "state"), "void") != 0)
            json_array_append_new(rows,
                                  json_pack("{s:s, s:s, s:i}", "title", json_text(row, "title"),
                                            "number", number, "copies", 1));
    }
    return rows;
}

/* ── what the check found ────────────────────────────────────────────────────────────────── */

static gboolean is_told(const LifeState *state, const char *key)
{
    for (guint i = 0; i < state->n_keys; i++)
        if (strcmp(state->keys[i].key, key) == 0)
            return (state->keys[i].flags & (KEY_OPEN | KEY_TOLD)) == (KEY_OPEN | KEY_TOLD);
    return FALSE;
}

static json_t *defect_row(const Say *say, const Defect *defect)
{
    const SlotResult *slot = check_slot(say->check, defect->slot);
    g_autofree char *code = code_slot_name(defect->slot);

    return json_pack("{s:s, s:s, s:s, s:s}", "slot", code, "document",
                     slot != NULL ? slot->slot->name : "", "defect",
                     defect->text != NULL ? defect->text : defect_code_word(defect->code, LANG_ZH),
                     "bring", defect->bring != NULL ? defect->bring : "请补正");
}

json_t *say_defect_rows(const Say *say, gboolean open)
{
    g_autoptr(GPtrArray) defects = check_defects(say->check);
    json_t *rows = json_array();

    for (guint i = 0; i < defects->len; i++) {
        const Defect *defect = g_ptr_array_index(defects, i);
        g_autofree char *key = defect_key(defect);

        if (!open || is_told(&say->after.state, key))
            json_array_append_new(rows, defect_row(say, defect));
    }
    return rows;
}

static gboolean is_named(const Say *say, const ItemSlot *slot)
{
    for (gsize i = 0; i < say->event->n_keys; i++)
        if (strcmp(say->event->keys[i], slot->code) == 0)
            return TRUE;
    return FALSE;
}

json_t *say_missing_rows(const Say *say, Day until)
{
    g_autofree char *deadline = until != DAY_NONE ? day_format(until) : NULL;
    json_t *rows = json_array();

    for (guint i = 0; i < say->check->slots->len; i++) {
        const SlotResult *result = g_ptr_array_index(say->check->slots, i);
        const ItemSlot *slot = result->slot;
        g_autofree char *form = slot->copies > 0 ? g_strdup_printf("原件%u份、复印件%u份",
                                                                   slot->originals, slot->copies)
                                                 : g_strdup_printf("原件%u份", slot->originals);
        gboolean asked = result->defects->len > 0 && slot->tolerable;

        if (say->event != NULL && say->event->type == EVENT_PLEDGE)
            asked = is_named(say, slot);
        if (asked && deadline != NULL)
            json_array_append_new(rows, json_pack("{s:s, s:s, s:s}", "document", slot->name, "form",
                                                  form, "deadline", deadline));
    }
    return rows;
}

json_t *say_exempt_rows(const Say *say)
{
    json_t *rows = json_array();

    for (guint i = 0; i < say->check->slots->len; i++) {
        const SlotResult *result = g_ptr_array_index(say->check->slots, i);

        if (result->state == SLOT_EXEMPT)
            json_array_append_new(
                rows, json_pack("{s:s, s:s}", "name", result->slot->name, "words", result->why));
    }
    return rows;
}
