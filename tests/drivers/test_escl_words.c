/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/escl_words.h"
#include "drivers/jpeg_check.h"
#include "drivers/scanner_quirks.h"
#include "tests/testing.h"

#include "appliance/base/embed.h"

#include <string.h>

extern const Embedded embedded_quirks[];

static const char capabilities_xml[] =
    "<?xml version=\"1.0\"?><a:ScannerCapabilities xmlns:a=\"u\" xmlns:b=\"v\">"
    "<b:Version>2.63</b:Version><b:MakeAndModel> HP X 1 </b:MakeAndModel>"
    "<b:SerialNumber>CN1</b:SerialNumber><a:Adf><a:AdfSimplexInputCaps>"
    "<a:MaxWidth>2550</a:MaxWidth><a:MaxHeight>4200</a:MaxHeight><a:SettingProfiles>"
    "<a:SettingProfile><a:ColorModes><a:ColorMode>Grayscale8</a:ColorMode>"
    "<a:ColorMode>BlackAndWhite1</a:ColorMode></a:ColorModes><a:DocumentFormats>"
    "<b:DocumentFormat>image/jpeg</b:DocumentFormat></a:DocumentFormats>"
    "<a:SupportedResolutions><a:ResolutionRange><a:XResolutionRange><a:Min>75</a:Min>"
    "<a:Max>600</a:Max></a:XResolutionRange></a:ResolutionRange></a:SupportedResolutions>"
    "</a:SettingProfile></a:SettingProfiles></a:AdfSimplexInputCaps>"
    "<a:AdfOptions><a:AdfOption>DetectPaperLoaded</a:AdfOption></a:AdfOptions></a:Adf>"
    "</a:ScannerCapabilities>";

static void capabilities_are_read_whatever_their_prefixes(void **state G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    EsclCapabilities able;

    assert_true(
        escl_capabilities_decode(capabilities_xml, strlen(capabilities_xml), &able, &error));
    assert_string_equal(able.model, "HP X 1");
    assert_string_equal(able.serial, "CN1");
    assert_true(able.feeder.is_there);
    assert_false(able.duplex.is_there);
    assert_false(able.platen.is_there);
    assert_true(able.detects_paper);
    assert_int_equal(able.feeder.modes, SCANNER_GRAY);
    assert_int_equal(able.feeder.n_dpi, 0);
    assert_int_equal(able.feeder.dpi[0], 75);
    assert_int_equal(able.feeder.dpi[1], 600);
    assert_int_equal(able.feeder.height_max, 4200);
}

static void every_cut_of_a_reply_is_refused(void **state G_GNUC_UNUSED)
{
    for (gsize size = 0; size < strlen(capabilities_xml); size++) {
        g_autofree char *exact = g_memdup2(capabilities_xml, MAX(size, 1));
        g_autoptr(GError) error = NULL;
        EsclCapabilities able;

        assert_false(escl_capabilities_decode(exact, size, &able, &error));
        assert_error_code(error, ERROR_FORMAT);
    }
}

static void document_types_and_other_documents_are_refused(void **state G_GNUC_UNUSED)
{
    static const char *const wrong[] = {
        "<!DOCTYPE ScannerStatus [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><ScannerStatus/>",
        "<ScannerCapabilities/>", "<html/>", "", "not xml"};
    static const char wide[] = "\xff\xfe<\0!\0D\0O\0C\0T\0Y\0P\0E\0 \0S\0c\0a\0n\0n\0e\0r\0S\0t\0"
                               "a\0t\0u\0s\0>\0<\0S\0c\0a\0n\0n\0e\0r\0S\0t\0a\0t\0u\0s\0/\0>";
    EsclStatus status;

    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;

        assert_false(escl_status_decode(wrong[i], strlen(wrong[i]), NULL, &status, &error));
        assert_error_code(error, ERROR_FORMAT);
    }
    assert_false(escl_status_decode(wide, sizeof wide, NULL, &status, NULL));
}

static EsclStatus status_of(const char *adf, const char *jobs)
{
    g_autofree char *xml = g_strdup_printf("<s:ScannerStatus xmlns:s='s' xmlns:p='p'>"
                                           "<p:State>Idle</p:State><s:AdfState>%s</s:AdfState>"
                                           "<s:Jobs>%s</s:Jobs></s:ScannerStatus>",
                                           adf, jobs);
    g_autoptr(GError) error = NULL;
    EsclStatus status;

    assert_true(escl_status_decode(xml, strlen(xml), "http://h/eSCL/ScanJobs/7", &status, &error));
    return status;
}

