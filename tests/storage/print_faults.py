#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One line over the counts that the runs of test_faults left: how many injections ran, how many
lost something.   print_faults.py FOLDER WORK…"""
import os
import sys


def main(folder, works):
    total = lost = 0
    for work in works:
        with open(os.path.join(folder, work), encoding="ascii") as file:
            _, ran, bad = map(int, file.read().split())
        total, lost = total + ran, lost + bad
    print(f"{total} injections ran, {lost} lost something")
    sys.exit(1 if lost or not total else 0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
