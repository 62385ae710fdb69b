/* SPDX-License-Identifier: Apache-2.0
 *
 * Cases as the API's document describes them.
 */
#include "ui/api/show.h"

#include "storage/catalog_keeping.h"
#include "storage/catalog_record.h"

#include <math.h>
#include <string.h>

json_t *show_text(const char *text)
{
    return text != NULL ? json_string(text) : json_null();
}

json_t *show_number(gint64 number)
{
    return number > 0 ? json_integer((json_int_t)number) : json_null();
}

static json_t *day_or_null(Day day)
{
    g_autofree char *text = day != DAY_NONE && day != 0 ? day_format(day) : NULL;

    return show_text(text);
}

/* A date column of the catalogue as an instant: the day's first moment in the hall. */
static json_t *instant_of_date(const char *date)
{
    g_autofree char *instant = NULL;
    Day day;

    if (date == NULL)
        return json_null();
    if (!day_parse(date, &day))
        return json_string(date);
    instant = clock_format(day_instant(day, 0, HOUSE_OFFSET_S));
    return json_string(instant);
}

/* The document knows 收件 and 初审 as one state. */
static const char *state_token(const char *state)
{
    return strcmp(state, "checked") == 0 ? "received" : state;
}

/* ── deadlines ───────────────────────────────────────────────────────────────────────────── */

static const struct {
    ClockPurpose purpose;
    const char *token;
} purposes[] = {{CLOCK_TELL, "notice"}, {CLOCK_DECIDE, "decide"}, {CLOCK_SUPPLEMENT, "supplement"}};

static const char *unit_token(const ClockProfile *profile)
{
    static const char *const units[] = {"working-day", "calendar-day", "hour", "minute"};

    return profile != NULL ? units[profile->unit] : units[0];
}

static json_t *deadline(Call *call, const CaseLife *life, gsize i)
{
    const ClockProfile *profile = life->rules.item->clocks[purposes[i].purpose];
    ClockReading reading;
    json_t *shown;

    if (!life_clock(&life->state, purposes[i].purpose, call->today, call->minute, &reading))
        return NULL;
    shown = json_pack("{s:s, s:s, s:s, s:b, s:b}", "lamp", lamp_token(reading.lamp), "purpose",
                      purposes[i].token, "unit", unit_token(profile), "silence",
                      profile != NULL && profile->expiry == EXPIRY_ACCEPTED, "estimated",
                      reading.estimated);
    json_object_set_new(shown, "due", day_or_null(reading.promised));
    json_object_set_new(shown, "left",
                        reading.limited && reading.lamp != LAMP_NOT_STARTED
                            ? json_integer(reading.left)
                            : json_null());
    return shown;
}

static json_t *no_deadline(void)
{
    return json_pack("{s:s, s:s, s:n, s:n, s:s, s:b, s:b}", "lamp", "none", "purpose", "decide",
                     "due", "left", "unit", "working-day", "silence", 0, "estimated", 0);
}

/* The clock that the stage waits for. */
static json_t *row_deadline(Call *call, const CaseLife *life)
{
    LifeStage stage = life->state.stage;
    gsize i = stage == LIFE_SUPPLEMENT                          ? 2
              : stage == LIFE_RECEIVED || stage == LIFE_CHECKED ? 0
                                                                : 1;
    json_t *shown = life_is_open(stage) ? deadline(call, life, i) : NULL;

    return shown != NULL ? shown : no_deadline();
}

static json_t *deadlines(Call *call, const CaseLife *life)
{
    json_t *list = json_array();

    for (gsize i = 0; i < G_N_ELEMENTS(purposes) && life_is_open(life->state.stage); i++) {
        json_t *one = deadline(call, life, i);

        if (one != NULL)
            json_array_append_new(list, one);
    }
    return list;
}

/* ── documents and counts ────────────────────────────────────────────────────────────────── */

