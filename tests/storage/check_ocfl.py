#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A small validator of OCFL 1.1 storage roots in layout 0003, written from the specification.

check(root) returns the list of what is wrong. It covers what a store of ours may contain: sha512
inventories in every version, a fixity block, no zero padding.
"""
import hashlib
import json
import os
import re
import sys

INVENTORY_KEYS = {"id", "type", "digestAlgorithm", "head", "manifest", "versions", "fixity",
                  "contentDirectory"}
CREATED = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")


def read(*parts):
    with open(os.path.join(*parts), "rb") as file:
        return file.read()


def encode(identifier):
    text = "".join(chr(c) if re.match(rb"[A-Za-z0-9_-]", bytes([c])) else f"%{c:02x}"
                   for c in identifier.encode())
    if len(text) > 100:
        text = text[:100] + "-" + hashlib.sha256(identifier.encode()).hexdigest()
    return text


def place(identifier, config):
    digest = hashlib.new(config["digestAlgorithm"], identifier.encode()).hexdigest()
    size = config["tupleSize"]
    parts = [digest[i * size:(i + 1) * size] for i in range(config["numberOfTuples"])]
    return "/".join(parts + [encode(identifier)])


def conflicts(paths):
    known = set(paths)
    if len(known) != len(paths):
        return True
    for path in paths:
        parts = path.split("/")
        if any(part in ("", ".", "..") for part in parts):
            return True
        if any("/".join(parts[:i]) in known for i in range(1, len(parts))):
            return True
    return False


def check_pair(folder, faults):
    """inventory.json against its side-car; the parsed inventory."""
    data = read(folder, "inventory.json")
    sidecar = read(folder, "inventory.json.sha512").decode()
    match = re.match(r"^([0-9a-f]{128})[ \t]+inventory\.json\s*$", sidecar)
    if not match:
        faults.append(f"{folder}: E061")
    elif match.group(1) != hashlib.sha512(data).hexdigest():
        faults.append(f"{folder}: E060")
    return data, json.loads(data)


def check_inventory(where, inventory, faults):
    if set(inventory) - INVENTORY_KEYS:
        faults.append(f"{where}: E102")
    if {"id", "type", "digestAlgorithm", "head"} - set(inventory):
        faults.append(f"{where}: E036")
    if inventory["type"] != "https://ocfl.io/1.1/spec/#inventory":
        faults.append(f"{where}: E038")
    if inventory["digestAlgorithm"] != "sha512":
        faults.append(f"{where}: W004")
    manifest = inventory["manifest"]
    if len({digest.lower() for digest in manifest}) != len(manifest):
        faults.append(f"{where}: E096")
    if conflicts([path for paths in manifest.values() for path in paths]):
        faults.append(f"{where}: E099 or E101")
    numbers = [f"v{i + 1}" for i in range(len(inventory["versions"]))]
    if set(inventory["versions"]) != set(numbers) or inventory["head"] != numbers[-1]:
        faults.append(f"{where}: E010 or E040")
    used = set()
    for version in inventory["versions"].values():
        if not CREATED.match(version["created"]):
            faults.append(f"{where}: E049")
        if not version["message"] or not version["user"]["name"] or not version["user"]["address"]:
            faults.append(f"{where}: W007 or W008")
        if set(version["state"]) - set(manifest):
            faults.append(f"{where}: E050")
        if conflicts([path for paths in version["state"].values() for path in paths]):
            faults.append(f"{where}: E095")
        used |= set(version["state"])
    if set(manifest) - used:
        faults.append(f"{where}: E107")


def check_content(folder, inventory, faults):
    listed = {path: digest for digest, paths in inventory["manifest"].items() for path in paths}
    there = set()
    for parent, folders, names in os.walk(folder):
        relative = os.path.relpath(parent, folder)
        if not folders and not names:
            faults.append(f"{parent}: E024")
        if relative.count(os.sep) >= 1 and relative.split(os.sep)[1] == "content":
            there |= {os.path.join(relative, name) for name in names}
        for name in names:
            if os.path.islink(os.path.join(parent, name)):
                faults.append(f"{parent}/{name}: E090")
    for path in there ^ set(listed):
        faults.append(f"{folder}/{path}: E023 or E092")
    for path in there & set(listed):
        if hashlib.sha512(read(folder, path)).hexdigest() != listed[path]:
            faults.append(f"{folder}/{path}: E092")
    for algorithm, block in inventory.get("fixity", {}).items():
        for digest, paths in block.items():
            for path in paths:
                if hashlib.new(algorithm, read(folder, path)).hexdigest() != digest:
                    faults.append(f"{folder}/{path}: E093")


def check_object(folder, config, root, faults):
    data, inventory = check_pair(folder, faults)
    versions = [f"v{i + 1}" for i in range(len(inventory["versions"]))]
    allowed = {"0=ocfl_object_1.1", "inventory.json", "inventory.json.sha512"} | set(versions)
    if set(os.listdir(folder)) != allowed:
        faults.append(f"{folder}: E001")
    if read(folder, "0=ocfl_object_1.1") != b"ocfl_object_1.1\n":
        faults.append(f"{folder}: E007")
    if os.path.relpath(folder, root) != place(inventory["id"], config):
        faults.append(f"{folder}: not where the layout says")
    check_inventory(folder, inventory, faults)
    for version in versions:
        old_data, old = check_pair(os.path.join(folder, version), faults)
        check_inventory(os.path.join(folder, version), old, faults)
        if set(os.listdir(os.path.join(folder, version))) - {"inventory.json",
                                                             "inventory.json.sha512", "content"}:
            faults.append(f"{folder}/{version}: E015")
        if version == inventory["head"] and old_data != data:
            faults.append(f"{folder}/{version}: E064")
        if old["head"] != version or old["id"] != inventory["id"]:
            faults.append(f"{folder}/{version}: E040 or E037")
        for name, block in old["versions"].items():
            if block != inventory["versions"][name]:
                faults.append(f"{folder}/{version}: E066")
    check_content(folder, inventory, faults)


def check(root):
    faults = []
    if read(root, "0=ocfl_1.1") != b"ocfl_1.1\n":
        faults.append("E080")
    layout = json.loads(read(root, "ocfl_layout.json"))
    config = json.loads(read(root, "extensions", layout["extension"], "config.json"))
    if config["extensionName"] != layout["extension"]:
        faults.append("the extension does not name itself")
    objects = 0
    for parent, folders, names in os.walk(root):
        if parent == root:
            folders[:] = [name for name in folders if name != "extensions"]
            continue
        if any(name.startswith("0=ocfl_object_") for name in names):
            folders.clear()
            check_object(parent, config, root, faults)
            objects += 1
        elif names or not folders:
            faults.append(f"{parent}: E072 or E073")
    if objects == 0:
        faults.append("no object")
    return faults


if __name__ == "__main__":
    found = check(sys.argv[1])
    print("\n".join(found))
    sys.exit(1 if found else 0)
