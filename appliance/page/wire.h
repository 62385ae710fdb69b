/* SPDX-License-Identifier: Apache-2.0
 *
 * What goes over the socket between a page worker and its client: one fixed request, one fixed
 * reply. Both ends are the same program, so structures travel as they are; what a worker says is
 * checked all the same, because hostile pages run in it.
 *
 *   request          descriptors          answer
 *   COUNT            file                 pages
 *   IMPORT LOOK      file                 result
 *   BEGIN            page memory          none
 *   ROWS             none                 none
 *   FINISH           none                 result
 *   VIEW             file                 descriptor
 *   CHECK            file                 none but an error
 *   PROBE            none                 leaks
 */
#pragma once

#include "appliance/base/message.h"
#include "appliance/page/page.h"
#include "appliance/page/view.h"

typedef enum {
    WIRE_COUNT = 0x616a0001,
    WIRE_IMPORT,
    WIRE_LOOK,
    WIRE_BEGIN,
    WIRE_ROWS,
    WIRE_FINISH,
    WIRE_VIEW,
    WIRE_CHECK,
    WIRE_PROBE,
} WireKind;

typedef struct {
    char batch[96];
    char side[8];
    char device[128];
    char serial[64];
    guint32 sheet;
    gint64 time_us;
} WireTags;

typedef struct {
    guint32 kind; /* WireKind */
    guint32 page; /* IMPORT, LOOK, CHECK */
    guint32 rows; /* ROWS: ready so far; FINISH: the page has so many */
    guint32 lossless;
    PageGeometry geometry;
    PageView view;
    WireTags tags;
} WireRequest;

/* Descriptors of a reply stand in this order, each only where its flag says so. */
typedef struct {
    guint32 kind;   /* of the request answered */
    guint32 error;  /* ErrorCode; 0 = done */
    char text[256]; /* message of the error, or reason of PAGE_UNREAD */
    guint32 pages;
    guint32 leaks;
    guint32 state;     /* PageState */
    guint32 keep_file; /* the file itself is the master */
    guint32 has_page;  /* first descriptor: the sealed master or view */
    guint32 has_codes; /* next descriptor: sealed JSON list */
    PageFacts facts;
} WireReply;

/* Texts too long for their place are cut at a character. */
void wire_tags_set(WireTags *wire, const PageTags *tags);

/* Borrows from `wire`; empty texts become NULL. */
PageTags wire_tags(WireTags *wire);
