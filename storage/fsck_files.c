/* SPDX-License-Identifier: Apache-2.0
 *
 * Pages, papers and objects: there, as large as they were, and (read_data) the bytes they were.
 */
#include "storage/fsck_intern.h"

#include "appliance/base/text.h"
#include "storage/catalog_intern.h"
#include "storage/catalog_record.h"
#include "storage/ocfl.h"
#include "storage/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_BYTES 65536

/* ── one file ────────────────────────────────────────────────────────────────────────────── */

/* What a record says of a file. */
typedef struct {
    const char *path;
    gint64 bytes;
    const char *sha256, *sha512; /* hex */
    const char *id;              /* decides the part it is read in */
    const char *of;              /* the same with the page number, for findings */
    gboolean in_vault;           /* sealed: its other name is read there */
} Known;

static gboolean digest_of(Fsck *fsck, int fd, Digests *digests, GError **error)
{
    guint8 block[BLOCK_BYTES];
    DigestPass pass;
    gint64 at = 0;
    ssize_t n;

    digest_init(&pass);
    while ((n = file_pread(fd, block, sizeof block, at)) > 0) {
        at += n;
        digest_update(&pass, block, (gsize)n);
        fsck->summary->bytes_read += n;
        if (!fsck_pace(fsck, n, error))
            return FALSE;
    }
    digest_finish(&pass, digests);
    return TRUE;
}

static gboolean read_file(Fsck *fsck, const Known *known, int fd, GError **error)
{
    g_autofree char *sha256 = NULL, *sha512 = NULL;
    Digests digests;

    if (!digest_of(fsck, fd, &digests, error))
        return FALSE;
    sha256 = hex_encode(digests.sha256, sizeof digests.sha256);
    sha512 = hex_encode(digests.sha512, sizeof digests.sha512);
    fsck->summary->files_read++;
    if (g_strcmp0(sha256, known->sha256) != 0 ||
        (known->sha512 != NULL && strcmp(sha512, known->sha512) != 0))
        fsck_error(fsck, "changed", known->path, "the bytes are not those that were stored (%s)",
                   known->of);
    else if (fsck->options->read != NULL)
        fsck->options->read(known->path, fsck->options->data);
    return TRUE;
}

static gboolean is_of_other_part(const Fsck *fsck, const char *id)
{
    return fsck->options->part_alone && !fsck_is_in_part(fsck->options, id);
}

