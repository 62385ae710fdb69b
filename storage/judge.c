/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/judge.h"

#include "appliance/base/text.h"
#include "storage/tag_file.h"

#include <pthread.h>
#include <string.h>

#define GROUP_MEMBERS 1024 /* digested between two reports: bounds what is kept of failures */
#define THREADS_MAX   16

static const struct {
    const char *token;
    VerifySeverity severity;
    const char *en, *zh;
} texts[FOUND_COUNT] = {
#define X(name, token, severity, en, zh) [FOUND_##name] = {token, VERIFY_##severity, en, zh},
    VERIFY_LIST(X)
#undef X
};

void judge_find(Judge *judge, Found found, const char *path, const char *format, ...)
{
    g_autofree char *detail = NULL;
    g_autofree char *whole =
        path != NULL && judge->prefix != NULL ? g_strconcat(judge->prefix, path, NULL) : NULL;
    g_autofree char *shown =
        path != NULL ? g_utf8_make_valid(whole != NULL ? whole : path, -1) : NULL;
    VerifyFinding finding = {.severity = texts[found].severity,
                             .code = texts[found].token,
                             .path = shown,
                             .text = {[LANG_ZH] = texts[found].zh, [LANG_EN] = texts[found].en}};
    va_list args;

    va_start(args, format);
    detail = g_strdup_vprintf(format, args);
    va_end(args);
    finding.detail = detail;
    if (finding.severity == VERIFY_ERROR)
        judge->summary->errors++;
    else
        judge->summary->warnings++;
    if (judge->report != NULL)
        judge->report(&finding, judge->data);
}

/* "http:" and the like, or "C:". */
static gboolean has_scheme(const char *path)
{
    gsize letters = 0;

    while (g_ascii_isalnum(path[letters]))
        letters++;
    return letters > 0 && path[letters] == ':' && g_ascii_isalpha(path[0]) &&
           (letters == 1 || path[letters + 1] == '/');
}

const char *judge_path_fault(const char *path)
{
    if (*path == '\0')
        return "empty";
    if (*path == '/' || *path == '~')
        return "absolute";
    if (strchr(path, '\\') != NULL)
        return "backslash";
    if (has_scheme(path))
        return "scheme or drive";
    for (const char *part = path;; part++) {
        gsize length = strcspn(part, "/");

        if (length == 0)
            return "empty part";
        if ((length == 1 && part[0] == '.') || (length == 2 && strncmp(part, "..", 2) == 0))
            return "climbing";
        part += length;
        if (*part == '\0')
            return NULL;
    }
}

void expected_init(Expected *expected, guint count)
{
    *expected = (Expected){.count = count};
}

void expected_clear(Expected *expected)
{
    for (HashKind kind = 0; kind < HASH_COUNT; kind++) {
        g_free(expected->listed[kind]);
        g_free(expected->digests[kind]);
    }
    *expected = (Expected){0};
}

gboolean expected_has(const Expected *expected, HashKind kind, guint member)
{
    return expected->listed[kind] != NULL &&
           (expected->listed[kind][member / 8] >> member % 8 & 1) != 0;
}

const guint8 *expected_digest(const Expected *expected, HashKind kind, guint member)
{
    return expected->digests[kind] + member * hash_size(kind);
}

void expected_set(Expected *expected, HashKind kind, guint member, const guint8 *digest)
{
    if (expected->listed[kind] == NULL) {
        expected->listed[kind] = g_malloc0(expected->count / 8 + 1);
        expected->digests[kind] = g_malloc0_n(expected->count, hash_size(kind));
    }
    expected->listed[kind][member / 8] |= (guint8)(1 << member % 8);
    memcpy(expected->digests[kind] + member * hash_size(kind), digest, hash_size(kind));
}

HashSet expected_kinds(const Expected *expected, guint member)
{
    HashSet set = 0;

    for (HashKind kind = 0; kind < HASH_COUNT; kind++)
        if (expected_has(expected, kind, member))
            set |= HASH_SET(kind);
    return set;
}

/* One file's outcome; empty when all is well. */
typedef struct {
    GError *error;             /* could not be read */
    guint8 *wrong[HASH_COUNT]; /* digests found that differ */
    VerifyPages pages;
    char *why; /* pages are not well */
    guint64 bytes;
} Outcome;

/* A group of files that the threads share: each takes the next that nobody has. */
typedef struct {
    Judge *judge;
    pthread_t teller;
    const Archive *archive;
    const Expected *expected;
    gboolean decode;
    const guint *members;
    guint count;
    guint next;         /* atomic */
    guint64 read_bytes; /* atomic */
    Outcome *outcomes;
} Group;

