/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/db.h"

#include "appliance/base/text.h"

#include <errno.h>
#include <sqlite3.h>
#include <string.h>

#define RECENT 64

struct Db {
    sqlite3 *handle;
    GHashTable *statements; /* text → sqlite3_stmt */
    struct {
        const char *sql;
        sqlite3_stmt *statement;
    } recent[RECENT]; /* by the address of the text, which may hold another one by now */
    char *path;
    ErrorCode trouble; /* what it is called that has no name of its own */
};

/* How long a reader or writer of another process may hold a short lock of SQLite's own. */
#define BUSY_TIMEOUT_MS 30000

/* A full disk also shows as a failed read or write, because the index of the log cannot grow. */
static gboolean is_full(sqlite3 *handle)
{
    return sqlite3_errcode(handle) == SQLITE_FULL ||
           sqlite3_extended_errcode(handle) == SQLITE_IOERR_SHMSIZE ||
           ((sqlite3_errcode(handle) & 0xff) == SQLITE_IOERR &&
            sqlite3_system_errno(handle) == ENOSPC);
}

/* What SQLite said of the last call, as a code of the one list. */
static ErrorCode code_of(const Db *db)
{
    if (is_full(db->handle))
        return ERROR_DISK_FULL;
    switch (sqlite3_errcode(db->handle) & 0xff) {
    case SQLITE_BUSY:
        return ERROR_BUSY;
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
    case SQLITE_PERM:
    case SQLITE_READONLY:
        return ERROR_IO;
    default:
        return db->trouble;
    }
}

static gboolean failed(Db *db, GError **error, const char *what)
{
    return error_set(error, code_of(db), "%s: %s (%s)", db->path, sqlite3_errmsg(db->handle), what);
}

/* What a connection is opened with. */
typedef struct {
    const char *path;
    int flags;
    const char *vfs;      /* NULL: the usual one */
    const char *settings; /* on top of those of every connection */
    ErrorCode trouble;
} Opening;

/* Opened and read once: only then has SQLite made what it needs beside the file. */
static Db *open_with(const Opening *opening, GError **error)
{
    static const char settings[] = "PRAGMA foreign_keys = ON; PRAGMA synchronous = NORMAL;"
                                   "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;"
                                   "PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON;";
    g_autoptr(Db) db = g_new0(Db, 1);

    db->path = g_strdup(opening->path);
    db->trouble = opening->trouble;
    db->statements = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                           (GDestroyNotify)(void (*)(void))sqlite3_finalize);
    if (sqlite3_open_v2(opening->path, &db->handle, opening->flags | SQLITE_OPEN_NOMUTEX,
                        opening->vfs) != SQLITE_OK) {
        failed(db, error, "open");
        return NULL;
    }
    sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    if (!db_script(db, settings, error) || !db_script(db, opening->settings, error) ||
        !db_script(db, "PRAGMA schema_version", error))
        return NULL;
    return g_steal_pointer(&db);
}

Db *db_open(const char *path, DbMode mode, GError **error)
{
    static const char *const settings[] = {
        [DB_READ_ONLY] = "",
        [DB_READ_WRITE] = "PRAGMA journal_mode = WAL",
        [DB_OWN] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL",
    };
    g_autoptr(GError) why = NULL;
    gboolean reads = mode == DB_READ_ONLY;
    Opening usual = {.path = path,
                     .flags =
                         reads ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                     .settings = settings[mode],
                     .trouble = mode == DB_OWN ? ERROR_IO : ERROR_CATALOGUE};
    /* Only who may write may lock others out. */
    Opening alone = {.path = path,
                     .flags = SQLITE_OPEN_READWRITE,
                     .vfs = "unix-excl",
                     .settings = reads ? "PRAGMA query_only = ON" : "",
                     .trouble = ERROR_CATALOGUE};
    Db *db = open_with(&usual, &why);

    if (db == NULL && mode != DB_OWN && g_error_matches(why, ANJUAN_ERROR, ERROR_DISK_FULL))
        db = open_with(&alone, NULL);
    if (db == NULL)
        g_propagate_error(error, g_steal_pointer(&why));
    return db;
}

void db_close(Db *db)
{
    if (db == NULL)
        return;
    g_clear_pointer(&db->statements, g_hash_table_unref);
    sqlite3_close(db->handle);
    g_free(db->path);
    g_free(db);
}

gboolean db_script(Db *db, const char *sql, GError **error)
{
    if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
        return failed(db, error, "script");
    return TRUE;
}

void db_roll_back(Db *db)
{
    /* A commit that failed may have rolled back by itself. */
    if (!sqlite3_get_autocommit(db->handle) &&
        sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL) != SQLITE_OK)
        /* uncovered: nothing stands in the way of a rollback */
        g_warning("%s: roll back: %s", db->path, sqlite3_errmsg(db->handle));
}

static void done(sqlite3_stmt *statement)
{
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
}

/* Most texts are literals: comparing one is cheaper than hashing it. */
static sqlite3_stmt *known_statement(Db *db, const char *sql)
{
    gsize slot = ((gsize)sql >> 4) % RECENT;

    if (db->recent[slot].sql != sql || strcmp(sqlite3_sql(db->recent[slot].statement), sql) != 0) {
        db->recent[slot].statement = g_hash_table_lookup(db->statements, sql);
        db->recent[slot].sql = db->recent[slot].statement != NULL ? sql : NULL;
    }
    return db->recent[slot].statement;
}

