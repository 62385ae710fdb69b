/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/http/session.h"

#include "appliance/base/digest.h"
#include "appliance/base/text.h"
#include "ui/http/throttle.h"

#include <pthread.h>
#include <sodium.h>
#include <string.h>

/* Argon2id as OWASP's cheat sheet has it for 19 MiB: a counter machine has 2 cores and little
 * memory, and tries are slowed down besides. */
#define HASH_OPS      2
#define HASH_BYTES    (19U * 1024 * 1024)
#define SEEN_EVERY_US (5 * 60 * (gint64)G_USEC_PER_SEC)
#define RECHECK_US    (2 * (gint64)G_USEC_PER_SEC)
#define ADMIN_NUMBER  "000001"
#define CODE_DIGITS   8
#define WRONG         "number or PIN"

struct Session {
    gatomicrefcount refs;
    char *digest;
    char *csrf;
    gint64 begun_us;
    LocalPerson person;
    pthread_mutex_t lock;
    gint64 seen_us;    /* under lock, as those below */
    gint64 written_us; /* seen_us as local.db has it */
    gint64 checked_us; /* when it was last compared with local.db */
    GHashTable *looks; /* case number → gint64* until */
};

struct Sessions {
    SessionsOptions options;
    pthread_mutex_t lock;
    GHashTable *by_digest; /* char* → Session* */
    Throttle *by_address;
    char *first_run_code;
    pthread_mutex_t hashing; /* one Argon2 at a time: its memory is the machine's */
};

static Session *session_ref(Session *session)
{
    g_atomic_ref_count_inc(&session->refs);
    return session;
}

static void session_unref(gpointer data)
{
    Session *session = data;

    if (!g_atomic_ref_count_dec(&session->refs))
        return;
    g_free(session->digest);
    g_free(session->csrf);
    local_person_clear(&session->person);
    g_hash_table_unref(session->looks);
    pthread_mutex_destroy(&session->lock);
    g_free(session);
}

static Session *session_new(LocalSession *stored, LocalPerson *person)
{
    Session *session = g_new0(Session, 1);

    g_atomic_ref_count_init(&session->refs);
    session->digest = g_strdup(stored->digest);
    session->csrf = g_strdup(stored->csrf);
    session->begun_us = stored->begun_us;
    session->seen_us = session->written_us = stored->seen_us;
    session->person = *person;
    *person = (LocalPerson){0};
    session->looks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    pthread_mutex_init(&session->lock, NULL);
    return session;
}

static gint64 now_us(const Sessions *sessions)
{
    return clock_now_us(&sessions->options.clock);
}

static void tell_denied(Sessions *sessions, const Denied *denied)
{
    if (sessions->options.denied != NULL)
        sessions->options.denied(sessions->options.context, denied);
}

/* The same work whether or not there is a hash, so that time does not tell who exists. */
static gboolean secret_fits(Sessions *sessions, const char *hash, const char *secret)
{
    char scratch[crypto_pwhash_STRBYTES];
    gboolean fits = FALSE;

    pthread_mutex_lock(&sessions->hashing);
    if (hash != NULL)
        fits = crypto_pwhash_str_verify(hash, secret, strlen(secret)) == 0;
    else if (crypto_pwhash_str(scratch, secret, strlen(secret), HASH_OPS, HASH_BYTES) != 0)
        g_warning("argon2id: no memory");
    pthread_mutex_unlock(&sessions->hashing);
    return fits;
}

/* Digits of a badge or a number become the 6-digit number; a name stays a name. */
static char *normalise(const char *who)
{
    gsize n = strlen(who);
    g_autofree char *number = NULL;
    g_autofree char *badge = NULL;

    if (!text_is_digits(who))
        return g_strdup(who);
    if (n <= 6)
        return g_strdup_printf("%06u", (guint)g_ascii_strtoull(who, NULL, 10));
    if (n != 10 || !g_str_has_prefix(who, "97"))
        return g_strdup(who);
    number = g_strndup(who + 2, 6);
    badge = session_badge(number);
    return strcmp(badge, who) == 0 ? g_steal_pointer(&number) : g_strdup(who);
}

