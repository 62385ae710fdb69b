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
 *   side.place      batch, sheet, side, document?, place, reason?   (`case` absent: to the tray)
 *   side.void       batch, sheet, side, reason
 *   side.turn       batch, sheet, side, turn
 *   document.open   number, family, code, title, copies, originals, kept
 *   document.void   number, reason
 *   paper           number, family, code, kind, title, paper_number?, copies, file, sha256, sha512,
 *                   bytes, told?[]
 *   paper.reprint   number, reprint
 *   slot            slot, what, value
 *   export          format, name, manifest, cases[]
 *   export.done     export, bytes, sha256
 *   bundle.receipt  bundle, by: who took it
 *   custody         place, document?, box?, secret? {note}: where papers are now
 *   hold            reference?, secret {reason}: legal hold, named by the seq of this record
 *   hold.lift       holds[], secret {reason}
 *   person          person, what (add change secret recover), roles?[], active?: who may sign on
 *   day.close       date, window, records, root: 日清
 *   day.hand-over   to, cases[], sheets: 交接
 *   side.restore    batch, sheet, side (a void taken back)
 *   look            reason, secret? {note}: full view of a case, and why
 *   denied          code, person?, method?, pattern?: a refused try
 *
 * clang-format on */
#include "storage/catalog_intern.h"

#include "appliance/base/text.h"
#include "storage/secrets.h"

#include <string.h>

/* A 32- or 64-byte digest of the record's hex field; FALSE where it is none. */
static gboolean digest_field(const json_t *body, const char *key, guint8 *digest, gsize size,
                             GError **error)
{
    const char *hex = json_text(body, key);

    if (hex == NULL || !hex_decode(hex, digest, size))
        return error_set(error, ERROR_JOURNAL_DAMAGED, "field %s is no digest", key);
    return TRUE;
}

