/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/base/text.h"

#include <pthread.h>
#include <string.h>

char *hex_encode(const void *bytes, gsize size)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *in = bytes;
    char *out = g_malloc(2 * size + 1);

    for (gsize i = 0; i < size; i++) {
        out[2 * i] = digits[in[i] >> 4];
        out[2 * i + 1] = digits[in[i] & 15];
    }
    out[2 * size] = '\0';
    return out;
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

gboolean hex_decode(const char *hex, void *bytes, gsize size)
{
    unsigned char *out = bytes;

    if (strlen(hex) != 2 * size)
        return FALSE;
    for (gsize i = 0; i < size; i++) {
        int high = digit_value(hex[2 * i]), low = digit_value(hex[2 * i + 1]);

        if (high < 0 || low < 0)
            return FALSE;
        out[i] = (unsigned char)(high << 4 | low);
    }
    return TRUE;
}

static void escape_byte(GString *out, unsigned char byte)
{
    switch (byte) {
    case '\\':
        g_string_append(out, "\\\\");
        break;
    case '\t':
        g_string_append(out, "\\t");
        break;
    case '\n':
        g_string_append(out, "\\n");
        break;
    default:
        g_string_append_printf(out, "\\x%02X", byte);
    }
}

char *text_escape_cell(const char *text)
{
    GString *out = g_string_new(NULL);

    while (*text != '\0') {
        gunichar c = g_utf8_get_char_validated(text, -1);
        unsigned char byte = (unsigned char)*text;
        gsize length = c < 0x110000 ? (gsize)(g_utf8_next_char(text) - text) : 1;

        if (c >= 0x110000 || byte < 0x20 || byte == 0x7f || byte == '\\')
            escape_byte(out, byte);
        else
            g_string_append_len(out, text, (gssize)length);
        text += length;
    }
    return g_string_free(out, FALSE);
}

gboolean text_is_digits(const char *text)
{
    return *text != '\0' && strspn(text, "0123456789") == strlen(text);
}

const char *text_intern(const char *text)
{
    /* GLib has a lock of its own here; this one the thread sanitizer can see. */
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    const char *kept;

    pthread_mutex_lock(&lock);
    kept = g_intern_string(text);
    pthread_mutex_unlock(&lock);
    return kept;
}
