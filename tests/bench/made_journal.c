/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/made_journal.h"

#include "appliance/base/digest.h"
#include "appliance/base/file.h"
#include "appliance/base/text.h"
#include "storage/catalog.h"
#include "storage/secrets.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define DAY_SERIALS 9000
#define FILE_BYTES  60000

typedef struct {
    const char *folder;
    FILE *segment;
    JournalPlace place;
    char prev[2 * SHA256_DIGEST_SIZE + 1];
    Random random;
} Journal;

char *made_number(guint at)
{
    guint day = at / DAY_SERIALS;

    return g_strdup_printf("32058300126%02u%02u%03u%04u75", day / 28 % 12 + 1, day % 28 + 1,
                           day / 336 + 1, at % DAY_SERIALS + 1);
}

/* Names of three characters, as most are: 40 × 60 × 60 of them. */
static char *name_of(guint at)
{
    static const char first[] =
        "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕";
    static const char other[] =
        "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国文玉兰红梅春海燕志辉鹏飞云峰宇浩然"
        "子轩梓涵雨欣怡晨思佳俊豪天泽一鸣";
    glong n_first = g_utf8_strlen(first, -1), n_other = g_utf8_strlen(other, -1);
    guint x = at * 2654435761U;
    gunichar letters[3] = {
        g_utf8_get_char(g_utf8_offset_to_pointer(first, (glong)(x >> 8) % n_first)),
        g_utf8_get_char(g_utf8_offset_to_pointer(other, (glong)(x >> 14) % n_other)),
        g_utf8_get_char(g_utf8_offset_to_pointer(other, (glong)(x >> 20) % n_other))};

    return g_ucs4_to_utf8(letters, 3, NULL, NULL, NULL);
}

/* ── lines ───────────────────────────────────────────────────────────────────────────────── */

static gboolean go_to_segment(Journal *journal, GError **error)
{
    g_autofree char *folder = g_build_filename(journal->folder, "journal", NULL);
    g_autofree char *path = NULL;

    if (journal->segment != NULL && journal->place.offset > 0)
        return TRUE;
    if (journal->segment != NULL && fclose(journal->segment) != 0)
        return error_set_errno(error, ERROR_IO, errno, "%s", folder);
    path = journal_segment_path(folder, journal->place.seq);
    journal->segment = fopen(path, "ae");
    return journal->segment != NULL || error_set_errno(error, ERROR_IO, errno, "%s", path);
}

/* One record: its head, then `fields` as they stand in the line. */
static gboolean G_GNUC_PRINTF(4, 5)
    add(Journal *journal, const char *act, const char *number, const char *fields, ...)
{
    guint8 leaf[SHA256_DIGEST_SIZE];
    g_autofree char *text = NULL, *line = NULL, *hex = NULL;
    va_list args;

    va_start(args, fields);
    text = g_strdup_vprintf(fields, args);
    va_end(args);
    line = g_strdup_printf(
        "{\"v\":1,\"seq\":%" G_GINT64_FORMAT ",\"prev\":\"%s\",\"t\":\"2026-11-21T02:00:00Z\","
        "\"trust\":\"synced\",\"actor\":\"000012\",\"station\":\"window:003\",\"act\":\"%s\","
        "\"case\":\"%s\",%s,\"nonce\":\"%.32s\"}",
        journal->place.seq, journal->prev, act, number, text, journal->prev + 32);
    journal_leaf_hash(line, strlen(line), leaf);
    hex = hex_encode(leaf, sizeof leaf);
    g_strlcpy(journal->prev, hex, sizeof journal->prev);
    if (!go_to_segment(journal, NULL) || fprintf(journal->segment, "%s\n", line) < 0)
        return FALSE;
    journal->place = journal_behind(journal->place, strlen(line));
    return TRUE;
}

/* As secrets.c writes them, without the sync. */
static char *write_secret(Journal *journal, const char *number, guint at, GError **error)
{
    g_autofree char *name = name_of(at), *path = secrets_case_path(number);
    g_autofree char *full = g_build_filename(journal->folder, path, NULL);
    g_autofree char *folder = g_path_get_dirname(full);
    g_autoptr(json_t) data = json_pack("{s:s, s:{}}", "applicant", name, "fields");
    g_autoptr(Secret) secret = secret_new(path, data, &journal->random);

    if (g_mkdir_with_parents(folder, 0700) != 0 ||
        !g_file_set_contents_full(full, secret->line, -1, G_FILE_SET_CONTENTS_NONE, 0600, error))
        return NULL;
    return g_strdup(secret->commitment);
}

