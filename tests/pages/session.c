/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/pages/session.h"

#include "appliance/base/file.h"
#include "appliance/base/text.h"

#include <stdlib.h>
#include <string.h>

#define CLOSING_SLOT "0000"

/* A stack on its way into the folder. */
typedef struct {
    const Session *session;
    json_t *sides;
    guint sheet; /* last sheet written */
    const char *slot;
} Stack;

/* Two digits that make the whole number ≡ 1 mod 97. */
static guint check_digits(const char *digits)
{
    guint rest = 0;

    for (const char *c = digits; *c != '\0'; c++)
        rest = (rest * 10 + (guint)(*c - '0')) % 97;
    return 98 - rest * 100 % 97;
}

char *session_separator_code(const char *item, const char *slot, const char *set, guint n, guint m)
{
    g_autofree char *body = g_strdup_printf("98%s%s%s%02u%02u", item, slot, set, n, m);

    return g_strdup_printf("%s%02u", body, check_digits(body));
}

/* "A01" → "1001": the family and three digits. */
static char *slot_digits(const char *slot)
{
    return g_strdup_printf("%d%03d", slot[0] - 'A' + 1, atoi(slot + 1));
}

static gboolean write_side(Stack *stack, const PageSpec *spec, guint side, GError **error)
{
    const Session *session = stack->session;
    g_autofree char *name =
        g_strdup_printf(SESSION_SIDES "/%04u-%u%s", stack->sheet, side, session->ending);
    g_autofree char *path = g_build_filename(session->folder, name, NULL);
    g_auto(Picture) picture = {0};
    json_t *truth = NULL;

    if (!page_draw(spec, &picture, &truth, error))
        return FALSE;
    json_object_set_new(truth, "file", json_string(name));
    json_object_set_new(truth, "sheet", json_integer(stack->sheet));
    json_object_set_new(truth, "side", json_string(side == 1 ? "front" : "back"));
    json_object_set_new(truth, "slot", json_string(stack->slot));
    json_array_append_new(stack->sides, truth);
    return picture_write(&picture, 1, path, error);
}

static PageSpec spec_new(const Stack *stack, double hardness)
{
    PageSpec spec = {.mode = stack->session->mode,
                     .dpi = stack->session->dpi,
                     .seed = stack->session->seed * 1000003 + stack->sheet};

    page_degrade(&spec, hardness);
    return spec;
}

/* Front and back of a sheet of a document; the back is blank and lets the front through. */
static gboolean write_sheet(Stack *stack, const json_t *document, PageKind kind, GError **error)
{
    PageSpec front, back;

    stack->sheet++;
    front = spec_new(stack, stack->session->hardness);
    front.kind = kind;
    front.title = json_text(document, "name");
    front.valid_until = json_text(document, "valid_until");
    front.applicant = json_text(stack->session->plan, "applicant");
    front.code = json_text(document, "code");
    back = front;
    back.kind = PAGE_BLANK;
    back.front = kind;
    back.skew_deg = -front.skew_deg;
    return write_side(stack, &front, 1, error) && write_side(stack, &back, 2, error);
}

static gboolean write_separator(Stack *stack, const PageSpec *content, GError **error)
{
    PageSpec spec;

    stack->sheet++;
    stack->slot = "";
    spec = spec_new(stack, stack->session->hardness / 2);
    spec.kind = PAGE_SEPARATOR;
    spec.code = content->code;
    spec.mark = content->mark;
    spec.title = content->title;
    spec.detail = content->detail;
    spec.n = content->n;
    spec.m = content->m;
    spec.upside_down = FALSE;
    return write_side(stack, &spec, 1, error) && write_side(stack, &spec, 2, error);
}

/* The n-th sheet of the set, in front of `document`; NULL for the last, which closes the set. */
static gboolean write_separator_of(Stack *stack, const json_t *document, guint n, GError **error)
{
    const json_t *plan = stack->session->plan;
    guint m = (guint)json_array_size(json_object_get(plan, "documents")) + 1;
    g_autofree char *slot =
        document != NULL ? slot_digits(json_text(document, "slot")) : g_strdup(CLOSING_SLOT);
    g_autofree char *code =
        session_separator_code(json_text(plan, "item"), slot, json_text(plan, "set"), n, m);
    PageSpec content = {.code = code,
                        .mark = document != NULL ? json_text(document, "slot") : "完",
                        .title = document != NULL ? json_text(document, "name") : "本批材料结束",
                        .detail = json_text(plan, "item_name"),
                        .n = n,
                        .m = m};

    return write_separator(stack, &content, error);
}

static gboolean write_document(Stack *stack, const json_t *document, GError **error)
{
    gint64 sheets = json_int(document, "sheets", 1);
    const char *token = json_text(document, "kind");
    PageKind kind;

    if (token == NULL || !page_kind_parse(token, &kind))
        return error_set(error, ERROR_DEFINITION, "documents: no page kind '%s'",
                         token != NULL ? token : "");
    stack->slot = json_text(document, "slot");
    for (gint64 i = 0; i < sheets; i++)
        if (!write_sheet(stack, document, kind, error))
            return FALSE;
    return TRUE;
}

