/* SPDX-License-Identifier: Apache-2.0
 *
 * The rule profile of a hall: its management kinds (六件, 上报件, 绿色通道), the titles of its
 * papers and who gets which copy. Form: data/profile.schema.json (anjuan-profile/1).
 *
 * The national kinds (GB/T 39046 A.6) are 1 即办件, 2 承诺件, 9 其他; the hall's kinds are a second
 * attribute of a case. Three profiles ship: `city`, `township`, `subcentre`; the facts behind them
 * are the rule books of a county-level city, of a township hall and of sub-centres.
 */
#pragma once

#include "appliance/base/error.h"
#include "appliance/casework/clock_profile.h"
#include "appliance/casework/paper_kind.h"

typedef enum { DECIDES_WINDOW, DECIDES_CENTRE } KindDecider;

/* What bounds a case of the kind. */
typedef enum {
    LIMIT_ITEM,     /* what the item promises */
    LIMIT_SAME_DAY, /* 即办: done on the day it comes in */
    LIMIT_NONE,     /* no limit of its own (急办: that of what it is besides) */
} KindLimit;

/* What a kind does in the life of a case. */
typedef enum {
    KIND_PLAIN,
    KIND_INSTANT,    /* 即办件 */
    KIND_PROMISE,    /* 承诺件 */
    KIND_SUPPLEMENT, /* 补办件: counts from completion; never taken for 容缺受理 */
    KIND_JOINT,      /* 联办件: one receipt, many sub-cases */
    KIND_RETURN,     /* 退回件 */
    KIND_URGENT,     /* 急办件: ordered by the centre */
    KIND_UPPER,      /* 上报件 */
    KIND_ROLES
} KindRole;

typedef struct {
    char *token, *name; /* "supplement", "补办件" */
    KindRole role;
    guint national; /* GB/T 39046 A.6 */
    KindDecider decides;
    PaperKind notice; /* PAPER_NONE: none is issued */
    ClockStart clock_from;
    gboolean stops_on_hand_up;
    KindLimit limit;
    guint min_departments, min_windows; /* 联办: at least so many; 0 = no rule */
    gboolean needs_reason;
    guint tell_workdays;      /* 退回: told at the latest after so many; 0 = no rule */
    char *review;             /* who may be asked for 复核; NULL */
    char *report_to;          /* who is told at once; NULL */
    gboolean with_day_report; /* its second copies go along with the day's figures */
} ProfileKind;

typedef struct {
    PaperKind kind;
    char *title;
    char **copies; /* receivers in print order: "存窗口" … */
} ProfilePaper;

typedef struct Profile {
    char *code, *name;
    char *heading;            /* of papers: ××市…服务中心 */
    gboolean free_by_default; /* government-issued papers need not be handed in */
    gboolean entrusted;       /* 委托接件受理: the receiving hall is not the handling hall */
    GPtrArray *kinds;         /* of ProfileKind */
    ProfilePaper papers[PAPER_COUNT]; /* every numbered kind is filled */
    char **green_scope;               /* 绿色通道: what qualifies; empty = the hall has none */
    guint overdue_score;              /* points lost a day overdue; 0 = not scored */
} Profile;

/* Read a profile; ERROR_FORMAT and ERROR_INVALID name the member in file `name`. */
Profile *profile_load(const char *bytes, gsize size, const char *name,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The one that ships under this code; ERROR_NOT_FOUND. */
Profile *profile_shipped(const char *code, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void profile_free(Profile *profile);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Profile, profile_free)

const ProfileKind *profile_kind(const Profile *profile, const char *token);     /* NULL: none */
const ProfileKind *profile_kind_by_role(const Profile *profile, KindRole role); /* NULL: none */
const char *kind_role_token(KindRole role);

/* Whether `departments` and `windows` make a case a 联办件 in this hall. */
gboolean profile_is_joint(const Profile *profile, guint departments, guint windows);
