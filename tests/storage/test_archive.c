/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/storage/tree.h"

#include "storage/pack.h"

static char *folder;

/* The archive must be refused as hostile, and the message must say `why`. */
static void assert_hostile(const char *name, const char *why)
{
    g_autofree char *path = tree_path(folder, name);
    GError *error = NULL;

    assert_null(archive_open(path, NULL, &error));
    assert_error_code(error, ERROR_ARCHIVE_HOSTILE);
    if (strstr(error->message, why) == NULL)
        fail_msg("'%s' does not say '%s'", error->message, why);
    g_clear_error(&error);
}

static void assert_refused(const char *name, ErrorCode code)
{
    g_autofree char *path = tree_path(folder, name);
    GError *error = NULL;

    assert_null(archive_open(path, NULL, &error));
    assert_error_code(error, code);
    g_clear_error(&error);
}

static void write_tar(GByteArray *tar, const char *name)
{
    tar_end(tar);
    tree_put_bytes(folder, name, tar->data, tar->len);
    g_byte_array_unref(tar);
}

static void hostile_names_in_a_tar_are_refused(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *name, *why;
    } cases[] = {
        {"bag/../../etc/passwd", "climbing"},
        {"../bag/a", "climbing"},
        {"/etc/passwd", "absolute"},
        {"~root/x", "absolute"},
        {"bag//x", "empty part"},
        {"bag/./x", "climbing"},
        {"C:/x", "drive"},
        {"bag\\x", "backslash"},
        {"bag/\x01", "control"},
        {"bag/\xff\xfe", "not UTF-8"},
        {"bag/\xcc\xec.tif", "not UTF-8"},
        {"other/x", "outside the base folder"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        GByteArray *tar = g_byte_array_new();

        tar_add(tar, "bag/first", '0', "x", 1);
        tar_add(tar, cases[i].name, '0', "x", 1);
        write_tar(tar, "hostile.tar");
        assert_hostile("hostile.tar", cases[i].why);
    }
}

static void hostile_kinds_in_a_tar_are_refused(void **state G_GNUC_UNUSED)
{
    static const struct {
        char kind;
        const char *why;
    } cases[] = {{'1', "link"},   {'2', "link"},         {'3', "device"},      {'4', "device"},
                 {'6', "device"}, {'S', "unknown kind"}, {'Z', "unknown kind"}};

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        GByteArray *tar = g_byte_array_new();

        tar_add(tar, "bag/x", cases[i].kind, "", 0);
        write_tar(tar, "kind.tar");
        assert_hostile("kind.tar", cases[i].why);
    }
}

static void twins_are_refused(void **state G_GNUC_UNUSED)
{
    GByteArray *tar = g_byte_array_new();
    ZipMaker zip = zip_new();

    tar_add(tar, "bag/x", '0', "1", 1);
    tar_add(tar, "./bag/x", '0', "2", 1);
    write_tar(tar, "twin.tar");
    assert_hostile("twin.tar", "stands twice");
    zip_add(&zip, &(ZipMember){.name = "bag/x", .content = "1", .offset = -1});
    zip_add(&zip, &(ZipMember){.name = "bag/x", .content = "2", .offset = -1});
    zip_write(&zip, folder, "twin.zip");
    assert_hostile("twin.zip", "stands twice");
}

static void a_file_that_is_a_folder_is_refused(void **state G_GNUC_UNUSED)
{
    GByteArray *tar = g_byte_array_new(), *later = g_byte_array_new();

    tar_add(tar, "bag/x", '0', "1", 1);
    tar_add(tar, "bag/x/y", '0', "2", 1);
    write_tar(tar, "below.tar");
    assert_hostile("below.tar", "below a file");
    tar_add(later, "bag/x/y", '0', "2", 1);
    tar_add(later, "bag/x", '0', "1", 1);
    write_tar(later, "above.tar");
    assert_hostile("above.tar", "below a file");
}

