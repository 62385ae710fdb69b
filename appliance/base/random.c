/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/base/random.h"

#include "appliance/base/text.h"

#include <sodium.h>
#include <string.h>

static void system_fill(void *self G_GNUC_UNUSED, void *bytes, gsize size)
{
    if (sodium_init() < 0)
        g_error("libsodium cannot be initialised");
    randombytes_buf(bytes, size);
}

/* Each call draws from a key of its own (seed, block), so calls of any size stay independent. */
static void seeded_fill(void *self, void *bytes, gsize size)
{
    SeededRandom *state = self;
    unsigned char key[randombytes_SEEDBYTES] = {0};

    memcpy(key, &state->seed, sizeof state->seed);
    memcpy(key + sizeof state->seed, &state->block, sizeof state->block);
    state->block++;
    randombytes_buf_deterministic(bytes, size, key);
}

Random random_system(void)
{
    return (Random){.fill = system_fill};
}

Random random_seeded(SeededRandom *state, guint64 seed)
{
    *state = (SeededRandom){.seed = seed};
    return (Random){.fill = seeded_fill, .self = state};
}

void random_fill(const Random *random, void *bytes, gsize size)
{
    random->fill(random->self, bytes, size);
}

char *random_hex128(const Random *random)
{
    unsigned char bytes[16];

    random_fill(random, bytes, sizeof bytes);
    return hex_encode(bytes, sizeof bytes);
}
