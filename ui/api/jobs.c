/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/api/api_intern.h"
JobDesk *job_desk_new(Api *api G_GNUC_UNUSED) { return NULL; }
void job_desk_free(JobDesk *desk G_GNUC_UNUSED) {}
