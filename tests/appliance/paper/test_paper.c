/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/base/file.h"
#include "tests/appliance/paper/raster.h"
#include "tests/appliance/paper/sample.h"
#include "tests/pages/codes_read.h"
#include "tests/testing.h"

#include <string.h>

#define VALUES   ANJUAN_SOURCE "/tests/appliance/paper/values"
#define READ_DPI 150
#define CODES_MM 35 /* the codes stand in the upper 28 mm */

static Sample *read_sample(const char *kind)
{
    g_autoptr(GError) error = NULL;
    Sample *sample = sample_new(VALUES, kind, &error);

    if (sample == NULL)
        fail_msg("%s: %s", kind, error->message);
    return sample;
}

static GBytes *render(const Sample *sample)
{
    g_autoptr(GError) error = NULL;
    GBytes *pdf = NULL;

    if (!paper_render(sample->template, sample->values, &sample->options, &pdf, &error))
        fail_msg("%s", error->message);
    return pdf;
}

static guint pages_of(Sample *sample)
{
    PaperFacts facts = {0};
    g_autoptr(GBytes) pdf = NULL;

    sample->options.facts = &facts;
    pdf = render(sample);
    sample->options.facts = NULL;
    return facts.n_pages;
}

/* Every paper that ships, rendered once by this process. */
typedef struct {
    const char *kind;
    Sample *sample;
    GBytes *pdf;
    PaperFacts facts;
} Paper;

static GArray *papers;

static int render_all(void **state G_GNUC_UNUSED)
{
    papers = g_array_new(FALSE, TRUE, sizeof(Paper));
    for (const char *const *kind = paper_template_kinds(); *kind != NULL; kind++) {
        Paper paper = {.kind = *kind, .sample = read_sample(*kind)};

        if (!g_str_equal(*kind, "promise")) /* its four copies are looked at below */
            paper.sample->options.n_copies = MIN(paper.sample->options.n_copies, 2);
        paper.sample->options.facts = &paper.facts;
        paper.pdf = render(paper.sample);
        paper.sample->options.facts = NULL;
        g_array_append_val(papers, paper);
    }
    return 0;
}

static int forget_all(void **state G_GNUC_UNUSED)
{
    for (guint i = 0; i < papers->len; i++) {
        sample_free(g_array_index(papers, Paper, i).sample);
        g_bytes_unref(g_array_index(papers, Paper, i).pdf);
    }
    g_array_unref(papers);
    return 0;
}

static const Paper *paper_of(const char *kind)
{
    for (guint i = 0; i < papers->len; i++)
        if (g_str_equal(g_array_index(papers, Paper, i).kind, kind))
            return &g_array_index(papers, Paper, i);
    fail_msg("no paper %s", kind);
    return NULL;
}

static void assert_holds(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("'%s' is not in '%s'", part, text);
}

/* All codes of one copy are read on each of its pages by an outside reader. */
static void assert_codes_read(const GPtrArray *pages, guint first, guint n, const char *code)
{
    for (guint page = first; page < first + n; page++) {
        g_autoptr(GPtrArray) codes = codes_read(g_ptr_array_index(pages, page));

        if (!codes_hold(codes, "CODE-128", code) || !codes_hold(codes, "QR-Code", code))
            fail_msg("page %u: %s is not read", page, code);
    }
}

static void every_code_of_every_copy_is_read_back(void **state G_GNUC_UNUSED)
{
    for (guint i = 0; i < papers->len; i++) {
        const Paper *paper = &g_array_index(papers, Paper, i);
        g_autoptr(GPtrArray) pages = raster_tops(paper->pdf, READ_DPI, CODES_MM);
        guint n = paper->facts.n_pages;

        assert_int_equal(pages->len, n * paper->sample->options.n_copies);
        for (guint copy = 0; copy < paper->sample->options.n_copies; copy++)
            assert_codes_read(pages, copy * n, n, paper->sample->codes[copy]);
    }
}

