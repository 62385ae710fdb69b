/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/life_table.h"

#include <string.h>

#define AT(stage) (1u << LIFE_##stage)
#define BEFORE    (AT(RECEIVED) | AT(CHECKED))
#define OPEN      (BEFORE | AT(SUPPLEMENT) | AT(ACCEPTED) | AT(PAUSED) | AT(HANDED_UP))
#define RUNNING   (AT(ACCEPTED) | AT(PAUSED) | AT(HANDED_UP))
#define ENDED                                                                                      \
    (AT(DELIVERED) | AT(REFUSED) | AT(NOT_NEEDED) | AT(RETURNED) | AT(LAPSED) | AT(WITHDRAWN))
#define WINDOW_HAND (ACTOR_CLERK | ACTOR_CHECKER | ACTOR_SUPERVISOR)
#define OFFICE      (ACTOR_DEPARTMENT | ACTOR_LEADER)
#define REFUSAL     (NEEDS_REASON | NEEDS_LAW | NEEDS_REMEDY)

const LifeRow life_table[LIFE_EVENTS] = {
    [EVENT_RECEIVE] = {"receive", AT(NONE), WINDOW_HAND, NEEDS_KIND | NEEDS_WINDOW},
    [EVENT_RECEIPT] = {"receipt", BEFORE | AT(SUPPLEMENT) | AT(ACCEPTED), WINDOW_HAND, NEEDS_PAPER},
    [EVENT_CORRECT] = {"correct", BEFORE, WINDOW_HAND, NEEDS_PAPER},
    [EVENT_FIRST_CHECK] = {"first-check", AT(RECEIVED), WINDOW_HAND, 0},
    [EVENT_SECOND_CHECK] = {"second-check", AT(CHECKED), WINDOW_HAND | OFFICE, 0},
    [EVENT_SUPPLEMENT] = {"supplement", AT(CHECKED), WINDOW_HAND, NEEDS_PAPER},
    [EVENT_TELL] = {"tell", AT(SUPPLEMENT), WINDOW_HAND, NEEDS_PAPER | NEEDS_TOLD},
    [EVENT_REMIND] = {"remind", AT(CHECKED) | AT(SUPPLEMENT), WINDOW_HAND, NEEDS_PAPER},
    [EVENT_RELEASE] = {"release", AT(CHECKED), ACTOR_SUPERVISOR, NEEDS_REASON | NEEDS_KEYS},
    [EVENT_BRING] = {"bring", BEFORE | AT(SUPPLEMENT) | AT(ACCEPTED), WINDOW_HAND, NEEDS_KEYS},
    [EVENT_LAPSE] = {"lapse", AT(SUPPLEMENT), WINDOW_HAND | ACTOR_CLOCK, NEEDS_PAPER},
    [EVENT_REFUSE] = {"refuse", BEFORE, WINDOW_HAND | OFFICE, REFUSAL | NEEDS_ORGAN | NEEDS_PAPER},
    [EVENT_NOT_NEEDED] = {"not-needed", BEFORE, WINDOW_HAND | OFFICE,
                          NEEDS_REASON | NEEDS_LAW | NEEDS_PAPER},
    [EVENT_RETURN] = {"return", BEFORE, WINDOW_HAND | OFFICE, REFUSAL | NEEDS_PAPER},
    [EVENT_REVIEW] = {"review", AT(RETURNED), ACTOR_SUPERVISOR | ACTOR_CENTRE | OFFICE,
                      NEEDS_REASON | NEEDS_PAPER},
    [EVENT_ACCEPT] = {"accept", AT(CHECKED), WINDOW_HAND | OFFICE, NEEDS_PAPER},
    [EVENT_SILENCE] = {"silence", BEFORE | AT(SUPPLEMENT), ACTOR_CLOCK, 0},
    [EVENT_TOLERATED] = {"tolerated", RUNNING, WINDOW_HAND, NEEDS_KEYS},
    [EVENT_TOLERANCE_OVER] = {"tolerance-over", RUNNING, ACTOR_CLOCK | WINDOW_HAND, 0},
    [EVENT_PAUSE] = {"pause", AT(ACCEPTED), OFFICE | WINDOW_HAND,
                     NEEDS_REASON | NEEDS_PAPER | NEEDS_TOLD | NEEDS_REFERENCE},
    [EVENT_RESUME] = {"resume", AT(PAUSED), OFFICE | WINDOW_HAND, NEEDS_REASON},
    [EVENT_EXTEND] = {"extend", AT(ACCEPTED), ACTOR_LEADER,
                      NEEDS_REASON | NEEDS_PAPER | NEEDS_TOLD},
    [EVENT_HAND_UP] = {"hand-up", AT(ACCEPTED), OFFICE | WINDOW_HAND,
                       NEEDS_PAPER | NEEDS_REFERENCE | NEEDS_ORGAN},
    [EVENT_UPPER_RECEIPT] = {"upper-receipt", AT(HANDED_UP), OFFICE | WINDOW_HAND, NEEDS_REFERENCE},
    [EVENT_UPPER_REPLY] = {"upper-reply", AT(HANDED_UP), OFFICE | WINDOW_HAND, NEEDS_REFERENCE},
    [EVENT_SUB_OPEN] = {"sub-open", AT(ACCEPTED), WINDOW_HAND | OFFICE | ACTOR_CENTRE,
                        NEEDS_DEPARTMENT},
    [EVENT_SUB_CLOSE] = {"sub-close", AT(ACCEPTED), OFFICE, NEEDS_DEPARTMENT | NEEDS_REASON},
    [EVENT_KIND] = {"kind", BEFORE | AT(SUPPLEMENT) | AT(ACCEPTED), WINDOW_HAND | ACTOR_CENTRE,
                    NEEDS_KIND | NEEDS_REASON},
    [EVENT_URGENT] = {"urgent", OPEN, ACTOR_CENTRE, NEEDS_REASON | NEEDS_PAPER},
    [EVENT_GREEN_START] = {"green-start", OPEN, WINDOW_HAND | ACTOR_CENTRE,
                           NEEDS_REASON | NEEDS_PAPER},
    [EVENT_GREEN_IN] = {"green-in", OPEN | AT(DECIDED) | AT(DELIVERED), WINDOW_HAND | OFFICE,
                        NEEDS_WINDOW},
    [EVENT_GREEN_OUT] = {"green-out", OPEN | AT(DECIDED) | AT(DELIVERED), WINDOW_HAND | OFFICE,
                         NEEDS_WINDOW},
    [EVENT_GREEN_COLLECT] = {"green-collect", AT(DECIDED) | ENDED, WINDOW_HAND | ACTOR_CENTRE, 0},
    [EVENT_PLEDGE] = {"pledge", BEFORE | AT(SUPPLEMENT), WINDOW_HAND, NEEDS_PAPER | NEEDS_KEYS},
    [EVENT_VERIFY] = {"verify", BEFORE | AT(SUPPLEMENT) | AT(ACCEPTED), WINDOW_HAND,
                      NEEDS_PAPER | NEEDS_KEYS | NEEDS_REFERENCE},
    [EVENT_ENTRUST] = {"entrust", BEFORE | AT(ACCEPTED), WINDOW_HAND,
                       NEEDS_PAPER | NEEDS_REFERENCE | NEEDS_ORGAN},
    [EVENT_DECIDE] = {"decide", AT(ACCEPTED), OFFICE | WINDOW_HAND, NEEDS_PAPER},
    [EVENT_DELIVER] = {"deliver", AT(DECIDED), WINDOW_HAND, NEEDS_PAPER | NEEDS_TOLD},
    [EVENT_WITHDRAW] = {"withdraw", OPEN, WINDOW_HAND, NEEDS_PAPER},
    [EVENT_FILE] = {"file", ENDED, WINDOW_HAND | ACTOR_ARCHIVIST, NEEDS_REFERENCE},
    [EVENT_APPEND] = {"append", AT(FILED), WINDOW_HAND | ACTOR_ARCHIVIST,
                      NEEDS_REASON | NEEDS_PAPER},
};

