/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/http/people.h"

#include "appliance/base/text.h"

#include <string.h>

#define NUMBER_DIGITS 6

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
    if (!person_name_check(text != NULL ? text : "", error))
        return FALSE;
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

/* What `changed` makes a record of; whose session shows an older state ends. */
static gboolean store(const People *people, const LocalPerson *person, const char *what,
                      GError **error)
{
    if (!local_person_put(people->local, person, error))
        return FALSE;
    sessions_forget(people->sessions, person->number);
    return people->changed(people->context, person, what, error);
}

typedef struct {
    json_t *list;
} Listing;

static void list_person(void *taker, const LocalPerson *person)
{
    json_array_append_new(((Listing *)taker)->list, person_json(person));
}

/* ── rules ───────────────────────────────────────────────────────────────────────────────── */

gboolean person_name_check(const char *name, GError **error)
{
    return (*name != '\0' && g_utf8_strlen(name, -1) <= PERSON_NAME_CHARS_MAX) ||
           error_set(error, ERROR_INVALID, "name has 1 to %d characters", PERSON_NAME_CHARS_MAX);
}

char *person_number(Local *local, const char *wanted, GError **error)
{
    g_auto(LocalPerson) taken = {0};

    if (wanted == NULL)
        return local_person_next(local, error);
    if (strlen(wanted) != NUMBER_DIGITS || !text_is_digits(wanted))
        error_set(error, ERROR_INVALID, "number has %d digits", NUMBER_DIGITS);
    else if (local_person_get(local, wanted, &taken, NULL))
        error_set(error, ERROR_RULE, "number %s: somebody has it", wanted);
    else
        return g_strdup(wanted);
    return NULL;
}

gboolean person_keeps_admin(Local *local, const LocalPerson *person, GError **error)
{
    guint others = 0;

    if (person->active && (person->roles & ROLE_ADMIN) != 0)
        return TRUE;
    return local_person_count(local, ROLE_ADMIN, person->number, &others, error) &&
           (others > 0 || error_set(error, ERROR_RULE, "this is the last administrator"));
}

/* ── operations ──────────────────────────────────────────────────────────────────────────── */

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
    person.number = person_number(people->local, json_text(body, "number"), error);
    if (person.number == NULL ||
        !sessions_secret_set(people->sessions, person.number, secret, error) ||
        !store(people, &person, "add", error))
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
    if (!person_keeps_admin(people->local, &person, error) ||
        !store(people, &person, "change", error))
        return NULL;
    return person_response(200, &person);
}

/* One's own needs the old one; another's, the administrator. */
static gboolean may_set(const People *people, Request *request, const char *old, GError **error)
{
    const char *number = request_param(request, "user");
    const Session *session = session_of(request);
    SignOn proof = {number, old, request_address(request)};
    g_autofree char *proven = NULL;

    if (strcmp(number, session_person(session)) != 0)
        return (session_roles(session) & ROLE_ADMIN) != 0 ||
               error_set(error, ERROR_FORBIDDEN, "the PIN of another person");
    if (old == NULL)
        return error_set(error, ERROR_INVALID, "old: one's own needs the old one");
    proven = sessions_confirm(people->sessions, &proof, ROLES_ALL, error);
    return proven != NULL;
}

Response *people_secret(const People *people, Request *request, GError **error)
{
    static const char *const known[] = {"secret", "old", NULL};
    g_autoptr(json_t) body = request_json(request, error);
    g_auto(LocalPerson) person = {0};

    if (body == NULL || !only_members(body, known, error) ||
        !may_set(people, request, json_text(body, "old"), error))
        return NULL;
    if (json_text(body, "secret") == NULL) {
        error_set(error, ERROR_INVALID, "secret is needed");
        return NULL;
    }
    if (!local_person_get(people->local, request_param(request, "user"), &person, error) ||
        !sessions_secret_set(people->sessions, person.number, json_text(body, "secret"), error) ||
        !people->changed(people->context, &person, "secret", error))
        return NULL;
    return response_empty(204);
}
