/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/event_json.h"

#include <stddef.h>
#include <string.h>

/* The plain members by type: one table drives both directions. */
typedef enum { MEMBER_TEXT, MEMBER_SECRET, MEMBER_UINT, MEMBER_DAY, MEMBER_FLAG } MemberKind;

static const struct {
    const char *name;
    MemberKind kind;
    gsize offset;
} members[] = {
    {"person", MEMBER_TEXT, offsetof(LifeEvent, person)},
    {"second_person", MEMBER_TEXT, offsetof(LifeEvent, second_person)},
    {"window", MEMBER_UINT, offsetof(LifeEvent, window)},
    {"day", MEMBER_DAY, offsetof(LifeEvent, day)},
    {"minute", MEMBER_UINT, offsetof(LifeEvent, minute)},
    {"untrusted_clock", MEMBER_FLAG, offsetof(LifeEvent, untrusted_clock)},
    {"reason", MEMBER_SECRET, offsetof(LifeEvent, reason)},
    {"received", MEMBER_DAY, offsetof(LifeEvent, received)},
    {"received_minute", MEMBER_UINT, offsetof(LifeEvent, received_minute)},
    {"taken_for", MEMBER_SECRET, offsetof(LifeEvent, taken_for)},
    {"kind", MEMBER_TEXT, offsetof(LifeEvent, kind)},
    {"channel", MEMBER_TEXT, offsetof(LifeEvent, channel)},
    {"secret_case", MEMBER_FLAG, offsetof(LifeEvent, secret)},
    {"persons_open", MEMBER_UINT, offsetof(LifeEvent, persons_open)},
    {"main_missing", MEMBER_FLAG, offsetof(LifeEvent, main_missing)},
    {"paper", MEMBER_UINT, offsetof(LifeEvent, paper)},
    {"paper_before", MEMBER_UINT, offsetof(LifeEvent, paper_before)},
    {"reference", MEMBER_TEXT, offsetof(LifeEvent, reference)},
    {"law", MEMBER_TEXT, offsetof(LifeEvent, law)},
    {"remedy", MEMBER_TEXT, offsetof(LifeEvent, remedy)},
    {"organ", MEMBER_TEXT, offsetof(LifeEvent, organ)},
    {"good", MEMBER_FLAG, offsetof(LifeEvent, good)},
    {"tolerate", MEMBER_FLAG, offsetof(LifeEvent, tolerate)},
    {"until", MEMBER_DAY, offsetof(LifeEvent, until)},
    {"bad_credit", MEMBER_FLAG, offsetof(LifeEvent, bad_credit)},
    {"department", MEMBER_TEXT, offsetof(LifeEvent, department)},
    {"may_file", MEMBER_FLAG, offsetof(LifeEvent, may_file)},
};

/* Enumerations are small numbers whose meaning is the version of the record (v 1). */
static const struct {
    const char *name;
    gsize offset;
    int end;
} choices[] = {
    {"as", offsetof(LifeEvent, actor), ACTOR_CLOCK + 1},
    {"evidence", offsetof(LifeEvent, evidence), EVIDENCE_TAKEN_FOR + 1},
    {"told", offsetof(LifeEvent, told), TOLD_ELECTRONIC + 1},
    {"pause", offsetof(LifeEvent, pause), PAUSE_THIRD_PARTY + 1},
};

static const void *at(const LifeEvent *event, gsize offset)
{
    return (const char *)event + offset;
}

static void put_member(const LifeEvent *event, gsize i, json_t *fields, json_t *secret)
{
    const void *value = at(event, members[i].offset);
    g_autofree char *day = NULL;

    switch (members[i].kind) {
    case MEMBER_TEXT:
    case MEMBER_SECRET:
        if (*(const char *const *)value != NULL)
            json_object_set_new(members[i].kind == MEMBER_SECRET ? secret : fields, members[i].name,
                                json_string(*(const char *const *)value));
        break;
    case MEMBER_UINT:
        if (*(const guint *)value != 0)
            json_object_set_new(fields, members[i].name, json_integer(*(const guint *)value));
        break;
    case MEMBER_DAY:
        if (*(const Day *)value != 0 && *(const Day *)value != DAY_NONE) {
            day = day_format(*(const Day *)value);
            json_object_set_new(fields, members[i].name, json_string(day));
        }
        break;
    case MEMBER_FLAG:
        if (*(const gboolean *)value)
            json_object_set_new(fields, members[i].name, json_true());
        break;
    }
}

