/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/testing.h"

#include "ui/http/events.h"

#define STORED 500

typedef struct {
    gint64 stored; /* records 1 … stored; every tenth is no event */
    guint fetches;
    gboolean broken;
} Store;

static gboolean fetch(void *context, const EventReplay *replay, GError **error)
{
    Store *store = context;
    guint n = 0;

    store->fetches++;
    if (store->broken)
        return error_set(error, ERROR_CATALOGUE, "gone");
    for (gint64 seq = replay->after_seq + 1; seq <= store->stored && n < replay->max; seq++) {
        Event event = {seq, "record", "{\"from\":\"store\"}"};

        if (seq % 10 == 0)
            continue;
        replay->take(replay->taker, &event);
        n++;
    }
    return TRUE;
}

static void count_up(void *data)
{
    ++*(guint *)data;
}

static void ignore(void *data G_GNUC_UNUSED)
{
}

/* Everything until the stream parks or ends, read in small pieces. */
static GString *drain(EventStream *stream)
{
    GString *text = g_string_new(NULL);
    char piece[37];
    gssize n;

    while ((n = event_stream_read(stream, piece, sizeof piece)) > 0)
        g_string_append_len(text, piece, n);
    return text;
}

static gint64 *ids_of(const GString *text, guint *n)
{
    g_auto(GStrv) lines = g_strsplit(text->str, "\n", -1);
    GArray *ids = g_array_new(FALSE, FALSE, sizeof(gint64));

    for (guint i = 0; lines[i] != NULL; i++)
        if (g_str_has_prefix(lines[i], "id: ")) {
            gint64 id = g_ascii_strtoll(lines[i] + 4, NULL, 10);

            g_array_append_val(ids, id);
        }
    *n = ids->len;
    return (gint64 *)g_array_free(ids, FALSE);
}

static void publish(EventHub *hub, gint64 first, gint64 last)
{
    for (gint64 seq = first; seq <= last; seq++)
        if (seq % 10 != 0)
            event_hub_publish(hub, &(Event){seq, "record", "{}"});
}

/* The greeting's id is `after`; then every event after it, once and in order. */
static void assert_whole(const GString *text, gint64 after, gint64 last)
{
    guint n;
    g_autofree gint64 *ids = ids_of(text, &n);
    gint64 expected = after;

    assert_true(n > 0);
    assert_int_equal(ids[0], after);
    for (guint i = 1; i < n; i++) {
        expected += (expected + 1) % 10 == 0 ? 2 : 1;
        assert_int_equal(ids[i], expected);
    }
    assert_int_equal(expected, last);
}

static void a_new_stream_starts_at_now(void **state)
{
    g_autoptr(EventHub) hub = event_hub_new(&(EventHubOptions){.newest_seq = 41});
    EventStream *stream = event_stream_new(hub, -1, (EventParking){ignore, ignore, NULL});
    g_autoptr(GString) text = NULL;

    (void)state;
    publish(hub, 42, 43);
    text = drain(stream);
    assert_whole(text, 41, 43);
    event_stream_free(stream);
}

static void a_replay_neither_loses_nor_doubles(void **state)
{
    (void)state;
    for (gint64 after = 0; after < STORED - 1; after += 7) {
        Store store = {.stored = STORED};
        g_autoptr(EventHub) hub = event_hub_new(&(EventHubOptions){
            .ring = 16, .newest_seq = STORED - 60, .fetch = fetch, .context = &store});
        EventStream *stream;
        g_autoptr(GString) text = NULL;

        if (after % 10 == 0)
            continue; /* no event has that id */
        publish(hub, STORED - 59, STORED - 1);
        stream = event_stream_new(hub, after, (EventParking){ignore, ignore, NULL});
        text = drain(stream);
        assert_whole(text, after, STORED - 1);
        event_stream_free(stream);
    }
}

static void a_slow_client_catches_up_from_the_store(void **state)
{
    Store store = {.stored = 0};
    g_autoptr(EventHub) hub =
        event_hub_new(&(EventHubOptions){.ring = 8, .fetch = fetch, .context = &store});
    EventStream *stream = event_stream_new(hub, 0, (EventParking){ignore, ignore, NULL});
    g_autoptr(GString) text = NULL;

    (void)state;
    store.stored = 299;
    publish(hub, 1, 299);
    text = drain(stream);
    assert_whole(text, 0, 299);
    assert_true(store.fetches >= 4);
    event_stream_free(stream);
}

static void a_parked_stream_is_woken_once(void **state)
{
    g_autoptr(EventHub) hub = event_hub_new(&(EventHubOptions){0});
    guint woken = 0;
    EventStream *stream = event_stream_new(hub, -1, (EventParking){ignore, count_up, &woken});
    g_autoptr(GString) greeting = drain(stream);

    (void)state;
    assert_non_null(strstr(greeting->str, "retry: "));
    publish(hub, 1, 5);
    assert_int_equal(woken, 1);
    event_stream_free(stream);
}

