/* SPDX-License-Identifier: Apache-2.0
 *
 * What happened: events by case, by act and by period, with what their records say.
 */
#include "appliance/base/clock.h"
#include "storage/catalog_intern.h"
#include "storage/catalog_keeping.h"
#include "storage/catalog_query.h"
#include "storage/catalog_record.h"
#include "storage/catalog_register.h"

#include <string.h>

/* A partial index holds all acts but this one, and is used where the question says so. */
#define NOT_SIDE " AND act <> 'side'"

/* Takes `rows`; NULL stays NULL. */
static json_t *with_events(Catalog *catalog, json_t *rows, GError **error)
{
    g_autoptr(json_t) taken = rows;

    return taken != NULL && catalog_add_events(catalog, taken, error) ? g_steal_pointer(&taken)
                                                                      : NULL;
}

/* The first of `rows` (taken); NULL without error where there is none. */
static json_t *first_event(Catalog *catalog, json_t *rows, GError **error)
{
    g_autoptr(json_t) taken = with_events(catalog, rows, error);

    return taken != NULL ? json_incref(json_array_get(taken, 0)) : NULL;
}

/* ── of a case ───────────────────────────────────────────────────────────────────────────── */

json_t *catalog_events(Catalog *catalog, const char *number, GError **error)
{
    return catalog_case_events(catalog, number, -1, G_MAXINT64, error);
}

json_t *catalog_case_events(Catalog *catalog, const char *number, gint64 seq, gint64 limit,
                            GError **error)
{
    return with_events(catalog,
                       db_rows(catalog_db(catalog), error,
                               "SELECT seq FROM event WHERE \"case\" = " CASE_ID
                               " AND seq > ? ORDER BY seq LIMIT ?",
                               "tii", number, seq, limit),
                       error);
}

json_t *catalog_steps(Catalog *catalog, const char *number, GError **error)
{
    return with_events(catalog,
                       db_rows(catalog_db(catalog), error,
                               "SELECT seq, secret FROM event WHERE \"case\" = " CASE_ID
                               " AND act = 'case.step' ORDER BY seq",
                               "t", number),
                       error);
}

json_t *catalog_custody(Catalog *catalog, const char *number, GError **error)
{
    return with_events(catalog,
                       db_rows(catalog_db(catalog), error,
                               "SELECT seq, secret FROM event WHERE \"case\" = " CASE_ID
                               " AND act IN ('custody', 'seal') ORDER BY seq",
                               "t", number),
                       error);
}

char *catalog_place(Catalog *catalog, const char *number, GError **error)
{
    g_autoptr(json_t) row =
        db_row(catalog_db(catalog), error,
               "SELECT coalesce(json_extract(key, '$.where'),"
               " json_extract(key, '$.step')) AS place FROM event WHERE \"case\" = " CASE_ID
               " AND act = 'custody' ORDER BY seq DESC LIMIT 1",
               "t", number);

    return row != NULL ? g_strdup(json_text(row, "place")) : NULL;
}

json_t *catalog_openers(Catalog *catalog, const char *number, GError **error)
{
    g_autoptr(json_t) rows =
        with_events(catalog,
                    db_rows(catalog_db(catalog), error,
                            "SELECT seq FROM event WHERE \"case\" = " CASE_ID
                            " AND act IN ('document.open', 'paper') ORDER BY seq",
                            "t", number),
                    error);
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        g_autoptr(json_t) detail = json_loads(json_text(row, "detail"), 0, NULL);

        json_object_set(row, "number", json_object_get(detail, "number"));
    }
    return g_steal_pointer(&rows);
}

gboolean catalog_seal_seq(Catalog *catalog, const char *number, gint64 *seq, GError **error)
{
    return db_int(catalog_db(catalog), seq, -1, error,
                  "SELECT max(seq) FROM event WHERE \"case\" = " CASE_ID " AND act = 'seal'", "t",
                  number);
}

gboolean catalog_has_seal(Catalog *catalog, const char *number, const char *inventory)
{
    g_autoptr(json_t) rows =
        db_rows(catalog_db(catalog), NULL,
                "SELECT seq FROM event WHERE \"case\" = " CASE_ID " AND act = 'seal'", "t", number);
    gboolean found = FALSE;
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        g_autoptr(json_t) seal = catalog_record(catalog, json_int(row, "seq", -1), NULL);

        found = found || g_strcmp0(json_text(seal, "inventory"), inventory) == 0;
    }
    return found;
}

