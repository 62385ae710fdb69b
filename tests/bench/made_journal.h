/* SPDX-License-Identifier: Apache-2.0
 *
 * A journal of many cases, written at once and without syncs: what the catalogue is made from when
 * it is measured at its size. Each case has MADE_PAGES pages in one document of one batch, and a
 * secrets file with its applicant.
 */
#pragma once

#include "storage/journal.h"

#define MADE_PAGES 10

/* Number of the case `at`, counted from 0. */
char *made_number(guint at) G_GNUC_WARN_UNUSED_RESULT;

/* Append the records of `cases` cases behind what the catalogue of a data folder has applied, and
 * their secrets; the catalogue learns of them when the store is opened. `*records`: how many the
 * journal holds then. */
gboolean made_journal(const char *data_folder, guint cases, gint64 *records,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
