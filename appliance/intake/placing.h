/* SPDX-License-Identifier: Apache-2.0
 *
 * Paper that finds its own case: what a sheet means for the sheets that follow it.
 *
 * Placing is a pure state machine over the own codes read on each sheet (both sides together). It
 * knows no store: what it needs to know of cases is asked through PlacingLookup.
 *
 *         receipt, notice, cover: its case            separator: its slot
 *   OPEN ─────────────────────────────────→ IN_CASE ───────────────────────→ IN_SLOT
 *    │  (no case given)                      │  ↑                             │
 *    │ a page: the tray                      │  └──────── command 下一份 ─────┤
 *    ↓                                       ↓                                ↓
 *                             a page: the case, no document     a page: the slot's document …
 *
 *   IN_CASE, IN_SLOT ── last separator of a set, 收件完成 ──→ DONE: the rest goes to the tray
 *
 *   any state ── a code that contradicts (another case, another item, a gap in a set, a sheet of it
 *   that the batch has seen), or a separator whose mark alone is read ──→ ASKING: this sheet and
 *   all that follow wait in the tray with the question as their reason.
 *
 * Rules: capture.md 3 (own sheets), casework.md 6.
 */
#pragma once

#include "appliance/code/code.h"

typedef enum {
    PLACING_OPEN,
    PLACING_IN_CASE,
    PLACING_IN_SLOT,
    PLACING_DONE,
    PLACING_ASKING,
} PlacingState;

/* What a sheet turned out to be; the token stands in the side's record. */
typedef enum {
    SHEET_PAGE,      /* "page" */
    SHEET_SEPARATOR, /* "separator": names a slot, carries no content */
    SHEET_PAPER,     /* "paper": a paper of ours coming back (receipt, notice), signed */
    SHEET_COVER,     /* "cover": a case label or cover */
    SHEET_COMMAND,   /* "command" */
} SheetRole;

/* The token above; static. */
const char *sheet_role_token(SheetRole role);

/* What placing asks of the catalogue: the local number of a case's item (FALSE: no such case that
 * still takes paper), and the name of a slot of its checklist (NULL: it has none), with whether
 * its paper is kept. Names live as long as `data`. */
typedef struct {
    gboolean (*find_case)(void *data, const char *case_number, guint32 *item);
    const char *(*find_slot)(void *data, const char *case_number, guint32 slot, gboolean *kept);
    void *data;
} PlacingLookup;

typedef struct {
    PlacingState state;
    char *case_number; /* 24 digits, NULL in OPEN */
    guint32 item;      /* of the case */
    guint32 slot;      /* 1001…; 0 outside IN_SLOT */
    gboolean fresh;    /* the next page begins a new document */
    gboolean had_page; /* something other than the first sheet has passed */
    struct {
        guint32 item, set, sheet, of; /* of the last separator; of = 0: none yet */
    } set;
    char *question; /* in ASKING: a token and what it is about */
} Placing;

/* Begin a batch, for a known case (24 digits) or for none. */
gboolean placing_init(Placing *placing, const char *case_number, const PlacingLookup *lookup,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Pages without a separator go to this slot of the case (a clerk said so). */
gboolean placing_aim(Placing *placing, guint32 slot, const PlacingLookup *lookup,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A command said at the station instead of on a sheet: 下一份 and 同类续扫 mean the sheets that
 * follow; others are not about where paper goes. */
void placing_command(Placing *placing, guint32 command);

void placing_clear(Placing *placing);

/* Where the sheet goes. Strings are the Placing's, good until the next call. */
typedef struct {
    SheetRole role;
    const char *case_number; /* NULL: the tray */
    guint32 slot;            /* 0: no slot known */
    gboolean fresh;          /* begins a new document of the slot */
    gint64 document;         /* of a paper coming back: its 统一编号; else 0 */
    gint64 instead_batch;    /* it takes the place of a sheet: this batch … */
    gint64 instead_sheet;    /* … and number; 0: of none */
    const char *reason;      /* why it waits in the tray; else NULL */
} Placed;

/* What was read on a sheet, both sides together. */
typedef struct {
    const Code *codes; /* own ones, in reading order */
    gsize n;
    gboolean marked; /* a patch T: a separator, whether or not its codes could be read */
} PlacingMarks;

/* Where this sheet goes, by what was read on it; the state moves on. */
Placed placing_sheet(Placing *placing, const PlacingMarks *marks, const PlacingLookup *lookup);

/* The stack is through: unless somebody finished it by command, a set whose last sheet was not
 * seen is a question too (`question`). */
void placing_end(Placing *placing);
