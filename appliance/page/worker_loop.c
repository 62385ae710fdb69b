/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/page/import.h"
#include "appliance/page/kept_map.h"
#include "appliance/page/pass.h"
#include "appliance/page/sandbox.h"
#include "appliance/page/symbols.h"
#include "appliance/page/wire.h"
#include "appliance/page/worker.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A descriptor as bytes. */
typedef struct {
    void *address;
    gsize size;
} Mapping;

/* The raw side in work. */
typedef struct {
    KeptMap memory;
    PageGeometry geometry;
    StripPass *pass;
    guint32 rows;
    WireTags wire_tags;
    PageTags tags;
    GError *error; /* the first thing that went wrong; told at FINISH */
} RawSide;

static RawSide raw;
static KeptMaps *kept;

static gboolean map(int fd, guint64 size_max, Mapping *mapping, GError **error)
{
    off_t size = lseek(fd, 0, SEEK_END);

    *mapping = (Mapping){0};
    if (size < 0)
        return error_set_errno(error, ERROR_IO, errno, "file");
    if ((guint64)size > size_max)
        return error_set(error, ERROR_TOO_LARGE, "a file of %lld bytes", (long long)size);
    if (size == 0)
        return TRUE;
    mapping->address = mmap(NULL, (gsize)size, PROT_READ, MAP_SHARED, fd, 0);
    if (mapping->address == MAP_FAILED) {
        mapping->address = NULL;
        return error_set_errno(error, ERROR_IO, errno, "map %lld bytes", (long long)size);
    }
    mapping->size = (gsize)size;
    return TRUE;
}

static void unmap(Mapping *mapping)
{
    if (mapping->address != NULL)
        munmap(mapping->address, mapping->size);
    *mapping = (Mapping){0};
}

static gboolean send_reply(const WireReply *reply, const int *fds, gsize n_fds)
{
    g_autoptr(GError) error = NULL;

    return message_send(WORKER_SOCKET, reply, sizeof *reply, fds, n_fds, &error);
}

static void reply_error(WireReply *reply, GError *error)
{
    reply->error = error_code(error);
    g_strlcpy(reply->text, error->message, sizeof reply->text);
    g_error_free(error);
}

static Fd codes_memory(const GPtrArray *codes, GError **error)
{
    g_autoptr(json_t) list = page_codes_to_json(codes);
    g_autofree char *line = json_line(list);
    g_autoptr(Sink) sink = sink_new("codes", error);

    if (sink == NULL || !sink_append(sink, line, strlen(line), error))
        return -1;
    return sink_finish(sink, error);
}

static gboolean reply_result(WireReply *reply, PageResult *result)
{
    GError *error = NULL;
    g_auto(Fd) codes = -1;
    int fds[2];
    gsize n = 0;

    if (result->codes->len > 0) {
        codes = codes_memory(result->codes, &error);
        if (codes < 0) {
            reply_error(reply, error);
            return send_reply(reply, NULL, 0);
        }
    }
    reply->state = result->state;
    reply->facts = result->facts;
    g_strlcpy(reply->text, result->reason, sizeof reply->text);
    reply->has_page = result->fd >= 0;
    reply->has_codes = codes >= 0;
    if (result->fd >= 0)
        fds[n++] = result->fd;
    if (codes >= 0)
        fds[n++] = codes;
    return send_reply(reply, fds, n);
}

static gboolean do_count(Bytes file, WireReply *reply)
{
    GError *error = NULL;

    if (!image_count(file, &reply->pages, &error))
        reply_error(reply, error);
    return send_reply(reply, NULL, 0);
}

static gboolean do_import(Bytes file, WireRequest *request, WireReply *reply)
{
    GError *error = NULL;
    PageTags tags = wire_tags(&request->tags);
    ImportOptions options = {
        .page = request->page, .look_only = request->kind == WIRE_LOOK, .tags = &tags};
    g_auto(PageResult) result = PAGE_RESULT_NONE;
    gboolean keep_file;

    if (!import_page(file, &options, &result, &keep_file, &error)) {
        reply_error(reply, error);
        return send_reply(reply, NULL, 0);
    }
    reply->keep_file = keep_file;
    return reply_result(reply, &result);
}

static gboolean do_view(Bytes file, const WireRequest *request, WireReply *reply)
{
    GError *error = NULL;
    g_auto(Fd) fd = view_make(file, &request->view, &error);

    if (fd < 0)
        reply_error(reply, error);
    reply->has_page = fd >= 0;
    return send_reply(reply, &fd, fd >= 0);
}

static gboolean do_check(Bytes file, const WireRequest *request, WireReply *reply)
{
    GError *error = NULL;

    if (!image_check(file, request->page, &error))
        reply_error(reply, error);
    return send_reply(reply, NULL, 0);
}

