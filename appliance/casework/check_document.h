/* SPDX-License-Identifier: Apache-2.0
 *
 * The documents of a slot, judged: their number, their pages, what a person ticked on them, and
 * whether they are still valid.
 */
#pragma once

#include "appliance/casework/check_run.h"

/* Judge every document of the slot in hand; the sums of the result (originals, copies, pages) are
 * filled in. The slot has at least one. */
void check_judge_documents(CheckRun *run);