static const char *const stages[LIFE_STAGES][2] = {
    {"none", "未收件"},       {"received", "收件"},     {"checked", "初审"},
    {"supplement", "补正中"}, {"accepted", "受理"},     {"paused", "特别程序"},
    {"handed-up", "上报"},    {"decided", "办结"},      {"delivered", "送达"},
    {"refused", "不予受理"},  {"not-needed", "不受理"}, {"returned", "退回"},
    {"lapsed", "逾期未补正"}, {"withdrawn", "撤回"},    {"filed", "归档"}};
static const char *const endings[LIFE_ENDINGS][2] = {{"none", ""},
                                                     {"granted", "准予"},
                                                     {"denied", "不予"},
                                                     {"refused", "不予受理"},
                                                     {"not-needed", "不受理"},
                                                     {"returned", "退回"},
                                                     {"abandoned", "放弃"},
                                                     {"terminated", "终止"},
                                                     {"withdrawn", "撤回"}};
static const char *const flags[LIFE_FLAGS][2] = {
    {"late-entry", "补登"},           {"told-late", "超期告知"},
    {"not-once", "未一次告知"},       {"silence", "视为受理"},
    {"accepted-lacking", "缺件受理"}, {"kind-near-end", "临期改类"},
    {"tolerance-over", "容缺超期"},   {"overdue", "超承诺期限"},
    {"unlawful", "超法定期限"},       {"untrusted-clock", "时钟未核"},
    {"overturned", "退回被撤销"}};

guint life_event_stages(LifeEventType type)
{
    return life_table[type].stages;
}

guint life_event_actors(LifeEventType type)
{
    return life_table[type].actors;
}

const char *life_event_token(LifeEventType type)
{
    return life_table[type].token;
}

int life_event_parse(const char *token)
{
    for (int type = 0; type < LIFE_EVENTS; type++)
        if (strcmp(life_table[type].token, token) == 0)
            return type;
    return -1;
}

gboolean life_is_open(LifeStage stage)
{
    return (OPEN & 1u << stage) != 0;
}

gboolean life_is_ended(LifeStage stage)
{
    return (ENDED & 1u << stage) != 0;
}

const char *life_stage_token(LifeStage stage)
{
    return stages[stage][0];
}

const char *life_stage_word(LifeStage stage)
{
    return stages[stage][1];
}

const char *life_ending_token(LifeEnding ending)
{
    return endings[ending][0];
}

const char *life_ending_word(LifeEnding ending)
{
    return endings[ending][1];
}

static guint bit_of(LifeFlag flag)
{
    guint bit = 0;

    while (bit + 1 < LIFE_FLAGS && !((guint)flag & 1u << bit))
        bit++;
    return bit;
}

const char *life_flag_token(LifeFlag flag)
{
    return flags[bit_of(flag)][0];
}

const char *life_flag_word(LifeFlag flag)
{
    return flags[bit_of(flag)][1];
}
