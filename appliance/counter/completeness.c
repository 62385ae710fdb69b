/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/completeness.h"

#include "appliance/casework/clock.h"

#include <stdio.h>
#include <string.h>

/* Growing arrays of facts; strings in them are borrowed from `rows`, which the gather owns. */
typedef struct {
    const Item *item;
    json_t *documents, *sides, *slots, *fields; /* rows */
    GArray *document_facts, *exemptions, *promises, *tolerances, *field_facts, *answers,
        *side_facts, *numbers;
    GPtrArray *texts; /* owned strings some facts point into */
} Gather;

static void gather_init(Gather *gather)
{
    gather->document_facts = g_array_new(FALSE, TRUE, sizeof(CheckDocument));
    gather->exemptions = g_array_new(FALSE, TRUE, sizeof(CheckExemption));
    gather->promises = g_array_new(FALSE, TRUE, sizeof(CheckPromise));
    gather->tolerances = g_array_new(FALSE, TRUE, sizeof(CheckTolerance));
    gather->field_facts = g_array_new(FALSE, TRUE, sizeof(CheckField));
    gather->answers = g_array_new(FALSE, TRUE, sizeof(CheckAnswer));
    gather->side_facts = g_array_new(FALSE, TRUE, sizeof(CheckSide));
    gather->numbers = g_array_new(FALSE, TRUE, sizeof(guint32));
    gather->texts = g_ptr_array_new_with_free_func(g_free);
}

static void gather_clear(Gather *gather)
{
    GArray *arrays[] = {gather->document_facts, gather->exemptions,  gather->promises,
                        gather->tolerances,     gather->field_facts, gather->answers,
                        gather->side_facts,     gather->numbers};

    for (gsize i = 0; i < G_N_ELEMENTS(arrays); i++)
        g_array_unref(arrays[i]);
    g_ptr_array_unref(gather->texts);
    json_decref(gather->documents);
    json_decref(gather->sides);
    json_decref(gather->slots);
    json_decref(gather->fields);
}

/* ── what persons said ───────────────────────────────────────────────────────────────────── */

/* The value a person gave for (slot, what), or NULL. */
static const char *said(const Gather *gather, const char *slot, const char *what)
{
    gsize i;
    json_t *row;

    json_array_foreach(gather->slots, i, row)
    {
        if (strcmp(json_text(row, "slot"), slot) == 0 && strcmp(json_text(row, "what"), what) == 0)
            return json_text(row, "value");
    }
    return NULL;
}

static guint said_count(const Gather *gather, const char *slot, const char *what, guint otherwise)
{
    const char *value = said(gather, slot, what);

    return value != NULL ? (guint)g_ascii_strtoull(value, NULL, 10) : otherwise;
}

static Day said_day(const Gather *gather, const char *slot, const char *what)
{
    const char *value = said(gather, slot, what);
    Day day;

    if (value != NULL && strcmp(value, "长期") == 0)
        return DAY_FOREVER;
    return value != NULL && day_parse(value, &day) ? day : DAY_NONE;
}

static void add_ticks(const Gather *gather, const char *slot, CheckDocument *document)
{
    for (guint i = 0; i < SLOT_TICKS; i++) {
        guint tick = 1u << i;
        g_autofree char *what = g_strdup_printf("tick:%s", slot_tick_token((SlotTick)tick));
        const char *value = said(gather, slot, what);

        if (value != NULL && strcmp(value, "yes") == 0)
            document->ticked |= tick;
        else if (value != NULL)
            document->refused |= tick;
    }
}

/* A paper that was printed to be signed is signed once its signed copy was captured. */
static gboolean is_signed(const Gather *gather, gint64 document)
{
    gsize i;
    json_t *side;

    json_array_foreach(gather->sides, i, side)
    {
        if (json_int(side, "document", 0) == document && json_int(side, "blank", 0) == 0 &&
            strcmp(json_text(side, "state"), "void") != 0)
            return TRUE;
    }
    return FALSE;
}

/* By what a paper need not be brought is the item's to say. */
static const char *means_of(const Gather *gather, guint32 slot)
{
    const ItemSlot *of_item = item_slot(gather->item, slot);

    return of_item != NULL && of_item->free_by == FREE_SHARE ? "share" : "licence";
}

