/* SPDX-License-Identifier: Apache-2.0
 *
 * One of the page memfds in which the device worker hands strips to its client: anonymous memory
 * that both have mapped, used for one side after another.
 *
 * A page only grows, and is sealed against shrinking: the client's map of an earlier side must
 * never lose its ground.
 */
#pragma once

#include "appliance/base/file.h"

typedef struct {
    Fd fd; /* -1: not made yet */
    guint8 *bytes;
    gsize size;
    guint64 held_by; /* the id of the side that stands in it; 0 = free */
} DevicePage;

#define DEVICE_PAGE_NONE ((DevicePage){.fd = -1})

/* Room for `size` bytes, mapped for writing; what stood in it is still there. ERROR_IO. */
gboolean device_page_make(DevicePage *page, gsize size, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Unmap and close it. */
void device_page_clear(DevicePage *page);
