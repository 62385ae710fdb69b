/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/archive_intern.h"

#include "appliance/base/text.h"
#include "appliance/bundle/describe.h"
#include "storage/catalog_keeping.h"
#include "storage/catalog_record.h"
#include "storage/ocfl_stage.h"
#include "storage/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

#define ARCHIVE_TRIES 8

/* ── the arrangement ─────────────────────────────────────────────────────────────────────── */

static GArray *sides_of(const ArchiveView *view, gint64 document)
{
    GArray *sides = g_array_new(FALSE, TRUE, sizeof(FilingSide));
    gsize i;
    json_t *row;

    json_array_foreach(view->sides, i, row)
    {
        FilingSide side = {.id = (gint64)i,
                           .sheet = (guint)json_int(row, "sheet", 0),
                           .side = *json_text(row, "side") == 'a' ? 1 : 2,
                           .blank = json_int(row, "blank", 0) != 0,
                           .unread = strcmp(json_text(row, "state"), "unread") == 0,
                           .fixed_page = (guint)json_int(row, "page_number", 0)};

        if (json_int(row, "document", 0) == document &&
            strcmp(json_text(row, "state"), "void") != 0)
            g_array_append_val(sides, side);
    }
    return sides;
}

/* An issued paper without a scan of its signed copy still has its PDF, and a place in the order. */
static void add_fact(ArchiveView *view, const json_t *row)
{
    gint64 number = json_int(row, "number", 0);
    GArray *sides = sides_of(view, number);
    gboolean is_paper = strcmp(json_text(row, "family"), "A") != 0;
    gboolean is_void = strcmp(json_text(row, "state"), "void") == 0;
    FilingDocument fact = {
        .number = (guint32)number,
        .slot = code_slot_number(json_text(row, "code")),
        .title = json_text(row, "title"),
        .responsible = is_paper ? view->department->name : json_text(view->row, "applicant"),
        .reference = json_text(row, "paper_number") != NULL ? json_text(row, "paper_number") : "",
        .date = house_day(json_text(row, "made_at")),
        .void_reason = is_void ? json_text(row, "reason") : NULL,
        .placeholder = is_paper && sides->len == 0 ? "电子文书" : NULL,
        .sides = (const FilingSide *)(void *)sides->data,
        .n_sides = sides->len,
        .fixed_position = (guint)json_int(row, "position", 0)};

    g_ptr_array_add(view->side_sets, sides);
    g_array_append_val(view->facts, fact);
}

static FilingOutcome outcome_of(const LifeState *state)
{
    if (state->ending == ENDING_GRANTED)
        return OUTCOME_GRANTED;
    return state->ending == ENDING_NONE ? OUTCOME_OPEN : OUTCOME_OTHER;
}

static const char *retention_of(const ArchiveView *view, const char *asked)
{
    const Item *item = view->life.rules.item;

    if (asked != NULL)
        return asked;
    return view->life.state.ending == ENDING_GRANTED ? item->retention_granted
                                                     : item->retention_other;
}

static gboolean view_load(ArchiveView *view, House *house, Catalog *catalog, GError **error)
{
    view->row = case_row(catalog, view->number, error);
    if (view->row == NULL || !case_life(house, catalog, view->number, &view->life, error))
        return FALSE;
    view->department = house_department(house, catalog, view->life.rules.item->department, error);
    view->documents =
        view->department != NULL ? catalog_documents(catalog, view->number, error) : NULL;
    view->sides = view->documents != NULL ? catalog_sides(catalog, view->number, error) : NULL;
    /* The case file is proved by both digests. */
    view->fields = view->sides != NULL && catalog_add_facts(catalog, view->sides, error)
                       ? catalog_fields(catalog, view->number, error)
                       : NULL;
    view->check =
        view->fields != NULL ? completeness_check(house, catalog, view->number, error) : NULL;
    view->orders = view->check != NULL ? filing_orders_shipped(error) : NULL;
    return view->orders != NULL;
}

