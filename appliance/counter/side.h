/* SPDX-License-Identifier: Apache-2.0
 *
 * A side that was captured, by its name: "12-3-a" is the front of sheet 3 of batch 12. Acts that
 * move, turn or void a side find it here.
 */
#pragma once

#include "appliance/counter/case.h"

typedef struct {
    gint64 batch, sheet;
    char side;
} SideName;

/* "12-3-a" ↔ SideName */
gboolean side_name_parse(const char *text, SideName *name,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The side's row, or ERROR_NOT_FOUND. */
json_t *side_row(Catalog *catalog, const SideName *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the case the side lies in, if it lies in one, may still change (case_check_open). */
gboolean side_check_open(Catalog *catalog, const json_t *side,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What the record of an act on a side begins with: batch, sheet, side. Caller's. */
json_t *side_body(const SideName *name) G_GNUC_WARN_UNUSED_RESULT;