static json_t *sides_of(json_t *sides, gint64 document)
{
    json_t *list = json_array();
    gsize i;
    json_t *side;

    json_array_foreach(sides, i, side)
    {
        g_autofree char *id = show_side_id(side);

        if (json_int(side, "document", 0) == document && show_is_content(side))
            json_array_append_new(list, json_string(id));
    }
    return list;
}

static json_t *show_document(const json_t *row, json_t *sides)
{
    gint64 number = json_int(row, "number", 0);
    gboolean printed = json_text(row, "file") != NULL;
    json_t *shown = json_pack(
        "{s:I, s:s, s:s, s:s, s:s, s:I, s:I, s:b, s:I, s:o}", "number", (json_int_t)number,
        "family", json_text(row, "family"), "code", json_text(row, "code"), "title",
        json_text(row, "title"), "state", json_text(row, "state"), "copies",
        (json_int_t)json_int(row, "copies", 0), "originals",
        (json_int_t)json_int(row, "originals", 0), "kept", json_int(row, "kept", 0) != 0, "printed",
        (json_int_t)(printed ? json_int(row, "reprints", 0) + 1 : 0), "sides",
        sides_of(sides, number));

    json_object_set_new(shown, "reason", show_text(json_text(row, "reason")));
    json_object_set_new(shown, "paper_number", show_text(json_text(row, "paper_number")));
    json_object_set_new(shown, "position", show_number(json_int(row, "position", 0)));
    json_object_set_new(shown, "first_page", show_number(json_int(row, "first_page", 0)));
    return shown;
}

static json_t *show_documents(json_t *documents, json_t *sides)
{
    json_t *list = json_array();
    gsize i;
    json_t *row;

    json_array_foreach(documents, i, row) json_array_append_new(list, show_document(row, sides));
    return list;
}

/* The first batch whose counts do not agree, in words; NULL: all agree. */
static char *difference_of(json_t *batches, Lang lang)
{
    gsize i;
    json_t *batch;

    json_array_foreach(batches, i, batch)
    {
        gint64 received = json_int(batch, "received", 0), stored = json_int(batch, "stored", 0);

        if (json_text(batch, "closed_at") != NULL && received != stored)
            return g_strdup_printf(lang == LANG_ZH ? "批次 %d: 图像 %d, 已存 %d"
                                                   : "batch %d: %d images, %d stored",
                                   (int)json_int(batch, "id", 0), (int)received, (int)stored);
    }
    return NULL;
}

static json_t *show_counts(json_t *sides, json_t *batches, json_t *notes, Lang lang)
{
    g_autofree char *difference = difference_of(batches, lang);
    const char *out = call_said(notes, "", "sheets-out");
    gint64 sheets = 0, pages = 0, blanks = 0, batch = -1, sheet = -1, sheets_out;
    gsize i;
    json_t *side, *counts;

    json_array_foreach(sides, i, side)
    {
        if (!show_is_content(side))
            continue;
        sheets += json_int(side, "batch", 0) != batch || json_int(side, "sheet", 0) != sheet;
        batch = json_int(side, "batch", 0);
        sheet = json_int(side, "sheet", 0);
        pages += show_carries_page(side);
        blanks += json_int(side, "blank", 0) != 0;
    }
    /* What went through the feeder lies in its tray until a person counts otherwise. */
    sheets_out = *out != '\0' ? g_ascii_strtoll(out, NULL, 10) : sheets;
    counts = json_pack("{s:I, s:I, s:I, s:I, s:b}", "sheets_in", (json_int_t)sheets, "pages",
                       (json_int_t)pages, "blanks", (json_int_t)blanks, "sheets_out",
                       (json_int_t)sheets_out, "even", difference == NULL && sheets_out == sheets);
    json_object_set_new(counts, "difference", show_text(difference));
    return counts;
}

/* ── a case ──────────────────────────────────────────────────────────────────────────────── */

