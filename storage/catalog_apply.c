/* SPDX-License-Identifier: Apache-2.0
 *
 * The projection: for every act of the journal the rows it makes.
 */
/* clang-format off
 *
 * The acts and their fields ("?" may be absent):
 *
 *   init            region, hall, origin, profile
 *   definition      kind, code, digest, from, name
 *   case.open       item, item_digest, kind, window, day, serial, channel, received_at,
 *                   platform_id?, secret {applicant, fields{…}}
 *   case.field      secret {fields{…}}
 *   case.step       step, the fields of the event, state, set{column: value …}, secret? {reason …}
 *   seal            archive_number, filed_at, retention, digest, inventory,
 *                   documents [[number, position, first_page, pages] …],
 *                   sides [[batch, sheet, side, page_number] …]
 *   batch.open      device, duplex, declared?
 *   batch.close     batch, received, stored, counted?, reason
 *   side            batch, day, sheet, side, state, blank, role, file, media_type, bytes, sha256,
 *                   sha512, facts, codes[] (own ones), document?, place, reason?,
 *                   secret? {source?, codes[] (foreign ones)} of the batch
 *   side.place      batch, sheet, side, document?, place, reason?   (`case` absent: to the tray),
 *                   moved? (it stood in the case already)
 *   edits also      with? (of one command: seq of its first), undoes?, redoes? (seq of the edit)
 *   side.void       batch, sheet, side, reason, replaced? (a sheet fed again took its place)
 *   side.turn       batch, sheet, side, turn
 *   side.blank      batch, sheet, side, blank: a person overrules what the page pass found
 *   document.open   number, family, code, title, copies, originals, kept
 *   document.void   number, reason
 *   paper           number, family, code, kind, title, paper_number?, copies, file, sha256, sha512,
 *                   bytes, told?[]
 *   paper.reprint   number, reprint
 *   slot            slot, what, value
 *   export          format, name, manifest (a text, or a list of one a volume), cases[]
 *   export.done     export, bytes, sha256
 *   bundle.receipt  bundle, by: who took it
 *   custody         step, document (0: all of the case), copy, to?, where?, due?, receiver?,
 *                   secret? {receiver, approver, reason}: a paper changes its place or its holder
 *   ledger.entry    ledger, day, secret {column: text …} (of the case, or of the record itself as
 *                   of a batch): a line of a register that does not follow from cases
 *   print           printer, document (0: no paper of a case), copies, reprint: it came out
 *   hold            reference?, secret {reason}: legal hold, named by the seq of this record
 *   hold.lift       holds[], secret {reason}
 *   destroy         second, approval, retention, due: the end of a case's retention
 *   log.epoch       origin, vkey, reason, second, last?: signing begins anew, and the checkpoint
 *                   signed last before
 *   destroy.done    (nothing): every file of it is erased
 *   person          person, what (add change secret recover), roles?[], active?: who may sign on
 *   day.close       date, window, records, root, supervisor?, left {code: n}: 日清
 *   day.hand-over   to, cases[], sheets: 交接
 *   seat            window, post: who stands where (A岗, B岗)
 *   side.restore    batch, sheet, side (a void taken back)
 *   look            reason, secret? {note}: full view of a case, and why; of a register without a
 *                   case: reason, ledger, from, to
 *   denied          code, person?, method?, pattern?: a refused try
 *
 * clang-format on */
#include "storage/catalog_intern.h"
#include "storage/catalog_query.h"

#include "appliance/base/text.h"
#include "storage/secrets.h"

#include <string.h>

gboolean catalog_digest(const json_t *body, const char *key, guint8 *digest, gsize size,
                        GError **error)
{
    const char *hex = json_text(body, key);

    if (hex == NULL || !hex_decode(hex, digest, size))
        return error_set(error, ERROR_JOURNAL_DAMAGED, "field %s is no digest", key);
    return TRUE;
}

const gint64 *catalog_case_of(const CatalogRecord *record)
{
    return record->case_id >= 0 ? &record->case_id : NULL;
}

