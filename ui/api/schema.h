/* SPDX-License-Identifier: Apache-2.0
 *
 * The API's document (openapi.json, embedded): every body is held against its schema before a
 * handler sees it, so that handlers read members without asking what they are.
 *
 * Understood of JSON Schema 2020-12: $ref within the document, type (also a list), enum, const,
 * properties, required, additionalProperties, items, oneOf, pattern, minLength, maxLength,
 * minItems, maxItems, minimum, maximum, format date and date-time.
 */
#pragma once

#include "appliance/base/json.h"

typedef struct Schema Schema;

/* Aborts where the embedded document is no JSON: a fault of the build. */
Schema *schema_new(void);
void schema_free(Schema *schema);

/* The whole document; borrowed. */
const json_t *schema_document(const Schema *schema);

/* The schema of an operation's JSON body; NULL where it takes none. `path` is as in the document
 * ("/cases/{number}"), `method` in lower case. */
const json_t *schema_body(const Schema *schema, const char *method, const char *path);

/* ERROR_INVALID with the path of the first member that does not fit. */
gboolean schema_check(const Schema *schema, const json_t *wanted, const json_t *value,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
