/* SPDX-License-Identifier: Apache-2.0
 *
 * A LifeEvent as the fields of its record, and back. Used by step.c alone.
 */
#pragma once

#include "appliance/base/json.h"
#include "appliance/casework/life.h"

/* The fields; what may name a person (reasons) goes into `secret` instead. */
json_t *event_to_json(const LifeEvent *event, json_t *secret) G_GNUC_WARN_UNUSED_RESULT;

/* An event with the arrays it points to; strings are borrowed from the JSON it was read from. */
typedef struct {
    LifeEvent event;
    const char **keys;
    gboolean *fresh;
} EventRead;
gboolean event_from_json(const json_t *fields, const json_t *secret, EventRead *read,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
void event_read_clear(EventRead *read);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(EventRead, event_read_clear)
