/* SPDX-License-Identifier: Apache-2.0
 *
 * Raw sides through a real worker process; what happens when it dies, hangs or is hostile.
 */
#include "tests/appliance/page/page_testing.h"

#include "appliance/base/random.h"
#include "appliance/page/image.h"
#include "appliance/page/worker.h"

#include <linux/capability.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define KILLS 50

static PageWorker *new_worker(void)
{
    GError *error = NULL;
    PageWorker *worker = page_worker_new(&error);

    assert_no_error(error);
    return worker;
}

/* Decode the stored master and hand its rows back. */
static GBytes *rows_of(int fd, PageGeometry *geometry)
{
    g_autoptr(GBytes) bytes = bytes_of(fd);
    gsize size;
    Bytes file = {g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes)};
    ImageOptions options = {0};
    GError *error = NULL;
    gboolean exists;
    g_autoptr(Image) image = image_open(file, &options, &exists, &error);
    guint8 *rows;

    assert_no_error(error);
    *geometry = image->geometry;
    size = (gsize)geometry->stride_bytes * geometry->height_px;
    rows = g_malloc(size);
    assert_true(image_rows(image, rows, geometry->height_px, &error));
    return g_bytes_new_take(rows, size);
}

static void run_raw(PageWorker *worker, const Drawing *drawing, gboolean lossless, pid_t kill_after,
                    PageResult *result)
{
    g_auto(Fd) memory = drawing_memory(drawing);
    PageRaw raw = {.geometry = drawing->geometry, .lossless = lossless};
    PageTags tags = {.batch = "b1", .sheet = 3, .side = "front", .device = "test"};
    GError *error = NULL;
    guint32 height = drawing->geometry.height_px;

    assert_true(page_worker_begin(worker, memory, &raw, &tags, &error));
    for (guint32 rows = 0; rows < height; rows += 100) {
        if (kill_after != 0 && rows >= (guint32)kill_after) {
            kill(page_worker_pid(worker), SIGKILL);
            kill_after = 0;
        }
        assert_true(page_worker_rows(worker, MIN(rows + 100, height), &error));
    }
    assert_true(page_worker_finish(worker, result, &error));
    assert_no_error(error);
}

static void a_lossless_side_comes_back_bit_by_bit(void **state G_GNUC_UNUSED)
{
    g_autoptr(PageWorker) worker = new_worker();

    for (PageMode mode = PAGE_COLOUR; mode <= PAGE_LINEART; mode++) {
        g_autoptr(Drawing) drawing = drawing_new(701, 555, 200, mode);
        g_auto(PageResult) result = PAGE_RESULT_NONE;
        g_autoptr(GBytes) rows = NULL;
        PageGeometry geometry;

        drawing_text(drawing, 8, 0, 7);
        run_raw(worker, drawing, TRUE, 0, &result);
        assert_int_equal(result.state, PAGE_STORED);
        assert_true(memfd_is_sealed(result.fd));
        rows = rows_of(result.fd, &geometry);
        assert_int_equal(geometry.mode, mode);
        assert_int_equal(geometry.dpi, 200);
        assert_int_equal(geometry.height_px, 555);
        assert_memory_equal(g_bytes_get_data(rows, NULL), drawing->rows,
                            (gsize)drawing->geometry.stride_bytes * 555);
    }
    assert_int_equal(page_worker_replaced(worker), 0);
}

static void a_colour_side_is_stored_as_jpeg(void **state G_GNUC_UNUSED)
{
    g_autoptr(PageWorker) worker = new_worker();
    g_autoptr(Drawing) drawing = drawing_new(700, 500, 300, PAGE_COLOUR);
    g_auto(PageResult) result = PAGE_RESULT_NONE;
    g_autoptr(GBytes) rows = NULL;
    const guint8 *decoded;
    PageGeometry geometry;
    guint64 difference = 0;

    drawing_text(drawing, 6, 0, 3);
    run_raw(worker, drawing, FALSE, 0, &result);
    assert_int_equal(result.state, PAGE_STORED);
    rows = rows_of(result.fd, &geometry);
    decoded = g_bytes_get_data(rows, NULL);
    for (gsize i = 0; i < g_bytes_get_size(rows); i++)
        difference += (guint64)abs(decoded[i] - drawing->rows[i]);
    assert_true(difference / g_bytes_get_size(rows) < 4);
    assert_false(result.facts.blank);
}

