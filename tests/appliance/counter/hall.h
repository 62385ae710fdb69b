/* SPDX-License-Identifier: Apache-2.0
 *
 * A small hall for tests: a data folder with the shipped definitions, one item of seven slots, a
 * clock that the test owns, and pages that stand in the store without having been scanned.
 */
#pragma once

#include "tests/testing.h"

#include "appliance/counter/act.h"
#include "appliance/counter/archive.h"
#include "appliance/counter/case.h"
#include "appliance/counter/issue.h"
#include "appliance/counter/side.h"

#define HALL_ITEM  "900001"
#define HALL_SLOTS 7

extern gint64 hall_now_us; /* 2026-11-20 10:00 in the hall at the start of each hall_made */
extern const StoreActor hall_clerk;

typedef struct {
    char *folder;
    Store *store;
    House *house;
} Hall;

/* Make one whose item files by `order` ("procedure" or "result-first"); borrowed once a program. */
Hall hall_made(const char *order);

/* Open the data folder (taken over) again, with the system's randomness and the test's clock. */
Hall hall_opened(char *folder);
void hall_close(Hall *hall);

/* Close and open, as after a crash. */
void hall_reopen(Hall *hall);

/* A case of `item`. */
char *hall_case(const Hall *hall, const char *item);

/* A stored page of a case that stands in none of its documents; NULL `number`: it waits in the
 * tray. Different `text`, different bytes. */
SideName hall_page(const Hall *hall, const char *number, const char *text);

/* A page as a new document of a slot; its 统一编号. */
gint64 hall_hand_in(const Hall *hall, const char *number, const char *slot);

/* One page in each slot but `without` (NULL: in all). */
void hall_fill(const Hall *hall, const char *number, const char *without);

/* Take a step that must be possible. */
void hall_step(const Hall *hall, const char *number, LifeEvent event);

/* Every slot filled, accepted, decided, delivered: ready for filing. */
char *hall_ended(const Hall *hall);

/* … and filed. */
char *hall_filed(const Hall *hall);

/* The same of eight submitted documents, one of them void, and five issued ones. */
char *hall_thirteen(const Hall *hall);

json_t *hall_row(const Hall *hall, const char *number);
json_t *hall_documents(const Hall *hall, const char *number);

/* Where a case stands, in place: a CaseLife points into itself. */
void hall_life(const Hall *hall, const char *number, CaseLife *life);

/* The one number that a query gives. */
gint64 hall_count(const Hall *hall, const char *sql);

/* The codes of rows, in their order, joined by blanks. Caller's. */
char *hall_codes(const json_t *rows);

/* Every row of every journalled table, to compare. */
char *hall_dump(const Hall *hall);
