/* SPDX-License-Identifier: Apache-2.0
 *
 * Uploads: a file's bytes are streamed into a nameless file of the data folder while its digest is
 * computed; only when it is the one that was announced do its pages become sides.
 */
#include "ui/api/api_intern.h"

#include "appliance/base/digest.h"
#include "appliance/counter/side.h"
#include "appliance/intake/intake.h"
#include "storage/catalog_record.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    Fd fd;
    DigestPass pass;
} Upload;

static gboolean upload_write(void *self, const void *bytes, gsize size, GError **error)
{
    Upload *upload = self;

    digest_update(&upload->pass, bytes, size);
    return file_write_all(upload->fd, "upload", bytes, size, error);
}

static void upload_free(gpointer self)
{
    Upload *upload = self;

    fd_close(upload->fd);
    g_free(upload);
}

gboolean upload_open(Request *request, void *context, GError **error)
{
    Api *api = context;
    Upload *upload;
    Fd fd = open(store_folder(api->options.store), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    if (fd < 0)
        return error_set_errno(error, ERROR_IO, errno, "a place for the upload");
    upload = g_new0(Upload, 1);
    upload->fd = fd;
    digest_init(&upload->pass);
    request_sink_set(request, (BodySink){upload_write, upload_free, upload});
    return TRUE;
}

/* "sha-256=:<base64>:" (RFC 9530). */
static gboolean is_announced(const Call *call, Upload *upload, GError **error)
{
    const char *header = request_header(call->request, "Repr-Digest");
    const char *start = header != NULL ? strstr(header, "sha-256=:") : NULL;
    const char *end = start != NULL ? strchr(start + strlen("sha-256=:"), ':') : NULL;
    g_autofree char *wanted = NULL, *got = NULL;
    Digests digests;

    if (end == NULL)
        return error_set(error, ERROR_BAD_REQUEST, "Repr-Digest: sha-256=:…: is needed");
    start += strlen("sha-256=:");
    wanted = g_strndup(start, (gsize)(end - start));
    digest_finish(&upload->pass, &digests);
    got = g_base64_encode(digests.sha256, sizeof digests.sha256);
    return strcmp(wanted, got) == 0 ||
           error_set(error, ERROR_BAD_REQUEST, "the bytes are not those announced");
}

/* ── pages become sides ──────────────────────────────────────────────────────────────────── */

typedef struct {
    Api *api;
    GArray *names; /* of SideName */
    GError *refused;
} Taking;

static void on_side(const IntakeSide *side, void *data)
{
    Taking *taking = data;
    SideName name = {side->batch, side->sheet, side->side};

    g_array_append_val(taking->names, name);
    feed_wake(taking->api->feed);
}

static void on_refused(const char *source G_GNUC_UNUSED, const GError *why, void *data)
{
    Taking *taking = data;

    if (taking->refused == NULL)
        taking->refused = g_error_copy(why);
}

static gboolean take_file(Call *call, const char *number, const Upload *upload, Taking *taking,
                          GError **error)
{
    CaseLookup context = {call->api->house, call->reader};
    PlacingLookup lookup = case_lookup(&context);
    IntakeOptions options = {
        .case_number = number, .device = "import", .declared = -1, .lookup = &lookup, .lanes = 1};
    g_autoptr(Intake) intake = intake_open(call->api->options.store, &call->actor, &options, error);
    IntakeSummary summary = {0};
    gboolean ok;

    if (intake == NULL)
        return FALSE;
    intake_listen(intake, on_side, on_refused, taking);
    if (!intake_file(intake, upload->fd, request_param(call->request, "name"), error))
        return FALSE;
    ok = intake_close(g_steal_pointer(&intake), "done", &summary, error);
    intake_summary_clear(&summary);
    return ok;
}

static json_t *taken_sides(Call *call, const GArray *names, GError **error)
{
    g_autoptr(json_t) list = json_array();

    for (guint i = 0; i < names->len; i++) {
        const SideName *name = &g_array_index(names, SideName, i);
        g_autoptr(json_t) side = catalog_side(call->reader, name->batch, name->sheet,
                                              (const char[]){name->side, '\0'}, error);

        if (side == NULL || !catalog_add_facts(call->reader, side, error))
            return NULL;
        json_array_append_new(list, show_side(side, NULL, call->lang));
    }
    return g_steal_pointer(&list);
}

Response *put_upload(Call *call, GError **error)
{
    Upload *upload = request_sink(call->request);
    g_autofree char *number = call_case(call, NULL, error);
    g_autoptr(GArray) names = g_array_new(FALSE, FALSE, sizeof(SideName));
    Taking taking = {.api = call->api, .names = names};
    g_autoptr(json_t) sides = NULL;

    if (number == NULL || !is_announced(call, upload, error) ||
        !take_file(call, number, upload, &taking, error)) {
        g_clear_error(&taking.refused);
        return NULL;
    }
    if (taking.refused != NULL && names->len == 0) {
        g_propagate_error(error, taking.refused);
        return NULL;
    }
    g_clear_error(&taking.refused);
    sides = taken_sides(call, names, error);
    return sides != NULL ? call_json(201, json_pack("{s:O}", "sides", sides)) : NULL;
}