json_t *event_to_json(const LifeEvent *event, json_t *secret)
{
    json_t *fields = json_pack("{s:s}", "step", life_event_token(event->type));
    json_t *keys = json_array();

    for (gsize i = 0; i < G_N_ELEMENTS(choices); i++) {
        guint value = *(const guint *)at(event, choices[i].offset);

        if (value != 0)
            json_object_set_new(fields, choices[i].name, json_integer(value));
    }
    for (gsize i = 0; i < G_N_ELEMENTS(members); i++)
        put_member(event, i, fields, secret);
    for (gsize i = 0; i < event->n_keys; i++)
        json_array_append_new(
            keys, json_pack("[s, b]", event->keys[i], event->fresh != NULL && event->fresh[i]));
    if (event->n_keys > 0)
        json_object_set(fields, "keys", keys);
    json_decref(keys);
    return fields;
}

static gboolean get_day(const char *text, Day *day, GError **error)
{
    return day_parse(text, day) ||
           error_set(error, ERROR_JOURNAL_DAMAGED, "a step has no date '%s'", text);
}

static gboolean get_member(const json_t *value, gsize i, LifeEvent *event, GError **error)
{
    void *room = (char *)event + members[i].offset;

    switch (members[i].kind) {
    case MEMBER_TEXT:
    case MEMBER_SECRET:
        *(const char **)room = json_string_value(value);
        return TRUE;
    case MEMBER_UINT:
        *(guint *)room = (guint)json_integer_value(value);
        return TRUE;
    case MEMBER_DAY:
        return get_day(json_string_value(value), room, error);
    case MEMBER_FLAG:
        *(gboolean *)room = json_is_true(value);
        return TRUE;
    }
    g_assert_not_reached();
}

static gboolean get_choices(const json_t *fields, LifeEvent *event, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(choices); i++) {
        gint64 value = json_int(fields, choices[i].name, 0);

        if (value < 0 || value >= choices[i].end)
            return error_set(error, ERROR_JOURNAL_DAMAGED, "a step says %s %d", choices[i].name,
                             (int)value);
        *(guint *)((char *)event + choices[i].offset) = (guint)value;
    }
    return TRUE;
}

static void get_keys(const json_t *fields, EventRead *read)
{
    const json_t *keys = json_object_get(fields, "keys");
    gsize n = json_array_size(keys);

    read->keys = g_new0(const char *, n + 1);
    read->fresh = g_new0(gboolean, n + 1);
    for (gsize i = 0; i < n; i++) {
        const json_t *pair = json_array_get(keys, i);

        read->keys[i] = json_string_value(json_array_get(pair, 0));
        read->fresh[i] = json_is_true(json_array_get(pair, 1));
    }
    read->event.keys = read->keys;
    read->event.fresh = read->fresh;
    read->event.n_keys = n;
}

gboolean event_from_json(const json_t *fields, const json_t *secret, EventRead *read,
                         GError **error)
{
    const char *token = json_text(fields, "step");
    int type = token != NULL ? life_event_parse(token) : -1;

    *read = (EventRead){0};
    if (type < 0)
        return error_set(error, ERROR_JOURNAL_DAMAGED, "unknown step '%s'",
                         token != NULL ? token : "");
    read->event.type = (LifeEventType)type;
    read->event.until = DAY_NONE;
    if (!get_choices(fields, &read->event, error))
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(members); i++) {
        const json_t *from = members[i].kind == MEMBER_SECRET ? secret : fields;
        const json_t *value = json_object_get(from, members[i].name);

        if (value != NULL && !get_member(value, i, &read->event, error))
            return FALSE;
    }
    get_keys(fields, read);
    return TRUE;
}

void event_read_clear(EventRead *read)
{
    g_clear_pointer(&read->keys, g_free);
    g_clear_pointer(&read->fresh, g_free);
}
