/* SPDX-License-Identifier: Apache-2.0
 *
 * Working days: Monday to Friday, as the State Council's yearly notice changes them.
 *
 * The table is a CSV (`date,kind,name,source`; kind holiday | workday). is_workday(d) is
 * table[d] = workday, or Mon…Fri and table[d] is not holiday. A year is *loaded* once the table
 * holds the statutory days of it; a deadline that reaches beyond is an estimate (估算) and is
 * reckoned again when the year is imported.
 */
#pragma once

#include "appliance/base/error.h"
#include "appliance/casework/day.h"

/* 法定节假日 of a year are 11 days and more; fewer rows are an overlay, not a year. */
#define CALENDAR_YEAR_HOLIDAYS 11

typedef struct Calendar Calendar;

/* An empty calendar: weekends alone, no year loaded. */
Calendar *calendar_new(void) G_GNUC_WARN_UNUSED_RESULT;
void calendar_free(Calendar *calendar);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Calendar, calendar_free)

/* Add a table. A file that is wrong anywhere changes nothing: ERROR_DEFINITION with its line (bad
 * header, columns, date or kind, a day twice). A later file overrides an earlier one, so a region
 * lays its own days over the national table. */
gboolean calendar_import(Calendar *calendar, const char *bytes, gsize size, const char *name,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The table that ships (2025 and 2026). */
Calendar *calendar_shipped(void) G_GNUC_WARN_UNUSED_RESULT;

/* By the announcements of the State Council where that year is loaded, else Monday to Friday. */
gboolean calendar_is_workday(const Calendar *calendar, Day day);
gboolean calendar_is_loaded(const Calendar *calendar, guint year);
guint calendar_last_year(const Calendar *calendar); /* last loaded; 0 = none */

/* The name the table gives a day ("春节调休上班"); NULL: none. Borrowed. */
const char *calendar_name(const Calendar *calendar, Day day);

/* `day` itself where it is a working day, else the next one. */
Day calendar_workday_from(const Calendar *calendar, Day day);

/* The n-th working day after `start` (n = 0: start, or the working day after it). */
Day calendar_add_workdays(const Calendar *calendar, Day start, guint n);

/* Working days in (from, to]; negative where `to` lies before `from`. */
gint calendar_workdays(const Calendar *calendar, Day from, Day to);

/* Whether any day of from…to lies in a year that is not loaded. */
gboolean calendar_is_estimate(const Calendar *calendar, Day from, Day to);
