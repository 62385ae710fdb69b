/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/keeping.h"

#include "appliance/casework/paper_kind.h"
#include "appliance/code/code.h"
#include "appliance/counter/case.h"
#include "storage/secrets.h"

#include <string.h>

/* ── names ───────────────────────────────────────────────────────────────────────────────── */

gboolean paper_name_parse(const char *text, PaperName *name, char **number, GError **error)
{
    const char *dash = strrchr(text, '-');
    g_autofree char *head = NULL;
    Code code;

    *name = (PaperName){0};
    if (code_parse(text, &code, NULL) && code.kind == CODE_DOCUMENT) {
        Code of_case = {.kind = CODE_CASE, .of_case = code.document.of_case};

        name->document = code.document.number;
        name->copy = code.document.copy;
        *number = code_compose(&of_case, error);
    } else if (dash != NULL && strlen(dash + 1) == 3) {
        head = g_strndup(text, (gsize)(dash - text));
        name->document = g_ascii_strtoll(dash + 1, NULL, 10);
        *number = case_read_number(head, error);
    } else
        *number = case_read_number(text, error);
    name->number = *number;
    return *number != NULL;
}

/* ── steps as records ────────────────────────────────────────────────────────────────────── */

static const char *given(const char *text)
{
    return text != NULL && *text != '\0' ? text : NULL;
}

/* Who takes it is somebody of the house: her number is no secret. */
static gboolean stays_in_house(CustodyEventType type)
{
    return type == CUSTODY_HAND_OVER;
}

static json_t *step_body(StoreTxn *txn, const PaperName *name, const CustodyEvent *event)
{
    g_autoptr(json_t) secret = json_pack(
        "{s:s*, s:s*, s:s*}", "reason", given(event->reason), "approver", given(event->approver),
        "receiver", stays_in_house(event->type) ? NULL : given(event->receiver));
    g_autofree char *due = event->due != DAY_NONE ? day_format(event->due) : NULL;
    json_t *body = json_pack(
        "{s:s, s:I, s:i, s:s*, s:s*, s:s*}", "step", custody_event_token(event->type), "document",
        (json_int_t)name->document, "copy", (int)name->copy, "where", given(event->where), "due",
        due, "receiver", stays_in_house(event->type) ? given(event->receiver) : NULL);

    if (event->where != NULL)
        json_object_set_new(body, "to", json_string(custody_place_token(event->to)));
    if (json_object_size(secret) > 0) {
        g_autofree char *path = secrets_case_path(name->number);
        g_autofree char *commitment = txn_secret(txn, path, secret);

        json_object_set_new(body, "secret", json_string(commitment));
    }
    return body;
}

static CustodyPlace place_of(const char *token)
{
    for (int place = 0; token != NULL && place < CUSTODY_PLACES; place++)
        if (strcmp(custody_place_token((CustodyPlace)place), token) == 0)
            return (CustodyPlace)place;
    return PLACE_NOWHERE;
}

static int event_of(const char *token)
{
    for (int type = 0; token != NULL && type < CUSTODY_EVENTS; type++)
        if (strcmp(custody_event_token((CustodyEventType)type), token) == 0)
            return type;
    return -1;
}

/* ── the state: all steps again ──────────────────────────────────────────────────────────── */

/* Of one case: its steps, opened. */
typedef struct {
    House *house;
    json_t *documents;
    json_t *steps;   /* rows of catalog_custody with "fields" and "hidden" */
    json_t *openers; /* rows of catalog_openers */
} Steps;

static void steps_clear(Steps *steps)
{
    json_decref(steps->documents);
    json_decref(steps->steps);
    json_decref(steps->openers);
}

static gboolean load_steps(Steps *steps, House *house, Catalog *catalog, const char *number,
                           GError **error)
{
    gsize i;
    json_t *row;

    *steps = (Steps){.house = house, .documents = catalog_documents(catalog, number, error)};
    if (steps->documents == NULL ||
        (steps->steps = catalog_custody(catalog, number, error)) == NULL ||
        (steps->openers = catalog_openers(catalog, number, error)) == NULL)
        return FALSE;
    json_array_foreach(steps->steps, i, row)
    {
        const char *secret = json_text(row, "secret");

        json_object_set_new(row, "fields", json_loads(json_text(row, "detail"), 0, NULL));
        if (secret != NULL)
            json_object_set_new(row, "hidden", json_loads(secret, 0, NULL));
    }
    return TRUE;
}