static void pax_records_are_read_and_guarded(void **state G_GNUC_UNUSED)
{
    static const char good[] = "25 path=bag/\xe6\xa1\x88\xe5\x8d\xb7/1.tif\n";
    static const char escape[] = "22 path=../etc/passwd\n";
    static const char sparse[] = "22 GNU.sparse.major=1\n";
    GByteArray *tar = g_byte_array_new(), *bad = g_byte_array_new(), *hole = g_byte_array_new();
    GByteArray *global = g_byte_array_new();
    GError *error = NULL;
    g_autoptr(Archive) archive = NULL;
    g_autofree char *path = tree_path(folder, "pax.tar");

    tar_add(tar, "x", 'x', good, strlen(good));
    tar_add(tar, "short", '0', "page", 4);
    write_tar(tar, "pax.tar");
    archive = archive_open(path, NULL, &error);
    assert_no_error(error);
    assert_non_null(archive_find(archive, "案卷/1.tif"));
    tar_add(bad, "x", 'x', escape, strlen(escape));
    tar_add(bad, "short", '0', "page", 4);
    write_tar(bad, "escape.tar");
    assert_hostile("escape.tar", "climbing");
    tar_add(hole, "x", 'x', sparse, strlen(sparse));
    tar_add(hole, "bag/x", '0', "page", 4);
    write_tar(hole, "sparse.tar");
    assert_hostile("sparse.tar", "sparse");
    tar_add(global, "g", 'g', good, strlen(good));
    tar_add(global, "bag/x", '0', "page", 4);
    write_tar(global, "global.tar");
    assert_hostile("global.tar", "sets path");
}

static void a_huge_name_is_refused(void **state G_GNUC_UNUSED)
{
    GByteArray *tar = g_byte_array_new(), *long_part = g_byte_array_new();
    g_autofree char *name = g_strnfill(2 * 1024 * 1024, 'a');
    g_autofree char *part = g_strdup_printf("bag/%.*s", 256, name);

    tar_add(tar, "././@LongLink", 'L', name, strlen(name));
    tar_add(tar, "bag/a", '0', "x", 1);
    write_tar(tar, "name.tar");
    assert_hostile("name.tar", "name too long");
    tar_add(long_part, "././@LongLink", 'L', part, strlen(part) + 1);
    tar_add(long_part, "bag/a", '0', "x", 1);
    write_tar(long_part, "part.tar");
    assert_hostile("part.tar", "name too long");
}

static void every_cut_of_a_tar_is_noticed(void **state G_GNUC_UNUSED)
{
    GByteArray *tar = g_byte_array_new();
    g_autofree char *content = g_strnfill(1000, 'x');

    tar_add(tar, "bag/a", '0', content, 1000);
    tar_add(tar, "bag/b", '0', content, 700);
    for (gsize cut = 512; cut < tar->len; cut += 128) {
        tree_put_bytes(folder, "cut.tar", tar->data, cut);
        assert_refused("cut.tar", ERROR_BUNDLE_INVALID);
    }
    g_byte_array_unref(tar);
}

static void bytes_behind_the_end_of_a_tar_are_refused(void **state G_GNUC_UNUSED)
{
    GByteArray *tar = g_byte_array_new();

    tar_add(tar, "bag/a", '0', "x", 1);
    tar_end(tar);
    tar_add(tar, "bag/hidden", '0', "x", 1);
    write_tar(tar, "behind.tar");
    assert_refused("behind.tar", ERROR_BUNDLE_INVALID);
}

static void zeros_behind_the_end_of_a_tar_have_an_end(void **state G_GNUC_UNUSED)
{
    GByteArray *tar = g_byte_array_new();
    g_autofree guint8 *zeros = g_malloc0(2 << 20);

    tar_add(tar, "bag/a", '0', "x", 1);
    tar_end(tar);
    g_byte_array_append(tar, zeros, 2 << 20);
    write_tar(tar, "padded.tar");
    assert_refused("padded.tar", ERROR_BUNDLE_INVALID);
}

/* The size of the second member as others may write it. */
static void a_header_that_says_nonsense_is_refused(void **state G_GNUC_UNUSED)
{
    static const char *const sizes[] = {"0000000000x", "\x80\1\1\1\1\1\1\1\1\1\1\1"};
    GByteArray *unsummed = g_byte_array_new(), *filled = g_byte_array_new();

    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        GByteArray *tar = g_byte_array_new();

        tar_add(tar, "bag/a", '0', "x", 1);
        memcpy(tar->data + 124, sizes[i], 12);
        tar_sum(tar->data);
        write_tar(tar, "size.tar");
        assert_refused("size.tar", ERROR_BUNDLE_INVALID);
    }
    tar_add(unsummed, "bag/a", '0', "x", 1);
    tar_add(unsummed, "bag/b", '0', "x", 1);
    unsummed->data[1024] ^= 1;
    write_tar(unsummed, "sum.tar");
    assert_refused("sum.tar", ERROR_BUNDLE_INVALID);
    tar_add(filled, "bag/a", '5', "x", 1);
    write_tar(filled, "filled.tar");
    assert_hostile("filled.tar", "a folder with bytes");
}

