/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/page/worker.h"

#include "appliance/page/image.h"
#include "appliance/page/tiff_writer.h"
#include "appliance/page/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define LIMIT_MS_DEFAULT 30000
#define TRIES            2
#define CODES_BYTES_MAX  (1 << 20)
#define COPY_BYTES       65536

struct PageWorker {
    Worker worker;
    int limit_ms;
    guint replaced;
    /* the raw side in work; `memory` is -1 without one */
    WireRequest begin;
    Fd memory;
    guint32 rows;
};

typedef struct {
    WireReply reply;
    Fd page, codes;
} Answer;

static void answer_clear(Answer *answer)
{
    fd_close(fd_steal(&answer->page));
    fd_close(fd_steal(&answer->codes));
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Answer, answer_clear)
#define ANSWER_NONE ((Answer){.page = -1, .codes = -1})

static gboolean start(PageWorker *worker, GError **error)
{
    struct timeval limit = {.tv_sec = worker->limit_ms / 1000,
                            .tv_usec = worker->limit_ms % 1000 * 1000};

    if (worker->worker.pid > 0)
        return TRUE;
    if (!worker_start(&worker->worker, "page", error))
        return FALSE;
    /* A worker that no longer reads must not hold the caller. */
    if (setsockopt(worker->worker.socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) != 0)
        return error_set_errno(error, ERROR_WORKER, errno, "socket of worker");
    return TRUE;
}

static void give_up(PageWorker *worker)
{
    if (worker->worker.pid > 0) {
        (void)worker_stop(&worker->worker);
        worker->replaced++;
    }
}

PageWorker *page_worker_new(GError **error)
{
    g_autoptr(PageWorker) worker = g_new0(PageWorker, 1);

    worker->worker.socket = -1;
    worker->memory = -1;
    worker->limit_ms = LIMIT_MS_DEFAULT;
    return start(worker, error) ? g_steal_pointer(&worker) : NULL;
}

void page_worker_free(PageWorker *worker)
{
    if (worker == NULL)
        return;
    page_worker_cancel(worker);
    (void)worker_stop(&worker->worker);
    g_free(worker);
}

void page_worker_limit_set(PageWorker *worker, int limit_ms)
{
    worker->limit_ms = limit_ms;
}

pid_t page_worker_pid(const PageWorker *worker)
{
    return worker->worker.pid;
}

guint page_worker_replaced(const PageWorker *worker)
{
    return worker->replaced;
}

/* The worker gets a descriptor that it cannot write through. */
static Fd read_only(int fd, GError **error)
{
    int flags = fcntl(fd, F_GETFL);
    char path[64];
    Fd reopened;

    if (flags >= 0 && (flags & O_ACCMODE) == O_RDONLY)
        reopened = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    else {
        g_snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        reopened = open(path, O_RDONLY | O_CLOEXEC);
    }
    if (reopened < 0)
        error_set_errno(error, ERROR_IO, errno, "reopen for reading");
    return reopened;
}

static gboolean take_descriptors(const Received *received, Answer *answer)
{
    const WireReply *reply = &answer->reply;
    gsize expected = (reply->has_page != 0) + (gsize)(reply->has_codes != 0);

    if (received->n_fds != expected) {
        for (gsize i = 0; i < received->n_fds; i++)
            fd_close(received->fds[i]);
        return FALSE;
    }
    if (reply->has_page)
        answer->page = received->fds[0];
    if (reply->has_codes)
        answer->codes = received->fds[expected - 1];
    return (answer->page < 0 || memfd_is_sealed(answer->page)) &&
           (answer->codes < 0 || memfd_is_sealed(answer->codes));
}

static gboolean is_sound(const WireReply *reply, const WireRequest *request)
{
    return reply->kind == request->kind && reply->error < ERROR_COUNT &&
           reply->state <= PAGE_UNREAD && reply->facts.mode <= PAGE_LINEART &&
           reply->facts.orientation_evidence <= PAGE_ORIENTATION_TEXT &&
           memchr(reply->text, '\0', sizeof reply->text) != NULL &&
           g_utf8_validate(reply->text, -1, NULL);
}

