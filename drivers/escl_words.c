/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/escl_words.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <string.h>

#define UNITS_PER_INCH 300

/* --- XML --- */

static void no_words(void *context G_GNUC_UNUSED, xmlErrorPtr error G_GNUC_UNUSED)
{
}

/* The document, if it is one, small, and has no document type. */
static xmlDoc *parse(const void *xml, gsize size, const char *root, GError **error)
{
    xmlParserCtxt *context;
    xmlNode *node;
    xmlDoc *document;

    if (size == 0 || size > ESCL_REPLY_MAX || memmem(xml, size, "<!DOCTYPE", 9) != NULL) {
        error_set(error, ERROR_FORMAT, "%s: reply of %zu bytes refused", root, size);
        return NULL;
    }
    context = xmlNewParserCtxt();
    if (context == NULL)
        g_error("no memory for a parser");
    xmlSetStructuredErrorFunc(NULL, no_words);
    document = xmlCtxtReadMemory(context, xml, (int)size, NULL, NULL,
                                 XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                                     XML_PARSE_NOCDATA);
    xmlFreeParserCtxt(context);
    xmlSetStructuredErrorFunc(NULL, NULL);
    node = document != NULL ? xmlDocGetRootElement(document) : NULL;
    if (node != NULL && document->intSubset == NULL && strcmp((const char *)node->name, root) == 0)
        return document;
    xmlFreeDoc(document);
    error_set(error, ERROR_FORMAT, "the reply is no whole %s", root);
    return NULL;
}

static gboolean is_named(const xmlNode *node, const char *name)
{
    return node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0;
}

static xmlNode *child(const xmlNode *parent, const char *name)
{
    xmlNode *node = parent != NULL ? parent->children : NULL;

    while (node != NULL && !is_named(node, name))
        node = node->next;
    return node;
}

/* The first element of this name below `parent`, at any depth up to 8. */
static xmlNode *below(xmlNode *parent, const char *name, guint depth)
{
    xmlNode *found = child(parent, name);

    for (xmlNode *node = parent != NULL ? parent->children : NULL;
         found == NULL && node != NULL && depth < 8; node = node->next)
        if (node->type == XML_ELEMENT_NODE)
            found = below(node, name, depth + 1);
    return found;
}

/* The text of an element, blanks around it taken off. */
static void text_of(xmlNode *node, char *out, gsize room)
{
    xmlChar *text = node != NULL ? xmlNodeGetContent(node) : NULL;

    g_strlcpy(out, text != NULL ? (const char *)text : "", room);
    g_strstrip(out);
    xmlFree(text);
}

static gint number_of(xmlNode *node, gint otherwise)
{
    char text[32];
    char *end;
    gint64 number;

    text_of(node, text, sizeof text);
    number = g_ascii_strtoll(text, &end, 10);
    return text[0] != '\0' && *end == '\0' && number >= 0 && number <= G_MAXINT ? (gint)number
                                                                                : otherwise;
}

/* --- capabilities --- */

static void take_modes(xmlNode *caps, EsclInput *input)
{
    xmlNode *modes = below(caps, "ColorModes", 0);

    for (xmlNode *node = modes != NULL ? modes->children : NULL; node != NULL; node = node->next) {
        char mode[32];

        text_of(node, mode, sizeof mode);
        if (strcmp(mode, "RGB24") == 0)
            input->modes |= SCANNER_COLOUR;
        else if (strcmp(mode, "Grayscale8") == 0)
            input->modes |= SCANNER_GRAY;
    }
}

static guint to_dpi(gint number)
{
    return number >= 1 && number <= 10000 ? (guint)number : 0;
}

static void take_dpi(xmlNode *caps, EsclInput *input)
{
    xmlNode *list = below(caps, "DiscreteResolutions", 0);
    xmlNode *range = below(caps, "XResolutionRange", 0);

    for (xmlNode *node = list != NULL ? list->children : NULL;
         node != NULL && input->n_dpi < SCANNER_DPI_MAX; node = node->next) {
        guint dpi = to_dpi(number_of(child(node, "XResolution"), 0));

        if (is_named(node, "DiscreteResolution") && dpi > 0)
            input->dpi[input->n_dpi++] = dpi;
    }
    if (input->n_dpi > 0 || range == NULL)
        return;
    input->dpi[0] = to_dpi(number_of(child(range, "Min"), 0));
    input->dpi[1] = to_dpi(number_of(child(range, "Max"), 0));
}

