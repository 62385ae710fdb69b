/* SPDX-License-Identifier: Apache-2.0
 *
 * What the station says of sheets still to be fed, while a batch runs.
 *
 *   any thread:          orders_say ─→ said
 *   the batch's thread:  orders_take ─→ taken, each with the first sheet it holds for
 *                        orders_next ─→ obeyed, when that sheet is placed
 *
 * A sheet is fed, understood and placed one after the other, and several are under way at once: an
 * order holds from the next sheet that is not begun yet, and must wait until those before it are
 * placed.
 */
#pragma once

#include <glib.h>
#include <pthread.h>

typedef enum {
    INTAKE_AIM,     /* into a new document of `slot` */
    INTAKE_COMMAND, /* as the command sheet `command` would say it */
    INTAKE_REPLACE, /* the next page is sheet `sheet` of `batch` again: its sides take the place of
                       that sheet's, which become void */
} IntakeOrderKind;

typedef struct {
    IntakeOrderKind kind;
    guint32 slot;
    guint32 command;
    gint64 batch, sheet;
} IntakeOrder;

typedef struct {
    pthread_mutex_t lock;
    GQueue said;  /* under the lock: not taken up yet */
    GQueue taken; /* in order of their sheets; of the batch's thread alone */
} Orders;

/* Nothing is said yet; what was never obeyed goes with the clearing. */
void orders_init(Orders *orders);
void orders_clear(Orders *orders);

/* Say one. From any thread. */
void orders_say(Orders *orders, const IntakeOrder *order);

/* What was said since holds from sheet `from` on. */
void orders_take(Orders *orders, gint64 from);

/* The next order that holds for `sheet`, in the order they were said; FALSE: there is none left. */
gboolean orders_next(Orders *orders, gint64 sheet, IntakeOrder *order);