static void add_stand_in(Gather *gather, const json_t *row, guint32 slot)
{
    const char *what = json_text(row, "what"), *value = json_text(row, "value");

    if (strcmp(what, "exempt") == 0) {
        CheckExemption exemption = {.slot = slot,
                                    .reference = value,
                                    .means = means_of(gather, slot),
                                    .person = json_text(row, "actor")};
        const char *sheet = said(gather, json_text(row, "slot"), "exempt-sheet");

        exemption.sheet = sheet != NULL ? (guint32)g_ascii_strtoull(sheet, NULL, 10) : 0;
        exemption.day = said_day(gather, json_text(row, "slot"), "exempt-day");
        g_array_append_val(gather->exemptions, exemption);
    } else if (strcmp(what, "promised") == 0) {
        guint32 paper = (guint32)g_ascii_strtoull(value, NULL, 10);
        CheckPromise promise = {slot, paper, is_signed(gather, paper)};

        g_array_append_val(gather->promises, promise);
    } else if (strcmp(what, "later") == 0) {
        CheckTolerance tolerance = {slot, DAY_NONE};

        if (day_parse(value, &tolerance.until))
            g_array_append_val(gather->tolerances, tolerance);
    }
}

static void add_said(Gather *gather)
{
    gsize i;
    json_t *row;

    json_array_foreach(gather->slots, i, row)
    {
        const char *what = json_text(row, "what");

        if (g_str_has_prefix(what, "answer:")) {
            CheckAnswer answer = {what + strlen("answer:"),
                                  strcmp(json_text(row, "value"), "yes") == 0};

            g_array_append_val(gather->answers, answer);
        } else
            add_stand_in(gather, row, code_slot_number(json_text(row, "slot")));
    }
}

/* ── documents and sides ─────────────────────────────────────────────────────────────────── */

static gboolean is_open_text(const json_t *row)
{
    return strcmp(json_text(row, "state"), "open") == 0;
}

/* Who saw the thumbprint given: a name, and so kept among the fields. */
static const char *witness_of(const Gather *gather, const char *slot)
{
    g_autofree char *field = g_strconcat(CASE_WITNESS, slot, NULL);

    return json_text(gather->fields, field);
}

static void add_document(Gather *gather, const json_t *row)
{
    guint32 number = (guint32)json_int(row, "number", 0);
    const char *slot = json_text(row, "code");
    CheckDocument document = {.number = number,
                              .slot = code_slot_number(slot),
                              .pages = completeness_pages(gather->sides, number)};

    g_array_append_val(gather->numbers, number);
    if (!is_open_text(row) || strcmp(json_text(row, "family"), "A") != 0)
        return;
    document.originals =
        said_count(gather, slot, "originals", (guint)json_int(row, "originals", 0));
    document.copies = said_count(gather, slot, "copies", (guint)json_int(row, "copies", 0));
    document.declared_pages = said_count(gather, slot, "declared-pages", 0);
    document.issued = said_day(gather, slot, "issued");
    document.expires = said_day(gather, slot, "expires");
    document.placeholder = said(gather, slot, "placeholder");
    document.thumbprint = g_strcmp0(said(gather, slot, "thumbprint"), "yes") == 0;
    document.witness = witness_of(gather, slot);
    document.wrong_size = g_strcmp0(said(gather, slot, "wrong-size"), "yes") == 0;
    add_ticks(gather, slot, &document);
    g_array_append_val(gather->document_facts, document);
}

static guint32 slot_of_document(const Gather *gather, gint64 number)
{
    gsize i;
    json_t *row;

    json_array_foreach(gather->documents, i, row)
    {
        if (json_int(row, "number", 0) == number)
            return code_slot_number(json_text(row, "code"));
    }
    return 0;
}

static SideVerdict verdict_on(const Gather *gather, const json_t *side)
{
    g_autofree char *what = g_strdup_printf("side:%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "-%s",
                                            json_int(side, "batch", 0), json_int(side, "sheet", 0),
                                            json_text(side, "side"));
    const char *value = said(gather, "", what);

    if (value == NULL)
        return SIDE_OPEN;
    return strcmp(value, "good") == 0 ? SIDE_GOOD : SIDE_BAD;
}

static void add_side_fact(Gather *gather, const json_t *side, SideFact fact, const json_t *twin)
{
    gint64 document = json_int(side, "document", 0);
    CheckSide entry = {.document = (guint32)document,
                       .slot = slot_of_document(gather, document),
                       .sheet = (guint)json_int(side, "sheet", 0),
                       .side = *json_text(side, "side") == 'a' ? 1 : 2,
                       .fact = fact,
                       .verdict = verdict_on(gather, side)};

    if (twin != NULL) {
        entry.same_sheet = (guint)json_int(twin, "sheet", 0);
        entry.same_side = *json_text(twin, "side") == 'a' ? 1 : 2;
    }
    g_array_append_val(gather->side_facts, entry);
}

