/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/cipher.h"

#include "appliance/base/json.h"
#include "appliance/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FORMAT        "anjuan-cipher/1"
#define SALT_BYTES    crypto_pwhash_SALTBYTES
#define HEADER_BYTES  crypto_secretstream_xchacha20poly1305_HEADERBYTES
#define EXTRA_BYTES   crypto_secretstream_xchacha20poly1305_ABYTES
#define SEALED_BYTES  (CIPHER_BLOCK_BYTES + EXTRA_BYTES)
#define HEAD_LINE_MAX 1024
/* Argon2id as libsodium's "moderate" in time, less in memory: small appliances have 1 GB. */
#define OPS       crypto_pwhash_OPSLIMIT_MODERATE
#define MEM_BYTES ((gsize)64 * 1024 * 1024)
#define MEM_MAX   ((gsize)1024 * 1024 * 1024)
#define OPS_MAX   64

typedef crypto_secretstream_xchacha20poly1305_state Stream;

struct CipherWriter {
    FileBatch *batch; /* of the one file */
    int fd;           /* the batch's */
    char *path;
    char *line; /* additional data of the first block; NULL behind it */
    Stream stream;
    guint8 block[CIPHER_BLOCK_BYTES];
    gsize filled;
    guint8 sealed[SEALED_BYTES];
};

struct CipherReader {
    FILE *file;
    char *path;
    char *line; /* as above */
    Stream stream;
    guint8 block[CIPHER_BLOCK_BYTES];
    gsize filled, taken;
    gboolean last; /* the block is the final one */
    guint8 sealed[SEALED_BYTES];
};

/* ── keys ────────────────────────────────────────────────────────────────────────────────── */

gboolean cipher_key_make(const char *path, const Random *random, guint8 key[CIPHER_KEY_BYTES],
                         GError **error)
{
    g_autoptr(FileBatch) batch = file_batch_new();
    g_autofree char *hex = NULL, *line = NULL;

    random_fill(random, key, CIPHER_KEY_BYTES);
    hex = hex_encode(key, CIPHER_KEY_BYTES);
    line = g_strconcat(hex, "\n", NULL);
    return file_batch_put(batch, path, 0600, line, strlen(line), error) &&
           file_batch_commit(batch, error);
}

gboolean cipher_key_load(const char *path, guint8 key[CIPHER_KEY_BYTES], GError **error)
{
    g_autoptr(GBytes) bytes = file_read(path, HEAD_LINE_MAX, error);
    g_autofree char *text = NULL;

    if (bytes == NULL)
        return FALSE;
    text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    return hex_decode(g_strchomp(text), key, CIPHER_KEY_BYTES) ||
           error_set(error, ERROR_FORMAT, "%s is no key file", path);
}

static gboolean cipher_start(GError **error)
{
    return sodium_init() >= 0 || error_set(error, ERROR_INTERNAL, "libsodium does not start");
}

/* The key behind `key` and the file's line. */
static gboolean derive(const CipherKey *key, const json_t *line, guint8 out[CIPHER_KEY_BYTES],
                       GError **error)
{
    guint8 salt[SALT_BYTES];
    gint64 ops = json_int(line, "ops", 0), mem = json_int(line, "mem", 0);
    gboolean by_passphrase = g_strcmp0(json_text(line, "key"), "passphrase") == 0;

    if (by_passphrase != (key->passphrase != NULL))
        return error_set(error, ERROR_WRONG_KEY,
                         by_passphrase ? "made with a passphrase" : "made with a key file");
    if (!by_passphrase) {
        memcpy(out, key->key, CIPHER_KEY_BYTES);
        return TRUE;
    }
    if (!hex_decode(json_text(line, "salt") != NULL ? json_text(line, "salt") : "", salt,
                    sizeof salt) ||
        ops < 1 || ops > OPS_MAX || mem < (gint64)crypto_pwhash_MEMLIMIT_MIN ||
        mem > (gint64)MEM_MAX)
        return error_set(error, ERROR_FORMAT, "the first line names no sound key derivation");
    if (crypto_pwhash(out, CIPHER_KEY_BYTES, key->passphrase, strlen(key->passphrase), salt,
                      (unsigned long long)ops, (size_t)mem, crypto_pwhash_ALG_ARGON2ID13) != 0)
        /* uncovered: libsodium finds no memory */
        return error_set(error, ERROR_INTERNAL, "no memory for the key derivation");
    return TRUE;
}

/* ── writing ─────────────────────────────────────────────────────────────────────────────── */

