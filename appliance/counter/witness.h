/* SPDX-License-Identifier: Apache-2.0
 *
 * What a paper carries of the journal: the last signed checkpoint as a QR code and in words. In
 * the hands of applicants and departments it is a witness that nothing before it was changed:
 * `anjuan verify --old-checkpoint` holds a later journal against it.
 */
#pragma once

#include "appliance/base/json.h"
#include "storage/store.h"

/* Set "checkpoint" (the signed note) and "checkpoint_words" (第20417条登记); neither where none is
 * signed yet. ERROR_IO, ERROR_PROOF_REFUSED where the last one cannot be read. */
gboolean witness_put(json_t *values, Store *store, GError **error) G_GNUC_WARN_UNUSED_RESULT;
