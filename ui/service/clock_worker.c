/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/service/clock_worker.h"

#include "appliance/base/clock.h"
#include "appliance/base/error.h"

#include <stdlib.h>
#include <unistd.h>

int clock_worker_main(void)
{
    g_autoptr(GError) error = NULL;
    const char *path = getenv("ANJUAN_CLOCK");

    if (path == NULL)
        error_set(&error, ERROR_USAGE, "ANJUAN_CLOCK names no file");
    while (error == NULL && clock_tell(path, &error))
        sleep(CLOCK_TOLD_S / 3);
    error_print(stderr, error, lang_from_environment());
    return error_exit_status(error_code(error));
}
