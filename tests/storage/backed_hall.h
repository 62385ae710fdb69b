/* SPDX-License-Identifier: Apache-2.0
 *
 * A hall with a filed case, and backups of it.
 */
#pragma once

#include "tests/appliance/counter/hall.h"
#include "tests/storage/sealed.h"

#include "storage/backup.h"

/* A hall with a filed case, and a folder for what is made. */
typedef struct {
    Hall hall;
    char *filed, *out, *path, *restored;
} Fixture;

static inline Fixture fixture_made(void)
{
    Fixture f = {.hall = hall_made("procedure"), .out = testing_folder()};

    f.filed = hall_filed(&f.hall);
    f.path = g_build_filename(f.out, "full", NULL);
    f.restored = g_build_filename(f.out, "restored", NULL);
    return f;
}

static inline void fixture_clear(Fixture *f)
{
    hall_close(&f->hall);
    g_free(f->filed);
    g_free(f->path);
    g_free(f->restored);
    g_free(f->out);
}

/* A backup to f->path; it replaces the last one. */
static inline void back_up(const Fixture *f, gint64 since, BackupDone *done)
{
    BackupRequest request = {
        .path = f->path, .key = sealed_key, .since = since, .settle = archive_recover};
    GError *error = NULL;

    (void)!file_remove_tree(f->path, NULL);
    (void)!backup_write(f->hall.store, &request, done, &error);
    assert_no_error(error);
}