static gboolean apply_init(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    static const char *const keys[] = {"region", "hall", "origin", "profile"};

    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
        if (!db_run(catalog->db, error, "INSERT INTO setting (key, value) VALUES (?, ?)", "tt",
                    keys[i], json_text(record->body, keys[i])))
            return FALSE;
    return TRUE;
}

static gboolean apply_definition(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    const json_t *b = record->body;

    return db_run(catalog->db, error,
                  "INSERT INTO definition (kind, code, seq, digest, valid_from, name)"
                  " VALUES (?, ?, ?, ?, ?, ?)",
                  "ttittt", json_text(b, "kind"), json_text(b, "code"), record->seq,
                  json_text(b, "digest"), json_text(b, "from"), json_text(b, "name"));
}

const gint64 *catalog_optional(const json_t *body, const char *key, gint64 *room)
{
    const json_t *value = json_object_get(body, key);

    if (!json_is_integer(value))
        return NULL;
    *room = json_integer_value(value);
    return room;
}

/* Only the event: nothing of a case changes. */
static gboolean apply_event_alone(Catalog *catalog G_GNUC_UNUSED,
                                  const CatalogRecord *record G_GNUC_UNUSED,
                                  GError **error G_GNUC_UNUSED)
{
    return TRUE;
}

/* One manifest, or a list of one a volume. */
static char *manifests_of(const json_t *body)
{
    const json_t *list = json_object_get(body, "manifest"), *one;
    GString *text = g_string_new(json_string_value(list));
    gsize i;

    json_array_foreach(list, i, one)
    {
        g_string_append_printf(text, "%s%s", i > 0 ? " " : "", json_string_value(one));
    }
    return g_string_free(text, FALSE);
}

static gboolean apply_export(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    const json_t *b = record->body;
    const json_t *cases = json_object_get(b, "cases");
    g_autofree char *manifests = manifests_of(b);
    gsize i;
    json_t *number;

    if (!db_run(catalog->db, error,
                "INSERT INTO bundle (seq, t, format, name, manifest, cases)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                "itttti", record->seq, record->t, json_text(b, "format"), json_text(b, "name"),
                manifests, (gint64)json_array_size(cases)))
        return FALSE;
    json_array_foreach(cases, i, number)
    {
        if (!db_run(catalog->db, error,
                    "INSERT INTO bundle_case (seq, \"case\") VALUES (?, " CASE_ID ")", "it",
                    record->seq, json_string_value(number)))
            return FALSE;
    }
    return TRUE;
}

static gboolean apply_export_done(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    guint8 digest[SHA256_DIGEST_SIZE];

    return catalog_digest(record->body, "sha256", digest, sizeof digest, error) &&
           db_run(catalog->db, error, "UPDATE bundle SET bytes = ?, sha256 = ? WHERE seq = ?",
                  "ibi", json_int(record->body, "bytes", 0), digest, (int)sizeof digest,
                  json_int(record->body, "export", -1));
}

/* `key` names the fields that questions choose by, kept in the event's row. `touches`: it is a new
 * version of its case. */
typedef struct {
    const char *act;
    Apply apply;
    gboolean touches;
    const char *key[4];
} Act;

#define SIDE_KEY                                                                                   \
    {                                                                                              \
        "batch", "sheet", "side", "with"                                                           \
    }

