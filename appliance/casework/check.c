/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/check_document.h"
#include "appliance/casework/check_field.h"
#include "appliance/casework/check_side.h"
#include "appliance/casework/norm.h"
#include "appliance/code/code.h"

#include <stdlib.h>
#include <string.h>

typedef enum { ANSWER_UNKNOWN, ANSWER_NO, ANSWER_YES } Answer;

static void defect_free(gpointer data)
{
    Defect *defect = data;

    g_free(defect->text);
    g_free(defect->text_en);
    g_free(defect->bring);
    g_free(defect->bring_en);
    g_free(defect);
}

static void result_free(gpointer data)
{
    SlotResult *result = data;

    g_ptr_array_unref(result->defects);
    g_free(result->why);
    g_free(result->why_en);
    g_free(result);
}

static void note_free(gpointer data)
{
    CheckNote *note = data;

    g_free(note->text);
    g_free(note->text_en);
    g_free(note);
}

void check_free(Check *check)
{
    g_ptr_array_unref(check->slots);
    g_ptr_array_unref(check->notes);
    g_free(check);
}

/* ---- what is missing ---- */

/* "原件1份、复印件2份" of what a slot asks. */
static char *asked_for(const ItemSlot *slot, gboolean english)
{
    GString *out = g_string_new(NULL);

    if (slot->originals > 0)
        g_string_append_printf(out, english ? "%u original" : "原件%u份", slot->originals);
    if (slot->copies > 0)
        g_string_append_printf(out, english ? "%s%u copies" : "%s复印件%u份",
                               out->len == 0 ? ""
                               : english     ? ", "
                                             : "、",
                               slot->copies);
    return g_string_free(out, FALSE);
}

static char *bring_whole(const ItemSlot *slot, gboolean english)
{
    g_autofree char *asked = asked_for(slot, english);

    if (slot->bring != NULL)
        return g_strdup_printf(english ? "bring %s" : "请带来%s", slot->bring);
    if (english)
        return g_strdup_printf("bring %s%s%s", slot->name, *asked == '\0' ? "" : ": ", asked);
    return g_strdup_printf("请带来%s%s", slot->name, asked);
}

static void say_missing(CheckRun *run, const char *because, const char *because_en)
{
    const ItemSlot *slot = run->result->slot;

    check_add_defect(run, DEFECT_MISSING, g_strdup_printf("缺少%s%s", slot->name, because),
                     g_strdup_printf("%s is missing%s", slot->name, because_en),
                     bring_whole(slot, FALSE), bring_whole(slot, TRUE));
}

/* ---- conditions ---- */

/* What a person answered; else what a pair of fields says: unequal is yes. A yes of the pair
 * stands against a typed no, or a branch licence would never be asked for. */
static Answer answer_of(const CheckRun *run, const char *question)
{
    const GPtrArray *pairs = run->facts->item->pairs;
    Answer answer = ANSWER_UNKNOWN;

    for (gsize i = 0; i < run->facts->n_answers; i++)
        if (strcmp(run->facts->answers[i].question, question) == 0)
            answer = run->facts->answers[i].yes ? ANSWER_YES : ANSWER_NO;
    for (guint i = 0; i < pairs->len && answer != ANSWER_YES; i++) {
        const ItemPair *pair = g_ptr_array_index(pairs, i);
        const char *left = check_field_value(run, pair->left),
                   *right = check_field_value(run, pair->right);

        if (pair->switches != NULL && strcmp(pair->switches, question) == 0 && left != NULL &&
            right != NULL)
            answer = norm_same(left, right) ? ANSWER_NO : ANSWER_YES;
    }
    return answer;
}

/* ---- a slot without a document ---- */

static const CheckTolerance *tolerance_of(const CheckRun *run)
{
    for (gsize i = 0; i < run->facts->n_tolerances; i++)
        if (run->facts->tolerances[i].slot == run->result->slot->slot)
            return &run->facts->tolerances[i];
    return NULL;
}

static gboolean is_tolerated(const CheckRun *run)
{
    const CheckTolerance *tolerance = tolerance_of(run);

    return tolerance != NULL && run->result->slot->tolerable &&
           run->facts->today <= tolerance->until;
}

