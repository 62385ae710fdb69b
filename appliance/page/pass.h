/* SPDX-License-Identifier: Apache-2.0
 *
 * The strip pass: one side, 64 rows at a time while it arrives, so that a strip stays in cache.
 *
 *   strip ─→ encode ─→ sealed memfd
 *      └──→ threshold to 1 bit ─→ ink map · skew · locator ─→ codes
 *
 * Holds the 1-bit page and what the encoder needs, never a second copy of a raw page.
 */
#pragma once

#include "appliance/page/encode.h"
#include "appliance/page/page.h"

typedef struct {
    PageGeometry geometry; /* of the rows handed in; height_px may be an upper bound */
    PageMode page_mode;    /* of the side; geometry.mode may be gray where that is enough */
    gboolean keep;         /* the master is made elsewhere: look only */
    gboolean lossless;     /* deflate instead of JPEG */
    gboolean thorough;     /* the whole ladder for codes and facts, whatever it costs */
    guint16 orientation;   /* the file's tag, 1…8; 0 = none */
    const guint8 *memory;  /* where the rows stay until pass_finish returns; NULL: they do not,
                              and the pass keeps a gray copy of its own for hard codes */
    const PageTags *tags;
} PassOptions;

typedef struct StripPass StripPass;
/* Begin a side. ERROR_TOO_LARGE, ERROR_INVALID for a geometry that cannot be. */
StripPass *pass_new(const PassOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Rows in any number. */
gboolean pass_rows(StripPass *pass, const guint8 *rows, guint32 n, gsize stride,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The facts and codes, and the master unless `keep` was asked for. */
gboolean pass_finish(StripPass *pass, PageResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pass_free(StripPass *pass);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StripPass, pass_free)
