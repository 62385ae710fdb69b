/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/printer.h"
#include "tests/testing.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <pty.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static char *folder;

/* --- the words of IPP --- */

static void each_reason_of_ipp_has_its_state(void **state G_GNUC_UNUSED)
{
    static const struct {
        int state;
        const char *reasons[3];
        PrinterState expected;
    } cases[] = {
        {3, {"none"}, PRINTER_READY},
        {4, {"none"}, PRINTER_BUSY},
        {5, {"paused"}, PRINTER_STOPPED},
        {5, {"other"}, PRINTER_STOPPED},
        {0, {NULL}, PRINTER_UNKNOWN},
        {3, {"media-empty-error"}, PRINTER_NO_PAPER},
        {5, {"paused", "media-needed"}, PRINTER_NO_PAPER},
        {4, {"marker-supply-low-warning", "cover-open"}, PRINTER_COVER_OPEN},
        {3, {"media-jam-warning"}, PRINTER_JAM},
        {3, {"offline-report"}, PRINTER_OFFLINE},
        {4, {"connecting-to-device"}, PRINTER_OFFLINE},
        {3, {"media-low-report"}, PRINTER_READY},
        {3, {"media-empty-report"}, PRINTER_READY},
        {3, {"media-emptyish"}, PRINTER_READY},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_int_equal(printer_ipp_state(cases[i].state, cases[i].reasons), cases[i].expected);
}

static void a_queue_whose_printer_is_gone_is_known_by_its_words(void **state G_GNUC_UNUSED)
{
    assert_true(
        printer_ipp_is_unreachable("The printer may not exist or is unavailable at this time."));
    assert_true(printer_ipp_is_unreachable("The printer is not responding."));
    assert_false(printer_ipp_is_unreachable(""));
    assert_false(printer_ipp_is_unreachable("Printing page 1, 4% complete."));
}

/* --- the bytes of ESC/POS --- */

static void each_answer_of_a_receipt_printer_has_its_state(void **state G_GNUC_UNUSED)
{
    static const struct {
        guint8 answers[3];
        PrinterState expected;
    } cases[] = {
        {{0x12, 0x12, 0x12}, PRINTER_READY},    {{0x1a, 0x32, 0x72}, PRINTER_NO_PAPER},
        {{0x12, 0x12, 0x72}, PRINTER_NO_PAPER}, {{0x1a, 0x16, 0x12}, PRINTER_COVER_OPEN},
        {{0x1a, 0x12, 0x12}, PRINTER_STOPPED},  {{0x1a, 0x52, 0x12}, PRINTER_STOPPED},
        {{0xff, 0xff, 0xff}, PRINTER_UNKNOWN},  {{0, 0, 0}, PRINTER_UNKNOWN},
        {{0x12, 0x12, 0x1e}, PRINTER_READY}, /* near the end of the roll: it still prints */
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_int_equal(
            printer_escpos_state(cases[i].answers[0], cases[i].answers[1], cases[i].answers[2]),
            cases[i].expected);
}

static void a_picture_goes_in_bands_and_is_cut(void **state G_GNUC_UNUSED)
{
    static const guint8 head[] = {0x1b, '@', 0x1d, 'v', '0', 0, 2, 0, 128, 0};
    static const guint8 second[] = {0x1d, 'v', '0', 0, 2, 0, 2, 0, 0xaa};
    static const guint8 tail[] = {0x1b, 'd', 4, 0x1d, 'V', 66, 0};
    g_autoptr(GByteArray) pnm = g_byte_array_new();
    g_autoptr(GByteArray) out = NULL;
    g_autoptr(GError) error = NULL;

    g_byte_array_append(pnm, (const guint8 *)"P4\n10 130\n", 10);
    g_byte_array_set_size(pnm, 10 + 260);
    memset(pnm->data + 10, 0xaa, 260);
    out = printer_escpos_raster(pnm->data, pnm->len, &error);
    assert_no_error(error);
    assert_int_equal(out->len, sizeof head + 256 + 8 + 4 + sizeof tail);
    assert_memory_equal(out->data, head, sizeof head);
    assert_memory_equal(out->data + sizeof head + 256, second, sizeof second);
    assert_memory_equal(out->data + out->len - sizeof tail, tail, sizeof tail);
}

static void a_picture_that_is_none_is_refused(void **state G_GNUC_UNUSED)
{
    static const char *const wrong[] = {"",          "P4",        "P4 8 1",
                                        "P4 8 2\nx", "P5 8 1\nx", "P4 577 1\n",
                                        "P4 0 1\nx", "P4 8 0\nx", "P4 -8 1\nx"};

    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;

        assert_null(printer_escpos_raster((const guint8 *)wrong[i], strlen(wrong[i]), &error));
        assert_error_code(error, ERROR_FORMAT);
    }
}

/* --- a receipt printer at the end of a line --- */

typedef struct {
    int fd; /* what it reads from; a listening socket if `listens` */
    gboolean listens;
    guint8 answers[5]; /* to DLE EOT n */
    GByteArray *printed;
    pthread_t thread;
} Paper;

static void answer_or_print(Paper *paper, int fd, guint8 byte, guint *seen)
{
    static const guint8 question[] = {0x10, 0x04};

    if (*seen < sizeof question && byte == question[*seen]) {
        ++*seen;
        return;
    }
    if (*seen == sizeof question)
        assert_int_equal(write(fd, &paper->answers[byte % 5], 1), 1);
    else
        g_byte_array_append(paper->printed, &byte, 1);
    *seen = 0;
}

static void serve(Paper *paper, int fd)
{
    guint seen = 0;
    guint8 byte;

    while (read(fd, &byte, 1) == 1)
        answer_or_print(paper, fd, byte, &seen);
}

static void *be_printer(void *data)
{
    Paper *paper = data;
    int fd;

    if (!paper->listens) {
        serve(paper, paper->fd);
        return NULL;
    }
    while ((fd = accept(paper->fd, NULL, NULL)) >= 0) {
        serve(paper, fd);
        close(fd);
    }
    return NULL;
}

static void paper_begin(Paper *paper)
{
    static const guint8 good[] = {0, 0x12, 0x12, 0x12, 0x12};

    if (paper->answers[1] == 0)
        memcpy(paper->answers, good, sizeof good);
    paper->printed = g_byte_array_new();
    assert_int_equal(pthread_create(&paper->thread, NULL, be_printer, paper), 0);
}

static void paper_end(Paper *paper)
{
    if (paper->listens)
        shutdown(paper->fd, SHUT_RDWR);
    pthread_join(paper->thread, NULL);
    close(paper->fd);
}

static Printer *open_printer(const char *name)
{
    g_autoptr(GError) error = NULL;
    Printer *printer = printer_open(name, &error);

    assert_no_error(error);
    return printer;
}

static PrinterState state_of(Printer *printer)
{
    PrinterStatus status;

    printer_status(printer, &status);
    return status.state;
}

static Fd document(const char *bytes, gsize size)
{
    g_autofree char *path = g_build_filename(folder, "document", NULL);

    assert_true(g_file_set_contents(path, bytes, (gssize)size, NULL));
    return open(path, O_RDONLY | O_CLOEXEC);
}

static Printer *listen_at(Paper *paper)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    g_autofree char *name = NULL;

    paper->listens = TRUE;
    paper->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(paper->fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(paper->fd, 4), 0);
    getsockname(paper->fd, (struct sockaddr *)&address, &size);
    paper_begin(paper);
    name = g_strdup_printf("escpos:tcp:127.0.0.1:%u", ntohs(address.sin_port));
    return open_printer(name);
}

