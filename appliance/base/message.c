/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/base/message.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define ALL_SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

gboolean message_send(int socket, const void *bytes, gsize size, const int *fds, gsize n_fds,
                      GError **error)
{
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(sizeof(int) * MESSAGE_FDS_MAX)];
    } control = {0};
    struct iovec iov = {.iov_base = (void *)bytes, .iov_len = size};
    struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};
    ssize_t n;

    g_return_val_if_fail(size <= MESSAGE_BYTES_MAX && n_fds <= MESSAGE_FDS_MAX, FALSE);
    if (n_fds > 0) {
        struct cmsghdr *header;

        message.msg_control = control.room;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * n_fds);
        header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int) * n_fds);
        memcpy(CMSG_DATA(header), fds, sizeof(int) * n_fds);
    }
    do {
        n = sendmsg(socket, &message, MSG_NOSIGNAL);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return error_set_errno(error, ERROR_WORKER, errno, "send to worker");
    return TRUE;
}

static gboolean wait_readable(int socket, int timeout_ms, GError **error)
{
    struct pollfd poll_fd = {.fd = socket, .events = POLLIN};
    int n;

    do {
        n = poll(&poll_fd, 1, timeout_ms);
    } while (n < 0 && errno == EINTR);
    if (n == 0)
        return error_set(error, ERROR_DEVICE_SILENT, "no word for %d ms", timeout_ms);
    if (n < 0)
        return error_set_errno(error, ERROR_WORKER, errno, "wait for worker");
    return TRUE;
}

static void take_descriptors(struct msghdr *message, Received *received)
{
    for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header != NULL;
         header = CMSG_NXTHDR(message, header)) {
        gsize n = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);

        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
            continue;
        for (gsize i = 0; i < n && received->n_fds < MESSAGE_FDS_MAX; i++)
            memcpy(&received->fds[received->n_fds++], CMSG_DATA(header) + i * sizeof(int),
                   sizeof(int));
    }
}

gboolean message_receive(int socket, void *bytes, gsize room, int timeout_ms, Received *received,
                         GError **error)
{
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(sizeof(int) * MESSAGE_FDS_MAX)];
    } control = {0};
    struct iovec iov = {.iov_base = bytes, .iov_len = room};
    struct msghdr message = {.msg_iov = &iov,
                             .msg_iovlen = 1,
                             .msg_control = control.room,
                             .msg_controllen = sizeof control.room};
    ssize_t n;

    *received = (Received){0};
    if (!wait_readable(socket, timeout_ms, error))
        return FALSE;
    do {
        n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    } while (n < 0 && errno == EINTR);
    if (n < 0 && errno != ECONNRESET)
        return error_set_errno(error, ERROR_WORKER, errno, "receive from worker");
    take_descriptors(&message, received);
    if (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) {
        for (gsize i = 0; i < received->n_fds; i++)
            fd_close(received->fds[i]);
        return error_set(error, ERROR_WORKER, "message from worker too large");
    }
    received->size = n > 0 ? (gsize)n : 0;
    return TRUE;
}

Fd memfd_new(const char *name, gsize size, GError **error)
{
    Fd fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (fd < 0 || ftruncate(fd, (off_t)size) != 0) {
        error_set_errno(error, ERROR_IO, errno, "memory for %s", name);
        fd_close(fd_steal(&fd));
    }
    return fd;
}

gboolean memfd_seal(int fd, GError **error)
{
    if (fcntl(fd, F_ADD_SEALS, ALL_SEALS) != 0)
        return error_set_errno(error, ERROR_IO, errno, "seal memory");
    return TRUE;
}

gboolean memfd_is_sealed(int fd)
{
    int seals = fcntl(fd, F_GET_SEALS);

    return seals >= 0 && (seals & ALL_SEALS) == ALL_SEALS;
}
