/* SPDX-License-Identifier: Apache-2.0
 *
 * Every question that screens, registers and audits ask of the catalogue, at every place where it
 * asks the database or the journal: what cannot be answered is refused, never answered with less,
 * and is answered as before once it can be.
 */
#include "tests/appliance/counter/hall.h"
#include "tests/storage/place.h"

#include "appliance/counter/case_place.h"
#include "storage/catalog_keeping.h"
#include "storage/catalog_query.h"
#include "storage/catalog_record.h"
#include "storage/catalog_register.h"

#include <string.h>

#define FROM "2026-01-01T00:00:00Z"
#define TO   "2027-01-01T00:00:00Z"

/* What the questions are about. */
static struct {
    Hall hall;
    Catalog *reader;
    char *number; /* of a filed case */
    json_t *side; /* one of it */
} asked;

/* ── questions ───────────────────────────────────────────────────────────────────────────── */

/* FALSE with an error where there is no answer; what is answered goes to `said`. */
typedef gboolean (*Ask)(GString *said, GError **error);

/* Takes `rows`; NULL without an error is an answer too. */
static gboolean say_rows(GString *said, json_t *rows, GError **error)
{
    g_autoptr(json_t) taken = rows;
    g_autofree char *line = taken != NULL ? json_line(taken) : g_strdup("none");

    g_string_append(said, line);
    return *error == NULL;
}

static gboolean say_text(GString *said, char *text, GError **error)
{
    g_autofree char *taken = text;

    g_string_append(said, taken != NULL ? taken : "none");
    return *error == NULL;
}

