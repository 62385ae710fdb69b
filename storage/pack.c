/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/pack_form.h"

#include "appliance/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define FOLDER_GROUP_FILES 64 /* made durable together: bounds the open descriptors */

guint64 pack_offset(const Pack *pack)
{
    return pack->flushed + pack->filled;
}

static gboolean hand_over(Pack *pack, const void *bytes, gsize size, GError **error)
{
    if (!file_write_all(pack->fd, pack->path, bytes, size, error))
        return FALSE;
    if (pack->options.sidecar)
        sha512_update(&pack->sha512, size, bytes);
    if (pack->options.digest)
        sha256_update(&pack->sha256, size, bytes);
    pack->flushed += size;
    return TRUE;
}

static gboolean flush(Pack *pack, GError **error)
{
    gsize filled = pack->filled;

    pack->filled = 0;
    return filled == 0 || hand_over(pack, pack->buffer, filled, error);
}

gboolean pack_emit(Pack *pack, const void *bytes, gsize size, GError **error)
{
    if (pack->filled + size > sizeof pack->buffer && !flush(pack, error))
        return FALSE;
    if (size >= sizeof pack->buffer)
        return hand_over(pack, bytes, size, error);
    memcpy(pack->buffer + pack->filled, bytes, size);
    pack->filled += size;
    return TRUE;
}

/* Nothing under the final name, and no left-over under the temporary one. */
static gboolean clear_names(const Pack *pack, GError **error)
{
    struct stat info;

    if (lstat(pack->path, &info) == 0)
        return error_set(error, ERROR_INVALID, "%s exists already", pack->path);
    return file_remove_tree(pack->temporary, error);
}

static gboolean open_archive(Pack *pack, GError **error)
{
    pack->fd = file_batch_open(pack->batch, pack->path, 0644, error);
    return pack->fd >= 0;
}

Pack *pack_new(const PackOptions *options, GError **error)
{
    g_autoptr(Pack) pack = g_new0(Pack, 1);
    g_autofree char *folder = g_path_get_dirname(options->path);
    g_autofree char *name = g_path_get_basename(options->path);

    pack->options = *options;
    pack->fd = -1;
    pack->path = g_strdup(options->path);
    pack->base = g_strdup(options->base);
    pack->temporary = g_strdup_printf("%s/" FILE_TEMPORARY_PREFIX "%s", folder, name);
    pack->batch = file_batch_new();
    pack->directory = g_byte_array_new();
    pack->options.sidecar = options->sidecar && options->form == ARCHIVE_TAR;
    pack->options.digest = options->digest && options->form != ARCHIVE_FOLDER;
    sha512_init(&pack->sha512);
    sha256_init(&pack->sha256);
    if (!clear_names(pack, error))
        return NULL;
    if (options->form == ARCHIVE_FOLDER ? !file_make_folder(pack->temporary, 0755, error)
                                        : !open_archive(pack, error))
        return NULL;
    return g_steal_pointer(&pack);
}

static gboolean commit_group(Pack *pack, GError **error)
{
    if (!file_batch_commit(pack->batch, error))
        return FALSE;
    file_batch_free(pack->batch);
    pack->batch = file_batch_new();
    pack->in_batch = 0;
    return TRUE;
}

static gboolean begin_in_folder(Pack *pack, const char *path, GError **error)
{
    g_autofree char *full = g_build_filename(pack->temporary, path, NULL);
    g_autofree char *parent = g_path_get_dirname(full);

    if (pack->in_batch >= FOLDER_GROUP_FILES && !commit_group(pack, error))
        return FALSE;
    if (!file_make_folder(parent, 0755, error))
        return FALSE;
    pack->fd = file_batch_open(pack->batch, full, 0644, error);
    pack->in_batch++;
    return pack->fd >= 0;
}

gboolean pack_begin(Pack *pack, const PackMember *member, GError **error)
{
    gboolean at_top = pack->options.form == ARCHIVE_FOLDER || pack->base == NULL;

    g_free(pack->member);
    pack->member =
        at_top ? g_strdup(member->path) : g_strconcat(pack->base, "/", member->path, NULL);
    pack->left = pack->size = member->size;
    pack->crc = 0;
    pack->told = member->crc;
    switch (pack->options.form) {
    case ARCHIVE_FOLDER:
        return begin_in_folder(pack, member->path, error);
    case ARCHIVE_TAR:
        return pack_tar_begin(pack, member->size, error);
    default:
        return pack_zip_begin(pack, error);
    }
}

gboolean pack_write(Pack *pack, const void *bytes, gsize size, GError **error)
{
    if (size > pack->left)
        return error_set(error, ERROR_DIGEST, "%s: has grown while it was read", pack->member);
    pack->left -= size;
    if (pack->options.form == ARCHIVE_ZIP)
        pack->crc = pack_crc(pack->crc, bytes, size);
    return pack_emit(pack, bytes, size, error);
}

gboolean pack_end(Pack *pack, GError **error)
{
    if (pack->left != 0)
        return error_set(error, ERROR_DIGEST, "%s: is shorter than it was", pack->member);
    switch (pack->options.form) {
    case ARCHIVE_FOLDER:
        return flush(pack, error);
    case ARCHIVE_TAR:
        return pack_tar_pad(pack, error);
    default:
        if (pack->crc != pack->told)
            return error_set(error, ERROR_DIGEST, "%s: has changed while it was read",
                             pack->member);
        return TRUE;
    }
}