static void the_checkpoint_of_a_receipt_is_read_back(void **state G_GNUC_UNUSED)
{
    const Paper *paper = paper_of("receipt");
    g_autoptr(GPtrArray) pages = raster_pages(paper->pdf, 300);
    g_autoptr(GPtrArray) codes = codes_read(g_ptr_array_index(pages, paper->facts.n_pages - 1));

    assert_true(codes_hold(codes, "QR-Code", json_text(paper->sample->values, "checkpoint")));
}

static void the_same_values_give_the_same_bytes(void **state G_GNUC_UNUSED)
{
    g_autoptr(Sample) sample = read_sample("receipt");
    g_autoptr(GBytes) one = render(sample);
    g_autoptr(GBytes) two = render(sample);
    g_autoptr(GBytes) later = NULL;

    sample->options.created_us += G_USEC_PER_SEC;
    later = render(sample);
    assert_true(g_bytes_equal(one, two));
    assert_false(g_bytes_equal(one, later));
}

static void another_process_writes_the_same_bytes(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    const char *argv[] = {RENDER_PAPERS, VALUES, folder, "third", NULL};
    g_autoptr(GError) error = NULL;
    int status;

    assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL,
                             NULL, NULL, &status, &error));
    assert_true(g_spawn_check_wait_status(status, &error));
    for (guint i = 0; i < papers->len; i += 3) {
        const Paper *paper = &g_array_index(papers, Paper, i);
        g_autofree char *path = g_strdup_printf("%s/%s.pdf", folder, paper->kind);
        g_autoptr(GBytes) bytes = file_read(path, 1 << 24, &error);

        assert_no_error(error);
        if (!g_bytes_equal(bytes, paper->pdf))
            fail_msg("%s differs", paper->kind);
    }
}

/* Boxes for letters would be worse than no paper. */
static void without_its_fonts_a_paper_is_an_error(void **state G_GNUC_UNUSED)
{
    static const char *const no_fonts = "<fontconfig></fontconfig>";
    g_autofree char *folder = testing_folder();
    g_autofree char *config = g_build_filename(folder, "fonts.conf", NULL);
    g_auto(GStrv) environment = g_environ_setenv(g_get_environ(), "FONTCONFIG_FILE", config, TRUE);
    const char *argv[] = {RENDER_PAPERS, VALUES, folder, "third", NULL};
    g_autofree char *complaint = NULL;
    g_autoptr(GError) error = NULL;
    int status;

    assert_true(g_file_set_contents(config, no_fonts, -1, &error));
    assert_true(g_spawn_sync(NULL, (char **)argv, environment, G_SPAWN_DEFAULT, NULL, NULL, NULL,
                             &complaint, &status, &error));
    assert_false(g_spawn_check_wait_status(status, NULL));
    assert_holds(complaint, "the font Noto Serif CJK SC is not installed");
    assert_holds(complaint, "fonts-noto-cjk");
}

static void notices_fit_on_one_page(void **state G_GNUC_UNUSED)
{
    static const char *const kinds[] = {
        "receipt",      "supplement",     "kind-supplement", "acceptance", "promise",
        "refusal",      "not-needed",     "return",          "review",     "joint",
        "urgent",       "special",        "extension",       "tolerance",  "tolerance-promise",
        "pledge",       "hand-up",        "green",           "hand-over",  "originals-back",
        "delivery",     "collection",     "verification",    "cover",      "remarks",
        "consultation", "certified-copy", "grant",           "licence",    "reminder",
        "denial",       "lapse",          "withdrawal",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        guint n = paper_of(kinds[i])->facts.n_pages;

        if (n != 1)
            fail_msg("%s has %u pages", kinds[i], n);
    }
}

static void large_print_takes_more_room(void **state G_GNUC_UNUSED)
{
    guint more = 0;

    for (guint i = 0; i < papers->len; i += 4) {
        const Paper *paper = &g_array_index(papers, Paper, i);
        guint large;

        paper->sample->options.large_print = TRUE;
        large = pages_of(paper->sample);
        paper->sample->options.large_print = FALSE;
        assert_true(large >= paper->facts.n_pages);
        more += large > paper->facts.n_pages;
    }
    assert_true(more > 0);
}

