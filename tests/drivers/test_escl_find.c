/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers as scanners give them, byte by byte, and a responder on loopback.
 */
#include "drivers/device.h"
#include "drivers/escl_find.h"
#include "tests/drivers/escl_rig.h"
#include "tests/testing.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- writing an answer --- */

static void put16(GByteArray *out, guint value)
{
    const guint8 bytes[] = {(guint8)(value >> 8), (guint8)value};

    g_byte_array_append(out, bytes, sizeof bytes);
}

/* Labels in dots; "@N" at the end points to byte N. */
static void put_name(GByteArray *out, const char *name)
{
    g_auto(GStrv) labels = g_strsplit(name, ".", -1);
    const guint8 end = 0;

    for (guint i = 0; labels[i] != NULL; i++) {
        guint8 length = (guint8)strlen(labels[i]);

        if (labels[i][0] == '@') {
            put16(out, 0xc000 | (guint)g_ascii_strtoull(labels[i] + 1, NULL, 10));
            return;
        }
        g_byte_array_append(out, &length, 1);
        g_byte_array_append(out, (const guint8 *)labels[i], length);
    }
    g_byte_array_append(out, &end, 1);
}

static void put_record(GByteArray *out, const char *name, guint type, const GByteArray *data)
{
    put_name(out, name);
    put16(out, type);
    put16(out, 0x8001);
    put16(out, 0);
    put16(out, 120);
    put16(out, data->len);
    g_byte_array_append(out, data->data, data->len);
}

static GByteArray *answer_new(guint records)
{
    GByteArray *out = g_byte_array_new();

    put16(out, 0);
    put16(out, 0x8400);
    put16(out, 0);
    put16(out, records);
    put16(out, 0);
    put16(out, 0);
    return out;
}

static void put_service(GByteArray *out, const char *instance, guint port, const char *target)
{
    g_autoptr(GByteArray) data = g_byte_array_new();

    put16(data, 0);
    put16(data, 0);
    put16(data, port);
    put_name(data, target);
    put_record(out, instance, 33, data);
}

static void put_text(GByteArray *out, const char *instance, const char *entry)
{
    g_autoptr(GByteArray) data = g_byte_array_new();
    guint8 length = (guint8)strlen(entry);

    g_byte_array_append(data, (const guint8 *)"\7txtvers", 8);
    g_byte_array_append(data, &length, 1);
    g_byte_array_append(data, (const guint8 *)entry, length);
    put_record(out, instance, 16, data);
}

static void put_address(GByteArray *out, const char *name, const char *address)
{
    g_autoptr(GByteArray) data = g_byte_array_new();
    struct in_addr numeric;

    assert_int_equal(inet_pton(AF_INET, address, &numeric), 1);
    g_byte_array_append(data, (const guint8 *)&numeric, sizeof numeric);
    put_record(out, name, 1, data);
}

/* The first record's name begins at byte 12. */
static GByteArray *good_answer(void)
{
    GByteArray *out = answer_new(4);

    put_service(out, "Sim X1._uscan._tcp.local", 8080, "sim.local");
    put_text(out, "@12", "rs=eSCL/one two");
    put_address(out, "SIM.local", "192.0.2.7");
    put_service(out, "Other._uscan._tcp.local", 80, "elsewhere.local");
    return out;
}

static GPtrArray *found_new(void)
{
    return g_ptr_array_new_with_free_func(g_free);
}

static void an_answer_gives_address_port_and_path(void **state G_GNUC_UNUSED)
{
    g_autoptr(GByteArray) answer = good_answer();
    g_autoptr(GPtrArray) found = found_new();

    assert_true(escl_find_read(answer->data, answer->len, "192.0.2.99", found));
    assert_true(escl_find_read(answer->data, answer->len, "192.0.2.99", found));
    assert_int_equal(found->len, 2);
    assert_string_equal(g_ptr_array_index(found, 0), "http://192.0.2.7:8080/eSCL/one%20two");
    assert_string_equal(g_ptr_array_index(found, 1), "http://192.0.2.99:80/eSCL");
}

static void a_cut_off_answer_is_never_read_beyond(void **state G_GNUC_UNUSED)
{
    g_autoptr(GByteArray) answer = good_answer();

    for (guint size = 0; size < answer->len; size++) {
        g_autofree guint8 *exact = g_memdup2(answer->data, MAX(size, 1));
        g_autoptr(GPtrArray) found = found_new();

        escl_find_read(exact, size, "192.0.2.99", found);
        assert_in_range(found->len, 0, 1);
    }
}

