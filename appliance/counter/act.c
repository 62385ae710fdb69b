/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/act.h"

#include <string.h>

void case_act_done_clear(CaseActDone *done)
{
    paper_issued_clear(&done->paper);
}

PaperKind act_paper(const LifeEvent *event)
{
    switch (event->type) {
    case EVENT_ACCEPT:
        return event->tolerate ? PAPER_TOLERANCE : PAPER_ACCEPTANCE;
    case EVENT_REFUSE:
        return PAPER_REFUSAL;
    case EVENT_NOT_NEEDED:
        return PAPER_NOT_NEEDED;
    case EVENT_RETURN:
        return PAPER_RETURN;
    case EVENT_REVIEW:
        return PAPER_REVIEW;
    case EVENT_LAPSE:
        return PAPER_LAPSE;
    case EVENT_REMIND:
        return PAPER_REMINDER;
    case EVENT_PAUSE:
        return PAPER_SPECIAL;
    case EVENT_EXTEND:
        return PAPER_EXTENSION;
    case EVENT_HAND_UP:
        return PAPER_HAND_UP;
    case EVENT_URGENT:
        return PAPER_URGENT;
    case EVENT_GREEN_START:
        return PAPER_GREEN;
    case EVENT_DECIDE:
        return event->good ? PAPER_GRANT : PAPER_DENIAL;
    case EVENT_DELIVER:
        return PAPER_DELIVERY;
    case EVENT_WITHDRAW:
        return PAPER_WITHDRAWAL;
    default:
        return PAPER_NONE;
    }
}

/* ── what the papers say ─────────────────────────────────────────────────────────────────── */

typedef struct {
    House *house;
    Catalog *reader;
    const CaseAct *act;
    CaseLife life;
    json_t *row, *documents, *sides;
    const Item *item;
    const Department *department;
    json_t *values;
} Say;

static void say(const Say *s, const char *key, const char *text)
{
    if (text != NULL && *text != '\0')
        json_object_set_new(s->values, key, json_string(text));
}

static void say_day(const Say *s, const char *key, Day day)
{
    g_autofree char *text = day != DAY_NONE && day != 0 ? day_format(day) : NULL;

    say(s, key, text);
}

static void say_basis(const Say *s)
{
    g_autofree char *law = s->item->law != NULL ? g_strjoinv("；", s->item->law) : NULL;
    g_autofree char *remedy =
        g_strdup_printf("%s%s", s->department->reconsideration, s->department->lawsuit);
    g_autofree char *content =
        g_strdup_printf("准予%s的%s申请。", json_text(s->row, "applicant"), s->item->name);

    say(s, "law", law);
    say(s, "remedy", remedy);
    say(s, "content", content);
    say(s, "reason", s->act->event.reason);
    say(s, "addressee", json_text(s->row, "applicant"));
    say(s, "server", "窗口");
    say(s, "place", "本中心窗口");
    say(s, "method",
        s->act->event.told == TOLD_POST         ? "post"
        : s->act->event.told == TOLD_ELECTRONIC ? "electronic"
                                                : "direct");
    say(s, "post_number", s->act->event.told == TOLD_POST ? s->act->event.reference : NULL);
}

/* The minute at which it is said, as a withdrawal names it. */
static void say_now(const Say *s, const char *key)
{
    gint64 now_us = clock_now_us(store_clock(house_store(s->house)));
    guint minute = day_minute_of_instant(now_us, HOUSE_OFFSET_S);
    g_autofree char *day = day_format(day_of_instant(now_us, HOUSE_OFFSET_S));
    g_autofree char *text = g_strdup_printf("%sT%02u:%02u", day, minute / 60, minute % 60);

    say(s, key, text);
}

/* "20个工作日" of the clock that runs from acceptance. */
static void say_limits(const Say *s)
{
    const ClockProfile *clock = s->item->clocks[CLOCK_DECIDE];
    Day today = house_today(s->house);
    ClockReading reading;
    g_autofree char *limit = NULL;

    say_day(s, "accepted", s->act->event.type == EVENT_ACCEPT ? today : s->life.state.effective);
    if (clock == NULL || clock->promised == CLOCK_NO_LIMIT) {
        say(s, "limit", "法定期限");
        return;
    }
    limit = g_strdup_printf("%u个%s", clock->promised,
                            clock->unit == UNIT_WORKDAY ? "工作日"
                            : clock->unit == UNIT_DAY   ? "自然日"
                            : clock->unit == UNIT_HOUR  ? "小时"
                                                        : "分钟");
    say(s, "limit", limit);
    clock_read(
        &(ClockFacts){.profile = clock, .start = today, .until = DAY_NONE, .ended = DAY_NONE},
        s->life.rules.calendar, today, 0, &reading);
    say_day(s, "decide_by", reading.promised);
}

