/* SPDX-License-Identifier: Apache-2.0
 *
 * bench codes: recall and wrong reads per symbology against truth.tsv, beside zbar's own default
 * (plain) and zbar with binary QR texts decoded by us. Usage: bench_codes [FOLDER [-v|-i]]
 * -v names what was missed; -i measures the intake path (crops only) in place of the whole ladder.
 *
 * A symbol counts as right where a text of its file equals its text or one of also_right; a text
 * counts as wrong where it is right for no symbol of its file. Symbols in the state "destroyed"
 * are left out of recall.
 */
#include "appliance/page/image.h"
#include "appliance/page/import.h"
#include "appliance/page/symbols.h"
#include "tests/bench/elapsed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zbar.h>

enum { OURS, ZBAR_PLAIN, ZBAR_BINARY, READERS };
static const char *const reader_names[] = {"anjuan", "zbar", "zbar+binary"};

typedef struct {
    char *file, *symbology, *text, *state, *also;
} Truth;

typedef struct {
    guint symbols, right[READERS];
} Score;

static double cpu_s[READERS];
static gboolean verbose, intake;

static char *unescape(const char *text)
{
    GString *out = g_string_new(NULL);

    for (; *text != '\0'; text++) {
        if (*text != '\\') {
            g_string_append_c(out, *text);
        } else if (text[1] == 'x') {
            char hex[3] = {text[2], text[3], '\0'};

            g_string_append_c(out, (char)strtol(hex, NULL, 16));
            text += 3;
        } else {
            text++;
            g_string_append_c(out, *text == 't'   ? '\t'
                                   : *text == 'n' ? '\n'
                                   : *text == 'r' ? '\r'
                                                  : *text);
        }
    }
    return g_string_free(out, FALSE);
}

static GPtrArray *read_truth(const char *folder)
{
    g_autofree char *path = g_build_filename(folder, "truth.tsv", NULL);
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    GPtrArray *truths = g_ptr_array_new();

    if (!g_file_get_contents(path, &text, NULL, NULL))
        return NULL;
    lines = g_strsplit(text, "\n", -1);
    for (guint i = 1; lines[i] != NULL && lines[i][0] != '\0'; i++) {
        g_auto(GStrv) cells = g_strsplit(lines[i], "\t", -1);
        Truth *truth = g_new0(Truth, 1);

        truth->file = g_strdup(cells[0]);
        truth->symbology = g_strdup(cells[1]);
        truth->text = unescape(cells[2]);
        truth->state = g_strdup(cells[3]);
        truth->also = g_strdup(g_strv_length(cells) > 5 ? cells[5] : "");
        g_ptr_array_add(truths, truth);
    }
    return truths;
}

static gboolean is_right(const Truth *truth, const char *text)
{
    g_auto(GStrv) also = g_strsplit(truth->also, "|", -1);

    if (strcmp(truth->text, text) == 0)
        return TRUE;
    for (guint i = 0; also[i] != NULL; i++) {
        g_autofree char *other = unescape(also[i]);

        if (other[0] != '\0' && strcmp(other, text) == 0)
            return TRUE;
    }
    return FALSE;
}

static void read_ours(Bytes file, GPtrArray *codes)
{
    ImportOptions options = {.look_only = !intake};
    g_auto(PageResult) result = PAGE_RESULT_NONE;
    gboolean keep;

    if (!import_page(file, &options, &result, &keep, NULL))
        return;
    while (result.codes->len > 0)
        g_ptr_array_add(codes, g_ptr_array_steal_index(result.codes, 0));
}

static Gray *gray_page(Bytes file)
{
    ImageOptions options = {.luma = TRUE};
    gboolean exists;
    g_autoptr(Image) image = image_open(file, &options, &exists, NULL);
    g_autofree guint8 *row = NULL;
    Gray *gray;

    if (image == NULL)
        return NULL;
    gray = gray_new(image->geometry.width_px, image->geometry.height_px);
    row = g_malloc(image->geometry.stride_bytes);
    for (guint32 y = 0; y < gray->h; y++) {
        guint8 *out = gray->samples + (gsize)y * gray->w;

        if (!image_rows(image, row, 1, NULL))
            break;
        if (image->geometry.mode == PAGE_COLOUR)
            pixels_luma_row(row, gray->w, out);
        else if (image->geometry.mode == PAGE_GRAY)
            memcpy(out, row, gray->w);
        else
            for (guint32 x = 0; x < gray->w; x++)
                out[x] = (row[x / 8] >> (7 - x % 8)) & 1 ? 0 : 255;
    }
    return gray;
}