static const Act acts[] = {
    {"side", catalog_apply_side, TRUE, {NULL}},
    {"init", apply_init, FALSE, {NULL}},
    {"definition", apply_definition, FALSE, {NULL}},
    {"case.open", catalog_apply_case_open, FALSE, {NULL}},
    {"case.field", catalog_apply_case_field, TRUE, {NULL}},
    {"case.step", catalog_apply_case_step, TRUE, {"step"}},
    {"seal", catalog_apply_seal, TRUE, {"retention"}},
    {"batch.open", catalog_apply_batch_open, FALSE, {NULL}},
    {"batch.close", catalog_apply_batch_close, FALSE, {NULL}},
    {"side.place", catalog_apply_side_place, TRUE, SIDE_KEY},
    {"side.void", catalog_apply_side_void, TRUE, SIDE_KEY},
    {"side.restore", catalog_apply_side_restore, TRUE, SIDE_KEY},
    {"side.turn", catalog_apply_side_turn, TRUE, SIDE_KEY},
    {"side.blank", catalog_apply_side_blank, TRUE, SIDE_KEY},
    {"document.open", catalog_apply_document_open, TRUE, {NULL}},
    {"document.void", catalog_apply_document_void, TRUE, {NULL}},
    {"paper", catalog_apply_paper, TRUE, {NULL}},
    {"paper.reprint", catalog_apply_paper_reprint, TRUE, {NULL}},
    {"slot", catalog_apply_slot, TRUE, {"slot", "what", "value", "with"}},
    {"export", apply_export, FALSE, {NULL}},
    {"export.done", apply_export_done, FALSE, {NULL}},
    {"bundle.receipt", apply_event_alone, FALSE, {"bundle"}},
    {"custody", apply_event_alone, FALSE, {"where", "step"}},
    {"ledger.entry", apply_event_alone, FALSE, {NULL}},
    {"print", apply_event_alone, FALSE, {NULL}},
    {"hold", catalog_apply_hold, TRUE, {NULL}},
    {"hold.lift", catalog_apply_hold_lift, TRUE, {NULL}},
    {"destroy", catalog_apply_destroy, TRUE, {NULL}},
    {"destroy.done", catalog_apply_destroy_done, TRUE, {NULL}},
    {"person", apply_event_alone, FALSE, {NULL}},
    {"day.close", apply_event_alone, FALSE, {"window", "date"}},
    {"day.hand-over", apply_event_alone, FALSE, {NULL}},
    {"seat", apply_event_alone, FALSE, {NULL}},
    {"log.epoch", apply_event_alone, FALSE, {"vkey"}},
    {"look", apply_event_alone, FALSE, {NULL}},
    {"denied", apply_event_alone, FALSE, {NULL}},
};

static const Act *find_act(const char *act)
{
    for (gsize i = 0; i < G_N_ELEMENTS(acts); i++)
        if (strcmp(acts[i].act, act) == 0)
            return &acts[i];
    return NULL;
}

gboolean catalog_knows(const char *act)
{
    return find_act(act) != NULL;
}

/* Pages that come in, and the documents they make, are new but take nothing back that was there. */
static gboolean is_edit(const char *act)
{
    const Act *found = find_act(act);

    return found != NULL && found->touches && strcmp(act, "side") != 0 &&
           strcmp(act, "document.open") != 0;
}

gboolean catalog_is_edited(Catalog *catalog, const char *number, gint64 since_seq, gboolean *edited,
                           GError **error)
{
    g_autoptr(json_t) rows =
        db_rows(catalog->db, error,
                "SELECT DISTINCT act FROM event WHERE \"case\" = " CASE_ID " AND seq > ?", "ti",
                number, since_seq);
    gsize i;
    json_t *row;

    *edited = FALSE;
    json_array_foreach(rows, i, row) *edited = *edited || is_edit(json_text(row, "act"));
    return rows != NULL;
}

/* The fields that questions choose by; NULL where there is none. */
static char *key_of(const Act *act, const json_t *body)
{
    g_autoptr(json_t) key = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(act->key) && act->key[i] != NULL; i++) {
        json_t *value = json_object_get(body, act->key[i]);

        if (value == NULL)
            continue;
        if (key == NULL)
            key = json_object();
        json_object_set(key, act->key[i], value);
    }
    return key != NULL ? json_line(key) : NULL;
}

/* Whose secret is shown beside the event; other acts keep theirs in rows of their own. */
static gboolean shows_secret(const char *act)
{
    static const char *const acts_shown[] = {"case.step", "custody", "ledger.entry"};

    for (gsize i = 0; i < G_N_ELEMENTS(acts_shown); i++)
        if (strcmp(act, acts_shown[i]) == 0)
            return TRUE;
    return FALSE;
}