static void a_killed_worker_loses_nothing(void **state G_GNUC_UNUSED)
{
    g_autoptr(PageWorker) worker = new_worker();
    g_autoptr(Drawing) drawing = drawing_new(400, 1000, 100, PAGE_LINEART);
    SeededRandom seeded;
    Random random = random_seeded(&seeded, 50);

    drawing_text(drawing, 10, 0, 9);
    for (guint i = 0; i < KILLS; i++) {
        g_auto(PageResult) result = PAGE_RESULT_NONE;
        g_autoptr(GBytes) rows = NULL;
        PageGeometry geometry;
        guint16 dice;

        random_fill(&random, &dice, sizeof dice);
        run_raw(worker, drawing, FALSE, 1 + dice % 1000, &result);
        assert_int_equal(result.state, PAGE_STORED);
        rows = rows_of(result.fd, &geometry);
        assert_memory_equal(g_bytes_get_data(rows, NULL), drawing->rows,
                            (gsize)drawing->geometry.stride_bytes * 1000);
    }
    assert_true(page_worker_replaced(worker) >= KILLS / 2);
}

static void a_hanging_worker_is_replaced(void **state G_GNUC_UNUSED)
{
    g_autoptr(PageWorker) worker = new_worker();
    g_autoptr(Drawing) drawing = drawing_new(400, 300, 100, PAGE_GRAY);
    g_auto(PageResult) result = PAGE_RESULT_NONE;

    page_worker_limit_set(worker, 3000);
    kill(page_worker_pid(worker), SIGSTOP);
    run_raw(worker, drawing, FALSE, 0, &result);
    assert_int_equal(result.state, PAGE_STORED);
    assert_int_equal(page_worker_replaced(worker), 1);
}

static void without_any_worker_the_raw_rows_are_kept(void **state G_GNUC_UNUSED)
{
    g_autoptr(PageWorker) worker = new_worker();
    g_autoptr(Drawing) drawing = drawing_new(333, 211, 150, PAGE_COLOUR);
    g_auto(PageResult) result = PAGE_RESULT_NONE;
    g_autoptr(GBytes) rows = NULL;
    PageGeometry geometry;

    drawing_text(drawing, 2, 0, 1);
    worker_program_set("/bin/false");
    run_raw(worker, drawing, FALSE, 1, &result);
    worker_program_set(ANJUAN_PROGRAM);
    assert_int_equal(result.state, PAGE_UNREAD);
    assert_string_equal(result.media_type, "image/tiff");
    assert_true(memfd_is_sealed(result.fd));
    rows = rows_of(result.fd, &geometry);
    assert_memory_equal(g_bytes_get_data(rows, NULL), drawing->rows,
                        (gsize)drawing->geometry.stride_bytes * 211);
}