static sqlite3_stmt *statement_of(Db *db, const char *sql, GError **error)
{
    sqlite3_stmt *statement = known_statement(db, sql);

    if (statement != NULL)
        return statement;
    if (sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) !=
        SQLITE_OK) {
        failed(db, error, sql);
        return NULL;
    }
    g_hash_table_insert(db->statements, g_strdup(sql), statement);
    return statement;
}

/* What is bound stays the caller's: it lives until the statement is done. */
static void bind_one(sqlite3_stmt *statement, int index, char type, va_list *args)
{
    const void *pointer;

    switch (type) {
    case 'i':
        sqlite3_bind_int64(statement, index, va_arg(*args, gint64));
        break;
    case 't':
        sqlite3_bind_text(statement, index, va_arg(*args, const char *), -1, SQLITE_STATIC);
        break;
    case 'b':
        pointer = va_arg(*args, const void *);
        sqlite3_bind_blob(statement, index, pointer, va_arg(*args, int), SQLITE_STATIC);
        break;
    case 'o':
        pointer = va_arg(*args, const void *);
        if (pointer != NULL)
            sqlite3_bind_int64(statement, index, *(const gint64 *)pointer);
        break;
    /* uncovered: a caller's mistake, which ends the process */
    default:
        g_error("unknown parameter type '%c'", type);
    }
}

static sqlite3_stmt *bound(Db *db, GError **error, const char *sql, const char *types,
                           va_list *args)
{
    sqlite3_stmt *statement = statement_of(db, sql, error);

    for (int i = 0; statement != NULL && types[i] != '\0'; i++)
        bind_one(statement, i + 1, types[i], args);
    return statement;
}

gboolean db_run_va(Db *db, GError **error, const char *sql, const char *types, va_list *args)
{
    sqlite3_stmt *statement = bound(db, error, sql, types, args);
    int result;

    if (statement == NULL)
        return FALSE;
    result = sqlite3_step(statement);
    if (result != SQLITE_DONE && result != SQLITE_ROW)
        failed(db, error, sql);
    done(statement);
    return result == SQLITE_DONE || result == SQLITE_ROW;
}

gboolean db_run(Db *db, GError **error, const char *sql, const char *types, ...)
{
    gboolean ok;
    va_list args;

    va_start(args, types);
    ok = db_run_va(db, error, sql, types, &args);
    va_end(args);
    return ok;
}

static json_t *column_value(sqlite3_stmt *statement, int column)
{
    g_autofree char *hex = NULL;

    switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
        return json_integer(sqlite3_column_int64(statement, column));
    case SQLITE_TEXT:
        return json_string((const char *)sqlite3_column_text(statement, column));
    case SQLITE_BLOB:
        hex = hex_encode(sqlite3_column_blob(statement, column),
                         (gsize)sqlite3_column_bytes(statement, column));
        return json_string(hex);
    case SQLITE_FLOAT:
        return json_real(sqlite3_column_double(statement, column));
    default:
        return json_null();
    }
}

static json_t *row_object(sqlite3_stmt *statement)
{
    json_t *row = json_object();

    for (int i = 0; i < sqlite3_column_count(statement); i++)
        json_object_set_new(row, sqlite3_column_name(statement, i), column_value(statement, i));
    return row;
}

/* At most `limit` rows; NULL with `error` set on failure. */
static json_t *collect(Db *db, sqlite3_stmt *statement, gsize limit, GError **error)
{
    g_autoptr(json_t) rows = json_array();
    int result = SQLITE_ROW;

    while (json_array_size(rows) < limit && (result = sqlite3_step(statement)) == SQLITE_ROW)
        json_array_append_new(rows, row_object(statement));
    if (result != SQLITE_ROW && result != SQLITE_DONE) {
        failed(db, error, sqlite3_sql(statement));
        done(statement);
        return NULL;
    }
    done(statement);
    return g_steal_pointer(&rows);
}

json_t *db_rows_va(Db *db, GError **error, const char *sql, const char *types, va_list *args)
{
    sqlite3_stmt *statement = bound(db, error, sql, types, args);

    return statement != NULL ? collect(db, statement, G_MAXSIZE, error) : NULL;
}

json_t *db_rows(Db *db, GError **error, const char *sql, const char *types, ...)
{
    json_t *rows;
    va_list args;

    va_start(args, types);
    rows = db_rows_va(db, error, sql, types, &args);
    va_end(args);
    return rows;
}

json_t *db_row(Db *db, GError **error, const char *sql, const char *types, ...)
{
    g_autoptr(json_t) rows = NULL;
    sqlite3_stmt *statement;
    va_list args;

    va_start(args, types);
    statement = bound(db, error, sql, types, &args);
    va_end(args);
    if (statement == NULL)
        return NULL;
    rows = collect(db, statement, 1, error);
    return rows != NULL ? json_incref(json_array_get(rows, 0)) : NULL;
}

gboolean db_int(Db *db, gint64 *value, gint64 otherwise, GError **error, const char *sql,
                const char *types, ...)
{
    sqlite3_stmt *statement;
    va_list args;
    int result;

    va_start(args, types);
    statement = bound(db, error, sql, types, &args);
    va_end(args);
    if (statement == NULL)
        return FALSE;
    result = sqlite3_step(statement);
    *value = otherwise;
    if (result == SQLITE_ROW && sqlite3_column_type(statement, 0) != SQLITE_NULL)
        *value = sqlite3_column_int64(statement, 0);
    if (result != SQLITE_ROW && result != SQLITE_DONE)
        failed(db, error, sql);
    done(statement);
    return result == SQLITE_ROW || result == SQLITE_DONE;
}

gboolean db_found_no_room(Db *db)
{
    return sqlite3_errcode(db->handle) == SQLITE_FULL;
}