static void read_zbar(const Gray *gray, gboolean binary, GPtrArray *codes)
{
    zbar_image_scanner_t *scanner = zbar_image_scanner_create();
    zbar_image_t *image = zbar_image_create();

    if (binary)
        zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_BINARY, 1);
    zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
    zbar_image_set_size(image, gray->w, gray->h);
    zbar_image_set_data(image, gray->samples, (gsize)gray->w * gray->h, NULL);
    (void)zbar_scan_image(scanner, image);
    for (const zbar_symbol_t *s = zbar_image_first_symbol(image); s != NULL;
         s = zbar_symbol_next(s)) {
        gboolean qr = zbar_symbol_get_type(s) == ZBAR_QRCODE;
        g_autofree char *text =
            binary && qr ? symbols_text(zbar_symbol_get_data(s), zbar_symbol_get_data_length(s))
                         : g_strdup(zbar_symbol_get_data(s));

        g_ptr_array_add(codes,
                        page_code_new(zbar_get_symbol_name(zbar_symbol_get_type(s)), text, "zbar"));
    }
    zbar_image_destroy(image);
    zbar_image_scanner_destroy(scanner);
}

static gboolean claimed(const char *symbology)
{
    static const char *const ours[] = {"CODE-128", "CODE-39", "QR-Code", "ITF",  "EAN-13",
                                       "EAN-8",    "UPC-A",   "UPC-E",   "none", NULL};

    return g_strv_contains(ours, symbology);
}

static Score *score_of(GHashTable *table, gboolean made, const char *symbology)
{
    char *key = g_strconcat(made ? "made  " : "photo ", symbology, NULL);
    Score *score = g_hash_table_lookup(table, key);

    if (score == NULL) {
        score = g_new0(Score, 1);
        g_hash_table_insert(table, key, score);
        return score;
    }
    g_free(key);
    return score;
}

typedef struct {
    GPtrArray *truths;
    GHashTable *scores, *rungs;
    guint wrong[2][READERS];
} Bench;

static void judge(Bench *bench, const char *name, int reader, GPtrArray *codes)
{
    gboolean made = g_str_has_prefix(name, "scan-");

    for (guint i = 0; i < codes->len; i++) {
        const PageCode *code = g_ptr_array_index(codes, i);
        gboolean right = FALSE;

        for (guint k = 0; k < bench->truths->len && !right; k++) {
            const Truth *truth = g_ptr_array_index(bench->truths, k);

            right = strcmp(truth->file, name) == 0 && is_right(truth, code->text);
        }
        if (reader == OURS)
            g_hash_table_insert(
                bench->rungs, g_strdup(code->rung),
                GUINT_TO_POINTER(GPOINTER_TO_UINT(g_hash_table_lookup(bench->rungs, code->rung)) +
                                 1));
        if (right || strcmp(code->symbology, "PATCH") == 0)
            continue;
        bench->wrong[made][reader]++;
        printf("wrong  %-12s %s: %s \"%s\" (%s, %u lines)\n", reader_names[reader], name,
               code->symbology, code->text, code->rung, code->lines);
    }
    for (guint k = 0; k < bench->truths->len; k++) {
        const Truth *truth = g_ptr_array_index(bench->truths, k);
        Score *score;
        gboolean right = FALSE;

        if (strcmp(truth->file, name) != 0 || strcmp(truth->state, "destroyed") == 0 ||
            strcmp(truth->symbology, "none") == 0)
            continue;
        score = score_of(bench->scores, made, truth->symbology);
        for (guint i = 0; i < codes->len && !right; i++)
            right = is_right(truth, ((PageCode *)g_ptr_array_index(codes, i))->text);
        score->symbols += reader == OURS;
        score->right[reader] += right;
        if (verbose && !right && claimed(truth->symbology))
            printf("missed %-12s %s: %s \"%s\" %s\n", reader_names[reader], name, truth->symbology,
                   truth->text, truth->state);
    }
}

