/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/case.h"

#include "appliance/base/digest.h"
#include "appliance/base/text.h"
#include "appliance/casework/number.h"
#include "appliance/counter/fact.h"
#include "appliance/counter/hold.h"
#include "appliance/counter/step.h"
#include "storage/secrets.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_WINDOW "001"
#define SERIAL_MAX     9999

/* ── numbers ─────────────────────────────────────────────────────────────────────────────── */

char *case_read_number(const char *text, GError **error)
{
    return number_case_read(text, error);
}

char *case_print_number(const char *digits)
{
    char *printed = number_case_print(digits, NULL);

    return printed != NULL ? printed : g_strdup(digits);
}

char *case_mask(const char *name)
{
    glong length = name != NULL ? g_utf8_strlen(name, -1) : 0;
    glong head = length <= 4 ? MIN(length, 1) : 2, tail = length <= 4 ? 0 : 2;
    g_autofree char *first = NULL;

    if (length == 0)
        return g_strdup("");
    first = g_utf8_substring(name, 0, head);
    return g_strconcat(first, length <= 4 ? "*" : "***",
                       tail > 0 ? g_utf8_offset_to_pointer(name, length - tail) : NULL, NULL);
}

json_t *case_row(Catalog *catalog, const char *number, GError **error)
{
    g_autoptr(GError) why = NULL;
    json_t *row = catalog_case(catalog, number, &why);

    if (row == NULL && why == NULL) {
        g_autofree char *printed = case_print_number(number);

        error_set(error, ERROR_NO_CASE, "%s", printed);
    } else if (row == NULL)
        g_propagate_error(error, g_steal_pointer(&why));
    return row;
}

char *case_query_code(Catalog *catalog, const char *number, GError **error)
{
    g_autoptr(json_t) rows = catalog_case_events(catalog, number, 0, 1, error);
    const char *text = rows != NULL ? json_text(json_array_get(rows, 0), "detail") : NULL;
    g_autoptr(json_t) detail = text != NULL ? json_loads(text, 0, NULL) : NULL;
    const char *commitment = json_text(detail, "secret");
    g_autofree char *seed = NULL, *hex = NULL;

    if (commitment == NULL) {
        if (rows != NULL)
            error_set(error, ERROR_NO_CASE, "%s", number);
        return NULL;
    }
    seed = g_strconcat("query-code:", commitment, NULL);
    hex = sha256_hex(seed, strlen(seed));
    hex[12] = '\0';
    return g_strdup_printf("%06u", (guint)(g_ascii_strtoull(hex, NULL, 16) % 1000000));
}

const Item *case_item(House *house, const json_t *row, GError **error)
{
    return house_item(house, json_text(row, "item_digest"), error);
}

/* ── opening ─────────────────────────────────────────────────────────────────────────────── */

typedef struct {
    House *house;
    const StoreActor *actor;
    const CaseOpening *opening;
    char *number;
} Open;

/* NULL is no text, and allowed; what is given is text in one line. */
static gboolean check_text(const char *name, const char *text, GError **error)
{
    if (text == NULL)
        return TRUE;
    if (!g_utf8_validate(text, -1, NULL))
        return error_set(error, ERROR_INVALID, "%s: bytes that are no text", name);
    for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at))
        if (g_unichar_iscntrl(g_utf8_get_char(at)))
            return error_set(error, ERROR_INVALID, "%s: control characters", name);
    return TRUE;
}

static gboolean is_blank(const char *text)
{
    while (*text != '\0' && g_unichar_isspace(g_utf8_get_char(text)))
        text = g_utf8_next_char(text);
    return *text == '\0';
}

static gboolean check_applicant(const char *applicant, GError **error)
{
    glong length;

    if (!check_text("applicant", applicant, error))
        return FALSE;
    if (applicant == NULL || is_blank(applicant))
        return error_set(error, ERROR_INVALID, "applicant: a name is needed");
    length = g_utf8_strlen(applicant, -1);
    if (length > CASE_APPLICANT_CHARS_MAX)
        return error_set(error, ERROR_INVALID, "applicant: %ld characters, at most %d", length,
                         CASE_APPLICANT_CHARS_MAX);
    return TRUE;
}

