/* SPDX-License-Identifier: Apache-2.0
 *
 * What waits for a printer, and the machine's own settings; in local.db.
 *
 *   waiting ─ handed over → sent ─ came out → printed
 *      ↑                     │
 *      └──── did not come out┘         waiting, sent ─ cancel → cancelled
 */
#pragma once

#include "storage/local/local.h"

typedef enum { PRINT_WAITING, PRINT_SENT, PRINT_PRINTED, PRINT_CANCELLED, PRINT_STATES } PrintState;
/* "waiting", "sent", "printed" or "cancelled", as local.db keeps it. */
const char *print_state_token(PrintState state);

typedef struct {
    gint64 id;
    char *printer, *title, *type, *file, *problem;
    char *number; /* of the case; NULL */
    gint64 document;
    guint copies, reprint;
    PrintState state;
    guint remote;
    gint64 made_us, done_us;
} PrintJob;
void print_job_clear(PrintJob *job);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PrintJob, print_job_clear)

/* Keep a new one; `id`, `state`, `remote` and `done_us` of it are not looked at. */
gboolean local_print_add(Local *local, const PrintJob *job, gint64 *id,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What became of it. Only from WAITING and SENT; ERROR_WRONG_STATE else. */
typedef struct {
    PrintState state;
    guint remote;
    const char *problem;
    gint64 now_us;
} PrintChange;
gboolean local_print_change(Local *local, gint64 id, const PrintChange *change,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ERROR_NOT_FOUND. */
gboolean local_print_get(Local *local, gint64 id, PrintJob *job,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Those that are waiting or sent, or the newest `limit` of all, in order. Of PrintJob, owned. */
GPtrArray *local_print_open(Local *local, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *local_print_list(Local *local, guint limit, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A setting of this machine; NULL without error where it is not set. An empty value removes it. */
char *local_setting_get(Local *local, const char *key, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean local_setting_put(Local *local, const char *key, const char *value,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
