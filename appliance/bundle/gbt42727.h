/* SPDX-License-Identifier: Apache-2.0
 *
 * The 办件 package of GB/T 42727-2023 (clause 7), as systems built to it make it:
 *
 *   基本信息元数据.xml
 *   管理过程元数据.xml
 *   申报文件/A01/0001.tif …   what the applicant handed in
 *   过程文件/B01/0007.pdf …   what the window and the organ made
 *   结果文件/C01/0009.pdf …   decision, licence
 *
 * Order: 申报, 过程, 结果; in each by code, then in filed order; file numbers run over all of them
 * from 0001. A paper that came back scanned has both its PDF and its sides. Void documents have no
 * files and stand in case.json alone. The text of clause 7 and its annexes is not public: names and
 * elements are those that several installations share.
 */
#pragma once

#include "appliance/bundle/casefile.h"

typedef struct {
    const CasefilePart *part;
    const char *folder; /* 申报文件, 过程文件, 结果文件 */
    char *code;         /* A01 */
    char *title;        /* of the document */
    guint number;       /* 1… */
    char *path;         /* in the package */
} GbtFile;

/* The files of the package in its order, with the names it gives them. */
GPtrArray *gbt42727_files(const Casefile *casefile) G_GNUC_WARN_UNUSED_RESULT; /* of GbtFile */

/* The two descriptions the standard asks for: 基本信息 of the case, 办理过程 of its steps. */
GBytes *gbt42727_basic(const Casefile *casefile, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GBytes *gbt42727_process(const Casefile *casefile) G_GNUC_WARN_UNUSED_RESULT;

/* 归档移交清单: one row a package, while the cases pass by. Beside what such lists have it names a
 * digest of everything in the package, so that it can be judged by itself (storage/verify.h). */
typedef struct {
    const char *name, *person, *at; /* of the batch */
    guint volume, volumes;          /* of the export; told where there are several */
} GbtBatch;

typedef struct {
    guint files; /* of the package */
    guint64 bytes;
    const char *digest; /* what seal.h computes over them under their names, in byte order */
    GBytes *basic, *process;
} GbtPackage;

typedef struct GbtTransfer GbtTransfer;
/* An empty list; packages are added one by one. */
GbtTransfer *gbt42727_transfer_new(const GbtBatch *batch);
/* One package more; what it points to is read here and now. */
void gbt42727_transfer_add(GbtTransfer *transfer, const Casefile *casefile,
                           const GbtPackage *package);
/* The document; ends the list. `report`: 四性检测报告 of all. */
GBytes *gbt42727_transfer_finish(GbtTransfer *transfer, GBytes *report) G_GNUC_WARN_UNUSED_RESULT;
