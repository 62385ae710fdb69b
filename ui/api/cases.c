/* SPDX-License-Identifier: Apache-2.0
 *
 * Cases: lists, opening, everything about one, looking one up; the tray.
 */
#include "ui/api/api_intern.h"

#include "appliance/counter/case_open.h"
#include "appliance/counter/case_place.h"
#include "storage/catalog_record.h"

#include <string.h>

#define FIND_MAX     50
#define LOOK_OTHER   "other"
#define LIST_OVERALL 2000 /* rows looked through where a lamp is asked for */

/* ── lists ───────────────────────────────────────────────────────────────────────────────── */

static gboolean has_lamp(const json_t *row, const char *lamp)
{
    return lamp == NULL || strcmp(json_text(json_object_get(row, "deadline"), "lamp"), lamp) == 0;
}

/* The kind's token for its word in the hall's profile; itself where it is none. */
static const char *kind_token(Call *call, const char *name)
{
    const Profile *profile = house_profile(call->api->house, call->reader, NULL);

    for (guint i = 0; profile != NULL && name != NULL && i < profile->kinds->len; i++) {
        const ProfileKind *kind = g_ptr_array_index(profile->kinds, i);

        if (strcmp(kind->name, name) == 0)
            return kind->token;
    }
    return name;
}

/* Fills `list` from rows of the catalogue, leaving out other lamps; the cursor behind the last. */
static gboolean fill_list(Call *call, json_t *rows, gint64 limit, json_t *list, char **next,
                          GError **error)
{
    const char *lamp = request_query(call->request, "lamp");
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        g_autoptr(json_t) shown = NULL;

        if ((gint64)json_array_size(list) == limit) {
            *next = g_strdup(json_text(json_array_get(rows, i - 1), "number"));
            return TRUE;
        }
        shown = show_row(call, row, error);
        if (shown == NULL)
            return FALSE;
        if (has_lamp(shown, lamp))
            json_array_append(list, shown);
    }
    return TRUE;
}

static json_t *list_rows(Call *call, gint64 limit, GError **error)
{
    gboolean mine = call_flag(call, "mine");
    const char *window = request_query(call->request, "window");
    const char *after = request_query(call->request, "cursor");
    CatalogList list = {.state = request_query(call->request, "state"),
                        .window = mine ? call->window : window,
                        .kind = kind_token(call, request_query(call->request, "kind")),
                        .open = call_flag(call, "open"),
                        .after = after,
                        .limit = request_query(call->request, "lamp") != NULL ? LIST_OVERALL
                                                                              : limit + 1};

    return catalog_list_cases(call->reader, &list, error);
}

Response *get_cases(Call *call, GError **error)
{
    gint64 limit;
    g_autoptr(json_t) rows = call_limit(call, &limit, error) ? list_rows(call, limit, error) : NULL;
    g_autoptr(json_t) list = json_array();
    g_autofree char *next = NULL;

    if (rows == NULL || !fill_list(call, rows, limit, list, &next, error))
        return NULL;
    return call_json(200, json_pack("{s:O, s:s?}", "cases", list, "next", next));
}

/* ── opening ─────────────────────────────────────────────────────────────────────────────── */

static Response *answer_case(Call *call, const char *number, guint status, GError **error)
{
    json_t *shown = show_case(call, number, error);
    g_autofree char *tag = NULL;
    Response *response;

    if (shown == NULL)
        return NULL;
    tag = g_strdup_printf("%" G_GINT64_FORMAT, json_int(shown, "version", 0));
    response = call_json(status, shown);
    response_etag(response, tag);
    return response;
}

/* RFC 3339 with any offset. */
static gboolean instant_parse(const char *text, gint64 *us)
{
    g_autoptr(GDateTime) at = g_date_time_new_from_iso8601(text, NULL);

    if (at == NULL)
        return FALSE;
    *us = g_date_time_to_unix(at) * G_USEC_PER_SEC;
    return *us > 0;
}

