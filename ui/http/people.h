/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may sign on: the rules that the API and the command line share, and the administrator's
 * operations of ui/api/openapi.json.
 *
 * The last active administrator can neither be deactivated nor lose the role here; that is what
 * the console is for. Every change goes to `changed`, which makes a record of it.
 */
#pragma once

#include "ui/http/session.h"

#define PERSON_NAME_CHARS_MAX 50

/* 1 to PERSON_NAME_CHARS_MAX characters; ERROR_INVALID. */
gboolean person_name_check(const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The number asked for (six digits that nobody has; ERROR_INVALID), or the next where `wanted` is
 * NULL. Caller's. */
char *person_number(Local *local, const char *wanted, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether an active administrator is left when she becomes what `person` says; ERROR_RULE. */
gboolean person_keeps_admin(Local *local, const LocalPerson *person,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
    Sessions *sessions;
    Local *local;
    /* Somebody was added or changed: `what` is "add", "change" or "secret". FALSE with an error
     * where no record could be made. From any thread. */
    gboolean (*changed)(void *context, const LocalPerson *person, const char *what, GError **error);
    void *context;
} People;

/* GET /users */
Response *people_list(const People *people, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* POST /users. Slow: worker threads only. */
Response *people_add(const People *people, Request *request,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* PATCH /users/{user} */
Response *people_change(const People *people, Request *request,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* POST /users/{user}/secret: an administrator for others, everybody for herself with `old`. Slow:
 * worker threads only. */
Response *people_secret(const People *people, Request *request,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
