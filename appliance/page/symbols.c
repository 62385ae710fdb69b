/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/page/symbols.h"

#include <iconv.h>
#include <string.h>
#include <zbar.h>

/* ITF has no check digit, and a part of a symbol reads as a shorter one. */
#define ITF_DIGITS_MIN   6
#define ITF_LINES_MIN    3
#define CODE39_CHARS_MIN 3
#define CODES_MAX        200

static iconv_t from_gb18030 = (iconv_t)-1;
static iconv_t from_shift_jis = (iconv_t)-1;

/* Both tables are opened and used once, so that nothing is left to be loaded later. */
static iconv_t open_charset(const char *name)
{
    iconv_t charset = iconv_open("UTF-8", name);
    char in[] = "A";
    char out[8];
    char *next_in = in;
    char *next_out = out;
    gsize left_in = 1;
    gsize left_out = sizeof out;

    if (charset != (iconv_t)-1)
        (void)iconv(charset, &next_in, &left_in, &next_out, &left_out);
    return charset;
}

void symbols_prepare(void)
{
    if (from_gb18030 == (iconv_t)-1)
        from_gb18030 = open_charset("GB18030");
    if (from_shift_jis == (iconv_t)-1)
        from_shift_jis = open_charset("CP932");
}

static char *decode(iconv_t charset, const char *bytes, gsize size)
{
    gsize room = size * 4 + 1;
    g_autofree char *out = g_malloc(room);
    char *next_in = (char *)bytes;
    char *next_out = out;

    if (charset == (iconv_t)-1)
        return NULL;
    (void)iconv(charset, NULL, NULL, NULL, NULL);
    room--;
    if (iconv(charset, &next_in, &size, &next_out, &room) == (gsize)-1)
        return NULL;
    *next_out = '\0';
    return g_steal_pointer(&out);
}

/* Chinese text in GB 18030 is nearly all GB 2312: both bytes from 0xA1 up. Sure means that not a
 * single pair is, which two or more pairs of Chinese never are by chance. */
typedef enum { CHINESE, ODD, SURELY_NOT } Chinese;

static Chinese look_of(const char *bytes, gsize size)
{
    guint plain = 0;
    guint rare = 0;

    for (gsize i = 0; i + 1 < size; i++) {
        if ((guint8)bytes[i] < 0x81)
            continue;
        if ((guint8)bytes[i] >= 0xa1 && (guint8)bytes[i + 1] >= 0xa1)
            plain++;
        else
            rare++;
        i++;
    }
    if (plain >= rare)
        return CHINESE;
    return plain == 0 && rare > 1 ? SURELY_NOT : ODD;
}

static gboolean has_kana(const char *text)
{
    for (const char *next = text; *next != '\0'; next = g_utf8_next_char(next)) {
        gunichar c = g_utf8_get_char(next);

        if (c >= 0x3041 && c <= 0x30fa)
            return TRUE;
    }
    return FALSE;
}

/* Shift-JIS, which QR's own Kanji mode speaks, passes for GB 18030 too: it is taken only where
 * the Chinese would be odd and the Japanese has kana, or where there is no Chinese at all. */
static char *decode_asian(const char *bytes, gsize size)
{
    Chinese look = look_of(bytes, size);
    g_autofree char *japanese = NULL;

    symbols_prepare();
    if (look != CHINESE) {
        japanese = decode(from_shift_jis, bytes, size);
        if (japanese != NULL && (look == SURELY_NOT || has_kana(japanese)))
            return g_steal_pointer(&japanese);
    }
    return decode(from_gb18030, bytes, size);
}

static char *decode_latin1(const char *bytes, gsize size)
{
    GString *out = g_string_sized_new(size);

    for (gsize i = 0; i < size; i++)
        g_string_append_unichar(out, (guint8)bytes[i]);
    return g_string_free(out, FALSE);
}

static char *without_nul(const char *text, gsize size)
{
    g_autoptr(GString) clean = g_string_sized_new(size);

    for (gsize i = 0; i < size; i++) {
        if (text[i] == '\0')
            g_string_append(clean, "\xef\xbf\xbd");
        else
            g_string_append_c(clean, text[i]);
    }
    return g_string_free(g_steal_pointer(&clean), FALSE);
}

