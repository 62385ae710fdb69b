/* SPDX-License-Identifier: Apache-2.0
 *
 * The life of a case: from 收件 to 归档, one step at a time.
 *
 *   NONE ─receive→ RECEIVED ─first-check→ CHECKED ─┬─(second-check)─accept→ ACCEPTED
 *                   ↑ │ ↑ └──── correct, receipt ──┘                         │ ↑
 *                   │ │ └── bring (all) ── SUPPLEMENT ←─ supplement ─ CHECKED │ │
 *                   │ │                     │  │ tell, remind                 │ │
 *                   │ │                     │  └─ lapse ──────→ LAPSED        │ │
 *                   │ └ silence (of RECEIVED, CHECKED, SUPPLEMENT not told) ──┤ │
 *                   │                                                         │ │
 *   RECEIVED, CHECKED ─ refuse → REFUSED │ not-needed → NOT_NEEDED            │ │
 *                     └ return → RETURNED ─ review (overturned) → RECEIVED    │ │
 *   ACCEPTED ─ pause → PAUSED ─ resume ───────────────────────────────────────┼─┘
 *            ─ hand-up → HANDED_UP ─ upper-receipt ─ upper-reply ─────────────┘
 *            ─ decide → DECIDED ─ deliver → DELIVERED
 *   any open ─ withdraw → WITHDRAWN
 *   DELIVERED, REFUSED, NOT_NEEDED, RETURNED, LAPSED, WITHDRAWN ─ file → FILED ─ append → FILED
 *
 * life_step is pure: state and event in, state out, or an error and nothing changed. A LifeState is
 * a plain value (copy it, compare it with memcmp); the strings in it are interned. Replaying the
 * same events from life_begin gives the same bytes. Days come with the events and never go back;
 * what a clock allows is reckoned from the calendar in the rules.
 *
 * Errors: ERROR_WRONG_STATE (not from this stage), ERROR_SECOND_PERSON, ERROR_NOT_COMPLETE (the
 * check stands against it), ERROR_INVALID (something the step needs is not given), ERROR_RULE.
 */
#pragma once

#include "appliance/casework/clock.h"
#include "appliance/casework/item.h"
#include "appliance/casework/profile.h"

#define LIFE_KEYS_MAX        160 /* defects a case can have had */
#define LIFE_STOPS_MAX       8
#define LIFE_DEPARTMENTS_MAX 12
#define LIFE_PAPERS_MAX      3

typedef enum {
    LIFE_NONE,
    LIFE_RECEIVED,   /* 收件 */
    LIFE_CHECKED,    /* 初审 done */
    LIFE_SUPPLEMENT, /* 补正中 */
    LIFE_ACCEPTED,   /* 受理 */
    LIFE_PAUSED,     /* 特别程序 */
    LIFE_HANDED_UP,  /* 上报 */
    LIFE_DECIDED,    /* 办结 */
    LIFE_DELIVERED,  /* 送达 */
    LIFE_REFUSED,    /* 不予受理 */
    LIFE_NOT_NEEDED, /* 不受理 */
    LIFE_RETURNED,   /* 退回 */
    LIFE_LAPSED,     /* 逾期未补正 */
    LIFE_WITHDRAWN,  /* 撤回申请 */
    LIFE_FILED,      /* 归档 */
    LIFE_STAGES
} LifeStage;

typedef enum {
    ENDING_NONE,
    ENDING_GRANTED,
    ENDING_DENIED,
    ENDING_REFUSED,
    ENDING_NOT_NEEDED,
    ENDING_RETURNED,
    ENDING_ABANDONED,  /* 逾期未补正: 放弃 */
    ENDING_TERMINATED, /* 逾期未补正: 终止 */
    ENDING_WITHDRAWN,
    LIFE_ENDINGS
} LifeEnding;

