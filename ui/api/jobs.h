/* SPDX-License-Identifier: Apache-2.0
 *
 * Long work that a person starts and then watches: a thread, a state and per cent done, told as
 * events (JobEvent). Jobs live as long as the daemon; what lasts of them stands in the journal.
 */
#pragma once

#include "ui/api/api_intern.h"

typedef enum { JOB_RUNNING, JOB_DONE, JOB_FAILED, JOB_CANCELLED } JobState;

typedef struct Job Job;

/* The work; FALSE with an error, ERROR_CANCELLED where job_is_cancelled said so. `work` belongs to
 * it alone while it runs. */
typedef gboolean (*JobRun)(Job *job, void *work, GError **error);

typedef struct {
    const char *kind; /* of its events: "export", "audit" */
    JobRun run;
    void *work;
    GDestroyNotify work_free;
    json_t *shown; /* at first; taken */
} JobOptions;

/* Starts it; the id is the caller's. ERROR_BUSY while as many run as may. */
char *job_start(JobDesk *desk, const JobOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* From the job's thread: how far it is (per cent), and whether to go on. */
gboolean job_progress(Job *job, guint done);

/* From the job's thread: what handlers show of it from now on (taken). */
void job_show(Job *job, json_t *shown);

/* What handlers ask. `shown` is what job_show said last, the caller's; NULL where there is no such
 * job. "latest" names the newest of a kind. */
typedef struct {
    char *id;
    JobState state;
    guint done;
    json_t *shown;
    GError *why; /* of a failed one; else NULL */
} JobLook;
void job_look_clear(JobLook *look);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(JobLook, job_look_clear)
gboolean job_look(JobDesk *desk, const char *kind, const char *id, JobLook *look);

/* The index-th of a kind, newest first; FALSE behind the last. */
gboolean job_look_at(JobDesk *desk, const char *kind, guint index, JobLook *look);

/* Asks the job to break off; FALSE where there is none. */
gboolean job_cancel(JobDesk *desk, const char *id);

/* Why it failed as a Problem for whoever asks; null where it did not. */
json_t *job_problem(const JobLook *look, Lang lang);

/* Token of a state: "running", "done", "failed", "cancelled". */
const char *job_state_token(JobState state);

/* The API that the job works for. */
Api *job_api(const Job *job);