static gboolean person_of(Sessions *sessions, const char *who, LocalPerson *person, GError **error)
{
    g_autofree char *key = normalise(who);
    g_autoptr(GError) why = NULL;

    if (local_person_get(sessions->options.local, key, person, &why))
        return TRUE;
    if (error_code(why) == ERROR_NOT_FOUND)
        return TRUE; /* nobody: told apart only by what follows, which is the same for all */
    g_propagate_error(error, g_steal_pointer(&why));
    return FALSE;
}

/* Look at one try of a known or unknown person; FALSE with ERROR_FORBIDDEN where it is wrong. */
static gboolean try_secret(Sessions *sessions, const LocalPerson *person, const char *secret,
                           GError **error)
{
    Local *local = sessions->options.local;
    g_auto(LocalSecret) stored = {0};
    gint64 now = now_us(sessions);

    if (person->number != NULL && !local_secret_get(local, person->number, &stored, error))
        return FALSE;
    if (!throttle_in_time(stored.not_before_us, now, error))
        return FALSE;
    if (secret_fits(sessions, stored.hash, secret) && person->active)
        return stored.failed == 0 || local_secret_tried(local, person->number, 0, 0, error);
    if (person->number != NULL &&
        !local_secret_tried(local, person->number, stored.failed + 1,
                            now + throttle_delay_us(stored.failed + 1, SESSION_TRIES), error))
        return FALSE;
    return error_set(error, ERROR_FORBIDDEN, WRONG);
}

static gboolean verify(Sessions *sessions, const SignOn *sign_on, LocalPerson *person,
                       GError **error)
{
    g_autoptr(GError) why = NULL;

    if (!person_of(sessions, sign_on->who, person, error))
        return FALSE;
    if (throttle_passes(sessions->by_address, sign_on->address, &why) &&
        try_secret(sessions, person, sign_on->secret, &why)) {
        throttle_tried(sessions->by_address, sign_on->address, TRUE);
        return TRUE;
    }
    if (error_code(why) == ERROR_FORBIDDEN)
        throttle_tried(sessions->by_address, sign_on->address, FALSE);
    tell_denied(sessions, &(Denied){person->number, NULL, NULL, error_code(why)});
    g_propagate_error(error, g_steal_pointer(&why));
    return FALSE;
}

static char *random_token(Sessions *sessions)
{
    g_autofree char *one = random_hex128(&sessions->options.random);
    g_autofree char *two = random_hex128(&sessions->options.random);

    return g_strconcat(one, two, NULL);
}

static char *set_cookie(const Sessions *sessions, const char *value, gint64 age_s)
{
    return g_strdup_printf(
        "%s=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%" G_GINT64_FORMAT "%s", SESSION_COOKIE,
        value, age_s, sessions->options.secure ? "; Secure" : "");
}

static void cache_put(Sessions *sessions, Session *session)
{
    pthread_mutex_lock(&sessions->lock);
    g_hash_table_replace(sessions->by_digest, g_strdup(session->digest), session_ref(session));
    pthread_mutex_unlock(&sessions->lock);
}

static Session *cache_get(Sessions *sessions, const char *digest)
{
    Session *session;

    pthread_mutex_lock(&sessions->lock);
    session = g_hash_table_lookup(sessions->by_digest, digest);
    if (session != NULL)
        session_ref(session);
    pthread_mutex_unlock(&sessions->lock);
    return session;
}

/* From local.db, as after a restart. */
static Session *load(Sessions *sessions, const char *digest, GError **error)
{
    g_auto(LocalSession) stored = {0};
    g_auto(LocalPerson) person = {0};
    Session *session;

    if (!local_session_get(sessions->options.local, digest, &stored, error) ||
        !local_person_get(sessions->options.local, stored.person, &person, error))
        return NULL;
    if (!person.active) {
        error_set(error, ERROR_NO_SESSION, "the person may not sign on any more");
        return NULL;
    }
    session = session_new(&stored, &person);
    cache_put(sessions, session);
    return session;
}

