/* SPDX-License-Identifier: Apache-2.0
 *
 * One OCFL object while the verifier judges it: its members, what was learnt of it, and how its
 * pairs of inventory and side-car are read. Shared by ocfl_verify.c (the object) and
 * ocfl_versions.c (its versions) alone.
 *
 * An object is a range of an archive: the members below `prefix`. Every path here is relative to it
 * unless it is named full; findings carry the full one. Nothing fails: what cannot be read becomes
 * a finding, and NULL.
 */
#pragma once

#include "storage/ocfl_judge.h"

typedef struct {
    Judge *judge;
    const char *prefix;
    const GArray *order; /* of all members */
    guint first, end;    /* its members in the order */
    gint spec;           /* declared; -1 when it cannot be told */
    Inventory root;
    Expected expected;
    HashSet manifests;    /* algorithms that manifests use */
    GHashTable *versions; /* names of version folders */
    guint highest;        /* number of the highest version folder */
    gboolean torn;        /* the pair at the top does not fit the versions */
} ObjectJudge;

/* The member at position i of the order, first ≤ i < end. */
const ArchiveMember *object_judge_member(const ObjectJudge *object, guint i);

/* What of a member's full path is behind the prefix. */
const char *object_judge_relative(const ObjectJudge *object, const char *path);

/* The member of that path, or NULL. */
const ArchiveMember *object_judge_lookup(const ObjectJudge *object, const char *path);

/* Report a finding; `detail` "" where there is none. */
void object_judge_find(const ObjectJudge *object, Found found, const char *path,
                       const char *detail);

/* The bytes of a member, at most `max`; NULL after a finding. */
GBytes *object_judge_read(const ObjectJudge *object, const ArchiveMember *member,
                          gsize max) G_GNUC_WARN_UNUSED_RESULT;

/* "inventory.json.<algorithm>", in no folder. */
gboolean object_judge_is_sidecar(const char *name);

/* The bytes of the inventory in `folder` ("" or "v1/"); NULL when there is none or after a
 * finding. */
GBytes *object_judge_inventory(ObjectJudge *object, const char *folder) G_GNUC_WARN_UNUSED_RESULT;

/* The side-car of the inventory in `folder`, against its bytes. */
void object_judge_sidecar(ObjectJudge *object, const char *folder, const Inventory *inventory,
                          GBytes *bytes);

/* What manifest and fixity block of an inventory say becomes what is expected of the files. */
void object_judge_expect(ObjectJudge *object, const Inventory *inventory);
