/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/service/notify.h"

#include <systemd/sd-daemon.h>

void notify_ready(const char *status)
{
    (void)sd_notifyf(0, "READY=1\nSTATUS=%s", status);
}

void notify_alive(void)
{
    (void)sd_notify(0, "WATCHDOG=1");
}

void notify_ending(void)
{
    (void)sd_notify(0, "STOPPING=1");
}

int notify_watchdog_ms(void)
{
    uint64_t us = 0;

    if (sd_watchdog_enabled(0, &us) <= 0)
        return -1;
    return (int)MIN(us / 2000, G_MAXINT);
}

char *notify_credential(const char *name)
{
    const char *folder = g_getenv("CREDENTIALS_DIRECTORY");
    g_autofree char *path = folder != NULL ? g_build_filename(folder, name, NULL) : NULL;

    return path != NULL && g_file_test(path, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer(&path)
                                                                     : NULL;
}