static gboolean add_case(Journal *journal, const char *number, guint at, GError **error)
{
    g_autofree char *commitment = write_secret(journal, number, at, error);

    return commitment != NULL &&
           add(journal, "case.open", number,
               "\"item\":\"100007\",\"item_digest\":\"%s\",\"kind\":\"承诺件\","
               "\"window\":\"%.3s\",\"day\":\"%.6s\",\"serial\":%u,\"channel\":\"window\","
               "\"received_at\":\"2026-11-21T02:00:00Z\",\"secret\":\"%s\"",
               commitment, number + 15, number + 9, at % DAY_SERIALS + 1, commitment);
}

/* Facts as a page worker hands them over. */
static gboolean add_side(Journal *journal, const char *number, gint64 batch, guint sheet)
{
    g_autofree char *name = g_strdup_printf("%" G_GINT64_FORMAT "-%u", batch, sheet);
    g_autofree char *digest = sha256_hex(name, strlen(name));

    return add(
        journal, "side", number,
        "\"batch\":%" G_GINT64_FORMAT ",\"day\":\"261121\",\"sheet\":%u,\"side\":\"a\","
        "\"state\":\"stored\",\"blank\":false,\"role\":\"page\",\"file\":\"spool/261121/"
        "%" G_GINT64_FORMAT "/%04u-a.tif\",\"media_type\":\"image/tiff\",\"bytes\":%d,"
        "\"sha256\":\"%s\",\"sha512\":\"%s%s\",\"facts\":{\"size\":{\"width_px\":1654,"
        "\"height_px\":2339,\"dpi\":200,\"mode\":\"color\",\"width_mm\":210.05799999999999,"
        "\"height_mm\":297.053},\"blank\":{\"value\":false,\"confidence\":1000,"
        "\"ink_ppm\":125694,\"ink_cells\":351},\"skew\":{\"mdeg\":0,\"confidence\":1000,"
        "\"contrast\":960},\"orientation\":{\"value\":0,\"confidence\":800,"
        "\"evidence\":\"code\"},\"sharpness\":{\"value\":952,\"confidence\":1000},"
        "\"darkness\":{\"value\":7,\"confidence\":1000,\"paper_level\":253,\"ink_level\":0},"
        "\"cut_edges\":{\"value\":[],\"confidence\":1000,\"strokes\":[0,0,0,0]}},\"codes\":[],"
        "\"document\":1,\"place\":%u",
        batch, sheet, batch, sheet, FILE_BYTES, digest, digest, digest, sheet);
}

static gboolean add_pages(Journal *journal, const char *number)
{
    gint64 batch = journal->place.seq;

    if (!add(journal, "batch.open", number, "\"device\":\"bench\",\"duplex\":false") ||
        !add(journal, "document.open", number,
             "\"number\":1,\"family\":\"A\",\"code\":\"A01\",\"title\":\"申请书\",\"copies\":1,"
             "\"originals\":1,\"kept\":true"))
        return FALSE;
    for (guint sheet = 1; sheet <= MADE_PAGES; sheet++)
        if (!add_side(journal, number, batch, sheet))
            return FALSE;
    return add(journal, "batch.close", number,
               "\"batch\":%" G_GINT64_FORMAT ",\"received\":%d,\"stored\":%d,\"reason\":\"done\"",
               batch, MADE_PAGES, MADE_PAGES);
}

gboolean made_journal(const char *data_folder, guint cases, gint64 *records, GError **error)
{
    Journal journal = {.folder = data_folder, .random = random_system()};
    g_autoptr(Catalog) catalog = catalog_open(data_folder, DB_READ_ONLY, error);
    CatalogMark mark;
    gboolean ok = catalog != NULL && catalog_mark(catalog, &mark, error);

    if (!ok)
        return FALSE;
    journal.place = mark.place;
    g_strlcpy(journal.prev, mark.last_leaf, sizeof journal.prev);
    ok = go_to_segment(&journal, error);
    for (guint at = 0; ok && at < cases; at++) {
        g_autofree char *number = made_number(at);

        ok = add_case(&journal, number, at, error) && add_pages(&journal, number);
    }
    *records = journal.place.seq;
    if (journal.segment != NULL && fclose(journal.segment) != 0)
        ok = FALSE;
    return ok || (error != NULL && *error != NULL
                      ? FALSE
                      : error_set_errno(error, ERROR_IO, errno, "%s", data_folder));
}
