/* SPDX-License-Identifier: Apache-2.0
 *
 * Code readers: guns that type, guns on a serial line; one table for both.
 *
 * A reader is named "evdev:/dev/input/by-id/…" or "serial:/dev/ttyUSB0[@9600]". It gives whole
 * codes only: what stands between two ends of line (Enter or Tab on a keyboard, CR, LF or Tab on
 * a line). Whatever may have lost a character (the kernel's buffer ran over, a key without a
 * character, a pause within a code, bytes that are no text) makes the code READER_DAMAGED: it is
 * shown as "scan again", never guessed. Two identical readings within READER_TWICE_MS are one.
 *
 * Kinds of readers: READER_CODES for these; READER_IDENTITY is reserved for readers of identity
 * cards.
 */
#pragma once

#include "appliance/base/file.h"

#define READER_TEXT_MAX 512
#define READER_TWICE_MS 1500
#define READER_PAUSE_MS 1000 /* a code comes in one go; a longer pause within it cuts it */

typedef enum {
    READER_CODES,
    READER_IDENTITY,
} ReaderKind;

/*          text, end of line               open                unplugged
 *   QUIET ──────────────────> CODE   QUIET ────> QUIET   any ─────────────> GONE
 *     └──── anything lost, end ────> DAMAGED
 */
typedef enum {
    READER_QUIET, /* nothing whole yet: poll the descriptor */
    READER_CODE,
    READER_DAMAGED,
    READER_GONE, /* close it; it can be opened again once it is back */
} ReaderEventKind;

typedef struct {
    ReaderEventKind kind;
    char text[READER_TEXT_MAX]; /* of READER_CODE; UTF-8 */
} ReaderEvent;

typedef struct {
    char *name;  /* what reader_open takes */
    char *model; /* as the device calls itself */
    char *serial;
    char **links; /* other names that reader_open takes, which stay when it is plugged in again */
    ReaderKind kind;
} ReaderInfo;

void reader_info_free(ReaderInfo *info);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ReaderInfo, reader_info_free)

/* Whether a setting means this reader: its name, one of its links, or its serial number. */
gboolean reader_info_is(const ReaderInfo *info, const char *name);

/* Collects characters into codes. The same for every way they come in. */
typedef struct {
    char text[READER_TEXT_MAX];
    gsize length;
    gboolean damaged;
    gboolean skipping; /* damage was told; the rest of that code is of no use */
    gint64 last_ms;    /* of the last character */
    char before[READER_TEXT_MAX];
    gint64 before_ms; /* of the last code given */
} ReaderLine;

/* An empty line before the first code. */
void reader_line_init(ReaderLine *line);
/* One more character; a pause before it or too many of them damage the code. */
void reader_line_add(ReaderLine *line, char c, gint64 now_ms);
/* Something came that no code is made of: what stands until the end of the line is damaged. */
void reader_line_damage(ReaderLine *line);
/* Characters are lost, perhaps the end of the line with them: tells READER_DAMAGED at once, and
 * leaves out what comes until the end of the line or a pause. */
void reader_line_lose(ReaderLine *line, gint64 now_ms, ReaderEvent *event);
/* The end of a line: what it was. READER_QUIET for an empty one and for a second reading. */
void reader_line_end(ReaderLine *line, gint64 now_ms, ReaderEvent *event);

typedef struct ReaderDriver {
    const char *name;
    /* Time comes in from the caller: milliseconds that never go back. */
    void *(*open)(const char *path, GError **error);
    int (*poll_fd)(void *self);
    /* Take what is there; one event at most. Never blocks. */
    gboolean (*next)(void *self, gint64 now_ms, ReaderEvent *event, GError **error);
    void (*close)(void *self);
} ReaderDriver;

extern const ReaderDriver reader_evdev_driver;
extern const ReaderDriver reader_serial_driver;

typedef struct Reader Reader;

/* Whether the name is a reader's at all. */
gboolean reader_is_name(const char *name);

/* ERROR_NO_DEVICE where it is not there, ERROR_BUSY where another program has it. */
Reader *reader_open(const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Readable when reader_next has something. */
int reader_poll_fd(const Reader *reader);

/* The next event; READER_QUIET when there is none now. */
gboolean reader_next(Reader *reader, gint64 now_ms, ReaderEvent *event,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Lets the device go. */
void reader_free(Reader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Reader, reader_free)

/* Guns that the udev rules have tagged (ID_ANJUAN_READER=1). Other keyboards are left alone: a
 * reader is grabbed, and the clerk's own keyboard must not be. */
GPtrArray *reader_list(GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Guns that come and go. */
typedef struct ReaderWatch ReaderWatch;

/* Told from now on; what is there already says reader_list. */
ReaderWatch *reader_watch_new(GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Readable when reader_watch_next has something. */
int reader_watch_poll_fd(const ReaderWatch *watch);

/* What came (*is_there) or went since; NULL when nothing is left to tell. */
ReaderInfo *reader_watch_next(ReaderWatch *watch, gboolean *is_there);

void reader_watch_free(ReaderWatch *watch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ReaderWatch, reader_watch_free)
