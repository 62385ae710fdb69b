/* SPDX-License-Identifier: Apache-2.0
 *
 * The cases of a period with their lives: what registers, boards and the day's close look at.
 */
#pragma once

#include "appliance/counter/step.h"

/* Cases to which something happened in the period; rows as of catalog_cases_touched. */
typedef struct {
    json_t *rows;
    GPtrArray *lives; /* of CaseLife, by row */
} PeriodCases;
gboolean period_cases(House *house, Catalog *catalog, Day from, Day to, PeriodCases *cases,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
void period_cases_clear(PeriodCases *cases);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PeriodCases, period_cases_clear)

/* The rate of decisions of the period in time, parts per thousand; FIGURE_NONE where there is
 * none. */
guint period_on_time_permille(const PeriodCases *cases, Day from, Day to, Day today);

/* The 异常件清单 of a period: {"code", "subject", "case"?, "text", "text_en"}. */
json_t *period_exceptions(House *house, Catalog *catalog, const PeriodCases *cases, Day from,
                          Day to, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One of them. */
const LifeState *period_state(const PeriodCases *cases, gsize i);

/* What the hall's figures count: the cases received (unless `decided_only`) or decided in the
 * period. Of FiguresCase; the states stay with `cases`. */
GArray *period_scored(const PeriodCases *cases, Day from, Day to,
                      gboolean decided_only) G_GNUC_WARN_UNUSED_RESULT;

/* Instants of the first moment of a day, and of the first behind it. */
char *period_since(Day from) G_GNUC_WARN_UNUSED_RESULT;
char *period_until(Day to) G_GNUC_WARN_UNUSED_RESULT;

gboolean period_holds(Day day, Day from, Day to); /* FALSE for DAY_NONE */

/* The reason that a person gave last in a case; "" where none was. */
char *period_last_reason(Catalog *catalog, const char *number,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
