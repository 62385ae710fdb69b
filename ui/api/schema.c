/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/api/schema.h"

#include "appliance/base/clock.h"
#include "appliance/base/embed.h"
#include "appliance/casework/day.h"

#include <pthread.h>
#include <string.h>

extern const Embedded embedded_openapi[];

struct Schema {
    json_t *document;
    pthread_mutex_t lock;
    GHashTable *patterns; /* char* → GRegex */
};

Schema *schema_new(void)
{
    const Embedded *file = embedded_find(embedded_openapi, "openapi.json");
    g_autoptr(GError) error = NULL;
    Schema *schema = g_new0(Schema, 1);

    schema->document =
        json_parse((const char *)file->bytes, file->size, file->name, ERROR_DEFINITION, &error);
    if (schema->document == NULL)
        g_error("%s", error->message);
    pthread_mutex_init(&schema->lock, NULL);
    schema->patterns =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_regex_unref);
    return schema;
}

void schema_free(Schema *schema)
{
    if (schema == NULL)
        return;
    g_hash_table_unref(schema->patterns);
    pthread_mutex_destroy(&schema->lock);
    json_decref(schema->document);
    g_free(schema);
}

const json_t *schema_document(const Schema *schema)
{
    return schema->document;
}

const json_t *schema_body(const Schema *schema, const char *method, const char *path)
{
    const json_t *at = json_object_get(schema->document, "paths");
    const char *const down[] = {path,    method, "requestBody", "content", "application/json",
                                "schema"};

    for (gsize i = 0; i < G_N_ELEMENTS(down); i++)
        at = json_object_get(at, down[i]);
    return at;
}

/* ── checking ────────────────────────────────────────────────────────────────────────────── */

typedef struct {
    const Schema *schema;
    GString *path;
    GError **error;
} Check;

static gboolean check(Check *c, const json_t *wanted, const json_t *value);

static gboolean misfit(const Check *c, const char *why)
{
    return error_set(c->error, ERROR_INVALID, "%s: %s", c->path->len > 0 ? c->path->str : "body",
                     why);
}

static const json_t *resolve(const Schema *schema, const json_t *wanted)
{
    const char *reference;

    while ((reference = json_text(wanted, "$ref")) != NULL) {
        g_auto(GStrv) parts = g_strsplit(reference, "/", -1);

        wanted = schema->document;
        for (guint i = 1; parts[i] != NULL; i++)
            wanted = json_object_get(wanted, parts[i]);
    }
    return wanted;
}

static gboolean is_type(const json_t *value, const char *type)
{
    static const struct {
        const char *name;
        json_type type;
    } types[] = {{"string", JSON_STRING}, {"integer", JSON_INTEGER}, {"number", JSON_REAL},
                 {"object", JSON_OBJECT}, {"array", JSON_ARRAY},     {"null", JSON_NULL},
                 {"boolean", JSON_TRUE}};

    if (strcmp(type, "boolean") == 0)
        return json_is_boolean(value);
    if (strcmp(type, "number") == 0)
        return json_is_number(value);
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
        if (strcmp(types[i].name, type) == 0)
            return json_typeof(value) == types[i].type;
    return FALSE;
}

static gboolean fits_type(const json_t *type, const json_t *value)
{
    gsize i;
    json_t *one;

    if (type == NULL)
        return TRUE;
    if (json_is_string(type))
        return is_type(value, json_string_value(type));
    json_array_foreach((json_t *)type, i, one)
    {
        if (is_type(value, json_string_value(one)))
            return TRUE;
    }
    return FALSE;
}

static gboolean fits_enum(const json_t *list, const json_t *value)
{
    gsize i;
    json_t *one;

    if (list == NULL)
        return TRUE;
    json_array_foreach((json_t *)list, i, one)
    {
        if (json_equal(one, value))
            return TRUE;
    }
    return FALSE;
}

static GRegex *pattern(Schema *schema, const char *text)
{
    GRegex *regex;

    pthread_mutex_lock(&schema->lock);
    regex = g_hash_table_lookup(schema->patterns, text);
    if (regex == NULL) {
        regex = g_regex_new(text, 0, 0, NULL);
        g_assert_nonnull(regex);
        g_hash_table_insert(schema->patterns, g_strdup(text), regex);
    }
    pthread_mutex_unlock(&schema->lock);
    return regex;
}

static gboolean fits_format(const char *format, const char *text)
{
    Day day;
    gint64 us;

    if (g_strcmp0(format, "date") == 0)
        return day_parse(text, &day);
    return g_strcmp0(format, "date-time") != 0 || clock_parse(text, &us);
}

