/* SPDX-License-Identifier: Apache-2.0
 *
 * A notice as PDF against the bare pango and cairo drawing of the same page: the same texts in the
 * same fonts, the same lines and codes, with nothing read, checked, measured or flowed. Prints the
 * medians and their ratio; exit status 1 where it is over 1.5.
 *
 * usage: bench_paper VALUES [rounds]
 */
#include "appliance/paper/mark.h"
#include "tests/appliance/paper/sample.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#include <stdio.h>
#include <stdlib.h>

#define RATIO_MAX 1.5
#define ROUNDS    31

/* A text at its place, points. */
typedef struct {
    double x, y, width, size;
    const char *font, *text;
} Bare;

#define SERIF "Noto Serif CJK SC"
#define SANS  "Noto Sans CJK SC"

static const Bare texts[] = {
    {71, 60, 220, 9, SANS, "943205830012611210030017007171"},
    {71, 82, 468, 16, SERIF, "昆山市水务局"},
    {71, 105, 468, 22, SERIF " Bold", "补正告知书"},
    {71, 145, 468, 14, SERIF, "昆水许补〔2026〕17号"},
    {71, 170, 468, 14, SERIF, "昆山市玉山镇清源水务科技发展有限公司："},
    {71, 192, 468, 14, SERIF,
     "你（单位）于2026年11月21日提出的“取水许可审批”申请及材料收悉。经审查，申请材料不齐全或者不"
     "符合法定形式。根据《中华人民共和国行政许可法》第三十二条第一款第四项的规定，现将需要补正的"
     "全部内容一次告知如下："},
    {71, 290, 42, 14, SANS, "序号"},
    {115, 290, 115, 14, SANS, "材料"},
    {235, 290, 150, 14, SANS, "存在问题"},
    {390, 290, 150, 14, SANS, "需要补正的内容"},
    {71, 320, 42, 14, SERIF, "1"},
    {115, 320, 115, 14, SERIF, "A01 取水许可申请书"},
    {235, 320, 150, 14, SERIF, "基本信息与营业执照不一致：企业名称少“科技”二字"},
    {390, 320, 150, 14, SERIF, "按营业执照重新填写第1页，法定代表人签名并加盖公章"},
    {71, 380, 42, 14, SERIF, "2"},
    {115, 380, 115, 14, SERIF, "A04 取水设备清单"},
    {235, 380, 150, 14, SERIF, "设备名称与实施细则不一致"},
    {390, 380, 150, 14, SERIF,
     "填写实际名称，并在括号内注明细则所列名称，例如：液剂自动包装机(液体机械灌装设备)"},
    {71, 470, 42, 14, SERIF, "3"},
    {115, 470, 115, 14, SERIF, "A04 取水设备清单"},
    {235, 470, 150, 14, SERIF, "生产、购置日期格式不符"},
    {390, 470, 150, 14, SERIF, "按“xxxx年xx月”填写"},
    {71, 520, 42, 14, SERIF, "4"},
    {115, 520, 115, 14, SERIF, "A06 营业执照"},
    {235, 520, 150, 14, SERIF, "缺件"},
    {390, 520, 150, 14, SERIF, "复印件1份，注明“与原件核对一致”并签名"},
    {71, 570, 468, 14, SERIF, "请于2026年12月11日前补正上述材料。逾期未补正的，视为放弃申请。"},
    {71, 592, 468, 14, SERIF, "补正地点：昆山市前进西路1801号政务服务中心一楼003号窗口"},
    {71, 620, 240, 14, SERIF, "经办人：沈雅琴"},
    {71, 645, 240, 14, SERIF, "联系电话：0512-57550003"},
    {71, 670, 240, 14, SERIF, "监督电话：0512-12345"},
    {71, 695, 240, 14, SERIF, "签收人："},
    {71, 720, 240, 14, SERIF, "签收时间：　　年　月　日　时"},
    {340, 660, 200, 14, SERIF, "昆山市水务局"},
    {340, 685, 200, 14, SERIF, "2026年11月21日"},
    {340, 710, 200, 10, SERIF, "（行政许可专用章）"},
    {71, 805, 468, 9, SANS, "存窗口"},
    {71, 805, 468, 9, SANS, "第 1 页 共 1 页"},
    {71, 819, 468, 9, SANS, "办件编号 320583-001-261121-003-0017-42 - 007"},
};

