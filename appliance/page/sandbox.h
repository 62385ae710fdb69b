/* SPDX-License-Identifier: Apache-2.0
 *
 * The walls around a page worker. After sandbox_close it works on the descriptors it was handed
 * and on memory, and nothing else: no file can be opened, no socket made, no program or process
 * started, memory and time are bounded. A refused call fails with EPERM, so that a library which
 * only probes for a file goes on without it.
 */
#pragma once

#include "appliance/base/error.h"

/* Address space; an A3 page in colour at 600 dpi with all its decoders stays below. */
#define SANDBOX_MEMORY_BYTES ((guint64)1 << 30)
/* CPU time of one job; sandbox_job starts it anew. */
#define SANDBOX_JOB_CPU_S 20

gboolean sandbox_close(GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Begin a job: a job that uses more CPU time than its share is killed. */
void sandbox_job(void);

/* Try what must not work; bits of SandboxLeak for everything that worked all the same. */
typedef enum {
    SANDBOX_LEAK_OPEN = 1,
    SANDBOX_LEAK_SOCKET = 2,
    SANDBOX_LEAK_FORK = 4,
    SANDBOX_LEAK_EXEC = 8,
    SANDBOX_LEAK_MEMORY = 16,
    SANDBOX_LEAK_KILL = 32, /* a signal to the parent */
} SandboxLeak;
guint32 sandbox_probe(void);
