/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/http/role.h"

#include <string.h>

static const char *const tokens[] = {"clerk", "archivist", "auditor", "supervisor", "admin"};

guint32 role_parse(const char *token)
{
    for (guint i = 0; i < G_N_ELEMENTS(tokens); i++)
        if (strcmp(tokens[i], token) == 0)
            return 1U << i;
    return 0;
}

const char *role_token(guint32 role)
{
    for (guint i = 0; i < G_N_ELEMENTS(tokens); i++)
        if (role == 1U << i)
            return tokens[i];
    return NULL;
}

json_t *roles_json(guint32 roles)
{
    json_t *list = json_array();

    for (guint i = 0; i < G_N_ELEMENTS(tokens); i++)
        if ((roles & 1U << i) != 0)
            json_array_append_new(list, json_string(tokens[i]));
    return list;
}
