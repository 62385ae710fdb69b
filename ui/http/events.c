/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/http/events.h"

#include <pthread.h>
#include <string.h>

#define RING_DEFAULT 1024
#define FETCH_MAX    64
#define PROGRESS_MAX 32
#define RETRY_MS     1000

typedef struct {
    gint64 seq;
    GBytes *text;
} Entry;

struct EventHub {
    pthread_mutex_t lock;
    Entry *ring; /* the n newest, oldest at `first` */
    guint size, first, n;
    gint64 floor_seq;  /* all after it are in the ring */
    gint64 newest_seq; /* last published */
    EventHubOptions options;
    GHashTable *streams; /* of EventStream */
    guint64 opened;      /* streams so far */
    gboolean closed;
};

struct EventStream {
    EventHub *hub;
    EventParking parking;
    guint64 number; /* in the order of opening */
    char place[EVENT_PLACE_MAX];
    gint64 cursor;    /* last seq taken */
    GQueue progress;  /* of GBytes */
    GString *pending; /* text not sent yet */
    gsize sent;       /* bytes of it that are */
    gboolean parked;
    gboolean beat;
};

static GBytes *event_format(gint64 seq, const char *type, const char *data)
{
    GString *text = g_string_new(NULL);

    if (seq > 0)
        g_string_append_printf(text, "id: %" G_GINT64_FORMAT "\n", seq);
    g_string_append_printf(text, "event: %s\ndata: %s\n\n", type, data);
    return g_string_free_to_bytes(text);
}

static void pending_append(EventStream *stream, GBytes *bytes)
{
    gsize size;
    const char *text = g_bytes_get_data(bytes, &size);

    g_string_append_len(stream->pending, text, (gssize)size);
}

static void wake(EventStream *stream)
{
    if (!stream->parked)
        return;
    stream->parked = FALSE;
    stream->parking.wake(stream->parking.data);
}

static void wake_all(EventHub *hub)
{
    GHashTableIter iter;
    gpointer key;

    g_hash_table_iter_init(&iter, hub->streams);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        wake(key);
}

static void ring_push(EventHub *hub, gint64 seq, GBytes *text)
{
    Entry *slot;

    if (hub->n == hub->size) {
        slot = &hub->ring[hub->first];
        hub->floor_seq = slot->seq;
        g_bytes_unref(slot->text);
        hub->first = (hub->first + 1) % hub->size;
        hub->n--;
    }
    slot = &hub->ring[(hub->first + hub->n) % hub->size];
    *slot = (Entry){seq, text};
    hub->n++;
    hub->newest_seq = seq;
}

/* Everything of the ring behind the cursor that fits; the cursor stands at the floor or above. */
static void take_ring(EventStream *stream, gsize max)
{
    EventHub *hub = stream->hub;
    guint low = 0;
    guint high = hub->n;

    while (low < high) { /* first entry behind the cursor */
        guint middle = (low + high) / 2;

        if (hub->ring[(hub->first + middle) % hub->size].seq <= stream->cursor)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < hub->n && stream->pending->len < max; low++) {
        Entry *entry = &hub->ring[(hub->first + low) % hub->size];

        pending_append(stream, entry->text);
        stream->cursor = entry->seq;
    }
}

static void take_progress(EventStream *stream)
{
    GBytes *bytes;

    while ((bytes = g_queue_pop_head(&stream->progress)) != NULL) {
        pending_append(stream, bytes);
        g_bytes_unref(bytes);
    }
    if (stream->beat)
        g_string_append(stream->pending, ": beat\n\n");
    stream->beat = FALSE;
}

typedef struct {
    EventStream *stream;
    guint n;
} Replay;

static void replay_take(void *taker, const Event *event)
{
    Replay *replay = taker;
    g_autoptr(GBytes) text = NULL;

    if (event->seq <= replay->stream->cursor)
        return;
    text = event_format(event->seq, event->type, event->data);
    pending_append(replay->stream, text);
    replay->stream->cursor = event->seq;
    replay->n++;
}

