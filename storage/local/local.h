/* SPDX-License-Identifier: Apache-2.0
 *
 * local.db: what belongs to this machine alone and is neither journalled nor rebuilt. Who may sign
 * on, their secrets (password hashes, tries) and sessions, and the answers of commands that may
 * come twice (Idempotency-Key). Losing the file brings the first run back; no case is touched.
 *
 * All functions may be called from any thread; one lock guards the one connection.
 * Times are microseconds since 1970 (clock.h). Where SQLite fails: ERROR_DISK_FULL without room,
 * ERROR_BUSY while another process writes, ERROR_IO otherwise.
 */
#pragma once

#include "appliance/base/error.h"

typedef struct Local Local;

/* Opens or makes the file (0600). ERROR_NEWER_SCHEMA where a newer version wrote it. */
Local *local_open(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void local_close(Local *local);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Local, local_close)

/* --- people of this appliance --------------------------------------------------------------- */

typedef struct {
    char *number; /* 6 digits, also on the badge */
    char *name;
    guint32 roles; /* bits of ui/http/role.h; opaque here */
    gboolean active;
} LocalPerson;

void local_person_clear(LocalPerson *person);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LocalPerson, local_person_clear)

/* By number or by exact name; ERROR_NOT_FOUND where there is none or the name is not unique. */
gboolean local_person_get(Local *local, const char *number_or_name, LocalPerson *person,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Add, or change who has that number. */
gboolean local_person_put(Local *local, const LocalPerson *person,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Everybody in order of number. */
typedef void (*LocalPersonTake)(void *taker, const LocalPerson *person);
gboolean local_person_list(Local *local, LocalPersonTake take, void *taker,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How many active people hold one of `roles`, the one numbered `but` (NULL: nobody) not counted. */
gboolean local_person_count(Local *local, guint32 roles, const char *but, guint *n,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The number behind the highest in use. ERROR_SERIAL_EXHAUSTED behind 999999. */
char *local_person_next(Local *local, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* --- secrets: by the person's 6-digit number ------------------------------------------------ */

typedef struct {
    char *hash;           /* libsodium's argon2id string; NULL = none yet, only tries are known */
    guint failed;         /* wrong tries since the last right one */
    gint64 not_before_us; /* no try is looked at before */
} LocalSecret;

void local_secret_clear(LocalSecret *secret);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LocalSecret, local_secret_clear)

/* All zero where nothing is known of `person`. */
gboolean local_secret_get(Local *local, const char *person, LocalSecret *secret,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Set the hash; forgets wrong tries. */
gboolean local_secret_set(Local *local, const char *person, const char *hash,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Note a try: the new count and when the next is looked at. */
gboolean local_secret_tried(Local *local, const char *person, guint failed, gint64 not_before_us,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How many people have a secret; 0 means first run. */
gboolean local_secret_count(Local *local, guint *n, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* --- sessions: by the digest of their token -------------------------------------------------- */

typedef struct {
    char *digest; /* 64 hex digits */
    char *person;
    char *csrf;
    gint64 begun_us;
    gint64 seen_us;
} LocalSession;

void local_session_clear(LocalSession *session);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LocalSession, local_session_clear)

/* Keep a new session. */
gboolean local_session_put(Local *local, const LocalSession *session,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* ERROR_NO_SESSION where there is none. */
gboolean local_session_get(Local *local, const char *digest, LocalSession *session,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean local_session_seen(Local *local, const char *digest, gint64 seen_us,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean local_session_end(Local *local, const char *digest,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* All of one person, as after a new PIN. */
gboolean local_session_end_all(Local *local, const char *person,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* --- answers that can be given again ---------------------------------------------------------- */

typedef struct {
    char *request; /* digest of what was asked, so that a key is not used for two things */
    guint status;
    char *type; /* media type; "" for none */
    GBytes *body;
} LocalAnswer;

void local_answer_clear(LocalAnswer *answer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LocalAnswer, local_answer_clear)

/* Whose Idempotency-Key. */
typedef struct {
    const char *person;
    const char *key;
} LocalKey;

/* `found` says whether the key is known. */
gboolean local_answer_get(Local *local, const LocalKey *key, LocalAnswer *answer, gboolean *found,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean local_answer_put(Local *local, const LocalKey *key, const LocalAnswer *answer,
                          gint64 now_us, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Forget every answer, and leave nothing of them in the file: what a case held must not stay. */
gboolean local_forget_answers(Local *local, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Forget sessions last seen before `sessions_us` and answers given before `answers_us`. */
gboolean local_forget(Local *local, gint64 sessions_us, gint64 answers_us,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
