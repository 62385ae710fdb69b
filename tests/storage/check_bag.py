#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A small validator of BagIt 1.0 bags, written from RFC 8493, for folders.

check(folder) returns the list of what is wrong. Shares nothing with the program under test.
"""
import hashlib
import os
import re
import sys

MANIFEST = re.compile(r"^(tag)?manifest-([a-z0-9]+)\.txt$")
PERCENT = re.compile(r"%(0a|0d|25)", re.IGNORECASE)


def decode(path):
    return PERCENT.sub(lambda m: chr(int(m.group(1), 16)), path)


def files_below(folder):
    found = set()
    for parent, _, names in os.walk(folder):
        for name in names:
            found.add(os.path.relpath(os.path.join(parent, name), folder).replace(os.sep, "/"))
    return found


def digest(path, algorithm):
    state = hashlib.new(algorithm)
    with open(path, "rb") as file:
        while block := file.read(65536):
            state.update(block)
    return state.hexdigest()


def read_manifest(folder, name, faults):
    entries = {}
    with open(os.path.join(folder, name), encoding="utf-8", newline="\n") as file:
        for number, line in enumerate(file, 1):
            match = re.match(r"^([0-9a-fA-F]+)[ \t]+(\S.*)\n$", line)
            if not match:
                faults.append(f"{name}:{number}: malformed")
                continue
            path = decode(match.group(2))
            if path in entries:
                faults.append(f"{name}:{number}: {path} stands twice")
            if path.startswith(("/", "~")) or ".." in path.split("/"):
                faults.append(f"{name}:{number}: {path} leads elsewhere")
            entries[path] = match.group(1).lower()
    return entries


def check_info(folder, payload, faults):
    octets = sum(os.path.getsize(os.path.join(folder, path)) for path in payload)
    fields = []
    with open(os.path.join(folder, "bag-info.txt"), encoding="utf-8", newline="\n") as file:
        for line in file:
            if len(line.rstrip("\n")) > 79:
                faults.append("bag-info.txt: a line over 79 characters")
            if line[0] in " \t":
                fields[-1] = (fields[-1][0], fields[-1][1] + line)
            elif re.match(r"^[^:\s][^:]*: ", line):
                fields.append(tuple(line.rstrip("\n").split(": ", 1)))
            else:
                faults.append(f"bag-info.txt: malformed line {line!r}")
    oxums = [value for label, value in fields if label == "Payload-Oxum"]
    if oxums != [f"{octets}.{len(payload)}"]:
        faults.append(f"bag-info.txt: Payload-Oxum {oxums}, found {octets}.{len(payload)}")


def check(folder):
    faults = []
    files = files_below(folder)
    with open(os.path.join(folder, "bagit.txt"), "rb") as file:
        if file.read() != b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n":
            faults.append("bagit.txt: not the two lines")
    payload = {path for path in files if path.startswith("data/")}
    manifests = {path for path in files if MANIFEST.match(path)}
    tag_manifests = {path for path in manifests if path.startswith("tag")}
    if not manifests - tag_manifests:
        faults.append("no payload manifest")
    for name in sorted(manifests):
        entries = read_manifest(folder, name, faults)
        wanted = files - payload - tag_manifests if name in tag_manifests else payload
        if list(entries) != sorted(entries, key=os.fsencode):
            faults.append(f"{name}: not in byte order")
        for path in wanted ^ set(entries):
            faults.append(f"{name}: {path} is listed or there, not both")
        algorithm = MANIFEST.match(name).group(2)
        for path in wanted & set(entries):
            if digest(os.path.join(folder, path), algorithm) != entries[path]:
                faults.append(f"{name}: {path} has another digest")
    check_info(folder, payload, faults)
    return faults


if __name__ == "__main__":
    found = check(sys.argv[1])
    print("\n".join(found))
    sys.exit(1 if found else 0)