static void a_receipt_goes_over_a_socket(void **state G_GNUC_UNUSED)
{
    Paper paper = {0};
    g_autoptr(Printer) printer = listen_at(&paper);
    g_auto(Fd) fd = document("P4 8 2\n\x0f\xf0", 9);
    PrinterJob job = {.title = "t", .media_type = "image/x-portable-bitmap", .fd = fd, .copies = 2};
    g_autoptr(GError) error = NULL;
    guint id = 0;

    assert_int_equal(state_of(printer), PRINTER_READY);
    assert_true(printer_print(printer, &job, &id, &error));
    assert_no_error(error);
    assert_int_equal(printer_job(printer, id), PRINTER_JOB_PRINTED);
    assert_int_equal(printer_job(printer, id + 1), PRINTER_JOB_UNKNOWN);
    paper_end(&paper);
    assert_int_equal(paper.printed->len, 2 * (2 + 8 + 2 + 7));
    g_byte_array_unref(paper.printed);
}

static void a_printer_without_paper_is_sent_nothing(void **state G_GNUC_UNUSED)
{
    Paper paper = {.answers = {0, 0x12, 0x12, 0x12, 0x72}};
    g_autoptr(Printer) printer = listen_at(&paper);
    g_auto(Fd) fd = document("P4 8 2\n\x0f\xf0", 9);
    PrinterJob job = {.title = "t", .media_type = "image/x-portable-bitmap", .fd = fd};
    g_autoptr(GError) error = NULL;
    guint id = 0;

    assert_int_equal(state_of(printer), PRINTER_NO_PAPER);
    assert_false(printer_print(printer, &job, &id, &error));
    assert_error_code(error, ERROR_PRINTER);
    assert_non_null(strstr(error->message, "no-paper"));
    paper_end(&paper);
    assert_int_equal(paper.printed->len, 0);
    g_byte_array_unref(paper.printed);
}

