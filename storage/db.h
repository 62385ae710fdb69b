/* SPDX-License-Identifier: Apache-2.0
 *
 * One SQLite connection with its prepared statements.
 *
 * Statements are prepared once per connection and found again by their text. Parameters follow a
 * type string, one letter each:
 *   i  gint64        t  const char * (NULL binds NULL)        b  blob: ptr, int size
 *   o  gint64 or NULL: a pointer to gint64, NULL binds NULL
 * A connection belongs to one thread at a time.
 */
#pragma once

#include "appliance/base/json.h"

#include <stdarg.h>

typedef struct Db Db;

typedef enum {
    DB_READ_ONLY,
    DB_READ_WRITE, /* creates the file where it is missing */
    DB_OWN,        /* the same, for what no journal brings back: every commit is on the disk */
} DbMode;

/* Opens `path` ("" is a temporary file that nobody sees). On a disk without a byte left SQLite
 * cannot make the index of its log beside the file. Then the index is kept in memory (SQLite's VFS
 * "unix-excl"), which asks that no other process has the file open: one process after the other
 * reads, and waits for the one before it. Where that is not to be had either, and always for
 * DB_OWN, it is ERROR_DISK_FULL. Here and below it is ERROR_BUSY while another process holds the
 * file for long, ERROR_IO where it cannot be opened, read or written, and else ERROR_CATALOGUE (of
 * DB_OWN: ERROR_IO), which says that the content is not what it should be. */
Db *db_open(const char *path, DbMode mode, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Closes the connection and forgets its statements. */
void db_close(Db *db);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Db, db_close)

/* Several statements of a text, without parameters. */
gboolean db_script(Db *db, const char *sql, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* End an open transaction without its changes; nothing where there is none. */
void db_roll_back(Db *db);

/* A statement that returns no row. What its parameters point to may go once it is done, here and
 * below. */
gboolean db_run(Db *db, GError **error, const char *sql, const char *types,
                ...) G_GNUC_WARN_UNUSED_RESULT;

/* The rows as an array of objects by column name: integers, texts, blobs as hex, NULL as null. */
json_t *db_rows(Db *db, GError **error, const char *sql, const char *types,
                ...) G_GNUC_WARN_UNUSED_RESULT;

/* Both with the parameters as a list, for who takes them from others. */
gboolean db_run_va(Db *db, GError **error, const char *sql, const char *types,
                   va_list *args) G_GNUC_WARN_UNUSED_RESULT;
json_t *db_rows_va(Db *db, GError **error, const char *sql, const char *types,
                   va_list *args) G_GNUC_WARN_UNUSED_RESULT;

/* The first row, or NULL without an error where there is none. */
json_t *db_row(Db *db, GError **error, const char *sql, const char *types,
               ...) G_GNUC_WARN_UNUSED_RESULT;

/* The first column of the first row as a number; `otherwise` where there is no row or a NULL. */
gboolean db_int(Db *db, gint64 *value, gint64 otherwise, GError **error, const char *sql,
                const char *types, ...) G_GNUC_WARN_UNUSED_RESULT;

/* The last call failed because a write found no room: of the transaction not all reached the disk,
 * so that nothing of it will ever be seen. */
gboolean db_found_no_room(Db *db);
