/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/testing.h"

#include "appliance/base/file.h"
#include "ui/service/settings.h"

#include <string.h>

static char *file_with(const char *text)
{
    g_autofree char *folder = testing_folder();
    char *path = g_build_filename(folder, "anjuan.conf", NULL);
    g_autoptr(GError) error = NULL;

    assert_true(file_replace(path, 0600, text, strlen(text), &error));
    assert_no_error(error);
    return path;
}

static Settings *load(const char *path, GError **error)
{
    const char *files[] = {path, NULL};

    return settings_load(files, error);
}

static void a_change_replaces_a_default_and_says_where_it_stands(void **state G_GNUC_UNUSED)
{
    g_autofree char *path =
        file_with("# of this hall\n[serve]\nlisten = *:8443\n[house]\n hall=007\n");
    g_autoptr(GError) error = NULL;
    g_autoptr(Settings) settings = load(path, &error);

    assert_no_error(error);
    assert_string_equal(settings_text(settings, "serve", "listen"), "*:8443");
    assert_string_equal(settings_text(settings, "house", "hall"), "007");
    assert_string_equal(settings_text(settings, "house", "region"), "320583");
    assert_null(settings_text(settings, "serve", "certificate"));
    assert_true(settings_flag(settings, "house", "samples"));
}

static void a_list_is_separated_by_semicolons(void **state G_GNUC_UNUSED)
{
    g_autofree char *path = file_with("[devices]\nscanner = sane:a:b ; escl:http://host/\n");
    g_autoptr(GError) error = NULL;
    g_autoptr(Settings) settings = load(path, &error);
    g_autoptr(GPtrArray) names = NULL;

    assert_no_error(error);
    names = settings_list(settings, "devices", "scanner");
    assert_int_equal(names->len, 2);
    assert_string_equal(g_ptr_array_index(names, 0), "sane:a:b");
    assert_string_equal(g_ptr_array_index(names, 1), "escl:http://host/");
}

static void readers_are_named_with_their_seats(void **state G_GNUC_UNUSED)
{
    g_autofree char *path =
        file_with("[devices]\nreader = 003=GUN0001; 004B=serial:/dev/ttyS0@9600 ;\n");
    g_autoptr(GError) error = NULL;
    g_autoptr(Settings) settings = load(path, &error);
    g_autoptr(GPtrArray) rows = NULL;

    assert_no_error(error);
    rows = settings_list(settings, "devices", "reader");
    assert_int_equal(rows->len, 2);
    assert_string_equal(g_ptr_array_index(rows, 1), "004B=serial:/dev/ttyS0@9600");
}

static void refused(const char *text, const char *line)
{
    g_autofree char *path = file_with(text);
    g_autofree char *place = g_strdup_printf("%s:%s", path, line);
    g_autoptr(GError) error = NULL;

    assert_null(load(path, &error));
    assert_error_code(error, ERROR_SETTINGS);
    if (!g_str_has_prefix(error->message, place))
        fail_msg("'%s' does not begin with '%s'", error->message, place);
}

static void what_is_mistyped_is_refused_with_file_and_line(void **state G_GNUC_UNUSED)
{
    refused("[serve]\nlistn = 127.0.0.1:80\n", "2: unknown key 'listn'");
    refused("[sever]\n", "1: unknown group 'sever'");
    refused("[serve\n", "1: no end of the group");
    refused("[\n", "1: no end of the group");
    refused("listen = 127.0.0.1:80\n", "1: no [group]");
    refused("[serve]\n\nlisten\n", "3: no 'key = value'");
    refused("[serve]\nlisten = :1\nlisten = :2\n", "3: a second time 'listen'");
}

static void a_value_that_does_not_fit_is_refused(void **state G_GNUC_UNUSED)
{
    refused("[house]\nregion = 32058\n", "2: region = '32058'");
    refused("[house]\nregion = 32058x\n", "2: region");
    refused("[house]\nregion =\n", "2: region");
    refused("[house]\nprofile = village\n", "2: profile");
    refused("[house]\norigin = https://a\n", "2: origin");
    refused("[house]\nsamples = maybe\n", "2: samples");
    refused("[serve]\nlisten = nowhere\n", "2: listen");
    refused("[serve]\ncertificate = cert.pem\n", "2: certificate");
    refused("[devices]\nscanner = fujitsu\n", "2: scanner");
    refused("[devices]\nreader = GUN0001\n", "2: reader");
    refused("[devices]\nreader = 000=GUN0001\n", "2: reader");
    refused("[devices]\nreader = 003C=GUN0001\n", "2: reader");
    refused("[devices]\nreader = 003=GUN0001,004=GUN0002\n", "2: reader");
}

static void a_file_that_is_no_text_is_refused(void **state G_GNUC_UNUSED)
{
    g_autofree char *path = file_with("\xff\xfe");
    g_autoptr(GError) error = NULL;

    assert_null(load(path, &error));
    assert_error_code(error, ERROR_SETTINGS);
}

static void a_named_file_must_be_there(void **state G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;

    assert_null(load("/nowhere/anjuan.conf", &error));
    assert_error_code(error, ERROR_NO_FILE);
}

static void count_key(const SettingValue *value, void *data)
{
    assert_non_null(value->value);
    assert_null(value->origin);
    (*(guint *)data)++;
}

/* What the package ships is accepted and changes nothing. */
static void the_documented_defaults_are_the_defaults(void **state G_GNUC_UNUSED)
{
    g_autofree char *text = settings_document();
    g_autofree char *path = file_with(text);
    const char *nothing[] = {NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(Settings) shipped = load(path, &error), plain = settings_load(nothing, &error);
    guint n = 0;

    assert_no_error(error);
    settings_each(plain, count_key, &n);
    assert_true(n > 8);
    assert_string_equal(settings_text(shipped, "serve", "listen"),
                        settings_text(plain, "serve", "listen"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_replaces_a_default_and_says_where_it_stands),
        cmocka_unit_test(a_list_is_separated_by_semicolons),
        cmocka_unit_test(readers_are_named_with_their_seats),
        cmocka_unit_test(what_is_mistyped_is_refused_with_file_and_line),
        cmocka_unit_test(a_value_that_does_not_fit_is_refused),
        cmocka_unit_test(a_file_that_is_no_text_is_refused),
        cmocka_unit_test(a_named_file_must_be_there),
        cmocka_unit_test(the_documented_defaults_are_the_defaults),
    };

    testing_begin();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
