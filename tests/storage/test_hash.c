/* SPDX-License-Identifier: Apache-2.0
 *
 * The published digests of "abc": FIPS 180-4, RFC 1321, RFC 7693 (BLAKE2b of the shorter lengths
 * as other implementations give them).
 */
#include "tests/testing.h"

#include "appliance/base/text.h"
#include "storage/hash.h"

static const struct {
    const char *name, *digest;
} published[] = {
    {"md5", "900150983cd24fb0d6963f7d28e17f72"},
    {"sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"},
    {"sha224", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"},
    {"sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"sha384", "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
               "8086072ba1e7cc2358baeca134c825a7"},
    {"sha512", "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
               "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
    {"sha512/256", "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23"},
    {"blake2b-160", "384264f676f39536840523f284921cdc68b6846b"},
    {"blake2b-256", "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"},
    {"blake2b-384", "6f56a82c8e7ef526dfe182eb5212f7db9df1317e57815dbda46083fc30f54ee6"
                    "c66ba83be64b302d7cba6ce15bb556f4"},
    {"blake2b-512", "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
                    "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923"},
};

static void every_algorithm_gives_the_published_digest(void **state G_GNUC_UNUSED)
{
    HashSet all = 0;
    g_autoptr(HashPass) pass = NULL;

    assert_int_equal(G_N_ELEMENTS(published), HASH_COUNT);
    for (HashKind kind = 0; kind < HASH_COUNT; kind++)
        all |= HASH_SET(kind);
    pass = hash_pass_new(all);
    hash_pass_update(pass, "a", 1);
    hash_pass_update(pass, "bc", 2);
    for (gsize i = 0; i < G_N_ELEMENTS(published); i++) {
        guint8 digest[HASH_BYTES_MAX];
        g_autofree char *hex = NULL;
        HashKind kind;

        assert_true(hash_by_name(published[i].name, &kind));
        assert_string_equal(hash_name(kind), published[i].name);
        hash_pass_digest(pass, kind, digest);
        hex = hex_encode(digest, hash_size(kind));
        assert_string_equal(hex, published[i].digest);
    }
}

static void what_has_no_name_is_no_algorithm(void **state G_GNUC_UNUSED)
{
    HashKind kind;

    assert_true(hash_by_name("SHA256", &kind));
    assert_int_equal(kind, HASH_SHA256);
    assert_false(hash_by_name("sha3-256", &kind));
    assert_false(hash_by_name("", &kind));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_algorithm_gives_the_published_digest),
    cmocka_unit_test(what_has_no_name_is_no_algorithm),
};

TEST_MAIN(tests)
