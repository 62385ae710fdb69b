/* SPDX-License-Identifier: Apache-2.0
 *
 * Sides: their facts, their views, and edits of view and place.
 */
#include "ui/api/api_intern.h"

#include "appliance/counter/case_place.h"
#include "storage/catalog_record.h"

#include <string.h>

#define THUMBNAIL_PX 160
#define VIEW_PX      1240

Response *get_side(Call *call, GError **error)
{
    SideName name;
    g_autoptr(json_t) side = call_side(call, &name, error);

    return side != NULL && catalog_add_facts(call->reader, side, error)
               ? call_json(200, show_side(side, NULL, call->lang))
               : NULL;
}

/* ── views ───────────────────────────────────────────────────────────────────────────────── */

/* A side as it is seen so wide: a view's own width is before it is turned. */
static PageView view_so_wide(const json_t *side, guint width_px)
{
    PageView view = {.turn = (guint)json_int(side, "turn", 0)};

    if (view.turn % 180 == 0)
        view.width_px = width_px;
    else
        view.height_px = width_px;
    return view;
}

/* Pages show names and numbers: beyond a thumbnail they are seen as the case is. Those in the tray
 * belong to nobody yet and are for those who place them. */
gboolean call_sees_side(Call *call, const json_t *side, GError **error)
{
    const char *number = json_text(side, "case");
    g_autoptr(json_t) row = NULL;

    if (number == NULL)
        return (call_roles(call) & ROLE_CLERK) != 0 ||
               error_set(error, ERROR_FORBIDDEN, "pages of the tray");
    row = case_row(call->reader, number, error);
    if (row == NULL)
        return FALSE;
    return call_sees(call, row) ||
           error_set(error, ERROR_FORBIDDEN, "pages are shown in full: name a reason first");
}

Response *answer_view(Call *call, const json_t *side, const PageView *view, GError **error)
{
    const char *file = json_text(side, "file");
    g_autofree char *path = file != NULL ? store_path(call->api->options.store, file) : NULL;
    ViewWanted wanted = {path, json_text(side, "sha256"), *view};
    g_autofree char *name = NULL;
    g_autoptr(GBytes) bytes = NULL;
    Response *response;

    /* A copy that is still in memory must not outlive the page. */
    if (path == NULL) {
        error_set(error, ERROR_DESTROYED, "%s", json_text(side, "case"));
        return NULL;
    }
    name = views_name(&wanted);
    bytes = views_get(call->api->views, &wanted, error);
    if (bytes == NULL)
        return NULL;
    response = response_bytes(200, view->format == VIEW_JPEG ? "image/jpeg" : "image/png", bytes);
    response_etag(response, name);
    return response;
}

Response *get_thumbnail(Call *call, GError **error)
{
    SideName name;
    g_autoptr(json_t) side = call_side(call, &name, error);
    PageView view = view_so_wide(side, THUMBNAIL_PX);

    return side != NULL ? answer_view(call, side, &view, error) : NULL;
}

static Response *get_large(Call *call, guint width_px, GError **error)
{
    SideName name;
    g_autoptr(json_t) side = call_side(call, &name, error);
    PageView view = view_so_wide(side, width_px);

    if (side == NULL || !call_sees_side(call, side, error))
        return NULL;
    return answer_view(call, side, &view, error);
}

Response *get_view(Call *call, GError **error)
{
    return get_large(call, VIEW_PX, error);
}

Response *get_full(Call *call, GError **error)
{
    return get_large(call, 0, error);
}

/* ── edits ───────────────────────────────────────────────────────────────────────────────── */

typedef struct {
    SideName name;
    const json_t *side;
    const char *number; /* of its case; NULL: the tray */
} Edit;

static gboolean do_turn(Call *call, const Edit *edit, GError **error)
{
    gint64 more = json_int(call->body, "turn", 0);

    if (more == 0)
        return error_set(error, ERROR_INVALID, "turn: 90, 180 or 270");
    return edit_turn_side(call->api->house, &call->actor, &edit->name,
                          (guint)(json_int(edit->side, "turn", 0) + more) % 360, error);
}

static gboolean do_move(Call *call, const Edit *edit, GError **error)
{
    const char *given = json_text(call->body, "case");
    g_autofree char *number =
        given != NULL ? case_read_number(given, error) : g_strdup(edit->number);
    CasePlacing placing = {.number = number,
                           .slot = json_text(call->body, "slot"),
                           .document = json_int(call->body, "document", 0),
                           .sides = &edit->name,
                           .n_sides = 1};
    gint64 document;

    if (number == NULL)
        return given != NULL ? FALSE : error_set(error, ERROR_INVALID, "case: is needed");
    if ((placing.slot != NULL) == (placing.document > 0))
        return error_set(error, ERROR_INVALID, "slot or document: one of them");
    return case_place(call->api->house, &call->actor, &placing, &document, error);
}

