/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/base/json.h"

#include <stdlib.h>

json_t *json_parse(const char *bytes, gsize size, const char *name, ErrorCode code, GError **error)
{
    json_error_t why;
    json_t *value = json_loadb(bytes, size, JSON_REJECT_DUPLICATES, &why);

    if (value == NULL)
        error_set(error, code, "%s, line %d, column %d: %s", name, why.line, why.column, why.text);
    return value;
}

char *json_line(const json_t *value)
{
    char *dumped = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    char *line = g_strdup(dumped);

    free(dumped);
    return line;
}

const char *json_text(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

gint64 json_int(const json_t *object, const char *key, gint64 otherwise)
{
    const json_t *value = json_object_get(object, key);

    return json_is_integer(value) ? (gint64)json_integer_value(value) : otherwise;
}

gboolean json_flag(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}
