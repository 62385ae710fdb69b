/* SPDX-License-Identifier: Apache-2.0
 *
 * The pictures of a scripted session: generated patterns and PNM files, row by row.
 *
 * A numbered page carries its sheet and side as a row of 24 cells along the top, black for 1, from
 * the left: 1, sheet (20 bits, highest first), back, 0, 1. The rest is ruled like a form, so that
 * it is neither blank nor empty of ink. The band stands near the top edge alone, so a page that is
 * upside down has no number.
 */
#pragma once

#include "drivers/scanner.h"

#define SCRIPT_CELLS         24
#define SCRIPT_SIDE_PX_LEAST 64 /* of a numbered page; smaller ones are drawn white */

typedef struct ScriptPicture ScriptPicture;

typedef struct {
    gboolean numbered; /* else white */
    guint sheet;
    gboolean back;
    gboolean turned; /* by 180° */
} ScriptDrawing;

/* A generated picture of this geometry (height known). */
ScriptPicture *script_picture_draw(const ScannerGeometry *geometry, const ScriptDrawing *drawing);

/* A binary PNM file (P4, P5, P6; 8 bit), read as its rows are asked for. ERROR_FORMAT where it is
 * none or is cut off. */
ScriptPicture *script_picture_read(const char *path, gboolean turned, guint dpi,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Size and depth of the whole picture; borrowed. */
const ScannerGeometry *script_picture_geometry(const ScriptPicture *picture);

/* The rows from `from` up to `until` (excluded) into their places in `page`. ERROR_FORMAT where the
 * file has become shorter. */
gboolean script_picture_rows(const ScriptPicture *picture, guint from, guint until, guint8 *page,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What the cells of a page say; FALSE where there are none. */
gboolean script_picture_number(const guint8 *page, const ScannerGeometry *geometry, guint *sheet,
                               gboolean *back);

void script_picture_free(ScriptPicture *picture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ScriptPicture, script_picture_free)
