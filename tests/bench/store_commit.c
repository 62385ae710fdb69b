/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_store_commit [FOLDER]: how long a commit takes in groups of ten pages as the feeder brings
 * them (syncs, names, journal and catalogue: spool_group_commit and store_write), beside making the
 * same pages durable one by one: fsync of the file and of its folder, without which its name may be
 * lost. Copying and digesting a page happens while the next one is fed and is timed on neither
 * side. Wall time, so FOLDER ($TMPDIR) must lie on the disk that is meant; where a sync costs
 * nothing, there is nothing to save, and what a sync costs is printed. The figure is the median of
 * the ratios of five rounds in which both sides take turns. Exit status 1 when the goal is missed.
 */
#include "appliance/base/text.h"
#include "storage/spool.h"
#include "storage/store.h"
#include "tests/bench/elapsed.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ROUNDS     5
#define GROUPS     20
#define GROUP      10
#define PAGE_BYTES 70000
#define GOAL       0.4

static const StoreOrigin origin = {"320583", "001", "bench.example/anjuan", "city"};
static const StoreActor actor = {"os:bench", "bench"};

static G_NORETURN void give_up(const char *what, const GError *error)
{
    fprintf(stderr, "bench_store_commit: %s: %s\n", what,
            error != NULL ? error->message : g_strerror(errno));
    exit(2);
}

/* A page as a worker hands it over. */
static int page_fd(void)
{
    g_autofree guint8 *bytes = g_malloc(PAGE_BYTES);
    int fd = memfd_create("page", MFD_CLOEXEC);

    for (gsize i = 0; i < PAGE_BYTES; i++)
        bytes[i] = (guint8)g_random_int();
    if (fd < 0 || write(fd, bytes, PAGE_BYTES) != PAGE_BYTES)
        give_up("a page in memory", NULL);
    return fd;
}

/* ── one by one ──────────────────────────────────────────────────────────────────────────── */

/* Seconds of the two syncs. */
static double sync_one(int folder, guint number, const guint8 *bytes)
{
    g_autofree char *name = g_strdup_printf("%u.tif", number);
    g_auto(Fd) fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    double begun;

    if (fd < 0 || write(fd, bytes, PAGE_BYTES) != PAGE_BYTES)
        give_up(name, NULL);
    begun = elapsed_wall_s();
    if (fsync(fd) != 0 || fsync(folder) != 0)
        give_up(name, NULL);
    return elapsed_wall_s() - begun;
}

static double plain_round(const char *folder, int page)
{
    g_autofree guint8 *bytes = g_malloc(PAGE_BYTES);
    g_auto(Fd) names = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    double took = 0;

    if (names < 0)
        give_up(folder, NULL);
    if (pread(page, bytes, PAGE_BYTES, 0) != PAGE_BYTES)
        give_up("read the page", NULL);
    for (guint i = 0; i < GROUPS * GROUP; i++)
        took += sync_one(names, i, bytes);
    return took;
}

/* ── ours ────────────────────────────────────────────────────────────────────────────────── */

typedef struct {
    gint64 batch, first;
    SpoolFile files[GROUP];
} Group;

static gboolean open_batch(StoreTxn *txn, void *data, GError **error)
{
    *(gint64 *)data = txn_next_seq(txn);
    return txn_append(txn, "batch.open", NULL,
                      json_pack("{s:s, s:b}", "device", "bench", "duplex", 0), error);
}

static json_t *side_body(const Group *group, guint i)
{
    const SpoolFile *file = &group->files[i];
    g_autofree char *sha256 = hex_encode(file->digests.sha256, SHA256_DIGEST_SIZE);
    g_autofree char *sha512 = hex_encode(file->digests.sha512, SHA512_DIGEST_SIZE);

    return json_pack(
        "{s:I, s:s, s:I, s:s, s:s, s:b, s:s, s:s, s:s, s:I, s:s, s:s, s:{}, s:[], s:i}", "batch",
        (json_int_t)group->batch, "day", "261122", "sheet", (json_int_t)(group->first + i), "side",
        "a", "state", "stored", "blank", 0, "role", "page", "file", file->file, "media_type",
        "image/tiff", "bytes", (json_int_t)file->bytes, "sha256", sha256, "sha512", sha512, "facts",
        "codes", "place", 0);
}

