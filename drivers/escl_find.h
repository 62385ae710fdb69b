/* SPDX-License-Identifier: Apache-2.0
 *
 * Network scanners that say where they are: DNS-SD (RFC 6763), service _uscan._tcp, over multicast
 * DNS (RFC 6762).
 *
 * One question from a port of its own, which every scanner answers to that port at once (RFC 6762
 * 6.7); what comes within the time counts. An answer is any bytes from anybody: it is read with all
 * its limits, and what it says is an address to be asked and nothing more.
 */
#pragma once

#include "appliance/base/error.h"

#define ESCL_FIND_GROUP "224.0.0.251" /* uncovered: tests send nothing into the network */
#define ESCL_FIND_PORT  5353
#define ESCL_FIND_MS    1500
#define ESCL_FIND_MAX   64 /* scanners taken of one answer */

typedef struct {
    const char *address; /* numeric IPv4; NULL: ESCL_FIND_GROUP */
    guint16 port;        /* 0: ESCL_FIND_PORT */
    guint wait_ms;       /* 0: ESCL_FIND_MS */
} EsclFindOptions;

/* Base addresses ("http://192.0.2.7:80/eSCL"), each once, in the order of their answers; empty
 * where nobody answers. ERROR_IO where the question cannot be sent. */
GPtrArray *escl_find(const EsclFindOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What one answer of `sender` (numeric IPv4, which stands for a host whose address it leaves out)
 * says, added to `found`. FALSE where it is no answer to the question. */
gboolean escl_find_read(const guint8 *bytes, gsize size, const char *sender, GPtrArray *found);

/* The question as it is sent; the caller's. */
GBytes *escl_find_question(void) G_GNUC_WARN_UNUSED_RESULT;
