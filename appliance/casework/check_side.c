/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/check_side.h"

static void judge_unclear(CheckRun *run, const CheckSide *side)
{
    const char *name = run->result->slot->name;
    Defect *defect;

    if (side->verdict == SIDE_GOOD)
        return;
    if (side->verdict == SIDE_OPEN) {
        g_autofree char *what =
            g_strdup_printf("第%u张%s面待看", side->sheet, side->side == 2 ? "反" : "正");
        g_autofree char *what_en =
            g_strdup_printf("sheet %u side %u waits to be looked at", side->sheet, side->side);

        check_wait_for(run, what, what_en);
        return;
    }
    defect = check_add_defect(
        run, DEFECT_ILLEGIBLE, g_strdup_printf("%s第%u张字迹或影像不清", name, side->sheet),
        g_strdup_printf("%s, sheet %u cannot be read", name, side->sheet),
        g_strdup_printf("请带来清晰的%s", name), g_strdup_printf("bring a legible %s", name));
    defect->document = side->document;
    defect->sheet = side->sheet;
    defect->side = side->side;
}

static void note_side(CheckRun *run, const CheckSide *side)
{
    CheckNote *note;

    if (side->fact == SIDE_BLANK)
        note = check_add_note(
            run, NOTE_BLANK_SIDE, side->slot, side->document,
            g_strdup_printf("第%u张第%u面空白,不编页号", side->sheet, side->side),
            g_strdup_printf("sheet %u side %u is blank: no page number", side->sheet, side->side));
    else if (side->fact == SIDE_DUPLICATE)
        note = check_add_note(run, NOTE_DUPLICATE_SIDE, side->slot, side->document,
                              g_strdup_printf("第%u张第%u面与第%u张第%u面相同", side->sheet,
                                              side->side, side->same_sheet, side->same_side),
                              g_strdup_printf("sheet %u side %u is the same as sheet %u side %u",
                                              side->sheet, side->side, side->same_sheet,
                                              side->same_side));
    else if (side->fact == SIDE_UNREAD)
        note =
            check_add_note(run, NOTE_UNREAD_SIDE, side->slot, side->document,
                           g_strdup_printf("第%u张第%u面未读", side->sheet, side->side),
                           g_strdup_printf("sheet %u side %u is unread", side->sheet, side->side));
    else
        return;
    note->sheet = side->sheet;
    note->side = side->side;
}

void check_judge_sides(CheckRun *run)
{
    for (gsize i = 0; i < run->facts->n_sides; i++) {
        const CheckSide *side = &run->facts->sides[i];

        if (side->slot != run->result->slot->slot)
            continue;
        note_side(run, side);
        if (side->fact == SIDE_UNREAD || side->fact == SIDE_DIM)
            judge_unclear(run, side);
    }
}
