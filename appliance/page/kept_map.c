/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/page/kept_map.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>

typedef struct {
    KeptMap map; /* bytes NULL: none */
    dev_t device;
    ino_t inode;
} Kept;

/* The newest first. */
struct KeptMaps {
    Kept kept[KEPT_MAPS];
};

static void drop(Kept *kept)
{
    if (kept->map.bytes != NULL)
        munmap((void *)kept->map.bytes, kept->map.size);
    *kept = (Kept){0};
}

/* The one at `at` becomes the first. */
static void to_front(KeptMaps *maps, guint at)
{
    Kept kept = maps->kept[at];

    for (; at > 0; at--)
        maps->kept[at] = maps->kept[at - 1];
    maps->kept[0] = kept;
}

/* Its place; the last one's where it is not known. */
static guint find(const KeptMaps *maps, const struct stat *about)
{
    guint at = 0;

    while (at < KEPT_MAPS - 1 &&
           (maps->kept[at].map.bytes == NULL || maps->kept[at].inode != about->st_ino ||
            maps->kept[at].device != about->st_dev))
        at++;
    return at;
}

static void drop_surplus(KeptMaps *maps)
{
    gsize bytes;

    for (guint at = KEPT_MAPS - 1; at > 0; at--) {
        (void)kept_maps_count(maps, &bytes);
        if (bytes > KEPT_MAP_BYTES_MAX)
            drop(&maps->kept[at]);
    }
}

static gboolean map_anew(Kept *kept, int fd, const struct stat *about, GError **error)
{
    void *bytes;

    drop(kept);
    bytes = mmap(NULL, (gsize)about->st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (bytes == MAP_FAILED)
        return error_set_errno(error, ERROR_IO, errno, "map %lld bytes", (long long)about->st_size);
    *kept = (Kept){{bytes, (gsize)about->st_size}, about->st_dev, about->st_ino};
    return TRUE;
}

KeptMaps *kept_maps_new(void)
{
    return g_new0(KeptMaps, 1);
}

void kept_maps_free(KeptMaps *maps)
{
    if (maps == NULL)
        return;
    for (guint i = 0; i < KEPT_MAPS; i++)
        drop(&maps->kept[i]);
    g_free(maps);
}

gboolean kept_maps_get(KeptMaps *maps, int fd, gsize least, KeptMap *map, GError **error)
{
    struct stat about;
    Kept *kept;

    if (fstat(fd, &about) != 0)
        return error_set_errno(error, ERROR_IO, errno, "page memory");
    if (least == 0 || about.st_size < 0 || (gsize)about.st_size < least)
        return error_set(error, ERROR_FORMAT, "page memory is smaller than the page");
    to_front(maps, find(maps, &about));
    kept = &maps->kept[0];
    if ((kept->inode != about.st_ino || kept->device != about.st_dev || kept->map.size < least) &&
        !map_anew(kept, fd, &about, error))
        return FALSE;
    drop_surplus(maps);
    *map = kept->map;
    return TRUE;
}

guint kept_maps_count(const KeptMaps *maps, gsize *bytes)
{
    guint n = 0;

    *bytes = 0;
    for (guint i = 0; i < KEPT_MAPS; i++) {
        n += maps->kept[i].map.bytes != NULL;
        *bytes += maps->kept[i].map.size;
    }
    return n;
}
