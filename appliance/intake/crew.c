/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/intake/crew.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#define LANES_MAX 8

/* A piece of work from hand-in to take. */
typedef struct {
    CrewResult *result;
    char *batch, *device, *serial;
    PageTags tags;
    Fd fd; /* of an import */
    guint32 index;
    gboolean done; /* under the crew's mutex */
} Piece;

typedef struct {
    Crew *crew;
    PageWorker *worker;
    pthread_t thread;
    gboolean busy;     /* its thread works on a piece */
    gboolean reserved; /* the owner's thread uses its worker */
    Piece *streamed;   /* a streamed page whose rows are all there: finish it */
} Lane;

struct Crew {
    pthread_mutex_t mutex;
    pthread_cond_t work;  /* for lanes */
    pthread_cond_t ready; /* for the owner */
    GQueue waiting;       /* of Piece: imports no lane has taken */
    GQueue order;         /* of Piece: everything handed in, first first */
    gboolean ending;
    guint n_lanes;
    Lane lanes[LANES_MAX];
    Lane *streaming; /* the owner's, between crew_begin and crew_end */
    Piece *stream;
};

void crew_result_free(CrewResult *result)
{
    if (result == NULL)
        return;
    page_result_clear(&result->result);
    g_clear_error(&result->error);
    g_free(result->source);
    g_free(result);
}

static Piece *piece_new(const CrewPiece *from)
{
    Piece *piece = g_new0(Piece, 1);
    CrewResult *result = g_new0(CrewResult, 1);

    *result = (CrewResult){.id = from->id,
                           .sheet = from->sheet,
                           .side = from->side,
                           .source = g_strdup(from->source),
                           .result = PAGE_RESULT_NONE};
    piece->result = result;
    piece->fd = -1;
    piece->batch = g_strdup(from->tags->batch);
    piece->device = g_strdup(from->tags->device);
    piece->serial = g_strdup(from->tags->serial);
    piece->tags = (PageTags){.batch = piece->batch,
                             .sheet = (guint32)from->sheet,
                             .side = from->side == 'a' ? "front" : "back",
                             .device = piece->device,
                             .serial = piece->serial,
                             .time_us = from->tags->time_us};
    return piece;
}

static void piece_free(Piece *piece)
{
    if (piece == NULL)
        return;
    crew_result_free(piece->result);
    fd_close(piece->fd);
    g_free(piece->batch);
    g_free(piece->device);
    g_free(piece->serial);
    g_free(piece);
}

/* ── lanes ───────────────────────────────────────────────────────────────────────────────── */

/* The next piece for a lane; NULL when the crew ends. Called with the mutex held. */
static Piece *await_work(Crew *crew, Lane *lane)
{
    for (;;) {
        if (crew->ending)
            return NULL;
        if (lane->streamed != NULL)
            return g_steal_pointer(&lane->streamed);
        if (!lane->reserved && crew->waiting.length > 0)
            return g_queue_pop_head(&crew->waiting);
        pthread_cond_wait(&crew->work, &crew->mutex);
    }
}

static void do_piece(Lane *lane, Piece *piece)
{
    CrewResult *result = piece->result;
    gboolean ok = piece->fd >= 0
                      ? page_worker_import(lane->worker, piece->fd, piece->index, &piece->tags,
                                           &result->result, &result->error)
                      : page_worker_finish(lane->worker, &result->result, &result->error);

    g_assert(ok == (result->error == NULL));
}

static void *lane_main(void *data)
{
    Lane *lane = data;
    Crew *crew = lane->crew;
    Piece *piece;

    pthread_mutex_lock(&crew->mutex);
    while ((piece = await_work(crew, lane)) != NULL) {
        lane->busy = TRUE;
        pthread_mutex_unlock(&crew->mutex);
        do_piece(lane, piece);
        pthread_mutex_lock(&crew->mutex);
        piece->done = TRUE;
        lane->busy = FALSE;
        pthread_cond_broadcast(&crew->ready);
    }
    pthread_mutex_unlock(&crew->mutex);
    return NULL;
}

static gboolean start_lane(Crew *crew, GError **error)
{
    Lane *lane = &crew->lanes[crew->n_lanes];
    int result;

    lane->crew = crew;
    lane->worker = page_worker_new(error);
    if (lane->worker == NULL)
        return FALSE;
    result = pthread_create(&lane->thread, NULL, lane_main, lane);
    if (result != 0) {
        page_worker_free(lane->worker);
        return error_set_errno(error, ERROR_WORKER, result, "start a lane");
    }
    crew->n_lanes++;
    return TRUE;
}

Crew *crew_new(guint lanes, GError **error)
{
    g_autoptr(Crew) crew = g_new0(Crew, 1);

    pthread_mutex_init(&crew->mutex, NULL);
    pthread_cond_init(&crew->work, NULL);
    pthread_cond_init(&crew->ready, NULL);
    g_queue_init(&crew->waiting);
    g_queue_init(&crew->order);
    if (lanes == 0)
        lanes = CLAMP(g_get_num_processors(), 1, LANES_MAX);
    while (crew->n_lanes < MIN(lanes, LANES_MAX))
        if (!start_lane(crew, error))
            return NULL;
    return g_steal_pointer(&crew);
}