static gboolean check_file(Fsck *fsck, const Known *known, GError **error)
{
    g_autofree char *full = store_path(fsck->store, known->path);
    g_auto(Fd) fd = -1;
    struct stat info;

    if (is_of_other_part(fsck, known->id))
        return TRUE;
    fd = open(full, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    fsck->summary->files++;
    if (fd < 0 || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        fsck_error(fsck, "missing", known->path, "the file of %s cannot be opened: %s", known->of,
                   g_strerror(errno));
        return TRUE;
    }
    if (info.st_size != known->bytes) {
        fsck_error(fsck, "changed", known->path,
                   "%" G_GINT64_FORMAT " bytes, %" G_GINT64_FORMAT " were stored (%s)",
                   (gint64)info.st_size, known->bytes, known->of);
        return TRUE;
    }
    if (!fsck->options->read_data || !fsck_is_in_part(fsck->options, known->id) ||
        (known->in_vault && info.st_nlink > 1))
        return fsck_pace(fsck, 0, error);
    return read_file(fsck, known, fd, error);
}

/* ── spool ───────────────────────────────────────────────────────────────────────────────── */

static gboolean check_side(Fsck *fsck, const json_t *row, GError **error)
{
    const char *number = json_text(row, "case");
    gint64 page = json_int(row, "page_number", 0);
    g_autofree char *id =
        number != NULL ? g_strdup_printf("urn:anjuan:%s", number)
                       : g_strdup_printf("batch %" G_GINT64_FORMAT, json_int(row, "batch", 0));
    g_autofree char *of =
        page > 0 ? g_strdup_printf("%s, page %" G_GINT64_FORMAT, id, page) : g_strdup(id);
    /* The SHA-512 of a page stands in its record alone; one that is damaged was named already. */
    g_autoptr(json_t) record = fsck->options->read_data && json_object_get(row, "seq") != NULL
                                   ? catalog_record(fsck->reader, json_int(row, "seq", -1), NULL)
                                   : NULL;
    Known known = {json_text(row, "file"),
                   json_int(row, "bytes", 0),
                   json_text(row, "sha256"),
                   json_text(record != NULL ? record : row, "sha512"),
                   id,
                   of,
                   json_text(row, "filed_at") != NULL};

    return check_file(fsck, &known, error);
}

static gboolean check_sides(Fsck *fsck, GError **error)
{
    g_autoptr(json_t) last = NULL;

    do {
        const char *side = json_text(last, "side");
        json_t *rows = db_rows(catalog_db(fsck->reader), error,
                               "SELECT s.batch, s.sheet, s.side, s.seq, s.file, s.bytes, s.sha256,"
                               " c.number AS \"case\", s.page_number, c.filed_at FROM side s"
                               " LEFT JOIN cases c ON c.id = s.\"case\""
                               " WHERE (s.batch, s.sheet, s.side) > (?, ?, ?)"
                               " AND s.file IS NOT NULL"
                               " ORDER BY s.batch, s.sheet, s.side LIMIT ?",
                               "iiti", json_int(last, "batch", -1), json_int(last, "sheet", -1),
                               side != NULL ? side : "", FSCK_PAGE_ROWS);

        if (!fsck_page(fsck, rows, check_side, &last, error))
            return FALSE;
    } while (last != NULL);
    return TRUE;
}

static gboolean check_papers(Fsck *fsck, GError **error)
{
    g_autoptr(json_t) last = NULL;

    do {
        json_t *rows =
            db_rows(catalog_db(fsck->reader), error,
                    "SELECT d.\"case\" AS id, c.number AS \"case\", d.number, d.file,"
                    " d.bytes, d.sha256, d.sha512, c.filed_at FROM document d"
                    " JOIN cases c ON c.id = d.\"case\""
                    " WHERE (d.\"case\", d.number) > (?, ?) AND d.file IS NOT NULL"
                    " ORDER BY d.\"case\", d.number LIMIT ?",
                    "iii", json_int(last, "id", -1), json_int(last, "number", -1), FSCK_PAGE_ROWS);

        if (!fsck_page(fsck, rows, check_side, &last, error))
            return FALSE;
    } while (last != NULL);
    return TRUE;
}

/* A file that no record names is adopted at the next start, or its case was destroyed. */
static gboolean check_known(Fsck *fsck, const char *batch, const char *path, GError **error)
{
    gint64 n = 0;

    if (!db_int(catalog_db(fsck->reader), &n, 0, error,
                "SELECT EXISTS (SELECT 1 FROM side WHERE batch = ? AND file = ?)", "it",
                g_ascii_strtoll(batch, NULL, 10), path))
        return FALSE;
    if (n == 0)
        fsck_warning(fsck, "unknown", path, "no record names this file");
    return TRUE;
}

static gboolean check_batch_folder(Fsck *fsck, const char *day, const char *batch, GError **error)
{
    g_autofree char *relative = g_build_filename("spool", day, batch, NULL);
    g_autofree char *full = store_path(fsck->store, relative);
    g_autoptr(GDir) dir = g_dir_open(full, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(relative, name, NULL);

        if (!check_known(fsck, batch, path, error))
            return FALSE;
    }
    return TRUE;
}

/* Every name of a folder; FALSE ends it. */
typedef gboolean (*Each)(Fsck *fsck, const char *folder, const char *name, GError **error);

static gboolean each_name(Fsck *fsck, const char *relative, const char *passed, Each each,
                          GError **error)
{
    g_autofree char *full = store_path(fsck->store, relative);
    g_autoptr(GDir) dir = g_dir_open(full, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
        if (!each(fsck, passed, name, error))
            return FALSE;
    return TRUE;
}

static gboolean each_day(Fsck *fsck, const char *folder, const char *name, GError **error)
{
    g_autofree char *relative = g_build_filename(folder, name, NULL);

    /* Days of pages are six digits; papers have folders of their own. */
    return strlen(name) != 6 || !text_is_digits(name) ||
           each_name(fsck, relative, name, check_batch_folder, error);
}

gboolean fsck_spool(Fsck *fsck, GError **error)
{
    return check_sides(fsck, error) && check_papers(fsck, error) &&
           (fsck->options->part_alone || each_name(fsck, "spool", "spool", each_day, error));
}

/* ── vault ───────────────────────────────────────────────────────────────────────────────── */

typedef struct {
    Fsck *fsck;
    const char *path; /* of the object, below the data folder */
    guint errors;
} Object;

static void take_finding(const VerifyFinding *finding, void *data)
{
    Object *object = data;
    g_autofree char *path = finding->path != NULL
                                ? g_build_filename(object->path, finding->path, NULL)
                                : g_strdup(object->path);

    if (finding->severity != VERIFY_ERROR)
        return;
    object->errors++;
    fsck_error(object->fsck, "vault", path, "%s: %s %s", finding->code, finding->text[LANG_EN],
               finding->detail);
}

static GBytes *read_object_file(const Object *object, const char *name, char **path)
{
    g_autofree char *full = NULL;

    *path = g_build_filename(object->path, name, NULL);
    full = store_path(object->fsck->store, *path);
    return file_read(full, OCFL_INVENTORY_MAX, NULL);
}

/* A file of the object that must have exactly these bytes. */
static gboolean check_same(const Object *object, const char *name, const void *wanted, gsize size)
{
    g_autofree char *path = NULL;
    g_autoptr(GBytes) bytes = read_object_file(object, name, &path);

    if (bytes != NULL && g_bytes_get_size(bytes) == size &&
        memcmp(g_bytes_get_data(bytes, NULL), wanted, size) == 0)
        return TRUE;
    fsck_error(object->fsck, bytes != NULL ? "vault" : "missing", path,
               bytes != NULL ? "not what goes with the sealed inventory" : "cannot be read");
    return FALSE;
}

/* Both copies of the inventory and of its side-car follow from the bytes that were sealed. */
static gboolean check_copies(const Object *object, GBytes *inventory, const char *digest)
{
    g_autofree char *sidecar = g_strdup_printf("%s inventory.json\n", digest);
    gsize size;
    const char *bytes = g_bytes_get_data(inventory, &size);
    g_autoptr(json_t) parsed = json_loadb(bytes, size, 0, NULL);
    const char *head = json_text(parsed, "head");
    g_autofree char *copy = g_strdup_printf("%s/" OCFL_INVENTORY, head != NULL ? head : "v1");
    g_autofree char *copy_sidecar = g_strconcat(copy, ".sha512", NULL);
    gboolean same = check_same(object, "inventory.json.sha512", sidecar, strlen(sidecar));

    same = check_same(object, copy, bytes, size) && same;
    return check_same(object, copy_sidecar, sidecar, strlen(sidecar)) && same;
}

/* The inventory is the one its seal names: else all of the object could be another. */
static gboolean check_inventory(const Object *object, const json_t *row)
{
    /* Its digest stands in the record of the seal; one that is damaged was named already. */
    g_autoptr(json_t) seal = catalog_record(object->fsck->reader, json_int(row, "seq", -1), NULL);
    g_autofree char *path = NULL, *hex = NULL;
    g_autoptr(GBytes) bytes = read_object_file(object, OCFL_INVENTORY, &path);
    Digests digests;
    DigestPass pass;

    if (bytes == NULL) {
        fsck_error(object->fsck, "missing", path, "the inventory cannot be read");
        return FALSE;
    }
    digest_init(&pass);
    digest_update(&pass, g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    digest_finish(&pass, &digests);
    hex = hex_encode(digests.sha512, sizeof digests.sha512);
    if (seal == NULL || g_strcmp0(hex, json_text(seal, "inventory")) == 0)
        return check_copies(object, bytes, hex);
    fsck_error(object->fsck, "vault", path, "the inventory is not the one that was sealed");
    return FALSE;
}

static gboolean check_object(Fsck *fsck, const json_t *row, GError **error)
{
    const char *number = json_text(row, "case");
    g_autofree char *id = g_strdup_printf("urn:anjuan:%s", number);
    g_autofree char *place = ocfl_object_place(id);
    g_autofree char *path = g_build_filename("vault/root", place, NULL);
    g_autofree char *full = store_path(fsck->store, path);
    gboolean full_read = fsck->options->read_data && fsck_is_in_part(fsck->options, id);
    VerifyOptions options = {.level = full_read ? VERIFY_FULL : VERIFY_QUICK};
    Object object = {fsck, path, 0};
    VerifySummary summary = {0};
    g_autoptr(GError) why = NULL;

    if (is_of_other_part(fsck, id))
        return TRUE;
    fsck->summary->objects++;
    if (!check_inventory(&object, row))
        return TRUE;
    if (!verify_path(full, &options, take_finding, &object, &summary, &why)) {
        fsck_error(fsck, "vault", path, "%s", why->message);
        return TRUE;
    }
    fsck->summary->bytes_read += (gint64)summary.digested;
    fsck->summary->files_read += full_read ? (gint64)summary.files : 0;
    if (full_read && object.errors == 0 && fsck->options->read != NULL)
        fsck->options->read(id, fsck->options->data);
    return fsck_pace(fsck, (gint64)summary.digested, error);
}

/* The newest seal of every case that was not destroyed since. */
static gboolean check_sealed(Fsck *fsck, GError **error)
{
    g_autoptr(json_t) last = NULL;

    do {
        json_t *rows =
            db_rows(catalog_db(fsck->reader), error,
                    "SELECT e.seq, " CASE_NUMBER " AS \"case\" FROM event e"
                    " WHERE e.act = 'seal' AND e.act <> 'side' AND e.seq > ? AND NOT EXISTS"
                    " (SELECT 1 FROM event n WHERE n.\"case\" = e.\"case\" AND n.seq > e.seq"
                    " AND n.act IN ('seal', 'destroy')) ORDER BY e.seq LIMIT ?",
                    "ii", json_int(last, "seq", -1), FSCK_PAGE_ROWS);

        if (!fsck_page(fsck, rows, check_object, &last, error))
            return FALSE;
    } while (last != NULL);
    return TRUE;
}

/* What stands in the vault is what a seal put there. */
static gboolean each_object(Fsck *fsck, const char *folder, const char *name, GError **error)
{
    static const char prefix[] = "urn%3aanjuan%3a";
    g_autofree char *path = g_build_filename(folder, name, NULL);
    const char *number = name + strlen(prefix);
    gint64 n = 0;

    if (g_str_has_prefix(name, prefix) &&
        !db_int(catalog_db(fsck->reader), &n, 0, error,
                "SELECT (SELECT count(*) FROM event WHERE \"case\" = " CASE_ID_1
                " AND act = 'seal') > 0 AND (SELECT count(*) FROM event WHERE \"case\" = " CASE_ID_1
                " AND act = 'destroy') = 0",
                "t", number))
        return FALSE;
    if (n == 0)
        fsck_error(fsck, "unknown", path, "no seal names this object");
    return TRUE;
}

static gboolean each_second(Fsck *fsck, const char *folder, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);

    return each_name(fsck, path, path, each_object, error);
}

static gboolean each_first(Fsck *fsck, const char *folder, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);

    return strlen(name) != 2 || each_name(fsck, path, path, each_second, error);
}

/* A root is made with the first filing. */
static void check_root(Fsck *fsck)
{
    g_autofree char *full = store_path(fsck->store, "vault/root");
    const char *fault = fsck->summary->objects > 0 ? ocfl_root_fault(full) : NULL;
    g_autofree char *path = fault != NULL ? g_build_filename("vault/root", fault, NULL) : NULL;

    if (path != NULL)
        fsck_error(fsck, "vault", path, "missing or not what the root was made with");
}

gboolean fsck_vault(Fsck *fsck, GError **error)
{
    if (!check_sealed(fsck, error))
        return FALSE;
    check_root(fsck);
    return fsck->options->part_alone ||
           each_name(fsck, "vault/root", "vault/root", each_first, error);
}