static gboolean check_channel(const char *channel, GError **error)
{
    static const char *const channels[] = {"window", "post", "online", "agent", NULL};

    return channel == NULL || g_strv_contains(channels, channel) ||
           error_set(error, ERROR_INVALID, "channel '%s': window, post, online or agent", channel);
}

/* Declared fields are texts by name; anything else could not be kept as a row. */
static gboolean check_fields(const json_t *fields, GError **error)
{
    const char *name;
    json_t *value;

    if (fields != NULL && !json_is_object(fields))
        return error_set(error, ERROR_INVALID, "fields: names with texts are needed");
    json_object_foreach((json_t *)fields, name, value)
    {
        if (!json_is_string(value))
            return error_set(error, ERROR_INVALID, "field '%s': a text is needed", name);
    }
    return TRUE;
}

static gboolean check_opening(const CaseOpening *opening, GError **error)
{
    return check_applicant(opening->applicant, error) &&
           check_text("phone", opening->phone, error) &&
           check_text("identity", opening->identity, error) &&
           check_text("platform number", opening->platform_id, error) &&
           check_text("taken for", opening->taken_for, error) &&
           check_text("reason", opening->reason, error) && check_channel(opening->channel, error) &&
           check_fields(opening->fields, error);
}

static gboolean setting_number(Catalog *catalog, const char *key, guint32 *value, GError **error)
{
    g_autofree char *text = catalog_setting(catalog, key, error);

    if (text == NULL)
        return FALSE;
    *value = (guint32)g_ascii_strtoull(text, NULL, 10);
    return TRUE;
}

/* The parts of a label's number: this hall's, of a day that has come, that no case has yet. */
static gboolean take_number(StoreTxn *txn, Open *open, NumberParts *parts, GError **error)
{
    const CaseOpening *opening = open->opening;
    g_autoptr(json_t) other = NULL;
    g_autoptr(GError) why = NULL;
    guint32 region, hall;
    Code code;

    open->number = number_case_read(opening->number, error);
    if (open->number == NULL || !code_parse(open->number, &code, error) ||
        !setting_number(txn_catalog(txn), "region", &region, error) ||
        !setting_number(txn_catalog(txn), "hall", &hall, error))
        return FALSE;
    *parts = (NumberParts){.region = region,
                           .hall = hall,
                           .window = code.of_case.window,
                           .serial = code.of_case.serial,
                           .day = day_of_instant(txn_now_us(txn), HOUSE_OFFSET_S)};
    if (code.of_case.region != region || code.of_case.hall != hall)
        return error_set(error, ERROR_INVALID, "number %s is another hall's", opening->number);
    if (code.of_case.date > day_yymmdd(parts->day))
        return error_set(error, ERROR_INVALID, "number %s is of a day to come", opening->number);
    parts->day = day_of(2000 + code.of_case.date / 10000, code.of_case.date / 100 % 100,
                        code.of_case.date % 100);
    other = catalog_case(txn_catalog(txn), open->number, &why);
    if (why != NULL) {
        g_propagate_error(error, g_steal_pointer(&why));
        return FALSE;
    }
    return other == NULL ||
           error_set(error, ERROR_WRONG_STATE, "number %s is taken", opening->number);
}

