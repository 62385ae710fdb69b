/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/local/local.h"

#include "appliance/base/embed.h"
#include "appliance/base/text.h"
#include "storage/local/local_intern.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define APPLICATION_ID 0x414a4c43 /* "AJLC" */
#define VERSION        2
#define NUMBER_MAX     999999

extern const Embedded embedded_local[];

gboolean local_run(Local *local, GError **error, const char *sql, const char *types, ...)
{
    gboolean ok;
    va_list args;

    va_start(args, types);
    pthread_mutex_lock(&local->lock);
    ok = db_run_va(local->db, error, sql, types, &args);
    pthread_mutex_unlock(&local->lock);
    va_end(args);
    return ok;
}

json_t *local_rows(Local *local, GError **error, const char *sql, const char *types, ...)
{
    json_t *rows;
    va_list args;

    va_start(args, types);
    pthread_mutex_lock(&local->lock);
    rows = db_rows_va(local->db, error, sql, types, &args);
    pthread_mutex_unlock(&local->lock);
    va_end(args);
    return rows;
}

/* ── the file ────────────────────────────────────────────────────────────────────────────── */

/* One file a version; each is run once, in order. */
static const char *const versions[VERSION] = {"local.sql", "local-2.sql"};

static gboolean upgrade(Db *db, gint64 from, GError **error)
{
    for (gint64 version = from; version < VERSION; version++) {
        const char *file = (const char *)embedded_find(embedded_local, versions[version])->bytes;
        g_autofree char *sql = g_strdup_printf(
            "BEGIN IMMEDIATE; %s PRAGMA application_id=%d; PRAGMA user_version=%d; COMMIT;", file,
            APPLICATION_ID, (int)version + 1);

        if (!db_script(db, sql, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean check_schema(Db *db, GError **error)
{
    gint64 version;
    gint64 id;

    if (!db_int(db, &version, 0, error, "PRAGMA user_version", "") ||
        !db_int(db, &id, 0, error, "PRAGMA application_id", ""))
        return FALSE;
    if (id != APPLICATION_ID && (version != 0 || id != 0))
        return error_set(error, ERROR_FORMAT, "local.db is another program's");
    if (version > VERSION)
        return error_set(error, ERROR_NEWER_SCHEMA, "local.db");
    return upgrade(db, version, error);
}

Local *local_open(const char *path, GError **error)
{
    g_autoptr(Local) local = g_new0(Local, 1);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    pthread_mutex_init(&local->lock, NULL);
    if (fd < 0) {
        error_set_errno(error, ERROR_NO_FILE, errno, "%s", path);
        return NULL;
    }
    close(fd);
    local->db = db_open(path, DB_OWN, error);
    if (local->db == NULL || !check_schema(local->db, error))
        return NULL;
    return g_steal_pointer(&local);
}

void local_close(Local *local)
{
    if (local == NULL)
        return;
    db_close(local->db);
    pthread_mutex_destroy(&local->lock);
    g_free(local);
}

/* ── people ──────────────────────────────────────────────────────────────────────────────── */

void local_person_clear(LocalPerson *person)
{
    g_free(person->number);
    g_free(person->name);
    *person = (LocalPerson){0};
}

static LocalPerson person_of(const json_t *row)
{
    return (LocalPerson){.number = g_strdup(json_text(row, "number")),
                         .name = g_strdup(json_text(row, "name")),
                         .roles = (guint32)json_int(row, "roles", 0),
                         .active = json_int(row, "active", 0) != 0};
}

gboolean local_person_get(Local *local, const char *number_or_name, LocalPerson *person,
                          GError **error)
{
    g_autoptr(json_t) rows = local_rows(local, error,
                                        "SELECT number, name, roles, active FROM person"
                                        " WHERE number = ?1 OR name = ?1 LIMIT 2",
                                        "t", number_or_name);

    *person = (LocalPerson){0};
    if (rows == NULL)
        return FALSE;
    if (json_array_size(rows) != 1)
        return error_set(error, ERROR_NOT_FOUND, "%s", number_or_name);
    *person = person_of(json_array_get(rows, 0));
    return TRUE;
}

gboolean local_person_put(Local *local, const LocalPerson *person, GError **error)
{
    return local_run(local, error,
                     "INSERT OR REPLACE INTO person (number, name, roles, active)"
                     " VALUES (?, ?, ?, ?)",
                     "ttii", person->number, person->name, (gint64)person->roles,
                     (gint64)person->active);
}

gboolean local_person_list(Local *local, LocalPersonTake take, void *taker, GError **error)
{
    g_autoptr(json_t) rows = local_rows(
        local, error, "SELECT number, name, roles, active FROM person ORDER BY number", "");
    json_t *row;
    gsize i;

    json_array_foreach(rows, i, row)
    {
        g_auto(LocalPerson) person = person_of(row);

        take(taker, &person);
    }
    return rows != NULL;
}

/* The number that a question with one row answers under the name "n". */
static gboolean answered(json_t *rows, gint64 *n)
{
    if (rows == NULL)
        return FALSE;
    *n = json_int(json_array_get(rows, 0), "n", 0);
    json_decref(rows);
    return TRUE;
}

gboolean local_person_count(Local *local, guint32 roles, const char *but, guint *n, GError **error)
{
    gint64 count = 0;
    gboolean ok = answered(local_rows(local, error,
                                      "SELECT count(*) AS n FROM person WHERE active"
                                      " AND (roles & ?) <> 0 AND number <> coalesce(?, '')",
                                      "it", (gint64)roles, but),
                           &count);

    *n = (guint)count;
    return ok;
}

char *local_person_next(Local *local, GError **error)
{
    gint64 next;

    if (!answered(local_rows(local, error,
                             "SELECT coalesce(max(CAST(number AS INTEGER)), 0) + 1 AS n"
                             " FROM person",
                             ""),
                  &next))
        return NULL;
    if (next <= NUMBER_MAX)
        return g_strdup_printf("%06d", (int)next);
    error_set(error, ERROR_SERIAL_EXHAUSTED, "people are numbered to %d", NUMBER_MAX);
    return NULL;
}

/* ── secrets ─────────────────────────────────────────────────────────────────────────────── */

void local_secret_clear(LocalSecret *secret)
{
    g_free(secret->hash);
    *secret = (LocalSecret){0};
}

gboolean local_secret_get(Local *local, const char *person, LocalSecret *secret, GError **error)
{
    g_autoptr(json_t) rows =
        local_rows(local, error, "SELECT hash, failed, not_before_us FROM secret WHERE person = ?",
                   "t", person);
    const json_t *row = json_array_get(rows, 0);

    *secret = (LocalSecret){.hash = g_strdup(json_text(row, "hash")),
                            .failed = (guint)json_int(row, "failed", 0),
                            .not_before_us = json_int(row, "not_before_us", 0)};
    return rows != NULL;
}

gboolean local_secret_set(Local *local, const char *person, const char *hash, GError **error)
{
    return local_run(local, error,
                     "INSERT INTO secret (person, hash) VALUES (?, ?) ON CONFLICT (person) DO"
                     " UPDATE SET hash = excluded.hash, failed = 0, not_before_us = 0",
                     "tt", person, hash);
}

gboolean local_secret_tried(Local *local, const char *person, guint count, gint64 not_before_us,
                            GError **error)
{
    return local_run(local, error,
                     "INSERT INTO secret (person, failed, not_before_us) VALUES (?, ?, ?)"
                     " ON CONFLICT (person) DO UPDATE SET failed = excluded.failed,"
                     " not_before_us = excluded.not_before_us",
                     "tii", person, (gint64)count, not_before_us);
}

gboolean local_secret_count(Local *local, guint *n, GError **error)
{
    gint64 count = 0;
    gboolean ok = answered(
        local_rows(local, error, "SELECT count(*) AS n FROM secret WHERE hash IS NOT NULL", ""),
        &count);

    *n = (guint)count;
    return ok;
}

/* ── sessions ────────────────────────────────────────────────────────────────────────────── */

void local_session_clear(LocalSession *session)
{
    g_free(session->digest);
    g_free(session->person);
    g_free(session->csrf);
    *session = (LocalSession){0};
}

gboolean local_session_put(Local *local, const LocalSession *session, GError **error)
{
    return local_run(local, error,
                     "INSERT INTO session (digest, person, csrf, begun_us, seen_us)"
                     " VALUES (?, ?, ?, ?, ?)",
                     "tttii", session->digest, session->person, session->csrf, session->begun_us,
                     session->seen_us);
}

gboolean local_session_get(Local *local, const char *digest, LocalSession *session, GError **error)
{
    g_autoptr(json_t) rows = local_rows(local, error,
                                        "SELECT person, csrf, begun_us, seen_us FROM session"
                                        " WHERE digest = ?",
                                        "t", digest);
    const json_t *row = json_array_get(rows, 0);

    *session = (LocalSession){0};
    if (rows == NULL)
        return FALSE;
    if (row == NULL)
        return error_set(error, ERROR_NO_SESSION, "the session has ended");
    *session = (LocalSession){.digest = g_strdup(digest),
                              .person = g_strdup(json_text(row, "person")),
                              .csrf = g_strdup(json_text(row, "csrf")),
                              .begun_us = json_int(row, "begun_us", 0),
                              .seen_us = json_int(row, "seen_us", 0)};
    return TRUE;
}

gboolean local_session_seen(Local *local, const char *digest, gint64 seen_us, GError **error)
{
    return local_run(local, error, "UPDATE session SET seen_us = ? WHERE digest = ?", "it", seen_us,
                     digest);
}

gboolean local_session_end(Local *local, const char *digest, GError **error)
{
    return local_run(local, error, "DELETE FROM session WHERE digest = ?", "t", digest);
}

gboolean local_session_end_all(Local *local, const char *person, GError **error)
{
    return local_run(local, error, "DELETE FROM session WHERE person = ?", "t", person);
}

/* ── answers ─────────────────────────────────────────────────────────────────────────────── */

void local_answer_clear(LocalAnswer *answer)
{
    g_free(answer->request);
    g_free(answer->type);
    g_clear_pointer(&answer->body, g_bytes_unref);
    *answer = (LocalAnswer){0};
}

/* A blob of a row, which db.h gives as hex. */
static GBytes *bytes_of(const json_t *row, const char *column)
{
    const char *hex = json_text(row, column);
    gsize size = strlen(hex) / 2;
    guint8 *bytes = g_malloc(size + 1);

    if (!hex_decode(hex, bytes, size))
        /* uncovered: db.h gives blobs as hex */
        g_error("%s is no blob", column);
    return g_bytes_new_take(bytes, size);
}

gboolean local_answer_get(Local *local, const LocalKey *key, LocalAnswer *answer, gboolean *found,
                          GError **error)
{
    g_autoptr(json_t) rows = local_rows(local, error,
                                        "SELECT request, status, type, body FROM answer"
                                        " WHERE person = ? AND key = ?",
                                        "tt", key->person, key->key);
    const json_t *row = json_array_get(rows, 0);

    *answer = (LocalAnswer){0};
    *found = row != NULL;
    if (*found)
        *answer = (LocalAnswer){.request = g_strdup(json_text(row, "request")),
                                .status = (guint)json_int(row, "status", 0),
                                .type = g_strdup(json_text(row, "type")),
                                .body = bytes_of(row, "body")};
    return rows != NULL;
}

gboolean local_answer_put(Local *local, const LocalKey *key, const LocalAnswer *answer,
                          gint64 now_us, GError **error)
{
    gsize size = 0;
    const void *bytes = g_bytes_get_data(answer->body, &size);

    return local_run(local, error,
                     "INSERT OR REPLACE INTO answer (person, key, request, status, type, body,"
                     " given_us) VALUES (?, ?, ?, ?, ?, ?, ?)",
                     "tttitbi", key->person, key->key, answer->request, (gint64)answer->status,
                     answer->type, size > 0 ? bytes : "", (int)size, now_us);
}

gboolean local_forget(Local *local, gint64 sessions_us, gint64 answers_us, GError **error)
{
    return local_run(local, error, "DELETE FROM session WHERE seen_us < ?", "i", sessions_us) &&
           local_run(local, error, "DELETE FROM answer WHERE given_us < ?", "i", answers_us);
}

/* Waits for who reads an old state, as long as for any lock (db.c). */
static gboolean cut_wal(Local *local, GError **error)
{
    g_autoptr(json_t) rows = local_rows(local, error, "PRAGMA wal_checkpoint(TRUNCATE)", "");
    gboolean is_cut = json_int(json_array_get(rows, 0), "busy", 1) == 0;

    return is_cut || (rows != NULL && error_set(error, ERROR_BUSY, "somebody reads local.db"));
}

gboolean local_forget_answers(Local *local, GError **error)
{
    return local_run(local, error, "DELETE FROM answer", "") &&
           local_run(local, error, "VACUUM", "") && cut_wal(local, error);
}
