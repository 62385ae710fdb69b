/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/bundle/four.h"

#include "appliance/base/clock.h"
#include "appliance/base/file.h"
#include "appliance/casework/archive.h"
#include "appliance/casework/day.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define BOM        "\xEF\xBB\xBF"
#define TEXT_MAX   2000 /* characters of a text of the record */
#define HEAD_BYTES 8

struct FourReport {
    GString *csv;
    char *at;
};

/* What one item came to: NULL is 合格, else why not; MANUAL needs a person. */
static const char MANUAL[] = "";

typedef struct {
    const Casefile *casefile;
    const char *at;
    GHashTable *odd; /* of const char *: parts whose bytes are not of their ending */
    char *why;       /* detail of the last check */
} Look;

typedef const char *(*FourCheck)(Look *look);

static const char *fault(Look *look, char *why)
{
    g_free(look->why);
    look->why = why;
    return look->why;
}

static const char *text_of(const Look *look, const char *key)
{
    return json_text(look->casefile->about, key);
}

static json_t *list_of(const Look *look, const char *key)
{
    return json_object_get(look->casefile->record, key);
}

/* ── 真实 ────────────────────────────────────────────────────────────────────────────────── */

static const char *check_lengths(Look *look)
{
    const char *key;
    json_t *value;

    json_object_foreach(look->casefile->about, key,
                        value) if (json_is_string(value) &&
                                   g_utf8_strlen(json_string_value(value), -1) >
                                       TEXT_MAX) return fault(look,
                                                              g_strdup_printf("%s 过长", key));
    return NULL;
}

static const char *check_dates(Look *look)
{
    static const char *const days[] = {"accepted", "decided", "ended"};
    gint64 us;
    Day day;

    if (text_of(look, "received") == NULL || !clock_parse(text_of(look, "received"), &us))
        return fault(look, g_strdup("收件时间格式不符"));
    for (gsize i = 0; i < G_N_ELEMENTS(days); i++)
        if (text_of(look, days[i]) != NULL && !day_parse(text_of(look, days[i]), &day))
            return fault(look, g_strdup_printf("%s 格式不符", days[i]));
    return NULL;
}

static const char *check_codes(Look *look)
{
    static const char *const retentions[] = {"Y", "D30", "D10", NULL};
    const char *retention = text_of(look, "retention");

    if (retention == NULL || g_strv_contains(retentions, retention))
        return NULL;
    return fault(look, g_strdup_printf("保管期限 %s 不在代码表内", retention));
}

/* Instants and days are texts that sort as they come. */
static const char *check_order(Look *look)
{
    const char *accepted = text_of(look, "accepted"), *decided = text_of(look, "decided");

    if (strcmp(text_of(look, "received"), look->at) > 0)
        return fault(look, g_strdup("收件时间晚于检测时间"));
    if (accepted != NULL && decided != NULL && strcmp(accepted, decided) > 0)
        return fault(look, g_strdup("受理晚于决定"));
    return NULL;
}

static const char *check_characters(Look *look)
{
    json_t *entry;
    gsize i;

    json_array_foreach(list_of(look, "documents"), i, entry)
    {
        const char *title = json_text(entry, "title");

        for (const char *at = title; at != NULL && *at != '\0'; at++)
            if ((guchar)*at < 0x20)
                return fault(
                    look, g_strdup_printf("题名含控制字符: %d", (int)json_int(entry, "number", 0)));
    }
    return NULL;
}

static const char *check_number(Look *look)
{
    g_autoptr(ArchiveTables) tables = archive_tables_shipped();
    g_auto(ArchiveNumber) number = {0};
    g_autoptr(GError) error = NULL;
    const char *text = text_of(look, "archive_number");

    if (text == NULL)
        return fault(look, g_strdup("未归档, 无档号"));
    return archive_number_parse(text, tables, &number, &error)
               ? NULL
               : fault(look, g_strdup(error->message));
}

/* Each running number once. */
static const char *check_twins(Look *look)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_direct_hash, g_direct_equal);
    json_t *entry;
    gsize i;

    json_array_foreach(
        list_of(look, "documents"), i,
        entry) if (!g_hash_table_add(seen,
                                     GINT_TO_POINTER((int)json_int(
                                         entry, "number",
                                         0)))) return fault(look,
                                                            g_strdup_printf(
                                                                "统一编号重复: %d",
                                                                (int)json_int(entry, "number", 0)));
    return NULL;
}

static const char *check_formats(Look *look)
{
    GHashTableIter iter;
    gpointer path;

    g_hash_table_iter_init(&iter, look->odd);
    return g_hash_table_iter_next(&iter, &path, NULL)
               ? fault(look, g_strdup_printf("格式与扩展名不符: %s", (const char *)path))
               : NULL;
}

