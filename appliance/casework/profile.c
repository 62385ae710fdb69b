/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/profile.h"

#include "appliance/casework/definition.h"

#include <string.h>

static const char *const role_tokens[KIND_ROLES] = {"plain", "instant", "promise", "supplement",
                                                    "joint", "return",  "urgent",  "upper"};

static void kind_free(gpointer data)
{
    ProfileKind *kind = data;

    g_free(kind->token);
    g_free(kind->name);
    g_free(kind->review);
    g_free(kind->report_to);
    g_free(kind);
}

void profile_free(Profile *profile)
{
    g_free(profile->code);
    g_free(profile->name);
    g_free(profile->heading);
    g_strfreev(profile->green_scope);
    g_ptr_array_unref(profile->kinds);
    for (int i = 0; i < PAPER_COUNT; i++) {
        g_free(profile->papers[i].title);
        g_strfreev(profile->papers[i].copies);
    }
    g_free(profile);
}

const char *kind_role_token(KindRole role)
{
    return role_tokens[role];
}

static KindRole role_of(const char *token)
{
    for (int role = 0; role < KIND_ROLES; role++)
        if (strcmp(role_tokens[role], token) == 0)
            return (KindRole)role;
    return KIND_PLAIN;
}

static KindLimit limit_of(const char *token)
{
    if (strcmp(token, "same-day") == 0)
        return LIMIT_SAME_DAY;
    return strcmp(token, "none") == 0 ? LIMIT_NONE : LIMIT_ITEM;
}

static ProfileKind *load_kind(const json_t *from)
{
    ProfileKind *kind = g_new0(ProfileKind, 1);

    kind->token = definition_copy(from, "token");
    kind->name = definition_copy(from, "name");
    kind->role = role_of(json_text(from, "role"));
    kind->national = (guint)json_int(from, "national", 9);
    kind->decides =
        strcmp(json_text(from, "decides"), "centre") == 0 ? DECIDES_CENTRE : DECIDES_WINDOW;
    kind->clock_from = (ClockStart)clock_start_parse(json_text(from, "clock_from"));
    kind->stops_on_hand_up = json_flag(from, "stops_on_hand_up");
    kind->limit = limit_of(json_text(from, "limit"));
    kind->min_departments = (guint)json_int(from, "min_departments", 0);
    kind->min_windows = (guint)json_int(from, "min_windows", 0);
    kind->needs_reason = json_flag(from, "needs_reason");
    kind->tell_workdays = (guint)json_int(from, "tell_workdays", 0);
    kind->review = definition_copy(from, "review");
    kind->report_to = definition_copy(from, "report_to");
    kind->with_day_report = json_flag(from, "with_day_report");
    return kind;
}

/* The notice a kind names is a paper this profile prints. */
static gboolean load_notice(const Definition *definition, const Profile *profile,
                            const json_t *from, ProfileKind *kind, const char *path, GError **error)
{
    const char *notice = json_text(from, "notice");

    if (notice == NULL)
        return TRUE;
    kind->notice = paper_kind_parse(notice);
    if (kind->notice == PAPER_NONE || profile->papers[kind->notice].title == NULL) {
        g_autofree char *at = g_strconcat(path, "/notice", NULL);

        return definition_fail(definition, error, at, "kind %s names an unknown notice %s",
                               kind->token, notice);
    }
    return TRUE;
}

static gboolean load_kinds(const Definition *definition, Profile *profile, GError **error)
{
    const json_t *list = json_object_get(definition_root(definition), "kinds");
    gsize i;
    json_t *one;

    json_array_foreach(list, i, one)
    {
        g_autofree char *path = g_strdup_printf("/kinds/%zu", i);
        ProfileKind *kind;

        if (profile_kind(profile, json_text(one, "token")) != NULL)
            return definition_fail(definition, error, path, "kind %s stands twice",
                                   json_text(one, "token"));
        kind = load_kind(one);
        g_ptr_array_add(profile->kinds, kind);
        if (!load_notice(definition, profile, one, kind, path, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean load_papers(const Definition *definition, Profile *profile, GError **error)
{
    const json_t *papers = json_object_get(definition_root(definition), "papers");
    const char *token;
    json_t *one;

    json_object_foreach((json_t *)papers, token, one)
    {
        PaperKind kind = paper_kind_parse(token);
        g_autofree char *path = g_strdup_printf("/papers/%s", token);

        if (kind == PAPER_NONE)
            return definition_fail(definition, error, path, "unknown paper %s", token);
        profile->papers[kind].kind = kind;
        profile->papers[kind].title = definition_copy(one, "title");
        profile->papers[kind].copies = definition_strv(one, "copies");
        if (profile->papers[kind].title == NULL)
            profile->papers[kind].title = g_strdup(paper_kind_title(kind));
    }
    for (int kind = 1; kind < PAPER_COUNT; kind++)
        if (paper_kind_is_numbered((PaperKind)kind) && profile->papers[kind].title == NULL)
            return definition_fail(definition, error, "/papers", "paper %s is missing",
                                   paper_kind_token((PaperKind)kind));
    return TRUE;
}

Profile *profile_load(const char *bytes, gsize size, const char *name, GError **error)
{
    g_autoptr(Definition) definition =
        definition_load(bytes, size, name, "profile.schema.json", error);
    g_autoptr(Profile) profile = NULL;
    const json_t *root;

    if (definition == NULL)
        return NULL;
    root = definition_root(definition);
    profile = g_new0(Profile, 1);
    profile->kinds = g_ptr_array_new_with_free_func(kind_free);
    profile->code = definition_copy(root, "code");
    profile->name = definition_copy(root, "name");
    profile->heading = definition_copy(root, "heading");
    profile->free_by_default = json_flag(root, "free_by_default");
    profile->entrusted = json_flag(root, "entrusted");
    profile->green_scope = definition_strv(root, "green_scope");
    profile->overdue_score = (guint)json_int(root, "overdue_score", 0);
    if (!load_papers(definition, profile, error) || !load_kinds(definition, profile, error))
        return NULL;
    return g_steal_pointer(&profile);
}

Profile *profile_shipped(const char *code, GError **error)
{
    g_autofree char *name = g_strdup_printf("profile-%s.json", code);
    const Embedded *file = definition_shipped(name);

    if (file == NULL) {
        error_set(error, ERROR_NOT_FOUND, "profile %s", code);
        return NULL;
    }
    return profile_load((const char *)file->bytes, file->size, name, error);
}

const ProfileKind *profile_kind(const Profile *profile, const char *token)
{
    for (guint i = 0; i < profile->kinds->len; i++) {
        const ProfileKind *kind = g_ptr_array_index(profile->kinds, i);

        if (strcmp(kind->token, token) == 0)
            return kind;
    }
    return NULL;
}

const ProfileKind *profile_kind_by_role(const Profile *profile, KindRole role)
{
    for (guint i = 0; i < profile->kinds->len; i++) {
        const ProfileKind *kind = g_ptr_array_index(profile->kinds, i);

        if (kind->role == role)
            return kind;
    }
    return NULL;
}

gboolean profile_is_joint(const Profile *profile, guint departments, guint windows)
{
    const ProfileKind *joint = profile_kind_by_role(profile, KIND_JOINT);

    if (joint == NULL)
        return FALSE;
    return (joint->min_departments > 0 && departments >= joint->min_departments) ||
           (joint->min_windows > 0 && windows >= joint->min_windows);
}
