/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/appliance/counter/hall.h"

#include "appliance/base/digest.h"
#include "appliance/base/text.h"
#include "appliance/counter/act.h"
#include "appliance/counter/case_open.h"
#include "appliance/counter/case_place.h"
#include "storage/db.h"
#include "storage/secrets.h"

#include <string.h>

#define HALL_START_US (G_GINT64_CONSTANT(1795140000) * G_USEC_PER_SEC)

gint64 hall_now_us = HALL_START_US;
const StoreActor hall_clerk = {"os:test", "window:003"};

static char *item_text(const char *order)
{
    g_autoptr(GString) text = g_string_new(NULL);

    g_string_append_printf(
        text,
        "{\"format\": \"anjuan-item/1\", \"code\": \"" HALL_ITEM "\", \"name\": \"试验事项\","
        " \"short_name\": \"试验\", \"from\": \"2026-01-01\", \"department\": \"water\","
        " \"national\": {\"nature\": \"01\", \"kind\": 1}, \"kind\": \"instant\","
        " \"channels\": [\"window\"], \"law\": [\"试验办法第一条\"],"
        " \"fee\": {\"charged\": false, \"text\": \"不收费\"}, \"order\": \"%s\","
        " \"retention\": {\"granted\": \"D30\", \"other\": \"D10\"}, \"archive_class\": \"ZY·XK\","
        " \"questions\": [{\"code\": \"agent\", \"text\": \"代理？\", \"text_en\": \"Agent?\"}],"
        " \"checklist\": [",
        order);
    for (int i = 1; i <= HALL_SLOTS; i++)
        g_string_append_printf(text,
                               "%s{\"code\": \"A%02d\", \"name\": \"材料%d\", \"role\": \"%s\","
                               " \"need\": \"required\", \"originals\": 1,"
                               " \"pages\": {\"min\": 1, \"max\": 9}, \"keep\": \"kept\"}",
                               i > 1 ? "," : "", i, i, i == 1 ? "main" : "attachment");
    g_string_append(text,
                    "], \"fields\": [{\"code\": \"applicant\", \"name\": \"申请人\","
                    " \"norm\": \"text\", \"slot\": \"A01\", \"required\": true}],"
                    " \"clocks\": {\"tell\": {\"start\": \"received\", \"unit\": \"workday\"},"
                    " \"supplement\": {\"start\": \"told\", \"unit\": \"workday\", \"law\": 15,"
                    " \"expiry\": \"lapsed\"}, \"decide\": {\"start\": \"completed\","
                    " \"unit\": \"workday\", \"promised\": 1, \"law\": 3}},"
                    " \"steps\": [{\"code\": \"receive\", \"name\": \"收件\", \"role\": \"clerk\"},"
                    " {\"code\": \"decide\", \"name\": \"核准\", \"role\": \"checker\"}]}");
    return g_string_free(g_steal_pointer(&text), FALSE);
}

Hall hall_opened(char *folder)
{
    StoreOptions options = {.folder = folder, .clock = clock_manual(&hall_now_us)};
    GError *error = NULL;
    Hall hall = {.folder = folder, .store = store_open(&options, &error)};

    assert_no_error(error);
    hall.house = house_new(hall.store);
    return hall;
}

Hall hall_made(const char *order)
{
    static const StoreOrigin origin = {"320583", "001", "hall.example/anjuan", "city"};
    g_autofree char *parent = testing_folder();
    char *folder = g_build_filename(parent, "data", NULL);
    StoreOptions options = {.folder = folder, .clock = clock_manual(&hall_now_us)};
    g_autofree char *item = item_text(order);
    GError *error = NULL;
    gboolean ok;
    Hall hall;

    hall_now_us = HALL_START_US;
    ok = store_create(&options, &origin, &error);
    assert_no_error(error);
    hall = hall_opened(folder);
    ok = ok && house_import_shipped(hall.house, &hall_clerk, "city", TRUE, &error) &&
         house_import_item(hall.house, &hall_clerk, item, strlen(item), "item.json", NULL, &error);
    assert_no_error(error);
    assert_true(ok);
    return hall;
}

void hall_close(Hall *hall)
{
    house_free(hall->house);
    store_close(hall->store);
    g_free(hall->folder);
    *hall = (Hall){0};
}

void hall_reopen(Hall *hall)
{
    char *folder = g_strdup(hall->folder);

    hall_close(hall);
    *hall = hall_opened(folder);
}

