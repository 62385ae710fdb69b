#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The daemon reads its store again by itself: damage is told in the log and on the lamp, and an end
in the midst of it is no hurry."""
import json
import os
import sqlite3
import subprocess
import sys
import unittest
import zlib

sys.path[:0] = [os.path.dirname(__file__), os.path.join(os.path.dirname(__file__), "..", "cli")]
from server import PROGRAM, Client, Server, run_tests  # noqa: E402
from test_keep import chunk  # noqa: E402

PARTS = 28
SMALL, LARGE = (600, 700), (3000, 3500)  # the second is 21 MB


def deep_png(width, height):
    """Noise of 16 bits: it is kept as it is."""
    rows = b"".join(b"\0" + os.urandom(2 * width) for _ in range(height))
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes((16, 0, 0, 0, 0))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 0)) +
            chunk(b"IEND", b""))


class Scrub(unittest.TestCase):
    """A store whose every part is due: as if damage had been found in all of them."""

    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.__exit__)
        self.local = os.path.join(self.server.data, "local.db")

    def store(self, size):
        number = self.server.run("case", "open", "--item", "100001", "--applicant", "张三").strip()
        page = os.path.join(self.server.folder.name, "page.png")
        with open(page, "wb") as file:
            file.write(deep_png(*size))
        self.server.run("scan", "--case", number, "--from", page)
        self.page, = [os.path.join(folder, name) for folder, _, names in
                      os.walk(os.path.join(self.server.data, "spool")) for name in names]
        self.server.run("user", "list")
        self.keep('{"at":0,"next":1,"found":[' + ",".join(["1"] * PARTS) + "]}")

    def keep(self, text):
        with sqlite3.connect(self.local) as base:
            base.execute("INSERT OR REPLACE INTO setting (key, value) VALUES ('scrub', ?)", (text,))

    def state(self):
        with sqlite3.connect(self.local) as base:
            return json.loads(base.execute("SELECT value FROM setting WHERE key = 'scrub'").fetchone()[0])

    def serve(self, megabytes_a_second):
        config = os.path.join(self.server.folder.name, "hall.conf")
        with open(config, "w", encoding="ascii") as file:
            file.write(f"[serve]\nscrub = {megabytes_a_second}\n")
        self.server.process = subprocess.Popen(
            [PROGRAM, "serve", "--data", self.server.data, "--lang", "en", "--listen", "127.0.0.1:0",
             "--no-browser", "--config", config], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.server.process.stderr.close)
        self.server.address = self.server.process.stdout.readline().strip().split("://")[-1]

    def error_line(self):
        """The first that is not about the machine's clock."""
        for line in self.server.process.stderr:
            if "the clock" not in line:
                return line
        raise AssertionError("nothing was told")

    def test_damage_is_told_by_itself(self):
        self.store(SMALL)
        with open(self.page, "r+b") as file:
            file.seek(-1, os.SEEK_END)
            last = file.read()[0]
            file.seek(-1, os.SEEK_END)
            file.write(bytes([last ^ 1]))
        self.serve(1000)
        self.assertIn("damaged: changed " + os.path.relpath(self.page, self.server.data), self.error_line())
        # What was found stays on the lamp: the next reading is a day away.
        admin = self.server.first_run()
        self.assertEqual(admin.want(200, "GET", "/status").json["store"]["light"], "needs-you")
        self.server.stop()

    def test_it_reads_no_faster_than_it_may_and_ends_at_once(self):
        self.store(LARGE)
        self.serve(1)
        self.assertEqual(Client(self.server).get("/healthz").status, 200)
        self.server.stop()  # within the page, which takes longer than a test may
        state = self.state()
        self.assertEqual((state["at"], state["next"]), (0, 1))

    def test_where_it_stands_must_be_readable(self):
        self.store(SMALL)
        self.keep("no JSON")
        self.serve(1000)
        self.assertIn("scrub", self.error_line())
        self.server.stop()


if __name__ == "__main__":
    run_tests()
