/* SPDX-License-Identifier: Apache-2.0
 *
 * Sides as the document describes them, with what is odd about each.
 */
#include "ui/api/show.h"

#include <string.h>

/* Skew beyond this shows at a glance; thousandths of a degree. */
#define SKEWED_MDEG        3000
#define DARK_PERMILLE      400 /* of paper: a third of the light is gone */
#define FAINT_LEVELS       60  /* between paper and ink */
#define BLURRED_PERMILLE   250 /* a clean edge has 800 and more */
#define BLURRED_CONFIDENCE 500
/* Paper of a counter lies between an ID card and A3, or is a till receipt: narrower is a strip,
 * longer are two sheets in one picture, or one that slipped. */
#define NARROW_MM   45
#define LONG_MM     430
#define LONG_TIMES  4
#define MM_PER_INCH 25.4

static void add_review(json_t *list, const char *fact, const char *text)
{
    json_array_append_new(list, json_pack("{s:s, s:s, s:n}", "fact", fact, "text", text, "of"));
}

static const json_t *fact_of(const json_t *facts, const char *group, const char *name)
{
    return json_object_get(json_object_get(facts, group), name);
}

static gint64 number_of(const json_t *facts, const char *group, const char *name)
{
    return json_integer_value(fact_of(facts, group, name));
}

/* Paper that is dark, ink that is faint, writing without an edge: judged where there is writing. */
static void review_tone(json_t *list, const json_t *facts, gboolean zh)
{
    gint64 contrast =
        number_of(facts, "darkness", "paper_level") - number_of(facts, "darkness", "ink_level");

    if (number_of(facts, "darkness", "confidence") == 0 ||
        json_is_true(fact_of(facts, "blank", "value")))
        return;
    if (number_of(facts, "darkness", "value") > DARK_PERMILLE)
        add_review(list, "dark", zh ? "偏暗" : "dark");
    else if (contrast < FAINT_LEVELS)
        add_review(list, "light", zh ? "字迹偏淡" : "the writing is faint");
    if (number_of(facts, "sharpness", "confidence") > BLURRED_CONFIDENCE &&
        number_of(facts, "sharpness", "value") < BLURRED_PERMILLE)
        add_review(list, "blurred", zh ? "可能模糊" : "may be blurred");
}

/* The same page came before: a notice with a link, never a removal. */
static void review_twin(json_t *list, const json_t *facts, gboolean zh)
{
    const json_t *twin = json_object_get(facts, "twin");

    if (twin != NULL)
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:s}", "fact", "duplicate", "text",
                            zh ? "与前面一页相同或很像" : "the same as a page before, or nearly",
                            "of", json_text(twin, "of")));
}

static void review_size(json_t *list, const json_t *facts, gboolean zh)
{
    gint64 dpi = number_of(facts, "size", "dpi");
    double mm_per_px = dpi > 0 ? MM_PER_INCH / (double)dpi : 0;
    double w_mm = (double)number_of(facts, "size", "width_px") * mm_per_px;
    double h_mm = (double)number_of(facts, "size", "height_px") * mm_per_px;
    double narrow_mm = MIN(w_mm, h_mm);
    double long_mm = MAX(w_mm, h_mm);

    if (narrow_mm > 0 &&
        (narrow_mm < NARROW_MM || long_mm > LONG_MM || long_mm > LONG_TIMES * narrow_mm)) {
        g_autofree char *text =
            g_strdup_printf(zh ? "尺寸少见（%.0f×%.0f 毫米），请看是否两张相连或走纸打滑"
                               : "an unusual size (%.0f × %.0f mm): two sheets in one, or a slip?",
                            w_mm, h_mm);

        add_review(list, "unusual-size", text);
    }
}

/* What about the side needs a look. */
static json_t *reviews_of(const json_t *side, const json_t *facts, Lang lang)
{
    gboolean zh = lang == LANG_ZH;
    json_t *list = json_array();
    json_int_t skew = json_integer_value(fact_of(facts, "skew", "mdeg"));

    if (strcmp(json_text(side, "state"), "unread") == 0)
        add_review(list, "unread",
                   zh ? "无法识读，原图已存" : "could not be looked at; it is stored");
    if (json_int(side, "blank", 0) != 0)
        add_review(list, "blank", zh ? "像是空白页" : "looks blank");
    if (json_integer_value(fact_of(facts, "orientation", "value")) == 180)
        add_review(list, "upside-down", zh ? "可能倒置" : "may be upside down");
    if (llabs(skew) > SKEWED_MDEG)
        add_review(list, "skewed", zh ? "明显歪斜" : "clearly skewed");
    if (json_array_size(fact_of(facts, "cut_edges", "value")) > 0)
        add_review(list, "cut-off", zh ? "边缘可能被裁切" : "an edge may be cut off");
    if (json_is_true(fact_of(facts, "overlap", "value")))
        add_review(list, "overlap",
                   zh ? "可能两张叠在一起，请重扫" : "two sheets may lie over each other");
    review_size(list, facts, zh);
    review_tone(list, facts, zh);
    review_twin(list, facts, zh);
    return list;
}

