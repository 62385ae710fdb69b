/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/drivers/escl_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

void escl_rig_load(EsclRig *rig, guint sheets, const char *extra)
{
    g_autofree char *text =
        g_strdup_printf("{\"stack\": %u, \"sheets\": %u%s}", ++rig->stack, sheets, extra);

    assert_true(g_file_set_contents(rig->control, text, -1, NULL));
}

void escl_rig_up(EsclRig *rig)
{
    g_autofree char *port = g_strdup_printf("%u", rig->port);
    const char *argv[] = {"python3",   ANJUAN_SOURCE "/tests/drivers/escl_sim.py",
                          "--control", rig->control,
                          "--port",    port,
                          NULL};
    g_autoptr(GError) error = NULL;
    char line[16];
    int output;
    FILE *said;

    g_spawn_async_with_pipes(NULL, (char **)argv, NULL,
                             G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD |
                                 G_SPAWN_CLOEXEC_PIPES,
                             NULL, NULL, &rig->pid, &rig->input, &output, NULL, &error);
    assert_no_error(error);
    said = fdopen(output, "r");
    assert_non_null(fgets(line, sizeof line, said));
    rig->port = (guint)atoi(line);
    fclose(said);
}

EsclRig *escl_rig_new(void)
{
    EsclRig *rig = g_new0(EsclRig, 1);

    rig->folder = testing_folder();
    rig->control = g_build_filename(rig->folder, "control.json", NULL);
    escl_rig_load(rig, 0, "");
    escl_rig_up(rig);
    return rig;
}

void escl_rig_down(EsclRig *rig)
{
    if (rig->pid == 0)
        return;
    close(rig->input);
    waitpid(rig->pid, NULL, 0);
    g_spawn_close_pid(rig->pid);
    rig->pid = 0;
}

void escl_rig_free(EsclRig *rig)
{
    escl_rig_down(rig);
    g_free(rig->control);
    g_free(rig->folder);
    g_free(rig);
}
