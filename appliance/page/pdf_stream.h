/* SPDX-License-Identifier: Apache-2.0
 *
 * What a stream of a PDF (ISO 32000-1, 7.4) grows to when its filters are undone, known before
 * anybody undoes them: a few kilobytes may say they are gigabytes, and qpdf would believe it.
 */
#pragma once

#include <glib.h>
#include <qpdf/qpdf-c.h>

/* FALSE with ERROR_FORMAT where the decoded stream may exceed `limit_bytes` or cannot be read: such
 * a page is kept and not read, its neighbours are. One Flate filter at the head of the chain is
 * counted exactly; of other filters that compress (LZW, RunLength, Flate further down) the worst is
 * assumed. */
gboolean pdf_stream_fits(qpdf_data pdf, qpdf_oh stream, gsize limit_bytes, GError **error);

/* The same for a page's content: one stream, or an array of them. */
gboolean pdf_content_fits(qpdf_data pdf, qpdf_oh contents, gsize limit_bytes, GError **error);