/* Whether all are as expected. */
static gboolean compare_digests(const Expected *expected, guint member, HashPass *pass,
                                Outcome *outcome)
{
    gboolean same = TRUE;

    for (HashKind kind = 0; kind < HASH_COUNT; kind++) {
        guint8 digest[HASH_BYTES_MAX];

        if (!expected_has(expected, kind, member))
            continue;
        hash_pass_digest(pass, kind, digest);
        if (memcmp(digest, expected_digest(expected, kind, member), hash_size(kind)) == 0)
            continue;
        outcome->wrong[kind] = g_memdup2(digest, hash_size(kind));
        same = FALSE;
    }
    return same;
}

static gboolean digest_member(const Group *group, guint member, guint8 *block, Outcome *outcome)
{
    g_autoptr(HashPass) pass = hash_pass_new(expected_kinds(group->expected, member));
    g_autoptr(ArchiveReader) reader =
        archive_reader_new(group->archive, archive_member(group->archive, member), &outcome->error);
    gssize n = 0;

    while (reader != NULL &&
           (n = archive_reader_read(reader, block, ARCHIVE_BLOCK_BYTES, &outcome->error)) > 0) {
        hash_pass_update(pass, block, (gsize)n);
        outcome->bytes += (guint64)n;
    }
    return outcome->error == NULL && compare_digests(group->expected, member, pass, outcome);
}

static void decode_member(const Group *group, guint index, Outcome *outcome)
{
    const VerifyOptions *options = group->judge->options;
    const ArchiveMember *member = archive_member(group->archive, index);
    g_autoptr(ArchiveReader) reader = archive_reader_new(group->archive, member, &outcome->error);

    if (reader != NULL)
        outcome->pages = options->decode(member->path, reader, &outcome->why, options->decode_data);
}

/* Only the judge's own thread tells. */
static void tell_progress(Group *group)
{
    Judge *judge = group->judge;
    guint64 done = judge->read_bytes + __atomic_load_n(&group->read_bytes, __ATOMIC_RELAXED);

    if (judge->options->progress == NULL || judge->total_bytes == 0 ||
        !pthread_equal(pthread_self(), group->teller))
        return;
    if (judge->options->progress(MIN(done, judge->total_bytes), judge->total_bytes,
                                 judge->options->progress_data))
        return;
    judge->cancelled = TRUE;
    __atomic_store_n(&group->next, group->count, __ATOMIC_RELAXED);
}

static void *run_members(void *data)
{
    Group *group = data;
    g_autofree guint8 *block = g_malloc(ARCHIVE_BLOCK_BYTES);

    for (;;) {
        guint i = __atomic_fetch_add(&group->next, 1, __ATOMIC_RELAXED);

        if (i >= group->count)
            return NULL;
        if (digest_member(group, group->members[i], block, &group->outcomes[i]) && group->decode)
            decode_member(group, group->members[i], &group->outcomes[i]);
        __atomic_fetch_add(&group->read_bytes, group->outcomes[i].bytes, __ATOMIC_RELAXED);
        tell_progress(group);
    }
}

