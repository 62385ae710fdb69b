/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the parts of the bag verifier alone: bag_verify.c (structure, bag-info.txt) and
 * bag_lists.c (manifests, fetch.txt).
 */
#pragma once

#include "storage/judge.h"

typedef struct {
    Judge *judge;
    const Archive *archive;
    guint version;     /* 93 … 97, 100 */
    char *encoding;    /* of the tag files */
    Expected payload;  /* what payload manifests list */
    Expected tags;     /* what tag manifests list */
    HashSet manifests; /* algorithms of payload manifests that could be read */
    HashSet tag_manifests;
    GHashTable *fetch;     /* paths of fetch.txt, 64 bits of a digest each */
    gint64 *folds;         /* bag_fold of every member */
    GHashTable *folded;    /* the same as a set: names that some system takes for one */
    gboolean has_manifest; /* any payload manifest, readable or not */
} Bag;

#define BAG_VERSION_1_0 100

static inline gboolean bag_is_payload(const char *path)
{
    return g_str_has_prefix(path, "data/");
}

/* 64 bits of a digest of the name without regard to case and normalisation. */
gint64 bag_fold(const char *path);

/* Whether `path` is a list of digests at the top; its algorithm as it is written in *name. */
gboolean bag_manifest_name(const char *path, gboolean *of_tags, char **name);

/* Every line of a tag file; reports what cannot be read. */
typedef void (*BagLine)(Bag *bag, const char *path, const char *line, guint64 number, void *data);
void bag_each_line(Bag *bag, const ArchiveMember *member, BagLine take, void *data);

/* Read all manifests and fetch.txt, report their faults and what is missing or not listed. */
void bag_judge_lists(Bag *bag);

/* volumes.txt and audit/ of our own bundles; after bag_judge_lists. */
void bag_judge_volumes(Bag *bag);
void bag_judge_audit(Bag *bag);