static gboolean receive(PageWorker *worker, const WireRequest *request, Answer *answer,
                        GError **error)
{
    Received received;

    if (!message_receive(worker->worker.socket, &answer->reply, sizeof answer->reply,
                         worker->limit_ms, &received, error))
        return FALSE;
    if (received.size != sizeof answer->reply) {
        for (gsize i = 0; i < received.n_fds; i++)
            fd_close(received.fds[i]);
        return error_set(error, ERROR_WORKER, "the page worker has died");
    }
    if (!take_descriptors(&received, answer) || !is_sound(&answer->reply, request))
        return error_set(error, ERROR_WORKER, "the page worker talks nonsense");
    return TRUE;
}

/* One request with a file (or -1) and its answer, on a fresh worker once more if need be. */
static gboolean ask(PageWorker *worker, const WireRequest *request, int fd, Answer *answer,
                    GError **error)
{
    g_autoptr(GError) why = NULL;

    for (guint i = 0; i < TRIES; i++) {
        g_clear_error(&why);
        answer_clear(answer);
        *answer = ANSWER_NONE;
        if (!start(worker, error))
            return FALSE;
        if (message_send(worker->worker.socket, request, sizeof *request, &fd, fd >= 0, &why) &&
            receive(worker, request, answer, &why))
            return TRUE;
        give_up(worker);
    }
    g_propagate_error(error, g_steal_pointer(&why));
    return FALSE;
}

static gboolean answered_error(const WireReply *reply, GError **error)
{
    return error_set(error, (ErrorCode)reply->error, "%s", reply->text);
}

static gboolean ask_file(PageWorker *worker, const WireRequest *request, int fd, Answer *answer,
                         GError **error)
{
    g_auto(Fd) file = read_only(fd, error);

    return file >= 0 && ask(worker, request, file, answer, error);
}

static gsize head_of(int fd, guint8 *head, gsize room)
{
    ssize_t n = pread(fd, head, room, 0);

    return n > 0 ? (gsize)n : 0;
}

static ImageFormat format_of(int fd)
{
    guint8 head[1024];
    Bytes bytes = {head, head_of(fd, head, sizeof head)};

    return image_format(bytes);
}

gboolean page_worker_count(PageWorker *worker, int fd, guint32 *pages, GError **error)
{
    WireRequest request = {.kind = WIRE_COUNT};
    g_auto(Answer) answer = ANSWER_NONE;
    g_autoptr(GError) why = NULL;

    *pages = 0;
    if (!ask_file(worker, &request, fd, &answer, &why)) {
        if (worker->worker.pid > 0 || format_of(fd) == FORMAT_UNKNOWN) {
            g_propagate_error(error, g_steal_pointer(&why));
            return FALSE;
        }
        *pages = 1;
        return TRUE;
    }
    if (answer.reply.error != 0)
        return answered_error(&answer.reply, error);
    *pages = answer.reply.pages;
    return TRUE;
}

/* The file's own bytes in sealed memory; nothing of them is looked at. */
static Fd copy_file(int fd, GError **error)
{
    g_autoptr(Sink) sink = sink_new("file", error);
    g_autofree guint8 *block = g_malloc(COPY_BYTES);
    ssize_t n;

    if (sink == NULL)
        return -1;
    while ((n = pread(fd, block, COPY_BYTES, (off_t)sink->size)) > 0) {
        if (sink->size + (guint64)n > PAGE_FILE_BYTES_MAX) {
            error_set(error, ERROR_TOO_LARGE, "a file of over %u MiB",
                      (guint)(PAGE_FILE_BYTES_MAX >> 20));
            return -1;
        }
        if (!sink_append(sink, block, (gsize)n, error))
            return -1;
    }
    if (n < 0) {
        error_set_errno(error, ERROR_IO, errno, "read file");
        return -1;
    }
    return sink_finish(sink, error);
}

static GPtrArray *read_codes(int fd, GError **error)
{
    off_t size = lseek(fd, 0, SEEK_END);
    g_autofree char *bytes = NULL;
    g_autoptr(json_t) json = NULL;

    if (size < 0 || size > CODES_BYTES_MAX) {
        error_set(error, ERROR_WORKER, "codes of %lld bytes", (long long)size);
        return NULL;
    }
    bytes = g_malloc((gsize)size + 1);
    if (pread(fd, bytes, (gsize)size, 0) != size) {
        error_set_errno(error, ERROR_IO, errno, "codes");
        return NULL;
    }
    json = json_parse(bytes, (gsize)size, "codes", ERROR_WORKER, error);
    return json != NULL ? page_codes_from_json(json, error) : NULL;
}

