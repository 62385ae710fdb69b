/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/day_close.h"

#include <string.h>

/* What marks a receiver whose copy goes along with the day's figures. */
#define WITH_REPORT "随统计报表"

static const char *const words[LEFTS][3] = {{"unplaced", "待归件", "unplaced sides"},
                                            {"no-receipt", "未出收件凭证", "no receipt"},
                                            {"numbers", "编号去向不明", "numbers unaccounted for"},
                                            {"originals", "原件未退", "originals in the house"},
                                            {"copies", "联次未交", "copies not handed on"},
                                            {"labels", "未用标签", "unused labels"},
                                            {"to-tell", "未告知", "not told yet"},
                                            {"due", "到期或超期", "due or overdue"}};

static void left_free(gpointer data)
{
    Left *left = data;

    g_free(left->text);
    g_free(left->text_en);
    g_free(left);
}

static char *line_of(const LeftFact *fact, int word)
{
    GString *out = g_string_new(NULL);

    g_string_append_printf(out, "%s %s", words[fact->code][word], fact->subject);
    if (fact->detail != NULL && *fact->detail != '\0')
        g_string_append_printf(out, " %s", fact->detail);
    if (fact->count > 1)
        g_string_append_printf(out, " ×%u", fact->count);
    return g_string_free(out, FALSE);
}

GPtrArray *day_close_list(const LeftFact *facts, gsize n_facts)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(left_free);

    for (int code = 0; code < LEFTS; code++)
        for (gsize i = 0; i < n_facts; i++) {
            Left *left;

            if ((int)facts[i].code != code)
                continue;
            left = g_new0(Left, 1);
            left->code = facts[i].code;
            left->subject = facts[i].subject;
            left->text = line_of(&facts[i], 1);
            left->text_en = line_of(&facts[i], 2);
            g_ptr_array_add(list, left);
        }
    return list;
}

static gboolean is_due(const LifeState *state, ClockPurpose purpose, Day today)
{
    ClockReading reading;

    return life_clock(state, purpose, today, 0, &reading) && reading.promised != DAY_NONE &&
           reading.lamp != LAMP_NOT_STARTED && reading.promised <= today;
}

gsize day_close_of_case(const LifeState *state, const char *number, Day today, LeftFact facts[3])
{
    gsize n = 0;
    gboolean waits = state->stage == LIFE_RECEIVED || state->stage == LIFE_CHECKED;
    /* While the applicant brings what is missing the hall's own limit presses nobody. */
    gboolean works = life_is_open(state->stage) && state->stage != LIFE_SUPPLEMENT;

    if (state->stage != LIFE_NONE && !state->numbers_fixed)
        facts[n++] = (LeftFact){LEFT_NO_RECEIPT, number, NULL, 1};
    if (state->stage == LIFE_SUPPLEMENT && state->told == DAY_NONE)
        facts[n++] = (LeftFact){LEFT_TO_TELL, number, NULL, 1};
    if ((waits && is_due(state, CLOCK_TELL, today)) ||
        (works && is_due(state, CLOCK_DECIDE, today)))
        facts[n++] = (LeftFact){LEFT_DUE, number, NULL, 1};
    return n;
}

gboolean day_close_allowed(const DayCloseFacts *facts, const GPtrArray *list, GError **error)
{
    g_autofree char *day = day_format(facts->day);

    if (facts->day > facts->today)
        return error_set(error, ERROR_RULE, "%s is not over", day);
    if (facts->last_closed != DAY_NONE && facts->day <= facts->last_closed)
        return error_set(error, ERROR_RULE, "%s is closed already", day);
    if (facts->last_record != DAY_NONE && facts->last_record > facts->day)
        return error_set(error, ERROR_RULE, "there are records after %s", day);
    if (list->len == 0)
        return TRUE;
    if (facts->supervisor == NULL || *facts->supervisor == '\0')
        return error_set(error, ERROR_SECOND_PERSON,
                         "%u things are open: the supervisor signs the list", list->len);
    if (facts->person != NULL && strcmp(facts->person, facts->supervisor) == 0)
        return error_set(error, ERROR_SECOND_PERSON, "%s closes and signs", facts->person);
    return TRUE;
}

GArray *day_close_enclosed(const Profile *profile, const DayCopy *copies, gsize n_copies)
{
    GArray *enclosed = g_array_new(FALSE, FALSE, sizeof(gsize));

    for (gsize i = 0; i < n_copies; i++) {
        char **receivers = profile->papers[copies[i].kind].copies;
        guint n = receivers == NULL ? 0 : g_strv_length(receivers);

        if (!copies[i].handed_on && copies[i].copy >= 1 && copies[i].copy <= n &&
            strstr(receivers[copies[i].copy - 1], WITH_REPORT) != NULL)
            g_array_append_val(enclosed, i);
    }
    return enclosed;
}

const char *left_token(LeftCode code)
{
    return words[code][0];
}

const char *left_word(LeftCode code)
{
    return words[code][1];
}
