/* SPDX-License-Identifier: Apache-2.0
 *
 * Figures: the day of a window, the board of deadlines, and registers as CSV.
 */
#include "ui/api/api_intern.h"

#include <string.h>

#define OPEN_MAX 2000

/* ── open cases as rows ──────────────────────────────────────────────────────────────────── */

static json_t *open_rows(Call *call, GError **error)
{
    CatalogList list = {.open = TRUE, .limit = OPEN_MAX};
    g_autoptr(json_t) rows = catalog_list_cases(call->reader, &list, error);

    return rows != NULL ? show_rows(call, rows, error) : NULL;
}

static const char *lamp_of(const json_t *row)
{
    return json_text(json_object_get(row, "deadline"), "lamp");
}

static int count_lamp(json_t *rows, const char *lamp)
{
    int n = 0;
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        n += strcmp(lamp_of(row), lamp) == 0;
    }
    return n;
}

/* ── day ─────────────────────────────────────────────────────────────────────────────────── */

/* How many steps of a kind the period holds. */
static gint64 steps_of(json_t *counts, const char *step)
{
    gsize i;
    json_t *row;

    json_array_foreach(counts, i, row)
    {
        if (g_strcmp0(json_text(row, "step"), step) == 0)
            return json_int(row, "n", 0);
    }
    return 0;
}

static gint64 due_on(json_t *rows, const char *date)
{
    gint64 n = 0;
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        n += g_strcmp0(json_text(json_object_get(row, "deadline"), "due"), date) == 0;
    }
    return n;
}

typedef struct {
    json_t *open, *steps, *sides, *stacks;
    gint64 finished, receipts;
} DayRows;

static gboolean load_day(Call *call, const Period *period, DayRows *rows, GError **error)
{
    CatalogNotes finished = {"intake", "finished", period->from, period->to};

    return (rows->open = open_rows(call, error)) != NULL &&
           (rows->steps = catalog_count_steps(call->reader, period->from, period->to, error)) !=
               NULL &&
           (rows->sides = catalog_sides_between(call->reader, period->from, period->to, error)) !=
               NULL &&
           (rows->stacks = catalog_tray_stacks(call->reader, error)) != NULL &&
           catalog_count_notes(call->reader, &finished, &rows->finished, error);
}

static void unload_day(DayRows *rows)
{
    json_decref(rows->open);
    json_decref(rows->steps);
    json_decref(rows->sides);
    json_decref(rows->stacks);
}

static json_t *day_figures(const DayRows *rows, const char *date)
{
    gint64 sheets = 0, pages = 0, batch = -1, sheet = -1;
    gint64 received = steps_of(rows->steps, "receive");
    gsize i;
    json_t *side;

    json_array_foreach(rows->sides, i, side)
    {
        sheets += json_int(side, "batch", 0) != batch || json_int(side, "sheet", 0) != sheet;
        batch = json_int(side, "batch", 0);
        sheet = json_int(side, "sheet", 0);
        pages += json_int(side, "blank", 0) == 0;
    }
    return json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:n}", "received",
        (json_int_t)received, "finished", (json_int_t)rows->finished, "accepted",
        (json_int_t)steps_of(rows->steps, "accept"), "decided",
        (json_int_t)steps_of(rows->steps, "decide"), "supplement",
        (json_int_t)steps_of(rows->steps, "supplement"), "returned",
        (json_int_t)steps_of(rows->steps, "return"), "due_today",
        (json_int_t)due_on(rows->open, date), "late", (json_int_t)count_lamp(rows->open, "red"),
        "sheets", (json_int_t)sheets, "pages", (json_int_t)pages, "receipts_missing",
        (json_int_t)MAX(received - steps_of(rows->steps, "receipt"), 0), "intake_seconds");
}

static json_t *day_left(Call *call, const DayRows *rows)
{
    json_t *list = json_array();
    gsize i;
    json_t *row;

    json_array_foreach(rows->stacks, i, row)
    {
        g_autofree char *text =
            g_strdup_printf("%s: %d", call_words(call, "待归件页面", "sides in the tray"),
                            (int)json_int(row, "sides", 0));

        json_array_append_new(
            list, json_pack("{s:s, s:s, s:n}", "kind", "unplaced", "text", text, "case"));
    }
    json_array_foreach(rows->open, i, row)
    {
        if (json_flag(row, "finished"))
            continue;
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:s}", "kind", "open", "text",
                                        json_text(row, "item"), "case", json_text(row, "number")));
    }
    return list;
}

