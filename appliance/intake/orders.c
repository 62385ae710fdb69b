/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/intake/orders.h"

typedef struct {
    IntakeOrder order;
    gint64 from; /* the first sheet it holds for */
} Ordered;

void orders_init(Orders *orders)
{
    pthread_mutex_init(&orders->lock, NULL);
    g_queue_init(&orders->said);
    g_queue_init(&orders->taken);
}

void orders_clear(Orders *orders)
{
    g_queue_clear_full(&orders->said, g_free);
    g_queue_clear_full(&orders->taken, g_free);
    pthread_mutex_destroy(&orders->lock);
}

void orders_say(Orders *orders, const IntakeOrder *order)
{
    Ordered *ordered = g_new0(Ordered, 1);

    ordered->order = *order;
    pthread_mutex_lock(&orders->lock);
    g_queue_push_tail(&orders->said, ordered);
    pthread_mutex_unlock(&orders->lock);
}

void orders_take(Orders *orders, gint64 from)
{
    Ordered *ordered;

    pthread_mutex_lock(&orders->lock);
    while ((ordered = g_queue_pop_head(&orders->said)) != NULL) {
        ordered->from = from;
        g_queue_push_tail(&orders->taken, ordered);
    }
    pthread_mutex_unlock(&orders->lock);
}

gboolean orders_next(Orders *orders, gint64 sheet, IntakeOrder *order)
{
    const Ordered *next = g_queue_peek_head(&orders->taken);

    if (next == NULL || next->from > sheet)
        return FALSE;
    *order = next->order;
    g_free(g_queue_pop_head(&orders->taken));
    return TRUE;
}
