/* SPDX-License-Identifier: Apache-2.0
 *
 * A JSON value against a schema: the part of JSON Schema 2020-12 that our schemas use.
 *
 * type, enum, const, properties, required, additionalProperties (false), items, minItems,
 * maxItems, uniqueItems, minLength, maxLength (in characters), pattern, minimum, maximum,
 * $ref to "#/$defs/…", anyOf; $schema, $id, $defs, $comment, title and description are passed
 * over. A schema with any other keyword is a fault of the program and is refused, so that no rule
 * is silently left unchecked.
 */
#pragma once

#include "appliance/base/json.h"

/* The first place where `value` does not fit: its JSON pointer, and why. NULL path: it fits. */
typedef struct {
    char *path;
    char *why;
} ShapeFault;

void shape_fault_clear(ShapeFault *fault);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ShapeFault, shape_fault_clear)

/* TRUE where it fits; else `fault` is filled (clear it). */
gboolean shape_fits(const json_t *value, const json_t *schema, ShapeFault *fault);
