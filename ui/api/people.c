/* SPDX-License-Identifier: Apache-2.0
 *
 * People and devices of this machine.
 */
#include "ui/api/guns.h"
#include "ui/api/printing.h"

#include <stdlib.h>
#include <string.h>

/* ── people ──────────────────────────────────────────────────────────────────────────────── */

static json_t *show_person(const LocalPerson *person)
{
    g_autofree char *badge = session_badge(person->number);
    json_t *roles = json_array();

    for (guint32 role = ROLE_CLERK; role <= ROLE_ADMIN; role <<= 1)
        if ((person->roles & role) != 0)
            json_array_append_new(roles, json_string(role_token(role)));
    return json_pack("{s:s, s:s, s:o, s:b, s:s}", "number", person->number, "name", person->name,
                     "roles", roles, "active", person->active, "badge", badge);
}

static void list_person(void *taker, const LocalPerson *person)
{
    json_array_append_new(taker, show_person(person));
}

Response *get_users(Call *call, GError **error)
{
    g_autoptr(json_t) list = json_array();

    if (!local_person_list(call->api->options.local, list_person, list, error))
        return NULL;
    return call_json(200, json_pack("{s:O}", "users", list));
}

static guint32 roles_of(const json_t *tokens)
{
    guint32 roles = 0;
    gsize i;
    json_t *token;

    json_array_foreach((json_t *)tokens, i, token)
    {
        roles |= role_parse(json_string_value(token));
    }
    return roles;
}

static void note_highest(void *taker, const LocalPerson *person)
{
    guint *highest = taker;

    *highest = MAX(*highest, (guint)strtoul(person->number, NULL, 10));
}

/* The number given, if nobody has it; else the next free one. */
static char *number_for(Call *call, GError **error)
{
    const char *given = json_text(call->body, "number");
    g_auto(LocalPerson) other = {0};
    guint highest = 0;

    if (given != NULL) {
        if (!local_person_get(call->api->options.local, given, &other, NULL))
            return g_strdup(given);
        error_set(error, ERROR_INVALID, "number %s: somebody has it", given);
        return NULL;
    }
    if (!local_person_list(call->api->options.local, note_highest, &highest, error))
        return NULL;
    return g_strdup_printf("%06u", highest + 1);
}

static gboolean check_name(const char *name, GError **error)
{
    return (*name != '\0' && g_utf8_strlen(name, -1) <= 50) ||
           error_set(error, ERROR_INVALID, "name: 1 to 50 characters");
}

Response *post_user(Call *call, GError **error)
{
    const char *secret = json_text(call->body, "secret");
    g_auto(LocalPerson) person = {.name = g_strdup(json_text(call->body, "name")),
                                  .roles = roles_of(json_object_get(call->body, "roles")),
                                  .active = TRUE};
    Sessions *sessions = call->api->options.sessions;

    if (!check_name(person.name, error))
        return NULL;
    if (g_utf8_strlen(secret, -1) < SESSION_SECRET_MIN) {
        error_set(error, ERROR_INVALID, "secret: at least %d characters", SESSION_SECRET_MIN);
        return NULL;
    }
    person.number = number_for(call, error);
    if (person.number == NULL || !local_person_put(call->api->options.local, &person, error) ||
        !sessions_secret_set(sessions, person.number, secret, error))
        return NULL;
    return call_json(201, show_person(&person));
}

static gboolean change(Call *call, LocalPerson *person, GError **error)
{
    const char *name = json_text(call->body, "name");
    const json_t *roles = json_object_get(call->body, "roles");
    const json_t *active = json_object_get(call->body, "active");

    if (name != NULL && !check_name(name, error))
        return FALSE;
    if (name != NULL) {
        g_free(person->name);
        person->name = g_strdup(name);
    }
    if (roles != NULL)
        person->roles = roles_of(roles);
    if (active != NULL)
        person->active = json_is_true(active);
    if (strcmp(person->number, call->actor.actor) == 0 &&
        (!person->active || (person->roles & ROLE_ADMIN) == 0))
        return error_set(error, ERROR_RULE, "nobody takes the administration from herself");
    return local_person_put(call->api->options.local, person, error);
}

Response *patch_user(Call *call, GError **error)
{
    g_auto(LocalPerson) person = {0};

    if (!local_person_get(call->api->options.local, request_param(call->request, "user"), &person,
                          error) ||
        !change(call, &person, error))
        return NULL;
    sessions_forget(call->api->options.sessions, person.number);
    return call_json(200, show_person(&person));
}

/* One's own needs the old one; another's, the administrator. */
static gboolean may_set(Call *call, const char *number, GError **error)
{
    const char *old = json_text(call->body, "old");
    g_autofree char *person = NULL;

    if (strcmp(number, call->actor.actor) != 0)
        return (call_roles(call) & ROLE_ADMIN) != 0 ||
               error_set(error, ERROR_FORBIDDEN, "the PIN of another person");
    if (old == NULL)
        return error_set(error, ERROR_INVALID, "old: one's own needs the old one");
    person =
        sessions_confirm(call->api->options.sessions,
                         &(SignOn){number, old, request_address(call->request)}, ROLES_ALL, error);
    return person != NULL;
}