#define ROWS(name, ...)                                                                            \
    static gboolean ask_##name(GString *said, GError **error)                                      \
    {                                                                                              \
        return say_rows(said, catalog_##name(asked.reader, __VA_ARGS__ error), error);             \
    }

#define TEXT(name, ...)                                                                            \
    static gboolean ask_##name(GString *said, GError **error)                                      \
    {                                                                                              \
        return say_text(said, catalog_##name(asked.reader, __VA_ARGS__, error), error);            \
    }

#define NUMBER(name, ...)                                                                          \
    static gboolean ask_##name(GString *said, GError **error)                                      \
    {                                                                                              \
        gint64 n = 0;                                                                              \
        gboolean ok = catalog_##name(asked.reader, __VA_ARGS__ & n, error);                        \
                                                                                                   \
        g_string_append_printf(said, "%d", (int)n);                                                \
        return ok;                                                                                 \
    }

static const CatalogList open_list = {.open = TRUE, .after = "", .limit = 10};
static const CatalogNotes notes = {"intake", "finished", FROM, TO};
static const CatalogSaid intake = {"", "intake", G_MAXINT64};

ROWS(case, asked.number, )
ROWS(fields, asked.number, )
ROWS(events, asked.number, )
ROWS(steps, asked.number, )
ROWS(find, "张三", 50, )
ROWS(cases_between, FROM, TO, )
ROWS(open_cases, 10, )
ROWS(by_archive_number, "*", )
ROWS(documents, asked.number, )
ROWS(sides, asked.number, )
ROWS(tray, )
ROWS(slots, asked.number, )
ROWS(batch, json_int(asked.side, "batch", 0), )
ROWS(open_batches, )
ROWS(definition, "item", HALL_ITEM, "2026-11-20", )
ROWS(definitions, "item", )
ROWS(events_after, 3, 10, )
ROWS(figures, FROM, TO, )
ROWS(list_cases, &open_list, )
ROWS(unfiled, 10, )
ROWS(case_edits, asked.number, 10, )
ROWS(edit_records, asked.number, 3, )
ROWS(side_before, asked.side, "side.place", G_MAXINT64, )
ROWS(case_batches, asked.number, )
ROWS(tray_stacks, )
ROWS(bundles, G_MAXINT64, 10, )
ROWS(bundle, 3, )
ROWS(sides_between, FROM, TO, )
ROWS(count_steps, FROM, TO, )
ROWS(bundle_receipt, 3, )
ROWS(day_close, "003", "2026-11-20", )
ROWS(numbers, "260101", "261231", )
ROWS(codes_since, FROM, )
ROWS(document_account, FROM, TO, )
ROWS(paper_numbers, FROM, TO, )
ROWS(paper_run, "A", )
ROWS(unread, FROM, TO, )
ROWS(day_closes, "2026-01-01", "2026-12-31", )
ROWS(window_days, "003", )
ROWS(open_days, "2026-01-01", "2026-12-31", )
ROWS(bundles_between, FROM, TO, )
ROWS(cases_touched, FROM, TO, )
ROWS(persons, FROM, TO, )
ROWS(events_of, "case.step", FROM, TO, )
ROWS(holds, asked.number, TRUE, )
ROWS(custody, asked.number, )
ROWS(openers, asked.number, )
ROWS(custody_at, "室", )
ROWS(retained, TO, )
ROWS(destructions, TRUE, )
TEXT(setting, "origin")
TEXT(place, asked.number)
TEXT(root_of, 20)
NUMBER(newest_seq, )
NUMBER(next_document, asked.number, )
NUMBER(next_place, asked.number, 1, )
NUMBER(next_serial, "003", "261120", )
NUMBER(sheets_fed, "test", FROM, )
NUMBER(next_item_number, "Z", )
NUMBER(next_paper_serial, "A", )
NUMBER(seal_seq, asked.number, )
NUMBER(filed_between, FROM, TO, )
NUMBER(count_notes, &notes, )
NUMBER(unplaced, FROM, TO, )
NUMBER(intake_seconds, "003", FROM, TO, )
NUMBER(bundled, asked.number, )

static gboolean ask_root(GString *said, GError **error)
{
    gint64 records;

    return say_text(said, catalog_root(asked.reader, &records, error), error);
}

static gboolean ask_said_before(GString *said, GError **error)
{
    char *value = NULL;
    gboolean ok = catalog_said_before(asked.reader, asked.number, &intake, &value, error);

    return say_text(said, value, error) && ok;
}

static gboolean ask_flags(GString *said, GError **error)
{
    gboolean destroyed, edited;

    if (!catalog_is_destroyed(asked.reader, asked.number, &destroyed, error) ||
        !catalog_is_edited(asked.reader, asked.number, 3, &edited, error))
        return FALSE;
    g_string_append_printf(said, "%d %d", destroyed, edited);
    return TRUE;
}

static gboolean ask_facts(GString *said, GError **error)
{
    json_t *side = json_deep_copy(asked.side);
    gboolean ok = catalog_add_facts(asked.reader, side, error);

    return say_rows(said, side, error) && ok;
}

static const struct {
    const char *name;
    Ask ask;
} questions[] = {
    /* clang-format off */
    {"case", ask_case}, {"fields", ask_fields}, {"events", ask_events}, {"steps", ask_steps},
    {"find", ask_find}, {"cases_between", ask_cases_between}, {"open_cases", ask_open_cases},
    {"by_archive_number", ask_by_archive_number}, {"documents", ask_documents},
    {"sides", ask_sides}, {"tray", ask_tray}, {"slots", ask_slots}, {"batch", ask_batch},
    {"open_batches", ask_open_batches}, {"definition", ask_definition},
    {"definitions", ask_definitions}, {"events_after", ask_events_after},
    {"figures", ask_figures}, {"list_cases", ask_list_cases}, {"unfiled", ask_unfiled},
    {"case_edits", ask_case_edits}, {"edit_records", ask_edit_records},
    {"side_before", ask_side_before}, {"case_batches", ask_case_batches},
    {"tray_stacks", ask_tray_stacks}, {"bundles", ask_bundles}, {"bundle", ask_bundle},
    {"sides_between", ask_sides_between}, {"count_steps", ask_count_steps},
    {"bundle_receipt", ask_bundle_receipt}, {"day_close", ask_day_close},
    {"numbers", ask_numbers}, {"codes_since", ask_codes_since},
    {"document_account", ask_document_account}, {"paper_numbers", ask_paper_numbers},
    {"paper_run", ask_paper_run}, {"unread", ask_unread}, {"day_closes", ask_day_closes},
    {"window_days", ask_window_days}, {"open_days", ask_open_days},
    {"bundles_between", ask_bundles_between}, {"cases_touched", ask_cases_touched},
    {"persons", ask_persons}, {"events_of", ask_events_of}, {"holds", ask_holds},
    {"custody", ask_custody}, {"openers", ask_openers}, {"custody_at", ask_custody_at},
    {"retained", ask_retained}, {"destructions", ask_destructions}, {"setting", ask_setting},
    {"place", ask_place}, {"root_of", ask_root_of}, {"newest_seq", ask_newest_seq},
    {"next_document", ask_next_document}, {"next_place", ask_next_place},
    {"next_serial", ask_next_serial}, {"sheets_fed", ask_sheets_fed},
    {"next_item_number", ask_next_item_number}, {"next_paper_serial", ask_next_paper_serial},
    {"seal_seq", ask_seal_seq}, {"filed_between", ask_filed_between},
    {"count_notes", ask_count_notes}, {"unplaced", ask_unplaced},
    {"intake_seconds", ask_intake_seconds}, {"bundled", ask_bundled}, {"root", ask_root},
    {"said_before", ask_said_before}, {"flags", ask_flags}, {"facts", ask_facts},
    /* clang-format on */
};

/* ── cases ───────────────────────────────────────────────────────────────────────────────── */

/* The answer, with the place `at` failing. */
G_NO_INLINE static gboolean answers(Ask ask, guint at, GString *said, GError **error)
{
    gboolean ok;

    g_string_truncate(said, 0);
    place_begin(at);
    ok = ask(said, error);
    assert_true(place_heal() || at == PLACE_LEARN_ANEW);
    return ok;
}

/* How many places the question has. All is asked from one line: a place is a chain of calls. */
static guint ask_at_every_place(const char *name, Ask ask)
{
    g_autoptr(GString) wanted = g_string_new(NULL), said = g_string_new(NULL);
    guint n = 0, refused = 0;

    for (guint at = PLACE_LEARN_ANEW; at == PLACE_LEARN_ANEW || at < n;
         at = at == PLACE_LEARN_ANEW ? 0 : at + 1) {
        g_autoptr(GError) error = NULL;
        gboolean ok = answers(ask, at, at == PLACE_LEARN_ANEW ? wanted : said, &error);

        n = at == PLACE_LEARN_ANEW ? place_count() : n;
        /* What fails once may be read on a second way: then the answer is the same. */
        if (ok != (error == NULL) ||
            (ok && at != PLACE_LEARN_ANEW && strcmp(said->str, wanted->str) != 0))
            fail_msg("%s, %u: answered %s", name, at, said->str);
        refused += !ok;
        g_clear_error(&error);
        g_string_truncate(said, 0);
        assert_true(ask(said, &error));
        assert_string_equal(said->str, wanted->str);
    }
    assert_true(refused > 0);
    return n;
}

static void a_question_is_answered_whole_or_refused(void **state G_GNUC_UNUSED)
{
    guint places = 0;

    for (gsize i = 0; i < G_N_ELEMENTS(questions); i++)
        places += ask_at_every_place(questions[i].name, questions[i].ask);
    print_message("%zu questions, %u places\n", G_N_ELEMENTS(questions), places);
    assert_true(places > G_N_ELEMENTS(questions));
}

static void a_tree_with_a_leaf_that_is_none_has_no_root(void **state G_GNUC_UNUSED)
{
    g_autofree char *path = g_build_filename(asked.hall.folder, "catalogue.db", NULL);
    GError *error = NULL;
    g_autoptr(Db) db = db_open(path, DB_READ_WRITE, &error);
    gint64 records;

    assert_true(db_script(db,
                          "PRAGMA ignore_check_constraints = ON;"
                          " UPDATE leaf SET hash = x'00' WHERE seq = 4",
                          &error));
    assert_null(catalog_root(asked.reader, &records, &error));
    assert_error_code(error, ERROR_CATALOGUE);
    g_clear_error(&error);
}

static gboolean finish_intake(StoreTxn *txn, void *data G_GNUC_UNUSED, GError **error)
{
    return txn_append(
        txn, "slot", asked.number,
        json_pack("{s:s, s:s, s:s}", "slot", "", "what", "intake", "value", "finished"), error);
}

static void ask_begin(void)
{
    static const StoreActor checker = {"000002", "test"};
    GError *error = NULL;
    g_autofree char *open = NULL;
    g_autoptr(json_t) sides = NULL;
    gint64 document;

    asked.hall = hall_made("procedure");
    asked.number = hall_filed(&asked.hall);
    assert_true(store_write(asked.hall.store, &hall_clerk, finish_intake, NULL, &error));
    open = hall_case(&asked.hall, HALL_ITEM);
    document = hall_hand_in(&asked.hall, open, "A01");
    assert_true(case_void_document(asked.hall.house, &checker, open, document, "twice", &error));
    document = hall_hand_in(&asked.hall, open, "A01");
    assert_true(case_void_document(asked.hall.house, &hall_clerk, open, document, "again", &error));
    hall_page(&asked.hall, NULL, "a page in the tray");
    asked.reader = store_reader(asked.hall.store, &error);
    sides = catalog_sides(asked.reader, asked.number, &error);
    assert_no_error(error);
    asked.side = json_incref(json_array_get(sides, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_is_answered_whole_or_refused),
        cmocka_unit_test(a_tree_with_a_leaf_that_is_none_has_no_root),
    };
    int failed;

    testing_begin();
    place_install();
    ask_begin();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    json_decref(asked.side);
    catalog_close(asked.reader);
    g_free(asked.number);
    hall_close(&asked.hall);
    place_forget();
    return failed;
}
