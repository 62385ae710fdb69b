/* SPDX-License-Identifier: Apache-2.0
 *
 * 事项: a service one can apply for, as data. Form: data/item.schema.json (anjuan-item/1).
 *
 * An item is versioned by date: a case keeps the version that was in force on the day it was
 * received (items_on). An Item is immutable once loaded; everything hangs on it and goes with it.
 */
#pragma once

#include "appliance/base/error.h"
#include "appliance/casework/clock_profile.h"
#include "appliance/casework/day.h"
#include "appliance/casework/paper_kind.h"

typedef enum { ROLE_MAIN, ROLE_ATTACHMENT } SlotRole; /* 主件 | 附件 */
typedef enum { NEED_REQUIRED, NEED_OPTIONAL, NEED_CONDITIONAL } SlotNeed;
typedef enum { KEEP_KEPT, KEEP_RETURNED } SlotKeep; /* 留存 | 退还 */
typedef enum { ISSUER_SELF, ISSUER_GOVERNMENT, ISSUER_OTHER } SlotIssuer;
typedef enum { FREE_NO, FREE_LICENCE, FREE_SHARE } SlotFree; /* 免提交 by what */

typedef enum {
    VALID_ALWAYS,
    VALID_ON_RECEIPT,  /* not expired on the day of receipt */
    VALID_ON_DECISION, /* … nor by the promised day of decision */
    VALID_MAX_AGE,     /* issued at most `max_age_days` before receipt */
} SlotValid;

/* How its paper comes in: 禁走自动进纸 is everything but the first. */
typedef enum {
    PATH_FEEDER,
    PATH_FLATBED,
    PATH_CAMERA,
    PATH_FRONT_BACK,  /* an ID card: front and back on one page, on glass */
    PATH_PLACEHOLDER, /* drawings, samples, discs: present, not scanned, with reason */
} SlotPath;

/* What only a person can see, as a set; each tick is a record. */
typedef enum {
    TICK_ORIGINAL = 1 << 0,  /* 已核原件 */
    TICK_SEAL = 1 << 1,      /* 已盖章 */
    TICK_SIGNATURE = 1 << 2, /* 已签字 */
    TICK_CATEGORY = 1 << 3,  /* 办证类别 */
    TICK_SCOPE = 1 << 4,     /* 经营范围涵盖 */
} SlotTick;
#define SLOT_TICKS 5

typedef struct {
    guint32 slot; /* 1001 = A01 */
    char *code, *name;
    SlotRole role;
    SlotNeed need;
    char *when;          /* code of the question that switches a conditional slot on; else NULL */
    gboolean tolerable;  /* 容缺able */
    gboolean promisable; /* 告知承诺 may stand in for it */
    guint originals, copies; /* copies are counted by tick, one is scanned */
    guint pages_min, pages_max;
    SlotKeep keep;
    guint ticks; /* set of SlotTick, seal and signature included */
    SlotValid valid;
    guint max_age_days;
    SlotIssuer issuer;
    char *issuer_name; /* may be NULL */
    SlotFree free_by;
    char *free_type; /* licence type or share interface; NULL without */
    SlotPath path;
    guint order;               /* in the checklist; unique */
    char **points;             /* 审查要点 */
    char *bring;               /* what to bring, in plain words; NULL: made from the name */
    char *sample, *form, *law; /* may be NULL */
} ItemSlot;

typedef struct {
    char *code, *text, *text_en;
} ItemQuestion;

/* Form norms of standards.md 7.2 and numbers with check digits. */
typedef enum {
    NORM_TEXT,
    NORM_MONEY,              /* 500 万元 */
    NORM_YEARS,              /* 5 年 */
    NORM_PEOPLE,             /* 36 人 */
    NORM_EQUIPMENT_COUNT,    /* 2 台 | 个 | 把 */
    NORM_PAGES,              /* 18 页 */
    NORM_MONTH,              /* 2009年06月 */
    NORM_DATE,               /* 2009年06月05日 or 2009-06-05 */
    NORM_PRODUCTION_ADDRESS, /* 市区(县)乡(镇)路(街道)号 */
    NORM_EQUIPMENT_NAME,     /* 液剂自动包装机(液体机械灌装设备) */
    NORM_STANDARD,           /* 咪鲜胺原药GB22623-2008 */
    NORM_USCC,
    NORM_ID,
    NORM_ORG,
    NORM_LICENCE,
    NORM_PHONE,
    NORMS
} FieldNorm;

