/* SPDX-License-Identifier: Apache-2.0
 *
 * Page memory, mapped for reading and kept mapped: a device hands in its sides in a few page memfds
 * that come again and again, and to map one anew for each side costs a fault for every 64 KiB of
 * it.
 *
 * A memfd is known by its inode, which no other file gets while it is mapped. What was used longest
 * ago goes first where all of them would take more than KEPT_MAP_BYTES_MAX; the newest always
 * stays.
 */
#pragma once

#include "appliance/base/error.h"

#define KEPT_MAPS          4
#define KEPT_MAP_BYTES_MAX ((gsize)128 << 20)

typedef struct {
    const guint8 *bytes;
    gsize size; /* of the file when it was mapped; it may have grown since */
} KeptMap;

typedef struct KeptMaps KeptMaps;

/* None yet; what is mapped stays so until these are freed. */
KeptMaps *kept_maps_new(void);
void kept_maps_free(KeptMaps *maps);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KeptMaps, kept_maps_free)

/* The memory of `fd`, which is sealed against shrinking, at least `least` bytes of it; good until
 * the next is asked for. ERROR_FORMAT where it is smaller, ERROR_IO. */
gboolean kept_maps_get(KeptMaps *maps, int fd, gsize least, KeptMap *map,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How many are mapped, and how much memory that is. */
guint kept_maps_count(const KeptMaps *maps, gsize *bytes);
