/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/local/print_jobs.h"

#include "storage/local/local_intern.h"

#include <string.h>

#define COLUMNS                                                                                    \
    "id, printer, title, type, file, copies, \"case\", document, reprint, state, remote, problem," \
    " made_us, done_us"

static const char *const tokens[PRINT_STATES] = {"waiting", "sent", "printed", "cancelled"};

const char *print_state_token(PrintState state)
{
    return tokens[state];
}

static PrintState state_of(const char *token)
{
    for (int state = 0; state < PRINT_STATES; state++)
        if (strcmp(tokens[state], token) == 0)
            return (PrintState)state;
    return PRINT_CANCELLED; /* uncovered: the table takes no other word */
}

void print_job_clear(PrintJob *job)
{
    g_free(job->printer);
    g_free(job->title);
    g_free(job->type);
    g_free(job->file);
    g_free(job->number);
    g_free(job->problem);
    *job = (PrintJob){0};
}

static void job_free(gpointer data)
{
    print_job_clear(data);
    g_free(data);
}

static void take_job(const json_t *row, PrintJob *job)
{
    *job = (PrintJob){.id = json_int(row, "id", 0),
                      .printer = g_strdup(json_text(row, "printer")),
                      .title = g_strdup(json_text(row, "title")),
                      .type = g_strdup(json_text(row, "type")),
                      .file = g_strdup(json_text(row, "file")),
                      .copies = (guint)json_int(row, "copies", 0),
                      .number = g_strdup(json_text(row, "case")),
                      .document = json_int(row, "document", 0),
                      .reprint = (guint)json_int(row, "reprint", 0),
                      .state = state_of(json_text(row, "state")),
                      .remote = (guint)json_int(row, "remote", 0),
                      .problem = g_strdup(json_text(row, "problem")),
                      .made_us = json_int(row, "made_us", 0),
                      .done_us = json_int(row, "done_us", 0)};
}

gboolean local_print_add(Local *local, const PrintJob *job, gint64 *id, GError **error)
{
    g_autoptr(json_t) rows = local_rows(
        local, error,
        "INSERT INTO print_job (printer, title, type, file, copies, \"case\", document, reprint,"
        " state, made_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'waiting', ?) RETURNING id",
        "ttttitiii", job->printer, job->title, job->type, job->file, (gint64)job->copies,
        job->number, job->document, (gint64)job->reprint, job->made_us);

    *id = json_int(json_array_get(rows, 0), "id", 0);
    return rows != NULL;
}

gboolean local_print_change(Local *local, gint64 id, const PrintChange *change, GError **error)
{
    gboolean is_done = change->state == PRINT_PRINTED || change->state == PRINT_CANCELLED;
    g_autoptr(json_t) rows = local_rows(
        local, error,
        "UPDATE print_job SET state = ?, remote = ?, problem = ?, done_us = ?"
        " WHERE id = ? AND state IN ('waiting', 'sent') RETURNING id",
        "titii", tokens[change->state], (gint64)change->remote,
        change->problem != NULL ? change->problem : "", is_done ? change->now_us : (gint64)0, id);

    if (rows == NULL)
        return FALSE;
    return json_array_size(rows) > 0 ||
           error_set(error, ERROR_WRONG_STATE, "print job %" G_GINT64_FORMAT " is over", id);
}

/* `rows` is taken; NULL gives NULL. */
static GPtrArray *jobs_of(json_t *rows)
{
    g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func(job_free);
    json_t *row;
    gsize i;

    if (rows == NULL)
        return NULL;
    json_array_foreach(rows, i, row)
    {
        PrintJob *job = g_new0(PrintJob, 1);

        take_job(row, job);
        g_ptr_array_add(jobs, job);
    }
    json_decref(rows);
    return g_steal_pointer(&jobs);
}

gboolean local_print_get(Local *local, gint64 id, PrintJob *job, GError **error)
{
    g_autoptr(json_t) rows =
        local_rows(local, error, "SELECT " COLUMNS " FROM print_job WHERE id = ?", "i", id);

    *job = (PrintJob){0};
    if (rows == NULL)
        return FALSE;
    if (json_array_size(rows) == 0)
        return error_set(error, ERROR_NOT_FOUND, "print job %" G_GINT64_FORMAT, id);
    take_job(json_array_get(rows, 0), job);
    return TRUE;
}

GPtrArray *local_print_open(Local *local, GError **error)
{
    return jobs_of(local_rows(local, error,
                              "SELECT " COLUMNS " FROM print_job"
                              " WHERE state IN ('waiting', 'sent') ORDER BY id",
                              ""));
}

GPtrArray *local_print_list(Local *local, guint limit, GError **error)
{
    return jobs_of(local_rows(local, error,
                              "SELECT * FROM (SELECT " COLUMNS
                              " FROM print_job ORDER BY id DESC LIMIT ?) ORDER BY id",
                              "i", (gint64)limit));
}

/* ── settings ────────────────────────────────────────────────────────────────────────────── */

char *local_setting_get(Local *local, const char *key, GError **error)
{
    g_autoptr(json_t) rows =
        local_rows(local, error, "SELECT value FROM setting WHERE key = ?", "t", key);

    return g_strdup(json_text(json_array_get(rows, 0), "value"));
}

gboolean local_setting_put(Local *local, const char *key, const char *value, GError **error)
{
    if (*value == '\0')
        return local_run(local, error, "DELETE FROM setting WHERE key = ?", "t", key);
    return local_run(local, error, "INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)",
                     "tt", key, value);
}
