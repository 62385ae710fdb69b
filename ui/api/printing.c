/* SPDX-License-Identifier: Apache-2.0
 *
 * The printer of this machine: its light, its row among the devices, its queue; and the clerk
 * nobody sees who tries again what has not come out.
 */
#include "ui/api/printing.h"

#include "appliance/printing/print_queue.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#define RETRY_S  10
#define JOBS_MAX 100

struct PrintDesk {
    PrintQueue queue;
    GThread *thread;
    pthread_mutex_t lock;
    pthread_cond_t ending; /* by the monotonic clock */
    gboolean ends;
};

/* ── trying again ────────────────────────────────────────────────────────────────────────── */

static void resume_once(const PrintDesk *desk)
{
    static const StoreActor actor = {"system", "serve"};
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) open = local_print_open(desk->queue.local, &error);
    guint left;

    if (open != NULL && open->len > 0 && !print_resume(&desk->queue, &actor, &left, &error))
        open = NULL;
    if (error != NULL)
        g_warning("print queue: %s", error->message);
}

static void wait_to_retry(PrintDesk *desk)
{
    struct timespec until;
    int woken = 0;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += RETRY_S;
    while (!desk->ends && woken == 0)
        woken = pthread_cond_timedwait(&desk->ending, &desk->lock, &until);
}

static void *keep_trying(void *data)
{
    PrintDesk *desk = data;

    pthread_mutex_lock(&desk->lock);
    while (!desk->ends) {
        pthread_mutex_unlock(&desk->lock);
        resume_once(desk);
        pthread_mutex_lock(&desk->lock);
        wait_to_retry(desk);
    }
    pthread_mutex_unlock(&desk->lock);
    return NULL;
}

PrintDesk *print_desk_new(Api *api)
{
    PrintDesk *desk = g_new0(PrintDesk, 1);
    pthread_condattr_t monotonic;

    desk->queue = (PrintQueue){api->options.store, api->options.local};
    pthread_mutex_init(&desk->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&desk->ending, &monotonic);
    pthread_condattr_destroy(&monotonic);
    desk->thread = g_thread_new("printing", keep_trying, desk);
    return desk;
}

void print_desk_free(PrintDesk *desk)
{
    if (desk == NULL)
        return;
    pthread_mutex_lock(&desk->lock);
    desk->ends = TRUE;
    pthread_cond_signal(&desk->ending);
    pthread_mutex_unlock(&desk->lock);
    g_thread_join(desk->thread);
    pthread_mutex_destroy(&desk->lock);
    pthread_cond_destroy(&desk->ending);
    g_free(desk);
}

/* ── what screens see ────────────────────────────────────────────────────────────────────── */

/* The first job that a printer holds up; NULL where none does. */
static const PrintJob *stuck(const GPtrArray *jobs)
{
    for (guint i = 0; jobs != NULL && i < jobs->len; i++) {
        const PrintJob *job = g_ptr_array_index(jobs, i);

        if (*job->problem != '\0')
            return job;
    }
    return NULL;
}

static const char *state_words(const Call *call, const char *state)
{
    static const char *const words[][3] = {
        {"ready", "就绪", "ready"},
        {"busy", "打印中", "printing"},
        {"no-paper", "缺纸", "out of paper"},
        {"cover-open", "盖子未关", "the cover is open"},
        {"jam", "卡纸", "paper jam"},
        {"offline", "未连接", "offline"},
        {"stopped", "已停止", "stopped"},
        {"unknown", "状态不明", "does not say how it is"},
        {"failed", "打印失败", "printing failed"},
        {"format", "不能打印此格式", "cannot print this format"}};

    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (strcmp(words[i][0], state) == 0)
            return call_words(call, words[i][1], words[i][2]);
    return state;
}

