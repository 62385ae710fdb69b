/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/http/response_parts.h"

#include "ui/http/detail.h"

#include <string.h>

static void header_clear(gpointer data)
{
    Header *header = data;

    g_free(header->name);
    g_free(header->value);
}

static Response *response_new(guint status, const char *type)
{
    Response *response = g_new0(Response, 1);

    response->status = status;
    response->fd = -1;
    response->headers = g_array_new(FALSE, FALSE, sizeof(Header));
    g_array_set_clear_func(response->headers, header_clear);
    response_cache(response, CACHE_NONE);
    if (type != NULL)
        response_header(response, "Content-Type", type);
    return response;
}

static Header *header_find(const Response *response, const char *name)
{
    for (guint i = 0; i < response->headers->len; i++) {
        Header *header = &g_array_index(response->headers, Header, i);

        if (g_ascii_strcasecmp(header->name, name) == 0)
            return header;
    }
    return NULL;
}

void response_free(Response *response)
{
    if (response == NULL)
        return;
    g_array_unref(response->headers);
    g_clear_pointer(&response->bytes, g_bytes_unref);
    fd_close(response->fd);
    g_free(response);
}

Response *response_empty(guint status)
{
    return response_new(status, NULL);
}

Response *response_bytes(guint status, const char *type, GBytes *bytes)
{
    Response *response = response_new(status, type);

    response->bytes = g_bytes_ref(bytes);
    return response;
}

Response *response_text(guint status, const char *type, const char *text)
{
    Response *response = response_new(status, type);

    response->bytes = g_bytes_new(text, strlen(text));
    return response;
}

Response *response_json(guint status, const json_t *value)
{
    g_autofree char *line = json_line(value);

    return response_text(status, "application/json", line);
}

Response *response_file(Fd fd, guint64 size_bytes, const char *type)
{
    Response *response = response_new(200, type);

    response->fd = fd;
    response->size_bytes = size_bytes;
    response_header(response, "Accept-Ranges", "bytes");
    return response;
}

Response *response_redirect(const char *location)
{
    Response *response = response_new(303, NULL);

    response_header(response, "Location", location);
    return response;
}

json_t *problem_json(const GError *error, Lang lang)
{
    ErrorCode code = error_code(error);
    g_autofree char *type = g_strdup_printf("urn:anjuan:error:%s", error_token(code));
    g_autofree char *detail = detail_words(error->message, lang);

    return json_pack("{s:s, s:s, s:i, s:s, s:s, s:s}", "type", type, "title",
                     error_text(code, lang), "status", error_http_status(code), "code",
                     error_token(code), "detail", detail, "hint", error_hint(code, lang));
}

Response *response_problem(const GError *error, Lang lang)
{
    g_autoptr(json_t) problem = problem_json(error, lang);
    g_autofree char *line = json_line(problem);

    return response_text((guint)error_http_status(error_code(error)), "application/problem+json",
                         line);
}

Response *response_events(struct EventHub *hub, gint64 after_seq)
{
    Response *response = response_new(200, "text/event-stream");

    response->hub = hub;
    response->after_seq = after_seq;
    return response;
}

void response_events_place(Response *response, const char *place)
{
    g_strlcpy(response->place, place, sizeof response->place);
}

void response_header(Response *response, const char *name, const char *value)
{
    Header *old = header_find(response, name);
    Header header = {g_strdup(name), g_strdup(value)};

    if (old != NULL && g_ascii_strcasecmp(name, "Set-Cookie") != 0) {
        header_clear(old);
        *old = header;
        return;
    }
    g_array_append_val(response->headers, header);
}

void response_etag(Response *response, const char *etag)
{
    g_autofree char *quoted = g_strdup_printf("\"%s\"", etag);

    response_header(response, "ETag", quoted);
}

void response_cache(Response *response, CacheRule rule)
{
    static const char *const values[] = {
        [CACHE_NONE] = "no-store",
        [CACHE_ASK] = "private, no-cache",
        [CACHE_IMMUTABLE] = "public, max-age=31536000, immutable",
    };

    response_header(response, "Cache-Control", values[rule]);
}

guint response_status(const Response *response)
{
    return response->status;
}

GBytes *response_body(const Response *response)
{
    return response->bytes;
}

const char *response_header_value(const Response *response, const char *name)
{
    const Header *header = header_find(response, name);

    return header != NULL ? header->value : NULL;
}
