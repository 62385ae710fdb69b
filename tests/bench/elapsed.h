/* SPDX-License-Identifier: Apache-2.0
 *
 * What a benchmark measures with: seconds on the processor and on the wall.
 */
#pragma once

#include <sys/resource.h>
#include <time.h>

/* User and system time of RUSAGE_SELF or of the RUSAGE_CHILDREN that were waited for. */
static inline double elapsed_cpu_s(int who)
{
    struct rusage usage;

    getrusage(who, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* Since some moment in the past. */
static inline double elapsed_wall_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}
