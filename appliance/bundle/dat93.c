/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/bundle/dat93.h"

#include "appliance/base/clock.h"
#include "appliance/bundle/xml.h"
#include "storage/package.h"

#include <string.h>

const VolumeLimits dat93_limits = {.bytes = (guint64)50 << 20,
                                   .cases = 100,
                                   .files = 500,
                                   .frame_bytes = 65536,
                                   .file_bytes = 4096};

struct Dat93 {
    Xml *xml; /* of the catalogue; NULL once it is finished */
    guint n;
    char *unit, *first, *last;
};

static const char *of(const Casefile *casefile, const char *key)
{
    const char *text = json_text(casefile->about, key);

    return text != NULL ? text : "";
}

char *dat93_folder(const Casefile *casefile)
{
    const char *category = of(casefile, "category");
    gsize class = strcspn(category, "\302"); /* up to the first U+00B7 */

    return g_strdup_printf("%s/%.*s/%s", of(casefile, "fonds"), (int)class, category,
                           of(casefile, "archive_number"));
}

/* "20261121" of an instant or a date. */
static char *compact_day(const char *text)
{
    gint64 us;
    g_autoptr(GDateTime) at = NULL, local = NULL;
    g_autoptr(GTimeZone) zone = NULL;

    if (!clock_parse(text, &us))
        return strlen(text) == 10 ? g_strdup_printf("%.4s%.2s%.2s", text, text + 5, text + 8)
                                  : g_strdup("");
    zone = g_time_zone_new_offset(8 * 3600); /* China keeps one time all year */
    at = g_date_time_new_from_unix_utc(us / G_USEC_PER_SEC);
    local = g_date_time_to_timezone(at, zone);
    return g_date_time_format(local, "%Y%m%d");
}

static const char *retention_word(const char *token)
{
    return strcmp(token, "Y") == 0     ? "永久"
           : strcmp(token, "D30") == 0 ? "30年"
           : strcmp(token, "D10") == 0 ? "10年"
                                       : token;
}

static char *title_of(const Casefile *casefile)
{
    return g_strdup_printf("%s %s", of(casefile, "applicant"), of(casefile, "item_name"));
}

static char *pages_of(const Casefile *casefile)
{
    const json_t *counts = json_object_get(casefile->record, "counts");

    return g_strdup_printf("%" G_GINT64_FORMAT, json_int(counts, "pages", 0));
}

/* The day the case was decided, or came to its end, or was filed. */
static char *date_of(const Casefile *casefile)
{
    const char *decided = json_text(casefile->about, "decided");
    const char *ended = json_text(casefile->about, "ended");

    return compact_day(decided != NULL ? decided : ended != NULL ? ended : of(casefile, "filed"));
}

/* ── 电子档案元数据 ──────────────────────────────────────────────────────────────────────── */

static void put_source(Xml *xml, const Casefile *casefile)
{
    xml_leaf(xml, "聚合层次", "件", NULL);
    xml_open(xml, "来源", NULL);
    xml_leaf(xml, "全宗名称", of(casefile, "fonds_name"), NULL);
    xml_leaf(xml, "立档单位名称", of(casefile, "fonds_name"), NULL);
    xml_close(xml);
    xml_leaf(xml, "电子文件号", casefile->number, NULL);
    xml_open(xml, "档号", NULL);
    xml_leaf(xml, "档号", of(casefile, "archive_number"), NULL);
    xml_leaf(xml, "全宗号", of(casefile, "fonds"), NULL);
    xml_leaf(xml, "类别号", of(casefile, "category"), NULL);
    xml_leaf(xml, "年度", of(casefile, "year"), NULL);
    xml_leaf(xml, "保管期限", retention_word(of(casefile, "retention")), NULL);
    xml_leaf(xml, "机构或问题", of(casefile, "unit"), NULL);
    xml_close(xml);
}

static void put_content(Xml *xml, const Casefile *casefile)
{
    g_autofree char *title = title_of(casefile), *date = date_of(casefile);
    g_autofree char *pages = pages_of(casefile);

    xml_open(xml, "内容描述", NULL);
    xml_leaf(xml, "题名", title, NULL);
    xml_leaf(xml, "责任者", of(casefile, "organ"), NULL);
    xml_leaf(xml, "日期", date, NULL);
    xml_leaf(xml, "密级", "公开", NULL);
    xml_close(xml);
    xml_open(xml, "形式特征", NULL);
    xml_leaf(xml, "文件组合类型", "组合文件", NULL);
    xml_leaf(xml, "页数", pages, NULL);
    xml_leaf(xml, "语种", "汉语", NULL);
    xml_close(xml);
}

