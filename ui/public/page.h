/* SPDX-License-Identifier: Apache-2.0
 *
 * The pages that need no script: first boot, rescue, sign-on, first run and the applicant's public
 * status. They are plain HTML with one stylesheet (/public.css), in the language of the request,
 * large and of few words, and work where the web app does not. Where a browser has script and a
 * voice, /read.js adds a button that reads the page aloud.
 *
 * Each function is the whole of one route; its handler in the table is one line. POST routes are
 * ROUTE_WORKER | ROUTE_NO_CSRF with a body limit of PUBLIC_BODY_BYTES.
 */
#pragma once

#include "ui/http/session.h"

#define PUBLIC_BODY_BYTES 4096

/* 503 with what happened, what to do and what is safe; `why` is why the store does not open. */
Response *public_rescue(Request *request, const GError *why);

/* GET /login: the form; to /first-run while nobody can sign on. */
Response *public_sign_on_form(Sessions *sessions, Request *request);

/* POST /login: who, secret → 303 / with the cookie, or the form again with what was wrong. */
Response *public_sign_on(Sessions *sessions, Request *request, GError **error);

/* GET and POST /first-run: code, name, secret, again → 303 /login. */
Response *public_first_run_form(Sessions *sessions, Request *request);
Response *public_first_run(Sessions *sessions, Request *request, GError **error);

/* What the applicant may know. Strings are owned and in her language. */
typedef struct {
    char *state;        /* "材料待补齐" */
    char *item;         /* name of the service */
    GPtrArray *missing; /* of char*: what to bring; may be empty */
    char *where;        /* where to come, when, telephone */
} PublicStatus;

void public_status_clear(PublicStatus *status);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PublicStatus, public_status_clear)

/* ERROR_NOT_FOUND where number and code (查询码 of the receipt) do not belong together, without
 * telling which is wrong; ERROR_THROTTLED. */
typedef struct {
    const char *number;  /* as typed */
    const char *code;    /* 查询码 */
    const char *address; /* where she asks from, for the throttle */
    Lang lang;
} PublicQuestion;
typedef gboolean (*PublicFind)(void *context, const PublicQuestion *question, PublicStatus *status,
                               GError **error);

/* GET /p/: the form. POST /p/: number, code → the state; nothing of it stands in an address. */
Response *public_status_form(Request *request);
Response *public_status(Request *request, PublicFind find, void *context, GError **error);

/* What the person at a new appliance decides. Borrowed, and checked for its form: six and three
 * digits, one of the profiles, a password of PUBLIC_SECRET_MIN bytes or more without line breaks, a
 * time "YYYY-MM-DD HH:MM" or "". */
#define PUBLIC_SECRET_MIN 8
typedef struct {
    const char *region;
    const char *hall;
    const char *profile;
    const char *secret; /* of root at the console */
    const char *time;   /* "" = the clock is right */
} PublicSetUp;

/* Whether the code is the one that the console shows (ERROR_FORBIDDEN, and then another may be
 * shown), and the rest is taken. */
typedef gboolean (*PublicTake)(void *context, const char *code, const PublicSetUp *set_up,
                               GError **error);

/* GET and POST /: the first boot: code, region, hall, profile, secret, again, time → taken. */
Response *public_set_up_form(Request *request);
Response *public_set_up(Request *request, PublicTake take, void *context, GError **error);

/* GET /: the appliance cannot work: what was found wrong (lines of text in the language of the
 * request, one a finding), and what to do about it. */
Response *public_selftest(Request *request, const char *const *findings);