static void each_copy_names_its_number_and_receiver(void **state G_GNUC_UNUSED)
{
    const Paper *paper = paper_of("promise");
    static const char *const words[] = {
        "第一联（共四联）存窗口", "第二联（共四联）报业务科登记后移交督查科",
        "第三联（共四联）报审批部门领导", "第四联（共四联）交服务对象"};

    for (guint copy = 0; copy < G_N_ELEMENTS(words); copy++) {
        g_autofree char *text = raster_text(paper->pdf, copy + 1);

        assert_holds(text, words[copy]);
        assert_holds(text, paper->sample->codes[copy]);
    }
}

static void a_reprint_is_marked_with_its_number(void **state G_GNUC_UNUSED)
{
    g_autoptr(Sample) sample = read_sample("refusal");
    g_autoptr(GBytes) first = render(sample);
    g_autofree char *first_text = raster_text(first, 1);
    g_autoptr(GBytes) again = NULL;
    g_autofree char *again_text = NULL;

    sample->options.reprint = 2;
    again = render(sample);
    again_text = raster_text(again, 1);
    assert_null(strstr(first_text, "重打"));
    assert_holds(again_text, "重打第2次");
}

static void a_preview_says_on_every_page_that_it_is_none(void **state G_GNUC_UNUSED)
{
    g_autoptr(Sample) sample = read_sample("receipt");
    PaperCopy bare = {0};
    g_autoptr(GBytes) pdf = NULL;
    g_autoptr(GPtrArray) pages = NULL;
    PaperFacts facts = {0};

    sample->options.preview = TRUE;
    sample->options.copies = &bare;
    sample->options.n_copies = 1;
    sample->options.facts = &facts;
    pdf = render(sample);
    pages = raster_tops(pdf, READ_DPI, CODES_MM);
    assert_true(facts.n_pages > 0);
    for (guint page = 0; page < facts.n_pages; page++) {
        g_autofree char *text = raster_text(pdf, page + 1);
        g_autoptr(GPtrArray) codes = codes_read(g_ptr_array_index(pages, page));

        assert_holds(text, "预览不作凭证");
        assert_int_equal(codes->len, 0);
    }
}

static void a_refusal_carries_reason_law_remedy_organ_and_date(void **state G_GNUC_UNUSED)
{
    static const char *const kinds[] = {"refusal", "not-needed", "return", "denial"};
    static const char *const values[] = {"reason", "law", "remedy", "organ"};

    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autoptr(Sample) sample = read_sample(kinds[i]);
        g_autoptr(GBytes) pdf = render(sample);
        g_autofree char *text = raster_text(pdf, 1);

        for (gsize k = 0; k < G_N_ELEMENTS(values); k++)
            assert_holds(text, json_text(sample->values, values[k]));
        assert_holds(text, strcmp(kinds[i], "denial") == 0 ? "2026年12月18日" : "2026年11月21日");
        assert_holds(text, kinds[i][0] == 'd' ? "印章" : "专用章");
    }
}

/* Clerk, telephones, clock and seal place are on the receipt whether or not there is a checkpoint.
 */
static void a_receipt_without_checkpoint_still_tells_everything(void **state G_GNUC_UNUSED)
{
    static const char *const words[] = {"沈雅琴（003017）", "0512-57550003", "0512-12345",
                                        "即为受理",         "收件专用章",    "收件人签名：",
                                        "递交人签名："};
    g_autoptr(Sample) sample = read_sample("receipt");
    g_autoptr(GBytes) pdf = NULL;
    g_autofree char *text = NULL;

    json_object_del(sample->values, "checkpoint");
    json_object_del(sample->values, "checkpoint_words");
    json_object_del(sample->values, "query_code");
    pdf = render(sample);
    text = raster_text(pdf, 1);
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        assert_holds(text, words[i]);
    assert_null(strstr(text, "校验点"));
}

static void a_value_is_never_markup(void **state G_GNUC_UNUSED)
{
    static const char *const name = "<b>甲&amp;乙</b><span>{item}</span>";
    g_autoptr(Sample) sample = read_sample("refusal");
    g_autoptr(GBytes) pdf = NULL;
    g_autofree char *text = NULL;

    json_object_set_new(sample->values, "applicant", json_string(name));
    pdf = render(sample);
    text = raster_text(pdf, 1);
    assert_holds(text, name);
}

