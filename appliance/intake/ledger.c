/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/intake/ledger.h"

#include "appliance/base/text.h"
#include "storage/catalog_query.h"
#include "storage/secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

/* Own codes of a side stand in its record; what exceeds this is counted, not kept, so that a page
 * papered with symbols cannot outgrow a record. */
#define OWN_CODES_MAX      16
#define FOREIGN_CODES_MAX  64
#define FOREIGN_CODE_BYTES 4096

/* Pages this much alike (page_likeness) are the same page again. Of two scans of one page seven in
 * ten reach it, of different pages on one form none did; the least of a notice is that it is true.
 */
#define TWIN_LIKENESS 990

/* A page of this batch, to know it again. */
typedef struct {
    gint64 sheet;
    char side;
    PageFacts facts;
} Seen;

/* A side that is not yet recorded. */
typedef struct {
    CrewResult *crew;
    SpoolFile file;
    SheetRole role;
    char *case_number;
    guint32 slot;
    gboolean fresh;
    gint64 document; /* of a paper coming back; set for the others while recording */
    gint64 instead_batch, instead_sheet;
    char *reason;
    char *twin; /* "batch-sheet-side" of the page it repeats; NULL: none */
    guint32 likeness;
    gint64 seq;
} Entry;

struct Ledger {
    Store *store;
    const StoreActor *actor;
    const PlacingLookup *lookup;
    IntakeTold told;
    void *told_data;
    IntakeFull full; /* NULL: a full disk ends the batch */
    void *full_data;
    gint64 batch;
    char day[7]; /* YYMMDD */
    Fd lock;
    SpoolGroup *group;
    GPtrArray *entries; /* of Entry; their bytes stay in memory until they are recorded */
    guint in_group;     /* of the entries, those whose bytes the group holds */
    gboolean durable;   /* the group's files are on disk, their records are not yet */
    GArray *seen;       /* of Seen */
    gint64 group_since_us;
    gint64 document; /* 统一编号 pages of the running slot go to; 0 none */
    gint64 stored, unread, tray;
};

static void entry_free(void *data)
{
    Entry *entry = data;

    crew_result_free(entry->crew);
    spool_file_clear(&entry->file);
    g_free(entry->case_number);
    g_free(entry->reason);
    g_free(entry->twin);
    g_free(entry);
}

gint64 ledger_batch(const Ledger *ledger)
{
    return ledger->batch;
}

gint64 ledger_stored(const Ledger *ledger)
{
    return ledger->stored;
}

gint64 ledger_unread(const Ledger *ledger)
{
    return ledger->unread;
}

gint64 ledger_in_tray(const Ledger *ledger)
{
    return ledger->tray;
}

void ledger_listen(Ledger *ledger, IntakeTold told, void *data)
{
    ledger->told = told;
    ledger->told_data = data;
}

void ledger_when_full(Ledger *ledger, IntakeFull full, void *data)
{
    ledger->full = full;
    ledger->full_data = data;
}

/* ── opening ─────────────────────────────────────────────────────────────────────────────── */

typedef struct {
    Ledger *ledger;
    const IntakeOptions *options;
} Opening;

/* The folder of the batch and the lock that says somebody works on it. */
static gboolean lock_folder(Ledger *ledger, GError **error)
{
    g_autofree char *relative =
        g_strdup_printf("spool/%s/%" G_GINT64_FORMAT, ledger->day, ledger->batch);
    g_autofree char *folder = store_path(ledger->store, relative);

    if (!file_make_folder(folder, 0700, error))
        return FALSE;
    fd_close(fd_steal(&ledger->lock));
    ledger->lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (ledger->lock < 0 || flock(ledger->lock, LOCK_EX | LOCK_NB) != 0)
        return error_set_errno(error, ERROR_IO, errno, "lock %s", folder);
    return TRUE;
}

