/* SPDX-License-Identifier: Apache-2.0
 *
 * Page workers: the only processes that look at pixels.
 *
 * The client here starts `anjuan worker page`, hands it descriptors and takes back sealed memory.
 * A worker that dies or oversteps its time is replaced and the job tried once more; if that fails
 * too, the side is PAGE_UNREAD and keeps the bytes it came with: never the batch is lost, and
 * never a side. A PageWorker does one job at a time and belongs to one thread at a time.
 *
 *        page_worker_begin        page_worker_finish
 *   idle ────────────────→ page ────────────────────→ idle
 *     ↻ count import look view check  ↻ page_worker_rows
 */
#pragma once

#include "appliance/base/worker.h"
#include "appliance/page/page.h"
#include "appliance/page/view.h"

/* The loop of `anjuan worker page`: closes the sandbox and serves WORKER_SOCKET until it is
 * closed. Does not return; the exit status is 0, or 4 where the sandbox cannot be closed. */
int page_worker_main(void) G_GNUC_NORETURN;

typedef struct PageWorker PageWorker;

/* Starts the process at once, so that the first page does not wait for it. */
PageWorker *page_worker_new(GError **error) G_GNUC_WARN_UNUSED_RESULT;
void page_worker_free(PageWorker *worker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PageWorker, page_worker_free)

/* Wall time a job may take before its worker is killed; 30 s unless set. */
void page_worker_limit_set(PageWorker *worker, int limit_ms);

/* The process, for watching and for tests; 0 while there is none. */
pid_t page_worker_pid(const PageWorker *worker);

/* Times a worker had to be replaced. */
guint page_worker_replaced(const PageWorker *worker);

/* Pages of a foreign file. ERROR_FORMAT: no image at all; ERROR_TOO_LARGE: over a limit. A file
 * that workers die on counts as one page, which page_worker_import then stores unread. */
gboolean page_worker_count(PageWorker *worker, int fd, guint32 *pages,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Page `index` (from 0) of a foreign file becomes a side. Errors as page_worker_count; everything
 * else ends as PAGE_STORED or PAGE_UNREAD with a master. `tags` may be NULL. */
gboolean page_worker_import(PageWorker *worker, int fd, guint32 index, const PageTags *tags,
                            PageResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same without a master: facts and codes by the whole ladder (result->fd is -1). */
gboolean page_worker_look(PageWorker *worker, int fd, guint32 index, PageResult *result,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A raw side whose rows are being written into `memory` (a memfd of at least height × stride
 * bytes; height_px is an upper bound where the device does not tell). The memory stays the
 * caller's and must not change, rows announced being final, until page_worker_finish returns.
 * `lossless` asks for deflate instead of JPEG. */
typedef struct {
    PageGeometry geometry;
    gboolean lossless;
} PageRaw;
gboolean page_worker_begin(PageWorker *worker, int memory, const PageRaw *raw, const PageTags *tags,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* `rows` are complete by now, counted from the top. A worker that dies is no error here. */
gboolean page_worker_rows(PageWorker *worker, guint32 rows,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* All announced rows make the side; ERROR_FORMAT where there are none. */
gboolean page_worker_finish(PageWorker *worker, PageResult *result,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Give the begun side up. */
void page_worker_cancel(PageWorker *worker);

/* A derivative of a stored side (or of any image); the sealed memfd is the caller's. */
gboolean page_worker_view(PageWorker *worker, int fd, const PageView *view, Fd *out,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether a page (from 0) of a file decodes to its last row (image_check). ERROR_WORKER where
 * workers die on it. */
gboolean page_worker_check(PageWorker *worker, int fd, guint32 index,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Which forbidden acts work in the worker: SandboxLeak bits, 0 = the walls hold. */
gboolean page_worker_probe(PageWorker *worker, guint32 *leaks,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
