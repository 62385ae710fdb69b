/* SPDX-License-Identifier: Apache-2.0
 *
 * Ready-made lives for tests of what looks at them: a hall with its items, and cases brought to a
 * stage in one call.
 */
#pragma once

#include "appliance/casework/life.h"
#include "tests/testing.h"

#define LIVES_MONDAY 20514 /* 2026-03-02 */

typedef struct {
    GPtrArray *items;
    Calendar *calendar;
    Profile *profile;
    LifeRules rules[8];
    guint n_rules;
} Lives;

Lives *lives_new(const char *profile);
void lives_free(Lives *lives);

/* What a life shall be like. */
typedef struct {
    const char *item, *kind;
    LifeStage stage; /* RECEIVED, SUPPLEMENT, ACCEPTED, DELIVERED, REFUSED, RETURNED, FILED */
    guint days;      /* until the decision */
    Day late;        /* > 0: recorded so many days later (补登) */
    gboolean no_receipt, silent;
} LifePlan;

/* Live it; the case fails on a step that is refused. */
void lives_live(Lives *lives, const LifePlan *plan, LifeState *state);
