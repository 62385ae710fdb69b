/* SPDX-License-Identifier: Apache-2.0
 *
 * The signature of a running appliance: a thread that signs the journal at its start and every few
 * minutes in which something was appended, so that what a receipt carries away is never old. What
 * keeps it from signing is told to journald, once.
 */
#pragma once

#include "appliance/base/lang.h"
#include "storage/store.h"

typedef struct {
    Store *store;
    int end; /* readable when it is time to end */
    Lang lang;
} SignerOptions;

/* The thread's function; `data` is its SignerOptions. Returns when `end` is readable. */
void *signer_run(void *data);
