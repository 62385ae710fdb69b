/* SPDX-License-Identifier: Apache-2.0
 *
 * Figures: the day of a window, the board of deadlines, and registers as CSV.
 */
#include "ui/api/api_intern.h"

#include "appliance/casework/figures.h"
#include "appliance/counter/day.h"
#include "appliance/counter/ledger_book.h"
#include "appliance/counter/period.h"

#include <string.h>

#define OPEN_MAX 2000
#define MONTH_US (60 * (gint64)G_USEC_PER_SEC)

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
    gint64 finished, intake_seconds;
} DayRows;

static gboolean load_day(Call *call, const Period *period, const WindowDay *of_day, DayRows *rows,
                         GError **error)
{
    CatalogNotes finished = {"intake", "finished", period->from, period->to};

    return (rows->open = open_rows(call, error)) != NULL &&
           (rows->steps = catalog_count_steps(call->reader, period->from, period->to, error)) !=
               NULL &&
           (rows->sides = catalog_sides_between(call->reader, period->from, period->to, error)) !=
               NULL &&
           (rows->stacks = catalog_tray_stacks(call->reader, error)) != NULL &&
           catalog_count_notes(call->reader, &finished, &rows->finished, error) &&
           day_intake_seconds(call->reader, of_day, &rows->intake_seconds, error);
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
        "{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "received",
        (json_int_t)received, "finished", (json_int_t)rows->finished, "accepted",
        (json_int_t)steps_of(rows->steps, "accept"), "decided",
        (json_int_t)steps_of(rows->steps, "decide"), "supplement",
        (json_int_t)steps_of(rows->steps, "supplement"), "returned",
        (json_int_t)steps_of(rows->steps, "return"), "due_today",
        (json_int_t)due_on(rows->open, date), "late", (json_int_t)count_lamp(rows->open, "red"),
        "sheets", (json_int_t)sheets, "pages", (json_int_t)pages, "receipts_missing",
        (json_int_t)MAX(received - steps_of(rows->steps, "receipt"), 0), "intake_seconds",
        rows->intake_seconds >= 0 ? json_integer((json_int_t)rows->intake_seconds) : json_null());
}

/* Codes of casework as the document names them. */
static const char *left_kind(const char *code)
{
    static const char *const kinds[][2] = {{"unplaced", "unplaced"},
                                           {"no-receipt", "no-receipt"},
                                           {"numbers", "number"},
                                           {"originals", "original"},
                                           {"copies", "copy"}};

    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (strcmp(kinds[i][0], code) == 0)
            return kinds[i][1];
    return "open";
}

static json_t *show_left(Call *call, const WindowDay *of_day, GError **error)
{
    g_autoptr(json_t) left = day_left(call->api->house, call->reader, of_day, error);
    json_t *list = left != NULL ? json_array() : NULL, *row;
    gsize i;

    json_array_foreach(left, i, row) json_array_append_new(
        list, json_pack("{s:s, s:s, s:s?}", "kind", left_kind(json_text(row, "code")), "text",
                        json_text(row, call->lang == LANG_ZH ? "text" : "text_en"), "case",
                        json_text(row, "case")));
    return list;
}

static gboolean add_close(Call *call, json_t *shown, const WindowDay *of_day, GError **error)
{
    g_autoptr(GError) why = NULL;
    g_autoptr(json_t) closed = day_closed(call->reader, of_day, &why);
    const char *root = json_text(closed, "root");
    g_autofree char *code = NULL;

    if (why != NULL) {
        g_propagate_error(error, g_steal_pointer(&why));
        return FALSE;
    }
    if (closed == NULL)
        return TRUE;
    code = day_code(call->reader, of_day, root, error);
    json_object_set_new(shown, "closed", json_true());
    json_object_set_new(shown, "root", json_string(root));
    json_object_set_new(shown, "code", code != NULL ? json_string(code) : json_null());
    return code != NULL;
}

