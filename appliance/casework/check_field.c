/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/check_field.h"

#include "appliance/casework/norm.h"

#include <string.h>

static DefectCode code_of(NormVerdict verdict)
{
    if (verdict == NORM_OTHER_NAME)
        return DEFECT_NAME;
    return verdict == NORM_CHECK_DIGITS ? DEFECT_CHECK_DIGITS : DEFECT_FORM;
}

static void judge_value(CheckRun *run, const ItemField *field, const CheckField *value)
{
    NormVerdict verdict = norm_judge(field, value->value, run->facts->today);
    g_autofree char *row = field->list ? g_strdup_printf("(第%u行)", value->row + 1) : g_strdup("");
    g_autofree char *row_en =
        field->list ? g_strdup_printf(" (row %u)", value->row + 1) : g_strdup("");
    Defect *defect;

    if (verdict == NORM_KEPT)
        return;
    if (verdict == NORM_OLD_NUMBER || (verdict == NORM_CHECK_DIGITS && value->old_paper)) {
        check_add_note(
            run, NOTE_OLD_NUMBER, field->slot, 0,
            g_strdup_printf("%s %s 为旧号码或校验不符,旧证件仅提示", field->name, value->value),
            g_strdup_printf("%s %s: an old number, for information", field->name, value->value));
        return;
    }
    defect = check_add_defect(
        run, code_of(verdict), g_strdup_printf("%s%s填写为“%s”", field->name, row, value->value),
        g_strdup_printf("%s%s reads \"%s\"", field->name, row_en, value->value),
        g_strdup_printf("%s%s请%s", field->name, row, norm_rule(field->norm)),
        g_strdup_printf("%s%s: %s", field->name, row_en, norm_rule_en(field->norm)));
    defect->field = field->code;
    defect->row = value->row;
}

static void judge_field(CheckRun *run, const ItemField *field)
{
    gboolean found = FALSE;

    for (gsize i = 0; i < run->facts->n_fields; i++)
        if (strcmp(run->facts->fields[i].field, field->code) == 0) {
            found = TRUE;
            judge_value(run, field, &run->facts->fields[i]);
        }
    if (!found && field->required) {
        g_autofree char *what = g_strdup_printf("未录入%s", field->name);
        g_autofree char *what_en = g_strdup_printf("%s is not entered", field->name);

        check_wait_for(run, what, what_en);
    }
}

static void judge_pair(CheckRun *run, const ItemPair *pair)
{
    const char *left = check_field_value(run, pair->left),
               *right = check_field_value(run, pair->right);
    const ItemField *a = item_field(run->facts->item, pair->left),
                    *b = item_field(run->facts->item, pair->right);
    Defect *defect;

    if (pair->switches != NULL || left == NULL || right == NULL || norm_same(left, right))
        return;
    defect = check_add_defect(
        run, pair->address ? DEFECT_ADDRESS : DEFECT_NAME,
        g_strdup_printf("%s“%s”与%s“%s”不一致", a->name, left, b->name, right),
        g_strdup_printf("%s \"%s\" differs from %s \"%s\"", a->name, left, b->name, right),
        g_strdup_printf("请使%s与%s一致", a->name, b->name),
        g_strdup_printf("make %s the same as %s", a->name, b->name));
    defect->field = pair->left;
    defect->part = pair->right;
}

void check_judge_fields(CheckRun *run)
{
    const Item *item = run->facts->item;

    for (guint i = 0; i < item->fields->len; i++) {
        const ItemField *field = g_ptr_array_index(item->fields, i);

        if (field->slot == run->result->slot->slot)
            judge_field(run, field);
    }
    for (guint i = 0; i < item->pairs->len; i++) {
        const ItemPair *pair = g_ptr_array_index(item->pairs, i);

        if (pair->slot == run->result->slot->slot)
            judge_pair(run, pair);
    }
}
