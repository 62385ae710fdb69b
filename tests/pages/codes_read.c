/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/pages/codes_read.h"

#include <string.h>
#include <zbar.h>

static guint8 *gray_of(const Picture *picture)
{
    guint8 *gray = g_malloc((gsize)picture->width * picture->height);
    guint channels = picture_channels(picture);

    for (gsize i = 0; i < (gsize)picture->width * picture->height; i++)
        gray[i] = picture->pixels[i * channels + channels / 2];
    return gray;
}

static int compare(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

GPtrArray *codes_read(const Picture *picture)
{
    g_autofree guint8 *gray = gray_of(picture);
    GPtrArray *codes = g_ptr_array_new_with_free_func(g_free);
    zbar_image_scanner_t *scanner = zbar_image_scanner_create();
    zbar_image_t *image = zbar_image_create();

    zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
    zbar_image_scanner_set_config(scanner, ZBAR_CODE128, ZBAR_CFG_ENABLE, 1);
    zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
    zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_BINARY, 1); /* UTF-8 as it is */
    zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
    zbar_image_set_size(image, picture->width, picture->height);
    zbar_image_set_data(image, gray, (unsigned long)picture->width * picture->height, NULL);
    zbar_scan_image(scanner, image);
    for (const zbar_symbol_t *symbol = zbar_image_first_symbol(image); symbol != NULL;
         symbol = zbar_symbol_next(symbol)) {
        char *code =
            g_strdup_printf("%s %.*s", zbar_get_symbol_name(zbar_symbol_get_type(symbol)),
                            (int)zbar_symbol_get_data_length(symbol), zbar_symbol_get_data(symbol));

        if (g_ptr_array_find_with_equal_func(codes, code, g_str_equal, NULL))
            g_free(code);
        else
            g_ptr_array_add(codes, code);
    }
    g_ptr_array_sort(codes, compare);
    zbar_image_destroy(image);
    zbar_image_scanner_destroy(scanner);
    return codes;
}

gboolean codes_hold(const GPtrArray *codes, const char *symbology, const char *text)
{
    g_autofree char *wanted = g_strdup_printf("%s %s", symbology, text);

    for (guint i = 0; i < codes->len; i++)
        if (g_str_equal(g_ptr_array_index(codes, i), wanted))
            return TRUE;
    return FALSE;
}
