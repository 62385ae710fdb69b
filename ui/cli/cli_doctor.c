/* SPDX-License-Identifier: Apache-2.0
 *
 * doctor and selftest: what is wrong here and what to do.
 *
 * A finding is a row: state (fine | warning | fault), what was looked at, the sentence. doctor
 * looks at everything and writes the diagnostics file; selftest is what a new system slot asks
 * before it writes for the first time: it only reads, and answers whether this program can work
 * with this data folder.
 *
 * The diagnostics file is text, so that who hands it on can read it first. It holds no name, no
 * case number, no address and no device's serial number: acts and times of records, not their
 * contents.
 */
#include "ui/cli/cli.h"

#include "appliance/page/worker.h"
#include "appliance/paper/type.h"
#include "drivers/device.h"
#include "storage/catalog_query.h"

#include <gnutls/x509.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#define FREE_WARNING_BYTES    ((guint64)5 << 30)
#define FREE_FAULT_BYTES      ((guint64)200 << 20)
#define CERTIFICATE_WARNING_S (30 * 24 * 3600)
#define CERTIFICATE_MAX       (1024 * 1024)
#define BUNDLE_RECORDS        200

typedef enum { FINE, WARNING, FAULT } State;

static const char *const state_tokens[] = {"fine", "warning", "fault"};

typedef struct {
    Cli *cli;
    json_t *findings; /* {state, what, text} */
    State worst;
} Doctor;

/* ── findings ────────────────────────────────────────────────────────────────────────────── */

static void find(Doctor *doctor, State state, const char *what, const char *text)
{
    doctor->worst = MAX(doctor->worst, state);
    json_array_append_new(
        doctor->findings,
        json_pack("{s:s, s:s, s:s}", "state", state_tokens[state], "what", what, "text", text));
    cli_row(doctor->cli, state_tokens[state], what, text, NULL);
}

static const char *in(const Doctor *doctor, const char *en, const char *zh)
{
    return cli_lang(doctor->cli) == LANG_ZH ? zh : en;
}

static void find_words(Doctor *doctor, State state, const char *what, const char *en,
                       const char *zh)
{
    find(doctor, state, what, in(doctor, en, zh));
}

/* What happened, where, and what to do. */
static void find_error(Doctor *doctor, State state, const char *what, const GError *error)
{
    Lang lang = cli_lang(doctor->cli);
    ErrorCode code = error_code(error);
    const char *hint = error_hint(code, lang);
    g_autofree char *text = g_strdup_printf("%s: %s%s%s", error_text(code, lang), error->message,
                                            *hint != '\0' ? "; " : "", hint);

    find(doctor, state, what, text);
}

/* ── the store, read only ────────────────────────────────────────────────────────────────── */

static gboolean visit_act(const char *line G_GNUC_UNUSED, gsize size G_GNUC_UNUSED,
                          const json_t *record, JournalPlace next G_GNUC_UNUSED, void *data,
                          GError **error)
{
    const char *act = json_text(record, "act");

    (*(gint64 *)data)++;
    if (act == NULL || !catalog_knows(act))
        return error_set(error, ERROR_UNKNOWN_ACT, "%s", act != NULL ? act : "");
    return TRUE;
}

/* Every record is whole and of a kind this program knows. */
static void look_at_journal(Doctor *doctor)
{
    g_autofree char *folder = g_build_filename(cli_data_folder(doctor->cli), "journal", NULL);
    g_autoptr(GError) error = NULL;
    JournalPlace place = {0};
    gint64 records = 0;
    g_autofree char *text = NULL;

    if (!journal_walk(folder, &place, visit_act, &records, &error)) {
        find_error(doctor, FAULT, "journal", error);
        return;
    }
    text = g_strdup_printf("%" G_GINT64_FORMAT, records);
    find(doctor, FINE, "journal", text);
}

/* A catalogue of a newer program is made again from the journal when the store is opened. */
static void look_at_catalogue(Doctor *doctor)
{
    g_autofree char *path = g_build_filename(cli_data_folder(doctor->cli), "catalogue.db", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(Catalog) catalog = NULL;

    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        find_words(doctor, WARNING, "catalogue", "not there; it is made again from the journal",
                   "不存在, 打开时由日志重建");
        return;
    }
    catalog = catalog_open(cli_data_folder(doctor->cli), DB_READ_ONLY, &error);
    if (catalog != NULL)
        find(doctor, FINE, "catalogue", "");
    else if (g_error_matches(error, ANJUAN_ERROR, ERROR_NEWER_SCHEMA))
        find_words(doctor, WARNING, "catalogue",
                   "written by a newer version; it is made again from the journal",
                   "由更新的版本写成, 打开时由日志重建");
    else
        find_error(doctor, FAULT, "catalogue", error);
}

