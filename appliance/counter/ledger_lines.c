/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/ledger_lines.h"

#include "appliance/counter/case.h"
#include "appliance/counter/destroy.h"
#include "storage/catalog_register.h"

#include <string.h>

void ledger_add_line(LedgerBook *book, json_t *row)
{
    g_autofree char *serial = g_strdup_printf("%d", (int)json_array_size(book->rows) + 1);

    json_object_set_new(row, "serial", json_string(serial));
    json_array_append_new(book->rows, row);
}

/* ── registers of cases ──────────────────────────────────────────────────────────────────── */

/* Rows of one case that its line is made of. */
typedef struct {
    json_t *fields, *documents, *sides;
    char *number, *applicant, *identity, *phone, *reason, *papers, *result, *title, *remark;
} CaseTexts;

static void case_texts_clear(CaseTexts *texts)
{
    char *const owned[] = {texts->number, texts->applicant, texts->identity,
                           texts->phone,  texts->reason,    texts->papers,
                           texts->result, texts->title,     texts->remark};

    for (gsize i = 0; i < G_N_ELEMENTS(owned); i++)
        g_free(owned[i]);
    json_decref(texts->fields);
    json_decref(texts->documents);
    json_decref(texts->sides);
}

/* 文书编号 of a family ('\0': of all), joined. */
static char *paper_numbers(json_t *documents, char family)
{
    GString *out = g_string_new(NULL);
    gsize i;
    json_t *row;

    json_array_foreach(documents, i, row)
    {
        const char *number = json_text(row, "paper_number");

        if (number != NULL && (family == '\0' || *json_text(row, "family") == family))
            g_string_append_printf(out, "%s%s", out->len > 0 ? "、" : "", number);
    }
    return g_string_free(out, FALSE);
}

static char *flag_words(const LifeState *state)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < LIFE_FLAGS; i++)
        if ((state->flags & 1u << i) != 0)
            g_string_append_printf(out, "%s%s", out->len > 0 ? "、" : "",
                                   life_flag_word((LifeFlag)(1u << i)));
    return g_string_free(out, FALSE);
}

static char *shown(const LedgerBook *book, const char *text)
{
    return text == NULL ? g_strdup("") : book->request->full ? g_strdup(text) : case_mask(text);
}

static gboolean load_texts(const LedgerBook *book, const json_t *row, const LifeState *state,
                           CaseTexts *texts, GError **error)
{
    const char *number = json_text(row, "number");

    *texts = (CaseTexts){.fields = catalog_fields(book->catalog, number, error)};
    if (texts->fields == NULL ||
        (texts->documents = catalog_documents(book->catalog, number, error)) == NULL ||
        (texts->sides = catalog_sides(book->catalog, number, error)) == NULL)
        return FALSE;
    texts->number = case_print_number(number);
    texts->applicant = shown(book, json_text(row, "applicant"));
    texts->identity = shown(book, json_text(texts->fields, "identity"));
    texts->phone = shown(book, json_text(texts->fields, "phone"));
    texts->reason = period_last_reason(book->catalog, number, error);
    texts->papers = paper_numbers(texts->documents, '\0');
    texts->result = paper_numbers(texts->documents, 'C');
    texts->title = g_strconcat(texts->applicant, state->rules->item->name, NULL);
    texts->remark = flag_words(state);
    return TRUE;
}

static guint count_pages(json_t *sides)
{
    guint pages = 0;
    gsize i;
    json_t *side;

    json_array_foreach(sides, i, side)
    {
        pages += strcmp(json_text(side, "state"), "stored") == 0 &&
                 strcmp(json_text(side, "role"), "page") == 0 && json_int(side, "blank", 0) == 0;
    }
    return pages;
}

static const char *channel_word(const char *channel)
{
    static const char *const words[][2] = {
        {"window", "窗口"}, {"post", "邮寄"}, {"online", "网上"}, {"agent", "代办"}};

    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (strcmp(words[i][0], channel) == 0)
            return words[i][1];
    return channel;
}

