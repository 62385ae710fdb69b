/* SPDX-License-Identifier: Apache-2.0
 *
 * What every scanner driver must do: one suite, instantiated with a rig for each driver.
 *
 * A rig knows how to put paper in. The suite speaks to drivers through scanner.h alone.
 */
#pragma once

#include "drivers/scanner.h"
#include "tests/testing.h"

typedef struct ScannerRig ScannerRig;
struct ScannerRig {
    char *name; /* what scanner_open takes */
    const char *absent_name;
    /* Put `sheets` in; how many lie there then (a simulated device may know one number only). */
    guint (*load)(ScannerRig *rig, guint sheets);
    ScannerOptions options;
    const ScannerHost *host;
    gboolean can_be_empty; /* load(rig, 0) leaves an empty feeder */
    gboolean is_listed;    /* by its own name, as a configured device */
    void *data;
};

/* A host with the machine's own time, for drivers that talk to other processes. */
const ScannerHost *scanner_suite_real_host(void);

/* Where a batch got to. */
typedef struct {
    guint images;
    guint backs;
    guint whole;
    GError *fault; /* the caller's to clear */
    ScannerStep last;
} ScannerTally;

/* Start, take everything, settle every image. */
ScannerTally scanner_suite_run(Scanner *scanner, const ScannerOptions *options);

void scanner_suite_listed(void **state);
void scanner_suite_absent(void **state);
void scanner_suite_capable(void **state);
void scanner_suite_refuses(void **state);
void scanner_suite_stack(void **state);
void scanner_suite_twice(void **state);
void scanner_suite_empty(void **state);
void scanner_suite_cancel(void **state);
void scanner_suite_cancel_in_image(void **state);
void scanner_suite_stop(void **state);
void scanner_suite_out_of_turn(void **state);
void scanner_suite_status(void **state);

#define SCANNER_SUITE(rig)                                                                         \
    {"a_configured_device_is_listed", scanner_suite_listed, NULL, NULL, rig},                      \
        {"a_device_that_is_not_there_is_refused", scanner_suite_absent, NULL, NULL, rig},          \
        {"its_capabilities_make_sense", scanner_suite_capable, NULL, NULL, rig},                   \
        {"options_it_cannot_do_are_refused", scanner_suite_refuses, NULL, NULL, rig},              \
        {"a_stack_comes_whole_and_in_order", scanner_suite_stack, NULL, NULL, rig},                \
        {"two_batches_in_a_row_work", scanner_suite_twice, NULL, NULL, rig},                       \
        {"an_empty_feeder_gives_no_image", scanner_suite_empty, NULL, NULL, rig},                  \
        {"after_a_cancel_it_starts_again", scanner_suite_cancel, NULL, NULL, rig},                 \
        {"after_a_cancel_within_an_image_it_starts_again", scanner_suite_cancel_in_image, NULL,    \
         NULL, rig},                                                                               \
        {"a_stop_ends_the_batch_on_a_whole_sheet", scanner_suite_stop, NULL, NULL, rig},           \
        {"steps_out_of_turn_are_refused", scanner_suite_out_of_turn, NULL, NULL, rig},             \
    {                                                                                              \
        "its_status_after_a_batch_is_fresh", scanner_suite_status, NULL, NULL, rig                 \
    }