/* FALSE where there is nothing to look at. */
static gboolean look_at_folder(Doctor *doctor)
{
    g_autofree char *lock = g_build_filename(cli_data_folder(doctor->cli), "lock", NULL);
    g_autofree char *seed =
        g_build_filename(cli_data_folder(doctor->cli), "keys/signing.seed", NULL);

    if (!g_file_test(lock, G_FILE_TEST_EXISTS)) {
        find_words(doctor, WARNING, "data", "no data folder yet; 'anjuan init' makes one",
                   "还没有数据文件夹, 请用 anjuan init 新建");
        return FALSE;
    }
    if (access(lock, R_OK) != 0) {
        find_words(doctor, FAULT, "data", "not readable for this user; run as its owner or as root",
                   "当前用户无权读取, 请以所有者或 root 身份运行");
        return FALSE;
    }
    find(doctor, FINE, "data", "");
    if (access(seed, R_OK) == 0)
        find(doctor, FINE, "signing-key", "");
    else
        find_words(doctor, FAULT, "signing-key",
                   "keys/signing.seed is missing; restore it from a backup",
                   "缺 keys/signing.seed, 请从备份恢复");
    return TRUE;
}

static void look_at_store(Doctor *doctor)
{
    if (look_at_folder(doctor)) {
        look_at_journal(doctor);
        look_at_catalogue(doctor);
    }
}

/* ── the machine ─────────────────────────────────────────────────────────────────────────── */

static void look_at_settings(Doctor *doctor)
{
    g_autoptr(GError) error = NULL;

    if (cli_settings(doctor->cli, &error) != NULL)
        find(doctor, FINE, "settings", "");
    else
        find_error(doctor, FAULT, "settings", error);
}

/* The folder, or while it is still to be made the one that will hold it. */
static char *nearest_folder(const char *path)
{
    char *folder = g_canonicalize_filename(path, NULL);

    while (!g_file_test(folder, G_FILE_TEST_EXISTS)) {
        char *above = g_path_get_dirname(folder);

        g_free(folder);
        folder = above;
    }
    return folder;
}

static void look_at_disk(Doctor *doctor)
{
    g_autofree char *folder = nearest_folder(cli_data_folder(doctor->cli));
    g_autoptr(GError) error = NULL;
    guint64 bytes = 0;
    g_autofree char *text = NULL;

    if (!file_free_bytes(folder, &bytes, &error)) {
        find_error(doctor, WARNING, "disk", error);
        return;
    }
    text = g_strdup_printf("%" G_GUINT64_FORMAT " MB %s", bytes >> 20, in(doctor, "free", "可用"));
    find(doctor,
         bytes < FREE_FAULT_BYTES     ? FAULT
         : bytes < FREE_WARNING_BYTES ? WARNING
                                      : FINE,
         "disk", text);
}

static void look_at_clock(Doctor *doctor)
{
    Clock clock = clock_system();

    if (clock_trust(&clock) == TRUST_SYNCED)
        find(doctor, FINE, "clock", "");
    else
        find_words(doctor, WARNING, "clock",
                   "not synchronised; see 'chronyc sources' or set the time by hand",
                   "未同步; 请看 chronyc sources 或手工校时");
}

/* The worker closes its sandbox before it answers; a page of no known form is answer enough. */
static void look_at_workers(Doctor *doctor)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PageWorker) worker = page_worker_new(&error);
    g_auto(Fd) empty = memfd_create("empty", MFD_CLOEXEC);
    guint32 pages;

    if (worker != NULL && !page_worker_count(worker, empty, &pages, &error) &&
        error_code(error) == ERROR_FORMAT)
        find(doctor, FINE, "page-worker", "");
    else
        find_error(doctor, FAULT, "page-worker", error);
}

static void look_at_fonts(Doctor *doctor)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PangoContext) context = type_context_unscaled();

    if (type_fonts_check(context, &error))
        find(doctor, FINE, "fonts", "");
    else
        find_error(doctor, FAULT, "fonts", error);
}

