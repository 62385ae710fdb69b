/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/page/sink.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

Sink *sink_new(const char *name, GError **error)
{
    Fd fd = memfd_new(name, 0, error);
    Sink *sink;

    if (fd < 0)
        return NULL;
    sink = g_malloc(sizeof *sink);
    sink->fd = fd;
    sink->size = 0;
    sink->used = 0;
    return sink;
}

static gboolean flush(Sink *sink, GError **error)
{
    gsize used = sink->used;

    sink->used = 0;
    return file_write_all(sink->fd, "page memory", sink->buffer, used, error);
}

gboolean sink_append(Sink *sink, const void *bytes, gsize size, GError **error)
{
    sink->size += size;
    if (sink->used + size > SINK_BUFFER_BYTES && !flush(sink, error))
        return FALSE;
    if (size >= SINK_BUFFER_BYTES)
        return file_write_all(sink->fd, "page memory", bytes, size, error);
    memcpy(sink->buffer + sink->used, bytes, size);
    sink->used += size;
    return TRUE;
}

gboolean sink_patch(Sink *sink, guint64 at, const void *bytes, gsize size, GError **error)
{
    if (!flush(sink, error))
        return FALSE;
    if (pwrite(sink->fd, bytes, size, (off_t)at) != (ssize_t)size)
        return error_set_errno(error, ERROR_IO, errno, "page memory");
    return TRUE;
}

Fd sink_finish(Sink *sink, GError **error)
{
    if (!flush(sink, error) || !memfd_seal(sink->fd, error))
        return -1;
    return fd_steal(&sink->fd);
}

void sink_free(Sink *sink)
{
    if (sink == NULL)
        return;
    fd_close(sink->fd);
    g_free(sink);
}