/* A file that no worker survives is kept as it came, and no other page waits for it. */
static void a_file_that_ends_every_worker_is_kept_unread(void **state G_GNUC_UNUSED)
{
    g_autoptr(PageWorker) worker = new_worker();
    static const char *const files[] = {"\xff\xd8\xff\xe0 as if it were a JPEG", "words, no image"};
    GError *error = NULL;

    for (int i = 0; i < 2; i++) {
        g_auto(PageResult) result = PAGE_RESULT_NONE;
        g_autoptr(GBytes) kept = NULL;
        g_auto(Fd) fd = memfd_new("file", 0, &error);
        guint32 pages;

        assert_int_equal(write(fd, files[i], strlen(files[i])), strlen(files[i]));
        worker_program_set("/bin/false");
        kill(page_worker_pid(worker), SIGKILL);
        assert_int_equal(page_worker_count(worker, fd, &pages, &error), i == 0);
        g_clear_error(&error);
        assert_int_equal(page_worker_import(worker, fd, 0, NULL, &result, &error), i == 0);
        g_clear_error(&error);
        worker_program_set(ANJUAN_PROGRAM);
        if (i > 0)
            break;
        assert_int_equal(pages, 1);
        assert_int_equal(result.state, PAGE_UNREAD);
        assert_string_equal(result.media_type, "image/jpeg");
        kept = bytes_of(result.fd);
        assert_int_equal(g_bytes_get_size(kept), strlen(files[i]));
        assert_memory_equal(g_bytes_get_data(kept, NULL), files[i], strlen(files[i]));
        assert_false(page_worker_count(worker, fd, &pages, &error)); /* a worker lives again */
        g_clear_error(&error);
    }
}

static void the_walls_hold(void **state G_GNUC_UNUSED)
{
    g_autoptr(PageWorker) worker = new_worker();
    GError *error = NULL;
    guint32 leaks = 99;

    assert_true(page_worker_probe(worker, &leaks, &error));
    assert_int_equal(leaks, 0);
}

/* Root is excused from what is counted here: not this process and its workers any more. */
static void be_nobody_special(void)
{
    if (geteuid() != 0)
        return;
    assert_int_equal(prctl(PR_CAPBSET_DROP, CAP_SYS_RESOURCE, 0, 0, 0), 0);
    assert_int_equal(prctl(PR_CAPBSET_DROP, CAP_SYS_ADMIN, 0, 0, 0), 0);
}

/* One descriptor, sent and not received. */
static void send_away(int socket)
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(int))];
    } control = {.head = {.cmsg_level = SOL_SOCKET,
                          .cmsg_type = SCM_RIGHTS,
                          .cmsg_len = CMSG_LEN(sizeof(int))}};
    char text = 'x';
    struct iovec byte = {&text, 1};
    struct msghdr message = {.msg_iov = &byte,
                             .msg_iovlen = 1,
                             .msg_control = control.room,
                             .msg_controllen = sizeof control.room};

    memcpy(CMSG_DATA(&control.head), &socket, sizeof socket);
    assert_int_equal(sendmsg(socket, &message, 0), 1);
}

/* The kernel counts descriptors on their way over all processes of a user. */
static void descriptors_on_their_way_elsewhere_hold_up_nobody(void **state G_GNUC_UNUSED)
{
    g_autoptr(Drawing) drawing = drawing_new(400, 300, 100, PAGE_GRAY);
    g_autoptr(PageWorker) worker = NULL;
    g_auto(PageResult) result = PAGE_RESULT_NONE;
    int pairs[20][2];

    be_nobody_special();
    worker = new_worker();
    for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++) {
        assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, pairs[i]), 0);
        for (guint n = 0; n < 5; n++)
            send_away(pairs[i][0]);
    }
    drawing_text(drawing, 6, 0, 3);
    run_raw(worker, drawing, FALSE, 0, &result);
    assert_int_equal(result.state, PAGE_STORED);
    assert_int_equal(page_worker_replaced(worker), 0);
    for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++) {
        close(pairs[i][0]);
        close(pairs[i][1]);
    }
}

static void a_page_without_rows_is_refused(void **state G_GNUC_UNUSED)
{
    g_autoptr(PageWorker) worker = new_worker();
    g_autoptr(Drawing) drawing = drawing_new(64, 64, 100, PAGE_GRAY);
    g_auto(Fd) memory = drawing_memory(drawing);
    PageRaw raw = {.geometry = drawing->geometry};
    g_auto(PageResult) result = PAGE_RESULT_NONE;
    g_autoptr(GError) error = NULL;

    assert_true(page_worker_begin(worker, memory, &raw, NULL, &error));
    assert_false(page_worker_rows(worker, 65, &error));
    assert_error_code(error, ERROR_INVALID);
    g_clear_error(&error);
    assert_false(page_worker_finish(worker, &result, &error));
    assert_error_code(error, ERROR_FORMAT);
}