/* The next number of the window's day: the catalogue's maximum plus one inside the same record. */
static gboolean draw_number(StoreTxn *txn, Open *open, NumberParts *parts, GError **error)
{
    const char *window = open->opening->window != NULL ? open->opening->window : DEFAULT_WINDOW;
    g_autofree char *day = NULL;
    gint64 serial;

    if (open->opening->number != NULL)
        return take_number(txn, open, parts, error);
    if (strlen(window) != 3 || !text_is_digits(window) || strcmp(window, "000") == 0)
        return error_set(error, ERROR_INVALID, "window '%s': three digits from 001 to 999", window);
    parts->day = day_of_instant(txn_now_us(txn), HOUSE_OFFSET_S);
    parts->window = (guint32)g_ascii_strtoull(window, NULL, 10);
    day = g_strdup_printf("%06u", day_yymmdd(parts->day));
    if (!setting_number(txn_catalog(txn), "region", &parts->region, error) ||
        !setting_number(txn_catalog(txn), "hall", &parts->hall, error) ||
        !catalog_next_serial(txn_catalog(txn), window, day, &serial, error))
        return FALSE;
    if (serial > SERIAL_MAX)
        return error_set(error, ERROR_SERIAL_EXHAUSTED, "window %s", window);
    parts->serial = (guint32)serial;
    open->number = number_case(parts, error);
    return open->number != NULL;
}

/* The name she gave is what she declares, where the form asks for it. */
static json_t *secret_of(const CaseOpening *opening, const Item *item)
{
    json_t *fields = opening->fields != NULL ? json_deep_copy(opening->fields) : json_object();

    if (item_field(item, "applicant") != NULL && json_object_get(fields, "applicant") == NULL)
        json_object_set_new(fields, "applicant", json_string(opening->applicant));
    if (opening->phone != NULL)
        json_object_set_new(fields, "phone", json_string(opening->phone));
    if (opening->identity != NULL)
        json_object_set_new(fields, "identity", json_string(opening->identity));
    return json_pack("{s:s, s:o}", "applicant", opening->applicant, "fields", fields);
}

static gint64 received_us(const StoreTxn *txn, const CaseOpening *opening)
{
    return opening->received_us != 0 ? opening->received_us : txn_now_us(txn);
}

static json_t *opening_body(StoreTxn *txn, const Open *open, const Item *item, const char *digest,
                            const NumberParts *parts)
{
    const CaseOpening *o = open->opening;
    g_autoptr(json_t) secret = secret_of(o, item);
    g_autofree char *path = secrets_case_path(open->number);
    g_autofree char *commitment = txn_secret(txn, path, secret);
    g_autofree char *day = g_strdup_printf("%06u", day_yymmdd(parts->day));
    g_autofree char *window = g_strdup_printf("%03u", parts->window);
    g_autofree char *received = clock_format(received_us(txn, o));
    json_t *body =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:s, s:s}", "item", item->code, "item_digest",
                  digest, "kind", o->kind != NULL ? o->kind : item->kind, "window", window, "day",
                  day, "serial", (json_int_t)parts->serial, "channel",
                  o->channel != NULL ? o->channel : "window", "received_at", received);

    if (body != NULL && o->platform_id != NULL)
        json_object_set_new(body, "platform_id", json_string(o->platform_id));
    if (body != NULL)
        json_object_set_new(body, "secret", json_string(commitment));
    return body;
}

/* 收件 as a step: when, by what evidence, for whom, and with whom where it is entered later. */
static gboolean receive(StoreTxn *txn, const Open *open, const Item *item, gint64 at_us,
                        GError **error)
{
    const CaseOpening *o = open->opening;
    LifeEvent event = {.type = EVENT_RECEIVE,
                       .actor = ACTOR_CLERK,
                       .kind = o->kind != NULL ? o->kind : item->kind,
                       .channel = o->channel,
                       .secret = o->secret,
                       .received = day_of_instant(at_us, HOUSE_OFFSET_S),
                       .received_minute = day_minute_of_instant(at_us, HOUSE_OFFSET_S),
                       .evidence = o->evidence,
                       .taken_for = o->taken_for,
                       .reason = o->reason,
                       .second_person = o->second};
    CaseLife life;

    return case_step_in(txn, open->house, open->actor, open->number, &event, &life, error);
}