/* An earlier side with the same bytes. */
static const json_t *twin_of(const Gather *gather, gsize at, const json_t *side)
{
    for (gsize i = 0; i < at; i++) {
        const json_t *other = json_array_get(gather->sides, i);

        if (strcmp(json_text(other, "sha256"), json_text(side, "sha256")) == 0)
            return other;
    }
    return NULL;
}

static void add_sides(Gather *gather)
{
    gsize i;
    json_t *side;

    json_array_foreach(gather->sides, i, side)
    {
        const json_t *twin = twin_of(gather, i, side);

        if (strcmp(json_text(side, "state"), "void") == 0 ||
            strcmp(json_text(side, "role"), "page") != 0)
            continue;
        if (strcmp(json_text(side, "state"), "unread") == 0)
            add_side_fact(gather, side, SIDE_UNREAD, NULL);
        if (json_int(side, "blank", 0) != 0)
            add_side_fact(gather, side, SIDE_BLANK, NULL);
        else if (twin != NULL)
            add_side_fact(gather, side, SIDE_DUPLICATE, twin);
    }
}

/* "name" or "name#row": a field that stands in a table has a row. */
static void add_fields(Gather *gather)
{
    const char *key;
    json_t *value;

    json_object_foreach(gather->fields, key, value)
    {
        const char *hash = strchr(key, '#');
        char *name = hash != NULL ? g_strndup(key, (gsize)(hash - key)) : g_strdup(key);
        CheckField field = {.field = name,
                            .row = hash != NULL ? (guint)g_ascii_strtoull(hash + 1, NULL, 10) : 0,
                            .value = json_string_value(value)};

        g_ptr_array_add(gather->texts, name);
        if (item_field(gather->item, name) != NULL)
            g_array_append_val(gather->field_facts, field);
    }
}

static gboolean gather_rows(Gather *gather, Catalog *catalog, const char *number, GError **error)
{
    gsize i;
    json_t *row;

    gather->documents = catalog_documents(catalog, number, error);
    gather->sides = gather->documents != NULL ? catalog_sides(catalog, number, error) : NULL;
    gather->slots = gather->sides != NULL ? catalog_slots(catalog, number, error) : NULL;
    gather->fields = gather->slots != NULL ? catalog_fields(catalog, number, error) : NULL;
    if (gather->fields == NULL)
        return FALSE;
    json_array_foreach(gather->documents, i, row) add_document(gather, row);
    add_said(gather);
    add_sides(gather);
    add_fields(gather);
    return TRUE;
}

static CheckKeys *keys_of(const CheckFacts *facts, const Check *check, guint32 notice)
{
    g_autoptr(GPtrArray) defects = check_defects(check);
    CheckKeys *keys = g_new0(CheckKeys, 1);

    keys->keys = g_ptr_array_new_with_free_func(g_free);
    keys->fresh = g_array_new(FALSE, TRUE, sizeof(gboolean));
    keys->persons_open = check->states[SLOT_PERSON];
    keys->main_missing = check->main_missing;
    for (guint i = 0; i < defects->len; i++) {
        const Defect *defect = g_ptr_array_index(defects, i);
        gboolean fresh = check_is_fresh(facts, defect, notice);

        g_ptr_array_add(keys->keys, defect_key(defect));
        g_array_append_val(keys->fresh, fresh);
    }
    return keys;
}

void check_keys_free(CheckKeys *keys)
{
    if (keys == NULL)
        return;
    g_ptr_array_unref(keys->keys);
    g_array_unref(keys->fresh);
    g_free(keys);
}

/* The day by which it is promised to be decided, reckoned from today while it is not accepted. */
static Day promised_day(House *house, Catalog *catalog, const Item *item, const json_t *row)
{
    const Calendar *calendar = house_calendar(house, catalog, NULL);
    Day accepted = DAY_NONE;
    ClockReading reading;

    if (item->clocks[CLOCK_DECIDE] == NULL || calendar == NULL)
        return DAY_NONE;
    if (json_text(row, "accepted_at") != NULL &&
        !day_parse(json_text(row, "accepted_at"), &accepted))
        accepted = DAY_NONE;
    clock_read(&(ClockFacts){.profile = item->clocks[CLOCK_DECIDE],
                             .start = accepted != DAY_NONE ? accepted : house_today(house),
                             .until = DAY_NONE,
                             .ended = DAY_NONE},
               calendar, house_today(house), 0, &reading);
    return reading.promised;
}

