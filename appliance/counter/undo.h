/* SPDX-License-Identifier: Apache-2.0
 *
 * Undo and redo, read from the records themselves: they outlive a restart, a rebuild and the person
 * who goes home. Nothing is taken out of the journal; each undo is an edit with its own record.
 *
 * Edits are slot, side.turn, side.place within the case, side.void, side.restore and side.blank. A
 * record that takes an edit back carries "undoes" (the seq of the edit), one that does it again
 * "redoes". Where a command wrote several, all but the first carry "with" (the seq of the first):
 * together they are one edit.
 *
 *              edit (nothing is left to be done again)
 *                │
 *                v      undoes
 *              DONE ──────────────> UNDONE
 *                └ <──────────────── ┘
 *                       redoes
 *
 * Steps of a case, papers and new paper are no edits: they are corrected by what comes after them.
 */
#pragma once

#include "appliance/counter/case.h"

/* How far back it goes: records looked through. */
#define UNDO_RECORDS 64

/* What undo would take back and redo would do again: rows of the edits' first records as
 * catalog_case_edits gives them; NULL where there is nothing. */
typedef struct {
    json_t *undo, *redo;
} UndoState;
void undo_state_clear(UndoState *state);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(UndoState, undo_state_clear)

/* What the next undo of this case would take back, if anything. */
gboolean undo_look(Catalog *catalog, const char *number, UndoState *state,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ERROR_WRONG_STATE where there is nothing, or the case is filed. */
typedef enum { UNDO_BACK, UNDO_AGAIN } UndoWay;
gboolean undo_take(House *house, const StoreActor *actor, const char *number, UndoWay way,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
