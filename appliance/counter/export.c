/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/counter/export_intern.h"

#include "appliance/base/text.h"

#include <string.h>

/* ── forms ───────────────────────────────────────────────────────────────────────────────── */

static const struct {
    const char *token, *ending;
} formats[] = {
    [EXPORT_BAG_TAR] = {"bag-tar", ".tar"}, [EXPORT_BAG_ZIP] = {"bag-zip", ".zip"},
    [EXPORT_BAG_DIR] = {"bag-dir", ""},     [EXPORT_GBT42727] = {"gbt42727", ".zip"},
    [EXPORT_DAT93] = {"dat93", ".zip"},     [EXPORT_PDF] = {"pdf", ".pdf"},
};

const char *export_format_token(ExportFormat format)
{
    return formats[format].token;
}

gboolean export_format_parse(const char *token, ExportFormat *format)
{
    for (guint i = 0; i < G_N_ELEMENTS(formats); i++)
        if (strcmp(formats[i].token, token) == 0) {
            *format = i;
            return TRUE;
        }
    return FALSE;
}

const char *export_format_ending(ExportFormat format, gsize n_cases)
{
    return format == EXPORT_PDF && n_cases > 1 ? "" : formats[format].ending;
}

/* ── what was done ───────────────────────────────────────────────────────────────────────── */

void export_done_clear(ExportDone *done)
{
    g_clear_pointer(&done->files, g_array_unref);
}

const ExportFile *export_file(const ExportDone *done, guint index)
{
    return &g_array_index(done->files, ExportFile, index);
}

static void file_clear(void *data)
{
    ExportFile *file = data;

    g_free(file->name);
}

void export_add_done(Export *export, const char *path, const PackDone *done, guint64 files)
{
    ExportFile file = {
        .name = g_path_get_basename(path), .bytes = (gint64)done->bytes, .files = files};

    memcpy(file.sha256, done->sha256, sizeof file.sha256);
    export->done->bytes += file.bytes;
    g_array_append_val(export->done->files, file);
}

/* ── names ───────────────────────────────────────────────────────────────────────────────── */

static void split_name(Export *export, gsize n_cases)
{
    const char *ending = export_format_ending(export->request->format, n_cases);
    char *name = g_path_get_basename(export->request->path);
    gsize stem = strlen(name), tail = strlen(ending);

    export->folder = g_path_get_dirname(export->request->path);
    if (tail > 0 && stem > tail && strcmp(name + stem - tail, ending) == 0) {
        name[stem - tail] = '\0';
        export->ending = g_strdup(ending);
    } else {
        export->ending = g_strdup("");
    }
    export->stem = name;
}

char *export_volume_name(const Export *export, guint index, guint count)
{
    return count == 1 ? g_strdup(export->stem) : g_strdup_printf("%s-v%u", export->stem, index + 1);
}

char *export_volume_path(const Export *export, guint index, guint count)
{
    g_autofree char *name = export_volume_name(export, index, count);

    return g_strdup_printf("%s/%s%s", export->folder, name, export->ending);
}

/* ── volumes ─────────────────────────────────────────────────────────────────────────────── */

static gboolean plan_case(Export *export, VolumePlan *plan, const char *number, GError **error)
{
    g_autoptr(Casefile) casefile = export_casefile(export, number, error);
    g_autofree guint64 *sizes = NULL;

    if (casefile == NULL)
        return FALSE;
    sizes = g_new(guint64, casefile->parts->len);
    for (guint i = 0; i < casefile->parts->len; i++)
        if (!casefile_part_size(g_ptr_array_index(casefile->parts, i), &sizes[i], error))
            return FALSE;
    return volume_plan_case(plan, number, sizes, casefile->parts->len, error);
}

VolumePlan *export_plan(Export *export, const VolumeLimits *limits, GError **error)
{
    g_autoptr(VolumePlan) plan = volume_plan_new(limits);

    for (gsize i = 0; export->request->numbers[i] != NULL; i++)
        if (!plan_case(export, plan, export->request->numbers[i], error))
            return NULL;
    return g_steal_pointer(&plan);
}