/* "escl:http://host/…" says where it is: only its driver is told. */
static char *driver_of(const char *device)
{
    return g_strndup(device, strcspn(device, ":"));
}

static void look_at_device(Doctor *doctor, guint number, const char *name)
{
    g_autofree char *driver = driver_of(name);
    g_autofree char *what = g_strdup_printf("scanner-%u %s", number, driver);
    g_autoptr(GError) error = NULL;
    g_autoptr(Device) device = device_open(name, &error);
    ScannerStatus status;
    ErrorCode code;
    g_autofree char *text = NULL;

    /* An empty feeder is how it stands most of the day. */
    if (device != NULL && device_status(device, &status, &error) &&
        (status.reason == SCANNER_OK || status.reason == SCANNER_EMPTY)) {
        find(doctor, FINE, what, scanner_reason_token(status.reason));
        return;
    }
    code = error != NULL ? error_code(error) : scanner_reason_code(status.reason);
    text = g_strdup_printf("%s; %s", error_text(code, cli_lang(doctor->cli)),
                           error_hint(code, cli_lang(doctor->cli)));
    find(doctor, error != NULL ? FAULT : WARNING, what, text);
}

static void look_at_devices(Doctor *doctor)
{
    const Settings *settings = cli_settings(doctor->cli, NULL);
    g_autoptr(GPtrArray) names =
        settings != NULL ? settings_list(settings, "devices", "scanner") : g_ptr_array_new();
    g_autoptr(GPtrArray) guns = reader_list(NULL);
    g_autofree char *count = g_strdup_printf("%u", guns != NULL ? guns->len : 0);

    for (guint i = 0; i < names->len; i++)
        look_at_device(doctor, i + 1, g_ptr_array_index(names, i));
    if (names->len == 0)
        find_words(doctor, WARNING, "scanner",
                   "none is set up; see 'anjuan device list' and [devices] in the settings",
                   "未设置; 请看 anjuan device list 和设置的 [devices]");
    find(doctor, FINE, "readers", count);
}

static gint64 expiry_of(const char *path, GError **error)
{
    g_autoptr(GBytes) bytes = file_read(path, CERTIFICATE_MAX, error);
    gnutls_x509_crt_t certificate;
    gnutls_datum_t pem;
    gint64 expiry = -1;

    if (bytes == NULL)
        return -1;
    pem = (gnutls_datum_t){(unsigned char *)g_bytes_get_data(bytes, NULL),
                           (unsigned)g_bytes_get_size(bytes)};
    if (gnutls_x509_crt_init(&certificate) != 0)
        g_error("gnutls_x509_crt_init");
    if (gnutls_x509_crt_import(certificate, &pem, GNUTLS_X509_FMT_PEM) == 0)
        expiry = (gint64)gnutls_x509_crt_get_expiration_time(certificate);
    else
        error_set(error, ERROR_FORMAT, "%s", path);
    gnutls_x509_crt_deinit(certificate);
    return expiry;
}

static void look_at_certificate(Doctor *doctor)
{
    const Settings *settings = cli_settings(doctor->cli, NULL);
    const char *path = settings != NULL ? settings_text(settings, "serve", "certificate") : NULL;
    g_autoptr(GError) error = NULL;
    gint64 left_s, expiry;
    g_autofree char *text = NULL;

    if (path == NULL)
        return;
    expiry = expiry_of(path, &error);
    if (error != NULL) {
        find_error(doctor, FAULT, "certificate", error);
        return;
    }
    left_s = expiry - g_get_real_time() / G_USEC_PER_SEC;
    text = clock_format(expiry * G_USEC_PER_SEC);
    find(doctor,
         left_s <= 0                      ? FAULT
         : left_s < CERTIFICATE_WARNING_S ? WARNING
                                          : FINE,
         "certificate", text);
}

/* ── the diagnostics file ────────────────────────────────────────────────────────────────── */

static void put_system(GString *out)
{
    g_autofree char *name = g_get_os_info(G_OS_INFO_KEY_PRETTY_NAME);
    struct utsname kernel;

    (void)uname(&kernel);
    g_string_append_printf(out, "[system]\nanjuan = %s\nos = %s\nkernel = %s %s\ncores = %ld\n",
                           ANJUAN_VERSION, name != NULL ? name : "", kernel.release, kernel.machine,
                           sysconf(_SC_NPROCESSORS_ONLN));
    g_string_append_printf(out, "memory_mb = %ld\n\n",
                           sysconf(_SC_PHYS_PAGES) / 1024 * (sysconf(_SC_PAGESIZE) / 1024));
}

