/* SPDX-License-Identifier: Apache-2.0
 *
 * An OCFL inventory of any bytes is judged without harm.
 */
#include <stdint.h>

#include "storage/ocfl_judge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    VerifySummary summary = {0};
    VerifyOptions options = {0};
    Judge judge = {.options = &options, .summary = &summary};
    Inventory inventory;

    inventory_init(&inventory, &judge, "inventory.json", (const char *)data, size);
    inventory_clear(&inventory);
    return 0;
}
