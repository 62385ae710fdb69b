/* SPDX-License-Identifier: Apache-2.0
 *
 * 案卷 as files: what of a case goes into the vault and into bundles, and under which names.
 *
 *   metadata/case.json                       everything the catalogue knows (case.schema.json)
 *   representations/rep1/data/0001.tif …     sides in filed order, blank ones too, as captured
 *   documentation/B01-005.pdf …              papers the window issued
 *   documentation/cover.pdf contents.pdf remarks.pdf
 *   audit/records.jsonl                      the case's journal records, one a line
 *
 * Names are of [A-Za-z0-9._-] alone. The files of sides and papers are named with the digests the
 * catalogue keeps; the others are made here.
 *
 * Beside the files stands what is known of the case, for whoever describes or rearranges them:
 * `record` is metadata/case.json, and `about` an object of
 *   number item item_name kind applicant received organ uscc fonds fonds_name region heading
 *                                         always there
 *   at                                    instant of the last record, or of the filing
 *   archive_number category year retention unit filed         once filed
 *   accepted decided ended result         as far as the case came
 *   events                                [{t, act, actor, station}] in order
 *   batches                               [{id, closed_at}] that brought its sides
 */
#pragma once

#include "appliance/base/digest.h"
#include "appliance/base/json.h"

typedef struct {
    char *path;      /* inside the case file */
    char *source;    /* full path of a stored file; NULL: `bytes` */
    GBytes *bytes;   /* made here; NULL: `source` */
    Digests digests; /* of `source`, as the catalogue keeps them; of `bytes` */
} CasefilePart;

typedef struct {
    char *number;           /* of the case */
    GPtrArray *parts;       /* of CasefilePart, in order of path */
    json_t *record, *about; /* NULL until they are given */
} Casefile;

/* An empty file of this case, to be filled part by part. */
Casefile *casefile_new(const char *number);
void casefile_free(Casefile *casefile);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Casefile, casefile_free)

/* Add a stored file; digests are hex as rows carry them. ERROR_JOURNAL_DAMAGED for what is none. */
gboolean casefile_add_file(Casefile *casefile, const char *path, const char *source,
                           const json_t *row, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void casefile_add_bytes(Casefile *casefile, const char *path, GBytes *bytes);
void casefile_add_text(Casefile *casefile, const char *path, const char *text);

/* Put the parts in byte order of path. */
void casefile_sort(Casefile *casefile);

/* The part of this path; NULL: none. */
const CasefilePart *casefile_find(const Casefile *casefile, const char *path);

/* Take `record` out of metadata/case.json, which is there. */
gboolean casefile_read_record(Casefile *casefile, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The paper of a document (统一编号) among the parts; NULL: none. */
const CasefilePart *casefile_paper(const Casefile *casefile, gint64 document);

/* Bytes of a part, wherever they lie. ERROR_NO_FILE names the file. */
gboolean casefile_part_size(const CasefilePart *part, guint64 *size,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The digest recorded of it. */
char *casefile_part_sha256(const CasefilePart *part) G_GNUC_WARN_UNUSED_RESULT; /* hex */

/* A whole part that is no page, checked against its digest. */
GBytes *casefile_part_read(const CasefilePart *part, GError **error) G_GNUC_WARN_UNUSED_RESULT;
