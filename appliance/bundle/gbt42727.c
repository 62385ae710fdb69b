/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/bundle/gbt42727.h"

#include "appliance/bundle/describe.h"
#include "appliance/bundle/xml.h"
#include "storage/package.h"

#include <string.h>

/* ── files ───────────────────────────────────────────────────────────────────────────────── */

static const struct {
    char family;
    const char *folder;
} folders[] = {{'A', "申报文件"}, {'B', "过程文件"}, {'C', "结果文件"}};

static void file_free(void *data)
{
    GbtFile *file = data;

    g_free(file->code);
    g_free(file->title);
    g_free(file->path);
    g_free(file);
}

static void add_file(GPtrArray *files, const CasefilePart *part, const json_t *entry,
                     const char *folder)
{
    GbtFile *file = g_new0(GbtFile, 1);
    const char *dot = strrchr(part->path, '.');

    file->part = part;
    file->folder = folder;
    file->code = g_strdup(json_text(entry, "code"));
    file->title = g_strdup(json_text(entry, "title"));
    file->number = files->len + 1;
    file->path = g_strdup_printf("%s/%s/%04u%s", folder, file->code, file->number,
                                 dot != NULL ? dot : ".bin");
    g_ptr_array_add(files, file);
}

static void add_document(GPtrArray *files, const Casefile *casefile, const json_t *entry,
                         const char *folder)
{
    gint64 number = json_int(entry, "number", 0);
    const CasefilePart *paper = casefile_paper(casefile, number);
    json_t *sides = json_object_get(casefile->record, "sides"), *side;
    gsize i;

    if (paper != NULL)
        add_file(files, paper, entry, folder);
    json_array_foreach(sides, i, side)
    {
        const char *path = json_text(side, "file");
        const CasefilePart *part = path != NULL ? casefile_find(casefile, path) : NULL;

        if (part != NULL && json_int(side, "document", -1) == number)
            add_file(files, part, entry, folder);
    }
}

typedef struct {
    const json_t *entry;
    guint at; /* in filed order */
} Ranked;

static int by_code(gconstpointer a, gconstpointer b)
{
    const Ranked *x = a, *y = b;
    int order = strcmp(json_text(x->entry, "code"), json_text(y->entry, "code"));

    return order != 0 ? order : (x->at > y->at) - (x->at < y->at);
}

GPtrArray *gbt42727_files(const Casefile *casefile)
{
    GPtrArray *files = g_ptr_array_new_with_free_func(file_free);
    g_autoptr(GArray) ranked = g_array_new(FALSE, FALSE, sizeof(Ranked));
    json_t *entries = json_object_get(casefile->record, "documents"), *entry;
    gsize i;

    json_array_foreach(entries, i, entry)
    {
        Ranked one = {entry, (guint)i};

        if (json_text(entry, "void") == NULL && json_text(entry, "code") != NULL)
            g_array_append_val(ranked, one);
    }
    g_array_sort(ranked, by_code);
    for (gsize f = 0; f < G_N_ELEMENTS(folders); f++)
        for (guint at = 0; at < ranked->len; at++) {
            const json_t *of = g_array_index(ranked, Ranked, at).entry;

            if (*json_text(of, "code") == folders[f].family)
                add_document(files, casefile, of, folders[f].folder);
        }
    return files;
}

/* ── 基本信息元数据 ──────────────────────────────────────────────────────────────────────── */

/* Elements in their order; `from` is a member of `about`, or a fixed text behind '='. */
static const struct {
    const char *element, *title, *from;
} basic[] = {
    {"electronic_record_code", "电子文件号", "number"},
    {"region_code", "行政区划代码", "region"},
    {"task_code", "事项编码", "item"},
    {"information_system_dcscription", "信息系统描述", "=anjuan"},
    {"archives_identifier", "档号", "archive_number"},
    {"archives_name", "档案名称", NULL},
    {"fonds_constituting_unit_name", "立档单位名称", "fonds_name"},
    {"lead_department", "牵头部门", "organ"},
    {"fonds_identifier", "全宗号", "fonds"},
    {"social_code", "统一社会信用代码", "uscc"},
    {"retention_period", "保管期限", "retention"},
    {"security_classification", "密级", "=1"},
    {"project_id", "业务流水号", "number"},
    {"task_name", "事项名称", "item_name"},
    {"task_version", "事项版本", "="},
    {"task_type", "事项类型", "="},
    {"project_name", "办件名称", NULL},
    {"service_type", "办件类型", "kind"},
    {"archive_time", "归档时间", "filed"},
    {"apply_name", "申请人", "applicant"},
    {"apply_type", "申请人类型", "="},
    {"card_type", "证件类型", "="},
    {"contacted_card", "证件号码", "="},
    {"address", "地址", "="},
    {"legal_man", "法定代表人", "="},
    {"legal_man_id_type", "法定代表人证件类型", "="},
    {"legal_man_id_number", "法定代表人证件号码", "="},
    {"is_project", "是否投资项目", "="},
    {"project_code", "投资项目代码", "="},
    {"project_title", "投资项目名称", "="},
    {"project_address", "投资项目地址", "="},
    {"receive_department", "收件部门", "heading"},
    {"receive_time", "收件时间", "received"},
    {"transact_time", "办结时间", "decided"},
    {"result", "办理结果", "result"},
    {"result_code", "结果文书编号", "="},
    {"accept_num", "受理编号", "number"},
};