/* Notes that the session is used; FALSE when it is over. */
static gboolean touch(Sessions *sessions, Session *session, GError **error)
{
    gint64 now = now_us(sessions);
    gboolean over;
    gboolean write;

    pthread_mutex_lock(&session->lock);
    over = now - session->seen_us > SESSION_IDLE_US || now - session->begun_us > SESSION_LONGEST_US;
    write = !over && now - session->written_us > SEEN_EVERY_US;
    session->seen_us = now;
    if (write)
        session->written_us = now;
    pthread_mutex_unlock(&session->lock);
    if (over) {
        sessions_forget(sessions, session->person.number);
        if (!local_session_end(sessions->options.local, session->digest, error))
            return FALSE;
        return error_set(error, ERROR_NO_SESSION, "the session has ended");
    }
    return !write || local_session_seen(sessions->options.local, session->digest, now, error);
}

/* Another process (the console) may have ended the session or changed the person: what is cached
 * is believed for a moment only. */
static gboolean is_current(Sessions *sessions, Session *session)
{
    gint64 now = now_us(sessions);
    g_auto(LocalSession) stored = {0};
    g_auto(LocalPerson) person = {0};
    gboolean due;

    pthread_mutex_lock(&session->lock);
    due = now - session->checked_us > RECHECK_US;
    if (due)
        session->checked_us = now;
    pthread_mutex_unlock(&session->lock);
    return !due || (local_session_get(sessions->options.local, session->digest, &stored, NULL) &&
                    local_person_get(sessions->options.local, stored.person, &person, NULL) &&
                    person.active && person.roles == session->person.roles);
}

static Session *find(Sessions *sessions, const Request *request, GError **error)
{
    const char *cookie = request_cookie(request, SESSION_COOKIE);
    g_autofree char *digest = cookie != NULL ? sha256_hex(cookie, strlen(cookie)) : NULL;
    Session *session;

    if (cookie == NULL) {
        error_set(error, ERROR_NO_SESSION, "no cookie");
        return NULL;
    }
    session = cache_get(sessions, digest);
    if (session != NULL && !is_current(sessions, session)) {
        sessions_forget(sessions, session->person.number);
        g_clear_pointer(&session, session_unref);
    }
    if (session == NULL)
        session = load(sessions, digest, error);
    if (session != NULL && !touch(sessions, session, error))
        g_clear_pointer(&session, session_unref);
    return session;
}

/* Where the browser says which page a request comes from, it must be one of ours. Sec-Fetch-Site
 * is the better witness, but browsers send it over TLS and to this machine alone. */
static gboolean same_origin(const Request *request)
{
    const char *site = request_header(request, "Sec-Fetch-Site");
    const char *origin = request_header(request, "Origin");
    const char *host = request_header(request, "Host");
    const char *slashes = origin != NULL ? strstr(origin, "://") : NULL;

    if (site != NULL)
        return strcmp(site, "same-origin") == 0;
    return origin == NULL || (slashes != NULL && g_strcmp0(slashes + 3, host) == 0);
}

static gboolean check_csrf(const Request *request, const Session *session, GError **error)
{
    const char *token = request_header(request, "X-CSRF-Token");

    if (request_method(request) == HTTP_GET)
        return TRUE;
    if (!same_origin(request))
        return error_set(error, ERROR_FORBIDDEN, "Origin");
    if ((request_route(request)->flags & ROUTE_NO_CSRF) != 0)
        return TRUE;
    if (session == NULL || token == NULL || strlen(token) != strlen(session->csrf) ||
        sodium_memcmp(token, session->csrf, strlen(session->csrf)) != 0)
        return error_set(error, ERROR_FORBIDDEN, "X-CSRF-Token");
    return TRUE;
}

static gboolean admit(Sessions *sessions, Request *request, GError **error)
{
    const HttpRoute *route = request_route(request);
    g_autoptr(GError) why = NULL;
    Session *session = find(sessions, request, &why);

    if (session != NULL)
        request_session_set(request, session, session_unref);
    else if (error_code(why) != ERROR_NO_SESSION || route->roles != 0) {
        g_propagate_error(error, g_steal_pointer(&why));
        return FALSE;
    }
    if (route->roles != 0 && (session->person.roles & route->roles) == 0)
        return error_set(error, ERROR_FORBIDDEN, "%s", route->pattern);
    return check_csrf(request, session, error);
}

