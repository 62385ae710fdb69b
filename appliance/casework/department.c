/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/department.h"

#include "appliance/casework/definition.h"
#include "appliance/casework/number.h"

#include <string.h>

#define TEXTS 13

/* Where each text of a department goes; all are required by the schema. */
static const struct {
    const char *key;
    gsize offset;
} texts[TEXTS] = {
    {"code", offsetof(Department, code)},
    {"name", offsetof(Department, name)},
    {"uscc", offsetof(Department, uscc)},
    {"agency", offsetof(Department, agency)},
    {"matter", offsetof(Department, matter)},
    {"number", offsetof(Department, number)},
    {"seal", offsetof(Department, seal)},
    {"fonds", offsetof(Department, fonds)},
    {"fonds_name", offsetof(Department, fonds_name)},
    {"unit", offsetof(Department, unit)},
    {"reconsideration", offsetof(Department, reconsideration)},
    {"lawsuit", offsetof(Department, lawsuit)},
    {"phone", offsetof(Department, phone)},
};

static void department_free(gpointer data)
{
    Department *department = data;

    for (gsize i = 0; i < TEXTS; i++)
        g_free(G_STRUCT_MEMBER(char *, department, texts[i].offset));
    g_free(department->complaints);
    g_free(department);
}

static Department *load_one(const json_t *from)
{
    Department *department = g_new0(Department, 1);

    for (gsize i = 0; i < TEXTS; i++)
        G_STRUCT_MEMBER(char *, department, texts[i].offset) = definition_copy(from, texts[i].key);
    department->complaints = definition_copy(from, "complaints");
    return department;
}

static gboolean check_one(const Definition *definition, const GPtrArray *before,
                          const Department *department, gsize i, GError **error)
{
    g_autofree char *path = g_strdup_printf("/departments/%zu", i);
    g_autoptr(GError) why = NULL;

    if (departments_find(before, department->code) != NULL)
        return definition_fail(definition, error, path, "department %s stands twice",
                               department->code);
    if (!number_uscc_check(department->uscc, &why)) {
        g_autofree char *at = g_strconcat(path, "/uscc", NULL);

        return definition_fail(definition, error, at, "%s", why->message);
    }
    if (!number_template_check(department->number, &why)) {
        g_autofree char *at = g_strconcat(path, "/number", NULL);

        return definition_fail(definition, error, at, "%s", why->message);
    }
    return TRUE;
}

GPtrArray *departments_load(const char *bytes, gsize size, const char *name, GError **error)
{
    g_autoptr(Definition) definition =
        definition_load(bytes, size, name, "departments.schema.json", error);
    g_autoptr(GPtrArray) departments = g_ptr_array_new_with_free_func(department_free);
    gsize i;
    json_t *one;

    if (definition == NULL)
        return NULL;
    json_array_foreach(json_object_get(definition_root(definition), "departments"), i, one)
    {
        Department *department = load_one(one);

        if (!check_one(definition, departments, department, i, error)) {
            department_free(department);
            return NULL;
        }
        g_ptr_array_add(departments, department);
    }
    return g_steal_pointer(&departments);
}

GPtrArray *departments_shipped(GError **error)
{
    const Embedded *file = definition_shipped("departments.json");

    return departments_load((const char *)file->bytes, file->size, "departments.json", error);
}

const Department *departments_find(const GPtrArray *departments, const char *code)
{
    for (guint i = 0; i < departments->len; i++) {
        const Department *department = g_ptr_array_index(departments, i);

        if (strcmp(department->code, code) == 0)
            return department;
    }
    return NULL;
}