static gboolean check_string(Check *c, const json_t *wanted, const char *text)
{
    const char *expression = json_text(wanted, "pattern");
    gint64 length = g_utf8_strlen(text, -1);

    if (length < json_int(wanted, "minLength", 0))
        return misfit(c, "too short");
    if (length > json_int(wanted, "maxLength", G_MAXINT32))
        return misfit(c, "too long");
    if (expression != NULL &&
        !g_regex_match(pattern((Schema *)c->schema, expression), text, 0, NULL))
        return misfit(c, "not in the form asked for");
    return fits_format(json_text(wanted, "format"), text) || misfit(c, "not in the form asked for");
}

static gboolean check_member(Check *c, const json_t *wanted, const char *name, const json_t *value)
{
    const json_t *member = json_object_get(json_object_get(wanted, "properties"), name);
    const json_t *others = json_object_get(wanted, "additionalProperties");
    gsize length = c->path->len;
    gboolean ok;

    g_string_append_printf(c->path, "%s%s", length > 0 ? "." : "", name);
    if (member == NULL && json_is_object(others))
        member = others;
    if (member == NULL)
        ok = !json_is_false(others) || misfit(c, "unknown member");
    else
        ok = check(c, member, value);
    g_string_truncate(c->path, length);
    return ok;
}

static gboolean check_object(Check *c, const json_t *wanted, const json_t *value)
{
    const char *name;
    json_t *member;
    gsize i;

    json_array_foreach(json_object_get(wanted, "required"), i, member)
    {
        if (json_object_get(value, json_string_value(member)) == NULL)
            return error_set(c->error, ERROR_INVALID, "%s%s%s: missing", c->path->str,
                             c->path->len > 0 ? "." : "", json_string_value(member));
    }
    json_object_foreach((json_t *)value, name, member)
    {
        if (!check_member(c, wanted, name, member))
            return FALSE;
    }
    return TRUE;
}

static gboolean check_array(Check *c, const json_t *wanted, const json_t *value)
{
    const json_t *items = json_object_get(wanted, "items");
    gint64 size = (gint64)json_array_size(value);
    gsize length = c->path->len, i;
    json_t *item;

    if (size < json_int(wanted, "minItems", 0) || size > json_int(wanted, "maxItems", G_MAXINT32))
        return misfit(c, "too few or too many");
    json_array_foreach((json_t *)value, i, item)
    {
        g_string_append_printf(c->path, "[%d]", (int)i);
        if (items != NULL && !check(c, items, item))
            return FALSE;
        g_string_truncate(c->path, length);
    }
    return TRUE;
}

static gboolean check_one_of(Check *c, const json_t *list, const json_t *value)
{
    GError **error = c->error;
    gsize i, length = c->path->len;
    guint fitting = 0;
    json_t *one;

    if (list == NULL)
        return TRUE;
    c->error = NULL;
    json_array_foreach((json_t *)list, i, one)
    {
        fitting += check(c, one, value);
        g_string_truncate(c->path, length);
    }
    c->error = error;
    return fitting == 1 || misfit(c, "none, or more than one, of the forms asked for");
}

static gboolean check(Check *c, const json_t *wanted, const json_t *value)
{
    const json_t *constant;

    wanted = resolve(c->schema, wanted);
    constant = json_object_get(wanted, "const");
    if (!fits_type(json_object_get(wanted, "type"), value))
        return misfit(c, "of another type");
    if (!fits_enum(json_object_get(wanted, "enum"), value) ||
        (constant != NULL && !json_equal(constant, value)))
        return misfit(c, "none of the values asked for");
    if (!check_one_of(c, json_object_get(wanted, "oneOf"), value))
        return FALSE;
    if (json_is_integer(value) &&
        (json_integer_value(value) < json_int(wanted, "minimum", G_MININT64) ||
         json_integer_value(value) > json_int(wanted, "maximum", G_MAXINT64)))
        return misfit(c, "too small or too large");
    if (json_is_string(value))
        return check_string(c, wanted, json_string_value(value));
    if (json_is_array(value))
        return check_array(c, wanted, value);
    return !json_is_object(value) || check_object(c, wanted, value);
}

gboolean schema_check(const Schema *schema, const json_t *wanted, const json_t *value,
                      GError **error)
{
    g_autoptr(GString) path = g_string_new(NULL);
    Check c = {schema, path, error};

    return check(&c, wanted, value);
}