/* Locks the folder before the record can be seen, so that no recovery takes the batch for dead. */
static gboolean open_batch(StoreTxn *txn, void *data, GError **error)
{
    Opening *opening = data;
    Ledger *ledger = opening->ledger;
    const IntakeOptions *options = opening->options;
    json_t *body = json_pack("{s:s, s:b}", "device", options->device, "duplex", options->duplex);

    if (body != NULL && options->declared >= 0)
        json_object_set_new(body, "declared", json_integer(options->declared));
    ledger->batch = txn_next_seq(txn);
    /* YYMMDD of the record's own instant, so that the name says the same as the journal. */
    g_snprintf(ledger->day, sizeof ledger->day, "%.2s%.2s%.2s", txn_now(txn) + 2, txn_now(txn) + 5,
               txn_now(txn) + 8);
    return txn_append(txn, "batch.open", options->case_number, body, error) &&
           lock_folder(ledger, error);
}

Ledger *ledger_open(Store *store, const StoreActor *actor, const IntakeOptions *options,
                    GError **error)
{
    g_autoptr(Ledger) ledger = g_new0(Ledger, 1);
    Opening opening = {ledger, options};

    ledger->store = store;
    ledger->actor = actor;
    ledger->lookup = options->lookup;
    ledger->lock = -1;
    ledger->entries = g_ptr_array_new_with_free_func(entry_free);
    ledger->seen = g_array_new(FALSE, FALSE, sizeof(Seen));
    ledger->group = spool_group_new(store_folder(store));
    return store_write(store, actor, open_batch, &opening, error) ? g_steal_pointer(&ledger) : NULL;
}

void ledger_free(Ledger *ledger)
{
    if (ledger == NULL)
        return;
    g_ptr_array_unref(ledger->entries);
    g_array_unref(ledger->seen);
    spool_group_free(ledger->group);
    fd_close(ledger->lock);
    g_free(ledger);
}

/* ── the record of a side ────────────────────────────────────────────────────────────────── */

static json_t *code_object(const PageCode *code)
{
    g_autofree char *box = g_strdup_printf("%u,%u,%u,%u", code->x, code->y, code->w, code->h);

    return json_pack("{s:s, s:s, s:s, s:s}", "symbology", code->symbology, "text", code->text,
                     "box", box, "rung", code->rung);
}

/* Own codes into `own`; what anybody else printed may be personal and goes to `foreign`. */
static void sort_codes(const GPtrArray *codes, json_t *own, json_t *foreign)
{
    for (guint i = 0; codes != NULL && i < codes->len; i++) {
        const PageCode *code = g_ptr_array_index(codes, i);
        Code parsed;

        if (code_parse(code->text, &parsed, NULL) && json_array_size(own) < OWN_CODES_MAX)
            json_array_append_new(own, code_object(code));
        else if (json_array_size(foreign) < FOREIGN_CODES_MAX &&
                 strlen(code->text) <= FOREIGN_CODE_BYTES)
            json_array_append_new(foreign, code_object(code));
    }
}

/* What may name a person: the file's name and foreign codes. NULL where there is neither. */
static char *keep_secret(StoreTxn *txn, const Ledger *ledger, const Entry *entry, json_t *foreign)
{
    g_autoptr(json_t) secret = json_object();
    g_autofree char *path = secrets_batch_path(ledger->day, ledger->batch);

    if (entry->crew->source == NULL && json_array_size(foreign) == 0)
        return NULL;
    if (entry->crew->source != NULL)
        json_object_set_new(secret, "source", json_string(entry->crew->source));
    json_object_set(secret, "codes", foreign);
    return txn_secret(txn, path, secret);
}

static json_t *facts_body(const Entry *entry)
{
    json_t *facts = page_facts_to_json(&entry->crew->result.facts);

    if (entry->twin != NULL)
        json_object_set_new(
            facts, "twin",
            json_pack("{s:s, s:i}", "of", entry->twin, "likeness", (int)entry->likeness));
    return facts;
}