static gboolean add_case(LedgerBook *book, LedgerKind kind, const json_t *row,
                         const LifeState *state, GError **error)
{
    const Department *department =
        house_department(book->house, book->catalog, state->rules->item->department, error);
    gsize n;
    const LedgerColumn *columns = ledger_columns(kind, &n);
    json_t *line = json_object();
    CaseTexts texts = {0};
    gboolean ok = department != NULL && load_texts(book, row, state, &texts, error);
    LedgerCase one = {.state = state,
                      .today = book->today,
                      .minute = book->minute,
                      .number = texts.number,
                      .platform_number = json_text(row, "platform_id"),
                      .applicant = texts.applicant,
                      .identity = texts.identity,
                      .phone = texts.phone,
                      .channel = channel_word(json_text(row, "channel")),
                      .window = json_text(row, "window"),
                      .department = department != NULL ? department->name : NULL,
                      .result = texts.result,
                      .reason = texts.reason,
                      .notice_numbers = texts.papers,
                      .archive_number = json_text(row, "archive_number"),
                      .receiver = state->delivered != DAY_NONE ? texts.applicant : NULL,
                      .remark = texts.remark,
                      .title = texts.title,
                      .responsible = department != NULL ? department->name : NULL,
                      .reference = texts.result,
                      .secrecy = state->secret ? "涉密" : "",
                      .documents = (guint)json_array_size(texts.documents),
                      .pages = count_pages(texts.sides)};

    for (gsize i = 0; ok && i < n; i++) {
        g_autofree char *value = ledger_case_value(&one, columns[i].key);

        json_object_set_new(line, columns[i].key, json_string(value));
    }
    if (ok)
        ledger_add_line(book, json_incref(line));
    json_decref(line);
    case_texts_clear(&texts);
    return ok;
}

/* The day a register goes by. */
static Day day_of_register(LedgerKind kind, const LifeState *state)
{
    switch (kind) {
    case LEDGER_RETURN:
        return state->ended != DAY_NONE ? state->ended : state->received;
    case LEDGER_UPPER:
        return state->handed_up != DAY_NONE ? state->handed_up : state->received;
    case LEDGER_REFUSAL:
        return state->decided != DAY_NONE ? state->decided : state->ended;
    case LEDGER_DELIVERY:
        return state->delivered;
    case LEDGER_FILED:
        return state->filed;
    default:
        return state->received;
    }
}

gboolean ledger_fill_cases(LedgerBook *book, LedgerKind kind, GError **error)
{
    const LedgerRequest *request = book->request;
    g_auto(PeriodCases) cases = {0};

    if (!period_cases(book->house, book->catalog, request->from, request->to, &cases, error))
        return FALSE;
    for (gsize i = 0; i < cases.lives->len; i++) {
        const LifeState *state = period_state(&cases, i);
        LedgerCase one = {.state = state, .today = book->today, .minute = book->minute};

        if (ledger_takes(kind, &one) &&
            period_holds(day_of_register(kind, state), request->from, request->to) &&
            !add_case(book, kind, json_array_get(cases.rows, i), state, error))
            return FALSE;
    }
    return TRUE;
}

/* ── registers that do not follow from cases ─────────────────────────────────────────────── */

static char *local_minute(const char *instant)
{
    gint64 us = 0;
    g_autofree char *day = NULL;
    guint minute;

    if (!clock_parse(instant, &us))
        return g_strdup("");
    day = day_format(day_of_instant(us, HOUSE_OFFSET_S));
    minute = day_minute_of_instant(us, HOUSE_OFFSET_S);
    return g_strdup_printf("%s %02u:%02u", day, minute / 60, minute % 60);
}

static json_t *event_line(const json_t *row)
{
    g_autofree char *time = local_minute(json_text(row, "t"));
    const char *number = json_text(row, "case");
    g_autofree char *printed = number != NULL ? case_print_number(number) : NULL;

    return json_pack("{s:s, s:s*}", "time", time, "number", printed);
}

/* Lines that were entered. */
static gboolean add_entries(LedgerBook *book, GError **error)
{
    g_autoptr(json_t) rows =
        catalog_events_of(book->catalog, "ledger.entry", book->since, book->until, error);
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        g_autoptr(json_t) detail = json_loads(json_text(row, "detail"), 0, NULL);
        g_autoptr(json_t) values = NULL;
        json_t *line;

        if (g_strcmp0(json_text(detail, "ledger"), book->request->name) != 0)
            continue;
        values = json_loads(json_text(row, "secret"), 0, NULL);
        line = event_line(row);
        json_object_update(line, values);
        ledger_add_line(book, line);
    }
    return rows != NULL;
}

/* Loans out of custody; what was brought back since says when. */
static gboolean add_loan(LedgerBook *book, const json_t *row, const json_t *detail, json_t *later)
{
    const char *text = json_text(row, "secret");
    g_autoptr(json_t) secret = text != NULL ? json_loads(text, 0, NULL) : NULL;
    g_autofree char *visitor = shown(book, json_text(secret, "receiver"));
    json_t *line = event_line(row), *other;
    gsize i;

    json_object_set_new(line, "visitor", json_string(visitor));
    json_object_set_new(line, "purpose", json_string(json_text(secret, "reason")));
    json_object_set_new(line, "approver", json_string(json_text(secret, "approver")));
    json_object_set(line, "archive", json_object_get(line, "number"));
    json_array_foreach(later, i, other)
    {
        g_autoptr(json_t) fields = json_loads(json_text(other, "detail"), 0, NULL);

        if (json_int(other, "seq", 0) > json_int(row, "seq", 0) &&
            g_strcmp0(json_text(other, "case"), json_text(row, "case")) == 0 &&
            json_int(fields, "document", 0) == json_int(detail, "document", 0) &&
            strcmp(json_text(fields, "step"), "bring-back") == 0) {
            g_autofree char *back = local_minute(json_text(other, "t"));

            json_object_set_new(line, "returned", json_string(back));
            break;
        }
    }
    ledger_add_line(book, line);
    return TRUE;
}

