/* SPDX-License-Identifier: Apache-2.0
 *
 * Pages of a PDF as pictures for a receipt printer: the margins are left out, the width is the
 * head's, and the paper ends below the last black row.
 */
#pragma once

#include "appliance/base/error.h"

/* One P4 PNM a page, `width` dots across (PRINTER_DOTS_MAX). Of GBytes, owned. ERROR_FORMAT. */
GPtrArray *receipt_raster(GBytes *pdf, guint width, GError **error) G_GNUC_WARN_UNUSED_RESULT;