static json_t *side_body(StoreTxn *txn, const Ledger *ledger, const Entry *entry, gint64 place)
{
    const PageResult *page = &entry->crew->result;
    g_autofree char *sha256 = hex_encode(entry->file.digests.sha256, SHA256_DIGEST_SIZE);
    g_autofree char *sha512 = hex_encode(entry->file.digests.sha512, SHA512_DIGEST_SIZE);
    g_autoptr(json_t) own = json_array(), foreign = json_array();
    g_autofree char *commitment = NULL;
    char side[2] = {entry->crew->side, '\0'};
    json_t *body;

    sort_codes(page->codes, own, foreign);
    commitment = keep_secret(txn, ledger, entry, foreign);
    body = json_pack("{s:I, s:s, s:I, s:s, s:s, s:b, s:s, s:s, s:s, s:I, s:s, s:s, s:o, s:O}",
                     "batch", (json_int_t)ledger->batch, "day", ledger->day, "sheet",
                     (json_int_t)entry->crew->sheet, "side", side, "state",
                     page_state_token(page->state), "blank", page->facts.blank != 0, "role",
                     sheet_role_token(entry->role), "file", entry->file.file, "media_type",
                     page->media_type, "bytes", (json_int_t)entry->file.bytes, "sha256", sha256,
                     "sha512", sha512, "facts", facts_body(entry), "codes", own);
    if (entry->document > 0)
        json_object_set_new(body, "document", json_integer(entry->document));
    json_object_set_new(body, "place", json_integer(place));
    if (page->state == PAGE_UNREAD)
        json_object_set_new(body, "reason", json_string(page->reason));
    else if (entry->reason != NULL)
        json_object_set_new(body, "reason", json_string(entry->reason));
    if (commitment != NULL)
        json_object_set_new(body, "secret", json_string(commitment));
    return body;
}

/* A new document for the slot of the entry. */
static gboolean open_document(StoreTxn *txn, Ledger *ledger, const Entry *entry, GError **error)
{
    g_autofree char *code = code_slot_name(entry->slot);
    char family[2] = {code != NULL ? code[0] : '?', '\0'};
    gboolean kept = TRUE;
    const char *title =
        ledger->lookup->find_slot(ledger->lookup->data, entry->case_number, entry->slot, &kept);

    if (title == NULL)
        return error_set(error, ERROR_INTERNAL, "slot %u has no name", entry->slot);
    return catalog_next_document(txn_catalog(txn), entry->case_number, &ledger->document, error) &&
           txn_append(txn, "document.open", entry->case_number,
                      json_pack("{s:I, s:s, s:s, s:s, s:i, s:i, s:b}", "number",
                                (json_int_t)ledger->document, "family", family, "code", code,
                                "title", title, "copies", 0, "originals", 1, "kept", kept),
                      error);
}

/* The side that this one is instead of becomes void and gives its place. Where the sheet fed
 * again has a side more than before, that one goes behind its front. */
static gboolean take_place(StoreTxn *txn, Entry *entry, gint64 *place, GError **error)
{
    const char side[2] = {entry->crew->side, '\0'};
    g_autoptr(GError) why = NULL;
    g_autoptr(json_t) old =
        catalog_side(txn_catalog(txn), entry->instead_batch, entry->instead_sheet, side, &why);
    g_autoptr(json_t) front =
        old == NULL && why == NULL
            ? catalog_side(txn_catalog(txn), entry->instead_batch, entry->instead_sheet, "a", &why)
            : NULL;

    if (why != NULL) {
        g_propagate_error(error, g_steal_pointer(&why));
        return FALSE;
    }
    entry->document = json_int(old != NULL ? old : front, "document", 0);
    if (old == NULL || g_strcmp0(json_text(old, "case"), entry->case_number) != 0)
        return TRUE;
    *place = json_int(old, "place", 0);
    return strcmp(json_text(old, "state"), "void") == 0 ||
           txn_append(txn, "side.void", entry->case_number,
                      json_pack("{s:I, s:I, s:s, s:s, s:b}", "batch",
                                (json_int_t)entry->instead_batch, "sheet",
                                (json_int_t)entry->instead_sheet, "side", side, "reason", "重扫",
                                "replaced", 1),
                      error);
}