/* 补登: what came in earlier is entered with a reason and a second person. */
static gboolean later_entry(Call *call, CaseOpening *opening, char **second, GError **error)
{
    const char *at = json_text(call->body, "received_at");

    if (at == NULL)
        return TRUE;
    if (!instant_parse(at, &opening->received_us))
        return error_set(error, ERROR_INVALID, "received_at '%.40s': an instant (RFC 3339)", at);
    opening->reason = json_text(call->body, "reason");
    if (opening->reason == NULL || *opening->reason == '\0')
        return error_set(error, ERROR_INVALID, "reason: a later entry needs one");
    *second = call_second(call, ROLE_CLERK | ROLE_SUPERVISOR, error);
    opening->second = *second;
    return *second != NULL;
}

Response *post_cases(Call *call, GError **error)
{
    const json_t *b = call->body;
    CaseOpening opening = {.item = json_text(b, "item"),
                           .window = json_text(b, "window") != NULL ? json_text(b, "window")
                                                                    : call->window,
                           .applicant = json_text(b, "applicant"),
                           .phone = json_text(b, "phone"),
                           .identity = json_text(b, "id_number"),
                           .channel = json_text(b, "channel"),
                           .fields = json_object_get(b, "fields"),
                           .number = json_text(b, "number")};
    g_autofree char *number = NULL, *location = NULL, *second = NULL;
    Response *response;

    if (!later_entry(call, &opening, &second, error))
        return NULL;
    if (!case_open(call->api->house, &call->actor, &opening, &number, error))
        return NULL;
    response = answer_case(call, number, 201, error);
    location = g_strconcat(API_PREFIX "/cases/", number, NULL);
    if (response != NULL)
        response_header(response, "Location", location);
    return response;
}

Response *get_case(Call *call, GError **error)
{
    g_autofree char *number = call_case(call, NULL, error);

    return number != NULL ? answer_case(call, number, 200, error) : NULL;
}

Response *get_check(Call *call, GError **error)
{
    g_autofree char *number = call_case(call, NULL, error);
    json_t *check = number != NULL ? show_check(call, number, error) : NULL;

    return check != NULL ? call_json(200, check) : NULL;
}

/* ── timeline ────────────────────────────────────────────────────────────────────────────── */

static char *actor_name(const Call *call, const char *actor)
{
    g_auto(LocalPerson) person = {0};

    if (local_person_get(call->api->options.local, actor, &person, NULL))
        return g_strdup(person.name);
    return g_strdup(actor);
}

static json_t *show_event(const Call *call, const json_t *row, const char *number)
{
    g_autofree char *text = show_event_text(row, call->lang);
    g_autofree char *actor = actor_name(call, json_text(row, "actor"));

    return json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:s}", "seq",
                     (json_int_t)json_int(row, "seq", 0), "t", json_text(row, "t"), "actor", actor,
                     "station", json_text(row, "station"), "act", json_text(row, "act"), "text",
                     text, "case", number);
}

Response *get_timeline(Call *call, GError **error)
{
    const char *cursor = request_query(call->request, "cursor");
    gint64 limit, after = cursor != NULL ? g_ascii_strtoll(cursor, NULL, 10) : 0;
    g_autofree char *number = call_case(call, NULL, error), *next = NULL;
    g_autoptr(json_t) rows = NULL, list = json_array();
    gsize i;
    json_t *row;

    if (number == NULL || !call_limit(call, &limit, error) ||
        (rows = catalog_case_events(call->reader, number, after, limit, error)) == NULL)
        return NULL;
    json_array_foreach(rows, i, row)
    {
        json_array_append_new(list, show_event(call, row, number));
    }
    if ((gint64)json_array_size(rows) == limit)
        next = g_strdup_printf("%" G_GINT64_FORMAT,
                               json_int(json_array_get(rows, json_array_size(rows) - 1), "seq", 0));
    return call_json(200, json_pack("{s:O, s:s?}", "events", list, "next", next));
}

/* ── full view ───────────────────────────────────────────────────────────────────────────── */