char *hall_case(const Hall *hall, const char *item)
{
    CaseOpening opening = {
        .item = item, .window = "003", .applicant = "张三", .phone = "13800000000"};
    GError *error = NULL;
    char *number = NULL;

    gboolean ok = case_open(hall->house, &hall_clerk, &opening, &number, &error);
    assert_no_error(error);
    assert_true(ok);
    return number;
}

/* ── pages ───────────────────────────────────────────────────────────────────────────────── */

typedef struct {
    const char *text, *number; /* number NULL: of no case */
    gint64 batch;
} HallPage;

static gboolean write_page(StoreTxn *txn, void *data, GError **error)
{
    HallPage *page = data;
    gint64 batch = page->batch = txn_next_seq(txn);
    gsize size = strlen(page->text);
    Digests digests;
    DigestPass pass;
    g_autofree char *sha256 = sha256_hex(page->text, size), *sha512 = NULL, *file = NULL;
    g_autofree char *path = NULL, *commitment = NULL;
    g_autoptr(json_t) secret = NULL;
    char day[7] = {0};

    memcpy(day, txn_now(txn) + 2, 2);
    memcpy(day + 2, txn_now(txn) + 5, 2);
    memcpy(day + 4, txn_now(txn) + 8, 2);
    digest_init(&pass);
    digest_update(&pass, page->text, size);
    digest_finish(&pass, &digests);
    sha512 = hex_encode(digests.sha512, sizeof digests.sha512);
    path = secrets_batch_path(day, batch);
    secret = json_pack("{s:s, s:[]}", "source", page->text, "codes");
    commitment = txn_secret(txn, path, secret);
    file = g_strdup_printf("spool/%s/%" G_GINT64_FORMAT "/0001-a.tif", day, batch);
    return txn_file(txn, file, page->text, size, error) &&
           txn_append(txn, "batch.open", page->number,
                      json_pack("{s:s, s:b}", "device", "test", "duplex", 0), error) &&
           txn_append(txn, "side", page->number,
                      json_pack("{s:I, s:s, s:i, s:s, s:s, s:b, s:s, s:s, s:s, s:I, s:s, s:s,"
                                " s:{s:i, s:i, s:i}, s:[], s:i, s:s}",
                                "batch", (json_int_t)batch, "day", day, "sheet", 1, "side", "a",
                                "state", "stored", "blank", 0, "role", "page", "file", file,
                                "media_type", "image/tiff", "bytes", (json_int_t)size, "sha256",
                                sha256, "sha512", sha512, "facts", "width_px", 1654, "height_px",
                                2339, "dpi", 200, "codes", "place", 0, "secret", commitment),
                      error) &&
           txn_append(txn, "batch.close", page->number,
                      json_pack("{s:I, s:i, s:i, s:s}", "batch", (json_int_t)batch, "received", 1,
                                "stored", 1, "reason", "done"),
                      error);
}

SideName hall_page(const Hall *hall, const char *number, const char *text)
{
    HallPage page = {text, number, 0};
    GError *error = NULL;

    gboolean ok = store_write(hall->store, &hall_clerk, write_page, &page, &error);
    assert_no_error(error);
    assert_true(ok);
    return (SideName){page.batch, 1, 'a'};
}

gint64 hall_hand_in(const Hall *hall, const char *number, const char *slot)
{
    g_autofree char *text = g_strdup_printf("page of %s %s %u", number, slot, g_random_int());
    SideName side = hall_page(hall, NULL, text);
    CasePlacing placing = {.number = number, .slot = slot, .sides = &side, .n_sides = 1};
    GError *error = NULL;
    gint64 document = 0;

    gboolean ok = case_place(hall->house, &hall_clerk, &placing, &document, &error);
    assert_no_error(error);
    assert_true(ok);
    return document;
}

void hall_fill(const Hall *hall, const char *number, const char *without)
{
    for (int i = 1; i <= HALL_SLOTS; i++) {
        g_autofree char *slot = g_strdup_printf("A%02d", i);

        if (g_strcmp0(slot, without) != 0)
            hall_hand_in(hall, number, slot);
    }
}

/* ── steps ───────────────────────────────────────────────────────────────────────────────── */

void hall_step(const Hall *hall, const char *number, LifeEvent event)
{
    CaseAct act = {.number = number, .event = event};
    g_auto(CaseActDone) done = {0};
    GError *error = NULL;

    gboolean ok = case_act(hall->house, &hall_clerk, &act, &done, &error);
    assert_no_error(error);
    assert_true(ok);
}