guint32 pack_crc(guint32 crc, const void *bytes, gsize size)
{
    return (guint32)crc32_z(crc, bytes, size);
}

gboolean pack_put(Pack *pack, const char *path, const void *bytes, gsize size, GError **error)
{
    PackMember member = {path, size, 0};

    if (pack->options.form == ARCHIVE_ZIP)
        member.crc = pack_crc(0, bytes, size);
    return pack_begin(pack, &member, error) &&
           (size == 0 || pack_write(pack, bytes, size, error)) && pack_end(pack, error);
}

/* ── a file as it is stored ──────────────────────────────────────────────────────────────── */

typedef struct {
    Pack *pack; /* NULL: its CRC-32 alone */
    struct sha256_ctx sha256;
    guint64 size;
    guint32 crc;
} Copying;

static gboolean copy_blocks(Copying *copying, int fd, const char *path, GError **error)
{
    g_autofree guint8 *block = g_malloc(PACK_BUFFER_BYTES);
    ssize_t n;

    while ((n = file_pread(fd, block, PACK_BUFFER_BYTES, (gint64)copying->size)) > 0) {
        copying->size += (guint64)n;
        if (copying->pack == NULL) {
            copying->crc = pack_crc(copying->crc, block, (gsize)n);
            continue;
        }
        sha256_update(&copying->sha256, (gsize)n, block);
        if (!pack_write(copying->pack, block, (gsize)n, error))
            return FALSE;
    }
    return n == 0 || error_set_errno(error, ERROR_IO, errno, "%s", path);
}

gboolean pack_copy(Pack *pack, const char *path, const char *source, const Digests *digests,
                   GError **error)
{
    g_auto(Fd) fd = open(source, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    Copying look = {0}, copying = {.pack = pack};
    guint8 digest[SHA256_DIGEST_SIZE];
    struct stat info;

    if (fd < 0 || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
        return error_set_errno(error, ERROR_NO_FILE, errno, "%s", source);
    if (pack->options.form == ARCHIVE_ZIP && !copy_blocks(&look, fd, source, error))
        return FALSE;
    sha256_init(&copying.sha256);
    if (!pack_begin(pack, &(PackMember){path, (guint64)info.st_size, look.crc}, error) ||
        !copy_blocks(&copying, fd, source, error) || !pack_end(pack, error))
        return FALSE;
    sha256_digest(&copying.sha256, sizeof digest, digest);
    if (memcmp(digest, digests->sha256, sizeof digest) != 0)
        return error_set(error, ERROR_DIGEST, "%s", source);
    return TRUE;
}

/* "<128 hex>  <file name>\n", as sha512sum writes and checks it. */
static gboolean put_sidecar(Pack *pack, GError **error)
{
    guint8 digest[SHA512_DIGEST_SIZE];
    g_autofree char *hex = NULL;
    g_autofree char *name = g_path_get_basename(pack->path);
    g_autofree char *beside = g_strconcat(pack->path, ".sha512", NULL);
    g_autofree char *line = NULL;

    sha512_digest(&pack->sha512, sizeof digest, digest);
    hex = hex_encode(digest, sizeof digest);
    line = g_strdup_printf("%s  %s\n", hex, name);
    return file_replace(beside, 0644, line, strlen(line), error);
}

static gboolean commit_folder(Pack *pack, GError **error)
{
    g_autofree char *parent = g_path_get_dirname(pack->path);

    return commit_group(pack, error) && file_rename(pack->temporary, pack->path, error) &&
           file_sync_folder(parent, error);
}

static void tell_done(Pack *pack, PackDone *done)
{
    *done = (PackDone){.bytes = pack->flushed};
    if (pack->options.digest)
        sha256_digest(&pack->sha256, sizeof done->sha256, done->sha256);
}

gboolean pack_commit(Pack *pack, PackDone *tell, GError **error)
{
    gboolean done;

    if (pack->options.form == ARCHIVE_FOLDER) {
        done = commit_folder(pack, error);
    } else {
        done = (pack->options.form == ARCHIVE_TAR ? pack_tar_finish(pack, error)
                                                  : pack_zip_finish(pack, error)) &&
               flush(pack, error) && (!pack->options.sidecar || put_sidecar(pack, error)) &&
               file_batch_commit(pack->batch, error);
    }
    pack->committed = done;
    if (done && tell != NULL)
        tell_done(pack, tell);
    return done;
}

/* What cannot be removed now is removed by the next pack_new. */
static void discard(const Pack *pack)
{
    g_autoptr(GError) ignored = NULL;

    if (!file_remove_tree(pack->temporary, &ignored))
        g_debug("%s", ignored->message);
}

void pack_free(Pack *pack)
{
    file_batch_free(pack->batch);
    if (!pack->committed && pack->options.form == ARCHIVE_FOLDER)
        discard(pack);
    g_byte_array_unref(pack->directory);
    g_free(pack->member);
    g_free(pack->temporary);
    g_free(pack->base);
    g_free(pack->path);
    g_free(pack);
}
