/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/say.h"

#include "appliance/base/text.h"

/* ── loading ─────────────────────────────────────────────────────────────────────────────── */

static gboolean load_rows(Say *say, GError **error)
{
    say->row = case_row(say->catalog, say->number, error);
    say->item = say->row != NULL ? case_item(say->house, say->row, error) : NULL;
    if (say->item == NULL)
        return FALSE;
    say->department = house_department(say->house, say->catalog, say->item->department, error);
    say->profile = say->department != NULL ? house_profile(say->house, say->catalog, error) : NULL;
    say->documents =
        say->profile != NULL ? catalog_documents(say->catalog, say->number, error) : NULL;
    say->sides = say->documents != NULL ? catalog_sides(say->catalog, say->number, error) : NULL;
    say->fields = say->sides != NULL ? catalog_fields(say->catalog, say->number, error) : NULL;
    say->check = say->fields != NULL
                     ? completeness_check(say->house, say->catalog, say->number, error)
                     : NULL;
    return say->check != NULL;
}

gboolean say_load(Say *say, GError **error)
{
    gint64 now_us = clock_now_us(store_clock(house_store(say->house)));

    say->today = day_of_instant(now_us, HOUSE_OFFSET_S);
    say->minute = day_minute_of_instant(now_us, HOUSE_OFFSET_S);
    if (!load_rows(say, error) ||
        !case_life(say->house, say->catalog, say->number, &say->before, error))
        return FALSE;
    if (say->event == NULL)
        return case_life(say->house, say->catalog, say->number, &say->after, error);
    return case_step_try(say->house, say->catalog, say->actor, say->number, say->event, &say->after,
                         error);
}

void say_clear(Say *say)
{
    g_clear_pointer(&say->row, json_decref);
    g_clear_pointer(&say->documents, json_decref);
    g_clear_pointer(&say->sides, json_decref);
    g_clear_pointer(&say->fields, json_decref);
    g_clear_pointer(&say->values, json_decref);
    g_clear_pointer(&say->check, check_free);
}

/* ── small words ─────────────────────────────────────────────────────────────────────────── */

void say_text(Say *say, const char *key, const char *text)
{
    if (text != NULL && *text != '\0')
        json_object_set_new(say->values, key, json_string(text));
}

void say_day(Say *say, const char *key, Day day)
{
    g_autofree char *text = day != DAY_NONE && day != 0 ? day_format(day) : NULL;

    say_text(say, key, text);
}

static char *minute_text(Day day, guint minute)
{
    g_autofree char *date = day_format(day);

    return g_strdup_printf("%sT%02u:%02u", date, minute / 60, minute % 60);
}

void say_now(Say *say, const char *key)
{
    g_autofree char *text = minute_text(say->today, say->minute);

    say_text(say, key, text);
}

/* ── what every paper of a case may use ──────────────────────────────────────────────────── */

static void say_case(Say *say)
{
    const LifeState *state = &say->after.state;
    g_autofree char *printed = case_print_number(say->number);
    g_autofree char *document = g_strdup_printf("%03d", (int)say->document);
    g_autofree char *received = minute_text(state->received, state->received_minute);
    g_autofree char *window = g_strdup_printf("%s号窗口", json_text(say->row, "window"));
    const char *actor = say->actor->actor;
    g_autofree char *clerk = house_person(say->house, actor);

    say_text(say, "heading", say->profile->heading);
    say_text(say, "number", say->paper_number);
    say_text(say, "case_number", say->number);
    say_text(say, "case_printed", printed);
    say_text(say, "document_number", document);
    say_text(say, "applicant", json_text(say->row, "applicant"));
    say_text(say, "applicant_id", json_text(say->fields, "identity"));
    say_text(say, "applicant_phone", json_text(say->fields, "phone"));
    say_text(say, "item", say->item->name);
    say_text(say, "department", say->department->name);
    say_text(say, "organ", say->department->name);
    say_text(say, "phone", say->department->phone);
    say_text(say, "supervision_phone", say->department->complaints);
    say_text(say, "received_at", received);
    say_day(say, "received", state->received);
    say_text(say, "channel", json_text(say->row, "channel"));
    say_text(say, "window", window);
    say_text(say, "clerk", clerk);
    say_text(say, "clerk_number", text_is_digits(actor) ? actor : "—");
    say_day(say, "date", say->today);
    say_day(say, "accepted", state->effective);
    say_now(say, "at");
}

/* What a step brings with it goes onto its paper. */
static void say_event(Say *say)
{
    g_autofree char *law = say->item->law != NULL ? g_strjoinv("；", say->item->law) : NULL;
    g_autofree char *remedy =
        g_strdup_printf("%s%s", say->department->reconsideration, say->department->lawsuit);

    say_text(say, "law", law);
    say_text(say, "remedy", remedy);
    if (say->event == NULL)
        return;
    say_text(say, "reason", say->event->reason);
    say_text(say, "law", say->event->law);
    say_text(say, "remedy", say->event->remedy);
}

static const char *unit_word(ClockUnit unit)
{
    return unit == UNIT_WORKDAY ? "个工作日"
           : unit == UNIT_DAY   ? "个自然日"
           : unit == UNIT_HOUR  ? "小时"
                                : "分钟";
}

/* "20个工作日" and the day it ends, as the clock of the case will stand after the step. */
static void say_limit(Say *say)
{
    const ClockProfile *clock = say->item->clocks[CLOCK_DECIDE];
    ClockReading reading;
    g_autofree char *limit = NULL;

    if (clock == NULL || clock->promised == CLOCK_NO_LIMIT) {
        say_text(say, "limit", "法定期限");
        return;
    }
    limit = g_strdup_printf("%u%s", clock->promised, unit_word(clock->unit));
    say_text(say, "limit", limit);
    /* While it is not accepted: as if it were today. */
    clock_read(
        &(ClockFacts){.profile = clock, .start = say->today, .until = DAY_NONE, .ended = DAY_NONE},
        say->after.rules.calendar, say->today, say->minute, &reading);
    say_day(say, "decide_by", reading.promised);
    if (life_clock(&say->after.state, CLOCK_DECIDE, say->today, say->minute, &reading))
        say_day(say, "decide_by", reading.promised);
}

json_t *say_paper(Say *say, PaperKind kind, gint64 document, const char *paper_number)
{
    g_clear_pointer(&say->values, json_decref);
    say->values = json_object();
    say->document = document;
    say->paper_number = paper_number;
    say_case(say);
    say_event(say);
    say_limit(say);
    say_kind(say, kind);
    return g_steal_pointer(&say->values);
}
