/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/service/settings.h"

#include "appliance/base/file.h"

#include <string.h>

#define FILE_MAX (64 * 1024)

/* What a value must look like; empty is always allowed where the default is empty. */
typedef enum {
    KIND_DIGITS,  /* exactly `rule` of them */
    KIND_ONE_OF,  /* one of the words of `rule`, separated by '|' */
    KIND_ADDRESS, /* ADDRESS:PORT; the server says more */
    KIND_PATH,    /* absolute */
    KIND_NAMES,   /* of devices, "driver:…" */
    KIND_SEATS,   /* SEAT=READER of readers */
    KIND_NUMBER,  /* 0 to `rule` */
    KIND_NAME,    /* without scheme, spaces or '+' */
} Kind;

typedef struct {
    const char *group, *key, *value;
    Kind kind;
    const char *rule;
    const char *help_en, *help_zh;
} Key;

static const Key keys[] = {
    {"house", "region", "320583", KIND_DIGITS, "6",
     "region code (GB/T 2260); fixed for good when the data folder is made",
     "区划代码 (GB/T 2260); 新建数据文件夹后不可更改"},
    {"house", "hall", "001", KIND_DIGITS, "3",
     "number of the hall in its region; fixed for good when the data folder is made",
     "大厅号; 新建数据文件夹后不可更改"},
    {"house", "profile", "city", KIND_ONE_OF, "city|township|subcentre",
     "rule profile of the hall: city, township or subcentre",
     "大厅的规则: city 市级, township 乡镇, subcentre 分中心"},
    {"house", "origin", "", KIND_NAME, "",
     "name of the journal in proofs; empty: anjuan.local/REGION-HALL",
     "日志在证明中的名称; 留空为 anjuan.local/区划-大厅"},
    {"house", "samples", "yes", KIND_ONE_OF, "yes|no", "import the shipped items at the beginning",
     "新建时导入随附事项"},
    {"serve", "listen", "127.0.0.1:8080", KIND_ADDRESS, "",
     "where the page is served; *:8443 for the whole network (then with a certificate)",
     "页面的监听地址; 对全网开放用 *:8443 (须有证书)"},
    {"serve", "language", "", KIND_ONE_OF, "zh|en",
     "language of what all screens share, zh or en; empty: the environment's",
     "共用屏幕和日志的语言: zh 或 en; 留空按环境"},
    {"serve", "tls", "no", KIND_ONE_OF, "yes|no",
     "serve over TLS with the hall's own authority, whose certificate is DATA/tls/authority.pem",
     "用本大厅自有根证书提供 TLS, 根证书是 DATA/tls/authority.pem"},
    {"serve", "certificate", "", KIND_PATH, "",
     "TLS certificate chain (PEM); empty: the credential tls.certificate, else plain HTTP",
     "TLS 证书链 (PEM); 留空取凭据 tls.certificate, 没有则为 HTTP"},
    {"serve", "key", "", KIND_PATH, "",
     "private key of the certificate (PEM); empty: the credential tls.key",
     "证书的私钥 (PEM); 留空取凭据 tls.key"},
    {"serve", "scrub", "4", KIND_NUMBER, "1000",
     "megabytes a second that the daily reading of the store may take (every file within four "
     "weeks); 0: no reading",
     "每日巡检 (四周内读遍全部文件) 每秒最多读取的兆字节数; 0 为不巡检"},
    {"serve", "backup-days", "90", KIND_NUMBER, "36500",
     "days after which a backup made by the appliance is removed, but never the newest one; what "
     "was destroyed is gone from all backups then; 0: never",
     "本机所做备份的保留天数, 到期删除, 最新一份总是保留; 已销毁的内容届时也从备份中消失; 0 "
     "为不删除"},
    {"devices", "scanner", "", KIND_NAMES, "",
     "scanners of this appliance, as 'anjuan device list' names them, separated by ';'",
     "本机扫描仪, 写 anjuan device list 给出的名称, 多个用 ; 分隔"},
    {"devices", "reader", "", KIND_SEATS, "",
     "which code reader belongs to which window: WINDOW=READER, separated by ';' (post B: 003B); "
     "READER "
     "is the serial number or name of 'anjuan device list', or a serial line as "
     "serial:/dev/ttyS0@9600; "
     "one that is not named belongs to the only window where a page is open",
     "读码器属于哪个窗口: 窗口=读码器, 多个用 ; 分隔 (B 岗写 003B); 读码器写 anjuan device list "
     "给出的序列号或名称, 或串口如 serial:/dev/ttyS0@9600; 未写明的属于唯一打开页面的窗口"},
};

typedef struct {
    char *value;  /* NULL: the default */
    char *origin; /* "FILE:LINE" */
} Given;