static gboolean plan_check(const json_t *plan, GError **error)
{
    const json_t *document;
    size_t i;

    if (json_text(plan, "item") == NULL || json_text(plan, "set") == NULL)
        return error_set(error, ERROR_DEFINITION, "the plan needs item and set");
    json_array_foreach(json_object_get(plan, "documents"), i, document)
    {
        const char *slot = json_text(document, "slot");

        if (slot == NULL || slot[0] < 'A' || slot[0] > 'C' || strlen(slot) != 3 ||
            !text_is_digits(slot + 1))
            return error_set(error, ERROR_DEFINITION, "documents[%zu]: slot is not like A01", i);
    }
    return TRUE;
}

static gboolean write_stack(Stack *stack, GError **error)
{
    const json_t *plan = stack->session->plan;
    const json_t *documents = json_object_get(plan, "documents");
    const char *receipt = json_text(plan, "receipt");
    gboolean separators = json_flag(plan, "separators");
    const json_t *document;
    size_t i;

    if (receipt != NULL) {
        g_autoptr(json_t) paper = json_pack("{s:s, s:s, s:s, s:s}", "slot", "", "name",
                                            "收 件 凭 证", "kind", "receipt", "code", receipt);

        if (!write_document(stack, paper, error))
            return FALSE;
    }
    json_array_foreach(documents, i, document)
    {
        if (separators && !write_separator_of(stack, document, (guint)i + 1, error))
            return FALSE;
        if (!write_document(stack, document, error))
            return FALSE;
    }
    return !separators ||
           write_separator_of(stack, NULL, (guint)json_array_size(documents) + 1, error);
}

static gboolean write_json(const Session *session, const char *name, const json_t *root,
                           GError **error)
{
    g_autofree char *path = g_build_filename(session->folder, name, NULL);
    g_autofree char *text = json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(6));

    return file_replace(path, 0644, text, strlen(text), error);
}

/* The stack as the scripted scanner plays it: fronts and backs in pairs. */
static json_t *script_of(const json_t *sides)
{
    json_t *sheets = json_array();

    for (size_t i = 0; i + 1 < json_array_size(sides); i += 2)
        json_array_append_new(sheets,
                              json_pack("{s:{s:s}, s:{s:s}}", "front", "path",
                                        json_text(json_array_get(sides, i), "file"), "back", "path",
                                        json_text(json_array_get(sides, i + 1), "file")));
    return json_pack("{s:s, s:{s:s, s:s, s:s, s:[s,s,s,s]}, s:o}", "story",
                     "a stack drawn by anjuan-pages", "device", "vendor", "anjuan", "model",
                     "pages", "serial", "0", "features", "feeder", "duplex", "counter",
                     "paper-present", "sheets", sheets);
}

gboolean session_write(const Session *session, GError **error)
{
    g_autoptr(json_t) sides = json_array();
    g_autoptr(json_t) truth = NULL;
    g_autoptr(json_t) script = NULL;
    g_autofree char *sides_folder = g_build_filename(session->folder, SESSION_SIDES, NULL);
    Stack stack = {.session = session, .sides = sides, .slot = ""};

    if (!plan_check(session->plan, error) || !file_make_folder(sides_folder, 0755, error) ||
        !write_stack(&stack, error))
        return FALSE;
    truth = json_pack("{s:I, s:O}", "seed", (json_int_t)session->seed, "sides", sides);
    script = script_of(sides);
    return write_json(session, "truth.json", truth, error) &&
           write_json(session, "script.json", script, error);
}

json_t *session_plan_demo(const char *without)
{
    static const struct {
        const char *slot, *name, *kind;
        int sheets;
    } documents[] = {
        {"A01", "取水许可申请书", "form", 4},
        {"A02", "营业执照", "licence", 1},
        {"A03", "法定代表人身份证", "id-card", 1},
        {"A04", "建设项目水资源论证报告书", "contract", 10},
        {"A05", "取水地点位置图", "map", 1},
        {"A08", "节约用水承诺书", "contract", 1},
    };
    json_t *list = json_array();

    for (gsize i = 0; i < G_N_ELEMENTS(documents); i++)
        if (without == NULL || !g_str_equal(without, documents[i].slot))
            json_array_append_new(list,
                                  json_pack("{s:s, s:s, s:s, s:i}", "slot", documents[i].slot,
                                            "name", documents[i].name, "kind", documents[i].kind,
                                            "sheets", documents[i].sheets));
    return json_pack("{s:s, s:s, s:s, s:b, s:o}", "item", "100001", "set", "000001", "item_name",
                     "取水许可审批", "separators", 1, "documents", list);
}
