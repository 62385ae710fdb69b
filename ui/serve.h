/* SPDX-License-Identifier: Apache-2.0
 *
 * The daemon: store, sessions and HTTP server put together, until SIGINT or SIGTERM.
 *
 * systemd hears when it is ready, and that it is alive only while the store answers.
 */
#pragma once

#include "storage/store.h"

typedef struct {
    const char *listen;       /* NULL: 127.0.0.1:8080 */
    const GPtrArray *devices; /* names of configured scanners */
    const char *certificate;  /* PEM files; NULL: credentials of the service, else plain HTTP */
    const char *key;
    gboolean browser; /* open one where there is a desktop */
    Lang lang;
} ServeOptions;

/* Serve. The address is the first line on standard output once it is ready; on a first run the
 * one-time code is the second. */
gboolean serve(Store *store, const ServeOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;
