/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions of a scanner as data: what the quirk museum is made of.
 *
 *   {
 *     "story": "what was seen, where and when",
 *     "device": {"vendor": "…", "model": "…", "serial": "…",
 *                "features": ["feeder", "duplex", "counter", "double-feed", "paper-present",
 *                             "button", "still", "jpeg", "stop"]},
 *     "backs_upside_down": true,          backs arrive turned by 180° (strips only)
 *     "jam_on_empty": true,               an empty feeder is reported as a jam
 *     "refill": true,                     the stack lies there again after each emptied batch
 *     "place": "late.place",              remembers sheet and deeds in this file, as the paper does
 *     "sheets": [
 *       {"repeat": 3,                     so many sheets alike
 *        "front": {"path": "a.pnm"},      PNM: strips; JPEG, PNG, TIFF: a file, as it is
 *        "back": {"pattern": "numbered", "width_px": 800, "height_px": 1100}}
 *     ],
 *     "events": [{"at": 2, "back": true, "row": 100, "do": "jam", "times": 1, "ms": 0}]
 *   }
 *
 * Paths are relative to the script. A pattern ("numbered", "white") has by default the size of
 * the batch options; "numbered" can be read back (script_picture.h). Sheets count from 1 over all
 * repeats. An event happens `times` times (default 1) when its side is about to come, or at `row`
 * of its image. What `do` may be stands in ScriptDeed. A faulted sheet is put back on top: it is
 * the next to be fed, both sides.
 */
#pragma once

#include "drivers/scanner.h"

#define SCRIPT_BYTES_MAX  (1u << 20)
#define SCRIPT_SHEETS_MAX 1000000u

/* "do": … Those with * use "ms". */
typedef enum {
    SCRIPT_LATE,          /* "late": the side comes ms later * */
    SCRIPT_NO_DOCUMENTS,  /* "no-documents": the batch ends though this sheet lies there */
    SCRIPT_JAM,           /* "jam" */
    SCRIPT_STICKY_JAM,    /* "sticky-jam": reported for ms more after it was cleared * */
    SCRIPT_COVER_OPEN,    /* "cover-open": open for ms * */
    SCRIPT_DOUBLE_FEED,   /* "double-feed" */
    SCRIPT_MIS_PICK,      /* "mis-pick" */
    SCRIPT_HALF_IMAGE,    /* "half-image": ends at `row` (default the middle), no fault told */
    SCRIPT_LOST,          /* "lost": gone, back after ms * */
    SCRIPT_BUSY,          /* "busy": refuses to start at this sheet */
    SCRIPT_SILENT,        /* "silent": no bytes, no error, for ever */
    SCRIPT_HANG,          /* "hang": the call never returns (in a worker only) */
    SCRIPT_CRASH,         /* "crash": the process dies (in a worker only) */
    SCRIPT_NONSENSE_SIZE, /* "nonsense-size" */
    SCRIPT_ENDLESS,       /* "endless": this sheet comes again and again until a cancel */
    SCRIPT_AFTER_STOP,    /* "after-stop": this sheet still comes after a stop */
    SCRIPT_BUTTON,        /* "button": is pressed when this sheet is the next */
    SCRIPT_DEED_COUNT,
} ScriptDeed;

typedef enum {
    SCRIPT_PATTERN_NONE, /* `path` is set */
    SCRIPT_PATTERN_NUMBERED,
    SCRIPT_PATTERN_WHITE,
} ScriptPattern;

typedef struct {
    char *path;
    ScriptPattern pattern;
    guint width_px; /* 0 = as the options ask */
    guint height_px;
} ScriptSide;

typedef struct {
    guint repeat;
    ScriptSide front;
    ScriptSide back;
} ScriptSheet;

typedef struct {
    guint at;
    gboolean back;
    guint row;
    ScriptDeed deed;
    guint ms;
    guint times;
} ScriptEvent;

typedef struct {
    ScannerInfo info;
    guint features;
    char *place;
    gboolean backs_upside_down;
    gboolean jam_on_empty;
    gboolean refill;
    guint n_sheets; /* repeats counted */
    GArray *sheets; /* ScriptSheet */
    GArray *events; /* ScriptEvent */
} Script;

/* ERROR_DEFINITION with "<name>, line n, <path>: why". `folder` is where relative paths begin. */
Script *script_parse(const char *text, gsize size, const char *name, const char *folder,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
Script *script_read(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Sheet `number` (from 1 to n_sheets). */
const ScriptSheet *script_sheet(const Script *script, guint number);

/* The type by which an encoded file is handed on; NULL for NULL and for PNM. */
const char *script_media_type(const char *path);

void script_free(Script *script);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Script, script_free)
