/* SPDX-License-Identifier: Apache-2.0
 *
 * What stands in a sealed file, put in and taken out with one key: for backups that no appliance
 * made.
 */
#pragma once

#include "tests/testing.h"

#include "storage/cipher.h"

static const CipherKey sealed_key = {.key = (const guint8 *)"0123456789abcdef0123456789abcdef"};

static inline void sealed_put(const char *path, const char *bytes, gsize size)
{
    SeededRandom seeded;
    Random random = random_seeded(&seeded, 1);
    GError *error = NULL;
    g_autoptr(CipherWriter) writer = cipher_writer_new(path, &sealed_key, &random, &error);

    assert_no_error(error);
    assert_true(cipher_write(writer, bytes, size, &error));
    assert_true(cipher_commit(writer, &error));
}

static inline GString *sealed_get(const char *path)
{
    GError *error = NULL;
    g_autoptr(CipherReader) reader = cipher_reader_new(path, &sealed_key, &error);
    GString *text = g_string_new(NULL);
    gboolean end = FALSE;
    char c;

    assert_no_error(error);
    while (!end && cipher_read(reader, &c, 1, &error)) {
        g_string_append_c(text, c);
        assert_true(cipher_at_end(reader, &end, &error));
    }
    assert_no_error(error);
    return text;
}
