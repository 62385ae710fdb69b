/* SPDX-License-Identifier: Apache-2.0
 *
 * A check under way: the slot in hand, and how what is found of it is said. Shared by the modules
 * that judge (check.c, check_document.c, check_field.c, check_side.c); who wants a check calls
 * check_run (check.h).
 *
 * Whoever judges finds three kinds of things: a defect of the slot in hand, something that waits
 * for a person (待人工核对), and a note that is worth a look.
 */
#pragma once

#include "appliance/casework/check.h"

typedef struct {
    const CheckFacts *facts;
    Check *check;
    SlotResult *result;    /* of the slot in hand */
    GString *why, *why_en; /* what its state rests on, so far */
    gboolean open;         /* something waits for a person */
} CheckRun;

/* A defect of the slot in hand; takes the four texts. The result's, to be said more of. */
Defect *check_add_defect(CheckRun *run, DefectCode code, char *text, char *text_en, char *bring,
                         char *bring_en);

/* Something of the slot in hand waits for a person: the slot cannot be complete by itself. */
void check_wait_for(CheckRun *run, const char *what, const char *what_en);

/* What is worth a look; takes the two texts. `slot` and `document` are 0 where it has none. The
 * check's, to be said more of. */
CheckNote *check_add_note(CheckRun *run, NoteCode code, guint32 slot, guint32 document, char *text,
                          char *text_en);

/* The first value that was entered for a field; NULL: none was. Borrowed. */
const char *check_field_value(const CheckRun *run, const char *field);

/* Whether a text was given: neither NULL nor "". */
gboolean check_is_filled(const char *text);
