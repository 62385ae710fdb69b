/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/api/jobs.h"

#include <string.h>

#define JOBS_AT_ONCE 2

struct Job {
    JobDesk *desk;
    JobOptions options;
    char *id;
    pthread_t thread;
    JobState state; /* under the desk's lock, as those below */
    guint done;
    gboolean cancel;
    json_t *shown;
    GError *why;
};

struct JobDesk {
    Api *api;
    pthread_mutex_t lock;
    GPtrArray *jobs; /* of Job, oldest first */
    guint given;     /* numbers of ids */
};

json_t *job_problem(const JobLook *look, Lang lang)
{
    return look->why != NULL ? problem_json(look->why, lang) : json_null();
}

const char *job_state_token(JobState state)
{
    static const char *const tokens[] = {"running", "done", "failed", "cancelled"};

    return tokens[state];
}

Api *job_api(const Job *job)
{
    return job->desk->api;
}

/* ── the job's thread ────────────────────────────────────────────────────────────────────── */

/* The lock is held. */
static void tell(const Job *job)
{
    g_autoptr(json_t) data = json_pack("{s:s, s:s, s:i}", "id", job->id, "state",
                                       job_state_token(job->state), "done", (int)job->done);
    g_autofree char *line = json_line(data);

    event_hub_tell(job->desk->api->hub, job->options.kind, line);
}

gboolean job_progress(Job *job, guint done)
{
    gboolean go_on;

    pthread_mutex_lock(&job->desk->lock);
    go_on = !job->cancel;
    if (done != job->done) {
        job->done = MIN(done, 100);
        tell(job);
    }
    pthread_mutex_unlock(&job->desk->lock);
    return go_on;
}

void job_show(Job *job, json_t *shown)
{
    pthread_mutex_lock(&job->desk->lock);
    json_decref(job->shown);
    job->shown = shown;
    pthread_mutex_unlock(&job->desk->lock);
}

static void *job_thread(void *data)
{
    Job *job = data;
    g_autoptr(GError) error = NULL;
    gboolean ok = job->options.run(job, job->options.work, &error);

    pthread_mutex_lock(&job->desk->lock);
    job->state = ok ? JOB_DONE : error_code(error) == ERROR_CANCELLED ? JOB_CANCELLED : JOB_FAILED;
    job->done = ok ? 100 : job->done;
    if (job->state == JOB_FAILED)
        job->why = g_steal_pointer(&error);
    tell(job);
    pthread_mutex_unlock(&job->desk->lock);
    feed_wake(job->desk->api->feed);
    return NULL;
}

/* ── the desk ────────────────────────────────────────────────────────────────────────────── */

static void job_free(gpointer data)
{
    Job *job = data;

    if (job->options.work_free != NULL)
        job->options.work_free(job->options.work);
    json_decref(job->shown);
    g_clear_error(&job->why);
    g_free(job->id);
    g_free(job);
}

/* The lock is held. */
static guint running(const JobDesk *desk)
{
    guint n = 0;

    for (guint i = 0; i < desk->jobs->len; i++)
        n += ((const Job *)g_ptr_array_index(desk->jobs, i))->state == JOB_RUNNING;
    return n;
}

char *job_start(JobDesk *desk, const JobOptions *options, GError **error)
{
    Job *job = NULL;
    char *id = NULL;

    pthread_mutex_lock(&desk->lock);
    if (running(desk) >= JOBS_AT_ONCE)
        error_set(error, ERROR_BUSY, "%d jobs are running", JOBS_AT_ONCE);
    else {
        job = g_new0(Job, 1);
        job->desk = desk;
        job->options = *options;
        job->shown = options->shown;
        job->id = g_strdup_printf("%s-%" G_GINT64_FORMAT "-%u", options->kind,
                                  desk->api->began_us / G_USEC_PER_SEC, ++desk->given);
        id = g_strdup(job->id);
        g_ptr_array_add(desk->jobs, job);
        if (pthread_create(&job->thread, NULL, job_thread, job) != 0)
            g_error("pthread_create");
    }
    pthread_mutex_unlock(&desk->lock);
    if (job == NULL && options->work_free != NULL)
        options->work_free(options->work);
    if (job == NULL)
        json_decref(options->shown);
    return id;
}

void job_look_clear(JobLook *look)
{
    g_clear_pointer(&look->id, g_free);
    g_clear_pointer(&look->shown, json_decref);
    g_clear_error(&look->why);
}

/* The lock is held. */
static void look_at(const Job *job, JobLook *look)
{
    *look = (JobLook){g_strdup(job->id), job->state, job->done, json_deep_copy(job->shown),
                      job->why != NULL ? g_error_copy(job->why) : NULL};
}

gboolean job_look_at(JobDesk *desk, const char *kind, guint index, JobLook *look)
{
    gboolean found = FALSE;

    pthread_mutex_lock(&desk->lock);
    for (guint i = desk->jobs->len; i > 0 && !found; i--) {
        const Job *job = g_ptr_array_index(desk->jobs, i - 1);

        if (strcmp(job->options.kind, kind) != 0 || index-- > 0)
            continue;
        look_at(job, look);
        found = TRUE;
    }
    pthread_mutex_unlock(&desk->lock);
    return found;
}

gboolean job_look(JobDesk *desk, const char *kind, const char *id, JobLook *look)
{
    if (strcmp(id, "latest") == 0)
        return job_look_at(desk, kind, 0, look);
    for (guint i = 0; job_look_at(desk, kind, i, look); i++) {
        if (strcmp(look->id, id) == 0)
            return TRUE;
        job_look_clear(look);
    }
    return FALSE;
}

gboolean job_cancel(JobDesk *desk, const char *id)
{
    gboolean found = FALSE;

    pthread_mutex_lock(&desk->lock);
    for (guint i = 0; i < desk->jobs->len; i++) {
        Job *job = g_ptr_array_index(desk->jobs, i);

        if (strcmp(job->id, id) == 0) {
            job->cancel = TRUE;
            found = TRUE;
        }
    }
    pthread_mutex_unlock(&desk->lock);
    return found;
}

JobDesk *job_desk_new(Api *api)
{
    JobDesk *desk = g_new0(JobDesk, 1);

    desk->api = api;
    pthread_mutex_init(&desk->lock, NULL);
    desk->jobs = g_ptr_array_new_with_free_func(job_free);
    return desk;
}

void job_desk_free(JobDesk *desk)
{
    if (desk == NULL)
        return;
    pthread_mutex_lock(&desk->lock);
    for (guint i = 0; i < desk->jobs->len; i++)
        ((Job *)g_ptr_array_index(desk->jobs, i))->cancel = TRUE;
    pthread_mutex_unlock(&desk->lock);
    for (guint i = 0; i < desk->jobs->len; i++)
        pthread_join(((Job *)g_ptr_array_index(desk->jobs, i))->thread, NULL);
    g_ptr_array_unref(desk->jobs);
    pthread_mutex_destroy(&desk->lock);
    g_free(desk);
}
