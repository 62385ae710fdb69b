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