static void run_file(Bench *bench, const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *bytes = NULL;
    g_autoptr(Gray) gray = NULL;
    gsize size;
    Bytes file;

    if (!g_file_get_contents(path, &bytes, &size, NULL))
        return;
    file = (Bytes){(const guint8 *)bytes, size};
    gray = gray_page(file);
    for (int reader = 0; reader < READERS; reader++) {
        g_autoptr(GPtrArray) codes = page_codes_new();
        double began_s = elapsed_cpu_s(RUSAGE_SELF);

        if (reader == OURS)
            read_ours(file, codes);
        else if (gray != NULL)
            read_zbar(gray, reader == ZBAR_BINARY, codes);
        cpu_s[reader] += elapsed_cpu_s(RUSAGE_SELF) - began_s;
        judge(bench, name, reader, codes);
    }
}

static void print_scores(const Bench *bench)
{
    g_autoptr(GList) keys = g_list_sort(g_hash_table_get_keys(bench->scores), (GCompareFunc)strcmp);
    g_autoptr(GList) rungs = g_list_sort(g_hash_table_get_keys(bench->rungs), (GCompareFunc)strcmp);
    Score made = {0};

    printf("%-18s %8s %8s %8s %12s\n", "group symbology", "symbols", "anjuan", "zbar",
           "zbar+binary");
    for (GList *key = keys; key != NULL; key = key->next) {
        const Score *score = g_hash_table_lookup(bench->scores, key->data);

        printf("%-18s %8u %8u %8u %12u%s\n", (char *)key->data, score->symbols, score->right[OURS],
               score->right[ZBAR_PLAIN], score->right[ZBAR_BINARY],
               claimed((char *)key->data + 6) ? "" : "   (not read here)");
        if (g_str_has_prefix(key->data, "made")) {
            made.symbols += score->symbols;
            for (int i = 0; i < READERS; i++)
                made.right[i] += score->right[i];
        }
    }
    printf("%-18s %8u %8u %8u %12u\n", "made  all", made.symbols, made.right[0], made.right[1],
           made.right[2]);
    printf("%-18s %8s %8u %8u %12u\n", "made  wrong", "", bench->wrong[1][0], bench->wrong[1][1],
           bench->wrong[1][2]);
    printf("%-18s %8s %8u %8u %12u\n", "photo wrong", "", bench->wrong[0][0], bench->wrong[0][1],
           bench->wrong[0][2]);
    printf("%-18s %8s %8.1f %8.1f %12.1f\n", "CPU s", "", cpu_s[0], cpu_s[1], cpu_s[2]);
    printf("rungs:");
    for (GList *rung = rungs; rung != NULL; rung = rung->next)
        printf(" %s %u", (char *)rung->data,
               GPOINTER_TO_UINT(g_hash_table_lookup(bench->rungs, rung->data)));
    printf("\n");
}

int main(int argc, char **argv)
{
    g_autofree char *fallback =
        g_build_filename(ANJUAN_SOURCE, "..", "shared", "samples", "barcodes", NULL);
    const char *folder = argc > 1 ? argv[1] : fallback;
    g_autoptr(GHashTable) done = g_hash_table_new(g_str_hash, g_str_equal);
    Bench bench = {
        .truths = read_truth(folder),
        .scores = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
        .rungs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
    };

    verbose = argc > 2;
    intake = argc > 2 && strcmp(argv[2], "-i") == 0;
    if (bench.truths == NULL) {
        printf("no truth.tsv in %s: nothing to measure\n", folder);
        return 0;
    }
    for (guint i = 0; i < bench.truths->len; i++) {
        const Truth *truth = g_ptr_array_index(bench.truths, i);

        if (g_hash_table_add(done, truth->file))
            run_file(&bench, folder, truth->file);
    }
    print_scores(&bench);
    return 0;
}
