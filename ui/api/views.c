/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/api/views.h"

#include "appliance/page/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#define VIEW_QUALITY 80

typedef struct {
    char *name;
    GBytes *bytes;
} Kept;

struct Views {
    pthread_mutex_t lock;
    pthread_cond_t given_back;
    GPtrArray *idle; /* of PageWorker */
    guint made;
    guint small_waiting, large_busy; /* thumbnails that wait; workers that make large views */
    GHashTable *by_name;             /* char* of Kept → its link in `newest` */
    GQueue newest;                   /* of Kept, newest first */
    gsize bytes;
};

Views *views_new(void)
{
    Views *views = g_new0(Views, 1);

    pthread_mutex_init(&views->lock, NULL);
    pthread_cond_init(&views->given_back, NULL);
    views->idle = g_ptr_array_new_with_free_func((GDestroyNotify)page_worker_free);
    views->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    g_queue_init(&views->newest);
    return views;
}

static void kept_free(gpointer data)
{
    Kept *kept = data;

    g_free(kept->name);
    g_bytes_unref(kept->bytes);
    g_free(kept);
}

void views_free(Views *views)
{
    if (views == NULL)
        return;
    g_hash_table_unref(views->by_name);
    g_queue_clear_full(&views->newest, kept_free);
    g_ptr_array_unref(views->idle);
    pthread_cond_destroy(&views->given_back);
    pthread_mutex_destroy(&views->lock);
    g_free(views);
}

char *views_name(const ViewWanted *wanted)
{
    const PageView *view = &wanted->view;

    return g_strdup_printf("%.32s-%u.%u.%u.%u-%u.%u-%u-%u.%u", wanted->sha256, view->x, view->y,
                           view->w, view->h, view->width_px, view->height_px, view->turn,
                           view->format, view->gray);
}

/* ── cache; the lock is held ─────────────────────────────────────────────────────────────── */

static GBytes *recall(Views *views, const char *name)
{
    GList *link = g_hash_table_lookup(views->by_name, name);

    if (link == NULL)
        return NULL;
    g_queue_unlink(&views->newest, link);
    g_queue_push_head_link(&views->newest, link);
    return g_bytes_ref(((Kept *)link->data)->bytes);
}

static void forget_oldest(Views *views)
{
    Kept *kept = g_queue_pop_tail(&views->newest);

    g_hash_table_remove(views->by_name, kept->name);
    views->bytes -= g_bytes_get_size(kept->bytes);
    kept_free(kept);
}

static void keep(Views *views, const char *name, GBytes *bytes)
{
    Kept *kept;

    if (g_bytes_get_size(bytes) > VIEWS_CACHE_BYTES / 4 ||
        g_hash_table_contains(views->by_name, name))
        return;
    kept = g_new0(Kept, 1);
    kept->name = g_strdup(name);
    kept->bytes = g_bytes_ref(bytes);
    g_queue_push_head(&views->newest, kept);
    g_hash_table_insert(views->by_name, kept->name, views->newest.head);
    views->bytes += g_bytes_get_size(bytes);
    while (views->bytes > VIEWS_CACHE_BYTES)
        forget_oldest(views);
}

/* ── workers ─────────────────────────────────────────────────────────────────────────────── */

static gboolean is_small(const PageView *view)
{
    guint asked_px = MAX(view->width_px, view->height_px);

    return asked_px > 0 && asked_px <= VIEWS_SMALL_PX;
}

/* The lock is held. */
static gboolean must_wait(const Views *views, gboolean small)
{
    return (views->idle->len == 0 && views->made >= VIEWS_WORKERS) ||
           (!small && (views->small_waiting > 0 || views->large_busy >= VIEWS_WORKERS - 1));
}

static PageWorker *worker_take(Views *views, gboolean small, GError **error)
{
    PageWorker *worker = NULL;

    pthread_mutex_lock(&views->lock);
    views->small_waiting += small;
    while (must_wait(views, small))
        pthread_cond_wait(&views->given_back, &views->lock);
    views->small_waiting -= small;
    views->large_busy += !small;
    if (views->idle->len > 0)
        worker = g_ptr_array_steal_index(views->idle, views->idle->len - 1);
    else
        views->made++;
    pthread_mutex_unlock(&views->lock);
    if (worker != NULL)
        return worker;
    worker = page_worker_new(error);
    if (worker != NULL)
        return worker;
    pthread_mutex_lock(&views->lock);
    views->made--;
    views->large_busy -= !small;
    pthread_cond_broadcast(&views->given_back);
    pthread_mutex_unlock(&views->lock);
    return NULL;
}

static void worker_give(Views *views, PageWorker *worker, gboolean small)
{
    pthread_mutex_lock(&views->lock);
    views->large_busy -= !small;
    g_ptr_array_add(views->idle, worker);
    pthread_cond_broadcast(&views->given_back);
    pthread_mutex_unlock(&views->lock);
}

/* The worker sealed it: nobody changes it while it is read. */
static GBytes *read_all(int fd, GError **error)
{
    struct stat facts;
    g_autofree guint8 *bytes = NULL;
    gsize done = 0;

    if (fstat(fd, &facts) != 0) {
        error_set_errno(error, ERROR_IO, errno, "a view");
        return NULL;
    }
    bytes = g_malloc((gsize)facts.st_size + 1);
    while (done < (gsize)facts.st_size) {
        gssize n = pread(fd, bytes + done, (gsize)facts.st_size - done, (off_t)done);

        if (n <= 0) {
            error_set_errno(error, ERROR_IO, n < 0 ? errno : EIO, "a view");
            return NULL;
        }
        done += (gsize)n;
    }
    return g_bytes_new_take(g_steal_pointer(&bytes), done);
}

static GBytes *make(Views *views, const ViewWanted *wanted, GError **error)
{
    g_auto(Fd) fd = open(wanted->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    PageView view = wanted->view;
    gboolean small = is_small(&view);
    g_auto(Fd) out = -1;
    PageWorker *worker;
    gboolean ok;

    if (fd < 0) {
        error_set_errno(error, ERROR_NO_FILE, errno, "%.16s", wanted->sha256);
        return NULL;
    }
    view.quality = VIEW_QUALITY;
    worker = worker_take(views, small, error);
    if (worker == NULL)
        return NULL;
    ok = page_worker_view(worker, fd, &view, &out, error);
    worker_give(views, worker, small);
    return ok ? read_all(out, error) : NULL;
}

void views_warm(Views *views)
{
    g_autoptr(GError) error = NULL;
    PageWorker *worker = worker_take(views, TRUE, &error);

    if (worker == NULL)
        g_warning("a page worker: %s", error->message);
    else
        worker_give(views, worker, TRUE);
}

GBytes *views_get(Views *views, const ViewWanted *wanted, GError **error)
{
    g_autofree char *name = views_name(wanted);
    GBytes *bytes;

    /* A page that is lost must not live on in memory. */
    if (access(wanted->path, R_OK) != 0) {
        error_set_errno(error, ERROR_NO_FILE, errno, "%.16s", wanted->sha256);
        return NULL;
    }
    pthread_mutex_lock(&views->lock);
    bytes = recall(views, name);
    pthread_mutex_unlock(&views->lock);
    if (bytes != NULL)
        return bytes;
    bytes = make(views, wanted, error);
    if (bytes == NULL)
        return NULL;
    pthread_mutex_lock(&views->lock);
    keep(views, name, bytes);
    pthread_mutex_unlock(&views->lock);
    return bytes;
}
