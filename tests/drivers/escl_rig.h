/* SPDX-License-Identifier: Apache-2.0
 *
 * The eSCL simulator (escl_sim.py) as a child of a test.
 */
#pragma once

#include "tests/testing.h"

typedef struct {
    char *folder;
    char *control; /* what escl_sim.py reads before each request */
    GPid pid;
    int input; /* it ends when this is closed */
    guint port;
    guint stack;
} EsclRig;

/* Start it with an empty feeder. */
EsclRig *escl_rig_new(void);

/* New paper: `sheets`, and `extra` members for the control file (", \"fault\": …") or "". */
void escl_rig_load(EsclRig *rig, guint sheets, const char *extra);

/* Start it again on the same port, with the paper it had at first; or take it down. */
void escl_rig_up(EsclRig *rig);
void escl_rig_down(EsclRig *rig);

void escl_rig_free(EsclRig *rig);
