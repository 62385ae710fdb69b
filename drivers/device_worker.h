/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the two parts of the device worker alone: device_worker.c (what it is told, and what it
 * does between batches) and device_batch.c (one batch).
 *
 * The worker is one process with one driver, one batch at a time and one thread. While a batch
 * runs, commands are heard between two strips and wherever a driver waits; a word goes out at least
 * every `alive_ms`, or the client calls it silent.
 */
#pragma once

#include "drivers/device_page.h"
#include "drivers/device_wire.h"

#define DEVICE_ALIVE_MS 1000 /* at least one word in this time while a batch runs */

typedef struct {
    int socket;
    ScannerHost host;
    Scanner *scanner;
    Reader *reader;        /* instead */
    GPtrArray *configured; /* names collected by WIRE_LIST */
    DevicePage pages[DEVICE_PAGES];
    guint64 files[DEVICE_FILES]; /* ids in work; 0 = free */
    guint64 driver_ids[DEVICE_FILES];
    guint64 last_id;
    guint sides;
    guint sheets; /* begun in this batch */
    guint sides_limit;
    guint alive_ms;
    gint64 spoken_ms;
    gboolean watching;
    gboolean loaded_before;
    gboolean stopping;
    gboolean cancelled;
    gboolean going_on;
    gboolean half_seen; /* an image that is not whole: the batch ends after what is under way */
    gboolean back_owed; /* duplex: the last image is a front */
    gboolean gone;      /* the client closed its end */
} DeviceWorker;

/* Milliseconds since some start, as ScannerHost wants them. */
gint64 device_worker_now_ms(void *self);

/* Say something to the client; a client that is gone ends everything. `fd` goes along unless it is
 * -1. */
void device_worker_say_with(DeviceWorker *worker, const WireMessage *message, int fd);
void device_worker_say(DeviceWorker *worker, const WireMessage *message);

/* Obey the next command of a batch, at most `ms` from now; FALSE when the batch is to be given up.
 */
gboolean device_worker_listen(DeviceWorker *worker, gint64 ms);

/* The same for all of `ms`, as ScannerHost wants it: how a driver waits. */
gboolean device_worker_wait(void *self, guint ms);

/* One batch from its first sheet to WIRE_BATCH_END, whatever becomes of it. */
void device_batch_run(DeviceWorker *worker, const WireMessage *order);
