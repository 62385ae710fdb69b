#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Scanning into a store that is killed, shared and fed with broken files.

Seeded: ANJUAN_SEED chooses another run. ANJUAN_LONG=1 kills far more often."""
import hashlib
import json
import os
import random
import signal
import struct
import subprocess
import sys
import time
import unittest
import zlib

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import line  # noqa: E402
from line import good, run  # noqa: E402

SEED = int(os.environ.get("ANJUAN_SEED", "20261121"))
KILLS = 300 if line.LONG else 20
SHARED_S = 600 if line.LONG else 12
SLOW_S = 10 * (4 if "asan" in line.BUILD else 1)  # sanitizers and a busy machine
SAMPLES = os.path.join(os.environ.get("ANJUAN_SOURCE", "."), "..", "shared", "samples")


def small_tiff(pages=1, shade=200):
    """Gray pages of 160 x 120, uncompressed; independent of the program's own writer."""
    width, height = 160, 120
    out = bytearray(b"II*\0" + struct.pack("<I", 0))
    at_next = 4
    for page in range(pages):
        rows = bytearray([shade]) * (width * height)
        for y in range(20, 100, 8):
            for x in range(10, 150):
                rows[y * width + x] = (page * 37) % 100
        data_at = len(out)
        out += rows
        directory = len(out)
        struct.pack_into("<I", out, at_next, directory)
        tags = [(256, 3, width), (257, 3, height), (258, 3, 8), (259, 3, 1), (262, 3, 1),
                (273, 4, data_at), (277, 3, 1), (278, 3, height), (279, 4, width * height)]
        out += struct.pack("<H", len(tags))
        for tag, kind, value in tags:
            out += struct.pack("<HHII", tag, kind, 1, value)
        at_next = len(out)
        out += struct.pack("<I", 0)
    return bytes(out)


def small_png():
    def chunk(name, text):
        return struct.pack(">I", len(text)) + name + text + struct.pack(">I", zlib.crc32(name + text))

    rows = b"".join(b"\0" + bytes((x * y) % 251 for x in range(160)) for y in range(120))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 160, 120, 8, 0, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def write(path, text):
    with open(path, "wb") as file:
        file.write(text)
    return path


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def spool_files(data):
    return [os.path.join(parent, name) for parent, _, names in os.walk(os.path.join(data, "spool"))
            for name in names]


class Kinds(line.Case):
    @classmethod
    def prepare(cls):
        cls.data = line.new_store(cls.path("data"))
        cls.number = line.new_case(cls.data)

    def scan(self, *args):
        return run("scan", *args, data=self.data)

    def test_every_page_of_a_tiff(self):
        path = write(self.path("three.tif"), small_tiff(3))
        rows = self.status(0, self.scan("--case", self.number, "--from", path)).rows
        self.assertEqual([(row[0], row[1]) for row in rows], [("1", "a"), ("2", "a"), ("3", "a")])

    def test_a_png(self):
        path = write(self.path("one.png"), small_png())
        self.assertEqual(len(self.status(0, self.scan("--case", self.number, "--from", path)).rows), 1)

    def test_duplex_pairs_fronts_and_backs(self):
        path = write(self.path("three.tif"), small_tiff(3))
        rows = self.status(0, self.scan("--case", self.number, "--duplex", "--from", path)).rows
        self.assertEqual([(row[0], row[1]) for row in rows], [("1", "a"), ("1", "b"), ("2", "a")])

    def test_a_slot_may_be_named(self):
        path = write(self.path("two.tif"), small_tiff(2))
        rows = self.status(0, self.scan("--case", self.number, "--slot", "A02", "--from", path)).rows
        self.assertEqual(rows[0][4], rows[1][4])
        self.assertRegex(rows[0][4], "^[0-9]{3}$")

    def test_paper_without_a_case_waits_in_the_tray(self):
        path = write(self.path("one.tif"), small_tiff())
        result = self.status(1, self.scan("--from", path))
        self.assertEqual(result.rows[0][4], "tray")
        name = [row for row in good("tray", "list", data=self.data).rows][-1]
        side = f"{name[0]}-{name[1]}-{name[2]}"
        good("tray", "place", side, "--case", self.number, "--slot", "A01", data=self.data)
        self.assertNotIn(name, good("tray", "list", data=self.data).rows)
        good("side", "void", side, "--reason", "nobody's", data=self.data)
        self.status(1, run("side", "void", side, "--reason", "again", data=self.data))

    def test_a_folder_is_taken_in_order_of_its_names(self):
        os.mkdir(self.path("folder"))
        for name in ("c.tif", "a.png", "b.tif", ".hidden.tif"):
            write(self.path("folder", name), small_png() if name.endswith("png") else small_tiff())
        shown = line.as_json("scan", "--case", self.number, "--from", self.path("folder"),
                             data=self.data)
        self.assertEqual(len(shown["sides"]), 3)
        self.assertEqual(shown["refused"], [])

    def test_an_empty_folder_is_no_paper(self):
        os.mkdir(self.path("empty"))
        self.assertEqual(self.status(0, self.scan("--from", self.path("empty"))).out, "")

    def test_a_scripted_scanner_is_scanned_from(self):
        script = write(self.path("script.json"), b'{"sheets": [{"repeat": 3}]}')
        rows = self.status((0, 1), self.scan("--case", self.number, "--device", "script:" + script,
                                             "--duplex", "--mode", "gray", "--dpi", "75")).rows
        self.assertEqual(len(rows), 6)

    def test_a_jam_is_told_and_the_pages_before_it_are_kept(self):
        script = write(self.path("jam.json"),
                       b'{"sheets": [{"repeat": 5}], "events": [{"at": 3, "do": "jam"}]}')
        result = self.status(4, self.scan("--case", self.number, "--device", "script:" + script,
                                          "--mode", "gray", "--dpi", "75"))
        self.assertEqual(len(result.rows), 2)
        self.assertIn("hint", result.err)

    def test_a_device_that_is_not_there(self):
        self.status(4, self.scan("--case", self.number, "--device", "script:/nowhere.json"))


