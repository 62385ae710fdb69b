/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/http/people.h"

#include "appliance/base/text.h"

#include <string.h>

#define NUMBER_DIGITS  6
#define NUMBER_MAX     999999
#define NAME_CHARS_MAX 100

static json_t *roles_json(guint32 roles)
{
    json_t *list = json_array();

    for (guint i = 0; i < 32; i++)
        if ((roles & (1U << i)) != 0 && role_token(1U << i) != NULL)
            json_array_append_new(list, json_string(role_token(1U << i)));
    return list;
}

static json_t *person_json(const LocalPerson *person)
{
    g_autofree char *badge = session_badge(person->number);
    json_t *object = json_object();

    json_object_set_new(object, "number", json_string(person->number));
    json_object_set_new(object, "name", json_string(person->name));
    json_object_set_new(object, "roles", roles_json(person->roles));
    json_object_set_new(object, "active", json_boolean(person->active));
    json_object_set_new(object, "badge", json_string(badge));
    return object;
}

static Response *person_response(guint status, const LocalPerson *person)
{
    g_autoptr(json_t) object = person_json(person);

    return response_json(status, object);
}

static gboolean only_members(const json_t *body, const char *const *known, GError **error)
{
    const char *key;
    json_t *value;

    json_object_foreach(
        (json_t *)body, key,
        value) if (!g_strv_contains(known, key)) return error_set(error, ERROR_INVALID,
                                                                  "%s is not known here", key);
    return TRUE;
}

static gboolean read_name(const json_t *body, char **name, GError **error)
{
    const char *text = json_text(body, "name");

    if (json_object_get(body, "name") == NULL)
        return TRUE;
    if (text == NULL || *text == '\0' || g_utf8_strlen(text, -1) > NAME_CHARS_MAX)
        return error_set(error, ERROR_INVALID, "name has 1 to %d characters", NAME_CHARS_MAX);
    g_free(*name);
    *name = g_strdup(text);
    return TRUE;
}

static gboolean read_roles(const json_t *body, guint32 *roles, GError **error)
{
    const json_t *list = json_object_get(body, "roles");
    guint32 bits = 0;

    if (list == NULL)
        return TRUE;
    for (gsize i = 0; i < json_array_size(list); i++) {
        const char *token = json_string_value(json_array_get(list, i));
        guint32 bit = token != NULL ? role_parse(token) : 0;

        if (bit == 0)
            return error_set(error, ERROR_INVALID, "roles: %s", token != NULL ? token : "no text");
        bits |= bit;
    }
    if (bits == 0)
        return error_set(error, ERROR_INVALID, "roles: at least one");
    *roles = bits;
    return TRUE;
}

typedef struct {
    const char *but; /* number that does not count */
    guint admins;    /* active ones */
    guint64 highest; /* number in use */
} Count;

static void count_person(void *taker, const LocalPerson *person)
{
    Count *count = taker;

    count->highest = MAX(count->highest, g_ascii_strtoull(person->number, NULL, 10));
    if (person->active && (person->roles & ROLE_ADMIN) != 0 &&
        g_strcmp0(person->number, count->but) != 0)
        count->admins++;
}

/* The number asked for, which must be free, or the next one. */
static gboolean choose_number(const People *people, const json_t *body, char **number,
                              GError **error)
{
    const char *wanted = json_text(body, "number");
    g_auto(LocalPerson) taken = {0};
    Count count = {0};

    if (wanted == NULL) {
        if (!local_person_list(people->local, count_person, &count, error))
            return FALSE;
        if (count.highest >= NUMBER_MAX)
            return error_set(error, ERROR_INVALID, "all numbers are used");
        *number = g_strdup_printf("%06" G_GUINT64_FORMAT, count.highest + 1);
        return TRUE;
    }
    if (strlen(wanted) != NUMBER_DIGITS || !text_is_digits(wanted))
        return error_set(error, ERROR_INVALID, "number has %d digits", NUMBER_DIGITS);
    if (local_person_get(people->local, wanted, &taken, NULL))
        return error_set(error, ERROR_INVALID, "number %s is taken", wanted);
    *number = g_strdup(wanted);
    return TRUE;
}

static gboolean store(const People *people, const Request *request, const LocalPerson *person,
                      GError **error)
{
    if (!local_person_put(people->local, person, error))
        return FALSE;
    sessions_forget(people->sessions, person->number);
    if (people->changed != NULL)
        people->changed(people->context, session_person(session_of(request)), person);
    return TRUE;
}

static gboolean keeps_an_admin(const People *people, const LocalPerson *person, GError **error)
{
    Count count = {.but = person->number};

    if (person->active && (person->roles & ROLE_ADMIN) != 0)
        return TRUE;
    if (!local_person_list(people->local, count_person, &count, error))
        return FALSE;
    return count.admins > 0 || error_set(error, ERROR_INVALID, "this is the last administrator");
}

