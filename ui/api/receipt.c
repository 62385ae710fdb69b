/* SPDX-License-Identifier: Apache-2.0
 *
 * The receipt is the index of what was handed in: every line it was issued with, beside the sides
 * that stand for it now. What the lines were is told by the journal up to the receipt's record.
 */
#include "ui/api/api_intern.h"

#include <string.h>

#define RECEIPT        "B01"
#define EVENTS_AT_ONCE 1000

/* A side as it was when the receipt was issued. */
typedef struct {
    gint64 document;
    gboolean page, is_void;
} SideThen;

typedef struct {
    gint64 receipt;
    gboolean issued;   /* its record was met */
    GHashTable *sides; /* "batch-sheet-side" → SideThen */
    GHashTable *voids; /* numbers of documents void by then, as keys */
} Then;

static char *side_key(const json_t *body)
{
    const char *side = json_text(body, "side");

    return g_strdup_printf("%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "-%s",
                           json_int(body, "batch", 0), json_int(body, "sheet", 0),
                           side != NULL ? side : "");
}

static SideThen *side_then(Then *then, const json_t *body)
{
    g_autofree char *key = side_key(body);
    SideThen *side = g_hash_table_lookup(then->sides, key);

    if (side == NULL) {
        side = g_new0(SideThen, 1);
        g_hash_table_insert(then->sides, g_steal_pointer(&key), side);
    }
    return side;
}

static void take_event(Then *then, const char *act, const json_t *body)
{
    if (strcmp(act, "side") == 0) {
        SideThen *side = side_then(then, body);

        side->document = json_int(body, "document", 0);
        side->page = !json_flag(body, "blank");
        side->is_void = strcmp(json_text(body, "state"), "void") == 0;
    } else if (strcmp(act, "side.place") == 0)
        side_then(then, body)->document = json_int(body, "document", 0);
    else if (strcmp(act, "side.void") == 0 || strcmp(act, "side.restore") == 0)
        side_then(then, body)->is_void = strcmp(act, "side.void") == 0;
    else if (strcmp(act, "document.void") == 0)
        g_hash_table_add(then->voids, GINT_TO_POINTER((gint)json_int(body, "number", 0)));
    else if (strcmp(act, "paper") == 0 && json_int(body, "number", 0) == then->receipt)
        then->issued = TRUE;
}

/* Everything of the case up to the receipt's record. */
static gboolean replay(Call *call, const char *number, Then *then, GError **error)
{
    gint64 after = 0;
    gsize n;

    do {
        g_autoptr(json_t) rows =
            catalog_case_events(call->reader, number, after, EVENTS_AT_ONCE, error);

        if (rows == NULL)
            return FALSE;
        n = json_array_size(rows);
        for (gsize i = 0; i < n && !then->issued; i++) {
            const json_t *row = json_array_get(rows, i);
            const char *detail = json_text(row, "detail");
            g_autoptr(json_t) body = detail != NULL ? json_loads(detail, 0, NULL) : NULL;

            after = json_int(row, "seq", 0);
            take_event(then, json_text(row, "act"), body);
        }
    } while (n == EVENTS_AT_ONCE && !then->issued);
    return TRUE;
}

static guint pages_then(const Then *then, gint64 document)
{
    GHashTableIter iter;
    gpointer side;
    guint pages = 0;

    g_hash_table_iter_init(&iter, then->sides);
    while (g_hash_table_iter_next(&iter, NULL, &side)) {
        const SideThen *one = side;

        pages += one->document == document && one->page && !one->is_void;
    }
    return pages;
}