static void each_word_of_the_feeder_has_its_reason(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *word;
        ScannerReason reason;
        ScannerPaper paper;
    } words[] = {
        {"ScannerAdfLoaded", SCANNER_OK, SCANNER_PAPER_LOADED},
        {"ScannerAdfEmpty", SCANNER_OK, SCANNER_PAPER_NONE},
        {"ScannerAdfProcessing", SCANNER_OK, SCANNER_PAPER_UNKNOWN},
        {"ScannerAdfJam", SCANNER_JAM, SCANNER_PAPER_UNKNOWN},
        {"ScannerAdfMultipickDetected", SCANNER_DOUBLE_FEED, SCANNER_PAPER_UNKNOWN},
        {"ScannerAdfHatchOpen", SCANNER_COVER_OPEN, SCANNER_PAPER_UNKNOWN},
        {"ScannerAdfDoorOpen", SCANNER_COVER_OPEN, SCANNER_PAPER_UNKNOWN},
        {"ScannerAdfMispick", SCANNER_MIS_PICK, SCANNER_PAPER_LOADED},
        {"ScannerAdfSomethingNew", SCANNER_OK, SCANNER_PAPER_UNKNOWN},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        EsclStatus status = status_of(words[i].word, "");

        assert_int_equal(status.feeder, words[i].reason);
        assert_int_equal(status.paper, words[i].paper);
        assert_int_equal(status.images_completed, -1);
    }
}

static void the_right_job_is_read(void **state G_GNUC_UNUSED)
{
    EsclStatus status = status_of(
        "ScannerAdfEmpty",
        "<s:JobInfo><p:JobUri>/eSCL/ScanJobs/17</p:JobUri><p:JobState>Processing</p:JobState>"
        "</s:JobInfo><s:JobInfo><p:JobUri>/eSCL/ScanJobs/7</p:JobUri>"
        "<p:ImagesCompleted>3</p:ImagesCompleted><p:ImagesToTransfer>2</p:ImagesToTransfer>"
        "<p:JobState>Aborted</p:JobState><p:JobStateReasons><p:JobStateReason>"
        "AbortedBySystem</p:JobStateReason><p:JobStateReason>DocumentFeederDoubleFeed"
        "</p:JobStateReason></p:JobStateReasons></s:JobInfo>");

    assert_int_equal(status.job, ESCL_JOB_ABORTED);
    assert_int_equal(status.images_completed, 3);
    assert_int_equal(status.images_to_transfer, 2);
    assert_int_equal(status.job_reason, SCANNER_DOUBLE_FEED);
    assert_string_equal(status.words, "ScannerAdfEmpty AbortedBySystem DocumentFeederDoubleFeed");
}

static void settings_ask_for_what_the_options_say(void **state G_GNUC_UNUSED)
{
    EsclCapabilities able = {.version = "2.6<x>",
                             .duplex = {.is_there = TRUE, .width_max = 2550, .height_max = 4200}};
    ScannerOptions options = {
        .duplex = TRUE, .mode = SCANNER_COLOUR, .dpi = 300, .width_um = 210000};
    g_autofree char *xml = escl_settings_build(&able, &options);

    assert_non_null(strstr(xml, "<pwg:Version>2.0</pwg:Version>"));
    assert_non_null(strstr(xml, "<pwg:Width>2480</pwg:Width><pwg:Height>4200</pwg:Height>"));
    assert_non_null(strstr(xml, "<pwg:InputSource>Feeder</pwg:InputSource>"));
    assert_non_null(strstr(xml, "<scan:Duplex>true</scan:Duplex>"));
    assert_non_null(strstr(xml, "<scan:ColorMode>RGB24</scan:ColorMode>"));
    assert_non_null(strstr(xml, "<scan:XResolution>300</scan:XResolution>"));
}

static void a_job_stays_on_its_own_host(void **state G_GNUC_UNUSED)
{
    static const char *const wrong[] = {"", "http://h", "/eSCL/Other/1",
                                        "http://h/eSCL/ScanJobs/../1", "/eSCL/ScanJobs/1?x"};
    g_autofree char *whole = escl_job_of("http://a:80/eSCL", "http://evil/eSCL/ScanJobs/1");
    g_autofree char *path = escl_job_of("http://a:80/eSCL", "/eSCL/ScanJobs/1");

    assert_string_equal(whole, "http://a:80/eSCL/ScanJobs/1");
    assert_string_equal(path, "http://a:80/eSCL/ScanJobs/1");
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++)
        assert_null(escl_job_of("http://a:80/eSCL", wrong[i]));
}

