/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/arrange.h"

#include "appliance/counter/case.h"
#include "appliance/page/likeness.h"
#include "appliance/paper/paper.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define THUMBNAIL_WIDTH_PX 260
#define THUMBNAIL_MAX      (1 << 20)

/* ── sheets in filed order ───────────────────────────────────────────────────────────────── */

static gboolean is_same_sheet(const json_t *a, const json_t *b)
{
    return json_int(a, "batch", 0) == json_int(b, "batch", 0) &&
           json_int(a, "sheet", 0) == json_int(b, "sheet", 0);
}

static const FilingEntry *entry_of(const Filing *filing, guint32 number)
{
    for (guint i = 0; i < filing->entries->len; i++) {
        const FilingEntry *entry = g_ptr_array_index(filing->entries, i);

        if (entry->document->number == number)
            return entry;
    }
    g_assert_not_reached();
}

static void add_side(Arrangement *arrangement, const Filing *filing, const FilingPage *page,
                     const json_t *row)
{
    GArray *sheets = arrangement->sheets;
    ArrangeSheet *last =
        sheets->len > 0 ? &g_array_index(sheets, ArrangeSheet, sheets->len - 1) : NULL;
    const json_t *before =
        last != NULL ? archive_view_side(arrangement->view, MAX(last->sides[0], last->sides[1]))
                     : NULL;
    const FilingEntry *entry = entry_of(filing, page->number);
    guint side = *json_text(row, "side") == 'a' ? 0 : 1;

    if (before == NULL || !is_same_sheet(before, row)) {
        ArrangeSheet sheet = {
            .position = entry->position, .title = entry->document->title, .sides = {-1, -1}};

        g_array_append_val(sheets, sheet);
        last = &g_array_index(sheets, ArrangeSheet, sheets->len - 1);
    }
    last->sides[side] = (gint)page->id;
    if (page->page > 0 && last->first_page == 0)
        last->first_page = page->page;
    last->last_page = MAX(last->last_page, page->page);
}

Arrangement *arrangement_of(House *house, Catalog *catalog, const char *number, GError **error)
{
    g_autoptr(Arrangement) arrangement = g_new0(Arrangement, 1);
    const Filing *filing;

    arrangement->sheets = g_array_new(FALSE, TRUE, sizeof(ArrangeSheet));
    arrangement->view = archive_view(house, catalog, number, NULL, error);
    if (arrangement->view == NULL)
        return NULL;
    filing = archive_view_filing(arrangement->view);
    for (guint i = 0; i < filing->pages->len; i++) {
        const FilingPage *page = &g_array_index(filing->pages, FilingPage, i);

        add_side(arrangement, filing, page, archive_view_side(arrangement->view, page->id));
    }
    if (arrangement->sheets->len > 0)
        return g_steal_pointer(&arrangement);
    error_set(error, ERROR_RULE, "no sheet of %s was captured", number);
    return NULL;
}

void arrangement_free(Arrangement *arrangement)
{
    if (arrangement == NULL)
        return;
    g_clear_pointer(&arrangement->view, archive_view_free);
    g_array_unref(arrangement->sheets);
    g_free(arrangement);
}

/* ── small pictures ──────────────────────────────────────────────────────────────────────── */

static GBytes *picture_of(PageWorker *worker, const char *path, const PageView *view,
                          GError **error)
{
    g_auto(Fd) fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    g_auto(Fd) out = -1;
    g_autofree char *name = NULL;

    if (fd < 0) {
        error_set_errno(error, ERROR_NO_FILE, errno, "%s", path);
        return NULL;
    }
    if (!page_worker_view(worker, fd, view, &out, error)) {
        g_prefix_error(error, "%s: ", path);
        return NULL;
    }
    name = g_strdup_printf("/proc/self/fd/%d", out);
    return file_read(name, THUMBNAIL_MAX, error);
}

/* ── the sheet to arrange by ─────────────────────────────────────────────────────────────── */

typedef struct {
    GArray *images; /* of PaperImage */
    GPtrArray *names;
    json_t *rows;
} Print;

