/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/script_picture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SHEET_BITS 20
#define HEAD_MAX   4096 /* bytes before the pixels of a file, remarks and all */
#define PAPER      236  /* gray of the page: real paper is not 255 */
#define INK        24

/* A drawn page has rows of three kinds, each drawn once. */
typedef enum {
    ROW_PLAIN,
    ROW_CELLS,
    ROW_RULE,
    ROW_KINDS,
} RowKind;

struct ScriptPicture {
    ScannerGeometry geometry;
    ScriptDrawing drawing;
    guint8 *rows; /* drawn: ROW_KINDS × row_bytes */
    FILE *file;   /* else; the pixels begin at `pixels` */
    off_t pixels;
};

static gboolean cell_is_black(const ScriptDrawing *drawing, guint cell)
{
    if (cell == 0 || cell == SCRIPT_CELLS - 1)
        return TRUE;
    if (cell <= SHEET_BITS)
        return (drawing->sheet >> (SHEET_BITS - cell)) & 1;
    return cell == SHEET_BITS + 1 && drawing->back;
}

/* The band of cells takes rows from 1/16 to 2/16 of the page, rules begin at 1/5. */
static RowKind row_kind(const ScannerGeometry *geometry, guint y)
{
    guint pitch = geometry->height_px / 24;

    if (y >= geometry->height_px / 16 && y < geometry->height_px / 8)
        return ROW_CELLS;
    if (pitch < 4 || y < geometry->height_px / 5 || y > geometry->height_px - pitch)
        return ROW_PLAIN;
    return y % pitch < 2 ? ROW_RULE : ROW_PLAIN;
}

/* Cells stand across the middle 3/4 of the width, rules inside a margin of 1/10. */
static gboolean ink_at(const ScriptPicture *picture, RowKind kind, guint x)
{
    guint width = picture->geometry.width_px;
    guint left = width / 8;

    if (kind == ROW_RULE)
        return x > width / 10 && x < width - width / 10;
    if (kind == ROW_PLAIN || x < left || x >= width - left)
        return FALSE;
    return cell_is_black(&picture->drawing,
                         (guint)((guint64)(x - left) * SCRIPT_CELLS / (width - 2 * left)));
}

static void draw_row(const ScriptPicture *picture, RowKind kind, guint8 *out)
{
    const ScannerGeometry *geometry = &picture->geometry;

    memset(out, 0, geometry->row_bytes);
    for (guint x = 0; x < geometry->width_px; x++) {
        guint from = picture->drawing.turned ? geometry->width_px - 1 - x : x;
        gboolean ink = ink_at(picture, kind, from);

        if (geometry->depth == 1)
            out[x / 8] |= (guint8)(ink ? 0x80 >> x % 8 : 0);
        else
            memset(out + (gsize)x * geometry->samples, ink ? INK : PAPER, geometry->samples);
    }
}

/* A row of a file turned by 180°: the mirrored row, its pixels backwards. */
static void turn_row(const ScannerGeometry *geometry, const guint8 *row, guint8 *out)
{
    guint last = geometry->width_px - 1;

    memset(out, 0, geometry->row_bytes);
    for (guint x = 0; x <= last; x++) {
        if (geometry->depth == 1)
            out[x / 8] |=
                (guint8)((row[(last - x) / 8] >> (7 - (last - x) % 8) & 1) << (7 - x % 8));
        else
            memcpy(out + (gsize)x * geometry->samples, row + (gsize)(last - x) * geometry->samples,
                   geometry->samples);
    }
}

ScriptPicture *script_picture_draw(const ScannerGeometry *geometry, const ScriptDrawing *drawing)
{
    ScriptPicture *picture = g_new0(ScriptPicture, 1);

    picture->geometry = *geometry;
    picture->drawing = *drawing;
    picture->drawing.numbered &=
        geometry->width_px >= SCRIPT_SIDE_PX_LEAST && geometry->height_px >= SCRIPT_SIDE_PX_LEAST;
    picture->rows = g_malloc((gsize)geometry->row_bytes * ROW_KINDS);
    for (guint kind = 0; kind < ROW_KINDS; kind++)
        draw_row(picture, kind, picture->rows + (gsize)kind * geometry->row_bytes);
    return picture;
}

/* The next number of a PNM head; '#' begins a comment. 0 = none. */
static guint pnm_number(const guint8 *bytes, gsize size, gsize *at)
{
    guint number = 0;

    while (*at < size && (g_ascii_isspace(bytes[*at]) || bytes[*at] == '#')) {
        if (bytes[*at] == '#')
            while (*at < size && bytes[*at] != '\n')
                ++*at;
        else
            ++*at;
    }
    while (*at < size && g_ascii_isdigit(bytes[*at]) && number <= SCANNER_SIDE_PX_MAX)
        number = number * 10 + (bytes[(*at)++] - '0');
    return number;
}