static void a_size_may_have_blanks_before_it(void **state G_GNUC_UNUSED)
{
    GByteArray *tar = g_byte_array_new();
    g_autofree char *path = tree_path(folder, "blanks.tar"), *absent = tree_path(folder, "absent");
    g_autoptr(Archive) archive = NULL;
    GError *error = NULL;

    tar_add(tar, "bag/a", '0', "x", 1);
    memcpy(tar->data + 124, "          1", 12);
    tar_sum(tar->data);
    write_tar(tar, "blanks.tar");
    archive = archive_open(path, NULL, &error);
    assert_no_error(error);
    assert_int_equal(archive_find(archive, "a")->size, 1);
    assert_null(archive_open_lone(absent, &error));
    assert_error_code(error, ERROR_NO_FILE);
    g_clear_error(&error);
}

static void folders_in_folders_have_an_end(void **state G_GNUC_UNUSED)
{
    g_autofree char *top = tree_path(folder, "deep");
    g_autoptr(GString) path = g_string_new("deep");
    GError *error = NULL;

    for (guint i = 0; i < 70; i++)
        g_string_append(path, "/d");
    g_string_append(path, "/x");
    tree_put(folder, path->str, "x");
    assert_null(archive_open(top, NULL, &error));
    assert_error_code(error, ERROR_ARCHIVE_HOSTILE);
    assert_non_null(strstr(error->message, "too deep"));
    g_clear_error(&error);
}

