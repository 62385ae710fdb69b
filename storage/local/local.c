/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/local/local.h"

#include "appliance/base/embed.h"

#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <unistd.h>

#define APPLICATION_ID 0x414a4c43 /* "AJLC" */
#define VERSION        1
#define BUSY_MS        5000

extern const Embedded embedded_local[];

struct Local {
    pthread_mutex_t lock;
    sqlite3 *db;
};

typedef struct {
    Local *local;
    sqlite3_stmt *stmt;
    int next; /* parameter or column */
} Query;

static gboolean failed(Local *local, GError **error)
{
    return error_set(error, ERROR_CATALOGUE, "local.db: %s", sqlite3_errmsg(local->db));
}

/* Takes the lock; query_end lets it go. */
static gboolean query_begin(Query *query, Local *local, const char *sql, GError **error)
{
    *query = (Query){local, NULL, 1};
    pthread_mutex_lock(&local->lock);
    if (sqlite3_prepare_v2(local->db, sql, -1, &query->stmt, NULL) == SQLITE_OK)
        return TRUE;
    failed(local, error);
    pthread_mutex_unlock(&local->lock);
    return FALSE;
}

static void put_text(Query *query, const char *text)
{
    sqlite3_bind_text(query->stmt, query->next++, text, -1, SQLITE_TRANSIENT);
}

static void put_int(Query *query, gint64 value)
{
    sqlite3_bind_int64(query->stmt, query->next++, value);
}

/* The columns of a row are read in order, from 0. */
static char *take_text(Query *query)
{
    return g_strdup((const char *)sqlite3_column_text(query->stmt, query->next++));
}

static gint64 take_int(Query *query)
{
    return sqlite3_column_int64(query->stmt, query->next++);
}

static gboolean query_row(Query *query, gboolean *found, GError **error)
{
    int result = sqlite3_step(query->stmt);

    query->next = 0;
    *found = result == SQLITE_ROW;
    return *found || result == SQLITE_DONE || failed(query->local, error);
}

static void query_end(Query *query)
{
    sqlite3_finalize(query->stmt);
    pthread_mutex_unlock(&query->local->lock);
}

/* Run a statement that gives no row. */
static gboolean query_run(Query *query, GError **error)
{
    gboolean done = sqlite3_step(query->stmt) == SQLITE_DONE || failed(query->local, error);

    query_end(query);
    return done;
}

static gboolean execute(Local *local, const char *sql, GError **error)
{
    return sqlite3_exec(local->db, sql, NULL, NULL, NULL) == SQLITE_OK || failed(local, error);
}

static gboolean pragma_int(Local *local, const char *sql, gint64 *value, GError **error)
{
    Query query;
    gboolean found = FALSE;
    gboolean good;

    if (!query_begin(&query, local, sql, error))
        return FALSE;
    good = query_row(&query, &found, error);
    *value = found ? take_int(&query) : 0;
    query_end(&query);
    return good;
}

static gboolean make_schema(Local *local, GError **error)
{
    g_autofree char *sql = g_strdup_printf(
        "BEGIN; %s PRAGMA application_id=%d; PRAGMA user_version=%d; COMMIT;",
        (const char *)embedded_find(embedded_local, "local.sql")->bytes, APPLICATION_ID, VERSION);

    return execute(local, sql, error);
}

static gboolean check_schema(Local *local, GError **error)
{
    gint64 version = 0;
    gint64 id = 0;

    if (!pragma_int(local, "PRAGMA user_version", &version, error) ||
        !pragma_int(local, "PRAGMA application_id", &id, error))
        return FALSE;
    if (version == 0 && id == 0)
        return make_schema(local, error);
    if (id != APPLICATION_ID)
        return error_set(error, ERROR_FORMAT, "local.db is another program's");
    if (version > VERSION)
        return error_set(error, ERROR_NEWER_SCHEMA, "local.db");
    return TRUE;
}

