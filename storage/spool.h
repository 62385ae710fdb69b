/* SPDX-License-Identifier: Apache-2.0
 *
 * The spool: page files of open cases, by day and batch.
 *
 *   spool/<YYMMDD>/<batch>/<sheet>-<a|b>.<tif|pdf|jpg|png>
 *
 * A page arrives as a sealed descriptor; the spool copies it while it computes both digests, so
 * that nobody who made the bytes can lie about them. A SpoolGroup makes several pages durable
 * together; only then may their records be written.
 *
 * Space is asked for before a feed starts, never in the middle of one.
 */
#pragma once

#include "appliance/base/digest.h"
#include "appliance/base/file.h"

typedef struct SpoolGroup SpoolGroup;

typedef struct {
    char *file; /* below the data folder */
    gint64 bytes;
    Digests digests;
} SpoolFile;
void spool_file_clear(SpoolFile *file);

/* Where a page lies; the name says batch, sheet and side, never the case. */
typedef struct {
    const char *day; /* YYMMDD of the batch */
    gint64 batch;
    gint64 sheet;
    char side;             /* 'a' or 'b' */
    const char *extension; /* "tif" */
} SpoolName;

/* An empty group below the data folder. */
SpoolGroup *spool_group_new(const char *data_folder);
void spool_group_free(SpoolGroup *group); /* removes what was not committed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SpoolGroup, spool_group_free)

/* Copy the descriptor's bytes from its start. */
gboolean spool_group_add(SpoolGroup *group, const SpoolName *name, int fd, SpoolFile *file,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean spool_group_commit(SpoolGroup *group, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Refuse with ERROR_DISK_FULL unless `bytes` and the reserve are free. */
#define SPOOL_RESERVE_BYTES (G_GUINT64_CONSTANT(64) * 1024 * 1024)
gboolean spool_reserve(const char *data_folder, guint64 bytes,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
