/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of the catalogue as the API's document describes cases, checks and sides.
 */
#include "ui/api/api_intern.h"

#include "storage/catalog_keeping.h"
#include "storage/catalog_record.h"

#include <math.h>
#include <string.h>

/* Skew beyond this shows at a glance; thousandths of a degree. */
#define SKEWED_MDEG        3000
#define DARK_PERMILLE      400 /* of paper: a third of the light is gone */
#define FAINT_LEVELS       60  /* between paper and ink */
#define BLURRED_PERMILLE   250 /* a clean edge has 800 and more */
#define BLURRED_CONFIDENCE 500

static json_t *text_or_null(const char *text)
{
    return text != NULL ? json_string(text) : json_null();
}

static json_t *day_or_null(Day day)
{
    g_autofree char *text = day != DAY_NONE && day != 0 ? day_format(day) : NULL;

    return text_or_null(text);
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

/* ── check ───────────────────────────────────────────────────────────────────────────────── */

static const char *either(const Call *call, const char *zh, const char *en)
{
    const char *text = call_words(call, zh, en);

    return text != NULL ? text : "";
}

static json_t *show_defects(Call *call, const SlotResult *slot)
{
    json_t *list = json_array();

    for (guint i = 0; i < slot->defects->len; i++) {
        const Defect *defect = g_ptr_array_index(slot->defects, i);
        const char *bring = either(call, defect->bring, defect->bring_en);
        g_autofree char *text =
            g_strdup_printf("%s%s%s", either(call, defect->text, defect->text_en),
                            *bring != '\0' ? call_words(call, "；", "; ") : "", bring);

        json_array_append_new(
            list, json_pack("{s:s, s:s, s:s}", "token", defect_code_token(defect->code), "code",
                            defect_code_word(defect->code, call->lang), "text", text));
    }
    return list;
}

static const char *tick_label(const Call *call, SlotTick tick)
{
    static const char *const english[] = {"original seen", "sealed", "signed", "category right",
                                          "scope covers it"};

    for (guint i = 0; i < SLOT_TICKS; i++)
        if (tick == 1u << i)
            return call_words(call, slot_tick_name(tick), english[i]);
    return "";
}

static json_t *show_ticks(Call *call, const SlotResult *slot)
{
    json_t *list = json_array();

    for (guint i = 0; i < SLOT_TICKS; i++) {
        SlotTick tick = (SlotTick)(1u << i);

        if ((slot->slot->ticks & tick) != 0)
            json_array_append_new(list,
                                  json_pack("{s:s, s:s, s:b}", "tick", slot_tick_token(tick),
                                            "label", tick_label(call, tick), "done",
                                            slot->documents > 0 && (slot->open_ticks & tick) == 0));
    }
    return list;
}

static const char *need_token(const ItemSlot *slot)
{
    static const char *const needs[] = {"required", "optional", "conditional"};

    return needs[slot->need];
}

/* The date that the slot's papers must carry and nobody has entered; NULL: none. */
static const char *date_wanted(const SlotResult *slot, json_t *notes)
{
    const char *what = slot->slot->valid == VALID_MAX_AGE ? "issued" : "expires";

    if (slot->slot->valid == VALID_ALWAYS || slot->documents == 0 ||
        *call_said(notes, slot->slot->code, what) != '\0')
        return NULL;
    return what;
}

static json_t *show_line(Call *call, const SlotResult *slot, json_t *notes)
{
    return json_pack("{s:s, s:s, s:s, s:b, s:s, s:i, s:i, s:s, s:o, s:o, s:s?, s:i, s:i}", "code",
                     slot->slot->code, "name", slot->slot->name, "state",
                     slot_state_token(slot->state), "main", slot->slot->role == ROLE_MAIN, "need",
                     need_token(slot->slot), "pages", (int)slot->pages, "documents",
                     (int)slot->documents, "detail", either(call, slot->why, slot->why_en),
                     "defects", show_defects(call, slot), "ticks", show_ticks(call, slot), "date",
                     date_wanted(slot, notes), "originals", (int)slot->slot->originals, "copies",
                     (int)slot->slot->copies);
}

static guint missing_of(const Check *check)
{
    return check->states[SLOT_MISSING] + check->states[SLOT_WRONG];
}

static json_t *show_result(Call *call, const char *number, const Check *check, json_t *notes)
{
    json_t *slots = json_array();

    for (guint i = 0; i < check->slots->len; i++)
        json_array_append_new(slots, show_line(call, g_ptr_array_index(check->slots, i), notes));
    return json_pack("{s:s, s:b, s:i, s:i, s:o}", "number", number, "complete", check->complete,
                     "missing", (int)missing_of(check), "persons", (int)check->states[SLOT_PERSON],
                     "slots", slots);
}

json_t *show_check(Call *call, const char *number, GError **error)
{
    g_autoptr(Check) check = completeness_check(call->api->house, call->reader, number, error);
    g_autoptr(json_t) notes = check != NULL ? catalog_slots(call->reader, number, error) : NULL;

    return notes != NULL ? show_result(call, number, check, notes) : NULL;
}

/* ── sides ───────────────────────────────────────────────────────────────────────────────── */

static void add_review(json_t *list, const char *fact, const char *text)
{
    json_array_append_new(list, json_pack("{s:s, s:s, s:n}", "fact", fact, "text", text, "of"));
}

static const json_t *fact_of(const json_t *facts, const char *group, const char *name)
{
    return json_object_get(json_object_get(facts, group), name);
}

static gint64 number_of(const json_t *facts, const char *group, const char *name)
{
    return json_integer_value(fact_of(facts, group, name));
}

/* Paper that is dark, ink that is faint, writing without an edge: judged where there is writing. */
static void review_tone(json_t *list, const json_t *facts, gboolean zh)
{
    gint64 contrast =
        number_of(facts, "darkness", "paper_level") - number_of(facts, "darkness", "ink_level");

    if (number_of(facts, "darkness", "confidence") == 0 ||
        json_is_true(fact_of(facts, "blank", "value")))
        return;
    if (number_of(facts, "darkness", "value") > DARK_PERMILLE)
        add_review(list, "dark", zh ? "偏暗" : "dark");
    else if (contrast < FAINT_LEVELS)
        add_review(list, "light", zh ? "字迹偏淡" : "the writing is faint");
    if (number_of(facts, "sharpness", "confidence") > BLURRED_CONFIDENCE &&
        number_of(facts, "sharpness", "value") < BLURRED_PERMILLE)
        add_review(list, "blurred", zh ? "可能模糊" : "may be blurred");
}

/* The same page came before: a notice with a link, never a removal. */
static void review_twin(json_t *list, const json_t *facts, gboolean zh)
{
    const json_t *twin = json_object_get(facts, "twin");

    if (twin != NULL)
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:s}", "fact", "duplicate", "text",
                            zh ? "与前面一页相同或很像" : "the same as a page before, or nearly",
                            "of", json_text(twin, "of")));
}

