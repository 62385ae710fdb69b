/* SPDX-License-Identifier: Apache-2.0
 *
 * The rolling scrub of a running appliance (storage/scrub.h): a thread that reads a part of the
 * store a day, no faster than it may, and tells journald what it finds. The lamp of the store is
 * lit from what scrub_state says.
 */
#pragma once

#include "appliance/base/lang.h"
#include "storage/scrub.h"

typedef struct {
    Store *store;
    Local *local;
    int end; /* readable when it is time to end */
    Lang lang;
    gint64 bytes_per_s;
} ScrubberOptions;

/* The thread's function; `data` is its ScrubberOptions. Returns when `end` is readable. */
void *scrubber_run(void *data);
