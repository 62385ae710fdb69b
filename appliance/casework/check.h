/* SPDX-License-Identifier: Apache-2.0
 *
 * Completeness (形式审查): the checklist of the day of receipt against what is in the case.
 *
 * All checks run before anything is said, so that everything missing or wrong is told once. The
 * facts are plain arrays that the caller fills from rows (borrowed while check_run runs); the
 * result owns its texts and borrows the item.
 *
 * What a person must see stays `person` (待人工核对) until a person ticks it; a value the machine
 * does not have is never taken for a good one.
 */
#pragma once

#include "appliance/base/lang.h"
#include "appliance/casework/item.h"

#define DAY_FOREVER G_MAXINT32 /* 长期 */

typedef enum {
    SLOT_COMPLETE, /* 齐 */
    SLOT_MISSING,  /* 缺 */
    SLOT_WRONG,    /* 不符 */
    SLOT_EXEMPT,   /* 免提交 */
    SLOT_LATER,    /* 容缺 */
    SLOT_PROMISED, /* 承诺 */
    SLOT_NA,       /* 不适用 */
    SLOT_PERSON,   /* 待人工核对 */
    SLOT_STATES
} SlotState;

typedef enum {
    DEFECT_MISSING,       /* 缺件 */
    DEFECT_COPIES,        /* 份数不足 */
    DEFECT_NOT_ORIGINAL,  /* 非原件 */
    DEFECT_UNSIGNED,      /* 未签字 */
    DEFECT_UNSEALED,      /* 未盖章 */
    DEFECT_EXPIRED,       /* 过期 */
    DEFECT_NAME,          /* 名称不一致 */
    DEFECT_ADDRESS,       /* 地址不一致 */
    DEFECT_SCOPE,         /* 经营范围未涵盖 */
    DEFECT_FORM,          /* 单位/日期格式 */
    DEFECT_ILLEGIBLE,     /* 字迹(影像)不清 */
    DEFECT_CHECK_DIGITS,  /* 号码校验不符 */
    DEFECT_SPECIFICATION, /* 规格不符 */
    DEFECT_PAGES,         /* 缺页 */
    DEFECT_CODES
} DefectCode;

/* What is worth a look but is no defect. */
typedef enum {
    NOTE_DUPLICATE_SIDE, /* the same side captured twice */
    NOTE_BLANK_SIDE,     /* carries no page number */
    NOTE_ASKED_FREE,     /* a paper was asked for that the applicant need not bring */
    NOTE_OLD_NUMBER,     /* wrong or short number on an old paper */
    NOTE_NUMBER_GAP,     /* a 统一编号 that is not accounted for */
    NOTE_UNREAD_SIDE,    /* stored, but nobody could look at it */
    NOTE_CODES
} NoteCode;

/* ---- facts ---- */

/* A document that was handed in and is in force (void ones are left out here). */
typedef struct {
    guint32 number; /* 统一编号 */
    guint32 slot;
    guint originals, copies;     /* as the clerk counted and ticked */
    guint pages, declared_pages; /* sides with text or image; declared 0 = not declared */
    Day issued, expires;         /* DAY_NONE unknown, DAY_FOREVER 长期 */
    guint ticked, refused;       /* sets of SlotTick: seen there; looked for and not there */
    const char *placeholder;     /* reason why it is present but not scanned; NULL: scanned */
    gboolean thumbprint;         /* 手印 in place of the signature: needs a witness */
    const char *witness;         /* NULL or "": none */
    gboolean wrong_size;         /* a person found the size or kind not as asked (规格不符) */
} CheckDocument;

typedef struct {
    guint32 slot;
    const char *reference; /* 证照标识 or share reference */
    const char *means, *person;
    Day day;
    guint32 sheet; /* 统一编号 of the filed 核验单; 0 none */
} CheckExemption;

typedef struct {
    guint32 slot;
    guint32 paper; /* 统一编号 of the 告知承诺书; 0 none */
    gboolean is_signed;
} CheckPromise;

typedef struct {
    guint32 slot;
    Day until; /* the promised last day of a 容缺 */
} CheckTolerance;

typedef struct {
    const char *field;
    guint row; /* 0 … in a table */
    const char *value;
    gboolean old_paper; /* it stands on an old paper: a wrong number is a warning there */
} CheckField;