/* What about the side needs a look. */
static json_t *reviews_of(const json_t *side, const json_t *facts, Lang lang)
{
    gboolean zh = lang == LANG_ZH;
    json_t *list = json_array();
    json_int_t skew = json_integer_value(fact_of(facts, "skew", "mdeg"));

    if (strcmp(json_text(side, "state"), "unread") == 0)
        add_review(list, "unread",
                   zh ? "无法识读，原图已存" : "could not be looked at; it is stored");
    if (json_int(side, "blank", 0) != 0)
        add_review(list, "blank", zh ? "像是空白页" : "looks blank");
    if (json_integer_value(fact_of(facts, "orientation", "value")) == 180)
        add_review(list, "upside-down", zh ? "可能倒置" : "may be upside down");
    if (llabs(skew) > SKEWED_MDEG)
        add_review(list, "skewed", zh ? "明显歪斜" : "clearly skewed");
    if (json_array_size(fact_of(facts, "cut_edges", "value")) > 0)
        add_review(list, "cut-off", zh ? "边缘可能被裁切" : "an edge may be cut off");
    if (json_is_true(fact_of(facts, "overlap", "value")))
        add_review(list, "overlap",
                   zh ? "可能两张叠在一起，请重扫" : "two sheets may lie over each other");
    review_tone(list, facts, zh);
    review_twin(list, facts, zh);
    return list;
}

