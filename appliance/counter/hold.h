/* SPDX-License-Identifier: Apache-2.0
 *
 * Legal hold (法律保全): while a case is held, nothing of it is taken out of use, leaves the house
 * or is destroyed, whatever its retention says. Filing goes on, and the remarks sheet says so.
 *
 *   none ─ set → held ─ lift (all, with a reason) → none
 *
 * Several holds may rest on a case at the same time (two courts). Reasons may name persons and
 * stand in the case's secrets; `reference` (the number of the order) stands in the record.
 */
#pragma once

#include "appliance/counter/house.h"
#include "storage/catalog_keeping.h"

typedef struct {
    const char *number; /* of the case, 24 digits */
    const char *reason;
    const char *reference; /* number of the order it rests on; may be NULL */
} HoldRequest;

/* ERROR_INVALID without a reason; ERROR_NO_CASE. */
gboolean hold_set(House *house, const StoreActor *actor, const HoldRequest *request,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Lift every hold of the case; `reference` is not looked at. ERROR_WRONG_STATE where there is
 * none. */
gboolean hold_lift(House *house, const StoreActor *actor, const HoldRequest *request,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ERROR_HELD, naming since when and the order, while the case is held: what every step asks that
 * would take something away. */
gboolean hold_check(Catalog *catalog, const char *number, GError **error) G_GNUC_WARN_UNUSED_RESULT;
