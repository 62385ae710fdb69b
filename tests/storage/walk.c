/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/storage/walk.h"

#include "tests/storage/store_copy.h"

#include "appliance/counter/destroy.h"
#include "storage/signing.h"

#define DECADES_US (G_GINT64_CONSTANT(32) * 366 * 86400 * G_USEC_PER_SEC)

const CipherKey walk_key = {.key = (const guint8 *)"0123456789abcdef0123456789abcdef"};
const ExportFormat walk_formats[WALK_FORMATS] = {EXPORT_BAG_TAR, EXPORT_BAG_ZIP, EXPORT_BAG_DIR};
WalkBase walk_base;

Random walk_random(void)
{
    static SeededRandom seeded;

    return random_seeded(&seeded, 1);
}

Store *walk_opened(const char *folder, GError **error)
{
    StoreOptions options = {
        .folder = folder, .clock = clock_manual(&hall_now_us), .random = walk_random()};

    return store_open(&options, error);
}

/* ── the base ────────────────────────────────────────────────────────────────────────────── */

gboolean walk_back_up(Store *store, const char *path, gint64 since, BackupDone *done,
                      GError **error)
{
    BackupRequest request = {
        .path = path, .key = walk_key, .since = since, .with_key = TRUE, .settle = archive_recover};

    return backup_write(store, &request, done, error);
}

gboolean walk_export(Hall *hall, const char *path, ExportFormat format, GError **error)
{
    const char *numbers[] = {walk_base.filed, NULL};
    ExportRequest request = {.numbers = numbers, .path = path, .format = format};
    g_auto(ExportDone) done = {0};

    return export_cases(hall->house, &hall_clerk, &request, &done, error);
}

gboolean walk_sign(Store *store, GError **error)
{
    g_autofree char *note = signing_checkpoint(store, error);

    return note != NULL;
}

static void base_destroy(void)
{
    const char *numbers[] = {walk_base.filed, NULL};
    DestroyRequest request = {numbers, "000002", "档销1号"};
    GError *error = NULL;
    Hall hall;

    store_copy(walk_base.folder, walk_base.destroyed);
    hall = hall_opened(g_strdup(walk_base.destroyed));
    hall_now_us += DECADES_US;
    (void)!destroy_cases(hall.house, &hall_clerk, &request, &error);
    assert_no_error(error);
    hall_close(&hall);
    hall_now_us -= DECADES_US;
}

static void base_make(void)
{
    Hall hall = hall_made("procedure");
    g_auto(BackupDone) full = {0}, later = {0};
    GError *error = NULL;

    walk_base.out = testing_folder();
    walk_base.folder = g_strdup(hall.folder);
    walk_base.destroyed = g_build_filename(walk_base.out, "destroyed", NULL);
    walk_base.backup = g_build_filename(walk_base.out, "full.bak", NULL);
    walk_base.later = g_build_filename(walk_base.out, "later.bak", NULL);
    walk_base.filed = hall_filed(&hall);
    assert_true(walk_sign(hall.store, &error));
    (void)!walk_back_up(hall.store, walk_base.backup, BACKUP_FULL, &full, &error);
    assert_no_error(error);
    walk_base.seq = full.seq;
    walk_base.open = hall_case(&hall, HALL_ITEM);
    hall_hand_in(&hall, walk_base.open, "A01");
    walk_base.ended = hall_ended(&hall);
    hall_page(&hall, NULL, "a page in the tray");
    for (gsize i = 0; i < WALK_FORMATS; i++) {
        walk_base.bundles[i] =
            g_strdup_printf("%s/bundle%s", walk_base.out, export_format_ending(walk_formats[i], 1));
        (void)!walk_export(&hall, walk_base.bundles[i], walk_formats[i], &error);
        assert_no_error(error);
    }
    (void)!walk_back_up(hall.store, walk_base.later, full.seq, &later, &error);
    assert_no_error(error);
    hall_page(&hall, NULL, "a page behind the backup");
    hall_close(&hall);
    base_destroy();
}

static void base_clear(void)
{
    for (gsize i = 0; i < WALK_FORMATS; i++)
        g_free(walk_base.bundles[i]);
    g_free(walk_base.folder);
    g_free(walk_base.destroyed);
    g_free(walk_base.filed);
    g_free(walk_base.open);
    g_free(walk_base.ended);
    g_free(walk_base.backup);
    g_free(walk_base.later);
    g_free(walk_base.out);
}

/* ── the walk ────────────────────────────────────────────────────────────────────────────── */

void walk_no_copy(Desk *desk G_GNUC_UNUSED)
{
}

