/* SPDX-License-Identifier: Apache-2.0
 *
 * 档号: the archive number of DA/T 13-2022, with the hall's code tables as data.
 *
 * Parts are joined by '-', the levels of the 类别号 by U+00B7 '·'. 件号 run consecutively under
 * one fonds and 类别号 (archive_number_series). Strings that come out are the caller's.
 */
#pragma once

#include "appliance/base/error.h"

typedef enum {
    ARCHIVE_ITEM,   /* 按件: fonds-category-item */
    ARCHIVE_VOLUME, /* 按卷: fonds-category-volume-item */
} ArchiveNumberForm;

/* Code tables of a hall: data/archive.json is the shipped one. */
typedef struct ArchiveTables {
    char **classes;    /* 门类: WS KJ … */
    char **licensing;  /* whole class paths of the hall's own, `ZY·XK`; the only ones for ZY */
    char **retentions; /* Y D30 D10 */
} ArchiveTables;

typedef struct {
    ArchiveNumberForm form;
    char *fonds;     /* [A-Z][0-9]{3} */
    char *category;  /* class path: `ZY·XK`, 门类 first, up to four levels, joined by U+00B7 */
    guint year;      /* 0 = not in the number */
    char *retention; /* NULL = not in the number */
    char *unit;      /* 机构或问题; NULL = not in the number */
    guint volume;    /* 1…9999; 0 for ARCHIVE_ITEM */
    guint item;      /* 1…9999 */
} ArchiveNumber;

void archive_number_clear(ArchiveNumber *number);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ArchiveNumber, archive_number_clear)

/* "Z109-ZY·XK·2026·D30·0583-0001". The parts are judged as in archive_number_parse. */
char *archive_number_compose(const ArchiveNumber *number, const ArchiveTables *tables,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Read and judge by pattern and code tables; ERROR_INVALID names the part. */
gboolean archive_number_parse(const char *text, const ArchiveTables *tables, ArchiveNumber *number,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The part that numbers run under: everything before the item. Caller's. */
char *archive_number_series(const char *text) G_GNUC_WARN_UNUSED_RESULT;

/* A name for FAT and discs: `·` as '.', other characters outside [A-Za-z0-9._-] as uXXXX. */
char *archive_number_alias(const char *text) G_GNUC_WARN_UNUSED_RESULT;

/* Shipped tables, and the same from a file of the hall's own (ERROR_DEFINITION). */
ArchiveTables *archive_tables_shipped(void) G_GNUC_WARN_UNUSED_RESULT;
ArchiveTables *archive_tables_load(const char *bytes, gsize size, const char *name,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
void archive_tables_free(ArchiveTables *tables);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ArchiveTables, archive_tables_free)
