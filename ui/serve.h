/* SPDX-License-Identifier: Apache-2.0
 *
 * The daemon: store, sessions and HTTP server put together, until SIGINT or SIGTERM.
 *
 * systemd hears when it is ready, and that it is alive only while the store answers.
 */
#pragma once

#include "appliance/base/file.h"
#include "storage/store.h"
#include "ui/http/assets.h"

typedef struct {
    const char *listen;       /* ADDRESS:PORT */
    const GPtrArray *devices; /* names of configured scanners */
    const GPtrArray *readers; /* which reader belongs to which window, "SEAT=READER" */
    gboolean browser;         /* open one where there is a desktop */
    gboolean tls;             /* with the hall's own authority, in DATA/tls */
    const char *tls_chain;    /* PEM files of a certificate given by somebody else, both or */
    const char *tls_key;      /* neither; NULL: credentials of the service. They mean TLS too */
    gint64 scrub_bytes_per_s; /* of the daily reading of the store; 0: none */
    guint backup_days;        /* after which backups go (storage/expiry.h); 0: never */
    gboolean access_log;      /* a line an answer on standard error; nobody is named */
    Lang lang;
} ServeOptions;

/* A descriptor that becomes readable on SIGINT or SIGTERM; blocked for every thread made later. */
Fd serve_signals(GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The web app and what the pages without script need; NULL in a build without them. */
Assets *serve_assets(void) G_GNUC_WARN_UNUSED_RESULT;

/* Serve. The address is the first line on standard output once it is ready; on a first run the
 * one-time code is the second; over TLS the fingerprint of the authority follows. */
gboolean serve(Store *store, const ServeOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;
