/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/casework/exceptions.h"

#define MANY 5

static const char *const words[EXCEPTIONS][3] = {
    {"accepted-lacking", "缺件受理", "accepted though materials were lacking"},
    {"decided-before", "先办结后受理", "decided before it was accepted"},
    {"late-entry", "补登", "entered later"},
    {"kind-near-end", "临期改变办件类型", "kind changed near the deadline"},
    {"voids", "作废过多", "many void numbers"},
    {"reprints", "重打过多", "many reprints"},
    {"return-no-reason", "退回未写理由", "returned without a reason"},
    {"not-once", "未一次告知", "not told once"},
    {"silence", "逾期视为受理", "accepted by silence"},
    {"told-late", "超期告知", "told after the limit"},
    {"tolerance-over", "容缺超期", "what was to follow did not"},
    {"overdue", "超期", "overdue"},
    {"untrusted-clock", "时钟未核", "dated by an untrusted clock"}};

/* Flags of a life that are an exception as they are. */
static const struct {
    ExceptionCode code;
    LifeFlag flag;
} by_flag[] = {{EXCEPTION_ACCEPTED_LACKING, FLAG_ACCEPTED_LACKING},
               {EXCEPTION_LATE_ENTRY, FLAG_LATE_ENTRY},
               {EXCEPTION_KIND_NEAR_END, FLAG_KIND_NEAR_END},
               {EXCEPTION_NOT_ONCE, FLAG_NOT_ONCE},
               {EXCEPTION_SILENCE, FLAG_SILENCE},
               {EXCEPTION_TOLD_LATE, FLAG_TOLD_LATE},
               {EXCEPTION_TOLERANCE_OVER, FLAG_TOLERANCE_OVER},
               {EXCEPTION_UNTRUSTED_CLOCK, FLAG_UNTRUSTED_CLOCK}};

static void exception_free(gpointer data)
{
    Exception *one = data;

    g_free(one->text);
    g_free(one->text_en);
    g_free(one);
}

/* Takes the two texts. */
static void add(GPtrArray *list, ExceptionCode code, const char *subject, char *text, char *text_en)
{
    Exception *one = g_new0(Exception, 1);

    one->code = code;
    one->subject = subject;
    one->text = text;
    one->text_en = text_en;
    g_ptr_array_add(list, one);
}

static void add_case(GPtrArray *list, ExceptionCode code, const ExceptionCase *of_case)
{
    add(list, code, of_case->number, g_strdup_printf("%s %s", of_case->number, words[code][1]),
        g_strdup_printf("%s %s", of_case->number, words[code][2]));
}

static gboolean is_exception(const ExceptionCase *of_case, ExceptionCode code, Day today)
{
    const LifeState *state = of_case->state;

    if (code == EXCEPTION_DECIDED_BEFORE)
        return state->decided != DAY_NONE &&
               (state->accepted == DAY_NONE || state->decided < state->effective);
    if (code == EXCEPTION_RETURN_NO_REASON)
        return state->ending == ENDING_RETURNED &&
               (of_case->return_reason == NULL || *of_case->return_reason == '\0');
    if (code == EXCEPTION_OVERDUE)
        return (state->flags & FLAG_OVERDUE) != 0 || life_overdue_days(state, today, 0) > 0;
    for (gsize i = 0; i < G_N_ELEMENTS(by_flag); i++)
        if (by_flag[i].code == code)
            return (state->flags & (guint)by_flag[i].flag) != 0;
    return FALSE;
}

static void add_person(GPtrArray *list, ExceptionCode code, const ExceptionPerson *person, guint n)
{
    add(list, code, person->person, g_strdup_printf("%s %s:%u", person->person, words[code][1], n),
        g_strdup_printf("%s: %s (%u)", person->person, words[code][2], n));
}

static void add_persons(GPtrArray *list, ExceptionCode code, const ExceptionFacts *facts)
{
    guint voids_max = facts->voids_max == 0 ? MANY : facts->voids_max;
    guint reprints_max = facts->reprints_max == 0 ? MANY : facts->reprints_max;

    for (gsize i = 0; i < facts->n_persons; i++) {
        const ExceptionPerson *person = &facts->persons[i];

        if (code == EXCEPTION_VOIDS && person->voids > voids_max)
            add_person(list, code, person, person->voids);
        if (code == EXCEPTION_REPRINTS && person->reprints > reprints_max)
            add_person(list, code, person, person->reprints);
    }
}

GPtrArray *exceptions_list(const ExceptionFacts *facts)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(exception_free);

    for (int code = 0; code < EXCEPTIONS; code++) {
        for (gsize i = 0; i < facts->n_cases; i++)
            if (is_exception(&facts->cases[i], (ExceptionCode)code, facts->today))
                add_case(list, (ExceptionCode)code, &facts->cases[i]);
        add_persons(list, (ExceptionCode)code, facts);
    }
    return list;
}

const char *exception_token(ExceptionCode code)
{
    return words[code][0];
}

const char *exception_word(ExceptionCode code, Lang lang)
{
    return words[code][lang == LANG_EN ? 2 : 1];
}
