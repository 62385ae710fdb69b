/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/testing.h"

#include "appliance/base/file.h"
#include "ui/service/notify.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Stands in for the service manager: its socket, and what came. */
static Fd manager_open(void)
{
    g_autofree char *folder = testing_folder();
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    Fd fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    g_snprintf(address.sun_path, sizeof address.sun_path, "%s/notify", folder);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    g_setenv("NOTIFY_SOCKET", address.sun_path, TRUE);
    return fd;
}

static void assert_heard(int fd, const char *text)
{
    char heard[256] = "";

    assert_true(recv(fd, heard, sizeof heard - 1, 0) > 0);
    assert_string_equal(heard, text);
}

static int leave(void **state G_GNUC_UNUSED)
{
    g_unsetenv("NOTIFY_SOCKET");
    g_unsetenv("WATCHDOG_USEC");
    g_unsetenv("CREDENTIALS_DIRECTORY");
    return 0;
}

static void the_manager_hears_ready_alive_and_ending(void **state G_GNUC_UNUSED)
{
    g_auto(Fd) manager = manager_open();

    notify_ready("http://127.0.0.1:8080");
    assert_heard(manager, "READY=1\nSTATUS=http://127.0.0.1:8080");
    notify_alive();
    assert_heard(manager, "WATCHDOG=1");
    notify_ending();
    assert_heard(manager, "STOPPING=1");
}

static void the_watchdog_is_fed_in_half_its_time(void **state G_GNUC_UNUSED)
{
    assert_int_equal(notify_watchdog_ms(), -1);
    g_setenv("WATCHDOG_USEC", "60000000", TRUE);
    assert_int_equal(notify_watchdog_ms(), 30000);
}

static void a_credential_is_a_file_of_that_name_or_nothing(void **state G_GNUC_UNUSED)
{
    g_autofree char *folder = testing_folder();
    g_autofree char *path = g_build_filename(folder, "tls.key", NULL);
    g_autofree char *found = NULL;
    g_autoptr(GError) error = NULL;

    assert_null(notify_credential("tls.key"));
    g_setenv("CREDENTIALS_DIRECTORY", folder, TRUE);
    assert_null(notify_credential("tls.key"));
    assert_true(file_replace(path, 0400, "k", 1, &error));
    found = notify_credential("tls.key");
    assert_string_equal(found, path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_manager_hears_ready_alive_and_ending, leave),
        cmocka_unit_test_teardown(the_watchdog_is_fed_in_half_its_time, leave),
        cmocka_unit_test_teardown(a_credential_is_a_file_of_that_name_or_nothing, leave),
    };

    testing_begin();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
