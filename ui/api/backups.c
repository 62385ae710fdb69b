/* SPDX-License-Identifier: Apache-2.0
 *
 * Backups and restore drills as jobs.
 *
 * A backup goes to `backups/` of the data folder or to another folder of this machine (a mounted
 * disk). Beside it nothing tells what is in it; so a note of each stays in the data folder:
 *
 *   backups/<name>.json     {"name", "path", "at", "seq", "bytes", "drill"}
 *
 * They are removed when they are too old (storage/expiry.h), so they are full ones; those by
 * difference belong to the command line.
 */
#include "ui/api/jobs.h"

#include "appliance/counter/archive.h"
#include "storage/drill.h"
#include "storage/expiry.h"

#include <sodium.h>
#include <string.h>

#define FOLDER      EXPIRY_FOLDER
#define ENDING      ".anjuan-backup"
#define NOTE_MAX    65536
#define LISTED_MAX  200
#define BACKUP_KIND "backup"
#define DRILL_KIND  "drill"

typedef struct {
    char *name, *path;
    char *passphrase;
    gboolean with_key;
    json_t *note; /* of a drill: what is known of the backup */
} Keeping;

static void keeping_free(gpointer data)
{
    Keeping *keeping = data;

    if (keeping->passphrase != NULL)
        sodium_memzero(keeping->passphrase, strlen(keeping->passphrase));
    g_free(keeping->passphrase);
    g_free(keeping->name);
    g_free(keeping->path);
    json_decref(keeping->note);
    g_free(keeping);
}

/* ── notes ───────────────────────────────────────────────────────────────────────────────── */

static char *note_path(const Api *api, const char *name)
{
    g_autofree char *relative = g_strdup_printf(FOLDER "/%s.json", name);

    return store_path(api->options.store, relative);
}

static gboolean write_note(const Api *api, const json_t *note, GError **error)
{
    g_autofree char *path = note_path(api, json_text(note, "name"));
    g_autofree char *line = json_line(note);

    return file_replace(path, 0600, line, strlen(line), error);
}

/* Names are ours: digits and dashes, so that no request names another file. */
static gboolean is_name(const char *name)
{
    return *name != '\0' && strlen(name) <= 32 && strspn(name, "0123456789-") == strlen(name);
}

static json_t *read_note(const Api *api, const char *name)
{
    g_autofree char *path = is_name(name) ? note_path(api, name) : NULL;
    g_autoptr(GBytes) bytes = path != NULL ? file_read(path, NOTE_MAX, NULL) : NULL;

    return bytes != NULL ? json_parse(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), path,
                                      ERROR_FORMAT, NULL)
                         : NULL;
}

static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Of char *, oldest first. */
static GPtrArray *note_names(const Api *api)
{
    g_autofree char *folder = store_path(api->options.store, FOLDER);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
        if (g_str_has_suffix(name, ".json"))
            g_ptr_array_add(names, g_strndup(name, strlen(name) - strlen(".json")));
    g_ptr_array_sort(names, by_name);
    return names;
}

/* ── what is shown ───────────────────────────────────────────────────────────────────────── */

static json_t *show(const json_t *note, const char *state)
{
    json_t *drill = json_object_get(note, "drill");

    return json_pack("{s:s, s:s, s:I, s:I, s:s, s:o}", "name", json_text(note, "name"), "at",
                     json_text(note, "at"), "seq", (json_int_t)json_int(note, "seq", 0), "bytes",
                     (json_int_t)json_int(note, "bytes", 0), "state", state, "drill",
                     drill != NULL ? json_incref(drill) : json_null());
}

static const char *state_of(const JobLook *look)
{
    return look->state == JOB_RUNNING ? "running" : look->state == JOB_DONE ? "done" : "failed";
}

/* Backups that are being made or failed; those that ended well have their notes. */
static void add_jobs(Call *call, json_t *list)
{
    JobLook look;

    for (guint i = 0; job_look_at(call->api->jobs, BACKUP_KIND, i, &look); i++) {
        if (look.state != JOB_DONE)
            json_array_append_new(list, show(look.shown, state_of(&look)));
        job_look_clear(&look);
    }
}