Response *post_user_secret(Call *call, GError **error)
{
    const char *number = request_param(call->request, "user");
    g_auto(LocalPerson) person = {0};

    if (!may_set(call, number, error) ||
        !local_person_get(call->api->options.local, number, &person, error) ||
        !sessions_secret_set(call->api->options.sessions, person.number,
                             json_text(call->body, "secret"), error))
        return NULL;
    return response_empty(204);
}

/* ── devices ─────────────────────────────────────────────────────────────────────────────── */

static json_t *features_json(guint features)
{
    static const struct {
        guint bit;
        const char *token;
    } known[] = {{SCANNER_HAS_FEEDER, "feeder"},
                 {SCANNER_HAS_DUPLEX, "duplex"},
                 {SCANNER_HAS_STILL, "flatbed"},
                 {SCANNER_HAS_COUNTER, "counter"},
                 {SCANNER_HAS_DOUBLE_FEED, "double-feed"},
                 {SCANNER_HAS_PAPER_PRESENT, "paper-present"},
                 {SCANNER_HAS_BUTTON, "button"}};
    json_t *list = json_array();

    for (gsize i = 0; i < G_N_ELEMENTS(known); i++)
        if ((features & known[i].bit) != 0)
            json_array_append_new(list, json_string(known[i].token));
    json_array_append_new(list, json_string("test"));
    return list;
}

/* A device that scans is not asked: it is busy with paper. */
static json_t *show_device(Call *call, const char *name, gboolean first)
{
    const char *colon = strchr(name, ':');
    g_autofree char *driver = g_strndup(name, colon != NULL ? (gsize)(colon - name) : strlen(name));
    gboolean busy = scan_is_busy(call->api->scans, name);
    g_autoptr(GError) why = NULL;
    g_autoptr(Device) device = busy ? NULL : device_open(name, &why);
    g_autofree char *sentence = why != NULL ? error_sentence(why, call->lang) : NULL;
    const char *serial = device != NULL ? device_info(device)->serial : NULL;
    const char *text = busy             ? call_words(call, "扫描中", "scanning")
                       : device != NULL ? call_words(call, "就绪", "ready")
                                        : sentence;

    return json_pack("{s:s, s:s, s:s, s:s?, s:s, s:s, s:b, s:i, s:o}", "name", name, "kind",
                     "scanner", "driver", driver, "serial",
                     serial != NULL && *serial != '\0' ? serial : NULL, "light",
                     busy             ? "waiting"
                     : device != NULL ? "fine"
                                      : "needs-you",
                     "text", text, "default", first, "today", 0, "can",
                     features_json(device != NULL ? device_capabilities(device)->features : 0));
}

Response *get_devices(Call *call, GError **error G_GNUC_UNUSED)
{
    const GPtrArray *devices = call->api->options.devices;
    json_t *list = json_array(), *printer = print_device(call);

    for (guint i = 0; devices != NULL && i < devices->len; i++)
        json_array_append_new(list, show_device(call, g_ptr_array_index(devices, i), i == 0));
    gun_devices(call, list);
    if (printer != NULL)
        json_array_append_new(list, printer);
    return call_json(200, json_pack("{s:o}", "devices", list));
}

static gboolean is_configured(const Call *call, const char *name)
{
    const GPtrArray *devices = call->api->options.devices;

    for (guint i = 0; devices != NULL && i < devices->len; i++)
        if (strcmp(g_ptr_array_index(devices, i), name) == 0)
            return TRUE;
    return FALSE;
}

/* Opens the device and asks how it is; what is wrong is an answer, no error. */
Response *post_device_test(Call *call, GError **error)
{
    const char *name = request_param(call->request, "device");
    g_autoptr(Device) device = NULL;
    g_autoptr(GError) why = NULL;
    g_autofree char *sentence = NULL;
    json_t *gun = gun_test(call, name);
    ScannerStatus status = {0};
    gboolean good;

    if (gun != NULL)
        return call_json(200, gun);
    if (!is_configured(call, name)) {
        error_set(error, ERROR_NO_DEVICE, "%s", name);
        return NULL;
    }
    if (scan_is_busy(call->api->scans, name)) {
        error_set(error, ERROR_BUSY, "%s is scanning", name);
        return NULL;
    }
    device = device_open(name, &why);
    good = device != NULL && device_status(device, &status, &why) &&
           (status.reason == SCANNER_OK || status.reason == SCANNER_EMPTY);
    if (why != NULL)
        sentence = error_sentence(why, call->lang);
    else if (!good)
        sentence = g_strdup(error_text(scanner_reason_code(status.reason), call->lang));
    return call_json(200,
                     json_pack("{s:b, s:s}", "good", good, "text",
                               sentence != NULL ? sentence
                                                : call_words(call, "设备有应答, 一切正常",
                                                             "the device answers and is well")));
}
