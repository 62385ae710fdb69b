/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/pages/content.h"

#include "appliance/paper/label.h"
#include "appliance/paper/mark.h"
#include "appliance/paper/sheet.h"
#include "appliance/paper/type.h"

#include <math.h>
#include <string.h>

#define MM(x) ((x)*MARK_PT_PER_MM)

static const char *const surnames[] = {"赵", "钱", "孙", "李", "周", "吴", "郑",   "王",
                                       "冯", "陈", "沈", "韩", "杨", "朱", "欧阳", "司马"};
static const char *const given[] = {"建国", "秀英", "志强", "海燕", "明", "丽华", "永福", "晓东",
                                    "雅琴", "国梁", "玉兰", "文博", "静", "长春", "子涵", "宏伟"};
static const char *const towns[] = {"玉山镇", "巴城镇",   "周市镇", "陆家镇",
                                    "花桥镇", "淀山湖镇", "张浦镇", "千灯镇"};
static const char *const roads[] = {"前进路", "人民路", "长江路", "柏庐路", "震川路", "马鞍山路"};
static const char *const trades[] = {"农药", "机械",     "水务", "食品",
                                     "建材", "精密仪器", "包装", "园林"};
static const char *const items[] = {"取水许可审批", "工业产品生产许可证", "社会团体成立登记",
                                    "营业执照变更", "临时救助",           "车辆购置税申报"};
static const char *const machines[] = {"液剂自动包装机(液体机械灌装设备)",
                                       "反应釜",
                                       "离心机",
                                       "电子分析天平",
                                       "气相色谱仪",
                                       "叉车",
                                       "空气压缩机",
                                       "恒温干燥箱",
                                       "冷却塔",
                                       "自动贴标机"};
static const char *const clauses[] = {
    "甲方将坐落于本合同所列地址的厂房及附属设施租给乙方使用，乙方应按照约定的用途使用。",
    "租金按季支付，乙方应于每季度首月十日前将租金汇入甲方指定账户，逾期按日计收违约金。",
    "租赁期间水、电、排污等费用由乙方承担，甲方应保证供水供电设施处于正常可用状态。",
    "未经甲方书面同意，乙方不得擅自转租、改变房屋结构或者用途，否则甲方有权解除合同。",
    "因不可抗力致使合同不能履行的，双方互不承担责任，已预收的租金按实际天数退还。",
    "本合同履行中发生争议的，由双方协商解决；协商不成的，向房屋所在地人民法院提起诉讼。",
    "本合同一式四份，甲乙双方各执一份，其余两份交登记机关备案，自双方签字盖章之日起生效。",
};

/* At most one draw by lot in an argument list: their order is the compiler's. */
#define PICK(sheet, list) ((list)[g_rand_int_range((sheet)->rand, 0, G_N_ELEMENTS(list))])

static char *a_name(Sheet *sheet)
{
    const char *surname = PICK(sheet, surnames);

    return g_strconcat(surname, PICK(sheet, given), NULL);
}

static char *a_firm(Sheet *sheet)
{
    const char *town = PICK(sheet, towns);
    const char *one = PICK(sheet, surnames);
    const char *two = PICK(sheet, given);

    return g_strdup_printf("昆山市%s%s%s%s有限公司", town, one, two, PICK(sheet, trades));
}

static char *an_address(Sheet *sheet)
{
    const char *town = PICK(sheet, towns);
    const char *road = PICK(sheet, roads);

    return g_strdup_printf("昆山市%s%s%d号", town, road, g_rand_int_range(sheet->rand, 1, 999));
}

static char *some_digits(Sheet *sheet, guint n)
{
    GString *digits = g_string_new(NULL);

    for (guint i = 0; i < n; i++)
        g_string_append_c(digits, (char)('0' + g_rand_int_range(sheet->rand, i == 0, 10)));
    return g_string_free(digits, FALSE);
}

static void text(Sheet *sheet, double x_mm, double y_mm, const char *words)
{
    TypeStyle style = {.size_pt = 12};

    type_draw(sheet->cr, &style, words, MM(x_mm), MM(y_mm));
}

static void heading(Sheet *sheet, double y_mm, const char *words)
{
    TypeStyle style = {
        .size_pt = 24, .width_pt = MM(170), .align = PANGO_ALIGN_CENTER, .bold = TRUE};

    type_draw_fitted(sheet->cr, &style, words, MM(20), MM(y_mm));
    json_object_set_new(sheet->truth, "title", json_string(words));
}