typedef struct {
    json_t *list;
} Listing;

static void list_person(void *taker, const LocalPerson *person)
{
    json_array_append_new(((Listing *)taker)->list, person_json(person));
}

Response *people_session(const Request *request, const Seat *seat)
{
    const Session *session = session_of(request);
    g_autoptr(json_t) body = json_object();

    json_object_set_new(body, "person", json_string(session_person(session)));
    json_object_set_new(body, "name", json_string(session_name(session)));
    json_object_set_new(body, "roles", roles_json(session_roles(session)));
    json_object_set_new(body, "csrf", json_string(session_csrf(session)));
    json_object_set_new(body, "hall", json_string(seat->hall));
    json_object_set_new(body, "window", json_string(seat->window));
    json_object_set_new(body, "post", json_string(seat->post));
    json_object_set_new(body, "version", json_string(ANJUAN_VERSION));
    return response_json(200, body);
}

Response *people_sign_off(const People *people, Request *request, GError **error)
{
    g_autofree char *cookie = sessions_sign_off(people->sessions, request, error);
    Response *response;

    if (cookie == NULL)
        return NULL;
    response = response_empty(204);
    response_header(response, "Set-Cookie", cookie);
    return response;
}

Response *people_list(const People *people, GError **error)
{
    g_autoptr(json_t) body = json_object();
    Listing listing = {json_array()};

    json_object_set_new(body, "users", listing.list);
    if (!local_person_list(people->local, list_person, &listing, error))
        return NULL;
    return response_json(200, body);
}

Response *people_add(const People *people, Request *request, GError **error)
{
    static const char *const known[] = {"number", "name", "roles", "secret", NULL};
    g_autoptr(json_t) body = request_json(request, error);
    g_auto(LocalPerson) person = {.active = TRUE};
    const char *secret;

    if (body == NULL || !only_members(body, known, error) ||
        !read_name(body, &person.name, error) || !read_roles(body, &person.roles, error))
        return NULL;
    secret = json_text(body, "secret");
    if (person.name == NULL || person.roles == 0 || secret == NULL) {
        error_set(error, ERROR_INVALID, "name, roles and secret are needed");
        return NULL;
    }
    /* The secret first: a person without one could never sign on. */
    if (!choose_number(people, body, &person.number, error) ||
        !sessions_secret_set(people->sessions, person.number, secret, error) ||
        !store(people, request, &person, error))
        return NULL;
    return person_response(201, &person);
}

Response *people_change(const People *people, Request *request, GError **error)
{
    static const char *const known[] = {"name", "roles", "active", NULL};
    g_autoptr(json_t) body = request_json(request, error);
    g_auto(LocalPerson) person = {0};

    if (body == NULL || !only_members(body, known, error) ||
        !local_person_get(people->local, request_param(request, "user"), &person, error) ||
        !read_name(body, &person.name, error) || !read_roles(body, &person.roles, error))
        return NULL;
    if (json_object_get(body, "active") != NULL) {
        if (!json_is_boolean(json_object_get(body, "active"))) {
            error_set(error, ERROR_INVALID, "active is true or false");
            return NULL;
        }
        person.active = json_flag(body, "active");
    }
    if (!keeps_an_admin(people, &person, error) || !store(people, request, &person, error))
        return NULL;
    return person_response(200, &person);
}

Response *people_secret(const People *people, Request *request, GError **error)
{
    static const char *const known[] = {"secret", "old", NULL};
    const char *number = request_param(request, "user");
    const Session *session = session_of(request);
    g_autoptr(json_t) body = request_json(request, error);
    g_auto(LocalPerson) person = {0};

    if (body == NULL || !only_members(body, known, error))
        return NULL;
    if ((session_roles(session) & ROLE_ADMIN) == 0) {
        const char *old = json_text(body, "old");
        SignOn proof = {number, old != NULL ? old : "", request_address(request)};
        g_autofree char *proven = NULL;

        if (strcmp(number, session_person(session)) != 0) {
            error_set(error, ERROR_FORBIDDEN, "%s", number);
            return NULL;
        }
        proven = sessions_confirm(people->sessions, &proof, ROLES_ALL, error);
        if (proven == NULL)
            return NULL;
    }
    if (json_text(body, "secret") == NULL) {
        error_set(error, ERROR_INVALID, "secret is needed");
        return NULL;
    }
    if (!local_person_get(people->local, number, &person, error) ||
        !sessions_secret_set(people->sessions, person.number, json_text(body, "secret"), error))
        return NULL;
    return response_empty(204);
}
