/* SPDX-License-Identifier: Apache-2.0
 *
 * The hall's figures, by kind, window and item: how many cases, and the rates that are scored.
 *
 *   按期办结率  decided by the promised day           / decided
 *   即时办结率  decided on the day of receipt         / decided
 *   提前办结率  decided before the promised day       / decided
 *   一次告知率  cases told of everything in one notice / cases that got a notice
 *   跑动次数    visits                                / cases received
 *
 * A rate without a case is none (FIGURE_NONE), never 0 or 100 %.
 */
#pragma once

#include "appliance/casework/life.h"

#define FIGURE_NONE G_MAXUINT

typedef struct {
    char *key; /* "" for all */
    guint received, accepted, decided, granted, denied, refused, returned, lapsed, withdrawn;
    guint on_time, same_day, early, overdue;
    guint noticed, told_once, visits;
    guint overdue_days; /* working days beyond the promise */
    guint asked_free;
} Figures;

typedef enum { FIGURES_ALL, FIGURES_BY_KIND, FIGURES_BY_WINDOW, FIGURES_BY_ITEM } FiguresBy;

typedef struct {
    const LifeState *state;
    guint window;
    guint asked_free; /* of its last check */
} FiguresCase;

/* Count; rows in the order of their keys (windows as three digits). Of Figures, owned. */
GPtrArray *figures_count(const FiguresCase *cases, gsize n_cases, FiguresBy by,
                         Day today) G_GNUC_WARN_UNUSED_RESULT;

/* Parts per thousand, rounded down; FIGURE_NONE where there is nothing to divide by. */
guint figures_on_time_permille(const Figures *figures);
guint figures_same_day_permille(const Figures *figures);
guint figures_early_permille(const Figures *figures);
guint figures_told_once_permille(const Figures *figures);
guint figures_visits_permille(const Figures *figures); /* 1250 = 1.25 visits a case */

/* "98.5%" or "—". Caller's. */
char *figures_percent(guint permille) G_GNUC_WARN_UNUSED_RESULT;

/* Points lost by the profile's score (昆山: two a day overdue). */
guint figures_points(const Figures *figures, const Profile *profile);
