/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/http/certificate.h"

#include "appliance/base/file.h"

#include <arpa/inet.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>

#define PEM_BYTES_MAX   (256 * 1024)
#define DAY_S           86400
#define AUTHORITY_DAYS  3653
#define SERVER_DAYS     397 /* browsers take no longer */
#define RENEW_DAYS      30
#define SERIAL_BYTES    16
#define CHAIN_MAX       8
#define HOST_NAME_BYTES 256

void certificate_clear(Certificate *certificate)
{
    g_clear_pointer(&certificate->chain, g_free);
    g_clear_pointer(&certificate->key, g_free);
    g_clear_pointer(&certificate->fingerprint, g_free);
}

typedef struct {
    gnutls_x509_crt_t crt;
    gnutls_x509_privkey_t key;
} Pair;

static void pair_clear(Pair *pair)
{
    if (pair->crt != NULL)
        gnutls_x509_crt_deinit(pair->crt);
    if (pair->key != NULL)
        gnutls_x509_privkey_deinit(pair->key);
    *pair = (Pair){0};
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Pair, pair_clear)

static gboolean done(int code, const char *what, GError **error)
{
    return code >= 0 || error_set(error, ERROR_INVALID, "%s: %s", what, gnutls_strerror(code));
}

/* ── reading ─────────────────────────────────────────────────────────────────────────────── */

static gnutls_datum_t datum_of(GBytes *bytes)
{
    gsize size;
    const void *data = g_bytes_get_data(bytes, &size);

    return (gnutls_datum_t){(unsigned char *)data, (unsigned)size};
}

static gboolean belong_together(const Pair *pair)
{
    guint8 of_crt[64], of_key[64];
    gsize n_crt = sizeof of_crt, n_key = sizeof of_key;

    return gnutls_x509_crt_get_key_id(pair->crt, GNUTLS_KEYID_USE_SHA256, of_crt, &n_crt) == 0 &&
           gnutls_x509_privkey_get_key_id(pair->key, GNUTLS_KEYID_USE_SHA256, of_key, &n_key) ==
               0 &&
           n_crt == n_key && memcmp(of_crt, of_key, n_crt) == 0;
}

/* The first certificate of the file and its key. */
static gboolean pair_read(GBytes *chain, GBytes *key, Pair *pair, GError **error)
{
    gnutls_datum_t chain_pem = datum_of(chain), key_pem = datum_of(key);
    gnutls_x509_crt_t list[CHAIN_MAX];
    unsigned n = CHAIN_MAX;

    if (!done(gnutls_x509_crt_list_import(list, &n, &chain_pem, GNUTLS_X509_FMT_PEM,
                                          GNUTLS_X509_CRT_LIST_IMPORT_FAIL_IF_EXCEED),
              "certificate", error))
        return FALSE;
    pair->crt = list[0];
    for (unsigned i = 1; i < n; i++)
        gnutls_x509_crt_deinit(list[i]);
    return done(gnutls_x509_privkey_init(&pair->key), "key", error) &&
           done(gnutls_x509_privkey_import2(pair->key, &key_pem, GNUTLS_X509_FMT_PEM, NULL, 0),
                "key", error) &&
           (belong_together(pair) ||
            error_set(error, ERROR_INVALID, "certificate and key do not belong together"));
}

static char *fingerprint_of(gnutls_x509_crt_t crt)
{
    guint8 digest[32];
    gsize n = sizeof digest;
    GString *text = g_string_new(NULL);

    if (gnutls_x509_crt_get_fingerprint(crt, GNUTLS_DIG_SHA256, digest, &n) == 0)
        for (gsize i = 0; i < n; i++)
            g_string_append_printf(text, "%s%02X", i > 0 ? ":" : "", digest[i]);
    return g_string_free(text, FALSE);
}

static char *text_of(GBytes *bytes)
{
    gsize size;
    const char *data = g_bytes_get_data(bytes, &size);

    return g_strndup(data, size);
}

gboolean certificate_own(const char *chain_path, const char *key_path, gint64 now_us,
                         Certificate *certificate, GError **error)
{
    g_autoptr(GBytes) chain = file_read(chain_path, PEM_BYTES_MAX, error);
    g_autoptr(GBytes) key = chain != NULL ? file_read(key_path, PEM_BYTES_MAX, error) : NULL;
    g_auto(Pair) pair = {0};

    if (key == NULL || !pair_read(chain, key, &pair, error))
        return FALSE;
    if (gnutls_x509_crt_get_expiration_time(pair.crt) < now_us / G_USEC_PER_SEC)
        return error_set(error, ERROR_INVALID, "%s: the time of the certificate is over",
                         chain_path);
    *certificate = (Certificate){text_of(chain), text_of(key), fingerprint_of(pair.crt)};
    return TRUE;
}

/* ── making ──────────────────────────────────────────────────────────────────────────────── */