/* Every byte of it changed in some way, the pointers and lengths among them. */
static void a_wrong_byte_does_no_harm(void **state G_GNUC_UNUSED)
{
    static const guint8 values[] = {0x00, 0x3f, 0x40, 0x80, 0xc0, 0xff};
    g_autoptr(GByteArray) answer = good_answer();

    for (guint at = 0; at < answer->len; at++) {
        for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
            g_autofree guint8 *wrong = g_memdup2(answer->data, answer->len);
            g_autoptr(GPtrArray) found = found_new();

            wrong[at] = values[i];
            escl_find_read(wrong, answer->len, "192.0.2.99", found);
            assert_in_range(found->len, 0, 2);
        }
    }
}

static void a_name_that_points_to_itself_ends(void **state G_GNUC_UNUSED)
{
    g_autoptr(GByteArray) answer = answer_new(1);
    g_autoptr(GPtrArray) found = found_new();

    put_service(answer, "@12", 80, "a.local");
    assert_false(escl_find_read(answer->data, answer->len, "192.0.2.99", found));
    assert_int_equal(found->len, 0);
}

static void what_is_no_answer_about_scanners_is_left_alone(void **state G_GNUC_UNUSED)
{
    g_autoptr(GBytes) question = escl_find_question();
    g_autoptr(GByteArray) answer = answer_new(1);
    g_autoptr(GPtrArray) found = found_new();
    gsize size;
    const guint8 *bytes = g_bytes_get_data(question, &size);

    put_service(answer, "Printer._ipp._tcp.local", 631, "a.local");
    assert_false(escl_find_read(bytes, size, "192.0.2.99", found));
    assert_false(escl_find_read(answer->data, answer->len, "192.0.2.99", found));
    assert_int_equal(found->len, 0);
}

/* --- a responder --- */

typedef struct {
    int fd;
    guint port; /* of the scanner it tells of */
} Responder;

static void *respond(void *data)
{
    const Responder *responder = data;
    g_autoptr(GByteArray) answer = answer_new(1);
    g_autoptr(GBytes) wanted = escl_find_question();
    struct sockaddr_in from;
    socklen_t length = sizeof from;
    guint8 bytes[512];
    ssize_t size =
        recvfrom(responder->fd, bytes, sizeof bytes, 0, (struct sockaddr *)&from, &length);

    put_service(answer, "Sim._uscan._tcp.local", responder->port, "sim.local");
    if (size == (ssize_t)g_bytes_get_size(wanted) &&
        memcmp(bytes, g_bytes_get_data(wanted, NULL), (gsize)size) == 0)
        (void)!sendto(responder->fd, answer->data, answer->len, 0, (struct sockaddr *)&from,
                      length);
    return NULL;
}

static void a_scanner_that_answers_is_listed(void **state G_GNUC_UNUSED)
{
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof here;
    EsclRig *rig = escl_rig_new();
    Responder responder = {.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), .port = rig->port};
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) found = NULL;
    g_autofree char *wanted = NULL, *name = NULL;
    pthread_t thread;

    assert_int_equal(bind(responder.fd, (struct sockaddr *)&here, sizeof here), 0);
    assert_int_equal(getsockname(responder.fd, (struct sockaddr *)&here, &length), 0);
    assert_int_equal(pthread_create(&thread, NULL, respond, &responder), 0);
    wanted = g_strdup_printf("escl:mdns@127.0.0.1:%u", ntohs(here.sin_port));
    name = g_strdup_printf("escl:http://127.0.0.1:%u/eSCL", rig->port);
    found = device_list((const char *const[]){wanted, NULL}, &error);
    assert_no_error(error);
    pthread_join(thread, NULL);
    assert_int_equal(found->len, 1);
    assert_string_equal(((ScannerInfo *)g_ptr_array_index(found, 0))->name, name);
    close(responder.fd);
    escl_rig_free(rig);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_answer_gives_address_port_and_path),
    cmocka_unit_test(a_cut_off_answer_is_never_read_beyond),
    cmocka_unit_test(a_wrong_byte_does_no_harm),
    cmocka_unit_test(a_name_that_points_to_itself_ends),
    cmocka_unit_test(what_is_no_answer_about_scanners_is_left_alone),
    cmocka_unit_test(a_scanner_that_answers_is_listed),
};

TEST_MAIN(tests)
