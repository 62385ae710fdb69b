/* SPDX-License-Identifier: Apache-2.0
 *
 * Foreign files become sides: JPEG and fax data stay as they are and get a TIFF frame, other
 * images are stored without loss, and what only the file itself can hold is kept as the file.
 *
 * Runs in page workers only; the daemon goes through worker.h.
 */
#pragma once

#include "appliance/page/image.h"

typedef struct {
    guint32 page;       /* from 0 */
    gboolean look_only; /* facts and codes; no master is made */
    const PageTags *tags;
} ImportOptions;

/* One page of `file`. Three outcomes: TRUE and PAGE_STORED (where media_type is not image/tiff or
 * fd is -1, the file itself is the master: `*keep_file`), TRUE and PAGE_UNREAD with a reason (the
 * page is there but cannot be understood: the file is kept), FALSE where nothing may be stored:
 * ERROR_FORMAT (no image), ERROR_TOO_LARGE. */
gboolean import_page(Bytes file, const ImportOptions *options, PageResult *result,
                     gboolean *keep_file, GError **error) G_GNUC_WARN_UNUSED_RESULT;
