/* SPDX-License-Identifier: Apache-2.0
 *
 * A stage that fails before its version is whole.
 */
#include "tests/storage/tree.h"

#include "storage/ocfl_stage.h"

typedef struct {
    char *folder, *root_path, *staging;
    OcflRoot *root;
} Vault;

static Vault vault_made(void)
{
    Vault vault = {.folder = testing_folder()};
    GError *error = NULL;

    vault.root_path = tree_path(vault.folder, "vault");
    vault.staging = tree_path(vault.folder, "staging");
    assert_true(ocfl_root_create(vault.root_path, &error));
    vault.root = ocfl_root_open(vault.root_path, vault.staging, &error);
    assert_no_error(error);
    return vault;
}

static void vault_clear(Vault *vault)
{
    ocfl_root_free(vault->root);
    g_free(vault->folder);
    g_free(vault->root_path);
    g_free(vault->staging);
}

static OcflStage *begun(const Vault *vault)
{
    OcflVersion version = {.id = "urn:anjuan:2026-000123",
                           .created_us = G_GINT64_CONSTANT(1763720000) * G_USEC_PER_SEC,
                           .message = "seal",
                           .user_name = "clerk-7",
                           .user_address = "urn:anjuan:person:clerk-7"};
    GError *error = NULL;
    OcflStage *stage = ocfl_stage_new(vault->root, &version, &error);

    assert_no_error(error);
    return stage;
}

static gboolean put(OcflStage *stage, const char *logical, GError **error)
{
    g_autoptr(GBytes) bytes = g_bytes_new(logical, strlen(logical));

    return ocfl_stage_put(stage, logical, bytes, error);
}

static OcflStage *finished(const Vault *vault, const char *logical)
{
    OcflStage *stage = begun(vault);
    guint8 digest[SHA512_DIGEST_SIZE];

    assert_true(put(stage, logical, NULL));
    assert_true(ocfl_stage_finish(stage, digest, NULL));
    return stage;
}

static int refuse_syncs(FileOp op, const char *path G_GNUC_UNUSED, void *data G_GNUC_UNUSED)
{
    return op == FILE_SYNC ? EIO : 0;
}

/* Files are made durable in groups: one of them fails before the stage is finished. */
static void a_group_of_files_that_is_not_durable_ends_the_stage(void **state G_GNUC_UNUSED)
{
    Vault vault = vault_made();
    g_autoptr(OcflStage) stage = begun(&vault);
    GError *error = NULL;
    guint n = 0;

    assert_true(put(stage, "first", &error)); /* makes the folders */
    file_fault_set(refuse_syncs, NULL);
    for (gboolean ok = TRUE; ok; n += ok ? 1 : 0) {
        g_autofree char *name = g_strdup_printf("file-%u", n);

        ok = put(stage, name, &error);
    }
    file_fault_set(NULL, NULL);
    assert_error_code(error, ERROR_IO);
    g_clear_error(&error);
    assert_true(n > 1);
    vault_clear(&vault);
}

/* The pair is the last thing that a version needs. */
static void a_stage_that_lost_its_inventory_is_not_committed(void **state G_GNUC_UNUSED)
{
    Vault vault = vault_made();
    g_autoptr(OcflStage) first = finished(&vault, "first"), second = NULL;
    g_autoptr(GDir) dir = NULL;
    g_autofree char *inventory = NULL;
    GError *error = NULL;

    assert_true(ocfl_stage_commit(first, &error));
    second = finished(&vault, "second");
    dir = g_dir_open(vault.staging, 0, &error);
    inventory = g_build_filename(g_dir_read_name(dir), "inventory.json", NULL);
    tree_remove(vault.staging, inventory);
    assert_false(ocfl_stage_commit(second, &error));
    assert_error_code(error, ERROR_NO_FILE);
    g_clear_error(&error);
    vault_clear(&vault);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_group_of_files_that_is_not_durable_ends_the_stage),
    cmocka_unit_test(a_stage_that_lost_its_inventory_is_not_committed),
};

TEST_MAIN(tests)