static gboolean add_lendings(LedgerBook *book, GError **error)
{
    g_autofree char *now = period_until(book->today);
    g_autoptr(json_t) rows =
        catalog_events_of(book->catalog, "custody", book->since, book->until, error);
    g_autoptr(json_t) later =
        rows != NULL ? catalog_events_of(book->catalog, "custody", book->since, now, error) : NULL;
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        g_autoptr(json_t) detail = json_loads(json_text(row, "detail"), 0, NULL);

        if (strcmp(json_text(detail, "step"), "lend") == 0)
            add_loan(book, row, detail, later);
    }
    return later != NULL;
}

/* Hand-overs of papers, and of open cases from one person to another. */
static gboolean add_hand_overs(LedgerBook *book, GError **error)
{
    g_autoptr(json_t) papers =
        catalog_events_of(book->catalog, "custody", book->since, book->until, error);
    g_autoptr(json_t) cases =
        catalog_events_of(book->catalog, "day.hand-over", book->since, book->until, error);
    gsize i;
    json_t *row;

    json_array_foreach(papers, i, row)
    {
        g_autoptr(json_t) detail = json_loads(json_text(row, "detail"), 0, NULL);
        g_autofree char *what = NULL;
        json_t *line;

        if (strcmp(json_text(detail, "step"), "hand-over") != 0)
            continue;
        line = event_line(row);
        what = json_int(detail, "document", 0) > 0
                   ? g_strdup_printf("统一编号 %03d", (int)json_int(detail, "document", 0))
                   : g_strdup("全部材料");
        json_object_update_new(line, json_pack("{s:s, s:s, s:s*, s:s*}", "what", what, "from",
                                               json_text(row, "actor"), "to",
                                               json_text(detail, "receiver"), "remark",
                                               json_text(detail, "where")));
        ledger_add_line(book, line);
    }
    json_array_foreach(cases, i, row)
    {
        g_autoptr(json_t) detail = json_loads(json_text(row, "detail"), 0, NULL);
        g_autofree char *n =
            g_strdup_printf("%d", (int)json_array_size(json_object_get(detail, "cases")));
        g_autofree char *sheets = g_strdup_printf("%d", (int)json_int(detail, "sheets", 0));
        json_t *line = event_line(row);

        json_object_update_new(line,
                               json_pack("{s:s, s:s, s:s, s:s, s:s*}", "what", "在办件交接",
                                         "documents", n, "pages", sheets, "from",
                                         json_text(row, "actor"), "to", json_text(detail, "to")));
        ledger_add_line(book, line);
    }
    return papers != NULL && cases != NULL;
}

/* 销毁清册 of the period. */
static gboolean add_destructions(LedgerBook *book, GError **error)
{
    g_autoptr(json_t) rows = destroy_register(book->house, book->catalog, error);
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        const char *t = json_text(row, "t");
        g_autofree char *pages = g_strdup_printf("%d", (int)json_int(row, "pages", 0));
        g_autofree char *outside = g_strdup_printf("%d", (int)json_int(row, "outside", 0));
        g_autofree char *time = local_minute(t);
        g_autofree char *filed = g_strndup(json_text(row, "filed_at"), 10);
        g_autofree char *remark = g_strdup_printf("在外数据包 %s", outside);

        if (strcmp(t, book->since) < 0 || strcmp(t, book->until) >= 0)
            continue;
        ledger_add_line(book, json_pack("{s:s, s:s*, s:s*, s:s, s:s*, s:s, s:s, s:s*, s:s*, s:s*}",
                                        "time", time, "archive", json_text(row, "archive_number"),
                                        "title", json_text(row, "name"), "date", filed, "retention",
                                        json_text(row, "retention"), "pages", pages, "appraisal",
                                        "到期销毁", "approver", json_text(row, "approval"),
                                        "witness", json_text(row, "second"), "remark",
                                        json_int(row, "outside", 0) > 0 ? remark : NULL));
    }
    return rows != NULL;
}

gboolean ledger_fill_events(LedgerBook *book, LedgerKind kind, GError **error)
{
    return add_entries(book, error) && (kind != LEDGER_LENDING || add_lendings(book, error)) &&
           (kind != LEDGER_DESTRUCTION || add_destructions(book, error)) &&
           (kind != LEDGER_HAND_OVER || add_hand_overs(book, error));
}