static cairo_status_t append(void *closure, const unsigned char *bytes, unsigned int size)
{
    g_byte_array_append(closure, bytes, size);
    return CAIRO_STATUS_SUCCESS;
}

static void draw_texts(cairo_t *cr)
{
    g_autoptr(PangoLayout) layout = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(PangoFontDescription) font = pango_font_description_from_string(texts[i].font);

        g_clear_object(&layout);
        layout = pango_cairo_create_layout(cr);
        pango_font_description_set_absolute_size(font, texts[i].size * PANGO_SCALE);
        pango_layout_set_font_description(layout, font);
        pango_layout_set_width(layout, (int)(texts[i].width * PANGO_SCALE));
        pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
        pango_layout_set_text(layout, texts[i].text, -1);
        cairo_move_to(cr, texts[i].x, texts[i].y);
        pango_cairo_show_layout(cr, layout);
    }
}

static gboolean bare_pdf(const char *code, GError **error)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(append, bytes, 595.276, 841.89);
    cairo_t *cr = cairo_create(surface);
    MarkBox bars = {62, 23, 221, 31}, qr = {475, 17, 64, 64};
    gboolean drawn;

    draw_texts(cr);
    for (int row = 0; row < 5; row++)
        for (int column = 0; column < 4; column++) {
            cairo_rectangle(cr, 71 + column * 117, 290 + row * 50, 117, 50);
            cairo_stroke(cr);
        }
    cairo_arc(cr, 440, 690, 60, 0, 2 * G_PI);
    cairo_stroke(cr);
    drawn = mark_code128(cr, code, &bars, error) && mark_qr(cr, code, &qr, error);
    cairo_show_page(cr);
    cairo_destroy(cr);
    cairo_surface_finish(surface);
    cairo_surface_destroy(surface);
    return drawn;
}

static gboolean our_pdf(Sample *sample, GError **error)
{
    g_autoptr(PaperTemplate) template = paper_template_find("supplement", NULL, error);
    g_autoptr(GBytes) pdf = NULL;

    return template != NULL &&
           paper_render(template, sample->values, &sample->options, &pdf, error);
}

static int compare(const void *a, const void *b)
{
    gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;

    return x < y ? -1 : x > y;
}

static double median_ms(gint64 *times_us, int n)
{
    qsort(times_us, (size_t)n, sizeof *times_us, compare);
    return (double)times_us[n / 2] / 1000;
}

/* Both in turn, so that both meet the same weather. */
static gboolean measure(Sample *sample, int rounds, double *ratio, GError **error)
{
    g_autofree gint64 *bare_us = g_new(gint64, (gsize)rounds);
    g_autofree gint64 *ours_us = g_new(gint64, (gsize)rounds);
    double bare_ms, ours_ms;

    for (int i = -2; i < rounds; i++) { /* two rounds to warm up */
        gint64 begin = g_get_monotonic_time(), middle, end;

        if (!bare_pdf(sample->codes[0], error))
            return FALSE;
        middle = g_get_monotonic_time();
        if (!our_pdf(sample, error))
            return FALSE;
        end = g_get_monotonic_time();
        if (i >= 0) {
            bare_us[i] = middle - begin;
            ours_us[i] = end - middle;
        }
    }
    bare_ms = median_ms(bare_us, rounds);
    ours_ms = median_ms(ours_us, rounds);
    *ratio = ours_ms / bare_ms;
    printf("notice PDF\t%.1f ms\tbare pango and cairo\t%.1f ms\tratio\t%.2f\tmax\t%.1f\n", ours_ms,
           bare_ms, *ratio, RATIO_MAX);
    return TRUE;
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Sample) sample = NULL;
    int rounds = argc > 2 ? atoi(argv[2]) : ROUNDS;
    double ratio;

    if (argc < 2 || rounds < 1) {
        fputs("usage: bench_paper VALUES [rounds]\n", stderr);
        return 2;
    }
    sample = sample_new(argv[1], "supplement", &error);
    if (sample != NULL)
        sample->options.n_copies = 1;
    if (sample == NULL || !measure(sample, rounds, &ratio, &error)) {
        error_print(stderr, error, LANG_EN);
        return 3;
    }
    return ratio > RATIO_MAX;
}
