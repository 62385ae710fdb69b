/* SPDX-License-Identifier: Apache-2.0
 *
 * The program: hands the command line to the verbs of ui/cli, or becomes a worker.
 */
#include "appliance/base/worker.h"
#include "appliance/page/worker.h"

#include <string.h>

int main(int argc, char **argv)
{
    worker_program_set("/proc/self/exe");
    if (argc == 3 && strcmp(argv[1], "worker") == 0 && strcmp(argv[2], "page") == 0)
        return page_worker_main();
    return 2;
}
