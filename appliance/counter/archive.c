/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/archive.h"

#include "appliance/base/text.h"
#include "appliance/bundle/describe.h"
#include "appliance/counter/archive_intern.h"
#include "storage/catalog_keeping.h"
#include "storage/catalog_record.h"
#include "storage/ocfl_stage.h"
#include "storage/seal.h"
#include "storage/signing.h"

#include <string.h>

#define ARCHIVE_TRIES 8

/* ── sealing ─────────────────────────────────────────────────────────────────────────────── */

typedef struct {
    House *house;
    const StoreActor *actor;
    const ArchiveRequest *request;
    ArchiveView *view;
    ArchiveNumber number;
    char *archive_number;
    char *series; /* everything before the 件号 */
    OcflRoot *root;
    OcflStage *stage;
    guint8 inventory[SHA512_DIGEST_SIZE];
    char *digest; /* of the content, seal.h */
    guint files;
} Sealing;

static OcflRoot *open_vault(Store *store, GError **error)
{
    g_autofree char *vault = store_path(store, "vault/root");
    g_autofree char *staging = store_path(store, "vault/staging");
    g_autofree char *declaration = store_path(store, "vault/root/0=ocfl_1.1");

    /* The declaration is written last: without it the root is half made, and is made again. */
    if (!g_file_test(declaration, G_FILE_TEST_EXISTS) && !ocfl_root_create(vault, error))
        return NULL;
    return ocfl_root_open(vault, staging, error);
}

static void sealing_clear(Sealing *sealing)
{
    g_clear_pointer(&sealing->stage, ocfl_stage_free);
    g_clear_pointer(&sealing->root, ocfl_root_free);
    g_clear_pointer(&sealing->view, archive_view_free);
    g_clear_pointer(&sealing->archive_number, g_free);
    g_clear_pointer(&sealing->series, g_free);
    g_clear_pointer(&sealing->digest, g_free);
    archive_number_clear(&sealing->number);
}

static const char *or_else(const char *asked, const char *otherwise)
{
    return asked != NULL ? asked : otherwise;
}

/* "XK" under the item's own 门类 ZY is written ZY·XK; anything else is taken as it is, and judged
 * with the whole number. */
static char *category_of(const Sealing *sealing)
{
    const char *own = sealing->view->life.rules.item->archive_class;
    const char *asked = sealing->request->category;

    if (asked == NULL)
        return g_strdup(own != NULL ? own : "");
    if (strlen(asked) == 2 && own != NULL && g_str_has_prefix(own, "ZY"))
        return g_strdup_printf("ZY·%s", asked);
    return g_strdup(asked);
}

/* The next number of the series, as the catalogue stands now. */
static gboolean draw_archive_number(Sealing *sealing, Catalog *catalog, GError **error)
{
    g_autoptr(ArchiveTables) tables = archive_tables_shipped();
    const Department *department = sealing->view->department;
    g_autofree char *prefix = NULL;
    gint64 next;

    archive_number_clear(&sealing->number);
    g_clear_pointer(&sealing->archive_number, g_free);
    g_clear_pointer(&sealing->series, g_free);
    sealing->number = (ArchiveNumber){
        .form = ARCHIVE_ITEM,
        .fonds = g_strdup(or_else(sealing->request->fonds, department->fonds)),
        .category = category_of(sealing),
        .year = day_year(house_today(sealing->house)),
        .retention = g_strdup(archive_view_retention(sealing->view, sealing->request->retention)),
        .unit = g_strdup(or_else(sealing->request->unit, department->unit)),
        .item = 1};
    sealing->archive_number = archive_number_compose(&sealing->number, tables, error);
    if (sealing->archive_number == NULL)
        return FALSE;
    sealing->series = archive_number_series(sealing->archive_number);
    prefix = g_strconcat(sealing->series, "-", NULL);
    if (!catalog_next_item_number(catalog, prefix, &next, error))
        return FALSE;
    sealing->number.item = (guint)next;
    g_free(sealing->archive_number);
    sealing->archive_number = archive_number_compose(&sealing->number, tables, error);
    return sealing->archive_number != NULL;
}

/* The parts stand in byte order of path, as the digest wants them. */
static char *content_digest(const Casefile *casefile)
{
    SealDigest seal;

    seal_digest_init(&seal);
    for (guint i = 0; i < casefile->parts->len; i++) {
        const CasefilePart *part = g_ptr_array_index(casefile->parts, i);
        guint8 sha256[SHA256_DIGEST_SIZE];

        if (part->bytes != NULL)
            sha256_of(g_bytes_get_data(part->bytes, NULL), g_bytes_get_size(part->bytes), sha256);
        seal_digest_add(&seal, part->path, part->bytes != NULL ? sha256 : part->digests.sha256);
    }
    return seal_digest_finish(&seal);
}

