/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/escl_http.h"

#include <curl/curl.h>
#include <string.h>

#define CONNECT_MS 5000
#define LOOK_MS    20 /* between two looks at the host while the network says nothing */

struct EsclHttp {
    const ScannerHost *host;
    CURL *easy;
    CURLM *multi;
    struct curl_slist *headers;
    char *pin;
};

/* One transfer while it runs. */
typedef struct {
    const EsclRequest *request;
    EsclReply *reply;
    GError *refused; /* why the body was not taken */
} Transfer;

void escl_reply_clear(EsclReply *reply)
{
    g_clear_pointer(&reply->body, g_byte_array_unref);
}

static size_t take_body(char *bytes, size_t one G_GNUC_UNUSED, size_t size, void *data)
{
    Transfer *transfer = data;
    EsclReply *reply = transfer->reply;

    if (size > transfer->request->bytes_max - reply->bytes) {
        error_set(&transfer->refused, ERROR_TOO_LARGE, "%s: more than %zu bytes",
                  transfer->request->url, transfer->request->bytes_max);
        return 0;
    }
    if (transfer->request->into < 0)
        g_byte_array_append(reply->body, (const guint8 *)bytes, (guint)size);
    else if (!file_write_all(transfer->request->into, "image", bytes, size, &transfer->refused))
        return 0;
    reply->bytes += size;
    return size;
}

/* "Name: value" of this name, the value alone; FALSE otherwise. */
static gboolean header_value(const char *line, gsize size, const char *name, char **value)
{
    gsize length = strlen(name);

    if (size <= length || g_ascii_strncasecmp(line, name, length) != 0 || line[length] != ':')
        return FALSE;
    *value = g_strstrip(g_strndup(line + length + 1, size - length - 1));
    return TRUE;
}

static size_t take_header(char *line, size_t one G_GNUC_UNUSED, size_t size, void *data)
{
    Transfer *transfer = data;
    g_autofree char *value = NULL;

    if (header_value(line, size, "Location", &value))
        g_strlcpy(transfer->reply->location, value, sizeof transfer->reply->location);
    else if (header_value(line, size, "Retry-After", &value))
        transfer->reply->retry_after_ms =
            1000 * (guint)CLAMP(g_ascii_strtoll(value, NULL, 10), 0, 60);
    return size;
}

EsclHttp *escl_http_new(const char *url, const ScannerHost *host)
{
    const char *pin = strchr(url, '#');
    EsclHttp *http = g_new0(EsclHttp, 1);

    curl_global_init(CURL_GLOBAL_DEFAULT);
    http->host = host;
    http->easy = curl_easy_init();
    http->multi = curl_multi_init();
    if (http->easy == NULL || http->multi == NULL)
        g_error("no memory for a connection");
    http->headers = curl_slist_append(NULL, "Content-Type: text/xml");
    http->headers = curl_slist_append(http->headers, "Expect:");
    http->pin = pin != NULL ? g_strdup(pin + 1) : NULL;
    return http;
}

static void set_up(EsclHttp *http, Transfer *transfer)
{
    const EsclRequest *request = transfer->request;

    curl_easy_reset(http->easy);
    curl_easy_setopt(http->easy, CURLOPT_URL, request->url);
    curl_easy_setopt(http->easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(http->easy, CURLOPT_PROXY, "");
    curl_easy_setopt(http->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(http->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(http->easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(http->easy, CURLOPT_SSL_VERIFYHOST, 0L);
    if (http->pin != NULL)
        curl_easy_setopt(http->easy, CURLOPT_PINNEDPUBLICKEY, http->pin);
    curl_easy_setopt(http->easy, CURLOPT_CUSTOMREQUEST, request->method);
    if (request->body != NULL) {
        curl_easy_setopt(http->easy, CURLOPT_POSTFIELDS, request->body);
        curl_easy_setopt(http->easy, CURLOPT_HTTPHEADER, http->headers);
    }
    curl_easy_setopt(http->easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(http->easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(http->easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(http->easy, CURLOPT_HEADERDATA, transfer);
}

/* Let curl work until the transfer is over, the host gives up, or nothing comes for too long. */
static gboolean drive(EsclHttp *http, Transfer *transfer, GError **error)
{
    const EsclRequest *request = transfer->request;
    gint64 since_ms = scanner_host_now_ms(http->host);
    gsize seen = 0;
    int running;

    do {
        if (curl_multi_perform(http->multi, &running) != CURLM_OK)
            return error_set(error, ERROR_DEVICE_LOST, "%s: network", request->url);
        if (transfer->reply->bytes != seen) {
            seen = transfer->reply->bytes;
            since_ms = scanner_host_now_ms(http->host);
        }
        if (running == 0)
            return TRUE;
        curl_multi_poll(http->multi, NULL, 0, LOOK_MS, NULL);
        if (!scanner_host_wait(http->host, 0) && !request->to_the_end)
            return error_set(error, ERROR_CANCELLED, "%s: given up", request->url);
    } while (scanner_host_now_ms(http->host) - since_ms < request->silence_ms);
    return error_set(error, ERROR_DEVICE_SILENT, "%s: no byte for %u ms", request->url,
                     request->silence_ms);
}

/* What became of the transfer, in the words of the one list. */
static gboolean conclude(EsclHttp *http, Transfer *transfer, GError **error)
{
    CURLcode code = CURLE_FAILED_INIT;
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(http->multi, &left)) != NULL)
        if (message->msg == CURLMSG_DONE)
            code = message->data.result;
    curl_easy_getinfo(http->easy, CURLINFO_RESPONSE_CODE, &transfer->reply->status);
    if (transfer->refused != NULL) {
        g_propagate_error(error, g_steal_pointer(&transfer->refused));
        return FALSE;
    }
    if (code == CURLE_OK)
        return TRUE;
    return error_set(error, ERROR_DEVICE_LOST, "%s: %s", transfer->request->url,
                     curl_easy_strerror(code));
}

gboolean escl_http_run(EsclHttp *http, const EsclRequest *request, EsclReply *reply, GError **error)
{
    Transfer transfer = {.request = request, .reply = reply};
    gboolean done;

    *reply = (EsclReply){0};
    if (request->into < 0)
        reply->body = g_byte_array_new();
    set_up(http, &transfer);
    curl_multi_add_handle(http->multi, http->easy);
    done = drive(http, &transfer, error) && conclude(http, &transfer, error);
    curl_multi_remove_handle(http->multi, http->easy);
    g_clear_error(&transfer.refused);
    return done;
}

void escl_http_free(EsclHttp *http)
{
    if (http == NULL)
        return;
    curl_easy_cleanup(http->easy);
    curl_multi_cleanup(http->multi);
    curl_slist_free_all(http->headers);
    g_free(http->pin);
    g_free(http);
    curl_global_cleanup();
}