static void hostile_members_of_a_zip_are_refused(void **state G_GNUC_UNUSED)
{
    static const struct {
        ZipMember member;
        const char *why;
    } cases[] = {
        {{.name = "bag/../x", .content = "x", .offset = -1}, "climbing"},
        {{.name = "/x", .content = "x", .offset = -1}, "absolute"},
        {{.name = "bag\\x", .content = "x", .offset = -1}, "backslash"},
        {{.name = "bag/\xce\xc4", .content = "x", .offset = -1}, "not UTF-8"},
        {{.name = "other/x", .content = "x", .offset = -1}, "outside the base folder"},
        {{.name = "bag/x", .content = "/etc", .mode = 0120777, .offset = -1}, "link"},
        {{.name = "bag/x", .content = "", .mode = 0020666, .offset = -1}, "device"},
        {{.name = "bag/x", .content = "x", .flags = 1, .offset = -1}, "encrypted"},
        {{.name = "bag/x", .content = "x", .method = 12, .offset = -1}, "unknown method"},
        {{.name = "bag/x", .local_name = "bag/y", .content = "x", .offset = -1}, "contradicts"},
        {{.name = "bag/first", .content = "x", .offset = 0}, "stands twice"},
        {{.name = "bag/x", .content = "x", .size = 100, .offset = -1}, "two sizes"},
        {{.name = "bag/x", .content = "xx", .method = 8, .size = 1 << 30, .offset = -1},
         "more than the limit"},
        {{.name = "bag/x", .content = "x", .offset = 1 << 30}, "outside the archive"},
        {{.name = "bag/x/", .content = "x", .offset = -1}, "folder with bytes"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        ZipMaker zip = zip_new();

        zip_add(&zip, &(ZipMember){.name = "bag/first", .content = "x", .offset = -1});
        zip_add(&zip, &cases[i].member);
        zip_write(&zip, folder, "hostile.zip");
        assert_hostile("hostile.zip", cases[i].why);
    }
}

static void overlapping_and_hidden_members_are_refused(void **state G_GNUC_UNUSED)
{
    ZipMaker zip = zip_new(), gap = zip_new();

    /* Both list the same local header under one name each: the second name contradicts it, so
     * the overlap is made by a member inside the content of another. */
    zip_add(&zip, &(ZipMember){.name = "bag/a", .content = "0123456789", .offset = -1});
    zip_add(&zip, &(ZipMember){.name = "bag/b", .content = "x", .offset = -1});
    g_byte_array_remove_range(zip.bytes, zip.bytes->len - 37, 1);
    zip.directory->data[51 + 42] = (guint8)(zip.bytes->len - 36);
    zip_write(&zip, folder, "overlap.zip");
    assert_hostile("overlap.zip", "overlap");
    zip_add(&gap, &(ZipMember){.name = "bag/a", .content = "a", .offset = -1});
    zip_add(&gap, &(ZipMember){.name = "bag/hidden", .content = "b", .offset = -1});
    g_byte_array_set_size(gap.directory, 46 + 5);
    gap.count = 1;
    zip_write(&gap, folder, "gap.zip");
    assert_hostile("gap.zip", "gap");
}

static void every_cut_of_a_zip_is_noticed(void **state G_GNUC_UNUSED)
{
    ZipMaker zip = zip_new();
    g_autoptr(GBytes) bytes = NULL;

    zip_add(&zip, &(ZipMember){.name = "bag/a", .content = "0123456789", .offset = -1});
    zip_write(&zip, folder, "whole.zip");
    bytes = tree_get(folder, "whole.zip");
    for (gsize cut = 4; cut < g_bytes_get_size(bytes); cut++) {
        tree_put_bytes(folder, "cut.zip", g_bytes_get_data(bytes, NULL), cut);
        assert_refused("cut.zip", ERROR_BUNDLE_INVALID);
    }
}

static void a_million_members_end_at_the_limit(void **state G_GNUC_UNUSED)
{
    ArchiveLimits limits = {.members_max = 1000};
    g_autoptr(GByteArray) tar = g_byte_array_new();
    g_autofree char *path = tree_path(folder, "many.tar");
    GError *error = NULL;

    for (guint i = 0; i < 1001; i++) {
        char name[32];

        g_snprintf(name, sizeof name, "bag/%u", i);
        tar_add(tar, name, '0', "", 0);
    }
    tar_end(tar);
    tree_put_bytes(folder, "many.tar", tar->data, tar->len);
    assert_null(archive_open(path, &limits, &error));
    assert_error_code(error, ERROR_ARCHIVE_HOSTILE);
    assert_non_null(strstr(error->message, "bag/1000"));
    g_clear_error(&error);
}

/* More members than the 16-bit count of a zip: written and read by its 64-bit records. */
static void a_zip_of_many_members_is_read_back(void **state G_GNUC_UNUSED)
{
    g_autofree char *path = tree_path(folder, "many.zip");
    PackOptions options = {.form = ARCHIVE_ZIP, .path = path, .base = "bag"};
    g_autoptr(Pack) pack = pack_new(&options, NULL);
    g_autoptr(Archive) archive = NULL;
    GError *error = NULL;

    for (guint i = 0; i < 66000; i++) {
        char name[16];

        g_snprintf(name, sizeof name, "%u", i);
        assert_true(pack_put(pack, name, name, strlen(name), NULL));
    }
    assert_true(pack_commit(pack, NULL, NULL));
    archive = archive_open(path, NULL, &error);
    assert_no_error(error);
    assert_int_equal(archive_count(archive), 66000);
    assert_non_null(archive_find(archive, "65999"));
}

static char *read_member(const Archive *archive, const char *path, GError **error)
{
    const ArchiveMember *member = archive_find(archive, path);
    g_autoptr(GBytes) bytes = NULL;

    assert_non_null(member);
    bytes = archive_read_all(archive, member, 1 << 20, error);
    return bytes != NULL ? g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes)) : NULL;
}

static void members_are_read_where_they_stand(void **state G_GNUC_UNUSED)
{
    GByteArray *tar = g_byte_array_new();
    ZipMaker zip = zip_new();
    g_autofree char *tar_path = tree_path(folder, "read.tar");
    g_autofree char *zip_path = tree_path(folder, "read.zip");
    g_autofree char *folder_path = tree_path(folder, "read");
    const char *const paths[] = {tar_path, zip_path, folder_path};

    tar_add(tar, "bag/", '5', "", 0);
    tar_add(tar, "bag/data/a", '0', "first", 5);
    tar_add(tar, "bag/b", '0', "second", 6);
    write_tar(tar, "read.tar");
    zip_add(&zip, &(ZipMember){.name = "bag/", .content = "", .offset = -1});
    zip_add(&zip, &(ZipMember){.name = "bag/data/a", .content = "first", .offset = -1});
    zip_add(&zip, &(ZipMember){.name = "bag/b", .content = "second", .offset = -1});
    zip_write(&zip, folder, "read.zip");
    tree_put(folder, "read/data/a", "first");
    tree_put(folder, "read/b", "second");
    for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
        GError *error = NULL;
        g_autoptr(Archive) archive = archive_open(paths[i], NULL, &error);
        g_autofree char *first = NULL;
        g_autofree char *second = NULL;

        assert_no_error(error);
        first = read_member(archive, "data/a", &error);
        second = read_member(archive, "b", &error);
        assert_no_error(error);
        assert_string_equal(first, "first");
        assert_string_equal(second, "second");
    }
}