static void a_title_of_the_profile_replaces_the_template_s(void **state G_GNUC_UNUSED)
{
    g_autoptr(Sample) sample = read_sample("promise");
    g_autoptr(GBytes) pdf = NULL;
    g_autofree char *text = NULL;

    json_object_set_new(sample->values, "title", json_string("承诺件受理通知"));
    pdf = render(sample);
    text = raster_text(pdf, 1);
    assert_holds(text, "承诺件受理通知");
    assert_null(strstr(text, "承诺件通知书"));
}

/* 50 letters with a middle dot and letters beyond the first plane that the fonts have. */
static void a_name_of_fifty_letters_is_printed_whole(void **state G_GNUC_UNUSED)
{
    g_autoptr(GString) name = g_string_new("买买提·阿不都热合曼·𠮷𡈽");
    g_autoptr(Sample) sample = read_sample("receipt");
    PaperFacts facts;
    g_autoptr(GBytes) pdf = NULL;
    g_autofree char *text = NULL;

    while (g_utf8_strlen(name->str, -1) < 50)
        g_string_append(name, "龘");
    json_object_set_new(sample->values, "applicant", json_string(name->str));
    sample->options.facts = &facts;
    pdf = render(sample);
    text = raster_text(pdf, 1);
    assert_int_equal(facts.unknown_glyphs, 0);
    assert_holds(text, name->str);
}

static void a_letter_that_no_font_has_is_counted(void **state G_GNUC_UNUSED)
{
    g_autoptr(Sample) sample = read_sample("refusal");
    PaperFacts facts;
    g_autoptr(GBytes) pdf = NULL;

    sample->options.facts = &facts;
    json_object_set_new(sample->values, "applicant", json_string("王\U0003fff0")); /* unassigned */
    pdf = render(sample);
    assert_true(facts.unknown_glyphs > 0);
}

static json_t *contents_row(int i)
{
    g_autofree char *title = g_strdup_printf("第%d件材料的题名", i);

    return json_pack("{s:i, s:s, s:s, s:s, s:s, s:s}", "position", i, "number", "", "author",
                     "昆山市水务局", "title", title, "date", "2026-11-21", "pages", "1");
}

static void sixty_rows_flow_over_pages_with_running_heads(void **state G_GNUC_UNUSED)
{
    g_autoptr(Sample) sample = read_sample("contents");
    json_t *rows = json_array();
    g_autoptr(GBytes) pdf = NULL;
    g_autofree char *all = NULL;
    g_autofree char *second = NULL;
    g_autofree char *page = NULL;
    PaperFacts facts;

    for (int i = 1; i <= 60; i++)
        json_array_append_new(rows, contents_row(i));
    json_object_set_new(sample->values, "rows", rows);
    sample->options.facts = &facts;
    pdf = render(sample);
    assert_true(facts.n_pages > 1);
    page = g_strdup_printf("第2页共%u页", facts.n_pages);
    all = raster_text(pdf, 0);
    second = raster_text(pdf, 2);
    for (int i = 1; i <= 60; i++) {
        g_autofree char *title = g_strdup_printf("第%d件材料的题名", i);

        assert_holds(all, title);
    }
    assert_holds(second, "卷内文件目录（续）");
    assert_holds(second, "顺序号文号责任者题名日期页号备注");
    assert_holds(second, page);
}

/* Every letter of a text longer than a page stands on paper, in a cell and in a paragraph. */
static void a_text_longer_than_a_page_is_broken_and_whole(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *kind, *value;
    } places[] = {{"refusal", "reason"}, {"return", "reason"}};

    for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
        g_autoptr(Sample) sample = read_sample(places[i].kind);
        g_autoptr(GString) reason = g_string_new(NULL);
        g_autoptr(GBytes) pdf = NULL;
        g_autofree char *text = NULL;

        for (int n = 0; n < 400; n++)
            g_string_append_printf(reason, "理由%d，", n);
        json_object_set_new(sample->values, places[i].value, json_string(reason->str));
        assert_true(pages_of(sample) > 1);
        pdf = render(sample);
        text = raster_text(pdf, 0);
        for (int n = 0; n < 400; n += 7) {
            g_autofree char *part = g_strdup_printf("%d，", n);

            assert_holds(text, part);
        }
    }
}