static gboolean print_side(House *house, const Arrangement *arrangement, PageWorker *worker,
                           guint i, Print *print, GError **error)
{
    static const PageView thumbnail = {.width_px = THUMBNAIL_WIDTH_PX};
    const Filing *filing = archive_view_filing(arrangement->view);
    const FilingPage *page = &g_array_index(filing->pages, FilingPage, i);
    const FilingEntry *entry = entry_of(filing, page->number);
    const json_t *row = archive_view_side(arrangement->view, page->id);
    g_autofree char *path = store_path(house_store(house), json_text(row, "file"));
    g_autofree char *position = g_strdup_printf("%u", entry->position);
    g_autofree char *number = page->page > 0 ? g_strdup_printf("%u", page->page) : g_strdup("空白");
    char *name = g_strdup_printf("side-%u", i);
    PaperImage image = {name, picture_of(worker, path, &thumbnail, error)};

    g_ptr_array_add(print->names, name);
    if (image.jpeg == NULL)
        return FALSE;
    g_array_append_val(print->images, image);
    json_array_append_new(print->rows,
                          json_pack("{s:s, s:s, s:s, s:s}", "position", position, "title",
                                    entry->document->title, "page", number, "image", name));
    return TRUE;
}

static GBytes *render(House *house, const Arrangement *arrangement, const Print *print,
                      GError **error)
{
    const Filing *filing = archive_view_filing(arrangement->view);
    g_autofree char *folder = store_path(house_store(house), "templates");
    g_autoptr(PaperTemplate) template = paper_template_find("arranging", folder, error);
    const char *number = archive_view_number(arrangement->view);
    g_autofree char *printed = case_print_number(number);
    g_autoptr(json_t) values = json_pack(
        "{s:s, s:s, s:i, s:i, s:O}", "case_printed", printed, "archive_number", printed, "sheets",
        (int)arrangement->sheets->len, "pages", (int)filing->n_pages, "sides", print->rows);
    PaperCopy copy = {number, printed, "理卷人"};
    PaperOptions options = {.created_us = clock_now_us(store_clock(house_store(house))),
                            .copies = &copy,
                            .n_copies = 1,
                            .images = (const PaperImage *)(void *)print->images->data,
                            .n_images = print->images->len};
    GBytes *pdf = NULL;

    return template != NULL && paper_render(template, values, &options, &pdf, error) ? pdf : NULL;
}

GBytes *arrangement_print(House *house, const Arrangement *arrangement, PageWorker *worker,
                          GError **error)
{
    const Filing *filing = archive_view_filing(arrangement->view);
    Print print = {.images = g_array_new(FALSE, TRUE, sizeof(PaperImage)),
                   .names = g_ptr_array_new_with_free_func(g_free),
                   .rows = json_array()};
    gboolean ok = TRUE;
    GBytes *pdf = NULL;

    for (guint i = 0; ok && i < filing->pages->len; i++)
        ok = print_side(house, arrangement, worker, i, &print, error);
    if (ok)
        pdf = render(house, arrangement, &print, error);
    for (guint i = 0; i < print.images->len; i++)
        g_bytes_unref(g_array_index(print.images, PaperImage, i).jpeg);
    g_array_unref(print.images);
    g_ptr_array_unref(print.names);
    json_decref(print.rows);
    return pdf;
}

/* ── the file fed once more ──────────────────────────────────────────────────────────────── */

typedef struct {
    Likeness sides[2];
    gboolean has[2];
} SheetLook;

static gboolean look_at(PageWorker *worker, const char *path, Likeness *likeness, GError **error)
{
    static const PageView small = {.width_px = LIKENESS_WIDTH_PX,
                                   .height_px = LIKENESS_HEIGHT_PX,
                                   .format = VIEW_GRAY,
                                   .gray = 1};
    g_autoptr(GBytes) bytes = picture_of(worker, path, &small, error);

    if (bytes == NULL)
        return FALSE;
    if (g_bytes_get_size(bytes) != LIKENESS_SAMPLES)
        return error_set(error, ERROR_INTERNAL, "%s: a small picture of another size", path);
    likeness_take(g_bytes_get_data(bytes, NULL), likeness);
    return TRUE;
}