Local *local_open(const char *path, GError **error)
{
    g_autoptr(Local) local = g_new0(Local, 1);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    pthread_mutex_init(&local->lock, NULL);
    if (fd < 0) {
        error_set(error, ERROR_NO_FILE, "%s", path);
        return NULL;
    }
    close(fd);
    if (sqlite3_open_v2(path, &local->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
        SQLITE_OK) {
        failed(local, error);
        return NULL;
    }
    sqlite3_busy_timeout(local->db, BUSY_MS);
    if (!execute(local,
                 "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON",
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

static void take_person(Query *query, LocalPerson *person)
{
    query->next = 0;
    person->number = take_text(query);
    person->name = take_text(query);
    person->roles = (guint32)take_int(query);
    person->active = take_int(query) != 0;
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
    Query query;
    gboolean found = FALSE;
    gboolean more = FALSE;
    gboolean good;

    *person = (LocalPerson){0};
    if (!query_begin(&query, local,
                     "SELECT number, name, roles, active FROM person "
                     "WHERE number = ?1 OR name = ?1 LIMIT 2",
                     error))
        return FALSE;
    put_text(&query, number_or_name);
    good = query_row(&query, &found, error);
    if (found) {
        take_person(&query, person);
        good = query_row(&query, &more, error);
    }
    query_end(&query);
    if (!good)
        return FALSE;
    return (found && !more) || error_set(error, ERROR_NOT_FOUND, "%s", number_or_name);
}

gboolean local_person_put(Local *local, const LocalPerson *person, GError **error)
{
    Query query;

    if (!query_begin(&query, local,
                     "INSERT OR REPLACE INTO person (number, name, roles, active) "
                     "VALUES (?, ?, ?, ?)",
                     error))
        return FALSE;
    put_text(&query, person->number);
    put_text(&query, person->name);
    put_int(&query, person->roles);
    put_int(&query, person->active);
    return query_run(&query, error);
}

gboolean local_person_list(Local *local, LocalPersonTake take, void *taker, GError **error)
{
    Query query;
    gboolean found = FALSE;
    gboolean good;

    if (!query_begin(&query, local,
                     "SELECT number, name, roles, active FROM person ORDER BY number", error))
        return FALSE;
    while ((good = query_row(&query, &found, error)) && found) {
        g_auto(LocalPerson) person = {0};

        take_person(&query, &person);
        take(taker, &person);
    }
    query_end(&query);
    return good;
}

void local_secret_clear(LocalSecret *secret)
{
    g_free(secret->hash);
    *secret = (LocalSecret){0};
}

gboolean local_person_count(Local *local, guint32 roles, const char *but, guint *n, GError **error)
{
    Query query;
    gboolean found = FALSE, good;

    if (!query_begin(&query, local,
                     "SELECT count(*) FROM person WHERE active AND (roles & ?) <> 0"
                     " AND number <> coalesce(?, '')",
                     error))
        return FALSE;
    put_int(&query, roles);
    put_text(&query, but);
    good = query_row(&query, &found, error);
    *n = found ? (guint)take_int(&query) : 0;
    query_end(&query);
    return good;
}

char *local_person_next(Local *local, GError **error)
{
    Query query;
    gboolean found = FALSE, good;
    gint64 next = 1;

    if (!query_begin(&query, local,
                     "SELECT coalesce(max(CAST(number AS INTEGER)), 0) + 1 FROM person", error))
        return NULL;
    good = query_row(&query, &found, error);
    if (found)
        next = take_int(&query);
    query_end(&query);
    if (good && next <= 999999)
        return g_strdup_printf("%06d", (int)next);
    if (good)
        error_set(error, ERROR_SERIAL_EXHAUSTED, "people are numbered to 999999");
    return NULL;
}

gboolean local_secret_get(Local *local, const char *person, LocalSecret *secret, GError **error)
{
    Query query;
    gboolean found = FALSE;
    gboolean good;

    *secret = (LocalSecret){0};
    if (!query_begin(&query, local,
                     "SELECT hash, failed, not_before_us FROM secret WHERE person = ?", error))
        return FALSE;
    put_text(&query, person);
    good = query_row(&query, &found, error);
    if (found) {
        secret->hash = take_text(&query);
        secret->failed = (guint)take_int(&query);
        secret->not_before_us = take_int(&query);
    }
    query_end(&query);
    return good;
}

gboolean local_secret_set(Local *local, const char *person, const char *hash, GError **error)
{
    Query query;

    if (!query_begin(&query, local,
                     "INSERT INTO secret (person, hash) VALUES (?, ?) ON CONFLICT (person) DO "
                     "UPDATE SET hash = excluded.hash, failed = 0, not_before_us = 0",
                     error))
        return FALSE;
    put_text(&query, person);
    put_text(&query, hash);
    return query_run(&query, error);
}

gboolean local_secret_tried(Local *local, const char *person, guint count, gint64 not_before_us,
                            GError **error)
{
    Query query;

    if (!query_begin(&query, local,
                     "INSERT INTO secret (person, failed, not_before_us) VALUES (?, ?, ?) "
                     "ON CONFLICT (person) DO UPDATE SET failed = excluded.failed, "
                     "not_before_us = excluded.not_before_us",
                     error))
        return FALSE;
    put_text(&query, person);
    put_int(&query, count);
    put_int(&query, not_before_us);
    return query_run(&query, error);
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
    Query query;

    if (!query_begin(&query, local,
                     "INSERT INTO session (digest, person, csrf, begun_us, seen_us) "
                     "VALUES (?, ?, ?, ?, ?)",
                     error))
        return FALSE;
    put_text(&query, session->digest);
    put_text(&query, session->person);
    put_text(&query, session->csrf);
    put_int(&query, session->begun_us);
    put_int(&query, session->seen_us);
    return query_run(&query, error);
}

gboolean local_session_get(Local *local, const char *digest, LocalSession *session, GError **error)
{
    Query query;
    gboolean found = FALSE;
    gboolean good;

    *session = (LocalSession){0};
    if (!query_begin(&query, local,
                     "SELECT digest, person, csrf, begun_us, seen_us FROM session "
                     "WHERE digest = ?",
                     error))
        return FALSE;
    put_text(&query, digest);
    good = query_row(&query, &found, error);
    if (found) {
        session->digest = take_text(&query);
        session->person = take_text(&query);
        session->csrf = take_text(&query);
        session->begun_us = take_int(&query);
        session->seen_us = take_int(&query);
    }
    query_end(&query);
    if (good && !found)
        return error_set(error, ERROR_NO_SESSION, "the session has ended");
    return good;
}

gboolean local_session_seen(Local *local, const char *digest, gint64 seen_us, GError **error)
{
    Query query;

    if (!query_begin(&query, local, "UPDATE session SET seen_us = ? WHERE digest = ?", error))
        return FALSE;
    put_int(&query, seen_us);
    put_text(&query, digest);
    return query_run(&query, error);
}

static gboolean run_with_text(Local *local, const char *sql, const char *text, GError **error)
{
    Query query;

    if (!query_begin(&query, local, sql, error))
        return FALSE;
    put_text(&query, text);
    return query_run(&query, error);
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
    Query query;
    gboolean good;

    *answer = (LocalAnswer){0};
    if (!query_begin(&query, local,
                     "SELECT request, status, type, body FROM answer WHERE person = ? AND key = ?",
                     error))
        return FALSE;
    put_text(&query, key->person);
    put_text(&query, key->key);
    good = query_row(&query, found, error);
    if (*found) {
        answer->request = take_text(&query);
        answer->status = (guint)take_int(&query);
        answer->type = take_text(&query);
        answer->body = g_bytes_new(sqlite3_column_blob(query.stmt, query.next),
                                   (gsize)sqlite3_column_bytes(query.stmt, query.next));
    }
    query_end(&query);
    return good;
}

gboolean local_answer_put(Local *local, const LocalKey *key, const LocalAnswer *answer,
                          gint64 now_us, GError **error)
{
    Query query;
    gsize size = 0;
    const void *bytes = g_bytes_get_data(answer->body, &size);

    if (!query_begin(&query, local,
                     "INSERT OR REPLACE INTO answer (person, key, request, status, type, body, "
                     "given_us) VALUES (?, ?, ?, ?, ?, ?, ?)",
                     error))
        return FALSE;
    put_text(&query, key->person);
    put_text(&query, key->key);
    put_text(&query, answer->request);
    put_int(&query, answer->status);
    put_text(&query, answer->type);
    sqlite3_bind_blob64(query.stmt, query.next++, size > 0 ? bytes : "", size, SQLITE_TRANSIENT);
    put_int(&query, now_us);
    return query_run(&query, error);
}

gboolean local_forget(Local *local, gint64 sessions_us, gint64 answers_us, GError **error)
{
    Query query;

    if (!query_begin(&query, local, "DELETE FROM session WHERE seen_us < ?", error))
        return FALSE;
    put_int(&query, sessions_us);
    if (!query_run(&query, error) ||
        !query_begin(&query, local, "DELETE FROM answer WHERE given_us < ?", error))
        return FALSE;
    put_int(&query, answers_us);
    return query_run(&query, error);
}
