/* SPDX-License-Identifier: Apache-2.0
 *
 * An OCFL object as others may make it: one file, one version, to be spoilt in one place.
 */
#pragma once

#include "tests/storage/tree.h"

#include "appliance/base/text.h"
#include "storage/ocfl.h"
#include "storage/verify.h"

/* "hello\n" and "world\n" */
#define MD5 "b1946ac92492d2347c6235b4d2611184"
#define HELLO                                                                                      \
    "e7c22b994c59d9cf2b48e549b1e24666636045930d3da7c1acb299d1c3b7f931f94aae41edda2c2b207a36e10f8b" \
    "cb8"                                                                                          \
    "d45223e54878f5b316e7ce3b6bc019629"
#define UPPER                                                                                      \
    "E7C22B994C59D9CF2B48E549B1E24666636045930D3DA7C1ACB299D1C3B7F931F94AAE41EDDA2C2B207A36E10F8B" \
    "CB8"                                                                                          \
    "D45223E54878F5B316E7CE3B6BC019629"
#define HELLO256 "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"

#define ZEROS16 "0000000000000000"
#define ZEROS   ZEROS16 ZEROS16 ZEROS16 ZEROS16 ZEROS16 ZEROS16 ZEROS16 ZEROS16

#define TYPE      "\"type\":\"https://ocfl.io/1.1/spec/#inventory\""
#define CREATED   "\"created\":\"2026-01-02T03:04:05Z\""
#define MESSAGE   "\"message\":\"first\""
#define STATE     "\"state\":{\"" HELLO "\":[\"a.txt\"]}"
#define USER      "\"user\":{\"address\":\"mailto:a@example.org\",\"name\":\"A\"}"
#define MANIFEST  "\"manifest\":{\"" HELLO "\":[\"v1/content/a.txt\"]}"
#define FIXITY    "\"fixity\":{\"md5\":{\"" MD5 "\":[\"v1/content/a.txt\"]}}"
#define V1        "\"v1\":{" CREATED "," MESSAGE "," STATE "," USER "}"
#define ALGORITHM "\"digestAlgorithm\":\"sha512\""
#define ID        "\"id\":\"urn:example:1\""
#define HEAD      "\"head\":\"v1\""
#define BASE                                                                                       \
    "{" ALGORITHM "," FIXITY "," HEAD "," ID "," MANIFEST "," TYPE ",\"versions\":{" V1 "}}"

static inline char *replace(const char *text, const char *from, const char *to)
{
    g_auto(GStrv) parts = g_strsplit(text, from, -1);

    if (g_strv_length(parts) < 2)
        fail_msg("'%s' is not in the inventory", from);
    return g_strjoinv(to, parts);
}

/* inventory.json and its side-car in `folder` of the object ("" or "v1/"). */
static inline void put_inventory(const char *object, const char *folder, const char *text)
{
    g_autofree char *path = g_strconcat(folder, "inventory.json", NULL);
    gboolean wide = strstr(text, "\"sha256\"") == NULL;
    g_autofree char *beside = g_strconcat(path, wide ? ".sha512" : ".sha256", NULL);
    g_autofree char *hex =
        g_compute_checksum_for_string(wide ? G_CHECKSUM_SHA512 : G_CHECKSUM_SHA256, text, -1);
    g_autofree char *line = g_strconcat(hex, " inventory.json\n", NULL);

    tree_put(object, path, text);
    tree_put(object, beside, line);
}

/* The base object with one change to its inventory and one to its files. */
typedef struct {
    const char *from, *to;   /* in the inventory; NULL: no change */
    const char *path, *text; /* a file put, or taken away where text is NULL; NULL: no change */
    const char *code;        /* what must be found; NULL: nothing at all */
} Case;

static inline void put_object(const char *object, const Case *test)
{
    g_autofree char *text =
        test->from != NULL ? replace(BASE, test->from, test->to) : g_strdup(BASE);

    tree_put(object, "0=ocfl_object_1.1", "ocfl_object_1.1\n");
    put_inventory(object, "", text);
    put_inventory(object, "v1/", text);
    tree_put(object, "v1/content/a.txt", "hello\n");
    if (test->path != NULL && test->text != NULL)
        tree_put(object, test->path, test->text);
    else if (test->path != NULL)
        tree_remove(object, test->path);
}

static inline void collect(const VerifyFinding *finding, void *data)
{
    g_string_append_printf(data, " %s %s [%s];", finding->code,
                           finding->path != NULL ? finding->path : "-", finding->detail);
}

static inline void assert_judged(const char *path, gboolean errors, const char *code)
{
    VerifyOptions options = {.level = VERIFY_FULL};
    g_autoptr(GString) found = g_string_new(NULL);
    g_autofree char *wanted = g_strdup_printf(" %s ", code);
    VerifySummary summary;
    GError *error = NULL;

    assert_true(verify_path(path, &options, collect, found, &summary, &error));
    assert_no_error(error);
    if (code == NULL)
        assert_string_equal(found->str, "");
    else if (strstr(found->str, wanted) == NULL)
        fail_msg("wanted %s, found%s", code, found->str);
    assert_int_equal(summary.errors > 0, errors);
}
