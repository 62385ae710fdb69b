/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/life_record.h"

#include <string.h>

static const char *const actors[] = {"clerk",      "checker", "department", "leader",
                                     "supervisor", "centre",  "archivist",  "clock"};
static const char *const told[] = {"not", "signed", "post", "electronic"};
static const char *const evidences[] = {"handed-in", "post-signed", "confirmed", "taken-for"};

typedef enum { MEMBER_TEXT, MEMBER_NUMBER, MEMBER_FLAG, MEMBER_DAY } MemberType;

/* Every plain member of an event: how it is called, of what type, where it stands. */
typedef struct {
    const char *key;
    MemberType type;
    gsize offset;
    gboolean envelope;
} Member;

#define M(member, type, envelope)                                                                  \
    {                                                                                              \
#member, MEMBER_##type, offsetof(LifeEvent, member), envelope                              \
    }
static const Member members[] = {
    M(person, TEXT, TRUE),      M(window, NUMBER, TRUE),        M(day, DAY, TRUE),
    M(minute, NUMBER, TRUE),    M(untrusted_clock, FLAG, TRUE), M(second_person, TEXT, FALSE),
    M(reason, TEXT, FALSE),     M(received, DAY, FALSE),        M(received_minute, NUMBER, FALSE),
    M(taken_for, TEXT, FALSE),  M(channel, TEXT, FALSE),        M(kind, TEXT, FALSE),
    M(secret, FLAG, FALSE),     M(persons_open, NUMBER, FALSE), M(main_missing, FLAG, FALSE),
    M(paper, NUMBER, FALSE),    M(paper_before, NUMBER, FALSE), M(reference, TEXT, FALSE),
    M(law, TEXT, FALSE),        M(remedy, TEXT, FALSE),         M(organ, TEXT, FALSE),
    M(good, FLAG, FALSE),       M(tolerate, FLAG, FALSE),       M(until, DAY, FALSE),
    M(bad_credit, FLAG, FALSE), M(department, TEXT, FALSE),     M(may_file, FLAG, FALSE),
};
#undef M

static int token_of(const char *const *tokens, gsize n, const char *text)
{
    for (gsize i = 0; text != NULL && i < n; i++)
        if (strcmp(tokens[i], text) == 0)
            return (int)i;
    return -1;
}

static guint bit_of(guint set)
{
    guint bit = 0;

    while (bit < 31 && !(set & 1u << bit))
        bit++;
    return bit;
}

const char *life_actor_token(LifeActor actor)
{
    return actors[bit_of((guint)actor) % G_N_ELEMENTS(actors)];
}

const char *life_told_token(LifeTold means)
{
    return told[means];
}

const char *life_evidence_token(LifeEvidence evidence)
{
    return evidences[evidence];
}

/* ---- saving ---- */

static void save_member(json_t *object, const Member *member, const LifeEvent *event)
{
    const void *at = (const char *)event + member->offset;
    const char *text;
    g_autofree char *day = NULL;

    switch (member->type) {
    case MEMBER_TEXT:
        text = *(const char *const *)at;
        if (text != NULL)
            json_object_set_new(object, member->key, json_string(text));
        break;
    case MEMBER_NUMBER:
        if (*(const guint *)at != 0)
            json_object_set_new(object, member->key, json_integer(*(const guint *)at));
        break;
    case MEMBER_FLAG:
        if (*(const gboolean *)at)
            json_object_set_new(object, member->key, json_true());
        break;
    default:
        if (*(const Day *)at == DAY_NONE)
            return;
        day = day_format(*(const Day *)at);
        json_object_set_new(object, member->key, json_string(day));
    }
}

static void save_keys(json_t *object, const LifeEvent *event)
{
    json_t *list = json_array(), *fresh = json_array();

    for (gsize i = 0; i < event->n_keys; i++) {
        json_array_append_new(list, json_string(event->keys[i]));
        if (event->fresh != NULL && event->fresh[i])
            json_array_append_new(fresh, json_string(event->keys[i]));
    }
    if (event->n_keys > 0)
        json_object_set(object, "keys", list);
    if (json_array_size(fresh) > 0)
        json_object_set(object, "fresh", fresh);
    json_decref(list);
    json_decref(fresh);
}