struct Settings {
    Given given[G_N_ELEMENTS(keys)];
};

/* ── what fits ───────────────────────────────────────────────────────────────────────────── */

static gboolean is_one_of(const char *words, const char *value)
{
    g_auto(GStrv) allowed = g_strsplit(words, "|", -1);

    return g_strv_contains((const char *const *)allowed, value);
}

static gboolean names_fit(const char *value)
{
    g_auto(GStrv) names = g_strsplit(value, ";", -1);

    for (guint i = 0; names[i] != NULL; i++) {
        const char *name = g_strstrip(names[i]);

        if (*name != '\0' && strchr(name, ':') == NULL)
            return FALSE;
    }
    return TRUE;
}

/* "003=READER" or "003B=READER". */
static gboolean seats_fit(const char *value)
{
    return g_regex_match_simple("^(\\s*((?!000)[0-9]{3}[AB]?=[^\\s;=][^;=]*)?\\s*(;|$))+$", value,
                                0, 0);
}

static gboolean value_fits(const Key *key, const char *value)
{
    if (*value == '\0')
        return *key->value == '\0';
    switch (key->kind) {
    case KIND_DIGITS:
        return strlen(value) == (gsize)g_ascii_strtoull(key->rule, NULL, 10) &&
               strspn(value, "0123456789") == strlen(value);
    case KIND_ONE_OF:
        return is_one_of(key->rule, value);
    case KIND_ADDRESS:
        return strrchr(value, ':') != NULL && strpbrk(value, " \t;") == NULL;
    case KIND_NUMBER:
        return g_ascii_string_to_unsigned(value, 10, 0, g_ascii_strtoull(key->rule, NULL, 10), NULL,
                                          NULL);
    case KIND_PATH:
        return *value == '/';
    case KIND_NAMES:
        return names_fit(value);
    case KIND_SEATS:
        return seats_fit(value);
    case KIND_NAME:
        return strpbrk(value, " +\t") == NULL && strstr(value, "://") == NULL;
    }
    return FALSE;
}

static const char *wanted(const Key *key)
{
    static const char *const words[] = {[KIND_DIGITS] = "digits, as many as: ",
                                        [KIND_ONE_OF] = "one of ",
                                        [KIND_ADDRESS] = "ADDRESS:PORT",
                                        [KIND_NUMBER] = "a number, at most: ",
                                        [KIND_PATH] = "an absolute path",
                                        [KIND_NAMES] = "names of devices (DRIVER:…;…)",
                                        [KIND_SEATS] = "WINDOW=READER;… (003=GUN0001)",
                                        [KIND_NAME] = "a name without scheme, spaces or '+'"};

    return words[key->kind];
}

/* ── reading ─────────────────────────────────────────────────────────────────────────────── */

typedef struct {
    Settings *settings;
    const char *file;
    guint line;
    char *group; /* NULL before the first */
    gboolean seen[G_N_ELEMENTS(keys)];
} Reading;

static gboolean refuse(const Reading *reading, GError **error, const char *what, const char *text)
{
    return error_set(error, ERROR_SETTINGS, "%s:%u: %s '%s'", reading->file, reading->line, what,
                     text);
}

static gboolean read_group(Reading *reading, char *line, GError **error)
{
    gsize length = strlen(line);

    if (line[length - 1] != ']')
        return refuse(reading, error, "no end of the group", line);
    line[length - 1] = '\0';
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
        if (strcmp(keys[i].group, line + 1) == 0) {
            g_free(reading->group);
            reading->group = g_strdup(line + 1);
            return TRUE;
        }
    return refuse(reading, error, "unknown group", line + 1);
}

static gsize find_key(const char *group, const char *name)
{
    gsize i = 0;

    while (i < G_N_ELEMENTS(keys) &&
           (strcmp(keys[i].group, group) != 0 || strcmp(keys[i].key, name) != 0))
        i++;
    return i;
}

static gboolean take_value(Reading *reading, gsize i, const char *value, GError **error)
{
    const Key *key = &keys[i];
    Given *given = &reading->settings->given[i];

    if (reading->seen[i])
        return refuse(reading, error, "a second time", key->key);
    if (!value_fits(key, value))
        return error_set(error, ERROR_SETTINGS, "%s:%u: %s = '%s': %s%s", reading->file,
                         reading->line, key->key, value, wanted(key), key->rule);
    reading->seen[i] = TRUE;
    g_free(given->value);
    g_free(given->origin);
    given->value = g_strdup(value);
    given->origin = g_strdup_printf("%s:%u", reading->file, reading->line);
    return TRUE;
}

