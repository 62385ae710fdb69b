/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/device_wire.h"

#include "appliance/base/message.h"

#include <string.h>

static gboolean is_terminated(const char *text, gsize size)
{
    return memchr(text, '\0', size) != NULL;
}

/* A worker runs vendors' code: its words are checked before they are believed. */
static gboolean is_sane(const WireMessage *message)
{
    return message->kind < WIRE_KINDS && message->code < ERROR_COUNT &&
           message->slot < DEVICE_PAGES && message->status.reason < SCANNER_REASON_COUNT &&
           message->status.paper <= SCANNER_PAPER_LOADED &&
           message->capabilities.n_dpi <= SCANNER_DPI_MAX &&
           is_terminated(message->status.detail, sizeof message->status.detail) &&
           is_terminated(message->name, sizeof message->name) &&
           is_terminated(message->vendor, sizeof message->vendor) &&
           is_terminated(message->model, sizeof message->model) &&
           is_terminated(message->serial, sizeof message->serial) &&
           is_terminated(message->text, sizeof message->text) &&
           is_terminated(message->media_type, sizeof message->media_type);
}

gboolean wire_say(int socket, const WireMessage *message, int fd, GError **error)
{
    return message_send(socket, message, sizeof *message, &fd, fd >= 0 ? 1 : 0, error);
}

gboolean wire_hear(int socket, int timeout_ms, WireMessage *message, Fd *fd, GError **error)
{
    Received received;

    *fd = -1;
    if (!message_receive(socket, message, sizeof *message, timeout_ms, &received, error))
        return FALSE;
    for (gsize i = 1; i < received.n_fds; i++)
        fd_close(received.fds[i]);
    if (received.n_fds > 0)
        *fd = received.fds[0];
    if (received.size == sizeof *message && is_sane(message))
        return TRUE;
    fd_close(fd_steal(fd));
    return error_set(error, ERROR_DEVICE_LOST, "%s",
                     received.size == 0 ? "its worker has ended" : "its worker talks nonsense");
}
