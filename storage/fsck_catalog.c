/* SPDX-License-Identifier: Apache-2.0
 *
 * The catalogue against the truth: it is made again in a temporary file and compared row by row.
 */
#include "storage/fsck_intern.h"
#include "storage/store_intern.h"

#include <string.h>

#define NAMED_ROWS 5 /* of a table: beyond these it is enough to know */

static const char catalogue_path[] = "catalogue.db";

/* ── SQLite's own check ──────────────────────────────────────────────────────────────────── */

static gboolean check_integrity(Fsck *fsck)
{
    g_autoptr(GError) why = NULL;
    g_autoptr(json_t) rows =
        db_rows(catalog_db(fsck->reader), &why, "PRAGMA integrity_check(20)", "");
    gboolean sound = rows != NULL;
    gsize i;
    json_t *row;

    if (rows == NULL)
        fsck_error(fsck, "catalogue", catalogue_path, "%s", why->message);
    json_array_foreach(rows, i, row)
    {
        const char *text = json_text(row, "integrity_check");

        if (g_strcmp0(text, "ok") == 0)
            continue;
        sound = FALSE;
        fsck_error(fsck, "catalogue", catalogue_path, "%s", text != NULL ? text : "not readable");
    }
    return sound;
}

/* The index of names: the words in it against the names it was made from. It needs a writer, which
 * changes nothing. */
static gboolean check_names(Fsck *fsck)
{
    g_autofree char *path = store_path(fsck->store, catalogue_path);
    g_autoptr(GError) why = NULL;
    g_autoptr(Db) db = db_open(path, DB_READ_WRITE, &why);

    if (db != NULL &&
        db_script(db, "INSERT INTO name_trigram (name_trigram) VALUES ('integrity-check')", &why))
        return TRUE;
    fsck_error(fsck, "catalogue", catalogue_path, "index of names: %s", why->message);
    return FALSE;
}

/* ── row by row ──────────────────────────────────────────────────────────────────────────── */

typedef struct {
    Fsck *fsck;
    Db *db; /* "main": made again, "live": what is there */
    gboolean same;
} Comparison;

/* The columns that name a row of a table; all of them where it has no key (the names' index). */
static char *key_columns(Db *db, const char *table)
{
    g_autoptr(json_t) rows = db_rows(
        db, NULL, "SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", "t", table);
    GString *columns = g_string_new(NULL);
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        g_string_append_printf(columns, "%s\"%s\"", i > 0 ? ", " : "", json_text(row, "name"));
    }
    if (columns->len == 0)
        g_string_append(columns, "rowid");
    return g_string_free(columns, FALSE);
}

static gboolean name_rows(Comparison *comparison, const char *table, json_t *rows, const char *what)
{
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        g_autofree char *name = json_line(row);

        comparison->same = FALSE;
        fsck_error(comparison->fsck, "catalogue", catalogue_path, "table %s: row %s %s", table,
                   name, what);
    }
    return rows != NULL;
}

/* Rows of `a` that `b` does not have, all columns counted. */
static json_t *difference(Db *db, const char *table, const char *a, const char *b, GError **error)
{
    g_autofree char *keys = key_columns(db, table);
    g_autofree char *columns =
        strcmp(table, "name_trigram") == 0 ? g_strdup("rowid, applicant") : g_strdup("*");
    g_autofree char *sql = g_strdup_printf(
        "SELECT %s FROM (SELECT %s FROM %s.\"%s\" EXCEPT SELECT %s FROM %s.\"%s\") LIMIT %d", keys,
        columns, a, table, columns, b, table, NAMED_ROWS);

    return db_rows(db, error, sql, "");
}

static gboolean compare_table(Comparison *comparison, const char *table, GError **error)
{
    g_autoptr(json_t) missing = difference(comparison->db, table, "main", "live", error);
    g_autoptr(json_t) extra =
        missing != NULL ? difference(comparison->db, table, "live", "main", error) : NULL;

    return extra != NULL &&
           name_rows(comparison, table, missing, "is missing or differs from the journal") &&
           name_rows(comparison, table, extra, "is not what the journal says");
}

static gboolean compare_tables(Comparison *comparison, GError **error)
{
    g_autoptr(json_t) tables = db_rows(
        comparison->db, error,
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual')"
        " AND name NOT LIKE 'sqlite_%' ORDER BY name",
        "");
    gsize i;
    json_t *table;

    json_array_foreach(tables, i, table)
    {
        if (!compare_table(comparison, json_text(table, "name"), error) ||
            !fsck_pace(comparison->fsck, 0, error))
            return FALSE;
    }
    return tables != NULL;
}

static gboolean attach_live(Comparison *comparison, GError **error)
{
    g_autofree char *path = store_path(comparison->fsck->store, catalogue_path);

    return db_run(comparison->db, error, "ATTACH ? AS live", "t", path);
}

/* One state of the live catalogue is held from here on; the other is made up to its mark. */
static gboolean remake(Comparison *comparison, Catalog *scratch, GError **error)
{
    g_autofree char *journal = store_path(comparison->fsck->store, "journal");
    gint64 until, n;

    return attach_live(comparison, error) && db_script(comparison->db, "BEGIN", error) &&
           db_int(comparison->db, &until, 0, error,
                  "SELECT value FROM live.meta WHERE key = 'applied'", "") &&
           store_replay(journal, scratch, until, &n, error);
}

static gboolean compare(Fsck *fsck, GError **error)
{
    g_autoptr(Catalog) scratch = catalog_open_scratch(store_folder(fsck->store), error);
    Comparison comparison = {.fsck = fsck, .same = TRUE};
    g_autoptr(GError) why = NULL;
    gboolean ok;

    if (scratch == NULL)
        return FALSE;
    comparison.db = catalog_db(scratch);
    ok = remake(&comparison, scratch, &why) && compare_tables(&comparison, &why);
    db_roll_back(comparison.db);
    if (!ok && error_code(why) == ERROR_CANCELLED) {
        g_propagate_error(error, g_steal_pointer(&why));
        return FALSE;
    }
    if (!ok)
        fsck_error(fsck, "catalogue", catalogue_path, "cannot be compared: %s", why->message);
    fsck->summary->is_catalogue_same = ok && comparison.same;
    return TRUE;
}

gboolean fsck_catalog(Fsck *fsck, GError **error)
{
    gboolean sound = check_integrity(fsck) && check_names(fsck);

    if (!fsck->summary->is_truth_whole) {
        fsck_warning(fsck, "catalogue", catalogue_path,
                     "not compared: what it is made from is damaged");
        return TRUE;
    }
    if (!compare(fsck, error))
        return FALSE;
    fsck->summary->is_catalogue_same = fsck->summary->is_catalogue_same && sound;
    return TRUE;
}