static guint side_pages(const Say *s, gint64 document)
{
    guint pages = 0;
    gsize i;
    json_t *side;

    json_array_foreach(s->sides, i, side)
    {
        pages += json_int(side, "document", 0) == document && json_int(side, "blank", 0) == 0;
    }
    return pages;
}

/* Lists of documents and of results, for those papers that carry one. */
static void say_lists(const Say *s)
{
    json_t *documents = json_array(), *papers = json_array();
    gsize i;
    json_t *row;

    json_array_foreach(s->documents, i, row)
    {
        gint64 number = json_int(row, "number", 0);
        g_autofree char *printed = g_strdup_printf("%03d", (int)number);
        const char *family = json_text(row, "family"), *paper = json_text(row, "paper_number");

        if (strcmp(json_text(row, "state"), "open") != 0)
            continue;
        if (strcmp(family, "A") == 0)
            json_array_append_new(documents,
                                  json_pack("{s:s, s:s, s:s, s:i, s:i}", "number", printed, "name",
                                            json_text(row, "title"), "form", "原件", "copies", 1,
                                            "pages", (int)side_pages(s, number)));
        if (strcmp(family, "C") == 0)
            json_array_append_new(papers, json_pack("{s:s, s:s, s:i}", "title",
                                                    json_text(row, "title"), "number",
                                                    paper != NULL ? paper : printed, "copies", 1));
    }
    json_object_set_new(s->values, "documents", documents);
    json_object_set_new(s->values, "papers", papers);
}

static gboolean say_load(Say *s, GError **error)
{
    const char *number = s->act->number;

    s->reader = store_reader(house_store(s->house), error);
    s->row = s->reader != NULL ? case_row(s->reader, number, error) : NULL;
    if (s->row == NULL || !case_life(s->house, s->reader, number, &s->life, error))
        return FALSE;
    s->item = s->life.rules.item;
    s->department = house_department(s->house, s->reader, s->item->department, error);
    s->documents = s->department != NULL ? catalog_documents(s->reader, number, error) : NULL;
    s->sides = s->documents != NULL ? catalog_sides(s->reader, number, error) : NULL;
    return s->sides != NULL;
}

static void say_clear(Say *s)
{
    g_clear_pointer(&s->row, json_decref);
    g_clear_pointer(&s->documents, json_decref);
    g_clear_pointer(&s->sides, json_decref);
    g_clear_pointer(&s->values, json_decref);
    g_clear_pointer(&s->reader, catalog_close);
}

static gboolean issue_with_step(Say *s, const StoreActor *actor, PaperKind kind, CaseActDone *done,
                                GError **error)
{
    LifeEvent event = s->act->event;
    PaperRequest request = {.number = s->act->number,
                            .kind = kind,
                            .large_print = s->act->large_print,
                            .step = &event,
                            .after = &done->life};

    if (!say_load(s, error))
        return FALSE;
    s->values = json_object();
    say_basis(s);
    say_limits(s);
    say_lists(s);
    if (kind == PAPER_WITHDRAWAL)
        say_now(s, "requested");
    if (s->act->values != NULL)
        json_object_update(s->values, (json_t *)s->act->values);
    /* What stands on the paper stands in the record too. */
    event.law = json_text(s->values, "law");
    event.remedy = json_text(s->values, "remedy");
    event.organ = event.organ != NULL ? event.organ : json_text(s->values, "right_organ");
    request.values = s->values;
    return paper_issue(s->house, actor, &request, &done->paper, error);
}

/* 已告知 is about the notice that is out, not about a new paper. */
static gboolean tell(House *house, const StoreActor *actor, const CaseAct *act, CaseActDone *done,
                     GError **error)
{
    g_autoptr(Catalog) reader = store_reader(house_store(house), error);
    LifeEvent event = act->event;

    if (reader == NULL || !case_life(house, reader, act->number, &done->life, error))
        return FALSE;
    event.paper = done->life.state.notice;
    return case_step(house, actor, act->number, &event, &done->life, error);
}

gboolean case_act(House *house, const StoreActor *actor, const CaseAct *act, CaseActDone *done,
                  GError **error)
{
    PaperKind kind = act_paper(&act->event);
    Say s = {.house = house, .act = act};
    gboolean ok;

    *done = (CaseActDone){0};
    if (act->event.type == EVENT_TELL)
        return tell(house, actor, act, done, error);
    if (act->event.type == EVENT_SUPPLEMENT)
        return paper_issue_supplement(house, actor, act->number, act->large_print, &done->paper,
                                      error);
    if (kind == PAPER_NONE)
        return case_step(house, actor, act->number, &act->event, &done->life, error);
    ok = issue_with_step(&s, actor, kind, done, error);
    say_clear(&s);
    return ok;
}
