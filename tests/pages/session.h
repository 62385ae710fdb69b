/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole stacks for the scripted scanner and the demo: in `sides/` the images in the order in which
 * a duplex feeder hands them out, `0001-1.jpg` (front of sheet 1), `0001-2.jpg` (its back), …,
 * `script.json` that plays them on the scripted scanner (drivers/script_file.h), and `truth.json`:
 *   {"seed": 7, "sides": [{"file": "sides/0001-1.jpg", "sheet": 1, "side": "front", "slot": "A01",
 *                          … the truth of pages.h …}]}
 * `slot` is that of the document, "" for separator sheets and receipts. A backside of a separator
 * sheet carries the same codes as its front.
 */
#pragma once

#include "tests/pages/pages.h"

#define SESSION_SIDES "sides" /* the folder of the images, to be scanned with --duplex */

/* A plan, as JSON:
 *   {"item": "000001", "set": "000001",   local numbers of six digits, for the separators' codes
 *    "item_name": "取水许可审批",
 *    "receipt": "3205…",                  digits; the stack begins with this receipt; optional
 *    "separators": true,                  false: a bare stack
 *    "documents": [{"slot": "A01", "name": "取水许可申请书", "kind": "form", "sheets": 2,
 *                   "valid_until": "2031-06-30"}, …]}
 * With separators, the set has one sheet a document and a last one (slot 0000) that closes it. */
typedef struct {
    const json_t *plan;
    const char *folder; /* exists */
    const char *ending; /* ".jpg", ".png", ".pnm" */
    PageMode mode;
    guint dpi;
    guint64 seed;
    double hardness; /* of page_degrade; separators get half of it */
} Session;

gboolean session_write(const Session *session, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The plan of the tour: the six slots that every permit to take water (item 100001) needs.
 * `without` names a slot to leave out
 * ("A03"), NULL none. */
json_t *session_plan_demo(const char *without) G_GNUC_WARN_UNUSED_RESULT;

/* 24 digits of a slot sheet: 98, item (6 digits), slot (4), set (6), n, m, and two check digits by
 * ISO/IEC 7064 MOD 97-10; an independent second writing of what the product composes. */
char *session_separator_code(const char *item, const char *slot, const char *set, guint n,
                             guint m) G_GNUC_WARN_UNUSED_RESULT;
