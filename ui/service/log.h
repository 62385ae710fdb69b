/* SPDX-License-Identifier: Apache-2.0
 *
 * The service's own words to the machine's journal (journald), each with a message id of
 * log_list.h, so that `journalctl -x` explains it in Chinese and English.
 *
 *   MESSAGE_ID= MESSAGE= PRIORITY=   always
 *   ANJUAN_EVENT= ANJUAN_CASE= ANJUAN_SEQ=   of a record
 *
 * Where standard error is no journal, only warnings and worse are printed: a person at a terminal
 * does not read a log of records. Any thread may tell.
 */
#pragma once

#include "appliance/base/lang.h"
#include "ui/service/log_list.h"

#define LOG_ENUM_(NAME, id, level, en, zh, more_en, more_zh) LOG_##NAME,
typedef enum { ANJUAN_LOG_LIST(LOG_ENUM_) LOG_N } LogMessage;
#undef LOG_ENUM_

/* Of a LOG_RECORD. `case_number` may be NULL. */
typedef struct {
    const char *event;
    const char *case_number;
    gint64 seq;
} LogRecord;

/* A message of the list, with what it is about. */
void log_tell(LogMessage message, Lang lang, const char *detail);
/* A record of the journal, by name and number. */
void log_record(const LogRecord *record, Lang lang);

/* Where lines go instead of the journal: names and values of one line. NULL: the journal. */
typedef void (*LogSink)(const GLogField *fields, gsize n, void *data);
void log_sink_set(LogSink sink, void *data);

/* The message catalogue as journald reads it; the file's name says the language (anjuan.catalog,
 * anjuan.zh_CN.catalog). */
char *log_catalog(Lang lang) G_GNUC_WARN_UNUSED_RESULT;
