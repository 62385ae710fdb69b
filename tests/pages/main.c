/* SPDX-License-Identifier: Apache-2.0
 *
 * anjuan-pages: writes pages for the demo and the tests, DIR/truth.json beside them.
 *
 *   anjuan-pages make --out DIR [--count 20 --seed 1 --mode colour --dpi 300 --hardness 0.5
 *                                --format png --together FILE.tif]
 *   anjuan-pages session --out DIR [--plan FILE.json | --without A03] [--receipt DIGITS
 *                                --item DIGITS --set DIGITS --bare
 *                                --seed 1 --mode colour --dpi 200 --hardness 0.3 --format jpg]
 *
 * The images are in DIR/sides; those of a session are fronts and backs by turns:
 *   anjuan scan --case N --duplex --from DIR/sides
 * and DIR/script.json is the same stack for the scripted scanner.
 */
#include "appliance/base/file.h"
#include "tests/pages/session.h"

#include <locale.h>
#include <string.h>

#define PLAN_BYTES_MAX (1 << 20)

static char *out_folder, *mode_token, *format, *together, *plan_path, *without, *receipt;
static char *item, *set;
static gint count = 20, dpi;
static gint64 seed = 1;
static gdouble hardness = -1;
static gboolean bare;

static const GOptionEntry entries[] = {
    {"out", 'o', 0, G_OPTION_ARG_FILENAME, &out_folder, "folder to write into", "DIR"},
    {"seed", 's', 0, G_OPTION_ARG_INT64, &seed, "the same seed gives the same pages", "N"},
    {"mode", 'm', 0, G_OPTION_ARG_STRING, &mode_token, "colour, gray or lineart", "MODE"},
    {"dpi", 'd', 0, G_OPTION_ARG_INT, &dpi, "72 to 600 (make 300, session 200)", "N"},
    {"hardness", 0, 0, G_OPTION_ARG_DOUBLE, &hardness, "0 clean to 1 worst", "X"},
    {"format", 'f', 0, G_OPTION_ARG_STRING, &format, "png, jpg, tif, pdf or pnm", "ENDING"},
    {"count", 'n', 0, G_OPTION_ARG_INT, &count, "make: number of pages", "N"},
    {"together", 0, 0, G_OPTION_ARG_FILENAME, &together, "make: all pages in one tif or pdf",
     "FILE"},
    {"plan", 0, 0, G_OPTION_ARG_FILENAME, &plan_path, "session: what is in the stack", "FILE"},
    {"without", 0, 0, G_OPTION_ARG_STRING, &without, "session: demo stack less a slot", "SLOT"},
    {"receipt", 0, 0, G_OPTION_ARG_STRING, &receipt, "session: begin with a receipt", "DIGITS"},
    {"item", 0, 0, G_OPTION_ARG_STRING, &item, "session: local number of the item", "DIGITS"},
    {"set", 0, 0, G_OPTION_ARG_STRING, &set, "session: number of the separator set", "DIGITS"},
    {"bare", 0, 0, G_OPTION_ARG_NONE, &bare, "session: no separator sheets", NULL},
    {NULL, 0, 0, 0, NULL, NULL, NULL},
};

static PageMode mode;

/* The i-th page of a mixed stack. */
static gboolean draw_mixed(guint i, Picture *picture, json_t **truth, GError **error)
{
    g_autofree char *code = session_separator_code("000001", "1001", "000001", i % 98 + 1, 99);
    PageSpec spec = {.kind = (PageKind)(i % PAGE_KINDS),
                     .mode = mode,
                     .dpi = (guint)dpi,
                     .seed = (guint64)seed * 1000003 + i,
                     .code = code,
                     .mark = "A01",
                     .n = i % 98 + 1,
                     .m = 99,
                     .front = (PageKind)((i / PAGE_KINDS) % PAGE_BLANK)};

    page_degrade(&spec, hardness);
    return page_draw(&spec, picture, truth, error);
}

static gboolean write_truth(json_t *sides, GError **error)
{
    g_autofree char *path = g_build_filename(out_folder, "truth.json", NULL);
    g_autoptr(json_t) truth = json_pack("{s:I, s:O}", "seed", (json_int_t)seed, "sides", sides);
    g_autofree char *text = json_dumps(truth, JSON_INDENT(1) | JSON_REAL_PRECISION(6));

    return file_replace(path, 0644, text, strlen(text), error);
}

