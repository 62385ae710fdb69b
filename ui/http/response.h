/* SPDX-License-Identifier: Apache-2.0
 *
 * What goes back to a client. A handler makes one Response and gives it away.
 *
 * The server adds the strict headers to every response (server.h), answers 304 where an ETag
 * matches If-None-Match, and cuts ranges out of files. Personal data and pages are `no-store`
 * unless response_cache says otherwise.
 */
#pragma once

#include "appliance/base/file.h"
#include "appliance/base/json.h"
#include "appliance/base/lang.h"

typedef struct Response Response;

void response_free(Response *response);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Response, response_free)

/* A status without a body, such as 204. */
Response *response_empty(guint status) G_GNUC_WARN_UNUSED_RESULT;

/* Bytes of a media type; takes a reference of its own. */
Response *response_bytes(guint status, const char *type, GBytes *bytes) G_GNUC_WARN_UNUSED_RESULT;

/* A copy of a text. */
Response *response_text(guint status, const char *type, const char *text) G_GNUC_WARN_UNUSED_RESULT;

/* application/json of a borrowed value. */
Response *response_json(guint status, const json_t *value) G_GNUC_WARN_UNUSED_RESULT;

/* A file of `size` bytes, sent by the kernel; takes the descriptor. Answers ranges. */
Response *response_file(Fd fd, guint64 size_bytes, const char *type) G_GNUC_WARN_UNUSED_RESULT;

/* 303: go there with GET. `location` is a path of ours. */
Response *response_redirect(const char *location) G_GNUC_WARN_UNUSED_RESULT;

/* A problem (RFC 9457): type urn:anjuan:error:<token>, title, detail and hint in `lang` (the
 * detail as far as detail.h knows its message), status and code. */
json_t *problem_json(const GError *error, Lang lang) G_GNUC_WARN_UNUSED_RESULT;

/* It as application/problem+json. */
Response *response_problem(const GError *error, Lang lang) G_GNUC_WARN_UNUSED_RESULT;

/* The live events of a hub (events.h), from the record after `after_seq`; -1 = from now on.
 * Last-Event-ID of the request goes before it. */
struct EventHub;
Response *response_events(struct EventHub *hub, gint64 after_seq) G_GNUC_WARN_UNUSED_RESULT;

/* Where the client of such an answer stands (event_hub_tell_at). */
void response_events_place(Response *response, const char *place);

/* Set a header, in place of one of that name. Set-Cookie alone may stand more than once. */
void response_header(Response *response, const char *name, const char *value);

/* `etag` without its quotes; quotes are added. */
void response_etag(Response *response, const char *etag);

typedef enum {
    CACHE_NONE,      /* no-store: the default */
    CACHE_ASK,       /* private, no-cache: ask each time with the ETag */
    CACHE_IMMUTABLE, /* name carries a digest of the content */
} CacheRule;
void response_cache(Response *response, CacheRule rule);

/* The HTTP status. */
guint response_status(const Response *response);
/* The bytes of the body, or NULL where a file or events are sent; borrowed. */
GBytes *response_body(const Response *response);
const char *response_header_value(const Response *response, const char *name);
