/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/api/answers.h"

#include <pthread.h>

struct Answers {
    pthread_mutex_t lock;
    guint64 generation;
    GHashTable *by_key; /* char* → GBytes */
};

Answers *answers_new(void)
{
    Answers *answers = g_new0(Answers, 1);

    pthread_mutex_init(&answers->lock, NULL);
    answers->by_key =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
    return answers;
}

void answers_free(Answers *answers)
{
    if (answers == NULL)
        return;
    g_hash_table_unref(answers->by_key);
    pthread_mutex_destroy(&answers->lock);
    g_free(answers);
}

void answers_forget(Answers *answers)
{
    pthread_mutex_lock(&answers->lock);
    answers->generation++;
    g_hash_table_remove_all(answers->by_key);
    pthread_mutex_unlock(&answers->lock);
}

guint64 answers_begin(Answers *answers)
{
    guint64 generation;

    pthread_mutex_lock(&answers->lock);
    generation = answers->generation;
    pthread_mutex_unlock(&answers->lock);
    return generation;
}

void answers_keep(Answers *answers, guint64 begun, const char *key, GBytes *body)
{
    pthread_mutex_lock(&answers->lock);
    if (begun == answers->generation) {
        if (g_hash_table_size(answers->by_key) >= ANSWERS_MAX)
            g_hash_table_remove_all(answers->by_key);
        g_hash_table_replace(answers->by_key, g_strdup(key), g_bytes_ref(body));
    }
    pthread_mutex_unlock(&answers->lock);
}

GBytes *answers_recall(Answers *answers, const char *key)
{
    GBytes *body;

    pthread_mutex_lock(&answers->lock);
    body = g_hash_table_lookup(answers->by_key, key);
    if (body != NULL)
        g_bytes_ref(body);
    pthread_mutex_unlock(&answers->lock);
    return body;
}