static gboolean look_at_expected(House *house, const Arrangement *arrangement, PageWorker *worker,
                                 SheetLook *looks, GError **error)
{
    for (guint i = 0; i < arrangement->sheets->len; i++)
        for (int side = 0; side < 2; side++) {
            gint row = g_array_index(arrangement->sheets, ArrangeSheet, i).sides[side];
            g_autofree char *path =
                row >= 0 ? store_path(house_store(house),
                                      json_text(archive_view_side(arrangement->view, row), "file"))
                         : NULL;

            looks[i].has[side] = path != NULL;
            if (path != NULL && !look_at(worker, path, &looks[i].sides[side], error))
                return FALSE;
        }
    return TRUE;
}

static gboolean look_at_found(PageWorker *worker, const GPtrArray *paths, gboolean duplex,
                              SheetLook *looks, GError **error)
{
    for (guint i = 0; i < paths->len; i++) {
        SheetLook *look = &looks[duplex ? i / 2 : i];
        guint side = duplex ? i % 2 : 0;

        look->has[side] = TRUE;
        if (!look_at(worker, g_ptr_array_index(paths, i), &look->sides[side], error))
            return FALSE;
    }
    return TRUE;
}

/* Of the sides both have, each counts by how much is on it: what shows through a blank back says
 * little of which sheet it is. */
static double sheets_alike(const SheetLook *a, const SheetLook *b)
{
    double alike = 0, weight = 0;

    for (int side = 0; side < 2; side++)
        if (a->has[side] && b->has[side]) {
            double w = MAX(a->sides[side].spread, b->sides[side].spread);

            alike += w * likeness_of(&a->sides[side], &b->sides[side]);
            weight += w;
        }
    return weight > 0 ? alike / weight : 0;
}

typedef struct {
    guint expected, found;
    double alike;
} Pair;

/* The most alike first; of equals those that stand nearest to where they belong. */
static int compare_pairs(const void *a, const void *b)
{
    const Pair *left = a, *right = b;
    int off_left = abs((int)left->expected - (int)left->found);
    int off_right = abs((int)right->expected - (int)right->found);

    if (left->alike > right->alike || left->alike < right->alike)
        return left->alike > right->alike ? -1 : 1;
    return off_left - off_right;
}

/* Each sheet that was fed gets the id of the sheet it is, or its own below 0. */
static void name_found(GArray *pairs, gsize n_expected, gint64 *found, gsize n_found)
{
    g_autofree gboolean *taken = g_new0(gboolean, n_expected + 1);

    qsort(pairs->data, pairs->len, sizeof(Pair), compare_pairs);
    for (gsize i = 0; i < n_found; i++)
        found[i] = -(gint64)i - 1;
    for (guint i = 0; i < pairs->len; i++) {
        const Pair *pair = &g_array_index(pairs, Pair, i);

        if (found[pair->found] > 0 || taken[pair->expected])
            continue;
        found[pair->found] = (gint64)pair->expected + 1;
        taken[pair->expected] = TRUE;
    }
}

static FilingMatch *match_looks(const SheetLook *expected, gsize n_expected, const SheetLook *found,
                                gsize n_found)
{
    g_autoptr(GArray) pairs = g_array_new(FALSE, FALSE, sizeof(Pair));
    g_autofree gint64 *wanted = g_new(gint64, n_expected + 1);
    g_autofree gint64 *named = g_new(gint64, n_found + 1);

    for (gsize i = 0; i < n_expected; i++) {
        wanted[i] = (gint64)i + 1;
        for (gsize k = 0; k < n_found; k++) {
            Pair pair = {(guint)i, (guint)k, sheets_alike(&expected[i], &found[k])};

            if (pair.alike >= LIKENESS_SAME)
                g_array_append_val(pairs, pair);
        }
    }
    name_found(pairs, n_expected, named, n_found);
    return filing_match(wanted, n_expected, named, n_found);
}

FilingMatch *arrangement_match(House *house, const Arrangement *arrangement, PageWorker *worker,
                               const GPtrArray *paths, gboolean duplex, GError **error)
{
    gsize n_expected = arrangement->sheets->len;
    gsize n_found = duplex ? (paths->len + 1) / 2 : paths->len;
    g_autofree SheetLook *expected = g_new0(SheetLook, n_expected + 1);
    g_autofree SheetLook *found = g_new0(SheetLook, n_found + 1);

    if (!look_at_expected(house, arrangement, worker, expected, error) ||
        !look_at_found(worker, paths, duplex, found, error))
        return NULL;
    return match_looks(expected, n_expected, found, n_found);
}