/* A new document of the same slot begins with this side. */
static gboolean do_split(Call *call, const Edit *edit, GError **error)
{
    g_autoptr(json_t) rows =
        edit->number != NULL ? catalog_documents(call->reader, edit->number, error) : json_array();
    CasePlacing placing = {.number = edit->number, .sides = &edit->name, .n_sides = 1};
    gsize i;
    json_t *row;
    gint64 document;

    json_array_foreach(rows, i, row)
    {
        if (json_int(row, "number", 0) == json_int(edit->side, "document", -1))
            placing.slot = json_text(row, "code");
    }
    if (rows == NULL)
        return FALSE;
    if (placing.slot == NULL)
        return error_set(error, ERROR_WRONG_STATE, "this side stands in no document");
    return case_place(call->api->house, &call->actor, &placing, &document, error);
}

static gboolean do_verdict(Call *call, const Edit *edit, GError **error)
{
    g_autofree char *what = g_strconcat("side:", request_param(call->request, "id"), NULL);

    if (edit->number == NULL)
        return error_set(error, ERROR_WRONG_STATE, "this side belongs to no case yet");
    return case_note(call->api->house, &call->actor, &(CaseFact){edit->number, "", what, "good"},
                     error);
}

static gboolean do_order(Call *call, const Edit *edit, GError **error)
{
    const char *after = json_text(call->body, "after");
    SideName other;

    if (json_object_get(call->body, "after") == NULL)
        return error_set(error, ERROR_INVALID, "after: a side, or null for the front");
    return (after == NULL || side_name_parse(after, &other, error)) &&
           edit_order_side(call->api->house, &call->actor, &edit->name,
                           after != NULL ? &other : NULL, error);
}

static gboolean run_edit(Call *call, const Edit *edit, GError **error)
{
    const char *act = json_text(call->body, "act");

    if (strcmp(act, "turn") == 0)
        return do_turn(call, edit, error);
    if (strcmp(act, "move") == 0)
        return do_move(call, edit, error);
    if (strcmp(act, "split") == 0)
        return do_split(call, edit, error);
    if (strcmp(act, "void") == 0)
        return case_void_side(call->api->house, &call->actor, &edit->name,
                              json_text(call->body, "reason"), error);
    if (strcmp(act, "restore") == 0)
        return edit_restore_side(call->api->house, &call->actor, &edit->name, error);
    if (strcmp(act, "good") == 0)
        return do_verdict(call, edit, error);
    if (strcmp(act, "order") == 0)
        return do_order(call, edit, error);
    if (strcmp(act, "not-blank") == 0)
        return edit_blank_side(call->api->house, &call->actor, &edit->name, FALSE, error);
    return error_set(error, ERROR_RULE, "%s: not here", act);
}

static const char *edit_said(const Call *call)
{
    static const struct {
        const char *act, *zh, *en;
    } words[] = {{"turn", "已旋转", "turned"},
                 {"move", "已移动", "moved"},
                 {"split", "已拆分", "split"},
                 {"void", "已作废", "voided"},
                 {"restore", "已恢复", "restored"},
                 {"good", "已确认可用", "taken as good"},
                 {"order", "已调整顺序", "put in order"},
                 {"not-blank", "不是空白", "not blank"}};

    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (strcmp(words[i].act, json_text(call->body, "act")) == 0)
            return call_words(call, words[i].zh, words[i].en);
    return "";
}

Response *post_side_act(Call *call, GError **error)
{
    Edit edit = {0};
    g_autoptr(json_t) side = call_side(call, &edit.name, error);
    const char *target = side != NULL ? json_text(call->body, "case") : NULL;
    gboolean ok;

    if (side == NULL)
        return NULL;
    edit.side = side;
    edit.number = json_text(side, "case");
    if (edit.number == NULL && target == NULL) {
        error_set(error, ERROR_WRONG_STATE, "this side belongs to no case yet");
        return NULL;
    }
    if (edit.number != NULL && !call_edit_begin(call, edit.number, error))
        return NULL;
    ok = run_edit(call, &edit, error);
    if (edit.number != NULL)
        call_edit_end(call, edit.number);
    if (!ok)
        return NULL;
    return show_change(call, edit.number != NULL ? edit.number : target, edit_said(call), NULL,
                       error);
}
