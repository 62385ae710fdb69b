/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/ledger_book.h"

#include "appliance/casework/figures.h"
#include "appliance/counter/ledger_lines.h"
#include "appliance/paper/paper.h"
#include "storage/secrets.h"

#include <string.h>

/* ── books ───────────────────────────────────────────────────────────────────────────────── */

static json_t *book_json(const LedgerBook *book, const char *title, json_t *columns)
{
    g_autofree char *from = day_format(book->request->from), *to = day_format(book->request->to);

    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:O}", "ledger", book->request->name, "title",
                     title, "from", from, "to", to, "columns", columns, "rows", book->rows);
}

static void add_column(json_t *columns, const char *key, const char *title)
{
    json_array_append_new(columns, json_pack("{s:s, s:s}", "key", key, "title", title));
}

static json_t *register_book(LedgerBook *book, LedgerKind kind, GError **error)
{
    gsize n;
    const LedgerColumn *column = ledger_columns(kind, &n);
    json_t *columns;

    if (!(ledger_is_of_cases(kind) ? ledger_fill_cases(book, kind, error)
                                   : ledger_fill_events(book, kind, error)))
        return NULL;
    columns = json_array();
    for (gsize i = 0; i < n; i++)
        add_column(columns, column[i].key, column[i].title);
    return book_json(book, ledger_title(kind), columns);
}

/* ── figures ─────────────────────────────────────────────────────────────────────────────── */

static void set_count(json_t *row, const char *key, guint n)
{
    g_autofree char *text = g_strdup_printf("%u", n);

    json_object_set_new(row, key, json_string(text));
}

static void set_rate(json_t *row, const char *key, guint permille)
{
    g_autofree char *text = figures_percent(permille);

    json_object_set_new(row, key, json_string(text));
}

static void add_figures(LedgerBook *book, const char *by, const Figures *figures)
{
    guint visits = figures_visits_permille(figures);
    g_autofree char *per_case =
        visits == FIGURE_NONE ? g_strdup("—") : g_strdup_printf("%.2f", visits / 1000.0);
    json_t *row = json_pack("{s:s, s:s}", "by", by, "key", figures->key);

    set_count(row, "received", figures->received);
    set_count(row, "accepted", figures->accepted);
    set_count(row, "decided", figures->decided);
    set_count(row, "returned", figures->returned);
    set_count(row, "overdue", figures->overdue);
    set_rate(row, "on-time", figures_on_time_permille(figures));
    set_rate(row, "same-day", figures_same_day_permille(figures));
    set_rate(row, "early", figures_early_permille(figures));
    set_rate(row, "told-once", figures_told_once_permille(figures));
    json_object_set_new(row, "visits", json_string(per_case));
    ledger_add_line(book, row);
}

static json_t *figures_book(LedgerBook *book, GError **error)
{
    static const struct {
        FiguresBy by;
        const char *word;
    } groups[] = {{FIGURES_ALL, "合计"},
                  {FIGURES_BY_KIND, "件类"},
                  {FIGURES_BY_WINDOW, "窗口"},
                  {FIGURES_BY_ITEM, "事项"}};
    static const char *const heads[][2] = {{"by", "分组"},
                                           {"key", "名称"},
                                           {"received", "收件"},
                                           {"accepted", "受理"},
                                           {"decided", "办结"},
                                           {"returned", "退回"},
                                           {"overdue", "超期"},
                                           {"on-time", "按期办结率"},
                                           {"same-day", "即时办结率"},
                                           {"early", "提前办结率"},
                                           {"told-once", "一次告知率"},
                                           {"visits", "跑动次数"}};
    const LedgerRequest *request = book->request;
    g_auto(PeriodCases) cases = {0};
    g_autoptr(GArray) facts = NULL;
    json_t *columns;

    if (!period_cases(book->house, book->catalog, request->from, request->to, &cases, error))
        return NULL;
    facts = period_scored(&cases, request->from, request->to, FALSE);
    for (gsize i = 0; i < G_N_ELEMENTS(groups); i++) {
        g_autoptr(GPtrArray) rows = figures_count((const FiguresCase *)(void *)facts->data,
                                                  facts->len, groups[i].by, book->today);

        for (guint k = 0; k < rows->len; k++)
            add_figures(book, groups[i].word, g_ptr_array_index(rows, k));
    }
    columns = json_array();
    for (gsize i = 0; i < G_N_ELEMENTS(heads); i++)
        add_column(columns, heads[i][0], heads[i][1]);
    return book_json(book, "办件统计", columns);
}