char *symbols_text(const char *bytes, gsize size)
{
    g_autofree char *clean = without_nul(bytes, size);
    char *text;

    /* the replacement character is valid in UTF-8 alone */
    if (g_utf8_validate(clean, -1, NULL))
        return g_steal_pointer(&clean);
    if (memchr(bytes, '\0', size) != NULL)
        return decode_latin1(clean, strlen(clean));
    text = decode_asian(bytes, size);
    return text != NULL ? text : decode_latin1(bytes, size);
}

static const char *symbology(zbar_symbol_type_t type)
{
    switch (type) {
    case ZBAR_CODE128:
        return "CODE-128";
    case ZBAR_CODE39:
        return "CODE-39";
    case ZBAR_EAN13:
        return "EAN-13";
    case ZBAR_EAN8:
        return "EAN-8";
    case ZBAR_UPCA:
        return "UPC-A";
    case ZBAR_UPCE:
        return "UPC-E";
    case ZBAR_I25:
        return "ITF";
    case ZBAR_QRCODE:
        return "QR-Code";
    default:
        return NULL;
    }
}

static zbar_image_scanner_t *new_scanner(const SymbolsScan *scan)
{
    static const zbar_symbol_type_t linear[] = {ZBAR_CODE128, ZBAR_CODE39, ZBAR_EAN13, ZBAR_EAN8,
                                                ZBAR_UPCA,    ZBAR_UPCE,   ZBAR_I25};
    zbar_image_scanner_t *scanner = zbar_image_scanner_create();
    int step = scan->step > 0 ? (int)scan->step : 1;
    gboolean qr = (scan->what & SYMBOLS_QR) != 0;

    zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
    for (guint i = 0; i < G_N_ELEMENTS(linear); i++) {
        if (scan->what & (SYMBOLS_ROWS | SYMBOLS_COLUMNS))
            zbar_image_scanner_set_config(scanner, linear[i], ZBAR_CFG_ENABLE, 1);
    }
    if (qr) {
        zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
        zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_BINARY, 1);
    }
    /* the y density steps through rows, the x density through columns; 0 = not at all */
    zbar_image_scanner_set_config(scanner, 0, ZBAR_CFG_Y_DENSITY,
                                  qr || (scan->what & SYMBOLS_ROWS) ? step : 0);
    zbar_image_scanner_set_config(scanner, 0, ZBAR_CFG_X_DENSITY,
                                  qr || (scan->what & SYMBOLS_COLUMNS) ? step : 0);
    return scanner;
}

static void take_box(const zbar_symbol_t *symbol, const SymbolsScan *scan, PageCode *code)
{
    guint n = zbar_symbol_get_loc_size(symbol);
    int left = G_MAXINT, top = G_MAXINT, right = 0, bottom = 0;

    for (guint i = 0; i < n; i++) {
        int x = zbar_symbol_get_loc_x(symbol, i);
        int y = zbar_symbol_get_loc_y(symbol, i);

        left = MIN(left, x);
        right = MAX(right, x);
        top = MIN(top, y);
        bottom = MAX(bottom, y);
    }
    if (n == 0)
        return;
    code->x = scan->x + (guint32)(MAX(left, 0) * scan->scale);
    code->y = scan->y + (guint32)(MAX(top, 0) * scan->scale);
    code->w = (guint32)(MAX(right - left + 1, 1) * scan->scale);
    code->h = (guint32)(MAX(bottom - top + 1, 1) * scan->scale);
}

static gboolean keeps_rules(zbar_symbol_type_t type, const char *text, guint lines, guint lines_min)
{
    switch (type) {
    case ZBAR_QRCODE:
        return TRUE;
    case ZBAR_I25:
        return strlen(text) >= ITF_DIGITS_MIN && strlen(text) % 2 == 0 &&
               lines >= MAX(lines_min, MIN(ITF_LINES_MIN, 2 * lines_min));
    case ZBAR_CODE39:
        return strlen(text) >= CODE39_CHARS_MIN && lines >= lines_min;
    default:
        return lines >= lines_min;
    }
}