char *hall_ended(const Hall *hall)
{
    char *number = hall_case(hall, HALL_ITEM);
    g_auto(PaperIssued) receipt = {0};
    GError *error = NULL;
    gboolean ok;

    hall_fill(hall, number, NULL);
    ok = paper_issue_receipt(hall->house, &hall_clerk, number, FALSE, &receipt, &error);
    assert_no_error(error);
    assert_true(ok);
    hall_step(hall, number, (LifeEvent){.type = EVENT_ACCEPT, .actor = ACTOR_CLERK});
    hall_step(hall, number,
              (LifeEvent){.type = EVENT_DECIDE, .actor = ACTOR_DEPARTMENT, .good = TRUE});
    hall_step(hall, number,
              (LifeEvent){.type = EVENT_DELIVER, .actor = ACTOR_CLERK, .told = TOLD_SIGNED});
    return number;
}

char *hall_filed(const Hall *hall)
{
    char *number = hall_ended(hall);
    ArchiveRequest request = {.number = number};
    g_autofree char *archive_number = NULL;
    GError *error = NULL;
    gboolean ok = archive_file(hall->house, &hall_clerk, &request, &archive_number, &error);

    assert_no_error(error);
    assert_true(ok);
    return number;
}

char *hall_thirteen(const Hall *hall)
{
    char *number = hall_case(hall, HALL_ITEM);
    g_auto(PaperIssued) receipt = {0};
    g_auto(CaseActDone) notice = {0};
    GError *error = NULL;
    gint64 wrong;

    hall_fill(hall, number, "A07");
    wrong = hall_hand_in(hall, number, "A03");
    assert_true(case_void_document(hall->house, &hall_clerk, number, wrong, "another's", &error));
    assert_true(paper_issue_receipt(hall->house, &hall_clerk, number, FALSE, &receipt, &error));
    assert_true(case_act_supplement(hall->house, &hall_clerk, number, FALSE, &notice, &error));
    hall_step(hall, number,
              (LifeEvent){.type = EVENT_TELL, .actor = ACTOR_CLERK, .told = TOLD_SIGNED});
    hall_hand_in(hall, number, "A07");
    hall_step(hall, number, (LifeEvent){.type = EVENT_ACCEPT, .actor = ACTOR_CLERK});
    hall_step(hall, number,
              (LifeEvent){.type = EVENT_DECIDE, .actor = ACTOR_DEPARTMENT, .good = TRUE});
    hall_step(hall, number,
              (LifeEvent){.type = EVENT_DELIVER, .actor = ACTOR_CLERK, .told = TOLD_SIGNED});
    return number;
}

json_t *hall_row(const Hall *hall, const char *number)
{
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(hall->store, &error);
    json_t *row = reader != NULL ? case_row(reader, number, &error) : NULL;

    assert_no_error(error);
    return row;
}

json_t *hall_documents(const Hall *hall, const char *number)
{
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(hall->store, &error);
    json_t *rows = reader != NULL ? catalog_documents(reader, number, &error) : NULL;

    assert_no_error(error);
    return rows;
}

void hall_life(const Hall *hall, const char *number, CaseLife *life)
{
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(hall->store, &error);
    gboolean ok = case_life(hall->house, reader, number, life, &error);

    assert_no_error(error);
    assert_true(ok);
}

gint64 hall_count(const Hall *hall, const char *sql)
{
    GError *error = NULL;
    g_autoptr(Catalog) reader = store_reader(hall->store, &error);
    gint64 n = -1;

    assert_true(db_int(catalog_db(reader), &n, 0, &error, sql, ""));
    return n;
}

char *hall_codes(const json_t *rows)
{
    GString *codes = g_string_new(NULL);
    gsize i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        g_string_append_printf(codes, "%s%s", i > 0 ? " " : "", json_text(row, "code"));
    }
    return g_string_free(codes, FALSE);
}

char *hall_dump(const Hall *hall)
{
    static const char *const tables[] = {"leaf",  "event",    "setting",     "definition", "cases",
                                         "field", "document", "batch",       "side",       "code",
                                         "slot",  "bundle",   "name_bigram", "hold"};
    g_autoptr(Catalog) catalog = catalog_open(hall->folder, DB_READ_ONLY, NULL);
    GString *text = g_string_new(NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(tables); i++) {
        g_autofree char *sql = g_strdup_printf("SELECT * FROM %s ORDER BY 1, 2", tables[i]);
        g_autoptr(json_t) rows = db_rows(catalog_db(catalog), NULL, sql, "");
        g_autofree char *line = json_line(rows);

        g_string_append_printf(text, "%s %s\n", tables[i], line);
    }
    return g_string_free(text, FALSE);
}