static gboolean new_code(Sessions *sessions, GError **error)
{
    guint32 value;
    guint n = 0;

    if (!local_secret_count(sessions->options.local, &n, error))
        return FALSE;
    if (n > 0)
        return TRUE;
    random_fill(&sessions->options.random, &value, sizeof value);
    sessions->first_run_code = g_strdup_printf("%0*u", CODE_DIGITS, value % 100000000U);
    return TRUE;
}

Session *session_of(const Request *request)
{
    return request_session(request);
}

const char *session_person(const Session *session)
{
    return session->person.number;
}

const char *session_name(const Session *session)
{
    return session->person.name;
}

guint32 session_roles(const Session *session)
{
    return session->person.roles;
}

const char *session_csrf(const Session *session)
{
    return session->csrf;
}

void session_look(Session *session, const char *case_number, gint64 now)
{
    gint64 *until = g_new(gint64, 1);

    *until = now + SESSION_LOOK_US;
    pthread_mutex_lock(&session->lock);
    g_hash_table_replace(session->looks, g_strdup(case_number), until);
    pthread_mutex_unlock(&session->lock);
}

gboolean session_may_look(Session *session, const char *case_number, gint64 now)
{
    const gint64 *until;
    gboolean may;

    pthread_mutex_lock(&session->lock);
    until = g_hash_table_lookup(session->looks, case_number);
    may = until != NULL && now < *until;
    pthread_mutex_unlock(&session->lock);
    return may;
}

Sessions *sessions_new(const SessionsOptions *options, GError **error)
{
    g_autoptr(Sessions) sessions = g_new0(Sessions, 1);

    sessions->options = *options;
    pthread_mutex_init(&sessions->lock, NULL);
    pthread_mutex_init(&sessions->hashing, NULL);
    sessions->by_digest = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, session_unref);
    sessions->by_address = throttle_new(&sessions->options.clock, 4 * SESSION_TRIES);
    if (sodium_init() < 0) {
        error_set(error, ERROR_INTERNAL, "libsodium");
        return NULL;
    }
    return new_code(sessions, error) ? g_steal_pointer(&sessions) : NULL;
}

void sessions_free(Sessions *sessions)
{
    if (sessions == NULL)
        return;
    g_hash_table_unref(sessions->by_digest);
    throttle_free(sessions->by_address);
    g_free(sessions->first_run_code);
    pthread_mutex_destroy(&sessions->lock);
    pthread_mutex_destroy(&sessions->hashing);
    g_free(sessions);
}

gboolean sessions_guard(void *self, Request *request, GError **error)
{
    Sessions *sessions = self;
    g_autoptr(GError) why = NULL;
    const Session *session;

    if (admit(sessions, request, &why))
        return TRUE;
    session = session_of(request);
    /* Somebody without a session opening a page is no try; she is sent to the sign-on page. */
    if (error_code(why) != ERROR_NO_SESSION || (request_route(request)->flags & ROUTE_PAGE) == 0)
        tell_denied(sessions, &(Denied){session != NULL ? session->person.number : NULL,
                                        http_method_name(request_method(request)),
                                        request_route(request)->pattern, error_code(why)});
    g_propagate_error(error, g_steal_pointer(&why));
    return FALSE;
}

char *sessions_first_run_code(Sessions *sessions)
{
    char *code;

    pthread_mutex_lock(&sessions->lock);
    code = g_strdup(sessions->first_run_code);
    pthread_mutex_unlock(&sessions->lock);
    return code;
}

gboolean sessions_first_run(Sessions *sessions, const char *code, const SignOn *admin,
                            GError **error)
{
    g_autofree char *wanted = sessions_first_run_code(sessions);
    LocalPerson person = {(char *)ADMIN_NUMBER, (char *)admin->who, ROLE_ADMIN, TRUE};

    if (!throttle_passes(sessions->by_address, admin->address, error))
        return FALSE;
    if (wanted == NULL)
        return error_set(error, ERROR_FORBIDDEN, "there is an administrator already");
    if (strlen(code) != CODE_DIGITS || sodium_memcmp(code, wanted, CODE_DIGITS) != 0) {
        throttle_tried(sessions->by_address, admin->address, FALSE);
        tell_denied(sessions, &(Denied){NULL, NULL, NULL, ERROR_FORBIDDEN});
        return error_set(error, ERROR_FORBIDDEN, "start code");
    }
    if (*admin->who == '\0')
        return error_set(error, ERROR_INVALID, "name");
    if (!local_person_put(sessions->options.local, &person, error) ||
        !sessions_secret_set(sessions, ADMIN_NUMBER, admin->secret, error))
        return FALSE;
    pthread_mutex_lock(&sessions->lock);
    g_clear_pointer(&sessions->first_run_code, g_free);
    pthread_mutex_unlock(&sessions->lock);
    return TRUE;
}

