/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/archive_intern.h"

#include "storage/catalog_keeping.h"
#include "storage/catalog_record.h"

#include <string.h>

static GArray *sides_of(const ArchiveView *view, gint64 document)
{
    GArray *sides = g_array_new(FALSE, TRUE, sizeof(FilingSide));
    gsize i;
    json_t *row;

    json_array_foreach(view->sides, i, row)
    {
        FilingSide side = {.id = (gint64)i,
                           .sheet = (guint)json_int(row, "sheet", 0),
                           .side = *json_text(row, "side") == 'a' ? 1 : 2,
                           .blank = json_int(row, "blank", 0) != 0,
                           .unread = strcmp(json_text(row, "state"), "unread") == 0,
                           .fixed_page = (guint)json_int(row, "page_number", 0)};

        if (json_int(row, "document", 0) == document &&
            strcmp(json_text(row, "state"), "void") != 0)
            g_array_append_val(sides, side);
    }
    return sides;
}

/* An issued paper without a scan of its signed copy still has its PDF, and a place in the order. */
static void add_fact(ArchiveView *view, const json_t *row)
{
    gint64 number = json_int(row, "number", 0);
    GArray *sides = sides_of(view, number);
    gboolean is_paper = strcmp(json_text(row, "family"), "A") != 0;
    gboolean is_void = strcmp(json_text(row, "state"), "void") == 0;
    FilingDocument fact = {
        .number = (guint32)number,
        .slot = code_slot_number(json_text(row, "code")),
        .title = json_text(row, "title"),
        .responsible = is_paper ? view->department->name : json_text(view->row, "applicant"),
        .reference = json_text(row, "paper_number") != NULL ? json_text(row, "paper_number") : "",
        .date = house_day(json_text(row, "made_at")),
        .void_reason = is_void ? json_text(row, "reason") : NULL,
        .placeholder = is_paper && sides->len == 0 ? "电子文书" : NULL,
        .sides = (const FilingSide *)(void *)sides->data,
        .n_sides = sides->len,
        .fixed_position = (guint)json_int(row, "position", 0)};

    g_ptr_array_add(view->side_sets, sides);
    g_array_append_val(view->facts, fact);
}

/* Pages of the case that no document has: filed without them it would be less than was handed in.
 */
static guint unplaced(const ArchiveView *view)
{
    guint n = 0;
    gsize i;
    json_t *row;

    json_array_foreach(view->sides, i, row)
    {
        n += json_int(row, "document", 0) == 0 && json_int(row, "blank", 0) == 0 &&
             strcmp(json_text(row, "role"), "page") == 0 &&
             strcmp(json_text(row, "state"), "void") != 0;
    }
    return n;
}

static FilingOutcome outcome_of(const LifeState *state)
{
    if (state->ending == ENDING_GRANTED)
        return OUTCOME_GRANTED;
    return state->ending == ENDING_NONE ? OUTCOME_OPEN : OUTCOME_OTHER;
}

const char *archive_view_retention(const ArchiveView *view, const char *asked)
{
    const Item *item = view->life.rules.item;

    if (asked != NULL)
        return asked;
    return view->life.state.ending == ENDING_GRANTED ? item->retention_granted
                                                     : item->retention_other;
}

static gboolean view_load(ArchiveView *view, House *house, Catalog *catalog, GError **error)
{
    view->row = case_row(catalog, view->number, error);
    if (view->row == NULL || !case_life(house, catalog, view->number, &view->life, error))
        return FALSE;
    view->department = house_department(house, catalog, view->life.rules.item->department, error);
    view->documents =
        view->department != NULL ? catalog_documents(catalog, view->number, error) : NULL;
    view->sides = view->documents != NULL ? catalog_sides(catalog, view->number, error) : NULL;
    /* The case file is proved by both digests. */
    view->fields = view->sides != NULL && catalog_add_facts(catalog, view->sides, error)
                       ? catalog_fields(catalog, view->number, error)
                       : NULL;
    view->check =
        view->fields != NULL ? completeness_check(house, catalog, view->number, error) : NULL;
    view->orders = view->check != NULL ? filing_orders_shipped(error) : NULL;
    return view->orders != NULL;
}

/* The remarks sheet says that the case is held: who files it away must not take it out again. */
static gboolean add_holds(ArchiveView *view, Catalog *catalog, GError **error)
{
    g_autoptr(json_t) holds = catalog_holds(catalog, view->number, TRUE, error);
    gsize i;
    json_t *hold;

    json_array_foreach(holds, i, hold)
    {
        const char *reference = json_text(hold, "reference");
        g_autofree char *day = day_format_zh(house_day(json_text(hold, "set_at")));

        g_ptr_array_add(view->filing->remarks,
                        g_strdup_printf("自%s起受法律保全%s%s，解除前不得移出、销毁", day,
                                        reference != NULL ? "：" : "",
                                        reference != NULL ? reference : ""));
    }
    return holds != NULL;
}

ArchiveView *archive_view(House *house, Catalog *catalog, const char *number, const char *retention,
                          GError **error)
{
    g_autoptr(ArchiveView) view = g_new0(ArchiveView, 1);
    FilingFacts facts = {0};
    gsize i;
    json_t *row;

    view->number = g_strdup(number);
    view->facts = g_array_new(FALSE, TRUE, sizeof(FilingDocument));
    view->side_sets = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
    if (!view_load(view, house, catalog, error))
        return NULL;
    json_array_foreach(view->documents, i, row) add_fact(view, row);
    facts.item = view->life.rules.item;
    facts.order = filing_order(view->orders, facts.item->order);
    facts.check = view->check;
    facts.outcome = outcome_of(&view->life.state);
    facts.retention = archive_view_retention(view, retention);
    facts.documents = (const FilingDocument *)(void *)view->facts->data;
    facts.n_documents = view->facts->len;
    facts.unplaced = unplaced(view);
    if (facts.order == NULL) {
        error_set(error, ERROR_DEFINITION, "no order profile '%s'", facts.item->order);
        return NULL;
    }
    view->filing = filing_arrange(&facts);
    return add_holds(view, catalog, error) ? g_steal_pointer(&view) : NULL;
}

void archive_view_free(ArchiveView *view)
{
    if (view == NULL)
        return;
    g_clear_pointer(&view->filing, filing_free);
    g_clear_pointer(&view->check, check_free);
    g_clear_pointer(&view->orders, g_ptr_array_unref);
    g_ptr_array_unref(view->side_sets);
    g_array_unref(view->facts);
    json_decref(view->row);
    json_decref(view->documents);
    json_decref(view->sides);
    json_decref(view->fields);
    g_free(view->number);
    g_free(view);
}

const Filing *archive_view_filing(const ArchiveView *view)
{
    return view->filing;
}

const char *archive_view_number(const ArchiveView *view)
{
    return view->number;
}

const json_t *archive_view_side(const ArchiveView *view, gint64 id)
{
    return json_array_get(view->sides, (gsize)id);
}