static void a_member_that_went_away_is_told(void **state G_GNUC_UNUSED)
{
    g_autofree char *path = tree_path(folder, "gone");
    GError *error = NULL;
    g_autoptr(Archive) archive = NULL;
    char bytes[5];

    tree_put(folder, "gone/a", "first");
    tree_put(folder, "gone/b", "second");
    archive = archive_open(path, NULL, &error);
    assert_no_error(error);
    assert_true(
        archive_read_at(archive, archive_find(archive, "a"), 0, bytes, sizeof bytes, &error));
    assert_memory_equal(bytes, "first", sizeof bytes);
    tree_remove(folder, "gone/a");
    assert_false(
        archive_read_at(archive, archive_find(archive, "a"), 0, bytes, sizeof bytes, &error));
    assert_error_code(error, ERROR_NO_FILE);
    g_clear_error(&error);
}

static void a_flipped_bit_in_a_zip_is_noticed(void **state G_GNUC_UNUSED)
{
    ZipMaker zip = zip_new();
    g_autofree char *path = tree_path(folder, "flip.zip");
    GError *error = NULL;
    g_autoptr(Archive) archive = NULL;

    zip_add(&zip, &(ZipMember){.name = "bag/a", .content = "content", .offset = -1});
    zip_write(&zip, folder, "flip.zip");
    tree_flip(folder, "flip.zip", 30 + 5 + 3);
    archive = archive_open(path, NULL, &error);
    assert_no_error(error);
    assert_null(read_member(archive, "a", &error));
    assert_error_code(error, ERROR_DIGEST);
    g_clear_error(&error);
}

static void links_and_pipes_in_a_folder_are_told_apart(void **state G_GNUC_UNUSED)
{
    g_autofree char *base = tree_path(folder, "links");
    g_autofree char *link_path = tree_path(base, "soft");
    g_autofree char *hard_path = tree_path(base, "hard");
    g_autofree char *file_path = tree_path(base, "file");
    g_autofree char *pipe_path = tree_path(base, "pipe");
    GError *error = NULL;
    g_autoptr(Archive) archive = NULL;

    tree_put(base, "file", "x");
    tree_put(base, "plain", "x");
    assert_int_equal(symlink("/etc/passwd", link_path), 0);
    assert_int_equal(link(file_path, hard_path), 0);
    assert_int_equal(mkfifo(pipe_path, 0600), 0);
    archive = archive_open(base, NULL, &error);
    assert_no_error(error);
    assert_int_equal(archive_find(archive, "soft")->kind, ARCHIVE_LINK);
    assert_int_equal(archive_find(archive, "hard")->kind, ARCHIVE_FILE);
    assert_true(archive_find(archive, "hard")->hard_link !=
                archive_find(archive, "file")->hard_link);
    assert_int_equal(archive_find(archive, "pipe")->kind, ARCHIVE_SPECIAL);
    assert_int_equal(archive_find(archive, "plain")->kind, ARCHIVE_FILE);
}

static void what_is_no_archive_is_no_archive(void **state G_GNUC_UNUSED)
{
    g_autofree char *pipe_path = tree_path(folder, "pipe");

    tree_put(folder, "text", "just some words");
    assert_refused("text", ERROR_FORMAT);
    tree_put(folder, "empty", "");
    assert_refused("empty", ERROR_FORMAT);
    assert_refused("not-there", ERROR_NO_FILE);
    assert_int_equal(mkfifo(pipe_path, 0600), 0);
    assert_refused("pipe", ERROR_FORMAT);
}

