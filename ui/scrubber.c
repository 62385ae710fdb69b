/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/scrubber.h"

#include "ui/service/log.h"

#include <poll.h>
#include <stdio.h>

#define LOOK_EVERY_MS (10 * 60 * 1000)
#define PAUSE_MIN_US  50000 /* shorter ones are saved up */

typedef struct {
    const ScrubberOptions *options;
    gint64 since_us; /* monotonic */
    gint64 bytes;    /* read since */
} Walk;

/* TRUE where it is time to end. */
static gboolean wait_for_end(const ScrubberOptions *options, gint64 us)
{
    struct pollfd end = {options->end, POLLIN, 0};

    return poll(&end, 1, (int)(us / 1000)) > 0;
}

/* Reading may be no further than the clock allows. */
static gboolean pace(gint64 bytes, void *data)
{
    Walk *walk = data;
    gint64 ahead_us;

    walk->bytes += bytes;
    ahead_us = walk->bytes * G_USEC_PER_SEC / walk->options->bytes_per_s -
               (g_get_monotonic_time() - walk->since_us);
    return !wait_for_end(walk->options, ahead_us >= PAUSE_MIN_US ? ahead_us : 0);
}

static void tell(const FsckFinding *finding, void *data)
{
    const Walk *walk = data;
    g_autofree char *text =
        g_strdup_printf("%s %s: %s", finding->code, finding->path, finding->detail);

    if (finding->is_error)
        log_tell(LOG_DAMAGE, walk->options->lang, text);
}

static gboolean read_if_due(const ScrubberOptions *options, GError **error)
{
    Walk walk = {.options = options, .since_us = g_get_monotonic_time()};
    FsckOptions watch = {.report = tell, .pace = pace, .data = &walk};
    FsckSummary summary;
    ScrubState state;

    if (!scrub_state(options->local, &state, error))
        return FALSE;
    return !scrub_is_due(&state, clock_now_us(store_clock(options->store))) ||
           scrub_run(options->store, options->local, &watch, &summary, error);
}

void *scrubber_run(void *data)
{
    const ScrubberOptions *options = data;

    do {
        g_autoptr(GError) error = NULL;

        if (!read_if_due(options, &error) && !g_error_matches(error, ANJUAN_ERROR, ERROR_CANCELLED))
            error_print(stderr, error, options->lang);
    } while (!wait_for_end(options, (gint64)LOOK_EVERY_MS * 1000));
    return NULL;
}