static json_t *first_line(const CipherKey *key, const Random *random)
{
    guint8 salt[SALT_BYTES];
    g_autofree char *hex = NULL;

    if (key->passphrase == NULL)
        return json_pack("{s:s, s:s}", "format", FORMAT, "key", "file");
    random_fill(random, salt, sizeof salt);
    hex = hex_encode(salt, sizeof salt);
    return json_pack("{s:s, s:s, s:s, s:I, s:I}", "format", FORMAT, "key", "passphrase", "salt",
                     hex, "ops", (json_int_t)OPS, "mem", (json_int_t)MEM_BYTES);
}

static gboolean open_file(CipherWriter *writer, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(writer->path);
    g_autofree char *name = g_path_get_basename(writer->path);
    g_autofree char *left = g_strdup_printf("%s/" FILE_TEMPORARY_PREFIX "%s", folder, name);

    if (g_file_test(writer->path, G_FILE_TEST_EXISTS))
        return error_set(error, ERROR_INVALID, "%s exists already", writer->path);
    if (g_file_test(left, G_FILE_TEST_EXISTS) && !file_unlink(left, error))
        return FALSE;
    writer->fd = file_batch_open(writer->batch, writer->path, 0600, error);
    return writer->fd >= 0;
}

static gboolean write_head(CipherWriter *writer, const CipherKey *key, const Random *random,
                           GError **error)
{
    g_autoptr(json_t) line = first_line(key, random);
    g_autofree char *text = json_line(line), *with_end = g_strconcat(text, "\n", NULL);
    guint8 secret[CIPHER_KEY_BYTES], header[HEADER_BYTES];
    gboolean ok = derive(key, line, secret, error);

    if (ok)
        crypto_secretstream_xchacha20poly1305_init_push(&writer->stream, header, secret);
    sodium_memzero(secret, sizeof secret);
    writer->line = g_steal_pointer(&text);
    return ok && file_write_all(writer->fd, writer->path, with_end, strlen(with_end), error) &&
           file_write_all(writer->fd, writer->path, header, sizeof header, error);
}

CipherWriter *cipher_writer_new(const char *path, const CipherKey *key, const Random *random,
                                GError **error)
{
    g_autoptr(CipherWriter) writer = g_new0(CipherWriter, 1);

    writer->path = g_strdup(path);
    writer->batch = file_batch_new();
    writer->fd = -1;
    if (!cipher_start(error) || !open_file(writer, error) ||
        !write_head(writer, key, random, error))
        return NULL;
    return g_steal_pointer(&writer);
}

static gboolean push_block(CipherWriter *writer, guint8 tag, GError **error)
{
    unsigned long long size = 0;

    crypto_secretstream_xchacha20poly1305_push(
        &writer->stream, writer->sealed, &size, writer->block, writer->filled,
        (const guint8 *)writer->line, writer->line != NULL ? strlen(writer->line) : 0, tag);
    g_clear_pointer(&writer->line, g_free);
    writer->filled = 0;
    return file_write_all(writer->fd, writer->path, writer->sealed, (gsize)size, error);
}

gboolean cipher_write(CipherWriter *writer, const void *bytes, gsize size, GError **error)
{
    const guint8 *next = bytes;

    while (size > 0) {
        gsize room = CIPHER_BLOCK_BYTES - writer->filled, n = MIN(size, room);

        /* A full block waits for the next byte: the last one must know that it is the last. */
        if (room == 0) {
            if (!push_block(writer, 0, error))
                return FALSE;
            continue;
        }
        memcpy(writer->block + writer->filled, next, n);
        writer->filled += n;
        next += n;
        size -= n;
    }
    return TRUE;
}

gboolean cipher_commit(CipherWriter *writer, GError **error)
{
    return push_block(writer, crypto_secretstream_xchacha20poly1305_TAG_FINAL, error) &&
           file_batch_commit(writer->batch, error);
}

void cipher_writer_free(CipherWriter *writer)
{
    if (writer == NULL)
        return;
    file_batch_free(writer->batch);
    g_free(writer->path);
    g_free(writer->line);
    sodium_memzero(writer, sizeof *writer);
    g_free(writer);
}

/* ── reading ─────────────────────────────────────────────────────────────────────────────── */

