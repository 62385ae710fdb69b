/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/paper/template.h"

#include "appliance/base/embed.h"
#include "appliance/base/file.h"

#include <string.h>

#define TEMPLATE_BYTES_MAX (1 << 20)

extern const Embedded embedded_papers[];

/* Values that every paper may have. */
static const char *const common_values[] = {"title?",       "heading?",      "number?",
                                            "case_number?", "case_printed?", "document_number?"};

static const char *const top_members[] = {"kind",    "title",  "family", "landscape", "airy",
                                          "body_pt", "copies", "values", "blocks"};

static json_t *types_of(const json_t *root)
{
    json_t *types = json_deep_copy(json_object_get(root, "values"));

    for (gsize i = 0; i < G_N_ELEMENTS(common_values); i++)
        json_object_set_new(types, common_values[i], json_string("text"));
    return types;
}

static gboolean members_check(const json_t *root, GError **error)
{
    const char *name;
    json_t *member;

    json_object_foreach((json_t *)root, name, member)
    {
        gboolean known = FALSE;

        for (gsize i = 0; i < G_N_ELEMENTS(top_members); i++)
            known |= g_str_equal(name, top_members[i]);
        if (!known)
            return error_set(error, ERROR_DEFINITION, "%s: no such member", name);
    }
    return TRUE;
}

static gboolean head_check(const json_t *root, GError **error)
{
    const char *family = json_text(root, "family");
    const json_t *body = json_object_get(root, "body_pt");

    if (json_text(root, "kind") == NULL || json_text(root, "title") == NULL)
        return error_set(error, ERROR_DEFINITION, "kind and title are needed");
    if (family == NULL || strlen(family) != 1 || strchr("ABC", *family) == NULL)
        return error_set(error, ERROR_DEFINITION, "family: not A, B or C");
    if (json_array_size(json_object_get(root, "copies")) == 0)
        return error_set(error, ERROR_DEFINITION, "copies: at least one receiver is needed");
    if (body != NULL && (json_number_value(body) < 8 || json_number_value(body) > 24))
        return error_set(error, ERROR_DEFINITION, "body_pt: not 8 to 24");
    if (!json_is_array(json_object_get(root, "blocks")))
        return error_set(error, ERROR_DEFINITION, "blocks: not a list");
    return members_check(root, error) && value_types_check(json_object_get(root, "values"), error);
}

static gboolean blocks_check(const PaperTemplate *template, GError **error)
{
    const json_t *block;
    size_t i;

    json_array_foreach(template->blocks, i, block)
    {
        if (!block_check(template->types, block, error)) {
            g_prefix_error(error, "blocks[%zu]", i);
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean take_receivers(PaperTemplate *template, GError **error)
{
    const json_t *copies = json_object_get(template->root, "copies");
    const json_t *copy;
    size_t i;

    template->receivers = g_new0(const char *, json_array_size(copies) + 1);
    json_array_foreach(copies, i, copy)
    {
        template->receivers[i] = json_string_value(copy);
        if (template->receivers[i] == NULL)
            return error_set(error, ERROR_DEFINITION, "copies[%zu]: not a text", i);
    }
    return TRUE;
}

/* Takes over `root`. */
static PaperTemplate *template_new(json_t *root, GError **error)
{
    const json_t *body = json_object_get(root, "body_pt");
    g_autoptr(PaperTemplate) template = NULL;

    if (!head_check(root, error)) {
        json_decref(root);
        return NULL;
    }
    template = g_new0(PaperTemplate, 1);
    template->root = root;
    template->types = types_of(root);
    template->blocks = json_object_get(root, "blocks");
    template->kind = json_text(root, "kind");
    template->title = json_text(root, "title");
    template->family = *json_text(root, "family");
    template->landscape = json_flag(root, "landscape");
    template->body_pt = json_is_number(body) ? json_number_value(body) : TEMPLATE_BODY_PT;
    template->airy = json_flag(root, "airy");
    if (!take_receivers(template, error) || !blocks_check(template, error))
        return NULL;
    return g_steal_pointer(&template);
}

PaperTemplate *paper_template_parse(const char *json, gsize size, const char *name, GError **error)
{
    json_t *root = json_parse(json, size, name, ERROR_DEFINITION, error);
    PaperTemplate *template;

    if (root == NULL)
        return NULL;
    template = template_new(root, error);
    if (template == NULL)
        g_prefix_error(error, "%s: ", name);
    return template;
}

static PaperTemplate *find_in_folder(const char *path, GError **error)
{
    g_autoptr(GBytes) bytes = file_read(path, TEMPLATE_BYTES_MAX, error);

    if (bytes == NULL)
        return NULL;
    return paper_template_parse(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), path,
                                error);
}

/* A kind is a file name; nothing else may get into a path. */
static gboolean is_kind(const char *kind)
{
    return *kind != '\0' && strspn(kind, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(kind);
}

PaperTemplate *paper_template_find(const char *kind, const char *folder, GError **error)
{
    g_autofree char *name = g_strdup_printf("templates/%s.json", kind);
    g_autofree char *file = g_strdup_printf("%s.json", kind);
    g_autofree char *path = folder != NULL ? g_build_filename(folder, file, NULL) : NULL;
    const Embedded *embedded = embedded_find(embedded_papers, name);

    if (is_kind(kind) && path != NULL && g_file_test(path, G_FILE_TEST_EXISTS))
        return find_in_folder(path, error);
    if (embedded == NULL) {
        error_set(error, ERROR_NOT_FOUND, "no template for paper '%s'", kind);
        return NULL;
    }
    return paper_template_parse((const char *)embedded->bytes, embedded->size, name, error);
}

void paper_template_free(PaperTemplate *template)
{
    if (template == NULL)
        return;
    json_decref(template->root);
    json_decref(template->types);
    g_free(template->receivers);
    g_free(template);
}

const char *const *paper_template_kinds(void)
{
    static gsize once;
    static const char **kinds;

    if (g_once_init_enter(&once)) {
        GPtrArray *found = g_ptr_array_new();

        for (const Embedded *file = embedded_papers; file->name != NULL; file++) {
            const char *base = file->name + strlen("templates/");

            g_ptr_array_add(found, g_strndup(base, strlen(base) - strlen(".json")));
        }
        g_ptr_array_add(found, NULL);
        kinds = (const char **)g_ptr_array_free(found, FALSE);
        g_once_init_leave(&once, 1);
    }
    return kinds;
}

const char *paper_template_title(const PaperTemplate *template)
{
    return template->title;
}

char paper_template_family(const PaperTemplate *template)
{
    return template->family;
}

const char *const *paper_template_receivers(const PaperTemplate *template)
{
    return template->receivers;
}

gboolean paper_template_takes(const PaperTemplate *template, const char *name)
{
    return value_type(template->types, name) != NULL;
}

GPtrArray *paper_template_missing(const PaperTemplate *template, const json_t *values)
{
    GPtrArray *missing = g_ptr_array_new();
    const char *name;
    json_t *type;

    json_object_foreach(template->types, name, type)
    {
        if (!g_str_has_suffix(name, "?") && json_object_get(values, name) == NULL)
            g_ptr_array_add(missing, (char *)name);
    }
    return missing;
}