/* The same text twice on a page is told apart by its place. */
static gboolean overlaps(const PageCode *a, const PageCode *b)
{
    return a->x < b->x + b->w && b->x < a->x + a->w && a->y < b->y + b->h && b->y < a->y + a->h;
}

/* A reading direction is known of linear codes alone. */
static gint32 turn_of(const zbar_symbol_t *symbol, const SymbolsScan *scan)
{
    if (zbar_symbol_get_type(symbol) == ZBAR_QRCODE)
        return -1;
    switch (zbar_symbol_get_orientation(symbol)) {
    case ZBAR_ORIENT_UP:
        return scan->turned;
    case ZBAR_ORIENT_DOWN:
        return scan->turned + 180;
    default:
        return -1;
    }
}

static PageCode *find_same(GPtrArray *codes, const char *name, const char *text)
{
    for (guint i = 0; i < codes->len; i++) {
        PageCode *code = g_ptr_array_index(codes, i);

        if (strcmp(code->symbology, name) == 0 && strcmp(code->text, text) == 0)
            return code;
    }
    return NULL;
}

static gboolean take_symbol(const zbar_symbol_t *symbol, const SymbolsScan *scan, GPtrArray *codes)
{
    zbar_symbol_type_t type = zbar_symbol_get_type(symbol);
    const char *name = symbology(type);
    guint lines = (guint)MAX(zbar_symbol_get_quality(symbol), 1);
    g_autofree char *text = NULL;
    g_autoptr(PageCode) code = NULL;
    PageCode *same;

    if (name == NULL || codes->len >= CODES_MAX)
        return FALSE;
    text = symbols_text(zbar_symbol_get_data(symbol), zbar_symbol_get_data_length(symbol));
    if (text[0] == '\0' || !keeps_rules(type, text, lines, scan->lines_min))
        return FALSE;
    code = page_code_new(name, text, scan->rung);
    code->lines = lines;
    code->turn = turn_of(symbol, scan);
    take_box(symbol, scan, code);
    if (scan->box != NULL) {
        code->x = scan->box[0];
        code->y = scan->box[1];
        code->w = scan->box[2];
        code->h = scan->box[3];
    }
    same = find_same(codes, name, text);
    if (same != NULL && overlaps(same, code)) {
        same->lines += lines;
        return TRUE;
    }
    g_ptr_array_add(codes, g_steal_pointer(&code));
    return TRUE;
}

guint symbols_read(const Gray *gray, const SymbolsScan *scan, GPtrArray *codes)
{
    zbar_image_scanner_t *scanner = new_scanner(scan);
    zbar_image_t *image = zbar_image_create();
    guint n = 0;

    zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
    zbar_image_set_size(image, gray->w, gray->h);
    zbar_image_set_data(image, gray->samples, (gsize)gray->w * gray->h, NULL);
    if (zbar_scan_image(scanner, image) > 0) {
        for (const zbar_symbol_t *symbol = zbar_image_first_symbol(image); symbol != NULL;
             symbol = zbar_symbol_next(symbol))
            n += take_symbol(symbol, scan, codes);
    }
    zbar_image_destroy(image);
    zbar_image_scanner_destroy(scanner);
    return n;
}

static gboolean is_linear(const PageCode *code)
{
    return strcmp(code->symbology, "QR-Code") != 0 && strcmp(code->symbology, "PATCH") != 0;
}

static gboolean is_outvoted(const GPtrArray *codes, guint index)
{
    const PageCode *code = g_ptr_array_index(codes, index);

    for (guint i = 0; is_linear(code) && i < codes->len; i++) {
        const PageCode *other = g_ptr_array_index(codes, i);

        if (i != index && overlaps(code, other) &&
            (!is_linear(other) || other->lines > code->lines ||
             (other->lines == code->lines && i < index)))
            return TRUE;
    }
    return FALSE;
}

void symbols_settle(GPtrArray *codes)
{
    for (guint i = codes->len; i > 0; i--) {
        if (is_outvoted(codes, i - 1))
            g_ptr_array_remove_index(codes, i - 1);
    }
}
