/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/ui/http/client.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

const char client_test_certificate[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBlDCCATqgAwIBAgIUMo1b79YpGq3AGpFhvzV4Of6moWEwCgYIKoZIzj0EAwIw\n"
    "FjEUMBIGA1UEAwwLYW5qdWFuIHRlc3QwIBcNMjYxMTIxMTkxNzQwWhgPMjEyNjEw\n"
    "MjgxOTE3NDBaMBYxFDASBgNVBAMMC2FuanVhbiB0ZXN0MFkwEwYHKoZIzj0CAQYI\n"
    "KoZIzj0DAQcDQgAE2cfTgGI0AiXIQe4KKQXizYCaHuBfkMIwW1yNVkei8yfE9AfX\n"
    "btBPxdIwVWxEpljSmLrgEVy+wPfO0Wtj/oUcwaNkMGIwHQYDVR0OBBYEFLJ/sV43\n"
    "v50ZccxNyD+7n+hfxxoRMB8GA1UdIwQYMBaAFLJ/sV43v50ZccxNyD+7n+hfxxoR\n"
    "MA8GA1UdEwEB/wQFMAMBAf8wDwYDVR0RBAgwBocEfwAAATAKBggqhkjOPQQDAgNI\n"
    "ADBFAiEAy9S2qS0ICr6zeT6Yn3+3jc2SgQ92Oe6lkeBJv4mvBIICIAP/3QlG89fA\n"
    "S+7vKijwTNRpaKbfEMHj/OqtTOo4xB+A\n"
    "-----END CERTIFICATE-----\n";
const char client_test_key[] = "-----BEGIN PRIVATE KEY-----\n"
                               "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgTG2J13en6i+iC+pd\n"
                               "33mwC5Qmlrc89xdxyJ/rLuk7dyShRANCAATZx9OAYjQCJchB7gopBeLNgJoe4F+Q\n"
                               "wjBbXI1WR6LzJ8T0B9du0E/F0jBVbESmWNKYuuARXL7A987Ra2P+hRzB\n"
                               "-----END PRIVATE KEY-----\n";

#define PATIENCE_MS 10000

static size_t take(char *bytes, size_t size, size_t n, void *into)
{
    g_string_append_len(into, bytes, (gssize)(size * n));
    return size * n;
}

typedef struct {
    const char *bytes;
    gsize left;
} Upload;

static size_t give(char *buffer, size_t size, size_t n, void *from)
{
    Upload *upload = from;
    gsize count = MIN(size * n, upload->left);

    memcpy(buffer, upload->bytes, count);
    upload->bytes += count;
    upload->left -= count;
    return count;
}

static struct curl_slist *header_list(const Ask *ask)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");

    for (guint i = 0; ask->headers != NULL && ask->headers[i] != NULL; i++)
        list = curl_slist_append(list, ask->headers[i]);
    if (ask->chunked)
        list = curl_slist_append(list, "Transfer-Encoding: chunked");
    return list;
}

static void set_body(CURL *curl, const Ask *ask, Upload *upload)
{
    gsize size = ask->body_size != 0 ? ask->body_size : strlen(ask->body);

    *upload = (Upload){ask->body, size};
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(curl, CURLOPT_READDATA, upload);
    if (!ask->chunked)
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)size);
}

void answer_clear(Answer *answer)
{
    if (answer->head != NULL)
        g_string_free(answer->head, TRUE);
    if (answer->body != NULL)
        g_string_free(answer->body, TRUE);
}

Answer client_ask(const char *url, const Ask *ask)
{
    Answer answer = {0, g_string_new(NULL), g_string_new(NULL)};
    struct curl_slist *headers = header_list(ask);
    CURL *curl = curl_easy_init();
    Upload upload;

    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)PATIENCE_MS);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer.body);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, answer.head);
    if (ask->body != NULL)
        set_body(curl, ask, &upload);
    if (g_strcmp0(ask->method, "HEAD") == 0)
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    else if (ask->method != NULL)
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, ask->method);
    if (curl_easy_perform(curl) == CURLE_OK)
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return answer;
}

Answer client_get(const char *url)
{
    return client_ask(url, &(Ask){0});
}

char *answer_header(const Answer *answer, const char *name)
{
    g_auto(GStrv) lines = g_strsplit(answer->head->str, "\r\n", -1);
    gsize n = strlen(name);

    for (guint i = 0; lines[i] != NULL; i++)
        if (g_ascii_strncasecmp(lines[i], name, n) == 0 && lines[i][n] == ':')
            return g_strdup(g_strstrip(lines[i] + n + 1));
    return NULL;
}

Fd client_connect(const char *url)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    g_auto(Fd) fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((guint16)g_ascii_strtoull(strrchr(url, ':') + 1, NULL, 10));
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd_steal(&fd);
}

void client_write(int fd, const char *text)
{
    /* The server may have closed already: that is what some cases are about. */
    (void)send(fd, text, strlen(text), MSG_NOSIGNAL);
}

GString *client_read_until(int fd, const char *needle)
{
    GString *text = g_string_new(NULL);
    gint64 end_us = g_get_monotonic_time() + PATIENCE_MS * 1000;
    char block[4096];

    while (needle == NULL || strstr(text->str, needle) == NULL) {
        struct pollfd ready = {fd, POLLIN, 0};
        gint64 left_ms = (end_us - g_get_monotonic_time()) / 1000;
        ssize_t n;

        if (left_ms <= 0 || poll(&ready, 1, (int)left_ms) <= 0)
            break;
        n = recv(fd, block, sizeof block, 0);
        if (n <= 0)
            break;
        g_string_append_len(text, block, n);
    }
    return text;
}
