/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/intake/placing.h"

#include <string.h>

const char *sheet_role_token(SheetRole role)
{
    static const char *const tokens[] = {"page", "separator", "paper", "cover", "command"};

    return tokens[role];
}

static Placed to_tray(Placing *placing, SheetRole role)
{
    return (Placed){.role = role, .reason = placing->question};
}

static Placed ask(Placing *placing, SheetRole role, const char *format, ...) G_GNUC_PRINTF(3, 4);

static Placed ask(Placing *placing, SheetRole role, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_free(placing->question);
    placing->question = g_strdup_vprintf(format, args);
    va_end(args);
    placing->state = PLACING_ASKING;
    return to_tray(placing, role);
}

static gboolean enter_case(Placing *placing, const char *case_number, const PlacingLookup *lookup)
{
    if (!lookup->find_case(lookup->data, case_number, &placing->item))
        return FALSE;
    g_free(placing->case_number);
    placing->case_number = g_strdup(case_number);
    placing->state = PLACING_IN_CASE;
    placing->slot = 0;
    return TRUE;
}

gboolean placing_init(Placing *placing, const char *case_number, const PlacingLookup *lookup,
                      GError **error)
{
    *placing = (Placing){.state = PLACING_OPEN, .fresh = TRUE};
    if (case_number != NULL && !enter_case(placing, case_number, lookup))
        return error_set(error, ERROR_NO_CASE, "%s", case_number);
    return TRUE;
}

gboolean placing_aim(Placing *placing, guint32 slot, const PlacingLookup *lookup, GError **error)
{
    gboolean kept;

    if (placing->case_number == NULL)
        return error_set(error, ERROR_USAGE, "a slot needs a case");
    if (lookup->find_slot(lookup->data, placing->case_number, slot, &kept) == NULL)
        return error_set(error, ERROR_INVALID, "the item has no slot %u", slot);
    placing->state = PLACING_IN_SLOT;
    placing->slot = slot;
    placing->fresh = TRUE;
    return TRUE;
}

void placing_clear(Placing *placing)
{
    g_clear_pointer(&placing->case_number, g_free);
    g_clear_pointer(&placing->question, g_free);
}

/* A case's own code on a sheet: the first one decides, a later one must agree. */
static gboolean agree_on_case(Placing *placing, const char *number, const PlacingLookup *lookup,
                              Placed *refusal)
{
    if (placing->case_number != NULL && strcmp(placing->case_number, number) == 0)
        return TRUE;
    if (placing->state != PLACING_OPEN || placing->had_page) {
        *refusal = ask(placing, SHEET_COVER, "other-case %s", number);
        return FALSE;
    }
    if (!enter_case(placing, number, lookup)) {
        *refusal = ask(placing, SHEET_COVER, "unknown-case %s", number);
        return FALSE;
    }
    return TRUE;
}

static char *case_digits(const CodeCase *of_case)
{
    Code code = {.kind = CODE_CASE, .of_case = *of_case};

    return code_compose(&code, NULL);
}

static Placed place_cover(Placing *placing, const Code *code, const PlacingLookup *lookup)
{
    g_autofree char *number = case_digits(&code->of_case);
    Placed refusal;

    if (!agree_on_case(placing, number, lookup, &refusal))
        return refusal;
    return (Placed){.role = SHEET_COVER, .case_number = placing->case_number};
}

static Placed place_paper(Placing *placing, const Code *code, const PlacingLookup *lookup)
{
    g_autofree char *number = case_digits(&code->document.of_case);
    Placed refusal;

    if (!agree_on_case(placing, number, lookup, &refusal))
        return refusal;
    return (Placed){.role = SHEET_PAPER,
                    .case_number = placing->case_number,
                    .document = code->document.number};
}

/* Sheets of a printed set come in order, each once and without a gap; NULL where this one does. */
static const char *set_fault(const Placing *placing, const Code *code)
{
    if (placing->set.of == 0)
        return code->slot.sheet == 1 ? NULL : "gap";
    if (placing->set.set != code->slot.set || placing->set.of != code->slot.of)
        return "other-set";
    if (code->slot.sheet <= placing->set.sheet)
        return "used-before";
    return code->slot.sheet == placing->set.sheet + 1 ? NULL : "gap";
}

static gboolean is_closing_sheet(const Code *code)
{
    return code->slot.slot == CODE_ITEM_CARD && code->slot.of > 1;
}

