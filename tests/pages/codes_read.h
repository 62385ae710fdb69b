/* SPDX-License-Identifier: Apache-2.0
 *
 * An outside reader's opinion of our codes: libzbar over a whole picture, for Code 128
 * and QR.
 */
#pragma once

#include "tests/pages/picture.h"

/* Every symbol found, as "CODE-128 1234" or "QR-Code …", each once, sorted. */
GPtrArray *codes_read(const Picture *picture) G_GNUC_WARN_UNUSED_RESULT;

/* Whether `codes` holds a symbol of this kind with this text. */
gboolean codes_hold(const GPtrArray *codes, const char *symbology, const char *text);