typedef struct {
    json_t *row, *documents, *sides, *notes, *fields, *batches;
    CaseLife life;
    Check *check;
    UndoState edits;
    json_t *holds; /* legal holds that rest on it */
} CaseRows;

static gboolean load(Call *call, const char *number, CaseRows *rows, GError **error)
{
    Catalog *reader = call->reader;

    return (rows->row = case_row(reader, number, error)) != NULL &&
           (rows->documents = catalog_documents(reader, number, error)) != NULL &&
           (rows->sides = catalog_sides(reader, number, error)) != NULL &&
           catalog_add_facts(reader, rows->sides, error) &&
           (rows->notes = catalog_slots(reader, number, error)) != NULL &&
           (rows->fields = catalog_fields(reader, number, error)) != NULL &&
           (rows->batches = catalog_case_batches(reader, number, error)) != NULL &&
           case_life(call->api->house, reader, number, &rows->life, error) &&
           (rows->check = completeness_check(call->api->house, reader, number, error)) != NULL &&
           (rows->holds = catalog_holds(reader, number, TRUE, error)) != NULL &&
           (json_text(rows->row, "filed_at") != NULL ||
            undo_look(reader, number, &rows->edits, error));
}

static void unload(CaseRows *rows)
{
    json_decref(rows->row);
    json_decref(rows->documents);
    json_decref(rows->sides);
    json_decref(rows->notes);
    json_decref(rows->fields);
    json_decref(rows->batches);
    g_clear_pointer(&rows->check, check_free);
    undo_state_clear(&rows->edits);
    json_decref(rows->holds);
}

/* The kind's word in the hall's profile. */
static const char *kind_name(const CaseLife *life, const char *token)
{
    const ProfileKind *kind = profile_kind(life->rules.profile, token);

    return kind != NULL ? kind->name : token;
}

static json_t *kinds_of(const CaseLife *life)
{
    json_t *list = json_array();

    for (guint i = 0; i < life->rules.profile->kinds->len; i++) {
        const ProfileKind *kind = g_ptr_array_index(life->rules.profile->kinds, i);

        json_array_append_new(list, json_string(kind->name));
    }
    return list;
}

static json_t *decision_of(const json_t *row)
{
    const char *decision = json_text(row, "decision");

    if (decision == NULL)
        return json_null();
    if (strcmp(decision, "granted") == 0 || strcmp(decision, "denied") == 0)
        return json_string(decision);
    return json_string("none");
}

static gboolean has_receipt(json_t *documents)
{
    gsize i;
    json_t *row;

    json_array_foreach(documents, i, row)
    {
        if (strcmp(json_text(row, "code"), "B01") == 0)
            return TRUE;
    }
    return FALSE;
}

/* The paper that the state asks for. */
static json_t *wanted_paper(const CaseRows *rows)
{
    LifeStage stage = rows->life.state.stage;

    if ((stage == LIFE_RECEIVED || stage == LIFE_CHECKED) && show_missing(rows->check) > 0)
        return json_string("supplement");
    if (life_is_open(stage) && !has_receipt(rows->documents) &&
        json_array_size(rows->documents) > 0)
        return json_string("receipt");
    return json_null();
}

static const char *stuck_words(Call *call, const CaseLife *life, guint missing)
{
    switch (life->state.stage) {
    case LIFE_RECEIVED:
    case LIFE_CHECKED:
        return missing > 0 ? call_words(call, "材料未齐", "material is missing") : "";
    case LIFE_SUPPLEMENT:
        return call_words(call, "等申请人补正", "waits for the applicant");
    case LIFE_PAUSED:
        return call_words(call, "特别程序中", "special procedure");
    case LIFE_HANDED_UP:
        return call_words(call, "等上级批复", "waits for the upper organ");
    case LIFE_DECIDED:
        return call_words(call, "等送达", "waits for delivery");
    default:
        return "";
    }
}

