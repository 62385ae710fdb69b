/* SPDX-License-Identifier: Apache-2.0
 *
 * An event of a case's life as JSON and back, so that a journal record can carry it whole and a
 * replay needs nothing else. Only what an event uses is written, in a fixed order; days are
 * "2026-11-21", enumerations their tokens.
 */
#pragma once

#include "appliance/base/json.h"
#include "appliance/casework/life.h"

/* A loaded event with the room its arrays need. Texts are borrowed from the JSON. */
typedef struct {
    LifeEvent event;
    const char *keys[LIFE_KEYS_MAX];
    gboolean fresh[LIFE_KEYS_MAX];
} LifeRecord;

/* The event as an object; new reference. Day and person of the record itself are left to its
 * envelope when `with_envelope` is FALSE. */
json_t *life_event_save(const LifeEvent *event, gboolean with_envelope) G_GNUC_WARN_UNUSED_RESULT;

/* The inverse; what is absent is zero (days DAY_NONE). ERROR_INVALID names the member. */
gboolean life_event_load(const json_t *object, LifeRecord *record,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

const char *life_actor_token(LifeActor actor); /* clerk checker department leader … */
const char *life_told_token(LifeTold told);    /* not signed post electronic */
const char *life_evidence_token(LifeEvidence evidence);
