/* SPDX-License-Identifier: Apache-2.0
 *
 * Backups that no appliance made, sealed with the right key: nothing is written outside the places
 * of a store, and nothing becomes one.
 */
#include "tests/storage/sealed.h"
#include "tests/storage/tree.h"

#include "storage/restore.h"

#define HEAD(seq)                                                                                  \
    "{\"format\":\"anjuan-backup/1\",\"origin\":\"o\",\"since\":-1,\"seq\":" seq                   \
    ",\"base\":\"00\",\"root\":\"00\"}\n"
#define END "{\"end\":true,\"files\":0,\"lost\":[]}\n"

static char *folder;

static void seal(const char *name, const char *text)
{
    g_autofree char *path = tree_path(folder, name);

    sealed_put(path, text, strlen(text));
}

static gboolean is_busy(guint done G_GNUC_UNUSED, void *data G_GNUC_UNUSED)
{
    return FALSE;
}

/* Restore what `texts` say, one after the other; no store may come of it. */
static void assert_refused(const char *const *texts, ErrorCode code, BackupProgress progress)
{
    g_autofree char *to = tree_path(folder, "restored");
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    CipherKey keys[] = {sealed_key, sealed_key};
    RestoreRequest request = {.keys = keys, .folder = to, .progress = progress};
    g_auto(RestoreDone) done = {0};
    GError *error = NULL;

    for (guint i = 0; texts[i] != NULL; i++) {
        g_autofree char *name = g_strdup_printf("%u.bak", i);

        seal(name, texts[i]);
        g_ptr_array_add(paths, tree_path(folder, name));
    }
    g_ptr_array_add(paths, NULL);
    request.paths = (const char *const *)paths->pdata;
    assert_false(restore_folder(&request, &done, &error));
    if (!g_error_matches(error, ANJUAN_ERROR, (int)code))
        fail_msg("%s: %s", texts[0], error->message);
    g_clear_error(&error);
    for (guint i = 0; i + 1 < paths->len; i++)
        assert_int_equal(unlink(paths->pdata[i]), 0);
    tree_remove(folder, "restored");
}

static void entries_outside_a_store_are_refused(void **state G_GNUC_UNUSED)
{
    static const char *const entries[] = {
        "{\"file\":\"../escaped\",\"bytes\":1}\nx",
        "{\"file\":\"/tmp/escaped\",\"bytes\":1}\nx",
        "{\"file\":\"spool/../../escaped\",\"bytes\":1}\nx",
        "{\"file\":\"spool/./x\",\"bytes\":1}\nx",
        "{\"file\":\"spool//x\",\"bytes\":1}\nx",
        "{\"file\":\"spool/\",\"bytes\":1}\nx",
        "{\"file\":\"spool\",\"bytes\":1}\nx",
        "{\"file\":\"catalogue.db\",\"bytes\":1}\nx",
        "{\"file\":\"lock\",\"bytes\":0}\n",
        "{\"file\":\"spool/a b\",\"bytes\":1}\nx",
        "{\"file\":\"spool/\\u6848\",\"bytes\":1}\nx",
        "{\"file\":\"spool/x\",\"bytes\":-1}\n",
        "{\"file\":\"spool/x\"}\n",
        "{\"file\":\"spool/x\",\"offset\":0,\"bytes\":1}\nx",
        "{\"file\":\"journal/0.log\",\"offset\":-1,\"bytes\":1}\nx",
        "{\"bytes\":1}\nx",
        "{\"link\":\"../escaped\",\"to\":\"spool/x\"}\n",
        "{\"link\":\"vault/x\",\"to\":\"../../etc/passwd\"}\n",
        "{\"link\":\"vault/x\"}\n",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(entries); i++) {
        g_autofree char *text = g_strconcat(HEAD("0"), entries[i], END, NULL);
        g_autofree char *escaped = tree_path(folder, "escaped");

        assert_refused((const char *const[]){text, NULL}, ERROR_FORMAT, NULL);
        assert_false(g_file_test(escaped, G_FILE_TEST_EXISTS));
    }
}

