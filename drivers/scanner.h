/* SPDX-License-Identifier: Apache-2.0
 *
 * Scanners: one table of functions for every kind of device that turns paper into images.
 *
 * A device is named "<driver>:<what the driver understands>": "sane:test:0",
 * "escl:http://10.0.0.9/eSCL", "script:/srv/museum/late.json", "folder:/srv/inbox". Ask
 * for a feature bit, never for a driver's name.
 *
 * An image arrives in one of two forms. As *strips*: rows are written into a page that the caller
 * gives, top to bottom, and `rows` says how many are whole. As a *file*: one descriptor with its
 * media type (device JPEG, a file of a folder), not decoded here. Pixels are 1 bit (1 = black,
 * first pixel in the highest bit), 8-bit gray (0 = black) or 8-bit RGB; a row takes `row_bytes`.
 *
 * Everything here may block and may crash inside a vendor's library: it runs in the device worker
 * (device.h), never in the daemon. A driver waits only through its ScannerHost, so tests own time.
 */
#pragma once

#include "appliance/base/file.h"

/* Where a batch stands. What a device says on the way is a ScannerReason; a fault ends the batch,
 * never the device, except LOST and SILENT after which only scanner_free is left.
 *
 *          start              next: an image             rows … the last
 *   IDLE ─────────> FEEDING ────────────────> IMAGE ─────────────────────┐
 *    ^ ^               │ ^ │                    │                        │
 *    │ └─ next: END ───┘ │ └─ next: a fault ─┐  │ rows: a fault          │
 *    │                   └───────────────────│──│────────────────────────┘
 *    │<──────── EMPTY JAM DOUBLE_FEED COVER_OPEN MIS_PICK HALF_IMAGE BUSY FAILED, cancel
 *    │                                       │  │
 *    └─ (close, open) ─ GONE <── LOST SILENT ┴──┘
 */
typedef enum {
    SCANNER_IDLE,
    SCANNER_FEEDING,
    SCANNER_IMAGE,
    SCANNER_GONE,
} ScannerState;

/* What the hands have to do about it stands in the error list under the code of the same name. */
typedef enum {
    SCANNER_OK,
    SCANNER_EMPTY,
    SCANNER_JAM,
    SCANNER_DOUBLE_FEED,
    SCANNER_COVER_OPEN,
    SCANNER_MIS_PICK,   /* paper lies there, the feeder does not take it */
    SCANNER_HALF_IMAGE, /* an image ended before its last row */
    SCANNER_LOST,       /* unplugged, connection cut, process ended */
    SCANNER_SILENT,     /* there, but no byte and no word within the time allowed */
    SCANNER_BUSY,       /* somebody else holds it, or it is warming up */
    SCANNER_FAILED,     /* the device says no more than that it failed */
    SCANNER_REASON_COUNT,
} ScannerReason;

/* "ok", "double-feed" … */
const char *scanner_reason_token(ScannerReason reason);
gboolean scanner_reason_parse(const char *token, ScannerReason *reason);
ErrorCode scanner_reason_code(ScannerReason reason);
/* The reason behind an error of a scanner function; SCANNER_FAILED where the code is no reason. */
ScannerReason scanner_reason_of(const GError *error);

typedef enum {
    SCANNER_HAS_FEEDER = 1 << 0,
    SCANNER_HAS_DUPLEX = 1 << 1,
    SCANNER_HAS_COUNTER = 1 << 2,       /* ScannerStatus.counter is the device's own */
    SCANNER_HAS_DOUBLE_FEED = 1 << 3,   /* tells double feeds from jams */
    SCANNER_HAS_PAPER_PRESENT = 1 << 4, /* knows whether paper lies in the feeder */
    SCANNER_HAS_BUTTON = 1 << 5,
    SCANNER_HAS_STILL = 1 << 6, /* flatbed or document camera */
    SCANNER_HAS_JPEG = 1 << 7,  /* images come encoded from the device */
    SCANNER_HAS_STOP = 1 << 8,  /* can end after the sheet that is moving */
} ScannerFeature;

typedef enum {
    SCANNER_LINEART = 1 << 0,
    SCANNER_GRAY = 1 << 1,
    SCANNER_COLOUR = 1 << 2,
} ScannerMode;

typedef enum {
    SCANNER_SOURCE_FEEDER,
    SCANNER_SOURCE_STILL,
} ScannerSource;

