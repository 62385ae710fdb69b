/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/printer.h"

struct Printer {
    const PrinterDriver *driver;
    void *self;
    char *name;
};

static const PrinterDriver *const drivers[] = {&printer_ipp_driver, &printer_escpos_driver};

static const char *const tokens[] = {
    [PRINTER_READY] = "ready",       [PRINTER_BUSY] = "busy",
    [PRINTER_NO_PAPER] = "no-paper", [PRINTER_COVER_OPEN] = "cover-open",
    [PRINTER_JAM] = "jam",           [PRINTER_OFFLINE] = "offline",
    [PRINTER_STOPPED] = "stopped",   [PRINTER_UNKNOWN] = "unknown",
};
G_STATIC_ASSERT(G_N_ELEMENTS(tokens) == PRINTER_STATES);

const char *printer_state_token(PrinterState state)
{
    return tokens[state];
}

gboolean printer_is_name(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(drivers); i++)
        if (g_str_has_prefix(name, drivers[i]->prefix))
            return TRUE;
    return FALSE;
}

GPtrArray *printer_list(void)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);

    for (gsize i = 0; i < G_N_ELEMENTS(drivers); i++)
        if (drivers[i]->list != NULL)
            drivers[i]->list(names);
    return names;
}

Printer *printer_open(const char *name, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(drivers); i++) {
        Printer *printer;
        void *self;

        if (!g_str_has_prefix(name, drivers[i]->prefix))
            continue;
        self = drivers[i]->open(name, error);
        if (self == NULL)
            return NULL;
        printer = g_new0(Printer, 1);
        printer->driver = drivers[i];
        printer->self = self;
        printer->name = g_strdup(name);
        return printer;
    }
    error_set(error, ERROR_INVALID, "%s: no printer of this name", name);
    return NULL;
}

void printer_status(Printer *printer, PrinterStatus *status)
{
    *status = (PrinterStatus){.state = PRINTER_UNKNOWN};
    printer->driver->status(printer->self, status);
}

gboolean printer_print(Printer *printer, const PrinterJob *job, guint *id, GError **error)
{
    PrinterStatus status;

    if (printer->driver->print(printer->self, job, id, error))
        return TRUE;
    printer_status(printer, &status);
    g_prefix_error(error, "%s (%s): ", printer->name, tokens[status.state]);
    return FALSE;
}

PrinterJobState printer_job(Printer *printer, guint id)
{
    return printer->driver->job(printer->self, id);
}

void printer_free(Printer *printer)
{
    if (printer == NULL)
        return;
    printer->driver->close(printer->self);
    g_free(printer->name);
    g_free(printer);
}
