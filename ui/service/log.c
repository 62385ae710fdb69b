/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/service/log.h"

#include <string.h>
#include <syslog.h>
#include <unistd.h>

#define FIELDS_MAX 8

typedef struct {
    const char *id;
    int level; /* syslog's */
    const char *en, *zh;
    const char *more_en, *more_zh;
} Entry;

#define LOG_ENTRY_(NAME, id, level, en, zh, more_en, more_zh) {id, level, en, zh, more_en, more_zh},
static const Entry entries[] = {ANJUAN_LOG_LIST(LOG_ENTRY_)};
#undef LOG_ENTRY_

static LogSink sink;
static void *sink_data;

void log_sink_set(LogSink function, void *data)
{
    sink = function;
    sink_data = data;
}

/* The one %s of a line is its detail. */
static char *line_of(const char *form, const char *detail)
{
    const char *gap = strstr(form, "%s");

    return g_strdup_printf("%.*s%s%s", (int)(gap - form), form, detail, gap + 2);
}

static void write_line(const Entry *entry, const GLogField *fields, gsize n, const char *line)
{
    if (sink != NULL)
        sink(fields, n, sink_data);
    else if (g_log_writer_is_journald(STDERR_FILENO))
        (void)g_log_writer_journald(G_LOG_LEVEL_MESSAGE, fields, n, NULL);
    else if (entry->level <= LOG_WARNING)
        g_printerr("anjuan: %s\n", line);
}

static void tell(LogMessage message, Lang lang, const char *detail, const LogRecord *record)
{
    const Entry *entry = &entries[message];
    g_autofree char *line = line_of(lang == LANG_ZH ? entry->zh : entry->en, detail);
    g_autofree char *level = g_strdup_printf("%d", entry->level);
    g_autofree char *seq =
        record != NULL ? g_strdup_printf("%" G_GINT64_FORMAT, record->seq) : NULL;
    GLogField fields[FIELDS_MAX] = {{"MESSAGE_ID", entry->id, -1},
                                    {"MESSAGE", line, -1},
                                    {"PRIORITY", level, -1},
                                    {"SYSLOG_IDENTIFIER", "anjuan", -1}};
    gsize n = 4;

    if (record != NULL) {
        fields[n++] = (GLogField){"ANJUAN_EVENT", record->event, -1};
        fields[n++] = (GLogField){"ANJUAN_SEQ", seq, -1};
    }
    if (record != NULL && record->case_number != NULL)
        fields[n++] = (GLogField){"ANJUAN_CASE", record->case_number, -1};
    write_line(entry, fields, n, line);
}

void log_tell(LogMessage message, Lang lang, const char *detail)
{
    tell(message, lang, detail, NULL);
}

void log_record(const LogRecord *record, Lang lang)
{
    tell(LOG_RECORD, lang, record->event, record);
}

/* Subject, blank line, body: a subject may name fields as @FIELD@. */
char *log_catalog(Lang lang)
{
    GString *out = g_string_new(NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(entries); i++) {
        const Entry *entry = &entries[i];

        g_string_append_printf(out, "-- %s\nSubject: @MESSAGE@\nDefined-By: anjuan\n\n%s\n\n",
                               entry->id, lang == LANG_ZH ? entry->more_zh : entry->more_en);
    }
    return g_string_free(out, FALSE);
}