static gboolean read_line(Reading *reading, char *line, GError **error)
{
    char *equals, *name;
    gsize i;

    g_strstrip(line);
    if (*line == '\0' || *line == '#')
        return TRUE;
    if (*line == '[')
        return read_group(reading, line, error);
    equals = strchr(line, '=');
    if (equals == NULL)
        return refuse(reading, error, "no 'key = value'", line);
    *equals = '\0';
    name = g_strchomp(line);
    if (reading->group == NULL)
        return refuse(reading, error, "no [group] before", name);
    i = find_key(reading->group, name);
    if (i == G_N_ELEMENTS(keys))
        return refuse(reading, error, "unknown key", name);
    return take_value(reading, i, g_strchug(equals + 1), error);
}

static gboolean read_text(Reading *reading, const char *text, GError **error)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (guint i = 0; lines[i] != NULL; i++) {
        reading->line = i + 1;
        if (!read_line(reading, lines[i], error))
            return FALSE;
    }
    return TRUE;
}

static gboolean read_file(Settings *settings, const char *path, GError **error)
{
    Reading reading = {.settings = settings, .file = path};
    g_autoptr(GBytes) bytes = file_read(path, FILE_MAX, error);
    g_autofree char *text = NULL;
    gboolean ok;

    if (bytes == NULL)
        return FALSE;
    text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    if (!g_utf8_validate(text, -1, NULL) || strlen(text) != g_bytes_get_size(bytes))
        return error_set(error, ERROR_SETTINGS, "%s: not valid UTF-8", path);
    ok = read_text(&reading, text, error);
    g_free(reading.group);
    return ok;
}

Settings *settings_load(const char *const *files, GError **error)
{
    g_autoptr(Settings) settings = g_new0(Settings, 1);

    for (; *files != NULL; files++) {
        gboolean may_be_missing =
            strcmp(*files, SETTINGS_DEFAULTS) == 0 || strcmp(*files, SETTINGS_CHANGES) == 0;

        if (may_be_missing && !g_file_test(*files, G_FILE_TEST_EXISTS))
            continue;
        if (!read_file(settings, *files, error))
            return NULL;
    }
    return g_steal_pointer(&settings);
}

Settings *settings_load_usual(const char *file, GError **error)
{
    const char *files[] = {SETTINGS_DEFAULTS, file != NULL ? file : SETTINGS_CHANGES, NULL};

    return settings_load(files, error);
}

void settings_free(Settings *settings)
{
    if (settings == NULL)
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_free(settings->given[i].value);
        g_free(settings->given[i].origin);
    }
    g_free(settings);
}

/* ── asking ──────────────────────────────────────────────────────────────────────────────── */

static const char *value_of(const Settings *settings, gsize i)
{
    return settings->given[i].value != NULL ? settings->given[i].value : keys[i].value;
}

const char *settings_text(const Settings *settings, const char *group, const char *key)
{
    gsize i = find_key(group, key);
    const char *value;

    g_assert(i < G_N_ELEMENTS(keys));
    value = value_of(settings, i);
    return *value != '\0' ? value : NULL;
}

GPtrArray *settings_list(const Settings *settings, const char *group, const char *key)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
    const char *value = settings_text(settings, group, key);
    g_auto(GStrv) parts = g_strsplit(value != NULL ? value : "", ";", -1);

    for (guint i = 0; parts[i] != NULL; i++)
        if (*g_strstrip(parts[i]) != '\0')
            g_ptr_array_add(list, g_strdup(parts[i]));
    return list;
}

gboolean settings_flag(const Settings *settings, const char *group, const char *key)
{
    return g_strcmp0(settings_text(settings, group, key), "yes") == 0;
}

void settings_each(const Settings *settings, void (*take)(const SettingValue *value, void *data),
                   void *data)
{
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
        take(&(SettingValue){keys[i].group, keys[i].key, value_of(settings, i),
                             settings->given[i].origin},
             data);
}

char *settings_document(void)
{
    GString *out =
        g_string_new("# anjuan: every setting with its default. This file belongs to the "
                     "package;\n# changes go to " SETTINGS_CHANGES
                     ", only the keys that differ.\n# 案卷: 全部设置及默认值。本文件属于"
                     "软件包, 要改的项请写入\n# " SETTINGS_CHANGES "。\n");
    const char *group = "";

    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        const Key *key = &keys[i];

        if (strcmp(group, key->group) != 0)
            g_string_append_printf(out, "\n[%s]\n", key->group);
        group = key->group;
        g_string_append_printf(out, "\n# %s\n# %s\n%s =%s%s\n", key->help_en, key->help_zh,
                               key->key, *key->value != '\0' ? " " : "", key->value);
    }
    return g_string_free(out, FALSE);
}
