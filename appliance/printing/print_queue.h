/* SPDX-License-Identifier: Apache-2.0
 *
 * Printing: what is to be printed is kept before a printer is asked, and stays until it came out.
 *
 * A job's bytes lie in DATA/print/ and its row in local.db (storage/local/print_jobs.h), so that
 * neither a printer that is out of paper or gone nor a crash loses it; whoever resumes takes up
 * where the last one stopped. One process works on the queue at a time. When a paper came out, the
 * journal gets a record (act "print").
 *
 * A PDF holds every copy (联) with its receiver, one behind the other, and is printed as it is; for
 * a receipt printer it becomes pictures.
 */
#pragma once

#include "drivers/printer.h"
#include "storage/local/print_jobs.h"
#include "storage/store.h"

typedef struct {
    Store *store;
    Local *local;
} PrintQueue;

typedef struct {
    const char *printer; /* NULL: the default of this machine */
    const char *title;
    const char *type; /* media type; NULL: by the first bytes */
    GBytes *bytes;
    guint copies;       /* 0: 1 */
    const char *number; /* of the case; NULL */
    gint64 document;    /* 统一编号; 0 */
    guint reprint;
} PrintOrder;

/* Keep it and try at once. TRUE when it is kept, whatever the printer says: `job` tells (`problem`
 * is the printer's state where it did not take it). ERROR_NO_DEVICE without a printer,
 * ERROR_INVALID for a name that no driver takes, ERROR_FORMAT for what cannot be printed there. */
gboolean print_submit(const PrintQueue *queue, const StoreActor *actor, const PrintOrder *order,
                      PrintJob *job, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Try everything that is not out yet, in order; a printer that fails is not tried again this time.
 * `*open` are left. */
gboolean print_resume(const PrintQueue *queue, const StoreActor *actor, guint *open,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Give one up. */
gboolean print_cancel(const PrintQueue *queue, gint64 id, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The printer of this machine; NULL without error where none is set. An empty name removes it. */
char *print_default(Local *local, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean print_set_default(Local *local, const char *name,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