static Day day_of_row(const json_t *row)
{
    return house_day(json_text(row, "t"));
}

/* Received at the window where it was taken in or issued. */
static gboolean begin(const Steps *steps, const json_t *document, CustodyState *state)
{
    CustodyEvent receive = {.type = CUSTODY_RECEIVE, .to = PLACE_WINDOW, .due = DAY_NONE};
    const char *station;
    gsize i;
    json_t *row;

    custody_begin(state, json_int(document, "kept", 0) == 0);
    json_array_foreach(steps->openers, i, row)
    {
        if (json_int(row, "number", 0) != json_int(document, "number", -1))
            continue;
        station = json_text(row, "station");
        receive.person = json_text(row, "actor");
        receive.where = g_str_has_prefix(station, "window:") ? station + 7 : station;
        receive.day = day_of_row(row);
        return custody_step(state, &receive, state, NULL);
    }
    return FALSE;
}

/* Filing puts what is in the house into the archivist's hands. */
static void file_away(CustodyState *state, const json_t *row)
{
    CustodyEvent over = {.type = CUSTODY_HAND_OVER,
                         .person = state->holder,
                         .receiver = json_text(row, "actor"),
                         .to = PLACE_CABINET,
                         .where = "归档",
                         .day = day_of_row(row),
                         .due = DAY_NONE};

    if (!custody_is_in_house(state->place))
        return;
    if (g_strcmp0(state->holder, over.receiver) == 0)
        over.type = CUSTODY_MOVE;
    (void)!custody_step(state, &over, state, NULL);
}

static CustodyEvent event_of_row(const json_t *row)
{
    const json_t *fields = json_object_get(row, "fields"), *hidden = json_object_get(row, "hidden");
    const char *receiver = json_text(fields, "receiver"), *due = json_text(fields, "due");
    CustodyEvent event = {.type = (CustodyEventType)event_of(json_text(fields, "step")),
                          .person = json_text(row, "actor"),
                          .receiver = receiver != NULL ? receiver : json_text(hidden, "receiver"),
                          .approver = json_text(hidden, "approver"),
                          .reason = json_text(hidden, "reason"),
                          .to = place_of(json_text(fields, "to")),
                          .where = json_text(fields, "where"),
                          .day = day_of_row(row),
                          .due = DAY_NONE};

    if (due != NULL && !day_parse(due, &event.due))
        event.due = DAY_NONE;
    return event;
}

static gboolean is_about(const json_t *fields, gint64 document, guint copy)
{
    gint64 named = json_int(fields, "document", 0);

    return named == 0 || (named == document && (guint)json_int(fields, "copy", 0) == copy);
}

/* Where one paper is now. A step about the whole case leaves alone what it is not possible for. */
static gboolean replay(const Steps *steps, const json_t *document, guint copy, CustodyState *state)
{
    gsize i;
    json_t *row;

    if (!begin(steps, document, state))
        return FALSE;
    json_array_foreach(steps->steps, i, row)
    {
        CustodyEvent event = event_of_row(row);

        if (strcmp(json_text(row, "act"), "seal") == 0)
            file_away(state, row);
        else if (is_about(json_object_get(row, "fields"), json_int(document, "number", 0), copy))
            (void)!custody_step(state, &event, state, NULL);
    }
    return TRUE;
}

/* ── taking a step ───────────────────────────────────────────────────────────────────────── */

typedef struct {
    House *house;
    const StoreActor *actor;
    const PaperName *name;
    CustodyEvent event;
} Taken;

static gboolean is_live(const json_t *document)
{
    return strcmp(json_text(document, "state"), "void") != 0;
}

/* Possible for the paper named, or for at least one of the case. */
static gboolean is_possible(const Steps *steps, const Taken *taken, GError **error)
{
    g_autoptr(GError) why = NULL;
    gboolean possible = FALSE;
    gsize i;
    json_t *document;

    json_array_foreach(steps->documents, i, document)
    {
        CustodyState state, after;

        if (!is_live(document) ||
            (taken->name->document > 0 && json_int(document, "number", 0) != taken->name->document))
            continue;
        g_clear_error(&why);
        if (replay(steps, document, taken->name->copy, &state))
            possible |= custody_step(&state, &taken->event, &after, &why);
    }
    if (possible)
        return TRUE;
    if (why == NULL)
        return error_set(error, ERROR_NOT_FOUND, "%s has no such paper", taken->name->number);
    g_propagate_error(error, g_steal_pointer(&why));
    return FALSE;
}

