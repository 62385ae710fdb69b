/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/filing.h"

/* The place of each found sheet among the expected; -1: not expected. */
static gint *places_of(const gint64 *expected, gsize n_expected, const gint64 *found, gsize n_found)
{
    g_autoptr(GHashTable) places = g_hash_table_new(g_int64_hash, g_int64_equal);
    gint *out = g_new(gint, n_found + 1);

    for (gsize i = 0; i < n_expected; i++)
        g_hash_table_insert(places, (gpointer)&expected[i], GINT_TO_POINTER((gint)i + 1));
    for (gsize i = 0; i < n_found; i++)
        out[i] = GPOINTER_TO_INT(g_hash_table_lookup(places, &found[i])) - 1;
    return out;
}

/* Mark the longest run of found sheets that stand in order (patience sorting, n log n). */
static void keep_in_order(const gint *places, gsize n, gboolean *kept)
{
    g_autofree gsize *tops = g_new(gsize, n + 1);
    g_autofree gssize *before = g_new(gssize, n + 1);
    gsize length = 0;

    for (gsize i = 0; i < n; i++) {
        gsize low = 0, high = length;

        if (places[i] < 0)
            continue;
        while (low < high) {
            gsize middle = (low + high) / 2;

            if (places[tops[middle]] < places[i])
                low = middle + 1;
            else
                high = middle;
        }
        before[i] = low == 0 ? -1 : (gssize)tops[low - 1];
        tops[low] = i;
        length = MAX(length, low + 1);
    }
    for (gssize at = length == 0 ? -1 : (gssize)tops[length - 1]; at >= 0; at = before[at])
        kept[at] = TRUE;
}

FilingMatch *filing_match(const gint64 *expected, gsize n_expected, const gint64 *found,
                          gsize n_found)
{
    FilingMatch *match = g_new0(FilingMatch, 1);
    g_autofree gint *places = places_of(expected, n_expected, found, n_found);
    g_autofree gboolean *kept = g_new0(gboolean, n_found + 1);
    g_autofree gboolean *seen = g_new0(gboolean, n_expected + 1);

    match->missing = g_array_new(FALSE, FALSE, sizeof(gint64));
    match->extra = g_array_new(FALSE, FALSE, sizeof(gint64));
    match->moved = g_array_new(FALSE, FALSE, sizeof(gint64));
    keep_in_order(places, n_found, kept);
    for (gsize i = 0; i < n_found; i++) {
        if (places[i] < 0)
            g_array_append_val(match->extra, found[i]);
        else if (!kept[i])
            g_array_append_val(match->moved, found[i]);
        if (places[i] >= 0)
            seen[places[i]] = TRUE;
    }
    for (gsize i = 0; i < n_expected; i++)
        if (!seen[i])
            g_array_append_val(match->missing, expected[i]);
    return match;
}

void filing_match_free(FilingMatch *match)
{
    g_array_unref(match->missing);
    g_array_unref(match->extra);
    g_array_unref(match->moved);
    g_free(match);
}