static json_t *exceptions_book(LedgerBook *book, GError **error)
{
    static const char *const heads[][2] = {
        {"serial", "序号"}, {"code", "类别"}, {"subject", "编号或人员"}, {"text", "说明"}};
    const LedgerRequest *request = book->request;
    g_auto(PeriodCases) cases = {0};
    g_autoptr(json_t) list = NULL;
    json_t *columns, *one;
    gsize i;

    if (period_cases(book->house, book->catalog, request->from, request->to, &cases, error))
        list = period_exceptions(book->house, book->catalog, &cases, request->from, request->to,
                                 error);
    if (list == NULL)
        return NULL;
    json_array_foreach(list, i, one) ledger_add_line(book, json_incref(one));
    columns = json_array();
    for (i = 0; i < G_N_ELEMENTS(heads); i++)
        add_column(columns, heads[i][0], heads[i][1]);
    return book_json(book, "异常件清单", columns);
}

/* ── any book ────────────────────────────────────────────────────────────────────────────── */

json_t *ledger_book(House *house, Catalog *catalog, const LedgerRequest *request, GError **error)
{
    gint64 now_us = clock_now_us(store_clock(house_store(house)));
    int kind = ledger_parse(request->name);
    LedgerBook book = {.house = house,
                       .catalog = catalog,
                       .request = request,
                       .since = period_since(request->from),
                       .until = period_until(request->to),
                       .today = day_of_instant(now_us, HOUSE_OFFSET_S),
                       .minute = day_minute_of_instant(now_us, HOUSE_OFFSET_S),
                       .rows = json_array()};
    json_t *made = NULL;

    if (kind >= 0)
        made = register_book(&book, (LedgerKind)kind, error);
    else if (strcmp(request->name, "figures") == 0)
        made = figures_book(&book, error);
    else if (strcmp(request->name, "exceptions") == 0)
        made = exceptions_book(&book, error);
    else
        error_set(error, ERROR_NOT_FOUND, "register %.40s", request->name);
    g_free(book.since);
    g_free(book.until);
    json_decref(book.rows);
    return made;
}

static const char *cell(const json_t *row, const json_t *column)
{
    const char *text = json_text(row, json_text(column, "key"));

    return text != NULL ? text : "";
}

char *ledger_book_csv(const json_t *book)
{
    const json_t *columns = json_object_get(book, "columns");
    gsize n = json_array_size(columns), i;
    g_autofree const char **cells = g_new0(const char *, n + 1);
    GString *out = g_string_new("\xEF\xBB\xBF");
    json_t *row;

    for (i = 0; i < n; i++)
        cells[i] = json_text(json_array_get(columns, i), "title");
    ledger_csv_line(out, cells, n);
    json_array_foreach(json_object_get(book, "rows"), i, row)
    {
        for (gsize k = 0; k < n; k++)
            cells[k] = cell(row, json_array_get(columns, k));
        ledger_csv_line(out, cells, n);
    }
    return g_string_free(out, FALSE);
}