static gboolean stage_parts(Sealing *sealing, const Casefile *casefile, GError **error)
{
    sealing->digest = content_digest(casefile);
    for (guint i = 0; i < casefile->parts->len; i++) {
        const CasefilePart *part = g_ptr_array_index(casefile->parts, i);

        if (part->source != NULL
                ? !ocfl_stage_link(sealing->stage, part->path, part->source, &part->digests, error)
                : !ocfl_stage_put(sealing->stage, part->path, part->bytes, error))
            return FALSE;
    }
    return ocfl_stage_finish(sealing->stage, sealing->inventory, error);
}

/* What the filing itself adds to what is known of the case. */
static json_t *about_filing(const Sealing *sealing, Catalog *catalog, gint64 now_us, GError **error)
{
    json_t *about = archive_about(sealing->house, catalog, sealing->request->number, error);
    g_autofree char *at = clock_format(now_us);

    if (about == NULL)
        return NULL;
    archive_about_number(about, sealing->archive_number, &sealing->number);
    json_object_set_new(about, "at", json_string(at));
    json_object_set_new(about, "filed", json_string(at));
    return about;
}

static gboolean frame_and_describe(Sealing *sealing, Casefile *casefile, Catalog *catalog,
                                   gint64 now_us, GError **error)
{
    ArchiveFrame frame = {.house = sealing->house,
                          .view = sealing->view,
                          .number = &sealing->number,
                          .archive_number = sealing->archive_number,
                          .arranger = sealing->actor->actor,
                          .at_us = now_us};

    if (!archive_add_frame(casefile, &frame, error))
        return FALSE;
    casefile->about = about_filing(sealing, catalog, now_us, error);
    return casefile->about != NULL && casefile_read_record(casefile, error) &&
           casefile_describe(casefile, error);
}

static gboolean stage_case(Sealing *sealing, Catalog *catalog, GError **error)
{
    g_autofree char *id = g_strdup_printf("urn:anjuan:%s", sealing->request->number);
    g_autoptr(Casefile) casefile = archive_casefile(sealing->house, catalog, sealing->view, error);
    OcflVersion version = {
        .id = id,
        .created_us = clock_now_us(store_clock(house_store(sealing->house))),
        .message = "归档",
        .user_name = sealing->actor->actor,
        .user_address = "urn:anjuan:station",
    };

    if (casefile == NULL ||
        !frame_and_describe(sealing, casefile, catalog, version.created_us, error))
        return FALSE;
    sealing->files = casefile->parts->len;
    sealing->stage = ocfl_stage_new(sealing->root, &version, error);
    return sealing->stage != NULL && stage_parts(sealing, casefile, error);
}

static json_t *seal_body(StoreTxn *txn, const Sealing *sealing)
{
    const Filing *filing = sealing->view->filing;
    g_autofree char *digest = hex_encode(sealing->inventory, sizeof sealing->inventory);
    json_t *documents = json_array(), *sides = json_array();

    for (guint i = 0; i < filing->entries->len; i++) {
        const FilingEntry *e = g_ptr_array_index(filing->entries, i);

        if (e->position > 0)
            json_array_append_new(documents,
                                  json_pack("[i, i, i, i]", (int)e->document->number,
                                            (int)e->position, (int)e->first_page, (int)e->pages));
    }
    for (guint i = 0; i < filing->pages->len; i++) {
        const FilingPage *page = &g_array_index(filing->pages, FilingPage, i);
        const json_t *row = json_array_get(sealing->view->sides, (gsize)page->id);

        if (page->page > 0)
            json_array_append_new(sides, json_pack("[O, O, O, i]", json_object_get(row, "batch"),
                                                   json_object_get(row, "sheet"),
                                                   json_object_get(row, "side"), (int)page->page));
    }
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:o, s:o}", "archive_number",
                     sealing->archive_number, "filed_at", txn_now(txn), "retention",
                     sealing->number.retention, "digest", sealing->digest, "inventory", digest,
                     "files", (int)sealing->files, "documents", documents, "sides", sides);
}

static gboolean seal_command(StoreTxn *txn, void *data, GError **error)
{
    const Sealing *sealing = data;
    const char *number = sealing->request->number;
    g_autoptr(json_t) row = case_row(txn_catalog(txn), number, error);
    g_autofree char *prefix = g_strconcat(sealing->series, "-", NULL);
    LifeEvent event = {.type = EVENT_FILE,
                       .actor = ACTOR_ARCHIVIST,
                       .reference = sealing->archive_number,
                       .may_file = TRUE};
    CaseLife after;
    gint64 next;

    if (row == NULL || !catalog_next_item_number(txn_catalog(txn), prefix, &next, error))
        return FALSE;
    if (json_int(row, "version", -1) != json_int(sealing->view->row, "version", -2) ||
        next != sealing->number.item)
        return error_set(error, ERROR_STALE, "%s", number);
    return case_step_in(txn, sealing->house, sealing->actor, number, &event, &after, error) &&
           txn_append(txn, "seal", number, seal_body(txn, sealing), error);
}

