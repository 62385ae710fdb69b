/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/calendar.h"

#include "appliance/casework/definition.h"

#include <string.h>

#define HEADER "date,kind,name,source"

typedef struct {
    gboolean workday;
    char *name;
} Entry;

struct Calendar {
    GHashTable *days;  /* GINT_TO_POINTER(day) → Entry */
    GHashTable *years; /* year → number of holidays */
};

static void entry_free(gpointer data)
{
    g_free(((Entry *)data)->name);
    g_free(data);
}

Calendar *calendar_new(void)
{
    Calendar *calendar = g_new0(Calendar, 1);

    calendar->days = g_hash_table_new_full(NULL, NULL, NULL, entry_free);
    calendar->years = g_hash_table_new(NULL, NULL);
    return calendar;
}

void calendar_free(Calendar *calendar)
{
    g_hash_table_unref(calendar->days);
    g_hash_table_unref(calendar->years);
    g_free(calendar);
}

/* One row into `rows`; the line is that of the file. */
static gboolean read_row(const char *line, guint number, const char *name, GHashTable *rows,
                         GError **error)
{
    g_auto(GStrv) cells = g_strsplit(line, ",", -1);
    Entry *entry;
    Day day;

    if (g_strv_length(cells) != 4)
        return error_set(error, ERROR_DEFINITION, "%s, line %u: %u columns, needs 4", name, number,
                         g_strv_length(cells));
    if (!day_parse(cells[0], &day))
        return error_set(error, ERROR_DEFINITION, "%s, line %u: %s: no such day", name, number,
                         cells[0]);
    if (strcmp(cells[1], "holiday") != 0 && strcmp(cells[1], "workday") != 0)
        return error_set(error, ERROR_DEFINITION, "%s, line %u: %s: neither holiday nor workday",
                         name, number, cells[1]);
    if (g_hash_table_contains(rows, GINT_TO_POINTER(day)))
        return error_set(error, ERROR_DEFINITION, "%s, line %u: %s stands twice", name, number,
                         cells[0]);
    entry = g_new0(Entry, 1);
    entry->workday = strcmp(cells[1], "workday") == 0;
    entry->name = g_strdup(cells[2]);
    g_hash_table_insert(rows, GINT_TO_POINTER(day), entry);
    return TRUE;
}

static void count_year(Calendar *calendar, Day day, gint change)
{
    gpointer year = GUINT_TO_POINTER(day_year(day));
    gint count = GPOINTER_TO_INT(g_hash_table_lookup(calendar->years, year));

    g_hash_table_insert(calendar->years, year, GINT_TO_POINTER(count + change));
}

static void take_over(Calendar *calendar, GHashTable *rows)
{
    GHashTableIter iter;
    gpointer key, value;

    g_hash_table_iter_init(&iter, rows);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        const Entry *old = g_hash_table_lookup(calendar->days, key);
        Entry *entry = value;

        if (old != NULL && !old->workday)
            count_year(calendar, GPOINTER_TO_INT(key), -1);
        if (!entry->workday)
            count_year(calendar, GPOINTER_TO_INT(key), 1);
        g_hash_table_iter_steal(&iter);
        g_hash_table_insert(calendar->days, key, entry);
    }
}

gboolean calendar_import(Calendar *calendar, const char *bytes, gsize size, const char *name,
                         GError **error)
{
    g_autofree char *text = g_strndup(bytes, size);
    g_auto(GStrv) lines = NULL;
    g_autoptr(GHashTable) rows = g_hash_table_new_full(NULL, NULL, NULL, entry_free);
    char *from = text;

    if (strlen(text) != size || !g_utf8_validate(text, -1, NULL))
        return error_set(error, ERROR_DEFINITION, "%s: not UTF-8 text", name);
    if (g_str_has_prefix(from, "\xEF\xBB\xBF")) /* spreadsheets write a BOM */
        from += 3;
    lines = g_strsplit(from, "\n", -1);
    if (lines[0] == NULL || strcmp(g_strchomp(lines[0]), HEADER) != 0)
        return error_set(error, ERROR_DEFINITION, "%s, line 1: the head is not %s", name, HEADER);
    for (guint i = 1; lines[i] != NULL; i++) {
        g_strchomp(lines[i]);
        if (*lines[i] != '\0' && !read_row(lines[i], i + 1, name, rows, error))
            return FALSE;
    }
    if (g_hash_table_size(rows) == 0)
        return error_set(error, ERROR_DEFINITION, "%s: no day in it", name);
    take_over(calendar, rows);
    return TRUE;
}

Calendar *calendar_shipped(void)
{
    const Embedded *file = definition_shipped("holidays.csv");
    Calendar *calendar = calendar_new();
    g_autoptr(GError) error = NULL;

    if (!calendar_import(calendar, (const char *)file->bytes, file->size, file->name, &error))
        g_error("%s", error->message); /* the build's own bytes: a test loads them */
    return calendar;
}

gboolean calendar_is_workday(const Calendar *calendar, Day day)
{
    const Entry *entry = g_hash_table_lookup(calendar->days, GINT_TO_POINTER(day));

    return entry != NULL ? entry->workday : day_weekday(day) <= 5;
}

gboolean calendar_is_loaded(const Calendar *calendar, guint year)
{
    return GPOINTER_TO_INT(g_hash_table_lookup(calendar->years, GUINT_TO_POINTER(year))) >=
           CALENDAR_YEAR_HOLIDAYS;
}

guint calendar_last_year(const Calendar *calendar)
{
    GHashTableIter iter;
    gpointer year;
    guint last = 0;

    g_hash_table_iter_init(&iter, calendar->years);
    while (g_hash_table_iter_next(&iter, &year, NULL))
        if (calendar_is_loaded(calendar, GPOINTER_TO_UINT(year)))
            last = MAX(last, GPOINTER_TO_UINT(year));
    return last;
}

const char *calendar_name(const Calendar *calendar, Day day)
{
    const Entry *entry = g_hash_table_lookup(calendar->days, GINT_TO_POINTER(day));

    return entry == NULL ? NULL : entry->name;
}

Day calendar_workday_from(const Calendar *calendar, Day day)
{
    while (!calendar_is_workday(calendar, day))
        day++;
    return day;
}

Day calendar_add_workdays(const Calendar *calendar, Day start, guint n)
{
    Day day = n == 0 ? calendar_workday_from(calendar, start) : start;

    for (guint i = 0; i < n; i++)
        day = calendar_workday_from(calendar, day + 1);
    return day;
}

gint calendar_workdays(const Calendar *calendar, Day from, Day to)
{
    gint n = 0;

    for (Day day = MIN(from, to) + 1; day <= MAX(from, to); day++)
        n += calendar_is_workday(calendar, day);
    return to < from ? -n : n;
}

gboolean calendar_is_estimate(const Calendar *calendar, Day from, Day to)
{
    for (guint year = day_year(from); year <= day_year(to); year++)
        if (!calendar_is_loaded(calendar, year))
            return TRUE;
    return FALSE;
}
