/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/bundle/look.h"

#include <string.h>

#define COLUMNS 13
#define BOM     "\xEF\xBB\xBF"

static const char *const columns[COLUMNS] = {"办件编号", "档号", "申请人", "事项", "状态",
                                             "已用编号", "作废", "材料",   "页",   "空白面",
                                             "缺号",     "逾期", "未核实"};
/* Columns that add up. */
static const gboolean is_sum[COLUMNS] = {[5] = TRUE, [6] = TRUE,  [7] = TRUE,  [8] = TRUE,
                                         [9] = TRUE, [10] = TRUE, [11] = TRUE, [12] = TRUE};

#define HEAD                                                                                       \
    "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n"                   \
    "<meta name=\"viewport\" content=\"width=device-width\">\n<style>\n"                           \
    "body{font:16px/1.6 'Noto Serif CJK SC',SimSun,serif;margin:1.5rem auto;max-width:72rem;"      \
    "padding:0 1rem;color:#222}\n"                                                                 \
    "table{border-collapse:collapse;width:100%}td,th{border:1px solid #999;padding:.2rem .5rem;"   \
    "text-align:left}\n"                                                                           \
    ".sides{display:flex;flex-wrap:wrap;gap:1rem}figure{margin:0;max-width:30rem}\n"               \
    "img{max-width:100%;border:1px solid #bbb;background:#fff}figcaption{font-size:.85rem}\n"      \
    ".void{color:#777;text-decoration:line-through}\n</style>\n"

struct Look {
    char *title;
    GString *list;   /* rows of index.html */
    GPtrArray *rows; /* of GStrv[COLUMNS] */
    gint64 sums[COLUMNS];
};

Look *look_new(const char *title)
{
    Look *look = g_new0(Look, 1);

    look->title = g_strdup(title);
    look->list = g_string_new(NULL);
    look->rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    return look;
}

void look_free(Look *look)
{
    if (look == NULL)
        return;
    g_free(look->title);
    g_string_free(look->list, TRUE);
    g_ptr_array_unref(look->rows);
    g_free(look);
}

static const char *of(const json_t *object, const char *key)
{
    const char *text = json_text(object, key);

    return text != NULL ? text : "";
}

/* Append text with what HTML gives a meaning escaped. */
static void put(GString *out, const char *text)
{
    g_autofree char *escaped = g_markup_escape_text(text, -1);

    g_string_append(out, escaped);
}

static GString *page_new(const char *title)
{
    GString *page = g_string_new(HEAD "<title>");

    put(page, title);
    g_string_append(page, "</title>\n</head>\n<body>\n<h1>");
    put(page, title);
    g_string_append(page, "</h1>\n");
    return page;
}

static GBytes *page_end(GString *page)
{
    g_string_append(page, "</body>\n</html>\n");
    return g_string_free_to_bytes(page);
}

/* ── a case ──────────────────────────────────────────────────────────────────────────────── */

static void put_side(GString *page, const Casefile *casefile, const json_t *side,
                     const LookCase *how)
{
    const char *file = json_text(side, "file");
    const CasefilePart *part = file != NULL ? casefile_find(casefile, file) : NULL;
    g_autofree char *picture = NULL, *name = file != NULL ? g_path_get_basename(file) : NULL;
    gint64 number = json_int(side, "page_number", 0);

    if (part == NULL)
        return;
    if (how->here != NULL && !how->here(part, how->data)) {
        g_string_append_printf(page, "<figure><figcaption>%s 在另一卷</figcaption></figure>\n",
                               name);
        return;
    }
    picture = how->picture != NULL ? how->picture(casefile, part, how->data) : NULL;
    g_string_append_printf(page, "<figure><a href=\"../%s/%s\">", casefile->number, file);
    if (picture != NULL)
        g_string_append_printf(page, "<img src=\"%s\" alt=\"%s\" loading=\"lazy\">", picture, name);
    else
        g_string_append(page, name);
    g_string_append(page, "</a><figcaption>");
    if (number > 0)
        g_string_append_printf(page, "第 %" G_GINT64_FORMAT " 页 ", number);
    g_string_append_printf(page, "%s%s</figcaption></figure>\n",
                           json_flag(side, "blank") ? "空白面 " : "", name);
}

static void put_sides(GString *page, const Casefile *casefile, gint64 document, const LookCase *how)
{
    json_t *sides = json_object_get(casefile->record, "sides"), *side;
    gsize i;

    g_string_append(page, "<div class=\"sides\">\n");
    json_array_foreach(sides, i, side) if (json_int(side, "document", -1) == document)
        put_side(page, casefile, side, how);
    g_string_append(page, "</div>\n");
}

