/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/storage/tree.h"

#include "appliance/base/json.h"
#include "appliance/base/text.h"
#include "storage/ocfl_stage.h"
#include "storage/verify.h"

#define TIME_US (G_GINT64_CONSTANT(1763720000) * G_USEC_PER_SEC)
#define ID      "urn:anjuan:2026-000123"

/* A vault in a folder of its own: root, staging and a spool of two pages. */
typedef struct {
    char *folder, *root_path, *staging, *page;
    OcflRoot *root;
    Digests digests; /* of the page */
} Vault;

static void vault_open(Vault *vault)
{
    GError *error = NULL;
    const char text[] = "the bytes of a page\n";
    DigestPass pass;

    *vault = (Vault){.folder = testing_folder()};
    vault->root_path = tree_path(vault->folder, "vault");
    vault->staging = tree_path(vault->folder, "staging");
    vault->page = tree_path(vault->folder, "page.tif");
    tree_put(vault->folder, "page.tif", text);
    digest_init(&pass);
    digest_update(&pass, text, strlen(text));
    digest_finish(&pass, &vault->digests);
    assert_true(ocfl_root_create(vault->root_path, &error));
    vault->root = ocfl_root_open(vault->root_path, vault->staging, &error);
    assert_no_error(error);
}

static void vault_close(Vault *vault)
{
    ocfl_root_free(vault->root);
    g_free(vault->folder);
    g_free(vault->root_path);
    g_free(vault->staging);
    g_free(vault->page);
}

static OcflStage *begin(const Vault *vault, GError **error)
{
    OcflVersion version = {.id = ID,
                           .created_us = TIME_US,
                           .message = "seal",
                           .user_name = "clerk-7",
                           .user_address = "urn:anjuan:person:clerk-7"};

    return ocfl_stage_new(vault->root, &version, error);
}

static gboolean put_text(OcflStage *stage, const char *logical, const char *text, GError **error)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));

    return ocfl_stage_put(stage, logical, bytes, error);
}

/* v1: a page by link, two files by bytes, one of them with bytes the object has already. */
static gboolean fill_first(const Vault *vault, OcflStage *stage, GError **error)
{
    return ocfl_stage_link(stage, "representations/rep1/data/0001.tif", vault->page,
                           &vault->digests, error) &&
           put_text(stage, "METS.xml", "<mets/>", error) &&
           put_text(stage, "metadata/case.json", "{}", error) &&
           put_text(stage, "metadata/same.json", "{}", error);
}

/* v2: a late paper, a changed METS, a file less. */
static gboolean fill_second(const Vault *vault G_GNUC_UNUSED, OcflStage *stage, GError **error)
{
    return put_text(stage, "METS.xml", "<mets version='2'/>", error) &&
           put_text(stage, "representations/rep1/data/0002.tif", "a late page", error) &&
           ocfl_stage_remove(stage, "metadata/same.json", error);
}

typedef gboolean (*Fill)(const Vault *vault, OcflStage *stage, GError **error);

static gboolean seal(const Vault *vault, Fill fill, GError **error)
{
    g_autoptr(OcflStage) stage = begin(vault, error);
    guint8 digest[SHA512_DIGEST_SIZE];

    return stage != NULL && fill(vault, stage, error) && ocfl_stage_finish(stage, digest, error) &&
           ocfl_stage_commit(stage, error);
}

static void collect(const VerifyFinding *finding, void *data)
{
    g_string_append_printf(data, "%s %s [%s]; ", finding->code,
                           finding->path != NULL ? finding->path : "-", finding->detail);
}

static char *judge(const char *path, VerifySummary *summary)
{
    VerifyOptions options = {.level = VERIFY_FULL, .threads = 2};
    GString *found = g_string_new(NULL);
    GError *error = NULL;

    assert_true(verify_path(path, &options, collect, found, summary, &error));
    assert_no_error(error);
    return g_string_free(found, FALSE);
}

static void assert_sound(const char *path)
{
    VerifySummary summary;
    g_autofree char *found = judge(path, &summary);

    assert_string_equal(found, "");
}

