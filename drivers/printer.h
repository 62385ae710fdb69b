/* SPDX-License-Identifier: Apache-2.0
 *
 * Printers: sheets through IPP (CUPS, or a printer that speaks IPP Everywhere), receipts by
 * ESC/POS.
 *
 * "ipp://localhost/printers/NAME", "ipps://…"; "escpos:/dev/usb/lp0", "escpos:tcp:10.0.0.9:9100".
 *
 * What a printer says of itself is one of PrinterState; whatever cannot be asked is UNKNOWN or
 * OFFLINE and never READY. The document stays with the caller: a job that did not come out is
 * printed again.
 */
#pragma once

#include "appliance/base/file.h"

/*             print                the paper is out            job printed
 *   READY ──────────────> BUSY ──────────────────> NO_PAPER     BUSY ──────> READY
 *     ^ └── no answer ──> OFFLINE                  │
 *     └──────────── the person has looked ─────────┘  (COVER_OPEN, STOPPED the same)
 */
typedef enum {
    PRINTER_READY,
    PRINTER_BUSY,
    PRINTER_NO_PAPER,
    PRINTER_COVER_OPEN,
    PRINTER_JAM,
    PRINTER_OFFLINE, /* switched off, unplugged, not to be reached */
    PRINTER_STOPPED, /* stopped for another reason: see `words` */
    PRINTER_UNKNOWN, /* it is there and does not say */
    PRINTER_STATES,
} PrinterState;

/* "ready", "no-paper" … */
const char *printer_state_token(PrinterState state);

typedef enum {
    PRINTER_JOB_PENDING,
    PRINTER_JOB_PRINTED,
    PRINTER_JOB_FAILED, /* cancelled or aborted */
    PRINTER_JOB_UNKNOWN,
} PrinterJobState;

#define PRINTER_WORDS_MAX 200

typedef struct {
    PrinterState state;
    char words[PRINTER_WORDS_MAX]; /* the printer's own, for the diagnostics */
} PrinterStatus;

/* A page image for ESC/POS: 1 bit, 1 = black, rows of whole bytes. */
#define PRINTER_DOTS_MAX 576 /* an 80 mm head; 58 mm has 384 */

typedef struct {
    const char *title;
    const char *media_type; /* "application/pdf", "image/pwg-raster"; ESC/POS: a P4 PNM,
                               "image/x-portable-bitmap" */
    int fd;                 /* read from its beginning */
    guint copies;           /* 0 = 1 */
    const char *media;      /* IPP: "iso_a4_210x297mm"; NULL = the printer's own */
    gboolean duplex;
} PrinterJob;

typedef struct PrinterDriver {
    const char *prefix;             /* of the names it takes */
    void (*list)(GPtrArray *names); /* adds what is there; NULL where nothing tells */
    void *(*open)(const char *name, GError **error);
    /* Never fails: what cannot be asked is a state. */
    void (*status)(void *self, PrinterStatus *status);
    /* Hand the job over; *id is for `job`. */
    gboolean (*print)(void *self, const PrinterJob *job, guint *id, GError **error);
    PrinterJobState (*job)(void *self, guint id);
    void (*close)(void *self);
} PrinterDriver;

extern const PrinterDriver printer_ipp_driver;
extern const PrinterDriver printer_escpos_driver;

typedef struct Printer Printer;

/* Whether the name is a printer's at all. */
gboolean printer_is_name(const char *name);

/* Names of the queues that the CUPS of this machine has; none where there is no CUPS. */
GPtrArray *printer_list(void) G_GNUC_WARN_UNUSED_RESULT;

/* Opens nothing yet: a printer that is off has a state like any other. ERROR_INVALID for a name no
 * driver takes. */
Printer *printer_open(const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Asked of the device or its queue now; one that does not answer is PRINTER_OFFLINE. */
void printer_status(Printer *printer, PrinterStatus *status);

/* ERROR_PRINTER with the state where it was not taken: nothing came out, or not all of it. */
gboolean printer_print(Printer *printer, const PrinterJob *job, guint *id,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What became of the job; PRINTER_JOB_UNKNOWN where the printer cannot say. */
PrinterJobState printer_job(Printer *printer, guint id);

void printer_free(Printer *printer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Printer, printer_free)

/* --- pure parts, for tests --- */

/* printer-state (3 idle, 4 processing, 5 stopped) and printer-state-reasons of RFC 8011, with
 * their "-error", "-warning", "-report" endings. */
PrinterState printer_ipp_state(int state, const char *const *reasons);

/* Whether a printer-state-message of CUPS says that its backend cannot reach the printer. */
gboolean printer_ipp_is_unreachable(const char *message);

/* The answers to DLE EOT 1, 2 and 4. */
PrinterState printer_escpos_state(guint8 printer, guint8 offline, guint8 paper);

/* ESC/POS that prints a P4 PNM of at most PRINTER_DOTS_MAX dots across, and cuts. ERROR_FORMAT
 * where it is none. */
GByteArray *printer_escpos_raster(const guint8 *pnm, gsize size,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
