/* SPDX-License-Identifier: Apache-2.0
 *
 * Which files of which cases go into which volume of a bundle.
 *
 * Cases stay in their order and whole, unless one alone is over the limit and may be cut: then it
 * is cut between its files, and its first file (METS.xml, which lists all) stands in each volume.
 */
#pragma once

#include "appliance/base/error.h"

typedef struct {
    guint64 bytes; /* 0: any number, likewise the others */
    guint cases, files;
    gboolean may_cut;
    guint64 frame_bytes; /* what a volume costs beside its files, and a file beside its bytes */
    guint64 file_bytes;
} VolumeLimits;

/* A case in a volume. */
typedef struct {
    guint index;        /* of the case, as added */
    guint first, count; /* its files; with first > 0 file 0 comes along */
    gboolean is_cut;    /* the rest stands in other volumes */
} VolumePiece;

typedef struct {
    VolumeLimits limits;
    GPtrArray *volumes; /* of GArray of VolumePiece */
    guint64 bytes;      /* of the last one */
    guint files, n_cases;
} VolumePlan;

/* An empty plan within these limits. */
VolumePlan *volume_plan_new(const VolumeLimits *limits);
void volume_plan_free(VolumePlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VolumePlan, volume_plan_free)

/* The next case, by the sizes of its files. ERROR_TOO_LARGE names it. */
gboolean volume_plan_case(VolumePlan *plan, const char *name, const guint64 *sizes, guint n,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
