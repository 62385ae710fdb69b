/* SPDX-License-Identifier: Apache-2.0
 *
 * Small trees of files for the tests of the formats, and archives that no honest tool writes.
 */
#pragma once

#include "tests/testing.h"

#include "appliance/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static inline void tree_put_bytes(const char *folder, const char *path, const void *bytes,
                                  gsize size)
{
    g_autofree char *full = g_build_filename(folder, path, NULL);
    g_autofree char *parent = g_path_get_dirname(full);

    assert_int_equal(g_mkdir_with_parents(parent, 0755), 0);
    assert_true(g_file_set_contents(full, bytes, (gssize)size, NULL));
}

static inline void tree_put(const char *folder, const char *path, const char *text)
{
    tree_put_bytes(folder, path, text, strlen(text));
}

static inline void tree_remove(const char *folder, const char *path)
{
    g_autofree char *full = g_build_filename(folder, path, NULL);
    GError *error = NULL;

    assert_true(file_remove_tree(full, &error));
}

static inline GBytes *tree_get(const char *folder, const char *path)
{
    g_autofree char *full = g_build_filename(folder, path, NULL);
    char *bytes;
    gsize size;

    assert_true(g_file_get_contents(full, &bytes, &size, NULL));
    return g_bytes_new_take(bytes, size);
}

static inline void tree_flip(const char *folder, const char *path, gsize offset)
{
    g_autofree char *full = g_build_filename(folder, path, NULL);
    int fd = open(full, O_RDWR);
    char byte;

    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, (off_t)offset), 1);
    byte ^= 1;
    assert_int_equal(pwrite(fd, &byte, 1, (off_t)offset), 1);
    close(fd);
}

static inline char *tree_path(const char *folder, const char *path)
{
    return g_build_filename(folder, path, NULL);
}

/* The checksum of a header made or changed. */
static inline void tar_sum(void *block)
{
    guint8 *header = block;
    guint sum = 0;

    memset(header + 148, ' ', 8);
    for (gsize i = 0; i < 512; i++)
        sum += header[i];
    g_snprintf((char *)header + 148, 8, "%06o", sum);
}

/* One tar header and its content, exactly as asked. */
static inline void tar_add(GByteArray *tar, const char *name, char kind, const void *bytes,
                           gsize size)
{
    char header[512] = {0};
    static const char zeroes[512];

    strncpy(header, name, 100);
    memcpy(header + 100, "0000644\0000000000\0000000000", 24);
    g_snprintf(header + 124, 12, "%011o", (guint)size);
    memcpy(header + 136, "00000000000", 11);
    header[156] = kind;
    if (kind == '1' || kind == '2')
        memcpy(header + 157, "data/target", sizeof "data/target");
    memcpy(header + 257, "ustar\00000", 8);
    tar_sum(header);
    g_byte_array_append(tar, (const guint8 *)header, 512);
    if (size > 0)
        g_byte_array_append(tar, bytes, (guint)size);
    if (size % 512 != 0)
        g_byte_array_append(tar, (const guint8 *)zeroes, (guint)(512 - size % 512));
}

static inline void tar_end(GByteArray *tar)
{
    static const guint8 zeroes[1024];

    g_byte_array_append(tar, zeroes, sizeof zeroes);
}

/* A zip that is put together member by member. */
typedef struct {
    GByteArray *bytes, *directory;
    guint count;
} ZipMaker;

typedef struct {
    const char *name, *local_name; /* local_name NULL: the same */
    const char *content;
    guint16 flags, method;
    guint32 mode;  /* of UNIX */
    guint32 size;  /* 0: of the content */
    gint64 offset; /* of the local header in the directory; -1: the true one */
} ZipMember;

static inline void zip_put(GByteArray *out, guint bytes, guint64 value)
{
    for (guint i = 0; i < bytes; i++) {
        guint8 byte = (guint8)(value >> (8 * i));

        g_byte_array_append(out, &byte, 1);
    }
}

static inline ZipMaker zip_new(void)
{
    return (ZipMaker){g_byte_array_new(), g_byte_array_new(), 0};
}

static inline void zip_header(GByteArray *out, const ZipMember *member, const char *name)
{
    gsize length = strlen(member->content);

    zip_put(out, 2, 20);
    zip_put(out, 2, member->flags);
    zip_put(out, 2, member->method);
    zip_put(out, 4, 0x00210000);
    zip_put(out, 4, crc32(0, (const Bytef *)member->content, (uInt)length));
    zip_put(out, 4, length);
    zip_put(out, 4, member->size != 0 ? member->size : length);
    zip_put(out, 2, strlen(name));
    zip_put(out, 2, 0);
}

static inline void zip_add(ZipMaker *zip, const ZipMember *member)
{
    const char *local = member->local_name != NULL ? member->local_name : member->name;
    guint64 offset = member->offset >= 0 ? (guint64)member->offset : zip->bytes->len;

    zip_put(zip->bytes, 4, 0x04034b50);
    zip_header(zip->bytes, member, local);
    g_byte_array_append(zip->bytes, (const guint8 *)local, (guint)strlen(local));
    g_byte_array_append(zip->bytes, (const guint8 *)member->content,
                        (guint)strlen(member->content));
    zip_put(zip->directory, 4, 0x02014b50);
    zip_put(zip->directory, 2, 3 << 8 | 20);
    zip_header(zip->directory, member, member->name);
    zip_put(zip->directory, 6, 0);
    zip_put(zip->directory, 4, (guint64)member->mode << 16);
    zip_put(zip->directory, 4, offset);
    g_byte_array_append(zip->directory, (const guint8 *)member->name, (guint)strlen(member->name));
    zip->count++;
}

static inline void zip_write(ZipMaker *zip, const char *folder, const char *name)
{
    guint offset = zip->bytes->len;

    g_byte_array_append(zip->bytes, zip->directory->data, zip->directory->len);
    zip_put(zip->bytes, 4, 0x06054b50);
    zip_put(zip->bytes, 4, 0);
    zip_put(zip->bytes, 2, zip->count);
    zip_put(zip->bytes, 2, zip->count);
    zip_put(zip->bytes, 4, zip->directory->len);
    zip_put(zip->bytes, 4, offset);
    zip_put(zip->bytes, 2, 0);
    tree_put_bytes(folder, name, zip->bytes->data, zip->bytes->len);
    g_byte_array_unref(zip->bytes);
    g_byte_array_unref(zip->directory);
}
