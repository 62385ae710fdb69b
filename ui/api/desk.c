/* SPDX-License-Identifier: Apache-2.0
 *
 * What the frame of the screens asks: who is signed on, the lights, the events, the items.
 */
#include "storage/scrub.h"
#include "ui/api/printing.h"

#include <string.h>

#define SEAT_DAYS       400 /* browsers keep no cookie longer */
#define DISK_LOW_BYTES  (G_GUINT64_CONSTANT(2) * 1024 * 1024 * 1024)
#define DISK_FULL_BYTES (G_GUINT64_CONSTANT(512) * 1024 * 1024)

/* ── session ─────────────────────────────────────────────────────────────────────────────── */

Response *get_session(Call *call, GError **error)
{
    const Profile *profile = house_profile(call->api->house, call->reader, error);

    if (profile == NULL)
        return NULL;
    return call_json(200,
                     json_pack("{s:s, s:s, s:o, s:s, s:s, s:s, s:s, s:s}", "person",
                               session_person(call->session), "name", session_name(call->session),
                               "roles", roles_json(call_roles(call)), "csrf",
                               session_csrf(call->session), "hall", profile->name, "window",
                               call->window, "post", call->post, "version", ANJUAN_VERSION));
}

/* The seat stays with the browser, whoever sits there; the post ends with the session. */
static void set_seat(Response *response, const Call *call, const char *post)
{
    g_autofree char *cookie =
        g_strdup_printf(SEAT_COOKIE "=%s%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%d",
                        call->window, post, SEAT_DAYS * 24 * 3600);

    response_header(response, "Set-Cookie", cookie);
}

/* Somebody takes a window, or its other post (A岗, B岗). */
Response *patch_session(Call *call, GError **error)
{
    const char *window = json_text(call->body, "window"), *post = json_text(call->body, "post");
    Response *response;

    if (window != NULL && strcmp(window, "000") == 0) {
        error_set(error, ERROR_INVALID, "window: 001 to 999");
        return NULL;
    }
    if (window != NULL)
        g_strlcpy(call->window, window, sizeof call->window);
    if (post != NULL)
        g_strlcpy(call->post, post, sizeof call->post);
    g_snprintf(call->station, sizeof call->station, "window:%s", call->window);
    if (!edit_seat(call->api->house, &call->actor, call->window, call->post, error))
        return NULL;
    response = get_session(call, error);
    if (response != NULL)
        set_seat(response, call, call->post);
    return response;
}

Response *delete_session(Call *call, GError **error)
{
    g_autofree char *cookie = sessions_sign_off(call->api->options.sessions, call->request, error);
    Response *response;

    if (cookie == NULL)
        return NULL;
    response = response_empty(204);
    response_header(response, "Set-Cookie", cookie);
    set_seat(response, call, "A");
    /* Over TLS and on this machine browsers do it; answers are no-store in any case. */
    response_header(response, "Clear-Site-Data", "\"cache\", \"storage\"");
    return response;
}

/* ── status ──────────────────────────────────────────────────────────────────────────────── */

static json_t *store_status(const Call *call, GError **error)
{
    ScrubState scrub;
    guint64 free_bytes;

    if (!file_free_bytes(store_folder(call->api->options.store), &free_bytes, error) ||
        !scrub_state(call->api->options.local, &scrub, error))
        return NULL;
    return json_pack("{s:s, s:I, s:n}", "light",
                     scrub.errors > 0 || free_bytes < DISK_FULL_BYTES ? "needs-you"
                     : free_bytes < DISK_LOW_BYTES                    ? "waiting"
                                                                      : "fine",
                     "free_bytes", (json_int_t)free_bytes, "days_left");
}

static json_t *clock_status(const Call *call)
{
    Trust trust = clock_trust(store_clock(call->api->options.store));

    return json_pack("{s:s, s:s}", "light", trust == TRUST_UNKNOWN ? "waiting" : "fine", "trust",
                     trust_token(trust));
}

Response *get_status(Call *call, GError **error)
{
    g_autofree char *now = clock_format(clock_now_us(store_clock(call->api->options.store)));
    g_autoptr(json_t) store = store_status(call, error);
    g_autoptr(json_t) stacks = store != NULL ? catalog_tray_stacks(call->reader, error) : NULL;
    g_autoptr(json_t) printer = stacks != NULL ? print_light(call, error) : NULL;
    gint64 seq;

    if (printer == NULL || !catalog_newest_seq(call->reader, &seq, error))
        return NULL;
    return call_json(200, json_pack("{s:I, s:s, s:o, s:O, s:{s:i}, s:o, s:O, s:i}", "seq",
                                    (json_int_t)seq, "now", now, "scanner",
                                    scan_light(call->api->scans, call->lang), "printer", printer,
                                    "outbox", "waiting", 0, "clock", clock_status(call), "store",
                                    store, "tray", (int)json_array_size(stacks)));
}