static gboolean take_result(Answer *answer, PageResult *result, GError **error)
{
    result->codes = answer->codes >= 0 ? read_codes(answer->codes, error) : page_codes_new();
    if (result->codes == NULL)
        return FALSE;
    result->state = (PageState)answer->reply.state;
    result->reason = g_strdup(answer->reply.text);
    result->media_type = "image/tiff";
    result->facts = answer->reply.facts;
    result->fd = fd_steal(&answer->page);
    return TRUE;
}

static void unread(PageResult *result, const char *reason)
{
    page_result_clear(result);
    *result = PAGE_RESULT_NONE;
    result->state = PAGE_UNREAD;
    result->reason = g_strdup(reason);
    result->codes = page_codes_new();
}

static gboolean keep_file(int fd, PageResult *result, GError **error)
{
    result->media_type = image_media_type(format_of(fd));
    result->fd = copy_file(fd, error);
    if (result->fd >= 0)
        return TRUE;
    page_result_clear(result);
    return FALSE;
}

static gboolean import(PageWorker *worker, int fd, const WireRequest *request, PageResult *result,
                       GError **error)
{
    g_auto(Answer) answer = ANSWER_NONE;
    g_autoptr(GError) why = NULL;
    gboolean look = request->kind == WIRE_LOOK;

    *result = PAGE_RESULT_NONE;
    if (!ask_file(worker, request, fd, &answer, &why) || !take_result(&answer, result, &why)) {
        if (format_of(fd) == FORMAT_UNKNOWN) {
            g_propagate_error(error, g_steal_pointer(&why));
            return FALSE;
        }
        unread(result, why->message);
        return look || keep_file(fd, result, error);
    }
    if (answer.reply.error != 0) {
        page_result_clear(result);
        return answered_error(&answer.reply, error);
    }
    if (look)
        return TRUE;
    if (answer.reply.keep_file)
        return keep_file(fd, result, error);
    if (result->fd < 0) {
        unread(result, "the page worker returned no page");
        return keep_file(fd, result, error);
    }
    return TRUE;
}

gboolean page_worker_import(PageWorker *worker, int fd, guint32 index, const PageTags *tags,
                            PageResult *result, GError **error)
{
    WireRequest request = {.kind = WIRE_IMPORT, .page = index};

    wire_tags_set(&request.tags, tags);
    return import(worker, fd, &request, result, error);
}

gboolean page_worker_look(PageWorker *worker, int fd, guint32 index, PageResult *result,
                          GError **error)
{
    WireRequest request = {.kind = WIRE_LOOK, .page = index};

    return import(worker, fd, &request, result, error);
}

static gboolean send_raw(PageWorker *worker, WireKind kind, guint32 rows, GError **error)
{
    WireRequest request = {.kind = kind, .rows = rows};

    if (kind == WIRE_BEGIN)
        return message_send(worker->worker.socket, &worker->begin, sizeof worker->begin,
                            &worker->memory, 1, error);
    return message_send(worker->worker.socket, &request, sizeof request, NULL, 0, error);
}

gboolean page_worker_begin(PageWorker *worker, int memory, const PageRaw *raw, const PageTags *tags,
                           GError **error)
{
    g_autoptr(GError) died = NULL;

    g_return_val_if_fail(worker->memory < 0, FALSE);
    if (!page_geometry_check(&raw->geometry, error))
        return FALSE;
    if (raw->geometry.stride_bytes < page_row_bytes(raw->geometry.mode, raw->geometry.width_px))
        return error_set(error, ERROR_INVALID, "a stride of %u bytes", raw->geometry.stride_bytes);
    if (!start(worker, error))
        return FALSE;
    worker->memory = read_only(memory, error);
    if (worker->memory < 0)
        return FALSE;
    worker->begin =
        (WireRequest){.kind = WIRE_BEGIN, .geometry = raw->geometry, .lossless = raw->lossless};
    wire_tags_set(&worker->begin.tags, tags);
    worker->rows = 0;
    if (!send_raw(worker, WIRE_BEGIN, 0, &died))
        give_up(worker);
    return TRUE;
}