static void line(Sheet *sheet, double x_mm, double y_mm, double dx_mm, double dy_mm)
{
    cairo_move_to(sheet->cr, MM(x_mm), MM(y_mm));
    cairo_rel_line_to(sheet->cr, MM(dx_mm), MM(dy_mm));
    cairo_stroke(sheet->cr);
}

/* The round red seal: ring, star, the organ's name along the ring. */
static void seal(Sheet *sheet, double x_mm, double y_mm, const char *organ)
{
    cairo_t *cr = sheet->cr;
    glong n = g_utf8_strlen(organ, -1);
    TypeStyle style = {.size_pt = 11, .sans = TRUE};

    cairo_save(cr);
    cairo_translate(cr, MM(x_mm), MM(y_mm));
    cairo_rotate(cr, g_rand_double_range(sheet->rand, -0.2, 0.2));
    cairo_set_source_rgba(cr, 0.82, 0.08, 0.1, 0.85);
    cairo_set_line_width(cr, MM(1.1));
    cairo_new_path(cr); /* the text before left a current point */
    cairo_arc(cr, 0, 0, MM(20), 0, 2 * G_PI);
    cairo_stroke(cr);
    for (int i = 0; i < 5; i++) {
        double angle = -G_PI / 2 + i * 4 * G_PI / 5;

        cairo_line_to(cr, MM(6) * cos(angle), MM(6) * sin(angle));
    }
    cairo_close_path(cr);
    cairo_fill(cr);
    for (glong i = 0; i < n; i++) {
        g_autofree char *letter = g_utf8_substring(organ, i, i + 1);

        cairo_save(cr);
        cairo_rotate(cr, (i - (n - 1) / 2.0) * 4.4 / n);
        type_draw(cr, &style, letter, -style.size_pt / 2, -MM(18.5));
        cairo_restore(cr);
    }
    cairo_restore(cr);
}

/* A handwritten-looking stroke in blue: signatures. */
static void scrawl(Sheet *sheet, double x_mm, double y_mm)
{
    cairo_t *cr = sheet->cr;

    cairo_save(cr);
    cairo_set_source_rgb(cr, 0.1, 0.15, 0.55);
    cairo_set_line_width(cr, 1.1);
    cairo_move_to(cr, MM(x_mm), MM(y_mm));
    for (int i = 0; i < 6; i++) {
        double dx[3], dy[3];

        for (int k = 0; k < 3; k++) {
            dx[k] = g_rand_double_range(sheet->rand, 0, 16);
            dy[k] = g_rand_double_range(sheet->rand, -14, 14);
        }
        cairo_rel_curve_to(cr, dx[0], dy[0], dx[1], dy[1], dx[2], dy[2] / 3);
    }
    cairo_stroke(cr);
    cairo_restore(cr);
}

/* Remember where a symbol is: its box in pixels of the picture. */
static void note_code(Sheet *sheet, const char *symbology, const char *digits, const MarkBox *box)
{
    double x0 = G_MAXDOUBLE, y0 = G_MAXDOUBLE, x1 = -G_MAXDOUBLE, y1 = -G_MAXDOUBLE;

    for (int corner = 0; corner < 4; corner++) {
        double x = box->x + (corner & 1 ? box->width : 0);
        double y = box->y + (corner & 2 ? box->height : 0);

        cairo_user_to_device(sheet->cr, &x, &y);
        x0 = MIN(x0, x);
        y0 = MIN(y0, y);
        x1 = MAX(x1, x);
        y1 = MAX(y1, y);
    }
    json_array_append_new(json_object_get(sheet->truth, "codes"),
                          json_pack("{s:s, s:s, s:[i,i,i,i]}", "symbology", symbology, "text",
                                    digits, "box", (int)floor(x0), (int)floor(y0), (int)ceil(x1),
                                    (int)ceil(y1)));
}

static gboolean bars_and_qr(Sheet *sheet, const MarkBox *bars, const MarkBox *qr, GError **error)
{
    const char *digits = sheet->spec->code;

    note_code(sheet, "CODE-128", digits, bars);
    note_code(sheet, "QR-Code", digits, qr);
    return mark_code128(sheet->cr, digits, bars, error) && mark_qr(sheet->cr, digits, qr, error);
}

static const char *or_else(const char *asked, const char *otherwise)
{
    return asked != NULL ? asked : otherwise;
}

