/* SPDX-License-Identifier: Apache-2.0
 *
 * What the sources of local.db share among themselves; nobody else includes it. Parameters and rows
 * are those of db.h; the one connection is used under the lock alone.
 */
#pragma once

#include "storage/db.h"
#include "storage/local/local.h"

#include <pthread.h>

struct Local {
    pthread_mutex_t lock;
    Db *db;
};

/* A statement that returns no row. */
gboolean local_run(Local *local, GError **error, const char *sql, const char *types,
                   ...) G_GNUC_WARN_UNUSED_RESULT;
/* All rows of one that does. */
json_t *local_rows(Local *local, GError **error, const char *sql, const char *types,
                   ...) G_GNUC_WARN_UNUSED_RESULT;
