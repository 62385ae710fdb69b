/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/page/codes.h"

#include <errno.h>
#include <iconv.h>
#include <zbar.h>

static iconv_t from_gb18030 = (iconv_t)-1;

void codes_prepare(void)
{
    char in[] = "\xb0\xb8";
    char out[8];
    char *next_in = in;
    char *next_out = out;
    gsize left_in = 2;
    gsize left_out = sizeof out;

    if (from_gb18030 == (iconv_t)-1)
        from_gb18030 = iconv_open("UTF-8", "GB18030");
    if (from_gb18030 != (iconv_t)-1)
        (void)iconv(from_gb18030, &next_in, &left_in, &next_out, &left_out);
}

static char *decode_gb18030(const char *bytes, gsize size)
{
    gsize room = size * 4 + 1;
    g_autofree char *out = g_malloc(room);
    char *next_in = (char *)bytes;
    char *next_out = out;

    if (from_gb18030 == (iconv_t)-1)
        return NULL;
    (void)iconv(from_gb18030, NULL, NULL, NULL, NULL);
    room--;
    if (iconv(from_gb18030, &next_in, &size, &next_out, &room) == (gsize)-1)
        return NULL;
    *next_out = '\0';
    return g_steal_pointer(&out);
}

static char *decode_latin1(const char *bytes, gsize size)
{
    GString *out = g_string_sized_new(size);

    for (gsize i = 0; i < size; i++)
        g_string_append_unichar(out, (guint8)bytes[i]);
    return g_string_free(out, FALSE);
}

char *codes_text(const char *bytes, gsize size)
{
    g_autoptr(GString) clean = g_string_sized_new(size);
    char *text;

    for (gsize i = 0; i < size; i++) {
        if (bytes[i] == '\0')
            g_string_append(clean, "\xef\xbf\xbd");
        else
            g_string_append_c(clean, bytes[i]);
    }
    if (g_utf8_validate(clean->str, (gssize)clean->len, NULL))
        return g_strdup(clean->str);
    text = decode_gb18030(clean->str, clean->len);
    return text != NULL ? text : decode_latin1(clean->str, clean->len);
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

static void take_box(const zbar_symbol_t *symbol, PageCode *code)
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
    code->x = (guint32)MAX(left, 0);
    code->y = (guint32)MAX(top, 0);
    code->w = (guint32)MAX(right - left + 1, 1);
    code->h = (guint32)MAX(bottom - top + 1, 1);
}

static void take_symbols(zbar_image_t *image, const char *rung, GPtrArray *codes)
{
    for (const zbar_symbol_t *symbol = zbar_image_first_symbol(image); symbol != NULL;
         symbol = zbar_symbol_next(symbol)) {
        const char *name = symbology(zbar_symbol_get_type(symbol));
        g_autofree char *text = NULL;
        PageCode *code;

        if (name == NULL)
            continue;
        text = codes_text(zbar_symbol_get_data(symbol), zbar_symbol_get_data_length(symbol));
        code = page_code_new(name, text, rung);
        code->lines = (guint32)MAX(zbar_symbol_get_quality(symbol), 1);
        take_box(symbol, code);
        g_ptr_array_add(codes, code);
    }
}

static zbar_image_scanner_t *new_scanner(void)
{
    static const zbar_symbol_type_t used[] = {ZBAR_CODE128, ZBAR_CODE39, ZBAR_EAN13, ZBAR_EAN8,
                                              ZBAR_UPCA,    ZBAR_UPCE,   ZBAR_I25,   ZBAR_QRCODE};
    zbar_image_scanner_t *scanner = zbar_image_scanner_create();

    zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
    for (guint i = 0; i < G_N_ELEMENTS(used); i++)
        zbar_image_scanner_set_config(scanner, used[i], ZBAR_CFG_ENABLE, 1);
    zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_BINARY, 1);
    return scanner;
}

void codes_read(const Bits *bits, guint32 dpi G_GNUC_UNUSED, GPtrArray *codes)
{
    zbar_image_scanner_t *scanner = new_scanner();
    zbar_image_t *image = zbar_image_create();
    gsize size = (gsize)bits->width_px * bits->height_px;
    guint8 *gray = g_malloc(size);

    bits_to_gray(bits, gray, bits->width_px);
    zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
    zbar_image_set_size(image, bits->width_px, bits->height_px);
    zbar_image_set_data(image, gray, size, NULL);
    if (zbar_scan_image(scanner, image) > 0)
        take_symbols(image, "page", codes);
    zbar_image_destroy(image);
    zbar_image_scanner_destroy(scanner);
    g_free(gray);
}
