/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/page/wire.h"

#include <string.h>

static void put(char *out, gsize room, const char *text)
{
    const char *end;

    if (text == NULL)
        return;
    g_strlcpy(out, text, room);
    if (!g_utf8_validate(out, -1, &end))
        memset(out + (end - out), 0, room - (gsize)(end - out));
}

void wire_tags_set(WireTags *wire, const PageTags *tags)
{
    memset(wire, 0, sizeof *wire);
    if (tags == NULL)
        return;
    put(wire->batch, sizeof wire->batch, tags->batch);
    put(wire->side, sizeof wire->side, tags->side);
    put(wire->device, sizeof wire->device, tags->device);
    put(wire->serial, sizeof wire->serial, tags->serial);
    wire->sheet = tags->sheet;
    wire->time_us = tags->time_us;
}

static const char *get(char *text, gsize room)
{
    text[room - 1] = '\0';
    return text[0] != '\0' ? text : NULL;
}

PageTags wire_tags(WireTags *wire)
{
    return (PageTags){.batch = get(wire->batch, sizeof wire->batch),
                      .sheet = wire->sheet,
                      .side = get(wire->side, sizeof wire->side),
                      .device = get(wire->device, sizeof wire->device),
                      .serial = get(wire->serial, sizeof wire->serial),
                      .time_us = wire->time_us};
}
