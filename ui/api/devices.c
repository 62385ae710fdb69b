/* SPDX-License-Identifier: Apache-2.0
 *
 * Scanners, printers and readers of this machine: how they are, and their test.
 */
#include "ui/api/guns.h"
#include "ui/api/printing.h"

#include <string.h>

static json_t *features_json(guint features)
{
    static const struct {
        guint bit;
        const char *token;
    } known[] = {{SCANNER_HAS_FEEDER, "feeder"},
                 {SCANNER_HAS_DUPLEX, "duplex"},
                 {SCANNER_HAS_STILL, "flatbed"},
                 {SCANNER_HAS_COUNTER, "counter"},
                 {SCANNER_HAS_DOUBLE_FEED, "double-feed"},
                 {SCANNER_HAS_PAPER_PRESENT, "paper-present"},
                 {SCANNER_HAS_BUTTON, "button"}};
    json_t *list = json_array();

    for (gsize i = 0; i < G_N_ELEMENTS(known); i++)
        if ((features & known[i].bit) != 0)
            json_array_append_new(list, json_string(known[i].token));
    json_array_append_new(list, json_string("test"));
    return list;
}

/* Sheets since midnight, as the hall's clock tells it. */
static gint64 fed_today(const Call *call, const char *name)
{
    g_autofree char *since = clock_format(day_instant(call->today, 0, HOUSE_OFFSET_S));
    g_autoptr(GError) why = NULL;
    gint64 sheets = 0;

    if (!catalog_sheets_fed(call->reader, name, since, &sheets, &why))
        g_message("sheets of %s: %s", name, why->message);
    return sheets;
}

/* A device that scans is not asked: it is busy with paper. */
static json_t *show_device(Call *call, const char *name, gboolean first)
{
    const char *colon = strchr(name, ':');
    g_autofree char *driver = g_strndup(name, colon != NULL ? (gsize)(colon - name) : strlen(name));
    gboolean busy = scan_is_busy(call->api->scans, name);
    g_autoptr(GError) why = NULL;
    g_autoptr(Device) device = busy ? NULL : device_open(name, &why);
    g_autofree char *sentence = why != NULL ? error_sentence(why, call->lang) : NULL;
    const char *serial = device != NULL ? device_info(device)->serial : NULL;
    const char *text = busy             ? call_words(call, "扫描中", "scanning")
                       : device != NULL ? call_words(call, "就绪", "ready")
                                        : sentence;

    return json_pack(
        "{s:s, s:s, s:s, s:s?, s:s, s:s, s:b, s:I, s:o}", "name", name, "kind", "scanner", "driver",
        driver, "serial", serial != NULL && *serial != '\0' ? serial : NULL, "light",
        busy             ? "waiting"
        : device != NULL ? "fine"
                         : "needs-you",
        "text", text, "default", first, "today", (json_int_t)fed_today(call, name), "can",
        features_json(device != NULL ? device_capabilities(device)->features : 0));
}

Response *get_devices(Call *call, GError **error G_GNUC_UNUSED)
{
    const GPtrArray *devices = call->api->options.devices;
    json_t *list = json_array(), *printer = print_device(call);

    for (guint i = 0; devices != NULL && i < devices->len; i++)
        json_array_append_new(list, show_device(call, g_ptr_array_index(devices, i), i == 0));
    gun_devices(call, list);
    if (printer != NULL)
        json_array_append_new(list, printer);
    return call_json(200, json_pack("{s:o}", "devices", list));
}

static gboolean is_configured(const Call *call, const char *name)
{
    const GPtrArray *devices = call->api->options.devices;

    for (guint i = 0; devices != NULL && i < devices->len; i++)
        if (strcmp(g_ptr_array_index(devices, i), name) == 0)
            return TRUE;
    return FALSE;
}

/* Opens the device and asks how it is; what is wrong is an answer, no error. */
Response *post_device_test(Call *call, GError **error)
{
    const char *name = request_param(call->request, "device");
    g_autoptr(Device) device = NULL;
    g_autoptr(GError) why = NULL;
    g_autofree char *sentence = NULL;
    json_t *gun = gun_test(call, name);
    ScannerStatus status = {0};
    gboolean good;

    if (gun != NULL)
        return call_json(200, gun);
    if (!is_configured(call, name)) {
        error_set(error, ERROR_NO_DEVICE, "%s", name);
        return NULL;
    }
    if (scan_is_busy(call->api->scans, name)) {
        error_set(error, ERROR_BUSY, "%s is scanning", name);
        return NULL;
    }
    device = device_open(name, &why);
    good = device != NULL && device_status(device, &status, &why) &&
           (status.reason == SCANNER_OK || status.reason == SCANNER_EMPTY);
    if (why != NULL)
        sentence = error_sentence(why, call->lang);
    else if (!good)
        sentence = g_strdup(error_text(scanner_reason_code(status.reason), call->lang));
    return call_json(200,
                     json_pack("{s:b, s:s}", "good", good, "text",
                               sentence != NULL ? sentence
                                                : call_words(call, "设备有应答, 一切正常",
                                                             "the device answers and is well")));
}