/* One filing at a time, across processes: a stage in work is not to be taken for a left-over. */
static Fd lock_vault(Store *store, GError **error)
{
    g_autofree char *vault = store_path(store, "vault");

    return file_lock_folder(vault, error);
}

/* Filed is filed: where this cannot be signed, whatever signs next says why. */
static void sign_filed(Store *store)
{
    g_autoptr(GError) later = NULL;

    g_free(signing_checkpoint(store, &later));
}

static gboolean seal_once(Sealing *sealing, GError **error)
{
    Store *store = house_store(sealing->house);
    g_autoptr(Catalog) catalog = store_reader(store, error);

    if (catalog == NULL)
        return FALSE;
    sealing->view = archive_view(sealing->house, catalog, sealing->request->number,
                                 sealing->request->retention, error);
    if (sealing->view == NULL || !filing_allowed(sealing->view->filing, error))
        return FALSE;
    sealing->root = open_vault(store, error);
    if (sealing->root == NULL || !draw_archive_number(sealing, catalog, error) ||
        !stage_case(sealing, catalog, error))
        return FALSE;
    if (store_write(store, sealing->actor, seal_command, sealing, error))
        return ocfl_stage_commit(sealing->stage, error);
    return FALSE;
}

/* A stage without a record is nobody's. */
static void discard(Sealing *sealing)
{
    g_autoptr(GError) error = NULL;

    if (sealing->stage != NULL && !ocfl_stage_discard(sealing->stage, &error))
        g_warning("discard a stage: %s", error->message);
}

/* ── recovery ────────────────────────────────────────────────────────────────────────────── */

/* Whether the journal holds the seal that names this inventory. */
static gboolean is_sealed(Catalog *catalog, const char *id, const guint8 *digest)
{
    const char *number = id + strlen("urn:anjuan:");
    g_autofree char *hex = hex_encode(digest, SHA512_DIGEST_SIZE);

    return g_str_has_prefix(id, "urn:anjuan:") && catalog_has_seal(catalog, number, hex);
}

static gboolean recover_stage(const OcflRoot *root, Catalog *catalog, const char *name,
                              GError **error)
{
    guint8 digest[SHA512_DIGEST_SIZE];
    g_autoptr(OcflStage) stage = ocfl_stage_open(root, name, digest, error);

    if (stage == NULL)
        return FALSE;
    if (is_sealed(catalog, ocfl_stage_id(stage), digest))
        return ocfl_stage_commit(stage, error);
    return ocfl_stage_discard(stage, error);
}

static gboolean recover_stages(Store *store, GError **error)
{
    g_autofree char *vault = store_path(store, "vault/root");
    g_autoptr(OcflRoot) root = NULL;
    g_autoptr(Catalog) catalog = NULL;
    g_autoptr(GPtrArray) names = NULL;

    if (!g_file_test(vault, G_FILE_TEST_IS_DIR))
        return TRUE;
    root = open_vault(store, error);
    catalog = root != NULL ? store_reader(store, error) : NULL;
    names = catalog != NULL ? ocfl_stage_list(root, error) : NULL;
    for (guint i = 0; names != NULL && i < names->len; i++)
        if (!recover_stage(root, catalog, g_ptr_array_index(names, i), error))
            return FALSE;
    return names != NULL;
}

/* ── filing ──────────────────────────────────────────────────────────────────────────────── */

gboolean archive_file(House *house, const StoreActor *actor, const ArchiveRequest *request,
                      char **archive_number, GError **error)
{
    g_auto(Fd) lock = lock_vault(house_store(house), error);

    if (lock < 0 || !recover_stages(house_store(house), error))
        return FALSE;
    for (int try = 0; try < ARCHIVE_TRIES; try++) {
        Sealing sealing = {.house = house, .actor = actor, .request = request};
        g_autoptr(GError) why = NULL;
        gboolean ok = seal_once(&sealing, &why);

        if (ok)
            *archive_number = g_strdup(sealing.archive_number);
        else if (error_exit_status(error_code(why)) == 1)
            discard(&sealing); /* refused: there is no record, and will be none */
        sealing_clear(&sealing);
        if (ok) {
            sign_filed(house_store(house));
            return TRUE;
        }
        if (error_code(why) != ERROR_STALE) {
            g_propagate_error(error, g_steal_pointer(&why));
            return FALSE;
        }
    }
    return error_set(error, ERROR_BUSY, "case %s keeps changing", request->number);
}

gboolean archive_recover(Store *store, GError **error)
{
    g_auto(Fd) lock = lock_vault(store, error);

    return lock >= 0 && recover_stages(store, error);
}