/* Members that a Case and a CaseRow share. */
static json_t *show_head(Call *call, const json_t *row, const CaseLife *life, json_t *notes)
{
    g_autofree char *masked = case_mask(json_text(row, "applicant"));
    const char *applicant = json_text(row, "applicant");
    gboolean sees = call_sees(call, row);
    const char *intake = call_said(notes, "", "intake");
    g_autofree char *place = catalog_place(call->reader, json_text(row, "number"), NULL);
    json_t *shown = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:b}", "number", json_text(row, "number"), "applicant",
        sees && applicant != NULL ? applicant : masked, "state",
        state_token(json_text(row, "state")), "kind", kind_name(life, json_text(row, "kind")),
        "window", json_text(row, "window"), "received_at", json_text(row, "received_at"), "parked",
        strcmp(intake, "parked") == 0, "finished", strcmp(intake, "finished") == 0);

    json_object_set_new(shown, "archive_number", show_text(json_text(row, "archive_number")));
    json_object_set_new(shown, "place", show_text(place));
    return shown;
}

json_t *show_row(Call *call, const json_t *row, GError **error)
{
    const char *number = json_text(row, "number");
    g_autoptr(json_t) notes = catalog_slots(call->reader, number, error);
    g_autoptr(Check) check =
        notes != NULL ? completeness_check(call->api->house, call->reader, number, error) : NULL;
    g_autofree char *masked = case_mask(json_text(row, "applicant"));
    CaseLife life;
    gint64 now_us = clock_now_us(store_clock(call->api->options.store));
    json_t *shown;

    if (check == NULL || !case_life(call->api->house, call->reader, number, &life, error))
        return NULL;
    shown = show_head(call, row, &life, notes);
    if (!session_may_look(call->session, number, now_us))
        json_object_set_new(shown, "applicant", json_string(masked));
    json_object_set_new(shown, "item", json_string(life.rules.item->name));
    json_object_set_new(shown, "missing", json_integer(show_missing(check)));
    json_object_set_new(shown, "deadline", row_deadline(call, &life));
    json_object_set_new(shown, "stuck", json_string(stuck_words(call, &life, show_missing(check))));
    return shown;
}

json_t *show_rows(Call *call, json_t *rows, GError **error)
{
    g_autoptr(json_t) list = json_array();
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        json_t *shown = show_row(call, row, error);

        if (shown == NULL)
            return NULL;
        json_array_append_new(list, shown);
    }
    return g_steal_pointer(&list);
}

/* What the item asks a person, and what she answered. */
static json_t *show_questions(const Item *item, json_t *notes, Lang lang)
{
    json_t *list = json_array();

    for (guint i = 0; i < item->questions->len; i++) {
        const ItemQuestion *question = g_ptr_array_index(item->questions, i);
        g_autofree char *what = g_strconcat("answer:", question->code, NULL);
        const char *answer = call_said(notes, "", what);
        json_t *shown = json_pack("{s:s, s:s}", "code", question->code, "text",
                                  lang == LANG_ZH ? question->text : question->text_en);

        json_object_set_new(shown, "answer", show_text(*answer != '\0' ? answer : NULL));
        json_array_append_new(list, shown);
    }
    return list;
}

static json_t *show_fields(const Item *item, const json_t *fields, gboolean sees)
{
    json_t *list = json_array();

    for (guint i = 0; i < item->fields->len; i++) {
        const ItemField *field = g_ptr_array_index(item->fields, i);
        const char *value = json_text(fields, field->code);
        json_t *shown =
            json_pack("{s:s, s:s, s:b, s:b}", "name", field->code, "label", field->name, "required",
                      field->required, "entered", value != NULL && *value != '\0');

        json_object_set_new(shown, "value", sees ? show_text(value) : json_null());
        json_array_append_new(list, shown);
    }
    return list;
}

