/* SPDX-License-Identifier: Apache-2.0
 *
 * Filing (归档): an ended case becomes a sealed case file in the vault.
 *
 * Order, positions and page numbers are those of its arrangement (archive_view.h). Sealing goes in
 * this order: the object is staged with hard links from the spool and made durable → the seal
 * record (it draws the 件号 and names the inventory's digest) → the stage is moved into the vault.
 * A crash before the record leaves a stage that archive_recover discards, one after it a stage that
 * it commits. A checkpoint is signed behind it.
 */
#pragma once

#include "appliance/counter/house.h"

typedef struct {
    const char *number;    /* of the case */
    const char *fonds;     /* 全宗号; NULL: the department's */
    const char *category;  /* second-level class such as "XK" or a whole path; NULL: the item's */
    const char *retention; /* Y | D30 | D10; NULL: the item's */
    const char *unit;      /* 机构或问题; NULL: the department's */
} ArchiveRequest;

/* File the case; its archive number comes out. ERROR_FILING_REFUSED lists every reason. */
gboolean archive_file(House *house, const StoreActor *actor, const ArchiveRequest *request,
                      char **archive_number, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Finish what a crash interrupted between stage and vault. */
gboolean archive_recover(Store *store, GError **error) G_GNUC_WARN_UNUSED_RESULT;
