/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/case_open.h"

#include "appliance/base/text.h"
#include "appliance/casework/number.h"
#include "appliance/counter/step.h"
#include "storage/secrets.h"

#include <string.h>

#define DEFAULT_WINDOW "001"
#define SERIAL_MAX     9999

/* ── what is given ───────────────────────────────────────────────────────────────────────── */

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

static gboolean check_opening(const CaseOpening *opening, GError **error)
{
    return check_applicant(opening->applicant, error) &&
           check_text("phone", opening->phone, error) &&
           check_text("identity", opening->identity, error) &&
           check_text("platform number", opening->platform_id, error) &&
           check_text("taken for", opening->taken_for, error) &&
           check_text("reason", opening->reason, error) && check_channel(opening->channel, error) &&
           case_check_fields(opening->fields, error);
}

/* ── its number ──────────────────────────────────────────────────────────────────────────── */

typedef struct {
    House *house;
    const StoreActor *actor;
    const CaseOpening *opening;
    char *number;
} Open;

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

/* ── its records ─────────────────────────────────────────────────────────────────────────── */

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
