/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/sane_options.h"

#include <sane/saneopts.h>
#include <string.h>

#define STRING_MAX 256 /* of an option value */

static ScannerReason reason_of(SANE_Status status)
{
    switch (status) {
    case SANE_STATUS_NO_DOCS:
        return SCANNER_EMPTY;
    case SANE_STATUS_JAMMED:
        return SCANNER_JAM;
    case SANE_STATUS_COVER_OPEN:
        return SCANNER_COVER_OPEN;
    case SANE_STATUS_DEVICE_BUSY:
        return SCANNER_BUSY;
    case SANE_STATUS_IO_ERROR: /* what is left of a cut cable or connection */
        return SCANNER_LOST;
    default:
        return SCANNER_FAILED;
    }
}

gboolean sane_fault(const SaneTable *table, SANE_Status status, const char *step, GError **error)
{
    return scanner_fault(error, reason_of(status), "%s: %s: %s", table->name, step,
                         sane_strstatus(status));
}
/* --- options --- */

/* The option of this name if it can be used now; -1 otherwise. Asked for anew each time: any set
 * may have changed the table. */
static int option_find(const SaneTable *table, const char *name,
                       const SANE_Option_Descriptor **found)
{
    SANE_Int n = 0;

    if (sane_get_option_descriptor(table->handle, 0) == NULL ||
        sane_control_option(table->handle, 0, SANE_ACTION_GET_VALUE, &n, NULL) != SANE_STATUS_GOOD)
        return -1;
    for (int i = 1; i < n; i++) {
        const SANE_Option_Descriptor *option = sane_get_option_descriptor(table->handle, i);

        if (option == NULL || option->name == NULL || strcmp(option->name, name) != 0)
            continue;
        *found = option;
        return SANE_OPTION_IS_ACTIVE(option->cap) ? i : -1;
    }
    return -1;
}

static gboolean option_set(const SaneTable *table, int i, void *value, const char *name,
                           GError **error)
{
    SANE_Status status = sane_control_option(table->handle, i, SANE_ACTION_SET_VALUE, value, NULL);

    return status == SANE_STATUS_GOOD || sane_fault(table, status, name, error);
}

static gboolean option_set_text(const SaneTable *table, const char *name, const char *text,
                                GError **error)
{
    const SANE_Option_Descriptor *option;
    int i = option_find(table, name, &option);
    char value[STRING_MAX] = "";

    if (i < 0 || option->type != SANE_TYPE_STRING || option->size > (SANE_Int)sizeof value)
        return error_set(error, ERROR_INVALID, "%s: no option %s", table->name, name);
    g_strlcpy(value, text, sizeof value);
    return option_set(table, i, value, name, error);
}

/* A number in the option's own unit; one that the device does not have is left alone. */
static gboolean option_set_number(const SaneTable *table, const char *name, double number,
                                  GError **error)
{
    const SANE_Option_Descriptor *option;
    int i = option_find(table, name, &option);
    SANE_Word value;

    if (i < 0 || !SANE_OPTION_IS_SETTABLE(option->cap))
        return TRUE;
    value = option->type == SANE_TYPE_FIXED ? SANE_FIX(number) : (SANE_Word)(number + 0.5);
    return option_set(table, i, &value, name, error);
}

static double word_of(const SANE_Option_Descriptor *option, SANE_Word word)
{
    return option->type == SANE_TYPE_FIXED ? SANE_UNFIX(word) : word;
}

/* The first of the option's texts that fits; NULL where none does. */
static const char *text_that(const SANE_Option_Descriptor *option,
                             gboolean (*fits)(const char *text))
{
    if (option->type != SANE_TYPE_STRING || option->constraint_type != SANE_CONSTRAINT_STRING_LIST)
        return NULL;
    for (const SANE_String_Const *text = option->constraint.string_list; *text != NULL; text++)
        if (fits(*text))
            return *text;
    return NULL;
}

static gboolean has_word(const char *text, const char *word)
{
    g_autofree char *lower = g_ascii_strdown(text, -1);

    return strstr(lower, word) != NULL;
}

static gboolean is_duplex(const char *text)
{
    return has_word(text, "duplex") || has_word(text, "2-sided") || has_word(text, "both");
}

