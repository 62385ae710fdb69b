/* SPDX-License-Identifier: Apache-2.0
 *
 * The projection of batches and sides. Acts and their fields are listed in catalog_apply.c.
 */
#include "storage/catalog_intern.h"
#include "storage/catalog_record.h"
#include "storage/secrets.h"

gboolean catalog_apply_batch_open(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    gint64 declared;

    return db_run(catalog->db, error,
                  "INSERT INTO batch (id, station, \"case\", device, opened_at, duplex, declared)"
                  " VALUES (?, ?, ?, ?, ?, ?, ?)",
                  "itott"
                  "io",
                  record->seq, record->station, catalog_case_of(record),
                  json_text(record->body, "device"), record->t,
                  (gint64)json_flag(record->body, "duplex"),
                  catalog_optional(record->body, "declared", &declared));
}

gboolean catalog_apply_batch_close(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    const json_t *b = record->body;
    gint64 counted;

    return db_run(catalog->db, error,
                  "UPDATE batch SET closed_at = ?, received = ?, stored = ?, counted = ?,"
                  " reason = ? WHERE id = ?",
                  "tiioti", record->t, json_int(b, "received", 0), json_int(b, "stored", 0),
                  catalog_optional(b, "counted", &counted), json_text(b, "reason"),
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
    guint8 sha256[SHA256_DIGEST_SIZE];
    gint64 document;

    if (!catalog_digest(b, "sha256", sha256, sizeof sha256, error))
        return FALSE;
    return db_run(catalog->db, error,
                  "INSERT INTO side (batch, sheet, side, state, blank, role, file, bytes, sha256,"
                  " source, \"case\", document, place, turn, reason, seq)"
                  " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?)",
                  "iittittib"
                  "tooiti",
                  json_int(b, "batch", 0), json_int(b, "sheet", 0), json_text(b, "side"),
                  json_text(b, "state"), (gint64)json_flag(b, "blank"), json_text(b, "role"),
                  json_text(b, "file"), json_int(b, "bytes", 0), sha256, (int)sizeof sha256, source,
                  catalog_case_of(record), catalog_optional(b, "document", &document),
                  json_int(b, "place", 0), json_text(b, "reason"), record->seq);
}

/* What a side keeps apart, opened; an empty object where it keeps nothing. */
static json_t *side_secret(Catalog *catalog, const json_t *body, GError **error)
{
    const char *commitment = json_text(body, "secret");
    g_autofree char *path = NULL;

    if (commitment == NULL)
        return json_object();
    path = secrets_batch_path(json_text(body, "day"), json_int(body, "batch", 0));
    return catalog_secret(catalog, path, commitment, error);
}

gboolean catalog_apply_side(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    const json_t *b = record->body;
    g_autoptr(json_t) secret = side_secret(catalog, b, error);
    gint64 n = 0;

    return secret != NULL && insert_side(catalog, record, json_text(secret, "source"), error) &&
           insert_codes(catalog, b, json_object_get(b, "codes"), &n, error) &&
           insert_codes(catalog, b, json_object_get(secret, "codes"), &n, error);
}

gboolean catalog_apply_side_place(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    const json_t *b = record->body;
    gint64 document;

    return db_run(catalog->db, error,
                  "UPDATE side SET \"case\" = ?, document = ?, place = ?, reason = ?"
                  " WHERE batch = ? AND sheet = ? AND side = ?",
                  "ooitiit", catalog_case_of(record), catalog_optional(b, "document", &document),
                  json_int(b, "place", 0), json_text(b, "reason"), json_int(b, "batch", 0),
                  json_int(b, "sheet", 0), json_text(b, "side"));
}

gboolean catalog_apply_side_void(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    const json_t *b = record->body;

    return db_run(catalog->db, error,
                  "UPDATE side SET state = 'void', reason = ?"
                  " WHERE batch = ? AND sheet = ? AND side = ?",
                  "tiit", json_text(b, "reason"), json_int(b, "batch", 0), json_int(b, "sheet", 0),
                  json_text(b, "side"));
}

/* A side comes back in the state it was stored in. */
gboolean catalog_apply_side_restore(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    const json_t *b = record->body;
    gint64 stored;
    g_autoptr(json_t) first = NULL;

    if (!db_int(catalog->db, &stored, -1, error,
                "SELECT seq FROM side WHERE batch = ? AND sheet = ? AND side = ?", "iit",
                json_int(b, "batch", 0), json_int(b, "sheet", 0), json_text(b, "side")))
        return FALSE;
    first = catalog_record(catalog, stored, error);
    return first != NULL && db_run(catalog->db, error,
                                   "UPDATE side SET reason = NULL, state = ?"
                                   " WHERE batch = ? AND sheet = ? AND side = ?",
                                   "tiit", json_text(first, "state"), json_int(b, "batch", 0),
                                   json_int(b, "sheet", 0), json_text(b, "side"));
}

gboolean catalog_apply_side_turn(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    const json_t *b = record->body;

    return db_run(catalog->db, error,
                  "UPDATE side SET turn = ? WHERE batch = ? AND sheet = ? AND side = ?", "iiit",
                  json_int(b, "turn", 0), json_int(b, "batch", 0), json_int(b, "sheet", 0),
                  json_text(b, "side"));
}

gboolean catalog_apply_side_blank(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    const json_t *b = record->body;

    return db_run(catalog->db, error,
                  "UPDATE side SET blank = ? WHERE batch = ? AND sheet = ? AND side = ?", "iiit",
                  (gint64)json_flag(b, "blank"), json_int(b, "batch", 0), json_int(b, "sheet", 0),
                  json_text(b, "side"));
}