static void take_formats(xmlNode *caps, EsclInput *input)
{
    xmlNode *formats = below(caps, "DocumentFormats", 0);

    for (xmlNode *node = formats != NULL ? formats->children : NULL; node != NULL;
         node = node->next) {
        char format[40];

        text_of(node, format, sizeof format);
        input->jpeg |= strcmp(format, "image/jpeg") == 0;
    }
}

static void take_input(xmlNode *caps, EsclInput *input)
{
    if (caps == NULL)
        return;
    input->width_max = (guint)number_of(child(caps, "MaxWidth"), 0);
    input->height_max = (guint)number_of(child(caps, "MaxHeight"), 0);
    take_modes(caps, input);
    take_dpi(caps, input);
    take_formats(caps, input);
    /* without a resolution, a mode and a JPEG there is nothing that could be asked of it */
    input->is_there = input->jpeg && input->modes != 0 && input->dpi[0] > 0;
}

gboolean escl_capabilities_decode(const void *xml, gsize size, EsclCapabilities *capabilities,
                                  GError **error)
{
    xmlDoc *document = parse(xml, size, "ScannerCapabilities", error);
    xmlNode *root;
    xmlNode *options;

    *capabilities = (EsclCapabilities){0};
    if (document == NULL)
        return FALSE;
    root = xmlDocGetRootElement(document);
    text_of(child(root, "Version"), capabilities->version, sizeof capabilities->version);
    text_of(child(root, "MakeAndModel"), capabilities->model, sizeof capabilities->model);
    text_of(child(root, "SerialNumber"), capabilities->serial, sizeof capabilities->serial);
    take_input(below(root, "PlatenInputCaps", 0), &capabilities->platen);
    take_input(below(root, "AdfSimplexInputCaps", 0), &capabilities->feeder);
    take_input(below(root, "AdfDuplexInputCaps", 0), &capabilities->duplex);
    options = below(root, "AdfOptions", 0);
    for (xmlNode *node = options != NULL ? options->children : NULL; node != NULL;
         node = node->next) {
        char option[40];

        text_of(node, option, sizeof option);
        capabilities->detects_paper |= strcmp(option, "DetectPaperLoaded") == 0;
    }
    xmlFreeDoc(document);
    return TRUE;
}

/* --- status --- */

static const struct {
    const char *word;
    ScannerReason reason;
    ScannerPaper paper;
} feeder_words[] = {
    {"ScannerAdfProcessing", SCANNER_OK, SCANNER_PAPER_UNKNOWN},
    {"ScannerAdfEmpty", SCANNER_OK, SCANNER_PAPER_NONE},
    {"ScannerAdfLoaded", SCANNER_OK, SCANNER_PAPER_LOADED},
    {"ScannerAdfJam", SCANNER_JAM, SCANNER_PAPER_UNKNOWN},
    {"ScannerAdfMispick", SCANNER_MIS_PICK, SCANNER_PAPER_LOADED},
    {"ScannerAdfHatchOpen", SCANNER_COVER_OPEN, SCANNER_PAPER_UNKNOWN},
    {"ScannerAdfDoorOpen", SCANNER_COVER_OPEN, SCANNER_PAPER_UNKNOWN},
    {"ScannerAdfMultipickDetected", SCANNER_DOUBLE_FEED, SCANNER_PAPER_UNKNOWN},
    {"ScannerAdfDuplexPageTooShort", SCANNER_HALF_IMAGE, SCANNER_PAPER_UNKNOWN},
    {"ScannerAdfDuplexPageTooLong", SCANNER_HALF_IMAGE, SCANNER_PAPER_UNKNOWN},
    {"ScannerAdfInputTrayFailed", SCANNER_FAILED, SCANNER_PAPER_UNKNOWN},
    {"ScannerAdfInputTrayOverloaded", SCANNER_MIS_PICK, SCANNER_PAPER_LOADED},
};

