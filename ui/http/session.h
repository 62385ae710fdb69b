/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions: who sits at the screen, what she may, and how wrong tries are slowed down.
 *
 * A person signs on with her number, badge code (`97` + number + check digits) or name, together
 * with a PIN or password (≥ 6 characters; Argon2id). The session is a random token in a cookie
 * that scripts cannot read and other sites cannot send (HttpOnly, SameSite=Strict, Secure under
 * TLS); only its digest is stored. Everything but GET needs the session's CSRF token in the
 * header X-CSRF-Token.
 *
 *     no secret anywhere ──start code from the console──► one administrator ──► sign-on
 *
 * After SESSION_TRIES wrong tries a person's further tries are not looked at for 5 s, 10 s, 20 s …
 * up to 15 min; tries from one address are slowed the same way after four times as many, so
 * that names cannot be tried in turn. Sessions end after SESSION_IDLE_US without a request and
 * after SESSION_LONGEST_US in any case.
 */
#pragma once

#include "appliance/base/clock.h"
#include "appliance/base/random.h"
#include "storage/local/local.h"
#include "ui/http/role.h"
#include "ui/http/route.h"

#define SESSION_COOKIE     "anjuan"
#define SESSION_TRIES      3
#define SESSION_SECRET_MIN 6
#define SESSION_IDLE_US    (4 * 3600 * (gint64)G_USEC_PER_SEC)
#define SESSION_LONGEST_US (14 * 3600 * (gint64)G_USEC_PER_SEC)
#define SESSION_LOOK_US    (30 * 60 * (gint64)G_USEC_PER_SEC)

typedef struct Session Session; /* shared, counted */

/* The session of a request that the guard let through; NULL on open routes without one. */
Session *session_of(const Request *request);

/* Who it is of. */
const char *session_person(const Session *session); /* 6-digit number */
const char *session_name(const Session *session);
guint32 session_roles(const Session *session);
const char *session_csrf(const Session *session);

/* Names and numbers of a case are masked until she names a reason; it holds for SESSION_LOOK_US.
 * The caller journals the reason. */
void session_look(Session *session, const char *case_number, gint64 now_us);
gboolean session_may_look(Session *session, const char *case_number, gint64 now_us);

/* A refused try, for the journal. */
typedef struct {
    const char *person;  /* number, or NULL where nobody is known */
    const char *method;  /* of the request; NULL for a sign-on */
    const char *pattern; /* of its route; NULL for a sign-on */
    ErrorCode code;
} Denied;

typedef struct {
    Local *local;
    Clock clock;
    Random random;
    gboolean secure;                                     /* served over TLS */
    void (*denied)(void *context, const Denied *denied); /* may be NULL; from any thread */
    void *context;
} SessionsOptions;

typedef struct Sessions Sessions;

/* Reads who there is from local.db; makes the start code where there is nobody. */
Sessions *sessions_new(const SessionsOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void sessions_free(Sessions *sessions);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sessions, sessions_free)

/* The server's guard; `sessions` is its context. */
gboolean sessions_guard(void *sessions, Request *request, GError **error);

/* The one-time code for the console, or NULL once somebody has a secret. */
char *sessions_first_run_code(Sessions *sessions);

typedef struct {
    const char *who;     /* number, badge code or name; of a first run the name */
    const char *secret;  /* PIN or password */
    const char *address; /* where the try comes from; "" for the console */
} SignOn;

/* Makes the first administrator (number 000001). ERROR_FORBIDDEN for a wrong code and once there
 * is one, ERROR_INVALID for a short secret, ERROR_THROTTLED. */
gboolean sessions_first_run(Sessions *sessions, const char *code, const SignOn *admin,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Signs on: `cookie` becomes the value of Set-Cookie. ERROR_FORBIDDEN for a wrong person or
 * secret (not told apart), ERROR_THROTTLED with the seconds left. Slow: worker threads only. */
gboolean sessions_sign_on(Sessions *sessions, const SignOn *sign_on, char **cookie,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether these are a person and her secret, for a step that needs a second person; her number.
 * Throttled and slow as sessions_sign_on. */
char *sessions_confirm(Sessions *sessions, const SignOn *sign_on, guint32 roles,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Ends the session of the request; the value of Set-Cookie that removes the cookie. */
char *sessions_sign_off(Sessions *sessions, Request *request,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A new PIN or password; ends all sessions of that person. ERROR_INVALID where it is too short. */
gboolean sessions_secret_set(Sessions *sessions, const char *person, const char *secret,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Drop cached sessions of a person whose roles or state changed. */
void sessions_forget(Sessions *sessions, const char *person);

/* "97" + number + two check digits (ISO 7064 MOD 97-10). */
char *session_badge(const char *number) G_GNUC_WARN_UNUSED_RESULT;
