/* SPDX-License-Identifier: Apache-2.0
 *
 * The declared fields of a slot, judged: each value against its norm (norm.h), and pairs that must
 * say the same.
 */
#pragma once

#include "appliance/casework/check_run.h"

/* Judge every field, and every pair of fields, whose defect is laid at the slot in hand. */
void check_judge_fields(CheckRun *run);
