/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands that may come twice: a client that got no answer sends the same Idempotency-Key again
 * and gets the first answer, byte by byte, instead of a second act.
 *
 * A key belongs to a person, is kept for REPEAT_KEEP_US and stands for one request only: the same
 * key with another method, path or body is ERROR_INVALID, and while the first is still at work
 * ERROR_BUSY. Answers of 5xx are not kept: they may be tried again.
 */
#pragma once

#include "appliance/base/clock.h"
#include "storage/local/local.h"
#include "ui/http/route.h"

#define REPEAT_KEEP_US (24 * 3600 * (gint64)G_USEC_PER_SEC)
#define REPEAT_KEY_MAX 100

typedef struct Repeats Repeats;

/* `local` and `clock` outlive it. */
Repeats *repeats_new(Local *local, const Clock *clock);
void repeats_free(Repeats *repeats);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Repeats, repeats_free)

/* The server's `before` and `after`; `repeats` is their context. */
Response *repeats_before(void *repeats, Request *request, GError **error);
void repeats_after(void *repeats, Request *request, const Response *response);
