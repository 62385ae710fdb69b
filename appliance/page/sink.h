/* SPDX-License-Identifier: Apache-2.0
 *
 * A growing memfd that is written once from front to back, then sealed.
 */
#pragma once

#include "appliance/base/message.h"

#define SINK_BUFFER_BYTES 65536

typedef struct {
    Fd fd;
    guint64 size; /* bytes appended so far */
    gsize used;   /* of these, still in the buffer */
    guint8 buffer[SINK_BUFFER_BYTES];
} Sink;

/* An empty sink; `name` is seen in /proc alone. */
Sink *sink_new(const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ERROR_IO, ERROR_DISK_FULL. */
gboolean sink_append(Sink *sink, const void *bytes, gsize size,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Write over bytes appended before. */
gboolean sink_patch(Sink *sink, guint64 at, const void *bytes, gsize size,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Seal it and hand the descriptor on; -1 on failure. */
Fd sink_finish(Sink *sink, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void sink_free(Sink *sink);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sink, sink_free)
