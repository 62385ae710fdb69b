/* SPDX-License-Identifier: Apache-2.0
 *
 * What a person opens first in a bundle: pages to look through in any browser, without script and
 * without a network, and the completeness statement.
 *
 *   index.html            the cases, each with a link
 *   look/<case>.html      its documents in filed order, every side as a picture with a link to the
 *                         file itself
 *   statement.csv .html   每个办件: 统一编号, 作废及原因, 材料, 页, 空白面, 缺号, 逾期, 未核实
 *
 * Texts are Chinese; everything from outside is escaped. The same cases give the same bytes.
 */
#pragma once

#include "appliance/bundle/casefile.h"

typedef struct Look Look;
/* An empty bundle under this title; cases are added one by one. */
Look *look_new(const char *title);
void look_free(Look *look);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Look, look_free)

/* The picture of a part, relative to look/; NULL where there is none. Caller's. */
typedef char *(*LookPicture)(const Casefile *casefile, const CasefilePart *part, void *data);

/* Whether a part stands in this volume. */
typedef gboolean (*LookHere)(const CasefilePart *part, void *data);

typedef struct {
    LookPicture picture;
    LookHere here; /* NULL: all do */
    void *data;
} LookCase;

/* One case more, in order of the bundle; its own page comes out. */
GBytes *look_case(Look *look, const Casefile *casefile,
                  const LookCase *how) G_GNUC_WARN_UNUSED_RESULT;

/* What people open first: index.html, and the statement of completeness twice. */
GBytes *look_index(const Look *look) G_GNUC_WARN_UNUSED_RESULT;
GBytes *look_statement_csv(const Look *look) G_GNUC_WARN_UNUSED_RESULT;
GBytes *look_statement_html(const Look *look) G_GNUC_WARN_UNUSED_RESULT;
