/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/http/address.h"

#include "appliance/base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#define LISTEN_BACKLOG 256

static gboolean parse_port(const char *text, guint16 *port)
{
    guint64 value = 0;

    if (!text_is_digits(text) || !g_ascii_string_to_unsigned(text, 10, 0, 65535, &value, NULL))
        return FALSE;
    *port = (guint16)value;
    return TRUE;
}

static gboolean parse_host(const char *host, guint16 port, ListenAddress *address)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)&address->socket;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&address->socket;

    memset(address, 0, sizeof *address);
    if (strcmp(host, "localhost") == 0)
        host = "127.0.0.1";
    else if (strcmp(host, "*") == 0)
        host = "::";
    if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        address->size = sizeof *v4;
        return TRUE;
    }
    if (inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        address->size = sizeof *v6;
        return TRUE;
    }
    return FALSE;
}

gboolean listen_address_parse(const char *text, ListenAddress *address, GError **error)
{
    const char *colon = strrchr(text, ':');
    g_autofree char *host = colon != NULL ? g_strndup(text, (gsize)(colon - text)) : NULL;
    gsize n = host != NULL ? strlen(host) : 0;
    guint16 port = 0;

    if (n >= 2 && host[0] == '[' && host[n - 1] == ']') {
        memmove(host, host + 1, n - 2);
        host[n - 2] = '\0';
    } else if (n > 0 && strchr(host, ':') != NULL) {
        n = 0; /* an IPv6 address without brackets: its last group could be meant as the port */
    }
    if (n == 0 || !parse_port(colon + 1, &port) || !parse_host(host, port, address))
        return error_set(error, ERROR_USAGE, "%s is no ADDRESS:PORT", text);
    return TRUE;
}

gboolean listen_address_is_loopback(const ListenAddress *address)
{
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)&address->socket;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&address->socket;

    if (address->socket.ss_family == AF_INET)
        return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
    return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

Fd listen_open(const ListenAddress *address, GError **error)
{
    int yes = 1;
    g_auto(Fd) fd =
        socket(address->socket.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        bind(fd, (const struct sockaddr *)&address->socket, address->size) != 0 ||
        listen(fd, LISTEN_BACKLOG) != 0) {
        g_autofree char *host = socket_host((const struct sockaddr *)&address->socket);

        error_set_errno(error, ERROR_NO_ADDRESS, errno, "%s", host);
        return -1;
    }
    return fd_steal(&fd);
}

char *socket_host(const struct sockaddr *address)
{
    char text[INET6_ADDRSTRLEN] = "";

    if (address->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)address)->sin_addr, text, sizeof text);
    else if (address->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)address)->sin6_addr, text, sizeof text);
    return g_strdup(text);
}

char *listen_url(int fd, const char *scheme)
{
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof address;
    g_autofree char *host = NULL;
    guint port;

    if (getsockname(fd, (struct sockaddr *)&address, &size) != 0)
        return g_strdup("");
    host = socket_host((struct sockaddr *)&address);
    /* Port stands at the same place in both families. */
    port = ntohs(((struct sockaddr_in *)&address)->sin_port);
    if (strcmp(host, "::") == 0 || strcmp(host, "0.0.0.0") == 0)
        return g_strdup_printf("%s://127.0.0.1:%u", scheme, port);
    if (address.ss_family == AF_INET6)
        return g_strdup_printf("%s://[%s]:%u", scheme, host, port);
    return g_strdup_printf("%s://%s:%u", scheme, host, port);
}