static gboolean is_drilled_now(Call *call, const char *name)
{
    gboolean now = FALSE;
    JobLook look;

    for (guint i = 0; job_look_at(call->api->jobs, DRILL_KIND, i, &look); i++) {
        now = now ||
              (look.state == JOB_RUNNING && g_strcmp0(json_text(look.shown, "name"), name) == 0);
        job_look_clear(&look);
    }
    return now;
}

Response *get_backups(Call *call, GError **error G_GNUC_UNUSED)
{
    g_autoptr(GPtrArray) names = note_names(call->api);
    json_t *list = json_array();

    add_jobs(call, list);
    for (guint i = names->len; i > 0 && json_array_size(list) < LISTED_MAX; i--) {
        const char *name = g_ptr_array_index(names, i - 1);
        g_autoptr(json_t) note = read_note(call->api, name);

        if (note != NULL)
            json_array_append_new(list,
                                  show(note, is_drilled_now(call, name) ? "running" : "done"));
    }
    return call_json(200, json_pack("{s:o}", "backups", list));
}

/* ── making one ──────────────────────────────────────────────────────────────────────────── */

static gboolean on_progress(guint done, void *data)
{
    return job_progress(data, done);
}

static json_t *new_note(const Api *api, const Keeping *keeping, const BackupDone *done)
{
    g_autofree char *now = clock_format(clock_now_us(store_clock(api->options.store)));

    return json_pack("{s:s, s:s, s:s, s:I, s:I, s:n}", "name", keeping->name, "path", keeping->path,
                     "at", now, "seq", (json_int_t)(done != NULL ? done->seq : 0), "bytes",
                     (json_int_t)(done != NULL ? done->bytes : 0), "drill");
}

static gboolean run_backup(Job *job, void *data, GError **error)
{
    Keeping *keeping = data;
    BackupRequest request = {.path = keeping->path,
                             .key = {.passphrase = keeping->passphrase},
                             .since = BACKUP_FULL,
                             .with_key = keeping->with_key,
                             .settle = archive_recover,
                             .progress = on_progress,
                             .progress_data = job};
    g_auto(BackupDone) done = {0};
    g_autoptr(json_t) note = NULL;

    if (!backup_write(job_api(job)->options.store, &request, &done, error))
        return FALSE;
    note = new_note(job_api(job), keeping, &done);
    if (!write_note(job_api(job), note, error))
        return FALSE;
    job_show(job, json_incref(note));
    /* The backup stands; that the store has damage must be told all the same. */
    return done.lost->len == 0 ||
           error_set(error, ERROR_DAMAGED, "%u files are missing or damaged", done.lost->len);
}

/* The folder a destination names: our own, or one that is there. */
static char *folder_of(Call *call, const char *destination, GError **error)
{
    const char *data = store_folder(call->api->options.store);
    g_autofree char *own = store_path(call->api->options.store, FOLDER);

    if (!file_make_folder(own, 0700, error))
        return NULL;
    if (strcmp(destination, FOLDER) == 0)
        return g_steal_pointer(&own);
    if (g_path_is_absolute(destination) && g_file_test(destination, G_FILE_TEST_IS_DIR) &&
        !g_str_has_prefix(destination, data))
        return g_strdup(destination);
    error_set(error, ERROR_INVALID, "destination '%s': '" FOLDER "' or a folder of this machine",
              destination);
    return NULL;
}

/* "2026-11-21-101500": the instant in the hall, and -2 … where that name is taken. */
static char *free_name(const Call *call)
{
    gint64 now_us = clock_now_us(store_clock(call->api->options.store));
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(now_us / G_USEC_PER_SEC);
    g_autoptr(GDateTime) local = g_date_time_add_seconds(utc, HOUSE_OFFSET_S);
    g_autofree char *stem = g_date_time_format(local, "%Y-%m-%d-%H%M%S");

    for (guint i = 1;; i++) {
        char *name = i == 1 ? g_strdup(stem) : g_strdup_printf("%s-%u", stem, i);
        g_autoptr(json_t) note = read_note(call->api, name);

        if (note == NULL)
            return name;
        g_free(name);
    }
}

