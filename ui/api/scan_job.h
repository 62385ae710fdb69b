/* SPDX-License-Identifier: Apache-2.0
 *
 * A scan: a run of a feeder as a job with a thread of its own.
 *
 *            all fed                                   (a fault: the hands are asked)
 *   RUNNING ─────────→ DONE        RUNNING ──────────────→ FAULT ──continue, keep──→ RUNNING
 *      └─stop→ STOPPED (what is under way still comes)        └──stop──→ STOPPED
 *
 * next, same and rescan say where the sheets still to be fed go (intake_order); keep feeds what the
 * device took for two sheets once more, as one that is meant so (a photo, a note on a page).
 *
 * A full disk is a fault too: the feeder stands, the sides under way wait in memory, and the job
 * goes on by itself once there is room, or at once on continue.
 *
 * The batch stays open over a fault: the next sheet keeps its number. Sides are told by the record
 * events that the feed publishes; the job tells state and counts as event `scan`.
 */
#pragma once

#include "ui/api/api_intern.h"

#include "appliance/intake/intake.h"

typedef enum { SCAN_RUNNING, SCAN_STOPPED, SCAN_FAULT, SCAN_DONE } ScanState;

typedef struct {
    ScanDesk *desk;
    gint64 batch;
    char *device_name;
    char *case_number; /* NULL: the paper finds its case */
    char *person, *station;
    StoreActor actor;
    DeviceBatch run;
    Intake *intake; /* of the thread, but for intake_stop */
    Catalog *reader;
    CaseLookup lookup_context;
    PlacingLookup lookup;
    Device *device;
    pthread_t thread;
    /* under the desk's lock: */
    pthread_cond_t changed;
    ScanState state;
    gboolean wants_continue, wants_keep, wants_stop, over;
    gint64 sheets, sides, last_sheet;
    ErrorCode fault; /* in SCAN_FAULT */
    char *last_side;
} ScanJob;

struct ScanDesk {
    Api *api;
    pthread_mutex_t lock;
    GPtrArray *jobs; /* of ScanJob, oldest first */
};

/* The job that has the device; the lock is held. */
ScanJob *scan_running_on(ScanDesk *desk, const char *device);

/* As the schema Scan; the lock is held. */
json_t *scan_job_show(const ScanJob *job, Lang lang);

/* The job hears of every side of this batch, which is its own from now on. */
void scan_job_listen(ScanJob *job, Intake *intake);

/* Its thread: feeds until the feeder is empty or somebody stops it. */
void *scan_job_thread(void *job);

/* What is under way still comes; the lock is held. */
void scan_job_stop(ScanJob *job);
