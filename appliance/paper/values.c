/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/paper/values.h"

#include <stdlib.h>
#include <string.h>

#define DATE_LENGTH   10 /* 2026-11-21 */
#define MINUTE_LENGTH 16 /* 2026-11-21T10:42 */

typedef gboolean (*ScalarCheck)(const json_t *value);

static gboolean is_digit_run(const char *text, gsize n)
{
    for (gsize i = 0; i < n; i++)
        if (!g_ascii_isdigit(text[i]))
            return FALSE;
    return TRUE;
}

/* The number that `n` digits write. */
static guint digits_value(const char *text, gsize n)
{
    guint value = 0;

    for (gsize i = 0; i < n; i++)
        value = value * 10 + (guint)(text[i] - '0');
    return value;
}

/* "2026-11-21…" with a day that exists. */
static gboolean starts_with_date(const char *text)
{
    if (strlen(text) < DATE_LENGTH || !is_digit_run(text, 4) || text[4] != '-' ||
        !is_digit_run(text + 5, 2) || text[7] != '-' || !is_digit_run(text + 8, 2))
        return FALSE;
    return g_date_valid_dmy((GDateDay)digits_value(text + 8, 2),
                            (GDateMonth)digits_value(text + 5, 2),
                            (GDateYear)digits_value(text, 4));
}

/* Text that a paper can show: no control characters but the line feed, and none of those that
 * turn the direction of the letters that follow. */
static gboolean is_text(const json_t *value)
{
    if (!json_is_string(value))
        return FALSE;
    for (const char *c = json_string_value(value); *c != '\0'; c = g_utf8_next_char(c)) {
        gunichar letter = g_utf8_get_char(c);

        if ((g_unichar_iscntrl(letter) && letter != '\n') ||
            (letter >= 0x202a && letter <= 0x202e) || (letter >= 0x2066 && letter <= 0x2069))
            return FALSE;
    }
    return TRUE;
}

static gboolean is_date(const json_t *value)
{
    const char *text = json_string_value(value);

    return text != NULL && strlen(text) == DATE_LENGTH && starts_with_date(text);
}

static gboolean is_minute(const json_t *value)
{
    const char *text = json_string_value(value);

    return text != NULL && strlen(text) == MINUTE_LENGTH && starts_with_date(text) &&
           text[10] == 'T' && is_digit_run(text + 11, 2) && text[13] == ':' &&
           is_digit_run(text + 14, 2) && digits_value(text + 11, 2) < 24 &&
           digits_value(text + 14, 2) < 60;
}

static gboolean is_integer(const json_t *value)
{
    return json_is_integer(value);
}

static gboolean is_flag(const json_t *value)
{
    return json_is_boolean(value);
}

static gboolean is_cells(const json_t *value)
{
    const json_t *cell;
    size_t i;

    json_array_foreach((json_t *)value, i, cell) if (!is_text(cell)) return FALSE;
    return json_is_array(value);
}

static const struct {
    const char *name;
    ScalarCheck fits;
} scalars[] = {
    {"text", is_text},       {"date", is_date}, {"day", is_date},    {"minute", is_minute},
    {"integer", is_integer}, {"flag", is_flag}, {"cells", is_cells},
};

static ScalarCheck scalar_check(const json_t *type)
{
    for (gsize i = 0; json_is_string(type) && i < G_N_ELEMENTS(scalars); i++)
        if (g_str_equal(json_string_value(type), scalars[i].name))
            return scalars[i].fits;
    return NULL;
}

static gboolean is_words(const json_t *type)
{
    const char *token;
    json_t *word;

    json_object_foreach((json_t *)type, token, word) if (!json_is_string(word)) return FALSE;
    return json_is_object(type) && json_object_size(type) > 0;
}