static void run_group(const Judge *judge, Group *group)
{
    guint wanted = CLAMP(judge->options->threads, 1, THREADS_MAX), started = 0;
    pthread_t threads[THREADS_MAX];

    wanted = MIN(wanted, group->count);
    while (started + 1 < wanted && pthread_create(&threads[started], NULL, run_members, group) == 0)
        started++;
    run_members(group); /* this thread is one of them, and enough if no other starts */
    for (guint i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
}

static void report_digests(Judge *judge, const Group *group, guint i, const Found *found_as)
{
    Outcome *outcome = &group->outcomes[i];
    const char *path = archive_member(group->archive, group->members[i])->path;

    for (HashKind kind = 0; kind < HASH_COUNT; kind++) {
        g_autofree char *found = NULL;
        g_autofree char *expected = NULL;

        if (outcome->wrong[kind] == NULL)
            continue;
        found = hex_encode(outcome->wrong[kind], hash_size(kind));
        expected =
            hex_encode(expected_digest(group->expected, kind, group->members[i]), hash_size(kind));
        judge_find(judge, found_as[kind], path, "%s expected %s, found %s", hash_name(kind),
                   expected, found);
        g_free(outcome->wrong[kind]);
    }
}

/* How findings are told. */
typedef struct {
    const Found *digest; /* by HashKind */
    Found unreadable;
} Telling;

static void report_outcome(Judge *judge, const Group *group, guint i, const Telling *telling)
{
    Outcome *outcome = &group->outcomes[i];
    const char *path = archive_member(group->archive, group->members[i])->path;

    if (outcome->error != NULL)
        judge_find(judge, FOUND_READ, path, "%s", outcome->error->message);
    report_digests(judge, group, i, telling->digest);
    if (outcome->pages != VERIFY_PAGES_WELL)
        judge_find(judge,
                   outcome->pages == VERIFY_PAGES_UNSEEN ? FOUND_UNSEEN : telling->unreadable, path,
                   "%s", outcome->why);
    g_clear_error(&outcome->error);
    g_clear_pointer(&outcome->why, g_free);
}

/* Judge the files at `members`, many at a time; the bytes read. */
static guint64 judge_files(Judge *judge, const Group *all, const GArray *members,
                           const Telling *telling)
{
    guint64 bytes = 0;

    for (guint first = 0; first < members->len && !judge->cancelled; first += GROUP_MEMBERS) {
        guint count = MIN(members->len - first, GROUP_MEMBERS);
        g_autofree Outcome *outcomes = g_new0(Outcome, count);
        Group group = *all;

        group.members = &g_array_index(members, guint, first);
        group.count = count;
        group.outcomes = outcomes;
        run_group(judge, &group);
        for (guint i = 0; i < count; i++) {
            bytes += outcomes[i].bytes;
            report_outcome(judge, &group, i, telling);
        }
        judge->read_bytes += group.read_bytes;
    }
    return bytes;
}

static Group group_of(Judge *judge, const Expected *expected)
{
    return (Group){
        .judge = judge, .teller = pthread_self(), .archive = judge->archive, .expected = expected};
}

guint64 judge_digests(Judge *judge, const Expected *expected, const GArray *members,
                      const Found found[HASH_COUNT])
{
    Group group = group_of(judge, expected);
    Telling telling = {.digest = found};

    return judge_files(judge, &group, members, &telling);
}

guint64 judge_payload(Judge *judge, const Expected *expected, const GArray *members,
                      const Found found[HASH_COUNT], Found unreadable)
{
    Group group = group_of(judge, expected);
    Telling telling = {found, unreadable};

    group.decode = judge->options->decode != NULL;
    return judge_files(judge, &group, members, &telling);
}

guint64 judge_bytes(const Judge *judge, const GArray *members)
{
    guint64 bytes = 0;

    for (guint i = 0; i < members->len; i++)
        bytes += archive_member(judge->archive, g_array_index(members, guint, i))->size;
    return bytes;
}

/* No list needs more lines than there may be members. */
static guint64 lines_max(const Judge *judge)
{
    guint64 wanted = judge->options->limits.members_max;

    return wanted != 0 ? wanted : ARCHIVE_MEMBERS_MAX;
}

void judge_each_line(Judge *judge, const ArchiveMember *member, const char *encoding,
                     JudgeLine take, void *data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(TagFile) file = tag_file_open(judge->archive, member, encoding, &error);
    const char *line;

    while (file != NULL && (line = tag_file_line(file, &error)) != NULL) {
        if (tag_file_line_number(file) > lines_max(judge)) {
            judge_find(judge, FOUND_TAG_LINES, member->path, "%s", "");
            return;
        }
        take(line, tag_file_line_number(file), data);
    }
    if (g_error_matches(error, ANJUAN_ERROR, ERROR_INVALID))
        judge_find(judge, FOUND_TAG_BYTES, member->path, "%s", error->message);
    else if (g_error_matches(error, ANJUAN_ERROR, ERROR_TOO_LARGE))
        judge_find(judge, FOUND_TAG_LINE, member->path, "%s", error->message);
    else if (error != NULL)
        judge_find(judge, FOUND_READ, member->path, "%s", error->message);
}

static gint compare_members(gconstpointer a, gconstpointer b, gpointer data)
{
    return strcmp(archive_member(data, *(const guint *)a)->path,
                  archive_member(data, *(const guint *)b)->path);
}

GArray *judge_order(const Archive *archive)
{
    guint count = archive_count(archive);
    GArray *order = g_array_sized_new(FALSE, FALSE, sizeof(guint), count);

    for (guint i = 0; i < count; i++)
        g_array_append_val(order, i);
    g_array_sort_with_data(order, compare_members, (gpointer)archive);
    return order;
}

guint judge_below(const Archive *archive, const GArray *order, const char *prefix, guint *end)
{
    guint low = 0, high = order->len;

    while (low < high) {
        guint middle = low + (high - low) / 2;

        if (strcmp(archive_member(archive, g_array_index(order, guint, middle))->path, prefix) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (*end = low; *end < order->len; (*end)++)
        if (!g_str_has_prefix(archive_member(archive, g_array_index(order, guint, *end))->path,
                              prefix))
            break;
    return low;
}
