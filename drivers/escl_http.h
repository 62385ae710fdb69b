/* SPDX-License-Identifier: Apache-2.0
 *
 * HTTP to a scanner: one request at a time over a connection that is kept, time from the host.
 *
 * No proxy, no redirects, http and https alone. Scanners sign their own certificates: https is not
 * verified unless the address ends in "#sha256//<base64>", the hash of the device's public key
 * (as curl --pinnedpubkey writes it), which then must match.
 */
#pragma once

#include "drivers/scanner.h"

typedef struct EsclHttp EsclHttp;

typedef struct {
    const char *method; /* "GET", "POST", "DELETE" */
    const char *url;
    const char *body;    /* of a POST, text/xml */
    int into;            /* -1: into the reply; else a descriptor that the body is written to */
    gsize bytes_max;     /* more is ERROR_TOO_LARGE */
    guint silence_ms;    /* no byte for so long is ERROR_DEVICE_SILENT */
    gboolean to_the_end; /* not given up by a cancel: the cancel itself */
} EsclRequest;

typedef struct {
    long status;
    gsize bytes;      /* of the body, also when it broke off */
    GByteArray *body; /* NULL with `into` */
    char location[256];
    guint retry_after_ms; /* 0 = not told */
} EsclReply;

void escl_reply_clear(EsclReply *reply);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(EsclReply, escl_reply_clear)

/* `url` with or without the pin. */
EsclHttp *escl_http_new(const char *url, const ScannerHost *host);

/* ERROR_DEVICE_LOST for whatever broke below HTTP; the reply holds what came before. */
gboolean escl_http_run(EsclHttp *http, const EsclRequest *request, EsclReply *reply,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

void escl_http_free(EsclHttp *http);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EsclHttp, escl_http_free)
