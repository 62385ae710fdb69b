/* SPDX-License-Identifier: Apache-2.0
 *
 * The program: hands the command line to the verbs of ui/cli, or becomes a worker.
 * Units set ANJUAN_DEVICE_SOCKET and ANJUAN_CLOCK where systemd starts these workers.
 */
#include "appliance/base/clock.h"
#include "appliance/base/worker.h"
#include "appliance/page/worker.h"
#include "drivers/device.h"
#include "ui/cli/cli.h"
#include "ui/service/clock_worker.h"

#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    worker_program_set("/proc/self/exe");
    worker_listener_set("device", getenv("ANJUAN_DEVICE_SOCKET"));
    clock_told_in(getenv("ANJUAN_CLOCK"));
    if (argc == 3 && strcmp(argv[1], "worker") == 0 && strcmp(argv[2], "clock") == 0)
        return clock_worker_main();
    if (argc == 3 && strcmp(argv[1], "worker") == 0 && strcmp(argv[2], "page") == 0)
        return page_worker_main();
    if (argc == 3 && strcmp(argv[1], "worker") == 0 && strcmp(argv[2], "device") == 0)
        return device_worker_main();
    return cli_main(argc, argv);
}
