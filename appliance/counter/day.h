/* SPDX-License-Identifier: Apache-2.0
 *
 * 日清 as records: what is left open at a window, the close that the supervisor signs, and the day
 * sheet that goes to the office with the copies enclosed.
 *
 *   open ─ close (nothing left, or the 遗留清单 signed by another person) → closed
 *
 * The record holds the journal's root as it was and how much was left; casework/day_close.h judges.
 */
#pragma once

#include "appliance/casework/day_close.h"
#include "appliance/counter/case.h"

typedef struct {
    const char *window; /* three digits */
    Day day;
} WindowDay;

/* What is left: {"code", "subject", "case"?, "count", "text", "text_en"}, by code. */
json_t *day_left(House *house, Catalog *catalog, const WindowDay *of_day,
                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Close it. `supervisor` (six digits) has signed the list; NULL where nothing is left. ERROR_RULE,
 * ERROR_SECOND_PERSON. A checkpoint is signed behind it. */
gboolean day_close(House *house, const StoreActor *actor, const WindowDay *of_day,
                   const char *supervisor, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The record that closed it: {"date", "window", "records", "root", "supervisor"?, "left": {code:
 * n}, "actor", "t"}; NULL without error while it is open. */
json_t *day_closed(Catalog *catalog, const WindowDay *of_day,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The code of a close (24 digits): what its printed sheet is compared by. */
char *day_code(Catalog *catalog, const WindowDay *of_day, const char *root,
               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* 日清单 with figures, cases, the 遗留清单, the copies enclosed and the last checkpoint as QR. */
GBytes *day_sheet(House *house, Catalog *catalog, const WindowDay *of_day, const char *clerk,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Mean seconds from receipt to 收件完成 of the cases finished on a day; -1: none. */
gboolean day_intake_seconds(Catalog *catalog, const WindowDay *of_day, gint64 *seconds,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
