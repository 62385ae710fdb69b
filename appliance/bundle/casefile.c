/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/bundle/casefile.h"

#include "appliance/base/file.h"
#include "appliance/base/text.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define PART_READ_MAX ((gsize)64 << 20)

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
    json_decref(casefile->record);
    json_decref(casefile->about);
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
    DigestPass pass;

    part->path = g_strdup(path);
    part->bytes = g_bytes_ref(bytes);
    digest_init(&pass);
    digest_update(&pass, g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    digest_finish(&pass, &part->digests);
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

const CasefilePart *casefile_find(const Casefile *casefile, const char *path)
{
    for (guint i = 0; i < casefile->parts->len; i++) {
        const CasefilePart *part = g_ptr_array_index(casefile->parts, i);

        if (strcmp(part->path, path) == 0)
            return part;
    }
    return NULL;
}

const CasefilePart *casefile_paper(const Casefile *casefile, gint64 document)
{
    g_autofree char *ending = g_strdup_printf("-%03d.pdf", (int)document);

    for (guint i = 0; i < casefile->parts->len; i++) {
        const CasefilePart *part = g_ptr_array_index(casefile->parts, i);

        if (g_str_has_prefix(part->path, "documentation/") && g_str_has_suffix(part->path, ending))
            return part;
    }
    return NULL;
}

gboolean casefile_part_size(const CasefilePart *part, guint64 *size, GError **error)
{
    struct stat info;

    if (part->bytes != NULL) {
        *size = g_bytes_get_size(part->bytes);
        return TRUE;
    }
    if (stat(part->source, &info) != 0 || !S_ISREG(info.st_mode))
        return error_set_errno(error, ERROR_NO_FILE, errno, "%s", part->source);
    *size = (guint64)info.st_size;
    return TRUE;
}

char *casefile_part_sha256(const CasefilePart *part)
{
    return hex_encode(part->digests.sha256, sizeof part->digests.sha256);
}

GBytes *casefile_part_read(const CasefilePart *part, GError **error)
{
    g_autoptr(GBytes) bytes = part->bytes != NULL ? g_bytes_ref(part->bytes)
                                                  : file_read(part->source, PART_READ_MAX, error);
    guint8 digest[SHA256_DIGEST_SIZE];

    if (bytes == NULL)
        return NULL;
    sha256_of(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), digest);
    if (memcmp(digest, part->digests.sha256, sizeof digest) == 0)
        return g_steal_pointer(&bytes);
    error_set(error, ERROR_DIGEST, "%s", part->path);
    return NULL;
}

gboolean casefile_read_record(Casefile *casefile, GError **error)
{
    const CasefilePart *part = casefile_find(casefile, "metadata/case.json");
    g_autoptr(GBytes) bytes = part != NULL ? casefile_part_read(part, error) : NULL;

    if (part == NULL)
        return error_set(error, ERROR_JOURNAL_DAMAGED, "%s: no metadata/case.json",
                         casefile->number);
    json_decref(casefile->record);
    casefile->record = bytes != NULL
                           ? json_parse(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes),
                                        part->path, ERROR_JOURNAL_DAMAGED, error)
                           : NULL;
    return casefile->record != NULL;
}