class Broken(line.Case):
    @classmethod
    def prepare(cls):
        cls.data = line.new_store(cls.path("data"))
        cls.number = line.new_case(cls.data)

    def files(self):
        tiff, png = small_tiff(2), small_png()
        line.session(self.path("jpeg"), {
            "item": "100007", "set": "000001", "item_name": "x", "separators": False,
            "documents": [{"slot": "A01", "name": "x", "kind": "contract", "sheets": 1}]}, "--dpi", 72)
        with open(self.path("jpeg", "0001-1.jpg"), "rb") as file:
            jpeg = file.read()
        yield "empty", b""
        yield "text", "这不是图像\n".encode()
        yield "zeros", bytes(100000)
        for whole, ending in ((tiff, "tif"), (png, "png"), (jpeg, "jpg")):
            for part in (1, 4, 8, len(whole) // 2, len(whole) - 10):
                yield f"cut-{part}.{ending}", whole[:part]
            dice = random.Random(SEED)
            for i in range(4):
                text = bytearray(whole)
                for _ in range(20):
                    text[dice.randrange(len(text))] = dice.randrange(256)
                yield f"noise-{i}.{ending}", bytes(text)
        huge = bytearray(png)
        huge[16:24] = struct.pack(">II", 0x7FFFFFFF, 0x7FFFFFFF)
        huge[29:33] = struct.pack(">I", zlib.crc32(bytes(huge[12:29])))
        yield "huge.png", bytes(huge)
        loop = bytearray(small_tiff(1))
        loop[-4:] = struct.pack("<I", struct.unpack_from("<I", loop, 4)[0])
        yield "loop.tif", bytes(loop)
        yield "pdf-without-end.pdf", b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"
        yield "pdf-of-nothing.pdf", b"%PDF-1.4\n%%EOF\n"

    def test_each_ends_in_a_message_or_an_unread_page(self):
        n = 0
        for name, text in self.files():
            with self.subTest(file=name):
                path = write(self.path("broken-" + name), text)
                began = time.monotonic()
                result = self.status((0, 3), run("scan", "--case", self.number, "--from", path,
                                                 data=self.data))
                self.assertLess(time.monotonic() - began, SLOW_S)
                if result.status == 3:
                    self.assertIn("broken-" + name, result.err)
                else:
                    self.assertTrue(result.rows)
                n += 1
        self.assertGreater(n, 30)

    def test_a_good_page_among_them_is_not_lost(self):
        paths = [write(self.path("1.bin"), b"nothing"), write(self.path("2.tif"), small_tiff()),
                 write(self.path("3.tif"), small_tiff()[:50])]
        result = self.status(3, run("scan", "--case", self.number,
                                    *(part for path in paths for part in ("--from", path)),
                                    data=self.data))
        self.assertEqual(len(result.rows), 1)

    @unittest.skipUnless(os.path.isdir(os.path.join(SAMPLES, "pages")), "no samples here")
    def test_the_sample_pages_are_taken(self):
        where = os.path.join(SAMPLES, "pages")
        result = self.status((0, 1, 3), run("scan", "--case", self.number, "--from", where,
                                            data=self.data, limit_s=600))
        pictures = [name for name in os.listdir(where)
                    if name.endswith((".tif", ".tiff", ".jpg", ".jpeg", ".png", ".pdf"))]
        self.assertGreaterEqual(len(result.rows), len(pictures))
        for name in pictures:
            self.assertNotIn(name, result.err)

    @unittest.skipUnless(os.path.isdir(os.path.join(SAMPLES, "broken")), "no samples here")
    def test_the_broken_samples_end_in_a_message(self):
        where = os.path.join(SAMPLES, "broken")
        for name in sorted(os.listdir(where)):
            with self.subTest(file=name):
                began = time.monotonic()
                self.status((0, 3), run("scan", "--case", self.number, "--from",
                                        os.path.join(where, name), data=self.data))
                self.assertLess(time.monotonic() - began, SLOW_S)


class Killed(line.Case):
    """kill -9 at random moments: what was printed is there, nothing half-written is visible."""

    @classmethod
    def prepare(cls):
        cls.data = line.new_store(cls.path("data"))
        cls.number = line.new_case(cls.data)
        cls.stack = write(cls.path("stack.tif"), small_tiff(40))

    def scan_and_kill(self, after_s, after_rows):
        process = subprocess.Popen([line.ANJUAN, "scan", "--case", self.number, "--from", self.stack,
                                    "--data", self.data], stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, process_group=0)
        printed = []
        began = time.monotonic()
        while len(printed) < after_rows:
            row = process.stdout.readline()
            if not row:
                break
            printed.append(row)
        rest = began + after_s - time.monotonic()
        try:
            process.wait(max(0.0, rest))
        except subprocess.TimeoutExpired:
            pass
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        printed += process.stdout.readlines()
        process.stdout.close()
        process.wait()
        return [row.decode().rstrip("\n").split("\t") for row in printed if row.endswith(b"\n")]

    def test_every_printed_side_is_there(self):
        dice = random.Random(SEED)
        promised = []
        for kill in range(KILLS):
            # Half of them before the first side, half of them after some.
            rows = self.scan_and_kill(dice.random() * 1.5, dice.choice((0, 0, 1, 11, 25)))
            promised += [row[2] for row in rows]
            if kill % 5 == 4:
                self.look(promised)
        self.look(promised)
        self.assertGreater(len(promised), KILLS)

    def look(self, promised):
        # The next scan finishes what was interrupted.
        good("scan", "--case", self.number, "--from", write(self.path("one.tif"), small_tiff()),
             data=self.data)
        good("log", "--verify", data=self.data)
        sides = line.as_json("case", "show", self.number, data=self.data)["sides"]
        kept = {}
        for side in sides:
            kept.setdefault(side["sha256"], []).append(side["file"])
            self.assertEqual(digest(os.path.join(self.data, side["file"])), side["sha256"])
        for sha256 in set(promised):
            self.assertGreaterEqual(len(kept.get(sha256, [])), promised.count(sha256))
        known = {side["file"] for side in sides}
        known |= {row["file"] for row in line.as_json("tray", "list", data=self.data)["tray"]}
        files = {os.path.relpath(path, self.data) for path in spool_files(self.data)}
        self.assertEqual(files - known, set())


class Shared(line.Case):
    """Two processes on one store, one of them killed now and then."""

    def test_no_number_is_lost_or_doubled(self):
        data = line.new_store(self.path("data"))
        stack = write(self.path("stack.tif"), small_tiff(4))
        dice = random.Random(SEED + 1)
        until = time.monotonic() + SHARED_S
        opened, locked = [], []

        def start(window):
            return subprocess.Popen(
                ["sh", "-c", 'n=$("$1" case open --item 100007 --applicant x --window "$2" --data "$3")'
                 ' && echo "$n" && exec "$1" scan --case "$n" --from "$4" --data "$3"', "sh",
                 line.ANJUAN, window, data, stack], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                process_group=0)

        running = {"001": start("001"), "002": start("002")}
        while running:
            for window, process in list(running.items()):
                if window == "002" and process.poll() is None and dice.random() < 0.02:
                    os.killpg(process.pid, signal.SIGKILL)
                if process.poll() is None:
                    continue
                out, err = process.communicate()
                opened += [row for row in out.decode().splitlines() if "\t" not in row]
                locked += [row for row in err.decode().splitlines() if "locked" in row or "busy" in row]
                if process.returncode not in (0, -signal.SIGKILL):
                    self.fail(f"window {window}: exit {process.returncode}: {err.decode()}")
                del running[window]
                if time.monotonic() < until:
                    running[window] = start(window)
            time.sleep(0.02)  # between two looks at who has ended
        self.assertEqual(locked, [])
        self.assertEqual(len(opened), len(set(opened)))
        self.assertGreater(len(opened), 4)
        good("log", "--verify", data=data)
        for number in opened:
            good("case", "show", number, data=data)
        for window in ("001", "002"):
            serials = sorted(int(number.split("-")[4]) for number in self.numbers(data)
                             if number.split("-")[3] == window)
            self.assertEqual(serials, list(range(1, len(serials) + 1)))

    def numbers(self, data):
        """Every case that the journal opened, printed."""
        found = []
        for name in sorted(os.listdir(os.path.join(data, "journal"))):
            if not name.endswith(".log"):
                continue
            with open(os.path.join(data, "journal", name), encoding="utf-8") as file:
                for text in file:
                    record = json.loads(text)
                    if record["act"] == "case.open":
                        n = record["case"]
                        found.append("-".join((n[:6], n[6:9], n[9:15], n[15:18], n[18:22], n[22:])))
        return found


if __name__ == "__main__":
    line.main()
