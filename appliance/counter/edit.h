/* SPDX-License-Identifier: Apache-2.0
 *
 * Edits of what is seen, and records of who looked: the stored bytes never change, each edit is a
 * record, and each is one command of the store. A filed case takes none of them
 * (ERROR_WRONG_STATE).
 */
#pragma once

#include "appliance/counter/side.h"

/* Turn the view of a side: degrees clockwise from how it was captured (0 90 180 270). */
gboolean edit_turn_side(House *house, const StoreActor *actor, const SideName *name, guint turn,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Overrule what the page pass found: the side is blank, or carries something. ERROR_WRONG_STATE
 * where it is so already. */
gboolean edit_blank_side(House *house, const StoreActor *actor, const SideName *name,
                         gboolean blank, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Put a side behind another of its document; `after` NULL: in front. ERROR_INVALID where the other
 * stands elsewhere. */
gboolean edit_order_side(House *house, const StoreActor *actor, const SideName *name,
                         const SideName *after, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Take the voiding of a side back. ERROR_WRONG_STATE where it is not void. */
gboolean edit_restore_side(House *house, const StoreActor *actor, const SideName *name,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Somebody is shown names and numbers in full: `reason` is a token (handle, verify, copy, court,
 * other), `note` (may be NULL) goes into the case's secrets. */
gboolean edit_look(House *house, const StoreActor *actor, const char *number, const char *reason,
                   const char *note, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* … of a whole register of a period: `reason` may be any text, and names nobody. */
typedef struct {
    const char *ledger, *reason;
    Day from, to;
} EditLookLedger;
gboolean edit_look_ledger(House *house, const StoreActor *actor, const EditLookLedger *look,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Somebody outside took a bundle (the seq of its record): who. ERROR_NOT_FOUND. */
gboolean edit_bundle_receipt(House *house, const StoreActor *actor, gint64 bundle, const char *by,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* 交接: open cases (an array of 24 digits each) go to another person, with so many sheets. */
typedef struct {
    const char *to;
    const json_t *cases;
    gint64 sheets;
} EditHandOver;
gboolean edit_hand_over(House *house, const StoreActor *actor, const EditHandOver *over,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Somebody sits down: window (three digits) and post ("A" | "B"). */
gboolean edit_seat(House *house, const StoreActor *actor, const char *window, const char *post,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A refused try to sign on or to do something; members other than `code` may be NULL. */
typedef struct {
    const char *code;
    const char *person;
    const char *method;
    const char *pattern;
} EditDenied;
gboolean edit_denied(Store *store, const EditDenied *denied,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Somebody's right to sign on was changed: `what` is add, change, secret or recover; `roles` (an
 * array of tokens) may be NULL. Names stay in local.db. */
typedef struct {
    const char *person; /* six digits */
    const char *what;
    const json_t *roles;
    gboolean active;
} EditPerson;
gboolean edit_person(Store *store, const StoreActor *actor, const EditPerson *person,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
