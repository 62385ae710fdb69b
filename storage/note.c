/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/note.h"

#include "appliance/base/digest.h"
#include "appliance/base/text.h"

#include <sodium.h>
#include <string.h>

#define ED25519_TYPE       0x01
#define SIGNATURE_BYTES    crypto_sign_BYTES
#define SIGNATURE_LINE_MAX 8192 /* decoded bytes: post-quantum cosignatures have thousands */
#define DASH               "\xE2\x80\x94 " /* U+2014 and a space: begins a signature line */

G_STATIC_ASSERT(NOTE_KEY_BYTES == crypto_sign_PUBLICKEYBYTES);
G_STATIC_ASSERT(NOTE_SEED_BYTES == crypto_sign_SEEDBYTES);

struct NoteSigner {
    NoteKey *key;
    guint8 secret[crypto_sign_SECRETKEYBYTES];
};

gboolean base64_decode_exact(const char *text, gsize length, guint8 *bytes, gsize size)
{
    gsize decoded = 0;
    const char *end = NULL;

    /* libsodium refuses what is not canonical; exactly one text stands for some bytes. */
    return sodium_base642bin(bytes, size, text, length, NULL, &decoded, &end,
                             sodium_base64_VARIANT_ORIGINAL) == 0 &&
           decoded == size && end == text + length;
}

gboolean decimal_parse(const char *text, gsize length, guint64 *value)
{
    guint64 n = 0;

    if (length == 0 || (text[0] == '0' && length > 1))
        return FALSE;
    for (gsize i = 0; i < length; i++) {
        if (!g_ascii_isdigit(text[i]) || !g_uint64_checked_mul(&n, n, 10) ||
            !g_uint64_checked_add(&n, n, (guint64)(text[i] - '0')))
            return FALSE;
    }
    *value = n;
    return TRUE;
}

/* The name of a key: not empty, no white space (of Unicode too), no '+', no control bytes. */
static gboolean name_is_valid(const char *name, gsize length)
{
    if (length == 0 || !g_utf8_validate(name, (gssize)length, NULL))
        return FALSE;
    for (const char *p = name; p < name + length; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        if (c == '+' || g_unichar_isspace(c) || g_unichar_iscntrl(c))
            return FALSE;
    }
    return TRUE;
}

static void key_id(const char *name, const guint8 *public_key, guint8 id[4])
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    guint8 digest[SHA256_DIGEST_SIZE];

    g_byte_array_append(bytes, (const guint8 *)name, (guint)strlen(name));
    g_byte_array_append(bytes, (const guint8[]){'\n', ED25519_TYPE}, 2);
    g_byte_array_append(bytes, public_key, NOTE_KEY_BYTES);
    sha256_of(bytes->data, bytes->len, digest);
    memcpy(id, digest, 4);
}

NoteKey *note_key_new(const char *name, const guint8 public_key[NOTE_KEY_BYTES], GError **error)
{
    NoteKey *key;

    if (!name_is_valid(name, strlen(name))) {
        error_set(error, ERROR_INVALID, "key name '%s'", name);
        return NULL;
    }
    key = g_new0(NoteKey, 1);
    key->name = g_strdup(name);
    memcpy(key->public_key, public_key, NOTE_KEY_BYTES);
    key_id(name, public_key, key->id);
    return key;
}

NoteKey *note_key_parse(const char *vkey, GError **error)
{
    g_autofree char *line = g_strchomp(g_strdup(vkey));
    char *hex = strchr(line, '+');
    char *base64 = hex != NULL ? strchr(hex + 1, '+') : NULL;
    guint8 id[4], material[1 + NOTE_KEY_BYTES];
    g_autoptr(NoteKey) key = NULL;

    if (base64 == NULL) {
        error_set(error, ERROR_INVALID, "a key reads name+id+base64");
        return NULL;
    }
    *hex++ = *base64++ = '\0';
    if (!hex_decode(hex, id, sizeof id) ||
        !base64_decode_exact(base64, strlen(base64), material, sizeof material) ||
        material[0] != ED25519_TYPE) {
        error_set(error, ERROR_INVALID, "key of %s: not an Ed25519 key", line);
        return NULL;
    }
    key = note_key_new(line, material + 1, error);
    if (key != NULL && memcmp(key->id, id, sizeof id) != 0) {
        error_set(error, ERROR_INVALID, "key of %s: the id does not fit the key", line);
        return NULL;
    }
    return g_steal_pointer(&key);
}

char *note_key_format(const NoteKey *key)
{
    guint8 material[1 + NOTE_KEY_BYTES] = {ED25519_TYPE};
    g_autofree char *hex = hex_encode(key->id, sizeof key->id);
    g_autofree char *base64 = NULL;

    memcpy(material + 1, key->public_key, NOTE_KEY_BYTES);
    base64 = g_base64_encode(material, sizeof material);
    return g_strdup_printf("%s+%s+%s", key->name, hex, base64);
}