static void an_object_lies_where_the_layout_says(void **state G_GNUC_UNUSED)
{
    /* The examples of layout 0003. */
    OcflLayout layout = {HASH_SHA256, 3, 3}, md5 = {HASH_MD5, 2, 15}, flat = {HASH_SHA256, 0, 0};
    g_autofree char *a = ocfl_layout_place("..hor/rib:le-$id", &layout);
    g_autofree char *b = ocfl_layout_place("object-01", &md5);
    g_autofree char *c = ocfl_layout_place("object-01", &flat);
    g_autofree char *long_id = g_strnfill(101, 'a');
    g_autofree char *d = ocfl_layout_place(long_id, &flat);

    assert_string_equal(a, "487/326/d8c/%2e%2ehor%2frib%3ale-%24id");
    assert_string_equal(b, "ff/75/53/44/92/48/5e/ab/b3/9f/86/35/67/28/88/object-01");
    assert_string_equal(c, "object-01");
    assert_int_equal(strlen(d), 100 + 1 + 64);
}

static void a_sealed_case_is_a_sound_object(void **state G_GNUC_UNUSED)
{
    Vault vault;
    GError *error = NULL;
    g_autofree char *object = NULL;
    g_autoptr(GPtrArray) stages = NULL;

    vault_open(&vault);
    assert_false(ocfl_object_exists(vault.root, ID));
    assert_true(seal(&vault, fill_first, &error));
    assert_no_error(error);
    assert_true(ocfl_object_exists(vault.root, ID));
    object = ocfl_object_path(vault.root, ID);
    assert_sound(object);
    assert_sound(vault.root_path);
    stages = ocfl_stage_list(vault.root, NULL);
    assert_int_equal(stages->len, 0);
    vault_close(&vault);
}

static gboolean count_file(const OcflFile *file, void *data, GError **error G_GNUC_UNUSED)
{
    assert_non_null(file->sha256);
    g_string_append_printf(data, "%s=%s ", file->logical, file->content);
    return TRUE;
}

static void a_late_paper_makes_the_second_version(void **state G_GNUC_UNUSED)
{
    Vault vault;
    GError *error = NULL;
    g_autoptr(json_t) inventory = NULL;
    g_autoptr(GString) files = g_string_new(NULL);

    vault_open(&vault);
    assert_true(seal(&vault, fill_first, &error));
    assert_true(seal(&vault, fill_second, &error));
    assert_no_error(error);
    assert_sound(vault.root_path);
    inventory = ocfl_inventory_read(vault.root, ID, &error);
    assert_no_error(error);
    assert_string_equal(json_text(inventory, "head"), "v2");
    assert_true(ocfl_inventory_each(inventory, count_file, files, NULL));
    assert_string_equal(files->str, "METS.xml=v2/content/METS.xml "
                                    "metadata/case.json=v1/content/metadata/case.json "
                                    "representations/rep1/data/0001.tif="
                                    "v1/content/representations/rep1/data/0001.tif "
                                    "representations/rep1/data/0002.tif="
                                    "v2/content/representations/rep1/data/0002.tif ");
    vault_close(&vault);
}

static void many_versions_stay_sound(void **state G_GNUC_UNUSED)
{
    Vault vault;

    vault_open(&vault);
    assert_true(seal(&vault, fill_first, NULL));
    for (guint n = 2; n <= 12; n++) {
        g_autoptr(OcflStage) stage = begin(&vault, NULL);
        g_autofree char *name = g_strdup_printf("documentation/note-%u.txt", n);
        guint8 digest[SHA512_DIGEST_SIZE];

        assert_true(put_text(stage, name, name, NULL));
        assert_true(ocfl_stage_finish(stage, digest, NULL));
        assert_true(ocfl_stage_commit(stage, NULL));
    }
    assert_sound(vault.root_path);
    vault_close(&vault);
}

