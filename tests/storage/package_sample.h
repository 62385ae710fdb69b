/* SPDX-License-Identifier: Apache-2.0
 *
 * Packages of GB/T 42727 and DA/T 93 made by hand, file by file, so that each can be spoilt in one
 * place.
 */
#pragma once

#include "tests/storage/tree.h"

#include "appliance/base/digest.h"
#include "storage/pack.h"
#include "storage/package.h"
#include "storage/seal.h"

/* ── GB/T 42727 ──────────────────────────────────────────────────────────────────────────── */

static const struct {
    const char *folder, *code, *name;
} gbt_files[] = {{"申报文件", "A01", "0001.txt"}, {"过程文件", "B01", "0002.txt"}};

#define GBT_FILES 2

static inline char *gbt_content(const char *number, guint at)
{
    return g_strdup_printf("file %u of %s\n", at, number);
}

static inline char *gbt_basic(const char *number)
{
    GString *xml = g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<base_info>\n");

    g_string_append_printf(xml,
                           "<electronic_record_code>%s</electronic_record_code>\n"
                           "<total_number>%u</total_number>\n<fileset>\n",
                           number, GBT_FILES);
    for (guint i = 0; i < GBT_FILES; i++) {
        g_autofree char *content = gbt_content(number, i);
        g_autofree char *hex = sha256_hex(content, strlen(content));

        g_string_append_printf(
            xml,
            "<folder title=\"%s\"><file id=\"%04u\"><file_code>%s</file_code>"
            "<computer_file_name>%s</computer_file_name><computer_file_size>%zu"
            "</computer_file_size><digital_summary>%s</digital_summary></file></folder>\n",
            gbt_files[i].folder, i + 1, gbt_files[i].code, gbt_files[i].name, strlen(content), hex);
    }
    g_string_append(xml, "</fileset>\n</base_info>\n");
    return g_string_free(xml, FALSE);
}

static inline char *gbt_process(const char *number)
{
    return g_strdup_printf("<process_info><electronic_record_code>%s</electronic_record_code>"
                           "<process><action>受理</action></process></process_info>\n",
                           number);
}

static inline char *gbt_digest(const char *number, gsize *bytes)
{
    SealDigest seal;

    *bytes = 0;
    seal_digest_init(&seal);
    for (guint i = 0; i < GBT_FILES; i++) {
        g_autofree char *content = gbt_content(number, i);
        g_autofree char *path =
            g_strdup_printf("%s/%s/%s", gbt_files[i].folder, gbt_files[i].code, gbt_files[i].name);
        guint8 sha256[SHA256_DIGEST_SIZE];

        sha256_of(content, strlen(content), sha256);
        seal_digest_add(&seal, path, sha256);
        *bytes += strlen(content);
    }
    return seal_digest_finish(&seal);
}

static inline void gbt_row(GString *xml, const char *number)
{
    g_autofree char *basic = gbt_basic(number), *process = gbt_process(number);
    g_autofree char *basic_hex = sha256_hex(basic, strlen(basic));
    g_autofree char *process_hex = sha256_hex(process, strlen(process));
    gsize bytes;
    g_autofree char *digest = gbt_digest(number, &bytes);

    g_string_append_printf(
        xml,
        "<directories id=\"%s\"><digitalSummary>%s</digitalSummary>"
        "<basicSummary>sha256:%s</basicSummary><processSummary>sha256:%s</processSummary>"
        "<documentNumber>%u</documentNumber><documentBytes>%zu</documentBytes></directories>\n",
        number, digest, basic_hex, process_hex, GBT_FILES, bytes);
}

/* A folder with these cases: in a folder each, or at the top where `n` is 1. */
static inline char *gbt_made(const char *const *numbers, guint n)
{
    char *folder = testing_folder();
    g_autoptr(GString) transfer = g_string_new("<transfer><batchName>b</batchName>\n");
    static const char report[] = "检测项,结果\n";
    g_autofree char *report_hex = sha256_hex(report, strlen(report));

    for (guint c = 0; c < n; c++) {
        g_autofree char *prefix = n > 1 ? g_strconcat(numbers[c], "/", NULL) : g_strdup("");
        g_autofree char *basic = g_strconcat(prefix, PACKAGE_GBT_BASIC, NULL);
        g_autofree char *process = g_strconcat(prefix, PACKAGE_GBT_PROCESS, NULL);
        g_autofree char *basic_xml = gbt_basic(numbers[c]);
        g_autofree char *process_xml = gbt_process(numbers[c]);

        tree_put(folder, basic, basic_xml);
        tree_put(folder, process, process_xml);
        for (guint i = 0; i < GBT_FILES; i++) {
            g_autofree char *content = gbt_content(numbers[c], i);
            g_autofree char *path = g_strdup_printf("%s%s/%s/%s", prefix, gbt_files[i].folder,
                                                    gbt_files[i].code, gbt_files[i].name);

            tree_put(folder, path, content);
        }
        gbt_row(transfer, numbers[c]);
    }
    g_string_append_printf(transfer, "<reportSummary>sha256:%s</reportSummary></transfer>\n",
                           report_hex);
    tree_put(folder, PACKAGE_GBT_TRANSFER, transfer->str);
    tree_put(folder, PACKAGE_GBT_REPORT, report);
    return folder;
}

