/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers to lookups, kept while nothing in the house has changed: a code that is scanned again and
 * again is looked up once. Whatever is written, by whichever process, forgets them all.
 *
 *   answers_begin ─► the catalogue is read ─► answers_keep (unless something was forgotten between)
 *
 * From any thread.
 */
#pragma once

#include <glib.h>

#define ANSWERS_MAX 512

typedef struct Answers Answers;

/* Knows nothing at first. */
Answers *answers_new(void);
void answers_free(Answers *answers);

/* Something has changed, or may have. */
void answers_forget(Answers *answers);

/* Before the catalogue is read; for answers_keep. */
guint64 answers_begin(Answers *answers);
void answers_keep(Answers *answers, guint64 begun, const char *key, GBytes *body);

/* NULL where it is not known. */
GBytes *answers_recall(Answers *answers, const char *key) G_GNUC_WARN_UNUSED_RESULT;