static gboolean record_entry(StoreTxn *txn, Ledger *ledger, Entry *entry, GError **error)
{
    gint64 place = 0;

    if (entry->instead_sheet != 0 && !take_place(txn, entry, &place, error))
        return FALSE;
    if (entry->role == SHEET_PAGE && entry->slot != 0) {
        if (entry->fresh && !open_document(txn, ledger, entry, error))
            return FALSE;
        entry->document = ledger->document;
    }
    if (entry->document > 0 && place == 0 &&
        !catalog_next_place(txn_catalog(txn), entry->case_number, entry->document, &place, error))
        return FALSE;
    entry->seq = txn_next_seq(txn);
    return txn_append(txn, "side", entry->case_number, side_body(txn, ledger, entry, place), error);
}

static gboolean record_group(StoreTxn *txn, void *data, GError **error)
{
    Ledger *ledger = data;

    for (guint i = 0; i < ledger->entries->len; i++)
        if (!record_entry(txn, ledger, g_ptr_array_index(ledger->entries, i), error))
            return FALSE;
    return TRUE;
}

/* ── groups ──────────────────────────────────────────────────────────────────────────────── */

static void tell(Ledger *ledger, const Entry *entry)
{
    const PageResult *page = &entry->crew->result;
    g_autofree char *sha256 = hex_encode(entry->file.digests.sha256, SHA256_DIGEST_SIZE);
    IntakeSide side = {.batch = ledger->batch,
                       .sheet = entry->crew->sheet,
                       .side = entry->crew->side,
                       .state = page_state_token(page->state),
                       .blank = page->facts.blank != 0,
                       .role = sheet_role_token(entry->role),
                       .sha256 = sha256,
                       .case_number = entry->case_number,
                       .document = entry->document,
                       .reason = page->state == PAGE_UNREAD ? page->reason : entry->reason,
                       .seq = entry->seq,
                       .id = entry->crew->id};

    ledger->stored++;
    ledger->unread += page->state == PAGE_UNREAD;
    ledger->tray += entry->case_number == NULL && entry->role == SHEET_PAGE;
    if (ledger->told != NULL)
        ledger->told(&side, ledger->told_data);
}

static const char *extension_of(const char *media_type)
{
    static const char *const types[][2] = {{"image/tiff", "tif"},
                                           {"image/jpeg", "jpg"},
                                           {"image/png", "png"},
                                           {"application/pdf", "pdf"}};

    for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
        if (g_strcmp0(types[i][0], media_type) == 0)
            return types[i][1];
    return "bin";
}

/* The page's file goes into the group. What a try before left under its name is of no record. */
static gboolean write_file(Ledger *ledger, Entry *entry, GError **error)
{
    const CrewResult *crew = entry->crew;
    SpoolName name = {ledger->day, ledger->batch, crew->sheet, crew->side,
                      extension_of(crew->result.media_type)};

    g_autofree char *path = NULL;

    spool_file_clear(&entry->file);
    if (!spool_group_add(ledger->group, &name, crew->result.fd, &entry->file, error))
        return FALSE;
    path = store_path(ledger->store, entry->file.file);
    return !g_file_test(path, G_FILE_TEST_EXISTS) || file_unlink(path, error);
}

/* A group that failed half-way goes as a whole; the next try writes every file again. */
static void forget_group(Ledger *ledger)
{
    spool_group_free(ledger->group);
    ledger->group = spool_group_new(store_folder(ledger->store));
    ledger->in_group = 0;
    ledger->durable = FALSE;
}

static gboolean try_files(Ledger *ledger, const void *data G_GNUC_UNUSED, GError **error)
{
    while (ledger->in_group < ledger->entries->len) {
        if (!write_file(ledger, g_ptr_array_index(ledger->entries, ledger->in_group), error)) {
            forget_group(ledger);
            return FALSE;
        }
        ledger->in_group++;
    }
    return TRUE;
}

static gboolean try_group(Ledger *ledger, const void *data, GError **error)
{
    gint64 document = ledger->document;

    if (!ledger->durable) {
        if (!try_files(ledger, data, error))
            return FALSE;
        if (!spool_group_commit(ledger->group, error)) {
            forget_group(ledger);
            return FALSE;
        }
        ledger->durable = TRUE;
    }
    if (store_write(ledger->store, ledger->actor, record_group, ledger, error))
        return TRUE;
    ledger->document = document;
    return FALSE;
}

/* A step that a full disk stops is taken again as long as the owner of the batch waits for room. */
typedef gboolean (*Step)(Ledger *ledger, const void *data, GError **error);

