/* SPDX-License-Identifier: Apache-2.0
 *
 * What the sources of the store share among themselves; nobody else includes it.
 */
#pragma once

#include "storage/secrets.h"
#include "storage/store.h"

#include <pthread.h>

typedef struct Work Work; /* one waiting command, store_write.c */

struct Store {
    char *folder;
    char *journal_folder;
    Clock clock;
    Random random;
    gboolean read_only;
    Catalog *catalog; /* the writer's connection; used under `lock_mutex` alone */
    Fd lock_fd;
    pthread_mutex_t write_mutex; /* held by the leader while it writes a group */
    pthread_mutex_t queue_mutex; /* guards `queue` and the results in it */
    pthread_cond_t done;
    GQueue queue;     /* of Work */
    gboolean leading; /* somebody is writing; under queue_mutex */
    gboolean stopped; /* after a failed journal write; under write_mutex */
};

/* DATA/lock, across processes; the caller holds write_mutex. ERROR_BUSY after a time. */
gboolean store_lock(Store *store, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void store_unlock(Store *store);

/* Under the lock: replay records behind the mark, cut what is torn behind them. */
gboolean store_recover(Store *store, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Replays the records from the catalogue's mark on, up to `until` records, inside the caller's
 * transaction; `*n` were applied. */
gboolean store_replay(const char *journal_folder, Catalog *catalog, gint64 until, gint64 *n,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
