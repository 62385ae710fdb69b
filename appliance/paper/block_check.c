/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/paper/template.h"

#include <string.h>

/* Members of each kind of block; "?" = may be missing. "block", "when" and "unless" go without
 * saying. */
static const struct {
    const char *name;
    const char *members;
} kinds[] = {
    {"text", "text align? indent? bold? sans? size?"},
    {"fields", "rows label_width?"},
    {"table", "of columns empty? blank_rows?"},
    {"grid", "heads of"},
    {"list", "of text indent?"},
    {"box", "label text? height sign?"},
    {"signatures", "texts columns?"},
    {"seal", "organ date note? texts? qr? caption?"},
    {"qr", "text caption size?"},
    {"stamp", "cells"},
    {"pictures", "of image caption columns? height"},
    {"space", "height"},
    {"rule", ""},
    {"break", ""},
};

static const char *members_of(const char *name)
{
    for (gsize i = 0; name != NULL && i < G_N_ELEMENTS(kinds); i++)
        if (g_str_equal(kinds[i].name, name))
            return kinds[i].members;
    return NULL;
}

static gboolean is_common(const char *member)
{
    return g_str_equal(member, "block") || g_str_equal(member, "when") ||
           g_str_equal(member, "unless");
}

static gboolean required_there(const json_t *block, char **members, GError **error)
{
    for (char **member = members; *member != NULL; member++)
        if (**member != '\0' && !g_str_has_suffix(*member, "?") &&
            json_object_get(block, *member) == NULL)
            return error_set(error, ERROR_DEFINITION, ".%s: missing", *member);
    return TRUE;
}

static gboolean members_known(const json_t *block, char **members, GError **error)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)block, name, value)
    {
        g_autofree char *optional = g_strconcat(name, "?", NULL);

        if (!is_common(name) && !g_strv_contains((const char *const *)members, name) &&
            !g_strv_contains((const char *const *)members, optional))
            return error_set(error, ERROR_DEFINITION, ".%s: no such member", name);
    }
    return TRUE;
}

/* "when", "unless", "of" and "heads" name declared values, the last two lists. */
static gboolean names_check(const json_t *types, const json_t *block, GError **error)
{
    static const char *const members[] = {"when", "unless", "of", "heads"};

    for (gsize i = 0; i < G_N_ELEMENTS(members); i++) {
        const char *name = json_text(block, members[i]);

        if (name == NULL)
            continue;
        if (value_type(types, name) == NULL)
            return error_set(error, ERROR_DEFINITION, ".%s: no value '%s' is declared", members[i],
                             name);
        if (i >= 2 && !json_is_array(value_type(types, name)))
            return error_set(error, ERROR_DEFINITION, ".%s: '%s' is no list", members[i], name);
    }
    return TRUE;
}

/* All texts anywhere in the block. */
static gboolean texts_check(const ValueScope *scope, const json_t *value, GError **error)
{
    const char *name;
    json_t *member;
    size_t i;

    if (json_is_string(value)) {
        if (value_text_check(scope, json_string_value(value), error))
            return TRUE;
        g_prefix_error(error, ": ");
        return FALSE;
    }
    json_object_foreach((json_t *)value, name, member) if (!texts_check(scope, member, error))
    {
        g_prefix_error(error, ".%s", name);
        return FALSE;
    }
    json_array_foreach((json_t *)value, i, member) if (!texts_check(scope, member, error))
    {
        g_prefix_error(error, "[%zu]", i);
        return FALSE;
    }
    return TRUE;
}

/* Shapes that composing relies on. */
static gboolean shapes_check(const json_t *block, GError **error)
{
    const json_t *row, *column;
    size_t i;

    json_array_foreach(json_object_get(block, "rows"), i,
                       row) if (json_array_size(row) == 0 ||
                                json_array_size(row) % 2 !=
                                    0) return error_set(error, ERROR_DEFINITION,
                                                        ".rows[%zu]: not pairs of label and text",
                                                        i);
    json_array_foreach(json_object_get(block, "cells"), i,
                       row) if (json_array_size(row) !=
                                2) return error_set(error, ERROR_DEFINITION,
                                                    ".cells[%zu]: not a label and a text", i);
    if (json_object_get(block, "cells") != NULL &&
        json_array_size(json_object_get(block, "cells")) != 6)
        return error_set(error, ERROR_DEFINITION, ".cells: a stamp has six");
    json_array_foreach(
        json_object_get(block, "columns"), i,
        column) if (json_text(column, "head") == NULL ||
                    json_text(column, "text") ==
                        NULL) return error_set(error, ERROR_DEFINITION,
                                               ".columns[%zu]: head and text are needed", i);
    return TRUE;
}

gboolean block_check(const json_t *types, const json_t *block, GError **error)
{
    const char *members = members_of(json_text(block, "block"));
    g_auto(GStrv) list = NULL;
    ValueScope scope = {.types = types};
    const char *of = json_text(block, "of");

    if (members == NULL)
        return error_set(error, ERROR_DEFINITION, ".block: no such block");
    list = g_strsplit(members, " ", -1);
    if (!required_there(block, list, error) || !members_known(block, list, error) ||
        !names_check(types, block, error) || !shapes_check(block, error))
        return FALSE;
    if (of != NULL)
        scope.row_type = json_array_get(value_type(types, of), 0);
    return texts_check(&scope, block, error);
}