gboolean page_worker_rows(PageWorker *worker, guint32 rows, GError **error)
{
    g_autoptr(GError) died = NULL;

    g_return_val_if_fail(worker->memory >= 0, FALSE);
    if (rows > worker->begin.geometry.height_px || rows < worker->rows)
        return error_set(error, ERROR_INVALID, "row %u of %u", rows,
                         worker->begin.geometry.height_px);
    worker->rows = rows;
    if (worker->worker.pid > 0 && !send_raw(worker, WIRE_ROWS, rows, &died))
        give_up(worker);
    return TRUE;
}

static gboolean finish_once(PageWorker *worker, Answer *answer, GError **error)
{
    WireRequest request = {.kind = WIRE_FINISH};

    if (worker->worker.pid <= 0 &&
        (!start(worker, error) || !send_raw(worker, WIRE_BEGIN, 0, error)))
        return FALSE;
    return send_raw(worker, WIRE_FINISH, worker->rows, error) &&
           receive(worker, &request, answer, error);
}

/* Uncompressed, written here: no decoder and no encoder looks at it. */
static gboolean keep_raw(PageWorker *worker, PageResult *result, const char *reason, GError **error)
{
    PageGeometry geometry = worker->begin.geometry;
    PageTags tags = wire_tags(&worker->begin.tags);

    geometry.height_px = worker->rows;
    unread(result, reason);
    result->media_type = "image/tiff";
    result->fd = tiff_write_raw(&geometry, worker->memory, &tags, error);
    if (result->fd >= 0)
        return TRUE;
    page_result_clear(result);
    return FALSE;
}

static gboolean finish(PageWorker *worker, PageResult *result, GError **error)
{
    g_autoptr(GError) why = NULL;

    for (guint i = 0; i < TRIES; i++) {
        g_auto(Answer) answer = ANSWER_NONE;

        g_clear_error(&why);
        page_result_clear(result);
        *result = PAGE_RESULT_NONE;
        if (finish_once(worker, &answer, &why)) {
            if (answer.reply.error != 0)
                (void)answered_error(&answer.reply, &why);
            else if (take_result(&answer, result, &why) && result->fd >= 0)
                return TRUE;
            break;
        }
        give_up(worker);
    }
    return keep_raw(worker, result, why != NULL ? why->message : "the page worker returned no page",
                    error);
}

gboolean page_worker_finish(PageWorker *worker, PageResult *result, GError **error)
{
    gboolean good;

    g_return_val_if_fail(worker->memory >= 0, FALSE);
    *result = PAGE_RESULT_NONE;
    if (worker->rows == 0) {
        page_worker_cancel(worker);
        return error_set(error, ERROR_FORMAT, "a page without rows");
    }
    good = finish(worker, result, error);
    fd_close(fd_steal(&worker->memory));
    return good;
}

void page_worker_cancel(PageWorker *worker)
{
    fd_close(fd_steal(&worker->memory));
}

gboolean page_worker_view(PageWorker *worker, int fd, const PageView *view, Fd *out, GError **error)
{
    WireRequest request = {.kind = WIRE_VIEW, .view = *view};
    g_auto(Answer) answer = ANSWER_NONE;

    *out = -1;
    if (!ask_file(worker, &request, fd, &answer, error))
        return FALSE;
    if (answer.reply.error != 0)
        return answered_error(&answer.reply, error);
    *out = fd_steal(&answer.page);
    return *out >= 0 || error_set(error, ERROR_WORKER, "the page worker returned no view");
}

gboolean page_worker_check(PageWorker *worker, int fd, guint32 index, GError **error)
{
    WireRequest request = {.kind = WIRE_CHECK, .page = index};
    g_auto(Answer) answer = ANSWER_NONE;

    if (!ask_file(worker, &request, fd, &answer, error))
        return FALSE;
    return answer.reply.error == 0 || answered_error(&answer.reply, error);
}

gboolean page_worker_probe(PageWorker *worker, guint32 *leaks, GError **error)
{
    WireRequest request = {.kind = WIRE_PROBE};
    g_auto(Answer) answer = ANSWER_NONE;

    if (!ask(worker, &request, -1, &answer, error))
        return FALSE;
    *leaks = answer.reply.leaks;
    return answer.reply.error == 0 || answered_error(&answer.reply, error);
}