void note_key_free(NoteKey *key)
{
    if (key == NULL)
        return;
    g_free(key->name);
    g_free(key);
}

NoteSigner *note_signer_new(const char *name, const guint8 seed[NOTE_SEED_BYTES], GError **error)
{
    guint8 public_key[crypto_sign_PUBLICKEYBYTES];
    NoteSigner *signer;

    if (sodium_init() < 0) {
        error_set(error, ERROR_INTERNAL, "libsodium does not start");
        return NULL;
    }
    signer = g_new0(NoteSigner, 1);
    crypto_sign_seed_keypair(public_key, signer->secret, seed);
    signer->key = note_key_new(name, public_key, error);
    if (signer->key == NULL)
        g_clear_pointer(&signer, note_signer_free);
    return signer;
}

const NoteKey *note_signer_key(const NoteSigner *signer)
{
    return signer->key;
}

void note_signer_free(NoteSigner *signer)
{
    sodium_memzero(signer->secret, sizeof signer->secret);
    note_key_free(signer->key);
    g_free(signer);
}

/* Whole lines of UTF-8 without control bytes but LF. */
static gboolean text_is_valid(const char *text, gsize size)
{
    if (size == 0 || text[size - 1] != '\n' || !g_utf8_validate(text, (gssize)size, NULL))
        return FALSE;
    for (gsize i = 0; i < size; i++)
        if ((guchar)text[i] < 0x20 && text[i] != '\n')
            return FALSE;
    return TRUE;
}

char *note_sign(const char *text, const NoteSigner *signer, GError **error)
{
    gsize size = strlen(text);
    guint8 line[4 + SIGNATURE_BYTES];
    g_autofree char *base64 = NULL;

    if (!text_is_valid(text, size)) {
        error_set(error, ERROR_INVALID, "the text of a note is whole lines of UTF-8");
        return NULL;
    }
    memcpy(line, signer->key->id, 4);
    crypto_sign_detached(line + 4, NULL, (const guchar *)text, size, signer->secret);
    base64 = g_base64_encode(line, sizeof line);
    return g_strdup_printf("%s\n" DASH "%s %s\n", text, signer->key->name, base64);
}

static gboolean refuse(GError **error, const char *why)
{
    return error_set(error, ERROR_PROOF_REFUSED, "%s", why);
}

/* One line "— name base64" of `length` bytes without LF. */
typedef struct {
    const char *name;
    gsize name_length;
    const char *base64;
    gsize base64_length;
} SignatureLine;

static gboolean signature_line(const char *line, gsize length, SignatureLine *out)
{
    const char *name = line + strlen(DASH), *space;

    if (length < strlen(DASH) || memcmp(line, DASH, strlen(DASH)) != 0)
        return FALSE;
    space = memchr(name, ' ', length - strlen(DASH));
    if (space == NULL || !name_is_valid(name, (gsize)(space - name)))
        return FALSE;
    *out =
        (SignatureLine){name, (gsize)(space - name), space + 1, (gsize)(line + length - space - 1)};
    return TRUE;
}

/* Every line below the text is a signature line with at least a key id and one more byte. */
static gboolean signatures_are_formed(const char *lines, const char *end)
{
    while (lines < end) {
        const char *lf = memchr(lines, '\n', (gsize)(end - lines));
        guint8 bytes[SIGNATURE_LINE_MAX];
        gsize decoded = 0;
        SignatureLine line;

        if (lf == NULL || !signature_line(lines, (gsize)(lf - lines), &line) ||
            sodium_base642bin(bytes, sizeof bytes, line.base64, line.base64_length, NULL, &decoded,
                              NULL, sodium_base64_VARIANT_ORIGINAL) != 0 ||
            decoded < 5)
            return FALSE;
        lines = lf + 1;
    }
    return TRUE;
}

gboolean note_split(const char *note, gsize size, gsize *text_size, GError **error)
{
    const char *last = NULL;

    if (size > NOTE_BYTES_MAX)
        return refuse(error, "the note is too long");
    if (!text_is_valid(note, size))
        return refuse(error, "a note is whole lines of UTF-8");
    /* Signatures begin after the last empty line: the text itself may hold empty lines. */
    for (const char *p = note; (p = g_strstr_len(p, note + size - p, "\n\n")) != NULL; p++)
        last = p;
    if (last == NULL || last + 2 == note + size)
        return refuse(error, "the note is not signed");
    if (!signatures_are_formed(last + 2, note + size))
        return refuse(error, "a signature line is malformed");
    *text_size = (gsize)(last - note) + 1;
    return TRUE;
}

