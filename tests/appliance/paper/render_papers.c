/* SPDX-License-Identifier: Apache-2.0
 *
 * render-papers VALUES OUT [large]: every template that ships, filled with the sample values of the
 * folder VALUES, as OUT/<kind>.pdf; a second process must write the same bytes. Also the tool for
 * looking at papers: pdftoppm makes pictures of them.
 */
#include "appliance/base/file.h"
#include "tests/appliance/paper/sample.h"

#include <stdio.h>

static gboolean render_kind(const char *kind, char **argv, GError **error)
{
    g_autoptr(Sample) sample = sample_new(argv[1], kind, error);
    g_autofree char *path = g_strdup_printf("%s/%s.pdf", argv[2], kind);
    g_autoptr(GBytes) pdf = NULL;

    if (sample == NULL)
        return FALSE;
    sample->options.large_print = argv[3] != NULL;
    return paper_render(sample->template, sample->values, &sample->options, &pdf, error) &&
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
