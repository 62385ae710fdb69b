/* SPDX-License-Identifier: Apache-2.0
 *
 * Verbs that make codes and the sheets that carry them: label.
 */
#include "ui/cli/cli.h"

#include "appliance/base/random.h"
#include "appliance/counter/case.h"
#include "appliance/paper/label.h"

#include <string.h>

#define SET_MAX 999999

/* ── code ────────────────────────────────────────────────────────────────────────────────── */

static const CliOption code_options[] = {
    {"case", 0, "NUMBER", TRUE, "the case", "办件"},
    {"document", 0, "N", TRUE, "its document (统一编号)", "统一编号"},
    {"copy", 0, "N", FALSE, "which copy (0: the document as such)", "第几联 (0: 文件本身)"},
    {0},
};

static int run_code(Cli *cli, GError **error)
{
    g_autofree char *number = case_read_number(cli_value(cli, "case"), error);
    Code of_case, code = {.kind = CODE_DOCUMENT};
    gint64 document = 0, copy = 0;
    g_autofree char *digits = NULL;

    if (number == NULL || !code_parse(number, &of_case, error) ||
        !cli_number(cli, "document", 1, 999, &document, error) ||
        !cli_number(cli, "copy", 0, 9, &copy, error))
        return 2;
    code.document.of_case = of_case.of_case;
    code.document.number = (guint32)document;
    code.document.copy = (guint32)copy;
    digits = code_compose(&code, error);
    if (digits == NULL)
        return 2;
    cli_row(cli, digits, NULL);
    cli_object(cli, json_pack("{s:s}", "code", digits));
    return 0;
}

/* ── sheets ──────────────────────────────────────────────────────────────────────────────── */

/* Labels with the strings they point to. */
typedef struct {
    GArray *labels;
    GPtrArray *texts;
} Sheets;

static char *keep(Sheets *sheets, char *text)
{
    g_ptr_array_add(sheets->texts, text);
    return text;
}

static gboolean add_label(Sheets *sheets, const Code *code, Label label, GError **error)
{
    label.digits = keep(sheets, code_compose(code, error));
    label.printed = label.digits != NULL ? keep(sheets, code_print(code, error)) : NULL;
    if (label.printed == NULL)
        return FALSE;
    g_array_append_val(sheets->labels, label);
    return TRUE;
}

static int write_sheets(Cli *cli, const Sheets *sheets, GError **error)
{
    LabelOptions options = {.created_us = g_get_real_time()};
    g_autoptr(GBytes) pdf = NULL;
    g_autofree char *count = g_strdup_printf("%u", sheets->labels->len);

    if (!label_render((const Label *)(void *)sheets->labels->data, sheets->labels->len, &options,
                      &pdf, error) ||
        !file_replace(cli_value(cli, "output"), 0644, g_bytes_get_data(pdf, NULL),
                      g_bytes_get_size(pdf), error))
        return 4;
    cli_row(cli, cli_value(cli, "output"), count, NULL);
    cli_object(cli, json_pack("{s:s, s:i}", "file", cli_value(cli, "output"), "labels",
                              (int)sheets->labels->len));
    return 0;
}

typedef gboolean (*Fill)(Cli *cli, Sheets *sheets, GError **error);

static int make_sheets(Cli *cli, Fill fill, GError **error)
{
    Sheets sheets = {g_array_new(FALSE, TRUE, sizeof(Label)),
                     g_ptr_array_new_with_free_func(g_free)};
    int status = fill(cli, &sheets, error) ? write_sheets(cli, &sheets, error) : 2;

    g_array_unref(sheets.labels);
    g_ptr_array_unref(sheets.texts);
    return status;
}

static const CliOption case_label_options[] = {
    {"output", 'o', "FILE.pdf", TRUE, "write the PDF here", "PDF 写到此文件"},
    {0},
};

static gboolean fill_case(Cli *cli, Sheets *sheets, GError **error)
{
    g_autofree char *number = case_read_number(cli_operand(cli, 0), error);
    Code code;

    return number != NULL && code_parse(number, &code, error) &&
           add_label(sheets, &code, (Label){.kind = LABEL_CASE, .title = "办件"}, error);
}

static int run_case_label(Cli *cli, GError **error)
{
    return make_sheets(cli, fill_case, error);
}

static const CliOption set_options[] = {
    {"item", 0, "CODE", TRUE, "the item, six digits", "事项, 六位"},
    {"set", 0, "N", FALSE, "number of the set (drawn)", "套号 (随机)"},
    {"slot", 0, "CODE", FALSE, "only these slots (may be given again)", "只要这些材料项 (可多次)"},
    {"output", 'o', "FILE.pdf", TRUE, "write the PDF here", "PDF 写到此文件"},
    {0},
};

static gboolean wanted(const Cli *cli, const char *slot)
{
    const GPtrArray *slots = cli_values(cli, "slot");

    return slots->len == 0 ||
           g_ptr_array_find_with_equal_func((GPtrArray *)slots, slot, g_str_equal, NULL);
}

static const Item *item_now(Cli *cli, House *house, GError **error)
{
    g_autoptr(Catalog) reader = store_reader(house_store(house), error);

    return reader != NULL ? house_item_on(house, reader, cli_value(cli, "item"), house_today(house),
                                          NULL, error)
                          : NULL;
}