gboolean sessions_sign_on(Sessions *sessions, const SignOn *sign_on, char **cookie, GError **error)
{
    g_auto(LocalPerson) person = {0};
    g_autofree char *token = NULL;
    g_auto(LocalSession) stored = {0};
    Session *session;

    if (!verify(sessions, sign_on, &person, error))
        return FALSE;
    token = random_token(sessions);
    stored.digest = sha256_hex(token, strlen(token));
    stored.person = g_strdup(person.number);
    stored.csrf = random_hex128(&sessions->options.random);
    stored.begun_us = stored.seen_us = now_us(sessions);
    if (!local_session_put(sessions->options.local, &stored, error))
        return FALSE;
    session = session_new(&stored, &person);
    cache_put(sessions, session);
    session_unref(session);
    *cookie = set_cookie(sessions, token, SESSION_LONGEST_US / G_USEC_PER_SEC);
    return TRUE;
}

char *sessions_confirm(Sessions *sessions, const SignOn *sign_on, guint32 roles, GError **error)
{
    g_auto(LocalPerson) person = {0};

    if (!verify(sessions, sign_on, &person, error))
        return NULL;
    if ((person.roles & roles) == 0) {
        tell_denied(sessions, &(Denied){person.number, NULL, NULL, ERROR_FORBIDDEN});
        error_set(error, ERROR_FORBIDDEN, "%s", person.name);
        return NULL;
    }
    return g_steal_pointer(&person.number);
}

char *sessions_sign_off(Sessions *sessions, Request *request, GError **error)
{
    const Session *session = session_of(request);

    if (session != NULL) {
        if (!local_session_end(sessions->options.local, session->digest, error))
            return NULL;
        pthread_mutex_lock(&sessions->lock);
        g_hash_table_remove(sessions->by_digest, session->digest);
        pthread_mutex_unlock(&sessions->lock);
    }
    return set_cookie(sessions, "", 0);
}

gboolean sessions_secret_set(Sessions *sessions, const char *person, const char *secret,
                             GError **error)
{
    char hash[crypto_pwhash_STRBYTES];
    int result;

    if (g_utf8_strlen(secret, -1) < SESSION_SECRET_MIN)
        return error_set(error, ERROR_INVALID, "a PIN has at least %d characters",
                         SESSION_SECRET_MIN);
    pthread_mutex_lock(&sessions->hashing);
    result = crypto_pwhash_str(hash, secret, strlen(secret), HASH_OPS, HASH_BYTES);
    pthread_mutex_unlock(&sessions->hashing);
    if (result != 0)
        return error_set(error, ERROR_INTERNAL, "argon2id: no memory");
    if (!local_secret_set(sessions->options.local, person, hash, error) ||
        !local_session_end_all(sessions->options.local, person, error))
        return FALSE;
    sessions_forget(sessions, person);
    return TRUE;
}

static gboolean is_persons(gpointer key G_GNUC_UNUSED, gpointer value, gpointer person)
{
    return strcmp(((Session *)value)->person.number, person) == 0;
}

void sessions_forget(Sessions *sessions, const char *person)
{
    pthread_mutex_lock(&sessions->lock);
    g_hash_table_foreach_remove(sessions->by_digest, is_persons, (gpointer)person);
    pthread_mutex_unlock(&sessions->lock);
}

char *session_badge(const char *number)
{
    guint64 value = g_ascii_strtoull(number, NULL, 10) + 97000000ULL;

    return g_strdup_printf("%08" G_GUINT64_FORMAT "%02u", value, (guint)(98 - value * 100 % 97));
}
