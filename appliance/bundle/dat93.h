/* SPDX-License-Identifier: Apache-2.0
 *
 * The transfer package of DA/T 93-2022 annex B, 件级:
 *
 *   <name>/说明文件.TXT
 *   <name>/目录文件.XML
 *   <name>/<全宗号>/<门类>/<档号>/电子档案元数据.XML
 *   <name>/<全宗号>/<门类>/<档号>/<档号>.pdf      the case as one PDF (case_pdf.h)
 *   <name>/其他/数字摘要.txt                      sha256sum of everything above it
 *
 * A case is one 件, its images stand in the PDF byte for byte. The text of the annex is not public:
 * names and limits are those a receiver of such packages checks.
 */
#pragma once

#include "appliance/bundle/casefile.h"
#include "appliance/bundle/volume.h"

/* What a receiver takes at most: 50 MiB a package, 100 件, 500 content files. */
extern const VolumeLimits dat93_limits;

/* "Z109/ZY/Z109-ZY·XK·2026·D30·0583-0001" */
char *dat93_folder(const Casefile *casefile) G_GNUC_WARN_UNUSED_RESULT;

/* The metadata of the package as XML (DA/T 93). */
GBytes *dat93_metadata(const Casefile *casefile) G_GNUC_WARN_UNUSED_RESULT;

/* The lists of a package, while its cases pass by. */
typedef struct Dat93 Dat93;
Dat93 *dat93_new(void);
void dat93_add(Dat93 *package, const Casefile *casefile);
GBytes *dat93_catalogue(Dat93 *package) G_GNUC_WARN_UNUSED_RESULT; /* 目录文件.XML; once */
/* 说明文件.TXT; it tells the volume where there are several. */
GBytes *dat93_note(const Dat93 *package, guint volume, guint volumes) G_GNUC_WARN_UNUSED_RESULT;
void dat93_free(Dat93 *package);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Dat93, dat93_free)
