/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists of packages of any bytes. The first byte chooses the form; what follows is split at NUL
 * bytes into its lists, of a package with one case of one file, or into a PDF.
 */
#include <stdint.h>

#include "storage/pack.h"
#include "storage/package.h"
#include "storage/verify.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const gbt[] = {PACKAGE_GBT_TRANSFER, "1/" PACKAGE_GBT_BASIC,
                                  "1/" PACKAGE_GBT_PROCESS, "1/申报文件/A01/0001.txt", NULL};
static const char *const dat[] = {PACKAGE_DAT_CATALOGUE, PACKAGE_DAT_NOTE,
                                  PACKAGE_DAT_DIGESTS,   "Z/Y/1/" PACKAGE_DAT_METADATA,
                                  "Z/Y/1/1.txt",         NULL};
static const char *const pdf[] = {"1.pdf", "2.pdf", NULL};
static const char *const *const forms[] = {gbt, dat, pdf};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char path[] = "/dev/shm/anjuan-fuzz-package-XXXXXX";
    VerifyOptions options = {.level = VERIFY_FULL};
    VerifySummary summary;
    const char *const *names = forms[size > 0 ? data[0] % G_N_ELEMENTS(forms) : 0];
    g_autoptr(Pack) pack = NULL;
    g_autoptr(GError) error = NULL;
    PackOptions pack_options = {.form = names == pdf ? ARCHIVE_FOLDER : ARCHIVE_TAR, .path = path};

    if (g_str_has_suffix(path, "XXXXXX"))
        close(mkstemp(path));
    if (!file_remove_tree(path, &error))
        abort();
    data += size > 0 ? 1 : 0;
    size -= size > 0 ? 1 : 0;
    pack = pack_new(&pack_options, NULL);
    for (; *names != NULL; names++) {
        const uint8_t *end = memchr(data, 0, size);
        gsize length = end != NULL ? (gsize)(end - data) : size;

        if (!pack_put(pack, *names, data, length, NULL))
            abort();
        size -= MIN(length + 1, size);
        data += length + (end != NULL ? 1 : 0);
    }
    if (!pack_commit(pack, NULL, NULL) || !verify_path(path, &options, NULL, NULL, &summary, NULL))
        abort();
    return 0;
}