static const char *check_sizes(Look *look)
{
    json_t *side;
    gsize i;

    json_array_foreach(list_of(look, "sides"), i, side)
    {
        const char *file = json_text(side, "file");
        const CasefilePart *part = file != NULL ? casefile_find(look->casefile, file) : NULL;
        guint64 size;

        if (part == NULL || !casefile_part_size(part, &size, NULL) ||
            (gint64)size != json_int(side, "bytes", -1))
            return fault(look, g_strdup_printf("大小与元数据不符: %s", file));
    }
    return NULL;
}

static const char *check_links(Look *look)
{
    json_t *side;
    gsize i;

    json_array_foreach(list_of(look, "sides"), i, side)
    {
        const char *file = json_text(side, "file");

        if (file == NULL || casefile_find(look->casefile, file) == NULL)
            return fault(look, g_strdup_printf("缺少文件: %s", file != NULL ? file : "?"));
    }
    return NULL;
}

static const char *by_hand(Look *look G_GNUC_UNUSED)
{
    return MANUAL;
}

/* Holds by how the bundle is made; the note of the item says how. */
static const char *by_making(Look *look G_GNUC_UNUSED)
{
    return NULL;
}

/* ── 完整 ────────────────────────────────────────────────────────────────────────────────── */

static const char *check_count(Look *look)
{
    const json_t *counts = list_of(look, "counts");
    gint64 used = (gint64)json_array_size(list_of(look, "documents"));
    gint64 told = json_int(counts, "documents", 0) + json_int(counts, "void", 0);

    return used == told
               ? NULL
               : fault(look, g_strdup_printf("登记 %d 件, 实有 %d 件", (int)told, (int)used));
}

static const char *check_required(Look *look)
{
    static const char *const required[] = {"number", "item",     "item_name", "applicant",
                                           "organ",  "received", "result",    "retention"};

    for (gsize i = 0; i < G_N_ELEMENTS(required); i++)
        if (text_of(look, required[i]) == NULL || *text_of(look, required[i]) == '\0')
            return fault(look, g_strdup_printf("缺少 %s", required[i]));
    return NULL;
}

static const char *check_process(Look *look)
{
    return json_array_size(json_object_get(look->casefile->about, "events")) > 0
               ? NULL
               : fault(look, g_strdup("无过程信息"));
}

static const char *check_gaps(Look *look)
{
    gint64 highest = 0;
    json_t *entry;
    gsize i;

    json_array_foreach(list_of(look, "documents"), i, entry) highest =
        MAX(highest, json_int(entry, "number", 0));
    return highest == (gint64)json_array_size(list_of(look, "documents"))
               ? NULL
               : fault(look, g_strdup("统一编号不连续"));
}

/* ── the items ───────────────────────────────────────────────────────────────────────────── */

static const struct {
    const char *code, *nature, *text;
    FourCheck check;
    const char *note; /* of a pass, or what the person has to look at */
} items[] = {
    {"GD-1-1", "真实", "固化信息有效性", by_hand, "摘要随写入核对; 电子签名、印章须人工核对"},
    {"GD-1-2", "真实", "元数据项数据长度", check_lengths, ""},
    {"GD-1-3", "真实", "数据类型和格式", check_dates, ""},
    {"GD-1-4", "真实", "值在代码表内", check_codes, ""},
    {"GD-1-5", "真实", "值的合理性", check_order, ""},
    {"GD-1-6", "真实", "特殊字符", check_characters, ""},
    {"GD-1-7", "真实", "档号规范性", check_number, ""},
    {"GD-1-8", "真实", "重复性", check_twins, "档号由目录唯一索引保证"},
    {"GD-1-9", "真实", "内容文件大小与元数据一致", check_sizes, ""},
    {"GD-1-10", "真实", "内容文件格式与元数据一致", check_formats, "按文件头"},
    {"GD-1-11", "真实", "元数据与内容关联", check_links, ""},
    {"GD-1-12", "真实", "信息包结构", by_making, "由封装程序生成"},
    {"GD-1-13", "真实", "信息包内容", by_making, "由封装程序生成"},
    {"GD-1-14", "真实", "信息包封装前后一致", by_making, "写入时逐件核对 SHA-256"},
    {"GD-2-1", "完整", "总件数", check_count, ""},
    {"GD-2-2", "完整", "总字节数", check_sizes, ""},
    {"GD-2-3", "完整", "元数据项完整", check_required, ""},
    {"GD-2-4", "完整", "必填项不为空", check_required, ""},
    {"GD-2-5", "完整", "过程信息完整", check_process, ""},
    {"GD-2-6", "完整", "编号连续", check_gaps, ""},
    {"GD-2-7", "完整", "内容数据完整", check_links, "能否正常显示须人工抽查"},
    {"GD-2-8", "完整", "附件完整", by_hand, "须对照纸质材料"},
    {"GD-2-9", "完整", "归档范围", by_hand, "须对照本单位归档范围"},
    {"GD-2-10", "完整", "信息包元数据完整", check_required, ""},
    {"GD-2-11", "完整", "信息包内容数据完整", check_links, ""},
    {"GD-3-1", "可用", "元数据可读", by_making, "由封装程序生成 XML"},
    {"GD-3-2", "可用", "目录数据可访问", by_making, "导出自目录数据库"},
    {"GD-3-3", "可用", "内容格式", check_formats, "TIFF、JPEG、PNG、PDF"},
    {"GD-3-4", "可用", "内容可读", by_hand, "须人工抽查"},
    {"GD-3-5", "可用", "软硬件环境", by_hand, "须接收方核对"},
    {"GD-3-8", "可用", "无加密、无私有压缩", check_formats, ""},
    {"GD-4-1", "安全", "防病毒软件", by_hand, "须外部证据"},
    {"GD-4-2", "安全", "病毒检测", by_hand, "须外部引擎"},
    {"GD-4-3", "安全", "载体多余文件", by_hand, "须核对载体"},
    {"GD-4-4", "安全", "载体外观", by_hand, "须核对载体"},
    {"GD-4-7", "安全", "归档过程安全", by_making, "日志可核验"},
};