static gboolean add_slots(Cli *cli, Sheets *sheets, const Item *item, gint64 set, GError **error)
{
    guint of = 1, sheet = 0;
    Code code = {.kind = CODE_SLOT};

    for (guint i = 0; i < item->slots->len; i++)
        of += wanted(cli, ((const ItemSlot *)g_ptr_array_index(item->slots, i))->code);
    code.slot.item = item->number;
    code.slot.set = (guint32)set;
    code.slot.of = of;
    for (guint i = 0; i < item->slots->len; i++) {
        const ItemSlot *slot = g_ptr_array_index(item->slots, i);
        Label label = {.kind = LABEL_SEPARATOR,
                       .title = keep(sheets, g_strdup(slot->name)),
                       .detail = keep(sheets, g_strdup(item->name)),
                       .mark = keep(sheets, g_strdup(slot->code)),
                       .n = sheet + 1,
                       .m = of};

        if (!wanted(cli, slot->code))
            continue;
        code.slot.slot = slot->slot;
        code.slot.sheet = ++sheet;
        if (!add_label(sheets, &code, label, error))
            return FALSE;
    }
    code.slot.slot = CODE_ITEM_CARD;
    code.slot.sheet = of;
    return of > 1 ? add_label(sheets, &code,
                              (Label){.kind = LABEL_SEPARATOR,
                                      .title = "最后一张",
                                      .detail = keep(sheets, g_strdup(item->name)),
                                      .mark = "完",
                                      .n = of,
                                      .m = of},
                              error)
                  : error_set(error, ERROR_INVALID, "item %s has no such slot", item->code);
}

/* Two sets of one item in a stack must differ: a sheet that its batch has seen makes it ask. */
static gint64 drawn_set(void)
{
    Random random = random_system();
    guint32 drawn;

    random_fill(&random, &drawn, sizeof drawn);
    return 1 + drawn % SET_MAX;
}

static gboolean fill_set(Cli *cli, Sheets *sheets, GError **error)
{
    Store *store = cli_store(cli, error);
    g_autoptr(House) house = store != NULL ? house_new(store) : NULL;
    const Item *item = house != NULL ? item_now(cli, house, error) : NULL;
    gint64 set = drawn_set();

    return item != NULL && cli_number(cli, "set", 0, SET_MAX, &set, error) &&
           add_slots(cli, sheets, item, set, error);
}

static int run_set(Cli *cli, GError **error)
{
    return make_sheets(cli, fill_set, error);
}

static gboolean fill_item(Cli *cli, Sheets *sheets, GError **error)
{
    Store *store = cli_store(cli, error);
    g_autoptr(House) house = store != NULL ? house_new(store) : NULL;
    const Item *item = house != NULL ? item_now(cli, house, error) : NULL;
    Code code = {.kind = CODE_SLOT};

    if (item == NULL)
        return FALSE;
    code.slot.item = item->number;
    code.slot.slot = CODE_ITEM_CARD;
    code.slot.sheet = 1;
    code.slot.of = 1;
    return add_label(sheets, &code,
                     (Label){.kind = LABEL_ITEM,
                             .title = keep(sheets, g_strdup(item->name)),
                             .mark = keep(sheets, g_strdup(item->code))},
                     error);
}

static int run_item(Cli *cli, GError **error)
{
    return make_sheets(cli, fill_item, error);
}

static gboolean fill_commands(Cli *cli G_GNUC_UNUSED, Sheets *sheets, GError **error)
{
    static const char *const names[COMMAND_END] = {[COMMAND_NEXT_DOCUMENT] = "下一份",
                                                   [COMMAND_NEXT_SAME_SLOT] = "同类下一份",
                                                   [COMMAND_UNDO] = "撤销",
                                                   [COMMAND_RESCAN] = "重扫此面",
                                                   [COMMAND_INTAKE_FINISHED] = "收件完成",
                                                   [COMMAND_SUSPEND] = "挂起",
                                                   [COMMAND_TELL_ONCE] = "一次告知",
                                                   [COMMAND_PRINT_RECEIPT] = "打印凭证",
                                                   [COMMAND_START] = "开始/继续",
                                                   [COMMAND_HELP] = "帮助",
                                                   [COMMAND_CANCEL] = "取消",
                                                   [COMMAND_OUT_OF_SERVICE] = "暂停服务"};

    for (int i = COMMAND_NEXT_DOCUMENT; i < COMMAND_END; i++) {
        Code code = {.kind = CODE_COMMAND};

        code.command.command = (CodeCommand)i;
        if (!add_label(sheets, &code,
                       (Label){.kind = LABEL_COMMAND,
                               .title = names[i],
                               .mark = keep(sheets, g_strdup_printf("%02d", i))},
                       error))
            return FALSE;
    }
    return TRUE;
}

static int run_commands(Cli *cli, GError **error)
{
    return make_sheets(cli, fill_commands, error);
}

const CliVerb cli_label_verbs[] = {
    {"label code", "", 0, 0, "the digits of a document's code", "文件条码的数字", code_options,
     run_code},
    {"label case", "NUMBER", 1, 1, "label for the cover of a case", "办件标签", case_label_options,
     run_case_label},
    {"label set", "", 0, 0, "a set of separator sheets", "一套分隔页", set_options, run_set},
    {"label item", "", 0, 0, "item card: opens a case", "事项卡", set_options, run_item},
    {"label command", "", 0, 0, "command cards", "命令卡", case_label_options, run_commands},
    {0},
};
