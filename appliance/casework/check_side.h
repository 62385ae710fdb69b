/* SPDX-License-Identifier: Apache-2.0
 *
 * The sides of a slot, judged: what cannot be read is a defect or waits for a person; what is blank
 * or stands twice is noted.
 */
#pragma once

#include "appliance/casework/check_run.h"

/* Judge every side of the slot in hand that has something odd about it. */
void check_judge_sides(CheckRun *run);
