/* SPDX-License-Identifier: Apache-2.0
 *
 * What a crash left of a batch: files without a record are adopted into the tray, half-written
 * ones removed, and the batch is closed as interrupted. A batch whose folder is locked is somebody
 * else's and left alone.
 */
#include "appliance/base/file.h"
#include "appliance/base/text.h"
#include "appliance/intake/intake.h"
#include "appliance/page/worker.h"
#include "storage/catalog_query.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define ADOPTED_REASON "interrupted"

typedef struct {
    Store *store;
    const StoreActor *actor;
    PageWorker *worker; /* made when the first file is adopted */
    gint64 batch;
    char *relative; /* folder of the batch, below the data folder */
    gint64 adopted;
} Recovery;

/* A file of the batch that no record knows. */
typedef struct {
    Recovery *recovery;
    gint64 sheet;
    char side[2];
    char *file; /* below the data folder */
    gint64 bytes;
    Digests digests;
    PageResult page;
} Orphan;

static gboolean record_orphan(StoreTxn *txn, void *data, GError **error)
{
    Orphan *orphan = data;
    g_autofree char *sha256 = hex_encode(orphan->digests.sha256, SHA256_DIGEST_SIZE);
    g_autofree char *sha512 = hex_encode(orphan->digests.sha512, SHA512_DIGEST_SIZE);
    g_autoptr(json_t) known =
        catalog_side(txn_catalog(txn), orphan->recovery->batch, orphan->sheet, orphan->side, error);
    char day[7] = {0};
    json_t *body;

    if (known != NULL)
        return TRUE;
    memcpy(day, orphan->recovery->relative + strlen("spool/"), 6);
    body = json_pack("{s:I, s:s, s:I, s:s, s:s, s:b, s:s, s:s, s:s, s:I, s:s, s:s, s:o, s:[], s:i,"
                     " s:s}",
                     "batch", (json_int_t)orphan->recovery->batch, "day", day, "sheet",
                     (json_int_t)orphan->sheet, "side", orphan->side, "state",
                     page_state_token(orphan->page.state), "blank", orphan->page.facts.blank != 0,
                     "role", sheet_role_token(SHEET_PAGE), "file", orphan->file, "media_type",
                     orphan->page.media_type, "bytes", (json_int_t)orphan->bytes, "sha256", sha256,
                     "sha512", sha512, "facts", page_facts_to_json(&orphan->page.facts), "codes",
                     "place", 0, "reason", ADOPTED_REASON);
    orphan->recovery->adopted++;
    return txn_append(txn, "side", NULL, body, error);
}

static gboolean digest_file(int fd, Orphan *orphan, GError **error)
{
    guint8 block[65536];
    DigestPass pass;
    ssize_t n;

    digest_init(&pass);
    while ((n = file_pread(fd, block, sizeof block, orphan->bytes)) > 0) {
        digest_update(&pass, block, (gsize)n);
        orphan->bytes += n;
    }
    if (n < 0)
        return error_set_errno(error, ERROR_IO, errno, "%s", orphan->file);
    digest_finish(&pass, &orphan->digests);
    return TRUE;
}

/* "0003-a.tif"; decimal whatever its zeros in front (%i would take them for octal). */
static gboolean parse_name(const char *name, Orphan *orphan)
{
    char side;
    guint64 sheet;
    int end = 0;

    if (sscanf(name, "%" G_GUINT64_FORMAT "-%c.%n", &sheet, &side, &end) != 2 || end == 0 ||
        (side != 'a' && side != 'b'))
        return FALSE;
    orphan->sheet = (gint64)sheet;
    orphan->side[0] = side;
    orphan->side[1] = '\0';
    return TRUE;
}

/* What no page worker can read is adopted too, for a person to look at: nothing is ever removed,
 * and it must not stand in the way of new paper. */
static void leave_unread(Orphan *orphan, const GError *why)
{
    g_info("adopt %s unread: %s", orphan->file, why->message);
    page_result_clear(&orphan->page);
    orphan->page = PAGE_RESULT_NONE;
    orphan->page.state = PAGE_UNREAD;
    orphan->page.media_type = "application/octet-stream";
}

static gboolean look_at(Recovery *recovery, int fd, Orphan *orphan, GError **error)
{
    g_autoptr(GError) why = NULL;

    if (recovery->worker == NULL)
        recovery->worker = page_worker_new(error);
    if (recovery->worker == NULL)
        return FALSE;
    if (page_worker_import(recovery->worker, fd, 0, NULL, &orphan->page, &why))
        return TRUE;
    if (error_exit_status(error_code(why)) != 3) {
        g_propagate_error(error, g_steal_pointer(&why));
        return FALSE;
    }
    leave_unread(orphan, why);
    return TRUE;
}

