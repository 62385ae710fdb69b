/* SPDX-License-Identifier: Apache-2.0
 *
 * What the sources of the steps share: small moves of a state, and the steps themselves by where
 * they stand: life_receive.c, life_tell.c (checking and telling once), life_accept.c (with what
 * ends a case before), life_run.c (on the way, kinds), life_stand_in.c (papers in place of
 * materials), life_decide.c. Nobody but life_*.c includes it.
 */
#pragma once

#include "appliance/casework/life_table.h"

gboolean life_given(const char *text); /* neither NULL nor "" */

/* Both known and the same; nobody is nobody else. */
gboolean life_same_person(const char *a, const char *b);

/* The step issues this paper; PAPER_NONE issues none. */
void life_issue(LifeState *state, PaperKind kind);

/* What is special about the kind of this case; KIND_PLAIN before it has one. */
KindRole life_role(const LifeState *state);

/* ---- keys ---- */

LifeKey *life_find_key(LifeState *state, const char *key); /* NULL: none */

/* How many have all flags of `with` and none of `without`. */
guint life_count_keys(const LifeState *state, guint with, guint without);

/* A new open key; ERROR_RULE where it is open already. */
gboolean life_add_key(LifeState *state, const char *key, guint flags, GError **error);

/* Settle the keys of the event; each must be open. */
gboolean life_settle_keys(LifeState *state, const LifeEvent *event, GError **error);

/* How many slots have an open key; a slot that may not be 容缺 is an error. */
gboolean life_tolerable_slots(const LifeState *state, guint *n_slots, GError **error);

/* ---- small moves ---- */

/* To RECEIVED, with both checkers forgotten. */
void life_back_to_received(LifeState *state);
void life_end_with(LifeState *state, LifeStage stage, LifeEnding ending, Day day);
gboolean life_add_stop(LifeState *state, ClockPause reason, const LifeEvent *event,
                       const char *notice, GError **error);

/* End open stops: those of a supplement, or the others. */
void life_close_stops(LifeState *state, gboolean supplement, Day day);

/* The kind the event names is one of the hall's that one may enter. */
gboolean life_check_kind(const LifeState *state, const LifeEvent *event, const ProfileKind **kind,
                         GError **error);
gboolean life_is_upper(const LifeState *state); /* decided above */

/* ---- the steps ---- */

/* One step each, named by the act that its record bears. The state changes only where TRUE comes
 * back; ERROR_RULE says what stands against it. */
gboolean life_step_receive(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_receipt(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_correct(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_first_check(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_second_check(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_supplement(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_tell(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_remind(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_release(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_bring(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_lapse(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_refuse(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_not_needed(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_return(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_review(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_withdraw(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_accept(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_silence(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_tolerated(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_tolerance_over(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_pause(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_resume(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_extend(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_hand_up(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_upper_receipt(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_upper_reply(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_sub_open(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_sub_close(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_kind(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_urgent(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_green_start(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_green_in(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_green_out(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_green_collect(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_pledge(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_verify(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_entrust(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_decide(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_deliver(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_file(LifeState *state, const LifeEvent *event, GError **error);
gboolean life_step_append(LifeState *state, const LifeEvent *event, GError **error);
