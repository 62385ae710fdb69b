/* SPDX-License-Identifier: Apache-2.0
 *
 * What the applicant may know of her case: the state, what to bring, where to come.
 */
#include "ui/api/api_intern.h"

#include <sodium.h>
#include <string.h>

static const char *const stages_en[LIFE_STAGES] = {
    [LIFE_NONE] = "not received",
    [LIFE_RECEIVED] = "received",
    [LIFE_CHECKED] = "being checked",
    [LIFE_SUPPLEMENT] = "waits for papers from you",
    [LIFE_ACCEPTED] = "accepted",
    [LIFE_PAUSED] = "in a special procedure",
    [LIFE_HANDED_UP] = "handed up",
    [LIFE_DECIDED] = "decided",
    [LIFE_DELIVERED] = "delivered",
    [LIFE_REFUSED] = "refused",
    [LIFE_NOT_NEEDED] = "no application needed",
    [LIFE_RETURNED] = "returned",
    [LIFE_LAPSED] = "lapsed: the papers did not come in time",
    [LIFE_WITHDRAWN] = "withdrawn",
    [LIFE_FILED] = "filed",
};

static gboolean fill(Api *api, Catalog *reader, const char *number, Lang lang, PublicStatus *status,
                     GError **error)
{
    g_autoptr(Check) check = completeness_check(api->house, reader, number, error);
    g_autoptr(GPtrArray) defects = check != NULL ? check_defects(check) : NULL;
    const Department *department;
    CaseLife life;

    if (check == NULL || !case_life(api->house, reader, number, &life, error))
        return FALSE;
    department = house_department(api->house, reader, life.rules.item->department, error);
    if (department == NULL)
        return FALSE;
    status->state =
        g_strdup(lang == LANG_ZH ? life_stage_word(life.state.stage) : stages_en[life.state.stage]);
    status->item = g_strdup(life.rules.item->name);
    status->where = g_strdup_printf("%s %s", department->name,
                                    department->phone != NULL ? department->phone : "");
    status->missing = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < defects->len && life.state.stage == LIFE_SUPPLEMENT; i++) {
        const Defect *defect = g_ptr_array_index(defects, i);
        const char *text = lang == LANG_ZH ? defect->bring : defect->bring_en;

        if (text != NULL)
            g_ptr_array_add(status->missing, g_strdup(text));
    }
    return TRUE;
}

static gboolean look(Api *api, const PublicQuestion *question, PublicStatus *status, GError **error)
{
    g_autofree char *digits = case_read_number(question->number, NULL), *wanted = NULL;
    g_autoptr(Catalog) reader = NULL;
    g_autoptr(json_t) row = NULL;
    gboolean ok = FALSE;

    reader = digits != NULL ? readers_take(api->readers, error) : NULL;
    row = reader != NULL ? case_row(reader, digits, NULL) : NULL;
    wanted = row != NULL ? case_query_code(reader, digits, NULL) : NULL;
    if (wanted == NULL || strlen(question->code) != strlen(wanted) ||
        sodium_memcmp(question->code, wanted, strlen(wanted)) != 0)
        error_set(error, ERROR_NOT_FOUND, "number and code");
    else
        ok = fill(api, reader, digits, question->lang, status, error);
    readers_give(api->readers, g_steal_pointer(&reader));
    return ok;
}

/* By the number that is guessed at and by who guesses: a hall's own machine stands for many. */
gboolean find_public(void *context, const PublicQuestion *question, PublicStatus *status,
                     GError **error)
{
    Api *api = context;
    g_autofree char *digits = case_read_number(question->number, NULL);
    g_autoptr(GError) why = NULL;
    gboolean ok;

    if (!throttle_passes(api->public_addresses, question->address, error) ||
        (digits != NULL && !throttle_passes(api->public_numbers, digits, error)))
        return FALSE;
    ok = look(api, question, status, &why);
    if (ok || error_code(why) == ERROR_NOT_FOUND) {
        if (digits != NULL)
            throttle_tried(api->public_numbers, digits, ok);
        throttle_tried(api->public_addresses, question->address, ok);
    }
    if (why != NULL)
        g_propagate_error(error, g_steal_pointer(&why));
    return ok;
}
