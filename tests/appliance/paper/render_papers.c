/* SPDX-License-Identifier: Apache-2.0
 *
 * render-papers VALUES OUT [large|third]: every template that ships (or every third), filled with
 * the sample values of the folder VALUES, as OUT/<kind>.pdf, at most two copies of each but of the
 * promise; a second process must write the same bytes. Also the tool for looking at papers:
 * pdftoppm makes pictures of them.
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
    sample->options.large_print = g_strcmp0(argv[3], "large") == 0;
    if (!g_str_equal(kind, "promise"))
        sample->options.n_copies = MIN(sample->options.n_copies, 2);
    return paper_render(sample->template, sample->values, &sample->options, &pdf, error) &&
           file_replace(path, 0644, g_bytes_get_data(pdf, NULL), g_bytes_get_size(pdf), error);
}

int main(int argc, char **argv)
{
    int status = 0;
    guint step;

    if (argc < 3) {
        fputs("usage: render-papers VALUES OUT [large|third]\n", stderr);
        return 2;
    }
    step = g_strcmp0(argv[3], "third") == 0 ? 3 : 1;
    for (guint i = 0; i < g_strv_length((char **)paper_template_kinds()); i += step) {
        const char *kind = paper_template_kinds()[i];
        g_autoptr(GError) error = NULL;

        if (!render_kind(kind, argv, &error)) {
            error_print(stderr, error, LANG_EN);
            status = 1;
        }
    }
    return status;
}