/* The remarks sheet says that the case is held: who files it away must not take it out again. */
static gboolean add_holds(ArchiveView *view, Catalog *catalog, GError **error)
{
    g_autoptr(json_t) holds = catalog_holds(catalog, view->number, TRUE, error);
    gsize i;
    json_t *hold;

    json_array_foreach(holds, i, hold)
    {
        const char *reference = json_text(hold, "reference");
        g_autofree char *day = day_format_zh(house_day(json_text(hold, "set_at")));

        g_ptr_array_add(view->filing->remarks,
                        g_strdup_printf("自%s起受法律保全%s%s，解除前不得移出、销毁", day,
                                        reference != NULL ? "：" : "",
                                        reference != NULL ? reference : ""));
    }
    return holds != NULL;
}

ArchiveView *archive_view(House *house, Catalog *catalog, const char *number, const char *retention,
                          GError **error)
{
    g_autoptr(ArchiveView) view = g_new0(ArchiveView, 1);
    FilingFacts facts = {0};
    gsize i;
    json_t *row;

    view->number = g_strdup(number);
    view->facts = g_array_new(FALSE, TRUE, sizeof(FilingDocument));
    view->side_sets = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
    if (!view_load(view, house, catalog, error))
        return NULL;
    json_array_foreach(view->documents, i, row) add_fact(view, row);
    facts.item = view->life.rules.item;
    facts.order = filing_order(view->orders, facts.item->order);
    facts.check = view->check;
    facts.outcome = outcome_of(&view->life.state);
    facts.retention = retention_of(view, retention);
    facts.documents = (const FilingDocument *)(void *)view->facts->data;
    facts.n_documents = view->facts->len;
    if (facts.order == NULL) {
        error_set(error, ERROR_DEFINITION, "no order profile '%s'", facts.item->order);
        return NULL;
    }
    view->filing = filing_arrange(&facts);
    return add_holds(view, catalog, error) ? g_steal_pointer(&view) : NULL;
}

void archive_view_free(ArchiveView *view)
{
    if (view == NULL)
        return;
    g_clear_pointer(&view->filing, filing_free);
    g_clear_pointer(&view->check, check_free);
    g_clear_pointer(&view->orders, g_ptr_array_unref);
    g_ptr_array_unref(view->side_sets);
    g_array_unref(view->facts);
    json_decref(view->row);
    json_decref(view->documents);
    json_decref(view->sides);
    json_decref(view->fields);
    g_free(view->number);
    g_free(view);
}

const Filing *archive_view_filing(const ArchiveView *view)
{
    return view->filing;
}

const char *archive_view_number(const ArchiveView *view)
{
    return view->number;
}

const json_t *archive_view_side(const ArchiveView *view, gint64 id)
{
    return json_array_get(view->sides, (gsize)id);
}

/* ── its files ───────────────────────────────────────────────────────────────────────────── */

static const char *extension_of(const char *file)
{
    const char *dot = strrchr(file, '.');

    return dot != NULL ? dot + 1 : "bin";
}

/* Sides in filed order: those of the pages array, which leaves out void ones. */
static gboolean add_sides(Casefile *casefile, const ArchiveView *view, Store *store, json_t *pages,
                          GError **error)
{
    for (guint i = 0; i < view->filing->pages->len; i++) {
        const FilingPage *page = &g_array_index(view->filing->pages, FilingPage, i);
        const json_t *row = json_array_get(view->sides, (gsize)page->id);
        const char *file = json_text(row, "file");
        g_autofree char *source = store_path(store, file);
        g_autofree char *path =
            g_strdup_printf("representations/rep1/data/%04u.%s", i + 1, extension_of(file));

        if (!casefile_add_file(casefile, path, source, row, error))
            return FALSE;
        json_array_append_new(
            pages,
            json_pack("{s:s, s:i, s:i, s:b, s:s, s:O, s:O, s:O, s:O, s:O, s:O}", "file", path,
                      "document", (int)page->number, "page_number", (int)page->page, "blank",
                      json_int(row, "blank", 0) != 0, "state", json_text(row, "state"), "batch",
                      json_object_get(row, "batch"), "sheet", json_object_get(row, "sheet"), "side",
                      json_object_get(row, "side"), "sha256", json_object_get(row, "sha256"),
                      "bytes", json_object_get(row, "bytes"), "turn",
                      json_object_get(row, "turn")));
    }
    return TRUE;
}

