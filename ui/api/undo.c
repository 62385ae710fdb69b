/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/api/undo.h"

#include <pthread.h>

struct Undos {
    pthread_mutex_t lock;
    GHashTable *by_case; /* char* → GQueue of Undo, newest first */
};

static Undo *undo_copy(const Undo *undo)
{
    Undo *copy = g_memdup2(undo, sizeof *undo);

    copy->slot = g_strdup(undo->slot);
    copy->what = g_strdup(undo->what);
    copy->text = g_strdup(undo->text);
    return copy;
}

static void undo_free(gpointer data)
{
    Undo *undo = data;

    g_free((char *)undo->slot);
    g_free((char *)undo->what);
    g_free((char *)undo->text);
    g_free(undo);
}

static void queue_free(gpointer data)
{
    g_queue_free_full(data, undo_free);
}

Undos *undos_new(void)
{
    Undos *undos = g_new0(Undos, 1);

    pthread_mutex_init(&undos->lock, NULL);
    undos->by_case = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, queue_free);
    return undos;
}

void undos_free(Undos *undos)
{
    if (undos == NULL)
        return;
    g_hash_table_unref(undos->by_case);
    pthread_mutex_destroy(&undos->lock);
    g_free(undos);
}

void undos_push(Undos *undos, const char *case_number, const Undo *undo)
{
    GQueue *queue;

    pthread_mutex_lock(&undos->lock);
    queue = g_hash_table_lookup(undos->by_case, case_number);
    if (queue == NULL) {
        queue = g_queue_new();
        g_hash_table_insert(undos->by_case, g_strdup(case_number), queue);
    }
    g_queue_push_head(queue, undo_copy(undo));
    if (g_queue_get_length(queue) > UNDO_MAX)
        undo_free(g_queue_pop_tail(queue));
    pthread_mutex_unlock(&undos->lock);
}

const char *undos_words(Undos *undos, const char *case_number, Lang lang)
{
    const GQueue *queue;
    const Undo *undo;
    const char *words = NULL;

    pthread_mutex_lock(&undos->lock);
    queue = g_hash_table_lookup(undos->by_case, case_number);
    undo = queue != NULL ? g_queue_peek_head((GQueue *)queue) : NULL;
    if (undo != NULL)
        words = lang == LANG_ZH ? undo->zh : undo->en;
    pthread_mutex_unlock(&undos->lock);
    return words;
}

static gboolean take_back(House *house, const StoreActor *actor, const char *case_number,
                          const Undo *undo, GError **error)
{
    CasePlacing placing = {
        .number = case_number, .document = undo->number, .sides = &undo->side, .n_sides = 1};
    gint64 document;

    switch (undo->kind) {
    case UNDO_NOTE:
        return case_note(house, actor, &(CaseFact){case_number, undo->slot, undo->what, undo->text},
                         error);
    case UNDO_TURN:
        return edit_turn_side(house, actor, &undo->side, (guint)undo->number, error);
    case UNDO_PLACE:
        return case_place(house, actor, &placing, &document, error);
    case UNDO_VOID:
        return edit_restore_side(house, actor, &undo->side, error);
    }
    g_assert_not_reached();
}

gboolean undos_undo(Undos *undos, House *house, const StoreActor *actor, const char *case_number,
                    GError **error)
{
    GQueue *queue;
    Undo *undo;
    gboolean ok;

    pthread_mutex_lock(&undos->lock);
    queue = g_hash_table_lookup(undos->by_case, case_number);
    undo = queue != NULL ? g_queue_pop_head(queue) : NULL;
    pthread_mutex_unlock(&undos->lock);
    if (undo == NULL)
        return error_set(error, ERROR_WRONG_STATE, "nothing to undo");
    ok = take_back(house, actor, case_number, undo, error);
    undo_free(undo);
    return ok;
}
