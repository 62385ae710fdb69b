#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The daemon signs the journal by itself, and says where it cannot."""
import os
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "..", "storage")]
import check_tlog  # noqa: E402
from server import PATIENCE_S, PROGRAM, Server, run_tests  # noqa: E402


class Signer(unittest.TestCase):
    """It signs when it starts, and ends after it."""

    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.__exit__)

    def path(self, *parts):
        return os.path.join(self.server.data, *parts)

    def serve(self):
        """Start it, let it end, and give what it said."""
        process = subprocess.Popen(
            [PROGRAM, "serve", "--data", self.server.data, "--lang", "en", "--listen", "127.0.0.1:0",
             "--no-browser"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertIn("://", process.stdout.readline())
        process.terminate()
        said = process.communicate(timeout=PATIENCE_S)[1]
        self.assertEqual(process.returncode, 0)
        return said

    def signed(self):
        """How many records the last checkpoint is over; it must hold."""
        with open(self.path("journal", "checkpoint"), encoding="utf-8") as note, \
                open(self.path("keys", "log.vkey"), encoding="ascii") as vkey:
            return check_tlog.parse_checkpoint(note.read(), vkey.read().strip())[0]

    def open_case(self):
        self.server.run("case", "open", "--item", "100001", "--applicant", "张三")

    def records(self):
        with open(self.path("journal", "0000000000000000.log"), "rb") as file:
            return len(file.read().splitlines())

    def test_what_was_appended_is_signed(self):
        for _ in range(2):
            self.open_case()
            self.assertNotIn("signed", self.serve())
            self.assertEqual(self.signed(), self.records())

    def test_without_its_key_it_says_so_and_serves(self):
        self.serve()
        os.unlink(self.path("keys", "signing.seed"))
        before = self.signed()
        self.open_case()
        self.assertIn("the journal is not signed: the signing key is not here", self.serve())
        self.assertEqual(self.signed(), before)


if __name__ == "__main__":
    run_tests()