/* What authority and server have in common. */
static gboolean begin(Pair *pair, const char *name, gint64 now_us, int days, GError **error)
{
    gint64 now_s = now_us / G_USEC_PER_SEC;
    guint8 serial[SERIAL_BYTES], id[64];
    g_autofree char *dn = g_strdup_printf("CN=%s", name);
    const char *fault = NULL;
    gsize n = sizeof id;

    if (!done(gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof serial), "serial", error))
        return FALSE;
    serial[0] &= 0x7f; /* a positive number */
    return done(gnutls_x509_privkey_init(&pair->key), "key", error) &&
           done(gnutls_x509_privkey_generate(pair->key, GNUTLS_PK_ECDSA,
                                             GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0),
                "key", error) &&
           done(gnutls_x509_crt_init(&pair->crt), name, error) &&
           done(gnutls_x509_crt_set_version(pair->crt, 3), name, error) &&
           done(gnutls_x509_crt_set_serial(pair->crt, serial, sizeof serial), name, error) &&
           /* a day of grace: clocks of a hall differ */
           done(gnutls_x509_crt_set_activation_time(pair->crt, now_s - DAY_S), name, error) &&
           done(gnutls_x509_crt_set_expiration_time(pair->crt, now_s + (gint64)days * DAY_S), name,
                error) &&
           done(gnutls_x509_crt_set_dn(pair->crt, dn, &fault), name, error) &&
           done(gnutls_x509_crt_set_key(pair->crt, pair->key), name, error) &&
           done(gnutls_x509_crt_get_key_id(pair->crt, GNUTLS_KEYID_USE_SHA256, id, &n), name,
                error) &&
           done(gnutls_x509_crt_set_subject_key_id(pair->crt, id, n), name, error);
}

static gboolean sign(Pair *pair, const Pair *by, GError **error)
{
    guint8 id[64];
    gsize n = sizeof id;

    return done(gnutls_x509_crt_get_key_id(by->crt, GNUTLS_KEYID_USE_SHA256, id, &n), "sign",
                error) &&
           done(gnutls_x509_crt_set_authority_key_id(pair->crt, id, n), "sign", error) &&
           done(gnutls_x509_crt_sign2(pair->crt, by->crt, by->key, GNUTLS_DIG_SHA256, 0), "sign",
                error);
}

