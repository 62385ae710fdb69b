/* SPDX-License-Identifier: Apache-2.0
 *
 * A fault at every place of the code that asks something of the system or of a database.
 *
 * A place is a chain of calls that ends in a call of the C library (open, read, stat …), in a
 * statement of SQLite, or in an operation that changes the disk (appliance/base/file.h). The work
 * runs once to learn which places it passes; then it runs once for every place, which fails at its
 * first passing. That walks every branch "it failed" of the work without a run for each of its
 * thousands of calls. Calls are caught by the linker (--wrap, see CMakeLists.txt), statements by
 * SQLite's trace, which interrupts them.
 */
#pragma once

#include "tests/testing.h"

/* Before any database is opened; and at the end. */
void place_install(void);
void place_forget(void);

/* Whether every work walks all its places (ANJUAN_LONG=1), or only those new with it. */
gboolean place_is_long(void);

/* Begin to learn the places of another work; `anew`: those too that earlier ones passed. */
void place_learn(gboolean anew);

/* How many places were passed since (in the ordinary form: and never before); learning ends. */
guint place_count(void);

/* Let place `index` fail at its first passing; the others are let through. */
void place_fail(guint index);

/* Let all through. TRUE where the place was passed, and so failed. */
gboolean place_heal(void);

/* What is asked there: "pread, ends", or the text of a statement. */
const char *place_word(guint index);

/* From now on every second read of the process is interrupted before it read a byte, or none. */
void place_interrupt(gboolean on);
