/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/secrets.h"

#include "appliance/base/digest.h"
#include "appliance/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SALT_BYTES 16

/* Place of the date in a case number: region 6, hall 3, then YYMMDD. */
#define CASE_DATE_AT     9
#define CASE_DATE_DIGITS 6

char *secrets_case_path(const char *case_number)
{
    gsize date_at = MIN(strlen(case_number), CASE_DATE_AT);

    return g_strdup_printf("secrets/%.*s/%s", CASE_DATE_DIGITS, case_number + date_at, case_number);
}

char *secrets_batch_path(const char *day, gint64 batch)
{
    return g_strdup_printf("secrets/%s/batch-%" G_GINT64_FORMAT, day, batch);
}

static char *commit_to(const guint8 salt[SALT_BYTES], const char *text)
{
    struct sha256_ctx context;
    guint8 digest[SHA256_DIGEST_SIZE];

    sha256_init(&context);
    sha256_update(&context, SALT_BYTES, salt);
    sha256_update(&context, strlen(text), (const guint8 *)text);
    sha256_digest(&context, sizeof digest, digest);
    return hex_encode(digest, sizeof digest);
}

Secret *secret_new(const char *path, const json_t *data, const Random *random)
{
    Secret *secret = g_new0(Secret, 1);
    g_autofree char *text = json_line(data);
    g_autofree char *salt_hex = NULL;
    guint8 salt[SALT_BYTES];

    random_fill(random, salt, sizeof salt);
    salt_hex = hex_encode(salt, sizeof salt);
    secret->commitment = commit_to(salt, text);
    secret->line = g_strdup_printf("%s %s %s\n", secret->commitment, salt_hex, text);
    secret->path = g_strdup(path);
    return secret;
}

void secret_free(Secret *secret)
{
    g_free(secret->commitment);
    g_free(secret->line);
    g_free(secret->path);
    g_free(secret);
}

/* A torn line of an earlier crash is closed, so that it cannot swallow the next one. */
static gboolean close_torn_line(int fd, const char *path, GError **error)
{
    struct stat info;
    char last = '\n';

    if (fstat(fd, &info) != 0)
        return error_set_errno(error, ERROR_IO, errno, "%s", path);
    if (info.st_size > 0 && file_pread(fd, &last, 1, info.st_size - 1) != 1)
        return error_set_errno(error, ERROR_IO, errno, "%s", path);
    return last == '\n' || file_write_all(fd, path, "\n", 1, error);
}

/* The lines of secrets from `first` on that go to the same file; moves `*next` behind them. */
static GString *lines_of_one_file(GPtrArray *secrets, guint *next)
{
    const Secret *first = g_ptr_array_index(secrets, *next);
    GString *lines = g_string_new(NULL);

    while (*next < secrets->len) {
        const Secret *secret = g_ptr_array_index(secrets, *next);

        if (strcmp(secret->path, first->path) != 0)
            break;
        g_string_append(lines, secret->line);
        ++*next;
    }
    return lines;
}

static gboolean append_lines(const char *path, const GString *lines, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    gboolean is_new = !g_file_test(path, G_FILE_TEST_EXISTS);
    g_auto(Fd) fd = -1;

    if (!file_make_folder(folder, 0700, error))
        return FALSE;
    fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return error_set_errno(error, ERROR_IO, errno, "%s", path);
    return close_torn_line(fd, path, error) &&
           file_write_all(fd, path, lines->str, lines->len, error) && file_sync(fd, path, error) &&
           (!is_new || file_sync_folder(folder, error));
}

gboolean secrets_write(const char *data_folder, GPtrArray *secrets, GError **error)
{
    guint next = 0;

    while (next < secrets->len) {
        const Secret *first = g_ptr_array_index(secrets, next);
        g_autofree char *path = g_build_filename(data_folder, first->path, NULL);
        g_autoptr(GString) lines = lines_of_one_file(secrets, &next);

        if (!append_lines(path, lines, error))
            return FALSE;
    }
    return TRUE;
}

json_t *secret_open_line(const char *line, const char *commitment)
{
    g_auto(GStrv) parts = g_strsplit(line, " ", 3);
    g_autofree char *found = NULL;
    guint8 salt[SALT_BYTES];

    if (g_strv_length(parts) != 3 || strcmp(parts[0], commitment) != 0 ||
        !hex_decode(parts[1], salt, sizeof salt))
        return NULL;
    found = commit_to(salt, parts[2]);
    return strcmp(found, commitment) == 0 ? json_loads(parts[2], JSON_REJECT_DUPLICATES, NULL)
                                          : NULL;
}

gboolean secret_is_destroyed(const char *line, const char *commitment)
{
    gsize n = strlen(commitment);

    return strncmp(line, commitment, n) == 0 && strcmp(line + n, SECRET_DESTROYED) == 0;
}

/* What stays of a file: lines that are kept, and for each of the others what it committed to. */
static GString *redacted(char **lines, GHashTable *commitments)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; lines[i] != NULL; i++) {
        g_autofree char *commitment = g_strndup(lines[i], SECRET_COMMITMENT_CHARS);
        gboolean is_secret = strlen(commitment) == SECRET_COMMITMENT_CHARS &&
                             strspn(commitment, "0123456789abcdef") == SECRET_COMMITMENT_CHARS;

        if (!is_secret)
            continue;
        if (commitments == NULL || g_hash_table_contains(commitments, commitment))
            g_string_append_printf(text, "%s" SECRET_DESTROYED "\n", commitment);
        else
            g_string_append_printf(text, "%s\n", lines[i]);
    }
    return text;
}

gboolean secrets_destroy(const char *data_folder, const char *path, GHashTable *commitments,
                         GError **error)
{
    g_autofree char *full = g_build_filename(data_folder, path, NULL), *text = NULL;
    g_autoptr(GBytes) bytes = NULL;
    g_autoptr(GString) rest = NULL;
    g_auto(GStrv) lines = NULL;

    if (!g_file_test(full, G_FILE_TEST_EXISTS))
        return TRUE;
    bytes = file_read(full, SECRETS_FILE_MAX, error);
    if (bytes == NULL)
        return FALSE;
    text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    lines = g_strsplit(text, "\n", -1);
    rest = redacted(lines, commitments);
    return strcmp(rest->str, text) == 0 || file_replace(full, 0600, rest->str, rest->len, error);
}

json_t *secrets_read(const char *data_folder, const char *path, const char *commitment,
                     GError **error)
{
    g_autofree char *full = g_build_filename(data_folder, path, NULL);
    g_autoptr(GBytes) bytes = file_read(full, SECRETS_FILE_MAX, NULL);
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;

    if (bytes == NULL) {
        error_set(error, ERROR_SECRET_LOST, "%s", path);
        return NULL;
    }
    text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++) {
        json_t *data = secret_open_line(lines[i], commitment);

        if (data != NULL)
            return data;
        if (secret_is_destroyed(lines[i], commitment))
            return json_object();
    }
    error_set(error, ERROR_SECRET_LOST, "%s: no entry for %s", path, commitment);
    return NULL;
}
