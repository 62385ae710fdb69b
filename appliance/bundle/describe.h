/* SPDX-License-Identifier: Apache-2.0
 *
 * The descriptions that a case file carries in the forms of the field:
 *
 *   metadata/premis.xml              PREMIS 3: every side with digests and format, how it came in
 *   metadata/gbt42727-basic.xml      基本信息元数据, with the names of gbt42727.h
 *   metadata/gbt42727-process.xml    管理过程元数据
 *   schemas/case.schema.json         what metadata/case.json holds
 *   METS.xml                         METS 1.12 by the CSIP rules: every other file, with digests
 *
 * They follow from `record`, `about` and the parts alone.
 */
#pragma once

#include "appliance/bundle/casefile.h"

/* Add them all and put the parts in order. */
gboolean casefile_describe(Casefile *casefile, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "image/tiff", by the ending of a name. */
const char *describe_media_type(const char *path);

/* The single documents; for describe.c and tests. */
GBytes *describe_premis(const Casefile *casefile, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GBytes *describe_mets(const Casefile *casefile, GError **error) G_GNUC_WARN_UNUSED_RESULT;