/* The code of a day's close: what its printed sheet is compared by. */
static char *day_code(Call *call, Day day, const char *root)
{
    g_autofree char *hall = catalog_setting(call->reader, "hall", NULL);
    g_autofree char *head = g_strndup(root, 16);
    Code code = {.kind = CODE_DAY_CLOSE};

    if (hall == NULL)
        return NULL;
    code.day_close.date = day_yymmdd(day);
    code.day_close.hall = (guint32)g_ascii_strtoull(hall, NULL, 10);
    code.day_close.window = (guint32)g_ascii_strtoull(call->window, NULL, 10);
    code.day_close.root = (guint32)(g_ascii_strtoull(head, NULL, 16) % 100000000);
    return code_compose(&code, NULL);
}

static void add_close(Call *call, json_t *shown, Day day)
{
    g_autoptr(json_t) row =
        catalog_day_close(call->reader, call->window, json_text(shown, "date"), NULL);
    const char *text = row != NULL ? json_text(row, "detail") : NULL;
    g_autoptr(json_t) detail = text != NULL ? json_loads(text, 0, NULL) : NULL;
    const char *root = json_text(detail, "root");
    g_autofree char *code = root != NULL ? day_code(call, day, root) : NULL;

    if (root == NULL)
        return;
    json_object_set_new(shown, "closed", json_true());
    json_object_set_new(shown, "root", json_string(root));
    json_object_set_new(shown, "code", code != NULL ? json_string(code) : json_null());
}

static json_t *show_day(Call *call, Day day, GError **error)
{
    g_autofree char *date = day_format(day);
    g_auto(Period) period = {0};
    DayRows rows = {0};
    json_t *shown = NULL;

    period_init(&period, day, day);
    if (load_day(call, &period, &rows, error)) {
        shown = json_pack("{s:s, s:s, s:b, s:o, s:o, s:n, s:n}", "date", date, "window",
                          call->window, "closed", 0, "figures", day_figures(&rows, date), "left",
                          day_left(call, &rows), "code", "root");
        add_close(call, shown, day);
    }
    unload_day(&rows);
    return shown;
}

Response *get_day(Call *call, GError **error)
{
    const char *given = request_query(call->request, "date");
    Day day = call->today;
    json_t *shown;

    if (given != NULL && !day_parse(given, &day)) {
        error_set(error, ERROR_INVALID, "date '%.20s'", given);
        return NULL;
    }
    shown = show_day(call, day, error);
    return shown != NULL ? call_json(200, shown) : NULL;
}

static Response *answer_close(json_t *shown, const char *ask)
{
    return call_json(200, json_pack("{s:o, s:s?}", "day", shown, "ask", ask));
}

/* 日清. What is left is asked about once; the second person is looked at where one is named. */
Response *post_close_day(Call *call, GError **error)
{
    EditDay wanted = {call->window, json_text(call->body, "date")};
    g_autofree char *person = NULL, *root = NULL;
    g_autoptr(json_t) before = NULL;
    json_t *shown;
    Day day;

    if (!day_parse(wanted.date, &day) || day > call->today) {
        error_set(error, ERROR_INVALID, "date: a day that has come");
        return NULL;
    }
    before = show_day(call, day, error);
    if (before == NULL || (json_object_get(call->body, "second") != NULL &&
                           (person = call_second(call, ROLES_BOARD, error)) == NULL))
        return NULL;
    if (!json_flag(before, "closed") && json_array_size(json_object_get(before, "left")) > 0 &&
        !json_flag(call->body, "again"))
        return answer_close(json_incref(before),
                            call_words(call, "还有未清事项，再次确认即日清",
                                       "something is left; confirm to close the day"));
    if (!edit_close_day(call->api->house, &call->actor, &wanted, &root, error))
        return NULL;
    shown = show_day(call, day, error);
    return shown != NULL ? answer_close(shown, NULL) : NULL;
}

/* ── handing over ────────────────────────────────────────────────────────────────────────── */

static json_t *own_cases(Call *call, GError **error)
{
    CatalogList list = {.window = call->window, .open = TRUE, .limit = OPEN_MAX};
    g_autoptr(json_t) rows = catalog_list_cases(call->reader, &list, error);
    json_t *numbers;
    gsize i;
    json_t *row;

    if (rows == NULL)
        return NULL;
    numbers = json_array();
    json_array_foreach(rows, i, row) json_array_append(numbers, json_object_get(row, "number"));
    return numbers;
}