static void put_document(GString *page, const Casefile *casefile, const json_t *entry,
                         const LookCase *how)
{
    gint64 number = json_int(entry, "number", 0);
    const CasefilePart *paper = casefile_paper(casefile, number);
    const char *reason = json_text(entry, "void");

    g_string_append_printf(page, "<h2%s>", reason != NULL ? " class=\"void\"" : "");
    if (reason == NULL)
        g_string_append_printf(page, "%d. ", (int)json_int(entry, "position", 0));
    put(page, of(entry, "title"));
    g_string_append_printf(page, "</h2>\n<p>统一编号 %03d · %s · ", (int)number, of(entry, "code"));
    put(page, of(entry, "date"));
    if (reason != NULL) {
        g_string_append(page, " · 作废: ");
        put(page, reason);
    }
    if (paper != NULL)
        g_string_append_printf(page, " · <a href=\"../%s/%s\">文书 (PDF)</a>", casefile->number,
                               paper->path);
    g_string_append(page, "</p>\n");
    if (reason == NULL)
        put_sides(page, casefile, number, how);
}

static char *title_of(const Casefile *casefile)
{
    return g_strdup_printf("%s %s", of(casefile->about, "applicant"),
                           of(casefile->about, "item_name"));
}

static void put_frames(GString *page, const Casefile *casefile)
{
    static const char *const frames[][2] = {{"documentation/cover.pdf", "封面"},
                                            {"documentation/contents.pdf", "卷内文件目录"},
                                            {"documentation/remarks.pdf", "卷内备考表"},
                                            {"METS.xml", "METS"},
                                            {"metadata/case.json", "元数据"}};

    g_string_append(page, "<p><a href=\"../index.html\">目录</a>");
    for (gsize i = 0; i < G_N_ELEMENTS(frames); i++)
        if (casefile_find(casefile, frames[i][0]) != NULL)
            g_string_append_printf(page, " · <a href=\"../%s/%s\">%s</a>", casefile->number,
                                   frames[i][0], frames[i][1]);
    g_string_append(page, "</p>\n");
}

/* ── the statement ───────────────────────────────────────────────────────────────────────── */

/* What the documents of a case come to. */
typedef struct {
    gint64 used, voids, highest;
    GString *reasons, *gaps;
    gint64 n_gaps;
} Numbers;

static void count_numbers(const Casefile *casefile, Numbers *numbers)
{
    json_t *entries = json_object_get(casefile->record, "documents"), *entry;
    g_autoptr(GHashTable) seen = g_hash_table_new(g_direct_hash, g_direct_equal);
    gsize i;

    json_array_foreach(entries, i, entry)
    {
        gint64 number = json_int(entry, "number", 0);
        const char *reason = json_text(entry, "void");

        g_hash_table_add(seen, GINT_TO_POINTER((int)number));
        numbers->used++;
        numbers->highest = MAX(numbers->highest, number);
        if (reason == NULL)
            continue;
        numbers->voids++;
        g_string_append_printf(numbers->reasons, "%s%03d %s", numbers->reasons->len > 0 ? "; " : "",
                               (int)number, reason);
    }
    for (gint64 n = 1; n <= numbers->highest; n++)
        if (!g_hash_table_contains(seen, GINT_TO_POINTER((int)n))) {
            numbers->n_gaps++;
            g_string_append_printf(numbers->gaps, "%s%03d", numbers->gaps->len > 0 ? "; " : "",
                                   (int)n);
        }
}

/* Sides that nobody could look at, and slots that wait for a person. */
static gint64 count_unverified(const Casefile *casefile)
{
    json_t *sides = json_object_get(casefile->record, "sides"), *side;
    json_t *slots = json_object_get(json_object_get(casefile->record, "check"), "slots"), *slot;
    gint64 n = 0;
    gsize i;

    json_array_foreach(sides, i, side) n += strcmp(of(side, "state"), "unread") == 0;
    json_array_foreach(slots, i, slot) n += strcmp(of(slot, "state"), "person") == 0;
    return n;
}

static char *amount(gint64 n, const GString *detail)
{
    return detail != NULL && detail->len > 0
               ? g_strdup_printf("%" G_GINT64_FORMAT " (%s)", n, detail->str)
               : g_strdup_printf("%" G_GINT64_FORMAT, n);
}