Response *post_look(Call *call, GError **error)
{
    const char *reason = json_text(call->body, "reason"), *note = json_text(call->body, "note");
    g_autofree char *number = call_case(call, NULL, error);

    if (number == NULL)
        return NULL;
    if (strcmp(reason, LOOK_OTHER) == 0 && (note == NULL || *note == '\0')) {
        error_set(error, ERROR_INVALID, "note: other reasons need one");
        return NULL;
    }
    if (!edit_look(call->api->house, &call->actor, number, reason, note, error))
        return NULL;
    session_look(call->session, number, clock_now_us(store_clock(call->api->options.store)));
    return response_empty(204);
}

/* ── lookup ──────────────────────────────────────────────────────────────────────────────── */

typedef struct {
    const char *kind;
    const char *zh, *en;
} FoundWords;

static const FoundWords found_words[CODE_KINDS] = {
    [CODE_CASE] = {"case", "收件号", "case number"},
    [CODE_DOCUMENT] = {"document", "材料条码", "document code"},
    [CODE_DAY_CLOSE] = {"day", "日清单", "day sheet"},
    [CODE_PLACE] = {"box", "盒号", "box or shelf"},
    [CODE_PERSON] = {"person", "工牌", "badge"},
    [CODE_SLOT] = {"slot", "分隔页", "separator sheet"},
    [CODE_COMMAND] = {"command", "指令卡", "command card"},
};

/* The paper's witness against the record of that day's close. */
static json_t *compare_day(Call *call, const Code *code)
{
    g_autofree char *date =
        g_strdup_printf("20%02u-%02u-%02u", code->day_close.date / 10000,
                        code->day_close.date / 100 % 100, code->day_close.date % 100);
    g_autofree char *window = g_strdup_printf("%03u", code->day_close.window);
    g_autofree char *hall = catalog_setting(call->reader, "hall", NULL);
    g_autoptr(json_t) row = catalog_day_close(call->reader, window, date, NULL);
    const char *text = row != NULL ? json_text(row, "detail") : NULL;
    g_autoptr(json_t) detail = text != NULL ? json_loads(text, 0, NULL) : NULL;
    const char *root = json_text(detail, "root");
    g_autofree char *head = root != NULL ? g_strndup(root, 16) : NULL;
    gboolean ours = hall != NULL && g_ascii_strtoull(hall, NULL, 10) == code->day_close.hall;
    gboolean same = ours && head != NULL &&
                    g_ascii_strtoull(head, NULL, 16) % 100000000 == code->day_close.root;
    const char *words =
        !ours          ? call_words(call, "不是本大厅的日清单", "of another hall")
        : root == NULL ? call_words(call, "这一天没有日清记录", "no close of that day")
        : same ? call_words(call, "纸上的校验码与日志一致", "paper and journal agree")
               : call_words(call, "纸上的校验码与日志不同", "paper and journal differ");

    return json_pack("{s:s, s:s, s:b, s:s}", "date", date, "window", window, "same", same, "text",
                     words);
}

/* What a code says beside its kind. */
static void add_code(Call *call, json_t *found, const Code *code)
{
    if (code->kind == CODE_DOCUMENT) {
        json_object_set_new(found, "document", json_integer(code->document.number));
        json_object_set_new(found, "copy", json_integer(code->document.copy));
    } else if (code->kind == CODE_PLACE) {
        g_autofree char *box = g_strdup_printf("%08u", code->place);

        json_object_set_new(found, "box", json_string(box));
    } else if (code->kind == CODE_DAY_CLOSE) {
        json_object_set_new(found, "day", compare_day(call, code));
    } else if (code->kind == CODE_COMMAND) {
        g_autofree char *command = g_strdup_printf("%02u", code->command.command);

        json_object_set_new(found, "command", json_string(command));
    } else if (code->kind == CODE_SLOT) {
        g_autofree char *item = g_strdup_printf("%06u", code->slot.item);
        g_autofree char *slot = code_slot_name(code->slot.slot), *digest = NULL;
        const Item *known =
            house_item_on(call->api->house, call->reader, item, call->today, &digest, NULL);

        if (code->slot.slot == CODE_ITEM_CARD)
            json_object_set_new(found, "kind", json_string(known != NULL ? "item" : "nothing"));
        else
            json_object_set_new(found, "slot", json_string(slot));
        if (known != NULL)
            json_object_set_new(found, "item",
                                json_pack("{s:s, s:s, s:s, s:s, s:n, s:i}", "code", known->code,
                                          "number", known->code, "name", known->name, "department",
                                          known->department, "promised_days", "slots",
                                          (int)known->slots->len));
    }
}

