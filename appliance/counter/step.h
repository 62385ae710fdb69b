/* SPDX-License-Identifier: Apache-2.0
 *
 * Steps in the life of a case as records: casework/life.h judges, the store remembers.
 *
 * A step's record holds the event, not the state: the state of a case is its steps taken again
 * from the beginning (life_step is pure), so replay and rebuild cannot come to another one. What
 * people wrote as a reason may name persons and stands in the case's secrets.
 */
#pragma once

#include "appliance/casework/life.h"
#include "appliance/counter/completeness.h"

/* The state of a case with the rules it borrows; both live in one block. */
typedef struct {
    LifeRules rules;
    LifeState state;
} CaseLife;

/* Take all steps of a case again. */
gboolean case_life(House *house, Catalog *catalog, const char *number, CaseLife *life,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Take a step. Person, window and day are filled in from the actor and the store's clock. Before
 * EVENT_ACCEPT, EVENT_SUPPLEMENT, EVENT_REFUSE and EVENT_RETURN the steps that lead there and need
 * no decision of their own are taken too (补齐, 初审), each with its record. What a paper stands in
 * for (告知承诺, 容缺, 免提交) is recorded of its slots with EVENT_PLEDGE and EVENT_VERIFY.
 * EVENT_BRING and EVENT_TOLERATED name by themselves what has come in. A 联办件 that is accepted
 * opens the parts of its departments: the event's keys, else those of the item. */
gboolean case_step(House *house, const StoreActor *actor, const char *number,
                   const LifeEvent *event, CaseLife *after,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same inside a running command. */
gboolean case_step_in(StoreTxn *txn, House *house, const StoreActor *actor, const char *number,
                      const LifeEvent *event, CaseLife *after,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What the step would come to now; nothing is recorded. `after` says which papers it issues, and
 * what a step costs to prepare (its papers) is prepared only when it could be taken, so that the
 * reason told is the rule and not the preparation. */
gboolean case_step_try(House *house, Catalog *catalog, const StoreActor *actor, const char *number,
                       const LifeEvent *event, CaseLife *after,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* State as JSON: stage, word, ending, dates, clocks with lamps, what is open. */
json_t *case_life_json(const CaseLife *life, Day today, guint minute) G_GNUC_WARN_UNUSED_RESULT;