/* One device as a list shows it. */
typedef struct {
    char *name; /* what scanner_open takes */
    char *vendor;
    char *model;
    char *serial; /* "" where the device keeps it to itself */
} ScannerInfo;

void scanner_info_free(ScannerInfo *info);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ScannerInfo, scanner_info_free)

#define SCANNER_DPI_MAX 16 /* entries of a capability list */

typedef struct {
    guint features; /* of ScannerFeature */
    guint modes;    /* of ScannerMode */
    guint n_dpi;    /* 0: every value from dpi[0] to dpi[1] */
    guint dpi[SCANNER_DPI_MAX];
    guint width_um; /* the largest area, micrometres; 0 = not told */
    guint height_um;
    gboolean backs_upside_down; /* a quirk: the second side arrives turned by 180° */
} ScannerCapabilities;

typedef struct {
    ScannerSource source;
    gboolean duplex;
    ScannerMode mode;
    guint dpi;
    guint width_um; /* 0 = the largest */
    guint height_um;
    gboolean doubles; /* sheets that lie on each other are meant so (a photo, a note): no fault
                         where the device can be told; others go on seeing one */
    guint silence_ms; /* no byte for so long is SCANNER_SILENT; 0 = SCANNER_SILENCE_MS */
} ScannerOptions;

#define SCANNER_SILENCE_MS 20000

/* Larger answers are refused as nonsense: the driver says so with ERROR_FORMAT. */
#define SCANNER_SIDE_PX_MAX    60000u
#define SCANNER_PAGE_BYTES_MAX (256u << 20)
#define SCANNER_FILE_BYTES_MAX (128u << 20)

typedef struct {
    guint width_px;
    guint height_px; /* 0 = known only at the end */
    guint samples;   /* 1 or 3 */
    guint depth;     /* 1 or 8 bits a sample */
    guint row_bytes;
    guint dpi;
} ScannerGeometry;

#define SCANNER_MEDIA_TYPE_MAX 40
#define SCANNER_SOURCE_MAX     256

/* One side. Exactly one form: fd < 0 means strips. */
typedef struct {
    guint64 id;    /* for scanner_settle */
    gboolean back; /* the second side of the sheet whose front came before */
    ScannerGeometry geometry;
    Fd fd;                                   /* a file, the caller's to close; -1 = strips */
    char media_type[SCANNER_MEDIA_TYPE_MAX]; /* of the file: "image/jpeg" … */
    char source[SCANNER_SOURCE_MAX];         /* the name it had in a folder; else "" */
    gboolean half;                           /* of a file: it breaks off, the device said nothing */
} ScannerImage;

typedef struct {
    guint rows;     /* whole rows in the page so far */
    gsize bytes;    /* that came, also those that make no row yet: a sign of life */
    gboolean ended; /* no more come */
    gboolean whole; /* ended with all its rows */
} ScannerProgress;

typedef enum {
    SCANNER_PAPER_UNKNOWN,
    SCANNER_PAPER_NONE,
    SCANNER_PAPER_LOADED,
} ScannerPaper;

#define SCANNER_DETAIL_MAX 200

typedef struct {
    ScannerReason reason;
    ScannerPaper paper;
    gint64 counter;                  /* sheets the device says it fed in this batch; -1 = unknown */
    char detail[SCANNER_DETAIL_MAX]; /* the device's own words, for the diagnostics */
} ScannerStatus;

/* Where a driver gets time from: milliseconds that never go back, and a pause that says FALSE when
 * the batch is to be given up. */
typedef struct ScannerHost {
    gint64 (*now_ms)(void *self);
    gboolean (*wait)(void *self, guint ms);
    void *self;
} ScannerHost;

/* A host that stands at *now_ms; each wait moves it on. For tests. */
ScannerHost scanner_host_manual(gint64 *now_ms);
gint64 scanner_host_now_ms(const ScannerHost *host);
gboolean scanner_host_wait(const ScannerHost *host, guint ms) G_GNUC_WARN_UNUSED_RESULT;

typedef enum {
    SCANNER_STEP_FAULT, /* `error` is set */
    SCANNER_STEP_IMAGE,
    SCANNER_STEP_END, /* the device says that no sheet is left: no proof that none is */
} ScannerStep;