/* ── DA/T 93 ─────────────────────────────────────────────────────────────────────────────── */

#define DAT_FIRST  "Z109-ZY-2026-0001"
#define DAT_SECOND "Z109-ZY-2026-0002"

static inline void dat_put(const char *folder, GString *digests, const char *path, const char *text)
{
    g_autofree char *hex = sha256_hex(text, strlen(text));

    tree_put(folder, path, text);
    g_string_append_printf(digests, "%s  %s\n", hex, path);
}

static inline void dat_case(const char *folder, GString *digests, const char *number)
{
    g_autofree char *metadata = g_strdup_printf("Z109/ZY/%s/" PACKAGE_DAT_METADATA, number);
    g_autofree char *file = g_strdup_printf("Z109/ZY/%s/%s.pdf", number, number);
    g_autofree char *xml =
        g_strdup_printf("<电子档案元数据><档号><档号>%s</档号></档号><电子属性>"
                        "<计算机文件名>%s.pdf</计算机文件名></电子属性></电子档案元数据>\n",
                        number, number);

    dat_put(folder, digests, metadata, xml);
    dat_put(folder, digests, file, number);
}

static inline void dat_row(GString *xml, guint order, const char *number)
{
    g_string_append_printf(xml,
                           "<文件><顺序号>%u</顺序号><档号>%s</档号><责任者>甲</责任者>"
                           "<题名>乙</题名><日期>20261121</日期><保管期限>30年</保管期限>"
                           "<密级>公开</密级><备注></备注><页数>3</页数></文件>\n",
                           order, number);
}

/* The digests of a package after something of it was changed on purpose. */
static inline void dat_relist(const char *folder, const char *path)
{
    g_autoptr(GBytes) bytes = tree_get(folder, path);
    g_autoptr(GBytes) list = tree_get(folder, PACKAGE_DAT_DIGESTS);
    g_autofree char *hex = sha256_hex(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    g_autofree char *text = g_strndup(g_bytes_get_data(list, NULL), g_bytes_get_size(list));
    char *at = strstr(text, path);

    assert_non_null(at);
    memcpy(at - 66, hex, 64);
    tree_put(folder, PACKAGE_DAT_DIGESTS, text);
}

/* A folder with two cases. */
static inline char *dat_made(void)
{
    char *folder = testing_folder();
    g_autoptr(GString) digests = g_string_new(NULL);
    g_autoptr(GString) xml = g_string_new("<?xml version=\"1.0\"?>\n<文件目录>\n");

    dat_case(folder, digests, DAT_FIRST);
    dat_case(folder, digests, DAT_SECOND);
    dat_row(xml, 1, DAT_FIRST);
    dat_row(xml, 2, DAT_SECOND);
    g_string_append(xml, "</文件目录>\n");
    dat_put(folder, digests, PACKAGE_DAT_CATALOGUE, xml->str);
    dat_put(folder, digests, PACKAGE_DAT_NOTE,
            "移交单位：甲\r\n内容描述：乙\r\n起止档号：" DAT_FIRST "至" DAT_SECOND
            "\r\n档案数量：2\r\n软硬件环境：丙\r\n");
    tree_put(folder, PACKAGE_DAT_DIGESTS, digests->str);
    return folder;
}

/* ── as an archive ───────────────────────────────────────────────────────────────────────── */

static inline void pack_below(Pack *pack, const char *folder, const char *below)
{
    g_autofree char *full = g_build_filename(folder, below, NULL);
    GDir *dir = g_dir_open(full, 0, NULL);
    const char *name;

    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path =
            *below != '\0' ? g_strdup_printf("%s/%s", below, name) : g_strdup(name);
        g_autofree char *child = g_build_filename(folder, path, NULL);
        g_autoptr(GBytes) bytes = NULL;

        if (g_file_test(child, G_FILE_TEST_IS_DIR)) {
            pack_below(pack, folder, path);
            continue;
        }
        bytes = tree_get(folder, path);
        assert_true(
            pack_put(pack, path, g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), NULL));
    }
    g_dir_close(dir);
}

/* The folder as a tar or zip in a folder of its own; its path. */
static inline char *packed(const char *folder, ArchiveForm form, const char *base)
{
    g_autofree char *place = testing_folder();
    char *path = g_build_filename(place, form == ARCHIVE_ZIP ? "packed.zip" : "packed.tar", NULL);
    g_autoptr(Pack) pack = pack_new(
        &(PackOptions){.form = form, .path = path, .base = base, .time_us = G_USEC_PER_SEC}, NULL);

    pack_below(pack, folder, "");
    assert_true(pack_commit(pack, NULL, NULL));
    return path;
}
