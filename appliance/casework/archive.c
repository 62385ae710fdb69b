/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/archive.h"

#include "appliance/base/text.h"
#include "appliance/casework/definition.h"

#include <stdlib.h>
#include <string.h>

#define DOT       "·" /* U+00B7 */
#define LEVELS    4
#define UNIT_MAX  50
#define DIGITS_LO 3
#define DIGITS_HI 4

void archive_number_clear(ArchiveNumber *number)
{
    g_free(number->fonds);
    g_free(number->category);
    g_free(number->retention);
    g_free(number->unit);
    *number = (ArchiveNumber){0};
}

void archive_tables_free(ArchiveTables *tables)
{
    g_strfreev(tables->classes);
    g_strfreev(tables->licensing);
    g_strfreev(tables->retentions);
    g_free(tables);
}

static gboolean is_listed(char **list, const char *text)
{
    return g_strv_contains((const char *const *)list, text);
}

static gboolean is_fonds(const char *text)
{
    return strlen(text) == 4 && g_ascii_isupper(text[0]) && text_is_digits(text + 1);
}

static gboolean is_level(const char *text)
{
    return *text != '\0' && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == strlen(text);
}

static gboolean is_year(const char *text)
{
    return strlen(text) == 4 && text_is_digits(text) && text[0] >= '1' && text[0] <= '2';
}

/* Y, D30 …: what would be taken for a 保管期限 on the way back. */
static gboolean looks_like_retention(const char *text)
{
    return strcmp(text, "Y") == 0 || (text[0] == 'D' && text_is_digits(text + 1));
}

/* Capitals, digits or Chinese: what a 机构或问题 may be written in. */
static gboolean is_unit(const char *text)
{
    if (*text == '\0' || looks_like_retention(text) || g_utf8_strlen(text, -1) > UNIT_MAX)
        return FALSE;
    for (; *text != '\0'; text = g_utf8_next_char(text)) {
        gunichar c = g_utf8_get_char(text);

        if (!(c < 128 && (g_ascii_isdigit((char)c) || g_ascii_isupper((char)c))) &&
            g_unichar_get_script(c) != G_UNICODE_SCRIPT_HAN)
            return FALSE;
    }
    return TRUE;
}

static gboolean is_serial(const char *text, guint *value)
{
    gsize length = strlen(text);

    if (length < DIGITS_LO || length > DIGITS_HI || !text_is_digits(text))
        return FALSE;
    *value = (guint)strtoul(text, NULL, 10);
    return *value > 0;
}

/* The class path by the tables: 门类 known, levels well-formed, licensing only what the hall has.
 */
static gboolean check_class(const char *category, const ArchiveTables *tables, GError **error)
{
    g_auto(GStrv) levels = g_strsplit(category, DOT, LEVELS + 1);

    if (levels[0] == NULL || !is_listed(tables->classes, levels[0]))
        return error_set(error, ERROR_INVALID, "档号: %s is no 门类",
                         levels[0] == NULL ? "" : levels[0]);
    if (g_strv_length(levels) > LEVELS)
        return error_set(error, ERROR_INVALID, "档号: %s has more than four levels", category);
    for (guint i = 1; levels[i] != NULL; i++)
        if (!is_level(levels[i]))
            return error_set(error, ERROR_INVALID, "档号: %s is no class level", levels[i]);
    if (strcmp(levels[0], "ZY") == 0 && levels[1] != NULL &&
        !is_listed(tables->licensing, category))
        return error_set(error, ERROR_INVALID, "档号: %s is not in the hall's class table",
                         category);
    return TRUE;
}

static gboolean check_parts(const ArchiveNumber *number, const ArchiveTables *tables,
                            GError **error)
{
    if (!is_fonds(number->fonds))
        return error_set(error, ERROR_INVALID, "档号: 全宗号 %s", number->fonds);
    if (!check_class(number->category, tables, error))
        return FALSE;
    if (number->year != 0 && (number->year < 1000 || number->year > 2999))
        return error_set(error, ERROR_INVALID, "档号: 年度 %u", number->year);
    if (number->retention != NULL && !is_listed(tables->retentions, number->retention))
        return error_set(error, ERROR_INVALID, "档号: 保管期限 %s", number->retention);
    if (number->unit != NULL && !is_unit(number->unit))
        return error_set(error, ERROR_INVALID, "档号: 机构或问题 %s", number->unit);
    if ((number->form == ARCHIVE_VOLUME) != (number->volume > 0) || number->volume > 9999)
        return error_set(error, ERROR_INVALID, "档号: 案卷号 %u", number->volume);
    if (number->item < 1 || number->item > 9999)
        return error_set(error, ERROR_INVALID, "档号: 件号 %u", number->item);
    return TRUE;
}

