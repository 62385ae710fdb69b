/* SPDX-License-Identifier: Apache-2.0
 *
 * Randomness as a parameter: nonces, salts and keys come from a Random, so that tests own them.
 */
#pragma once

#include <glib.h>

typedef struct Random {
    void (*fill)(void *self, void *bytes, gsize size);
    void *self;
} Random;

/* The kernel's generator, through libsodium. */
Random random_system(void);

/* A repeatable stream for tests and demo pages: the same seed gives the same bytes. */
typedef struct {
    guint64 seed;
    guint64 block;
} SeededRandom;
Random random_seeded(SeededRandom *state, guint64 seed);

/* Fill with random bytes; never fails, and waits for entropy at the first start only. */
void random_fill(const Random *random, void *bytes, gsize size);

/* 32 lower-case hex digits: 128 bits, what nonces and salts of the journal are made of. */
char *random_hex128(const Random *random) G_GNUC_WARN_UNUSED_RESULT;