static void show_dates(json_t *shown, const json_t *row)
{
    json_object_set_new(shown, "recorded_at", json_string(json_text(row, "recorded_at")));
    json_object_set_new(shown, "accepted_at", instant_of_date(json_text(row, "accepted_at")));
    json_object_set_new(shown, "decided_at", instant_of_date(json_text(row, "decided_at")));
    json_object_set_new(shown, "decision", decision_of(row));
}

/* What undo or redo would do, in words; null where there is nothing. */
static json_t *edit_words(const json_t *row, Lang lang)
{
    g_autofree char *text = row != NULL ? show_event_text(row, lang) : NULL;

    return show_text(text);
}

static json_t *show_loaded(Call *call, CaseRows *rows)
{
    const json_t *row = rows->row;
    const Item *item = rows->life.rules.item;
    gboolean sees = call_sees(call, row);
    const char *open_slot = call_said(rows->notes, "", "open-slot");
    json_t *shown = show_head(call, row, &rows->life, rows->notes);

    show_dates(shown, row);
    json_object_set_new(shown, "version", json_integer((json_int_t)json_int(row, "version", 0)));
    json_object_set_new(
        shown, "item",
        json_pack("{s:s, s:s, s:s}", "code", item->code, "name", item->name, "number", item->code));
    json_object_set_new(shown, "masked", json_boolean(!sees));
    json_object_set_new(shown, "phone",
                        sees ? show_text(json_text(rows->fields, "phone")) : json_null());
    json_object_set_new(shown, "kinds", kinds_of(&rows->life));
    json_object_set_new(shown, "channel", json_string(json_text(row, "channel")));
    json_object_set_new(shown, "deadlines", deadlines(call, &rows->life));
    json_object_set_new(shown, "check",
                        show_check_of(call, json_text(row, "number"), rows->check, rows->notes));
    json_object_set_new(shown, "questions", show_questions(item, rows->notes, call->lang));
    json_object_set_new(shown, "fields", show_fields(item, rows->fields, sees));
    json_object_set_new(shown, "documents", show_documents(rows->documents, rows->sides));
    json_object_set_new(shown, "sides",
                        show_sides(rows->sides, rows->documents, rows->notes, call->lang));
    json_object_set_new(shown, "open_slot",
                        *open_slot != '\0' ? json_string(open_slot) : json_null());
    json_object_set_new(shown, "counts",
                        show_counts(rows->sides, rows->batches, rows->notes, call->lang));
    json_object_set_new(shown, "held", json_boolean(json_array_size(rows->holds) > 0));
    json_object_set_new(shown, "undo", edit_words(rows->edits.undo, call->lang));
    json_object_set_new(shown, "redo", edit_words(rows->edits.redo, call->lang));
    json_object_set_new(shown, "next", act_next(call, &rows->life, row, rows->check->complete));
    json_object_set_new(shown, "print", wanted_paper(rows));
    return shown;
}

json_t *show_case(Call *call, const char *number, GError **error)
{
    CaseRows rows = {0};
    json_t *shown;

    /* Its version is that of all that is shown. */
    if (!catalog_begin_read(call->reader, error))
        return NULL;
    shown = load(call, number, &rows, error) ? show_loaded(call, &rows) : NULL;
    catalog_end_read(call->reader);
    unload(&rows);
    return shown;
}

Response *show_change(Call *call, const char *number, const char *said_text, const char *ask,
                      GError **error)
{
    g_autoptr(json_t) shown = show_case(call, number, error);
    g_autofree char *tag = NULL;
    Response *response;
    gint64 version;

    if (shown == NULL)
        return NULL;
    version = json_int(shown, "version", 0);
    tag = g_strdup_printf("%" G_GINT64_FORMAT, version);
    response = call_json(200, json_pack("{s:O, s:s, s:I, s:s?}", "case", shown, "said", said_text,
                                        "seq", (json_int_t)version, "ask", ask));
    response_etag(response, tag);
    return response;
}
