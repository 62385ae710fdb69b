/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/http/throttle.h"

#include <pthread.h>

#define DELAY_FIRST_US (5 * (gint64)G_USEC_PER_SEC)
#define DELAY_LAST_US  (15 * 60 * (gint64)G_USEC_PER_SEC)
#define DOUBLINGS_MAX  20
#define KEYS_MAX       4096

typedef struct {
    char *key;
    guint failed;
    gint64 not_before_us;
    GList link; /* in `oldest`, by the last wrong try */
} Tries;

struct Throttle {
    const Clock *clock;
    guint free_tries;
    pthread_mutex_t lock;
    GHashTable *by_key; /* key of Tries → Tries */
    GQueue oldest;
};

static void tries_free(gpointer data)
{
    Tries *tries = data;

    g_free(tries->key);
    g_free(tries);
}

Throttle *throttle_new(const Clock *clock, guint free_tries)
{
    Throttle *throttle = g_new0(Throttle, 1);

    throttle->clock = clock;
    throttle->free_tries = free_tries;
    pthread_mutex_init(&throttle->lock, NULL);
    throttle->by_key = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, tries_free);
    g_queue_init(&throttle->oldest);
    return throttle;
}

void throttle_free(Throttle *throttle)
{
    if (throttle == NULL)
        return;
    g_hash_table_unref(throttle->by_key);
    pthread_mutex_destroy(&throttle->lock);
    g_free(throttle);
}

/* ── the lock is held ────────────────────────────────────────────────────────────────────── */

static void forget(Throttle *throttle, Tries *tries)
{
    g_queue_unlink(&throttle->oldest, &tries->link);
    g_hash_table_remove(throttle->by_key, tries->key);
}

static Tries *tries_of(Throttle *throttle, const char *key)
{
    Tries *tries = g_hash_table_lookup(throttle->by_key, key);

    if (tries != NULL) {
        g_queue_unlink(&throttle->oldest, &tries->link);
    } else {
        if (g_hash_table_size(throttle->by_key) >= KEYS_MAX)
            forget(throttle, g_queue_peek_head(&throttle->oldest));
        tries = g_new0(Tries, 1);
        tries->key = g_strdup(key);
        tries->link.data = tries;
        g_hash_table_insert(throttle->by_key, tries->key, tries);
    }
    g_queue_push_tail_link(&throttle->oldest, &tries->link);
    return tries;
}

/* ── public ──────────────────────────────────────────────────────────────────────────────── */

gint64 throttle_delay_us(guint failed, guint free_tries)
{
    guint steps = failed > free_tries ? MIN(failed - free_tries - 1, DOUBLINGS_MAX) : 0;

    return failed <= free_tries ? 0 : MIN(DELAY_FIRST_US << steps, DELAY_LAST_US);
}

gboolean throttle_in_time(gint64 not_before_us, gint64 now_us, GError **error)
{
    return now_us >= not_before_us ||
           error_set(error, ERROR_THROTTLED, "%" G_GINT64_FORMAT " s",
                     (not_before_us - now_us + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC);
}

gboolean throttle_passes(Throttle *throttle, const char *key, GError **error)
{
    gint64 now_us = clock_now_us(throttle->clock);
    const Tries *tries;
    gboolean passes;

    pthread_mutex_lock(&throttle->lock);
    tries = g_hash_table_lookup(throttle->by_key, key);
    passes = tries == NULL || throttle_in_time(tries->not_before_us, now_us, error);
    pthread_mutex_unlock(&throttle->lock);
    return passes;
}

void throttle_tried(Throttle *throttle, const char *key, gboolean good)
{
    gint64 now_us = clock_now_us(throttle->clock);
    Tries *tries;

    pthread_mutex_lock(&throttle->lock);
    if (!good) {
        tries = tries_of(throttle, key);
        tries->failed++;
        tries->not_before_us = now_us + throttle_delay_us(tries->failed, throttle->free_tries);
    } else if ((tries = g_hash_table_lookup(throttle->by_key, key)) != NULL) {
        forget(throttle, tries);
    }
    pthread_mutex_unlock(&throttle->lock);
}
