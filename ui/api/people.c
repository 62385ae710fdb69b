/* SPDX-License-Identifier: Apache-2.0
 *
 * People over the API: ui/http/people.h is the whole of it; here each change becomes a record.
 */
#include "ui/http/people.h"

#include "ui/api/api_intern.h"

static gboolean record_change(void *context, const LocalPerson *person, const char *what,
                              GError **error)
{
    const Call *call = context;
    g_autoptr(json_t) roles = roles_json(person->roles);
    EditPerson edit = {person->number, what, roles, person->active};

    return edit_person(call->api->options.store, &call->actor, &edit, error);
}

static People people_of(Call *call)
{
    return (People){call->api->options.sessions, call->api->options.local, record_change, call};
}

Response *get_users(Call *call, GError **error)
{
    People people = people_of(call);

    return people_list(&people, error);
}

Response *post_user(Call *call, GError **error)
{
    People people = people_of(call);

    return people_add(&people, call->request, error);
}

Response *patch_user(Call *call, GError **error)
{
    People people = people_of(call);

    return people_change(&people, call->request, error);
}

Response *post_user_secret(Call *call, GError **error)
{
    People people = people_of(call);

    return people_secret(&people, call->request, error);
}