/* ── a case ──────────────────────────────────────────────────────────────────────────────── */

/* Whether the first bytes of a file are what its ending says; what has no such bytes passes. */
static gboolean begins_right(const char *path, const guint8 *head)
{
    if (g_str_has_suffix(path, ".tif"))
        return memcmp(head, "II*\0", 4) == 0 || memcmp(head, "MM\0*", 4) == 0;
    if (g_str_has_suffix(path, ".jpg"))
        return head[0] == 0xff && head[1] == 0xd8;
    if (g_str_has_suffix(path, ".png"))
        return memcmp(head, "\211PNG", 4) == 0;
    return !g_str_has_suffix(path, ".pdf") || memcmp(head, "%PDF", 4) == 0;
}

static gboolean look_at_parts(Look *look, GError **error)
{
    for (guint i = 0; i < look->casefile->parts->len; i++) {
        const CasefilePart *part = g_ptr_array_index(look->casefile->parts, i);
        g_auto(Fd) fd = part->source != NULL ? open(part->source, O_RDONLY | O_CLOEXEC) : -1;
        guint8 head[HEAD_BYTES] = {0};

        if (part->source == NULL)
            continue;
        if (fd < 0 || pread(fd, head, sizeof head, 0) < 0)
            return error_set_errno(error, ERROR_NO_FILE, errno, "%s", part->source);
        if (!begins_right(part->path, head))
            g_hash_table_add(look->odd, part->path);
    }
    return TRUE;
}

static void put_row(GString *csv, const char *number, gsize item, const char *found)
{
    const char *result = found == NULL ? "合格" : found == MANUAL ? "待人工核对" : "不合格";
    const char *note = found == NULL || found == MANUAL ? items[item].note : found;
    g_auto(GStrv) parts = g_strsplit(note, "\"", -1);
    g_autofree char *doubled = g_strjoinv("\"\"", parts);

    g_string_append_printf(csv, "%s,%s,%s,%s,%s,\"%s\"\r\n", number, items[item].code,
                           items[item].nature, items[item].text, result, doubled);
}

FourReport *four_report_new(const char *at)
{
    FourReport *report = g_new0(FourReport, 1);

    report->csv = g_string_new(BOM "办件编号,检测项,性质,内容,结果,说明\r\n");
    report->at = g_strdup(at);
    return report;
}

gboolean four_case(FourReport *report, const Casefile *casefile, GError **error)
{
    Look look = {casefile, report->at, g_hash_table_new(g_str_hash, g_str_equal), NULL};
    gboolean ok = look_at_parts(&look, error);

    for (gsize i = 0; ok && i < G_N_ELEMENTS(items); i++)
        put_row(report->csv, casefile->number, i, items[i].check(&look));
    g_hash_table_unref(look.odd);
    g_free(look.why);
    return ok;
}

GBytes *four_report_finish(FourReport *report)
{
    GBytes *bytes = g_string_free_to_bytes(report->csv);

    g_free(report->at);
    g_free(report);
    return bytes;
}
