/* SPDX-License-Identifier: Apache-2.0
 *
 * What is written, by whichever process, becomes events: one thread watches the journal's folder,
 * reads what is new from the catalogue and publishes it in order. It also writes the records of
 * refused tries, which may not hold up the thread they happened on.
 */
#include "ui/api/api_intern.h"
#include "ui/service/log.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#define FEED_AT_ONCE 200
#define DENIED_MAX   64 /* waiting; beyond that a flood is only counted */
/* The journal's line comes before the catalogue's commit: look once more after so long. */
#define FEED_SETTLE_MS 100

struct Feed {
    Api *api;
    pthread_t thread;
    Fd watch, wake;
    gint64 newest; /* of the feed's thread alone, once it runs */
    pthread_mutex_t lock;
    gboolean ending; /* under lock, as those below */
    GQueue denied;   /* of Refused */
    guint dropped;
};

typedef struct {
    char *person, *method, *pattern;
    ErrorCode code;
} Refused;

static void refused_free(gpointer data)
{
    Refused *refused = data;

    g_free(refused->person);
    g_free(refused->method);
    g_free(refused->pattern);
    g_free(refused);
}

/* ── records become events ───────────────────────────────────────────────────────────────── */

/* The machine's journal hears of it too. */
static void log_row(const Api *api, const json_t *row)
{
    log_record(&(LogRecord){.event = json_text(row, "act"),
                            .case_number = json_text(row, "case"),
                            .seq = json_int(row, "seq", 0)},
               api->options.lang);
}

static gboolean replay(Api *api, const EventReplay *wanted, gboolean is_new, GError **error)
{
    Catalog *reader = readers_take(api->readers, error);
    g_autoptr(json_t) rows =
        reader != NULL ? catalog_events_after(reader, wanted->after_seq, (gint64)wanted->max, error)
                       : NULL;
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        g_autofree char *data = show_record_event(api, reader, row, api->options.lang);
        Event event = {json_int(row, "seq", 0), "record", data};

        wanted->take(wanted->taker, &event);
        if (is_new)
            log_row(api, row);
    }
    readers_give(api->readers, reader);
    return rows != NULL;
}

gboolean feed_fetch(void *api, const EventReplay *wanted, GError **error)
{
    return replay(api, wanted, FALSE, error);
}

static void publish_one(void *taker, const Event *event)
{
    Feed *feed = taker;

    answers_forget(feed->api->answers);
    event_hub_publish(feed->api->hub, event);
    feed->newest = event->seq;
}

static void publish_new(Feed *feed)
{
    g_autoptr(GError) error = NULL;
    gint64 before;

    do {
        before = feed->newest;
        if (!replay(
                feed->api,
                &(EventReplay){
                    .after_seq = before, .max = FEED_AT_ONCE, .take = publish_one, .taker = feed},
                TRUE, &error)) {
            g_warning("events: %s", error->message);
            return;
        }
    } while (feed->newest != before);
}

/* ── refused tries ───────────────────────────────────────────────────────────────────────── */

void feed_denied(Feed *feed, const Denied *denied)
{
    Refused *refused = NULL;

    pthread_mutex_lock(&feed->lock);
    if (g_queue_get_length(&feed->denied) < DENIED_MAX) {
        refused = g_new0(Refused, 1);
        refused->person = g_strdup(denied->person);
        refused->method = g_strdup(denied->method);
        refused->pattern = g_strdup(denied->pattern);
        refused->code = denied->code;
        g_queue_push_tail(&feed->denied, refused);
    } else
        feed->dropped++;
    pthread_mutex_unlock(&feed->lock);
    feed_wake(feed);
}

static Refused *next_denied(Feed *feed)
{
    Refused *refused;

    pthread_mutex_lock(&feed->lock);
    refused = g_queue_pop_head(&feed->denied);
    if (refused == NULL && feed->dropped > 0) {
        g_warning("%u refused tries in a flood were not recorded", feed->dropped);
        feed->dropped = 0;
    }
    pthread_mutex_unlock(&feed->lock);
    return refused;
}

