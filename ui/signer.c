/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/signer.h"

#include "storage/signing.h"
#include "ui/service/log.h"

#include <poll.h>

#define SIGN_EVERY_MS (5 * 60 * 1000)

void *signer_run(void *data)
{
    const SignerOptions *options = data;
    struct pollfd end = {options->end, POLLIN, 0};
    g_autofree char *told = NULL;

    do {
        g_autoptr(GError) error = NULL;
        g_autofree char *note = signing_checkpoint(options->store, &error);

        if (note != NULL) {
            g_clear_pointer(&told, g_free);
        } else if (g_strcmp0(told, error->message) != 0) {
            log_tell(LOG_UNSIGNED, options->lang, error->message);
            g_free(told);
            told = g_strdup(error->message);
        }
    } while (poll(&end, 1, SIGN_EVERY_MS) <= 0);
    return NULL;
}
