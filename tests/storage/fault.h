/* SPDX-License-Identifier: Apache-2.0
 *
 * Faults at every operation that changes the disk: those of our own files (appliance/base/file.h)
 * and, through a shim over SQLite's VFS, those of its databases. One counter runs over both, so
 * that "the n-th operation" means the same in each run of the same work.
 */
#pragma once

#include "tests/testing.h"

typedef enum {
    FAULT_NONE,    /* count only */
    FAULT_IO,      /* EIO, once */
    FAULT_STAYS,   /* EIO, from then on: the disk is gone */
    FAULT_FULL,    /* ENOSPC, once */
    FAULT_NO_ROOM, /* ENOSPC, from then on */
    FAULT_SHORT,   /* half of a write, then EIO, once */
    FAULT_KILL,    /* the process ends before the operation */
    FAULT_KINDS
} FaultKind;

const char *fault_word(FaultKind kind);

/* Exit status of a process that FAULT_KILL ended. */
#define FAULT_KILLED 99

/* Make the shim the default VFS; before any database is opened. */
void fault_shim_install(void);

/* Our own files run into the faults again, after file_fault_set took them another way. */
void fault_shim_files(void);

/* Fail operation `at` (1 is the first from now on); FAULT_NONE takes the fault away and counts. */
void fault_set(FaultKind kind, guint at);

/* Operations since fault_set. */
guint fault_count(void);
