/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/destroy.h"

#include "appliance/casework/ledger.h"
#include "appliance/counter/case.h"
#include "appliance/counter/hold.h"
#include "appliance/paper/paper.h"
#include "storage/erase.h"
#include "storage/local/local.h"

#include <string.h>

#define SHORTEST_YEARS 10

gboolean destroy_due_day(const char *retention, Day filed, Day *due)
{
    guint64 years;

    if (retention == NULL || retention[0] != 'D' ||
        !g_ascii_string_to_unsigned(retention + 1, 10, 1, 999, &years, NULL))
        return FALSE;
    *due = day_of(day_year(filed) + (guint)years + 1, 1, 1);
    return TRUE;
}

/* ── lists ───────────────────────────────────────────────────────────────────────────────── */

static gboolean add_name(House *house, json_t *row, GError **error)
{
    const Item *item = house_item(house, json_text(row, "item_digest"), error);

    if (item != NULL)
        json_object_set_new(row, "name", json_string(item->name));
    return item != NULL;
}

json_t *destroy_due(House *house, Catalog *catalog, Day by, GError **error)
{
    Day latest = day_of(day_year(by) - SHORTEST_YEARS, 1, 1);
    g_autofree char *before = clock_format(day_instant(latest, 0, HOUSE_OFFSET_S));
    g_autoptr(json_t) rows = catalog_retained(catalog, before, error), due = json_array();
    gsize i;
    json_t *row;

    if (rows == NULL)
        return NULL;
    json_array_foreach(rows, i, row)
    {
        Day day;
        g_autofree char *text = NULL;

        if (!destroy_due_day(json_text(row, "retention"), house_day(json_text(row, "filed_at")),
                             &day) ||
            day > by)
            continue;
        text = day_format(day);
        json_object_set_new(row, "due", json_string(text));
        if (!add_name(house, row, error))
            return NULL;
        json_array_append(due, row);
    }
    return g_steal_pointer(&due);
}

json_t *destroy_register(House *house, Catalog *catalog, GError **error)
{
    g_autoptr(json_t) rows = catalog_destructions(catalog, FALSE, error);
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        gint64 outside;

        if (!add_name(house, row, error) ||
            !catalog_bundled(catalog, json_text(row, "case"), &outside, error))
            return NULL;
        json_object_set_new(row, "outside", json_integer(outside));
    }
    return g_steal_pointer(&rows);
}

/* ── the record ──────────────────────────────────────────────────────────────────────────── */

typedef struct {
    House *house;
    const StoreActor *actor;
    const DestroyRequest *request;
} Destroying;

/* The row of a case that may be destroyed today. */
static gboolean check_due(const Destroying *destroying, Catalog *catalog, const char *number,
                          json_t **row, GError **error)
{
    g_autoptr(json_t) of_case = case_row(catalog, number, error);
    g_autoptr(json_t) due = NULL;
    gboolean destroyed;
    gsize i;
    json_t *one;

    if (of_case == NULL || !catalog_is_destroyed(catalog, number, &destroyed, error) ||
        !hold_check(catalog, number, error))
        return FALSE;
    if (destroyed)
        return error_set(error, ERROR_DESTROYED, "%s", number);
    due = destroy_due(destroying->house, catalog, house_today(destroying->house), error);
    if (due == NULL)
        return FALSE;
    json_array_foreach(due, i, one)
    {
        if (strcmp(json_text(one, "number"), number) == 0) {
            *row = json_incref(one);
            return TRUE;
        }
    }
    return error_set(error, ERROR_RULE, "%s: %s", number,
                     json_text(of_case, "filed_at") == NULL ? "not filed (未归档)"
                                                            : "retention is not over (未到期)");
}

static gboolean destroy_command(StoreTxn *txn, void *data, GError **error)
{
    const Destroying *destroying = data;
    const DestroyRequest *request = destroying->request;

    for (gsize i = 0; request->numbers[i] != NULL; i++) {
        g_autoptr(json_t) row = NULL;

        if (!check_due(destroying, txn_catalog(txn), request->numbers[i], &row, error) ||
            !txn_append(txn, "destroy", request->numbers[i],
                        json_pack("{s:s, s:s, s:s, s:s}", "second", request->second, "approval",
                                  request->approval, "retention", json_text(row, "retention"),
                                  "due", json_text(row, "due")),
                        error))
            return FALSE;
    }
    return TRUE;
}

gboolean destroy_cases(House *house, const StoreActor *actor, const DestroyRequest *request,
                       GError **error)
{
    Destroying destroying = {house, actor, request};

    if (request->second == NULL || strcmp(request->second, actor->actor) == 0)
        return error_set(error, ERROR_SECOND_PERSON, "destruction");
    if (request->approval == NULL || *request->approval == '\0')
        return error_set(error, ERROR_INVALID, "destruction rests on an approval: its number");
    return store_write(house_store(house), actor, destroy_command, &destroying, error) &&
           destroy_settle(house_store(house), error);
}

