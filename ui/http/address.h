/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the server listens: "127.0.0.1:8080", "[::1]:8080", "localhost:8080", "*:8080".
 *
 * Only numbers and "localhost" are taken: start-up must not wait for a name server. Port 0 asks
 * the kernel for a free one.
 */
#pragma once

#include "appliance/base/file.h"

#include <sys/socket.h>

typedef struct {
    struct sockaddr_storage socket;
    socklen_t size;
} ListenAddress;

/* ERROR_USAGE with the text where it is no address. */
gboolean listen_address_parse(const char *text, ListenAddress *address,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether only programs on this machine can reach it. */
gboolean listen_address_is_loopback(const ListenAddress *address);

/* A bound, listening, non-blocking socket; -1 and ERROR_NO_ADDRESS where it cannot be had. */
Fd listen_open(const ListenAddress *address, GError **error);

/* "http://127.0.0.1:8080" of a listening socket, the wildcard shown as the loopback address. */
char *listen_url(int fd, const char *scheme) G_GNUC_WARN_UNUSED_RESULT;

/* The numeric address of a peer without its port, for throttles and never for logs. */
char *socket_host(const struct sockaddr *address) G_GNUC_WARN_UNUSED_RESULT;
