/* SPDX-License-Identifier: Apache-2.0
 *
 * `anjuan worker clock`: tells the daemon, whose sandbox forbids asking, how far the machine's
 * clock can be believed (clock_tell), in the file that ANJUAN_CLOCK names. Runs until it is ended.
 */
#pragma once

/* Returns only when the file cannot be written: the exit status. */
int clock_worker_main(void);
