/* SPDX-License-Identifier: Apache-2.0
 *
 * A batch: one run of paper (or of files) through the house, from the feeder to stored sides.
 *
 *   intake_open ─→ { intake_file | intake_device } … ─→ intake_close
 *
 * A batch's first record reserves its numbers (the batch is named by that record's seq). Sides are
 * understood by a crew of page workers, put together to sheets, placed by the codes on them
 * (placing.h), copied to the spool while both digests are computed, and recorded: file, journal
 * and catalogue are on disk before `told` is called for a side. Sides travel in groups of at most
 * INTAKE_GROUP_SIDES or INTAKE_GROUP_MS. The last record reconciles four counts: sheets declared,
 * images received, the device's own counter, sides stored.
 *
 * A batch that a crash interrupted is finished by intake_recover: what is durable but unknown goes
 * to the tray with its reason, and the batch is closed as interrupted.
 *
 * An Intake belongs to one thread at a time; only intake_stop and intake_order are for others.
 */
#pragma once

#include "appliance/intake/orders.h"
#include "appliance/intake/placing.h"
#include "appliance/page/page.h"
#include "drivers/device.h"
#include "storage/store.h"

#define INTAKE_GROUP_SIDES 10
#define INTAKE_GROUP_MS    250

typedef struct {
    const char *case_number; /* 24 digits; NULL: the paper finds its case */
    guint32 slot;            /* where pages without separators go; 0: nowhere yet */
    const char *device;      /* name of the device, or "import" */
    const char *serial;      /* of the device; may be NULL */
    gboolean duplex;         /* images alternate front and back */
    gint64 declared;         /* sheets announced; -1: none were */
    const PlacingLookup *lookup;
    guint lanes; /* page workers; 0: one a core */
} IntakeOptions;

/* A side that is stored, as it is told; strings are borrowed for the call. */
typedef struct {
    gint64 batch, sheet;
    char side;         /* 'a' front, 'b' back */
    const char *state; /* "stored" | "unread" */
    gboolean blank;
    const char *role;        /* sheet_role_token */
    const char *sha256;      /* 64 hex digits */
    const char *case_number; /* NULL: the tray */
    gint64 document;         /* 0: none yet */
    const char *reason;      /* of unread, or of the tray; else NULL */
    gint64 seq;              /* of its record */
    guint64 id;              /* the device's own, 0 for files */
} IntakeSide;

/* Called when a side is durable. */
typedef void (*IntakeTold)(const IntakeSide *side, void *data);

/* Called for a file or page that was refused, with what is wrong with it. */
typedef void (*IntakeRefused)(const char *source, const GError *why, void *data);

typedef struct Intake Intake;

Intake *intake_open(Store *store, const StoreActor *actor, const IntakeOptions *options,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Who hears of every side and every refusal, on the thread of the intake. */
void intake_listen(Intake *intake, IntakeTold told, IntakeRefused refused, void *data);

/* Called when the disk is full in the middle of a batch, on the batch's thread. The sides under way
 * are kept in memory and the device is not read meanwhile, so that it stops feeding. TRUE: try
 * again, there may be room; FALSE: the batch fails with ERROR_DISK_FULL. It is called again as long
 * as there is none, so it waits before it says TRUE. */
typedef gboolean (*IntakeFull)(const GError *why, void *data);

/* Without it a full disk ends the batch. */
void intake_when_full(Intake *intake, IntakeFull full, void *data);

/* The number of the batch, from the first side on. */
gint64 intake_batch(const Intake *intake);

/* All pages of a file. FALSE only where the store or a worker failed; a file that is no image is
 * told through IntakeRefused. */
gboolean intake_file(Intake *intake, int fd, const char *source,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How a run of a device ended. */
typedef struct {
    ScannerReason reason;
    char detail[SCANNER_DETAIL_MAX];
    gint64 counter;    /* the device's own; -1 unknown */
    gboolean question; /* it asked whether to go on after very many sides */
} IntakeEnd;

/* One run of the feeder, to its end or first fault; may be called again to go on after a fault:
 * the next sheet keeps its number. */
gboolean intake_device(Intake *intake, Device *device, const DeviceBatch *run, IntakeEnd *end,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Ask a running intake_device to feed no further sheet; what is under way still comes. From any
 * thread. */
void intake_stop(Intake *intake);

/* Say what holds for the sheets still to be fed (orders.h). From any thread; before or while a
 * device runs. */
void intake_order(Intake *intake, const IntakeOrder *order);

/* What became of the batch. */
typedef struct {
    gint64 batch;
    gint64 sheets;   /* fed */
    gint64 received; /* images */
    gint64 stored;   /* sides on disk, unread ones included */
    gint64 unread, tray, refused;
    char *question; /* why placing stopped, or NULL */
} IntakeSummary;
void intake_summary_clear(IntakeSummary *summary);

/* Store what is under way, close the batch and free it. `reason`: "done", or the fault's token. */
gboolean intake_close(Intake *intake, const char *reason, IntakeSummary *summary,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Let go without a closing record: what a crash would leave. */
void intake_free(Intake *intake);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Intake, intake_free)

/* Finish batches that nobody works on any more; `*adopted` sides went to the tray. */
gboolean intake_recover(Store *store, const StoreActor *actor, gint64 *adopted,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
