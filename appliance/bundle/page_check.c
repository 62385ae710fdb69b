/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/bundle/page_check.h"

#include "appliance/page/image.h"
#include "appliance/page/sink.h"
#include "appliance/page/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <strings.h>

struct PageCheck {
    pthread_mutex_t lock;
    GPtrArray *idle; /* PageWorkers that nobody uses */
    guint64 pages;
};

PageCheck *page_check_new(void)
{
    PageCheck *check = g_new0(PageCheck, 1);

    pthread_mutex_init(&check->lock, NULL);
    check->idle = g_ptr_array_new_with_free_func((GDestroyNotify)page_worker_free);
    return check;
}

void page_check_free(PageCheck *check)
{
    if (check == NULL)
        return;
    g_ptr_array_unref(check->idle);
    pthread_mutex_destroy(&check->lock);
    g_free(check);
}

guint64 page_check_pages(const PageCheck *check)
{
    return check->pages;
}

static PageWorker *borrow(PageCheck *check, GError **error)
{
    PageWorker *worker = NULL;

    pthread_mutex_lock(&check->lock);
    if (check->idle->len > 0)
        worker = g_ptr_array_steal_index_fast(check->idle, check->idle->len - 1);
    pthread_mutex_unlock(&check->lock);
    return worker != NULL ? worker : page_worker_new(error);
}

static void give_back(PageCheck *check, PageWorker *worker, guint64 pages)
{
    pthread_mutex_lock(&check->lock);
    g_ptr_array_add(check->idle, worker);
    check->pages += pages;
    pthread_mutex_unlock(&check->lock);
}

static gboolean is_named_a_page(const char *path)
{
    static const char *const endings[] = {".tif", ".tiff", ".jpg", ".jpeg", ".png", ".pdf"};
    const char *dot = strrchr(path, '.');

    for (gsize i = 0; dot != NULL && i < G_N_ELEMENTS(endings); i++)
        if (strcasecmp(dot, endings[i]) == 0)
            return TRUE;
    return FALSE;
}

/* Whether there may be pages in it; `head` are its first bytes. */
static gboolean is_ours(const char *path, const guint8 *head, gssize size)
{
    return size >= 0 &&
           (image_format((Bytes){head, (gsize)size}) != FORMAT_UNKNOWN || is_named_a_page(path));
}

/* The rest of a member whose first block is read already, as sealed memory. */
static Fd copy_member(ArchiveReader *reader, guint8 *block, gssize n, GError **error)
{
    g_autoptr(Sink) sink = sink_new("page", error);

    while (sink != NULL && n > 0) {
        if (sink->size + (guint64)n > PAGE_CHECK_BYTES_MAX) {
            error_set(error, ERROR_TOO_LARGE, "over %u MiB in an archive",
                      (guint)(PAGE_CHECK_BYTES_MAX >> 20));
            return -1;
        }
        if (!sink_append(sink, block, (gsize)n, error))
            return -1;
        n = archive_reader_read(reader, block, ARCHIVE_BLOCK_BYTES, error);
    }
    return sink != NULL && n == 0 ? sink_finish(sink, error) : -1;
}

/* A descriptor of the file; -1 where no page is in it, or with an error. */
static Fd take_pages(const char *path, ArchiveReader *reader, GError **error)
{
    g_autofree guint8 *block = g_malloc(ARCHIVE_BLOCK_BYTES);
    gssize n = archive_reader_read(reader, block, ARCHIVE_BLOCK_BYTES, error);
    int fd = archive_reader_fd(reader);

    if (!is_ours(path, block, n))
        return -1;
    if (fd < 0)
        return copy_member(reader, block, n, error);
    fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (fd < 0)
        error_set_errno(error, ERROR_IO, errno, "%s", path);
    return fd;
}

/* Up to the first page that does not decode; how many do. */
static guint32 decode_pages(PageWorker *worker, int fd, GError **error)
{
    guint32 count, i = 0;

    if (!page_worker_count(worker, fd, &count, error))
        return 0;
    while (i < count && page_worker_check(worker, fd, i, error))
        i++;
    if (i < count)
        g_prefix_error(error, "page %u: ", i + 1);
    return i;
}

/* Damage is what a decoder says; all else kept it from looking. */
static VerifyPages verdict(const GError *error)
{
    if (error == NULL)
        return VERIFY_PAGES_WELL;
    return error_code(error) == ERROR_FORMAT ? VERIFY_PAGES_DAMAGED : VERIFY_PAGES_UNSEEN;
}

VerifyPages page_check_file(const char *path, ArchiveReader *reader, char **why, void *data)
{
    PageCheck *check = data;
    g_autoptr(GError) error = NULL;
    g_auto(Fd) fd = take_pages(path, reader, &error);
    PageWorker *worker = fd >= 0 ? borrow(check, &error) : NULL;

    if (worker != NULL) {
        guint32 pages = decode_pages(worker, fd, &error);

        give_back(check, worker, pages);
    }
    if (error != NULL)
        *why = g_strdup(error->message);
    return verdict(error);
}
