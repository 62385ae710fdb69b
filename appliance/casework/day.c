/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/day.h"

#include <stdio.h>
#include <string.h>

/* GDate counts from 0001-01-01 = 1; this is its number of 1970-01-01. */
#define JULIAN_EPOCH 719163

static void to_date(Day day, GDate *date)
{
    g_date_clear(date, 1);
    g_date_set_julian(date, (guint32)(day + JULIAN_EPOCH));
}

Day day_of(guint year, guint month, guint day)
{
    GDate date;

    if (year < 1900 || year > 2199 || month < 1 || month > 12 || day < 1 || day > 31 ||
        !g_date_valid_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)year))
        return DAY_NONE;
    g_date_clear(&date, 1);
    g_date_set_dmy(&date, (GDateDay)day, (GDateMonth)month, (GDateYear)year);
    return (Day)g_date_get_julian(&date) - JULIAN_EPOCH;
}

void day_split(Day day, guint *year, guint *month, guint *day_of_month)
{
    GDate date;

    to_date(day, &date);
    *year = g_date_get_year(&date);
    *month = (guint)g_date_get_month(&date);
    *day_of_month = g_date_get_day(&date);
}

/* `count` digits from `at` as a number; FALSE where one is no digit. */
static gboolean digits(const char *at, int count, guint *value)
{
    *value = 0;
    for (int i = 0; i < count; i++) {
        if (!g_ascii_isdigit(at[i]))
            return FALSE;
        *value = *value * 10 + (guint)(at[i] - '0');
    }
    return TRUE;
}

gboolean day_parse(const char *text, Day *day)
{
    guint y, m, d;

    if (strlen(text) != 10 || text[4] != '-' || text[7] != '-' || !digits(text, 4, &y) ||
        !digits(text + 5, 2, &m) || !digits(text + 8, 2, &d) || day_of(y, m, d) == DAY_NONE)
        return FALSE;
    *day = day_of(y, m, d);
    return TRUE;
}

gboolean day_parse_compact(const char *text, Day *day)
{
    guint y, m, d;

    if (strlen(text) != 8 || !digits(text, 4, &y) || !digits(text + 4, 2, &m) ||
        !digits(text + 6, 2, &d) || day_of(y, m, d) == DAY_NONE)
        return FALSE;
    *day = day_of(y, m, d);
    return TRUE;
}

static char *formatted(Day day, const char *between, const char *behind)
{
    guint y, m, d;

    day_split(day, &y, &m, &d);
    return g_strdup_printf("%04u%s%02u%s%02u%s", y, between, m, between, d, behind);
}

char *day_format(Day day)
{
    return formatted(day, "-", "");
}

char *day_format_compact(Day day)
{
    return formatted(day, "", "");
}

char *day_format_zh(Day day)
{
    guint y, m, d;

    day_split(day, &y, &m, &d);
    return g_strdup_printf("%u年%u月%u日", y, m, d);
}

guint32 day_yymmdd(Day day)
{
    guint y, m, d;

    day_split(day, &y, &m, &d);
    return y % 100 * 10000 + m * 100 + d;
}

guint day_year(Day day)
{
    guint y, m, d;

    day_split(day, &y, &m, &d);
    return y;
}

guint day_weekday(Day day)
{
    GDate date;

    to_date(day, &date);
    return (guint)g_date_get_weekday(&date);
}

/* Floor division, so that instants before 1970 fall on the right day as well. */
static gint64 local_us(gint64 us, gint32 offset_s, gint64 *day)
{
    gint64 local = us + (gint64)offset_s * 1000000;

    *day = local / DAY_US - (local % DAY_US < 0 ? 1 : 0);
    return local - *day * DAY_US;
}

Day day_of_instant(gint64 us, gint32 offset_s)
{
    gint64 day;

    local_us(us, offset_s, &day);
    return (Day)day;
}

guint day_minute_of_instant(gint64 us, gint32 offset_s)
{
    gint64 day;

    return (guint)(local_us(us, offset_s, &day) / DAY_MINUTE);
}

gint64 day_instant(Day day, guint minute, gint32 offset_s)
{
    return (gint64)day * DAY_US + (gint64)minute * DAY_MINUTE - (gint64)offset_s * 1000000;
}