static void what_is_no_chain_is_refused(void **state G_GNUC_UNUSED)
{
    static const char other[] = "{\"format\":\"anjuan-backup/1\",\"origin\":\"p\",\"since\":-1,"
                                "\"seq\":0,\"base\":\"00\",\"root\":\"00\"}\n" END;
    static const struct {
        const char *texts[3];
        ErrorCode code;
    } cases[] = {
        {{HEAD("0") "{\"file\":\"journal/0.log\",\"offset\":5,\"bytes\":1}\nx" END},
         ERROR_BACKUP_CHAIN},
        {{HEAD("0") END, other}, ERROR_BACKUP_CHAIN},
        {{"{\"format\":\"anjuan-backup/9\"}\n" END}, ERROR_FORMAT},
        {{"no line of JSON\n"}, ERROR_FORMAT},
        {{HEAD("0") END "behind"}, ERROR_FORMAT},
        {{HEAD("0")}, ERROR_DIGEST},
        {{HEAD("0") "{\"file\":\"spool/x\",\"bytes\":9}\nshort"}, ERROR_DIGEST},
        {{NULL}, ERROR_USAGE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_refused(cases[i].texts, cases[i].code, NULL);
}

static void a_restore_is_cancelled_between_files(void **state G_GNUC_UNUSED)
{
    static const char *const texts[] = {
        HEAD("0") "{\"file\":\"spool/x\",\"bytes\":1}\nx{\"file\":\"spool/y\",\"bytes\":1}\ny" END,
        NULL};

    assert_refused(texts, ERROR_CANCELLED, is_busy);
}

/* Key files, as people mistake them. */
static void what_is_no_key_file_is_refused(void **state G_GNUC_UNUSED)
{
    static const char *const texts[] = {"", "\n", "0123\n", "no key at all\n"};
    g_autofree char *path = tree_path(folder, "key"), *absent = tree_path(folder, "absent");
    guint8 loaded[CIPHER_KEY_BYTES];
    GError *error = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        tree_put(folder, "key", texts[i]);
        assert_false(cipher_key_load(path, loaded, &error));
        assert_error_code(error, ERROR_FORMAT);
        g_clear_error(&error);
    }
    assert_false(cipher_key_load(absent, loaded, &error));
    assert_error_code(error, ERROR_NO_FILE);
    g_clear_error(&error);
}

/* What is sealed with a key file asks for one, and no other file is taken for a sealed one. */
static void what_is_not_sealed_so_is_not_opened(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *head;
        ErrorCode code;
    } cases[] = {
        {"", ERROR_FORMAT},
        {"no line end", ERROR_FORMAT},
        {"{\"format\":\"another/1\"}\n", ERROR_FORMAT},
        {"{\"format\":\"anjuan-cipher/1\",\"key\":\"file\"}\n", ERROR_FORMAT},
    };
    const CipherKey by_passphrase = {.passphrase = "correct horse"};
    g_autofree char *path = tree_path(folder, "sealed"), *page = tree_path(folder, "page");
    SeededRandom seeded;
    Random random = random_seeded(&seeded, 1);
    g_autoptr(CipherReader) reader = NULL;
    GError *error = NULL;

    seal("sealed", "a line of more than ten bytes\n");
    assert_null(cipher_reader_new(path, &by_passphrase, &error));
    assert_error_code(error, ERROR_WRONG_KEY);
    g_clear_error(&error);
    assert_null(cipher_writer_new(path, &sealed_key, &random, &error));
    assert_error_code(error, ERROR_INVALID);
    g_clear_error(&error);
    reader = cipher_reader_new(path, &sealed_key, &error);
    assert_null(cipher_read_line(reader, 10, &error));
    assert_error_code(error, ERROR_FORMAT);
    g_clear_error(&error);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        tree_put(folder, "page", cases[i].head);
        assert_null(cipher_reader_new(page, &sealed_key, &error));
        assert_error_code(error, cases[i].code);
        g_clear_error(&error);
    }
}