/* Whether the line is of this key (name and id), and its signature bytes. */
static gboolean line_is_of_key(const SignatureLine *line, const NoteKey *key,
                               guint8 signature[4 + SIGNATURE_BYTES])
{
    guint8 id[4 + SIGNATURE_BYTES];

    if (line->name_length != strlen(key->name) ||
        memcmp(line->name, key->name, line->name_length) != 0 ||
        !base64_decode_exact(line->base64, line->base64_length, id, sizeof id) ||
        memcmp(id, key->id, 4) != 0)
        return FALSE;
    memcpy(signature, id, sizeof id);
    return TRUE;
}

gboolean note_verify(const char *note, gsize size, const NoteKey *key, gsize *text_size,
                     GError **error)
{
    const char *end = note + size;
    gboolean found = FALSE;

    if (sodium_init() < 0)
        return error_set(error, ERROR_INTERNAL, "libsodium does not start");
    *text_size = 0;
    if (!note_split(note, size, text_size, error))
        return FALSE;
    for (const char *p = note + *text_size + 1; p < end;) {
        const char *lf = memchr(p, '\n', (gsize)(end - p));
        guint8 bytes[4 + SIGNATURE_BYTES];
        SignatureLine line;

        if (signature_line(p, (gsize)(lf - p), &line) && line_is_of_key(&line, key, bytes)) {
            if (crypto_sign_verify_detached(bytes + 4, (const guchar *)note, *text_size,
                                            key->public_key) != 0)
                return refuse(error, "the signature does not hold");
            found = TRUE;
        }
        p = lf + 1;
    }
    return found || refuse(error, "no signature of this key");
}

void checkpoint_clear(Checkpoint *checkpoint)
{
    g_clear_pointer(&checkpoint->origin, g_free);
}

char *checkpoint_sign(const MerkleTree *tree, const NoteSigner *signer, GError **error)
{
    g_autofree char *root = g_base64_encode(tree->root.bytes, sizeof tree->root.bytes);
    g_autofree char *text =
        g_strdup_printf("%s\n%" G_GUINT64_FORMAT "\n%s\n", signer->key->name, tree->size, root);

    return note_sign(text, signer, error);
}

/* Length of the line at *text without its LF, and *text behind it; -1 at the end. */
static gssize next_line(const char **text, const char *end)
{
    const char *lf = memchr(*text, '\n', (gsize)(end - *text));
    gssize length = lf != NULL ? lf - *text : -1;

    *text = lf != NULL ? lf + 1 : end;
    return length;
}

gboolean checkpoint_parse(const char *text, gsize size, Checkpoint *checkpoint, GError **error)
{
    const char *end = text + size, *at = text, *number, *root;
    gssize origin_length = next_line(&at, end), number_length, root_length;
    MerkleHash empty;
    MerkleFrontier nothing = {0};

    number = at;
    number_length = next_line(&at, end);
    root = at;
    root_length = next_line(&at, end);
    if (origin_length <= 0 || number_length < 0 || root_length < 0)
        return refuse(error, "a checkpoint has three lines: origin, size, root");
    if (!decimal_parse(number, (gsize)number_length, &checkpoint->tree.size))
        return refuse(error, "the size of the checkpoint is no number");
    if (!base64_decode_exact(root, (gsize)root_length, checkpoint->tree.root.bytes,
                             MERKLE_HASH_BYTES))
        return refuse(error, "the root of the checkpoint is not base64 of 32 bytes");
    merkle_root(&nothing, &empty);
    if (checkpoint->tree.size == 0 && !merkle_hash_equal(&empty, &checkpoint->tree.root))
        return refuse(error, "the empty tree has another root");
    g_free(checkpoint->origin);
    checkpoint->origin = g_strndup(text, (gsize)origin_length);
    return TRUE;
}

char *checkpoint_origin(const char *note, gsize size)
{
    g_auto(Checkpoint) checkpoint = {0};
    gsize text_size;

    return note_split(note, size, &text_size, NULL) &&
                   checkpoint_parse(note, text_size, &checkpoint, NULL)
               ? g_steal_pointer(&checkpoint.origin)
               : NULL;
}

gboolean checkpoint_verify(const char *note, gsize size, const NoteKey *key, Checkpoint *checkpoint,
                           GError **error)
{
    gsize text_size = 0;

    if (!note_verify(note, size, key, &text_size, error) ||
        !checkpoint_parse(note, text_size, checkpoint, error))
        return FALSE;
    if (strcmp(checkpoint->origin, key->name) != 0)
        return error_set(error, ERROR_PROOF_REFUSED, "the checkpoint is of %s, the key of %s",
                         checkpoint->origin, key->name);
    return TRUE;
}
