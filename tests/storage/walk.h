/* SPDX-License-Identifier: Apache-2.0
 *
 * Works on a store, walked with a fault at every place (place.h).
 *
 *   undisturbed → what it says
 *   each place fails once → FALSE with an error, or TRUE and the same words, or, where the work is
 *                           there to find faults, TRUE and a finding
 *   undisturbed again, on what the failed run left → the same words
 */
#pragma once

#include "tests/appliance/counter/hall.h"
#include "tests/storage/place.h"

#include "appliance/counter/export.h"
#include "storage/backup.h"

#define WALK_FINDS   "!" /* a run that says this found faults */
#define WALK_FORMATS 3

extern const ExportFormat walk_formats[WALK_FORMATS];
extern const CipherKey walk_key;

/* A store at rest with a filed case, an open one and pages in the tray; one in which the case is
 * destroyed; what was made of the first. */
typedef struct {
    char *folder, *destroyed, *filed, *open, *ended, *backup, *later;
    char *bundles[WALK_FORMATS];
    char *out;
    gint64 seq; /* the last record in `backup` */
} WalkBase;

extern WalkBase walk_base;

/* What one run works on. */
typedef struct {
    char *folder;  /* a copy of the store */
    char *product; /* what it makes; gone before it begins */
    GString *said;
    guint passed; /* places that were passed again, and so failed */
} Desk;

typedef gboolean (*WorkRun)(Desk *desk, GError **error);

/* What a work does to the copy or beside it, and how it is walked. */
#define WORK_CHANGES 1U /* is run again on what the fault left; the others read only */
#define WORK_SLOW    2U /* walked with ANJUAN_LONG=1 alone */

typedef struct {
    const char *name;
    WorkRun run;
    void (*prepare)(Desk *desk); /* the copy */
    guint how;                   /* of WORK_CHANGES, WORK_SLOW */
} Work;

/* What a work is prepared with: nothing, a copy of the store, one of that with a destroyed case. */
void walk_no_copy(Desk *desk);
void walk_copy(Desk *desk);
void walk_copy_destroyed(Desk *desk);

/* The store that a run works on, with the hall's clock. */
Store *walk_opened(const char *folder, GError **error);

/* The randomness of a run: always the same. */
Random walk_random(void);

/* A backup with walk_key; a checkpoint. */
gboolean walk_back_up(Store *store, const char *path, gint64 since, BackupDone *done,
                      GError **error);
gboolean walk_sign(Store *store, GError **error);
/* A bundle of the filed case. */
gboolean walk_export(Hall *hall, const char *path, ExportFormat format, GError **error);

/* Let each place of the work fail. */
void walk(const Work *work);

/* The work with every read interrupted once: it says the same. */
void walk_interrupted(const Work *work);

/* Before the cases and after them: the base is made and taken away. */
void walk_begin(void);
void walk_end(void);

/* Run the cases as `main`. */
#define WALK_MAIN(tests)                                                                           \
    int main(void)                                                                                 \
    {                                                                                              \
        int failed;                                                                                \
                                                                                                   \
        testing_begin();                                                                           \
        walk_begin();                                                                              \
        failed = cmocka_run_group_tests(tests, NULL, NULL);                                        \
        walk_end();                                                                                \
        return failed;                                                                             \
    }
