/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/period.h"

#include "appliance/casework/exceptions.h"
#include "appliance/casework/figures.h"
#include "appliance/counter/case.h"
#include "storage/catalog_register.h"

#include <string.h>

/* ── the cases of a period ───────────────────────────────────────────────────────────────── */

char *period_since(Day from)
{
    return clock_format(day_instant(from, 0, HOUSE_OFFSET_S));
}

char *period_until(Day to)
{
    return clock_format(day_instant(to + 1, 0, HOUSE_OFFSET_S));
}

void period_cases_clear(PeriodCases *cases)
{
    g_clear_pointer(&cases->rows, json_decref);
    g_clear_pointer(&cases->lives, g_ptr_array_unref);
}

gboolean period_cases(House *house, Catalog *catalog, Day from, Day to, PeriodCases *cases,
                      GError **error)
{
    g_autofree char *first = period_since(from), *last = period_until(to);
    gsize i;
    json_t *row;

    *cases = (PeriodCases){.rows = catalog_cases_touched(catalog, first, last, error),
                           .lives = g_ptr_array_new_with_free_func(g_free)};
    json_array_foreach(cases->rows, i, row)
    {
        CaseLife *life = g_new0(CaseLife, 1);

        g_ptr_array_add(cases->lives, life);
        if (!case_life(house, catalog, json_text(row, "number"), life, error)) {
            period_cases_clear(cases);
            return FALSE;
        }
    }
    if (cases->rows == NULL)
        period_cases_clear(cases);
    return cases->rows != NULL;
}

const LifeState *period_state(const PeriodCases *cases, gsize i)
{
    return &((const CaseLife *)g_ptr_array_index(cases->lives, i))->state;
}

gboolean period_holds(Day day, Day from, Day to)
{
    return day != DAY_NONE && day >= from && day <= to;
}

/* What the hall's figures count: the cases received or decided in the period. */
GArray *period_scored(const PeriodCases *cases, Day from, Day to, gboolean decided_only)
{
    GArray *facts = g_array_new(FALSE, TRUE, sizeof(FiguresCase));

    for (gsize i = 0; i < cases->lives->len; i++) {
        FiguresCase one = {.state = period_state(cases, i)};
        const char *window = json_text(json_array_get(cases->rows, i), "window");

        one.window = (guint)g_ascii_strtoull(window, NULL, 10);
        if (period_holds(one.state->decided, from, to) ||
            (!decided_only && period_holds(one.state->received, from, to)))
            g_array_append_val(facts, one);
    }
    return facts;
}

guint period_on_time_permille(const PeriodCases *cases, Day from, Day to, Day today)
{
    g_autoptr(GArray) facts = period_scored(cases, from, to, TRUE);
    g_autoptr(GPtrArray) all =
        figures_count((const FiguresCase *)(void *)facts->data, facts->len, FIGURES_ALL, today);

    return all->len > 0 ? figures_on_time_permille(g_ptr_array_index(all, 0)) : FIGURE_NONE;
}

char *period_last_reason(Catalog *catalog, const char *number, GError **error)
{
    g_autoptr(json_t) steps = catalog_steps(catalog, number, error);
    char *reason = g_strdup("");
    gsize i;
    json_t *step;

    json_array_foreach(steps, i, step)
    {
        const char *text = json_text(step, "secret");
        g_autoptr(json_t) secret = text != NULL ? json_loads(text, 0, NULL) : NULL;

        if (json_text(secret, "reason") != NULL) {
            g_free(reason);
            reason = g_strdup(json_text(secret, "reason"));
        }
    }
    return reason;
}

/* ── exceptions ──────────────────────────────────────────────────────────────────────────── */

static GArray *exception_persons(const json_t *rows)
{
    GArray *persons = g_array_new(FALSE, TRUE, sizeof(ExceptionPerson));
    gsize i;
    json_t *row;

    json_array_foreach((json_t *)rows, i, row)
    {
        ExceptionPerson one = {json_text(row, "person"), (guint)json_int(row, "voids", 0),
                               (guint)json_int(row, "reprints", 0)};

        g_array_append_val(persons, one);
    }
    return persons;
}

/* Printed numbers and reasons live in `texts`. */
static GArray *exception_cases(Catalog *catalog, const PeriodCases *cases, GPtrArray *texts,
                               GError **error)
{
    GArray *facts = g_array_new(FALSE, TRUE, sizeof(ExceptionCase));

    for (gsize i = 0; i < cases->lives->len; i++) {
        const char *number = json_text(json_array_get(cases->rows, i), "number");
        ExceptionCase one = {.number = case_print_number(number), .state = period_state(cases, i)};

        g_ptr_array_add(texts, (char *)one.number);
        if (one.state->ending == ENDING_RETURNED) {
            one.return_reason = period_last_reason(catalog, number, error);
            g_ptr_array_add(texts, (char *)one.return_reason);
        }
        g_array_append_val(facts, one);
    }
    return facts;
}

json_t *period_exceptions(House *house, Catalog *catalog, const PeriodCases *cases, Day from,
                          Day to, GError **error)
{
    g_autofree char *first = period_since(from), *last = period_until(to);
    g_autoptr(json_t) people = catalog_persons(catalog, first, last, error);
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GArray) persons = NULL, of_cases = NULL;
    g_autoptr(GPtrArray) list = NULL;
    ExceptionFacts facts = {.today = house_today(house)};
    json_t *rows;

    if (people == NULL)
        return NULL;
    persons = exception_persons(people);
    of_cases = exception_cases(catalog, cases, texts, error);
    facts.cases = (const ExceptionCase *)(void *)of_cases->data;
    facts.n_cases = of_cases->len;
    facts.persons = (const ExceptionPerson *)(void *)persons->data;
    facts.n_persons = persons->len;
    list = exceptions_list(&facts);
    rows = json_array();
    for (guint i = 0; i < list->len; i++) {
        const Exception *one = g_ptr_array_index(list, i);
        g_autofree char *number = case_read_number(one->subject, NULL);

        json_array_append_new(rows,
                              json_pack("{s:s, s:s, s:s*, s:s, s:s}", "code",
                                        exception_token(one->code), "subject", one->subject, "case",
                                        number, "text", one->text, "text_en", one->text_en));
    }
    return rows;
}