static void desk_clear(Desk *desk)
{
    assert_true(file_remove_tree(desk->folder, NULL));
    assert_true(file_remove_tree(desk->product, NULL));
}

static gboolean desk_run(Desk *desk, const Work *work, GError **error)
{
    g_string_truncate(desk->said, 0);
    return work->run(desk, error);
}

/* On a fresh copy, and with one fault. */
G_NO_INLINE static gboolean run_first(Desk *desk, const Work *work, guint at, GError **error)
{
    gboolean ok;

    desk_clear(desk);
    work->prepare(desk);
    place_begin(at);
    ok = desk_run(desk, work, error);
    desk->passed += place_heal();
    return ok;
}

/* On what the first run left. */
static void run_again(Desk *desk, const Work *work, const char *behind, const char *wanted)
{
    GError *error = NULL;

    assert_true(file_remove_tree(desk->product, NULL));
    if (!desk_run(desk, work, &error))
        fail_msg("%s, behind %s: %s", work->name, behind, error->message);
    assert_no_error(error);
    if (strcmp(desk->said->str, wanted) != 0)
        fail_msg("%s, behind %s: %s instead of %s", work->name, behind, desk->said->str, wanted);
}

static void judge_first(const Desk *desk, const Work *work, guint at, gboolean ok,
                        const GError *error, const char *wanted)
{
    if (ok != (error == NULL))
        fail_msg("%s, %s: %s an error", work->name, place_word(at), ok ? "TRUE with" : "without");
    if (ok && strcmp(desk->said->str, wanted) != 0 && strstr(desk->said->str, WALK_FINDS) == NULL)
        fail_msg("%s, %s: passed over: %s instead of %s", work->name, place_word(at),
                 desk->said->str, wanted);
}

static Desk desk_made(void)
{
    return (Desk){g_build_filename(walk_base.out, "data", NULL),
                  g_build_filename(walk_base.out, "product", NULL), g_string_new(NULL), 0};
}

static void desk_end(Desk *desk)
{
    desk_clear(desk);
    g_free(desk->folder);
    g_free(desk->product);
    g_string_free(desk->said, TRUE);
}

void walk(const Work *work)
{
    g_autofree char *wanted = NULL;
    Desk desk = desk_made();
    gint64 begun_us = g_get_monotonic_time();
    guint n = 0;

    for (guint at = PLACE_LEARN; at == PLACE_LEARN || at < n; at++) {
        g_autoptr(GError) error = NULL;
        gboolean ok = run_first(&desk, work, at, &error);

        if (at == PLACE_LEARN) {
            n = place_count();
            wanted = g_strdup(desk.said->str);
            assert_no_error(error);
            continue;
        }
        judge_first(&desk, work, at, ok, error, wanted);
        if (ok && work->prepare == walk_no_copy) /* nothing is brought back over a store */
            desk_clear(&desk);
        if ((work->how & WORK_CHANGES) != 0 || place_is_long())
            run_again(&desk, work, place_word(at), wanted);
    }
    print_message("%s: %u places, %u failed, %d ms\n", work->name, n, desk.passed,
                  (int)((g_get_monotonic_time() - begun_us) / 1000));
    assert_int_equal(desk.passed, n);
    desk_end(&desk);
}

void walk_interrupted(const Work *work)
{
    g_autofree char *wanted = NULL;
    Desk desk = desk_made();
    GError *error = NULL;

    for (int interrupted = 0; interrupted <= 1; interrupted++) {
        desk_clear(&desk);
        work->prepare(&desk);
        place_interrupt(interrupted);
        if (!desk_run(&desk, work, &error))
            fail_msg("%s: %s", work->name, error->message);
        place_interrupt(FALSE);
        if (wanted == NULL)
            wanted = g_strdup(desk.said->str);
        assert_string_equal(desk.said->str, wanted);
    }
    desk_end(&desk);
}

/* ── the copies ──────────────────────────────────────────────────────────────────────────── */

void walk_copy(Desk *desk)
{
    store_copy(walk_base.folder, desk->folder);
}

void walk_copy_destroyed(Desk *desk)
{
    store_copy(walk_base.destroyed, desk->folder);
}

/* ── the program ─────────────────────────────────────────────────────────────────────────── */

static void quiet(const char *domain G_GNUC_UNUSED, GLogLevelFlags level G_GNUC_UNUSED,
                  const char *message G_GNUC_UNUSED, void *data G_GNUC_UNUSED)
{
}

void walk_begin(void)
{
    /* What fails is told in the log too. */
    g_log_set_always_fatal(G_LOG_FATAL_MASK);
    g_log_set_default_handler(quiet, NULL);
    place_install();
    base_make();
}

void walk_end(void)
{
    base_clear();
    place_forget();
}