/* 卷内文件: one element a document, void ones with their reason. */
static void put_documents(Xml *xml, const Casefile *casefile)
{
    json_t *entries = json_object_get(casefile->record, "documents"), *entry;
    gsize i;

    xml_open(xml, "卷内文件", NULL);
    json_array_foreach(entries, i, entry)
    {
        g_autofree char *number = g_strdup_printf("%03d", (int)json_int(entry, "number", 0));
        g_autofree char *order = g_strdup_printf("%d", (int)json_int(entry, "position", 0));
        g_autofree char *pages = g_strdup_printf("%d", (int)json_int(entry, "pages", 0));

        xml_open(xml, "文件", NULL);
        xml_leaf(xml, "顺序号", order, NULL);
        xml_leaf(xml, "统一编号", number, NULL);
        xml_leaf(xml, "题名", json_text(entry, "title"), NULL);
        xml_leaf(xml, "文件编号", json_text(entry, "reference"), NULL);
        xml_leaf(xml, "日期", json_text(entry, "date"), NULL);
        xml_leaf(xml, "页数", pages, NULL);
        if (json_text(entry, "void") != NULL)
            xml_leaf(xml, "作废原因", json_text(entry, "void"), NULL);
        xml_close(xml);
    }
    xml_close(xml);
}

static void put_business(Xml *xml, const Casefile *casefile)
{
    json_t *events = json_object_get(casefile->about, "events"), *event;
    gsize i;

    json_array_foreach(events, i, event)
    {
        xml_open(xml, "业务实体", NULL);
        xml_leaf(xml, "业务行为", json_text(event, "act"), NULL);
        xml_leaf(xml, "行为时间", json_text(event, "t"), NULL);
        xml_leaf(xml, "机构人员标识符", json_text(event, "actor"), NULL);
        xml_close(xml);
    }
}

GBytes *dat93_metadata(const Casefile *casefile)
{
    g_autofree char *file = g_strconcat(of(casefile, "archive_number"), ".pdf", NULL);
    Xml *xml = xml_new();

    xml_open(xml, "电子档案元数据", NULL);
    put_source(xml, casefile);
    put_content(xml, casefile);
    xml_open(xml, "电子属性", NULL);
    xml_leaf(xml, "格式信息", "PDF", NULL);
    xml_leaf(xml, "计算机文件名", file, NULL);
    xml_close(xml);
    put_documents(xml, casefile);
    put_business(xml, casefile);
    xml_close(xml);
    return xml_finish(xml);
}

/* ── 目录文件, 说明文件 ──────────────────────────────────────────────────────────────────── */

Dat93 *dat93_new(void)
{
    Dat93 *package = g_new0(Dat93, 1);

    package->xml = xml_new();
    xml_open(package->xml, "文件目录", NULL);
    return package;
}

void dat93_add(Dat93 *package, const Casefile *casefile)
{
    g_autofree char *title = title_of(casefile), *date = date_of(casefile);
    g_autofree char *pages = pages_of(casefile);
    g_autofree char *order = g_strdup_printf("%u", ++package->n);
    const char *number = of(casefile, "archive_number");

    if (package->first == NULL) {
        package->first = g_strdup(number);
        package->unit = g_strdup(of(casefile, "heading"));
    }
    g_free(package->last);
    package->last = g_strdup(number);
    xml_open(package->xml, "文件", NULL);
    xml_leaf(package->xml, "顺序号", order, NULL);
    xml_leaf(package->xml, "档号", number, NULL);
    xml_leaf(package->xml, "责任者", of(casefile, "organ"), NULL);
    xml_leaf(package->xml, "题名", title, NULL);
    xml_leaf(package->xml, "日期", date, NULL);
    xml_leaf(package->xml, "保管期限", retention_word(of(casefile, "retention")), NULL);
    xml_leaf(package->xml, "密级", "公开", NULL);
    xml_leaf(package->xml, "备注", "", NULL);
    xml_leaf(package->xml, "页数", pages, NULL);
    xml_close(package->xml);
}

GBytes *dat93_catalogue(Dat93 *package)
{
    Xml *xml = g_steal_pointer(&package->xml);

    xml_close(xml);
    return xml_finish(xml);
}

GBytes *dat93_note(const Dat93 *package, guint volume, guint volumes)
{
    g_autofree char *part = volumes > 1
                                ? g_strdup_printf(PACKAGE_DAT_VOLUME "：%u/%u\r\n", volume, volumes)
                                : g_strdup("");
    char *text = g_strdup_printf(
        "移交单位：%s\r\n内容描述：政务服务事项办件档案\r\n起止档号：%s至%s\r\n"
        "档案数量：%u\r\n软硬件环境：anjuan\r\n离线载体参数：\r\n载体编号：\r\n"
        "载体数量：\r\n制作单位：%s\r\n检查单位：\r\n%s",
        package->unit, package->first, package->last, package->n, package->unit, part);

    return g_bytes_new_take(text, strlen(text));
}

void dat93_free(Dat93 *package)
{
    if (package == NULL)
        return;
    if (package->xml != NULL)
        g_bytes_unref(xml_finish(package->xml));
    g_free(package->unit);
    g_free(package->first);
    g_free(package->last);
    g_free(package);
}
