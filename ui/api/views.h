/* SPDX-License-Identifier: Apache-2.0
 *
 * Views of sides: derivatives made by page workers, with the newest kept in a cache of bounded
 * size. A view is named by its side's digest and all that was asked of it, so that it never goes
 * stale.
 *
 * A sheet's thumbnail must stand on every screen within a second of its scan, so thumbnails go
 * first: large views wait while one is waiting, and never hold all workers.
 */
#pragma once

#include "appliance/page/view.h"

typedef struct Views Views;

#define VIEWS_WORKERS     2
#define VIEWS_SMALL_PX    400 /* asked for in at most so many: a thumbnail */
#define VIEWS_CACHE_BYTES (48 * 1024 * 1024)

/* Without a worker: the first view starts one. */
Views *views_new(void);
void views_free(Views *views);

typedef struct {
    const char *path;   /* of the stored file */
    const char *sha256; /* its digest, 64 hex digits */
    PageView view;
} ViewWanted;

/* Make a worker ready, so that the first sheet of a scan does not wait for one to start. */
void views_warm(Views *views);

/* In the format that was asked for. Waits for a worker; from any thread. ERROR_NO_FILE (also where
 * the file was lost since), ERROR_FORMAT, ERROR_WORKER. */
GBytes *views_get(Views *views, const ViewWanted *wanted, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The start of the digest and the numbers of the view, for the ETag. */
char *views_name(const ViewWanted *wanted) G_GNUC_WARN_UNUSED_RESULT;
