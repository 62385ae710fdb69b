/* SPDX-License-Identifier: Apache-2.0
 *
 * zbar on a picture: only the symbologies in use, texts decoded by ourselves, every rule in one
 * place that a reading must keep before it counts.
 */
#pragma once

#include "appliance/page/page.h"
#include "appliance/page/pixels.h"

/* Must be called once before the sandbox closes: loads the character set tables. */
void symbols_prepare(void);

typedef enum {
    SYMBOLS_ROWS = 1, /* linear codes along the rows */
    SYMBOLS_COLUMNS = 2,
    SYMBOLS_QR = 4,
} SymbolsWhat;

typedef struct {
    guint what;      /* SymbolsWhat bits */
    guint step;      /* scan every so many rows or columns; 0 = 1 */
    guint lines_min; /* a linear reading counts only if so many scan lines agree */
    const char *rung;
    /* where the picture stands on the page: page = x + picture × scale_px */
    guint32 x, y;
    double scale;       /* page px a picture px */
    const guint32 *box; /* x y w h: use this box for whatever is found; or NULL */
    gint32 turned;      /* the picture was turned clockwise by so much (0 or 90) */
} SymbolsScan;

/* Add readings that keep the rules and are not yet in `codes`; how many were added or confirmed. */
guint symbols_read(const Gray *gray, const SymbolsScan *scan, GPtrArray *codes);

/* Two linear readings in one place cannot both be right: the one that more scan lines of all
 * rungs agree on stays; inside of a QR code none does. */
void symbols_settle(GPtrArray *codes);

/* Bytes of a code as text: UTF-8 where they are valid, else GB 18030 (Shift-JIS where that makes
 * odd Chinese but sound Japanese), else ISO 8859-1. NULs become U+FFFD. */
char *symbols_text(const char *bytes, gsize size) G_GNUC_WARN_UNUSED_RESULT;
