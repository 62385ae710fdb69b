/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/package_verify.h"

#include "appliance/base/text.h"

#include <stdio.h>
#include <string.h>

void package_init(Package *package, Judge *judge)
{
    *package = (Package){.judge = judge, .archive = judge->archive};
    expected_init(&package->listed, archive_count(judge->archive));
    package->accounted = g_malloc0(archive_count(judge->archive));
}

void package_clear(Package *package)
{
    expected_clear(&package->listed);
    g_free(package->accounted);
}

static void account(Package *package, const ArchiveMember *member, guint8 bits)
{
    package->accounted[archive_index(package->archive, member)] |= bits;
}

void package_account(Package *package, const ArchiveMember *member)
{
    account(package, member, PACKAGE_KNOWN);
}

const ArchiveMember *package_require(Package *package, const char *path)
{
    const ArchiveMember *member = archive_find(package->archive, path);

    if (member != NULL && member->kind == ARCHIVE_FILE)
        return member;
    judge_find(package->judge, FOUND_PACKAGE_FILE, path, "%s", "");
    return NULL;
}

gboolean package_read_xml(Package *package, const ArchiveMember *member, const XmlEvents *events,
                          void *data)
{
    g_autoptr(GError) error = NULL;
    Found found = FOUND_READ;

    if (xml_read(package->archive, member, events, data, &error))
        return TRUE;
    if (g_error_matches(error, ANJUAN_ERROR, ERROR_INVALID))
        found = FOUND_LIST_ENCODING;
    else if (g_error_matches(error, ANJUAN_ERROR, ERROR_FORMAT) ||
             g_error_matches(error, ANJUAN_ERROR, ERROR_TOO_LARGE))
        found = FOUND_XML;
    judge_find(package->judge, found, member->path, "%s", error->message);
    return FALSE;
}

const ArchiveMember *package_list(Package *package, const char *list, const char *path,
                                  const char *hex)
{
    const ArchiveMember *member = archive_find(package->archive, path);
    const char *fault = judge_path_fault(path);
    guint8 digest[HASH_BYTES_MAX];
    guint index;

    if (fault != NULL) {
        judge_find(package->judge, FOUND_PATH, path, "%s: %s", list, fault);
        return NULL;
    }
    if (member == NULL || member->kind == ARCHIVE_SUBFOLDER) {
        judge_find(package->judge, FOUND_MISSING, path, "%s", list);
        return NULL;
    }
    index = archive_index(package->archive, member);
    if (expected_has(&package->listed, HASH_SHA256, index)) {
        judge_find(package->judge, FOUND_TWICE, path, "%s", list);
        return NULL;
    }
    account(package, member, PACKAGE_KNOWN);
    if (!hex_decode(hex, digest, hash_size(HASH_SHA256))) {
        judge_find(package->judge, FOUND_LIST_ENTRY, path, "%s: SHA-256 '%.80s'", list, hex);
        return NULL;
    }
    expected_set(&package->listed, HASH_SHA256, index, digest);
    return member;
}

gboolean package_is_beyond(Package *package, const char *list, guint64 entry)
{
    guint64 max = archive_count(package->archive);

    if (entry == max + 1)
        judge_find(package->judge, FOUND_TAG_LINES, list, "%s", "");
    return entry > max;
}

void package_add_payload(Package *package, const ArchiveMember *member)
{
    account(package, member, PACKAGE_PAYLOAD);
    package->judge->summary->files++;
    package->judge->summary->bytes += member->size;
    if (member->size == 0)
        judge_find(package->judge, FOUND_FILE_EMPTY, member->path, "%s", "");
}

gboolean package_number(const char *text, guint64 *number)
{
    return text != NULL && text_is_digits(text) &&
           g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT64, number, NULL);
}

void package_take_volume(Package *package, const char *list, const char *text)
{
    VerifySummary *summary = package->judge->summary;
    guint number, total;
    char rest;

    if (sscanf(text, "%9u/%9u%c", &number, &total, &rest) == 2 && number >= 1 && number <= total) {
        summary->volume = number;
        summary->volumes = total;
    } else {
        judge_find(package->judge, FOUND_LIST_ENTRY, list, "%.80s", text);
    }
}

static void find_strangers(Package *package)
{
    for (guint i = 0; i < archive_count(package->archive); i++) {
        const ArchiveMember *member = archive_member(package->archive, i);

        if (member->kind == ARCHIVE_LINK)
            judge_find(package->judge, FOUND_LINK, member->path, "%s", "");
        else if (member->kind == ARCHIVE_SPECIAL)
            judge_find(package->judge, FOUND_SPECIAL, member->path, "%s", "");
        else if (member->kind == ARCHIVE_FILE && (package->accounted[i] & PACKAGE_KNOWN) == 0)
            judge_find(package->judge, FOUND_NOT_LISTED, member->path, "%s", "");
    }
}

/* Files that are payload, or are not. */
static GArray *members_of(const Package *package, gboolean payload)
{
    GArray *members = g_array_new(FALSE, FALSE, sizeof(guint));

    for (guint i = 0; i < archive_count(package->archive); i++)
        if (archive_member(package->archive, i)->kind == ARCHIVE_FILE &&
            ((package->accounted[i] & PACKAGE_PAYLOAD) != 0) == payload)
            g_array_append_val(members, i);
    return members;
}

void package_judge_files(Package *package)
{
    Judge *judge = package->judge;
    g_autoptr(GArray) lists = members_of(package, FALSE);
    g_autoptr(GArray) payload = members_of(package, TRUE);
    const Found found[HASH_COUNT] = {[HASH_SHA256] = FOUND_DIGEST};

    find_strangers(package);
    judge->total_bytes = judge_bytes(judge, lists);
    if (judge->options->level == VERIFY_FULL)
        judge->total_bytes += judge_bytes(judge, payload);
    judge_digests(judge, &package->listed, lists, found);
    if (judge->options->level != VERIFY_FULL)
        return;
    judge->summary->digested = judge_payload(judge, &package->listed, payload, found, FOUND_DECODE);
}