static void the_hall_s_folder_replaces_a_template(void **state G_GNUC_UNUSED)
{
    static const char *const json = "{\"kind\": \"refusal\", \"title\": \"不收决定\", \"family\": "
                                    "\"B\", \"copies\": [\"甲\"], \"values\": {}, \"blocks\": []}";
    g_autofree char *folder = testing_folder();
    g_autofree char *path = g_build_filename(folder, "refusal.json", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(PaperTemplate) own = NULL;
    g_autoptr(PaperTemplate) shipped = NULL;

    assert_true(file_replace(path, 0644, json, strlen(json), &error));
    own = paper_template_find("refusal", folder, &error);
    shipped = paper_template_find("acceptance", folder, &error);
    assert_no_error(error);
    assert_string_equal(paper_template_title(own), "不收决定");
    assert_string_equal(paper_template_receivers(own)[0], "甲");
    assert_string_equal(paper_template_title(shipped), "受理通知书");
    assert_int_equal(paper_template_family(shipped), 'B');
}

/* Rows of a picture that are dark for most of their width. */
static guint lines_across(const Picture *picture)
{
    guint lines = 0;

    for (guint32 y = 0; y < picture->height; y++) {
        guint32 dark = 0;

        for (guint32 x = 0; x < picture->width; x++)
            dark += picture->pixels[(gsize)y * picture->width + x] < 200;
        lines += dark > picture->width / 2;
    }
    return lines;
}

static void a_template_of_the_hall_may_draw_codes_rules_and_pages(void **state G_GNUC_UNUSED)
{
    static const char *const json =
        "{\"kind\": \"refusal\", \"title\": \"告知单\", \"family\": \"B\", \"copies\": [\"甲\"],"
        "\"values\": {\"address\": \"text\"}, \"blocks\": ["
        "{\"block\": \"text\", \"text\": \"首页文字\"}, {\"block\": \"rule\"}, {\"block\": "
        "\"rule\"},"
        "{\"block\": \"qr\", \"text\": \"{address}\", \"size\": 30, \"caption\": \"扫码查询\"},"
        "{\"block\": \"break\"}, {\"block\": \"text\", \"text\": \"次页文字\"}]}";
    static const char address[] = "http://192.0.2.7/p/320583001261121003001742";
    g_autoptr(GError) error = NULL;
    g_autoptr(PaperTemplate) template = paper_template_parse(json, strlen(json), "k.json", &error);
    g_autoptr(json_t) values = json_pack("{s:s}", "address", address);
    PaperCopy copy = {NULL, NULL, NULL};
    PaperOptions options = {.copies = &copy, .n_copies = 1, .created_us = SAMPLE_CREATED_US};
    g_autoptr(GBytes) pdf = NULL;
    g_autoptr(GPtrArray) pages = NULL, codes = NULL;
    g_autofree char *first = NULL, *second = NULL;

    assert_no_error(error);
    assert_true(paper_render(template, values, &options, &pdf, &error));
    pages = raster_pages(pdf, READ_DPI);
    assert_int_equal(pages->len, 2);
    codes = codes_read(g_ptr_array_index(pages, 0));
    assert_true(codes_hold(codes, "QR-Code", address));
    first = raster_text(pdf, 1);
    second = raster_text(pdf, 2);
    assert_holds(first, "首页文字");
    assert_holds(first, "扫码查询");
    assert_null(strstr(first, "次页文字"));
    assert_holds(second, "次页文字");
    assert_true(lines_across(g_ptr_array_index(pages, 0)) >=
                lines_across(g_ptr_array_index(pages, 1)) + 2);
}

static void an_unknown_kind_is_not_found(void **state G_GNUC_UNUSED)
{
    static const char *const kinds[] = {"poem", "", "../values/receipt", "receipt.json"};
    g_autofree char *folder = testing_folder();

    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autoptr(GError) error = NULL;

        assert_null(paper_template_find(kinds[i], folder, &error));
        assert_error_code(error, ERROR_NOT_FOUND);
    }
}

