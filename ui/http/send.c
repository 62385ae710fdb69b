/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/http/server_parts.h"

#include <string.h>

#define EVENT_BLOCK_BYTES 16384

/* On every answer. style-src and script-src fall back to 'self': nothing inline, no eval. */
static const struct {
    const char *name;
    const char *value;
} strict_headers[] = {
    {"Content-Security-Policy",
     "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; "
     "form-action 'self'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), microphone=(), geolocation=()"},
};

typedef struct {
    guint64 first;
    guint64 n;
} Range;

typedef enum {
    RANGE_NONE, /* the whole file */
    RANGE_SOME,
    RANGE_WRONG, /* 416 */
} RangeKind;

/* One range of RFC 9110 14.1.2; several, or what cannot be read, mean the whole file. */
static RangeKind parse_range(const char *text, guint64 size, Range *range)
{
    char *end = NULL;
    guint64 first;
    guint64 last = size - 1;

    if (text == NULL || g_ascii_strncasecmp(text, "bytes=", 6) != 0 || strchr(text, ',') != NULL)
        return RANGE_NONE;
    text += 6;
    if (*text == '-') {
        guint64 n = g_ascii_strtoull(text + 1, &end, 10);

        if (!g_ascii_isdigit(text[1]) || *end != '\0')
            return RANGE_NONE;
        *range = (Range){size - MIN(n, size), MIN(n, size)};
        return range->n > 0 ? RANGE_SOME : RANGE_WRONG;
    }
    first = g_ascii_strtoull(text, &end, 10);
    if (!g_ascii_isdigit(*text) || *end != '-')
        return RANGE_NONE;
    if (end[1] != '\0') {
        char *tail = NULL;

        last = g_ascii_strtoull(end + 1, &tail, 10);
        if (!g_ascii_isdigit(end[1]) || *tail != '\0' || last < first)
            return RANGE_NONE;
    }
    if (first >= size)
        return RANGE_WRONG;
    *range = (Range){first, MIN(last, size - 1) - first + 1};
    return RANGE_SOME;
}

/* If-None-Match names the ETag of the answer (weak comparison, RFC 9110 13.1.2). */
static gboolean is_known(const Request *request, const Response *response)
{
    const char *etag = response_header_value(response, "ETag");
    const char *known = request_header(request, "If-None-Match");

    if (etag == NULL || known == NULL || request->method != HTTP_GET || response->status != 200)
        return FALSE;
    return strcmp(known, "*") == 0 || strstr(known, etag) != NULL;
}

/* What of `size_bytes` is sent, with status and headers of it. */
static Range range_of(const Request *request, Response *response, guint64 size_bytes)
{
    Range range = {0, size_bytes};
    const char *condition = request_header(request, "If-Range");
    const char *etag = response_header_value(response, "ETag");
    RangeKind kind = RANGE_NONE;
    g_autofree char *text = NULL;

    if (size_bytes > 0 && (condition == NULL || g_strcmp0(condition, etag) == 0))
        kind = parse_range(request_header(request, "Range"), size_bytes, &range);
    if (kind == RANGE_WRONG) {
        response->status = 416;
        text = g_strdup_printf("bytes */%" G_GUINT64_FORMAT, size_bytes);
        range.n = 0;
    } else if (kind == RANGE_SOME) {
        response->status = 206;
        text =
            g_strdup_printf("bytes %" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT,
                            range.first, range.first + range.n - 1, size_bytes);
    }
    if (text != NULL)
        response_header(response, "Content-Range", text);
    return range;
}

static struct MHD_Response *from_bytes(GBytes *bytes)
{
    gsize size = 0;
    const void *data = bytes != NULL ? g_bytes_get_data(bytes, &size) : NULL;

    if (size == 0)
        return MHD_create_response_from_buffer(0, (void *)"", MHD_RESPMEM_PERSISTENT);
    return MHD_create_response_from_buffer_with_free_callback_cls(
        size, (void *)data, (MHD_ContentReaderFreeCallback)g_bytes_unref, g_bytes_ref(bytes));
}

static struct MHD_Response *from_file(const Request *request, Response *response)
{
    Range range = range_of(request, response, response->size_bytes);

    if (response->status == 416)
        return from_bytes(NULL);
    return MHD_create_response_from_fd_at_offset64(range.n, fd_steal(&response->fd), range.first);
}

static ssize_t read_events(void *data, uint64_t position G_GNUC_UNUSED, char *buffer, size_t max)
{
    gssize n = event_stream_read(data, buffer, max);

    return n >= 0 ? n : MHD_CONTENT_READER_END_OF_STREAM;
}

static void park(void *mhd)
{
    MHD_suspend_connection(mhd);
}

static void wake(void *mhd)
{
    MHD_resume_connection(mhd);
}

static void free_events(void *data)
{
    event_stream_free(data);
}

static struct MHD_Response *from_hub(Request *request, const Response *response)
{
    const char *last = request_header(request, "Last-Event-ID");
    gint64 after = response->after_seq;
    EventStream *stream;

    if (last != NULL && !g_ascii_string_to_signed(last, 10, 0, G_MAXINT64, &after, NULL))
        after = response->after_seq;
    stream = event_stream_new(response->hub, after, (EventParking){park, wake, request->mhd});
    if (stream == NULL)
        return NULL;
    event_stream_place(stream, response->place);
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, EVENT_BLOCK_BYTES, read_events,
                                             stream, free_events);
}

/* What has a name of its own can be asked for in parts: views of pages. */
static gboolean has_ranges(const Request *request, const Response *response)
{
    return request->method == HTTP_GET && response->status == 200 && response->bytes != NULL &&
           response_header_value(response, "ETag") != NULL &&
           request_header(request, "Range") != NULL;
}

static struct MHD_Response *from_part(const Request *request, Response *response)
{
    Range range = range_of(request, response, g_bytes_get_size(response->bytes));
    g_autoptr(GBytes) part =
        g_bytes_new_from_bytes(response->bytes, (gsize)range.first, (gsize)range.n);

    return from_bytes(part);
}

static struct MHD_Response *body_of(Request *request, Response *response)
{
    if (is_known(request, response)) {
        response->status = 304;
        return from_bytes(NULL);
    }
    if (response->hub != NULL)
        return from_hub(request, response);
    if (response->fd >= 0)
        return from_file(request, response);
    return has_ranges(request, response) ? from_part(request, response)
                                         : from_bytes(response->bytes);
}

static void add_headers(struct MHD_Response *mhd, const Response *response)
{
    for (guint i = 0; i < response->headers->len; i++) {
        const Header *header = &g_array_index(response->headers, Header, i);

        (void)MHD_add_response_header(mhd, header->name, header->value);
    }
    for (guint i = 0; i < G_N_ELEMENTS(strict_headers); i++)
        if (response_header_value(response, strict_headers[i].name) == NULL)
            (void)MHD_add_response_header(mhd, strict_headers[i].name, strict_headers[i].value);
}

enum MHD_Result send_response(Request *request, Response *response)
{
    struct MHD_Response *mhd = body_of(request, response);
    enum MHD_Result result = MHD_NO;

    if (mhd != NULL) {
        add_headers(mhd, response);
        request->status = response->status;
        result = MHD_queue_response(request->mhd, response->status, mhd);
        MHD_destroy_response(mhd);
    }
    response_free(response);
    return result;
}
