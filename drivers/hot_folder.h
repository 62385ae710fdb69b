/* SPDX-License-Identifier: Apache-2.0
 *
 * A hot folder: files that others put into inbox/ are handed on as descriptors, never decoded.
 *
 *   inbox/ ──next──> working/ ──commit──> done/
 *                       └─────refuse──> failed/ (untouched, with NAME.reason.txt beside it)
 *
 * A file is handed on once nobody has it open for writing (a read lease can be had), or, on a file
 * system without leases, once it has not changed for HOT_FOLDER_SETTLE_S; whether it is sound is
 * the caller's to check. Rename and close wake the caller through hot_folder_wake_fd. The source
 * is released only by commit. What a crash left in working/ is put back into inbox/ by open.
 * Names beginning with a dot are others' work in progress; an empty file is one for
 * HOT_FOLDER_SETTLE_S. A name taken in the next folder gets "-2", "-3" before its ending.
 */
#pragma once

#include "appliance/base/clock.h"
#include "appliance/base/file.h"

#define HOT_FOLDER_SETTLE_S 30

typedef struct HotFolder HotFolder;

typedef struct {
    guint64 id;             /* for commit and refuse; 0 = nothing there now */
    Fd fd;                  /* the caller's to close; -1 with id 0 */
    const char *media_type; /* by the first bytes: image/jpeg, image/png, image/tiff,
                               application/pdf, else application/octet-stream */
    char name[256];         /* as it was put in */
} HotFile;

/* Makes what is missing of the four folders below `path`. */
HotFolder *hot_folder_open(const char *path, const Clock *clock,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Readable when something happened in inbox/: then ask hot_folder_next until it says nothing. */
int hot_folder_wake_fd(const HotFolder *folder);

/* The next complete file by name. What is no regular file goes to failed/ by itself. */
gboolean hot_folder_next(HotFolder *folder, HotFile *file,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The file with this id is stored for good: it goes to done/. ERROR_NOT_FOUND for an id not in work.
 */
gboolean hot_folder_commit(HotFolder *folder, guint64 id, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The file is no sound one: it goes to failed/ as it is, with the reason beside it. */
gboolean hot_folder_refuse(HotFolder *folder, guint64 id, const char *reason,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether a complete file waits in inbox/. */
gboolean hot_folder_is_loaded(HotFolder *folder);

void hot_folder_free(HotFolder *folder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HotFolder, hot_folder_free)
