/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/http/repeat.h"

#include "appliance/base/digest.h"
#include "ui/http/session.h"

#include <pthread.h>
#include <string.h>

struct Repeats {
    Local *local;
    Clock clock;
    pthread_mutex_t lock;
    GHashTable *running; /* "person key" → Request* */
};

static const char *key_of(const Request *request)
{
    if (request_method(request) == HTTP_GET || session_of(request) == NULL ||
        (request_route(request)->flags & ROUTE_STREAM) != 0)
        return NULL;
    return request_header(request, "Idempotency-Key");
}

static char *running_name(const Request *request)
{
    return g_strdup_printf("%s %s", session_person(session_of(request)), key_of(request));
}

static char *digest_of(Request *request)
{
    gsize size = 0;
    const void *bytes = g_bytes_get_data(request_body(request), &size);
    g_autoptr(GByteArray) all = g_byte_array_new();
    g_autofree char *head = g_strdup_printf("%s %s\n", http_method_name(request_method(request)),
                                            request_path(request));

    g_byte_array_append(all, (const guint8 *)head, (guint)strlen(head));
    if (size > 0)
        g_byte_array_append(all, bytes, (guint)size);
    return sha256_hex(all->data, all->len);
}

static gboolean enter(Repeats *repeats, Request *request)
{
    char *name = running_name(request);
    gboolean enters;

    pthread_mutex_lock(&repeats->lock);
    enters = !g_hash_table_contains(repeats->running, name);
    if (enters)
        g_hash_table_insert(repeats->running, g_steal_pointer(&name), request);
    pthread_mutex_unlock(&repeats->lock);
    g_free(name);
    return enters;
}

/* TRUE where this request is the one at work. */
static gboolean leave(Repeats *repeats, const Request *request)
{
    g_autofree char *name = running_name(request);
    gboolean mine;

    pthread_mutex_lock(&repeats->lock);
    mine = g_hash_table_lookup(repeats->running, name) == request;
    if (mine)
        g_hash_table_remove(repeats->running, name);
    pthread_mutex_unlock(&repeats->lock);
    return mine;
}

static Response *replay(const LocalAnswer *answer, const char *digest, GError **error)
{
    Response *response;

    if (strcmp(answer->request, digest) != 0) {
        error_set(error, ERROR_INVALID, "Idempotency-Key stands for another request");
        return NULL;
    }
    response = *answer->type != '\0' ? response_bytes(answer->status, answer->type, answer->body)
                                     : response_empty(answer->status);
    response_header(response, "Idempotency-Replayed", "true");
    return response;
}

Repeats *repeats_new(Local *local, const Clock *clock)
{
    Repeats *repeats = g_new0(Repeats, 1);

    repeats->local = local;
    repeats->clock = *clock;
    pthread_mutex_init(&repeats->lock, NULL);
    repeats->running = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return repeats;
}

void repeats_free(Repeats *repeats)
{
    if (repeats == NULL)
        return;
    g_hash_table_unref(repeats->running);
    pthread_mutex_destroy(&repeats->lock);
    g_free(repeats);
}

Response *repeats_before(void *self, Request *request, GError **error)
{
    Repeats *repeats = self;
    const char *key = key_of(request);
    g_auto(LocalAnswer) answer = {0};
    g_autofree char *digest = NULL;
    gboolean found = FALSE;

    if (key == NULL)
        return NULL;
    if (*key == '\0' || strlen(key) > REPEAT_KEY_MAX) {
        error_set(error, ERROR_BAD_REQUEST, "Idempotency-Key has 1 to %d characters",
                  REPEAT_KEY_MAX);
        return NULL;
    }
    if (!enter(repeats, request)) {
        error_set(error, ERROR_BUSY, "the same command is at work");
        return NULL;
    }
    digest = digest_of(request);
    if (!local_answer_get(repeats->local, &(LocalKey){session_person(session_of(request)), key},
                          &answer, &found, error) ||
        !found)
        return NULL;
    return replay(&answer, digest, error);
}

void repeats_after(void *self, Request *request, const Response *response)
{
    Repeats *repeats = self;
    const char *key = key_of(request);
    g_autofree char *digest = NULL;
    g_autoptr(GBytes) empty = g_bytes_new_static("", 0);
    g_autoptr(GError) error = NULL;
    const char *type = response_header_value(response, "Content-Type");
    LocalAnswer answer;

    if (key == NULL || !leave(repeats, request) || response_status(response) >= 500 ||
        response_header_value(response, "Idempotency-Replayed") != NULL)
        return;
    digest = digest_of(request);
    answer = (LocalAnswer){digest, response_status(response), (char *)(type != NULL ? type : ""),
                           response_body(response) != NULL ? response_body(response) : empty};
    if (!local_answer_put(repeats->local, &(LocalKey){session_person(session_of(request)), key},
                          &answer, clock_now_us(&repeats->clock), &error))
        g_info("idempotency: %s", error->message);
}
