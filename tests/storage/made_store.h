/* SPDX-License-Identifier: Apache-2.0
 *
 * A new store for a test, and opening it again: always at the same moment of 2026-11-21, unless the
 * test moves made_now_us.
 */
#pragma once

#include "tests/testing.h"

#include "storage/store.h"

static const StoreOrigin made_origin = {"320583", "001", "hall.example/anjuan", "city"};
static gint64 made_now_us = G_GINT64_CONSTANT(1795257751) * G_USEC_PER_SEC;

static inline StoreOptions made_options(const char *folder)
{
    return (StoreOptions){.folder = folder, .clock = clock_manual(&made_now_us)};
}

/* Its folder. */
static inline char *made_folder(void)
{
    g_autofree char *parent = testing_folder();
    char *folder = g_build_filename(parent, "data", NULL);
    StoreOptions options = made_options(folder);
    GError *error = NULL;

    assert_true(store_create(&options, &made_origin, &error));
    assert_no_error(error);
    return folder;
}

static inline Store *opened(const char *folder)
{
    StoreOptions options = made_options(folder);
    GError *error = NULL;
    Store *store = store_open(&options, &error);

    assert_no_error(error);
    return store;
}