static Placed place_separator(Placing *placing, const Code *code, const PlacingLookup *lookup)
{
    const char *fault = set_fault(placing, code);
    gboolean kept;

    if (fault != NULL)
        return ask(placing, SHEET_SEPARATOR, "%s: sheet %u of %u of set %06u", fault,
                   code->slot.sheet, code->slot.of, code->slot.set);
    if (placing->case_number == NULL)
        return ask(placing, SHEET_SEPARATOR, "no-case: separator of item %06u", code->slot.item);
    if (code->slot.item != placing->item)
        return ask(placing, SHEET_SEPARATOR, "other-item %06u", code->slot.item);
    if (code->slot.slot != CODE_ITEM_CARD &&
        lookup->find_slot(lookup->data, placing->case_number, code->slot.slot, &kept) == NULL)
        return ask(placing, SHEET_SEPARATOR, "unknown-slot %04u", code->slot.slot);
    placing->set.item = code->slot.item;
    placing->set.set = code->slot.set;
    placing->set.sheet = code->slot.sheet;
    placing->set.of = code->slot.of;
    placing->slot = code->slot.slot;
    placing->fresh = TRUE;
    placing->state = is_closing_sheet(code) ? PLACING_DONE : PLACING_IN_SLOT;
    return (Placed){.role = SHEET_SEPARATOR, .case_number = placing->case_number};
}

void placing_command(Placing *placing, guint32 command)
{
    switch (command) {
    case COMMAND_NEXT_DOCUMENT:
        placing->slot = 0;
        placing->fresh = TRUE;
        if (placing->state == PLACING_IN_SLOT)
            placing->state = PLACING_IN_CASE;
        break;
    case COMMAND_NEXT_SAME_SLOT:
        placing->fresh = TRUE;
        break;
    case COMMAND_INTAKE_FINISHED:
        placing->state = PLACING_DONE;
        break;
    default:
        break; /* the others are for the station, not for where paper goes */
    }
}

static Placed place_command(Placing *placing, const Code *code)
{
    placing_command(placing, code->command.command);
    return (Placed){.role = SHEET_COMMAND, .case_number = placing->case_number};
}

static Placed place_page(Placing *placing)
{
    Placed placed = {.role = SHEET_PAGE, .case_number = placing->case_number};

    switch (placing->state) {
    case PLACING_OPEN:
        placed.reason = "no-case";
        break;
    case PLACING_DONE:
        placed.case_number = NULL;
        placed.reason = "after-last-separator";
        break;
    case PLACING_IN_SLOT:
        placed.slot = placing->slot;
        placed.fresh = placing->fresh;
        placing->fresh = FALSE;
        break;
    default:
        break;
    }
    return placed;
}

/* Front and back of an own sheet carry the same code, so the first of a kind speaks for it. */
static const Code *first_of(const Code *codes, gsize n, CodeKind kind)
{
    for (gsize i = 0; i < n; i++)
        if (codes[i].kind == kind)
            return &codes[i];
    return NULL;
}

Placed placing_sheet(Placing *placing, const PlacingMarks *marks, const PlacingLookup *lookup)
{
    const Code *separator = first_of(marks->codes, marks->n, CODE_SLOT);
    const Code *paper = first_of(marks->codes, marks->n, CODE_DOCUMENT);
    const Code *cover = first_of(marks->codes, marks->n, CODE_CASE);
    const Code *command = first_of(marks->codes, marks->n, CODE_COMMAND);
    Placed placed;

    if (placing->state == PLACING_ASKING)
        placed = to_tray(placing, separator != NULL ? SHEET_SEPARATOR : SHEET_PAGE);
    else if (separator != NULL)
        placed = place_separator(placing, separator, lookup);
    else if (command != NULL)
        placed = place_command(placing, command);
    else if (paper != NULL)
        placed = place_paper(placing, paper, lookup);
    else if (cover != NULL)
        placed = place_cover(placing, cover, lookup);
    else if (marks->marked && placing->case_number != NULL)
        placed = ask(placing, SHEET_SEPARATOR, "unread-separator");
    else
        placed = place_page(placing);
    placing->had_page = TRUE;
    return placed;
}

void placing_end(Placing *placing)
{
    if (placing->state == PLACING_ASKING || placing->state == PLACING_DONE ||
        placing->set.of == 0 || placing->set.sheet == placing->set.of)
        return;
    (void)ask(placing, SHEET_SEPARATOR, "set-incomplete: %u of %u sheets of set %06u",
              placing->set.sheet, placing->set.of, placing->set.set);
}
