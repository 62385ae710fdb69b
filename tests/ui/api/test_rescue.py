#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A store that does not open: a page that says what to do, until it opens again by itself."""
import os
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(__file__))
from server import PATIENCE_S, PROGRAM, Client, Server, run_tests  # noqa: E402


class Rescue(unittest.TestCase):
    def setUp(self):
        self.server = Server(samples=False)
        self.addCleanup(self.server.__exit__)

    def damage(self):
        journal = os.path.join(self.server.data, "journal")
        self.log = os.path.join(journal, sorted(name for name in os.listdir(journal) if name.endswith(".log"))[0])
        self.whole = self.log + ".whole"
        shutil.copyfile(self.log, self.whole)
        with open(self.log, "r+b") as file:
            file.seek(os.path.getsize(self.log) // 2)
            file.write(b"#damaged#")
        for name in os.listdir(self.server.data):
            if name.startswith("catalog"):
                os.unlink(os.path.join(self.server.data, name))

    def page(self, path, lang):
        return Client(self.server).raw("GET", path, headers={"Accept-Language": lang})

    def test_every_address_says_what_happened_and_what_to_do_until_it_is_mended(self):
        self.damage()
        self.server.start("--rescue")
        for path in ("/", "/login", "/first-run", "/p/"):
            zh, en = self.page(path, "zh"), self.page(path, "en")
            self.assertEqual((zh.status, en.status), (503, 503), (path, zh, en))
            self.assertIn("日志已损坏", zh.body.decode())
            self.assertIn("the journal is damaged", en.body.decode())
            for words, answer in (("请这样做", zh), ("不会丢失", zh), ("anjuan fsck", zh), ("What to do", en), ("anjuan fsck", en)):
                self.assertIn(words, answer.body.decode())
            self.assertIn("no-store", zh.headers["Cache-Control"])
        self.assertEqual(self.page("/public.css", "zh").status, 200)
        self.assertEqual(self.page("/healthz", "zh").status, 200)
        self.assertEqual(self.page("/readyz", "zh").status, 503)
        self.assertEqual(self.page("/api/v1/cases", "zh").status, 404)
        shutil.move(self.whole, self.log)
        # The page ends on one port, the appliance begins on the next free one: its line tells.
        self.server.address = self.server.process.stdout.readline().strip().split("://")[-1]
        self.assertEqual(Client(self.server).get("/readyz").status, 200)
        self.assertNotIn("请这样做", self.page("/first-run", "zh").body.decode())

    def test_people_that_cannot_be_read_are_waited_for_too(self):
        people = os.path.join(self.server.data, "local.db")
        if os.path.exists(people):
            os.rename(people, people + ".whole")
        with open(people, "wb") as file:
            file.write(b"no database, " * 100)
        self.server.start("--rescue")
        self.assertEqual(self.page("/login", "zh").status, 503)
        os.unlink(people)
        if os.path.exists(people + ".whole"):
            os.rename(people + ".whole", people)
        self.server.address = self.server.process.stdout.readline().strip().split("://")[-1]
        self.assertEqual(Client(self.server).get("/readyz").status, 200)

    def test_it_ends_when_it_is_told_to(self):
        self.damage()
        self.server.start("--rescue")
        self.assertEqual(self.page("/", "zh").status, 503)
        self.server.stop()

    def test_without_the_option_and_for_other_faults_serve_ends_at_once(self):
        self.damage()
        for options, folder in (((), self.server.data), (("--rescue",), os.path.join(self.server.folder.name, "nowhere"))):
            done = subprocess.run([PROGRAM, "serve", "--data", folder, "--listen", "127.0.0.1:0", "--no-browser", *options],
                                  capture_output=True, text=True, timeout=PATIENCE_S, check=False)
            self.assertNotEqual(done.returncode, 0)
            self.assertEqual(done.stdout, "")


if __name__ == "__main__":
    run_tests()