static void form_rows(Sheet *sheet, const char *applicant)
{
    g_autofree char *name = a_name(sheet);
    g_autofree char *phone = some_digits(sheet, 11);
    g_autofree char *id = some_digits(sheet, 18);
    g_autofree char *address = an_address(sheet);
    g_autofree char *amount = g_strdup_printf("%d 万元", g_rand_int_range(sheet->rand, 50, 5000));
    const char *const rows[][2] = {
        {"申 请 人", applicant}, {"法定代表人", name},         {"证件号码", id},
        {"联系电话", phone},     {"住    所", address},        {"申请事项", PICK(sheet, items)},
        {"注册资本", amount},    {"经办窗口", "综合受理窗口"},
    };
    double y = 58;

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++, y += 12) {
        line(sheet, 20, y, 170, 0);
        text(sheet, 24, y + 3, rows[i][0]);
        text(sheet, 58, y + 3, rows[i][1]);
    }
    line(sheet, 20, y, 170, 0);
    line(sheet, 20, 58, 0, y - 58);
    line(sheet, 54, 58, 0, y - 58);
    line(sheet, 190, 58, 0, y - 58);
}

static gboolean draw_form(Sheet *sheet, GError **error)
{
    g_autofree char *firm = a_firm(sheet);
    const char *applicant = or_else(sheet->spec->applicant, firm);
    MarkBox bars = {MM(20), MM(12), MM(95), MM(14)};
    MarkBox qr = {MM(165), MM(8), MM(25), MM(25)};

    heading(sheet, 36, or_else(sheet->spec->title, "行政许可申请书"));
    form_rows(sheet, applicant);
    text(sheet, 20, 162, "申请理由及说明：");
    for (int i = 0; i < 4; i++)
        text(sheet, 28, 172 + 9 * i, PICK(sheet, clauses));
    text(sheet, 20, 214, "申请人承诺：所提交的材料真实、合法、有效，并对其真实性负责。");
    text(sheet, 110, 238, "申请人（签字或盖章）：");
    scrawl(sheet, 152, 240);
    seal(sheet, 150, 248, applicant);
    text(sheet, 130, 258, "二〇二六年十一月二十一日");
    return sheet->spec->code == NULL || bars_and_qr(sheet, &bars, &qr, error);
}

static void id_front(Sheet *sheet, const char *name)
{
    g_autofree char *address = an_address(sheet);
    g_autofree char *id = some_digits(sheet, 18);

    cairo_rectangle(sheet->cr, MM(62), MM(50), MM(85.6), MM(54));
    cairo_stroke(sheet->cr);
    text(sheet, 66, 55, "姓名");
    text(sheet, 80, 55, name);
    text(sheet, 66, 63, "性别  女    民族  汉");
    text(sheet, 66, 71, "出生  1984 年 6 月 12 日");
    text(sheet, 66, 79, "住址");
    text(sheet, 80, 79, address);
    text(sheet, 66, 95, "公民身份号码");
    text(sheet, 96, 95, id);
    cairo_set_source_rgb(sheet->cr, 0.55, 0.6, 0.65);
    cairo_rectangle(sheet->cr, MM(120), MM(53), MM(22), MM(24));
    cairo_fill(sheet->cr);
    cairo_set_source_rgb(sheet->cr, 0, 0, 0);
}

static gboolean draw_id_card(Sheet *sheet)
{
    g_autofree char *name = a_name(sheet);
    const char *until = or_else(sheet->spec->valid_until, "2031-06-12");
    g_autofree char *validity =
        g_strdup_printf("有效期限  2011.06.12-%.4s.%.2s.%.2s", until, until + 5, until + 8);

    json_object_set_new(sheet->truth, "title", json_string("居民身份证"));
    json_object_set_new(sheet->truth, "valid_until", json_string(until));
    id_front(sheet, or_else(sheet->spec->applicant, name));
    cairo_rectangle(sheet->cr, MM(62), MM(130), MM(85.6), MM(54));
    cairo_stroke(sheet->cr);
    text(sheet, 90, 138, "中华人民共和国");
    text(sheet, 92, 146, "居 民 身 份 证");
    text(sheet, 68, 166, "签发机关  昆山市公安局");
    text(sheet, 68, 174, validity);
    text(sheet, 70, 210, "与原件核对一致");
    scrawl(sheet, 108, 213);
    return TRUE;
}