/* From the store, without the lock; `floor_seq` was read before, so all up to it is stored. */
static gboolean take_store(EventStream *stream, gint64 floor_seq)
{
    EventHub *hub = stream->hub;
    Replay taken = {stream, 0};
    EventReplay replay = {stream->cursor, FETCH_MAX, replay_take, &taken};
    g_autoptr(GError) error = NULL;

    if (hub->options.fetch == NULL) {
        stream->cursor = floor_seq;
        return TRUE;
    }
    if (!hub->options.fetch(hub->options.context, &replay, &error)) {
        g_info("events: %s", error->message);
        return FALSE;
    }
    if (taken.n < FETCH_MAX)
        stream->cursor = MAX(stream->cursor, floor_seq);
    return TRUE;
}

static gssize send_pending(EventStream *stream, char *buffer, gsize max)
{
    gsize n = MIN(max, stream->pending->len - stream->sent);

    memcpy(buffer, stream->pending->str + stream->sent, n);
    stream->sent += n;
    if (stream->sent == stream->pending->len) {
        g_string_truncate(stream->pending, 0);
        stream->sent = 0;
    }
    return (gssize)n;
}

EventHub *event_hub_new(const EventHubOptions *options)
{
    EventHub *hub = g_new0(EventHub, 1);

    pthread_mutex_init(&hub->lock, NULL);
    hub->options = *options;
    hub->size = options->ring != 0 ? options->ring : RING_DEFAULT;
    hub->ring = g_new0(Entry, hub->size);
    hub->floor_seq = hub->newest_seq = options->newest_seq;
    hub->streams = g_hash_table_new(NULL, NULL);
    return hub;
}

void event_hub_close(EventHub *hub)
{
    pthread_mutex_lock(&hub->lock);
    hub->closed = TRUE;
    wake_all(hub);
    pthread_mutex_unlock(&hub->lock);
}

void event_hub_free(EventHub *hub)
{
    if (hub == NULL)
        return;
    for (guint i = 0; i < hub->n; i++)
        g_bytes_unref(hub->ring[(hub->first + i) % hub->size].text);
    g_free(hub->ring);
    g_hash_table_unref(hub->streams);
    pthread_mutex_destroy(&hub->lock);
    g_free(hub);
}

void event_hub_publish(EventHub *hub, const Event *event)
{
    GBytes *text = event_format(event->seq, event->type, event->data);

    pthread_mutex_lock(&hub->lock);
    if (event->seq > hub->newest_seq) {
        ring_push(hub, event->seq, g_steal_pointer(&text));
        wake_all(hub);
    }
    pthread_mutex_unlock(&hub->lock);
    g_clear_pointer(&text, g_bytes_unref);
}

/* Under the hub's lock. */
static void queue_progress(EventStream *stream, GBytes *text)
{
    if (stream->progress.length == PROGRESS_MAX)
        g_bytes_unref(g_queue_pop_head(&stream->progress));
    g_queue_push_tail(&stream->progress, g_bytes_ref(text));
    wake(stream);
}

/* The stream at the place that was opened last, under the hub's lock; of "" see the header. */
static EventStream *stream_at(const EventHub *hub, const char *place)
{
    EventStream *newest = NULL;
    GHashTableIter iter;
    gpointer key;

    g_hash_table_iter_init(&iter, hub->streams);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        EventStream *stream = key;

        if (*place != '\0' && strcmp(stream->place, place) != 0)
            continue;
        if (newest != NULL && strcmp(stream->place, newest->place) != 0)
            return NULL;
        if (newest == NULL || stream->number > newest->number)
            newest = stream;
    }
    return newest;
}

