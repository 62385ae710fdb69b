/* SPDX-License-Identifier: Apache-2.0
 *
 * The last checkpoint on paper.
 */
#include "tests/appliance/counter/hall.h"

#include "appliance/counter/witness.h"
#include "storage/signing.h"

#include <glib/gstdio.h>
#include <unistd.h>

static void a_house_that_signed_nothing_has_no_witness(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autoptr(json_t) values = json_object();
    GError *error = NULL;

    assert_true(witness_put(values, hall.store, &error));
    assert_int_equal(json_object_size(values), 0);
    hall_close(&hall);
}

static void the_last_checkpoint_is_the_witness(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *number = hall_case(&hall, HALL_ITEM);
    g_autoptr(json_t) values = json_object();
    g_autofree char *words =
        g_strdup_printf("第%d条登记", (int)hall_count(&hall, "SELECT count(*) FROM event"));
    GError *error = NULL;
    g_autofree char *note = signing_checkpoint(hall.store, &error);

    assert_no_error(error);
    assert_true(witness_put(values, hall.store, &error));
    assert_string_equal(json_text(values, "checkpoint"), note);
    assert_string_equal(json_text(values, "checkpoint_words"), words);
    hall_close(&hall);
}

static void a_damaged_checkpoint_is_an_error_and_no_witness(void **state G_GNUC_UNUSED)
{
    Hall hall = hall_made("procedure");
    g_autofree char *path = store_path(hall.store, "journal/checkpoint");
    g_autoptr(json_t) values = json_object();
    GError *error = NULL;

    assert_true(g_file_set_contents(path, "no note", -1, NULL));
    assert_false(witness_put(values, hall.store, &error));
    assert_error_code(error, ERROR_PROOF_REFUSED);
    g_clear_error(&error);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(g_mkdir(path, 0700), 0);
    assert_false(witness_put(values, hall.store, &error));
    g_clear_error(&error);
    assert_int_equal(json_object_size(values), 0);
    hall_close(&hall);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_house_that_signed_nothing_has_no_witness),
        cmocka_unit_test(the_last_checkpoint_is_the_witness),
        cmocka_unit_test(a_damaged_checkpoint_is_an_error_and_no_witness),
    };

    testing_begin();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
