/* SPDX-License-Identifier: Apache-2.0
 *
 * Static files out of tables that travel in the program (embed.h).
 *
 * A file "app.js" whose table also holds "app.js.gz" is sent as those bytes to clients that take
 * gzip; the ".gz" name itself is no address. Names below "assets/" carry a digest and may be kept
 * for ever; all others are asked for each time with their ETag.
 */
#pragma once

#include "appliance/base/embed.h"
#include "ui/http/response.h"

typedef struct Assets Assets;

/* `table` ends with a NULL name and outlives the Assets. */
Assets *assets_new(const Embedded *table);
void assets_free(Assets *assets);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Assets, assets_free)

/* The file at "/name" ("/" = index.html), or NULL where there is none. `accept_encoding` may be
 * NULL. */
Response *assets_response(const Assets *assets, const char *path,
                          const char *accept_encoding) G_GNUC_WARN_UNUSED_RESULT;
