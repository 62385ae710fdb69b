/* SPDX-License-Identifier: Apache-2.0
 *
 * The words of eSCL (Mopria Alliance eSCL 2.97; names of PWG 5100.17): requests built, replies
 * decoded. Pure functions: no network, no time.
 *
 * A reply is foreign: at most ESCL_REPLY_MAX bytes, no document type, no entities, no network;
 * names are compared without their namespace, for devices disagree about prefixes. What is missing
 * is unknown, never guessed.
 */
#pragma once

#include "drivers/scanner.h"

#define ESCL_REPLY_MAX (1u << 20)

/* One of Platen, AdfSimplexInputCaps, AdfDuplexInputCaps. Lengths in 1/300 inch. */
typedef struct {
    gboolean is_there;
    guint width_max;
    guint height_max;
    guint modes; /* of ScannerMode */
    guint n_dpi; /* 0 = dpi[0] to dpi[1] */
    guint dpi[SCANNER_DPI_MAX];
    gboolean jpeg;
} EsclInput;

typedef struct {
    char version[16]; /* of the protocol, as the device writes it: "2.6" */
    char model[128];  /* MakeAndModel */
    char serial[64];
    EsclInput platen;
    EsclInput feeder;
    EsclInput duplex;
    gboolean detects_paper;
} EsclCapabilities;

/* ERROR_FORMAT where it is no ScannerCapabilities. */
gboolean escl_capabilities_decode(const void *xml, gsize size, EsclCapabilities *capabilities,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef enum {
    ESCL_IDLE,
    ESCL_PROCESSING,
    ESCL_TESTING,
    ESCL_STOPPED,
    ESCL_DOWN,
} EsclState;

typedef enum {
    ESCL_JOB_UNKNOWN,
    ESCL_JOB_PENDING,
    ESCL_JOB_PROCESSING,
    ESCL_JOB_COMPLETED,
    ESCL_JOB_CANCELED,
    ESCL_JOB_ABORTED,
} EsclJobState;

typedef struct {
    EsclState state;
    ScannerReason feeder; /* AdfState as a reason: OK for loaded and processing */
    ScannerPaper paper;
    gboolean feeder_runs; /* ScannerAdfProcessing */
    /* of the job asked for */
    EsclJobState job;
    gint images_completed; /* -1 = not told */
    gint images_to_transfer;
    ScannerReason job_reason;       /* what its reasons say; OK where they say nothing bad */
    char words[SCANNER_DETAIL_MAX]; /* AdfState and job reasons as the device writes them */
} EsclStatus;

/* `job` is the path of the job whose part is wanted, or NULL. */
gboolean escl_status_decode(const void *xml, gsize size, const char *job, EsclStatus *status,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The ScanSettings of a POST to ScanJobs. */
char *escl_settings_build(const EsclCapabilities *capabilities,
                          const ScannerOptions *options) G_GNUC_WARN_UNUSED_RESULT;

/* The input that these options use. */
const EsclInput *escl_input_of(const EsclCapabilities *capabilities, const ScannerOptions *options);

/* The job's address from the Location header: only its path is believed, for devices give names
 * of their own for themselves. NULL where it is no job of `base` ("http://host:port/eSCL"). */
char *escl_job_of(const char *base, const char *location) G_GNUC_WARN_UNUSED_RESULT;
