/* SPDX-License-Identifier: Apache-2.0
 *
 * From a request to a handler and back: the reading connection, the body, and the guards that many
 * handlers share.
 */
#include "ui/api/api_intern.h"

#include "appliance/counter/side.h"

#include <string.h>

#define LIMIT_DEFAULT 50
#define LIMIT_MAX     200

/* ── a call ──────────────────────────────────────────────────────────────────────────────── */

static gboolean is_seat(const char *text)
{
    return text != NULL && strlen(text) == 4 && g_ascii_isdigit(text[0]) &&
           g_ascii_isdigit(text[1]) && g_ascii_isdigit(text[2]) && strncmp(text, "000", 3) != 0 &&
           (text[3] == 'A' || text[3] == 'B');
}

void call_seat(Call *call)
{
    const char *cookie = request_cookie(call->request, SEAT_COOKIE);
    const char *seat = is_seat(cookie) ? cookie : "001A";

    g_strlcpy(call->window, seat, sizeof call->window);
    g_strlcpy(call->post, seat + 3, sizeof call->post);
    g_snprintf(call->station, sizeof call->station, "window:%s", call->window);
}

static void call_begin(Call *call, Api *api, Request *request)
{
    gint64 now_us = clock_now_us(store_clock(api->options.store));

    *call = (Call){.api = api,
                   .request = request,
                   .session = session_of(request),
                   .lang = request_lang(request),
                   .today = day_of_instant(now_us, HOUSE_OFFSET_S),
                   .minute = day_minute_of_instant(now_us, HOUSE_OFFSET_S)};
    call->actor.actor = call->session != NULL ? session_person(call->session) : "nobody";
    call_seat(call);
    call->actor.station = call->station;
}

static void call_end(Call *call)
{
    readers_give(call->api->readers, call->reader);
    g_clear_pointer(&call->body, json_decref);
}

/* The operation's body, held against its schema. */
static gboolean read_body(Call *call, const ApiRow *row, GError **error)
{
    g_autofree char *method = g_ascii_strdown(http_method_name(row->method), -1);
    const json_t *wanted =
        schema_body(call->api->schema, method, row->pattern + strlen(API_PREFIX));

    if (wanted == NULL)
        return TRUE;
    call->body = request_json(call->request, error);
    return call->body != NULL && schema_check(call->api->schema, wanted, call->body, error);
}

Response *call_run(Request *request, void *context, GError **error)
{
    Api *api = context;
    const ApiRow *row = &api_rows[request_route(request) - api->routes];
    Response *response = NULL;
    Call call;

    call_begin(&call, api, request);
    call.reader = readers_take(api->readers, error);
    if (call.reader != NULL && ((row->flags & ROUTE_STREAM) != 0 || read_body(&call, row, error)))
        response = row->run(&call, error);
    call_end(&call);
    if (row->method != HTTP_GET) {
        answers_forget(api->answers);
        feed_wake(api->feed);
    }
    return response;
}

guint32 call_roles(const Call *call)
{
    return call->session != NULL ? session_roles(call->session) : 0;
}

/* ── parameters ──────────────────────────────────────────────────────────────────────────── */

char *call_case(Call *call, json_t **row, GError **error)
{
    g_autofree char *number = case_read_number(request_param(call->request, "number"), error);
    g_autoptr(json_t) found = number != NULL ? case_row(call->reader, number, error) : NULL;

    if (found == NULL)
        return NULL;
    if (row != NULL)
        *row = g_steal_pointer(&found);
    return g_steal_pointer(&number);
}

json_t *call_side(Call *call, SideName *name, GError **error)
{
    return call_side_named(call, request_param(call->request, "id"), name, error);
}

json_t *call_side_named(Call *call, const char *id, SideName *name, GError **error)
{
    g_autoptr(GError) why = NULL;
    json_t *side;

    if (!side_name_parse(id, name, error))
        return NULL;
    side = catalog_side(call->reader, name->batch, name->sheet, (const char[]){name->side, '\0'},
                        &why);
    if (side == NULL && why == NULL)
        error_set(error, ERROR_NOT_FOUND, "side %s", id);
    else if (side == NULL)
        g_propagate_error(error, g_steal_pointer(&why));
    return side;
}

gboolean call_limit(Call *call, gint64 *limit, GError **error)
{
    const char *text = request_query(call->request, "limit");
    guint64 value;

    *limit = LIMIT_DEFAULT;
    if (text == NULL)
        return TRUE;
    if (!g_ascii_string_to_unsigned(text, 10, 1, LIMIT_MAX, &value, NULL))
        return error_set(error, ERROR_INVALID, "limit '%s': 1 to %d", text, LIMIT_MAX);
    *limit = (gint64)value;
    return TRUE;
}

