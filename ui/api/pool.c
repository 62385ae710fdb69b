/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/api/pool.h"

#include <pthread.h>

#define READERS_KEPT 8

struct Readers {
    Store *store;
    pthread_mutex_t lock;
    GPtrArray *idle; /* of Catalog */
};

Readers *readers_new(Store *store)
{
    Readers *readers = g_new0(Readers, 1);

    readers->store = store;
    pthread_mutex_init(&readers->lock, NULL);
    readers->idle = g_ptr_array_new_with_free_func((GDestroyNotify)catalog_close);
    return readers;
}

void readers_free(Readers *readers)
{
    if (readers == NULL)
        return;
    g_ptr_array_unref(readers->idle);
    pthread_mutex_destroy(&readers->lock);
    g_free(readers);
}

Catalog *readers_take(Readers *readers, GError **error)
{
    Catalog *reader = NULL;

    pthread_mutex_lock(&readers->lock);
    if (readers->idle->len > 0)
        reader = g_ptr_array_steal_index(readers->idle, readers->idle->len - 1);
    pthread_mutex_unlock(&readers->lock);
    return reader != NULL ? reader : store_reader(readers->store, error);
}

void readers_give(Readers *readers, Catalog *reader)
{
    if (reader == NULL)
        return;
    pthread_mutex_lock(&readers->lock);
    if (readers->idle->len < READERS_KEPT)
        g_ptr_array_add(readers->idle, g_steal_pointer(&reader));
    pthread_mutex_unlock(&readers->lock);
    catalog_close(reader);
}
