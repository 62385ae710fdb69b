/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the verifiers behind verify.h alone: the bundle under judgement and how to report.
 */
#pragma once

#include "storage/hash.h"
#include "storage/verify.h"
#include "storage/verify_list.h"

typedef enum {
#define X(name, token, severity, en, zh) FOUND_##name,
    VERIFY_LIST(X)
#undef X
        FOUND_COUNT,
} Found;

typedef struct {
    const Archive *archive;
    const VerifyOptions *options;
    VerifySummary *summary;
    VerifyReport report;
    void *data;
    const char *prefix;  /* put before every path found; NULL for none */
    guint64 total_bytes; /* that will be read; 0: nobody is told how far it is */
    guint64 read_bytes;
    gboolean cancelled; /* as VerifyOptions.progress asked */
} Judge;

/* Report one finding and count it. `path` may be NULL; `format` "" where there is no detail. */
void judge_find(Judge *judge, Found found, const char *path, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

/* Why a path read from a list must not be followed; NULL when it may. */
const char *judge_path_fault(const char *path);

/* What is expected of some files: for each algorithm, whether a member is listed and its digest. */
typedef struct {
    guint count; /* members of the archive */
    guint8 *listed[HASH_COUNT];
    guint8 *digests[HASH_COUNT];
} Expected;

/* Room for `count` members of which nothing is expected yet. */
void expected_init(Expected *expected, guint count);
void expected_clear(Expected *expected);
/* Whether a list of that algorithm names the member. */
gboolean expected_has(const Expected *expected, HashKind kind, guint member);
/* hash_size(kind) bytes, borrowed; only where expected_has. */
const guint8 *expected_digest(const Expected *expected, HashKind kind, guint member);
/* A list of that algorithm names the member with this digest (copied). */
void expected_set(Expected *expected, HashKind kind, guint member, const guint8 *digest);
/* The algorithms of all lists that name the member. */
HashSet expected_kinds(const Expected *expected, guint member);

/* Read the files at `members` (indices), compute what is expected of them and report what differs,
 * in their order, as found[kind] says. Returns the bytes read. */
guint64 judge_digests(Judge *judge, const Expected *expected, const GArray *members,
                      const Found found[HASH_COUNT]);

/* The same of payload, which VerifyOptions.decode is shown where its digests hold; what it says is
 * reported as `unreadable`. */
guint64 judge_payload(Judge *judge, const Expected *expected, const GArray *members,
                      const Found found[HASH_COUNT], Found unreadable);

/* The bytes of these members together. */
guint64 judge_bytes(const Judge *judge, const GArray *members);

/* Every line of a text file in this encoding, up to as many as there may be members; reports what
 * cannot be read. */
typedef void (*JudgeLine)(const char *line, guint64 number, void *data);
void judge_each_line(Judge *judge, const ArchiveMember *member, const char *encoding,
                     JudgeLine take, void *data);

/* Indices of all members in byte order of path. */
GArray *judge_order(const Archive *archive);

/* The first of the members in `order` that stand below `prefix`; *end is behind the last. */
guint judge_below(const Archive *archive, const GArray *order, const char *prefix, guint *end);

/* The verifiers. */
void judge_bag(Judge *judge);