gboolean call_flag(Call *call, const char *name)
{
    return g_strcmp0(request_query(call->request, name), "true") == 0;
}

/* ── edits ───────────────────────────────────────────────────────────────────────────────── */

static pthread_mutex_t *edit_lock(Call *call, const char *number)
{
    return &call->api->edits[g_str_hash(number) % EDIT_LOCKS];
}

/* "<version>"; -1 where it is none. */
static gint64 version_of_tag(const char *tag)
{
    guint64 version;
    g_auto(GStrv) parts = g_strsplit(tag, "\"", 0);

    return g_strv_length(parts) == 3 && *parts[0] == '\0' && *parts[2] == '\0' &&
                   g_ascii_string_to_unsigned(parts[1], 10, 0, G_MAXINT64, &version, NULL)
               ? (gint64)version
               : -1;
}

/* Whoever acts while her own pages run in has seen all that she can have seen. */
static gboolean is_current(Call *call, const char *number, GError **error)
{
    const char *seen = request_header(call->request, "If-Match");
    g_autoptr(json_t) row = NULL;
    gint64 version, seen_version;
    gboolean edited;

    if (seen == NULL || strcmp(seen, "*") == 0)
        return TRUE;
    row = case_row(call->reader, number, error);
    if (row == NULL)
        return FALSE;
    version = json_int(row, "version", 0);
    seen_version = version_of_tag(seen);
    if (seen_version == version)
        return TRUE;
    if (!catalog_is_edited(call->reader, number, seen_version, &edited, error))
        return FALSE;
    return (!edited && seen_version >= 0 && seen_version < version) ||
           error_set(error, ERROR_STALE, "version \"%" G_GINT64_FORMAT "\", asked for %.40s",
                     version, seen);
}

gboolean call_edit_begin(Call *call, const char *number, GError **error)
{
    pthread_mutex_lock(edit_lock(call, number));
    if (is_current(call, number, error))
        return TRUE;
    pthread_mutex_unlock(edit_lock(call, number));
    return FALSE;
}

void call_edit_end(Call *call, const char *number)
{
    pthread_mutex_unlock(edit_lock(call, number));
}

/* ── who sees what ───────────────────────────────────────────────────────────────────────── */

/* A clerk handles what is not ended; all others name a reason first. */
gboolean call_sees(Call *call, const json_t *row)
{
    gint64 now_us = clock_now_us(store_clock(call->api->options.store));

    if (call->session == NULL)
        return FALSE;
    if ((call_roles(call) & ROLE_CLERK) != 0 && json_text(row, "ended_at") == NULL &&
        json_text(row, "filed_at") == NULL)
        return TRUE;
    return session_may_look(call->session, json_text(row, "number"), now_us);
}

char *call_second(Call *call, guint32 roles, GError **error)
{
    const json_t *second = json_object_get(call->body, "second");
    g_autofree char *person = NULL;

    if (second == NULL) {
        error_set(error, ERROR_SECOND_PERSON, "second: who and secret are needed");
        return NULL;
    }
    person = sessions_confirm(call->api->options.sessions,
                              &(SignOn){json_text(second, "who"), json_text(second, "secret"),
                                        request_address(call->request)},
                              roles, error);
    if (person != NULL && strcmp(person, call->actor.actor) == 0) {
        error_set(error, ERROR_SECOND_PERSON, "another person is needed");
        return NULL;
    }
    return g_steal_pointer(&person);
}

const char *call_said(json_t *notes, const char *slot, const char *what)
{
    gsize i;
    json_t *note;

    json_array_foreach(notes, i, note)
    {
        if (strcmp(json_text(note, "slot"), slot) == 0 &&
            strcmp(json_text(note, "what"), what) == 0)
            return json_text(note, "value");
    }
    return "";
}

const char *call_words(const Call *call, const char *zh, const char *en)
{
    return call->lang == LANG_ZH ? zh : en;
}

/* ── answers ─────────────────────────────────────────────────────────────────────────────── */

Response *call_json(guint status, json_t *value)
{
    g_autoptr(json_t) owned = value;

    return response_json(status, owned);
}

void period_init(Period *period, Day from, Day to)
{
    period->from = clock_format(day_instant(from, 0, HOUSE_OFFSET_S));
    period->to = clock_format(day_instant(to + 1, 0, HOUSE_OFFSET_S));
}

void period_clear(Period *period)
{
    g_clear_pointer(&period->from, g_free);
    g_clear_pointer(&period->to, g_free);
}