static gboolean step_command(StoreTxn *txn, void *data, GError **error)
{
    Taken *taken = data;
    Catalog *catalog = txn_catalog(txn);
    g_autoptr(json_t) row = case_row(catalog, taken->name->number, error);
    gboolean leaves = taken->event.type == CUSTODY_RETURN || taken->event.type == CUSTODY_TRANSFER;
    Steps steps = {0};
    gboolean ok;

    if (row == NULL || (leaves && !hold_check(catalog, taken->name->number, error)))
        return FALSE;
    taken->event.day = day_of_instant(txn_now_us(txn), HOUSE_OFFSET_S);
    ok = load_steps(&steps, taken->house, catalog, taken->name->number, error) &&
         is_possible(&steps, taken, error) &&
         txn_append(txn, "custody", taken->name->number, step_body(txn, taken->name, &taken->event),
                    error);
    steps_clear(&steps);
    return ok;
}

gboolean keeping_step(House *house, const StoreActor *actor, const PaperName *name,
                      const CustodyEvent *event, GError **error)
{
    Taken taken = {house, actor, name, *event};

    taken.event.person = actor->actor;
    return store_write(house_store(house), actor, step_command, &taken, error);
}

/* ── where things are ────────────────────────────────────────────────────────────────────── */

static json_t *show_day(Day day)
{
    g_autofree char *text = day != DAY_NONE ? day_format(day) : NULL;

    return text != NULL ? json_string(text) : json_null();
}

static json_t *show_state(const json_t *document, guint copy, const char *receiver,
                          const CustodyState *state)
{
    json_t *row = json_pack(
        "{s:O, s:s, s:i, s:s, s:s, s:s, s:s, s:s, s:b}", "document",
        json_object_get(document, "number"), "title", json_text(document, "title"), "copy",
        (int)copy, "receiver", receiver, "place", custody_place_token(state->place), "word",
        custody_place_word(state->place), "where", state->where != NULL ? state->where : "",
        "holder", state->holder != NULL ? state->holder : "", "to_hand_back", state->to_hand_back);

    json_object_set_new(row, "since", show_day(state->since));
    json_object_set_new(row, "due", show_day(state->due));
    return row;
}

/* Receivers of the copies of an issued paper; NULL where it is none. */
static char **receivers_of(const Profile *profile, const json_t *document)
{
    PaperKind kind = json_text(document, "file") != NULL
                         ? paper_kind_of_slot(code_slot_number(json_text(document, "code")))
                         : PAPER_NONE;

    return kind != PAPER_NONE ? profile->papers[kind].copies : NULL;
}

static void show_document(const Steps *steps, const Profile *profile, const json_t *document,
                          json_t *rows)
{
    char **receivers = receivers_of(profile, document);
    guint copies = receivers != NULL ? g_strv_length(receivers) : 0;
    CustodyState state;

    for (guint copy = copies > 0 ? 1 : 0; copy <= copies; copy++)
        if (replay(steps, document, copy, &state))
            json_array_append_new(
                rows, show_state(document, copy, copy > 0 ? receivers[copy - 1] : "", &state));
}

json_t *keeping_case(House *house, Catalog *catalog, const char *number, GError **error)
{
    const Profile *profile = house_profile(house, catalog, error);
    json_t *rows = NULL, *document;
    Steps steps = {0};
    gsize i;

    if (profile != NULL && load_steps(&steps, house, catalog, number, error)) {
        rows = json_array();
        json_array_foreach(steps.documents, i, document)
        {
            if (is_live(document))
                show_document(&steps, profile, document, rows);
        }
    }
    steps_clear(&steps);
    return rows;
}

json_t *keeping_place(House *house, Catalog *catalog, const char *where, GError **error)
{
    g_autoptr(json_t) cases = catalog_custody_at(catalog, where, error);
    g_autoptr(json_t) found = cases != NULL ? json_array() : NULL;
    gsize i, k;
    json_t *one, *row;

    json_array_foreach(cases, i, one)
    {
        g_autoptr(json_t) rows = keeping_case(house, catalog, json_text(one, "case"), error);

        if (rows == NULL)
            return NULL;
        json_array_foreach(rows, k, row)
        {
            if (strcmp(json_text(row, "where"), where) != 0)
                continue;
            json_object_set(row, "case", json_object_get(one, "case"));
            json_array_append(found, row);
        }
    }
    return g_steal_pointer(&found);
}