static gboolean adopt(Recovery *recovery, const char *path, Orphan *orphan, GError **error)
{
    g_auto(Fd) fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return error_set_errno(error, ERROR_IO, errno, "%s", path);
    return digest_file(fd, orphan, error) && look_at(recovery, fd, orphan, error) &&
           store_write(recovery->store, recovery->actor, record_orphan, orphan, error);
}

static gboolean recover_file(Recovery *recovery, const char *name, GError **error)
{
    Orphan orphan = {.recovery = recovery, .page = PAGE_RESULT_NONE};
    g_autofree char *relative = g_build_filename(recovery->relative, name, NULL);
    g_autofree char *path = store_path(recovery->store, relative);
    g_autoptr(Catalog) reader = NULL;
    g_autoptr(json_t) known = NULL;
    gboolean ok;

    if (g_str_has_prefix(name, FILE_TEMPORARY_PREFIX))
        return file_unlink(path, error);
    if (!parse_name(name, &orphan))
        return TRUE;
    reader = store_reader(recovery->store, error);
    if (reader == NULL)
        return FALSE;
    known = catalog_side(reader, recovery->batch, orphan.sheet, orphan.side, error);
    if (known != NULL)
        return TRUE;
    orphan.file = relative;
    ok = adopt(recovery, path, &orphan, error);
    page_result_clear(&orphan.page);
    return ok;
}

static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static gboolean recover_files(Recovery *recovery, const char *folder, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, error);
    const char *name;

    if (dir == NULL)
        return FALSE;
    while ((name = g_dir_read_name(dir)) != NULL)
        g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, by_name);
    for (guint i = 0; i < names->len; i++)
        if (!recover_file(recovery, g_ptr_array_index(names, i), error))
            return FALSE;
    return TRUE;
}

static gboolean close_interrupted(StoreTxn *txn, void *data, GError **error)
{
    const Recovery *recovery = data;
    g_autoptr(json_t) batch = catalog_batch(txn_catalog(txn), recovery->batch, error);
    json_int_t sides;

    if (batch == NULL)
        return FALSE;
    if (json_text(batch, "closed_at") != NULL)
        return TRUE;
    sides = json_int(batch, "sides", 0);
    return txn_append(txn, "batch.close", NULL,
                      json_pack("{s:I, s:I, s:I, s:s}", "batch", (json_int_t)recovery->batch,
                                "received", sides, "stored", sides, "reason", ADOPTED_REASON),
                      error);
}

/* The folder's lock is free when nobody works on the batch; a batch without a folder has no file.
 */
static gboolean recover_batch(Recovery *recovery, GError **error)
{
    g_autofree char *folder = store_path(recovery->store, recovery->relative);
    g_auto(Fd) lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (lock >= 0) {
        if (flock(lock, LOCK_EX | LOCK_NB) != 0)
            return TRUE;
        if (!recover_files(recovery, folder, error))
            return FALSE;
    }
    return store_write(recovery->store, recovery->actor, close_interrupted, recovery, error);
}

/* "spool/<YYMMDD>/<batch>" of a batch opened at an instant. */
static char *batch_folder(const json_t *batch)
{
    const char *t = json_text(batch, "opened_at");

    return g_strdup_printf("spool/%.2s%.2s%.2s/%" G_GINT64_FORMAT, t + 2, t + 5, t + 8,
                           json_int(batch, "id", 0));
}

gboolean intake_recover(Store *store, const StoreActor *actor, gint64 *adopted, GError **error)
{
    Recovery recovery = {.store = store, .actor = actor};
    g_autoptr(Catalog) reader = store_reader(store, error);
    g_autoptr(json_t) open_batches = reader != NULL ? catalog_open_batches(reader, error) : NULL;
    gboolean ok = open_batches != NULL;
    gsize i;
    json_t *batch;

    json_array_foreach(open_batches, i, batch)
    {
        recovery.batch = json_int(batch, "id", 0);
        recovery.relative = batch_folder(batch);
        ok = ok && recover_batch(&recovery, error);
        g_clear_pointer(&recovery.relative, g_free);
    }
    page_worker_free(recovery.worker);
    *adopted = recovery.adopted;
    return ok;
}
