/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/figures.h"

#include <string.h>

static void figures_free(gpointer data)
{
    g_free(((Figures *)data)->key);
    g_free(data);
}

static char *key_of(const FiguresCase *one, FiguresBy by)
{
    switch (by) {
    case FIGURES_BY_KIND:
        return g_strdup(one->state->kind == NULL ? "" : one->state->kind);
    case FIGURES_BY_WINDOW:
        return g_strdup_printf("%03u", one->window);
    case FIGURES_BY_ITEM:
        return g_strdup(one->state->rules->item->code);
    default:
        return g_strdup("");
    }
}

static void count_ending(Figures *figures, LifeEnding ending)
{
    figures->granted += ending == ENDING_GRANTED;
    figures->denied += ending == ENDING_DENIED;
    figures->refused += ending == ENDING_REFUSED || ending == ENDING_NOT_NEEDED;
    figures->returned += ending == ENDING_RETURNED;
    figures->lapsed += ending == ENDING_ABANDONED || ending == ENDING_TERMINATED;
    figures->withdrawn += ending == ENDING_WITHDRAWN;
}

static void count_decision(Figures *figures, const LifeState *state, Day today)
{
    ClockReading reading = {0};
    gboolean timed = life_clock(state, CLOCK_DECIDE, today, 0, &reading) && reading.limited &&
                     reading.promised != DAY_NONE;

    if (timed && reading.overdue) {
        figures->overdue++;
        figures->overdue_days += life_overdue_days(state, today, 0);
    }
    if (state->decided == DAY_NONE)
        return;
    figures->decided++;
    figures->same_day += state->decided == state->received;
    figures->on_time += !timed || !reading.overdue;
    figures->early += timed && state->decided < reading.promised;
}

static void count_case(Figures *figures, const FiguresCase *one, Day today)
{
    const LifeState *state = one->state;

    figures->received++;
    figures->accepted += state->accepted != DAY_NONE;
    figures->visits += state->visits;
    figures->asked_free += one->asked_free;
    if (state->notices > 0) {
        figures->noticed++;
        figures->told_once += !(state->flags & FLAG_NOT_ONCE);
    }
    count_ending(figures, state->ending);
    count_decision(figures, state, today);
}

static Figures *row_of(GPtrArray *rows, GHashTable *by_key, char *key)
{
    Figures *figures = g_hash_table_lookup(by_key, key);

    if (figures != NULL) {
        g_free(key);
        return figures;
    }
    figures = g_new0(Figures, 1);
    figures->key = key;
    g_ptr_array_add(rows, figures);
    g_hash_table_insert(by_key, key, figures);
    return figures;
}

static gint compare_rows(gconstpointer a, gconstpointer b)
{
    return strcmp((*(Figures *const *)a)->key, (*(Figures *const *)b)->key);
}

GPtrArray *figures_count(const FiguresCase *cases, gsize n_cases, FiguresBy by, Day today)
{
    GPtrArray *rows = g_ptr_array_new_with_free_func(figures_free);
    g_autoptr(GHashTable) by_key = g_hash_table_new(g_str_hash, g_str_equal);

    for (gsize i = 0; i < n_cases; i++)
        if (cases[i].state->stage != LIFE_NONE)
            count_case(row_of(rows, by_key, key_of(&cases[i], by)), &cases[i], today);
    g_ptr_array_sort(rows, compare_rows);
    return rows;
}

static guint permille(guint part, guint whole)
{
    return whole == 0 ? FIGURE_NONE : (guint)((guint64)part * 1000 / whole);
}

guint figures_on_time_permille(const Figures *figures)
{
    return permille(figures->on_time, figures->decided);
}

guint figures_same_day_permille(const Figures *figures)
{
    return permille(figures->same_day, figures->decided);
}

guint figures_early_permille(const Figures *figures)
{
    return permille(figures->early, figures->decided);
}

guint figures_told_once_permille(const Figures *figures)
{
    return permille(figures->told_once, figures->noticed);
}

guint figures_visits_permille(const Figures *figures)
{
    return permille(figures->visits, figures->received);
}

char *figures_percent(guint permille_value)
{
    return permille_value == FIGURE_NONE
               ? g_strdup("—")
               : g_strdup_printf("%u.%u%%", permille_value / 10, permille_value % 10);
}

guint figures_points(const Figures *figures, const Profile *profile)
{
    return figures->overdue_days * profile->overdue_score;
}