static json_t *show_day(Call *call, Day day, GError **error)
{
    g_autofree char *date = day_format(day);
    g_auto(Period) period = {0};
    WindowDay of_day = {call->window, day};
    DayRows rows = {0};
    g_autoptr(json_t) shown = NULL;
    json_t *left = NULL;

    period_init(&period, day, day);
    if (load_day(call, &period, &of_day, &rows, error) &&
        (left = show_left(call, &of_day, error)) != NULL)
        shown = json_pack("{s:s, s:s, s:b, s:o, s:o, s:n, s:n}", "date", date, "window",
                          call->window, "closed", 0, "figures", day_figures(&rows, date), "left",
                          left, "code", "root");
    unload_day(&rows);
    return shown != NULL && add_close(call, shown, &of_day, error) ? g_steal_pointer(&shown) : NULL;
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

/* 日清. What is left is asked about once; the list is then signed by a supervisor. */
Response *post_close_day(Call *call, GError **error)
{
    WindowDay of_day = {.window = call->window};
    g_autofree char *person = NULL;
    g_autoptr(json_t) before = NULL;
    json_t *shown;

    if (!day_parse(json_text(call->body, "date"), &of_day.day) || of_day.day > call->today) {
        error_set(error, ERROR_INVALID, "date: a day that has come");
        return NULL;
    }
    before = show_day(call, of_day.day, error);
    if (before == NULL || (json_object_get(call->body, "second") != NULL &&
                           (person = call_second(call, ROLE_SUPERVISOR, error)) == NULL))
        return NULL;
    if (!json_flag(before, "closed") && json_array_size(json_object_get(before, "left")) > 0 &&
        !json_flag(call->body, "again"))
        return answer_close(json_incref(before),
                            call_words(call, "还有未清事项，请值班负责人签字后日清",
                                       "something is left; the supervisor signs to close the day"));
    if (!day_close(call->api->house, &call->actor, &of_day, person, error))
        return NULL;
    shown = show_day(call, of_day.day, error);
    return shown != NULL ? answer_close(shown, NULL) : NULL;
}

/* 日清单 as PDF. */
Response *get_day_sheet(Call *call, GError **error)
{
    const char *given = request_query(call->request, "date");
    WindowDay of_day = {call->window, call->today};
    g_autoptr(GBytes) pdf = NULL;

    if (given != NULL && !day_parse(given, &of_day.day)) {
        error_set(error, ERROR_INVALID, "date '%.20s'", given);
        return NULL;
    }
    pdf = day_sheet(call->api->house, call->reader, &of_day, session_name(call->session), error);
    return pdf != NULL ? response_bytes(200, "application/pdf", pdf) : NULL;
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

static json_t *board_figures(json_t *rows, json_t *steps, guint on_time_permille)
{
    return json_pack(
        "{s:i, s:i, s:i, s:i, s:i, s:I, s:I, s:o, s:I}", "red", count_lamp(rows, "red"), "yellow",
        count_lamp(rows, "yellow"), "paused", count_lamp(rows, "paused"), "green",
        count_lamp(rows, "green"), "not_started", count_lamp(rows, "not-started"), "received_today",
        (json_int_t)steps_of(steps, "receive"), "decided_today",
        (json_int_t)steps_of(steps, "decide"), "on_time_percent",
        on_time_permille != FIGURE_NONE ? json_real(on_time_permille / 10.0) : json_null(),
        "returned_today", (json_int_t)steps_of(steps, "return"));
}

/* The month so far, as every screen sees it: reckoned anew once it is a minute old. */
static gboolean reckon_month(Call *call, Month *month, GError **error)
{
    guint year, number, day;
    g_auto(PeriodCases) cases = {0};
    g_autoptr(json_t) list = NULL;
    Day first;

    day_split(call->today, &year, &number, &day);
    first = call->today - (Day)day + 1;
    if (period_cases(call->api->house, call->reader, first, call->today, &cases, error))
        list = period_exceptions(call->api->house, call->reader, &cases, first, call->today, error);
    if (list == NULL)
        return FALSE;
    g_clear_pointer(&month->oddities, json_decref);
    month->oddities = g_steal_pointer(&list);
    month->on_time_permille = period_on_time_permille(&cases, first, call->today, call->today);
    month->reckoned_us = g_get_monotonic_time();
    return TRUE;
}

/* What supervision wants to see of the month, and the rate of decisions in time. */
static json_t *month_oddities(Call *call, guint *on_time_permille, GError **error)
{
    Month *month = &call->api->month;
    json_t *shown = NULL, *one;
    gsize i;

    pthread_mutex_lock(&month->lock);
    if ((month->oddities != NULL && g_get_monotonic_time() - month->reckoned_us < MONTH_US) ||
        reckon_month(call, month, error)) {
        *on_time_permille = month->on_time_permille;
        shown = json_array();
        json_array_foreach(month->oddities, i, one) json_array_append_new(
            shown, json_pack("{s:s, s:s?}", "text",
                             json_text(one, call->lang == LANG_ZH ? "text" : "text_en"), "case",
                             json_text(one, "case")));
    }
    pthread_mutex_unlock(&month->lock);
    return shown;
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
    g_autoptr(json_t) oddities = NULL;
    guint on_time = FIGURE_NONE;
    gboolean more;
    json_t *shown;

    period_init(&today, call->today, call->today);
    if (rows == NULL || (oddities = month_oddities(call, &on_time, error)) == NULL ||
        !call_limit(call, &limit, error) ||
        (steps = catalog_count_steps(call->reader, today.from, today.to, error)) == NULL)
        return NULL;
    shown = urgent_rows(call, rows, offset, limit, &more);
    until = day_format(day_of(MAX(calendar_last_year(calendar), 2000), 12, 31));
    next = more ? g_strdup_printf("%" G_GINT64_FORMAT, offset + limit) : NULL;
    return call_json(200,
                     json_pack("{s:s, s:o, s:o, s:o, s:o, s:O, s:s, s:s?}", "at", now, "rows",
                               shown, "figures", board_figures(rows, steps, on_time), "windows",
                               group_by(rows, "window"), "kinds", group_by(rows, "kind"),
                               "oddities", oddities, "calendar_until", until, "next", next));
}

/* ── registers ───────────────────────────────────────────────────────────────────────────── */

/* CSV, or with ?format=pdf as paper; names are masked. */
Response *get_ledger(Call *call, GError **error)
{
    LedgerRequest request = {.name = request_param(call->request, "ledger")};
    const char *from = request_query(call->request, "from"),
               *to = request_query(call->request, "to");
    g_autoptr(json_t) book = NULL;
    g_autoptr(GBytes) pdf = NULL;
    g_autofree char *csv = NULL;

    if (from == NULL || to == NULL || !day_parse(from, &request.from) ||
        !day_parse(to, &request.to)) {
        error_set(error, ERROR_INVALID, "from and to: two dates");
        return NULL;
    }
    book = ledger_book(call->api->house, call->reader, &request, error);
    if (book == NULL)
        return NULL;
    if (g_strcmp0(request_query(call->request, "format"), "pdf") == 0) {
        pdf = ledger_book_pdf(call->api->house, book, session_name(call->session), error);
        return pdf != NULL ? response_bytes(200, "application/pdf", pdf) : NULL;
    }
    csv = ledger_book_csv(book);
    return response_text(200, "text/csv; charset=utf-8", csv);
}