static void write_denied(Feed *feed)
{
    Refused *refused;

    while ((refused = next_denied(feed)) != NULL) {
        g_autoptr(GError) error = NULL;
        EditDenied denied = {error_token(refused->code), refused->person, refused->method,
                             refused->pattern};

        if (!edit_denied(feed->api->options.store, &denied, &error))
            g_warning("a refused try: %s", error->message);
        refused_free(refused);
    }
}

/* ── the thread ──────────────────────────────────────────────────────────────────────────── */

static void drain(int fd)
{
    char room[4096];

    while (read(fd, room, sizeof room) > 0)
        continue;
}

static gboolean is_ending(Feed *feed)
{
    gboolean ending;

    pthread_mutex_lock(&feed->lock);
    ending = feed->ending;
    pthread_mutex_unlock(&feed->lock);
    return ending;
}

static void catch_up(Feed *feed)
{
    g_autoptr(GError) error = NULL;

    if (!store_catch_up(feed->api->options.store, &error))
        g_warning("catch up with the journal: %s", error->message);
    publish_new(feed);
}

static void *run(void *data)
{
    Feed *feed = data;
    int timeout_ms = 0;

    while (!is_ending(feed)) {
        struct pollfd fds[] = {{feed->watch, POLLIN, 0}, {feed->wake, POLLIN, 0}};
        int n = poll(fds, G_N_ELEMENTS(fds), timeout_ms);

        timeout_ms = n > 0 ? FEED_SETTLE_MS : -1;
        drain(feed->watch);
        drain(feed->wake);
        catch_up(feed);
        write_denied(feed);
    }
    return NULL;
}

void feed_wake(Feed *feed)
{
    guint64 one = 1;

    if (write(feed->wake, &one, sizeof one) != sizeof one)
        g_debug("the feed is awake already");
}

static gboolean open_watch(Feed *feed, GError **error)
{
    g_autofree char *journal = store_path(feed->api->options.store, "journal");

    feed->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    feed->watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (feed->wake < 0 || feed->watch < 0 ||
        inotify_add_watch(feed->watch, journal, IN_MODIFY | IN_CREATE | IN_CLOSE_WRITE) < 0)
        return error_set_errno(error, ERROR_IO, errno, "watch %s", journal);
    return TRUE;
}

Feed *feed_new(Api *api, GError **error)
{
    Feed *feed = g_new0(Feed, 1);
    Catalog *reader = readers_take(api->readers, error);

    feed->api = api;
    feed->watch = feed->wake = -1;
    pthread_mutex_init(&feed->lock, NULL);
    g_queue_init(&feed->denied);
    if (reader != NULL && catalog_newest_seq(reader, &feed->newest, error) &&
        open_watch(feed, error)) {
        api->hub = event_hub_new(
            &(EventHubOptions){.newest_seq = feed->newest, .fetch = feed_fetch, .context = api});
        if (pthread_create(&feed->thread, NULL, run, feed) != 0)
            g_error("pthread_create");
        readers_give(api->readers, reader);
        return feed;
    }
    readers_give(api->readers, reader);
    fd_close(feed->watch);
    fd_close(feed->wake);
    pthread_mutex_destroy(&feed->lock);
    g_free(feed);
    return NULL;
}

void feed_free(Feed *feed)
{
    if (feed == NULL)
        return;
    pthread_mutex_lock(&feed->lock);
    feed->ending = TRUE;
    pthread_mutex_unlock(&feed->lock);
    feed_wake(feed);
    pthread_join(feed->thread, NULL);
    g_queue_clear_full(&feed->denied, refused_free);
    fd_close(feed->watch);
    fd_close(feed->wake);
    pthread_mutex_destroy(&feed->lock);
    g_free(feed);
}
