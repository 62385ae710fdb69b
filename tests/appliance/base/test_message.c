/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/testing.h"

#include "appliance/base/message.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

static void make_pair(int pair[2])
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
}

static void a_message_arrives_with_its_descriptors(void **state G_GNUC_UNUSED)
{
    int pair[2];
    char bytes[16], read_back[4] = {0};
    Received received;
    GError *error = NULL;
    g_auto(Fd) fd = memfd_new("x", 0, &error);

    make_pair(pair);
    assert_int_equal(write(fd, "abc", 3), 3);
    assert_true(message_send(pair[0], "hello", 5, &fd, 1, &error));
    assert_true(message_receive(pair[1], bytes, sizeof bytes, 1000, &received, &error));
    assert_int_equal(received.size, 5);
    assert_int_equal(received.n_fds, 1);
    assert_int_equal(pread(received.fds[0], read_back, 3, 0), 3);
    assert_string_equal(read_back, "abc");
    fd_close(received.fds[0]);
    fd_close(pair[0]);
    fd_close(pair[1]);
}

static void silence_is_an_error_after_its_time(void **state G_GNUC_UNUSED)
{
    int pair[2];
    char bytes[16];
    Received received;
    GError *error = NULL;

    make_pair(pair);
    assert_false(message_receive(pair[1], bytes, sizeof bytes, 0, &received, &error));
    assert_error_code(error, ERROR_DEVICE_SILENT);
    g_clear_error(&error);
    fd_close(pair[0]);
    fd_close(pair[1]);
}

static void a_closed_side_is_an_empty_message(void **state G_GNUC_UNUSED)
{
    int pair[2];
    char bytes[16];
    Received received;
    GError *error = NULL;

    make_pair(pair);
    fd_close(pair[0]);
    assert_true(message_receive(pair[1], bytes, sizeof bytes, 1000, &received, &error));
    assert_int_equal(received.size, 0);
    assert_false(message_send(pair[1], "x", 1, NULL, 0, &error));
    assert_error_code(error, ERROR_WORKER);
    g_clear_error(&error);
    fd_close(pair[1]);
}

static void a_message_longer_than_the_room_is_refused(void **state G_GNUC_UNUSED)
{
    int pair[2];
    char bytes[4];
    Received received;
    GError *error = NULL;

    make_pair(pair);
    assert_true(message_send(pair[0], "too long", 8, NULL, 0, &error));
    assert_false(message_receive(pair[1], bytes, sizeof bytes, 1000, &received, &error));
    assert_error_code(error, ERROR_WORKER);
    g_clear_error(&error);
    fd_close(pair[0]);
    fd_close(pair[1]);
}

static void sealed_memory_cannot_be_changed(void **state G_GNUC_UNUSED)
{
    GError *error = NULL;
    g_auto(Fd) fd = memfd_new("x", 4, &error);

    assert_false(memfd_is_sealed(fd));
    assert_true(memfd_seal(fd, &error));
    assert_true(memfd_is_sealed(fd));
    assert_int_equal(write(fd, "abcd", 4), -1);
    assert_int_equal(ftruncate(fd, 0), -1);
    assert_ptr_equal(mmap(NULL, 4, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), MAP_FAILED);
}

static void an_ordinary_file_is_never_sealed(void **state G_GNUC_UNUSED)
{
    assert_false(memfd_is_sealed(STDIN_FILENO));
    assert_false(memfd_is_sealed(-1));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_message_arrives_with_its_descriptors),
    cmocka_unit_test(silence_is_an_error_after_its_time),
    cmocka_unit_test(a_closed_side_is_an_empty_message),
    cmocka_unit_test(a_message_longer_than_the_room_is_refused),
    cmocka_unit_test(sealed_memory_cannot_be_changed),
    cmocka_unit_test(an_ordinary_file_is_never_sealed),
};

TEST_MAIN(tests)