typedef enum {
    EVENT_RECEIVE,        /* 收件, 补登, 代收 */
    EVENT_RECEIPT,        /* 收件凭证: numbers are fixed from here on */
    EVENT_CORRECT,        /* 当场更正 */
    EVENT_FIRST_CHECK,    /* 初审 */
    EVENT_SECOND_CHECK,   /* 复审 by another person */
    EVENT_SUPPLEMENT,     /* 一次性告知 */
    EVENT_TELL,           /* 已告知 */
    EVENT_REMIND,         /* a reminder of lines still open */
    EVENT_RELEASE,        /* the supervisor releases an old defect seen only later */
    EVENT_BRING,          /* 补齐, as a whole or in part */
    EVENT_LAPSE,          /* 逾期未补正 */
    EVENT_REFUSE,         /* 不予受理 */
    EVENT_NOT_NEEDED,     /* 不受理 */
    EVENT_RETURN,         /* 退回 */
    EVENT_REVIEW,         /* 复核 of a 退回件 */
    EVENT_ACCEPT,         /* 受理, with 容缺 where asked */
    EVENT_SILENCE,        /* 视为受理 */
    EVENT_TOLERATED,      /* a 容缺 brought in time */
    EVENT_TOLERANCE_OVER, /* 容缺超期 */
    EVENT_PAUSE,          /* 特别程序 */
    EVENT_RESUME,
    EVENT_EXTEND,        /* 延期 */
    EVENT_HAND_UP,       /* 上报 */
    EVENT_UPPER_RECEIPT, /* the upper organ's receipt */
    EVENT_UPPER_REPLY,   /* 批复返回 */
    EVENT_SUB_OPEN,      /* 联办: a department takes its part */
    EVENT_SUB_CLOSE,     /* … and gives its opinion */
    EVENT_KIND,          /* change of kind */
    EVENT_URGENT,        /* 急办 */
    EVENT_GREEN_START,   /* 绿色通道 */
    EVENT_GREEN_IN,      /* the travelling form is scanned in at a window … */
    EVENT_GREEN_OUT,     /* … and out */
    EVENT_GREEN_COLLECT, /* … and collected at the end */
    EVENT_PLEDGE,        /* 承诺书 for slots: 告知承诺, or with `tolerate` 容缺 */
    EVENT_VERIFY,        /* 核验单: slots whose paper need not be brought (免提交) */
    EVENT_ENTRUST,       /* 委托接件受理: the bundle goes to the handling hall */
    EVENT_DECIDE,        /* 办结: 准予 | 不予 */
    EVENT_DELIVER,       /* 送达 */
    EVENT_WITHDRAW,      /* 撤回申请 */
    EVENT_FILE,          /* 归档 */
    EVENT_APPEND,        /* a late paper: a later version */
    LIFE_EVENTS
} LifeEventType;

/* As whom somebody acts; ACTOR_CLOCK is the appliance itself. */
typedef enum {
    ACTOR_CLERK = 1 << 0,
    ACTOR_CHECKER = 1 << 1,
    ACTOR_DEPARTMENT = 1 << 2,
    ACTOR_LEADER = 1 << 3,
    ACTOR_SUPERVISOR = 1 << 4,
    ACTOR_CENTRE = 1 << 5,
    ACTOR_ARCHIVIST = 1 << 6,
    ACTOR_CLOCK = 1 << 7,
} LifeActor;

/* How it is known when the case came in. */
typedef enum {
    EVIDENCE_HANDED_IN,   /* 当面递交 */
    EVIDENCE_POST_SIGNED, /* 邮寄签收 */
    EVIDENCE_CONFIRMED,   /* ordinary mail, internet, fax: both sides confirmed */
    EVIDENCE_TAKEN_FOR,   /* 代收 for an absent colleague */
} LifeEvidence;

/* What makes an applicant told; printing does not. */
typedef enum { TOLD_NOT, TOLD_SIGNED, TOLD_POST, TOLD_ELECTRONIC } LifeTold;