/* Sheets of paper that the cases hold; -1 with an error. */
static gint64 sheets_of(Call *call, json_t *numbers, GError **error)
{
    gint64 sheets = 0;
    gsize i;
    json_t *number;

    json_array_foreach(numbers, i, number)
    {
        g_autoptr(json_t) row = case_row(call->reader, json_string_value(number), error);
        g_autoptr(json_t) sides =
            row != NULL ? catalog_sides(call->reader, json_string_value(number), error) : NULL;
        gsize k;
        json_t *side;

        if (sides == NULL)
            return -1;
        json_array_foreach(sides, k, side) sheets += *json_text(side, "side") == 'a';
    }
    return sheets;
}

Response *post_hand_over(Call *call, GError **error)
{
    json_t *named = json_object_get(call->body, "cases");
    g_autofree char *person = call_second(call, ROLE_CLERK, error);
    g_autoptr(json_t) numbers = NULL;
    EditHandOver over = {.to = person};

    if (person == NULL)
        return NULL;
    numbers = named != NULL ? json_incref(named) : own_cases(call, error);
    if (numbers == NULL || (over.sheets = sheets_of(call, numbers, error)) < 0)
        return NULL;
    over.cases = numbers;
    if (!edit_hand_over(call->api->house, &call->actor, &over, error))
        return NULL;
    return call_json(200, json_pack("{s:i, s:I, s:n}", "cases", (int)json_array_size(numbers),
                                    "sheets", (json_int_t)over.sheets, "paper"));
}

/* ── board ───────────────────────────────────────────────────────────────────────────────── */

static gboolean is_wanted(Call *call, const json_t *row)
{
    const char *lamp = request_query(call->request, "lamp");
    const char *window = request_query(call->request, "window");
    const char *kind = request_query(call->request, "kind");

    return (lamp == NULL || strcmp(lamp, lamp_of(row)) == 0) &&
           (window == NULL || strcmp(window, json_text(row, "window")) == 0) &&
           (kind == NULL || strcmp(kind, json_text(row, "kind")) == 0);
}

static int urgency(const json_t *row)
{
    static const char *const order[] = {"red", "yellow", "green", "paused", "not-started", "none"};

    for (guint i = 0; i < G_N_ELEMENTS(order); i++)
        if (strcmp(order[i], lamp_of(row)) == 0)
            return (int)i;
    return G_N_ELEMENTS(order);
}

/* Wanted rows, most urgent first, from `offset`, at most `limit`; `*more` when there are others. */
static json_t *urgent_rows(Call *call, json_t *rows, gint64 offset, gint64 limit, gboolean *more)
{
    json_t *list = json_array();
    gint64 at = 0;

    *more = FALSE;
    for (int wanted = 0; wanted <= 6; wanted++) {
        gsize i;
        json_t *row;

        json_array_foreach(rows, i, row)
        {
            if (urgency(row) != wanted || !is_wanted(call, row) || at++ < offset)
                continue;
            if ((gint64)json_array_size(list) < limit)
                json_array_append(list, row);
            else
                *more = TRUE;
        }
    }
    return list;
}

static void add_group(json_t *groups, const char *member, const json_t *row)
{
    const char *name = json_text(row, member), *lamp = lamp_of(row);
    json_t *group = NULL, *one;
    gsize i;

    json_array_foreach(groups, i, one)
    {
        if (strcmp(json_text(one, member), name) == 0)
            group = one;
    }
    if (group == NULL) {
        group = json_pack("{s:s, s:i, s:i, s:i}", member, name, "open", 0, "red", 0, "yellow", 0);
        json_array_append_new(groups, group);
    }
    json_object_set_new(group, "open", json_integer((json_int_t)json_int(group, "open", 0) + 1));
    if (strcmp(lamp, "red") == 0 || strcmp(lamp, "yellow") == 0)
        json_object_set_new(group, lamp, json_integer((json_int_t)json_int(group, lamp, 0) + 1));
}

static json_t *group_by(json_t *rows, const char *member)
{
    json_t *groups = json_array(), *row;
    gsize i;

    json_array_foreach(rows, i, row) add_group(groups, member, row);
    return groups;
}

static json_t *board_figures(json_t *rows, json_t *steps)
{
    return json_pack("{s:i, s:i, s:i, s:i, s:i, s:I, s:I, s:n, s:I}", "red",
                     count_lamp(rows, "red"), "yellow", count_lamp(rows, "yellow"), "paused",
                     count_lamp(rows, "paused"), "green", count_lamp(rows, "green"), "not_started",
                     count_lamp(rows, "not-started"), "received_today",
                     (json_int_t)steps_of(steps, "receive"), "decided_today",
                     (json_int_t)steps_of(steps, "decide"), "on_time_percent", "returned_today",
                     (json_int_t)steps_of(steps, "return"));
}

