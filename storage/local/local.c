/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/local/local.h"

#include "appliance/base/embed.h"
#include "storage/local/local_intern.h"
#include "storage/sqlite_error.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <unistd.h>

#define APPLICATION_ID 0x414a4c43 /* "AJLC" */
#define VERSION        2
#define BUSY_MS        5000

extern const Embedded embedded_local[];

#define WAL_TRIES   100
#define WAL_POLL_US 50000

static gboolean failed(Local *local, GError **error)
{
    return error_set(error, sqlite_error_code(local->db, ERROR_IO), "local.db: %s",
                     sqlite3_errmsg(local->db));
}

gboolean local_query_begin(LocalQuery *query, Local *local, const char *sql, GError **error)
{
    *query = (LocalQuery){local, NULL, 1};
    pthread_mutex_lock(&local->lock);
    if (sqlite3_prepare_v2(local->db, sql, -1, &query->stmt, NULL) == SQLITE_OK)
        return TRUE;
    failed(local, error);
    pthread_mutex_unlock(&local->lock);
    return FALSE;
}

void local_put_text(LocalQuery *query, const char *text)
{
    sqlite3_bind_text(query->stmt, query->next++, text, -1, SQLITE_TRANSIENT);
}

void local_put_int(LocalQuery *query, gint64 value)
{
    sqlite3_bind_int64(query->stmt, query->next++, value);
}

char *local_take_text(LocalQuery *query)
{
    return g_strdup((const char *)sqlite3_column_text(query->stmt, query->next++));
}

gint64 local_take_int(LocalQuery *query)
{
    return sqlite3_column_int64(query->stmt, query->next++);
}

gboolean local_query_row(LocalQuery *query, gboolean *found, GError **error)
{
    int result = sqlite3_step(query->stmt);

    query->next = 0;
    *found = result == SQLITE_ROW;
    return *found || result == SQLITE_DONE || failed(query->local, error);
}

void local_query_end(LocalQuery *query)
{
    sqlite3_finalize(query->stmt);
    pthread_mutex_unlock(&query->local->lock);
}

gboolean local_query_run(LocalQuery *query, GError **error)
{
    gboolean done = sqlite3_step(query->stmt) == SQLITE_DONE || failed(query->local, error);

    local_query_end(query);
    return done;
}

static gboolean execute(Local *local, const char *sql, GError **error)
{
    return sqlite3_exec(local->db, sql, NULL, NULL, NULL) == SQLITE_OK || failed(local, error);
}

static gboolean pragma_int(Local *local, const char *sql, gint64 *value, GError **error)
{
    LocalQuery query;
    gboolean found = FALSE;
    gboolean good;

    if (!local_query_begin(&query, local, sql, error))
        return FALSE;
    good = local_query_row(&query, &found, error);
    *value = found ? local_take_int(&query) : 0;
    local_query_end(&query);
    return good;
}

/* One file a version; each is run once, in order. */
static const char *const versions[VERSION] = {"local.sql", "local-2.sql"};