/* What a driver is. Functions of the second group may be NULL. `self` is what `open` gave. */
typedef struct ScannerDriver {
    const char *name;

    /* Add what is there to `found` (ScannerInfo). `names` are configured devices of this driver
     * without their prefix, NULL-terminated; one that does not answer is left out. */
    gboolean (*list)(const char *const *names, const ScannerHost *host, GPtrArray *found,
                     GError **error);
    void *(*open)(const char *name, const ScannerHost *host, GError **error);
    void (*describe)(void *self, ScannerInfo *info, ScannerCapabilities *capabilities);
    gboolean (*start)(void *self, const ScannerOptions *options, GError **error);
    ScannerStep (*next)(void *self, ScannerImage *image, GError **error);
    /* Add rows to the page of `room` bytes; nothing added and no error means: not yet. */
    gboolean (*rows)(void *self, guint8 *page, gsize room, ScannerProgress *progress,
                     GError **error);
    void (*cancel)(void *self);
    gboolean (*status)(void *self, ScannerStatus *status, GError **error);
    void (*close)(void *self);

    void (*stop)(void *self); /* absent: sheets are taken until the feeder is empty or a cancel */
    gboolean (*button)(void *self, gboolean *pressed, GError **error);
    gboolean (*settle)(void *self, guint64 id, const char *refusal, GError **error);
} ScannerDriver;

/* All drivers of this build, NULL-terminated. */
const ScannerDriver *const *scanner_drivers(void);

typedef struct Scanner Scanner;

/* Every device found. `configured` (may be NULL) names devices that cannot be discovered. */
GPtrArray *scanner_list(const char *const *configured, const ScannerHost *host,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ERROR_NO_DEVICE where no driver has this name or it is not there. `host` must outlive it. */
Scanner *scanner_open(const char *name, const ScannerHost *host,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* As scanner_open with a table of the caller's; `rest` is the name without prefix. */
Scanner *scanner_open_with(const ScannerDriver *driver, const char *rest, const ScannerHost *host,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What the device calls itself; borrowed. */
const ScannerInfo *scanner_info(const Scanner *scanner);
/* What it can, as asked when it was opened; borrowed. */
const ScannerCapabilities *scanner_capabilities(const Scanner *scanner);
/* Where it stands between two batches or within one. */
ScannerState scanner_state(const Scanner *scanner);

/* Begin a batch. Options the device cannot do are ERROR_INVALID with the option named; a device in
 * a fault says which. */
gboolean scanner_start(Scanner *scanner, const ScannerOptions *options,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The next side, or the end of the batch. After SCANNER_STEP_IMAGE of strips read them all (or
 * cancel) before asking again. A fault or the end leaves the scanner idle. */
ScannerStep scanner_next(Scanner *scanner, ScannerImage *image,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* More rows of the current image into `page`, which has room for scanner_page_bytes. Returns
 * when there are new rows, the image has ended, or nothing came for silence_ms. */
gboolean scanner_rows(Scanner *scanner, guint8 *page, gsize room, ScannerProgress *progress,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Room a page of this geometry needs; with unknown height, of the longest allowed. 0 = nonsense. */
gsize scanner_page_bytes(const ScannerGeometry *geometry);

/* What width, samples and depth make of a row; 0 = nonsense. */
guint scanner_row_bytes(guint width_px, guint samples, guint depth);

/* Take no further sheet. What is moving or already in the device's buffer still comes by
 * scanner_next until SCANNER_STEP_END. */
void scanner_stop(Scanner *scanner);

/* Give the batch up now. */
void scanner_cancel(Scanner *scanner);

/* Fresh from the device, never from memory. */
gboolean scanner_status(Scanner *scanner, ScannerStatus *status,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the start button is down; FALSE where there is none. */
gboolean scanner_button(Scanner *scanner, gboolean *pressed,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The image is safe (refusal NULL), or is no sound file and why: a folder moves its file to done/
 * or failed/. Nothing to do for other devices. */
gboolean scanner_settle(Scanner *scanner, guint64 id, const char *refusal,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

void scanner_free(Scanner *scanner);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scanner, scanner_free)

/* For drivers: the error of a reason, "<reason's code>: format". Always FALSE. */
gboolean scanner_fault(GError **error, ScannerReason reason, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* For drivers: refuse a geometry that is nonsense with ERROR_FORMAT. */
gboolean scanner_geometry_check(const ScannerGeometry *geometry,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
