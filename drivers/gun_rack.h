/* SPDX-License-Identifier: Apache-2.0
 *
 * All code readers of this machine, each in a device worker of its own, as they come and go.
 *
 * Two kinds of guns hang in the rack: those that udev tells of (reader_list, reader_watch), from
 * when they are plugged in until they are pulled out, and those that a row names by their driver
 * ("serial:/dev/ttyS0@9600"), which are tried again and again while they are away. Every gun is
 * grabbed by its worker, so that it types into no field.
 *
 * A row "PLACE=NAME" says where a gun stands. NAME is what reader_open takes, a link of it
 * ("evdev:/dev/input/by-id/…") or the serial number of a gun that udev tells of. PLACE is text that
 * only the caller understands; a gun that no row names stands at "".
 *
 *             opened                     unplugged
 *   AWAY ───────────────► READING ─────────────────────► AWAY, or forgotten once udev says so
 *    │ ▲                                                  │
 *    │ └── after GUN_RETRY_MS … GUN_RETRY_MAX_MS ◄────────┘
 *    └── another program has it ──► HELD ── the same wait ──► tried again
 */
#pragma once

#include "drivers/reader.h"

#define GUN_RETRY_MS     250
#define GUN_RETRY_MAX_MS 4000 /* twice as long after each try, up to this */

typedef enum {
    GUN_AWAY,
    GUN_HELD,
    GUN_READING,
} GunState;

/* One reading; borrowed for the call. */
typedef struct {
    const char *place; /* "" where no row names the gun */
    const char *name;
    const char *code; /* UTF-8; NULL: a part of it was lost, it has to be scanned again */
} GunReading;

/* A gun as it is now. */
typedef struct {
    char *name;
    char *model;  /* as udev says; "" of a line */
    char *serial; /* the same */
    char *place;
    GunState state;
    guint readings; /* since the rack was made or the gun was plugged in, lost ones too */
} GunInfo;

void gun_info_free(GunInfo *info);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GunInfo, gun_info_free)

typedef struct {
    const GPtrArray *rows; /* "PLACE=NAME"; NULL: none */
    /* Called on the rack's thread. */
    void (*take)(void *context, const GunReading *reading);
    void *context;
} GunRackOptions;

typedef struct GunRack GunRack;

/* Starts reading. ERROR_SETTINGS for a row that is none, ERROR_DEVICE without udev's library. */
GunRack *gun_rack_new(const GunRackOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Lets all guns go; `take` is not called any more. */
void gun_rack_free(GunRack *rack);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GunRack, gun_rack_free)

/* All guns (GunInfo) in the order in which they came; then a gun that a row names by its serial
 * number and that is not plugged in, as GUN_AWAY. From any thread. */
GPtrArray *gun_rack_list(GunRack *rack);