char *show_side_id(const json_t *side)
{
    return g_strdup_printf("%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "-%s",
                           json_int(side, "batch", 0), json_int(side, "sheet", 0),
                           json_text(side, "side"));
}

static const char *mode_of(const json_t *facts)
{
    const char *mode = json_string_value(fact_of(facts, "size", "mode"));

    if (g_strcmp0(mode, "lineart") == 0 || g_strcmp0(mode, "gray") == 0)
        return mode;
    return "color";
}

json_t *show_side(const json_t *side, const json_t *slot, Lang lang)
{
    const json_t *facts = json_object_get(side, "facts");
    g_autofree char *id = show_side_id(side);
    json_t *shown =
        json_pack("{s:s, s:I, s:s, s:s, s:b, s:I, s:I, s:I, s:I, s:s, s:o}", "id", id, "sheet",
                  (json_int_t)json_int(side, "sheet", 0), "side", json_text(side, "side"), "state",
                  json_text(side, "state"), "blank", json_int(side, "blank", 0) != 0, "turn",
                  (json_int_t)json_int(side, "turn", 0), "width_px",
                  json_integer_value(fact_of(facts, "size", "width_px")), "height_px",
                  json_integer_value(fact_of(facts, "size", "height_px")), "dpi",
                  json_integer_value(fact_of(facts, "size", "dpi")), "mode", mode_of(facts),
                  "reviews", reviews_of(side, facts, lang));

    json_object_set_new(shown, "page", show_number(json_int(side, "page_number", 0)));
    json_object_set_new(shown, "document", show_number(json_int(side, "document", 0)));
    json_object_set_new(shown, "slot", slot != NULL ? json_copy((json_t *)slot) : json_null());
    json_object_set_new(shown, "reason", show_text(json_text(side, "reason")));
    return shown;
}

static const json_t *slot_of(json_t *documents, gint64 number)
{
    gsize i;
    json_t *document;

    json_array_foreach(documents, i, document)
    {
        if (json_int(document, "number", 0) == number)
            return json_object_get(document, "code");
    }
    return NULL;
}

gboolean show_carries_page(const json_t *side)
{
    return json_int(side, "blank", 0) == 0 && strcmp(json_text(side, "state"), "void") != 0;
}

/* Separators and command cards are paper of the house, not of the case. */
gboolean show_is_content(const json_t *side)
{
    const char *role = json_text(side, "role");

    return strcmp(role, "page") == 0 || strcmp(role, "paper") == 0;
}

/* An earlier side of the case with the same bytes. */
static char *twin_of(json_t *sides, gsize at)
{
    const json_t *side = json_array_get(sides, at);

    for (gsize i = 0; i < at; i++) {
        const json_t *other = json_array_get(sides, i);

        if (strcmp(json_text(other, "sha256"), json_text(side, "sha256")) == 0)
            return show_side_id(other);
    }
    return NULL;
}

static void add_twin(json_t *sides, gsize at, json_t *shown, Lang lang)
{
    g_autofree char *twin =
        json_int(json_array_get(sides, at), "blank", 0) == 0 ? twin_of(sides, at) : NULL;

    if (twin != NULL)
        json_array_append_new(
            json_object_get(shown, "reviews"),
            json_pack("{s:s, s:s, s:s}", "fact", "duplicate", "text",
                      lang == LANG_ZH ? "与另一面相同" : "the same as another side", "of", twin));
}

json_t *show_sides(json_t *sides, json_t *documents, json_t *notes, Lang lang)
{
    json_t *list = json_array();
    gint64 page = 0;
    gsize i;
    json_t *side;

    json_array_foreach(sides, i, side)
    {
        g_autofree char *id = show_side_id(side);
        g_autofree char *what = g_strconcat("side:", id, NULL);
        json_t *shown;

        if (!show_is_content(side))
            continue;
        shown = show_side(side, slot_of(documents, json_int(side, "document", 0)), lang);
        add_twin(sides, i, shown, lang);
        if (*call_said(notes, "", what) != '\0')
            json_array_clear(json_object_get(shown, "reviews"));
        if (show_carries_page(side))
            page++;
        if (show_carries_page(side) && json_int(side, "page_number", 0) == 0)
            json_object_set_new(shown, "page", json_integer((json_int_t)page));
        json_array_append_new(list, shown);
    }
    return list;
}
