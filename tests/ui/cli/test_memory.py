#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Memory of export and verify, whatever the size: at most 64 MB, for every form of bundle.

Pages of noise, so that nothing of them shrinks: some tens of megabytes, with ANJUAN_LONG=1 more
than 500. A sanitizer's own memory is none of the program's; under one the form with many pages may
only not take more than the one with few."""
import os
import struct
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import line  # noqa: E402
from line import ANJUAN, good, new_case, new_store  # noqa: E402

FORMS = {"bag-tar": "tar", "bag-zip": "zip", "bag-dir": "", "gbt42727": "zip", "pdf": "pdf"}
LIMIT_KB = 64 * 1024
GROWTH_KB = 8 * 1024
WIDTH, HEIGHT, DPI = 2480, 3508, 300
FEW, MANY = 1, 22 if line.LONG else 3
LOOK_S = 0.002
PAGE_BYTES = WIDTH * HEIGHT * 3


def noise_tiff(path):
    """One page of RGB noise as uncompressed TIFF (TIFF 6.0, one strip)."""
    tags = [(256, 4, 1, WIDTH), (257, 4, 1, HEIGHT), (258, 3, 3, 8 + 2 + 11 * 12 + 4), (259, 3, 1, 1),
            (262, 3, 1, 2), (273, 4, 1, 256), (277, 3, 1, 3), (278, 4, 1, HEIGHT), (279, 4, 1, PAGE_BYTES),
            (282, 5, 1, 8 + 2 + 11 * 12 + 4 + 8), (283, 5, 1, 8 + 2 + 11 * 12 + 4 + 8)]
    head = struct.pack("<2sHIH", b"II", 42, 8, len(tags))
    head += b"".join(struct.pack("<HHII", *tag) for tag in tags) + struct.pack("<I", 0)
    head += struct.pack("<HHHxxII", 8, 8, 8, DPI, 1)
    with open(path, "wb") as file:
        file.write(head.ljust(256, b"\0"))
        file.write(os.urandom(PAGE_BYTES))


def has_sanitizer():
    with open(ANJUAN, "rb") as file:
        return b"__asan_init" in file.read()


def anonymous_kb(pid):
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            return next((int(row.split()[1]) for row in file if row.startswith("RssAnon:")), 0)
    except OSError:
        return 0  # it has ended


def peak_kb(*args):
    """The most memory of its own that a run of the program was seen to hold; it must end well. Files
    that it maps (fonts, libraries) are the kernel's to drop and do not count."""
    environment = dict(os.environ, LC_ALL="C.UTF-8", ASAN_OPTIONS="quarantine_size_mb=1:detect_leaks=0")
    peak = 0
    with subprocess.Popen([ANJUAN, *map(str, args)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          env=environment) as process:
        while process.poll() is None:
            peak = max(peak, anonymous_kb(process.pid))
            time.sleep(LOOK_S)  # between two looks
    assert process.returncode == 0, (args, process.returncode)
    return peak


class Memory(line.Case):
    @classmethod
    def prepare(cls):
        cls.data = new_store(cls.path("data"))
        cls.few, cls.many = cls.case_of(FEW), cls.case_of(MANY)

    @classmethod
    def case_of(cls, pages):
        number, page = new_case(cls.data), cls.path("page.tif")
        for _ in range(pages):
            noise_tiff(page)
            good("scan", "--case", number, "--slot", "A01", "--from", page, data=cls.data)
        os.unlink(page)
        return number

    def exported(self, form, number):
        """The bundle, and what making it took."""
        path = self.path(f"{form}-{number}") + (f".{FORMS[form]}" if FORMS[form] else "")
        return path, peak_kb("export", "--case", number, "--format", form, "-o", path, "--data", self.data)

    def small(self, what, few, many):
        print(f"{what}: {few} kB of memory for {FEW} page, {many} kB for {MANY} ({MANY * PAGE_BYTES >> 20} MiB)")
        self.assertLessEqual(many, few + GROWTH_KB, what)
        if not has_sanitizer():
            self.assertLessEqual(many, LIMIT_KB, what)

    def test_no_form_takes_more_for_more_pages(self):
        for form in FORMS:
            (small, few), (large, many) = self.exported(form, self.few), self.exported(form, self.many)
            self.small(f"export {form}", few, many)
            self.small(f"verify {form}", peak_kb("verify", small), peak_kb("verify", large))


if __name__ == "__main__":
    line.main()