typedef struct {
    char *code, *name;
    FieldNorm norm;
    guint32 slot; /* where it stands; its defect is laid there */
    gboolean required;
    gboolean list; /* may have several values, one a row of a table */
    char **names;  /* NORM_EQUIPMENT_NAME: the names the rule (细则) knows */
} ItemField;

/* Two fields that must be equal; or whose inequality answers a question with yes. */
typedef struct {
    char *left, *right; /* field codes */
    guint32 slot;       /* where the defect is laid */
    gboolean address;   /* 地址不一致 instead of 名称不一致 */
    char *switches;     /* question code; then inequality is no defect */
} ItemPair;

typedef enum {
    STEP_CLERK,
    STEP_CHECKER,
    STEP_DEPARTMENT,
    STEP_LEADER,
} StepRole;

typedef struct {
    char *code, *name;
    StepRole role;
    char *department; /* NULL: the item's own */
} ItemStep;

typedef struct Item {
    char *code;     /* six digits, as on slot sheets */
    guint32 number; /* the same */
    char *name, *short_name;
    Day from, to; /* in force, both included; `to` DAY_NONE = until further notice */
    char *department;
    char *national_code; /* 事项编码; NULL */
    char *nature;        /* 事项类型, GB/T 39046 A.1: "01" 许可 … */
    guint national_kind; /* A.6: 1 即办件, 2 承诺件, 9 */
    char *kind;          /* token of the hall's kind (profile.h) it usually is */
    gboolean second_check;
    gboolean quota;      /* decided by order of acceptance (行政许可法 57) */
    gboolean upper;      /* the power to decide lies above: 上报 */
    guint tolerate_max;  /* how many slots may be 容缺 at once; 0 none */
    gboolean terminated; /* 逾期未补正: 终止 instead of 放弃 */
    char **joint;        /* departments of a 联办件; empty */
    char **channels;     /* window, post, online, agent */
    char **law;
    gboolean charged;
    char *fee;
    char *order;                               /* name of the order profile (filing.h) */
    char *retention_granted, *retention_other; /* Y | D30 | D10; NULL = filing is refused */
    char *archive_class;                       /* ZY·XK…; NULL: asked at filing */
    GPtrArray *slots;                          /* of ItemSlot, in checklist order */
    GPtrArray *questions;                      /* of ItemQuestion */
    GPtrArray *fields;                         /* of ItemField */
    GPtrArray *pairs;                          /* of ItemPair */
    GPtrArray *steps;                          /* of ItemStep */
    ClockProfile *clocks[CLOCK_PURPOSES];      /* NULL = the item has no such limit */
    char *titles[PAPER_COUNT]; /* titles of its own for papers (results); NULL: the profile's */
} Item;

/* An item without a word: every list is there and empty. item_load.h fills it. */
Item *item_new(void) G_GNUC_WARN_UNUSED_RESULT;
void item_free(Item *item);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Item, item_free)

const ItemSlot *item_slot(const Item *item, guint32 slot);       /* NULL: none */
const ItemField *item_field(const Item *item, const char *code); /* NULL: none */
gboolean item_asks(const Item *item, const char *question);      /* whether it has it */

/* The version of `code` in force on `day` among `items` (of Item); NULL where none is. Two
 * versions in force on one day are refused by items_check. */
const Item *items_on(const GPtrArray *items, const char *code, Day day);
gboolean items_check(const GPtrArray *items, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How a field is normalised before it is compared, as items say it. */
const char *field_norm_token(FieldNorm norm);
FieldNorm field_norm_parse(const char *token); /* NORM_TEXT where it is NULL or unknown */
const char *slot_tick_token(SlotTick tick);    /* original seal signature category scope */
const char *slot_tick_name(SlotTick tick);     /* 已核原件 … */
guint slot_tick_parse(const char *token);      /* 0 where unknown */
