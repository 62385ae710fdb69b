/* SPDX-License-Identifier: Apache-2.0
 *
 * 四性检测 (DA/T 70-2018, phase 归档): the items GD-1-1 to GD-4-7 for each case, as a CSV.
 *
 * An item is 合格 or 不合格 only where it was looked at here, with what was found; what needs
 * evidence from outside (a trusted signature, a scanner for viruses, a medium, a person who looks)
 * is 待人工核对, never a pass that was made up. The list of items is that of systems built to the
 * standard.
 */
#pragma once

#include "appliance/bundle/casefile.h"

typedef struct FourReport FourReport;
/* An empty report; `at` is the minute it is made. */
FourReport *four_report_new(const char *at);

/* Look at one case: its texts, numbers and lists, and the first bytes of every file. The digests of
 * files are compared while the bundle is written, which ends where one differs. */
gboolean four_case(FourReport *report, const Casefile *casefile,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* 办件编号, 检测项, 性质, 内容, 结果, 说明; UTF-8 with BOM. Ends the report. */
GBytes *four_report_finish(FourReport *report) G_GNUC_WARN_UNUSED_RESULT;
