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

/* Before a run of a work: let the place `at` fail at its first passing; or let all through and
 * learn them (PLACE_LEARN; PLACE_LEARN_ANEW: those too that earlier works passed). One call for
 * both, and no branch of the caller's: the run has to begin at the same instruction each time. */
#define PLACE_LEARN      G_MAXUINT
#define PLACE_LEARN_ANEW (G_MAXUINT - 1)
void place_begin(guint at);

/* How many places were passed since (in the ordinary form: and never before); learning ends. */
guint place_count(void);

/* Let all through. TRUE where the place was passed, and so failed. */
gboolean place_heal(void);

/* What is asked there: "pread, ends", or the text of a statement. */
const char *place_word(guint index);

/* From now on every second read of the process is interrupted before it read a byte, or none. */
void place_interrupt(gboolean on);