/* The digits of the case that a code belongs to; NULL where it belongs to none. */
static char *case_of_code(const Code *code)
{
    if (code->kind == CODE_CASE)
        return code_compose(code, NULL);
    if (code->kind == CODE_DOCUMENT)
        return code_compose(&(Code){.kind = CODE_CASE, .of_case = code->document.of_case}, NULL);
    return NULL;
}

static json_t *find_cases(Call *call, const char *text, GError **error)
{
    g_autoptr(json_t) rows = catalog_find(call->reader, text, FIND_MAX, error);

    return rows != NULL ? show_rows(call, rows, error) : NULL;
}

static Response *found_code(Call *call, const Code *code, GError **error)
{
    g_autofree char *number = case_of_code(code);
    g_autoptr(json_t) cases = number != NULL ? find_cases(call, number, error) : json_array();
    const FoundWords *words = &found_words[code->kind];
    json_t *found;

    if (cases == NULL)
        return NULL;
    if (number != NULL && json_array_size(cases) == 0)
        return call_json(200, json_pack("{s:s, s:s}", "kind", "nothing", "text",
                                        call_words(call, "没有这个收件", "no such case")));
    found = json_pack("{s:s, s:s}", "kind", words->kind, "text",
                      call_words(call, words->zh, words->en));
    if (number != NULL)
        json_object_set(found, "cases", cases);
    add_code(call, found, code);
    return call_json(200, found);
}

static Response *find(Call *call, GError **error)
{
    const char *q = request_query(call->request, "q");
    g_autoptr(GError) why = NULL;
    g_autoptr(json_t) cases = NULL;
    gsize n;
    Code code;

    if (q == NULL || *q == '\0' || g_utf8_strlen(q, -1) > 100) {
        error_set(error, ERROR_INVALID, "q: 1 to 100 characters");
        return NULL;
    }
    if (code_parse(q, &code, &why))
        return found_code(call, &code, error);
    if (error_code(why) == ERROR_CHECK_DIGITS) {
        g_propagate_error(error, g_steal_pointer(&why));
        return NULL;
    }
    cases = find_cases(call, q, error);
    if (cases == NULL)
        return NULL;
    n = json_array_size(cases);
    return call_json(200, json_pack("{s:s, s:s, s:O}", "kind",
                                    n == 0   ? "nothing"
                                    : n == 1 ? "case"
                                             : "cases",
                                    "text",
                                    n == 0 ? call_words(call, "没有找到", "nothing found")
                                           : call_words(call, "找到", "found"),
                                    "cases", cases));
}

/* Who asks what, in which language and minute (lamps change with it); NULL: nobody or nothing. */
static char *find_key(const Request *request, Api *api)
{
    const Session *session = session_of(request);
    const char *q = request_query(request, "q");
    gint64 minute = clock_now_us(store_clock(api->options.store)) / (60 * G_USEC_PER_SEC);

    return session != NULL && q != NULL
               ? g_strdup_printf("%s %d %" G_GINT64_FORMAT " %s", session_csrf(session),
                                 (int)request_lang(request), minute, q)
               : NULL;
}

Response *find_known(Request *request, void *context, GError **error G_GNUC_UNUSED)
{
    Api *api = context;
    g_autofree char *key = find_key(request, api);
    g_autoptr(GBytes) body = key != NULL ? answers_recall(api->answers, key) : NULL;

    return body != NULL ? response_bytes(200, "application/json", body) : NULL;
}

