/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/bundle/casefile.h"

#include "appliance/base/text.h"

#include <string.h>

static void part_free(void *data)
{
    CasefilePart *part = data;

    g_free(part->path);
    g_free(part->source);
    g_clear_pointer(&part->bytes, g_bytes_unref);
    g_free(part);
}

Casefile *casefile_new(const char *number)
{
    Casefile *casefile = g_new0(Casefile, 1);

    casefile->number = g_strdup(number);
    casefile->parts = g_ptr_array_new_with_free_func(part_free);
    return casefile;
}

void casefile_free(Casefile *casefile)
{
    if (casefile == NULL)
        return;
    g_ptr_array_unref(casefile->parts);
    g_free(casefile->number);
    g_free(casefile);
}

gboolean casefile_add_file(Casefile *casefile, const char *path, const char *source,
                           const json_t *row, GError **error)
{
    CasefilePart *part = g_new0(CasefilePart, 1);
    const char *sha256 = json_text(row, "sha256"), *sha512 = json_text(row, "sha512");

    part->path = g_strdup(path);
    part->source = g_strdup(source);
    g_ptr_array_add(casefile->parts, part);
    if (sha256 == NULL || sha512 == NULL ||
        !hex_decode(sha256, part->digests.sha256, sizeof part->digests.sha256) ||
        !hex_decode(sha512, part->digests.sha512, sizeof part->digests.sha512))
        return error_set(error, ERROR_JOURNAL_DAMAGED, "%s has no digests", source);
    return TRUE;
}

void casefile_add_bytes(Casefile *casefile, const char *path, GBytes *bytes)
{
    CasefilePart *part = g_new0(CasefilePart, 1);

    part->path = g_strdup(path);
    part->bytes = g_bytes_ref(bytes);
    g_ptr_array_add(casefile->parts, part);
}

void casefile_add_text(Casefile *casefile, const char *path, const char *text)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));

    casefile_add_bytes(casefile, path, bytes);
}

static int by_path(gconstpointer a, gconstpointer b)
{
    const CasefilePart *const *x = a, *const *y = b;

    return strcmp((*x)->path, (*y)->path);
}

void casefile_sort(Casefile *casefile)
{
    g_ptr_array_sort(casefile->parts, by_path);
}
