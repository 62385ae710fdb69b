/* SPDX-License-Identifier: Apache-2.0
 *
 * The program: hands the command line to the verbs of ui/cli, or becomes a worker.
 */
#include "appliance/base/worker.h"

int main(int argc G_GNUC_UNUSED, char **argv G_GNUC_UNUSED)
{
    worker_program_set("/proc/self/exe");
    return 2;
}
