/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/paper/template.h"

#include <string.h>

/* What a member holds. */
typedef enum {
    MEMBER_TEXT = 's',
    MEMBER_NUMBER = 'n',
    MEMBER_FLAG = 'b',
    MEMBER_LIST = 'a',
} MemberType;

/* Members of each kind of block as "name=TYPE", "?" behind: may be missing. "block", "when" and
 * "unless" go without saying. */
static const struct {
    const char *name;
    const char *members;
} kinds[] = {
    {"text", "text=s align=s? indent=n? bold=b? sans=b? size=s?"},
    {"fields", "rows=a label_width=n?"},
    {"table", "of=s columns=a empty=s? blank_rows=n?"},
    {"grid", "heads=s of=s"},
    {"list", "of=s text=s indent=n?"},
    {"box", "label=s text=s? height=n sign=s?"},
    {"signatures", "texts=a columns=n?"},
    {"seal", "organ=s date=s note=s? texts=a? qr=s? caption=s?"},
    {"qr", "text=s caption=s size=n?"},
    {"stamp", "cells=a"},
    {"pictures", "of=s image=s caption=s columns=n? height=n"},
    {"space", "height=n"},
    {"rule", ""},
    {"break", ""},
};

static const char *const common_members = "block=s when=s? unless=s?";
static const char *const column_members = "head=s text=s width=n? align=s?";

static const char *members_of(const char *name)
{
    for (gsize i = 0; name != NULL && i < G_N_ELEMENTS(kinds); i++)
        if (g_str_equal(kinds[i].name, name))
            return kinds[i].members;
    return NULL;
}

static gboolean is_of_type(const json_t *value, char type)
{
    switch ((MemberType)type) {
    case MEMBER_TEXT:
        return json_is_string(value);
    case MEMBER_NUMBER:
        return json_is_number(value) && json_number_value(value) >= 0;
    case MEMBER_FLAG:
        return json_is_boolean(value);
    case MEMBER_LIST:
        return json_is_array(value);
    }
    return FALSE;
}

/* The specification of a member: what follows "name=", or NULL. */
static const char *member_spec(char **members, const char *name)
{
    gsize length = strlen(name);

    for (char **member = members; *member != NULL; member++)
        if (strncmp(*member, name, length) == 0 && (*member)[length] == '=')
            return *member + length + 1;
    return NULL;
}

/* Every required member is there, and every member is known and of its type. */
static gboolean members_check(const json_t *object, const char *specification, GError **error)
{
    g_auto(GStrv) members = g_strsplit(specification, " ", -1);
    const char *name;
    json_t *value;

    for (char **member = members; *member != NULL; member++) {
        g_autofree char *plain = g_strndup(*member, strcspn(*member, "="));

        if (*plain != '\0' && !g_str_has_suffix(*member, "?") &&
            json_object_get(object, plain) == NULL)
            return error_set(error, ERROR_DEFINITION, ".%s: missing", plain);
    }
    json_object_foreach((json_t *)object, name, value)
    {
        const char *spec = member_spec(members, name);

        if (spec == NULL)
            return error_set(error, ERROR_DEFINITION, ".%s: no such member", name);
        if (!is_of_type(value, *spec))
            return error_set(error, ERROR_DEFINITION, ".%s: of the wrong type", name);
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

/* A grid takes its heads from texts and its rows from cells. */
static gboolean grid_check(const json_t *types, const json_t *block, GError **error)
{
    const json_t *heads = json_array_get(value_type(types, json_text(block, "heads")), 0);
    const json_t *rows = json_array_get(value_type(types, json_text(block, "of")), 0);

    if (g_strcmp0(json_string_value(heads), "text") != 0)
        return error_set(error, ERROR_DEFINITION, ".heads: not a list of texts");
    if (g_strcmp0(json_string_value(rows), "cells") != 0)
        return error_set(error, ERROR_DEFINITION, ".of: not a list of cells");
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
    json_object_foreach((json_t *)value, name, member)
    {
        if (texts_check(scope, member, error))
            continue;
        g_prefix_error(error, ".%s", name);
        return FALSE;
    }
    json_array_foreach((json_t *)value, i, member)
    {
        if (texts_check(scope, member, error))
            continue;
        g_prefix_error(error, "[%zu]", i);
        return FALSE;
    }
    return TRUE;
}

static gboolean is_list_of_texts(const json_t *list)
{
    const json_t *text;
    size_t i;

    json_array_foreach((json_t *)list, i, text)
    {
        if (!json_is_string(text))
            return FALSE;
    }
    return json_is_array(list);
}

/* Pairs of label and text: rows of a form, cells of a stamp. */
static gboolean pairs_check(const json_t *block, const char *member, size_t most, GError **error)
{
    const json_t *row;
    size_t i;

    json_array_foreach(json_object_get(block, member), i, row)
    {
        size_t n = json_array_size(row);

        if (n == 0 || n % 2 != 0 || n > most || !is_list_of_texts(row))
            return error_set(error, ERROR_DEFINITION, ".%s[%zu]: not pairs of label and text",
                             member, i);
    }
    return TRUE;
}

static gboolean columns_check(const json_t *block, GError **error)
{
    const json_t *columns = json_object_get(block, "columns");
    const json_t *column;
    size_t i;

    if (json_array_size(columns) > TEMPLATE_COLUMNS_MAX)
        return error_set(error, ERROR_DEFINITION, ".columns: more than %d", TEMPLATE_COLUMNS_MAX);
    json_array_foreach(columns, i, column)
    {
        if (members_check(column, column_members, error))
            continue;
        g_prefix_error(error, ".columns[%zu]", i);
        return FALSE;
    }
    return TRUE;
}

static gboolean is_one_of(const char *value, const char *words)
{
    g_auto(GStrv) list = g_strsplit(words, " ", -1);

    return value == NULL || g_strv_contains((const char *const *)list, value);
}

/* Shapes that composing relies on. */
static gboolean shapes_check(const json_t *block, GError **error)
{
    const json_t *cells = json_object_get(block, "cells");
    const json_t *texts = json_object_get(block, "texts");

    if (cells != NULL && json_array_size(cells) != 6)
        return error_set(error, ERROR_DEFINITION, ".cells: a stamp has six");
    if (texts != NULL && !is_list_of_texts(texts))
        return error_set(error, ERROR_DEFINITION, ".texts: not a list of texts");
    if (!is_one_of(json_text(block, "align"), "left center right"))
        return error_set(error, ERROR_DEFINITION, ".align: not left, center or right");
    if (!is_one_of(json_text(block, "size"), "body small large"))
        return error_set(error, ERROR_DEFINITION, ".size: not body, small or large");
    return pairs_check(block, "rows", TEMPLATE_COLUMNS_MAX, error) &&
           pairs_check(block, "cells", 2, error) && columns_check(block, error);
}

gboolean block_check(const json_t *types, const json_t *block, GError **error)
{
    const char *members = members_of(json_text(block, "block"));
    g_autofree char *specification = NULL;
    ValueScope scope = {.types = types};
    const char *of = json_text(block, "of");

    if (members == NULL)
        return error_set(error, ERROR_DEFINITION, ".block: no such block");
    specification = g_strdup_printf("%s %s", common_members, members);
    if (!members_check(block, specification, error) || !names_check(types, block, error) ||
        !shapes_check(block, error))
        return FALSE;
    if (json_object_get(block, "heads") != NULL && !grid_check(types, block, error))
        return FALSE;
    if (of != NULL)
        scope.row_type = json_array_get(value_type(types, of), 0);
    return texts_check(&scope, block, error);
}