Response *get_events(Call *call, GError **error)
{
    const char *text = request_query(call->request, "after");
    g_autofree char *seat = g_strconcat(call->window, call->post, NULL);
    guint64 after = 0;
    Response *response;

    if (text != NULL && !g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT64, &after, NULL)) {
        error_set(error, ERROR_INVALID, "after '%.40s': a sequence", text);
        return NULL;
    }
    response = response_events(call->api->hub, text != NULL ? (gint64)after : -1);
    response_events_place(response, seat);
    return response;
}

/* ── items ───────────────────────────────────────────────────────────────────────────────── */

static json_t *promised_days(const Item *item)
{
    const ClockProfile *clock = item->clocks[CLOCK_DECIDE];

    return clock != NULL && clock->unit == UNIT_WORKDAY && clock->promised != CLOCK_NO_LIMIT
               ? json_integer(clock->promised)
               : json_null();
}

static json_t *item_head(Call *call, const Item *item, GError **error)
{
    const Department *department =
        house_department(call->api->house, call->reader, item->department, error);

    if (department == NULL)
        return NULL;
    return json_pack("{s:s, s:s, s:s, s:s, s:o}", "code", item->code, "number", item->code, "name",
                     item->name, "department", department->name, "promised_days",
                     promised_days(item));
}

static json_t *item_row(Call *call, const char *code, GError **error)
{
    g_autofree char *digest = NULL;
    const Item *item =
        house_item_on(call->api->house, call->reader, code, call->today, &digest, error);
    json_t *row = item != NULL ? item_head(call, item, error) : NULL;

    if (row != NULL)
        json_object_set_new(row, "slots", json_integer(item->slots->len));
    return row;
}

static gboolean is_asked_for(const json_t *row, const char *q)
{
    return q == NULL || *q == '\0' || strstr(json_text(row, "name"), q) != NULL ||
           strstr(json_text(row, "code"), q) != NULL;
}

Response *get_items(Call *call, GError **error)
{
    const char *q = request_query(call->request, "q");
    g_autoptr(json_t) rows = catalog_definitions(call->reader, "item", error);
    g_autoptr(json_t) items = json_array();
    gsize i;
    json_t *row;

    if (rows == NULL)
        return NULL;
    json_array_foreach(rows, i, row)
    {
        g_autoptr(GError) why = NULL;
        json_t *item = is_asked_for(row, q) ? item_row(call, json_text(row, "code"), &why) : NULL;

        if (item != NULL)
            json_array_append_new(items, item);
        else if (why != NULL && error_code(why) != ERROR_NO_ITEM) {
            g_propagate_error(error, g_steal_pointer(&why));
            return NULL;
        }
    }
    return call_json(200, json_pack("{s:O}", "items", items));
}

static json_t *slot_json(const ItemSlot *slot)
{
    static const char *const needs[] = {"required", "optional", "conditional"};
    json_t *shown = json_pack(
        "{s:s, s:s, s:b, s:s, s:s?, s:b, s:i, s:i, s:i, s:b, s:b, s:s?}", "code", slot->code,
        "name", slot->name, "main", slot->role == ROLE_MAIN, "need", needs[slot->need], "condition",
        slot->when, "tolerable", slot->tolerable, "originals", (int)slot->originals, "copies",
        (int)slot->copies, "pages_min", (int)slot->pages_min, "kept", slot->keep == KEEP_KEPT,
        "flatbed", slot->path != PATH_FEEDER, "advice", slot->bring);

    json_object_set_new(shown, "pages_max",
                        slot->pages_max > 0 ? json_integer(slot->pages_max) : json_null());
    return shown;
}

static json_t *field_json(const ItemField *field)
{
    return json_pack("{s:s, s:s, s:b, s:s?}", "name", field->code, "label", field->name, "required",
                     field->required, "norm",
                     field->norm != NORM_TEXT ? field_norm_token(field->norm) : NULL);
}

