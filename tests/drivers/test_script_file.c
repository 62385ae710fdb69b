/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/script_file.h"
#include "drivers/script_picture.h"
#include "tests/testing.h"

#include <string.h>
#include <unistd.h>

static void assert_refused(const char *text, const char *where)
{
    g_autoptr(GError) error = NULL;

    assert_null(script_parse(text, strlen(text), "s.json", "/m", &error));
    assert_error_code(error, ERROR_DEFINITION);
    if (strstr(error->message, where) == NULL)
        fail_msg("\"%s\" does not name \"%s\"", error->message, where);
}

static void faults_of_a_script_name_line_and_path(void **state G_GNUC_UNUSED)
{
    assert_refused("", "line");
    assert_refused("{\"sheets\": [],\n\"sheets\": []}", "line 2");
    assert_refused("[]", "line 1, /: must be an object");
    assert_refused("{}", "sheets: must be a list");
    assert_refused("{\"sheets\": [],\n \"colour\": 1}", "line 2, /colour: unknown key");
    assert_refused("{\"sheets\": [{},\n {\"front\": {}}]}", "line 2, /sheets/1/front: must have");
    assert_refused("{\"sheets\": [{\"back\": {\"pattern\": \"zebra\"}}]}",
                   "/sheets/0/back/pattern: no known pattern");
    assert_refused("{\"sheets\": [{\"back\": {\"path\": \"a\",\n\"width_px\": 70000}}]}",
                   "/sheets/0/back: sides end at");
    assert_refused("{\"sheets\": [{\"repeat\": 0}]}", "/sheets/0: a script has 1 to");
    assert_refused("{\"sheets\": [{\"repeat\": 1000000}, {}]}", "/sheets/1: a script has 1 to");
    assert_refused("{\"sheets\": [{\"repeat\": -1}]}", "/sheets/0/repeat: must be a whole");
    assert_refused("{\"sheets\": [{}], \"events\": [{\"at\": 2, \"do\": \"jam\"}]}",
                   "/events/0: at: there are 1 sheets");
    assert_refused("{\"sheets\": [{}], \"events\": [\n{\"at\": 1, \"do\": \"dance\"}]}",
                   "line 2, /events/0/do: no known deed");
    assert_refused("{\"sheets\": [], \"device\": {\"features\": [\"feeder\",\n \"wings\"]}}",
                   "line 2, /device/features/1: no known feature");
    assert_refused("{\"sheets\": [], \"refill\": 1}", "/refill: must be true or false");
    assert_refused("{\"sheets\": [{\"back\": {\"path\": \"a.jpg\"}}],"
                   "\"backs_upside_down\": true}",
                   "/sheets/0/back: only PNM");
}

static void a_script_is_read_as_written(void **state G_GNUC_UNUSED)
{
    static const char text[] =
        "{\"story\": \"s\", \"device\": {\"model\": \"M\", \"features\": [\"feeder\"]},"
        " \"place\": \"p\", \"sheets\": [{\"repeat\": 2}, {\"front\": {\"path\": \"x/a.jpg\"}}],"
        " \"events\": [{\"at\": 3, \"back\": true, \"do\": \"late\", \"ms\": 70, \"times\": 4}]}";
    g_autoptr(GError) error = NULL;
    g_autoptr(Script) script = script_parse(text, strlen(text), "s", "/m", &error);
    const ScriptEvent *event;

    assert_no_error(error);
    assert_int_equal(script->n_sheets, 3);
    assert_int_equal(script->features, SCANNER_HAS_FEEDER);
    assert_string_equal(script->info.model, "M");
    assert_string_equal(script->place, "/m/p");
    assert_ptr_equal(script_sheet(script, 1), script_sheet(script, 2));
    assert_string_equal(script_sheet(script, 3)->front.path, "/m/x/a.jpg");
    assert_null(script_sheet(script, 4));
    event = &g_array_index(script->events, ScriptEvent, 0);
    assert_int_equal(event->deed, SCRIPT_LATE);
    assert_true(event->back);
    assert_int_equal(event->ms, 70);
    assert_int_equal(event->times, 4);
}

static void draw_whole(const ScriptPicture *picture, guint8 *page)
{
    GError *error = NULL;

    assert_true(
        script_picture_rows(picture, 0, script_picture_geometry(picture)->height_px, page, &error));
}

