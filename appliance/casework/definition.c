/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/definition.h"

#include "appliance/base/json_lines.h"
#include "appliance/casework/shape.h"

#include <string.h>

struct Definition {
    char *name;
    json_t *root;
    GHashTable *lines;
};

extern const Embedded embedded_casework[];

const Embedded *definition_shipped(const char *name)
{
    g_autofree char *path = g_strconcat("data/", name, NULL);

    return embedded_find(embedded_casework, path);
}

GPtrArray *definition_shipped_names(const char *prefix, const char *suffix)
{
    GPtrArray *names = g_ptr_array_new();

    for (const Embedded *file = embedded_casework; file->name != NULL; file++) {
        const char *name = file->name + strlen("data/");

        if (g_str_has_prefix(name, prefix) && g_str_has_suffix(name, suffix))
            g_ptr_array_add(names, (gpointer)name);
    }
    return names;
}

const json_t *definition_root(const Definition *definition)
{
    return definition->root;
}

gboolean definition_fail(const Definition *definition, GError **error, const char *path,
                         const char *format, ...)
{
    g_autofree char *why = NULL;
    va_list arguments;

    va_start(arguments, format);
    why = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return error_set(error, ERROR_DEFINITION, "%s, line %u, %s: %s", definition->name,
                     json_lines_at(definition->lines, path), *path == '\0' ? "/" : path, why);
}

static gboolean fits_schema(const Definition *definition, const char *schema, GError **error)
{
    const Embedded *file = definition_shipped(schema);
    g_autoptr(json_t) rules = NULL;
    g_auto(ShapeFault) fault = {0};

    if (file == NULL)
        return error_set(error, ERROR_INTERNAL, "%s: no such schema", schema);
    rules = json_parse((const char *)file->bytes, file->size, schema, ERROR_INTERNAL, error);
    if (rules == NULL)
        return FALSE;
    return shape_fits(definition->root, rules, &fault) ||
           definition_fail(definition, error, fault.path, "%s", fault.why);
}

Definition *definition_load(const char *bytes, gsize size, const char *name, const char *schema,
                            GError **error)
{
    g_autoptr(Definition) definition = NULL;
    json_t *root;

    if (size > DEFINITION_BYTES_MAX) {
        error_set(error, ERROR_TOO_LARGE, "%s: over %d bytes", name, DEFINITION_BYTES_MAX);
        return NULL;
    }
    root = json_parse(bytes, size, name, ERROR_DEFINITION, error);
    if (root == NULL)
        return NULL;
    definition = g_new0(Definition, 1);
    definition->name = g_strdup(name);
    definition->root = root;
    definition->lines = json_lines(bytes, size);
    return fits_schema(definition, schema, error) ? g_steal_pointer(&definition) : NULL;
}

void definition_free(Definition *definition)
{
    g_free(definition->name);
    json_decref(definition->root);
    g_hash_table_unref(definition->lines);
    g_free(definition);
}

char *definition_copy(const json_t *object, const char *key)
{
    return g_strdup(json_text(object, key));
}

char **definition_strv(const json_t *object, const char *key)
{
    GPtrArray *texts = g_ptr_array_new();
    const json_t *array = json_object_get(object, key);
    gsize i;
    json_t *one;

    json_array_foreach(array, i, one)
    {
        g_ptr_array_add(texts, g_strdup(json_string_value(one)));
    }
    g_ptr_array_add(texts, NULL);
    return (char **)g_ptr_array_free(texts, FALSE);
}
