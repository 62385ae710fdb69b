/* SPDX-License-Identifier: Apache-2.0
 *
 * What systemd is told (Type=notify) and what it hands over. Without systemd nothing happens.
 *
 *   notify_ready ──> notify_alive every notify_watchdog_ms ──> notify_ending
 */
#pragma once

#include <glib.h>

/* The doors are open; `status` is what `systemctl status` shows. */
void notify_ready(const char *status);
void notify_alive(void);
void notify_ending(void);

/* How often notify_alive must come, at least (half of WatchdogSec=); -1 where nobody waits. */
int notify_watchdog_ms(void);

/* The path of a credential (LoadCredential=), or NULL where there is none of that name. */
char *notify_credential(const char *name) G_GNUC_WARN_UNUSED_RESULT;
