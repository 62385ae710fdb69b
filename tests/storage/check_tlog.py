#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A verifier of C2SP notes, checkpoints, proofs and tiles, written from the specifications
(signed-note, tlog-checkpoint, tlog-proof, tlog-witness, tlog-tiles; RFC 8032, RFC 6962).

Everything that does not hold raises Refused. Slow and plain on purpose.
"""
import base64
import binascii
import hashlib
import os
import re
import sys


class Refused(Exception):
    pass


def demand(condition, why):
    if not condition:
        raise Refused(why)


# Ed25519, RFC 8032 5.1: verification alone.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def recover_x(y, sign):
    demand(y < P, "the point is not canonical")
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    demand((x * x - square) % P == 0, "no such point")
    demand(x != 0 or sign == 0, "no such point")
    return x if x & 1 == sign else P - x


def decode_point(data):
    number = int.from_bytes(data, "little")
    y, sign = number & ((1 << 255) - 1), number >> 255
    x = recover_x(y, sign)
    return x, y, 1, x * y % P


def add(a, b):
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    g = 2 * a[3] * b[3] * D % P
    h = 2 * a[2] * b[2] % P
    i, j, k, m = f - e, h - g, h + g, f + e
    return i * j % P, k * m % P, j * k % P, i * m % P


def multiply(number, point):
    result = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = add(result, point)
        point = add(point, point)
        number >>= 1
    return result


def same_point(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = recover_x(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def ed25519_verify(public, message, signature):
    scalar = int.from_bytes(signature[32:], "little")
    demand(len(signature) == 64 and scalar < ORDER, "malformed signature")
    key, nonce = decode_point(public), decode_point(signature[:32])
    challenge = int.from_bytes(
        hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    demand(same_point(multiply(scalar, BASE), add(nonce, multiply(challenge, key))),
           "the signature does not hold")


def unbase64(text, size=None):
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise Refused("not base64") from error
    demand(base64.b64encode(data).decode() == text, "base64 is not canonical")
    demand(size is None or len(data) == size, "wrong size")
    return data


def parse_vkey(text):
    name, identifier, material = text.strip().split("+", 2)
    data = unbase64(material, 33)
    demand(data[0] == 1, "not Ed25519")
    wanted = hashlib.sha256(name.encode() + b"\n" + data).digest()[:4]
    demand(wanted.hex() == identifier, "the key id does not fit")
    return name, wanted, data[1:]


def parse_checkpoint(note, vkey):
    """(size, root) of a signed checkpoint."""
    name, identifier, public = parse_vkey(vkey)
    text, _, signatures = note.rpartition("\n\n")
    demand(signatures.endswith("\n"), "no signature lines")
    text += "\n"
    held = False
    for line in signatures.splitlines():
        match = re.match("^\u2014 (\\S+) (\\S+)$", line)
        demand(match, "malformed signature line")
        data = unbase64(match.group(2))
        if match.group(1) == name and data[:4] == identifier:
            ed25519_verify(public, text.encode(), data[4:])
            held = True
    demand(held, "not signed by this key")
    origin, size, root = text.split("\n")[:3]
    demand(origin == name, "another origin")
    demand(re.match(r"^(0|[1-9]\d*)$", size), "malformed size")
    return int(size), unbase64(root, 32)


# RFC 6962, 2.1, by its own recursion.
def leaf_hash(record):
    return hashlib.sha256(b"\0" + record).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def split(size):
    return 1 << (size - 1).bit_length() - 1


def tree_hash(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return node_hash(tree_hash(leaves[:k]), tree_hash(leaves[k:]))


def root_from_inclusion(leaf, index, size, proof):
    demand(index < size, "the index is beyond the tree")
    if size == 1:
        demand(not proof, "the proof is too long")
        return leaf
    demand(proof, "the proof is too short")
    k = split(size)
    if index < k:
        return node_hash(root_from_inclusion(leaf, index, k, proof[:-1]), proof[-1])
    return node_hash(proof[-1], root_from_inclusion(leaf, index - k, size - k, proof[:-1]))


def roots_from_consistency(old, size, proof, old_root, whole=True):
    """(old root, new root) that the proof leads to."""
    if old == size:
        if whole:
            demand(not proof, "the proof is too long")
            return old_root, old_root
        demand(len(proof) == 1, "the proof has another length")
        return proof[0], proof[0]
    demand(proof, "the proof is too short")
    k = split(size)
    if old <= k:
        a, b = roots_from_consistency(old, k, proof[:-1], old_root, whole)
        return a, node_hash(b, proof[-1])
    a, b = roots_from_consistency(old - k, size - k, proof[:-1], old_root, False)
    return node_hash(proof[-1], a), node_hash(proof[-1], b)


def parse_proof(text, first_lines):
    head, _, note = text.partition("\n\n")
    lines = head.split("\n")
    for line, pattern in zip(lines, first_lines):
        demand(re.match(pattern, line), f"malformed line {line!r}")
    number = int(lines[len(first_lines) - 1].split(" ")[1])
    return number, [unbase64(line, 32) for line in lines[len(first_lines):]], note


def check_inclusion(vkey, record, text):
    index, proof, note = parse_proof(text, [r"^c2sp\.org/tlog-proof@v1$", r"^index (0|[1-9]\d*)$"])
    size, root = parse_checkpoint(note, vkey)
    demand(root_from_inclusion(leaf_hash(record), index, size, proof) == root, "another root")
    return size, root


def check_consistency(vkey, old_note, text):
    old_size, old_root = parse_checkpoint(old_note, vkey)
    number, proof, note = parse_proof(text, [r"^old (0|[1-9]\d*)$"])
    size, root = parse_checkpoint(note, vkey)
    demand(number == old_size, "from another checkpoint")
    demand(roots_from_consistency(old_size, size, proof, old_root) == (old_root, root),
           "another root")
    return size, root


def tile_path(index, width):
    groups = f"{index:03d}" if index < 1000 else None
    if groups is None:
        digits = str(index)
        digits = digits.zfill((len(digits) + 2) // 3 * 3)
        parts = [digits[i:i + 3] for i in range(0, len(digits), 3)]
        groups = "/".join(["x" + part for part in parts[:-1]] + parts[-1:])
    return groups if width == 256 else f"{groups}.p/{width}"


def read(*parts):
    with open(os.path.join(*parts), "rb") as file:
        return file.read()


def check_log(vkey, folder):
    """Checkpoint, entries and every tile of a tlog-tiles folder; the number of records."""
    size, root = parse_checkpoint(read(folder, "checkpoint").decode(), vkey)
    level = []
    for index in range((size + 255) // 256):
        width = min(256, size - index * 256)
        data = read(folder, "tile/entries", tile_path(index, width))
        for _ in range(width):
            length = int.from_bytes(data[:2], "big")
            demand(len(data) >= 2 + length, "a cut entry")
            level.append(leaf_hash(data[2:2 + length]))
            data = data[2 + length:]
        demand(not data, "bytes behind the last entry")
    demand(tree_hash(level) == root, "another root")
    number = 0
    while level:
        for index in range((len(level) + 255) // 256):
            hashes = level[index * 256:(index + 1) * 256]
            stored = read(folder, f"tile/{number}", tile_path(index, len(hashes)))
            demand(stored == b"".join(hashes), f"tile {number}/{index} differs")
        level = [tree_hash(level[i:i + 256]) for i in range(0, len(level) // 256 * 256, 256)]
        number += 1
    return size


if __name__ == "__main__":
    print(check_log(sys.argv[1], sys.argv[2]))
