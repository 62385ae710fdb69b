/* SPDX-License-Identifier: Apache-2.0
 *
 * render-papers VALUES OUT [large]: every template that ships, filled with the sample values of the
 * folder VALUES, as OUT/<kind>.pdf; a second process must write the same bytes. Also the tool for
 * looking at papers: pdftoppm makes pictures of them.
 */
#include "appliance/base/file.h"
#include "appliance/paper/paper.h"

#include <stdio.h>

#define CREATED_US G_GINT64_CONSTANT(1795228951000000) /* 2026-11-21T02:42:31Z */
#define VALUES_MAX (1 << 20)

static json_t *read_values(const char *folder, const char *kind, GError **error)
{
    g_autofree char *name = g_strconcat(kind, ".json", NULL);
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autoptr(GBytes) bytes = file_read(path, VALUES_MAX, error);

    if (bytes == NULL)
        return NULL;
    return json_parse(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), path, ERROR_INVALID,
                      error);
}

static gboolean render_kind(const char *kind, char **argv, GError **error)
{
    g_autoptr(PaperTemplate) template = paper_template_find(kind, NULL, error);
    g_autoptr(json_t) values = read_values(argv[1], kind, error);
    g_autofree char *path = g_strdup_printf("%s/%s.pdf", argv[2], kind);
    g_autoptr(GBytes) pdf = NULL;
    PaperCopy copies[] = {
        {.code = "943205830012611210030017006142", .receiver = "存窗口"},
        {.code = "943205830012611210030017006239", .receiver = "交申请人"},
    };
    PaperOptions options = {.created_us = CREATED_US,
                            .copies = copies,
                            .n_copies = G_N_ELEMENTS(copies),
                            .large_print = argv[3] != NULL};

    return template != NULL && values != NULL &&
           paper_render(template, values, &options, &pdf, error) &&
           file_replace(path, 0644, g_bytes_get_data(pdf, NULL), g_bytes_get_size(pdf), error);
}

int main(int argc, char **argv)
{
    int status = 0;

    if (argc < 3) {
        fputs("usage: render-papers VALUES OUT [large]\n", stderr);
        return 2;
    }
    for (const char *const *kind = paper_template_kinds(); *kind != NULL; kind++) {
        g_autoptr(GError) error = NULL;

        if (!render_kind(*kind, argv, &error)) {
            error_print(stderr, error, LANG_EN);
            status = 1;
        }
    }
    return status;
}
