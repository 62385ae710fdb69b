/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/device_page.h"

#include "appliance/base/message.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

gboolean device_page_make(DevicePage *page, gsize size, GError **error)
{
    void *bytes;

    if (page->fd >= 0 && page->size >= size)
        return TRUE;
    if (page->fd < 0) {
        page->fd = memfd_new("page", 0, error);
        if (page->fd < 0)
            return FALSE;
        if (fcntl(page->fd, F_ADD_SEALS, F_SEAL_SHRINK) != 0)
            return error_set_errno(error, ERROR_IO, errno, "seal page");
    }
    if (ftruncate(page->fd, (off_t)size) != 0)
        return error_set_errno(error, ERROR_IO, errno, "page of %zu bytes", size);
    bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, page->fd, 0);
    if (bytes == MAP_FAILED)
        return error_set_errno(error, ERROR_IO, errno, "map page of %zu bytes", size);
    if (page->bytes != NULL)
        munmap(page->bytes, page->size);
    page->bytes = bytes;
    page->size = size;
    return TRUE;
}

void device_page_clear(DevicePage *page)
{
    if (page->bytes != NULL)
        munmap(page->bytes, page->size);
    fd_close(page->fd);
    *page = DEVICE_PAGE_NONE;
}