Response *get_find(Call *call, GError **error)
{
    g_autofree char *key = find_key(call->request, call->api);
    guint64 begun = answers_begin(call->api->answers);
    Response *response = find(call, error);

    if (response != NULL && key != NULL)
        answers_keep(call->api->answers, begun, key, response_body(response));
    return response;
}

/* ── tray ────────────────────────────────────────────────────────────────────────────────── */

static json_t *stack_sides(json_t *rows, gint64 batch, Lang lang)
{
    json_t *list = json_array();
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        if (json_int(row, "batch", 0) == batch)
            json_array_append_new(list, show_side(row, NULL, lang));
    }
    return list;
}

Response *get_tray(Call *call, GError **error)
{
    g_autoptr(json_t) stacks = catalog_tray_stacks(call->reader, error);
    g_autoptr(json_t) rows = stacks != NULL ? catalog_tray(call->reader, error) : NULL;
    g_autoptr(json_t) list = json_array();
    gsize i;
    json_t *stack;

    if (rows == NULL || !catalog_add_facts(call->reader, rows, error))
        return NULL;
    json_array_foreach(stacks, i, stack)
    {
        gint64 batch = json_int(stack, "batch", 0);

        json_array_append_new(list, json_pack("{s:I, s:s, s:s, s:o, s:n}", "id", (json_int_t)batch,
                                              "since", json_text(stack, "opened_at"), "reason",
                                              json_text(stack, "reason"), "sides",
                                              stack_sides(rows, batch, call->lang), "suggestion"));
    }
    return call_json(200, json_pack("{s:O}", "stacks", list));
}

static gboolean is_named(const json_t *names, const char *id)
{
    gsize i;
    json_t *name;

    if (names == NULL)
        return TRUE;
    json_array_foreach((json_t *)names, i, name)
    {
        if (strcmp(json_string_value(name), id) == 0)
            return TRUE;
    }
    return FALSE;
}

/* Sides of the stack that lie in the tray, those named in the body alone. */
static GArray *stack_names(Call *call, gint64 batch, GError **error)
{
    g_autoptr(json_t) rows = catalog_tray(call->reader, error);
    GArray *names = g_array_new(FALSE, FALSE, sizeof(SideName));
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        SideName name = {json_int(row, "batch", 0), json_int(row, "sheet", 0),
                         *json_text(row, "side")};
        g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "-%c",
                                              name.batch, name.sheet, name.side);

        if (name.batch == batch && is_named(json_object_get(call->body, "sides"), id))
            g_array_append_val(names, name);
    }
    return names;
}

/* Where no slot is named: the first of the checklist. */
static const char *slot_or_first(Call *call, const char *number, GError **error)
{
    const char *slot = json_text(call->body, "slot");
    g_autoptr(json_t) row = slot == NULL ? case_row(call->reader, number, error) : NULL;
    const Item *item = row != NULL ? case_item(call->api->house, row, error) : NULL;

    if (slot != NULL || item == NULL)
        return slot;
    return ((const ItemSlot *)g_ptr_array_index(item->slots, 0))->code;
}

Response *post_place(Call *call, GError **error)
{
    gint64 batch = g_ascii_strtoll(request_param(call->request, "batch"), NULL, 10), document;
    g_autofree char *number = case_read_number(json_text(call->body, "case"), error);
    const char *slot = number != NULL ? slot_or_first(call, number, error) : NULL;
    g_autoptr(GArray) names = slot != NULL ? stack_names(call, batch, error) : NULL;
    CasePlacing placing = {.number = number, .slot = slot};

    if (names == NULL)
        return NULL;
    if (names->len == 0) {
        error_set(error, ERROR_NOT_FOUND, "no such pages in the tray");
        return NULL;
    }
    placing.sides = (const SideName *)(void *)names->data;
    placing.n_sides = names->len;
    if (!case_place(call->api->house, &call->actor, &placing, &document, error))
        return NULL;
    return show_change(call, number, call_words(call, "已归入办件", "given to the case"), NULL,
                       error);
}