static void names_against_the_rules_are_refused(void **state G_GNUC_UNUSED)
{
    static const char *const bad[] = {"",     "/x",  "a//b",   "../x", "a b",
                                      "案卷", "dir", "file/x", "file"};
    Vault vault;
    g_autoptr(OcflStage) stage = NULL;
    guint8 digest[SHA512_DIGEST_SIZE];
    GError *error = NULL;

    vault_open(&vault);
    stage = begin(&vault, NULL);
    assert_true(put_text(stage, "dir/x", "1", NULL));
    assert_true(put_text(stage, "file", "2", NULL));
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        assert_false(put_text(stage, bad[i], "3", &error));
        assert_error_code(error, ERROR_INVALID);
        g_clear_error(&error);
        assert_false(ocfl_stage_link(stage, bad[i], vault.page, &vault.digests, &error));
        assert_error_code(error, ERROR_INVALID);
        g_clear_error(&error);
    }
    assert_null(begin(&vault, &error));
    assert_error_code(error, ERROR_BUSY);
    g_clear_error(&error);
    assert_true(ocfl_stage_remove(stage, "file", NULL));
    assert_false(ocfl_stage_finish(stage, digest, &error));
    assert_error_code(error, ERROR_INVALID);
    g_clear_error(&error);
    vault_close(&vault);
}

/* What a start does: roll every finished stage forward whose digest a record names, discard the
 * rest, and put the object right. */
static void recover(const Vault *vault, const guint8 recorded[SHA512_DIGEST_SIZE], gboolean exists)
{
    g_autoptr(GPtrArray) stages = ocfl_stage_list(vault->root, NULL);
    gboolean changed;
    GError *error = NULL;

    for (guint i = 0; i < stages->len; i++) {
        guint8 digest[SHA512_DIGEST_SIZE];
        g_autoptr(OcflStage) stage =
            ocfl_stage_open(vault->root, g_ptr_array_index(stages, i), digest, &error);

        assert_no_error(error);
        if (exists && memcmp(digest, recorded, sizeof digest) == 0)
            assert_true(ocfl_stage_commit(stage, &error));
        else
            assert_true(ocfl_stage_discard(stage, &error));
        assert_no_error(error);
    }
    if (ocfl_object_exists(vault->root, ID)) {
        assert_true(ocfl_object_recover(vault->root, ID, &changed, &error));
        assert_no_error(error);
    }
}

static char *head_of(const Vault *vault)
{
    g_autoptr(json_t) inventory = ocfl_inventory_read(vault->root, ID, NULL);

    return g_strdup(inventory != NULL ? json_text(inventory, "head") : "");
}

/* Kill the sealing of a version at every operation in turn. `first`: of v1, else of v2. */
static guint walk_sealing(gboolean first, FileFault function, int fault)
{
    for (guint at = 1;; at++) {
        Vault vault;
        NthFault nth = {.at = at, .fault = fault};
        g_autoptr(OcflStage) stage = NULL;
        guint8 digest[SHA512_DIGEST_SIZE] = {0};
        gboolean finished, committed;
        g_autofree char *head = NULL;
        const char *wanted;

        vault_open(&vault);
        if (!first)
            assert_true(seal(&vault, fill_first, NULL));
        file_fault_set(function, &nth);
        stage = begin(&vault, NULL);
        finished = stage != NULL && (first ? fill_first : fill_second)(&vault, stage, NULL) &&
                   ocfl_stage_finish(stage, digest, NULL);
        committed = finished && ocfl_stage_commit(stage, NULL);
        file_fault_set(NULL, NULL);
        recover(&vault, digest, finished); /* the record is written after finish */
        head = head_of(&vault);
        wanted = finished ? (first ? "v1" : "v2") : (first ? "" : "v1");
        assert_string_equal(head, wanted);
        assert_true(!committed || finished);
        if (*head != '\0')
            assert_sound(vault.root_path);
        g_clear_pointer(&stage, ocfl_stage_free);
        if (!finished) /* the same command runs through */
            assert_true(seal(&vault, first ? fill_first : fill_second, NULL));
        assert_sound(vault.root_path);
        vault_close(&vault);
        if (nth.count < at)
            return at - 1;
    }
}

