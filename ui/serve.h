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
    gboolean browser;         /* open one where there is a desktop */
    gboolean tls;             /* with the hall's own authority, in DATA/tls */
    const char *tls_chain;    /* PEM files of a certificate given by somebody else, both or */
    const char *tls_key;      /* neither; NULL: credentials of the service. They mean TLS too */
    gint64 scrub_bytes_per_s; /* of the daily reading of the store; 0: none */
    guint backup_days;        /* after which backups go (storage/expiry.h); 0: never */
    gboolean access_log;      /* a line an answer on standard error; nobody is named */
    Lang lang;
} ServeOptions;

/* Serve. The address is the first line on standard output once it is ready; on a first run the
 * one-time code is the second; over TLS the fingerprint of the authority follows. */
gboolean serve(Store *store, const ServeOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;
