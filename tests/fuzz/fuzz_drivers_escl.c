/* SPDX-License-Identifier: Apache-2.0
 *
 * Replies of an eSCL device: capabilities, status, the job's address, and its JPEG's markers.
 */
#include "drivers/escl_words.h"
#include "drivers/jpeg_check.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *bytes, gsize size);

int LLVMFuzzerTestOneInput(const guint8 *bytes, gsize size)
{
    g_autofree char *text = g_strndup((const char *)bytes, size);
    g_autofree char *job = escl_job_of("http://host/eSCL", text);
    ScannerOptions options = {.mode = SCANNER_COLOUR, .dpi = 300, .duplex = TRUE};
    EsclCapabilities capabilities;
    EsclStatus status;
    JpegFacts facts;

    if (job != NULL)
        g_assert(g_str_has_prefix(job, "http://host/") && strstr(job, "..") == NULL);
    if (escl_capabilities_decode(bytes, size, &capabilities, NULL)) {
        g_autofree char *settings = escl_settings_build(&capabilities, &options);

        g_assert(settings[0] == '<');
    }
    if (escl_status_decode(bytes, size, "http://host/eSCL/ScanJobs/1", &status, NULL))
        g_assert(status.feeder < SCANNER_REASON_COUNT && status.job_reason < SCANNER_REASON_COUNT);
    if (jpeg_is_whole(bytes, size, &facts))
        g_assert(facts.width_px > 0 && facts.height_px > 0);
    return 0;
}
