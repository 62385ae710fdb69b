/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of a Response, for the server alone.
 */
#pragma once

#include "ui/http/events.h"
#include "ui/http/response.h"

typedef struct {
    char *name;
    char *value;
} Header;

struct Response {
    guint status;
    GArray *headers; /* of Header */
    GBytes *bytes;   /* NULL where a file or events follow */
    Fd fd;           /* -1 where there is none */
    guint64 size_bytes;
    struct EventHub *hub;
    gint64 after_seq;
    char place[EVENT_PLACE_MAX]; /* of events */
};
