/* SPDX-License-Identifier: Apache-2.0
 *
 * What the sources of local.db share among themselves; nobody else includes it.
 */
#pragma once

#include "storage/local/local.h"

#include <pthread.h>
#include <sqlite3.h>

struct Local {
    pthread_mutex_t lock;
    sqlite3 *db;
};

typedef struct {
    Local *local;
    sqlite3_stmt *stmt;
    int next; /* parameter or column */
} LocalQuery;

/* Takes the lock; local_query_end lets it go. */
gboolean local_query_begin(LocalQuery *query, Local *local, const char *sql, GError **error);
void local_put_text(LocalQuery *query, const char *text);
void local_put_int(LocalQuery *query, gint64 value);
gboolean local_query_row(LocalQuery *query, gboolean *found, GError **error);
/* The columns of a row are read in order, from 0. */
char *local_take_text(LocalQuery *query);
gint64 local_take_int(LocalQuery *query);
void local_query_end(LocalQuery *query);
/* Run a statement that gives no row. */
gboolean local_query_run(LocalQuery *query, GError **error);