static gboolean open_command(StoreTxn *txn, void *data, GError **error)
{
    Open *open = data;
    NumberParts parts = {0};
    gint64 at_us = received_us(txn, open->opening);
    g_autofree char *digest = NULL;
    const Item *item;

    g_clear_pointer(&open->number, g_free);
    if (!draw_number(txn, open, &parts, error))
        return FALSE;
    if (at_us > txn_now_us(txn))
        return error_set(error, ERROR_INVALID, "received at a time to come");
    /* The checklist of the day of receipt counts, however late it is entered. */
    item = house_item_on(open->house, txn_catalog(txn), open->opening->item,
                         day_of_instant(at_us, HOUSE_OFFSET_S), &digest, error);
    return item != NULL &&
           txn_append(txn, "case.open", open->number, opening_body(txn, open, item, digest, &parts),
                      error) &&
           receive(txn, open, item, at_us, error);
}

gboolean case_open(House *house, const StoreActor *actor, const CaseOpening *opening, char **number,
                   GError **error)
{
    Open open = {house, actor, opening, NULL};

    if (!check_opening(opening, error))
        return FALSE;
    if (!store_write(house_store(house), actor, open_command, &open, error)) {
        g_free(open.number);
        return FALSE;
    }
    *number = open.number;
    return TRUE;
}

/* ── what placing asks ───────────────────────────────────────────────────────────────────── */

static gboolean takes_paper(const json_t *row)
{
    return row != NULL && json_text(row, "filed_at") == NULL;
}

static gboolean lookup_case(void *data, const char *number, guint32 *item_number)
{
    CaseLookup *lookup = data;
    g_autoptr(json_t) row = catalog_case(lookup->catalog, number, NULL);

    if (!takes_paper(row))
        return FALSE;
    *item_number = (guint32)g_ascii_strtoull(json_text(row, "item"), NULL, 10);
    return TRUE;
}

static const char *lookup_slot(void *data, const char *number, guint32 slot, gboolean *kept)
{
    CaseLookup *lookup = data;
    g_autoptr(json_t) row = catalog_case(lookup->catalog, number, NULL);
    const Item *item = row != NULL ? case_item(lookup->house, row, NULL) : NULL;
    const ItemSlot *found = item != NULL ? item_slot(item, slot) : NULL;

    if (found == NULL)
        return NULL;
    *kept = found->keep == KEEP_KEPT;
    return found->name;
}

PlacingLookup case_lookup(CaseLookup *context)
{
    return (PlacingLookup){.find_case = lookup_case, .find_slot = lookup_slot, .data = context};
}

/* ── facts of slots ──────────────────────────────────────────────────────────────────────── */

typedef struct {
    House *house;
    const CaseFact *fact;
} Note;

static gboolean is_open_case(const json_t *row, GError **error)
{
    if (takes_paper(row))
        return TRUE;
    return error_set(error, ERROR_WRONG_STATE, "%s is filed: nothing of it changes in place",
                     json_text(row, "number"));
}

static gboolean note_command(StoreTxn *txn, void *data, GError **error)
{
    const Note *note = data;
    const CaseFact *fact = note->fact;
    g_autoptr(json_t) row = case_row(txn_catalog(txn), fact->number, error);
    const Item *item = row != NULL ? case_item(note->house, row, error) : NULL;

    return item != NULL && is_open_case(row, error) && fact_check(item, fact, error) &&
           txn_append(txn, "slot", fact->number,
                      json_pack("{s:s, s:s, s:s}", "slot", fact->slot, "what", fact->what, "value",
                                fact->value),
                      error);
}

gboolean case_note(House *house, const StoreActor *actor, const CaseFact *fact, GError **error)
{
    Note note = {house, fact};

    return store_write(house_store(house), actor, note_command, &note, error);
}

typedef struct {
    const char *number;
    const json_t *fields;
} Fields;

static gboolean fields_command(StoreTxn *txn, void *data, GError **error)
{
    const Fields *entered = data;
    g_autoptr(json_t) row = case_row(txn_catalog(txn), entered->number, error);
    g_autoptr(json_t) secret = json_pack("{s:O}", "fields", entered->fields);
    g_autofree char *path = secrets_case_path(entered->number);
    g_autofree char *commitment = NULL;

    if (row == NULL || !is_open_case(row, error))
        return FALSE;
    commitment = txn_secret(txn, path, secret);
    return txn_append(txn, "case.field", entered->number, json_pack("{s:s}", "secret", commitment),
                      error);
}