/* ── edits ───────────────────────────────────────────────────────────────────────────────── */

json_t *catalog_case_edits(Catalog *catalog, const char *number, gint64 limit, GError **error)
{
    return with_events(catalog,
                       db_rows(catalog_db(catalog), error,
                               "SELECT seq FROM event WHERE \"case\" = " CASE_ID
                               " AND act IN ('slot', 'side.turn', 'side.place', 'side.void',"
                               " 'side.restore', 'side.blank') ORDER BY seq DESC LIMIT ?",
                               "ti", number, limit),
                       error);
}

json_t *catalog_edit_records(Catalog *catalog, const char *number, gint64 seq, GError **error)
{
    return with_events(catalog,
                       db_rows(catalog_db(catalog), error,
                               "SELECT seq FROM event WHERE \"case\" = " CASE_ID_1
                               " AND (seq = ?2 OR seq > ?2 AND json_extract(key, '$.with') = ?2)"
                               " ORDER BY seq",
                               "ti", number, seq),
                       error);
}

gboolean catalog_said_before(Catalog *catalog, const char *number, const CatalogSaid *said,
                             char **value, GError **error)
{
    g_autoptr(GError) why = NULL;
    g_autoptr(json_t) row =
        db_row(catalog_db(catalog), &why,
               "SELECT json_extract(key, '$.value') AS value FROM event WHERE \"case\" = " CASE_ID
               " AND act = 'slot' AND seq < ? AND json_extract(key, '$.slot') = ?"
               " AND json_extract(key, '$.what') = ? ORDER BY seq DESC LIMIT 1",
               "titt", number, said->before, said->slot, said->what);

    *value = row != NULL ? g_strdup(json_text(row, "value")) : NULL;
    if (why != NULL)
        g_propagate_error(error, g_steal_pointer(&why));
    return row != NULL || why == NULL;
}

json_t *catalog_side_before(Catalog *catalog, const json_t *side, const char *act, gint64 before,
                            GError **error)
{
    g_autoptr(GError) why = NULL;
    g_autoptr(json_t) row = first_event(
        catalog,
        db_rows(catalog_db(catalog), &why,
                "WITH s AS (SELECT seq, \"case\" FROM side WHERE batch = ?1 AND sheet = ?2"
                " AND side = ?3) SELECT e.seq FROM event e JOIN s ON e.\"case\" = s.\"case\""
                " WHERE e.seq < ?5 AND (e.seq = s.seq OR e.act = ?4"
                " AND json_extract(key, '$.batch') = ?1 AND json_extract(key, '$.sheet') = ?2"
                " AND json_extract(key, '$.side') = ?3) ORDER BY e.seq DESC LIMIT 1",
                "iitti", json_int(side, "batch", 0), json_int(side, "sheet", 0),
                json_text(side, "side"), act, before),
        &why);

    if (why != NULL) {
        g_propagate_error(error, g_steal_pointer(&why));
        return NULL;
    }
    return row != NULL ? json_loads(json_text(row, "detail"), 0, NULL) : json_object();
}

/* ── of a period ─────────────────────────────────────────────────────────────────────────── */

gboolean catalog_newest_seq(Catalog *catalog, gint64 *seq, GError **error)
{
    return db_int(catalog_db(catalog), seq, 0, error, "SELECT max(seq) FROM event", "");
}

json_t *catalog_events_after(Catalog *catalog, gint64 seq, gint64 limit, GError **error)
{
    return with_events(catalog,
                       db_rows(catalog_db(catalog), error,
                               "SELECT seq FROM event WHERE seq > ? ORDER BY seq LIMIT ?", "ii",
                               seq, limit),
                       error);
}

/* The first record at or behind an instant. Times never go back along the journal, and halving it
 * needs no index over them. */
