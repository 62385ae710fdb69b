/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/expiry.h"

#include "appliance/base/json.h"

#define DAY_US   (G_GINT64_CONSTANT(24) * 3600 * G_USEC_PER_SEC)
#define NOTE_MAX 65536

typedef struct {
    char *note, *backup; /* paths */
    gint64 at_us;
} Kept;

static void kept_free(void *data)
{
    Kept *kept = data;

    g_free(kept->note);
    g_free(kept->backup);
    g_free(kept);
}

static int by_age(gconstpointer a, gconstpointer b)
{
    const Kept *one = *(const Kept *const *)a, *other = *(const Kept *const *)b;

    return one->at_us < other->at_us ? -1 : one->at_us > other->at_us;
}

/* What a note says of a backup that is there; NULL where it is not, or says something else. */
static Kept *read_note(const char *path)
{
    g_autoptr(GBytes) bytes = file_read(path, NOTE_MAX, NULL);
    g_autoptr(json_t) note = bytes != NULL
                                 ? json_parse(g_bytes_get_data(bytes, NULL),
                                              g_bytes_get_size(bytes), path, ERROR_FORMAT, NULL)
                                 : NULL;
    const char *at = json_text(note, "at"), *backup = json_text(note, "path");
    Kept *kept;
    gint64 at_us;

    if (at == NULL || backup == NULL || !clock_parse(at, &at_us) ||
        !g_file_test(backup, G_FILE_TEST_IS_REGULAR))
        return NULL;
    kept = g_new0(Kept, 1);
    *kept = (Kept){g_strdup(path), g_strdup(backup), at_us};
    return kept;
}

/* Of Kept, oldest first. */
static GPtrArray *notes_of(Store *store)
{
    GPtrArray *notes = g_ptr_array_new_with_free_func(kept_free);
    g_autofree char *folder = store_path(store, EXPIRY_FOLDER);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        Kept *kept = g_str_has_suffix(name, ".json") ? read_note(path) : NULL;

        if (kept != NULL)
            g_ptr_array_add(notes, kept);
    }
    g_ptr_array_sort(notes, by_age);
    return notes;
}

gboolean expiry_run(Store *store, guint days, guint *removed, GError **error)
{
    g_autoptr(GPtrArray) notes = days > 0 ? notes_of(store) : g_ptr_array_new();
    gint64 oldest_us = clock_now_us(store_clock(store)) - (gint64)days * DAY_US;

    *removed = 0;
    for (guint i = 0; i + 1 < notes->len; i++) {
        const Kept *kept = g_ptr_array_index(notes, i);

        if (kept->at_us >= oldest_us)
            break;
        if (!file_unlink(kept->backup, error) || !file_unlink(kept->note, error))
            return FALSE;
        ++*removed;
    }
    return TRUE;
}