static const guint8 jpeg[] = {
    0xff, 0xd8, 0xff, 0xe0, 0,  16, 'J', 'F',  'I', 'F',  0,    1, 1,    1,    1,    44,   1, 44, 0,
    0,    0xff, 0xc0, 0,    11, 8,  0,   5,    0,   7,    1,    1, 0x11, 0,    0xff, 0xda, 0, 8,  1,
    1,    0,    0,    63,   0,  1,  2,   0xff, 0,   0xff, 0xd3, 9, 0xff, 0xff, 0xd9, 0,    0};

static void a_whole_jpeg_is_known_by_its_markers(void **state G_GNUC_UNUSED)
{
    JpegFacts facts;

    assert_true(jpeg_is_whole(jpeg, sizeof jpeg, &facts));
    assert_int_equal(facts.width_px, 7);
    assert_int_equal(facts.height_px, 5);
    assert_int_equal(facts.components, 1);
    assert_int_equal(facts.dpi, 300);
}

static void a_jpeg_cut_anywhere_is_not_whole(void **state G_GNUC_UNUSED)
{
    for (gsize size = 0; size < sizeof jpeg - 2; size++) {
        g_autofree guint8 *cut = g_malloc0(sizeof jpeg);
        g_autofree guint8 *exact = g_memdup2(jpeg, MAX(size, 1));
        JpegFacts facts;

        memcpy(cut, jpeg, size);
        assert_false(jpeg_is_whole(exact, size, &facts));
        assert_false(jpeg_is_whole(cut, sizeof jpeg, &facts)); /* the rest is zeros */
    }
}

static void every_shipped_quirk_is_sound(void **state G_GNUC_UNUSED)
{
    static const char *const device[2] = {"escl", "none of them"};
    guint n = 0;

    for (const Embedded *file = embedded_quirks; file->name != NULL; file++, n++) {
        g_autoptr(GError) error = NULL;
        ScannerQuirks quirks = {0};

        assert_true(
            scanner_quirks_add((const char *)file->bytes, file->size, device, &quirks, &error));
        assert_no_error(error);
        assert_int_equal(quirks.late_page_ms, 0);
    }
    assert_true(n > 0);
}

static void a_quirk_holds_for_its_models_alone(void **state G_GNUC_UNUSED)
{
    assert_true(scanner_quirks_of("escl", "", "Xerox VersaLink C405").jam_when_empty);
    assert_false(scanner_quirks_of("escl", "HP", "X677").jam_when_empty);
    assert_false(scanner_quirks_of("sane", "Xerox", "VersaLink").jam_when_empty);
    assert_int_equal(scanner_quirks_of("escl", "", "Brother MFC-1").late_page_ms, 30000);
}

static void a_quirk_with_an_unknown_setting_is_refused(void **state G_GNUC_UNUSED)
{
    static const char *const wrong[] = {
        "{\"story\": \"s\", \"driver\": \"d\", \"match\": \"*\", \"set\": {\"fly\": true}}",
        "{\"story\": \"\", \"driver\": \"d\", \"match\": \"*\", \"set\": {}}",
        "{\"story\": \"s\", \"driver\": \"d\", \"match\": \"*\", \"set\": {\"late_page_ms\": -1}}",
        "{\"story\": \"s\", \"driver\": \"d\", \"match\": \"*\", \"set\": {}, \"x\": 1}", "[]"};
    static const char *const device[2] = {"d", "x"};

    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        ScannerQuirks quirks = {0};

        assert_false(scanner_quirks_add(wrong[i], strlen(wrong[i]), device, &quirks, &error));
        assert_error_code(error, ERROR_DEFINITION);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(capabilities_are_read_whatever_their_prefixes),
        cmocka_unit_test(every_cut_of_a_reply_is_refused),
        cmocka_unit_test(document_types_and_other_documents_are_refused),
        cmocka_unit_test(each_word_of_the_feeder_has_its_reason),
        cmocka_unit_test(the_right_job_is_read),
        cmocka_unit_test(settings_ask_for_what_the_options_say),
        cmocka_unit_test(a_job_stays_on_its_own_host),
        cmocka_unit_test(a_whole_jpeg_is_known_by_its_markers),
        cmocka_unit_test(a_jpeg_cut_anywhere_is_not_whole),
        cmocka_unit_test(every_shipped_quirk_is_sound),
        cmocka_unit_test(a_quirk_holds_for_its_models_alone),
        cmocka_unit_test(a_quirk_with_an_unknown_setting_is_refused),
    };

    testing_begin();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