static char *side_id(const json_t *side)
{
    return g_strdup_printf("%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "-%s",
                           json_int(side, "batch", 0), json_int(side, "sheet", 0),
                           json_text(side, "side"));
}

static const char *mode_of(const json_t *facts)
{
    const char *mode = json_string_value(fact_of(facts, "size", "mode"));

    if (g_strcmp0(mode, "lineart") == 0 || g_strcmp0(mode, "gray") == 0)
        return mode;
    return "color";
}

static json_t *number_or_null(gint64 number)
{
    return number > 0 ? json_integer((json_int_t)number) : json_null();
}

json_t *show_side(const json_t *side, const json_t *slot, Lang lang)
{
    const json_t *facts = json_object_get(side, "facts");
    g_autofree char *id = side_id(side);
    json_t *shown =
        json_pack("{s:s, s:I, s:s, s:s, s:b, s:I, s:I, s:I, s:I, s:s, s:o}", "id", id, "sheet",
                  (json_int_t)json_int(side, "sheet", 0), "side", json_text(side, "side"), "state",
                  json_text(side, "state"), "blank", json_int(side, "blank", 0) != 0, "turn",
                  (json_int_t)json_int(side, "turn", 0), "width_px",
                  json_integer_value(fact_of(facts, "size", "width_px")), "height_px",
                  json_integer_value(fact_of(facts, "size", "height_px")), "dpi",
                  json_integer_value(fact_of(facts, "size", "dpi")), "mode", mode_of(facts),
                  "reviews", reviews_of(side, facts, lang));

    json_object_set_new(shown, "page", number_or_null(json_int(side, "page_number", 0)));
    json_object_set_new(shown, "document", number_or_null(json_int(side, "document", 0)));
    json_object_set_new(shown, "slot", slot != NULL ? json_copy((json_t *)slot) : json_null());
    json_object_set_new(shown, "reason", text_or_null(json_text(side, "reason")));
    return shown;
}

static const json_t *slot_of(json_t *documents, gint64 number)
{
    gsize i;
    json_t *document;

    json_array_foreach(documents, i, document)
    {
        if (json_int(document, "number", 0) == number)
            return json_object_get(document, "code");
    }
    return NULL;
}

static gboolean carries_page(const json_t *side)
{
    return json_int(side, "blank", 0) == 0 && strcmp(json_text(side, "state"), "void") != 0;
}

/* Separators and command cards are paper of the house, not of the case. */
static gboolean is_content(const json_t *side)
{
    const char *role = json_text(side, "role");

    return strcmp(role, "page") == 0 || strcmp(role, "paper") == 0;
}

/* An earlier side of the case with the same bytes. */
static char *twin_of(json_t *sides, gsize at)
{
    const json_t *side = json_array_get(sides, at);

    for (gsize i = 0; i < at; i++) {
        const json_t *other = json_array_get(sides, i);

        if (strcmp(json_text(other, "sha256"), json_text(side, "sha256")) == 0)
            return side_id(other);
    }
    return NULL;
}