static gboolean add_papers(Casefile *casefile, const ArchiveView *view, Store *store,
                           GError **error)
{
    gsize i;
    json_t *row;

    json_array_foreach(view->documents, i, row)
    {
        const char *file = json_text(row, "file");
        g_autofree char *source = file != NULL ? store_path(store, file) : NULL;
        g_autofree char *path = g_strdup_printf("documentation/%s-%03d.pdf", json_text(row, "code"),
                                                (int)json_int(row, "number", 0));

        if (file != NULL && !casefile_add_file(casefile, path, source, row, error))
            return FALSE;
    }
    return TRUE;
}

static json_t *entries_json(const ArchiveView *view)
{
    json_t *list = json_array();

    for (guint i = 0; i < view->filing->entries->len; i++) {
        const FilingEntry *entry = g_ptr_array_index(view->filing->entries, i);
        const FilingDocument *document = entry->document;
        g_autofree char *code = code_slot_name(document->slot);
        g_autofree char *date = day_format(document->date);

        json_array_append_new(
            list,
            json_pack("{s:i, s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:s*}", "number",
                      (int)document->number, "code", code, "title", document->title, "reference",
                      document->reference, "date", date, "position", (int)entry->position,
                      "first_page", (int)entry->first_page, "pages", (int)entry->pages, "blanks",
                      (int)entry->blanks, "void", document->void_reason));
    }
    return list;
}

static gboolean add_metadata(Casefile *casefile, const ArchiveView *view, json_t *pages)
{
    g_autoptr(json_t) check = completeness_json(view->check, LANG_ZH);
    g_autoptr(json_t) root =
        json_pack("{s:s, s:O, s:O, s:o, s:O, s:O, s:{s:i, s:i, s:i, s:i}}", "format",
                  "anjuan-case/1", "case", view->row, "fields", view->fields, "documents",
                  entries_json(view), "sides", pages, "check", check, "counts", "documents",
                  (int)view->filing->n_positions, "pages", (int)view->filing->n_pages, "blanks",
                  (int)view->filing->n_blanks, "void", (int)view->filing->n_void);
    char *text = json_dumps(root, JSON_INDENT(2));

    casefile_add_text(casefile, "metadata/case.json", text);
    free(text);
    return TRUE;
}

static gboolean add_records(Casefile *casefile, const ArchiveView *view, Store *store,
                            Catalog *catalog, GError **error)
{
    g_autoptr(GPtrArray) lines = store_records(store, catalog, view->number, error);
    g_autoptr(GString) text = g_string_new(NULL);

    if (lines == NULL)
        return FALSE;
    for (guint i = 0; i < lines->len; i++)
        g_string_append_printf(text, "%s\n", (const char *)g_ptr_array_index(lines, i));
    casefile_add_text(casefile, "audit/records.jsonl", text->str);
    return TRUE;
}

/* ── all of them ────────────────────────────────────────────────────────────────────────── */

Casefile *archive_casefile(House *house, Catalog *catalog, const ArchiveView *view, GError **error)
{
    g_autoptr(Casefile) casefile = casefile_new(view->number);
    g_autoptr(json_t) pages = json_array();
    Store *store = house_store(house);

    if (!add_sides(casefile, view, store, pages, error) ||
        !add_papers(casefile, view, store, error) || !add_metadata(casefile, view, pages) ||
        !add_records(casefile, view, store, catalog, error))
        return NULL;
    casefile_sort(casefile);
    return g_steal_pointer(&casefile);
}

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
        .retention = g_strdup(retention_of(sealing->view, sealing->request->retention)),
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
    Fd fd = open(vault, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 || flock(fd, LOCK_EX) != 0) {
        error_set_errno(error, ERROR_IO, errno, "lock %s", vault);
        fd_close(fd_steal(&fd));
    }
    return fd;
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
        if (ok)
            return TRUE;
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
