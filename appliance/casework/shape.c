/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/shape.h"

#include <string.h>

typedef struct {
    const json_t *root; /* of the schema, for $ref */
    GString *path;
    ShapeFault *fault;
} Shape;

static gboolean fits(Shape *shape, const json_t *value, const json_t *schema);

static gboolean misfit(Shape *shape, const char *format, ...) G_GNUC_PRINTF(2, 3);

static gboolean misfit(Shape *shape, const char *format, ...)
{
    va_list arguments;

    shape_fault_clear(shape->fault);
    va_start(arguments, format);
    shape->fault->path = g_strdup(shape->path->str);
    shape->fault->why = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return FALSE;
}

void shape_fault_clear(ShapeFault *fault)
{
    g_clear_pointer(&fault->path, g_free);
    g_clear_pointer(&fault->why, g_free);
}

static gboolean has_type(const json_t *value, const char *type)
{
    static const struct {
        const char *name;
        json_type type;
    } types[] = {{"object", JSON_OBJECT},
                 {"array", JSON_ARRAY},
                 {"string", JSON_STRING},
                 {"integer", JSON_INTEGER},
                 {"null", JSON_NULL}};

    if (strcmp(type, "boolean") == 0)
        return json_is_boolean(value);
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
        if (strcmp(type, types[i].name) == 0)
            return json_typeof(value) == types[i].type;
    return FALSE;
}

static gboolean fits_type(Shape *shape, const json_t *value, const json_t *rule)
{
    gsize i;
    json_t *one;

    if (json_is_string(rule))
        return has_type(value, json_string_value(rule)) ||
               misfit(shape, "not of type %s", json_string_value(rule));
    json_array_foreach(rule, i, one)
    {
        if (has_type(value, json_string_value(one)))
            return TRUE;
    }
    return misfit(shape, "of a wrong type");
}

static gboolean fits_enum(Shape *shape, const json_t *value, const json_t *rule)
{
    gsize i;
    json_t *one;
    g_autofree char *given = json_line(value);
    g_autofree char *allowed = json_line(rule);

    json_array_foreach(rule, i, one)
    {
        if (json_equal(value, one))
            return TRUE;
    }
    return misfit(shape, "%s is none of %s", given, allowed);
}

static gboolean fits_const(Shape *shape, const json_t *value, const json_t *rule)
{
    g_autofree char *wanted = json_line(rule);

    return json_equal(value, rule) || misfit(shape, "must be %s", wanted);
}

static gboolean fits_required(Shape *shape, const json_t *value, const json_t *rule)
{
    gsize i;
    json_t *key;

    json_array_foreach(rule, i, key)
    {
        if (json_is_object(value) && json_object_get(value, json_string_value(key)) == NULL)
            return misfit(shape, "\"%s\" is missing", json_string_value(key));
    }
    return TRUE;
}

/* Go one key down, judge, come back. */
static gboolean fits_member(Shape *shape, const char *key, const json_t *value, const json_t *rule)
{
    gsize length = shape->path->len;
    gboolean good;

    g_string_append_printf(shape->path, "/%s", key);
    good = rule == NULL ? misfit(shape, "unknown key") : fits(shape, value, rule);
    g_string_truncate(shape->path, length);
    return good;
}

static gboolean fits_properties(Shape *shape, const json_t *value, const json_t *rule)
{
    const char *key;
    json_t *member;

    json_object_foreach((json_t *)rule, key, member)
    {
        const json_t *given = json_object_get(value, key);

        if (given != NULL && !fits_member(shape, key, given, member))
            return FALSE;
    }
    return TRUE;
}

/* Keys of their own: none (false), or each by a schema. Known ones are in `properties`. */
static gboolean fits_additional(Shape *shape, const json_t *value, const json_t *schema,
                                const json_t *rule)
{
    const json_t *known = json_object_get(schema, "properties");
    const char *key;
    json_t *member;

    json_object_foreach((json_t *)value, key, member)
    {
        if (json_object_get(known, key) == NULL &&
            !fits_member(shape, key, member, json_is_false(rule) ? NULL : rule))
            return FALSE;
    }
    return TRUE;
}

static gboolean fits_items(Shape *shape, const json_t *value, const json_t *rule)
{
    gsize i;
    json_t *one;

    json_array_foreach(value, i, one)
    {
        g_autofree char *key = g_strdup_printf("%zu", i);

        if (!fits_member(shape, key, one, rule))
            return FALSE;
    }
    return TRUE;
}

static gboolean fits_unique(Shape *shape, const json_t *value)
{
    for (gsize i = 0; i < json_array_size(value); i++)
        for (gsize j = 0; j < i; j++)
            if (json_equal(json_array_get(value, i), json_array_get(value, j))) {
                g_string_append_printf(shape->path, "/%zu", i);
                return misfit(shape, "stands here twice");
            }
    return TRUE;
}