static void add_twin(json_t *sides, gsize at, json_t *shown, Lang lang)
{
    g_autofree char *twin =
        json_int(json_array_get(sides, at), "blank", 0) == 0 ? twin_of(sides, at) : NULL;

    if (twin != NULL)
        json_array_append_new(
            json_object_get(shown, "reviews"),
            json_pack("{s:s, s:s, s:s}", "fact", "duplicate", "text",
                      lang == LANG_ZH ? "与另一面相同" : "the same as another side", "of", twin));
}

static json_t *show_sides(json_t *sides, json_t *documents, json_t *notes, Lang lang)
{
    json_t *list = json_array();
    gint64 page = 0;
    gsize i;
    json_t *side;

    json_array_foreach(sides, i, side)
    {
        g_autofree char *id = side_id(side);
        g_autofree char *what = g_strconcat("side:", id, NULL);
        json_t *shown;

        if (!is_content(side))
            continue;
        shown = show_side(side, slot_of(documents, json_int(side, "document", 0)), lang);
        add_twin(sides, i, shown, lang);
        if (*call_said(notes, "", what) != '\0')
            json_array_clear(json_object_get(shown, "reviews"));
        if (carries_page(side))
            page++;
        if (carries_page(side) && json_int(side, "page_number", 0) == 0)
            json_object_set_new(shown, "page", json_integer((json_int_t)page));
        json_array_append_new(list, shown);
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
        g_autofree char *id = side_id(side);

        if (json_int(side, "document", 0) == document && is_content(side))
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

    json_object_set_new(shown, "reason", text_or_null(json_text(row, "reason")));
    json_object_set_new(shown, "paper_number", text_or_null(json_text(row, "paper_number")));
    json_object_set_new(shown, "position", number_or_null(json_int(row, "position", 0)));
    json_object_set_new(shown, "first_page", number_or_null(json_int(row, "first_page", 0)));
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
        if (!is_content(side))
            continue;
        sheets += json_int(side, "batch", 0) != batch || json_int(side, "sheet", 0) != sheet;
        batch = json_int(side, "batch", 0);
        sheet = json_int(side, "sheet", 0);
        pages += carries_page(side);
        blanks += json_int(side, "blank", 0) != 0;
    }
    /* What went through the feeder lies in its tray until a person counts otherwise. */
    sheets_out = *out != '\0' ? g_ascii_strtoll(out, NULL, 10) : sheets;
    counts = json_pack("{s:I, s:I, s:I, s:I, s:b}", "sheets_in", (json_int_t)sheets, "pages",
                       (json_int_t)pages, "blanks", (json_int_t)blanks, "sheets_out",
                       (json_int_t)sheets_out, "even", difference == NULL && sheets_out == sheets);
    json_object_set_new(counts, "difference", text_or_null(difference));
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

    if ((stage == LIFE_RECEIVED || stage == LIFE_CHECKED) && missing_of(rows->check) > 0)
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

    json_object_set_new(shown, "archive_number", text_or_null(json_text(row, "archive_number")));
    json_object_set_new(shown, "place", text_or_null(place));
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
    json_object_set_new(shown, "missing", json_integer(missing_of(check)));
    json_object_set_new(shown, "deadline", row_deadline(call, &life));
    json_object_set_new(shown, "stuck", json_string(stuck_words(call, &life, missing_of(check))));
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

        json_object_set_new(shown, "answer", text_or_null(*answer != '\0' ? answer : NULL));
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

        json_object_set_new(shown, "value", sees ? text_or_null(value) : json_null());
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

    return text_or_null(text);
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
                        sees ? text_or_null(json_text(rows->fields, "phone")) : json_null());
    json_object_set_new(shown, "kinds", kinds_of(&rows->life));
    json_object_set_new(shown, "channel", json_string(json_text(row, "channel")));
    json_object_set_new(shown, "deadlines", deadlines(call, &rows->life));
    json_object_set_new(shown, "check",
                        show_result(call, json_text(row, "number"), rows->check, rows->notes));
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
    json_t *shown = load(call, number, &rows, error) ? show_loaded(call, &rows) : NULL;

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
