#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Keeping a store from the command line: fsck, backup, restore and the drill."""
import json
import os
import struct
import sys
import zlib

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import line  # noqa: E402
from line import as_json, good, run  # noqa: E402


def flip(path, at=40):
    with open(path, "r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 4]))


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def page_png(width=800, height=1100):
    """A grey page with some lines on it."""
    rows = b"".join(b"\0" + bytes(40 if y % 50 < 6 and 100 < x < 700 else 230 for x in range(width))
                    for y in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


class Keep(line.Case):
    def path(self, *parts):
        return os.path.join(self.folder, self._testMethodName, *parts)

    def setUp(self):
        super().setUp()
        os.mkdir(self.path())
        self.data = line.new_store(self.path("data"))
        self.number = good("case", "open", "--item", "100001", "--applicant", "张三", data=self.data).out.strip()
        page = self.path("page.png")
        with open(page, "wb") as file:
            file.write(page_png())
        good("scan", "--case", self.number, "--from", page, data=self.data)

    def pages(self):
        return [os.path.join(folder, name) for folder, _, names in os.walk(os.path.join(self.data, "spool"))
                for name in names if not name.startswith("paper")]

    def test_a_backup_comes_back(self):
        backup, back = self.path("b1"), self.path("back")
        made = as_json("backup", "-o", backup, data=self.data)
        self.assertEqual(made["since"], -1)
        later = good("case", "open", "--item", "100001", "--applicant", "李四", data=self.data).out.strip()
        rest = self.path("b2")
        good("backup", "-o", rest, "--since", made["seq"], data=self.data)
        good("backup", "--drill", backup, rest, data=self.data)
        restored = as_json("restore", backup, rest, data=back)
        self.assertEqual(restored["findings"], [])
        for number in (self.number, later):
            self.assertEqual(as_json("case", "show", number, data=back),
                             as_json("case", "show", number, data=self.data))
        self.status(4, run("log", "--checkpoint", data=back))  # the key was not carried
        self.status(3, run("restore", backup, data=back))

    def test_a_passphrase_takes_the_place_of_the_key_file(self):
        backup = self.path("b")
        self.status(2, run("backup", "-o", backup, "--passphrase", data=self.data, stdin=b"short\n"))
        good("backup", "-o", backup, "--passphrase", data=self.data, stdin="一匹正确的马好".encode() + b"!\n")
        self.assertFalse(os.path.exists(backup + ".key"))
        self.status(1, run("restore", backup, "--passphrase", data=self.path("r"), stdin=b"something else\n"))
        good("restore", backup, "--passphrase", data=self.path("r"), stdin="一匹正确的马好".encode() + b"!\n")

    def test_with_key_the_restored_store_signs_on(self):
        backup = self.path("b")
        good("backup", "-o", backup, "--with-key", data=self.data)
        good("restore", backup, data=self.path("r"))
        self.assertEqual(good("log", "--checkpoint", data=self.path("r")).out.splitlines()[0],
                         good("log", "--checkpoint", data=self.data).out.splitlines()[0])

    def test_fsck_names_a_changed_page_only_when_it_reads_them(self):
        self.status(0, run("fsck", data=self.data))
        flip(self.pages()[0])
        quick = self.status(0, run("fsck", data=self.data))
        self.assertIn("no page was read", quick.err)
        full = self.status(1, run("fsck", "--read-data", data=self.data))
        self.assertEqual(full.rows[0][:3], ["error", "changed", os.path.relpath(self.pages()[0], self.data)])
        parts = [run("fsck", f"--read-data={n}/3", "--json", data=self.data).status for n in (1, 2, 3)]
        self.assertEqual(sorted(parts), [0, 0, 1])
        self.status(2, run("fsck", "--read-data=4/3", data=self.data))

    def test_repair_puts_back_what_the_backup_has_and_names_what_is_lost(self):
        backup = self.path("b")
        good("backup", "-o", backup, data=self.data)
        self.status(2, run("fsck", "--repair", data=self.data))
        damaged = [self.pages()[0], os.path.join(self.data, "journal", "0" * 16 + ".log")]
        for folder in ("defs", "secrets"):
            for root, _, names in os.walk(os.path.join(self.data, folder)):
                damaged += [os.path.join(root, name) for name in names[:1]]
        for path in damaged:
            flip(path)
        with open(os.path.join(self.data, "catalogue.db"), "r+b") as file:
            file.write(b"no database any more")
        later = self.path("later.png")
        with open(later, "wb") as file:
            file.write(page_png(width=640))
        self.status(0, run("fsck", "--repair", "--from", backup, data=self.data))
        self.status(0, run("fsck", "--read-data", data=self.data))
        # what came after the backup cannot be put back, and says so with its name
        good("scan", "--case", self.number, "--from", later, data=self.data)
        newest = max(self.pages(), key=os.path.getmtime)
        flip(newest)
        lost = self.status(1, run("fsck", "--repair", "--from", backup, data=self.data))
        self.assertEqual(lost.rows[0][:3], ["error", "changed", os.path.relpath(newest, self.data)])
        self.assertEqual(lost.rows[-1], ["lost", "0", "1"])

    def test_a_backup_of_a_damaged_store_says_so(self):
        os.unlink(self.pages()[0])
        result = self.status(1, run("backup", "-o", self.path("b"), data=self.data))
        self.assertEqual(result.rows[0][:2], ["error", "lost"])
        restored = run("restore", self.path("b"), "--json", data=self.path("r"))
        self.assertEqual(self.status(1, restored).status, 1)
        codes = [finding["code"] for finding in json.loads(restored.out)["findings"]]
        self.assertEqual(sorted(set(codes)), ["lost", "missing"])


if __name__ == "__main__":
    line.main()
