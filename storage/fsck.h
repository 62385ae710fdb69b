/* SPDX-License-Identifier: Apache-2.0
 *
 * Checking a store: what stands in the data folder against what was acknowledged.
 *
 *   journal      every record read: chain, end, last signed checkpoint
 *   secrets      every commitment opens; definitions fit their digests
 *   catalogue    made again beside it and compared row by row; SQLite's own integrity check
 *   spool        every file that a record names: there, and as large as it was
 *   vault        every sealed object: there, its inventory the one of its seal, structure as OCFL
 *   read_data    besides, all bytes of pages, papers and objects against their digests
 *
 * Without read_data no page is read, and the summary says so. With `parts` > 0 only the `part`-th
 * (1…parts) of the objects and pages is read, chosen by a hash of the object's id: a daily run of
 * 28 parts reads everything in four weeks.
 *
 * A finding names the file and, where there is one, the record or row. Nothing is changed.
 */
#pragma once

#include "storage/store.h"

typedef struct {
    gboolean is_error;  /* else a warning */
    const char *code;   /* journal | checkpoint | secret | definition | catalogue | missing |
                           changed | vault | unknown */
    const char *path;   /* below the data folder */
    const char *detail; /* records, rows, what is wrong (English) */
} FsckFinding;

/* Strings are valid during the call alone. */
typedef void (*FsckReport)(const FsckFinding *finding, void *data);

/* An object or page file was read to its end and is what it was. */
typedef void (*FsckRead)(const char *id, void *data);

/* Asked between files: FALSE ends the check with ERROR_CANCELLED. It may wait, to bound the rate;
 * `bytes` were read since it was asked last. */
typedef gboolean (*FsckPace)(gint64 bytes, void *data);

typedef struct {
    gboolean read_data;
    guint part, parts;   /* parts 0: all */
    gboolean part_alone; /* what is in another part is not even looked at (fsck_files) */
    FsckReport report;
    FsckRead read; /* may be NULL */
    FsckPace pace; /* may be NULL */
    void *data;    /* of all three */
} FsckOptions;

typedef struct {
    gint64 records, secrets, definitions, files, objects;
    gint64 files_read, bytes_read;
    gint64 errors, warnings;
    gboolean is_truth_whole;    /* journal, secrets and definitions */
    gboolean is_catalogue_same; /* compared, and no row differs */
} FsckSummary;

/* TRUE when the store was checked; it is sound if summary->errors is 0. */
gboolean fsck_store(Store *store, const FsckOptions *options, FsckSummary *summary,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The files alone, as the rolling scrub of a running appliance does. */
gboolean fsck_files(Store *store, const FsckOptions *options, FsckSummary *summary,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether an object or page belongs to a part. */
gboolean fsck_is_in_part(const FsckOptions *options, const char *id);