static void a_receipt_goes_over_a_serial_line(void **state G_GNUC_UNUSED)
{
    g_auto(Fd) fd = document("P4 8 2\n\n\r", 9);
    PrinterJob job = {.title = "t", .media_type = "image/x-portable-bitmap", .fd = fd};
    g_autoptr(Printer) printer = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *name = NULL;
    Paper paper = {0};
    char path[128];
    int end;
    guint id = 0;

    assert_int_equal(openpty(&paper.fd, &end, path, NULL, NULL), 0);
    paper_begin(&paper);
    name = g_strconcat("escpos:", path, NULL);
    printer = open_printer(name);
    assert_true(printer_print(printer, &job, &id, &error));
    assert_no_error(error);
    close(end);
    paper_end(&paper);
    assert_int_equal(paper.printed->len, 2 + 8 + 2 + 7);
    assert_memory_equal(paper.printed->data + 10, "\n\r", 2); /* as they are */
    g_byte_array_unref(paper.printed);
}

static void a_printer_that_is_off_is_offline(void **state G_GNUC_UNUSED)
{
    static const char *const names[] = {"escpos:tcp:127.0.0.1:1", "escpos:/nowhere",
                                        "ipp://127.0.0.1:1/ipp/print"};
    g_auto(Fd) fd = document("P4 8 1\nx", 8);
    PrinterJob job = {.title = "t", .media_type = "image/x-portable-bitmap", .fd = fd};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(Printer) printer = open_printer(names[i]);
        g_autoptr(GError) error = NULL;
        guint id;

        assert_int_equal(state_of(printer), PRINTER_OFFLINE);
        assert_false(printer_print(printer, &job, &id, &error));
        assert_error_code(error, ERROR_PRINTER);
        assert_non_null(strstr(error->message, "offline"));
    }
}

static void a_printer_that_does_not_answer_is_unknown(void **state G_GNUC_UNUSED)
{
    g_autoptr(Printer) printer = open_printer("escpos:/dev/null");
    g_auto(Fd) fd = document("P4 8 1\nx", 8);
    PrinterJob job = {.title = "t", .media_type = "image/x-portable-bitmap", .fd = fd};
    g_autoptr(GError) error = NULL;
    guint id;

    assert_int_equal(state_of(printer), PRINTER_UNKNOWN);
    assert_true(printer_print(printer, &job, &id, &error));
    assert_int_equal(printer_job(printer, id), PRINTER_JOB_UNKNOWN);
}

static void names_of_no_printer_are_refused(void **state G_GNUC_UNUSED)
{
    static const char *const names[] = {"", "lpt1", "escpos:somewhere", "ipp:"};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) error = NULL;

        assert_null(printer_open(names[i], &error));
        assert_error_code(error, ERROR_INVALID);
    }
}

/* --- an IPP printer --- */

typedef struct {
    GPid pid;
    int input;
    char *control;
    char *keep;
    Printer *printer;
} IppSim;

static void ipp_control(const IppSim *sim, const char *text)
{
    assert_true(g_file_set_contents(sim->control, text, -1, NULL));
}

static IppSim ipp_start(void)
{
    IppSim sim = {.keep = testing_folder()};
    g_autoptr(GError) error = NULL;
    g_autofree char *name = NULL;
    char line[16];
    FILE *said;
    int output;

    sim.control = g_build_filename(sim.keep, "control.json", NULL);
    ipp_control(&sim, "{\"state\": 3, \"reasons\": [\"none\"]}");
    g_spawn_async_with_pipes(
        NULL,
        (char *[]){(char[]){"python3"}, (char[]){ANJUAN_SOURCE "/tests/drivers/ipp_sim.py"},
                   (char[]){"--control"}, sim.control, (char[]){"--keep"}, sim.keep, NULL},
        NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_CLOEXEC_PIPES, NULL, NULL,
        &sim.pid, &sim.input, &output, NULL, &error);
    assert_no_error(error);
    said = fdopen(output, "r");
    assert_non_null(fgets(line, sizeof line, said));
    fclose(said);
    name = g_strdup_printf("ipp://127.0.0.1:%d/ipp/print", atoi(line));
    sim.printer = open_printer(name);
    return sim;
}

