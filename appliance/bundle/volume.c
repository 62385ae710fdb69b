/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/bundle/volume.h"

VolumePlan *volume_plan_new(const VolumeLimits *limits)
{
    VolumePlan *plan = g_new0(VolumePlan, 1);

    plan->limits = *limits;
    plan->volumes = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
    return plan;
}

void volume_plan_free(VolumePlan *plan)
{
    if (plan == NULL)
        return;
    g_ptr_array_unref(plan->volumes);
    g_free(plan);
}

static GArray *last_volume(const VolumePlan *plan)
{
    return g_ptr_array_index(plan->volumes, plan->volumes->len - 1);
}

static void begin_volume(VolumePlan *plan)
{
    g_ptr_array_add(plan->volumes, g_array_new(FALSE, FALSE, sizeof(VolumePiece)));
    plan->bytes = plan->limits.frame_bytes;
    plan->files = 0;
}

/* Whether so much fits beside what a volume holds already. */
static gboolean fits(const VolumePlan *plan, guint64 bytes, guint files, gboolean fresh)
{
    const VolumeLimits *limits = &plan->limits;
    guint64 have = fresh ? limits->frame_bytes : plan->bytes;
    guint have_files = fresh ? 0 : plan->files;
    guint have_cases = fresh ? 0 : last_volume(plan)->len;

    return (limits->bytes == 0 || have + bytes <= limits->bytes) &&
           (limits->files == 0 || have_files + files <= limits->files) &&
           (limits->cases == 0 || have_cases < limits->cases);
}

static void add_piece(VolumePlan *plan, const VolumePiece *piece, guint64 bytes)
{
    g_array_append_vals(last_volume(plan), piece, 1);
    plan->bytes += bytes;
    plan->files += piece->count + (piece->first > 0 ? 1 : 0);
}

static gboolean refuse(const char *name, guint64 bytes, const VolumePlan *plan, GError **error)
{
    return error_set(error, ERROR_TOO_LARGE,
                     "case %s: %" G_GUINT64_FORMAT
                     " bytes do not fit into a volume of %" G_GUINT64_FORMAT,
                     name, bytes, plan->limits.bytes);
}

/* File after file, each volume as full as it gets. */
static gboolean cut(VolumePlan *plan, const char *name, const guint64 *sizes, guint n,
                    GError **error)
{
    guint64 head = sizes[0] + plan->limits.file_bytes;

    for (guint first = 0; first < n;) {
        VolumePiece piece = {plan->n_cases, first, 0, TRUE};
        guint64 bytes = first > 0 ? head : 0;

        begin_volume(plan);
        while (piece.first + piece.count < n) {
            guint64 next = sizes[piece.first + piece.count] + plan->limits.file_bytes;

            if (!fits(plan, bytes + next, piece.count + 2, TRUE))
                break;
            bytes += next;
            piece.count++;
        }
        if (piece.count == 0)
            return refuse(name, bytes + sizes[first], plan, error);
        add_piece(plan, &piece, bytes);
        first += piece.count;
    }
    return TRUE;
}

gboolean volume_plan_case(VolumePlan *plan, const char *name, const guint64 *sizes, guint n,
                          GError **error)
{
    VolumePiece whole = {plan->n_cases, 0, n, FALSE};
    guint64 bytes = 0;
    gboolean ok = TRUE;

    for (guint i = 0; i < n; i++)
        bytes += sizes[i] + plan->limits.file_bytes;
    if (plan->volumes->len > 0 && fits(plan, bytes, n, FALSE)) {
        add_piece(plan, &whole, bytes);
    } else if (fits(plan, bytes, n, TRUE)) {
        begin_volume(plan);
        add_piece(plan, &whole, bytes);
    } else if (plan->limits.may_cut && n > 1) {
        ok = cut(plan, name, sizes, n, error);
    } else {
        return refuse(name, bytes, plan, error);
    }
    plan->n_cases++;
    return ok;
}