static gboolean type_check(const json_t *type, const char *where, GError **error)
{
    const json_t *element = json_array_get(type, 0);

    if (scalar_check(type) != NULL || is_words(type))
        return TRUE;
    if (json_array_size(type) == 1 && scalar_check(element) != NULL)
        return TRUE;
    if (json_array_size(type) == 1 && json_is_object(element)) {
        const char *name;
        json_t *member;

        json_object_foreach((json_t *)element, name, member)
        {
            g_autofree char *inner = g_strdup_printf("%s[].%s", where, name);

            if (json_is_array(member))
                return error_set(error, ERROR_DEFINITION, "%s: a list in a list", inner);
            if (!type_check(member, inner, error))
                return FALSE;
        }
        return TRUE;
    }
    return error_set(error, ERROR_DEFINITION, "%s: no such type", where);
}

gboolean value_types_check(const json_t *types, GError **error)
{
    const char *name;
    json_t *type;

    if (!json_is_object(types))
        return error_set(error, ERROR_DEFINITION, "values: not an object");
    json_object_foreach((json_t *)types, name, type)
    {
        g_autofree char *where = g_strconcat("values.", name, NULL);

        if (!type_check(type, where, error))
            return FALSE;
    }
    return TRUE;
}

const json_t *value_type(const json_t *types, const char *name)
{
    const json_t *type = json_object_get(types, name);
    g_autofree char *optional = g_strconcat(name, "?", NULL);

    return type != NULL ? type : json_object_get(types, optional);
}

static gboolean object_check(const json_t *types, const json_t *values, const char *where,
                             GError **error);