static gboolean draw_licence(Sheet *sheet)
{
    g_autofree char *firm = a_firm(sheet);
    g_autofree char *name = a_name(sheet);
    g_autofree char *code = some_digits(sheet, 18);
    g_autofree char *address = an_address(sheet);
    const char *until = or_else(sheet->spec->valid_until, "2036-03-31");
    g_autofree char *term =
        g_strdup_printf("2016年04月01日 至 %.4s年%.2s月%.2s日", until, until + 5, until + 8);
    const char *const rows[][2] = {
        {"统一社会信用代码", code},
        {"名    称", or_else(sheet->spec->applicant, firm)},
        {"类    型", "有限责任公司"},
        {"法定代表人", name},
        {"住    所", address},
        {"营业期限", term},
        {"经营范围", "农药、机械设备的生产与销售；水处理技术服务"},
    };

    cairo_set_line_width(sheet->cr, 3);
    cairo_rectangle(sheet->cr, MM(14), MM(14), MM(182), MM(269));
    cairo_stroke(sheet->cr);
    cairo_set_line_width(sheet->cr, 0.8);
    cairo_rectangle(sheet->cr, MM(17), MM(17), MM(176), MM(263));
    cairo_stroke(sheet->cr);
    heading(sheet, 40, or_else(sheet->spec->title, "营 业 执 照"));
    json_object_set_new(sheet->truth, "valid_until", json_string(until));
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        text(sheet, 32, 82 + 16 * i, rows[i][0]);
        text(sheet, 76, 82 + 16 * i, rows[i][1]);
    }
    text(sheet, 120, 232, "登记机关");
    seal(sheet, 150, 240, "昆山市行政审批局");
    text(sheet, 136, 254, "2016年04月01日");
    return TRUE;
}

static gboolean draw_contract(Sheet *sheet)
{
    TypeStyle style = {.size_pt = 13, .width_pt = MM(165), .indent_pt = 26, .leading_pt = 5};
    double y = MM(52);

    heading(sheet, 28, or_else(sheet->spec->title, "房屋租赁合同"));
    for (int i = 1; y < MM(225); i++) {
        const char *first = PICK(sheet, clauses);
        g_autofree char *clause = g_strdup_printf("第%d条  %s%s", i, first, PICK(sheet, clauses));

        y += type_draw(sheet->cr, &style, clause, MM(22), y) + 6;
    }
    text(sheet, 24, 250, "甲方（签字）：");
    scrawl(sheet, 56, 253);
    text(sheet, 112, 250, "乙方（签字）：");
    scrawl(sheet, 144, 253);
    return TRUE;
}

static void equipment_row(Sheet *sheet, int i, double y)
{
    g_autofree char *number = g_strdup_printf("%d", i);
    g_autofree char *count = g_strdup_printf("%d 台", g_rand_int_range(sheet->rand, 1, 12));
    g_autofree char *model = some_digits(sheet, 4);
    int year = g_rand_int_range(sheet->rand, 2005, 2026);
    g_autofree char *date =
        g_strdup_printf("%d年%02d月", year, g_rand_int_range(sheet->rand, 1, 13));

    text(sheet, 23, y + 2, number);
    text(sheet, 34, y + 2, PICK(sheet, machines));
    text(sheet, 116, y + 2, model);
    text(sheet, 136, y + 2, count);
    text(sheet, 158, y + 2, date);
}

static gboolean draw_equipment(Sheet *sheet)
{
    static const double columns[] = {20, 32, 112, 132, 154, 190};
    static const char *const heads[] = {"序", "设备名称", "型号", "数量", "生产日期"};
    double y = 48;

    heading(sheet, 26, or_else(sheet->spec->title, "主要生产设备、检验设备清单"));
    for (gsize i = 0; i < G_N_ELEMENTS(heads); i++)
        text(sheet, columns[i] + 2, y + 2, heads[i]);
    for (int i = 0; i <= 24; i++, y += 9) {
        line(sheet, 20, y, 170, 0);
        if (i > 0)
            equipment_row(sheet, i, y);
    }
    line(sheet, 20, y, 170, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(columns); i++)
        line(sheet, columns[i], 48, 0, y - 48);
    return TRUE;
}