static void progress_has_no_id_and_keeps_the_newest(void **state)
{
    g_autoptr(EventHub) hub = event_hub_new(&(EventHubOptions){0});
    EventStream *stream = event_stream_new(hub, -1, (EventParking){ignore, ignore, NULL});
    g_autoptr(GString) text = NULL;
    guint n;
    g_autofree gint64 *ids = NULL;

    (void)state;
    for (guint i = 0; i < 100; i++) {
        g_autofree char *data = g_strdup_printf("{\"sheet\":%u}", i);

        event_hub_tell(hub, "scan", data);
    }
    text = drain(stream);
    ids = ids_of(text, &n);
    assert_int_equal(n, 1); /* the greeting's */
    assert_null(strstr(text->str, "{\"sheet\":67}"));
    assert_non_null(strstr(text->str, "{\"sheet\":68}"));
    assert_non_null(strstr(text->str, "{\"sheet\":99}"));
    event_stream_free(stream);
}

static void what_is_told_at_a_place_goes_to_its_newest_screen_alone(void **state)
{
    static const char *const places[] = {"003A", "003A", "004B"};
    g_autoptr(EventHub) hub = event_hub_new(&(EventHubOptions){0});
    EventStream *streams[G_N_ELEMENTS(places)];

    (void)state;
    assert_false(event_hub_tell_at(hub, "003A", "code", "{}"));
    assert_false(event_hub_tell_at(hub, "", "code", "{}"));
    for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
        streams[i] = event_stream_new(hub, -1, (EventParking){ignore, ignore, NULL});
        event_stream_place(streams[i], places[i]);
        assert_int_equal(event_hub_tell_at(hub, "", "code", "{\"only\":1}"), i < 2);
    }
    assert_true(event_hub_tell_at(hub, "003A", "code", "{\"n\":3}"));
    assert_true(event_hub_tell_at(hub, "004B", "code", "{\"n\":4}"));
    assert_false(event_hub_tell_at(hub, "005A", "code", "{\"n\":5}"));
    for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
        g_autoptr(GString) text = drain(streams[i]);

        assert_int_equal(strstr(text->str, "event: code\ndata: {\"only\":1}\n\n") != NULL, i < 2);
        assert_int_equal(strstr(text->str, "{\"n\":3}") != NULL, i == 1);
        assert_int_equal(strstr(text->str, "{\"n\":4}") != NULL, i == 2);
        event_stream_free(streams[i]);
    }
}

static void a_beat_is_a_comment(void **state)
{
    g_autoptr(EventHub) hub = event_hub_new(&(EventHubOptions){0});
    EventStream *stream = event_stream_new(hub, -1, (EventParking){ignore, ignore, NULL});
    g_autoptr(GString) greeting = drain(stream);
    g_autoptr(GString) beat = NULL;

    (void)state;
    assert_true(greeting->len > 0);
    event_hub_beat(hub);
    event_hub_beat(hub);
    beat = drain(stream);
    assert_string_equal(beat->str, ": beat\n\n");
    event_stream_free(stream);
}

static void a_closed_hub_ends_its_streams(void **state)
{
    g_autoptr(EventHub) hub = event_hub_new(&(EventHubOptions){0});
    guint woken = 0;
    EventStream *stream = event_stream_new(hub, -1, (EventParking){ignore, count_up, &woken});
    g_autoptr(GString) greeting = drain(stream);
    char byte;

    (void)state;
    assert_true(greeting->len > 0);
    event_hub_close(hub);
    assert_int_equal(woken, 1);
    assert_int_equal(event_stream_read(stream, &byte, 1), -1);
    event_stream_free(stream);
    assert_null(event_stream_new(hub, -1, (EventParking){ignore, ignore, NULL}));
}

static void a_failing_store_ends_the_stream(void **state)
{
    Store store = {.stored = STORED, .broken = TRUE};
    g_autoptr(EventHub) hub =
        event_hub_new(&(EventHubOptions){.newest_seq = STORED, .fetch = fetch, .context = &store});
    EventStream *stream = event_stream_new(hub, 3, (EventParking){ignore, ignore, NULL});
    char buffer[256];

    (void)state;
    assert_true(event_stream_read(stream, buffer, sizeof buffer) > 0);
    assert_int_equal(event_stream_read(stream, buffer, sizeof buffer), -1);
    event_stream_free(stream);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_new_stream_starts_at_now),
    cmocka_unit_test(a_replay_neither_loses_nor_doubles),
    cmocka_unit_test(a_slow_client_catches_up_from_the_store),
    cmocka_unit_test(a_parked_stream_is_woken_once),
    cmocka_unit_test(progress_has_no_id_and_keeps_the_newest),
    cmocka_unit_test(what_is_told_at_a_place_goes_to_its_newest_screen_alone),
    cmocka_unit_test(a_beat_is_a_comment),
    cmocka_unit_test(a_closed_hub_ends_its_streams),
    cmocka_unit_test(a_failing_store_ends_the_stream),
};
TEST_MAIN(tests)
