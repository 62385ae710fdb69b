/* SPDX-License-Identifier: Apache-2.0
 *
 * The appliance before it is one, and when it cannot be one: a page each, over plain HTTP.
 *
 *   set_up   first boot: asks for region, hall, rules, console password and time, with a one-time
 * code that is printed; ends once it was answered rescue   says what is wrong, until SIGINT or
 * SIGTERM
 *
 * Nobody has signed on: the first opens nothing without the code, and after SET_UP_TRIES wrong ones
 * prints another; the second shows no more than `anjuan selftest` says, without any case or person.
 */
#pragma once

#include "appliance/base/lang.h"
#include "ui/http/server.h"

#define SET_UP_TRIES 5

typedef struct {
    const char *listen; /* ADDRESS:PORT */
    const char *out;    /* the settings; OUT.secret and OUT.time beside it, readable by the owner */
    Lang lang;
} SetUpOptions;

/* The address is the first line on standard output, the code the second. TRUE once the files are
 * written; ERROR_CANCELLED on SIGINT or SIGTERM before that. */
gboolean set_up(const SetUpOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* `findings` (NULL-terminated) are shown as they are. */
gboolean rescue(const SetUpOptions *options, const char *const *findings,
                GError **error) G_GNUC_WARN_UNUSED_RESULT;
