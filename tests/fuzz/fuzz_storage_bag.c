/* SPDX-License-Identifier: Apache-2.0
 *
 * Tag files of any bytes: the input is split at NUL bytes into manifest, bag-info.txt, fetch.txt,
 * tag manifest and bagit.txt of a bag with one file.
 */
#include <stdint.h>

#include "storage/pack.h"
#include "storage/verify.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = {"manifest-sha256.txt", "bag-info.txt", "fetch.txt",
                                    "tagmanifest-md5.txt"};

static void put(Pack *pack, const char *path, const void *bytes, gsize size)
{
    if (!pack_put(pack, path, bytes, size, NULL))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char bagit[] = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
    static char path[] = "/dev/shm/anjuan-fuzz-bag-XXXXXX";
    VerifyOptions options = {.level = VERIFY_FULL};
    VerifySummary summary;
    g_autoptr(Pack) pack = NULL;
    PackOptions pack_options = {.form = ARCHIVE_TAR, .path = path, .base = "bag"};

    if (g_str_has_suffix(path, "XXXXXX"))
        close(mkstemp(path));
    unlink(path);
    pack = pack_new(&pack_options, NULL);
    put(pack, "data/x", "", 0);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        const uint8_t *end = memchr(data, 0, size);
        gsize length = end != NULL ? (gsize)(end - data) : size;

        put(pack, names[i], data, length);
        size -= MIN(length + 1, size);
        data += length + (end != NULL ? 1 : 0);
    }
    put(pack, "bagit.txt", size > 0 ? (const char *)data : bagit, size > 0 ? size : strlen(bagit));
    if (!pack_commit(pack, NULL, NULL) || !verify_path(path, &options, NULL, NULL, &summary, NULL))
        abort();
    unlink(path);
    return 0;
}