static gboolean touch_case(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    return record->case_number == NULL ||
           db_run(catalog->db, error, "UPDATE cases SET version = ? WHERE number = ?", "it",
                  record->seq, record->case_number);
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

static gboolean index_name(Catalog *catalog, const char *case_number, const char *name,
                           GError **error)
{
    const char *at = name;

    while (*at != '\0' && *g_utf8_next_char(at) != '\0') {
        const char *end = g_utf8_next_char(g_utf8_next_char(at));
        g_autofree char *bigram = g_strndup(at, (gsize)(end - at));

        if (!db_run(catalog->db, error,
                    "INSERT OR IGNORE INTO name_bigram (bigram, \"case\") VALUES (?, ?)", "tt",
                    bigram, case_number))
            return FALSE;
        at = g_utf8_next_char(at);
    }
    return db_run(catalog->db, error, "INSERT INTO name_trigram (name, \"case\") VALUES (?, ?)",
                  "tt", name, case_number);
}

static gboolean insert_fields(Catalog *catalog, const char *case_number, json_t *fields,
                              GError **error)
{
    const char *name;
    json_t *value;

    json_object_foreach(fields, name, value)
    {
        if (!db_run(catalog->db, error,
                    "INSERT OR REPLACE INTO field (\"case\", name, value) VALUES (?, ?, ?)", "ttt",
                    case_number, name, json_string_value(value)))
            return FALSE;
    }
    return TRUE;
}

static gboolean insert_case(Catalog *catalog, const CatalogRecord *record, const char *applicant,
                            GError **error)
{
    const json_t *b = record->body;

    return db_run(catalog->db, error,
                  "INSERT INTO cases (number, item, item_digest, kind, state, window, day, serial,"
                  " channel, received_at, recorded_at, applicant, platform_id, version)"
                  " VALUES (?, ?, ?, ?, 'received', ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                  "ttttttitttt"
                  "ti",
                  record->case_number, json_text(b, "item"), json_text(b, "item_digest"),
                  json_text(b, "kind"), json_text(b, "window"), json_text(b, "day"),
                  json_int(b, "serial", 0), json_text(b, "channel"), json_text(b, "received_at"),
                  record->t, applicant, json_text(b, "platform_id"), record->seq);
}

static gboolean apply_case_open(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    g_autofree char *path = secrets_case_path(record->case_number);
    g_autoptr(json_t) secret =
        catalog_secret(catalog, path, json_text(record->body, "secret"), error);
    const char *applicant = secret != NULL ? json_text(secret, "applicant") : NULL;

    if (secret == NULL || !insert_case(catalog, record, applicant, error))
        return FALSE;
    if (applicant != NULL && !index_name(catalog, record->case_number, applicant, error))
        return FALSE;
    return insert_fields(catalog, record->case_number, json_object_get(secret, "fields"), error);
}

static gboolean apply_case_field(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    g_autofree char *path = secrets_case_path(record->case_number);
    g_autoptr(json_t) secret =
        catalog_secret(catalog, path, json_text(record->body, "secret"), error);

    return secret != NULL &&
           insert_fields(catalog, record->case_number, json_object_get(secret, "fields"), error) &&
           touch_case(catalog, record, error);
}

/* Columns that a step may set: a record names them, so the list is closed. */
static const char *column_update(const char *column)
{
    static const char *const updates[][2] = {
        {"kind", "UPDATE cases SET kind = ? WHERE number = ?"},
        {"accepted_at", "UPDATE cases SET accepted_at = ? WHERE number = ?"},
        {"decided_at", "UPDATE cases SET decided_at = ? WHERE number = ?"},
        {"decision", "UPDATE cases SET decision = ? WHERE number = ?"},
        {"ended_at", "UPDATE cases SET ended_at = ? WHERE number = ?"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(updates); i++)
        if (strcmp(updates[i][0], column) == 0)
            return updates[i][1];
    return NULL;
}

static gboolean apply_case_step(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    const char *column;
    json_t *value;

    json_object_foreach(json_object_get(record->body, "set"), column, value)
    {
        const char *sql = column_update(column);

        if (sql == NULL)
            return error_set(error, ERROR_JOURNAL_DAMAGED, "a step sets the column %s", column);
        if (!db_run(catalog->db, error, sql, "tt", json_string_value(value), record->case_number))
            return FALSE;
    }
    return db_run(catalog->db, error, "UPDATE cases SET state = ?, version = ? WHERE number = ?",
                  "tit", json_text(record->body, "state"), record->seq, record->case_number);
}

static gint64 cell(const json_t *row, gsize i)
{
    return json_integer_value(json_array_get(row, i));
}

static gboolean apply_seal(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    gsize i;
    json_t *row;

    json_array_foreach(json_object_get(record->body, "documents"), i, row)
    {
        if (!db_run(catalog->db, error,
                    "UPDATE document SET position = ?, first_page = ?, pages = ?"
                    " WHERE \"case\" = ? AND number = ?",
                    "iiiti", cell(row, 1), cell(row, 2), cell(row, 3), record->case_number,
                    cell(row, 0)))
            return FALSE;
    }
    json_array_foreach(json_object_get(record->body, "sides"), i, row)
    {
        if (!db_run(catalog->db, error,
                    "UPDATE side SET page_number = ? WHERE batch = ? AND sheet = ? AND side = ?",
                    "iiit", cell(row, 3), cell(row, 0), cell(row, 1),
                    json_string_value(json_array_get(row, 2))))
            return FALSE;
    }
    return db_run(catalog->db, error,
                  "UPDATE cases SET archive_number = ?, filed_at = ?, version = ? WHERE number = ?",
                  "ttit", json_text(record->body, "archive_number"),
                  json_text(record->body, "filed_at"), record->seq, record->case_number);
}

/* A number that may be absent, as db_run's type 'o' wants it. */
static const gint64 *optional(const json_t *body, const char *key, gint64 *room)
{
    const json_t *value = json_object_get(body, key);

    if (!json_is_integer(value))
        return NULL;
    *room = json_integer_value(value);
    return room;
}

static gboolean apply_batch_open(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    gint64 declared;

    return db_run(catalog->db, error,
                  "INSERT INTO batch (id, station, \"case\", device, opened_at, duplex, declared)"
                  " VALUES (?, ?, ?, ?, ?, ?, ?)",
                  "itttt"
                  "io",
                  record->seq, record->station, record->case_number,
                  json_text(record->body, "device"), record->t,
                  (gint64)json_flag(record->body, "duplex"),
                  optional(record->body, "declared", &declared));
}

static gboolean apply_batch_close(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    const json_t *b = record->body;
    gint64 counted;

    return db_run(catalog->db, error,
                  "UPDATE batch SET closed_at = ?, received = ?, stored = ?, counted = ?,"
                  " reason = ? WHERE id = ?",
                  "tiioti", record->t, json_int(b, "received", 0), json_int(b, "stored", 0),
                  optional(b, "counted", &counted), json_text(b, "reason"),
                  json_int(b, "batch", 0));
}

/* `*n` counts the codes of a side: own ones first, then the foreign ones of its secret. */
static gboolean insert_codes(Catalog *catalog, const json_t *body, const json_t *codes, gint64 *n,
                             GError **error)
{
    gsize i;
    json_t *code;

    json_array_foreach(codes, i, code)
    {
        if (!db_run(catalog->db, error,
                    "INSERT INTO code (batch, sheet, side, n, symbology, text, box, rung)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    "iititttt", json_int(body, "batch", 0), json_int(body, "sheet", 0),
                    json_text(body, "side"), (*n)++, json_text(code, "symbology"),
                    json_text(code, "text"), json_text(code, "box"), json_text(code, "rung")))
            return FALSE;
    }
    return TRUE;
}

static gboolean insert_side(Catalog *catalog, const CatalogRecord *record, const char *source,
                            GError **error)
{
    const json_t *b = record->body;
    g_autofree char *facts = json_line(json_object_get(b, "facts"));
    Digests digests;
    gint64 document;

    if (!digest_field(b, "sha256", digests.sha256, sizeof digests.sha256, error) ||
        !digest_field(b, "sha512", digests.sha512, sizeof digests.sha512, error))
        return FALSE;
    return db_run(catalog->db, error,
                  "INSERT INTO side (batch, sheet, side, state, blank, role, file, media_type,"
                  " bytes, sha256, sha512, source, facts, \"case\", document, place, turn, reason,"
                  " seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?)",
                  "iittittt"
                  "ibb"
                  "ttt"
                  "oiti",
                  json_int(b, "batch", 0), json_int(b, "sheet", 0), json_text(b, "side"),
                  json_text(b, "state"), (gint64)json_flag(b, "blank"), json_text(b, "role"),
                  json_text(b, "file"), json_text(b, "media_type"), json_int(b, "bytes", 0),
                  digests.sha256, (int)sizeof digests.sha256, digests.sha512,
                  (int)sizeof digests.sha512, source, facts, record->case_number,
                  optional(b, "document", &document), json_int(b, "place", 0),
                  json_text(b, "reason"), record->seq);
}

static gboolean apply_side(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    const json_t *b = record->body;
    const char *commitment = json_text(b, "secret");
    g_autofree char *path = secrets_batch_path(json_text(b, "day"), json_int(b, "batch", 0));
    g_autoptr(json_t) secret =
        commitment != NULL ? catalog_secret(catalog, path, commitment, error) : json_object();
    gint64 n = 0;

    return secret != NULL && insert_side(catalog, record, json_text(secret, "source"), error) &&
           insert_codes(catalog, b, json_object_get(b, "codes"), &n, error) &&
           insert_codes(catalog, b, json_object_get(secret, "codes"), &n, error) &&
           touch_case(catalog, record, error);
}

static gboolean apply_side_place(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    const json_t *b = record->body;
    gint64 document;

    return db_run(catalog->db, error,
                  "UPDATE side SET \"case\" = ?, document = ?, place = ?, reason = ?"
                  " WHERE batch = ? AND sheet = ? AND side = ?",
                  "toitiit", record->case_number, optional(b, "document", &document),
                  json_int(b, "place", 0), json_text(b, "reason"), json_int(b, "batch", 0),
                  json_int(b, "sheet", 0), json_text(b, "side")) &&
           touch_case(catalog, record, error);
}

static gboolean apply_side_void(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    const json_t *b = record->body;

    return db_run(catalog->db, error,
                  "UPDATE side SET state = 'void', reason = ?"
                  " WHERE batch = ? AND sheet = ? AND side = ?",
                  "tiit", json_text(b, "reason"), json_int(b, "batch", 0), json_int(b, "sheet", 0),
                  json_text(b, "side")) &&
           touch_case(catalog, record, error);
}

static gboolean apply_side_restore(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    const json_t *b = record->body;

    return db_run(catalog->db, error,
                  "UPDATE side SET reason = NULL, state ="
                  " (SELECT json_extract(detail, '$.state') FROM event WHERE seq = side.seq)"
                  " WHERE batch = ? AND sheet = ? AND side = ?",
                  "iit", json_int(b, "batch", 0), json_int(b, "sheet", 0), json_text(b, "side")) &&
           touch_case(catalog, record, error);
}

/* Only the event: nothing of a case changes. */
static gboolean apply_event_alone(Catalog *catalog G_GNUC_UNUSED,
                                  const CatalogRecord *record G_GNUC_UNUSED,
                                  GError **error G_GNUC_UNUSED)
{
    return TRUE;
}

static gboolean apply_side_turn(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    const json_t *b = record->body;

    return db_run(catalog->db, error,
                  "UPDATE side SET turn = ? WHERE batch = ? AND sheet = ? AND side = ?", "iiit",
                  json_int(b, "turn", 0), json_int(b, "batch", 0), json_int(b, "sheet", 0),
                  json_text(b, "side")) &&
           touch_case(catalog, record, error);
}

static gboolean apply_document_open(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    const json_t *b = record->body;

    return db_run(catalog->db, error,
                  "INSERT INTO document (\"case\", number, family, code, title, state, made_at,"
                  " copies, originals, kept) VALUES (?, ?, ?, ?, ?, 'open', ?, ?, ?, ?)",
                  "titttt"
                  "iii",
                  record->case_number, json_int(b, "number", 0), json_text(b, "family"),
                  json_text(b, "code"), json_text(b, "title"), record->t, json_int(b, "copies", 0),
                  json_int(b, "originals", 0), (gint64)json_flag(b, "kept")) &&
           touch_case(catalog, record, error);
}

static gboolean apply_document_void(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    return db_run(catalog->db, error,
                  "UPDATE document SET state = 'void', reason = ?"
                  " WHERE \"case\" = ? AND number = ?",
                  "tti", json_text(record->body, "reason"), record->case_number,
                  json_int(record->body, "number", 0)) &&
           touch_case(catalog, record, error);
}

static gboolean apply_paper(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    const json_t *b = record->body;
    Digests digests;

    if (!digest_field(b, "sha256", digests.sha256, sizeof digests.sha256, error) ||
        !digest_field(b, "sha512", digests.sha512, sizeof digests.sha512, error))
        return FALSE;
    return db_run(catalog->db, error,
                  "INSERT INTO document (\"case\", number, family, code, title, state, made_at,"
                  " paper_number, copies, originals, kept, file, sha256, sha512, bytes)"
                  " VALUES (?, ?, ?, ?, ?, 'open', ?, ?, ?, 1, 1, ?, ?, ?, ?)",
                  "titttt"
                  "titbbi",
                  record->case_number, json_int(b, "number", 0), json_text(b, "family"),
                  json_text(b, "code"), json_text(b, "title"), record->t,
                  json_text(b, "paper_number"), json_int(b, "copies", 1), json_text(b, "file"),
                  digests.sha256, (int)sizeof digests.sha256, digests.sha512,
                  (int)sizeof digests.sha512, json_int(b, "bytes", 0)) &&
           touch_case(catalog, record, error);
}

static gboolean apply_paper_reprint(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    return db_run(catalog->db, error,
                  "UPDATE document SET reprints = ? WHERE \"case\" = ? AND number = ?", "iti",
                  json_int(record->body, "reprint", 0), record->case_number,
                  json_int(record->body, "number", 0)) &&
           touch_case(catalog, record, error);
}

static gboolean apply_slot(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    const json_t *b = record->body;

    /* An empty value takes back what was said. */
    if (*json_text(b, "value") == '\0')
        return db_run(catalog->db, error,
                      "DELETE FROM slot WHERE \"case\" = ? AND slot = ? AND what = ?", "ttt",
                      record->case_number, json_text(b, "slot"), json_text(b, "what")) &&
               touch_case(catalog, record, error);
    return db_run(catalog->db, error,
                  "INSERT OR REPLACE INTO slot (\"case\", slot, what, value, actor, seq)"
                  " VALUES (?, ?, ?, ?, ?, ?)",
                  "tttt"
                  "ti",
                  record->case_number, json_text(b, "slot"), json_text(b, "what"),
                  json_text(b, "value"), record->actor, record->seq) &&
           touch_case(catalog, record, error);
}

static gboolean apply_export(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    const json_t *b = record->body;
    const json_t *cases = json_object_get(b, "cases");
    gsize i;
    json_t *number;

    if (!db_run(catalog->db, error,
                "INSERT INTO bundle (seq, t, format, name, manifest, cases)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                "itttti", record->seq, record->t, json_text(b, "format"), json_text(b, "name"),
                json_text(b, "manifest"), (gint64)json_array_size(cases)))
        return FALSE;
    json_array_foreach(cases, i, number)
    {
        if (!db_run(catalog->db, error, "INSERT INTO bundle_case (seq, \"case\") VALUES (?, ?)",
                    "it", record->seq, json_string_value(number)))
            return FALSE;
    }
    return TRUE;
}

static gboolean apply_export_done(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    guint8 digest[SHA256_DIGEST_SIZE];

    return digest_field(record->body, "sha256", digest, sizeof digest, error) &&
           db_run(catalog->db, error, "UPDATE bundle SET bytes = ?, sha256 = ? WHERE seq = ?",
                  "ibi", json_int(record->body, "bytes", 0), digest, (int)sizeof digest,
                  json_int(record->body, "export", -1));
}

static const struct {
    const char *act;
    Apply apply;
} acts[] = {
    {"init", apply_init},
    {"definition", apply_definition},
    {"case.open", apply_case_open},
    {"case.field", apply_case_field},
    {"case.step", apply_case_step},
    {"seal", apply_seal},
    {"batch.open", apply_batch_open},
    {"batch.close", apply_batch_close},
    {"side", apply_side},
    {"side.place", apply_side_place},
    {"side.void", apply_side_void},
    {"side.restore", apply_side_restore},
    {"side.turn", apply_side_turn},
    {"document.open", apply_document_open},
    {"document.void", apply_document_void},
    {"paper", apply_paper},
    {"paper.reprint", apply_paper_reprint},
    {"slot", apply_slot},
    {"export", apply_export},
    {"export.done", apply_export_done},
    {"bundle.receipt", apply_event_alone},
    {"custody", apply_event_alone},
    {"hold", catalog_apply_hold},
    {"hold.lift", catalog_apply_hold_lift},
    {"person", apply_event_alone},
    {"day.close", apply_event_alone},
    {"day.hand-over", apply_event_alone},
    {"look", apply_event_alone},
    {"denied", apply_event_alone},
};

static Apply find_act(const char *act)
{
    for (gsize i = 0; i < G_N_ELEMENTS(acts); i++)
        if (strcmp(acts[i].act, act) == 0)
            return acts[i].apply;
    return NULL;
}

/* The fields of the act alone: what timelines show. */
static char *detail_of(const json_t *body)
{
    static const char *const head[] = {"v",       "seq", "prev", "t",    "trust", "actor",
                                       "station", "act", "case", "more", "nonce"};
    g_autoptr(json_t) detail = json_copy((json_t *)body);

    for (gsize i = 0; i < G_N_ELEMENTS(head); i++)
        json_object_del(detail, head[i]);
    return json_line(detail);
}

gboolean catalog_knows(const char *act)
{
    return find_act(act) != NULL;
}

/* A step's reasons, opened; NULL where the record keeps none. */
static gboolean step_secret(Catalog *catalog, const CatalogRecord *record, char **text,
                            GError **error)
{
    const char *commitment = json_text(record->body, "secret");
    g_autofree char *path = NULL;
    g_autoptr(json_t) secret = NULL;

    *text = NULL;
    if (commitment == NULL || strcmp(record->act, "case.step") != 0)
        return TRUE;
    path = secrets_case_path(record->case_number);
    secret = catalog_secret(catalog, path, commitment, error);
    if (secret == NULL)
        return FALSE;
    *text = json_line(secret);
    return TRUE;
}

gboolean catalog_apply(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    Apply apply = find_act(record->act);
    g_autofree char *detail = NULL, *secret = NULL;

    if (apply == NULL)
        return error_set(error, ERROR_UNKNOWN_ACT, "%s", record->act);
    if (!step_secret(catalog, record, &secret, error))
        return FALSE;
    detail = detail_of(record->body);
    return db_run(catalog->db, error,
                  "INSERT INTO event (seq, t, actor, station, act, \"case\", detail, secret)"
                  " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                  "itttttt"
                  "t",
                  record->seq, record->t, record->actor, record->station, record->act,
                  record->case_number, detail, secret) &&
           apply(catalog, record, error);
}
