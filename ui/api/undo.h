/* SPDX-License-Identifier: Apache-2.0
 *
 * Undo: for every case the last edits of the API with what brings back how it was before. Each
 * undo is an edit of its own with its own record; nothing is taken out of the journal. Kept in
 * memory: after a restart there is nothing to undo, and what was done stands.
 */
#pragma once

#include "appliance/counter/edit.h"

typedef struct Undos Undos;

#define UNDO_MAX 20 /* edits kept for a case */

typedef enum {
    UNDO_NOTE,  /* the fact had the value `text` ("" none) */
    UNDO_TURN,  /* the side was turned by `number` degrees */
    UNDO_PLACE, /* the side stood in document `number` */
    UNDO_VOID,  /* the side was in use */
} UndoKind;

typedef struct {
    UndoKind kind;
    SideName side;
    gint64 number;
    const char *slot, *what, *text; /* UNDO_NOTE */
    const char *zh, *en;            /* what would be taken back; static */
} Undo;

Undos *undos_new(void);
void undos_free(Undos *undos);

/* Remember; strings but zh and en are copied. */
void undos_push(Undos *undos, const char *case_number, const Undo *undo);

/* What undo would take back, in words; NULL: nothing. */
const char *undos_words(Undos *undos, const char *case_number, Lang lang);

/* Take the last edit back. ERROR_WRONG_STATE where there is none. */
gboolean undos_undo(Undos *undos, House *house, const StoreActor *actor, const char *case_number,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
