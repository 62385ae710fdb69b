/* SPDX-License-Identifier: Apache-2.0
 *
 * Judging a bundle from anywhere: a BagIt bag (0.93 to 1.0), an OCFL object or storage root (1.0,
 * 1.1), a package of GB/T 42727 or DA/T 93 (package_verify.h), as a folder, a tar or a zip; a PDF
 * or a folder of PDFs. It needs no data folder, extracts nothing and writes nothing.
 *
 * Everything a specification calls invalid is an error with its path; what it advises against is a
 * warning. Quick looks at everything but payload digests and pages, and the summary says so.
 * The proofs of our own bundles (audit/) are checked with the key and the last checkpoint that the
 * auditor brings along; with the key inside alone they are "internally consistent", not "verified".
 *
 * Packages are judged by their own lists: every file is listed, is as long as listed and has its
 * digest, and the lists agree with each other. They carry no proofs: who changes a file and its
 * lists alike is not found out. A PDF has not even lists: head, end and table are looked at,
 * `decode` may look further, and a warning says that it proves nothing.
 *
 * A page that cannot be decoded is a warning where its digest holds: these are the bytes that were
 * handed over, and a side that was taken in unread is kept as it came. In a PDF, which nothing else
 * vouches for, it is an error.
 *
 * Memory: about 300 bytes a file, whatever their size; archives beyond the limits of archive.h are
 * refused.
 */
#pragma once

#include "storage/archive.h"

#include "appliance/base/lang.h"
#include "storage/note.h"

typedef enum {
    VERIFY_ERROR,
    VERIFY_WARNING,
} VerifySeverity;

typedef struct {
    VerifySeverity severity;
    const char *code;    /* token of verify_list.h, or of the OCFL specification ("E023") */
    const char *path;    /* inside the bundle; NULL where the whole is meant */
    const char *text[2]; /* by Lang */
    const char *detail;  /* digests, numbers, lines; "" where there is nothing to add */
} VerifyFinding;

/* Strings are valid during the call alone. Called in the thread of verify_path, in a fixed order.
 */
typedef void (*VerifyReport)(const VerifyFinding *finding, void *data);

typedef enum {
    VERIFY_PAGES_WELL, /* or none there */
    VERIFY_PAGES_DAMAGED,
    VERIFY_PAGES_UNSEEN, /* there may be some, but nobody looked */
} VerifyPages;

/* A look at the content of a payload file whose digests hold (full level). `why` it is not well
 * (English) is freed by the caller. Called in any of the threads, in several at once. */
typedef VerifyPages (*VerifyDecode)(const char *path, ArchiveReader *reader, char **why,
                                    void *data);

/* How far a bag is: bytes read of those that are read. FALSE breaks off. Called in the thread of
 * verify_path. */
typedef gboolean (*VerifyProgress)(guint64 done_bytes, guint64 total_bytes, void *data);

typedef enum {
    VERIFY_QUICK, /* all but payload digests and decoding */
    VERIFY_FULL,
} VerifyLevel;

typedef struct {
    VerifyLevel level;
    guint threads; /* that compute digests and decode; 0: one */
    ArchiveLimits limits;
    VerifyDecode decode; /* may be NULL */
    void *decode_data;
    VerifyProgress progress; /* may be NULL */
    void *progress_data;
    const NoteKey *key;         /* --vkey: of the log, from outside; NULL */
    const char *old_checkpoint; /* --old-checkpoint: signed note of the last visit; NULL */
    gsize old_checkpoint_size;
} VerifyOptions;

typedef enum {
    VERIFY_BAG,
    VERIFY_OCFL_OBJECT,
    VERIFY_OCFL_ROOT,
    VERIFY_GBT42727,
    VERIFY_DAT93,
    VERIFY_PDF,
    VERIFY_ARCHIVE, /* hostile, damaged or without a base folder: what it holds cannot be told */
} VerifyKind;

/* "bag", "ocfl-object", "ocfl-root", "gbt42727", "dat93", "pdf", "archive". */
const char *verify_kind_token(VerifyKind kind);

typedef enum {
    VERIFY_PROOFS_NONE,       /* the bundle holds none */
    VERIFY_PROOFS_REFUSED,    /* at least one does not hold */
    VERIFY_PROOFS_CONSISTENT, /* all hold by the key inside: internally consistent */
    VERIFY_PROOFS_VERIFIED,   /* all hold by the key from outside */
} VerifyProofs;

/* "none", "refused", "consistent", "verified". */
const char *verify_proofs_token(VerifyProofs proofs);

typedef struct {
    VerifyKind kind;
    ArchiveForm form;
    char version[16]; /* "1.0"; "" when it cannot be told, or the form has none */
    guint64 errors, warnings;
    guint64 files, bytes;  /* payload */
    guint64 digested;      /* payload bytes read and compared; 0 in quick */
    guint volume, volumes; /* of a bag: Bag-Count N of T; 0 0 where it says nothing */
    char group[128]; /* of a bag: Bag-Group-Identifier; cut at that length: the set it is of */
    VerifyProofs proofs;
    gboolean extends_old; /* the log extends the checkpoint of the last visit */
    guint64 log_size;     /* of the checkpoint inside */
} VerifySummary;

/* TRUE when the bundle was judged: it is valid if summary->errors is 0. FALSE with ERROR_NO_FILE
 * or ERROR_FORMAT when there is nothing that could be judged, ERROR_CANCELLED where `progress`
 * broke it off. */
gboolean verify_path(const char *path, const VerifyOptions *options, VerifyReport report,
                     void *data, VerifySummary *summary, GError **error) G_GNUC_WARN_UNUSED_RESULT;