static void a_numbered_page_can_be_read_back(void **state G_GNUC_UNUSED)
{
    static const guint forms[][2] = {{1, 1}, {1, 8}, {3, 8}};

    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
        ScannerGeometry geometry = {.width_px = 301, .height_px = 430, .dpi = 36};
        ScriptDrawing drawing = {.numbered = TRUE, .sheet = 0x9a5a5, .back = i % 2};
        g_autofree guint8 *page = NULL;
        g_autoptr(ScriptPicture) picture = NULL;
        gboolean back;
        guint sheet;

        geometry.samples = forms[i][0];
        geometry.depth = forms[i][1];
        geometry.row_bytes = scanner_row_bytes(301, geometry.samples, geometry.depth);
        picture = script_picture_draw(&geometry, &drawing);
        page = g_malloc(scanner_page_bytes(&geometry));
        draw_whole(picture, page);
        assert_true(script_picture_number(page, &geometry, &sheet, &back));
        assert_int_equal(sheet, 0x9a5a5);
        assert_int_equal(back, i % 2);
        g_clear_pointer(&picture, script_picture_free);
        drawing.turned = TRUE;
        picture = script_picture_draw(&geometry, &drawing);
        draw_whole(picture, page);
        assert_false(script_picture_number(page, &geometry, &sheet, &back));
    }
}

static void a_pnm_file_comes_as_it_is_or_turned(void **state G_GNUC_UNUSED)
{
    static const char pbm[] = "P4\n# a remark\n10 2\n\xff\x40\x00\x80";
    g_autofree char *folder = testing_folder();
    g_autofree char *path = g_build_filename(folder, "a.pbm", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(ScriptPicture) picture = NULL;
    guint8 page[4];

    assert_true(g_file_set_contents(path, pbm, sizeof pbm - 1, NULL));
    picture = script_picture_read(path, FALSE, 300, &error);
    assert_no_error(error);
    draw_whole(picture, page);
    assert_memory_equal(page, "\xff\x40\x00\x80", 4);
    script_picture_free(picture);
    picture = script_picture_read(path, TRUE, 300, &error);
    assert_no_error(error);
    draw_whole(picture, page);
    assert_memory_equal(page, "\x40\x00", 2); /* 0000 0000 10 backwards is 01 0000 0000 */
}

static void a_pnm_file_that_becomes_shorter_ends_the_picture(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autofree char *path = g_build_filename(folder, "a.pgm", NULL);

    for (gboolean turned = FALSE; turned <= TRUE; turned++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(ScriptPicture) picture = NULL;
        guint8 page[6];

        assert_true(g_file_set_contents(path, "P5 2 3 255 abcdef", -1, NULL));
        picture = script_picture_read(path, turned, 300, &error);
        assert_no_error(error);
        assert_int_equal(truncate(path, (off_t)strlen("P5 2 3 255 abcde")), 0);
        assert_false(script_picture_rows(picture, 0, 3, page, &error));
        assert_error_code(error, ERROR_FORMAT);
    }
}

static void a_cut_off_or_foreign_pnm_is_refused(void **state G_GNUC_UNUSED)
{
    static const char *const wrong[] = {"",
                                        "P",
                                        "P4",
                                        "P3\n1 1\n255\n1",
                                        "P5\n2 2\n",
                                        "P5 2 2 255 abc",
                                        "P5 2 2 256 abcdefgh",
                                        "P6 0 5 255 ",
                                        "P4 99999999999 1 a",
                                        "GIF89a"};
    g_autofree char *folder = testing_folder();
    g_autofree char *path = g_build_filename(folder, "a.pnm", NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;

        assert_true(g_file_set_contents(path, wrong[i], -1, NULL));
        assert_null(script_picture_read(path, FALSE, 300, &error));
        assert_error_code(error, ERROR_FORMAT);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_of_a_script_name_line_and_path),
        cmocka_unit_test(a_script_is_read_as_written),
        cmocka_unit_test(a_numbered_page_can_be_read_back),
        cmocka_unit_test(a_pnm_file_comes_as_it_is_or_turned),
        cmocka_unit_test(a_pnm_file_that_becomes_shorter_ends_the_picture),
        cmocka_unit_test(a_cut_off_or_foreign_pnm_is_refused),
    };

    testing_begin();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
