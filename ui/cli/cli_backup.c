/* SPDX-License-Identifier: Apache-2.0
 *
 * Verbs that keep the store whole: fsck, backup, restore.
 */
#include "ui/cli/cli.h"

#include "appliance/counter/archive.h"
#include "storage/drill.h"
#include "storage/repair.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PASSPHRASE_MAX 1024

/* ── keys ────────────────────────────────────────────────────────────────────────────────── */

/* The key of one backup file; lives as long as the verb. */
typedef struct {
    guint8 bytes[CIPHER_KEY_BYTES];
    char passphrase[PASSPHRASE_MAX];
    CipherKey key;
} Key;

static gboolean read_passphrase(const Cli *cli, char *passphrase, GError **error)
{
    g_autofree char *asked =
        cli_ask_secret(cli, cli_lang(cli) == LANG_ZH ? "备份" : "backup", error);

    if (asked == NULL)
        return FALSE;
    if (g_utf8_strlen(asked, -1) < CIPHER_PASSPHRASE_MIN ||
        g_strlcpy(passphrase, asked, PASSPHRASE_MAX) >= PASSPHRASE_MAX)
        return error_set(error, ERROR_USAGE, "a passphrase has %d to %d characters",
                         CIPHER_PASSPHRASE_MIN, PASSPHRASE_MAX - 1);
    return TRUE;
}

/* Which file holds the key of a backup: the one named, or "<backup>.key" beside it. */
static char *key_path(const Cli *cli, const char *backup)
{
    return cli_value(cli, "key") != NULL ? g_strdup(cli_value(cli, "key"))
                                         : g_strconcat(backup, ".key", NULL);
}

static gboolean load_key(const Cli *cli, const char *backup, Key *key, GError **error)
{
    g_autofree char *path = NULL;

    if (cli_flag(cli, "passphrase")) {
        key->key.passphrase = key->passphrase;
        return *key->passphrase != '\0' || read_passphrase(cli, key->passphrase, error);
    }
    path = key_path(cli, backup);
    key->key.key = key->bytes;
    return cipher_key_load(path, key->bytes, error);
}

/* As load_key, and a key file that is not there yet is made. */
static gboolean find_key(Cli *cli, const char *backup, Key *key, GError **error)
{
    g_autofree char *path = key_path(cli, backup), *en = NULL, *zh = NULL;
    Random random = random_system();

    if (cli_flag(cli, "passphrase") || g_file_test(path, G_FILE_TEST_EXISTS))
        return load_key(cli, backup, key, error);
    key->key.key = key->bytes;
    if (!cipher_key_make(path, &random, key->bytes, error))
        return FALSE;
    en = g_strdup_printf("the key is in %s: keep it apart from the backup, without it nothing "
                         "can be restored",
                         path);
    zh = g_strdup_printf("密钥在 %s: 请与备份分开保管, 没有它无法恢复", path);
    cli_say(cli, en, zh);
    return TRUE;
}

/* Backups and their keys. */
typedef struct {
    const char **paths;
    Key *keys;
    CipherKey *cipher_keys;
    guint n;
} Chain;

static void chain_clear(Chain *chain)
{
    if (chain->keys != NULL)
        sodium_memzero(chain->keys, chain->n * sizeof *chain->keys);
    g_free(chain->paths);
    g_free(chain->keys);
    g_free(chain->cipher_keys);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Chain, chain_clear)

static gboolean chain_load(Cli *cli, const GPtrArray *paths, Chain *chain, GError **error)
{
    chain->n = paths->len;
    chain->paths = g_new0(const char *, chain->n + 1);
    chain->keys = g_new0(Key, chain->n);
    chain->cipher_keys = g_new0(CipherKey, chain->n);
    for (guint i = 0; i < chain->n; i++) {
        chain->paths[i] = g_ptr_array_index(paths, i);
        /* One passphrase is asked for once. */
        if (i > 0)
            memcpy(chain->keys[i].passphrase, chain->keys[0].passphrase, PASSPHRASE_MAX);
        if (!g_file_test(chain->paths[i], G_FILE_TEST_EXISTS))
            return error_set(error, ERROR_NO_FILE, "%s", chain->paths[i]);
        if (!load_key(cli, chain->paths[i], &chain->keys[i], error))
            return FALSE;
        chain->cipher_keys[i] = chain->keys[i].key;
    }
    return TRUE;
}