void event_hub_tell(EventHub *hub, const char *type, const char *data)
{
    GBytes *text = event_format(0, type, data);
    GHashTableIter iter;
    gpointer key;

    pthread_mutex_lock(&hub->lock);
    g_hash_table_iter_init(&iter, hub->streams);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        queue_progress(key, text);
    /* Under the lock: whoever is last frees it behind those who read it there. */
    g_bytes_unref(text);
    pthread_mutex_unlock(&hub->lock);
}

gboolean event_hub_tell_at(EventHub *hub, const char *place, const char *type, const char *data)
{
    GBytes *text = event_format(0, type, data);
    EventStream *stream;

    pthread_mutex_lock(&hub->lock);
    stream = stream_at(hub, place);
    if (stream != NULL)
        queue_progress(stream, text);
    g_bytes_unref(text);
    pthread_mutex_unlock(&hub->lock);
    return stream != NULL;
}

void event_hub_beat(EventHub *hub)
{
    GHashTableIter iter;
    gpointer key;

    pthread_mutex_lock(&hub->lock);
    g_hash_table_iter_init(&iter, hub->streams);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        ((EventStream *)key)->beat = TRUE;
        wake(key);
    }
    pthread_mutex_unlock(&hub->lock);
}

guint event_hub_streams(EventHub *hub)
{
    guint n;

    pthread_mutex_lock(&hub->lock);
    n = g_hash_table_size(hub->streams);
    pthread_mutex_unlock(&hub->lock);
    return n;
}

/* The first lines: how soon to come again, and an id, so that a client that is cut off before
 * its first record asks for what it missed. */
static void greet(EventStream *stream)
{
    g_string_append_printf(stream->pending,
                           "retry: %d\nid: %" G_GINT64_FORMAT "\nevent: hello\ndata: {}\n\n",
                           RETRY_MS, stream->cursor);
}

EventStream *event_stream_new(EventHub *hub, gint64 after_seq, EventParking parking)
{
    EventStream *stream = NULL;

    pthread_mutex_lock(&hub->lock);
    if (!hub->closed) {
        stream = g_new0(EventStream, 1);
        stream->hub = hub;
        stream->parking = parking;
        stream->number = ++hub->opened;
        stream->cursor = after_seq >= 0 ? after_seq : hub->newest_seq;
        stream->pending = g_string_new(NULL);
        greet(stream);
        g_hash_table_add(hub->streams, stream);
    }
    pthread_mutex_unlock(&hub->lock);
    return stream;
}

void event_stream_place(EventStream *stream, const char *place)
{
    pthread_mutex_lock(&stream->hub->lock);
    g_strlcpy(stream->place, place, sizeof stream->place);
    pthread_mutex_unlock(&stream->hub->lock);
}

void event_stream_free(EventStream *stream)
{
    if (stream == NULL)
        return;
    pthread_mutex_lock(&stream->hub->lock);
    g_hash_table_remove(stream->hub->streams, stream);
    pthread_mutex_unlock(&stream->hub->lock);
    g_queue_clear_full(&stream->progress, (GDestroyNotify)g_bytes_unref);
    g_string_free(stream->pending, TRUE);
    g_free(stream);
}

gssize event_stream_read(EventStream *stream, char *buffer, gsize max)
{
    EventHub *hub = stream->hub;

    while (stream->pending->len == stream->sent) {
        gint64 floor_seq;
        gboolean behind;
        gssize result = 1;

        pthread_mutex_lock(&hub->lock);
        floor_seq = hub->floor_seq;
        behind = stream->cursor < floor_seq;
        if (hub->closed) {
            result = -1;
        } else if (!behind) {
            take_ring(stream, max);
            take_progress(stream);
            if (stream->pending->len == 0) {
                stream->parked = TRUE;
                stream->parking.park(stream->parking.data);
                result = 0;
            }
        }
        pthread_mutex_unlock(&hub->lock);
        if (result != 1)
            return result;
        if (behind && !take_store(stream, floor_seq))
            return -1;
    }
    return send_pending(stream, buffer, max);
}