static char *project_name(const Casefile *casefile)
{
    return g_strdup_printf("%s %s", json_text(casefile->about, "applicant"),
                           json_text(casefile->about, "item_name"));
}

static void put_basic(Xml *xml, const Casefile *casefile, guint n_files)
{
    g_autofree char *name = project_name(casefile);
    g_autofree char *total = g_strdup_printf("%u", n_files);

    for (gsize i = 0; i < G_N_ELEMENTS(basic); i++) {
        const char *from = basic[i].from;
        const char *value = from == NULL   ? name
                            : *from == '=' ? from + 1
                                           : json_text(casefile->about, from);

        xml_leaf(xml, basic[i].element, value, "title", basic[i].title, NULL);
    }
    xml_leaf(xml, "total_number", total, "title", "文件总数", NULL);
    xml_leaf(xml, "remarks", "", "title", "备注", NULL);
}

static gboolean put_file(Xml *xml, const Casefile *casefile, const GbtFile *file, GError **error)
{
    g_autofree char *id = g_strdup_printf("%04u", file->number), *size = NULL;
    g_autofree char *name = g_path_get_basename(file->path);
    g_autofree char *digest = casefile_part_sha256(file->part);
    guint64 bytes;

    if (!casefile_part_size(file->part, &bytes, error))
        return FALSE;
    size = g_strdup_printf("%" G_GUINT64_FORMAT, bytes);
    xml_open(xml, "file", "id", id, NULL);
    xml_leaf(xml, "file_code", file->code, "title", "归档文件类型", NULL);
    xml_leaf(xml, "file_standard_name", file->title, "title", "归档文件目录名称", NULL);
    xml_leaf(xml, "file_actual_name", file->title, "title", "归档文件实际名称", NULL);
    xml_leaf(xml, "format_information", describe_media_type(file->path), "title", "格式信息", NULL);
    xml_leaf(xml, "computer_file_name", name, "title", "计算机文件名", NULL);
    xml_leaf(xml, "computer_file_size", size, "title", "计算机文件大小", NULL);
    xml_leaf(xml, "computer_file_creation_time", json_text(casefile->about, "at"), "title",
             "计算机文件形成时间", NULL);
    xml_leaf(xml, "digital_summary", digest, "title", "数字摘要 (SHA-256)", NULL);
    xml_close(xml);
    return TRUE;
}

static gboolean put_fileset(Xml *xml, const Casefile *casefile, const GPtrArray *files,
                            GError **error)
{
    gboolean ok = TRUE;

    xml_open(xml, "fileset", NULL);
    for (gsize f = 0; ok && f < G_N_ELEMENTS(folders); f++) {
        char id[2] = {folders[f].family, '\0'};

        xml_open(xml, "folder", "id", id, "title", folders[f].folder, NULL);
        for (guint i = 0; ok && i < files->len; i++) {
            const GbtFile *file = g_ptr_array_index(files, i);

            if (file->folder == folders[f].folder)
                ok = put_file(xml, casefile, file, error);
        }
        xml_close(xml);
    }
    xml_close(xml);
    return ok;
}

GBytes *gbt42727_basic(const Casefile *casefile, GError **error)
{
    g_autoptr(GPtrArray) files = gbt42727_files(casefile);
    Xml *xml = xml_new();
    gboolean ok;
    GBytes *bytes;

    xml_open(xml, "base_info", "title", "基本信息元数据", NULL);
    put_basic(xml, casefile, files->len);
    ok = put_fileset(xml, casefile, files, error);
    xml_close(xml);
    bytes = xml_finish(xml);
    if (ok)
        return bytes;
    g_bytes_unref(bytes);
    return NULL;
}

/* ── 管理过程元数据 ──────────────────────────────────────────────────────────────────────── */

