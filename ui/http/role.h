/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may do what: the five roles, and the groups that routes name. This and the table of routes
 * are the whole of it; a person may hold several roles.
 */
#pragma once

#include "appliance/base/json.h"

enum {
    ROLE_CLERK = 1 << 0,
    ROLE_ARCHIVIST = 1 << 1,
    ROLE_AUDITOR = 1 << 2,
    ROLE_SUPERVISOR = 1 << 3,
    ROLE_ADMIN = 1 << 4,
};

#define ROLES_ALL     (ROLE_CLERK | ROLE_ARCHIVIST | ROLE_AUDITOR | ROLE_SUPERVISOR | ROLE_ADMIN)
#define ROLES_INTAKE  ROLE_CLERK                         /* receive, scan, tell, finish */
#define ROLES_LOOK    ROLES_ALL                          /* lists and lookup, masked */
#define ROLES_UNMASK  (ROLES_ALL & ~(guint32)ROLE_ADMIN) /* full view with a reason */
#define ROLES_ARCHIVE ROLE_ARCHIVIST                     /* file, export, box and shelf */
#define ROLES_AUDIT   (ROLE_AUDITOR | ROLE_SUPERVISOR)   /* audit, journal, proofs */
#define ROLES_BOARD   (ROLE_SUPERVISOR | ROLE_CLERK)     /* deadlines, ledgers */
#define ROLES_RELEASE ROLE_SUPERVISOR                    /* what only a supervisor may decide */
#define ROLES_ADMIN   ROLE_ADMIN                         /* devices, items, people, backup */

/* "clerk", "archivist", "auditor", "supervisor", "admin"; 0 for anything else. */
guint32 role_parse(const char *token);

/* Token of one bit; NULL for anything else. */
const char *role_token(guint32 role);

/* Tokens of all bits as an array. */
json_t *roles_json(guint32 roles) G_GNUC_WARN_UNUSED_RESULT;