/* Its image is still there. */
static gboolean has_image(Call *call, const json_t *side)
{
    const char *file = json_text(side, "file");
    g_autofree char *path = file != NULL ? store_path(call->api->options.store, file) : NULL;

    return path != NULL && g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

/* Names of the sides that carry its pages now, with their images. */
static json_t *sides_now(Call *call, json_t *sides, gint64 document)
{
    json_t *list = json_array();
    gsize i;
    json_t *side;

    json_array_foreach(sides, i, side)
    {
        g_autofree char *key = NULL;

        if (json_int(side, "document", 0) != document || json_int(side, "blank", 0) != 0 ||
            strcmp(json_text(side, "state"), "void") == 0 || !has_image(call, side))
            continue;
        key = side_key(side);
        json_array_append_new(list, json_string(key));
    }
    return list;
}

static gboolean is_open(const json_t *document)
{
    return strcmp(json_text(document, "state"), "open") == 0;
}

static json_t *line(const json_t *document, json_t *sides, guint pages, gboolean good)
{
    return json_pack("{s:I, s:s, s:b, s:i, s:O, s:b}", "document",
                     (json_int_t)json_int(document, "number", 0), "title",
                     json_text(document, "title"), "kept", json_int(document, "kept", 0) != 0,
                     "pages", (int)pages, "sides", sides, "good", good);
}

/* What stands on the receipt. */
static json_t *lines_of(Call *call, const Then *then, json_t *documents, json_t *sides)
{
    json_t *list = json_array();
    gsize i;
    json_t *document;

    json_array_foreach(documents, i, document)
    {
        gint64 number = json_int(document, "number", 0);
        g_autoptr(json_t) now = sides_now(call, sides, number);
        guint pages = pages_then(then, number);

        if (number < then->receipt && strcmp(json_text(document, "family"), "A") == 0 &&
            !g_hash_table_contains(then->voids, GINT_TO_POINTER((gint)number)))
            json_array_append_new(list, line(document, now, pages,
                                             is_open(document) && json_array_size(now) == pages));
    }
    return list;
}

/* What came after the last receipt stands on none. */
static json_t *unlisted(Call *call, json_t *documents, json_t *sides)
{
    json_t *list = json_array();
    gint64 last = 0;
    gsize i;
    json_t *document;

    json_array_foreach(documents, i, document)
    {
        if (strcmp(json_text(document, "code"), RECEIPT) == 0)
            last = json_int(document, "number", 0);
    }
    json_array_foreach(documents, i, document)
    {
        gint64 number = json_int(document, "number", 0);
        g_autoptr(json_t) now = sides_now(call, sides, number);

        if (number > last && strcmp(json_text(document, "family"), "A") == 0 && is_open(document) &&
            json_array_size(now) > 0)
            json_array_append_new(list, line(document, now, 0, FALSE));
    }
    return list;
}

static gboolean is_receipt(json_t *documents, gint64 number)
{
    gsize i;
    json_t *document;

    json_array_foreach(documents, i, document)
    {
        if (json_int(document, "number", 0) == number)
            return strcmp(json_text(document, "code"), RECEIPT) == 0;
    }
    return FALSE;
}

Response *get_receipt(Call *call, GError **error)
{
    const char *wanted = request_param(call->request, "document");
    g_autofree char *number = call_case(call, NULL, error);
    g_autoptr(json_t) documents =
        number != NULL ? catalog_documents(call->reader, number, error) : NULL;
    g_autoptr(json_t) sides = documents != NULL ? catalog_sides(call->reader, number, error) : NULL;
    Then then = {.receipt = g_ascii_strtoll(wanted, NULL, 10)};
    json_t *shown = NULL;

    if (sides == NULL)
        return NULL;
    if (!is_receipt(documents, then.receipt)) {
        error_set(error, ERROR_NOT_FOUND, "receipt %.20s of %s", wanted, number);
        return NULL;
    }
    then.sides = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    then.voids = g_hash_table_new(NULL, NULL);
    if (replay(call, number, &then, error))
        shown = json_pack("{s:I, s:o, s:o}", "document", (json_int_t)then.receipt, "lines",
                          lines_of(call, &then, documents, sides), "unlisted",
                          unlisted(call, documents, sides));
    g_hash_table_unref(then.sides);
    g_hash_table_unref(then.voids);
    return shown != NULL ? call_json(200, shown) : NULL;
}
