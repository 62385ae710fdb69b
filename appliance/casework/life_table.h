/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables behind life.c: who may do which step from where, what must be given for it, and the
 * function that does it once all that holds.
 */
#pragma once

#include "appliance/casework/life.h"

/* What an event must bring, as a set. */
typedef enum {
    NEEDS_REASON = 1 << 0,
    NEEDS_LAW = 1 << 1,
    NEEDS_REMEDY = 1 << 2,
    NEEDS_ORGAN = 1 << 3,
    NEEDS_PAPER = 1 << 4,
    NEEDS_TOLD = 1 << 5,
    NEEDS_REFERENCE = 1 << 6,
    NEEDS_DEPARTMENT = 1 << 7,
    NEEDS_KEYS = 1 << 8,
    NEEDS_KIND = 1 << 9,
    NEEDS_WINDOW = 1 << 10,
} LifeNeed;

typedef struct {
    const char *token;
    guint stages; /* set of 1 << LifeStage */
    guint actors; /* set of LifeActor */
    guint needs;  /* set of LifeNeed */
} LifeRow;

extern const LifeRow life_table[LIFE_EVENTS];

/* Changes `state` in place (life_step hands it a copy); what it refuses is thrown away. */
typedef gboolean (*LifeStep)(LifeState *state, const LifeEvent *event, GError **error);
extern const LifeStep life_steps[LIFE_EVENTS];