void crew_free(Crew *crew)
{
    Piece *piece;

    if (crew == NULL)
        return;
    pthread_mutex_lock(&crew->mutex);
    crew->ending = TRUE;
    pthread_cond_broadcast(&crew->work);
    pthread_mutex_unlock(&crew->mutex);
    for (guint i = 0; i < crew->n_lanes; i++) {
        pthread_join(crew->lanes[i].thread, NULL);
        page_worker_free(crew->lanes[i].worker);
    }
    while ((piece = g_queue_pop_head(&crew->order)) != NULL)
        piece_free(piece);
    g_queue_clear(&crew->waiting);
    piece_free(crew->stream);
    pthread_cond_destroy(&crew->ready);
    pthread_cond_destroy(&crew->work);
    pthread_mutex_destroy(&crew->mutex);
    g_free(crew);
}

/* ── the owner's side ────────────────────────────────────────────────────────────────────── */

guint crew_under_way(Crew *crew)
{
    guint n;

    pthread_mutex_lock(&crew->mutex);
    n = crew->order.length;
    pthread_mutex_unlock(&crew->mutex);
    return n;
}

gboolean crew_is_full(Crew *crew)
{
    return crew_under_way(crew) >= 2 * crew->n_lanes;
}

gboolean crew_import(Crew *crew, const CrewPiece *piece, int fd, guint32 index, GError **error)
{
    Piece *own = piece_new(piece);

    own->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    own->index = index;
    if (own->fd < 0) {
        piece_free(own);
        return error_set_errno(error, ERROR_IO, errno, "hold the file");
    }
    pthread_mutex_lock(&crew->mutex);
    g_queue_push_tail(&crew->waiting, own);
    g_queue_push_tail(&crew->order, own);
    pthread_cond_broadcast(&crew->work);
    pthread_mutex_unlock(&crew->mutex);
    return TRUE;
}

/* A lane whose worker the owner may use itself; waits until one is free. */
static Lane *reserve_lane(Crew *crew)
{
    Lane *found = NULL;

    pthread_mutex_lock(&crew->mutex);
    while (found == NULL) {
        for (guint i = 0; found == NULL && i < crew->n_lanes; i++)
            if (!crew->lanes[i].busy && !crew->lanes[i].reserved && crew->lanes[i].streamed == NULL)
                found = &crew->lanes[i];
        if (found == NULL)
            pthread_cond_wait(&crew->ready, &crew->mutex);
    }
    found->reserved = TRUE;
    pthread_mutex_unlock(&crew->mutex);
    return found;
}

/* Give the lane back, with a page to finish (`streamed`) or with nothing. */
static void release_lane(Crew *crew, Lane *lane, Piece *streamed)
{
    pthread_mutex_lock(&crew->mutex);
    lane->reserved = FALSE;
    lane->streamed = streamed;
    pthread_cond_broadcast(&crew->work);
    pthread_cond_broadcast(&crew->ready);
    pthread_mutex_unlock(&crew->mutex);
}

gboolean crew_count(Crew *crew, int fd, guint32 *pages, GError **error)
{
    Lane *lane = reserve_lane(crew);
    gboolean ok = page_worker_count(lane->worker, fd, pages, error);

    release_lane(crew, lane, NULL);
    return ok;
}

gboolean crew_begin(Crew *crew, const CrewPiece *piece, int memfd, const PageRaw *raw,
                    GError **error)
{
    g_return_val_if_fail(crew->streaming == NULL, FALSE);
    crew->streaming = reserve_lane(crew);
    crew->stream = piece_new(piece);
    if (!page_worker_begin(crew->streaming->worker, memfd, raw, &crew->stream->tags, error)) {
        crew_cancel(crew);
        return FALSE;
    }
    return TRUE;
}

gboolean crew_rows(Crew *crew, guint32 rows, GError **error)
{
    return page_worker_rows(crew->streaming->worker, rows, error);
}

void crew_end(Crew *crew)
{
    Piece *piece = g_steal_pointer(&crew->stream);

    pthread_mutex_lock(&crew->mutex);
    g_queue_push_tail(&crew->order, piece);
    pthread_mutex_unlock(&crew->mutex);
    release_lane(crew, g_steal_pointer(&crew->streaming), piece);
}

void crew_cancel(Crew *crew)
{
    page_worker_cancel(crew->streaming->worker);
    g_clear_pointer(&crew->stream, piece_free);
    release_lane(crew, g_steal_pointer(&crew->streaming), NULL);
}

CrewResult *crew_take(Crew *crew, gboolean wait)
{
    CrewResult *result = NULL;
    Piece *first;

    pthread_mutex_lock(&crew->mutex);
    while ((first = g_queue_peek_head(&crew->order)) != NULL && !first->done && wait)
        pthread_cond_wait(&crew->ready, &crew->mutex);
    if (first != NULL && first->done) {
        g_queue_pop_head(&crew->order);
        result = g_steal_pointer(&first->result);
        piece_free(first);
    }
    pthread_mutex_unlock(&crew->mutex);
    return result;
}