/* ── afterwards ──────────────────────────────────────────────────────────────────────────── */

/* Answers that are kept for repeated commands may show a case. */
static gboolean forget_answers(Store *store, GError **error)
{
    g_autofree char *path = store_path(store, "local.db");
    g_autoptr(Local) local = NULL;

    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return TRUE;
    local = local_open(path, error);
    return local != NULL && local_forget_answers(local, error);
}

static gboolean done_command(StoreTxn *txn, void *data, GError **error)
{
    json_t *pending = data, *row;
    gsize i;

    json_array_foreach(pending, i, row)
    {
        if (!txn_append(txn, "destroy.done", json_text(row, "case"), json_object(), error))
            return FALSE;
    }
    return TRUE;
}

static gboolean erase_all(Store *store, Catalog *catalog, json_t *pending, GError **error)
{
    gsize i;
    json_t *row;

    json_array_foreach(pending, i, row)
    {
        if (!erase_case(store, catalog, json_text(row, "case"), error))
            return FALSE;
    }
    return TRUE;
}

gboolean destroy_settle(Store *store, GError **error)
{
    StoreActor actor = {"system", "keeping"};
    g_autoptr(Catalog) catalog = store_reader(store, error);
    g_autoptr(json_t) pending = catalog != NULL ? catalog_destructions(catalog, TRUE, error) : NULL;

    if (pending == NULL || json_array_size(pending) == 0)
        return pending != NULL;
    if (!erase_all(store, catalog, pending, error))
        return FALSE;
    /* A reader of our own would hold the catalogue as it was. */
    g_clear_pointer(&catalog, catalog_close);
    return erase_free_pages(store, error) && forget_answers(store, error) &&
           store_write(store, &actor, done_command, pending, error);
}

/* ── the paper ───────────────────────────────────────────────────────────────────────────── */

/* A cell of the 销毁清册; NULL where the row says nothing of it. */
static char *cell_of(const json_t *row, gsize index, const char *key)
{
    static const char *const members[][2] = {
        {"archive", "archive_number"}, {"title", "name"},   {"date", "filed_at"},
        {"retention", "retention"},    {"appraisal", NULL}, {"approver", "approval"},
        {"witness", "second"},         {"time", "done_at"}};
    const char *text = NULL;

    if (strcmp(key, "serial") == 0)
        return g_strdup_printf("%" G_GSIZE_FORMAT, index + 1);
    if (strcmp(key, "pages") == 0)
        return g_strdup_printf("%" G_GINT64_FORMAT, json_int(row, "pages", 0));
    if (strcmp(key, "appraisal") == 0)
        return g_strdup_printf("%s 到期", json_text(row, "due"));
    if (strcmp(key, "remark") == 0 && json_int(row, "holds", 0) > 0)
        return g_strdup("法律保全，不得销毁");
    for (gsize i = 0; i < G_N_ELEMENTS(members); i++)
        if (strcmp(members[i][0], key) == 0)
            text = json_text(row, members[i][1]);
    if (text != NULL && (strcmp(key, "date") == 0 || strcmp(key, "time") == 0))
        return day_format(house_day(text));
    return g_strdup(text != NULL ? text : "");
}

static json_t *paper_values(json_t *rows, const char *made_by, const char *today)
{
    gsize n, i, at;
    const LedgerColumn *columns = ledger_columns(LEDGER_DESTRUCTION, &n);
    json_t *heads = json_array(), *lines = json_array(), *row;
    g_autofree char *total =
        g_strdup_printf("共 %zu 件。审批：　　　　监销人：　　　　", json_array_size(rows));

    for (at = 0; at < n; at++)
        json_array_append_new(heads, json_string(columns[at].title));
    json_array_foreach(rows, i, row)
    {
        json_t *line = json_array();

        for (at = 0; at < n; at++) {
            g_autofree char *cell = cell_of(row, i, columns[at].key);

            json_array_append_new(line, json_string(cell));
        }
        json_array_append_new(lines, line);
    }
    return json_pack("{s:s, s:s, s:o, s:o, s:s, s:s}", "title", ledger_title(LEDGER_DESTRUCTION),
                     "period", today, "heads", heads, "rows", lines, "total", total, "made_by",
                     made_by);
}

GBytes *destroy_paper(House *house, json_t *rows, const char *made_by, GError **error)
{
    g_autofree char *today = day_format(house_today(house));
    g_autoptr(json_t) values = paper_values(rows, made_by, today);
    g_autofree char *folder = store_path(house_store(house), "templates");
    g_autoptr(PaperTemplate) form = paper_template_find("ledger", folder, error);
    PaperCopy copy = {NULL, NULL, NULL};
    PaperOptions options = {.created_us = clock_now_us(store_clock(house_store(house))),
                            .copies = &copy,
                            .n_copies = 1};
    GBytes *pdf = NULL;

    return form != NULL && paper_render(form, values, &options, &pdf, error) ? pdf : NULL;
}
