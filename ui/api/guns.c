/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/api/guns.h"

#include "appliance/base/json.h"
#include "drivers/gun_rack.h"
#include "ui/service/log.h"

#include <string.h>

struct GunDesk {
    Api *api;
    GunRack *rack;
};

/* "003" is "003A". */
static void put_seat(const char *place, char seat[EVENT_PLACE_MAX])
{
    g_snprintf(seat, EVENT_PLACE_MAX, "%s%s", place, strlen(place) == 3 ? "A" : "");
}

/* On the rack's thread. */
static void take(void *context, const GunReading *reading)
{
    GunDesk *desk = context;
    g_autoptr(json_t) event =
        json_pack("{s:s, s:s?}", "reader", reading->name, "code", reading->code);
    g_autofree char *line = json_line(event);
    char seat[EVENT_PLACE_MAX];

    put_seat(reading->place, seat);
    if (!event_hub_tell_at(desk->api->hub, seat, "code", line))
        log_tell(LOG_CODE_UNHEARD, desk->api->options.lang, reading->name);
}

GunDesk *gun_desk_new(Api *api, GError **error)
{
    GunDesk *desk = g_new0(GunDesk, 1);

    desk->api = api;
    desk->rack = gun_rack_new(
        &(GunRackOptions){.rows = api->options.readers, .take = take, .context = desk}, error);
    if (desk->rack != NULL)
        return desk;
    g_free(desk);
    return NULL;
}

void gun_desk_free(GunDesk *desk)
{
    if (desk == NULL)
        return;
    gun_rack_free(desk->rack);
    g_free(desk);
}

/* ── the screen of devices ───────────────────────────────────────────────────────────────── */

static const char *state_words(const Call *call, GunState state)
{
    static const char *const words[][2] = {
        [GUN_AWAY] = {"未连接", "not plugged in"},
        [GUN_HELD] = {"被其他程序占用", "another program has it"},
        [GUN_READING] = {"就绪", "ready"},
    };

    return words[state][call->lang == LANG_ZH ? 0 : 1];
}

static json_t *show_gun(const Call *call, const GunInfo *info)
{
    const char *colon = strchr(info->name, ':');
    g_autofree char *driver =
        g_strndup(info->name, colon != NULL ? (gsize)(colon - info->name) : strlen(info->name));
    const char *called = *info->serial != '\0' ? info->serial : info->model;
    char seat[EVENT_PLACE_MAX], own[EVENT_PLACE_MAX];

    put_seat(info->place, seat);
    g_snprintf(own, sizeof own, "%s%s", call->window, call->post);
    return json_pack("{s:s, s:s, s:s, s:s?, s:s, s:s, s:b, s:I, s:[s]}", "name", info->name, "kind",
                     "reader", "driver", driver, "serial", *called != '\0' ? called : NULL, "light",
                     info->state == GUN_READING ? "fine" : "needs-you", "text",
                     state_words(call, info->state), "default",
                     *seat == '\0' || strcmp(seat, own) == 0, "today", (json_int_t)info->readings,
                     "can", "test");
}

void gun_devices(Call *call, json_t *list)
{
    g_autoptr(GPtrArray) guns = gun_rack_list(call->api->guns->rack);

    for (guint i = 0; i < guns->len; i++)
        json_array_append_new(list, show_gun(call, g_ptr_array_index(guns, i)));
}

json_t *gun_test(Call *call, const char *name)
{
    g_autoptr(GPtrArray) guns = gun_rack_list(call->api->guns->rack);

    for (guint i = 0; i < guns->len; i++) {
        const GunInfo *info = g_ptr_array_index(guns, i);
        gboolean is_read = info->state == GUN_READING;

        if (strcmp(info->name, name) == 0)
            return json_pack("{s:b, s:s}", "good", is_read, "text",
                             is_read ? call_words(call, "请扫任意条码，内容显示在本窗口的设备页",
                                                  "scan any code; it shows here at its window")
                                     : state_words(call, info->state));
    }
    return NULL;
}
