/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/appliance/paper/sample.h"

#include "appliance/base/file.h"
#include "tests/pages/pages.h"

#define VALUES_MAX     (1 << 20)
#define CASE_BODY      "3205830012611210030017"
#define THUMBNAIL_DPI  72
#define THUMBNAIL_QUAL 60

static const char *const image_names[SAMPLE_IMAGES] = {"side-0", "side-1", "side-2", "side-3"};

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

/* 30 digits: 94, case, document, copy, and check digits that make it ≡ 1 mod 97. */
static char *document_code(const char *document, guint copy)
{
    g_autofree char *body = g_strdup_printf("94%s%s%u", CASE_BODY, document, copy);
    guint rest = 0;

    for (const char *c = body; *c != '\0'; c++)
        rest = (rest * 10 + (guint)(*c - '0')) % 97;
    return g_strdup_printf("%s%02u", body, 98 - rest * 100 % 97);
}

static gboolean draw_images(Sample *sample, GError **error)
{
    for (guint i = 0; i < SAMPLE_IMAGES; i++) {
        PageSpec spec = {.kind = (PageKind)i, .dpi = THUMBNAIL_DPI, .seed = i};
        g_auto(Picture) picture = {0};

        if (!page_draw(&spec, &picture, NULL, error))
            return FALSE;
        sample->images[i].name = image_names[i];
        sample->images[i].jpeg = picture_jpeg(&picture, THUMBNAIL_QUAL);
    }
    sample->options.images = sample->images;
    sample->options.n_images = SAMPLE_IMAGES;
    return TRUE;
}

static void take_copies(Sample *sample)
{
    const char *const *receivers = paper_template_receivers(sample->template);
    const char *document = json_text(sample->values, "document_number");

    for (guint i = 0; receivers[i] != NULL && i < SAMPLE_COPIES_MAX; i++) {
        sample->codes[i] = document_code(document, i + 1);
        sample->copies[i] = (PaperCopy){.code = sample->codes[i], .receiver = receivers[i]};
        sample->options.n_copies = i + 1;
    }
    sample->options.copies = sample->copies;
}

Sample *sample_new(const char *values, const char *kind, GError **error)
{
    g_autoptr(Sample) sample = g_new0(Sample, 1);

    sample->template = paper_template_find(kind, NULL, error);
    if (sample->template == NULL)
        return NULL;
    sample->values = read_values(values, kind, error);
    if (sample->values == NULL)
        return NULL;
    if (g_str_equal(kind, "arranging") && !draw_images(sample, error))
        return NULL;
    take_copies(sample);
    sample->options.created_us = SAMPLE_CREATED_US;
    return g_steal_pointer(&sample);
}

void sample_free(Sample *sample)
{
    paper_template_free(sample->template);
    json_decref(sample->values);
    for (guint i = 0; i < SAMPLE_COPIES_MAX; i++)
        g_free(sample->codes[i]);
    for (guint i = 0; i < SAMPLE_IMAGES; i++)
        g_clear_pointer(&sample->images[i].jpeg, g_bytes_unref);
    g_free(sample);
}
