/* SPDX-License-Identifier: Apache-2.0
 *
 * The people of the appliance over the API: who is signed on, and the administrator's list. Each
 * function is the whole of one operation of ui/api/openapi.json; its handler is one line.
 *
 * The last active administrator can neither be deactivated nor lose the role here; that is what
 * the console is for.
 */
#pragma once

#include "ui/http/session.h"

typedef struct {
    Sessions *sessions;
    Local *local;
    /* Somebody was added or changed, for the journal; `actor` is the administrator's number. May
     * be NULL; from any thread. */
    void (*changed)(void *context, const char *actor, const LocalPerson *person);
    void *context;
} People;

/* Where the session's screen stands. */
typedef struct {
    const char *hall;
    const char *window; /* 3 digits */
    const char *post;   /* "A" or "B" */
} Seat;

Response *people_session(const Request *request, const Seat *seat); /* GET /session */
Response *people_sign_off(const People *people, Request *request, GError **error); /* DELETE */
Response *people_list(const People *people, GError **error);                       /* GET /users */
Response *people_add(const People *people, Request *request, GError **error);      /* POST /users */

/* PATCH /users/{user} */
Response *people_change(const People *people, Request *request, GError **error);

/* POST /users/{user}/secret: an administrator for anybody, everybody for herself with `old`.
 * Slow: worker threads only. */
Response *people_secret(const People *people, Request *request, GError **error);
