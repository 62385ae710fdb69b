/* SPDX-License-Identifier: Apache-2.0
 *
 * The projection of what a case is: itself, its documents, its slots. Acts and their fields are
 * listed in catalog_apply.c.
 */
#include "storage/catalog_intern.h"
#include "storage/secrets.h"

#include <string.h>

static gboolean index_name(Catalog *catalog, gint64 case_id, const char *name, GError **error)
{
    const char *at = name;

    while (*at != '\0' && *g_utf8_next_char(at) != '\0') {
        const char *end = g_utf8_next_char(g_utf8_next_char(at));
        g_autofree char *bigram = g_strndup(at, (gsize)(end - at));

        if (!db_run(catalog->db, error,
                    "INSERT OR IGNORE INTO name_bigram (bigram, \"case\") VALUES (?, ?)", "ti",
                    bigram, case_id))
            return FALSE;
        at = g_utf8_next_char(at);
    }
    return db_run(catalog->db, error, "INSERT INTO name_trigram (rowid, applicant) VALUES (?, ?)",
                  "it", case_id, name);
}

static gboolean insert_fields(Catalog *catalog, gint64 case_id, json_t *fields, GError **error)
{
    const char *name;
    json_t *value;

    json_object_foreach(fields, name, value)
    {
        if (!db_run(catalog->db, error,
                    "INSERT OR REPLACE INTO field (\"case\", name, value) VALUES (?, ?, ?)", "itt",
                    case_id, name, json_string_value(value)))
            return FALSE;
    }
    return TRUE;
}

static gboolean insert_case(Catalog *catalog, const CatalogRecord *record, const char *applicant,
                            GError **error)
{
    const json_t *b = record->body;

    return db_run(
        catalog->db, error,
        "INSERT INTO cases (id, number, item, item_digest, kind, state, window, day, serial,"
        " channel, received_at, recorded_at, applicant, platform_id, version)"
        " VALUES (?, ?, ?, ?, ?, 'received', ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        "ittttttitttt"
        "ti",
        record->case_id, record->case_number, json_text(b, "item"), json_text(b, "item_digest"),
        json_text(b, "kind"), json_text(b, "window"), json_text(b, "day"), json_int(b, "serial", 0),
        json_text(b, "channel"), json_text(b, "received_at"), record->t, applicant,
        json_text(b, "platform_id"), record->seq);
}

gboolean catalog_apply_case_open(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    g_autofree char *path = secrets_case_path(record->case_number);
    g_autoptr(json_t) secret =
        catalog_secret(catalog, path, json_text(record->body, "secret"), error);
    const char *applicant = secret != NULL ? json_text(secret, "applicant") : NULL;

    if (secret == NULL || !insert_case(catalog, record, applicant, error))
        return FALSE;
    if (applicant != NULL && !index_name(catalog, record->case_id, applicant, error))
        return FALSE;
    return insert_fields(catalog, record->case_id, json_object_get(secret, "fields"), error);
}

gboolean catalog_apply_case_field(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    g_autofree char *path = secrets_case_path(record->case_number);
    g_autoptr(json_t) secret =
        catalog_secret(catalog, path, json_text(record->body, "secret"), error);

    return secret != NULL &&
           insert_fields(catalog, record->case_id, json_object_get(secret, "fields"), error);
}

