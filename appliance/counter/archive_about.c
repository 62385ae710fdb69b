/* SPDX-License-Identifier: Apache-2.0
 *
 * What is known of a case beside its files: from its row, its life, the house's definitions and,
 * once it is filed, the record of its seal.
 */
#include "appliance/counter/archive_intern.h"

#include <string.h>

void archive_about_number(json_t *about, const char *archive_number, const ArchiveNumber *number)
{
    g_autofree char *year = g_strdup_printf("%u", number->year);

    json_object_set_new(about, "archive_number", json_string(archive_number));
    json_object_set_new(about, "category", json_string(number->category));
    json_object_set_new(about, "fonds", json_string(number->fonds));
    json_object_set_new(about, "year", json_string(year));
    json_object_set_new(about, "retention",
                        json_string(number->retention != NULL ? number->retention : ""));
    json_object_set_new(about, "unit", json_string(number->unit != NULL ? number->unit : ""));
}

static void set_day(json_t *about, const char *key, Day day)
{
    g_autofree char *text = day > 0 ? day_format(day) : NULL;

    if (text != NULL)
        json_object_set_new(about, key, json_string(text));
}

static void add_life(json_t *about, const LifeState *state)
{
    set_day(about, "accepted", state->effective);
    set_day(about, "decided", state->decided);
    set_day(about, "ended", state->ended);
    if (state->ending != ENDING_NONE)
        json_object_set_new(about, "result", json_string(life_ending_word(state->ending)));
    json_object_set_new(about, "late", json_boolean((state->flags & FLAG_OVERDUE) != 0));
}

/* Events without what they say: time, act, who, where. */
static gboolean add_events(json_t *about, Catalog *catalog, const char *number, GError **error)
{
    g_autoptr(json_t) events = catalog_events(catalog, number, error);
    json_t *list, *row;
    gsize i;

    if (events == NULL)
        return FALSE;
    list = json_array();
    json_array_foreach(events, i, row)
    {
        json_array_append_new(
            list, json_pack("{s:O, s:O, s:O, s:O}", "t", json_object_get(row, "t"), "act",
                            json_object_get(row, "act"), "actor", json_object_get(row, "actor"),
                            "station", json_object_get(row, "station")));
        json_object_set(about, "at", json_object_get(row, "t"));
    }
    json_object_set_new(about, "events", list);
    return TRUE;
}

static gboolean add_archive_number(json_t *about, const json_t *row, GError **error)
{
    const char *text = json_text(row, "archive_number");
    g_autoptr(ArchiveTables) tables = archive_tables_shipped();
    g_auto(ArchiveNumber) number = {0};

    if (text == NULL)
        return TRUE;
    if (!archive_number_parse(text, tables, &number, error))
        return FALSE;
    archive_about_number(about, text, &number);
    json_object_set(about, "filed", json_object_get(row, "filed_at"));
    return TRUE;
}

static json_t *about_of(House *house, Catalog *catalog, const json_t *row, const CaseLife *life,
                        GError **error)
{
    const Item *item = life->rules.item;
    const Department *department = house_department(house, catalog, item->department, error);
    g_autofree char *region = catalog_setting(catalog, "region", NULL);

    if (department == NULL)
        return NULL;
    return json_pack("{s:O, s:s, s:s, s:s, s:s, s:O, s:s, s:s, s:s, s:s, s:s, s:s}", "number",
                     json_object_get(row, "number"), "item", item->code, "item_name", item->name,
                     "kind", life->state.kind, "applicant",
                     json_text(row, "applicant") != NULL ? json_text(row, "applicant") : "",
                     "received", json_object_get(row, "received_at"), "organ", department->name,
                     "uscc", department->uscc != NULL ? department->uscc : "", "fonds",
                     department->fonds, "fonds_name", department->fonds_name, "region",
                     region != NULL ? region : "", "heading", life->rules.profile->heading);
}

json_t *archive_about(House *house, Catalog *catalog, const char *number, GError **error)
{
    g_autoptr(json_t) row = case_row(catalog, number, error), about = NULL, batches = NULL;
    CaseLife life;

    if (row == NULL || !case_life(house, catalog, number, &life, error))
        return NULL;
    about = about_of(house, catalog, row, &life, error);
    if (about == NULL)
        return NULL;
    add_life(about, &life.state);
    batches = catalog_case_batches(catalog, number, error);
    if (batches == NULL || !add_events(about, catalog, number, error) ||
        !add_archive_number(about, row, error))
        return NULL;
    json_object_set(about, "batches", batches);
    return g_steal_pointer(&about);
}
