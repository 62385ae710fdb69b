/* SPDX-License-Identifier: Apache-2.0
 *
 * Server-Sent Events: what happens at one window shows at the others within a second.
 *
 * A hub keeps the newest records in a ring of fixed size. A stream is only a cursor (the sequence
 * of the last record its client was sent), so a slow client holds no memory: when the ring has
 * moved past its cursor, the records come from the store through the hub's `fetch`, in order and
 * without a gap, and a reconnect with Last-Event-ID neither loses nor doubles one.
 *
 *                 ┌──fetch from the store──┐
 *     cursor < floor                 cursor ≥ floor: next record of the ring ──► client
 *                 └────────────────────────┘            none left: parked until woken
 *
 * What is no record of the journal (scanner progress) carries no id, is kept in a short queue per
 * stream whose oldest entry makes room, and is never replayed. A client that does not read is
 * dropped by the server's idle time.
 */
#pragma once

#include "appliance/base/error.h"

typedef struct EventHub EventHub;

/* One record as it is sent; `data` is one line of JSON without personal data. */
typedef struct {
    gint64 seq; /* > 0 */
    const char *type;
    const char *data;
} Event;

/* What a replay asks for, and where each event of it goes. */
typedef struct {
    gint64 after_seq;
    guint max;
    void (*take)(void *taker, const Event *event);
    void *taker;
} EventReplay;

/* The records after `after_seq` in order, at most `max`, each handed to `take`. Records that are
 * no events may be left out. FALSE ends the stream (its client comes again). */
typedef gboolean (*EventFetch)(void *context, const EventReplay *replay, GError **error);

typedef struct {
    guint ring;        /* records kept; 0 = 1024 */
    gint64 newest_seq; /* of the journal at the start */
    EventFetch fetch;  /* called on server threads */
    void *context;
} EventHubOptions;

/* With an empty ring; what `options` points to outlives it. */
EventHub *event_hub_new(const EventHubOptions *options);

/* Ends and wakes all streams; no stream can be opened afterwards. */
void event_hub_close(EventHub *hub);

/* Closed, and all its streams freed. */
void event_hub_free(EventHub *hub);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EventHub, event_hub_free)

/* A committed record; sequences rise. From any thread. */
void event_hub_publish(EventHub *hub, const Event *event);

/* Progress without an id. */
void event_hub_tell(EventHub *hub, const char *type, const char *data);

/* The same to one screen alone: the stream at `place` (event_stream_place) that was opened last;
 * with `place` "" the only place where a stream stands. FALSE where there is none, or where ""
 * could mean several. */
gboolean event_hub_tell_at(EventHub *hub, const char *place, const char *type, const char *data);

/* A comment to every stream, so that dead clients are found. */
void event_hub_beat(EventHub *hub);

/* Streams that are open. */
guint event_hub_streams(EventHub *hub);

/* --- for the server ------------------------------------------------------------------------ */

typedef struct EventStream EventStream;

/* Called with the hub locked: `park` when there is nothing to send, `wake` when there is again.
 * Between the two the stream is not read. */
typedef struct {
    void (*park)(void *data);
    void (*wake)(void *data);
    void *data;
} EventParking;

/* From the record after `after_seq` (-1: from now on); NULL when the hub is closed. */
EventStream *event_stream_new(EventHub *hub, gint64 after_seq, EventParking parking);
void event_stream_free(EventStream *stream);

#define EVENT_PLACE_MAX 8

/* Where its client stands; at "" until it is told. */
void event_stream_place(EventStream *stream, const char *place);

/* Bytes for the client: > 0; 0 = parked; -1 = the end. */
gssize event_stream_read(EventStream *stream, char *buffer, gsize max);
