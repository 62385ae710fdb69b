/* SPDX-License-Identifier: Apache-2.0
 *
 * What the server shows over TLS. No public authority signs names of a hall's own network, so every
 * hall has a small authority of its own:
 *
 *   authority.key, authority.pem   P-256, 10 years, signs server certificates alone
 *   server.key, server.pem         P-256, 397 days, for the names and addresses of this machine;
 *                                  made anew 30 days before its end, or when a name is missing
 *
 * Browsers of the hall are given authority.pem once. Where the authority of the hall's network
 * gives a certificate of its own, that one is shown instead (certificate_own). Keys are files that
 * nobody else reads (0600).
 */
#pragma once

#include "appliance/base/error.h"

typedef struct {
    char *chain;       /* PEM: the server's certificate and what signed it */
    char *key;         /* PEM */
    char *fingerprint; /* SHA-256 of the authority's certificate (of one's own: the server's), as
                          browsers show it: AB:CD:… */
} Certificate;
void certificate_clear(Certificate *certificate);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Certificate, certificate_clear)

/* The hall's own, made in `folder` where something is missing, old or unreadable. `names` (NULL at
 * the end) are DNS names and numeric addresses. */
gboolean certificate_hall(const char *folder, const char *const *names, gint64 now_us,
                          Certificate *certificate, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One given by somebody else, as PEM files. ERROR_INVALID where they are none, do not belong
 * together, or the time of the certificate is over. */
gboolean certificate_own(const char *chain_path, const char *key_path, gint64 now_us,
                         Certificate *certificate, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Names of this machine: localhost, its host name with and without .local, the addresses of its
 * interfaces. Free with g_strfreev. */
char **certificate_names(void) G_GNUC_WARN_UNUSED_RESULT;