static void item_lists(json_t *shown, const Item *item)
{
    json_t *law = json_array(), *fields = json_array(), *slots = json_array();

    for (char **line = item->law; line != NULL && *line != NULL; line++)
        json_array_append_new(law, json_string(*line));
    for (guint i = 0; i < item->fields->len; i++)
        json_array_append_new(fields, field_json(g_ptr_array_index(item->fields, i)));
    for (guint i = 0; i < item->slots->len; i++)
        json_array_append_new(slots, slot_json(g_ptr_array_index(item->slots, i)));
    json_object_set_new(shown, "law", law);
    json_object_set_new(shown, "fields", fields);
    json_object_set_new(shown, "slots", slots);
}

Response *get_item(Call *call, GError **error)
{
    g_autofree char *digest = NULL;
    const Item *item =
        house_item_on(call->api->house, call->reader, request_param(call->request, "code"),
                      call->today, &digest, error);
    json_t *shown = item != NULL ? item_head(call, item, error) : NULL;

    if (shown == NULL)
        return NULL;
    item_lists(shown, item);
    return call_json(200, shown);
}

Response *post_item(Call *call, GError **error)
{
    GBytes *body = request_body(call->request);
    g_autofree char *code = NULL, *digest = NULL;
    const Item *item;
    json_t *shown;

    if (!house_import_item(call->api->house, &call->actor, g_bytes_get_data(body, NULL),
                           g_bytes_get_size(body), "item", &code, error))
        return NULL;
    item = house_item_on(call->api->house, call->reader, code, call->today, &digest, error);
    shown = item != NULL ? item_head(call, item, error) : NULL;
    if (shown == NULL)
        return NULL;
    item_lists(shown, item);
    return call_json(201, shown);
}

/* ── calendar ────────────────────────────────────────────────────────────────────────────── */

Response *get_calendar(Call *call, GError **error)
{
    const Calendar *calendar = house_calendar(call->api->house, call->reader, error);
    json_t *years = json_array();
    g_autofree char *until = NULL;
    guint last;
    int days = 0;

    if (calendar == NULL) {
        json_decref(years);
        return NULL;
    }
    last = calendar_last_year(calendar);
    for (guint year = 2000; year <= last; year++)
        if (calendar_is_loaded(calendar, year))
            json_array_append_new(years, json_integer(year));
    for (Day day = day_of(2000, 1, 1); last > 0 && day <= day_of(last, 12, 31); day++)
        days += calendar_name(calendar, day) != NULL;
    until = day_format(day_of(last > 0 ? last : 2000, 12, 31));
    return call_json(200,
                     json_pack("{s:o, s:s, s:i}", "years", years, "until", until, "days", days));
}

Response *put_calendar(Call *call, GError **error)
{
    GBytes *body = request_body(call->request);

    if (g_bytes_get_size(body) == 0) {
        error_set(error, ERROR_INVALID, "a table with the header date,kind,name,source");
        return NULL;
    }
    if (!house_import_calendar(call->api->house, &call->actor, g_bytes_get_data(body, NULL),
                               g_bytes_get_size(body), "calendar", error))
        return NULL;
    return get_calendar(call, error);
}

/* ── diagnostics ─────────────────────────────────────────────────────────────────────────── */

/* Nothing of a case, no name, no path of a person: what may leave the house. */
Response *get_diagnostics(Call *call, GError **error)
{
    const Api *api = call->api;
    const Clock *clock = store_clock(api->options.store);
    g_autofree char *now = clock_format(clock_now_us(clock));
    g_autoptr(GString) text = g_string_new(NULL);
    guint64 free_bytes;
    gint64 seq;

    if (!catalog_newest_seq(call->reader, &seq, error) ||
        !file_free_bytes(store_folder(api->options.store), &free_bytes, error))
        return NULL;
    g_string_append_printf(text, "anjuan %s\nnow %s (%s)\n", ANJUAN_VERSION, now,
                           trust_token(clock_trust(clock)));
    g_string_append_printf(text, "running %" G_GINT64_FORMAT " s\nrecords %" G_GINT64_FORMAT "\n",
                           (clock_now_us(clock) - api->began_us) / G_USEC_PER_SEC, seq + 1);
    g_string_append_printf(text, "free %" G_GUINT64_FORMAT " bytes\nscreens %u\nscanners %u\n",
                           free_bytes, event_hub_streams(api->hub),
                           api->options.devices != NULL ? api->options.devices->len : 0);
    return response_text(200, "text/plain; charset=utf-8", text->str);
}