static void put_findings(GString *out, const json_t *findings)
{
    gsize i;
    json_t *row;

    g_string_append(out, "[findings]\n");
    json_array_foreach(findings, i, row)
        g_string_append_printf(out, "%s\t%s\t%s\n", json_text(row, "state"), json_text(row, "what"),
                               json_text(row, "text"));
    g_string_append_c(out, '\n');
}

/* Names of devices and paths may tell who and where: of those only that they are set. */
static void put_setting(const SettingValue *value, void *data)
{
    gboolean is_plain = strcmp(value->group, "devices") != 0 && *value->value != '/';

    g_string_append_printf(data, "%s.%s = %s%s\n", value->group, value->key,
                           is_plain                ? value->value
                           : *value->value != '\0' ? "(set)"
                                                   : "",
                           value->origin != NULL ? "  # changed" : "");
}

static void put_records(GString *out, const Cli *cli)
{
    g_autoptr(Catalog) catalog = catalog_open(cli_data_folder(cli), DB_READ_ONLY, NULL);
    gint64 newest = -1;
    g_autoptr(json_t) rows = NULL;
    gsize i;
    json_t *row;

    if (catalog == NULL || !catalog_newest_seq(catalog, &newest, NULL))
        return;
    rows = catalog_events_after(catalog, newest - BUNDLE_RECORDS, BUNDLE_RECORDS, NULL);
    g_string_append(out, "\n[records]\n");
    json_array_foreach(rows, i, row)
        g_string_append_printf(out, "%" G_GINT64_FORMAT "\t%s\t%s\n", json_int(row, "seq", 0),
                               json_text(row, "t"), json_text(row, "act"));
}

static gboolean write_bundle(const Doctor *doctor, const char *path, GError **error)
{
    g_autoptr(GString) out = g_string_new(NULL);
    const Settings *settings = cli_settings(doctor->cli, NULL);

    put_system(out);
    put_findings(out, doctor->findings);
    if (settings != NULL) {
        g_string_append(out, "[settings]\n");
        settings_each(settings, put_setting, out);
    }
    put_records(out, doctor->cli);
    if (strcmp(path, "-") == 0)
        return fputs(out->str, stdout) >= 0;
    return file_replace(path, 0600, out->str, out->len, error);
}

/* ── the verbs ───────────────────────────────────────────────────────────────────────────── */

static const CliOption doctor_options[] = {
    {"bundle", 0, "FILE", FALSE, "also write the diagnostics file (- prints it)",
     "另写诊断文件 (- 为直接显示)"},
    {"config", 0, "FILE", FALSE, "changes of the settings (/etc/anjuan/anjuan.conf)",
     "设置文件 (/etc/anjuan/anjuan.conf)"},
    {0},
};

static int finish(Doctor *doctor)
{
    cli_object(doctor->cli, json_pack("{s:s, s:o}", "state", state_tokens[doctor->worst],
                                      "findings", doctor->findings));
    return doctor->worst == FAULT ? 1 : 0;
}

static int run_doctor(Cli *cli, GError **error)
{
    Doctor doctor = {.cli = cli, .findings = json_array()};
    const char *bundle = cli_value(cli, "bundle");

    look_at_settings(&doctor);
    look_at_store(&doctor);
    look_at_disk(&doctor);
    look_at_clock(&doctor);
    look_at_workers(&doctor);
    look_at_fonts(&doctor);
    look_at_devices(&doctor);
    look_at_certificate(&doctor);
    if (bundle != NULL && !write_bundle(&doctor, bundle, error)) {
        json_decref(doctor.findings);
        return 4;
    }
    return finish(&doctor);
}

static int run_selftest(Cli *cli, GError **error G_GNUC_UNUSED)
{
    Doctor doctor = {.cli = cli, .findings = json_array()};

    look_at_settings(&doctor);
    look_at_store(&doctor);
    look_at_workers(&doctor);
    look_at_fonts(&doctor);
    return finish(&doctor);
}

const CliVerb cli_doctor_verbs[] = {
    {"doctor", "", 0, 0, "what is wrong here and what to do", "检查哪里不对、该怎么办",
     doctor_options, run_doctor},
    {"selftest", "", 0, 0, "whether this program can work with this data; only reads",
     "自检本程序能否使用这份数据, 只读", doctor_options + 1, run_selftest},
    {0},
};
