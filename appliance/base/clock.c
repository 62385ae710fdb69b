/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/base/clock.h"

#include "appliance/base/file.h"

#include <string.h>
#include <sys/timex.h>
#include <time.h>

static char *told_path;

static gint64 system_now_us(void *self G_GNUC_UNUSED)
{
    return g_get_real_time();
}

/* A sandbox that forbids the question makes nobody trustworthy. */
static gboolean kernel_is_synced(void)
{
    struct timex state = {0};
    int said = adjtimex(&state);

    return said != -1 && said != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
}

/* Runs on whatever becomes of the clock itself. */
static gint64 boot_s(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_BOOTTIME, &now);
    return now.tv_sec;
}

void clock_told_in(const char *path)
{
    g_free(told_path);
    told_path = g_strdup(path);
}

gboolean clock_tell(const char *path, GError **error)
{
    g_autofree char *text =
        g_strdup_printf("%s %" G_GINT64_FORMAT "\n",
                        trust_token(kernel_is_synced() ? TRUST_SYNCED : TRUST_UNKNOWN), boot_s());

    return file_replace(path, 0644, text, strlen(text), error);
}

static gboolean is_told_synced(void)
{
    static const char word[] = "synced ";
    g_autofree char *text = NULL;
    gint64 then;

    return g_file_get_contents(told_path, &text, NULL, NULL) && g_str_has_prefix(text, word) &&
           g_ascii_string_to_signed(g_strchomp(text + strlen(word)), 10, 0, G_MAXINT64, &then,
                                    NULL) &&
           ABS(boot_s() - then) <= CLOCK_TOLD_S;
}

static Trust system_trust(void *self G_GNUC_UNUSED)
{
    static int was_synced;

    if (told_path != NULL ? is_told_synced() : kernel_is_synced()) {
        g_atomic_int_set(&was_synced, 1);
        return TRUST_SYNCED;
    }
    return g_atomic_int_get(&was_synced) ? TRUST_HOLDOVER : TRUST_UNKNOWN;
}

static gint64 manual_now_us(void *self)
{
    return *(gint64 *)self;
}

static Trust manual_trust(void *self G_GNUC_UNUSED)
{
    return TRUST_SYNCED;
}

Clock clock_system(void)
{
    return (Clock){.now_us = system_now_us, .trust = system_trust};
}

Clock clock_manual(gint64 *now_us)
{
    return (Clock){.now_us = manual_now_us, .trust = manual_trust, .self = now_us};
}

gint64 clock_now_us(const Clock *clock)
{
    return clock->now_us(clock->self);
}

Trust clock_trust(const Clock *clock)
{
    return clock->trust(clock->self);
}

const char *trust_token(Trust trust)
{
    static const char *const tokens[] = {"synced", "holdover", "unknown"};

    return tokens[trust];
}

char *clock_format(gint64 us)
{
    g_autoptr(GDateTime) t = g_date_time_new_from_unix_utc(us / G_USEC_PER_SEC);

    return t != NULL ? g_date_time_format(t, "%Y-%m-%dT%H:%M:%SZ") : g_strdup("");
}

gboolean clock_parse(const char *text, gint64 *us)
{
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_autoptr(GDateTime) t = NULL;

    if (strlen(text) != 20 || text[19] != 'Z')
        return FALSE;
    t = g_date_time_new_from_iso8601(text, utc);
    if (t == NULL)
        return FALSE;
    *us = g_date_time_to_unix(t) * G_USEC_PER_SEC;
    return TRUE;
}
