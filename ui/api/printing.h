/* SPDX-License-Identifier: Apache-2.0
 *
 * Printing at the screens, for ui/api alone: lights, the device's row, and the desk that tries
 * again every few seconds what a printer did not take.
 */
#pragma once

#include "ui/api/api_intern.h"

/* Begins to bring out what waits to be printed. */
PrintDesk *print_desk_new(Api *api);
void print_desk_free(PrintDesk *desk);

/* {"light", "text"}; asks the queue, never the device. */
json_t *print_light(Call *call, GError **error);

/* Its row among the devices; NULL where no printer is set. Asks the device. */
json_t *print_device(Call *call);
