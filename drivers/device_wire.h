/* SPDX-License-Identifier: Apache-2.0
 *
 * What device.c and device_worker.c say to each other: one fixed message for everything. Both ends
 * are the same binary, so its shape is nobody else's business. But a worker runs vendors' code:
 * what is heard is checked before it is believed.
 */
#pragma once

#include "drivers/device.h"

#define WIRE_TEXT_MAX 256

typedef enum {
    /* asked of the worker */
    WIRE_LIST = 1, /* name: one configured device; an empty name ends the list and begins */
    WIRE_OPEN,     /* name */
    WIRE_ASK,      /* the status */
    WIRE_START,    /* options, sides: the limit */
    WIRE_SETTLE,   /* id, ticket, text = refusal or "" */
    WIRE_STOP,
    WIRE_CANCEL,
    WIRE_CONTINUE,
    WIRE_WATCH, /* flag */
    /* said by it */
    WIRE_FOUND,  /* name, vendor, model, serial */
    WIRE_LISTED, /* the end of the list */
    WIRE_OPENED, /* name, vendor, model, serial, capabilities */
    WIRE_FAULT,  /* code, text: what was asked failed */
    WIRE_STATUS, /* status: the answer to WIRE_ASK, and the end but one of a batch */
    WIRE_ALIVE,
    WIRE_IMAGE_BEGIN, /* id, sheet, flag = back, geometry, slot; a descriptor of a new slot */
    WIRE_ROWS,        /* id, progress */
    WIRE_IMAGE_END,   /* id, progress */
    WIRE_FILE,      /* id, sheet, flag = back, name = source, media_type, progress; a descriptor */
    WIRE_QUESTION,  /* sides */
    WIRE_UNSETTLED, /* ticket, text */
    WIRE_BATCH_END, /* sides, status */
    WIRE_TRIGGER,
    WIRE_CODE, /* text; flag = damaged */
    WIRE_KINDS,
} WireKind;

typedef struct {
    guint kind;
    guint code;
    guint slot;
    guint sides;
    guint sheet;
    guint64 id;     /* the worker's for a side */
    guint64 ticket; /* the client's for the same */
    gboolean flag;
    ScannerOptions options;
    ScannerCapabilities capabilities;
    ScannerGeometry geometry;
    ScannerProgress progress;
    ScannerStatus status;
    char name[DEVICE_NAME_MAX];
    char vendor[WIRE_TEXT_MAX];
    char model[WIRE_TEXT_MAX];
    char serial[WIRE_TEXT_MAX];
    char text[DEVICE_NAME_MAX];
    char media_type[SCANNER_MEDIA_TYPE_MAX];
} WireMessage;

/* Send a message, with a descriptor (which stays the sender's) unless `fd` is -1. */
gboolean wire_say(int socket, const WireMessage *message, int fd,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The next message with its descriptor (-1 = none), which is the caller's to close. -1 ms waits for
 * ever. ERROR_DEVICE_SILENT on time-out, another error once the other end is gone or talks
 * nonsense. */
gboolean wire_hear(int socket, int timeout_ms, WireMessage *message, Fd *fd,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