static gboolean do_file(int fd, WireRequest *request, WireReply *reply)
{
    GError *error = NULL;
    Mapping mapping;
    gboolean good;
    Bytes file;

    if (!map(fd, PAGE_FILE_BYTES_MAX, &mapping, &error)) {
        reply_error(reply, error);
        return send_reply(reply, NULL, 0);
    }
    file = (Bytes){mapping.address, mapping.size};
    if (request->kind == WIRE_COUNT)
        good = do_count(file, reply);
    else if (request->kind == WIRE_VIEW)
        good = do_view(file, request, reply);
    else if (request->kind == WIRE_CHECK)
        good = do_check(file, request, reply);
    else
        good = do_import(file, request, reply);
    unmap(&mapping);
    return good;
}

static void raw_end(void)
{
    g_clear_pointer(&raw.pass, pass_free);
    g_clear_error(&raw.error);
    raw = (RawSide){0};
}

static gboolean raw_open(int fd, const WireRequest *request, GError **error)
{
    PassOptions options = {.geometry = request->geometry,
                           .page_mode = request->geometry.mode,
                           .lossless = request->lossless != 0,
                           .tags = &raw.tags};

    if (request->geometry.mode > PAGE_LINEART || !page_geometry_check(&request->geometry, error) ||
        !kept_maps_get(kept, fd,
                       (gsize)request->geometry.stride_bytes * request->geometry.height_px,
                       &raw.memory, error))
        return FALSE;
    options.memory = raw.memory.bytes;
    raw.pass = pass_new(&options, error);
    return raw.pass != NULL;
}

static void do_begin(int fd, const WireRequest *request)
{
    raw_end();
    raw.geometry = request->geometry;
    raw.wire_tags = request->tags;
    raw.tags = wire_tags(&raw.wire_tags);
    if (!raw_open(fd, request, &raw.error))
        g_clear_pointer(&raw.pass, pass_free);
}

static void do_rows(guint32 rows)
{
    gsize stride = raw.geometry.stride_bytes;
    const guint8 *next = raw.memory.bytes + raw.rows * stride;

    if (raw.pass == NULL || raw.error != NULL || rows <= raw.rows)
        return;
    if (rows > raw.geometry.height_px)
        error_set(&raw.error, ERROR_FORMAT, "more rows than the page has");
    else if (pass_rows(raw.pass, next, rows - raw.rows, stride, &raw.error))
        raw.rows = rows;
}

static gboolean do_finish(guint32 rows, WireReply *reply)
{
    g_auto(PageResult) result = PAGE_RESULT_NONE;
    gboolean good;

    do_rows(rows);
    if (raw.pass == NULL && raw.error == NULL)
        error_set(&raw.error, ERROR_WORKER, "no page was begun");
    if (raw.error == NULL && pass_finish(raw.pass, &result, &raw.error)) {
        good = reply_result(reply, &result);
    } else {
        reply_error(reply, g_steal_pointer(&raw.error));
        good = send_reply(reply, NULL, 0);
    }
    raw_end();
    return good;
}

/* FALSE ends the worker: the client is gone or does not speak this protocol. */
static gboolean serve(WireRequest *request, const Received *received)
{
    WireReply reply = {.kind = request->kind};
    int fd = received->n_fds > 0 ? received->fds[0] : -1;

    sandbox_job();
    switch ((WireKind)request->kind) {
    case WIRE_COUNT:
    case WIRE_IMPORT:
    case WIRE_LOOK:
    case WIRE_VIEW:
    case WIRE_CHECK:
        return fd >= 0 && do_file(fd, request, &reply);
    case WIRE_BEGIN:
        if (fd >= 0)
            do_begin(fd, request);
        return fd >= 0;
    case WIRE_ROWS:
        do_rows(request->rows);
        return TRUE;
    case WIRE_FINISH:
        return do_finish(request->rows, &reply);
    case WIRE_PROBE:
        reply.leaks = sandbox_probe();
        return send_reply(&reply, NULL, 0);
    }
    return FALSE;
}

static gboolean next_job(void)
{
    g_autoptr(GError) error = NULL;
    WireRequest request;
    Received received;
    gboolean good;

    if (!message_receive(WORKER_SOCKET, &request, sizeof request, -1, &received, &error))
        return FALSE;
    good = received.size == sizeof request && serve(&request, &received);
    for (gsize i = 0; i < received.n_fds; i++)
        fd_close(received.fds[i]);
    return good;
}

int page_worker_main(void)
{
    g_autoptr(GError) error = NULL;

    /* A batch is stopped by its client alone, not by a Ctrl+C on the console. */
    (void)signal(SIGINT, SIG_IGN);
    symbols_prepare();
    kept = kept_maps_new();
    if (!sandbox_close(&error)) {
        error_print(stderr, error, LANG_EN);
        _exit(error_exit_status(error_code(error)));
    }
    while (next_job())
        continue;
    raw_end();
    _exit(0);
}
