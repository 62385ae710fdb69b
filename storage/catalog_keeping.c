/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/catalog_keeping.h"

#include "storage/catalog_intern.h"
#include "storage/secrets.h"

/* ── rows ────────────────────────────────────────────────────────────────────────────────── */

static char *reason_of(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    g_autofree char *path = secrets_case_path(record->case_number);
    g_autoptr(json_t) secret =
        catalog_secret(catalog, path, json_text(record->body, "secret"), error);

    const char *reason = secret != NULL ? json_text(secret, "reason") : NULL;

    return secret != NULL ? g_strdup(reason != NULL ? reason : "") : NULL;
}

gboolean catalog_apply_hold(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    g_autofree char *reason = reason_of(catalog, record, error);

    return reason != NULL &&
           db_run(catalog->db, error,
                  "INSERT INTO hold (seq, \"case\", set_at, set_by, reference, reason)"
                  " VALUES (?, ?, ?, ?, ?, ?)",
                  "iitttt", record->seq, record->case_id, record->t, record->actor,
                  json_text(record->body, "reference"), reason);
}

gboolean catalog_apply_hold_lift(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    g_autofree char *reason = reason_of(catalog, record, error);
    gsize i;
    json_t *seq;

    if (reason == NULL)
        return FALSE;
    json_array_foreach(json_object_get(record->body, "holds"), i, seq)
    {
        if (!db_run(catalog->db, error,
                    "UPDATE hold SET lifted_at = ?, lifted_by = ?, lifted_why = ? WHERE seq = ?",
                    "ttti", record->t, record->actor, reason, (gint64)json_integer_value(seq)))
            return FALSE;
    }
    return TRUE;
}

/* ── the end of retention ────────────────────────────────────────────────────────────────── */

/* What of a case's rows came from secrets/, pages and papers. A replay that finds the secrets gone
 * makes the same rows. */
static const char *const personal[] = {
    /* The index of names is told what it forgets, before the name itself goes. */
    "INSERT INTO name_trigram (name_trigram, rowid, applicant)"
    " SELECT 'delete', id, applicant FROM cases WHERE id = ? AND applicant IS NOT NULL",
    "UPDATE cases SET applicant = NULL WHERE id = ?",
    "DELETE FROM field WHERE \"case\" = ?",
    "DELETE FROM name_bigram WHERE \"case\" = ?",
    "UPDATE event SET secret = NULL WHERE \"case\" = ?",
    "UPDATE hold SET reason = '', lifted_why = CASE WHEN lifted_why IS NOT NULL THEN '' END"
    " WHERE \"case\" = ?",
    "DELETE FROM code WHERE (batch, sheet, side) IN"
    " (SELECT batch, sheet, side FROM side WHERE \"case\" = ?)",
    "UPDATE side SET file = NULL, source = NULL WHERE \"case\" = ?",
    "UPDATE document SET file = NULL WHERE \"case\" = ?",
};

gboolean catalog_apply_destroy(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    const json_t *b = record->body;

    for (gsize i = 0; i < G_N_ELEMENTS(personal); i++)
        if (!db_run(catalog->db, error, personal[i], "i", record->case_id))
            return FALSE;
    return db_run(catalog->db, error,
                  "INSERT INTO destruction (\"case\", seq, t, actor, second, approval, retention,"
                  " due) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                  "iitttttt", record->case_id, record->seq, record->t, record->actor,
                  json_text(b, "second"), json_text(b, "approval"), json_text(b, "retention"),
                  json_text(b, "due"));
}

gboolean catalog_apply_destroy_done(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    return db_run(catalog->db, error, "UPDATE destruction SET done_at = ? WHERE \"case\" = ?", "ti",
                  record->t, record->case_id);
}

/* ── questions ───────────────────────────────────────────────────────────────────────────── */

json_t *catalog_holds(Catalog *catalog, const char *number, gboolean open, GError **error)
{
    return db_rows(catalog_db(catalog), error,
                   "SELECT seq, " CASE_NUMBER " AS \"case\", set_at, set_by, reference,"
                   " reason, lifted_at, lifted_by, lifted_why FROM hold"
                   " WHERE (?1 IS NULL OR \"case\" = " CASE_ID_1 ")"
                   " AND (?2 = 0 OR lifted_at IS NULL) ORDER BY seq",
                   "ti", number, (gint64)open);
}

json_t *catalog_custody_at(Catalog *catalog, const char *where, GError **error)
{
    return db_rows(
        catalog_db(catalog), error,
        "SELECT DISTINCT c.number AS \"case\" FROM event e JOIN cases c ON c.id = e.\"case\""
        " WHERE e.act = 'custody' AND e.act <> 'side'"
        " AND json_extract(e.key, '$.where') = ? ORDER BY 1",
        "t", where);
}

json_t *catalog_retained(Catalog *catalog, const char *filed_before, GError **error)
{
    return db_rows(catalog_db(catalog), error,
                   "SELECT c.number, c.archive_number, c.item, c.item_digest, c.filed_at,"
                   " json_extract(e.key, '$.retention') AS retention,"
                   " (SELECT count(*) FROM side s WHERE s.\"case\" = c.id AND"
                   "  s.page_number > 0) AS pages,"
                   " (SELECT count(*) FROM hold h WHERE h.\"case\" = c.id AND"
                   "  h.lifted_at IS NULL) AS holds"
                   " FROM cases c JOIN event e ON e.seq = (SELECT max(n.seq) FROM event n WHERE"
                   "  n.\"case\" = c.id AND n.act = 'seal')"
                   " WHERE c.filed_at IS NOT NULL AND c.filed_at < ? AND NOT EXISTS"
                   " (SELECT 1 FROM destruction d WHERE d.\"case\" = c.id)"
                   " ORDER BY c.archive_number",
                   "t", filed_before);
}

json_t *catalog_destructions(Catalog *catalog, gboolean pending, GError **error)
{
    return db_rows(
        catalog_db(catalog), error,
        "SELECT c.number AS \"case\", d.seq, d.t, d.actor, d.second, d.approval, d.retention,"
        " d.due, d.done_at, c.archive_number, c.item, c.item_digest, c.filed_at,"
        " (SELECT count(*) FROM side s WHERE s.\"case\" = c.id AND"
        "  s.page_number > 0) AS pages"
        " FROM destruction d JOIN cases c ON c.id = d.\"case\""
        " WHERE ? = 0 OR d.done_at IS NULL ORDER BY d.seq",
        "i", (gint64)pending);
}

gboolean catalog_bundled(Catalog *catalog, const char *number, gint64 *bundles, GError **error)
{
    return db_int(catalog_db(catalog), bundles, 0, error,
                  "SELECT count(*) FROM bundle_case WHERE \"case\" = " CASE_ID, "t", number);
}

gboolean catalog_is_destroyed(Catalog *catalog, const char *number, gboolean *destroyed,
                              GError **error)
{
    gint64 n;

    if (!db_int(catalog_db(catalog), &n, 0, error,
                "SELECT EXISTS (SELECT 1 FROM destruction WHERE \"case\" = " CASE_ID ")", "t",
                number))
        return FALSE;
    *destroyed = n != 0;
    return TRUE;
}