static gboolean is_feeder(const char *text)
{
    return !is_duplex(text) && !has_word(text, "back") &&
           (has_word(text, "adf") || has_word(text, "feeder") || has_word(text, "front"));
}

static gboolean is_still(const char *text)
{
    return has_word(text, "flatbed") || has_word(text, "platen") || has_word(text, "camera");
}

static gboolean is_colour(const char *text)
{
    return has_word(text, "color") || has_word(text, "colour");
}

static gboolean is_gray(const char *text)
{
    return has_word(text, "gray") || has_word(text, "grey");
}

static gboolean is_lineart(const char *text)
{
    return has_word(text, "lineart") || has_word(text, "black") || has_word(text, "binary");
}
/* --- what the device can --- */

static guint source_features(const SaneTable *table)
{
    const SANE_Option_Descriptor *option;
    guint features = 0;

    if (option_find(table, SANE_NAME_SCAN_SOURCE, &option) < 0)
        return SCANNER_HAS_STILL;
    if (text_that(option, is_feeder) != NULL)
        features |= SCANNER_HAS_FEEDER;
    if (text_that(option, is_duplex) != NULL)
        features |= SCANNER_HAS_DUPLEX | SCANNER_HAS_FEEDER;
    if (text_that(option, is_still) != NULL)
        features |= SCANNER_HAS_STILL;
    return features != 0 ? features : SCANNER_HAS_STILL;
}

static guint other_features(const SaneTable *table)
{
    const SANE_Option_Descriptor *option;
    guint features = SCANNER_HAS_STOP;

    if (option_find(table, "page-loaded", &option) > 0)
        features |= SCANNER_HAS_PAPER_PRESENT;
    if (option_find(table, "scan", &option) > 0 && option->type == SANE_TYPE_BOOL)
        features |= SCANNER_HAS_BUTTON;
    return features;
}

static guint modes_of(const SaneTable *table)
{
    const SANE_Option_Descriptor *option;
    guint modes = 0;

    if (option_find(table, SANE_NAME_SCAN_MODE, &option) < 0)
        return SCANNER_GRAY | SCANNER_COLOUR; /* the device decides; the image says which */
    modes |= text_that(option, is_colour) != NULL ? SCANNER_COLOUR : 0;
    modes |= text_that(option, is_gray) != NULL ? SCANNER_GRAY : 0;
    modes |= text_that(option, is_lineart) != NULL ? SCANNER_LINEART : 0;
    return modes;
}

static guint to_dpi(double value)
{
    return value >= 1 && value <= 10000 ? (guint)(value + 0.5) : 1;
}

static void describe_dpi(const SaneTable *table, ScannerCapabilities *capabilities)
{
    const SANE_Option_Descriptor *option;

    capabilities->dpi[0] = 1;
    capabilities->dpi[1] = 10000;
    if (option_find(table, SANE_NAME_SCAN_RESOLUTION, &option) < 0)
        return;
    if (option->constraint_type == SANE_CONSTRAINT_RANGE) {
        capabilities->dpi[0] = to_dpi(word_of(option, option->constraint.range->min));
        capabilities->dpi[1] = to_dpi(word_of(option, option->constraint.range->max));
    } else if (option->constraint_type == SANE_CONSTRAINT_WORD_LIST) {
        SANE_Int n = option->constraint.word_list[0];

        capabilities->n_dpi = (guint)CLAMP(n, 0, SCANNER_DPI_MAX);
        for (guint i = 0; i < capabilities->n_dpi; i++)
            capabilities->dpi[i] = to_dpi(word_of(option, option->constraint.word_list[i + 1]));
    }
}

static guint largest_um(const SaneTable *table, const char *name)
{
    const SANE_Option_Descriptor *option;
    double mm;

    if (option_find(table, name, &option) < 0 || option->unit != SANE_UNIT_MM ||
        option->constraint_type != SANE_CONSTRAINT_RANGE)
        return 0;
    mm = word_of(option, option->constraint.range->max);
    return mm > 0 && mm < 10000 ? (guint)(mm * 1000) : 0;
}

void sane_table_describe(const SaneTable *table, ScannerCapabilities *capabilities)
{
    capabilities->features = source_features(table) | other_features(table);
    capabilities->modes = modes_of(table);
    describe_dpi(table, capabilities);
    capabilities->width_um = largest_um(table, SANE_NAME_SCAN_BR_X);
    capabilities->height_um = largest_um(table, SANE_NAME_SCAN_BR_Y);
}