static gboolean make_one(guint i, Picture *picture, json_t *sides, GError **error)
{
    g_autofree char *name = together != NULL
                                ? g_path_get_basename(together)
                                : g_strdup_printf(SESSION_SIDES "/%04u.%s", i + 1, format);
    g_autofree char *path = g_build_filename(out_folder, name, NULL);
    json_t *truth = NULL;

    if (!draw_mixed(i, picture, &truth, error))
        return FALSE;
    json_object_set_new(truth, "file", json_string(name));
    json_object_set_new(truth, "page", json_integer(together != NULL ? i + 1 : 1));
    json_array_append_new(sides, truth);
    return together != NULL || picture_write(picture, 1, path, error);
}

static gboolean make(GError **error)
{
    g_autoptr(json_t) sides = json_array();
    g_autofree Picture *pictures = g_new0(Picture, (gsize)count);
    g_autofree char *sides_folder = g_build_filename(out_folder, SESSION_SIDES, NULL);
    gboolean ok = together != NULL || file_make_folder(sides_folder, 0755, error);

    for (int i = 0; ok && i < count; i++) {
        ok = make_one((guint)i, &pictures[i], sides, error);
        if (together == NULL)
            picture_clear(&pictures[i]);
    }
    if (ok && together != NULL)
        ok = picture_write(pictures, (gsize)count, together, error);
    for (int i = 0; i < count; i++)
        picture_clear(&pictures[i]);
    return ok && write_truth(sides, error);
}

static json_t *read_plan(GError **error)
{
    g_autoptr(GBytes) bytes = NULL;
    json_t *plan;

    if (plan_path == NULL) {
        plan = session_plan_demo(without);
    } else {
        bytes = file_read(plan_path, PLAN_BYTES_MAX, error);
        if (bytes == NULL)
            return NULL;
        plan = json_parse(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), plan_path,
                          ERROR_DEFINITION, error);
    }
    if (plan == NULL)
        return NULL;
    if (receipt != NULL)
        json_object_set_new(plan, "receipt", json_string(receipt));
    if (item != NULL)
        json_object_set_new(plan, "item", json_string(item));
    if (set != NULL)
        json_object_set_new(plan, "set", json_string(set));
    if (bare)
        json_object_set_new(plan, "separators", json_false());
    return plan;
}

static gboolean write_session(GError **error)
{
    g_autoptr(json_t) plan = read_plan(error);
    g_autofree char *ending = g_strconcat(".", format, NULL);
    Session session = {.plan = plan,
                       .folder = out_folder,
                       .ending = ending,
                       .mode = mode,
                       .dpi = (guint)dpi,
                       .seed = (guint64)seed,
                       .hardness = hardness};

    return plan != NULL && session_write(&session, error);
}

static gboolean options_check(gboolean is_session, GError **error)
{
    if (out_folder == NULL)
        return error_set(error, ERROR_USAGE, "--out DIR is needed");
    if (mode_token != NULL && !picture_mode_parse(mode_token, &mode))
        return error_set(error, ERROR_USAGE, "no mode '%s'", mode_token);
    if (count < 1 || count > 10000)
        return error_set(error, ERROR_USAGE, "--count %d", count);
    if (format == NULL)
        format = g_strdup(is_session && mode != PAGE_LINEART ? "jpg" : "png");
    if (dpi == 0)
        dpi = is_session ? 200 : 300;
    if (hardness < 0)
        hardness = is_session ? 0.3 : 0.5;
    return file_make_folder(out_folder, 0755, error);
}

static gboolean run(int argc, char **argv, GError **error)
{
    g_autoptr(GOptionContext) context = g_option_context_new("make|session");
    gboolean is_session;

    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, error))
        return FALSE;
    if (argc != 2 || (!g_str_equal(argv[1], "make") && !g_str_equal(argv[1], "session")))
        return error_set(error, ERROR_USAGE, "anjuan-pages make|session --out DIR");
    is_session = g_str_equal(argv[1], "session");
    return options_check(is_session, error) && (is_session ? write_session(error) : make(error));
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;

    setlocale(LC_ALL, "");
    if (run(argc, argv, &error))
        return 0;
    error_print(stderr, error, lang_from_environment());
    return error->domain == ANJUAN_ERROR ? error_exit_status(error_code(error)) : 2;
}