Response *get_board(Call *call, GError **error)
{
    const char *cursor = request_query(call->request, "cursor");
    gint64 limit, offset = cursor != NULL ? MAX(g_ascii_strtoll(cursor, NULL, 10), 0) : 0;
    const Calendar *calendar = house_calendar(call->api->house, call->reader, error);
    g_autoptr(json_t) rows = calendar != NULL ? open_rows(call, error) : NULL;
    g_autoptr(json_t) steps = NULL;
    g_auto(Period) today = {0};
    g_autofree char *now = clock_format(clock_now_us(store_clock(call->api->options.store)));
    g_autofree char *until = NULL, *next = NULL;
    gboolean more;
    json_t *shown;

    period_init(&today, call->today, call->today);
    if (rows == NULL || !call_limit(call, &limit, error) ||
        (steps = catalog_count_steps(call->reader, today.from, today.to, error)) == NULL)
        return NULL;
    shown = urgent_rows(call, rows, offset, limit, &more);
    until = day_format(day_of(MAX(calendar_last_year(calendar), 2000), 12, 31));
    next = more ? g_strdup_printf("%" G_GINT64_FORMAT, offset + limit) : NULL;
    return call_json(200, json_pack("{s:s, s:o, s:o, s:o, s:o, s:[], s:s, s:s?}", "at", now, "rows",
                                    shown, "figures", board_figures(rows, steps), "windows",
                                    group_by(rows, "window"), "kinds", group_by(rows, "kind"),
                                    "oddities", "calendar_until", until, "next", next));
}

/* ── registers ───────────────────────────────────────────────────────────────────────────── */

/* A register lists the cases of a period that have the column. */
static const struct {
    const char *name, *column;
} ledgers[] = {{"received", "received_at"},
               {"accepted", "accepted_at"},
               {"decided", "decided_at"},
               {"filed", "filed_at"}};

static void add_cell(GString *csv, const char *text, gboolean last)
{
    g_auto(GStrv) parts = g_strsplit(text != NULL ? text : "", "\"", -1);
    g_autofree char *escaped = g_strjoinv("\"\"", parts);

    /* A sheet program must not take a cell for a formula. */
    g_string_append_printf(csv, "\"%s%s\"%s",
                           *escaped != '\0' && strchr("=+-@", *escaped) != NULL ? "'" : "", escaped,
                           last ? "\r\n" : ",");
}

static void add_line(GString *csv, const json_t *row)
{
    static const char *const columns[] = {"item",       "kind",        "state",
                                          "window",     "received_at", "accepted_at",
                                          "decided_at", "decision",    "filed_at"};
    g_autofree char *number = case_print_number(json_text(row, "number"));
    g_autofree char *applicant = show_masked(json_text(row, "applicant"));

    add_cell(csv, number, FALSE);
    add_cell(csv, applicant, FALSE);
    for (gsize i = 0; i < G_N_ELEMENTS(columns); i++)
        add_cell(csv, json_text(row, columns[i]), FALSE);
    add_cell(csv, json_text(row, "archive_number"), TRUE);
}

static const char *ledger_column(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(ledgers); i++)
        if (strcmp(ledgers[i].name, name) == 0)
            return ledgers[i].column;
    return NULL;
}

Response *get_ledger(Call *call, GError **error)
{
    const char *name = request_param(call->request, "ledger"), *column = ledger_column(name);
    const char *from = request_query(call->request, "from"),
               *to = request_query(call->request, "to");
    g_autoptr(GString) csv =
        g_string_new("\xef\xbb\xbf"
                     "收件号,申请人,事项,件类,状态,窗口,收件,受理,办结,决定,归档,档号\r\n");
    g_autoptr(json_t) rows = NULL;
    g_auto(Period) period = {0};
    Day first, last;
    gsize i;
    json_t *row;

    if (column == NULL) {
        error_set(error, ERROR_NOT_FOUND, "register %.40s", name);
        return NULL;
    }
    if (from == NULL || to == NULL || !day_parse(from, &first) || !day_parse(to, &last)) {
        error_set(error, ERROR_INVALID, "from and to: two dates");
        return NULL;
    }
    period_init(&period, first, last);
    rows = catalog_cases_between(call->reader, period.from, period.to, error);
    json_array_foreach(rows, i, row)
    {
        if (json_text(row, column) != NULL)
            add_line(csv, row);
    }
    return rows != NULL ? response_text(200, "text/csv; charset=utf-8", csv->str) : NULL;
}