static void memory_smaller_than_the_page_is_no_page(void **state G_GNUC_UNUSED)
{
    g_autoptr(PageWorker) worker = new_worker();
    g_autoptr(Drawing) drawing = drawing_new(64, 64, 100, PAGE_GRAY);
    g_auto(Fd) memory = drawing_memory(drawing);
    PageRaw raw = {.geometry = drawing->geometry};
    g_auto(PageResult) result = PAGE_RESULT_NONE;
    g_autoptr(GError) error = NULL;

    raw.geometry.height_px = 65;
    assert_true(page_worker_begin(worker, memory, &raw, NULL, &error));
    assert_true(page_worker_rows(worker, 65, &error));
    assert_false(page_worker_finish(worker, &result, &error));
    assert_error_code(error, ERROR_IO);
}

static void a_view_is_scaled_and_turned(void **state G_GNUC_UNUSED)
{
    g_autoptr(PageWorker) worker = new_worker();
    g_autoptr(Drawing) drawing = drawing_new(600, 400, 100, PAGE_GRAY);
    g_auto(PageResult) result = PAGE_RESULT_NONE;
    g_auto(Fd) view_fd = -1;
    g_autoptr(GBytes) rows = NULL;
    PageView view = {.w = 200, .h = 100, .width_px = 100, .turn = 90, .format = VIEW_PNG};
    PageGeometry geometry;
    GError *error = NULL;
    const guint8 *samples;

    /* the upper left quarter of the region is black: after a turn to the right it stands right */
    drawing_box(drawing, 0, 0, 100, 50, 0);
    run_raw(worker, drawing, TRUE, 0, &result);
    assert_true(page_worker_view(worker, result.fd, &view, &view_fd, &error));
    rows = rows_of(view_fd, &geometry);
    samples = g_bytes_get_data(rows, NULL);
    assert_int_equal(geometry.width_px, 50);
    assert_int_equal(geometry.height_px, 100);
    assert_int_equal(samples[40], 0);
    assert_int_equal(samples[10], 245);
    assert_int_equal(samples[90 * 50 + 40], 245);
}

static void a_view_outside_of_the_page_is_refused(void **state G_GNUC_UNUSED)
{
    g_autoptr(PageWorker) worker = new_worker();
    g_autoptr(Drawing) drawing = drawing_new(60, 40, 100, PAGE_GRAY);
    g_auto(PageResult) result = PAGE_RESULT_NONE;
    g_auto(Fd) view_fd = -1;
    PageView view = {.x = 60};
    g_autoptr(GError) error = NULL;

    run_raw(worker, drawing, TRUE, 0, &result);
    assert_false(page_worker_view(worker, result.fd, &view, &view_fd, &error));
    assert_error_code(error, ERROR_INVALID);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_lossless_side_comes_back_bit_by_bit),
    cmocka_unit_test(a_colour_side_is_stored_as_jpeg),
    cmocka_unit_test(a_killed_worker_loses_nothing),
    cmocka_unit_test(a_hanging_worker_is_replaced),
    cmocka_unit_test(without_any_worker_the_raw_rows_are_kept),
    cmocka_unit_test(a_file_that_ends_every_worker_is_kept_unread),
    cmocka_unit_test(the_walls_hold),
    cmocka_unit_test(a_page_without_rows_is_refused),
    cmocka_unit_test(memory_smaller_than_the_page_is_no_page),
    cmocka_unit_test(a_view_is_scaled_and_turned),
    cmocka_unit_test(a_view_outside_of_the_page_is_refused),
    /* The last: it gives up what root may do. */
    cmocka_unit_test(descriptors_on_their_way_elsewhere_hold_up_nobody),
};

TEST_MAIN(tests)