/* 免提交 needs reference, means, time, person and a filed 核验单; else a person must look. */
static gboolean judge_exemption(CheckRun *run)
{
    for (gsize i = 0; i < run->facts->n_exemptions; i++) {
        const CheckExemption *one = &run->facts->exemptions[i];

        if (one->slot != run->result->slot->slot)
            continue;
        if (run->result->slot->free_by == FREE_NO)
            check_wait_for(run, "该材料未列入免提交",
                           "not on the list of papers that need not be brought");
        else if (!check_is_filled(one->reference) || !check_is_filled(one->means) ||
                 !check_is_filled(one->person) || one->day == DAY_NONE || one->sheet == 0)
            check_wait_for(run, "免提交核验不全,缺标识、方式、时间、核验人或核验单",
                           "the verification lacks reference, means, time, person or sheet");
        else {
            run->result->state = SLOT_EXEMPT;
            g_string_append_printf(run->why, "%s %s", one->means, one->reference);
            g_string_append_printf(run->why_en, "%s %s", one->means, one->reference);
            return TRUE;
        }
        return TRUE;
    }
    return FALSE;
}

static gboolean judge_promise(CheckRun *run)
{
    for (gsize i = 0; i < run->facts->n_promises; i++) {
        const CheckPromise *one = &run->facts->promises[i];

        if (one->slot != run->result->slot->slot || !run->result->slot->promisable)
            continue;
        if (one->paper != 0 && one->is_signed)
            run->result->state = SLOT_PROMISED;
        else
            check_wait_for(run, "告知承诺书未签收入卷", "the signed promise is not in the case");
        return TRUE;
    }
    return FALSE;
}

static void judge_absent(CheckRun *run)
{
    const ItemSlot *slot = run->result->slot;
    const CheckTolerance *tolerance = tolerance_of(run);

    if (judge_exemption(run) || judge_promise(run))
        return;
    if (slot->need == NEED_OPTIONAL) {
        run->result->state = SLOT_NA;
    } else if (is_tolerated(run)) {
        run->result->state = SLOT_LATER;
        say_missing(run, "(容缺)", " (may follow)");
    } else if (run->facts->free_by_default && slot->issuer == ISSUER_GOVERNMENT &&
               slot->free_by != FREE_NO) {
        check_wait_for(run, "默认免提交,待核验", "need not be brought; waits for verification");
    } else if (tolerance != NULL && slot->tolerable) {
        say_missing(run, "(容缺超期)", " (the promised day is past)");
    } else {
        say_missing(run, "", "");
    }
}

/* ---- a slot ---- */

static void name_open_ticks(CheckRun *run)
{
    for (guint bit = 1; bit < 1u << SLOT_TICKS; bit <<= 1)
        if (run->result->open_ticks & bit) {
            g_autofree char *what = g_strdup_printf("待核对:%s", slot_tick_name((SlotTick)bit));
            g_autofree char *what_en =
                g_strdup_printf("to be ticked: %s", slot_tick_token((SlotTick)bit));

            check_wait_for(run, what, what_en);
        }
}

static gboolean has_exemption(const CheckRun *run)
{
    for (gsize i = 0; i < run->facts->n_exemptions; i++)
        if (run->facts->exemptions[i].slot == run->result->slot->slot)
            return TRUE;
    return FALSE;
}

static void judge_present(CheckRun *run)
{
    const ItemSlot *slot = run->result->slot;

    check_judge_documents(run);
    check_judge_fields(run);
    check_judge_sides(run);
    name_open_ticks(run);
    if (slot->free_by != FREE_NO && (run->facts->free_by_default || has_exemption(run))) {
        run->check->asked_free++;
        check_add_note(
            run, NOTE_ASKED_FREE, slot->slot, 0,
            g_strdup_printf("%s可免提交,不应要求提供", slot->name),
            g_strdup_printf("%s need not be brought and should not be asked for", slot->name));
    }
}

static guint count_documents(const CheckRun *run)
{
    guint n = 0;

    for (gsize i = 0; i < run->facts->n_documents; i++)
        n += run->facts->documents[i].slot == run->result->slot->slot;
    return n;
}

/* What the defects and the open questions come to, where nothing has settled it. */
static void settle(CheckRun *run)
{
    SlotResult *result = run->result;

    if (result->state != SLOT_STATES)
        return;
    if (result->defects->len == 0)
        result->state = run->open ? SLOT_PERSON : SLOT_COMPLETE;
    else if (result->documents == 0)
        result->state = SLOT_MISSING;
    else
        result->state = is_tolerated(run) ? SLOT_LATER : SLOT_WRONG;
}

static void judge_slot(CheckRun *run)
{
    const ItemSlot *slot = run->result->slot;
    Answer answer = slot->when == NULL ? ANSWER_YES : answer_of(run, slot->when);

    run->result->documents = count_documents(run);
    if (run->result->documents > 0)
        judge_present(run);
    else if (answer == ANSWER_NO)
        run->result->state = SLOT_NA;
    else if (answer == ANSWER_UNKNOWN)
        check_wait_for(run, "是否需要尚未回答", "whether it is needed is not answered");
    else
        judge_absent(run);
    settle(run);
}