static json_t *paper_values(const json_t *book, const char *heading, const char *made_by)
{
    g_autofree char *period =
        g_strdup_printf("%s 至 %s", json_text(book, "from"), json_text(book, "to"));
    const json_t *columns = json_object_get(book, "columns");
    json_t *heads = json_array(), *rows = json_array(), *row, *column;
    g_autofree char *total =
        g_strdup_printf("合计 %d 条。", (int)json_array_size(json_object_get(book, "rows")));
    gsize i, k;

    json_array_foreach((json_t *)columns, i, column)
        json_array_append(heads, json_object_get(column, "title"));
    json_array_foreach(json_object_get(book, "rows"), i, row)
    {
        json_t *cells = json_array();

        json_array_foreach((json_t *)columns, k, column)
            json_array_append_new(cells, json_string(cell(row, column)));
        json_array_append_new(rows, cells);
    }
    return json_pack("{s:s, s:s, s:s, s:o, s:o, s:s, s:s}", "heading", heading, "title",
                     json_text(book, "title"), "period", period, "heads", heads, "rows", rows,
                     "total", total, "made_by", made_by);
}

GBytes *ledger_book_pdf(House *house, const json_t *book, const char *made_by, GError **error)
{
    g_autofree char *folder = store_path(house_store(house), "templates");
    g_autoptr(Catalog) reader = store_reader(house_store(house), error);
    const Profile *profile = reader != NULL ? house_profile(house, reader, error) : NULL;
    g_autoptr(PaperTemplate) form =
        profile != NULL ? paper_template_find("ledger", folder, error) : NULL;
    PaperCopy copy = {NULL, NULL, NULL};
    PaperOptions options = {.created_us = clock_now_us(store_clock(house_store(house))),
                            .copies = &copy,
                            .n_copies = 1};
    g_autoptr(json_t) values = NULL;
    GBytes *pdf = NULL;

    if (form == NULL)
        return NULL;
    values = paper_values(book, profile->heading, made_by);
    return paper_render(form, values, &options, &pdf, error) ? pdf : NULL;
}

/* ── entering ────────────────────────────────────────────────────────────────────────────── */

static gboolean check_entry(const LedgerEntry *entry, GError **error)
{
    int kind = ledger_parse(entry->name);
    gsize n;
    const LedgerColumn *columns;
    const char *key;
    json_t *value;

    if (kind < 0)
        return error_set(error, ERROR_NOT_FOUND, "register %.40s", entry->name);
    if (ledger_is_of_cases((LedgerKind)kind))
        return error_set(error, ERROR_RULE, "%s follows from cases and is not entered by hand",
                         ledger_title((LedgerKind)kind));
    columns = ledger_columns((LedgerKind)kind, &n);
    json_object_foreach((json_t *)entry->values, key, value)
    {
        gboolean known = FALSE;

        for (gsize i = 0; i < n; i++)
            known |= strcmp(columns[i].key, key) == 0;
        if (!known || strcmp(key, "serial") == 0)
            return error_set(error, ERROR_INVALID, "%s has no column '%s'",
                             ledger_title((LedgerKind)kind), key);
    }
    return json_object_size(entry->values) > 0 || error_set(error, ERROR_INVALID, "an empty line");
}

static gboolean enter_command(StoreTxn *txn, void *data, GError **error)
{
    const LedgerEntry *entry = data;
    const char *now = txn_now(txn);
    g_autofree char *day = g_strdup_printf("%.2s%.2s%.2s", now + 2, now + 5, now + 8);
    g_autofree char *path = NULL, *commitment = NULL;
    g_autoptr(json_t) row = NULL;

    if (entry->number != NULL && (row = case_row(txn_catalog(txn), entry->number, error)) == NULL)
        return FALSE;
    path = entry->number != NULL ? secrets_case_path(entry->number)
                                 : secrets_batch_path(day, txn_next_seq(txn));
    commitment = txn_secret(txn, path, entry->values);
    return txn_append(
        txn, "ledger.entry", entry->number,
        json_pack("{s:s, s:s, s:s}", "ledger", entry->name, "day", day, "secret", commitment),
        error);
}

gboolean ledger_book_enter(House *house, const StoreActor *actor, const LedgerEntry *entry,
                           GError **error)
{
    return check_entry(entry, error) &&
           store_write(house_store(house), actor, enter_command, (void *)entry, error);
}
