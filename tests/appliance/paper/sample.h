/* SPDX-License-Identifier: Apache-2.0
 *
 * Sample values for every template that ships (values/<kind>.json), made-up copies and pictures.
 */
#pragma once

#include "appliance/paper/paper.h"

#define SAMPLE_CREATED_US G_GINT64_CONSTANT(1795228951000000) /* 2026-11-21T02:42:31Z */
#define SAMPLE_COPIES_MAX 6
#define SAMPLE_IMAGES     4

typedef struct {
    PaperTemplate *template;
    json_t *values;
    PaperCopy copies[SAMPLE_COPIES_MAX];
    char *codes[SAMPLE_COPIES_MAX];
    PaperImage images[SAMPLE_IMAGES];
    PaperOptions options; /* with a code and a receiver for each copy of the template */
} Sample;

/* The sample of `kind` from the folder `values`. */
Sample *sample_new(const char *values, const char *kind, GError **error) G_GNUC_WARN_UNUSED_RESULT;

void sample_free(Sample *sample);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sample, sample_free)