static Response *start(Call *call, const char *kind, JobRun run, Keeping *keeping, json_t *shown,
                       GError **error)
{
    g_autofree char *id =
        job_start(call->api->jobs,
                  &(JobOptions){kind, run, keeping, keeping_free, json_incref(shown)}, error);
    Response *response = id != NULL ? call_json(202, show(shown, "running")) : NULL;

    json_decref(shown);
    return response;
}

Response *post_backup(Call *call, GError **error)
{
    const json_t *b = call->body;
    g_autofree char *folder = folder_of(call, json_text(b, "destination"), error);
    Keeping *keeping;

    if (folder == NULL)
        return NULL;
    keeping = g_new0(Keeping, 1);
    keeping->name = free_name(call);
    keeping->path = g_strdup_printf("%s/anjuan-%s" ENDING, folder, keeping->name);
    keeping->passphrase = g_strdup(json_text(b, "passphrase"));
    keeping->with_key = json_flag(b, "with_key");
    return start(call, BACKUP_KIND, run_backup, keeping, new_note(call->api, keeping, NULL), error);
}

/* ── the drill ───────────────────────────────────────────────────────────────────────────── */

static char *drill_text(const DrillDone *done, const GError *why, Lang lang)
{
    if (why != NULL)
        return error_sentence(why, lang);
    if (done->checked.errors == 0)
        return g_strdup_printf(lang == LANG_ZH
                                   ? "恢复 %" G_GINT64_FORMAT " 条记录、%" G_GINT64_FORMAT
                                     " 个文件, 与现库一致, 全部字节已核对"
                                   : "%" G_GINT64_FORMAT " records and %" G_GINT64_FORMAT
                                     " files came back, every byte was checked",
                               done->restored.seq + 1, done->restored.files);
    return g_strdup_printf(lang == LANG_ZH ? "恢复后发现 %" G_GINT64_FORMAT " 处损坏"
                                           : "%" G_GINT64_FORMAT " findings after the restore",
                           done->checked.errors);
}

/* A drill that was carried out ends well whatever it found: the finding is its result. */
static gboolean run_drill(Job *job, void *data, GError **error)
{
    Keeping *keeping = data;
    Api *api = job_api(job);
    const char *paths[] = {keeping->path, NULL};
    CipherKey key = {.passphrase = keeping->passphrase};
    RestoreRequest request = {
        .paths = paths, .keys = &key, .progress = on_progress, .progress_data = job};
    FsckOptions options = {0};
    g_auto(DrillDone) done = {0};
    g_autoptr(GError) why = NULL;
    gboolean ran = drill_run(api->options.store, &request, &options, &done, &why);
    g_autofree char *text = drill_text(&done, why, api->options.lang);
    g_autofree char *now = clock_format(clock_now_us(store_clock(api->options.store)));

    if (!ran && (error_code(why) == ERROR_CANCELLED || error_code(why) == ERROR_WRONG_KEY ||
                 error_code(why) == ERROR_DISK_FULL)) {
        g_propagate_error(error, g_steal_pointer(&why));
        return FALSE;
    }
    json_object_set_new(keeping->note, "drill",
                        json_pack("{s:s, s:b, s:s}", "at", now, "good",
                                  ran && done.checked.errors == 0, "text", text));
    job_show(job, json_deep_copy(keeping->note));
    return write_note(api, keeping->note, error);
}

Response *post_drill(Call *call, GError **error)
{
    const char *name = request_param(call->request, "backup");
    g_autoptr(json_t) note = read_note(call->api, name);
    Keeping *keeping;

    if (note == NULL) {
        error_set(error, ERROR_NOT_FOUND, "backup %s", name);
        return NULL;
    }
    keeping = g_new0(Keeping, 1);
    keeping->name = g_strdup(name);
    keeping->path = g_strdup(json_text(note, "path"));
    keeping->passphrase = g_strdup(json_text(call->body, "passphrase"));
    keeping->note = json_deep_copy(note);
    return start(call, DRILL_KIND, run_drill, keeping, json_incref(note), error);
}