/* What supervision wants to see (异常件清单), as a set. */
typedef enum {
    FLAG_LATE_ENTRY = 1 << 0,       /* 补登 */
    FLAG_TOLD_LATE = 1 << 1,        /* told after the limit of the law */
    FLAG_NOT_ONCE = 1 << 2,         /* 未一次告知 */
    FLAG_SILENCE = 1 << 3,          /* 视为受理 */
    FLAG_ACCEPTED_LACKING = 1 << 4, /* accepted though something is 缺 or 不符 */
    FLAG_KIND_NEAR_END = 1 << 5,    /* kind changed near the deadline */
    FLAG_TOLERANCE_OVER = 1 << 6,   /* 容缺超期 */
    FLAG_OVERDUE = 1 << 7,          /* decided after the promise */
    FLAG_UNLAWFUL = 1 << 8,         /* … after the limit of the law */
    FLAG_UNTRUSTED_CLOCK = 1 << 9,  /* a date was taken while the clock was not trusted */
    FLAG_OVERTURNED = 1 << 10,      /* a 退回 was overturned by 复核 */
} LifeFlag;
#define LIFE_FLAGS 11

/* ---- rules of one case: constants while it lives ---- */

typedef struct {
    const Item *item; /* the version of the day of receipt */
    const Profile *profile;
    const Calendar *calendar;
    const char *level; /* of decision, where the item has limits by level; NULL */
} LifeRules;

/* ---- state ---- */

typedef enum {
    KEY_OPEN = 1 << 0,     /* not settled yet */
    KEY_TOLD = 1 << 1,     /* stands on the notice */
    KEY_LATE = 1 << 2,     /* an old defect seen only after the notice */
    KEY_RELEASED = 1 << 3, /* … released by the supervisor */
} LifeKeyFlag;

typedef struct {
    const char *key; /* defect_key of check.h, interned */
    guint flags;
} LifeKey;

typedef enum { SUB_NONE, SUB_RUNNING, SUB_AGREED, SUB_DECLINED } LifeSub;
typedef enum { GREEN_NONE, GREEN_RUNNING, GREEN_COLLECTED } LifeGreen;

typedef struct {
    LifeStage stage;
    LifeEnding ending;
    const LifeRules *rules;
    const char *kind; /* token of the profile */
    guint kind_changes_after_acceptance;
    gboolean secret; /* 涉密: register-only */
    gboolean urgent;
    gboolean numbers_fixed; /* the receipt is out: no number is used again */
    guint visits;           /* 跑动次数 */
    guint flags;            /* set of LifeFlag */

    Day received, recorded; /* the legal day, and the machine's */
    guint received_minute;
    LifeEvidence evidence;
    Day last;                /* of the last event; none may lie before it */
    Day round;               /* from when the telling clock runs in this round */
    Day told;                /* in this round; DAY_NONE */
    Day completed;           /* the last material came in; DAY_NONE */
    Day accepted, effective; /* of the act, and as of which day it holds */
    Day handed_up, decided, delivered, filed;
    Day ended; /* when it ended otherwise than by a decision; DAY_NONE */
    guint accepted_minute, decided_minute;

    const char *clerk, *first_checker, *second_checker, *returner; /* interned */
    gboolean reviewed;                                             /* 复核 once */
    gboolean main_missing;
    guint persons_open; /* slots 待人工核对 at the last check */
    LifeKey keys[LIFE_KEYS_MAX];
    guint n_keys;
    guint notices;  /* one-time notices of the case */
    guint32 notice; /* 统一编号 of the last one */
    guint reminders;

    guint tolerated; /* slots whose 容缺 is open */
    Day tolerated_until;
    gboolean tolerance_over;
    ClockStop stops[LIFE_STOPS_MAX]; /* `notice` interned */
    guint n_stops;
    gboolean extended;
    gboolean upper_receipt, upper_reply;
    struct {
        const char *department;
        LifeSub state;
    } subs[LIFE_DEPARTMENTS_MAX];
    guint n_subs;
    LifeGreen green;
    guint green_window;           /* where the form is; 0: on its way */
    guint versions;               /* of the filed case */
    guint pledges, verifications; /* papers of these sorts so far */
    gboolean entrusted;           /* handed to the handling hall */

    /* what the last step came to */
    LifeEventType act;
    PaperKind issues[LIFE_PAPERS_MAX];
    guint n_issues;
} LifeState;

