/* SPDX-License-Identifier: Apache-2.0
 *
 * A file of any bytes goes through the whole verifier: tar, zip, and what stands in them.
 */
#include <stdint.h>

#include "storage/verify.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    VerifyOptions options = {.level = VERIFY_FULL,
                             .limits = {.members_max = 1000, .unpacked_max = 1 << 20}};
    VerifySummary summary;
    g_autoptr(GError) error = NULL;
    g_autofree char *path = NULL;
    int fd = memfd_create("fuzz", MFD_CLOEXEC);

    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    path = g_strdup_printf("/proc/self/fd/%d", fd);
    if (!verify_path(path, &options, NULL, NULL, &summary, &error) && error == NULL)
        abort();
    close(fd);
    return 0;
}
