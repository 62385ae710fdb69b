/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading connections of the catalogue, kept open: one thread at a time uses one.
 */
#pragma once

#include "storage/store.h"

typedef struct Readers Readers;

/* None is open at first. */
Readers *readers_new(Store *store);
void readers_free(Readers *readers); /* all were given back */

/* A reading connection of one's own until it is given back; opens one where all are in use. */
Catalog *readers_take(Readers *readers, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Back to the others. */
void readers_give(Readers *readers, Catalog *reader); /* NULL is nothing */
