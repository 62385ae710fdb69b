/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/clock_profile.h"

#include <string.h>

static const char *const purposes[] = {"tell", "supplement", "decide", "deliver", "tolerate"};
static const char *const starts[] = {"received",  "accepted", "completed",
                                     "handed-up", "told",     "decided"};
static const char *const units[] = {"workday", "day", "hour", "minute"};
static const char *const expiries[] = {"flag", "accepted", "lapsed", "renewed"};
static const char *const pauses[CLOCK_PAUSES][2] = {{"hearing", "听证"},
                                                    {"bidding", "招标"},
                                                    {"auction", "拍卖"},
                                                    {"inspection", "检验"},
                                                    {"test", "检测"},
                                                    {"quarantine", "检疫"},
                                                    {"appraisal", "鉴定"},
                                                    {"experts", "专家评审"},
                                                    {"supplement", "补正"},
                                                    {"publication", "公示"},
                                                    {"third-party", "征求第三方意见"}};

static int find(const char *const *tokens, gsize n, const char *token)
{
    for (gsize i = 0; i < n; i++)
        if (strcmp(tokens[i], token) == 0)
            return (int)i;
    return -1;
}

void clock_profile_free(ClockProfile *profile)
{
    g_ptr_array_unref(profile->levels);
    g_free(profile->approver);
    g_free(profile);
}

const char *clock_purpose_token(ClockPurpose purpose)
{
    return purposes[purpose];
}

const char *clock_start_token(ClockStart start)
{
    return starts[start];
}

const char *clock_unit_token(ClockUnit unit)
{
    return units[unit];
}

const char *clock_expiry_token(ClockExpiry expiry)
{
    return expiries[expiry];
}

static guint bit_of(ClockPause pause)
{
    guint bit = 0;

    while (bit + 1 < CLOCK_PAUSES && !((guint)pause & 1u << bit))
        bit++;
    return bit;
}

const char *clock_pause_token(ClockPause pause)
{
    return pauses[bit_of(pause)][0];
}

const char *clock_pause_name(ClockPause pause)
{
    return pauses[bit_of(pause)][1];
}

int clock_purpose_parse(const char *token)
{
    return find(purposes, G_N_ELEMENTS(purposes), token);
}

int clock_start_parse(const char *token)
{
    return find(starts, G_N_ELEMENTS(starts), token);
}

int clock_unit_parse(const char *token)
{
    return find(units, G_N_ELEMENTS(units), token);
}

int clock_expiry_parse(const char *token)
{
    return find(expiries, G_N_ELEMENTS(expiries), token);
}

guint clock_pause_parse(const char *token)
{
    for (guint bit = 0; bit < CLOCK_PAUSES; bit++)
        if (strcmp(pauses[bit][0], token) == 0)
            return 1u << bit;
    return 0;
}

static guint16 limit_of(const json_t *from, const char *key)
{
    return (guint16)json_int(from, key, CLOCK_NO_LIMIT);
}

static GPtrArray *read_levels(const json_t *list)
{
    GPtrArray *levels = g_ptr_array_new_with_free_func(g_free);
    gsize i;
    json_t *one;

    json_array_foreach(list, i, one)
    {
        /* one block for both: the name stands behind the struct */
        const char *name = json_text(one, "level");
        gsize size = strlen(name) + 1;
        ClockLevel *level = g_malloc0(sizeof *level + size);

        level->level = memcpy((char *)(level + 1), name, size);
        level->law = limit_of(one, "law");
        level->promised = (guint16)json_int(one, "promised", level->law);
        g_ptr_array_add(levels, level);
    }
    return levels;
}

static guint read_pauses(const json_t *list)
{
    guint set = 0;
    gsize i;
    json_t *one;

    json_array_foreach(list, i, one)
    {
        set |= clock_pause_parse(json_string_value(one));
    }
    return set;
}

static ClockProfile *read_profile(const json_t *from, ClockPurpose purpose)
{
    const json_t *extension = json_object_get(from, "extension"),
                 *warn = json_object_get(from, "warn");
    const char *expiry = json_text(from, "expiry");
    ClockProfile *clock = g_new0(ClockProfile, 1);

    clock->purpose = purpose;
    clock->start = (ClockStart)clock_start_parse(json_text(from, "start"));
    clock->start_day_counts = json_flag(from, "start_day_counts");
    clock->unit = (ClockUnit)clock_unit_parse(json_text(from, "unit"));
    clock->law = limit_of(from, "law");
    clock->promised = (guint16)json_int(from, "promised", clock->law);
    clock->levels = read_levels(json_object_get(from, "levels"));
    clock->pauses = read_pauses(json_object_get(from, "pauses"));
    clock->extension = (guint16)json_int(extension, "days", 0);
    clock->approver = definition_copy(extension, "approver");
    clock->warn_early = (guint16)(warn == NULL ? 3 : json_integer_value(json_array_get(warn, 0)));
    clock->warn_late = (guint16)(warn == NULL ? 1 : json_integer_value(json_array_get(warn, 1)));
    clock->expiry = (ClockExpiry)MAX(0, clock_expiry_parse(expiry == NULL ? "flag" : expiry));
    return clock;
}

static gboolean check_profile(const Definition *definition, const ClockProfile *clock,
                              GError **error)
{
    g_autofree char *path = g_strdup_printf("/clocks/%s", clock_purpose_token(clock->purpose));

    if (clock->promised > clock->law)
        return definition_fail(definition, error, path, "promised %u is more than the law's %u",
                               clock->promised, clock->law);
    for (guint i = 0; i < clock->levels->len; i++) {
        const ClockLevel *level = g_ptr_array_index(clock->levels, i);

        if (level->promised > level->law)
            return definition_fail(definition, error, path,
                                   "level %s: promised %u is more than the law's %u", level->level,
                                   level->promised, level->law);
    }
    if (clock->warn_early < clock->warn_late)
        return definition_fail(definition, error, path, "warns later before earlier");
    if (clock->expiry == EXPIRY_ACCEPTED && clock->purpose != CLOCK_TELL)
        return definition_fail(definition, error, path,
                               "only the telling clock accepts by silence");
    if ((clock->expiry == EXPIRY_LAPSED) && clock->purpose != CLOCK_SUPPLEMENT)
        return definition_fail(definition, error, path, "only the supplement clock lapses");
    return TRUE;
}

ClockProfile *clock_profile_load(const Definition *definition, const json_t *from,
                                 ClockPurpose purpose, GError **error)
{
    g_autoptr(ClockProfile) profile = read_profile(from, purpose);

    return check_profile(definition, profile, error) ? g_steal_pointer(&profile) : NULL;
}