/* Two facts may come to one defect (a side both dim and unread): it is told once. */
static void drop_doubles(GPtrArray *defects)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < defects->len;) {
        if (g_hash_table_add(seen, defect_key(g_ptr_array_index(defects, i))))
            i++;
        else
            g_ptr_array_remove_index(defects, i);
    }
}

static void run_slot(CheckRun *run, const ItemSlot *slot)
{
    g_autoptr(GString) why = g_string_new(NULL);
    g_autoptr(GString) why_en = g_string_new(NULL);
    SlotResult *result = g_new0(SlotResult, 1);

    result->slot = slot;
    result->state = SLOT_STATES;
    result->defects = g_ptr_array_new_with_free_func(defect_free);
    g_ptr_array_add(run->check->slots, result);
    run->result = result;
    run->why = why;
    run->why_en = why_en;
    run->open = FALSE;
    judge_slot(run);
    drop_doubles(result->defects);
    for (guint i = 0; i < result->defects->len; i++) {
        const Defect *defect = g_ptr_array_index(result->defects, i);

        g_string_append_printf(why, "%s%s", why->len > 0 ? "；" : "", defect->text);
        g_string_append_printf(why_en, "%s%s", why_en->len > 0 ? "; " : "", defect->text_en);
    }
    result->why = g_strdup(why->str);
    result->why_en = g_strdup(why_en->str);
    run->check->states[result->state]++;
    run->check->main_missing |= slot->role == ROLE_MAIN && result->state == SLOT_MISSING;
}

static int compare_numbers(gconstpointer a, gconstpointer b)
{
    guint32 left = *(const guint32 *)a, right = *(const guint32 *)b;

    return left < right ? -1 : left > right;
}

/* 1…n of the case are all accounted for, void ones included. */
static void note_gaps(CheckRun *run)
{
    g_autofree guint32 *sorted =
        g_memdup2(run->facts->numbers, run->facts->n_numbers * sizeof *sorted);
    guint32 expected = 1;

    if (run->facts->n_numbers == 0)
        return;
    qsort(sorted, run->facts->n_numbers, sizeof *sorted, compare_numbers);
    for (gsize i = 0; i < run->facts->n_numbers; i++) {
        for (; expected < MIN(sorted[i], DOCUMENTS_MAX + 1); expected++)
            check_add_note(run, NOTE_NUMBER_GAP, 0, expected,
                           g_strdup_printf("统一编号 %03u 缺", expected),
                           g_strdup_printf("document number %03u is missing", expected));
        expected = sorted[i] + 1;
    }
}

Check *check_run(const CheckFacts *facts)
{
    Check *check = g_new0(Check, 1);
    CheckRun run = {.facts = facts, .check = check};
    const guint *n = check->states;

    check->slots = g_ptr_array_new_with_free_func(result_free);
    check->notes = g_ptr_array_new_with_free_func(note_free);
    for (guint i = 0; i < facts->item->slots->len; i++)
        run_slot(&run, g_ptr_array_index(facts->item->slots, i));
    note_gaps(&run);
    check->acceptable = n[SLOT_MISSING] + n[SLOT_WRONG] + n[SLOT_PERSON] == 0;
    check->complete = check->acceptable && n[SLOT_LATER] == 0;
    return check;
}

const SlotResult *check_slot(const Check *check, guint32 slot)
{
    for (guint i = 0; i < check->slots->len; i++) {
        const SlotResult *result = g_ptr_array_index(check->slots, i);

        if (result->slot->slot == slot)
            return result;
    }
    return NULL;
}

GPtrArray *check_defects(const Check *check)
{
    GPtrArray *defects = g_ptr_array_new();

    for (guint i = 0; i < check->slots->len; i++) {
        const SlotResult *result = g_ptr_array_index(check->slots, i);

        for (guint k = 0; k < result->defects->len; k++)
            g_ptr_array_add(defects, g_ptr_array_index(result->defects, k));
    }
    return defects;
}

gboolean check_is_fresh(const CheckFacts *facts, const Defect *defect, guint32 last)
{
    gboolean any = FALSE;

    if (defect->document != 0)
        return defect->document > last;
    for (gsize i = 0; i < facts->n_documents; i++)
        if (facts->documents[i].slot == defect->slot) {
            if (facts->documents[i].number <= last)
                return FALSE;
            any = TRUE;
        }
    return any;
}