static void add_row(Look *look, const Casefile *casefile)
{
    const json_t *counts = json_object_get(casefile->record, "counts");
    Numbers numbers = {.reasons = g_string_new(NULL), .gaps = g_string_new(NULL)};
    gboolean late = json_flag(casefile->about, "late");
    char **row = g_new0(char *, COLUMNS + 1);
    gint64 sums[COLUMNS] = {0};

    count_numbers(casefile, &numbers);
    sums[5] = numbers.used;
    sums[6] = numbers.voids;
    sums[7] = json_int(counts, "documents", 0);
    sums[8] = json_int(counts, "pages", 0);
    sums[9] = json_int(counts, "blanks", 0);
    sums[10] = numbers.n_gaps;
    sums[11] = late;
    sums[12] = count_unverified(casefile);
    row[0] = g_strdup(casefile->number);
    row[1] = g_strdup(of(casefile->about, "archive_number"));
    row[2] = g_strdup(of(casefile->about, "applicant"));
    row[3] = g_strdup(of(casefile->about, "item_name"));
    row[4] = g_strdup(json_text(casefile->about, "filed") != NULL ? "已归档" : "未归档");
    for (guint i = 5; i < COLUMNS; i++) {
        row[i] = amount(sums[i], i == 6 ? numbers.reasons : i == 10 ? numbers.gaps : NULL);
        look->sums[i] += sums[i];
    }
    g_ptr_array_add(look->rows, row);
    g_string_free(numbers.reasons, TRUE);
    g_string_free(numbers.gaps, TRUE);
}

GBytes *look_case(Look *look, const Casefile *casefile, const LookCase *how)
{
    g_autofree char *title = title_of(casefile);
    GString *page = page_new(title);
    json_t *entries = json_object_get(casefile->record, "documents"), *entry;
    gsize i;

    put_frames(page, casefile);
    json_array_foreach(entries, i, entry) put_document(page, casefile, entry, how);
    g_string_append_printf(look->list, "<li><a href=\"look/%s.html\">", casefile->number);
    put(look->list, title);
    g_string_append_printf(look->list, "</a> <small>%s ", casefile->number);
    put(look->list, of(casefile->about, "archive_number"));
    g_string_append(look->list, "</small></li>\n");
    add_row(look, casefile);
    return page_end(page);
}

/* ── lists ───────────────────────────────────────────────────────────────────────────────── */

GBytes *look_index(const Look *look)
{
    GString *page = page_new(look->title);

    g_string_append_printf(page,
                           "<p>办件 %u 件。<a href=\"statement.html\">完整性声明</a></p>\n<ol>\n",
                           look->rows->len);
    g_string_append_len(page, look->list->str, (gssize)look->list->len);
    g_string_append(page, "</ol>\n");
    return page_end(page);
}

/* Every cell, the heads first and the sums last. */
typedef void (*PutCell)(GString *out, const char *cell, guint column, gboolean head);

static void put_cells(const Look *look, GString *out, PutCell cell, const char *end)
{
    for (guint c = 0; c < COLUMNS; c++)
        cell(out, columns[c], c, TRUE);
    g_string_append(out, end);
    for (guint r = 0; r < look->rows->len; r++) {
        char **row = g_ptr_array_index(look->rows, r);

        for (guint c = 0; c < COLUMNS; c++)
            cell(out, row[c], c, FALSE);
        g_string_append(out, end);
    }
    for (guint c = 0; c < COLUMNS; c++) {
        g_autofree char *sum =
            is_sum[c] ? amount(look->sums[c], NULL) : g_strdup(c == 0 ? "合计" : "");

        cell(out, sum, c, FALSE);
    }
    g_string_append(out, end);
}

/* RFC 4180; digits of 24 places stay text for spreadsheets by their quotes alone. */
static void csv_cell(GString *out, const char *cell, guint column, gboolean head G_GNUC_UNUSED)
{
    g_auto(GStrv) parts = g_strsplit(cell, "\"", -1);
    g_autofree char *doubled = g_strjoinv("\"\"", parts);

    g_string_append_printf(out, "%s\"%s\"", column > 0 ? "," : "", doubled);
}

static void html_cell(GString *out, const char *cell, guint column, gboolean head)
{
    g_string_append_printf(out, "%s<t%c>", column == 0 ? "<tr>" : "", head ? 'h' : 'd');
    put(out, cell);
    g_string_append_printf(out, "</t%c>", head ? 'h' : 'd');
}

GBytes *look_statement_csv(const Look *look)
{
    GString *out = g_string_new(BOM);

    put_cells(look, out, csv_cell, "\r\n");
    return g_string_free_to_bytes(out);
}

GBytes *look_statement_html(const Look *look)
{
    GString *page = page_new("完整性声明");

    g_string_append(page, "<p><a href=\"index.html\">目录</a></p>\n<table>\n");
    put_cells(look, page, html_cell, "</tr>\n");
    g_string_append(page, "</table>\n");
    return page_end(page);
}