static gboolean seq_at(Catalog *catalog, const char *instant, gint64 *seq, GError **error)
{
    gint64 low = 0, high = 0;

    if (!db_int(catalog_db(catalog), &high, 0, error,
                "SELECT coalesce(max(seq), -1) + 1 FROM event", ""))
        return FALSE;
    while (low < high) {
        gint64 middle = low + (high - low) / 2;
        g_autoptr(json_t) record = catalog_record(catalog, middle, error);

        if (record == NULL)
            return FALSE;
        if (g_strcmp0(json_text(record, "t"), instant) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *seq = low;
    return TRUE;
}

gboolean catalog_seqs_between(Catalog *catalog, const char *from, const char *to, CatalogSeqs *seqs,
                              GError **error)
{
    return seq_at(catalog, from, &seqs->first, error) && seq_at(catalog, to, &seqs->end, error);
}

json_t *catalog_events_of(Catalog *catalog, const char *act, const char *from, const char *to,
                          GError **error)
{
    CatalogSeqs in;

    if (!catalog_seqs_between(catalog, from, to, &in, error))
        return NULL;
    return with_events(catalog,
                       db_rows(catalog_db(catalog), error,
                               "SELECT seq, secret FROM event WHERE act = ?" NOT_SIDE
                               " AND seq >= ? AND seq < ? ORDER BY seq",
                               "tii", act, in.first, in.end),
                       error);
}

gboolean catalog_filed_between(Catalog *catalog, const char *from, const char *to, gint64 *n,
                               GError **error)
{
    CatalogSeqs in;

    return catalog_seqs_between(catalog, from, to, &in, error) &&
           db_int(catalog_db(catalog), n, 0, error,
                  "SELECT count(*) FROM event WHERE act = 'seal'" NOT_SIDE
                  " AND seq >= ? AND seq < ?",
                  "ii", in.first, in.end);
}

json_t *catalog_count_steps(Catalog *catalog, const char *from, const char *to, GError **error)
{
    CatalogSeqs in;

    if (!catalog_seqs_between(catalog, from, to, &in, error))
        return NULL;
    return db_rows(catalog_db(catalog), error,
                   "SELECT json_extract(key, '$.step') AS step, count(*) AS n FROM event"
                   " WHERE act = 'case.step'" NOT_SIDE " AND seq >= ? AND seq < ? GROUP BY 1",
                   "ii", in.first, in.end);
}

gboolean catalog_count_notes(Catalog *catalog, const CatalogNotes *notes, gint64 *n, GError **error)
{
    CatalogSeqs in;

    return catalog_seqs_between(catalog, notes->from, notes->to, &in, error) &&
           db_int(catalog_db(catalog), n, 0, error,
                  "SELECT count(*) FROM event WHERE act = 'slot'" NOT_SIDE
                  " AND seq >= ? AND seq < ? AND json_extract(key, '$.what') = ?"
                  " AND json_extract(key, '$.value') = ?",
                  "iitt", in.first, in.end, notes->what, notes->value);
}

/* Seconds from the record that opened its case to this one; -1: its instants cannot be read. */
static gint64 seconds_of(const json_t *row)
{
    gint64 from_us, to_us;

    return clock_parse(json_text(row, "recorded_at"), &from_us) &&
                   clock_parse(json_text(row, "t"), &to_us)
               ? (to_us - from_us) / G_USEC_PER_SEC
               : -1;
}

gboolean catalog_intake_seconds(Catalog *catalog, const char *window, const char *from,
                                const char *to, gint64 *seconds, GError **error)
{
    g_autoptr(json_t) rows = NULL;
    CatalogSeqs in;
    gint64 sum = 0;
    gsize i;
    json_t *row;

    if (!catalog_seqs_between(catalog, from, to, &in, error))
        return FALSE;
    rows = with_events(catalog,
                       db_rows(catalog_db(catalog), error,
                               "SELECT event.seq AS seq, cases.recorded_at AS recorded_at"
                               " FROM event JOIN cases ON cases.id = event.\"case\""
                               " WHERE event.act = 'slot' AND event.act <> 'side'"
                               " AND event.seq >= ? AND event.seq < ? AND cases.window = ?"
                               " AND json_extract(key, '$.what') = 'intake'"
                               " AND json_extract(key, '$.value') = 'finished'",
                               "iit", in.first, in.end, window),
                       error);
    json_array_foreach(rows, i, row) sum += seconds_of(row);
    *seconds = json_array_size(rows) > 0 ? sum / (gint64)json_array_size(rows) : -1;
    return rows != NULL;
}

static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* One row a person, in order of their names. Voids and reprints of a period are few. */
static json_t *persons_of(json_t *events)
{
    g_autoptr(json_t) counts = json_object();
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    json_t *persons = json_array(), *event, *one;
    gsize i;
    const char *actor;

    json_array_foreach(events, i, event)
    {
        gboolean reprint = strcmp(json_text(event, "act"), "paper.reprint") == 0;

        actor = json_text(event, "actor");
        one = json_object_get(counts, actor);
        if (one == NULL) {
            one = json_pack("{s:s, s:i, s:i}", "person", actor, "voids", 0, "reprints", 0);
            json_object_set_new(counts, actor, one);
        }
        json_integer_set(json_object_get(one, reprint ? "reprints" : "voids"),
                         json_int(one, reprint ? "reprints" : "voids", 0) + 1);
    }
    json_object_foreach(counts, actor, one) g_ptr_array_add(names, (char *)actor);
    g_ptr_array_sort(names, by_name);
    for (guint k = 0; k < names->len; k++)
        json_array_append(persons, json_object_get(counts, g_ptr_array_index(names, k)));
    return persons;
}

json_t *catalog_persons(Catalog *catalog, const char *from, const char *to, GError **error)
{
    g_autoptr(json_t) rows = NULL;
    CatalogSeqs in;

    if (!catalog_seqs_between(catalog, from, to, &in, error))
        return NULL;
    rows = with_events(catalog,
                       db_rows(catalog_db(catalog), error,
                               "SELECT seq FROM event WHERE act IN ('side.void', 'document.void',"
                               " 'paper.reprint')" NOT_SIDE " AND seq >= ? AND seq < ?"
                               " ORDER BY seq",
                               "ii", in.first, in.end),
                       error);
    return rows != NULL ? persons_of(rows) : NULL;
}

json_t *catalog_cases_touched(Catalog *catalog, const char *from, const char *to, GError **error)
{
    CatalogSeqs in;

    if (!catalog_seqs_between(catalog, from, to, &in, error))
        return NULL;
    return db_rows(catalog_db(catalog), error,
                   "SELECT number, item, state, window, channel, received_at, applicant,"
                   " platform_id, archive_number, filed_at FROM cases WHERE id IN"
                   " (SELECT \"case\" FROM event WHERE seq >= ?3 AND seq < ?4"
                   " AND \"case\" IS NOT NULL UNION SELECT id FROM cases"
                   " WHERE received_at >= ?1 AND received_at < ?2)"
                   " AND id NOT IN (SELECT \"case\" FROM destruction)"
                   " ORDER BY received_at, number",
                   "ttii", from, to, in.first, in.end);
}

/* ── days and bundles ────────────────────────────────────────────────────────────────────── */

json_t *catalog_bundle_receipt(Catalog *catalog, gint64 seq, GError **error)
{
    return first_event(catalog,
                       db_rows(catalog_db(catalog), error,
                               "SELECT seq FROM event WHERE act = 'bundle.receipt'" NOT_SIDE
                               " AND json_extract(key, '$.bundle') = ? ORDER BY seq LIMIT 1",
                               "i", seq),
                       error);
}

json_t *catalog_day_close(Catalog *catalog, const char *window, const char *date, GError **error)
{
    return first_event(catalog,
                       db_rows(catalog_db(catalog), error,
                               "SELECT seq FROM event WHERE act = 'day.close'" NOT_SIDE
                               " AND json_extract(key, '$.window') = ?"
                               " AND json_extract(key, '$.date') = ? ORDER BY seq DESC LIMIT 1",
                               "tt", window, date),
                       error);
}

json_t *catalog_day_closes(Catalog *catalog, const char *from_date, const char *to_date,
                           GError **error)
{
    return with_events(catalog,
                       db_rows(catalog_db(catalog), error,
                               "SELECT seq FROM event WHERE act = 'day.close'" NOT_SIDE
                               " AND json_extract(key, '$.date') >= ?"
                               " AND json_extract(key, '$.date') <= ?"
                               " ORDER BY json_extract(key, '$.date'), seq",
                               "tt", from_date, to_date),
                       error);
}
