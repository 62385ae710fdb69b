/* SPDX-License-Identifier: Apache-2.0
 *
 * A clock profile: how one time limit of an item runs, as data. The arithmetic is clock.h.
 *
 * An item has up to five clocks, told apart by their purpose:
 *   tell        how long the window has to tell what is missing (行政许可法 32: five working days)
 *   supplement  how long the applicant has to bring it
 *   decide      承诺期限 and 法定期限 of the decision
 *   deliver     how long until the decision reaches the applicant (行政许可法 44: ten)
 *   tolerate    how long a 容缺 may stay open
 */
#pragma once

#include "appliance/casework/definition.h"

typedef enum {
    CLOCK_TELL,
    CLOCK_SUPPLEMENT,
    CLOCK_DECIDE,
    CLOCK_DELIVER,
    CLOCK_TOLERATE,
    CLOCK_PURPOSES
} ClockPurpose;

/* What starts it. COMPLETED is the day the last material came in: that of receipt where nothing
 * was missing. */
typedef enum {
    START_RECEIVED,
    START_ACCEPTED,
    START_COMPLETED,
    START_HANDED_UP,
    START_TOLD,
    START_DECIDED,
    START_EVENTS
} ClockStart;

/* 天 and 工作日 are never taken for each other. */
typedef enum { UNIT_WORKDAY, UNIT_DAY, UNIT_HOUR, UNIT_MINUTE, CLOCK_UNITS } ClockUnit;

typedef enum {
    EXPIRY_FLAG,     /* red, with a reason to be given */
    EXPIRY_ACCEPTED, /* 视为受理, as of receipt */
    EXPIRY_LAPSED,   /* 逾期未补正 */
    EXPIRY_RENEWED,  /* 视为准予延续, 行政许可法 50 */
    CLOCK_EXPIRIES
} ClockExpiry;

/* What may stop it, as a set. */
typedef enum {
    PAUSE_HEARING = 1 << 0,     /* 听证 */
    PAUSE_BIDDING = 1 << 1,     /* 招标 */
    PAUSE_AUCTION = 1 << 2,     /* 拍卖 */
    PAUSE_INSPECTION = 1 << 3,  /* 检验 */
    PAUSE_TEST = 1 << 4,        /* 检测 */
    PAUSE_QUARANTINE = 1 << 5,  /* 检疫 */
    PAUSE_APPRAISAL = 1 << 6,   /* 鉴定 */
    PAUSE_EXPERTS = 1 << 7,     /* 专家评审 */
    PAUSE_SUPPLEMENT = 1 << 8,  /* 补正 */
    PAUSE_PUBLICATION = 1 << 9, /* 公示 */
    PAUSE_THIRD_PARTY = 1 << 10 /* 征求第三方意见 */
} ClockPause;
#define CLOCK_PAUSES 11

#define CLOCK_NO_LIMIT G_MAXUINT16 /* the law names no number */

/* A limit of its own for one level of decision (省级 …). */
typedef struct {
    char *level;
    guint16 promised, law;
} ClockLevel;

typedef struct ClockProfile {
    ClockPurpose purpose;
    ClockStart start;
    gboolean start_day_counts;
    ClockUnit unit;
    guint16 promised, law; /* in units, promised ≤ law; 0 = on the day itself; CLOCK_NO_LIMIT */
    GPtrArray *levels;     /* of ClockLevel; may be empty */
    guint pauses;          /* set of ClockPause */
    guint16 extension;     /* in units; 0 = none; at most once */
    char *approver;        /* who grants it; NULL without extension */
    guint16 warn_early, warn_late; /* units before the end: yellow; T-3 and T-1 by default */
    ClockExpiry expiry;
} ClockProfile;

/* The profile of a purpose as `from`, a member of `definition`'s "clocks", says it (the schema is
 * item.schema.json's). ERROR_DEFINITION where its numbers or its expiry contradict each other. */
ClockProfile *clock_profile_load(const Definition *definition, const json_t *from,
                                 ClockPurpose purpose, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void clock_profile_free(ClockProfile *profile);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ClockProfile, clock_profile_free)

/* The words of the settings, one for each value; static. */
const char *clock_purpose_token(ClockPurpose purpose);
const char *clock_start_token(ClockStart start);
const char *clock_unit_token(ClockUnit unit);
const char *clock_expiry_token(ClockExpiry expiry);
const char *clock_pause_token(ClockPause pause);
const char *clock_pause_name(ClockPause pause); /* "听证" */

/* -1 (0 for a pause) where the token is unknown. */
int clock_purpose_parse(const char *token);
int clock_start_parse(const char *token);
int clock_unit_parse(const char *token);
int clock_expiry_parse(const char *token);
guint clock_pause_parse(const char *token);