static void a_fault_at_any_operation_leaves_the_old_or_the_new(void **state G_GNUC_UNUSED)
{
    static const int faults[] = {ENOSPC, FILE_SHORT_WRITE};
    guint injected = 0;

    for (gsize i = 0; i < G_N_ELEMENTS(faults); i++) {
        injected += walk_sealing(TRUE, testing_fail_nth, faults[i]);
        injected += walk_sealing(FALSE, testing_fail_nth, faults[i]);
    }
    injected += walk_sealing(TRUE, testing_fail_from, EIO);
    injected += walk_sealing(FALSE, testing_fail_from, EIO);
    print_message("%u faults injected, 0 objects lost\n", injected);
    assert_true(injected > 100);
}

static void an_interrupted_update_is_told_from_rot_and_put_right(void **state G_GNUC_UNUSED)
{
    Vault vault;
    VerifySummary summary;
    g_autofree char *object = NULL;
    g_autofree char *found = NULL;
    g_autofree char *rot = NULL;
    g_autoptr(GBytes) inventory = NULL;
    g_autoptr(GBytes) sidecar = NULL;
    gboolean changed;

    vault_open(&vault);
    assert_true(seal(&vault, fill_first, NULL));
    object = ocfl_object_path(vault.root, ID);
    inventory = tree_get(object, "inventory.json");
    sidecar = tree_get(object, "inventory.json.sha512");
    assert_true(seal(&vault, fill_second, NULL));
    tree_put_bytes(object, "inventory.json.sha512", g_bytes_get_data(sidecar, NULL),
                   g_bytes_get_size(sidecar));
    found = judge(object, &summary);
    assert_true(summary.errors > 0);
    assert_non_null(strstr(found, "E060 inventory.json.sha512"));
    assert_non_null(strstr(found, "ocfl-interrupted v2"));
    tree_put_bytes(object, "inventory.json", g_bytes_get_data(inventory, NULL),
                   g_bytes_get_size(inventory));
    g_free(found);
    found = judge(object, &summary);
    assert_non_null(strstr(found, "E046 v2"));
    assert_non_null(strstr(found, "ocfl-interrupted v2"));
    assert_true(ocfl_object_recover(vault.root, ID, &changed, NULL));
    assert_true(changed);
    assert_sound(object);
    tree_flip(object, "inventory.json", 100);
    tree_flip(object, "v2/inventory.json", 100);
    rot = judge(object, &summary);
    assert_null(strstr(rot, "ocfl-interrupted"));
    vault_close(&vault);
}

static void a_flipped_bit_in_any_file_is_found_and_named(void **state G_GNUC_UNUSED)
{
    static const char *const files[] = {"0=ocfl_object_1.1",
                                        "inventory.json",
                                        "inventory.json.sha512",
                                        "v1/inventory.json",
                                        "v1/inventory.json.sha512",
                                        "v1/content/METS.xml",
                                        "v1/content/metadata/case.json",
                                        "v1/content/representations/rep1/data/0001.tif"};
    Vault vault;
    g_autofree char *object = NULL;

    vault_open(&vault);
    assert_true(seal(&vault, fill_first, NULL));
    object = ocfl_object_path(vault.root, ID);
    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autoptr(GBytes) bytes = tree_get(object, files[i]);

        for (gsize at = 0; at < g_bytes_get_size(bytes); at += 1 + g_bytes_get_size(bytes) / 5) {
            VerifySummary summary;
            g_autofree char *found = NULL;

            tree_flip(object, files[i], at);
            found = judge(object, &summary);
            assert_true(summary.errors > 0);
            assert_non_null(strstr(found, files[i]));
            tree_flip(object, files[i], at);
        }
    }
    assert_sound(object);
    vault_close(&vault);
}