static gboolean show_progress(guint done, void *data G_GNUC_UNUSED)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r%3u %%%s", done, done >= 99 ? "\n" : "");
    return TRUE;
}

/* ── fsck ────────────────────────────────────────────────────────────────────────────────── */

typedef struct {
    Cli *cli;
    json_t *findings;
} Findings;

static void take_finding(const FsckFinding *finding, void *data)
{
    Findings *findings = data;
    const char *severity = finding->is_error ? "error" : "warning";

    cli_row(findings->cli, severity, finding->code, finding->path, finding->detail, NULL);
    json_array_append_new(findings->findings,
                          json_pack("{s:s, s:s, s:s, s:s}", "severity", severity, "code",
                                    finding->code, "path", finding->path, "text", finding->detail));
}

static void say_lost(Findings *findings, const GPtrArray *lost)
{
    for (guint i = 0; lost != NULL && i < lost->len; i++)
        take_finding(&(FsckFinding){TRUE, "lost", g_ptr_array_index(lost, i),
                                    "missing or damaged when it was backed up"},
                     findings);
}

static json_t *summary_json(const FsckSummary *summary, gboolean read_data)
{
    return json_pack("{s:b, s:b, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "sound",
                     summary->errors == 0, "pages_read", read_data && summary->files_read > 0,
                     "catalogue_same", summary->is_catalogue_same, "records",
                     (json_int_t)summary->records, "secrets", (json_int_t)summary->secrets,
                     "definitions", (json_int_t)summary->definitions, "files",
                     (json_int_t)summary->files, "objects", (json_int_t)summary->objects,
                     "files_read", (json_int_t)summary->files_read, "errors",
                     (json_int_t)summary->errors, "warnings", (json_int_t)summary->warnings);
}

static const CliOption fsck_options[] = {
    {"repair", 0, NULL, FALSE, "put back what is damaged, from backups", "用备份修复"},
    {"from", 0, "BACKUP", FALSE, "a backup to repair from, the full one first",
     "修复所用的备份, 先全量"},
    {"key", 0, "FILE", FALSE, "key file of the backup (BACKUP.key)", "密钥文件 (BACKUP.key)"},
    {"passphrase", 0, NULL, FALSE, "ask for the passphrase", "输入口令"},
    {"read-data", 0, "[=n/t]", FALSE, "read every page too, or the n-th of t parts",
     "同时读取全部页面, 或 t 份中的第 n 份"},
    {0},
};

/* "3/28" */
static gboolean read_part(const Cli *cli, FsckOptions *options, GError **error)
{
    const char *text = cli_value(cli, "read-data");
    guint64 part, parts;
    char *end = NULL;

    options->read_data = text != NULL;
    if (text == NULL || *text == '\0')
        return TRUE;
    part = g_ascii_strtoull(text, &end, 10);
    if (end == text || *end != '/')
        return error_set(error, ERROR_USAGE, "--read-data=%s: n/t such as 3/28", text);
    text = end + 1;
    parts = g_ascii_strtoull(text, &end, 10);
    if (end == text || *end != '\0' || parts < 1 || parts > 10000 || part < 1 || part > parts)
        return error_set(error, ERROR_USAGE, "--read-data: n/t such as 3/28");
    options->part = (guint)part;
    options->parts = (guint)parts;
    return TRUE;
}

/* What is still damaged behind it is lost, and reported as that. */
static int run_repair(Cli *cli, GError **error)
{
    g_autoptr(json_t) list = json_array();
    Findings findings = {cli, list};
    FsckOptions options = {.report = take_finding, .data = &findings};
    g_auto(Chain) chain = {0};
    RestoreRequest from;
    RepairDone done;
    g_autofree char *mended = NULL, *lost = NULL;

    if (!cli_flag(cli, "from")) {
        error_set(error, ERROR_USAGE, "--repair needs --from BACKUP");
        return 2;
    }
    if (!chain_load(cli, cli_values(cli, "from"), &chain, error))
        return 3;
    from = (RestoreRequest){.paths = chain.paths, .keys = chain.cipher_keys};
    if (!repair_folder(cli_data_folder(cli), &from, &options, &done, error))
        return 4;
    mended = g_strdup_printf("%" G_GINT64_FORMAT, done.mended);
    lost = g_strdup_printf("%" G_GINT64_FORMAT, done.after.errors);
    cli_row(cli, done.after.errors == 0 ? "repaired" : "lost", mended, lost, NULL);
    cli_object(cli, json_pack("{s:I, s:o, s:O}", "mended", (json_int_t)done.mended, "summary",
                              summary_json(&done.after, TRUE), "findings", list));
    return done.after.errors == 0 ? 0 : 1;
}

