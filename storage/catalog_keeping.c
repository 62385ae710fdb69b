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

    return secret != NULL ? g_strdup(json_text(secret, "reason")) : NULL;
}

static gboolean touch(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    return db_run(catalog->db, error, "UPDATE cases SET version = ? WHERE number = ?", "it",
                  record->seq, record->case_number);
}

gboolean catalog_apply_hold(Catalog *catalog, const CatalogRecord *record, GError **error)
{
    g_autofree char *reason = reason_of(catalog, record, error);

    return reason != NULL &&
           db_run(catalog->db, error,
                  "INSERT INTO hold (seq, \"case\", set_at, set_by, reference, reason)"
                  " VALUES (?, ?, ?, ?, ?, ?)",
                  "ittttt", record->seq, record->case_number, record->t, record->actor,
                  json_text(record->body, "reference"), reason) &&
           touch(catalog, record, error);
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
    return touch(catalog, record, error);
}

/* ── questions ───────────────────────────────────────────────────────────────────────────── */

json_t *catalog_holds(Catalog *catalog, const char *number, gboolean open, GError **error)
{
    return db_rows(catalog_db(catalog), error,
                   "SELECT seq, \"case\", set_at, set_by, reference, reason, lifted_at, lifted_by,"
                   " lifted_why FROM hold WHERE (?1 IS NULL OR \"case\" = ?1)"
                   " AND (?2 = 0 OR lifted_at IS NULL) ORDER BY seq",
                   "ti", number, (gint64)open);
}