GBytes *gbt42727_process(const Casefile *casefile)
{
    json_t *events = json_object_get(casefile->about, "events"), *event;
    Xml *xml = xml_new();
    gsize i;

    xml_open(xml, "process_info", "title", "管理过程元数据", NULL);
    xml_leaf(xml, "electronic_record_code", casefile->number, "title", "电子文件号", NULL);
    json_array_foreach(events, i, event)
    {
        g_autofree char *id = g_strdup_printf("%04u", (guint)i + 1);

        xml_open(xml, "process", "id", id, NULL);
        xml_leaf(xml, "action", json_text(event, "act"), "title", "业务行为", NULL);
        xml_leaf(xml, "action_time", json_text(event, "t"), "title", "行为时间", NULL);
        xml_leaf(xml, "agent", json_text(event, "actor"), "title", "机构人员", NULL);
        xml_leaf(xml, "station", json_text(event, "station"), "title", "岗位", NULL);
        xml_close(xml);
    }
    xml_close(xml);
    return xml_finish(xml);
}

/* ── 归档移交清单 ────────────────────────────────────────────────────────────────────────── */

struct GbtTransfer {
    Xml *xml;
};

GbtTransfer *gbt42727_transfer_new(const GbtBatch *batch)
{
    GbtTransfer *transfer = g_new0(GbtTransfer, 1);
    g_autofree char *volume = g_strdup_printf("%u/%u", batch->volume, batch->volumes);

    transfer->xml = xml_new();
    xml_open(transfer->xml, "transfer", "title", "归档移交清单", NULL);
    xml_leaf(transfer->xml, "batchName", batch->name, "title", "批次名称", NULL);
    if (batch->volumes > 1)
        xml_leaf(transfer->xml, PACKAGE_GBT_VOLUME, volume, "title", "分卷", NULL);
    xml_leaf(transfer->xml, "transactor", batch->person, "title", "经办人", NULL);
    xml_leaf(transfer->xml, "exchangeTime", batch->at, "title", "交接时间", NULL);
    return transfer;
}

static void put_digest(Xml *xml, const char *element, const char *title, GBytes *of)
{
    g_autofree char *hex = sha256_hex(g_bytes_get_data(of, NULL), g_bytes_get_size(of));
    g_autofree char *digest = g_strconcat("sha256:", hex, NULL);

    xml_leaf(xml, element, digest, "title", title, NULL);
}

static void put_about(Xml *xml, const Casefile *casefile, const char *element, const char *title,
                      const char *from)
{
    xml_leaf(xml, element, json_text(casefile->about, from), "title", title, NULL);
}

void gbt42727_transfer_add(GbtTransfer *transfer, const Casefile *casefile,
                           const GbtPackage *package)
{
    g_autofree char *name = project_name(casefile);
    g_autofree char *count = g_strdup_printf("%u", package->files);
    g_autofree char *size = g_strdup_printf("%" G_GUINT64_FORMAT, package->bytes);
    Xml *xml = transfer->xml;

    xml_open(xml, "directories", "id", casefile->number, NULL);
    put_about(xml, casefile, "fondsIdentifier", "全宗号", "fonds");
    put_about(xml, casefile, "categoryCode", "类别号", "category");
    put_about(xml, casefile, "year", "年度", "year");
    put_about(xml, casefile, "taskCode", "事项编码", "item");
    put_about(xml, casefile, "regionCode", "行政区划代码", "region");
    put_about(xml, casefile, "socialCode", "统一社会信用代码", "uscc");
    put_about(xml, casefile, "archivesIdentifier", "档号", "archive_number");
    xml_leaf(xml, "projectName", name, "title", "办件名称", NULL);
    xml_leaf(xml, "digitalSummary", package->digest, "title", "数字摘要", NULL);
    put_digest(xml, PACKAGE_GBT_BASIC_DIGEST, "基本信息元数据摘要", package->basic);
    put_digest(xml, PACKAGE_GBT_PROCESS_DIGEST, "管理过程元数据摘要", package->process);
    xml_leaf(xml, "documentNumber", count, "title", "文件数", NULL);
    xml_leaf(xml, "documentBytes", size, "title", "字节数", NULL);
    xml_leaf(xml, "softwareEnvironment", "anjuan", "title", "软硬件环境", NULL);
    put_about(xml, casefile, "archiveTime", "归档时间", "filed");
    xml_close(xml);
}

GBytes *gbt42727_transfer_finish(GbtTransfer *transfer, GBytes *report)
{
    GBytes *bytes;

    put_digest(transfer->xml, PACKAGE_GBT_REPORT_DIGEST, "四性检测报告摘要", report);
    xml_close(transfer->xml);
    bytes = xml_finish(transfer->xml);
    g_free(transfer);
    return bytes;
}
