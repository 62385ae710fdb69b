/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/definition.h"
#include "appliance/casework/shape.h"
#include "tests/testing.h"

#include <string.h>

/* `value` against `schema` says `expected` ("path why", NULL: it fits). */
static void judged(const char *value, const char *schema, const char *expected)
{
    g_autoptr(json_t) v = json_loads(value, JSON_DECODE_ANY, NULL);
    g_autoptr(json_t) s = json_loads(schema, 0, NULL);
    g_auto(ShapeFault) fault = {0};
    gboolean fits;

    assert_non_null(v);
    assert_non_null(s);
    fits = shape_fits(v, s, &fault);
    if (expected == NULL) {
        assert_true(fits);
        assert_null(fault.path);
    } else {
        g_autofree char *found = fits ? NULL : g_strdup_printf("%s %s", fault.path, fault.why);

        assert_false(fits);
        assert_string_equal(found, expected);
    }
}

static void every_keyword_accepts_and_refuses(void **state)
{
    (void)state;
    judged("1", "{\"type\":\"integer\"}", NULL);
    judged("\"1\"", "{\"type\":\"integer\"}", " not of type integer");
    judged("null", "{\"type\":[\"string\",\"null\"]}", NULL);
    judged("1", "{\"type\":[\"string\",\"null\"]}", " of a wrong type");
    judged("\"a\"", "{\"enum\":[\"a\",\"b\"]}", NULL);
    judged("\"c\"", "{\"enum\":[\"a\"]}", " \"c\" is none of [\"a\"]");
    judged("2", "{\"const\":1}", " must be 1");
    judged("{}", "{\"required\":[\"a\"]}", " \"a\" is missing");
    judged("{\"a\":1}", "{\"properties\":{\"a\":{\"type\":\"string\"}}}", "/a not of type string");
    judged("{\"b\":1}", "{\"properties\":{},\"additionalProperties\":false}", "/b unknown key");
    judged("{\"b\":1}", "{\"additionalProperties\":{\"type\":\"string\"}}",
           "/b not of type string");
    judged("[1,\"x\"]", "{\"items\":{\"type\":\"integer\"}}", "/1 not of type integer");
    judged("[1,1]", "{\"uniqueItems\":true}", "/1 stands here twice");
    judged("[]", "{\"minItems\":1}", " minItems is 1, found 0");
    judged("[1,2]", "{\"maxItems\":1}", " maxItems is 1, found 2");
    judged("\"办件\"", "{\"minLength\":2,\"maxLength\":2}", NULL);
    judged("\"办\"", "{\"minLength\":2}", " minLength is 2, found 1");
    judged("\"办件号\"", "{\"maxLength\":2}", " maxLength is 2, found 3");
    judged("0", "{\"minimum\":1}", " minimum is 1, found 0");
    judged("9", "{\"maximum\":8}", " maximum is 8, found 9");
    judged("\"A1\"", "{\"pattern\":\"^[A-Z]+$\"}", " \"A1\" does not have the form ^[A-Z]+$");
    judged("{\"a\":1}",
           "{\"properties\":{\"a\":{\"$ref\":\"#/$defs/x\"}},\"$defs\":{\"x\":{\"const\":2}}}",
           "/a must be 2");
    judged("1", "{\"$ref\":\"#/$defs/y\"}", " the schema refers to an unknown #/$defs/y");
    judged("1", "{\"anyOf\":[{\"const\":2},{\"const\":1}]}", NULL);
    judged("3", "{\"anyOf\":[{\"const\":2},{\"const\":1}]}", " must be 1");
    judged("1", "{\"oneOf\":[]}", " unknown keyword \"oneOf\" in the schema");
}

static void a_fault_names_file_line_and_path(void **state)
{
    const char *text = "{\n\"format\": \"anjuan-archive/1\",\n\"classes\": [\"WS\"],\n"
                       "\"licensing\": [],\n\"retentions\": [\n\"Y\",\n\"D3\"]}";
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_null(definition_load(text, strlen(text), "own.json", "archive.schema.json", &error));
    assert_error_code(error, ERROR_DEFINITION);
    assert_true(g_str_has_prefix(error->message, "own.json, line 7, /retentions/1: "));
}

static void broken_json_names_its_line(void **state)
{
    const char *text = "{\n\"format\": 1,\n\"format\": 2}";
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_null(definition_load(text, strlen(text), "own.json", "archive.schema.json", &error));
    assert_error_code(error, ERROR_DEFINITION);
    assert_true(g_str_has_prefix(error->message, "own.json, line 3"));
}

static void a_definition_over_a_megabyte_is_refused(void **state)
{
    g_autofree char *big = g_strnfill(DEFINITION_BYTES_MAX + 1, ' ');
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_null(
        definition_load(big, DEFINITION_BYTES_MAX + 1, "big", "archive.schema.json", &error));
    assert_error_code(error, ERROR_TOO_LARGE);
}

static void every_shipped_file_is_sound_json(void **state)
{
    g_autoptr(GPtrArray) names = definition_shipped_names("", ".json");

    (void)state;
    assert_true(names->len >= 2);
    for (guint i = 0; i < names->len; i++) {
        const Embedded *file = definition_shipped(g_ptr_array_index(names, i));
        GError *error = NULL;
        g_autoptr(json_t) root =
            json_parse((const char *)file->bytes, file->size, file->name, ERROR_FORMAT, &error);

        assert_no_error(error);
        assert_non_null(root);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_keyword_accepts_and_refuses),
    cmocka_unit_test(a_fault_names_file_line_and_path),
    cmocka_unit_test(broken_json_names_its_line),
    cmocka_unit_test(a_definition_over_a_megabyte_is_refused),
    cmocka_unit_test(every_shipped_file_is_sound_json),
};

TEST_MAIN(tests)
