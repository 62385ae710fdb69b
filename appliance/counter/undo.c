/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/undo.h"

#include "appliance/counter/hold.h"

#include <string.h>

void undo_state_clear(UndoState *state)
{
    g_clear_pointer(&state->undo, json_decref);
    g_clear_pointer(&state->redo, json_decref);
}

/* ── which edits stand ───────────────────────────────────────────────────────────────────── */

static json_t *detail_of(const json_t *row)
{
    return json_loads(json_text(row, "detail"), 0, NULL);
}

/* Paper out of the tray or of another case came in, and a sheet fed again took a place: neither is
 * an edit of what was there. */
static gboolean is_edit(const json_t *row, const json_t *detail)
{
    const char *act = json_text(row, "act");

    if (strcmp(act, "side.place") == 0)
        return json_flag(detail, "moved");
    return !json_flag(detail, "replaced");
}

static json_t *take_seq(GPtrArray *from, gint64 seq)
{
    for (guint i = from->len; i > 0; i--)
        if (json_int(g_ptr_array_index(from, i - 1), "seq", -1) == seq)
            return g_ptr_array_remove_index(from, i - 1);
    return NULL;
}

static void move(GPtrArray *from, GPtrArray *to, gint64 seq)
{
    json_t *row = take_seq(from, seq);

    if (row != NULL)
        g_ptr_array_add(to, row);
}

/* One record, in the order of the journal. */
static void follow(json_t *row, GPtrArray *done, GPtrArray *undone)
{
    g_autoptr(json_t) detail = detail_of(row);
    gint64 undoes = json_int(detail, "undoes", -1), redoes = json_int(detail, "redoes", -1);

    if (json_int(detail, "with", -1) >= 0)
        return;
    if (undoes >= 0)
        move(done, undone, undoes);
    else if (redoes >= 0)
        move(undone, done, redoes);
    else if (is_edit(row, detail)) {
        g_ptr_array_add(done, row);
        g_ptr_array_set_size(undone, 0);
    }
}

static json_t *last_of(const GPtrArray *rows)
{
    return rows->len > 0 ? json_incref(g_ptr_array_index(rows, rows->len - 1)) : NULL;
}

gboolean undo_look(Catalog *catalog, const char *number, UndoState *state, GError **error)
{
    g_autoptr(json_t) rows = catalog_case_edits(catalog, number, UNDO_RECORDS, error);
    g_autoptr(GPtrArray) done = g_ptr_array_new(), undone = g_ptr_array_new();

    *state = (UndoState){0};
    if (rows == NULL)
        return FALSE;
    for (gsize i = json_array_size(rows); i > 0; i--)
        follow(json_array_get(rows, i - 1), done, undone);
    state->undo = last_of(done);
    state->redo = last_of(undone);
    return TRUE;
}

/* ── how it was before ───────────────────────────────────────────────────────────────────── */

typedef struct {
    const char *number;
    UndoWay way;
} Take;

static json_t *side_of(const json_t *detail)
{
    return json_pack("{s:O, s:O, s:O}", "batch", json_object_get(detail, "batch"), "sheet",
                     json_object_get(detail, "sheet"), "side", json_object_get(detail, "side"));
}

/* The value that was said before; "" where nothing was. */
static json_t *slot_before(Catalog *catalog, const Take *take, gint64 seq, const json_t *detail,
                           GError **error)
{
    g_autofree char *value = NULL;
    const char *slot = json_text(detail, "slot"), *what = json_text(detail, "what");

    if (!catalog_said_before(catalog, take->number, &(CatalogSaid){slot, what, seq}, &value, error))
        return NULL;
    return json_pack("{s:s, s:s, s:s}", "slot", slot, "what", what, "value",
                     value != NULL ? value : "");
}

/* The record that said of the side where it stands, or how it is turned, before this one. */
static json_t *place_before(Catalog *catalog, gint64 seq, const json_t *detail, GError **error)
{
    g_autoptr(json_t) before = catalog_side_before(catalog, detail, "side.place", seq, error);
    json_t *body;

    if (before == NULL)
        return NULL;
    body = side_of(detail);
    if (json_object_get(before, "document") != NULL)
        json_object_set(body, "document", json_object_get(before, "document"));
    json_object_set_new(body, "place", json_integer((json_int_t)json_int(before, "place", 0)));
    json_object_set_new(body, "moved", json_true());
    return body;
}