static void an_inventory_that_fits_no_sidecar_is_not_read(void **state G_GNUC_UNUSED)
{
    static const char *const others[] = {"{}", "{\"id\":\"x\",\"head\":\"v1\"}", "no JSON"};
    Vault vault;
    g_autofree char *object = NULL, *sidecar = NULL;
    GError *error = NULL;

    vault_open(&vault);
    assert_true(seal(&vault, fill_first, &error));
    object = ocfl_object_path(vault.root, ID);
    sidecar = g_build_filename(object, "inventory.json.sha512", NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
        g_autofree char *hex = g_compute_checksum_for_string(G_CHECKSUM_SHA512, others[i], -1);
        g_autofree char *line = g_strdup_printf("%s inventory.json\n", hex);

        tree_put(object, "inventory.json", others[i]);
        assert_null(ocfl_inventory_read(vault.root, ID, &error));
        assert_error_code(error, ERROR_DIGEST);
        g_clear_error(&error);
        tree_put(object, "inventory.json.sha512", line);
        assert_null(ocfl_inventory_read(vault.root, ID, &error));
        assert_error_code(error, ERROR_FORMAT);
        g_clear_error(&error);
    }
    assert_int_equal(unlink(sidecar), 0);
    assert_null(ocfl_inventory_read(vault.root, ID, &error));
    assert_error_code(error, ERROR_NO_FILE);
    g_clear_error(&error);
    vault_close(&vault);
}

static void a_folder_of_others_is_no_vault(void **state G_GNUC_UNUSED)
{
    Vault vault;
    GError *error = NULL;

    vault_open(&vault);
    tree_put(vault.root_path, "0=ocfl_1.1", "something else\n");
    assert_null(ocfl_root_open(vault.root_path, vault.staging, &error));
    assert_error_code(error, ERROR_FORMAT);
    g_clear_error(&error);
    assert_null(ocfl_root_open(vault.folder, vault.staging, &error));
    assert_error_code(error, ERROR_FORMAT);
    g_clear_error(&error);
    vault_close(&vault);
}

static gboolean refuse_file(const OcflFile *file, void *data G_GNUC_UNUSED, GError **error)
{
    return error_set(error, ERROR_CANCELLED, "%s", file->logical);
}

static void a_walk_ends_at_a_file_that_is_refused_or_not_in_the_manifest(void **state G_GNUC_UNUSED)
{
    Vault vault;
    g_autoptr(json_t) inventory = NULL;
    GError *error = NULL;

    vault_open(&vault);
    assert_true(seal(&vault, fill_first, &error));
    inventory = ocfl_inventory_read(vault.root, ID, &error);
    assert_false(ocfl_inventory_each(inventory, refuse_file, NULL, &error));
    assert_error_code(error, ERROR_CANCELLED);
    g_clear_error(&error);
    json_object_clear(json_object_get(inventory, "manifest"));
    assert_false(ocfl_inventory_each(inventory, refuse_file, NULL, &error));
    assert_error_code(error, ERROR_FORMAT);
    g_clear_error(&error);
    vault_close(&vault);
}

static void what_a_crash_left_in_an_object_goes(void **state G_GNUC_UNUSED)
{
    Vault vault;
    g_autofree char *object = NULL, *left = NULL, *v1 = NULL;
    gboolean changed = FALSE;
    NthFault nth = {.at = 1, .fault = EIO};
    GError *error = NULL;

    vault_open(&vault);
    assert_false(ocfl_object_recover(vault.root, ID, &changed, &error));
    assert_non_null(error);
    g_clear_error(&error);
    assert_true(seal(&vault, fill_first, &error));
    object = ocfl_object_path(vault.root, ID);
    left = g_build_filename(object, FILE_TEMPORARY_PREFIX "inventory.json", NULL);
    tree_put(object, FILE_TEMPORARY_PREFIX "inventory.json", "half an inv");
    file_fault_set(testing_fail_nth, &nth);
    assert_false(ocfl_object_recover(vault.root, ID, &changed, &error));
    file_fault_set(NULL, NULL);
    assert_error_code(error, ERROR_IO);
    g_clear_error(&error);
    assert_true(ocfl_object_recover(vault.root, ID, &changed, &error));
    assert_true(changed);
    assert_false(g_file_test(left, G_FILE_TEST_EXISTS));
    /* Where no inventory is whole any more there is nothing to go back to. */
    tree_flip(object, "inventory.json", 3);
    tree_flip(object, "v1/inventory.json", 3);
    assert_false(ocfl_object_recover(vault.root, ID, &changed, &error));
    assert_error_code(error, ERROR_DIGEST);
    g_clear_error(&error);
    /* Nor is a version begun over it. */
    assert_null(begin(&vault, &error));
    assert_error_code(error, ERROR_DIGEST);
    g_clear_error(&error);
    vault_close(&vault);
}

