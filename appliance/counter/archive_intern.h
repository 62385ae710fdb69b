/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by archive.c, archive_view.c, archive_files.c, archive_frame.c and archive_about.c alone:
 * the arrangement of a case, and the sheets that frame it.
 */
#pragma once

#include "appliance/counter/archive_files.h"
#include "appliance/counter/step.h"

struct ArchiveView {
    char *number;
    CaseLife life;
    json_t *row, *documents, *sides, *fields;
    const Department *department;
    Check *check;
    GPtrArray *orders;    /* of FilingOrder */
    GArray *facts;        /* of FilingDocument */
    GPtrArray *side_sets; /* of GArray of FilingSide, which the facts point into */
    Filing *filing;
};

/* The sheets around a case: cover, contents list, remarks. */
typedef struct {
    House *house;
    const ArchiveView *view;
    const ArchiveNumber *number; /* NULL: not filed yet, and without a cover */
    const char *archive_number;
    const char *arranger; /* who files: the actor; NULL: nobody */
    gint64 at_us;         /* the instant that they tell */
} ArchiveFrame;
gboolean archive_add_frame(Casefile *casefile, const ArchiveFrame *frame,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Put an archive number and its parts into what is known of a case (casefile.h). */
void archive_about_number(json_t *about, const char *archive_number, const ArchiveNumber *number);