static void ipp_stop(IppSim *sim)
{
    printer_free(sim->printer);
    close(sim->input);
    waitpid(sim->pid, NULL, 0);
    g_free(sim->control);
    g_free(sim->keep);
}

static void a_document_goes_to_an_ipp_printer_as_it_is(void **state G_GNUC_UNUSED)
{
    IppSim sim = ipp_start();
    g_autofree char *kept = g_build_filename(sim.keep, "1", NULL);
    g_auto(Fd) fd = document("%PDF-1.4 \0 bytes", 16);
    PrinterJob job = {.title = "受理通知书",
                      .media_type = "application/pdf",
                      .fd = fd,
                      .copies = 2,
                      .media = "iso_a4_210x297mm"};
    g_autoptr(GError) error = NULL;
    g_autofree char *bytes = NULL;
    gsize size;
    guint id = 0;

    assert_int_equal(state_of(sim.printer), PRINTER_READY);
    assert_true(printer_print(sim.printer, &job, &id, &error));
    assert_no_error(error);
    assert_int_equal(id, 1);
    assert_true(g_file_get_contents(kept, &bytes, &size, NULL));
    assert_int_equal(size, 16);
    assert_memory_equal(bytes, "%PDF-1.4 \0 bytes", 16);
    assert_int_equal(printer_job(sim.printer, id), PRINTER_JOB_PRINTED);
    ipp_control(&sim, "{\"state\": 4, \"reasons\": [\"none\"], \"job\": 5}");
    assert_int_equal(state_of(sim.printer), PRINTER_BUSY);
    assert_int_equal(printer_job(sim.printer, id), PRINTER_JOB_PENDING);
    ipp_control(&sim,
                "{\"state\": 4, \"reasons\": [\"none\"], \"job\": 5,"
                "\"message\": \"The printer may not exist or is unavailable at this time.\"}");
    assert_int_equal(state_of(sim.printer), PRINTER_OFFLINE);
    ipp_control(&sim, "{\"state\": 5, \"reasons\": [\"none\"], \"job\": 8}");
    assert_int_equal(printer_job(sim.printer, id), PRINTER_JOB_FAILED);
    ipp_stop(&sim);
}

static void a_refused_document_says_in_what_state_the_printer_is(void **state G_GNUC_UNUSED)
{
    IppSim sim = ipp_start();
    g_auto(Fd) fd = document("%PDF-1.4", 8);
    PrinterJob job = {.title = "t", .media_type = "application/pdf", .fd = fd};
    g_autoptr(GError) error = NULL;
    guint id;

    ipp_control(&sim, "{\"state\": 5, \"refuse\": true,"
                      "\"reasons\": [\"paused\", \"media-empty-error\"]}");
    assert_int_equal(state_of(sim.printer), PRINTER_NO_PAPER);
    assert_false(printer_print(sim.printer, &job, &id, &error));
    assert_error_code(error, ERROR_PRINTER);
    assert_non_null(strstr(error->message, "no-paper"));
    ipp_stop(&sim);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_reason_of_ipp_has_its_state),
    cmocka_unit_test(a_queue_whose_printer_is_gone_is_known_by_its_words),
    cmocka_unit_test(each_answer_of_a_receipt_printer_has_its_state),
    cmocka_unit_test(a_picture_goes_in_bands_and_is_cut),
    cmocka_unit_test(a_picture_that_is_none_is_refused),
    cmocka_unit_test(a_receipt_goes_over_a_socket),
    cmocka_unit_test(a_printer_without_paper_is_sent_nothing),
    cmocka_unit_test(a_receipt_goes_over_a_serial_line),
    cmocka_unit_test(a_printer_that_is_off_is_offline),
    cmocka_unit_test(a_printer_that_does_not_answer_is_unknown),
    cmocka_unit_test(names_of_no_printer_are_refused),
    cmocka_unit_test(a_document_goes_to_an_ipp_printer_as_it_is),
    cmocka_unit_test(a_refused_document_says_in_what_state_the_printer_is),
};
TEST_MAIN_IN(folder, tests)
