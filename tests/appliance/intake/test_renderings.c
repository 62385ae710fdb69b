/* SPDX-License-Identifier: Apache-2.0
 *
 * Separators drawn, scanned by the model of a scanner and read on the path of the intake: how many
 * are found by a code, by their patch alone, by nothing. What the lots of test_separators.c take
 * for granted is measured here. 2,000 with ANJUAN_LONG=1.
 */
#include "appliance/code/code.h"
#include "appliance/page/import.h"
#include "tests/appliance/intake/leaf.h"
#include "tests/testing.h"

#include <string.h>

#define SHEETS      9
#define SHEETS_LONG 2000
#define SETS_MAX    1000000

typedef struct {
    guint by_code, by_patch, by_nothing, wrong;
} Tally;

static char *slot_text(guint sheet)
{
    Code code = {
        .kind = CODE_SLOT,
        .slot = {
            .item = 7, .slot = 1001 + sheet % 6, .set = sheet % SETS_MAX, .sheet = 1, .of = 2}};
    GError *error = NULL;
    char *text = code_compose(&code, &error);

    assert_no_error(error);
    return text;
}

/* A code in the grammar of the house that is not what was printed. */
static gboolean is_wrong(const PageCode *found, const char *text)
{
    Code code;

    return code_parse(found->text, &code, NULL) && strcmp(found->text, text) != 0;
}

static void judge(const PageResult *result, const char *text, Tally *tally)
{
    gboolean by_code = FALSE, by_patch = FALSE;

    for (guint i = 0; i < result->codes->len; i++) {
        const PageCode *found = g_ptr_array_index(result->codes, i);

        by_code = by_code || strcmp(found->text, text) == 0;
        by_patch = by_patch || strcmp(found->symbology, "PATCH") == 0;
        tally->wrong += is_wrong(found, text);
    }
    tally->by_code += by_code;
    tally->by_patch += !by_code && by_patch;
    tally->by_nothing += !by_code && !by_patch;
}

static void read_sheet(const char *folder, guint sheet, double hardness, Tally *tally)
{
    g_autofree char *text = slot_text(sheet);
    g_autofree char *path = leaf_separator(folder, text, sheet, hardness);
    g_autofree char *bytes = NULL;
    gsize size;
    ImportOptions options = {0};
    g_auto(PageResult) result = PAGE_RESULT_NONE;
    GError *error = NULL;
    gboolean keep;

    assert_true(g_file_get_contents(path, &bytes, &size, NULL));
    if (!import_page((Bytes){(const guint8 *)bytes, size}, &options, &result, &keep, &error))
        fail_msg("sheet %u: %s", sheet, error->message);
    judge(&result, text, tally);
}

static void every_separator_is_found_by_one_of_its_marks(void **state G_GNUC_UNUSED)
{
    gboolean is_long = g_strcmp0(g_getenv("ANJUAN_LONG"), "1") == 0;
    guint sheets = is_long ? SHEETS_LONG : SHEETS;
    g_autofree char *folder = testing_folder();
    Tally tally = {0};

    for (guint sheet = 1; sheet <= sheets; sheet++)
        read_sheet(folder, sheet, (double)sheet / sheets, &tally);
    print_message("%u separators: %u found by a code, %u by their patch alone, %u by nothing, %u "
                  "wrong codes\n",
                  sheets, tally.by_code, tally.by_patch, tally.by_nothing, tally.wrong);
    assert_int_equal(tally.wrong, 0);
    assert_int_equal(tally.by_nothing, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_separator_is_found_by_one_of_its_marks),
};
TEST_MAIN(tests)