static json_t *turn_before(Catalog *catalog, gint64 seq, const json_t *detail, GError **error)
{
    g_autoptr(json_t) before = catalog_side_before(catalog, detail, "side.turn", seq, error);
    json_t *body;

    if (before == NULL)
        return NULL;
    body = side_of(detail);
    json_object_set_new(body, "turn", json_integer((json_int_t)json_int(before, "turn", 0)));
    return body;
}

static json_t *void_before(Catalog *catalog, gint64 seq, const json_t *detail, GError **error)
{
    g_autoptr(json_t) before = catalog_side_before(catalog, detail, "side.void", seq, error);
    const char *reason = before != NULL ? json_text(before, "reason") : NULL;
    json_t *body;

    if (before == NULL)
        return NULL;
    body = side_of(detail);
    json_object_set_new(body, "reason", json_string(reason != NULL ? reason : ""));
    return body;
}

static json_t *blank_before(const json_t *detail)
{
    json_t *body = side_of(detail);

    json_object_set_new(body, "blank", json_boolean(!json_flag(detail, "blank")));
    return body;
}

/* The record that brings back how it was before `row`: its act and fields. */
static json_t *inverse(Catalog *catalog, const Take *take, const json_t *row, const char **act,
                       GError **error)
{
    g_autoptr(json_t) detail = detail_of(row);
    gint64 seq = json_int(row, "seq", 0);

    *act = json_text(row, "act");
    if (strcmp(*act, "slot") == 0)
        return slot_before(catalog, take, seq, detail, error);
    if (strcmp(*act, "side.place") == 0)
        return place_before(catalog, seq, detail, error);
    if (strcmp(*act, "side.turn") == 0)
        return turn_before(catalog, seq, detail, error);
    if (strcmp(*act, "side.blank") == 0)
        return blank_before(detail);
    if (strcmp(*act, "side.void") == 0) {
        *act = "side.restore";
        return side_of(detail);
    }
    *act = "side.void";
    return void_before(catalog, seq, detail, error);
}

/* The fields of the record once more. */
static json_t *same_again(const json_t *row, const char **act)
{
    json_t *body = detail_of(row);

    *act = json_text(row, "act");
    json_object_del(body, "with");
    json_object_del(body, "redoes");
    return body;
}

/* ── the command ─────────────────────────────────────────────────────────────────────────── */

static gboolean write_one(StoreTxn *txn, const Take *take, const json_t *row, gint64 edit,
                          gint64 *first, GError **error)
{
    const char *act;
    json_t *body = take->way == UNDO_BACK ? inverse(txn_catalog(txn), take, row, &act, error)
                                          : same_again(row, &act);

    if (body == NULL)
        return FALSE;
    if (strcmp(act, "side.void") == 0 && !hold_check(txn_catalog(txn), take->number, error)) {
        json_decref(body);
        return FALSE;
    }
    json_object_set_new(body, take->way == UNDO_BACK ? "undoes" : "redoes",
                        json_integer((json_int_t)edit));
    if (*first >= 0)
        json_object_set_new(body, "with", json_integer((json_int_t)*first));
    else
        *first = txn_next_seq(txn);
    return txn_append(txn, act, take->number, body, error);
}

/* The records of an edit: forwards to do it again, backwards to take it back. */
static gboolean write_all(StoreTxn *txn, const Take *take, const json_t *edit, GError **error)
{
    gint64 seq = json_int(edit, "seq", 0), first = -1;
    g_autoptr(json_t) rows = catalog_edit_records(txn_catalog(txn), take->number, seq, error);
    gsize n = json_array_size(rows);

    for (gsize i = 0; i < n; i++) {
        const json_t *row = json_array_get(rows, take->way == UNDO_BACK ? n - 1 - i : i);

        if (!write_one(txn, take, row, seq, &first, error))
            return FALSE;
    }
    return rows != NULL;
}

static gboolean take_command(StoreTxn *txn, void *data, GError **error)
{
    const Take *take = data;
    g_autoptr(json_t) row = case_row(txn_catalog(txn), take->number, error);
    g_auto(UndoState) state = {0};
    const json_t *edit;

    if (row == NULL || !case_check_open(row, error) ||
        !undo_look(txn_catalog(txn), take->number, &state, error))
        return FALSE;
    edit = take->way == UNDO_BACK ? state.undo : state.redo;
    if (edit == NULL)
        return error_set(error, ERROR_WRONG_STATE, "%s",
                         take->way == UNDO_BACK ? "nothing to undo" : "nothing to do again");
    return write_all(txn, take, edit, error);
}

gboolean undo_take(House *house, const StoreActor *actor, const char *number, UndoWay way,
                   GError **error)
{
    Take take = {number, way};

    return store_write(house_store(house), actor, take_command, &take, error);
}