char *archive_number_compose(const ArchiveNumber *number, const ArchiveTables *tables,
                             GError **error)
{
    GString *out;

    if (!check_parts(number, tables, error))
        return NULL;
    out = g_string_new(NULL);
    g_string_append_printf(out, "%s-%s", number->fonds, number->category);
    if (number->year != 0)
        g_string_append_printf(out, DOT "%04u", number->year);
    if (number->retention != NULL)
        g_string_append_printf(out, DOT "%s", number->retention);
    if (number->unit != NULL)
        g_string_append_printf(out, DOT "%s", number->unit);
    if (number->form == ARCHIVE_VOLUME)
        g_string_append_printf(out, "-%03u-%03u", number->volume, number->item);
    else
        g_string_append_printf(out, "-%04u", number->item);
    return g_string_free(out, FALSE);
}

/* 类别号: class levels, then year, retention, unit, each at most once and in this order. */
static gboolean parse_category(const char *text, const ArchiveTables *tables, ArchiveNumber *number,
                               GError **error)
{
    g_auto(GStrv) parts = g_strsplit(text, DOT, -1);
    g_autoptr(GString) class_path = g_string_new(parts[0]);
    guint at = parts[0] == NULL ? 0 : 1;

    for (; parts[0] != NULL && parts[at] != NULL && is_level(parts[at]) && !is_year(parts[at]) &&
           !is_listed(tables->retentions, parts[at]);
         at++)
        g_string_append_printf(class_path, DOT "%s", parts[at]);
    number->category = g_strdup(class_path->str);
    if (parts[0] != NULL && parts[at] != NULL && is_year(parts[at]))
        number->year = (guint)strtoul(parts[at++], NULL, 10);
    if (parts[0] != NULL && parts[at] != NULL && is_listed(tables->retentions, parts[at]))
        number->retention = g_strdup(parts[at++]);
    if (parts[0] != NULL && parts[at] != NULL)
        number->unit = g_strdup(parts[at++]);
    if (parts[0] != NULL && parts[at] != NULL)
        return error_set(error, ERROR_INVALID, "档号: %s stands behind the 机构或问题", parts[at]);
    return TRUE;
}

gboolean archive_number_parse(const char *text, const ArchiveTables *tables, ArchiveNumber *number,
                              GError **error)
{
    g_auto(GStrv) parts = g_strsplit(text, "-", 5);
    guint n = g_strv_length(parts);
    g_auto(ArchiveNumber) parsed = {.form = n == 4 ? ARCHIVE_VOLUME : ARCHIVE_ITEM};

    if (!g_utf8_validate(text, -1, NULL) || n < 3 || n > 4)
        return error_set(error, ERROR_INVALID, "档号 %.80s: not three or four parts", text);
    if (!is_serial(parts[n - 1], &parsed.item))
        return error_set(error, ERROR_INVALID, "档号 %s: 件号 %s", text, parts[n - 1]);
    if (n == 4 && !is_serial(parts[2], &parsed.volume))
        return error_set(error, ERROR_INVALID, "档号 %s: 案卷号 %s", text, parts[2]);
    parsed.fonds = g_strdup(parts[0]);
    if (!parse_category(parts[1], tables, &parsed, error) || !check_parts(&parsed, tables, error)) {
        g_prefix_error(error, "%s: ", text);
        return FALSE;
    }
    *number = parsed;
    parsed = (ArchiveNumber){0};
    return TRUE;
}

char *archive_number_series(const char *text)
{
    const char *last = strrchr(text, '-');

    return last == NULL ? g_strdup(text) : g_strndup(text, (gsize)(last - text));
}

char *archive_number_alias(const char *text)
{
    GString *out = g_string_new(NULL);

    for (; *text != '\0'; text = g_utf8_next_char(text)) {
        gunichar c = g_utf8_get_char(text);

        if (c == 0xb7)
            g_string_append_c(out, '.');
        else if (c < 128 && (g_ascii_isalnum((char)c) || c == '-' || c == '_'))
            g_string_append_c(out, (char)c);
        else
            g_string_append_printf(out, "u%04X", c);
    }
    return g_string_free(out, FALSE);
}

ArchiveTables *archive_tables_load(const char *bytes, gsize size, const char *name, GError **error)
{
    g_autoptr(Definition) definition =
        definition_load(bytes, size, name, "archive.schema.json", error);
    ArchiveTables *tables;

    if (definition == NULL)
        return NULL;
    tables = g_new0(ArchiveTables, 1);
    tables->classes = definition_strv(definition_root(definition), "classes");
    tables->licensing = definition_strv(definition_root(definition), "licensing");
    tables->retentions = definition_strv(definition_root(definition), "retentions");
    return tables;
}

ArchiveTables *archive_tables_shipped(void)
{
    const Embedded *file = definition_shipped("archive.json");
    g_autoptr(GError) error = NULL;
    ArchiveTables *tables =
        archive_tables_load((const char *)file->bytes, file->size, file->name, &error);

    if (tables == NULL)
        g_error("%s", error->message); /* the build's own bytes: a test loads them */
    return tables;
}
