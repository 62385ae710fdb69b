/* SPDX-License-Identifier: Apache-2.0
 *
 * The yardstick and the client of the HTTP benchmark (http_hall.py):
 *
 *   bench_http serve BYTES          a bare libmicrohttpd that answers everything with so many
 *                                   bytes; prints its port, ends with its standard input
 *   bench_http load PORT PATH HEADERS CONNECTIONS SECONDS
 *                                   keep-alive connections that ask again as soon as they have the
 *                                   answer; prints requests/s and errors. HEADERS: whole lines,
 *                                   "Cookie: …\r\n", may be empty
 */
#include "appliance/base/error.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define THREADS         2 /* as the daemon's */
#define CONNECTIONS_MAX 256
#define ROOM            65536

/* ── the bare server ─────────────────────────────────────────────────────────────────────── */

static enum MHD_Result answer(void *cls, struct MHD_Connection *connection,
                              const char *url G_GNUC_UNUSED, const char *method G_GNUC_UNUSED,
                              const char *version G_GNUC_UNUSED, const char *data G_GNUC_UNUSED,
                              size_t *size G_GNUC_UNUSED, void **state)
{
    static int seen;
    GBytes *body = cls;
    gsize n;
    const void *bytes = g_bytes_get_data(body, &n);
    struct MHD_Response *response;
    enum MHD_Result result;

    if (*state == NULL) {
        *state = &seen;
        return MHD_YES;
    }
    response = MHD_create_response_from_buffer(n, (void *)bytes, MHD_RESPMEM_PERSISTENT);
    (void)MHD_add_response_header(response, "Content-Type", "application/json");
    result = MHD_queue_response(connection, 200, response);
    MHD_destroy_response(response);
    return result;
}

static int serve(gsize bytes)
{
    char *body = g_malloc0(bytes);
    g_autoptr(GBytes) whole = NULL;
    struct MHD_Daemon *daemon;

    memset(body, 'x', bytes);
    whole = g_bytes_new_take(body, bytes);
    daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, answer, whole,
                              MHD_OPTION_THREAD_POOL_SIZE, (unsigned)THREADS, MHD_OPTION_END);
    if (daemon == NULL)
        return 1;
    printf("%u\n", (unsigned)MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    fflush(stdout);
    while (getchar() != EOF)
        continue;
    MHD_stop_daemon(daemon);
    return 0;
}

/* ── the client ──────────────────────────────────────────────────────────────────────────── */

typedef struct {
    int fd;
    char room[ROOM];
    gsize got;
} Client;

static int connect_to(guint16 port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        perror("connect");
        exit(1);
    }
    return fd;
}

static void ask(const Client *client, const char *request)
{
    if (send(client->fd, request, strlen(request), MSG_NOSIGNAL) != (gssize)strlen(request)) {
        perror("send");
        exit(1);
    }
}

/* Whether the answer is whole; its status in `*status`. */
static gboolean is_whole(const Client *client, int *status)
{
    const char *end = memmem(client->room, client->got, "\r\n\r\n", 4);
    const char *length =
        end != NULL ? memmem(client->room, client->got, "Content-Length: ", 16) : NULL;

    if (length == NULL)
        return FALSE;
    *status = atoi(client->room + strlen("HTTP/1.1 "));
    return client->got >= (gsize)(end + 4 - client->room) + strtoul(length + 16, NULL, 10);
}

/* One answer more or less; FALSE where the connection broke. */
static gboolean take(Client *client, const char *request, guint64 *answers, guint64 *errors)
{
    gssize n = recv(client->fd, client->room + client->got, ROOM - client->got, 0);
    int status = 0;

    if (n <= 0)
        return FALSE;
    client->got += (gsize)n;
    if (!is_whole(client, &status))
        return client->got < ROOM;
    (*answers)++;
    *errors += status != 200;
    client->got = 0;
    ask(client, request);
    return TRUE;
}

static int load(guint16 port, const char *request, guint connections, double seconds)
{
    Client *clients = g_new0(Client, connections);
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    guint64 answers = 0, errors = 0;
    gint64 begun_us, end_us;

    for (guint i = 0; i < connections; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &clients[i]};

        clients[i].fd = connect_to(port);
        (void)epoll_ctl(epoll, EPOLL_CTL_ADD, clients[i].fd, &event);
    }
    begun_us = g_get_monotonic_time();
    end_us = begun_us + (gint64)(seconds * G_USEC_PER_SEC);
    for (guint i = 0; i < connections; i++)
        ask(&clients[i], request);
    while (g_get_monotonic_time() < end_us) {
        struct epoll_event events[CONNECTIONS_MAX];
        int n = epoll_wait(epoll, events, CONNECTIONS_MAX, 100);

        for (int i = 0; i < n; i++)
            if (!take(events[i].data.ptr, request, &answers, &errors)) {
                fprintf(stderr, "a connection broke\n");
                return 1;
            }
    }
    printf("%.1f %" G_GUINT64_FORMAT "\n",
           (double)answers * G_USEC_PER_SEC / (double)(g_get_monotonic_time() - begun_us), errors);
    return 0;
}

int main(int argc, char **argv)
{
    g_autofree char *request = NULL;

    if (argc == 3 && strcmp(argv[1], "serve") == 0)
        return serve(strtoul(argv[2], NULL, 10));
    if (argc != 7 || strcmp(argv[1], "load") != 0)
        return 2;
    request = g_strdup_printf("GET %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\n%s\r\n", argv[3], argv[2],
                              argv[4]);
    return load((guint16)atoi(argv[2]), request, CLAMP((guint)atoi(argv[5]), 1, CONNECTIONS_MAX),
                strtod(argv[6], NULL));
}