static gboolean fits_pattern(Shape *shape, const json_t *value, const json_t *rule)
{
    const char *text = json_string_value(value);

    return text == NULL || g_regex_match_simple(json_string_value(rule), text, 0, 0) ||
           misfit(shape, "\"%s\" does not have the form %s", text, json_string_value(rule));
}

/* A bound on a length, a count or a value. */
static gboolean fits_bound(Shape *shape, const json_t *value, const char *keyword, json_int_t bound)
{
    json_int_t measure;
    gboolean lower = g_str_has_prefix(keyword, "min");

    if (g_str_has_suffix(keyword, "Length") && json_is_string(value))
        measure = g_utf8_strlen(json_string_value(value), -1);
    else if (g_str_has_suffix(keyword, "Items") && json_is_array(value))
        measure = (json_int_t)json_array_size(value);
    else if (g_str_has_suffix(keyword, "imum") && json_is_integer(value))
        measure = json_integer_value(value);
    else
        return TRUE;
    if (lower ? measure >= bound : measure <= bound)
        return TRUE;
    return misfit(shape, "%s is %" JSON_INTEGER_FORMAT ", found %" JSON_INTEGER_FORMAT, keyword,
                  bound, measure);
}

static gboolean fits_any(Shape *shape, const json_t *value, const json_t *rule)
{
    gsize i;
    json_t *one;

    json_array_foreach(rule, i, one)
    {
        if (fits(shape, value, one)) {
            shape_fault_clear(shape->fault);
            return TRUE;
        }
    }
    return FALSE; /* the fault of the last one stands */
}

static const json_t *target_of(const Shape *shape, const char *reference)
{
    return g_str_has_prefix(reference, "#/$defs/")
               ? json_object_get(json_object_get(shape->root, "$defs"), reference + 8)
               : NULL;
}

static gboolean is_passed_over(const char *keyword)
{
    static const char *const words[] = {"$schema",  "$id",   "$defs",
                                        "$comment", "title", "description"};

    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (strcmp(keyword, words[i]) == 0)
            return TRUE;
    return FALSE;
}

static gboolean fits_reference(Shape *shape, const json_t *value, const json_t *rule)
{
    const json_t *target = target_of(shape, json_string_value(rule));

    return target == NULL
               ? misfit(shape, "the schema refers to an unknown %s", json_string_value(rule))
               : fits(shape, value, target);
}

typedef gboolean (*Rule)(Shape *shape, const json_t *value, const json_t *rule);

static gboolean fits_unique_rule(Shape *shape, const json_t *value, const json_t *rule)
{
    return !json_is_true(rule) || fits_unique(shape, value);
}

/* One keyword of `schema`. */
static gboolean fits_keyword(Shape *shape, const json_t *value, const json_t *schema,
                             const char *keyword)
{
    static const struct {
        const char *keyword;
        Rule rule;
    } rules[] = {{"type", fits_type},       {"enum", fits_enum},
                 {"const", fits_const},     {"required", fits_required},
                 {"items", fits_items},     {"properties", fits_properties},
                 {"pattern", fits_pattern}, {"uniqueItems", fits_unique_rule},
                 {"$ref", fits_reference},  {"anyOf", fits_any}};
    static const char *const bounds[] = {"minLength", "maxLength", "minItems",
                                         "maxItems",  "minimum",   "maximum"};
    const json_t *rule = json_object_get(schema, keyword);

    for (gsize i = 0; i < G_N_ELEMENTS(rules); i++)
        if (strcmp(keyword, rules[i].keyword) == 0)
            return rules[i].rule(shape, value, rule);
    for (gsize i = 0; i < G_N_ELEMENTS(bounds); i++)
        if (strcmp(keyword, bounds[i]) == 0)
            return fits_bound(shape, value, keyword, json_integer_value(rule));
    if (strcmp(keyword, "additionalProperties") == 0)
        return fits_additional(shape, value, schema, rule);
    return is_passed_over(keyword) ||
           misfit(shape, "unknown keyword \"%s\" in the schema", keyword);
}

static gboolean fits(Shape *shape, const json_t *value, const json_t *schema)
{
    const json_t *type = json_object_get(schema, "type");
    const char *keyword;
    json_t *rule;

    /* a wrong type first: the other rules would only say odd things about it */
    if (type != NULL && !fits_type(shape, value, type))
        return FALSE;
    json_object_foreach((json_t *)schema, keyword, rule)
    {
        if (!fits_keyword(shape, value, schema, keyword))
            return FALSE;
    }
    return TRUE;
}

gboolean shape_fits(const json_t *value, const json_t *schema, ShapeFault *fault)
{
    g_autoptr(GString) path = g_string_new(NULL);
    Shape shape = {schema, path, fault};

    *fault = (ShapeFault){0};
    return fits(&shape, value, schema);
}