/* Runs the check; with `keys` also names what it found. */
static Check *check_case(House *house, Catalog *catalog, const char *number, guint32 notice,
                         CheckKeys **keys, GError **error)
{
    g_autoptr(json_t) row = case_row(catalog, number, error);
    const Item *item = row != NULL ? case_item(house, row, error) : NULL;
    const Profile *profile = item != NULL ? house_profile(house, catalog, error) : NULL;
    Gather gather = {.item = item};
    Check *check = NULL;

    if (profile == NULL)
        return NULL;
    gather_init(&gather);
    if (gather_rows(&gather, catalog, number, error)) {
        CheckFacts facts = {.item = item,
                            .received = house_day(json_text(row, "received_at")),
                            .today = house_today(house),
                            .decision = promised_day(house, catalog, item, row),
                            .free_by_default = profile->free_by_default,
                            .documents = (const CheckDocument *)(void *)gather.document_facts->data,
                            .n_documents = gather.document_facts->len,
                            .exemptions = (const CheckExemption *)(void *)gather.exemptions->data,
                            .n_exemptions = gather.exemptions->len,
                            .promises = (const CheckPromise *)(void *)gather.promises->data,
                            .n_promises = gather.promises->len,
                            .tolerances = (const CheckTolerance *)(void *)gather.tolerances->data,
                            .n_tolerances = gather.tolerances->len,
                            .fields = (const CheckField *)(void *)gather.field_facts->data,
                            .n_fields = gather.field_facts->len,
                            .answers = (const CheckAnswer *)(void *)gather.answers->data,
                            .n_answers = gather.answers->len,
                            .sides = (const CheckSide *)(void *)gather.side_facts->data,
                            .n_sides = gather.side_facts->len,
                            .numbers = (const guint32 *)(void *)gather.numbers->data,
                            .n_numbers = gather.numbers->len};

        check = check_run(&facts);
        if (keys != NULL)
            *keys = keys_of(&facts, check, notice);
    }
    gather_clear(&gather);
    return check;
}

Check *completeness_check(House *house, Catalog *catalog, const char *number, GError **error)
{
    return check_case(house, catalog, number, 0, NULL, error);
}

CheckKeys *completeness_keys(House *house, Catalog *catalog, const char *number, guint32 notice,
                             GError **error)
{
    CheckKeys *keys = NULL;
    g_autoptr(Check) check G_GNUC_UNUSED = check_case(house, catalog, number, notice, &keys, error);

    return keys;
}

/* ── as JSON ─────────────────────────────────────────────────────────────────────────────── */

static const char *either(const char *zh, const char *en, Lang lang)
{
    const char *text = lang == LANG_ZH ? zh : en;

    return text != NULL ? text : "";
}

static json_t *defects_json(const GPtrArray *defects, Lang lang)
{
    json_t *list = json_array();

    for (guint i = 0; i < defects->len; i++) {
        const Defect *defect = g_ptr_array_index(defects, i);

        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s}", "code",
                                              defect_code_token(defect->code), "word",
                                              defect_code_word(defect->code, lang), "text",
                                              either(defect->text, defect->text_en, lang), "bring",
                                              either(defect->bring, defect->bring_en, lang)));
    }
    return list;
}

json_t *completeness_json(const Check *check, Lang lang)
{
    json_t *slots = json_array(), *notes = json_array();

    for (guint i = 0; i < check->slots->len; i++) {
        const SlotResult *slot = g_ptr_array_index(check->slots, i);

        json_array_append_new(slots, json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:o}", "code",
                                               slot->slot->code, "name", slot->slot->name, "state",
                                               slot_state_token(slot->state), "word",
                                               slot_state_word(slot->state, lang), "why",
                                               either(slot->why, slot->why_en, lang), "documents",
                                               (int)slot->documents, "pages", (int)slot->pages,
                                               "defects", defects_json(slot->defects, lang)));
    }
    for (guint i = 0; i < check->notes->len; i++) {
        const CheckNote *note = g_ptr_array_index(check->notes, i);

        json_array_append_new(notes, json_pack("{s:s, s:s}", "code", note_code_token(note->code),
                                               "text", either(note->text, note->text_en, lang)));
    }
    return json_pack("{s:b, s:b, s:o, s:o}", "complete", check->complete, "acceptable",
                     check->acceptable, "slots", slots, "notes", notes);
}

guint completeness_pages(const json_t *sides, gint64 document)
{
    guint pages = 0;
    gsize i;
    json_t *side;

    json_array_foreach(sides, i, side)
    {
        pages += json_int(side, "document", 0) == document && json_int(side, "blank", 0) == 0 &&
                 strcmp(json_text(side, "state"), "void") != 0;
    }
    return pages;
}