static gboolean read_head(CipherReader *reader, const CipherKey *key, GError **error)
{
    char text[HEAD_LINE_MAX];
    guint8 secret[CIPHER_KEY_BYTES], header[HEADER_BYTES];
    g_autoptr(json_t) line = NULL;
    gboolean ok;

    if (fgets(text, sizeof text, reader->file) == NULL || strchr(text, '\n') == NULL)
        return error_set(error, ERROR_FORMAT, "%s is no encrypted file of anjuan", reader->path);
    reader->line = g_strdup(g_strchomp(text));
    line = json_loads(reader->line, 0, NULL);
    if (g_strcmp0(json_text(line, "format"), FORMAT) != 0 ||
        fread(header, 1, sizeof header, reader->file) != sizeof header)
        return error_set(error, ERROR_FORMAT, "%s is no encrypted file of anjuan", reader->path);
    if (!derive(key, line, secret, error))
        return FALSE;
    ok = crypto_secretstream_xchacha20poly1305_init_pull(&reader->stream, header, secret) == 0;
    sodium_memzero(secret, sizeof secret);
    return ok || error_set(error, ERROR_FORMAT, "%s has no sound header", reader->path);
}

CipherReader *cipher_reader_new(const char *path, const CipherKey *key, GError **error)
{
    g_autoptr(CipherReader) reader = g_new0(CipherReader, 1);

    if (!cipher_start(error))
        return NULL;
    reader->path = g_strdup(path);
    reader->file = fopen(path, "re");
    if (reader->file == NULL) {
        error_set_errno(error, ERROR_NO_FILE, errno, "%s", path);
        return NULL;
    }
    return read_head(reader, key, error) ? g_steal_pointer(&reader) : NULL;
}

static gboolean pull_block(CipherReader *reader, GError **error)
{
    gsize n = fread(reader->sealed, 1, SEALED_BYTES, reader->file);
    gboolean first = reader->line != NULL;
    unsigned long long size = 0;
    guint8 tag = 0;
    int result;

    if (ferror(reader->file))
        /* uncovered: a read that fails behind a head that was read */
        return error_set_errno(error, ERROR_IO, errno, "%s", reader->path);
    result = n < EXTRA_BYTES ? -1
                             : crypto_secretstream_xchacha20poly1305_pull(
                                   &reader->stream, reader->block, &size, &tag, reader->sealed, n,
                                   (const guint8 *)reader->line, first ? strlen(reader->line) : 0);
    g_clear_pointer(&reader->line, g_free);
    if (result != 0)
        return first ? error_set(error, ERROR_WRONG_KEY, "%s", reader->path)
                     : error_set(error, ERROR_DIGEST, "%s is cut or damaged", reader->path);
    reader->filled = (gsize)size;
    reader->taken = 0;
    reader->last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    return TRUE;
}

/* TRUE in `*some` where at least one byte waits. */
static gboolean fill(CipherReader *reader, gboolean *some, GError **error)
{
    while (reader->taken == reader->filled && !reader->last)
        if (!pull_block(reader, error))
            return FALSE;
    *some = reader->taken < reader->filled;
    return TRUE;
}

gboolean cipher_read(CipherReader *reader, void *bytes, gsize size, GError **error)
{
    guint8 *out = bytes;

    while (size > 0) {
        gboolean some;
        gsize n;

        if (!fill(reader, &some, error))
            return FALSE;
        if (!some)
            return error_set(error, ERROR_DIGEST, "%s ends too early", reader->path);
        n = MIN(size, reader->filled - reader->taken);
        memcpy(out, reader->block + reader->taken, n);
        reader->taken += n;
        out += n;
        size -= n;
    }
    return TRUE;
}

char *cipher_read_line(CipherReader *reader, gsize max, GError **error)
{
    g_autoptr(GString) line = g_string_new(NULL);
    char c = '\0';

    while (line->len <= max) {
        if (!cipher_read(reader, &c, 1, error))
            return NULL;
        if (c == '\n')
            return g_string_free(g_steal_pointer(&line), FALSE);
        g_string_append_c(line, c);
    }
    error_set(error, ERROR_FORMAT, "%s: a line over %" G_GSIZE_FORMAT " bytes", reader->path, max);
    return NULL;
}

gboolean cipher_at_end(CipherReader *reader, gboolean *end, GError **error)
{
    gboolean some;

    if (!fill(reader, &some, error))
        return FALSE;
    *end = !some && fgetc(reader->file) == EOF;
    return TRUE;
}

void cipher_reader_free(CipherReader *reader)
{
    if (reader->file != NULL)
        fclose(reader->file);
    g_free(reader->path);
    g_free(reader->line);
    sodium_memzero(reader, sizeof *reader);
    g_free(reader);
}