/* What the head says; FALSE where it is none of ours. */
static gboolean read_head(ScriptPicture *picture, const guint8 *bytes, gsize size)
{
    ScannerGeometry *geometry = &picture->geometry;
    gsize at = 2;

    if (size < 3 || bytes[0] != 'P' || bytes[1] < '4' || bytes[1] > '6')
        return FALSE;
    geometry->samples = bytes[1] == '6' ? 3 : 1;
    geometry->depth = bytes[1] == '4' ? 1 : 8;
    geometry->width_px = pnm_number(bytes, size, &at);
    geometry->height_px = pnm_number(bytes, size, &at);
    if (geometry->depth == 8 && pnm_number(bytes, size, &at) != 255)
        return FALSE;
    geometry->row_bytes = scanner_row_bytes(geometry->width_px, geometry->samples, geometry->depth);
    picture->pixels = (off_t)at + 1; /* one blank before them */
    return geometry->height_px != 0 && scanner_page_bytes(geometry) != 0 && at < size;
}

/* The head, and as many bytes behind it as it promises. */
static gboolean open_file(ScriptPicture *picture)
{
    guint8 head[HEAD_MAX];
    gsize size = fread(head, 1, sizeof head, picture->file);

    return read_head(picture, head, size) && fseeko(picture->file, 0, SEEK_END) == 0 &&
           ftello(picture->file) - picture->pixels >= (off_t)scanner_page_bytes(&picture->geometry);
}

ScriptPicture *script_picture_read(const char *path, gboolean turned, guint dpi, GError **error)
{
    g_autoptr(ScriptPicture) picture = g_new0(ScriptPicture, 1);

    picture->file = fopen(path, "rbe");
    if (picture->file == NULL) {
        error_set_errno(error, ERROR_NO_FILE, errno, "%s", path);
        return NULL;
    }
    /* Rows go to where they are wanted without a stay in between. */
    setvbuf(picture->file, NULL, _IONBF, 0);
    picture->drawing.turned = turned;
    picture->geometry.dpi = dpi;
    if (!open_file(picture)) {
        error_set(error, ERROR_FORMAT, "%s: no whole binary PNM of 1 or 8 bits", path);
        return NULL;
    }
    return g_steal_pointer(&picture);
}

const ScannerGeometry *script_picture_geometry(const ScriptPicture *picture)
{
    return &picture->geometry;
}

static RowKind drawn_kind(const ScriptPicture *picture, guint y)
{
    if (!picture->drawing.numbered)
        return ROW_PLAIN;
    return row_kind(&picture->geometry,
                    picture->drawing.turned ? picture->geometry.height_px - 1 - y : y);
}

static void draw_rows(const ScriptPicture *picture, guint from, guint until, guint8 *page)
{
    gsize row_bytes = picture->geometry.row_bytes;

    for (guint y = from; y < until; y++)
        memcpy(page + y * row_bytes, picture->rows + drawn_kind(picture, y) * row_bytes, row_bytes);
}

/* `n` rows of the file from `y` on, to `out`. */
static gboolean read_rows(const ScriptPicture *picture, guint y, guint n, guint8 *out)
{
    gsize row_bytes = picture->geometry.row_bytes;

    return fseeko(picture->file, picture->pixels + (off_t)(y * row_bytes), SEEK_SET) == 0 &&
           fread(out, row_bytes, n, picture->file) == n;
}

static gboolean read_turned(const ScriptPicture *picture, guint from, guint until, guint8 *page)
{
    const ScannerGeometry *geometry = &picture->geometry;
    g_autofree guint8 *row = g_malloc(geometry->row_bytes);

    for (guint y = from; y < until; y++) {
        if (!read_rows(picture, geometry->height_px - 1 - y, 1, row))
            return FALSE;
        turn_row(geometry, row, page + (gsize)y * geometry->row_bytes);
    }
    return TRUE;
}

gboolean script_picture_rows(const ScriptPicture *picture, guint from, guint until, guint8 *page,
                             GError **error)
{
    if (picture->file == NULL)
        draw_rows(picture, from, until, page);
    else if (picture->drawing.turned ? !read_turned(picture, from, until, page)
                                     : !read_rows(picture, from, until - from,
                                                  page + (gsize)from * picture->geometry.row_bytes))
        return error_set(error, ERROR_FORMAT, "a picture ends before row %u", until);
    return TRUE;
}

static gboolean page_is_black(const guint8 *page, const ScannerGeometry *geometry, guint x, guint y)
{
    const guint8 *row = page + (gsize)y * geometry->row_bytes;

    if (geometry->depth == 1)
        return row[x / 8] >> (7 - x % 8) & 1;
    return row[(gsize)x * geometry->samples] < 128;
}

gboolean script_picture_number(const guint8 *page, const ScannerGeometry *geometry, guint *sheet,
                               gboolean *back)
{
    guint left = geometry->width_px / 8;
    guint width = geometry->width_px - 2 * left;
    guint y = geometry->height_px * 3 / 32;
    guint32 cells = 0;

    for (guint cell = 0; cell < SCRIPT_CELLS; cell++) {
        guint x = left + (guint)((guint64)width * (2 * cell + 1) / (2 * SCRIPT_CELLS));

        cells = cells << 1 | page_is_black(page, geometry, x, y);
    }
    if ((cells >> (SCRIPT_CELLS - 1)) != 1 || (cells & 3) != 1)
        return FALSE;
    *back = cells >> 2 & 1;
    *sheet = cells >> 3 & ((1u << SHEET_BITS) - 1);
    return TRUE;
}

void script_picture_free(ScriptPicture *picture)
{
    if (picture == NULL)
        return;
    g_clear_pointer(&picture->file, fclose);
    g_free(picture->rows);
    g_free(picture);
}
