/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the judges of what is no bag and no OCFL alone: package_verify.c (what the two package
 * forms have in common), gbt_verify.c (GB/T 42727), dat93_verify.c (DA/T 93), pdf_verify.c.
 *
 * A package is a set of files and lists of them. Payload is what the cases consist of; a digest is
 * listed for all of it. The lists and the descriptions of the cases are read and compared with each
 * other and with the files. Where no list has a digest of a file (the lists themselves; in packages
 * of others the descriptions), it is read nevertheless, and what a zip knows of it (CRC-32) must
 * hold.
 */
#pragma once

#include "storage/judge.h"
#include "storage/package.h"
#include "storage/xml_read.h"

typedef struct {
    Judge *judge;
    const Archive *archive;
    Expected listed;   /* SHA-256 that a list names */
    guint8 *accounted; /* a member: PACKAGE_… bits */
} Package;

#define PACKAGE_KNOWN   1 /* listed, or there by the form itself */
#define PACKAGE_PAYLOAD 2

/* The archive of the judge, with nothing listed yet. */
void package_init(Package *package, Judge *judge);
void package_clear(Package *package);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Package, package_clear)

/* The file that every such package holds at `path`; NULL after a finding. */
const ArchiveMember *package_require(Package *package, const char *path);

/* A file that stands there by the form itself, and in no list. */
void package_account(Package *package, const ArchiveMember *member);

/* Its elements; FALSE after a finding. */
gboolean package_read_xml(Package *package, const ArchiveMember *member, const XmlEvents *events,
                          void *data);

/* A list names `path` with this SHA-256 (hex). The member; NULL after a finding: the path is not
 * allowed, no such file, listed before, or no digest. */
const ArchiveMember *package_list(Package *package, const char *list, const char *path,
                                  const char *hex);

/* No list needs more entries than the archive has members: whether this one is beyond that. The
 * first one is reported. */
gboolean package_is_beyond(Package *package, const char *list, guint64 entry);

/* The payload grows by this member. */
void package_add_payload(Package *package, const ArchiveMember *member);

/* "2/3", as `list` has it: the second volume of three. */
void package_take_volume(Package *package, const char *list, const char *text);

/* A decimal number without sign; `text` may be NULL. */
gboolean package_number(const char *text, guint64 *number);

/* Files that neither a list nor the form knows, links and devices; then the digests of what is
 * listed, by the level asked for. */
void package_judge_files(Package *package);

/* The verifiers, and whether the archive is for them. */
gboolean gbt_is_package(const Archive *archive);
gboolean dat93_is_package(const Archive *archive);
gboolean pdf_is_folder(const Archive *archive); /* of nothing but PDFs */
gboolean pdf_is_lone(const Archive *archive);   /* a file that begins as one */
void judge_gbt(Judge *judge);
void judge_dat93(Judge *judge);
void judge_pdf(Judge *judge);
