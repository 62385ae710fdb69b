/* SPDX-License-Identifier: Apache-2.0
 *
 * What a GError says, for somebody who reads Chinese. Its message is English (error.h: object and
 * cause, for the log and for programs); a person at a screen reads the detail of a problem in her
 * own language. detail_list.h holds the sentences that requests can meet.
 */
#pragma once

#include "appliance/base/lang.h"

/* `message` in the language: as it is in English, and where the list does not know it (a number, a
 * name, the words of a library). */
char *detail_words(const char *message, Lang lang) G_GNUC_WARN_UNUSED_RESULT;