gboolean case_enter_fields(House *house, const StoreActor *actor, const char *number,
                           const json_t *fields, GError **error)
{
    Fields entered = {number, fields};

    return check_fields(fields, error) &&
           store_write(house_store(house), actor, fields_command, &entered, error);
}

/* ── moving paper ────────────────────────────────────────────────────────────────────────── */

gboolean side_name_parse(const char *text, SideName *name, GError **error)
{
    int end = 0;

    /* Decimal, whatever zeros stand in front. */
    if (sscanf(text, "%" SCNd64 "-%" SCNd64 "-%c%n", &name->batch, &name->sheet, &name->side,
               &end) == 3 &&
        text[end] == '\0' && (name->side == 'a' || name->side == 'b'))
        return TRUE;
    return error_set(error, ERROR_USAGE, "side '%s': batch-sheet-a or -b, as scan prints it", text);
}

/* The side's row, or ERROR_NOT_FOUND. */
static json_t *side_row(Catalog *catalog, const SideName *name, GError **error)
{
    const char side[2] = {name->side, '\0'};
    g_autoptr(GError) why = NULL;
    json_t *row = catalog_side(catalog, name->batch, name->sheet, side, &why);

    if (row == NULL && why == NULL)
        error_set(error, ERROR_NOT_FOUND, "side %" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "-%c",
                  name->batch, name->sheet, name->side);
    else if (row == NULL)
        g_propagate_error(error, g_steal_pointer(&why));
    return row;
}

/* A void side stays void, and nothing may be taken out of, or put into, a filed case. */
static gboolean may_leave(Catalog *catalog, const json_t *side, GError **error)
{
    const char *from = json_text(side, "case");
    g_autoptr(json_t) row = NULL;

    if (strcmp(json_text(side, "state"), "void") == 0)
        return error_set(error, ERROR_WRONG_STATE, "the side is void: %s",
                         json_text(side, "reason"));
    if (from == NULL)
        return TRUE;
    row = case_row(catalog, from, error);
    return row != NULL && is_open_case(row, error);
}

typedef struct {
    House *house;
    const CasePlacing *placing;
    gint64 document;
    gint64 first; /* seq of its first placing; -1: none yet */
} Place;

static gboolean new_document(StoreTxn *txn, Place *place, const Item *item, GError **error)
{
    const ItemSlot *slot = item_slot(item, code_slot_number(place->placing->slot));
    char family[2] = {place->placing->slot[0], '\0'};

    if (slot == NULL)
        return error_set(error, ERROR_INVALID, "item %s has no slot '%s'", item->code,
                         place->placing->slot);
    return catalog_next_document(txn_catalog(txn), place->placing->number, &place->document,
                                 error) &&
           txn_append(txn, "document.open", place->placing->number,
                      json_pack("{s:I, s:s, s:s, s:s, s:i, s:i, s:b}", "number",
                                (json_int_t)place->document, "family", family, "code",
                                place->placing->slot, "title", slot->name, "copies", 0, "originals",
                                1, "kept", slot->keep == KEEP_KEPT),
                      error);
}

static gboolean has_document(Catalog *catalog, const char *number, gint64 document, GError **error)
{
    g_autoptr(json_t) rows = catalog_documents(catalog, number, error);
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        if (json_int(row, "number", 0) == document && strcmp(json_text(row, "state"), "open") == 0)
            return TRUE;
    }
    if (rows != NULL)
        error_set(error, ERROR_NOT_FOUND, "document %03d of %s", (int)document, number);
    return FALSE;
}