/* --- what a batch asks for --- */

static gboolean set_source(const SaneTable *table, const ScannerOptions *options, GError **error)
{
    const SANE_Option_Descriptor *option;
    const char *text;

    if (option_find(table, SANE_NAME_SCAN_SOURCE, &option) < 0)
        return TRUE;
    if (options->source == SCANNER_SOURCE_STILL)
        text = text_that(option, is_still);
    else
        text = text_that(option, options->duplex ? is_duplex : is_feeder);
    if (text == NULL && !options->duplex)
        text = text_that(option, is_duplex); /* a feeder that knows both sides alone */
    if (text == NULL)
        return TRUE;
    return option_set_text(table, SANE_NAME_SCAN_SOURCE, text, error);
}

static gboolean is_continue(const char *text)
{
    return strcmp(text, "Continue") == 0;
}

static gboolean is_default(const char *text)
{
    return strcmp(text, "Default") == 0;
}

/* The backend of Fujitsu feeders has `df-action`; where there is none nothing can be said. */
static gboolean set_doubles(const SaneTable *table, const ScannerOptions *options, GError **error)
{
    const SANE_Option_Descriptor *option;
    const char *text;

    if (option_find(table, "df-action", &option) < 0)
        return TRUE;
    text = text_that(option, options->doubles ? is_continue : is_default);
    return text == NULL || option_set_text(table, "df-action", text, error);
}

static gboolean set_mode(const SaneTable *table, const ScannerOptions *options, GError **error)
{
    const SANE_Option_Descriptor *option;
    const char *text;

    if (option_find(table, SANE_NAME_SCAN_MODE, &option) < 0)
        return TRUE;
    text = text_that(option, options->mode == SCANNER_COLOUR ? is_colour
                             : options->mode == SCANNER_GRAY ? is_gray
                                                             : is_lineart);
    if (text == NULL)
        return error_set(error, ERROR_INVALID, "%s: mode", table->name);
    if (!option_set_text(table, SANE_NAME_SCAN_MODE, text, error))
        return FALSE;
    return options->mode == SCANNER_LINEART ||
           option_set_number(table, SANE_NAME_BIT_DEPTH, 8, error);
}

static gboolean set_area(const SaneTable *table, const ScannerOptions *options, GError **error)
{
    guint width_um = options->width_um;
    guint height_um = options->height_um;
    const SANE_Option_Descriptor *option;

    if (option_find(table, SANE_NAME_SCAN_BR_X, &option) < 0 || option->unit != SANE_UNIT_MM)
        return TRUE;
    if (width_um == 0)
        width_um = largest_um(table, SANE_NAME_SCAN_BR_X);
    if (height_um == 0)
        height_um = largest_um(table, SANE_NAME_SCAN_BR_Y);
    return option_set_number(table, SANE_NAME_SCAN_TL_X, 0, error) &&
           option_set_number(table, SANE_NAME_SCAN_TL_Y, 0, error) &&
           (width_um == 0 ||
            option_set_number(table, SANE_NAME_SCAN_BR_X, width_um / 1000.0, error)) &&
           (height_um == 0 ||
            option_set_number(table, SANE_NAME_SCAN_BR_Y, height_um / 1000.0, error));
}
gboolean sane_table_apply(const SaneTable *table, const ScannerOptions *options, GError **error)
{
    return set_source(table, options, error) && set_mode(table, options, error) &&
           set_doubles(table, options, error) &&
           option_set_number(table, SANE_NAME_SCAN_RESOLUTION, options->dpi, error) &&
           set_area(table, options, error);
}

/* --- sensors --- */

gboolean sane_table_sensor(const SaneTable *table, const char *name, gboolean *value)
{
    const SANE_Option_Descriptor *option;
    int i = option_find(table, name, &option);
    SANE_Word word = 0;

    if (i < 0 || option->type != SANE_TYPE_BOOL ||
        sane_control_option(table->handle, i, SANE_ACTION_GET_VALUE, &word, NULL) !=
            SANE_STATUS_GOOD)
        return FALSE;
    *value = word != SANE_FALSE;
    return TRUE;
}