/* An archive whose members stand in two folders and at the top. */
static void several_folders_are_read_where_that_is_asked_for(void **state G_GNUC_UNUSED)
{
    ArchiveLimits flat = {.flat = TRUE};
    g_autoptr(GByteArray) tar = g_byte_array_new();
    g_autofree char *path = tree_path(folder, "flat.tar");
    g_autoptr(Archive) archive = NULL;
    GError *error = NULL;

    tar_add(tar, "a/1", '0', "one", 3);
    tar_add(tar, "b/2", '0', "two", 3);
    tar_add(tar, "top", '0', "three", 5);
    tar_end(tar);
    tree_put_bytes(folder, "flat.tar", tar->data, tar->len);
    assert_hostile("flat.tar", "outside the base folder");
    archive = archive_open(path, &flat, &error);
    assert_no_error(error);
    assert_null(archive_base(archive));
    assert_non_null(archive_find(archive, "a/1"));
    assert_non_null(archive_find(archive, "b/2"));
    assert_int_equal(archive_find(archive, "top")->size, 5);
}

static void a_lone_file_is_its_own_only_member(void **state G_GNUC_UNUSED)
{
    g_autofree char *path = tree_path(folder, "lone"), *all = NULL;
    g_autoptr(Archive) archive = NULL;
    const ArchiveMember *member;
    char bytes[4] = {0};
    GError *error = NULL;

    tree_put(folder, "lone", "some words");
    archive = archive_open_lone(path, &error);
    assert_no_error(error);
    assert_int_equal(archive_form(archive), ARCHIVE_LONE);
    assert_int_equal(archive_count(archive), 1);
    member = archive_find(archive, "lone");
    all = read_member(archive, "lone", &error);
    assert_string_equal(all, "some words");
    assert_true(archive_read_at(archive, member, 5, bytes, 3, &error));
    assert_string_equal(bytes, "wor");
    assert_true(archive_read_at(archive, member, 10, bytes, 0, &error));
    assert_false(archive_read_at(archive, member, 8, bytes, 3, &error));
    assert_error_code(error, ERROR_BUNDLE_INVALID);
    g_clear_error(&error);
    assert_false(archive_read_at(archive, member, 11, bytes, 0, &error));
    g_clear_error(&error);
    assert_null(archive_open_lone(folder, &error));
    assert_error_code(error, ERROR_FORMAT);
    g_clear_error(&error);
}

static void bytes_before_a_zip_of_nothing_are_refused(void **state G_GNUC_UNUSED)
{
    static const guint8 end[23] = {'?', 'P', 'K', 5, 6, [17] = 1};

    tree_put_bytes(folder, "nothing.zip", end, sizeof end);
    assert_refused("nothing.zip", ERROR_ARCHIVE_HOSTILE);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(bytes_before_a_zip_of_nothing_are_refused),
    cmocka_unit_test(hostile_names_in_a_tar_are_refused),
    cmocka_unit_test(hostile_kinds_in_a_tar_are_refused),
    cmocka_unit_test(twins_are_refused),
    cmocka_unit_test(a_file_that_is_a_folder_is_refused),
    cmocka_unit_test(pax_records_are_read_and_guarded),
    cmocka_unit_test(a_huge_name_is_refused),
    cmocka_unit_test(every_cut_of_a_tar_is_noticed),
    cmocka_unit_test(bytes_behind_the_end_of_a_tar_are_refused),
    cmocka_unit_test(zeros_behind_the_end_of_a_tar_have_an_end),
    cmocka_unit_test(a_header_that_says_nonsense_is_refused),
    cmocka_unit_test(a_size_may_have_blanks_before_it),
    cmocka_unit_test(folders_in_folders_have_an_end),
    cmocka_unit_test(hostile_members_of_a_zip_are_refused),
    cmocka_unit_test(overlapping_and_hidden_members_are_refused),
    cmocka_unit_test(every_cut_of_a_zip_is_noticed),
    cmocka_unit_test(a_million_members_end_at_the_limit),
    cmocka_unit_test(a_zip_of_many_members_is_read_back),
    cmocka_unit_test(members_are_read_where_they_stand),
    cmocka_unit_test(a_member_that_went_away_is_told),
    cmocka_unit_test(a_flipped_bit_in_a_zip_is_noticed),
    cmocka_unit_test(links_and_pipes_in_a_folder_are_told_apart),
    cmocka_unit_test(what_is_no_archive_is_no_archive),
    cmocka_unit_test(several_folders_are_read_where_that_is_asked_for),
    cmocka_unit_test(a_lone_file_is_its_own_only_member),
};
TEST_MAIN_IN(folder, tests)
