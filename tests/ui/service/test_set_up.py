#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The pages of an appliance that has no settings yet, or cannot work."""
import http.client
import os
import signal
import stat
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

sys.dont_write_bytecode = True
ANJUAN = os.environ["ANJUAN"]
GOOD = {"region": "320583", "hall": "009", "profile": "township", "secret": "four dry figs",
        "again": "four dry figs", "time": ""}


class Page(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.out = os.path.join(self.folder.name, "anjuan.conf")

    def start(self, *words):
        self.process = subprocess.Popen([ANJUAN, *words, "--lang", "en", "--listen", "127.0.0.1:0"],
                                        stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.end)
        self.address = self.process.stdout.readline().strip().split("://")[1]

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def code(self):
        return self.process.stdout.readline().strip().split(": ")[1]

    def send(self, method, form=None):
        connection = http.client.HTTPConnection(self.address, timeout=60)
        try:
            connection.request(method, "/", urllib.parse.urlencode(form) if form else None,
                               {"Accept-Language": "en", "Content-Type": "application/x-www-form-urlencoded"})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def read(self, suffix):
        path = self.out + suffix
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        with open(path, encoding="utf-8") as file:
            return file.read()

    def test_the_first_boot_asks_and_writes_what_was_answered(self):
        self.start("set-up", "-o", self.out)
        code = self.code()
        status, text = self.send("GET")
        self.assertEqual(status, 200)
        self.assertIn('name="region"', text)
        status, text = self.send("POST", {**GOOD, "code": code, "time": "2026-11-21 09:30"})
        self.assertEqual((status, "Saved" in text), (200, True), text)
        self.assertEqual(self.process.wait(60), 0)
        settings = self.read("")
        self.assertIn("region = 320583\nhall = 009\nprofile = township\n", settings)
        self.assertEqual((self.read(".secret"), self.read(".time")), ("four dry figs", "2026-11-21 09:30"))
        judged = subprocess.run([ANJUAN, "init", "--config", self.out, "--data", self.folder.name + "/data"],
                                check=False, capture_output=True, text=True)
        self.assertEqual(judged.returncode, 0, judged.stderr)

    def test_what_has_not_its_form_is_said_and_nothing_is_written(self):
        self.start("set-up", "-o", self.out)
        code = self.code()
        wrong = [({"region": "32058"}, "6 digits"), ({"hall": "9"}, "3"), ({"profile": "village"}, "Rules"),
                 ({"secret": "short", "again": "short"}, "at least 8"), ({"again": "another one"}, "differ"),
                 ({"time": "tomorrow"}, "as 2026-11-21"), ({"region": "320583\n"}, "6 digits")]
        for change, words in wrong:
            status, text = self.send("POST", {**GOOD, "code": code, **change})
            self.assertEqual(status, 422, change)
            self.assertIn(words, text)
        self.assertEqual(os.listdir(self.folder.name), [])

    def test_a_code_that_is_guessed_is_replaced(self):
        self.start("set-up", "-o", self.out)
        code = self.code()
        other = f"{(int(code) + 1) % 100000000:08d}"
        for _ in range(5):
            self.assertEqual(self.send("POST", {**GOOD, "code": other})[0], 403)
        replaced = self.code()
        self.assertEqual(self.send("POST", {**GOOD, "code": code})[0], 403 if code != replaced else 200)
        self.assertEqual(self.send("POST", {**GOOD, "code": replaced})[0], 200)
        self.assertEqual(self.process.wait(60), 0)

    def test_an_end_before_the_answer_is_no_answer(self):
        self.start("set-up", "-o", self.out)
        self.code()
        self.process.send_signal(signal.SIGTERM)
        self.assertNotEqual(self.process.wait(60), 0)
        self.assertFalse(os.path.exists(self.out))

    def test_the_rescue_page_says_what_is_wrong_until_it_is_told_to_end(self):
        self.start("rescue", "fault\tstore\t<b>cannot be opened</b>", "fine\tfonts")
        status, text = self.send("GET")
        self.assertEqual(status, 503)
        self.assertIn("&lt;b&gt;cannot be opened&lt;/b&gt;", text)
        self.assertIn("untouched", text)
        self.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.process.wait(60), 0)


if __name__ == "__main__":
    program = unittest.main(exit=False, verbosity=1)
    bad = len(program.result.failures) + len(program.result.errors)
    print(f"{max(0, program.result.testsRun - bad - len(program.result.skipped))} cases passed")
    sys.exit(1 if bad else 0)
