/* SPDX-License-Identifier: Apache-2.0
 *
 * What a paper says: the values of its template, as far as the case, its item, department and
 * profile, the step and the check know them. What only a person can say stays out, and the caller
 * gives it (paper_template_missing names it).
 */
#pragma once

#include "appliance/casework/paper_kind.h"
#include "appliance/counter/step.h"

typedef struct {
    House *house;
    Catalog *catalog;
    const StoreActor *actor;
    const char *number;     /* of the case */
    const LifeEvent *event; /* the step that issues the paper; NULL: none does */

    /* loaded */
    CaseLife before, after; /* the same where there is no step */
    json_t *row, *documents, *sides, *fields;
    const Item *item;
    const Department *department;
    const Profile *profile;
    Check *check;
    Day today;
    guint minute;

    /* of the paper that is being filled */
    gint64 document;
    const char *paper_number; /* NULL: it has none */
    json_t *values;
} Say;

/* Load the case and try the step: `after.state.issues` says which papers it will issue. */
gboolean say_load(Say *say, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void say_clear(Say *say);

/* Everything known of a paper of this kind, whether its template takes it or not. Caller's. */
json_t *say_paper(Say *say, PaperKind kind, gint64 document,
                  const char *paper_number) G_GNUC_WARN_UNUSED_RESULT;

/* ── used by say_kinds.c ─────────────────────────────────────────────────────────────────── */

/* Texts that are NULL or "" and days that are not known are left out. */
void say_text(Say *say, const char *key, const char *text);
void say_day(Say *say, const char *key, Day day);
void say_now(Say *say, const char *key); /* the minute */

/* What is peculiar to a kind; its lists and sentences. */
void say_kind(Say *say, PaperKind kind);