static void a_bad_value_is_refused_with_its_place(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *json, *message;
    } patches[] = {
        {"{\"received_at\": \"2026-02-30T10:00\"}", "receipt: received_at: not a minute"},
        {"{\"received_at\": \"2026-11-21\"}", "receipt: received_at: not a minute"},
        {"{\"received_at\": \"2026-11-21T24:00\"}", "receipt: received_at: not a minute"},
        {"{\"date\": \"2026-13-01\"}", "receipt: date: not a date"},
        {"{\"date\": \"21.11.2026\"}", "receipt: date: not a date"},
        {"{\"applicant\": 7}", "receipt: applicant: not a text"},
        {"{\"applicant\": \"a\\u0007b\"}", "receipt: applicant: not a text"},
        {"{\"applicant\": \"a\\u202eb\"}", "receipt: applicant: not a text"},
        {"{\"channel\": \"pigeon\"}", "receipt: channel: no word for 'pigeon'"},
        {"{\"colour\": \"red\"}", "receipt: colour: the template knows no such value"},
        {"{\"documents\": {}}", "receipt: documents: not a list"},
        {"{\"documents\": [{\"number\": \"001\"}]}", "receipt: documents[0].name: missing"},
        {"{\"documents\": [7]}", "receipt: documents[0]: not an object"},
        {"{\"visit\": \"2\"}", "receipt: visit: not a integer"},
        {"{\"exempt\": [{\"name\": \"a\", \"words\": \"b\", \"c\": 1}]}",
         "receipt: exempt[0].c: the template knows no such value"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(patches); i++) {
        g_autoptr(Sample) sample = read_sample("receipt");
        g_autoptr(GError) error = NULL;
        g_autoptr(json_t) patch =
            json_parse(patches[i].json, strlen(patches[i].json), "patch", ERROR_INVALID, &error);
        GBytes *pdf = NULL;

        assert_no_error(error);
        json_object_update(sample->values, patch);
        assert_false(
            paper_render(sample->template, sample->values, &sample->options, &pdf, &error));
        assert_error_code(error, ERROR_INVALID);
        assert_string_equal(error->message, patches[i].message);
        assert_null(pdf);
    }
}

/* Each value in its turn left out is refused by name unless it is optional; without all optional
 * ones the paper is printed. */
static void every_value_is_needed_or_optional(void **state G_GNUC_UNUSED)
{
    for (guint i = 0; i < papers->len; i++) {
        const Paper *paper = &g_array_index(papers, Paper, i);
        g_autoptr(Sample) sample = read_sample(paper->kind);
        g_autofree char *complete = g_strdup_printf("%s: no copies", paper->kind);
        g_autoptr(GBytes) pdf = NULL;
        PaperOptions none = {0};
        const char *name;
        json_t *value;

        json_object_foreach(paper->sample->values, name, value)
        {
            g_autofree char *missing = g_strdup_printf("%s: %s: missing", paper->kind, name);
            g_autoptr(GError) error = NULL;

            json_object_del(sample->values, name);
            assert_false(paper_render(sample->template, sample->values, &none, &pdf, &error));
            if (g_str_equal(error->message, complete))
                continue;
            assert_string_equal(error->message, missing);
            json_object_set(sample->values, name, value);
        }
        sample->options.n_copies = 1;
        if (i % 3 == 0) /* a third of them: fonts are slow to embed */
            pdf = render(sample);
    }
}

static void no_copies_is_refused(void **state G_GNUC_UNUSED)
{
    g_autoptr(Sample) sample = read_sample("receipt");
    g_autoptr(GError) error = NULL;
    GBytes *pdf = NULL;

    sample->options.n_copies = 0;
    assert_false(paper_render(sample->template, sample->values, &sample->options, &pdf, &error));
    assert_error_code(error, ERROR_INVALID);
}

static void a_code_that_cannot_be_drawn_is_an_error(void **state G_GNUC_UNUSED)
{
    g_autoptr(Sample) sample = read_sample("receipt");
    g_autoptr(GError) error = NULL;
    GBytes *pdf = NULL;

    sample->copies[0].code = "号";
    assert_false(paper_render(sample->template, sample->values, &sample->options, &pdf, &error));
    assert_error_code(error, ERROR_PAPER);
}