static gboolean patiently(Ledger *ledger, Step step, const void *data, GError **error)
{
    for (;;) {
        g_autoptr(GError) why = NULL;

        if (step(ledger, data, &why))
            return TRUE;
        if (!g_error_matches(why, ANJUAN_ERROR, ERROR_DISK_FULL) || ledger->full == NULL ||
            !ledger->full(why, ledger->full_data)) {
            g_propagate_error(error, g_steal_pointer(&why));
            return FALSE;
        }
    }
}

gboolean ledger_flush(Ledger *ledger, GError **error)
{
    if (ledger->entries->len == 0)
        return TRUE;
    if (!patiently(ledger, try_group, NULL, error))
        return FALSE;
    for (guint i = 0; i < ledger->entries->len; i++)
        tell(ledger, g_ptr_array_index(ledger->entries, i));
    g_ptr_array_set_size(ledger->entries, 0);
    forget_group(ledger);
    return TRUE;
}

static gboolean is_due(const Ledger *ledger)
{
    return ledger->entries->len >= INTAKE_GROUP_SIDES ||
           g_get_monotonic_time() - ledger->group_since_us >= INTAKE_GROUP_MS * 1000;
}

/* Whether the page came before in this batch. Own sheets are all alike and mean to be. */
static void find_twin(Ledger *ledger, Entry *entry)
{
    const CrewResult *crew = entry->crew;
    Seen seen = {crew->sheet, crew->side, crew->result.facts};

    if (entry->role != SHEET_PAGE || crew->result.state != PAGE_STORED || seen.facts.blank)
        return;
    for (guint i = 0; i < ledger->seen->len && entry->twin == NULL; i++) {
        const Seen *before = &g_array_index(ledger->seen, Seen, i);

        entry->likeness = page_likeness(&before->facts, &seen.facts);
        if (entry->likeness >= TWIN_LIKENESS)
            entry->twin = g_strdup_printf("%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "-%c",
                                          ledger->batch, before->sheet, before->side);
    }
    g_array_append_val(ledger->seen, seen);
}

gboolean ledger_add(Ledger *ledger, CrewResult *result, const Placed *placed, GError **error)
{
    Entry *entry = g_new0(Entry, 1);

    *entry = (Entry){.crew = result,
                     .role = placed->role,
                     .case_number = g_strdup(placed->case_number),
                     .slot = placed->slot,
                     .fresh = placed->fresh,
                     .document = placed->document,
                     .instead_batch = placed->instead_batch,
                     .instead_sheet = placed->instead_sheet,
                     .reason = g_strdup(placed->reason)};
    find_twin(ledger, entry);
    if (ledger->entries->len == 0)
        ledger->group_since_us = g_get_monotonic_time();
    g_ptr_array_add(ledger->entries, entry);
    return patiently(ledger, try_files, NULL, error) &&
           (!is_due(ledger) || ledger_flush(ledger, error));
}

/* ── closing ─────────────────────────────────────────────────────────────────────────────── */

typedef struct {
    const Ledger *ledger;
    const LedgerCounts *counts;
} Closing;

static gboolean close_batch(StoreTxn *txn, void *data, GError **error)
{
    const Closing *closing = data;
    json_t *body = json_pack("{s:I, s:I, s:I}", "batch", (json_int_t)closing->ledger->batch,
                             "received", (json_int_t)closing->counts->received, "stored",
                             (json_int_t)closing->ledger->stored);

    if (closing->counts->counted >= 0)
        json_object_set_new(body, "counted", json_integer(closing->counts->counted));
    json_object_set_new(body, "reason", json_string(closing->counts->reason));
    return txn_append(txn, "batch.close", NULL, body, error);
}

static gboolean try_close(Ledger *ledger, const void *data, GError **error)
{
    Closing closing = {ledger, data};

    return store_write(ledger->store, ledger->actor, close_batch, &closing, error);
}

gboolean ledger_close(Ledger *ledger, const LedgerCounts *counts, GError **error)
{
    return ledger_flush(ledger, error) && patiently(ledger, try_close, counts, error);
}