/* ── register ────────────────────────────────────────────────────────────────────────────── */

typedef struct {
    const Export *export;
    const GPtrArray *manifests;
    gint64 seq; /* of the export record */
} Register;

static json_t *manifests_json(const GPtrArray *manifests)
{
    json_t *list;

    if (manifests->len == 1)
        return json_string(g_ptr_array_index(manifests, 0));
    list = json_array();
    for (guint i = 0; i < manifests->len; i++)
        json_array_append_new(list, json_string(g_ptr_array_index(manifests, i)));
    return list;
}

static gboolean register_export(StoreTxn *txn, void *data, GError **error)
{
    Register *r = data;
    const ExportRequest *request = r->export->request;
    json_t *cases = json_array();

    for (gsize i = 0; request->numbers[i] != NULL; i++)
        json_array_append_new(cases, json_string(request->numbers[i]));
    r->seq = txn_next_seq(txn);
    return txn_append(txn, "export", NULL,
                      json_pack("{s:s, s:s, s:o, s:o}", "format",
                                export_format_token(request->format), "name", r->export->stem,
                                "manifest", manifests_json(r->manifests), "cases", cases),
                      error);
}

gboolean export_register(Export *export, const GPtrArray *manifests, gint64 *seq, GError **error)
{
    Register r = {.export = export, .manifests = manifests};
    gboolean ok =
        store_write(house_store(export->house), export->actor, register_export, &r, error);

    *seq = r.seq;
    return ok;
}

/* Of one file its own digest, of several that of their list as sha256sum prints it. */
static char *done_digest(const ExportDone *done)
{
    g_autoptr(GString) lines = g_string_new(NULL);

    for (guint i = 0; i < done->files->len; i++) {
        const ExportFile *file = export_file(done, i);
        g_autofree char *hex = hex_encode(file->sha256, sizeof file->sha256);

        if (done->files->len == 1)
            return g_steal_pointer(&hex);
        g_string_append_printf(lines, "%s  %s\n", hex, file->name);
    }
    return sha256_hex(lines->str, lines->len);
}

static gboolean register_done(StoreTxn *txn, void *data, GError **error)
{
    const Register *r = data;
    g_autofree char *hex = done_digest(r->export->done);

    return txn_append(txn, "export.done", NULL,
                      json_pack("{s:I, s:I, s:s}", "export", (json_int_t)r->seq, "bytes",
                                (json_int_t)r->export->done->bytes, "sha256", hex),
                      error);
}

/* ── all of it ───────────────────────────────────────────────────────────────────────────── */

static gboolean run(Export *export, GError **error)
{
    gboolean is_bag = export->request->format <= EXPORT_BAG_DIR;
    Register r = {.export = export};

    if (export->request->split_bytes > 0 && export->request->split_bytes < EXPORT_SPLIT_MIN)
        return error_set(error, ERROR_INVALID, "volumes have at least %d bytes", EXPORT_SPLIT_MIN);
    export->catalog = store_reader(house_store(export->house), error);
    if (export->catalog == NULL)
        return FALSE;
    return (is_bag ? export_bags(export, &r.seq, error) : export_packages(export, &r.seq, error)) &&
           store_write(house_store(export->house), export->actor, register_done, &r, error);
}

gboolean export_cases(House *house, const StoreActor *actor, const ExportRequest *request,
                      ExportDone *done, GError **error)
{
    Export export = {.house = house, .actor = actor, .request = request, .done = done};
    gboolean ok;

    *done = (ExportDone){.files = g_array_new(FALSE, FALSE, sizeof(ExportFile))};
    g_array_set_clear_func(done->files, file_clear);
    split_name(&export, g_strv_length((char **)request->numbers));
    ok = run(&export, error);
    catalog_close(export.catalog);
    g_free(export.folder);
    g_free(export.stem);
    g_free(export.ending);
    return ok;
}