static int run_fsck(Cli *cli, GError **error)
{
    g_autoptr(json_t) list = json_array();
    Findings findings = {cli, list};
    FsckOptions options = {.report = take_finding, .data = &findings};
    FsckSummary summary;
    Store *store;
    g_autofree char *records = NULL, *read = NULL;

    if (cli_flag(cli, "repair"))
        return run_repair(cli, error);
    if (!read_part(cli, &options, error))
        return 2;
    store = cli_store(cli, error);
    if (store == NULL || !fsck_store(store, &options, &summary, error))
        return 4;
    if (!options.read_data)
        cli_say(cli, "no page was read; --read-data reads them",
                "未读取页面内容; 加 --read-data 读取");
    records = g_strdup_printf("%" G_GINT64_FORMAT, summary.records);
    read = g_strdup_printf("%" G_GINT64_FORMAT, summary.files_read);
    cli_row(cli, summary.errors == 0 ? "sound" : "damaged", records, read, NULL);
    cli_object(cli, json_pack("{s:o, s:O}", "summary", summary_json(&summary, options.read_data),
                              "findings", list));
    return summary.errors == 0 ? 0 : 1;
}

/* ── backup ──────────────────────────────────────────────────────────────────────────────── */

static const CliOption backup_options[] = {
    {"output", 'o', "FILE", FALSE, "the backup to make", "要生成的备份"},
    {"since", 0, "SEQ", FALSE, "by difference: records after this one", "增量: 该记录之后的内容"},
    {"key", 0, "FILE", FALSE, "key file, made where it is missing (FILE.key)",
     "密钥文件, 没有则新建 (FILE.key)"},
    {"passphrase", 0, NULL, FALSE, "ask for a passphrase instead", "改用口令"},
    {"with-key", 0, NULL, FALSE, "carry the signing key too", "同时备份签名密钥"},
    {"drill", 0, NULL, FALSE, "restore the files named into a scratch folder and compare",
     "恢复演练: 恢复到临时文件夹并核对"},
    {0},
};

static int finish_backup(Cli *cli, const BackupDone *done, GError **error)
{
    g_autoptr(json_t) list = json_array();
    Findings findings = {cli, list};
    g_autofree char *seq = g_strdup_printf("%" G_GINT64_FORMAT, done->seq);
    g_autofree char *bytes = g_strdup_printf("%" G_GINT64_FORMAT, done->bytes);
    g_autofree char *files = g_strdup_printf("%" G_GINT64_FORMAT, done->files);

    say_lost(&findings, done->lost);
    cli_row(cli, cli_value(cli, "output"), seq, bytes, files, done->root, NULL);
    cli_object(cli, json_pack("{s:s, s:I, s:I, s:I, s:I, s:s, s:O}", "file",
                              cli_value(cli, "output"), "since", (json_int_t)done->since, "seq",
                              (json_int_t)done->seq, "bytes", (json_int_t)done->bytes, "files",
                              (json_int_t)done->files, "root", done->root, "findings", list));
    if (done->lost->len > 0)
        error_set(error, ERROR_DAMAGED, "%u files are missing or damaged; the rest is backed up",
                  done->lost->len);
    return done->lost->len > 0 ? 1 : 0;
}

static int run_backup_to(Cli *cli, GError **error)
{
    Store *store = cli_store(cli, error);
    BackupRequest request = {.path = cli_value(cli, "output"),
                             .with_key = cli_flag(cli, "with-key"),
                             .settle = archive_recover,
                             .progress = show_progress,
                             .progress_data = cli};
    g_auto(BackupDone) done = {0};
    Key key = {0};
    gboolean ok;

    if (store == NULL || !cli_number(cli, "since", 0, G_MAXINT64, &request.since, error))
        return 4;
    if (cli_value(cli, "since") == NULL)
        request.since = BACKUP_FULL;
    if (g_file_test(request.path, G_FILE_TEST_EXISTS)) {
        error_set(error, ERROR_USAGE, "%s exists already", request.path);
        return 2;
    }
    if (!find_key(cli, request.path, &key, error))
        return 3;
    request.key = key.key;
    ok = backup_write(store, &request, &done, error);
    sodium_memzero(&key, sizeof key);
    return ok ? finish_backup(cli, &done, error) : 4;
}