/* ---- events ---- */

typedef struct {
    LifeEventType type;
    LifeActor actor;
    const char *person;        /* who; "clock" for ACTOR_CLOCK */
    const char *second_person; /* 补登 */
    guint window;              /* at which */
    Day day;                   /* recorded: the day of casework */
    guint minute;
    gboolean untrusted_clock;
    const char *reason; /* why */

    /* RECEIVE */
    Day received; /* legal day of receipt */
    guint received_minute;
    LifeEvidence evidence;
    const char *taken_for; /* 代收 */
    const char *channel;   /* RECEIVE: one of the item's; NULL: window */
    const char *kind;      /* RECEIVE, KIND */
    gboolean secret;

    /* FIRST_CHECK, BRING, RELEASE, TOLERATED: defect keys; PLEDGE, VERIFY: slots ("A05").
     * `fresh`: of newly handed-in material, by place */
    const char *const *keys;
    const gboolean *fresh;
    gsize n_keys;
    guint persons_open;
    gboolean main_missing;

    /* papers and what tells them */
    guint32 paper;        /* 统一编号 of the paper this step is about */
    guint32 paper_before; /* CORRECT: the image before; ACCEPT with 容缺: the signed 承诺书 */
    LifeTold told;
    const char *reference; /* post number, number of a notice, digest of a bundle */
    const char *law, *remedy, *organ;

    gboolean good; /* SECOND_CHECK passed, REVIEW overturned, DECIDE 准予, SUB_CLOSE agreed */

    /* ACCEPT with 容缺 for whatever is open */
    gboolean tolerate;
    Day until;
    gboolean bad_credit;

    ClockPause pause;       /* PAUSE */
    const char *department; /* SUB_* */
    gboolean may_file;      /* FILE: filing_allowed said yes */
} LifeEvent;

/* The state before anything: stage NONE. The rules outlive it. */
void life_begin(LifeState *state, const LifeRules *rules);

/* One step. On failure `out` is not touched. `out` may be `state`. */
gboolean life_step(const LifeState *state, const LifeEvent *event, LifeState *out,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ---- looking at a state ---- */

gboolean life_is_open(LifeStage stage);         /* received and neither ended nor decided */
gboolean life_is_ended(LifeStage stage);        /* could be filed */
guint life_open_keys(const LifeState *state);   /* defects not settled */
guint life_untold_keys(const LifeState *state); /* … and not on the notice */

/* How a clock of the case stands; FALSE where the item has no such clock. */
gboolean life_clock(const LifeState *state, ClockPurpose purpose, Day today, guint minute,
                    ClockReading *reading);

/* The clock that the stage of the case waits for: telling, supplementing, deciding or delivering;
 * -1 where none runs. */
int life_waiting_clock(const LifeState *state);

/* Working days beyond the promise, up to the decision or, while it is open, today; 0: none. */
guint life_overdue_days(const LifeState *state, Day today, guint minute);

/* The kind of the case in its profile; NULL before it is received. */
const ProfileKind *life_kind(const LifeState *state);

/* From which stages and by whom a step may be done: what screens offer and tests walk over. */
guint life_event_stages(LifeEventType type); /* set of 1 << LifeStage */
guint life_event_actors(LifeEventType type); /* set of LifeActor */

/* Where a case stands, for programs and for people. */
const char *life_stage_token(LifeStage stage);
const char *life_stage_word(LifeStage stage); /* 收件 … */
const char *life_event_token(LifeEventType type);
int life_event_parse(const char *token); /* -1 where unknown */
const char *life_ending_token(LifeEnding ending);
const char *life_ending_word(LifeEnding ending); /* 准予 … */
const char *life_flag_token(LifeFlag flag);
const char *life_flag_word(LifeFlag flag); /* 补登 … */