static void a_vault_without_a_place_to_stage_is_not_opened(void **state G_GNUC_UNUSED)
{
    Vault vault;
    guint8 digest[SHA512_DIGEST_SIZE];
    g_autofree char *below_a_file = NULL;
    GError *error = NULL;

    vault_open(&vault);
    below_a_file = g_build_filename(vault.page, "staging", NULL);
    assert_null(ocfl_stage_open(vault.root, "no-such-stage", digest, &error));
    assert_error_code(error, ERROR_NO_FILE);
    g_clear_error(&error);
    tree_remove(vault.folder, "staging");
    assert_null(ocfl_stage_list(vault.root, &error));
    assert_non_null(error);
    g_clear_error(&error);
    assert_null(ocfl_root_open(vault.root_path, below_a_file, &error));
    assert_non_null(error);
    g_clear_error(&error);
    vault_close(&vault);
}

/* Stages in the order of their names, whatever the folder gives. */
static void stages_are_told_in_order(void **state G_GNUC_UNUSED)
{
    static const char *const names[] = {"c", "a", "d", "b"};
    Vault vault;
    g_autoptr(GPtrArray) found = NULL;
    GError *error = NULL;

    vault_open(&vault);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(vault.staging, names[i], NULL);

        assert_int_equal(g_mkdir_with_parents(path, 0700), 0);
    }
    found = ocfl_stage_list(vault.root, &error);
    assert_int_equal(found->len, G_N_ELEMENTS(names));
    for (guint i = 1; i < found->len; i++)
        assert_true(strcmp(found->pdata[i - 1], found->pdata[i]) < 0);
    vault_close(&vault);
}

/* Another object beside it keeps the folders above. */
static void a_destroyed_object_takes_no_other_with_it(void **state G_GNUC_UNUSED)
{
    Vault vault;
    g_autofree char *object = NULL, *parent = NULL, *beside = NULL;

    vault_open(&vault);
    assert_true(seal(&vault, fill_first, NULL));
    object = ocfl_object_path(vault.root, ID);
    parent = g_path_get_dirname(object);
    beside = g_build_filename(parent, "another", NULL);
    tree_put(parent, "another", "x");
    assert_true(ocfl_object_destroy(vault.root, ID, NULL));
    assert_false(ocfl_object_exists(vault.root, ID));
    assert_true(g_file_test(beside, G_FILE_TEST_EXISTS));
    vault_close(&vault);
}

static void an_object_is_destroyed_without_a_trace(void **state G_GNUC_UNUSED)
{
    Vault vault;

    vault_open(&vault);
    assert_true(seal(&vault, fill_first, NULL));
    assert_true(ocfl_object_destroy(vault.root, ID, NULL));
    assert_false(ocfl_object_exists(vault.root, ID));
    assert_sound(vault.root_path);
    vault_close(&vault);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_object_lies_where_the_layout_says),
        cmocka_unit_test(a_sealed_case_is_a_sound_object),
        cmocka_unit_test(a_late_paper_makes_the_second_version),
        cmocka_unit_test(many_versions_stay_sound),
        cmocka_unit_test(names_against_the_rules_are_refused),
        cmocka_unit_test(a_fault_at_any_operation_leaves_the_old_or_the_new),
        cmocka_unit_test(an_interrupted_update_is_told_from_rot_and_put_right),
        cmocka_unit_test(a_flipped_bit_in_any_file_is_found_and_named),
        cmocka_unit_test(an_inventory_that_fits_no_sidecar_is_not_read),
        cmocka_unit_test(a_folder_of_others_is_no_vault),
        cmocka_unit_test(a_walk_ends_at_a_file_that_is_refused_or_not_in_the_manifest),
        cmocka_unit_test(what_a_crash_left_in_an_object_goes),
        cmocka_unit_test(a_vault_without_a_place_to_stage_is_not_opened),
        cmocka_unit_test(stages_are_told_in_order),
        cmocka_unit_test(a_destroyed_object_takes_no_other_with_it),
        cmocka_unit_test(an_object_is_destroyed_without_a_trace),
    };

    testing_begin();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