static int run_drill(Cli *cli, GError **error)
{
    Store *store = cli_store(cli, error);
    g_autoptr(json_t) list = json_array();
    Findings findings = {cli, list};
    FsckOptions options = {.report = take_finding, .data = &findings};
    g_auto(Chain) chain = {0};
    g_auto(DrillDone) done = {0};
    RestoreRequest request;
    g_autofree char *seq = NULL;

    if (store == NULL || !chain_load(cli, cli_all_operands(cli), &chain, error))
        return 3;
    request = (RestoreRequest){.paths = chain.paths, .keys = chain.cipher_keys};
    if (!drill_run(store, &request, &options, &done, error))
        return 1;
    say_lost(&findings, done.restored.lost);
    seq = g_strdup_printf("%" G_GINT64_FORMAT, done.restored.seq);
    cli_row(cli, done.checked.errors == 0 ? "good" : "bad", seq, done.restored.root, NULL);
    cli_object(cli, json_pack("{s:b, s:I, s:s, s:o, s:O}", "good", done.checked.errors == 0, "seq",
                              (json_int_t)done.restored.seq, "root", done.restored.root, "summary",
                              summary_json(&done.checked, TRUE), "findings", list));
    return done.checked.errors == 0 ? 0 : 1;
}

static int run_backup(Cli *cli, GError **error)
{
    if (cli_flag(cli, "drill")) {
        if (cli_operands(cli) > 0)
            return run_drill(cli, error);
        error_set(error, ERROR_USAGE, "--drill FILE…: name the backups, the full one first");
        return 2;
    }
    if (cli_value(cli, "output") == NULL || cli_operands(cli) > 0) {
        error_set(error, ERROR_USAGE, "name the backup to make: -o FILE");
        return 2;
    }
    return run_backup_to(cli, error);
}

/* ── restore ─────────────────────────────────────────────────────────────────────────────── */

static const CliOption restore_options[] = {
    {"key", 0, "FILE", FALSE, "key file (FILE.key)", "密钥文件 (FILE.key)"},
    {"passphrase", 0, NULL, FALSE, "ask for the passphrase", "输入口令"},
    {0},
};

static int run_restore(Cli *cli, GError **error)
{
    g_autoptr(json_t) list = json_array();
    Findings findings = {cli, list};
    FsckOptions options = {.report = take_finding, .data = &findings, .read_data = TRUE};
    g_auto(Chain) chain = {0};
    g_auto(RestoreDone) done = {0};
    RestoreRequest request = {.folder = cli_data_folder(cli)};
    FsckSummary summary;
    g_autofree char *seq = NULL, *files = NULL;
    Store *store;

    if (!chain_load(cli, cli_all_operands(cli), &chain, error))
        return 3;
    request.paths = chain.paths;
    request.keys = chain.cipher_keys;
    if (!restore_folder(&request, &done, error))
        return 4;
    say_lost(&findings, done.lost);
    store = cli_store(cli, error);
    if (store == NULL || !fsck_store(store, &options, &summary, error))
        return 4;
    seq = g_strdup_printf("%" G_GINT64_FORMAT, done.seq);
    files = g_strdup_printf("%" G_GINT64_FORMAT, done.files);
    cli_row(cli, summary.errors == 0 ? "sound" : "damaged", seq, files, done.root, NULL);
    cli_object(cli,
               json_pack("{s:s, s:I, s:I, s:s, s:o, s:O}", "folder", cli_data_folder(cli), "seq",
                         (json_int_t)done.seq, "files", (json_int_t)done.files, "root", done.root,
                         "summary", summary_json(&summary, TRUE), "findings", list));
    return summary.errors == 0 ? 0 : 1;
}

const CliVerb cli_backup_verbs[] = {
    {"fsck", "", 0, 0, "check the store", "检查数据", fsck_options, run_fsck},
    {"backup", "[FILE…]", 0, -1, "make a backup, or drill a restore", "备份, 或恢复演练",
     backup_options, run_backup},
    {"restore", "FILE…", 1, -1, "bring a store back: the full backup, then each by difference",
     "恢复: 先全量备份, 再各个增量备份", restore_options, run_restore},
    {0},
};
