/* SPDX-License-Identifier: Apache-2.0
 *
 * Small messages with file descriptors between the daemon and its workers, and sealed memory.
 *
 * The transport is a SOCK_SEQPACKET pair: a message arrives whole or not at all. Pages never
 * travel in messages: they stand in memfds whose descriptors do.
 */
#pragma once

#include "appliance/base/file.h"

#define MESSAGE_BYTES_MAX 65536
#define MESSAGE_FDS_MAX   4

/* Send `size` ≤ MESSAGE_BYTES_MAX bytes and `n_fds` descriptors (which stay the sender's). */
gboolean message_send(int socket, const void *bytes, gsize size, const int *fds, gsize n_fds,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
    gsize size; /* bytes received; 0 = the other side is gone */
    int fds[MESSAGE_FDS_MAX];
    gsize n_fds;
} Received;

/* Wait at most `timeout_ms` (-1: for ever) for a message into `bytes`. ERROR_DEVICE_SILENT on
 * time-out, ERROR_WORKER when cut or broken. Descriptors received are the caller's to close. */
gboolean message_receive(int socket, void *bytes, gsize room, int timeout_ms, Received *received,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* An anonymous file of `size` bytes that can be sealed; -1 on failure. */
Fd memfd_new(const char *name, gsize size, GError **error);

/* Forbid every further change of size and content. */
gboolean memfd_seal(int fd, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether nobody can change it any more: what a receiver checks before it trusts a digest. */
gboolean memfd_is_sealed(int fd);
