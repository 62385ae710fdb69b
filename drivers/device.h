/* SPDX-License-Identifier: Apache-2.0
 *
 * A scanner or a code reader in a process of its own: what the daemon and the command line use.
 *
 * The device worker (`anjuan worker device`) owns the driver; this client speaks with it over a
 * socket pair. A batch is a stream of events, in this order:
 *
 *   batch = { QUESTION | UNSETTLED | side } STATUS BATCH_END
 *   side  = IMAGE_BEGIN ROWS* IMAGE_END  |  FILE
 *
 * The order holds whatever happens: when the worker dies or falls silent, what is missing of it is
 * made up here (an image that ends not whole, a status with SCANNER_LOST or SCANNER_SILENT, the
 * end of the batch); device_reopen starts a new worker and the batch goes on with device_start.
 *
 * Strips stand in page memfds, at most DEVICE_PAGES at a time, which are used again: each side
 * must be given back with device_release after the commit, or the worker waits for it. A page
 * cannot shrink while it is mapped, but its bytes are the worker's: copy before judging.
 *
 * The worker asks the device after every batch. An end with paper still loaded is no end: it
 * starts again, and says SCANNER_MIS_PICK when that gives no sheet. An image that is not whole
 * stops the feeder; what is under way still comes, then the status is SCANNER_HALF_IMAGE, as it is
 * when a duplex run ends behind a front: that sheet's back never came. After
 * sides_max sides it asks whether to go on.
 *
 * A reader's name ("evdev:…", "serial:…") opens the same way: then only DEVICE_CODE, its damaged
 * kind, and DEVICE_STATUS with SCANNER_LOST once it is unplugged come, and no batch can be started.
 *
 * One thread at a time uses a Device.
 */
#pragma once

#include "drivers/reader.h"
#include "drivers/scanner.h"

#define DEVICE_PAGES     4
#define DEVICE_FILES     32 /* files in work at a time */
#define DEVICE_SIDES_MAX 1000
#define DEVICE_ANSWER_MS 60000 /* opening and listing: network, warm-up */
#define DEVICE_RETURN_MS 10000
#define DEVICE_NAME_MAX  512

typedef enum {
    DEVICE_NOTHING,      /* the time is over */
    DEVICE_IMAGE_BEGIN,  /* id, sheet, back, geometry, page_fd */
    DEVICE_ROWS,         /* id, progress */
    DEVICE_IMAGE_END,    /* id, progress */
    DEVICE_FILE,         /* id, sheet, back, fd, media_type, source, progress.whole */
    DEVICE_STATUS,       /* status: asked after the batch, or what was made up */
    DEVICE_QUESTION,     /* sides have come and no end: device_continue or device_stop */
    DEVICE_UNSETTLED,    /* id: the device could not do what device_release asked; detail */
    DEVICE_BATCH_END,    /* sides, status as before */
    DEVICE_TRIGGER,      /* the button was pressed or paper was put in (device_watch) */
    DEVICE_CODE,         /* code: a reader has read it */
    DEVICE_CODE_DAMAGED, /* a reader has lost a part of one: scan again */
} DeviceEventKind;

typedef struct {
    DeviceEventKind kind;
    guint64 id; /* of the side; unique in this Device */
    guint
        sheet; /* of this batch, from 1: its two sides have the same, also when one is not whole */
    gboolean back;
    ScannerGeometry geometry;
    int page_fd; /* borrowed until device_release of this id */
    Fd fd;       /* of DEVICE_FILE: the caller's to close */
    char media_type[SCANNER_MEDIA_TYPE_MAX];
    char source[SCANNER_SOURCE_MAX];
    ScannerProgress progress;
    ScannerStatus status;
    guint sides;
    char code[READER_TEXT_MAX];
} DeviceEvent;

typedef struct {
    ScannerOptions scan;
    guint sides_max; /* 0 = DEVICE_SIDES_MAX */
} DeviceBatch;

typedef struct Device Device;

/* Devices found by every driver (ScannerInfo), in a worker made for it. */
GPtrArray *device_list(const char *const *configured, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A scanner or a reader by its name, in a worker of its own. ERROR_NO_DEVICE where it is not there,
 * ERROR_BUSY where another program has it. */
Device *device_open(const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A new worker on the same device, whatever became of the old one. Sides not yet given back stay
 * valid. */
gboolean device_reopen(Device *device, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same for a device that may still be on its way back (plugged in again, switched on): tries
 * for DEVICE_RETURN_MS before it gives up. */
gboolean device_return(Device *device, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What it calls itself, and what it can; borrowed, as of the last opening. Of a reader: nothing but
 * its name. */
const ScannerInfo *device_info(const Device *device);
/* See above. */
const ScannerCapabilities *device_capabilities(const Device *device);

/* Readable when device_next has something; changes with device_reopen. -1 when the worker is gone.
 */
int device_poll_fd(const Device *device);

/* Fresh from the device. Only while no batch runs. */
gboolean device_status(Device *device, ScannerStatus *status,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Ask for a batch; what becomes of it, also that it cannot start, comes as events. */
gboolean device_start(Device *device, const DeviceBatch *batch,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The next event, or DEVICE_NOTHING after timeout_ms (-1: for ever). ERROR_DEVICE_LOST once the
 * worker is gone and all events were read. */
gboolean device_next(Device *device, int timeout_ms, DeviceEvent *event,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The side is committed (refusal NULL), or why its file is no sound one. */
gboolean device_release(Device *device, guint64 id, const char *refusal,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* No further sheet; what is under way still comes. */
gboolean device_stop(Device *device, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean device_cancel(Device *device, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The answer to DEVICE_QUESTION that lets the batch go on. */
gboolean device_continue(Device *device, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Look at button and paper while no batch runs, and say DEVICE_TRIGGER. Paper that lies there when
 * the watch begins counts as put in; paper that a batch left does not. */
gboolean device_watch(Device *device, gboolean on, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The worker's process; 0 when it is gone or the service manager's. For tests that kill it. */
pid_t device_pid(const Device *device);

void device_free(Device *device);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Device, device_free)

/* The other side: `anjuan worker device`, with the socket on WORKER_SOCKET. The exit status. */
int device_worker_main(void);