static gboolean place_side(StoreTxn *txn, Place *place, const SideName *name, GError **error)
{
    g_autoptr(json_t) side = side_row(txn_catalog(txn), name, error);
    const char letter[2] = {name->side, '\0'};
    json_t *body;
    gint64 at;

    if (side == NULL || !may_leave(txn_catalog(txn), side, error) ||
        !catalog_next_place(txn_catalog(txn), place->placing->number, place->document, &at, error))
        return FALSE;
    body = json_pack("{s:I, s:I, s:s, s:I, s:I}", "batch", (json_int_t)name->batch, "sheet",
                     (json_int_t)name->sheet, "side", letter, "document",
                     (json_int_t)place->document, "place", (json_int_t)at);
    if (g_strcmp0(json_text(side, "case"), place->placing->number) == 0)
        json_object_set_new(body, "moved", json_true());
    if (place->first >= 0)
        json_object_set_new(body, "with", json_integer((json_int_t)place->first));
    else
        place->first = txn_next_seq(txn);
    return txn_append(txn, "side.place", place->placing->number, body, error);
}

static gboolean place_command(StoreTxn *txn, void *data, GError **error)
{
    Place *place = data;
    const CasePlacing *placing = place->placing;
    g_autoptr(json_t) row = case_row(txn_catalog(txn), placing->number, error);
    const Item *item = row != NULL ? case_item(place->house, row, error) : NULL;

    if (item == NULL || !is_open_case(row, error))
        return FALSE;
    place->document = placing->document;
    place->first = -1;
    if (place->document > 0
            ? !has_document(txn_catalog(txn), placing->number, place->document, error)
            : !new_document(txn, place, item, error))
        return FALSE;
    for (gsize i = 0; i < placing->n_sides; i++)
        if (!place_side(txn, place, &placing->sides[i], error))
            return FALSE;
    return TRUE;
}

gboolean case_place(House *house, const StoreActor *actor, const CasePlacing *placing,
                    gint64 *document, GError **error)
{
    Place place = {house, placing, 0, -1};

    if (!store_write(house_store(house), actor, place_command, &place, error))
        return FALSE;
    *document = place.document;
    return TRUE;
}

typedef struct {
    const SideName *name;
    const char *number;
    gint64 document;
    const char *reason;
} Void;

static gboolean check_reason(const char *reason, GError **error)
{
    return (reason != NULL && *reason != '\0') ||
           error_set(error, ERROR_INVALID, "reason: one is needed");
}

static gboolean void_side_command(StoreTxn *txn, void *data, GError **error)
{
    const Void *v = data;
    g_autoptr(json_t) side = side_row(txn_catalog(txn), v->name, error);
    const char letter[2] = {v->name->side, '\0'};

    return side != NULL && may_leave(txn_catalog(txn), side, error) &&
           (json_text(side, "case") == NULL ||
            hold_check(txn_catalog(txn), json_text(side, "case"), error)) &&
           txn_append(txn, "side.void", json_text(side, "case"),
                      json_pack("{s:I, s:I, s:s, s:s}", "batch", (json_int_t)v->name->batch,
                                "sheet", (json_int_t)v->name->sheet, "side", letter, "reason",
                                v->reason),
                      error);
}

gboolean case_void_side(House *house, const StoreActor *actor, const SideName *name,
                        const char *reason, GError **error)
{
    Void v = {.name = name, .reason = reason};

    return check_reason(reason, error) &&
           store_write(house_store(house), actor, void_side_command, &v, error);
}

static gboolean void_document_command(StoreTxn *txn, void *data, GError **error)
{
    const Void *v = data;
    g_autoptr(json_t) row = case_row(txn_catalog(txn), v->number, error);

    return row != NULL && is_open_case(row, error) &&
           hold_check(txn_catalog(txn), v->number, error) &&
           has_document(txn_catalog(txn), v->number, v->document, error) &&
           txn_append(
               txn, "document.void", v->number,
               json_pack("{s:I, s:s}", "number", (json_int_t)v->document, "reason", v->reason),
               error);
}

gboolean case_void_document(House *house, const StoreActor *actor, const char *number,
                            gint64 document, const char *reason, GError **error)
{
    Void v = {.number = number, .document = document, .reason = reason};

    return check_reason(reason, error) &&
           store_write(house_store(house), actor, void_document_command, &v, error);
}