typedef struct {
    const char *question;
    gboolean yes;
} CheckAnswer;

typedef enum { SIDE_BLANK, SIDE_UNREAD, SIDE_DIM, SIDE_DUPLICATE } SideFact;
typedef enum { SIDE_OPEN, SIDE_GOOD, SIDE_BAD } SideVerdict; /* what a person said of it */

typedef struct {
    guint32 document, slot;
    guint sheet, side; /* 1 front, 2 back */
    SideFact fact;
    SideVerdict verdict;
    guint same_sheet, same_side; /* SIDE_DUPLICATE */
} CheckSide;

typedef struct {
    const Item *item;
    Day received, today;
    Day decision;             /* the promised day; DAY_NONE: not known yet */
    gboolean free_by_default; /* of the hall's profile */
    const CheckDocument *documents;
    gsize n_documents;
    const CheckExemption *exemptions;
    gsize n_exemptions;
    const CheckPromise *promises;
    gsize n_promises;
    const CheckTolerance *tolerances;
    gsize n_tolerances;
    const CheckField *fields;
    gsize n_fields;
    const CheckAnswer *answers;
    gsize n_answers;
    const CheckSide *sides;
    gsize n_sides;
    const guint32 *numbers; /* every 统一编号 given in the case, void ones included */
    gsize n_numbers;
} CheckFacts;

/* ---- results ---- */

typedef struct {
    DefectCode code;
    guint32 slot;
    guint32 document;  /* 0: none there */
    guint sheet, side; /* where a crop can be shown; 0 none */
    const char *field; /* of the item; NULL */
    guint row;
    const char *part;       /* what tells it from another of its code in the slot; static or NULL */
    char *text, *text_en;   /* plain words */
    char *bring, *bring_en; /* what to bring or to change */
    const char *sample;     /* file name of the sample; NULL */
} Defect;

typedef struct {
    const ItemSlot *slot;
    SlotState state;
    guint open_ticks; /* set of SlotTick still to be ticked */
    guint documents, originals, copies, pages;
    GPtrArray *defects; /* of Defect */
    char *why, *why_en; /* one line: what the state rests on */
} SlotResult;

typedef struct {
    NoteCode code;
    guint32 slot, document;
    guint sheet, side;
    char *text, *text_en;
} CheckNote;

typedef struct Check {
    GPtrArray *slots;      /* of SlotResult, in checklist order */
    GPtrArray *notes;      /* of CheckNote */
    gboolean complete;     /* nothing missing, wrong, 待人工核对 or 容缺 */
    gboolean acceptable;   /* the same, open 容缺 aside */
    gboolean main_missing; /* a 主件 is missing: management calls it 退回件, the law 补正 */
    guint states[SLOT_STATES]; /* how many slots are in each */
    guint asked_free;          /* papers asked for that need not be brought */
} Check;

Check *check_run(const CheckFacts *facts) G_GNUC_WARN_UNUSED_RESULT;
void check_free(Check *check);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Check, check_free)

const SlotResult *check_slot(const Check *check, guint32 slot); /* NULL: no such slot */

/* Every defect in checklist order: the one list of the one-time notice. Of Defect, borrowed. */
GPtrArray *check_defects(const Check *check) G_GNUC_WARN_UNUSED_RESULT;

/* What names a defect across visits, once in a check: slot, code, then field and row, sheet and
 * side, document, part, where it has them: "A05/form/equipment_made/1", "A01/unsealed/d003".
 * Caller's. */
char *defect_key(const Defect *defect) G_GNUC_WARN_UNUSED_RESULT;

/* Whether a defect lies in material handed in after document `last` (the notice): its own document
 * is a later one, or it speaks of a slot all of whose documents are. Only such a defect may be told
 * anew without the supervisor. */
gboolean check_is_fresh(const CheckFacts *facts, const Defect *defect, guint32 last);

const char *slot_state_token(SlotState state);            /* complete missing wrong … */
const char *slot_state_word(SlotState state, Lang lang);  /* 齐 … */
const char *defect_code_token(DefectCode code);           /* missing copies not-original … */
const char *defect_code_word(DefectCode code, Lang lang); /* 缺件 … */
const char *note_code_token(NoteCode code);