/* What a record keeps apart (reasons, names), opened; NULL where it keeps nothing. */
static gboolean event_secret(Catalog *catalog, const CatalogRecord *record, char **text,
                             GError **error)
{
    const char *commitment = json_text(record->body, "secret");
    g_autofree char *path = NULL;
    g_autoptr(json_t) secret = NULL;

    *text = NULL;
    if (commitment == NULL || !shows_secret(record->act))
        return TRUE;
    path = record->case_number != NULL
               ? secrets_case_path(record->case_number)
               : secrets_batch_path(json_text(record->body, "day"), record->seq);
    secret = catalog_secret(catalog, path, commitment, error);
    if (secret == NULL)
        return FALSE;
    *text = json_line(secret);
    return TRUE;
}

void catalog_begin_replay(Catalog *catalog)
{
    g_clear_pointer(&catalog->case_number, g_free);
    catalog->touched_by = -1;
    catalog->is_replaying = TRUE;
}

static gboolean set_version(Catalog *catalog, gint64 case_id, gint64 version, GError **error)
{
    return db_run(catalog->db, error, "UPDATE cases SET version = ? WHERE id = ?", "ii", version,
                  case_id);
}

/* Another case follows, or the end. */
static gboolean leave_case(Catalog *catalog, GError **error)
{
    gint64 version = catalog->touched_by;

    g_clear_pointer(&catalog->case_number, g_free);
    catalog->touched_by = -1;
    return version < 0 || set_version(catalog, catalog->case_id, version, error);
}

gboolean catalog_end_replay(Catalog *catalog, GError **error)
{
    catalog->is_replaying = FALSE;
    return leave_case(catalog, error);
}

/* The case's id: the record that opens it is its first. -1: it belongs to none. */
static gboolean look_up_case(Catalog *catalog, const CatalogRecord *record, gint64 *id,
                             GError **error)
{
    if (strcmp(record->act, "case.open") == 0) {
        *id = record->seq;
        return TRUE;
    }
    return db_int(catalog->db, id, -1, error, "SELECT id FROM cases WHERE number = ?", "t",
                  record->case_number);
}

/* While one replays, most records belong to the case of the one before. */
static gboolean case_id_of(Catalog *catalog, const CatalogRecord *record, gint64 *id,
                           GError **error)
{
    *id = -1;
    if (record->case_number == NULL)
        return TRUE;
    if (!catalog->is_replaying)
        return look_up_case(catalog, record, id, error);
    if (g_strcmp0(catalog->case_number, record->case_number) != 0) {
        if (!leave_case(catalog, error) || !look_up_case(catalog, record, &catalog->case_id, error))
            return FALSE;
        catalog->case_number = g_strdup(record->case_number);
    }
    *id = catalog->case_id;
    return TRUE;
}

static gboolean touch_case(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    if (!catalog->is_replaying)
        return set_version(catalog, record->case_id, record->seq, error);
    catalog->touched_by = record->seq;
    return TRUE;
}

static gboolean insert_event(Catalog *catalog, const Act *act, const CatalogRecord *record,
                             GError **error)
{
    g_autofree char *key = key_of(act, record->body), *secret = NULL;

    return event_secret(catalog, record, &secret, error) &&
           db_run(catalog->db, error,
                  "INSERT INTO event (seq, act, \"case\", key, secret) VALUES (?, ?, ?, ?, ?)",
                  "itott", record->seq, act->act, catalog_case_of(record), key, secret);
}

gboolean catalog_apply(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    const Act *act = find_act(record->act);
    CatalogRecord applied = *record;

    if (act == NULL)
        return error_set(error, ERROR_UNKNOWN_ACT, "%s", record->act);
    if (!case_id_of(catalog, record, &applied.case_id, error) ||
        !catalog_keep_pending(catalog, record, error) ||
        !insert_event(catalog, act, &applied, error) || !act->apply(catalog, &applied, error))
        return FALSE;
    return !act->touches || applied.case_id < 0 || touch_case(catalog, &applied, error);
}
