/* SPDX-License-Identifier: Apache-2.0
 *
 * Code readers at the windows, for ui/api alone: what a gun reads goes to the screen of its seat as
 * `event: code`, and the screen does with it what it does with a code that was typed.
 *
 * A row "SEAT=READER" (drivers/gun_rack.h) names the seat: window and post, "003A"; "003" is post
 * A. A gun that no row names belongs to the only seat where a screen is open. Where no screen is
 * open, or a gun without a row could mean several, nothing is done with the code and the machine's
 * journal hears of it (LOG_CODE_UNHEARD).
 */
#pragma once

#include "ui/api/api_intern.h"

/* Begin to listen; ends with the daemon. */
GunDesk *gun_desk_new(Api *api, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void gun_desk_free(GunDesk *desk);

/* Rows of the readers for the list of devices, appended to `list`. */
void gun_devices(Call *call, json_t *list);

/* The answer to a test of this reader: whether it is read, and where what it reads shows. NULL
 * where no reader has the name. */
json_t *gun_test(Call *call, const char *name);
