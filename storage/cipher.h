/* SPDX-License-Identifier: Apache-2.0
 *
 * One encrypted file, written and read as a stream: libsodium's secretstream
 * (XChaCha20-Poly1305) in blocks, so that memory stays small and a changed, swapped or missing
 * block is noticed before its bytes are used.
 *
 *   one line of JSON    {"format":"anjuan-cipher/1","key":"passphrase","salt":"<32 hex>",
 *                        "ops":3,"mem":67108864}      or     {…,"key":"file"}
 *   24 bytes            the stream's header
 *   blocks              CIPHER_BLOCK_BYTES of content + 17 each; the last one is shorter or full
 *                       and carries the final tag, so that a cut file is not taken for a whole one
 *
 * The key is 32 bytes: those of a key file, or Argon2id of a passphrase with the line's salt. The
 * line is bound to the first block as additional data: nobody can weaken it unnoticed.
 */
#pragma once

#include "appliance/base/file.h"
#include "appliance/base/random.h"

#define CIPHER_BLOCK_BYTES    65536
#define CIPHER_KEY_BYTES      32
#define CIPHER_PASSPHRASE_MIN 8 /* characters */

/* One of both is set; borrowed. */
typedef struct {
    const char *passphrase;
    const guint8 *key; /* CIPHER_KEY_BYTES */
} CipherKey;

typedef struct CipherWriter CipherWriter;

/* Begin the file that will be `path`; nothing stands there yet. What a crash left under its
 * temporary name goes. */
CipherWriter *cipher_writer_new(const char *path, const CipherKey *key, const Random *random,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean cipher_write(CipherWriter *writer, const void *bytes, gsize size,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The file is whole, durable and visible after this. */
gboolean cipher_commit(CipherWriter *writer, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Removes what was not committed. */
void cipher_writer_free(CipherWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CipherWriter, cipher_writer_free)

typedef struct CipherReader CipherReader;

/* ERROR_FORMAT where it is no such file. */
CipherReader *cipher_reader_new(const char *path, const CipherKey *key,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Exactly `size` bytes. ERROR_WRONG_KEY where the first block does not open, ERROR_DIGEST where a
 * later one does not or the stream ends too early. */
gboolean cipher_read(CipherReader *reader, void *bytes, gsize size,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* A line without its end, at most `max` bytes. */
char *cipher_read_line(CipherReader *reader, gsize max, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Whether everything was read and the last block was the last that was written. */
gboolean cipher_at_end(CipherReader *reader, gboolean *end,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cipher_reader_free(CipherReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CipherReader, cipher_reader_free)

/* The key in a file: CIPHER_KEY_BYTES as hex digits in one line, 0600. cipher_key_make refuses to
 * write over one. ERROR_FORMAT where it is none. */
gboolean cipher_key_make(const char *path, const Random *random, guint8 key[CIPHER_KEY_BYTES],
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean cipher_key_load(const char *path, guint8 key[CIPHER_KEY_BYTES],
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