json_t *print_light(Call *call, GError **error)
{
    Local *local = call->api->options.local;
    g_autoptr(GError) why = NULL;
    g_autofree char *name = print_default(local, &why);
    g_autoptr(GPtrArray) jobs = why == NULL ? local_print_open(local, &why) : NULL;
    const PrintJob *job = stuck(jobs);
    g_autofree char *text = NULL;

    if (why != NULL) {
        g_propagate_error(error, g_steal_pointer(&why));
        return NULL;
    }
    if (name == NULL)
        return json_pack("{s:s, s:s}", "light", "off", "text",
                         call_words(call, "未配置打印机", "no printer is set up"));
    if (job != NULL)
        text = g_strdup_printf(call->lang == LANG_ZH ? "%s，%u 份待打印" : "%s, %u waiting",
                               state_words(call, job->problem), jobs->len);
    else
        text = g_strdup(call_words(call, jobs->len > 0 ? "打印中" : "就绪",
                                   jobs->len > 0 ? "printing" : "ready"));
    return json_pack("{s:s, s:s}", "light",
                     job != NULL     ? "needs-you"
                     : jobs->len > 0 ? "waiting"
                                     : "fine",
                     "text", text);
}

static int printed_today(const Call *call)
{
    g_autoptr(GPtrArray) jobs = local_print_list(call->api->options.local, JOBS_MAX, NULL);
    int n = 0;

    for (guint i = 0; jobs != NULL && i < jobs->len; i++) {
        const PrintJob *job = g_ptr_array_index(jobs, i);

        n += job->state == PRINT_PRINTED &&
             day_of_instant(job->done_us, HOUSE_OFFSET_S) == call->today;
    }
    return n;
}

static const char *light_of(PrinterState state)
{
    return state == PRINTER_READY ? "fine" : state == PRINTER_BUSY ? "waiting" : "needs-you";
}

json_t *print_device(Call *call)
{
    g_autofree char *name = print_default(call->api->options.local, NULL);
    g_autoptr(Printer) printer = name != NULL ? printer_open(name, NULL) : NULL;
    const char *colon = name != NULL ? strchr(name, ':') : NULL;
    g_autofree char *driver = colon != NULL ? g_strndup(name, (gsize)(colon - name)) : NULL;
    PrinterStatus status;

    if (printer == NULL || driver == NULL)
        return NULL;
    printer_status(printer, &status);
    return json_pack("{s:s, s:s, s:s, s:n, s:s, s:s, s:b, s:i, s:[]}", "name", name, "kind",
                     "printer", "driver", driver, "serial", "light", light_of(status.state), "text",
                     state_words(call, printer_state_token(status.state)), "default", 1, "today",
                     printed_today(call), "can");
}

/* ── the queue ───────────────────────────────────────────────────────────────────────────── */

static json_t *show_job(const Call *call, const PrintJob *job)
{
    g_autofree char *made = clock_format(job->made_us);

    return json_pack("{s:I, s:s, s:s?, s:s, s:s, s:s?, s:I, s:s}", "id", (json_int_t)job->id,
                     "state", print_state_token(job->state), "problem",
                     *job->problem != '\0' ? state_words(call, job->problem) : NULL, "printer",
                     job->printer, "title", job->title, "case", job->number, "document",
                     (json_int_t)job->document, "made_at", made);
}

static Response *answer_queue(Call *call, GError **error)
{
    g_autoptr(GPtrArray) jobs = local_print_list(call->api->options.local, JOBS_MAX, error);
    json_t *list;

    if (jobs == NULL)
        return NULL;
    list = json_array();
    for (guint i = 0; i < jobs->len; i++)
        json_array_append_new(list, show_job(call, g_ptr_array_index(jobs, i)));
    return call_json(200, json_pack("{s:o}", "jobs", list));
}

Response *get_prints(Call *call, GError **error)
{
    return answer_queue(call, error);
}

/* {"act": "resume"} for all, {"act": "cancel", "id": …} for one. */
Response *post_prints(Call *call, GError **error)
{
    PrintQueue queue = {call->api->options.store, call->api->options.local};
    guint open;
    gboolean ok = strcmp(json_text(call->body, "act"), "cancel") == 0
                      ? print_cancel(&queue, json_int(call->body, "id", 0), error)
                      : print_resume(&queue, &call->actor, &open, error);

    return ok ? answer_queue(call, error) : NULL;
}

/* The printer of this machine; "" for none. */
Response *put_printer(Call *call, GError **error)
{
    return print_set_default(call->api->options.local, json_text(call->body, "printer"), error)
               ? response_empty(204)
               : NULL;
}