static gboolean add_names(gnutls_x509_crt_t crt, const char *const *names, GError **error)
{
    for (; *names != NULL; names++) {
        guint8 address[16];
        gboolean four = inet_pton(AF_INET, *names, address) == 1;
        gboolean six = !four && inet_pton(AF_INET6, *names, address) == 1;
        int code = four || six
                       ? gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, address,
                                                              four ? 4 : 16, GNUTLS_FSAN_APPEND)
                       : gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME, *names,
                                                              (unsigned)strlen(*names),
                                                              GNUTLS_FSAN_APPEND);

        if (!done(code, *names, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean authority_make(Pair *pair, gint64 now_us, GError **error)
{
    return begin(pair, "anjuan hall authority", now_us, AUTHORITY_DAYS, error) &&
           done(gnutls_x509_crt_set_basic_constraints(pair->crt, 1, 0), "authority", error) &&
           done(gnutls_x509_crt_set_key_usage(pair->crt,
                                              GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN),
                "authority", error) &&
           sign(pair, pair, error);
}

static gboolean server_make(Pair *pair, const Pair *authority, const char *const *names,
                            gint64 now_us, GError **error)
{
    return begin(pair, "anjuan", now_us, SERVER_DAYS, error) &&
           done(gnutls_x509_crt_set_basic_constraints(pair->crt, 0, -1), "server", error) &&
           done(gnutls_x509_crt_set_key_usage(pair->crt, GNUTLS_KEY_DIGITAL_SIGNATURE), "server",
                error) &&
           done(gnutls_x509_crt_set_key_purpose_oid(pair->crt, GNUTLS_KP_TLS_WWW_SERVER, 0),
                "server", error) &&
           add_names(pair->crt, names, error) && sign(pair, authority, error);
}

/* ── the files ───────────────────────────────────────────────────────────────────────────── */

typedef struct {
    char *chain, *key; /* paths */
} Paths;

static void paths_clear(Paths *paths)
{
    g_free(paths->chain);
    g_free(paths->key);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Paths, paths_clear)

static Paths paths_of(const char *folder, const char *name)
{
    return (Paths){g_strdup_printf("%s/%s.pem", folder, name),
                   g_strdup_printf("%s/%s.key", folder, name)};
}

/* FALSE where there is none that can be used; why does not matter, it is made anew. */
static gboolean load(const Paths *paths, Pair *pair)
{
    g_autoptr(GError) why = NULL;
    g_autoptr(GBytes) chain = file_read(paths->chain, PEM_BYTES_MAX, &why);
    g_autoptr(GBytes) key = chain != NULL ? file_read(paths->key, PEM_BYTES_MAX, &why) : NULL;

    if (key != NULL && pair_read(chain, key, pair, &why))
        return TRUE;
    pair_clear(pair);
    return FALSE;
}

static gboolean write_pem(const char *path, const gnutls_datum_t *pem, GError **error)
{
    return file_replace(path, 0600, pem->data, pem->size, error);
}

/* The key first: a certificate on disk always has its key. */
static gboolean save(const Paths *paths, const Pair *pair, GError **error)
{
    gnutls_datum_t chain = {0}, key = {0};
    gboolean ok = done(gnutls_x509_privkey_export2(pair->key, GNUTLS_X509_FMT_PEM, &key),
                       paths->key, error) &&
                  done(gnutls_x509_crt_export2(pair->crt, GNUTLS_X509_FMT_PEM, &chain),
                       paths->chain, error) &&
                  write_pem(paths->key, &key, error) && write_pem(paths->chain, &chain, error);

    if (key.data != NULL)
        gnutls_memset(key.data, 0, key.size);
    gnutls_free(key.data);
    gnutls_free(chain.data);
    return ok;
}

static gboolean lasts(gnutls_x509_crt_t crt, gint64 now_us)
{
    return gnutls_x509_crt_get_expiration_time(crt) >
           now_us / G_USEC_PER_SEC + (gint64)RENEW_DAYS * DAY_S;
}

static gboolean has_names(gnutls_x509_crt_t crt, const char *const *names)
{
    for (; *names != NULL; names++)
        if (gnutls_x509_crt_check_hostname(crt, *names) == 0)
            return FALSE;
    return TRUE;
}

static gboolean is_signed_by(gnutls_x509_crt_t crt, gnutls_x509_crt_t by)
{
    unsigned status = 1;

    return gnutls_x509_crt_verify(crt, &by, 1, GNUTLS_VERIFY_DISABLE_TIME_CHECKS, &status) == 0 &&
           status == 0;
}

static gboolean ready(const char *folder, const char *const *names, gint64 now_us, Pair *authority,
                      Pair *server, GError **error)
{
    g_auto(Paths) of_authority = paths_of(folder, "authority");
    g_auto(Paths) of_server = paths_of(folder, "server");

    if (!load(&of_authority, authority) || !lasts(authority->crt, now_us)) {
        pair_clear(authority);
        if (!authority_make(authority, now_us, error) || !save(&of_authority, authority, error))
            return FALSE;
    }
    if (load(&of_server, server) && lasts(server->crt, now_us) && has_names(server->crt, names) &&
        is_signed_by(server->crt, authority->crt))
        return TRUE;
    pair_clear(server);
    return server_make(server, authority, names, now_us, error) && save(&of_server, server, error);
}

gboolean certificate_hall(const char *folder, const char *const *names, gint64 now_us,
                          Certificate *certificate, GError **error)
{
    g_auto(Pair) authority = {0}, server = {0};
    gnutls_datum_t own = {0}, above = {0}, key = {0};
    gboolean ok;

    if (!file_make_folder(folder, 0700, error) ||
        !ready(folder, names, now_us, &authority, &server, error))
        return FALSE;
    ok = done(gnutls_x509_crt_export2(server.crt, GNUTLS_X509_FMT_PEM, &own), folder, error) &&
         done(gnutls_x509_crt_export2(authority.crt, GNUTLS_X509_FMT_PEM, &above), folder, error) &&
         done(gnutls_x509_privkey_export2(server.key, GNUTLS_X509_FMT_PEM, &key), folder, error);
    if (ok)
        *certificate = (Certificate){
            g_strdup_printf("%.*s%.*s", (int)own.size, own.data, (int)above.size, above.data),
            g_strndup((const char *)key.data, key.size), fingerprint_of(authority.crt)};
    gnutls_free(own.data);
    gnutls_free(above.data);
    gnutls_free(key.data);
    return ok;
}

/* ── names ───────────────────────────────────────────────────────────────────────────────── */

static void add_address(GPtrArray *names, const struct sockaddr *address)
{
    char text[NI_MAXHOST];
    gboolean six = address->sa_family == AF_INET6;

    if ((six || address->sa_family == AF_INET) &&
        getnameinfo(address,
                    six ? (socklen_t)sizeof(struct sockaddr_in6)
                        : (socklen_t)sizeof(struct sockaddr_in),
                    text, sizeof text, NULL, 0, NI_NUMERICHOST) == 0 &&
        strchr(text, '%') == NULL)
        g_ptr_array_add(names, g_strdup(text));
}

char **certificate_names(void)
{
    GPtrArray *names = g_ptr_array_new();
    struct ifaddrs *list = NULL;
    char host[HOST_NAME_BYTES] = "";

    g_ptr_array_add(names, g_strdup("localhost"));
    if (gethostname(host, sizeof host - 1) == 0 && *host != '\0') {
        g_ptr_array_add(names, g_strdup(host));
        if (strchr(host, '.') == NULL)
            g_ptr_array_add(names, g_strconcat(host, ".local", NULL));
    }
    if (getifaddrs(&list) == 0)
        for (const struct ifaddrs *at = list; at != NULL; at = at->ifa_next)
            if (at->ifa_addr != NULL && (at->ifa_flags & IFF_UP) != 0)
                add_address(names, at->ifa_addr);
    freeifaddrs(list);
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(names, FALSE);
}