/* Job reasons are free words: PWG's own, and what vendors make of them. */
static const struct {
    const char *part;
    ScannerReason reason;
} job_words[] = {
    {"Multipick", SCANNER_DOUBLE_FEED},  {"MultipleFeed", SCANNER_DOUBLE_FEED},
    {"DoubleFeed", SCANNER_DOUBLE_FEED}, {"Jam", SCANNER_JAM},
    {"DoorOpen", SCANNER_COVER_OPEN},    {"CoverOpen", SCANNER_COVER_OPEN},
    {"HatchOpen", SCANNER_COVER_OPEN},   {"Mispick", SCANNER_MIS_PICK},
};

static const char *const states[] = {"Idle", "Processing", "Testing", "Stopped", "Down", NULL};
static const char *const job_states[] = {"Unknown",  "Pending", "Processing", "Completed",
                                         "Canceled", "Aborted", NULL};

static guint index_of(const char *const *words, const char *word)
{
    for (guint i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    return 0;
}

static void take_feeder(const char *word, EsclStatus *status)
{
    status->feeder_runs = strcmp(word, "ScannerAdfProcessing") == 0;
    for (gsize i = 0; i < G_N_ELEMENTS(feeder_words); i++) {
        if (strcmp(feeder_words[i].word, word) == 0) {
            status->feeder = feeder_words[i].reason;
            status->paper = feeder_words[i].paper;
        }
    }
}

static void take_job_reason(const char *word, EsclStatus *status)
{
    for (gsize i = 0; i < G_N_ELEMENTS(job_words) && status->job_reason == SCANNER_OK; i++)
        if (strstr(word, job_words[i].part) != NULL)
            status->job_reason = job_words[i].reason;
    g_strlcat(status->words, status->words[0] != '\0' ? " " : "", sizeof status->words);
    g_strlcat(status->words, word, sizeof status->words);
}

static gboolean is_job(xmlNode *info, const char *job)
{
    char uri[256];
    gsize length;

    text_of(child(info, "JobUri"), uri, sizeof uri);
    length = strlen(uri);
    /* devices write the whole path, or the last part of it */
    return length > 0 && g_str_has_suffix(job, strrchr(uri, '/') != NULL ? strrchr(uri, '/') : uri);
}

static void take_job(xmlNode *info, EsclStatus *status)
{
    xmlNode *reasons = child(info, "JobStateReasons");
    char state[24];

    text_of(child(info, "JobState"), state, sizeof state);
    status->job = (EsclJobState)index_of(job_states, state);
    status->images_completed = number_of(child(info, "ImagesCompleted"), -1);
    status->images_to_transfer = number_of(child(info, "ImagesToTransfer"), -1);
    for (xmlNode *node = reasons != NULL ? reasons->children : NULL; node != NULL;
         node = node->next) {
        char word[80];

        if (!is_named(node, "JobStateReason"))
            continue;
        text_of(node, word, sizeof word);
        take_job_reason(word, status);
    }
}

gboolean escl_status_decode(const void *xml, gsize size, const char *job, EsclStatus *status,
                            GError **error)
{
    xmlDoc *document = parse(xml, size, "ScannerStatus", error);
    xmlNode *jobs;
    char state[40];

    *status = (EsclStatus){.images_completed = -1, .images_to_transfer = -1};
    if (document == NULL)
        return FALSE;
    text_of(child(xmlDocGetRootElement(document), "State"), state, sizeof state);
    status->state = (EsclState)index_of(states, state);
    text_of(child(xmlDocGetRootElement(document), "AdfState"), state, sizeof state);
    take_feeder(state, status);
    g_strlcpy(status->words, state, sizeof status->words);
    jobs = child(xmlDocGetRootElement(document), "Jobs");
    for (xmlNode *info = jobs != NULL && job != NULL ? jobs->children : NULL; info != NULL;
         info = info->next) {
        if (!is_named(info, "JobInfo") || !is_job(info, job))
            continue;
        take_job(info, status);
        break;
    }
    xmlFreeDoc(document);
    return TRUE;
}

/* --- requests --- */

const EsclInput *escl_input_of(const EsclCapabilities *capabilities, const ScannerOptions *options)
{
    if (options->source == SCANNER_SOURCE_STILL)
        return &capabilities->platen;
    if (options->duplex || !capabilities->feeder.is_there)
        return &capabilities->duplex;
    return &capabilities->feeder;
}

static guint um_to_units(guint um, guint largest)
{
    guint units = (guint)(((guint64)um * UNITS_PER_INCH + 12700) / 25400);

    return um == 0 || (largest > 0 && units > largest) ? largest : units;
}

char *escl_settings_build(const EsclCapabilities *capabilities, const ScannerOptions *options)
{
    const EsclInput *input = escl_input_of(capabilities, options);
    gboolean is_feeder = options->source == SCANNER_SOURCE_FEEDER;
    GString *xml = g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                                "<scan:ScanSettings"
                                " xmlns:scan=\"http://schemas.hp.com/imaging/escl/2011/05/03\""
                                " xmlns:pwg=\"http://www.pwg.org/schemas/2010/12/sm\">");

    /* the version goes back as it came, so it must not carry markup of its own */
    g_string_append_printf(xml, "<pwg:Version>%s</pwg:Version>",
                           strspn(capabilities->version, "0123456789.") ==
                                       strlen(capabilities->version) &&
                                   capabilities->version[0] != '\0'
                               ? capabilities->version
                               : "2.0");
    g_string_append_printf(
        xml,
        "<pwg:ScanRegions><pwg:ScanRegion><pwg:XOffset>0</pwg:XOffset>"
        "<pwg:YOffset>0</pwg:YOffset><pwg:Width>%u</pwg:Width><pwg:Height>%u</pwg:Height>"
        "<pwg:ContentRegionUnits>escl:ThreeHundredthsOfInches</pwg:ContentRegionUnits>"
        "</pwg:ScanRegion></pwg:ScanRegions>",
        um_to_units(options->width_um, input->width_max),
        um_to_units(options->height_um, input->height_max));
    g_string_append(xml, "<pwg:DocumentFormat>image/jpeg</pwg:DocumentFormat>"
                         "<scan:DocumentFormatExt>image/jpeg</scan:DocumentFormatExt>");
    g_string_append_printf(xml, "<pwg:InputSource>%s</pwg:InputSource>",
                           is_feeder ? "Feeder" : "Platen");
    if (is_feeder)
        g_string_append_printf(xml, "<scan:Duplex>%s</scan:Duplex>",
                               options->duplex ? "true" : "false");
    g_string_append_printf(xml,
                           "<scan:ColorMode>%s</scan:ColorMode><scan:XResolution>%u"
                           "</scan:XResolution><scan:YResolution>%u</scan:YResolution>"
                           "</scan:ScanSettings>\n",
                           options->mode == SCANNER_COLOUR ? "RGB24" : "Grayscale8", options->dpi,
                           options->dpi);
    return g_string_free(xml, FALSE);
}

/* "http://host:port" of an address. */
static char *origin_of(const char *url)
{
    const char *host = strstr(url, "://");
    const char *path = host != NULL ? strchr(host + 3, '/') : NULL;

    return path != NULL ? g_strndup(url, (gsize)(path - url)) : g_strdup(url);
}

char *escl_job_of(const char *base, const char *location)
{
    g_autofree char *origin = origin_of(base);
    const char *path = location;
    const char *host = strstr(location, "://");

    if (host != NULL)
        path = strchr(host + 3, '/');
    if (path == NULL || path[0] != '/' || strstr(path, "/ScanJobs/") == NULL ||
        strstr(path, "..") != NULL || strpbrk(path, " \r\n\t?#") != NULL)
        return NULL;
    return g_strconcat(origin, path, NULL);
}
