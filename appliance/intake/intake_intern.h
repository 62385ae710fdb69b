/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by intake.c and intake_device.c alone: a batch, and the way of a side from the hand that
 * brings it (a file, a device's event) to the ledger.
 *
 *   number ─→ crew (understands it) ─→ drain ─→ a sheet, placed ─→ ledger
 *          └→ refuse, give back: no side comes of it
 */
#pragma once

#include "appliance/intake/crew.h"
#include "appliance/intake/intake.h"
#include "appliance/intake/ledger.h"

struct Intake {
    Store *store;
    Crew *crew;
    Ledger *ledger;
    Placing placing;
    PlacingLookup lookup;
    char *device, *serial, *batch_name;
    gboolean duplex;
    gint stop; /* atomic: 1 = asked for, 2 = told the device */
    IntakeTold told;
    IntakeRefused refused_told;
    void *told_data;
    Device *running;    /* whose sides are released once durable; NULL between runs */
    GError *over_limit; /* why, where it is refused; told at its end, when its page is free */
    gboolean skipping;  /* the image that comes is over a limit: its rows are not looked at */
    gint64 sheet;       /* of the side handed in last; 0 at the start */
    char side;          /* of the side handed in last */
    gint64 received, refused, counted;
    CrewResult *front;   /* waits for its back before the sheet is placed */
    guint64 front_id;    /* the device's id of the last front handed in */
    guint bad_sheet;     /* the device's number of a sheet that did not become whole; 0: none */
    GHashTable *dropped; /* ids of fronts whose sheet is fed again: no sides come of them */
    Orders orders;
    gint64 instead_batch, instead_sheet; /* what the next page replaces; 0: nothing */
};

/* Numbers the next image: a back belongs to the front before it. */
void intake_number_side(Intake *intake, gboolean is_back);

/* What a page of this batch says of itself in its file, as of now. */
PageTags intake_tags(const Intake *intake);

/* Take what is ready; with `all`, wait until nothing is under way. */
gboolean intake_drain(Intake *intake, gboolean all, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Everything handed in so far becomes durable. */
gboolean intake_settle(Intake *intake, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* No side comes of it: the owner hears why, and the device gets its page or file back. */
void intake_refuse(Intake *intake, guint64 id, const char *source, const GError *why);

/* The device gets its page or file back, and no side comes of it. */
void intake_give_back(Intake *intake, guint64 id, const char *why);