/* Columns that a step may set: a record names them, so the list is closed. */
static const char *column_update(const char *column)
{
    static const char *const updates[][2] = {
        {"kind", "UPDATE cases SET kind = ? WHERE id = ?"},
        {"accepted_at", "UPDATE cases SET accepted_at = ? WHERE id = ?"},
        {"decided_at", "UPDATE cases SET decided_at = ? WHERE id = ?"},
        {"decision", "UPDATE cases SET decision = ? WHERE id = ?"},
        {"ended_at", "UPDATE cases SET ended_at = ? WHERE id = ?"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(updates); i++)
        if (strcmp(updates[i][0], column) == 0)
            return updates[i][1];
    return NULL;
}

gboolean catalog_apply_case_step(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    const char *column;
    json_t *value;

    json_object_foreach(json_object_get(record->body, "set"), column, value)
    {
        const char *sql = column_update(column);

        if (sql == NULL)
            return error_set(error, ERROR_JOURNAL_DAMAGED, "a step sets the column %s", column);
        if (!db_run(catalog->db, error, sql, "ti", json_string_value(value), record->case_id))
            return FALSE;
    }
    return db_run(catalog->db, error, "UPDATE cases SET state = ? WHERE id = ?", "ti",
                  json_text(record->body, "state"), record->case_id);
}

static gint64 cell(const json_t *row, gsize i)
{
    return json_integer_value(json_array_get(row, i));
}

gboolean catalog_apply_seal(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    gsize i;
    json_t *row;

    json_array_foreach(json_object_get(record->body, "documents"), i, row)
    {
        if (!db_run(catalog->db, error,
                    "UPDATE document SET position = ?, first_page = ?, pages = ?"
                    " WHERE \"case\" = ? AND number = ?",
                    "iiiii", cell(row, 1), cell(row, 2), cell(row, 3), record->case_id,
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
                  "UPDATE cases SET archive_number = ?, filed_at = ? WHERE id = ?", "tti",
                  json_text(record->body, "archive_number"), json_text(record->body, "filed_at"),
                  record->case_id);
}

gboolean catalog_apply_document_open(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    const json_t *b = record->body;

    return db_run(catalog->db, error,
                  "INSERT INTO document (\"case\", number, family, code, title, state, made_at,"
                  " copies, originals, kept) VALUES (?, ?, ?, ?, ?, 'open', ?, ?, ?, ?)",
                  "iitttt"
                  "iii",
                  record->case_id, json_int(b, "number", 0), json_text(b, "family"),
                  json_text(b, "code"), json_text(b, "title"), record->t, json_int(b, "copies", 0),
                  json_int(b, "originals", 0), (gint64)json_flag(b, "kept"));
}

gboolean catalog_apply_document_void(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    return db_run(catalog->db, error,
                  "UPDATE document SET state = 'void', reason = ?"
                  " WHERE \"case\" = ? AND number = ?",
                  "tii", json_text(record->body, "reason"), record->case_id,
                  json_int(record->body, "number", 0));
}

gboolean catalog_apply_paper(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    const json_t *b = record->body;
    Digests digests;

    if (!catalog_digest(b, "sha256", digests.sha256, sizeof digests.sha256, error) ||
        !catalog_digest(b, "sha512", digests.sha512, sizeof digests.sha512, error))
        return FALSE;
    return db_run(catalog->db, error,
                  "INSERT INTO document (\"case\", number, family, code, title, state, made_at,"
                  " paper_number, copies, originals, kept, file, sha256, sha512, bytes)"
                  " VALUES (?, ?, ?, ?, ?, 'open', ?, ?, ?, 1, 1, ?, ?, ?, ?)",
                  "iitttt"
                  "titbbi",
                  record->case_id, json_int(b, "number", 0), json_text(b, "family"),
                  json_text(b, "code"), json_text(b, "title"), record->t,
                  json_text(b, "paper_number"), json_int(b, "copies", 1), json_text(b, "file"),
                  digests.sha256, (int)sizeof digests.sha256, digests.sha512,
                  (int)sizeof digests.sha512, json_int(b, "bytes", 0));
}

gboolean catalog_apply_paper_reprint(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    return db_run(catalog->db, error,
                  "UPDATE document SET reprints = ? WHERE \"case\" = ? AND number = ?", "iii",
                  json_int(record->body, "reprint", 0), record->case_id,
                  json_int(record->body, "number", 0));
}

gboolean catalog_apply_slot(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    const json_t *b = record->body;

    /* An empty value takes back what was said. */
    if (*json_text(b, "value") == '\0')
        return db_run(catalog->db, error,
                      "DELETE FROM slot WHERE \"case\" = ? AND slot = ? AND what = ?", "itt",
                      record->case_id, json_text(b, "slot"), json_text(b, "what"));
    return db_run(catalog->db, error,
                  "INSERT OR REPLACE INTO slot (\"case\", slot, what, value, actor, seq)"
                  " VALUES (?, ?, ?, ?, ?, ?)",
                  "itttti", record->case_id, json_text(b, "slot"), json_text(b, "what"),
                  json_text(b, "value"), record->actor, record->seq);
}