/* The real sheet, as label.h draws it; the boxes are those of its layout. */
static gboolean draw_separator(Sheet *sheet, GError **error)
{
    const PageSpec *spec = sheet->spec;
    Label label = {.kind = LABEL_SEPARATOR,
                   .digits = spec->code,
                   .mark = spec->mark,
                   .title = spec->title,
                   .detail = spec->detail,
                   .n = spec->n,
                   .m = spec->m};
    MarkBox patch = {MM(20), MM(10), MM(170), MM(MARK_PATCH_HEIGHT_MM)};
    MarkBox bars, qr;

    label_code_boxes(LABEL_SEPARATOR, &bars, &qr);
    note_code(sheet, "CODE-128", spec->code, &bars);
    note_code(sheet, "QR-Code", spec->code, &qr);
    note_code(sheet, "PATCH-T", "T", &patch);
    json_object_set_new(sheet->truth, "title", json_string(or_else(spec->title, "")));
    return label_draw(sheet->cr, &label, error);
}

static gboolean draw_receipt(Sheet *sheet, GError **error)
{
    g_autofree char *firm = a_firm(sheet);
    MarkBox bars = {MM(20), MM(10), MM(95), MM(14)};
    MarkBox qr = {MM(165), MM(8), MM(25), MM(25)};
    static const char *const slots[] = {"申请书", "营业执照", "法定代表人身份证", "设备清单",
                                        "租赁合同"};
    double y = 78;

    heading(sheet, 38, "收 件 凭 证");
    text(sheet, 20, 56, "办件编号");
    text(sheet, 44, 56, sheet->spec->code);
    text(sheet, 20, 66, "申 请 人");
    text(sheet, 44, 66, or_else(sheet->spec->applicant, firm));
    for (int i = 0; i < (int)G_N_ELEMENTS(slots); i++, y += 10) {
        g_autofree char *number = g_strdup_printf("%03d", i + 1);

        line(sheet, 20, y, 170, 0);
        text(sheet, 24, y + 2.5, number);
        text(sheet, 44, y + 2.5, slots[i]);
        text(sheet, 140, y + 2.5, "原件 1 份");
    }
    line(sheet, 20, y, 170, 0);
    text(sheet, 20, y + 14, "递交人签名：");
    scrawl(sheet, 46, y + 17);
    seal(sheet, 150, y + 40, "政务服务中心收件专用章");
    return bars_and_qr(sheet, &bars, &qr, error);
}

/* A place on a river between crossing roads. */
static gboolean draw_map(Sheet *sheet)
{
    cairo_t *cr = sheet->cr;

    heading(sheet, 24, or_else(sheet->spec->title, "取水地点位置图"));
    cairo_rectangle(cr, MM(20), MM(45), MM(170), MM(190));
    cairo_stroke(cr);
    for (int i = 0; i < 4; i++) {
        line(sheet, 20, g_rand_double_range(sheet->rand, 55, 225), 170, 0);
        line(sheet, g_rand_double_range(sheet->rand, 30, 180), 45, 0, 190);
    }
    cairo_set_source_rgb(cr, 0.35, 0.55, 0.85);
    cairo_set_line_width(cr, MM(4));
    cairo_move_to(cr, MM(22), MM(g_rand_double_range(sheet->rand, 60, 210)));
    cairo_curve_to(cr, MM(80), MM(80), MM(110), MM(200), MM(188), MM(130));
    cairo_stroke(cr);
    cairo_set_source_rgb(cr, 0, 0, 0);
    cairo_arc(cr, MM(104), MM(138), MM(2), 0, 2 * G_PI);
    cairo_fill(cr);
    text(sheet, 108, 132, "取水口");
    text(sheet, 24, 240, "比例尺 1:10000");
    seal(sheet, 160, 250, "昆山市规划测绘院");
    return TRUE;
}

gboolean content_draw(Sheet *sheet, PageKind kind, GError **error)
{
    cairo_set_source_rgb(sheet->cr, 0, 0, 0);
    cairo_set_line_width(sheet->cr, 0.8);
    switch (kind) {
    case PAGE_FORM:
        return draw_form(sheet, error);
    case PAGE_ID_CARD:
        return draw_id_card(sheet);
    case PAGE_LICENCE:
        return draw_licence(sheet);
    case PAGE_CONTRACT:
        return draw_contract(sheet);
    case PAGE_EQUIPMENT:
        return draw_equipment(sheet);
    case PAGE_SEPARATOR:
        return draw_separator(sheet, error);
    case PAGE_RECEIPT:
        return draw_receipt(sheet, error);
    case PAGE_MAP:
        return draw_map(sheet);
    case PAGE_BLANK:
    case PAGE_KINDS:
        break;
    }
    return TRUE;
}