static gboolean record_group(StoreTxn *txn, void *data, GError **error)
{
    const Group *group = data;

    for (guint i = 0; i < GROUP; i++)
        if (!txn_append(txn, "side", NULL, side_body(group, i), error))
            return FALSE;
    return TRUE;
}

/* Seconds of the commit. */
static double store_group(Store *store, Group *group, int page)
{
    g_autoptr(SpoolGroup) files = spool_group_new(store_folder(store));
    GError *error = NULL;
    double took;

    for (guint i = 0; i < GROUP; i++) {
        SpoolName name = {"261122", group->batch, group->first + i, 'a', "tif"};

        if (!spool_group_add(files, &name, page, &group->files[i], &error))
            give_up("add a page", error);
    }
    took = elapsed_wall_s();
    if (!spool_group_commit(files, &error) ||
        !store_write(store, &actor, record_group, group, &error))
        give_up("commit a group", error);
    took = elapsed_wall_s() - took;
    for (guint i = 0; i < GROUP; i++)
        spool_file_clear(&group->files[i]);
    return took;
}

static double store_round(Store *store, int page)
{
    Group group = {.first = 1};
    GError *error = NULL;
    double took = 0;

    if (!store_write(store, &actor, open_batch, &group.batch, &error))
        give_up("open a batch", error);
    for (guint i = 0; i < GROUPS; i++, group.first += GROUP)
        took += store_group(store, &group, page);
    return took;
}

/* ── rounds ──────────────────────────────────────────────────────────────────────────────── */

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

/* Nothing is removed between rounds: ext4 looks for a new inode past those just freed, which costs
 * more than the sync itself. */
static double ratio_of_round(Store *store, const char *folder, guint round, int page)
{
    g_autofree char *plain = g_strdup_printf("%s/plain-%u", folder, round);
    GError *error = NULL;
    double ours, theirs;

    if (!file_make_folder(plain, 0700, &error))
        give_up(plain, error);
    theirs = plain_round(plain, page);
    ours = store_round(store, page);
    printf("%d pages in groups of %d: %.3f s, one by one: %.3f s, %.2f ms each\n", GROUPS * GROUP,
           GROUP, ours, theirs, theirs / (GROUPS * GROUP) * 1e3);
    return ours / theirs;
}

int main(int argc, char **argv)
{
    g_autofree char *folder = g_strdup_printf("%s/anjuan-bench-commit-%d",
                                              argc > 1 ? argv[1] : g_get_tmp_dir(), getpid());
    g_autofree char *data = g_build_filename(folder, "data", NULL);
    StoreOptions options = {.folder = data};
    double ratios[ROUNDS];
    GError *error = NULL;
    Store *store;
    int page = page_fd();

    if (!file_make_folder(folder, 0700, &error) || !store_create(&options, &origin, &error) ||
        (store = store_open(&options, &error)) == NULL)
        give_up(folder, error);
    for (guint i = 0; i < ROUNDS; i++)
        ratios[i] = ratio_of_round(store, folder, i, page);
    store_close(store);
    close(page);
    if (!file_remove_tree(folder, &error))
        give_up(folder, error);
    qsort(ratios, ROUNDS, sizeof ratios[0], by_value);
    printf("%-58s %10.2f (goal %g)%s\n", "commit of pages / each made durable by itself",
           ratios[ROUNDS / 2], GOAL, ratios[ROUNDS / 2] <= GOAL ? "" : " MISSED");
    return ratios[ROUNDS / 2] <= GOAL ? 0 : 1;
}