static gboolean upgrade(Local *local, gint64 from, GError **error)
{
    for (gint64 version = from; version < VERSION; version++) {
        const char *file = (const char *)embedded_find(embedded_local, versions[version])->bytes;
        g_autofree char *sql = g_strdup_printf(
            "BEGIN IMMEDIATE; %s PRAGMA application_id=%d; PRAGMA user_version=%d; COMMIT;", file,
            APPLICATION_ID, (int)version + 1);

        if (!execute(local, sql, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean check_schema(Local *local, GError **error)
{
    gint64 version = 0;
    gint64 id = 0;

    if (!pragma_int(local, "PRAGMA user_version", &version, error) ||
        !pragma_int(local, "PRAGMA application_id", &id, error))
        return FALSE;
    if (id != APPLICATION_ID && (version != 0 || id != 0))
        return error_set(error, ERROR_FORMAT, "local.db is another program's");
    if (version > VERSION)
        return error_set(error, ERROR_NEWER_SCHEMA, "local.db");
    return upgrade(local, version, error);
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
    if (sqlite3_open_v2(path, &local->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
        SQLITE_OK) {
        failed(local, error);
        return NULL;
    }
    sqlite3_busy_timeout(local->db, BUSY_MS);
    /* FULL: no journal brings back a person or an answer that a power cut takes away. */
    if (!execute(local, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON",
                 error) ||
        !check_schema(local, error))
        return NULL;
    return g_steal_pointer(&local);
}

void local_close(Local *local)
{
    if (local == NULL)
        return;
    sqlite3_close(local->db);
    pthread_mutex_destroy(&local->lock);
    g_free(local);
}

static void take_person(LocalQuery *query, LocalPerson *person)
{
    query->next = 0;
    person->number = local_take_text(query);
    person->name = local_take_text(query);
    person->roles = (guint32)local_take_int(query);
    person->active = local_take_int(query) != 0;
}

void local_person_clear(LocalPerson *person)
{
    g_free(person->number);
    g_free(person->name);
    *person = (LocalPerson){0};
}

gboolean local_person_get(Local *local, const char *number_or_name, LocalPerson *person,
                          GError **error)
{
    LocalQuery query;
    gboolean found = FALSE;
    gboolean more = FALSE;
    gboolean good;

    *person = (LocalPerson){0};
    if (!local_query_begin(&query, local,
                           "SELECT number, name, roles, active FROM person "
                           "WHERE number = ?1 OR name = ?1 LIMIT 2",
                           error))
        return FALSE;
    local_put_text(&query, number_or_name);
    good = local_query_row(&query, &found, error);
    if (found) {
        take_person(&query, person);
        good = local_query_row(&query, &more, error);
    }
    local_query_end(&query);
    if (!good)
        return FALSE;
    return (found && !more) || error_set(error, ERROR_NOT_FOUND, "%s", number_or_name);
}

gboolean local_person_put(Local *local, const LocalPerson *person, GError **error)
{
    LocalQuery query;

    if (!local_query_begin(&query, local,
                           "INSERT OR REPLACE INTO person (number, name, roles, active) "
                           "VALUES (?, ?, ?, ?)",
                           error))
        return FALSE;
    local_put_text(&query, person->number);
    local_put_text(&query, person->name);
    local_put_int(&query, person->roles);
    local_put_int(&query, person->active);
    return local_query_run(&query, error);
}

gboolean local_person_list(Local *local, LocalPersonTake take, void *taker, GError **error)
{
    LocalQuery query;
    gboolean found = FALSE;
    gboolean good;

    if (!local_query_begin(&query, local,
                           "SELECT number, name, roles, active FROM person ORDER BY number", error))
        return FALSE;
    while ((good = local_query_row(&query, &found, error)) && found) {
        g_auto(LocalPerson) person = {0};

        take_person(&query, &person);
        take(taker, &person);
    }
    local_query_end(&query);
    return good;
}

void local_secret_clear(LocalSecret *secret)
{
    g_free(secret->hash);
    *secret = (LocalSecret){0};
}

gboolean local_person_count(Local *local, guint32 roles, const char *but, guint *n, GError **error)
{
    LocalQuery query;
    gboolean found = FALSE, good;

    if (!local_query_begin(&query, local,
                           "SELECT count(*) FROM person WHERE active AND (roles & ?) <> 0"
                           " AND number <> coalesce(?, '')",
                           error))
        return FALSE;
    local_put_int(&query, roles);
    local_put_text(&query, but);
    good = local_query_row(&query, &found, error);
    *n = found ? (guint)local_take_int(&query) : 0;
    local_query_end(&query);
    return good;
}

char *local_person_next(Local *local, GError **error)
{
    LocalQuery query;
    gboolean found = FALSE, good;
    gint64 next = 1;

    if (!local_query_begin(&query, local,
                           "SELECT coalesce(max(CAST(number AS INTEGER)), 0) + 1 FROM person",
                           error))
        return NULL;
    good = local_query_row(&query, &found, error);
    if (found)
        next = local_take_int(&query);
    local_query_end(&query);
    if (good && next <= 999999)
        return g_strdup_printf("%06d", (int)next);
    if (good)
        error_set(error, ERROR_SERIAL_EXHAUSTED, "people are numbered to 999999");
    return NULL;
}

gboolean local_secret_get(Local *local, const char *person, LocalSecret *secret, GError **error)
{
    LocalQuery query;
    gboolean found = FALSE;
    gboolean good;

    *secret = (LocalSecret){0};
    if (!local_query_begin(&query, local,
                           "SELECT hash, failed, not_before_us FROM secret WHERE person = ?",
                           error))
        return FALSE;
    local_put_text(&query, person);
    good = local_query_row(&query, &found, error);
    if (found) {
        secret->hash = local_take_text(&query);
        secret->failed = (guint)local_take_int(&query);
        secret->not_before_us = local_take_int(&query);
    }
    local_query_end(&query);
    return good;
}

gboolean local_secret_set(Local *local, const char *person, const char *hash, GError **error)
{
    LocalQuery query;

    if (!local_query_begin(
            &query, local,
            "INSERT INTO secret (person, hash) VALUES (?, ?) ON CONFLICT (person) DO "
            "UPDATE SET hash = excluded.hash, failed = 0, not_before_us = 0",
            error))
        return FALSE;
    local_put_text(&query, person);
    local_put_text(&query, hash);
    return local_query_run(&query, error);
}

gboolean local_secret_tried(Local *local, const char *person, guint count, gint64 not_before_us,
                            GError **error)
{
    LocalQuery query;

    if (!local_query_begin(&query, local,
                           "INSERT INTO secret (person, failed, not_before_us) VALUES (?, ?, ?) "
                           "ON CONFLICT (person) DO UPDATE SET failed = excluded.failed, "
                           "not_before_us = excluded.not_before_us",
                           error))
        return FALSE;
    local_put_text(&query, person);
    local_put_int(&query, count);
    local_put_int(&query, not_before_us);
    return local_query_run(&query, error);
}

gboolean local_secret_count(Local *local, guint *n, GError **error)
{
    gint64 count = 0;

    if (!pragma_int(local, "SELECT count(*) FROM secret WHERE hash IS NOT NULL", &count, error))
        return FALSE;
    *n = (guint)count;
    return TRUE;
}

void local_session_clear(LocalSession *session)
{
    g_free(session->digest);
    g_free(session->person);
    g_free(session->csrf);
    *session = (LocalSession){0};
}

gboolean local_session_put(Local *local, const LocalSession *session, GError **error)
{
    LocalQuery query;

    if (!local_query_begin(&query, local,
                           "INSERT INTO session (digest, person, csrf, begun_us, seen_us) "
                           "VALUES (?, ?, ?, ?, ?)",
                           error))
        return FALSE;
    local_put_text(&query, session->digest);
    local_put_text(&query, session->person);
    local_put_text(&query, session->csrf);
    local_put_int(&query, session->begun_us);
    local_put_int(&query, session->seen_us);
    return local_query_run(&query, error);
}

gboolean local_session_get(Local *local, const char *digest, LocalSession *session, GError **error)
{
    LocalQuery query;
    gboolean found = FALSE;
    gboolean good;

    *session = (LocalSession){0};
    if (!local_query_begin(&query, local,
                           "SELECT digest, person, csrf, begun_us, seen_us FROM session "
                           "WHERE digest = ?",
                           error))
        return FALSE;
    local_put_text(&query, digest);
    good = local_query_row(&query, &found, error);
    if (found) {
        session->digest = local_take_text(&query);
        session->person = local_take_text(&query);
        session->csrf = local_take_text(&query);
        session->begun_us = local_take_int(&query);
        session->seen_us = local_take_int(&query);
    }
    local_query_end(&query);
    if (good && !found)
        return error_set(error, ERROR_NO_SESSION, "the session has ended");
    return good;
}

gboolean local_session_seen(Local *local, const char *digest, gint64 seen_us, GError **error)
{
    LocalQuery query;

    if (!local_query_begin(&query, local, "UPDATE session SET seen_us = ? WHERE digest = ?", error))
        return FALSE;
    local_put_int(&query, seen_us);
    local_put_text(&query, digest);
    return local_query_run(&query, error);
}

static gboolean run_with_text(Local *local, const char *sql, const char *text, GError **error)
{
    LocalQuery query;

    if (!local_query_begin(&query, local, sql, error))
        return FALSE;
    local_put_text(&query, text);
    return local_query_run(&query, error);
}

gboolean local_session_end(Local *local, const char *digest, GError **error)
{
    return run_with_text(local, "DELETE FROM session WHERE digest = ?", digest, error);
}

gboolean local_session_end_all(Local *local, const char *person, GError **error)
{
    return run_with_text(local, "DELETE FROM session WHERE person = ?", person, error);
}

void local_answer_clear(LocalAnswer *answer)
{
    g_free(answer->request);
    g_free(answer->type);
    g_clear_pointer(&answer->body, g_bytes_unref);
    *answer = (LocalAnswer){0};
}

gboolean local_answer_get(Local *local, const LocalKey *key, LocalAnswer *answer, gboolean *found,
                          GError **error)
{
    LocalQuery query;
    gboolean good;

    *answer = (LocalAnswer){0};
    if (!local_query_begin(
            &query, local,
            "SELECT request, status, type, body FROM answer WHERE person = ? AND key = ?", error))
        return FALSE;
    local_put_text(&query, key->person);
    local_put_text(&query, key->key);
    good = local_query_row(&query, found, error);
    if (*found) {
        answer->request = local_take_text(&query);
        answer->status = (guint)local_take_int(&query);
        answer->type = local_take_text(&query);
        answer->body = g_bytes_new(sqlite3_column_blob(query.stmt, query.next),
                                   (gsize)sqlite3_column_bytes(query.stmt, query.next));
    }
    local_query_end(&query);
    return good;
}

gboolean local_answer_put(Local *local, const LocalKey *key, const LocalAnswer *answer,
                          gint64 now_us, GError **error)
{
    LocalQuery query;
    gsize size = 0;
    const void *bytes = g_bytes_get_data(answer->body, &size);

    if (!local_query_begin(
            &query, local,
            "INSERT OR REPLACE INTO answer (person, key, request, status, type, body, "
            "given_us) VALUES (?, ?, ?, ?, ?, ?, ?)",
            error))
        return FALSE;
    local_put_text(&query, key->person);
    local_put_text(&query, key->key);
    local_put_text(&query, answer->request);
    local_put_int(&query, answer->status);
    local_put_text(&query, answer->type);
    sqlite3_bind_blob64(query.stmt, query.next++, size > 0 ? bytes : "", size, SQLITE_TRANSIENT);
    local_put_int(&query, now_us);
    return local_query_run(&query, error);
}

gboolean local_forget(Local *local, gint64 sessions_us, gint64 answers_us, GError **error)
{
    LocalQuery query;

    if (!local_query_begin(&query, local, "DELETE FROM session WHERE seen_us < ?", error))
        return FALSE;
    local_put_int(&query, sessions_us);
    if (!local_query_run(&query, error) ||
        !local_query_begin(&query, local, "DELETE FROM answer WHERE given_us < ?", error))
        return FALSE;
    local_put_int(&query, answers_us);
    return local_query_run(&query, error);
}

/* Every other connection is between two statements nearly always. */
static gboolean cut_wal(Local *local, GError **error)
{
    gboolean busy = TRUE;

    for (int i = 0; busy && i < WAL_TRIES; i++) {
        LocalQuery query;
        gboolean found;

        if (!local_query_begin(&query, local, "PRAGMA wal_checkpoint(TRUNCATE)", error))
            return FALSE;
        if (!local_query_row(&query, &found, error)) {
            local_query_end(&query);
            return FALSE;
        }
        busy = found && sqlite3_column_int(query.stmt, 0) != 0;
        local_query_end(&query);
        if (busy)
            g_usleep(WAL_POLL_US);
    }
    return !busy || error_set(error, ERROR_BUSY, "somebody reads local.db as it was");
}

gboolean local_forget_answers(Local *local, GError **error)
{
    LocalQuery query;

    return local_query_begin(&query, local, "DELETE FROM answer", error) &&
           local_query_run(&query, error) && local_query_begin(&query, local, "VACUUM", error) &&
           local_query_run(&query, error) && cut_wal(local, error);
}