#define DERIVED(salt, ops, mem)                                                                    \
    "{\"format\":\"anjuan-cipher/1\",\"key\":\"passphrase\",\"salt\":\"" salt "\",\"ops\":" ops    \
    ",\"mem\":" mem "}\n0123456789012345678901234567890123456789"

/* A first line that asks for no work at all, or for all the memory there is. */
static void a_key_is_derived_within_bounds(void **state G_GNUC_UNUSED)
{
    static const char *const heads[] = {
        DERIVED("00", "3", "67108864"),
        DERIVED("000102030405060708090a0b0c0d0e0f", "0", "67108864"),
        DERIVED("000102030405060708090a0b0c0d0e0f", "1000000", "67108864"),
        DERIVED("000102030405060708090a0b0c0d0e0f", "3", "1"),
        DERIVED("000102030405060708090a0b0c0d0e0f", "3", "1099511627776"),
        "{\"format\":\"anjuan-cipher/1\",\"key\":\"passphrase\"}\n012345678901234567890123456789",
    };
    const CipherKey by_passphrase = {.passphrase = "correct horse"};
    g_autofree char *path = tree_path(folder, "page");
    GError *error = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(heads); i++) {
        tree_put(folder, "page", heads[i]);
        assert_null(cipher_reader_new(path, &by_passphrase, &error));
        assert_error_code(error, ERROR_FORMAT);
        g_clear_error(&error);
    }
}

/* The last block is cut: whoever read the first one whole hears of it at the end. */
static void an_end_that_is_cut_is_no_end(void **state G_GNUC_UNUSED)
{
    g_autofree char *path = tree_path(folder, "cut"), *bytes = g_malloc0(CIPHER_BLOCK_BYTES + 10);
    g_autoptr(CipherReader) reader = NULL;
    GError *error = NULL;
    gboolean end;
    struct stat info;

    sealed_put(path, bytes, CIPHER_BLOCK_BYTES + 10);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(truncate(path, info.st_size - 1), 0);
    reader = cipher_reader_new(path, &sealed_key, &error);
    assert_no_error(error);
    assert_true(cipher_read(reader, bytes, CIPHER_BLOCK_BYTES, &error));
    assert_false(cipher_at_end(reader, &end, &error));
    assert_error_code(error, ERROR_DIGEST);
    g_clear_error(&error);
}

/* A folder that a restore began has its mark, and no lock: that comes last. */
static void a_store_is_not_taken_for_what_a_restore_left(void **state G_GNUC_UNUSED)
{
    g_autofree char *text = g_strconcat(HEAD("0"), END, NULL);
    g_autofree char *to = tree_path(folder, "kept"), *path = tree_path(folder, "whole");
    const char *paths[] = {path, NULL};
    RestoreRequest request = {.paths = paths, .keys = &sealed_key, .folder = to};
    GError *error = NULL;

    seal("whole", text);
    tree_put(folder, "kept/.restoring/x", "x");
    tree_put(folder, "kept/journal/x", "x");
    tree_put(folder, "kept/lock", "");
    for (int left = 0; left <= 1; left++) {
        g_auto(RestoreDone) done = {0};

        assert_false(restore_folder(&request, &done, &error));
        assert_error_code(error, left ? ERROR_DIGEST : ERROR_DATA_FOLDER_EXISTS);
        g_clear_error(&error);
        if (!left)
            tree_remove(folder, "kept/lock");
    }
    tree_remove(folder, "kept");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(entries_outside_a_store_are_refused),
    cmocka_unit_test(what_is_no_chain_is_refused),
    cmocka_unit_test(a_restore_is_cancelled_between_files),
    cmocka_unit_test(what_is_no_key_file_is_refused),
    cmocka_unit_test(what_is_not_sealed_so_is_not_opened),
    cmocka_unit_test(a_key_is_derived_within_bounds),
    cmocka_unit_test(an_end_that_is_cut_is_no_end),
    cmocka_unit_test(a_store_is_not_taken_for_what_a_restore_left),
};

TEST_MAIN_IN(folder, tests)