static void a_picture_must_be_there_and_a_jpeg(void **state G_GNUC_UNUSED)
{
    g_autoptr(Sample) sample = read_sample("arranging");
    g_autoptr(GError) absent = NULL;
    g_autoptr(GError) broken = NULL;
    GBytes *pdf = NULL;

    sample->options.n_images = 2;
    assert_false(paper_render(sample->template, sample->values, &sample->options, &pdf, &absent));
    assert_error_code(absent, ERROR_PAPER);
    assert_holds(absent->message, "side-2");
    sample->options.n_images = SAMPLE_IMAGES;
    g_bytes_unref(sample->images[1].jpeg);
    sample->images[1].jpeg = g_bytes_new_static("\xff\xd8\xff\xe0\xff\xff", 6);
    assert_false(paper_render(sample->template, sample->values, &sample->options, &pdf, &broken));
    assert_error_code(broken, ERROR_PAPER);
    assert_holds(broken->message, "side-1");
}

static void a_bad_template_is_refused_with_its_place(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *body, *message;
    } bodies[] = {
        {"\"values\": {}, \"blocks\": [{\"block\": \"poem\"}]", "blocks[0].block: no such block"},
        {"\"values\": {}, \"blocks\": [{\"block\": \"text\"}]", "blocks[0].text: missing"},
        {"\"values\": {}, \"blocks\": [{\"block\": \"text\", \"text\": \"{x}\"}]",
         "blocks[0].text: no value '{x}' is declared"},
        {"\"values\": {\"l\": [\"text\"]}, \"blocks\": [{\"block\": \"text\", \"text\": \"{l}\"}]",
         "blocks[0].text: no value '{l}' is declared"},
        {"\"values\": {}, \"blocks\": [{\"block\": \"rule\", \"colour\": \"red\"}]",
         "blocks[0].colour: no such member"},
        {"\"values\": {}, \"blocks\": [{\"block\": \"rule\", \"when\": \"x\"}]",
         "blocks[0].when: no value 'x' is declared"},
        {"\"values\": {\"x\": \"text\"}, \"blocks\": [{\"block\": \"list\", \"of\": \"x\", "
         "\"text\": \"\"}]",
         "blocks[0].of: 'x' is no list"},
        {"\"values\": {\"x\": \"float\"}, \"blocks\": []", "values.x: no such type"},
        {"\"values\": {\"x\": [{\"y\": [\"text\"]}]}, \"blocks\": []",
         "values.x[].y: a list in a list"},
        {"\"values\": {}, \"blocks\": [{\"block\": \"fields\", \"rows\": [[\"a\"]]}]",
         "blocks[0].rows[0]: not pairs of label and text"},
        {"\"values\": {\"l\": [{\"a\": \"text\"}]}, \"blocks\": [{\"block\": \"table\", \"of\": "
         "\"l\", \"columns\": [{\"head\": \"h\", \"text\": \"{.b}\"}]}]",
         "blocks[0].columns[0].text: no value '{.b}' is declared"},
        {"\"values\": {}, \"blocks\": [{\"block\": \"stamp\", \"cells\": [[\"a\", \"b\"]]}]",
         "blocks[0].cells: a stamp has six"},
        {"\"values\": {}, \"blocks\": [{\"block\": \"space\", \"height\": \"7\"}]",
         "blocks[0].height: of the wrong type"},
        {"\"values\": {}, \"blocks\": [{\"block\": \"rule\", \"when\": 7}]",
         "blocks[0].when: of the wrong type"},
        {"\"values\": {}, \"blocks\": [{\"block\": \"fields\", \"rows\": [[1, 2]]}]",
         "blocks[0].rows[0]: not pairs of label and text"},
        {"\"values\": {}, \"blocks\": [{\"block\": \"signatures\", \"texts\": [1]}]",
         "blocks[0].texts: not a list of texts"},
        {"\"values\": {}, \"blocks\": [{\"block\": \"text\", \"text\": \"\", \"align\": "
         "\"up\"}]",
         "blocks[0].align: not left, center or right"},
        {"\"values\": {\"l\": [{\"a\": \"text\"}]}, \"blocks\": [{\"block\": \"table\", \"of\": "
         "\"l\", \"columns\": [{\"head\": \"h\"}]}]",
         "blocks[0].columns[0].text: missing"},
        {"\"values\": {\"h\": [\"text\"], \"l\": [\"text\"]}, \"blocks\": [{\"block\": \"grid\", "
         "\"heads\": \"h\", \"of\": \"l\"}]",
         "blocks[0].of: not a list of cells"},
        {"\"values\": {}, \"blocks\": {}", "blocks: not a list"},
        {"\"values\": {}, \"blocks\": [], \"note\": 1", "note: no such member"},
        {"\"values\": {}, \"blocks\": [], \"body_pt\": 3", "body_pt: not 8 to 24"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(bodies); i++) {
        g_autofree char *json = g_strdup_printf(
            "{\"kind\": \"k\", \"title\": \"t\", \"family\": \"B\", \"copies\": [\"a\"], %s}",
            bodies[i].body);
        g_autofree char *message = g_strconcat("k.json: ", bodies[i].message, NULL);
        g_autoptr(GError) error = NULL;

        assert_null(paper_template_parse(json, strlen(json), "k.json", &error));
        assert_error_code(error, ERROR_DEFINITION);
        assert_string_equal(error->message, message);
    }
}