json_t *life_event_save(const LifeEvent *event, gboolean with_envelope)
{
    json_t *object = json_object();

    json_object_set_new(object, "step", json_string(life_event_token(event->type)));
    json_object_set_new(object, "as", json_string(life_actor_token(event->actor)));
    for (gsize i = 0; i < G_N_ELEMENTS(members); i++)
        if (with_envelope || !members[i].envelope)
            save_member(object, &members[i], event);
    if (event->type == EVENT_RECEIVE)
        json_object_set_new(object, "evidence", json_string(life_evidence_token(event->evidence)));
    if (event->told != TOLD_NOT)
        json_object_set_new(object, "told", json_string(life_told_token(event->told)));
    if (event->pause != 0)
        json_object_set_new(object, "pause", json_string(clock_pause_token(event->pause)));
    save_keys(object, event);
    return object;
}

/* ---- loading ---- */

static gboolean load_member(const json_t *object, const Member *member, LifeEvent *event,
                            GError **error)
{
    void *at = (char *)event + member->offset;
    const json_t *value = json_object_get(object, member->key);
    gboolean good;

    if (value == NULL)
        return TRUE;
    switch (member->type) {
    case MEMBER_TEXT:
        good = json_is_string(value);
        *(const char **)at = json_string_value(value);
        break;
    case MEMBER_NUMBER:
        good = json_is_integer(value) && json_integer_value(value) >= 0 &&
               json_integer_value(value) <= G_MAXUINT32;
        *(guint *)at = (guint)json_integer_value(value);
        break;
    case MEMBER_FLAG:
        good = json_is_boolean(value);
        *(gboolean *)at = json_is_true(value);
        break;
    default:
        good = json_is_string(value) && day_parse(json_string_value(value), at);
    }
    return good || error_set(error, ERROR_INVALID, "%s: not a value for it", member->key);
}

static gboolean is_fresh(const json_t *list, const char *key)
{
    gsize i;
    json_t *one;

    json_array_foreach(list, i, one)
    {
        if (g_strcmp0(json_string_value(one), key) == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean load_keys(const json_t *object, LifeRecord *record, GError **error)
{
    const json_t *list = json_object_get(object, "keys"), *fresh = json_object_get(object, "fresh");
    gsize i;
    json_t *one;

    if (json_array_size(list) > LIFE_KEYS_MAX)
        return error_set(error, ERROR_INVALID, "keys: more than %d", LIFE_KEYS_MAX);
    json_array_foreach(list, i, one)
    {
        if (!json_is_string(one))
            return error_set(error, ERROR_INVALID, "keys: not a text");
        record->keys[i] = json_string_value(one);
        record->fresh[i] = is_fresh(fresh, record->keys[i]);
    }
    record->event.n_keys = json_array_size(list);
    return TRUE;
}

/* A member that is one of a list of tokens; absent leaves `value` alone. */
static gboolean load_token(const json_t *object, const char *key, const char *const *tokens,
                           gsize n_tokens, int *value, GError **error)
{
    const json_t *given = json_object_get(object, key);

    if (given == NULL)
        return TRUE;
    *value = token_of(tokens, n_tokens, json_string_value(given));
    return *value >= 0 || error_set(error, ERROR_INVALID, "%s: unknown", key);
}

static gboolean load_tokens(const json_t *object, LifeEvent *event, GError **error)
{
    const char *step = json_text(object, "step"), *pause = json_text(object, "pause");
    int type = step == NULL ? -1 : life_event_parse(step), actor = -1, means = 0, evidence = 0;

    if (type < 0)
        return error_set(error, ERROR_INVALID, "step: unknown");
    if (!load_token(object, "as", actors, G_N_ELEMENTS(actors), &actor, error) ||
        !load_token(object, "told", told, G_N_ELEMENTS(told), &means, error) ||
        !load_token(object, "evidence", evidences, G_N_ELEMENTS(evidences), &evidence, error))
        return FALSE;
    if (actor < 0)
        return error_set(error, ERROR_INVALID, "as: missing");
    event->type = (LifeEventType)type;
    event->actor = (LifeActor)(1u << actor);
    event->told = (LifeTold)means;
    event->evidence = (LifeEvidence)evidence;
    event->pause = (ClockPause)(pause == NULL ? 0 : clock_pause_parse(pause));
    if (pause != NULL && event->pause == 0)
        return error_set(error, ERROR_INVALID, "pause: unknown");
    return TRUE;
}

gboolean life_event_load(const json_t *object, LifeRecord *record, GError **error)
{
    memset(record, 0, sizeof *record);
    record->event.day = record->event.received = record->event.until = DAY_NONE;
    record->event.keys = record->keys;
    record->event.fresh = record->fresh;
    if (!load_tokens(object, &record->event, error))
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(members); i++)
        if (!load_member(object, &members[i], &record->event, error))
            return FALSE;
    return load_keys(object, record, error);
}
