/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/scrub.h"

#include "appliance/base/json.h"
#include "storage/local/print_jobs.h"

#include <string.h>

#define SETTING "scrub"

/* As it is kept: {"at":<us>,"next":1…28,"found":[errors of part 1, …]}. */
typedef struct {
    gint64 at_us;
    guint next;
    gint64 found[SCRUB_PARTS];
} Position;

static gboolean load(Local *local, Position *position, GError **error)
{
    g_autoptr(GError) why = NULL;
    g_autofree char *text = local_setting_get(local, SETTING, &why);
    g_autoptr(json_t) kept = NULL;

    *position = (Position){.next = 1};
    if (why != NULL) {
        g_propagate_error(error, g_steal_pointer(&why));
        return FALSE;
    }
    if (text == NULL)
        return TRUE;
    kept = json_parse(text, strlen(text), "scrub", ERROR_CATALOGUE, error);
    if (kept == NULL)
        return FALSE;
    position->at_us = json_int(kept, "at", 0);
    position->next = (guint)CLAMP(json_int(kept, "next", 1), 1, SCRUB_PARTS);
    for (guint i = 0; i < SCRUB_PARTS; i++)
        position->found[i] = json_integer_value(json_array_get(json_object_get(kept, "found"), i));
    return TRUE;
}

static gboolean keep(Local *local, const Position *position, GError **error)
{
    json_t *found = json_array();
    g_autoptr(json_t) kept = json_pack("{s:I, s:i, s:o}", "at", (json_int_t)position->at_us, "next",
                                       (int)position->next, "found", found);
    g_autofree char *line = NULL;

    for (guint i = 0; i < SCRUB_PARTS; i++)
        json_array_append_new(found, json_integer(position->found[i]));
    line = json_line(kept);
    return local_setting_put(local, SETTING, line, error);
}

gboolean scrub_state(Local *local, ScrubState *state, GError **error)
{
    Position position;

    if (!load(local, &position, error))
        return FALSE;
    *state = (ScrubState){position.at_us, position.next, 0};
    for (guint i = 0; i < SCRUB_PARTS; i++)
        state->errors += position.found[i];
    return TRUE;
}

gboolean scrub_is_due(const ScrubState *state, gint64 now_us)
{
    return now_us - state->last_us >= SCRUB_EVERY_US;
}

static gboolean read_part(Store *store, const FsckOptions *watch, guint part, FsckSummary *summary,
                          GError **error)
{
    FsckOptions options = *watch;

    options.read_data = options.part_alone = TRUE;
    options.part = part;
    options.parts = SCRUB_PARTS;
    return fsck_files(store, &options, summary, error);
}

gboolean scrub_run(Store *store, Local *local, const FsckOptions *watch, FsckSummary *summary,
                   GError **error)
{
    Position position;

    *summary = (FsckSummary){0};
    if (!load(local, &position, error))
        return FALSE;
    for (guint part = 1; part <= SCRUB_PARTS; part++) {
        gint64 before = summary->errors;

        if (part != position.next && position.found[part - 1] == 0)
            continue;
        if (!read_part(store, watch, part, summary, error))
            return FALSE;
        position.found[part - 1] = summary->errors - before;
    }
    position.next = position.next % SCRUB_PARTS + 1;
    position.at_us = clock_now_us(store_clock(store));
    return keep(local, &position, error);
}
