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
    return PRINT_CANCELLED;
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

static void take_job(LocalQuery *query, PrintJob *job)
{
    g_autofree char *state = NULL;

    query->next = 0;
    job->id = local_take_int(query);
    job->printer = local_take_text(query);
    job->title = local_take_text(query);
    job->type = local_take_text(query);
    job->file = local_take_text(query);
    job->copies = (guint)local_take_int(query);
    job->number = local_take_text(query);
    job->document = local_take_int(query);
    job->reprint = (guint)local_take_int(query);
    state = local_take_text(query);
    job->state = state_of(state);
    job->remote = (guint)local_take_int(query);
    job->problem = local_take_text(query);
    job->made_us = local_take_int(query);
    job->done_us = local_take_int(query);
}

/* The id that a statement with RETURNING gives; 0 where it changed nothing. The statement ends by
 * itself only once it was asked for all of its rows. */
static gboolean returned_id(LocalQuery *query, gint64 *id, GError **error)
{
    gboolean found = FALSE;
    gboolean good = local_query_row(query, &found, error);

    *id = found ? local_take_int(query) : 0;
    while (good && found)
        good = local_query_row(query, &found, error);
    local_query_end(query);
    return good;
}

gboolean local_print_add(Local *local, const PrintJob *job, gint64 *id, GError **error)
{
    LocalQuery query;

    if (!local_query_begin(&query, local,
                           "INSERT INTO print_job (printer, title, type, file, copies, \"case\","
                           " document, reprint, state, made_us)"
                           " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'waiting', ?) RETURNING id",
                           error))
        return FALSE;
    local_put_text(&query, job->printer);
    local_put_text(&query, job->title);
    local_put_text(&query, job->type);
    local_put_text(&query, job->file);
    local_put_int(&query, job->copies);
    local_put_text(&query, job->number);
    local_put_int(&query, job->document);
    local_put_int(&query, job->reprint);
    local_put_int(&query, job->made_us);
    return returned_id(&query, id, error);
}

gboolean local_print_change(Local *local, gint64 id, const PrintChange *change, GError **error)
{
    gboolean is_done = change->state == PRINT_PRINTED || change->state == PRINT_CANCELLED;
    LocalQuery query;
    gint64 changed;

    if (!local_query_begin(&query, local,
                           "UPDATE print_job SET state = ?, remote = ?, problem = ?, done_us = ?"
                           " WHERE id = ? AND state IN ('waiting', 'sent') RETURNING id",
                           error))
        return FALSE;
    local_put_text(&query, tokens[change->state]);
    local_put_int(&query, change->remote);
    local_put_text(&query, change->problem != NULL ? change->problem : "");
    local_put_int(&query, is_done ? change->now_us : 0);
    local_put_int(&query, id);
    return returned_id(&query, &changed, error) &&
           (changed > 0 ||
            error_set(error, ERROR_WRONG_STATE, "print job %" G_GINT64_FORMAT " is over", id));
}

static GPtrArray *take_jobs(LocalQuery *query, GError **error)
{
    g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func(job_free);
    gboolean found = TRUE, good = TRUE;

    while (good && (good = local_query_row(query, &found, error)) && found) {
        PrintJob *job = g_new0(PrintJob, 1);

        take_job(query, job);
        g_ptr_array_add(jobs, job);
    }
    local_query_end(query);
    return good ? g_steal_pointer(&jobs) : NULL;
}

gboolean local_print_get(Local *local, gint64 id, PrintJob *job, GError **error)
{
    LocalQuery query;
    gboolean found = FALSE, good;

    *job = (PrintJob){0};
    if (!local_query_begin(&query, local, "SELECT " COLUMNS " FROM print_job WHERE id = ?", error))
        return FALSE;
    local_put_int(&query, id);
    good = local_query_row(&query, &found, error);
    if (found)
        take_job(&query, job);
    local_query_end(&query);
    return good && (found || error_set(error, ERROR_NOT_FOUND, "print job %" G_GINT64_FORMAT, id));
}

GPtrArray *local_print_open(Local *local, GError **error)
{
    LocalQuery query;

    return local_query_begin(&query, local,
                             "SELECT " COLUMNS " FROM print_job"
                             " WHERE state IN ('waiting', 'sent') ORDER BY id",
                             error)
               ? take_jobs(&query, error)
               : NULL;
}

GPtrArray *local_print_list(Local *local, guint limit, GError **error)
{
    LocalQuery query;

    if (!local_query_begin(&query, local,
                           "SELECT * FROM (SELECT " COLUMNS
                           " FROM print_job ORDER BY id DESC LIMIT ?) ORDER BY id",
                           error))
        return NULL;
    local_put_int(&query, limit);
    return take_jobs(&query, error);
}

/* ── settings ────────────────────────────────────────────────────────────────────────────── */

char *local_setting_get(Local *local, const char *key, GError **error)
{
    LocalQuery query;
    gboolean found = FALSE;
    char *value = NULL;

    if (!local_query_begin(&query, local, "SELECT value FROM setting WHERE key = ?", error))
        return NULL;
    local_put_text(&query, key);
    if (local_query_row(&query, &found, error) && found)
        value = local_take_text(&query);
    local_query_end(&query);
    return value;
}

gboolean local_setting_put(Local *local, const char *key, const char *value, GError **error)
{
    LocalQuery query;

    if (!local_query_begin(&query, local,
                           *value != '\0'
                               ? "INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)"
                               : "DELETE FROM setting WHERE key = ?",
                           error))
        return FALSE;
    local_put_text(&query, key);
    if (*value != '\0')
        local_put_text(&query, value);
    return local_query_run(&query, error);
}