static void a_template_that_is_no_json_names_the_line(void **state G_GNUC_UNUSED)
{
    static const char *const json = "{\"kind\": \"k\",\n \"kind\": \"k\"}";
    g_autoptr(GError) error = NULL;

    assert_null(paper_template_parse(json, strlen(json), "k.json", &error));
    assert_error_code(error, ERROR_DEFINITION);
    assert_holds(error->message, "k.json, line 2");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_code_of_every_copy_is_read_back),
    cmocka_unit_test(the_checkpoint_of_a_receipt_is_read_back),
    cmocka_unit_test(the_same_values_give_the_same_bytes),
    cmocka_unit_test(another_process_writes_the_same_bytes),
    cmocka_unit_test(without_its_fonts_a_paper_is_an_error),
    cmocka_unit_test(notices_fit_on_one_page),
    cmocka_unit_test(large_print_takes_more_room),
    cmocka_unit_test(each_copy_names_its_number_and_receiver),
    cmocka_unit_test(a_reprint_is_marked_with_its_number),
    cmocka_unit_test(a_preview_says_on_every_page_that_it_is_none),
    cmocka_unit_test(a_refusal_carries_reason_law_remedy_organ_and_date),
    cmocka_unit_test(a_receipt_without_checkpoint_still_tells_everything),
    cmocka_unit_test(a_value_is_never_markup),
    cmocka_unit_test(a_title_of_the_profile_replaces_the_template_s),
    cmocka_unit_test(a_name_of_fifty_letters_is_printed_whole),
    cmocka_unit_test(a_letter_that_no_font_has_is_counted),
    cmocka_unit_test(sixty_rows_flow_over_pages_with_running_heads),
    cmocka_unit_test(a_text_longer_than_a_page_is_broken_and_whole),
    cmocka_unit_test(the_hall_s_folder_replaces_a_template),
    cmocka_unit_test(a_template_of_the_hall_may_draw_codes_rules_and_pages),
    cmocka_unit_test(an_unknown_kind_is_not_found),
    cmocka_unit_test(a_bad_value_is_refused_with_its_place),
    cmocka_unit_test(every_value_is_needed_or_optional),
    cmocka_unit_test(no_copies_is_refused),
    cmocka_unit_test(a_code_that_cannot_be_drawn_is_an_error),
    cmocka_unit_test(a_picture_must_be_there_and_a_jpeg),
    cmocka_unit_test(a_bad_template_is_refused_with_its_place),
    cmocka_unit_test(a_template_that_is_no_json_names_the_line),
};

int main(void)
{
    testing_begin();
    return cmocka_run_group_tests(tests, render_all, forget_all);
}