static gboolean rows_check(const json_t *element, const json_t *rows, const char *where,
                           GError **error)
{
    const json_t *row;
    size_t i;

    if (!json_is_array(rows))
        return error_set(error, ERROR_INVALID, "%s: not a list", where);
    json_array_foreach(rows, i, row)
    {
        g_autofree char *inner = g_strdup_printf("%s[%zu]", where, i);
        ScalarCheck fits = scalar_check(element);

        if (fits != NULL && !fits(row))
            return error_set(error, ERROR_INVALID, "%s: not a %s", inner,
                             json_string_value(element));
        if (fits == NULL && !object_check(element, row, inner, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean value_check(const json_t *type, const json_t *value, const char *where,
                            GError **error)
{
    ScalarCheck fits = scalar_check(type);

    if (json_is_array(type))
        return rows_check(json_array_get(type, 0), value, where, error);
    if (fits != NULL)
        return fits(value) ||
               error_set(error, ERROR_INVALID, "%s: not a %s", where, json_string_value(type));
    if (!json_is_string(value) || json_object_get(type, json_string_value(value)) == NULL)
        return error_set(error, ERROR_INVALID, "%s: no word for '%s'", where,
                         json_is_string(value) ? json_string_value(value) : "");
    return TRUE;
}

/* Nothing that is declared is missing. */
static gboolean all_there(const json_t *types, const json_t *values, const char *where,
                          GError **error)
{
    const char *name;
    json_t *type;

    json_object_foreach((json_t *)types, name, type)
    {
        if (!g_str_has_suffix(name, "?") && json_object_get(values, name) == NULL)
            return error_set(error, ERROR_INVALID, "%s%s%s: missing", where,
                             *where != '\0' ? "." : "", name);
    }
    return TRUE;
}

static gboolean object_check(const json_t *types, const json_t *values, const char *where,
                             GError **error)
{
    const char *name;
    json_t *value;

    if (!json_is_object(values))
        return error_set(error, ERROR_INVALID, "%s: not an object", where);
    json_object_foreach((json_t *)values, name, value)
    {
        const json_t *type = value_type(types, name);
        g_autofree char *inner = g_strdup_printf("%s%s%s", where, *where != '\0' ? "." : "", name);

        if (type == NULL)
            return error_set(error, ERROR_INVALID, "%s: the template knows no such value", inner);
        if (!value_check(type, value, inner, error))
            return FALSE;
    }
    return all_there(types, values, where, error);
}

gboolean values_check(const json_t *types, const json_t *values, GError **error)
{
    return object_check(types, values, "", error);
}

char *value_date(const char *iso)
{
    if (!starts_with_date(iso))
        return NULL;
    return g_strdup_printf("%.4s年%u月%u日", iso, digits_value(iso + 5, 2),
                           digits_value(iso + 8, 2));
}

/* As it is printed; "" for a value that is not there. */
static char *printed(const json_t *type, const json_t *value)
{
    const char *text = json_string_value(value);

    if (value == NULL)
        return g_strdup("");
    if (json_is_object(type))
        return g_strdup(json_text(type, text));
    if (json_is_integer(value))
        return g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
    if (json_is_boolean(value))
        return g_strdup(json_is_true(value) ? "☑" : "□");
    if (g_str_equal(json_string_value(type), "date"))
        return value_date(text);
    if (g_str_equal(json_string_value(type), "day"))
        return g_strdup_printf("%.4s%.2s%.2s", text, text + 5, text + 8);
    if (g_str_equal(json_string_value(type), "minute")) {
        g_autofree char *date = value_date(text);

        return g_strdup_printf("%s %.2s时%.2s分", date, text + 11, text + 14);
    }
    return g_strdup(text);
}

/* One place, the text between the braces. */
static char *expand_place(const ValueScope *scope, const char *place)
{
    if (g_str_equal(place, "#"))
        return g_strdup_printf("%u", scope->row_number);
    if (g_str_equal(place, "."))
        return printed(scope->row_type, scope->row);
    if (*place == '.')
        return printed(value_type(scope->row_type, place + 1),
                       json_object_get(scope->row, place + 1));
    return printed(value_type(scope->types, place), json_object_get(scope->values, place));
}

static gboolean place_check(const ValueScope *scope, const char *place, GError **error)
{
    const json_t *type = NULL;

    if (g_str_equal(place, "#") && scope->row_type != NULL)
        return TRUE;
    if (g_str_equal(place, "."))
        type = json_is_string(scope->row_type) ? scope->row_type : NULL;
    else if (*place == '.')
        type = json_is_object(scope->row_type) ? value_type(scope->row_type, place + 1) : NULL;
    else
        type = value_type(scope->types, place);
    if (type == NULL || json_is_array(type))
        return error_set(error, ERROR_DEFINITION, "no value '{%s}' is declared", place);
    return TRUE;
}

/* The next place at or after *at: its text between the braces, with *before and *at set to the end
 * of the plain text before it and to what follows it. NULL where there is none. */
static char *next_place(const char **at, const char **before)
{
    const char *open = strchr(*at, '{');
    const char *close = open != NULL ? strchr(open, '}') : NULL;

    if (close == NULL)
        return NULL;
    *before = open;
    *at = close + 1;
    return g_strndup(open + 1, (gsize)(close - open - 1));
}

gboolean value_text_check(const ValueScope *scope, const char *text, GError **error)
{
    const char *at = text, *before;
    char *found;

    while ((found = next_place(&at, &before)) != NULL) {
        g_autofree char *place = found;

        if (!place_check(scope, place, error))
            return FALSE;
    }
    return TRUE;
}

char *value_expand(const ValueScope *scope, const char *text)
{
    GString *out = g_string_new(NULL);
    const char *at = text, *plain = text, *before;
    char *found;

    while ((found = next_place(&at, &before)) != NULL) {
        g_autofree char *place = found;
        g_autofree char *value = expand_place(scope, place);

        g_string_append_len(out, plain, before - plain);
        g_string_append(out, value);
        plain = at;
    }
    g_string_append(out, plain);
    return g_string_free(out, FALSE);
}

gboolean value_is_set(const ValueScope *scope, const char *name)
{
    const json_t *value = json_object_get(scope->values, name);

    if (json_is_array(value))
        return json_array_size(value) > 0;
    if (json_is_string(value))
        return *json_string_value(value) != '\0';
    return value != NULL && !json_is_false(value);
}
